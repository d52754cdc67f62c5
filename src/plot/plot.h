/* plot.h: tables in, a picture out */
#ifndef HC_PLOT_PLOT_H
#define HC_PLOT_PLOT_H

#include "core/frame.h"
#include "core/messages.h"
#include "plot/kinds.h"

/* What the user asked for.  Texts may be NULL, numbers NaN. */
typedef struct {
    const char *to;     /* svg pdf png; NULL: by the ending of output */
    const char *output; /* file name, NULL or "-" stdout */
    const char *theme, *title, *colour_by;
    const char *spectra, *cycles, *electrode;
    const char *const *label;
    size_t n_labels;
    double dpi, width_m, height_m;
    double freq_min_hz, freq_max_hz;
    bool no_legend, absolute, capacitive;
    const char *panels; /* "table", "spectrum": one figure each; NULL: over
                         * each other */
    long columns;       /* figures side by side, 0 as there is room */
} hc_plot_request;

/* HC_USAGE when the request cannot be met whatever the tables hold. */
hc_status hc_plot_check(const hc_plot_request *r, hc_err *err) HC_MUST_USE;

/* The figure of each kind from the tables it takes (of one kind: from all),
 * on one page, written to `out`.  HC_NO when there is nothing to draw.
 * Records of a fit among the tables of spectra are replaced by their curve.
 */
hc_status hc_plot_draw(const hc_plot_kind *const *kind, size_t n_kinds,
                       const hc_plot_request *r, hc_frame **frames, size_t n,
                       hc_out *out, hc_talk *talk, hc_err *err) HC_MUST_USE;

/* "name<TAB>tables<TAB>purpose", a kind a line. */
void hc_plot_list(hc_out *out);

#endif
