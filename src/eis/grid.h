/* grid.h: frequencies and noise as options say them */
#ifndef HC_EIS_GRID_H
#define HC_EIS_GRID_H

#include "core/status.h"

#include <stddef.h>

/* "1e6:1e-2:10": from high to low hertz, points a decade; *freq_hz is on the
 * heap.  HC_USAGE. */
hc_status hc_eis_grid_parse(const char *text, double **freq_hz, size_t *n,
                            hc_err *err) HC_MUST_USE;

/* The frequencies of an eis table. */
hc_status hc_eis_grid_like(const char *path, double **freq_hz, size_t *n,
                           hc_err *err) HC_MUST_USE;

/* "0.005" or "0.5%"; NULL gives 0.  HC_USAGE. */
hc_status hc_eis_noise_parse(const char *text, double *part,
                             hc_err *err) HC_MUST_USE;

#endif
