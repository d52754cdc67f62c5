#include "eis/fit_collect.h"

#include <stdlib.h>

void hc_fit_collection_clear(hc_fit_collection *k)
{
    for (size_t i = 0; i < k->n_frames; i++) {
        hc_spectra_free(k->lists[i], k->counts[i]);
        hc_frame_free(k->frames[i]);
    }
    free(k->frames);
    free(k->lists);
    free(k->counts);
    free(k->all);
    *k = (hc_fit_collection){0};
}

static hc_status collect(hc_session *ses, const char *path,
                         const hc_spectrum_filter *filter,
                         hc_fit_collection *k, hc_err *err)
{
    hc_frame *f = NULL;
    hc_spectrum *s = NULL;
    const hc_spectrum **more = NULL;
    size_t n = 0;
    hc_status st = hc_frame_open(&f, path, err);
    if (st == HC_OK)
        st = hc_session_spectra(ses, f, filter, &s, &n, err);
    if (st == HC_OK) {
        more = realloc(k->all, (k->n_all + n) * sizeof *more);
        if (more == NULL)
            st = hc_fail_nomem(err);
        else
            k->all = more;
    }
    if (st == HC_OK)
        hc_session_inherit_frame(ses, f);
    if (st != HC_OK) {
        hc_spectra_free(s, n);
        hc_frame_free(f);
        return st;
    }
    k->frames[k->n_frames] = f;
    k->lists[k->n_frames] = s;
    k->counts[k->n_frames++] = n;
    for (size_t i = 0; i < n; i++)
        k->all[k->n_all++] = &s[i];
    return HC_OK;
}

hc_status hc_fit_collect(hc_session *s, const hc_spectrum_filter *filter,
                         hc_fit_collection *out, hc_err *err)
{
    *out =
        (hc_fit_collection){.frames = calloc(s->n_files, sizeof *out->frames),
                            .lists = calloc(s->n_files, sizeof *out->lists),
                            .counts = calloc(s->n_files, sizeof *out->counts)};
    if (out->frames == NULL || out->lists == NULL || out->counts == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < s->n_files; i++)
        if (!hc_session_note(s, collect(s, s->files[i], filter, out, err)))
            break;
    return HC_OK;
}
