/* fit_collect.h: the spectra of all files together */
#ifndef HC_EIS_FIT_COLLECT_H
#define HC_EIS_FIT_COLLECT_H

#include "core/session.h"
#include "core/spectrum.h"

typedef struct {
    hc_frame **frames;
    size_t n_frames;
    hc_spectrum **lists; /* of each frame */
    size_t *counts;
    const hc_spectrum **all; /* borrowed from the lists, in order */
    size_t n_all;
} hc_fit_collection;

/* Every file of the session; one that fails is reported and left out.  *out
 * is to be cleared in every case. */
hc_status hc_fit_collect(hc_session *s, const hc_spectrum_filter *filter,
                         hc_fit_collection *out, hc_err *err) HC_MUST_USE;
void hc_fit_collection_clear(hc_fit_collection *k);

#endif
