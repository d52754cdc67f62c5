#include "eis/fit_propose.h"

#include "core/text.h"
#include "fitters/drt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- what the spectra look like ---- */

/* At the ends: Im Z above zero, a tail whose -Im Z still grows. */
static void look_at_ends(const hc_spectrum *s, double noise, hc_fit_sight *l)
{
    const double complex *z = s->z_ohm;
    size_t last = s->n - 1, before = last > 4 ? last - 4 : 0;
    l->inductive |= cimag(z[0]) > 2 * noise * cabs(z[0]);
    l->tail |= -cimag(z[last]) > -cimag(z[before]);
}

/* Peaks of the DRT inside the window, and what stands beside them; -1
 * where there is none. */
static hc_status look_at_drt(const hc_spectrum *s, const double *sd,
                             int *peaks, hc_fit_sight *l, hc_err *err)
{
    hc_drt_data d = {
        .n = s->n, .freq_hz = s->freq_hz, .z_ohm = s->z_ohm, .sd_ohm = sd};
    hc_drt_options o = hc_drt_defaults();
    hc_drt r;
    o.band_level = 0;
    *peaks = -1;
    hc_status st = hc_drt_run(hc_drt_method_find("arcs"), &d, &o, &r, err);
    if (st == HC_NOMEM)
        return st;
    if (st != HC_OK) /* the ends alone then say what they can */
        return HC_OK;
    if (!r.fitted_peaks)
        st = hc_drt_find_peaks(&r, &d, 0.1, err);
    *peaks = 0;
    for (size_t i = 0; i < r.n_peaks && st == HC_OK; i++)
        *peaks += !r.peaks[i].edge && r.peaks[i].r_ohm > 0.02 * r.r_pol;
    double w_high = 2 * M_PI * s->freq_hz[0];
    double w_low = 2 * M_PI * s->freq_hz[s->n - 1];
    l->inductive |=
        r.l_h * w_high > 0.03 * cabs(s->z_ohm[0]) && !(r.l_h < 3 * r.sd_l);
    l->tail |= r.inv_c / w_low > 0.1 * cabs(s->z_ohm[s->n - 1]);
    hc_drt_clear(&r);
    return st == HC_NOMEM ? st : HC_OK;
}

static int by_count(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

hc_status hc_fit_look(const hc_spectrum *const *s, double *const *sd,
                      const double *noise, size_t n, hc_fit_sight *l,
                      hc_err *err)
{
    int peaks[HC_LOOK_MAX], m = 0;
    for (size_t i = 0; i < n; i++) {
        look_at_ends(s[i], noise[i], l);
        hc_status st = sd[i] == NULL
                           ? HC_OK
                           : look_at_drt(s[i], sd[i], &peaks[m], l, err);
        if (st != HC_OK)
            return st;
        m += sd[i] != NULL && peaks[m] >= 0;
    }
    qsort(peaks, (size_t)m, sizeof *peaks, by_count);
    l->peaks = m == 0 ? -1 : peaks[m / 2];
    return HC_OK;
}

/* ---- plans ---- */

static void put_last(const hc_fit_plan *p, hc_text *t)
{
    int k = p->arcs;
    switch (p->last) {
    case HC_LAST_NESTED_W:
        hc_text_printf(t, "-p(R%d-W1,CPE%d)", k, k);
        break;
    case HC_LAST_NESTED_WO:
        hc_text_printf(t, "-p(R%d-Wo1,CPE%d)", k, k);
        break;
    case HC_LAST_GERISCHER:
        hc_text_puts(t, "-G1");
        break;
    case HC_LAST_LINE:
        hc_text_printf(t, "-tlo(R%d,p(R%d,CPE%d))", k, k + 1, k);
        break;
    case HC_LAST_HN:
        hc_text_puts(t, "-HN1");
        break;
    default:
        hc_text_printf(t, "-p(R%d,CPE%d)", k, k);
    }
}

hc_status hc_fit_plan_text(const hc_fit_plan *p, char *to, size_t cap,
                           hc_err *err)
{
    static const char *const tails[HC_TAIL_N] = {"", "", "-W1", "-Wo1",
                                                 "-Ws1"};
    hc_text t = {0};
    if (p->inductive)
        hc_text_puts(&t, "-L0");
    if (p->series)
        hc_text_puts(&t, "-R0");
    for (int i = 1; i < p->arcs; i++)
        hc_text_printf(&t, "-p(R%d,CPE%d)", i, i);
    if (p->arcs > 0)
        put_last(p, &t);
    if (p->tail == HC_TAIL_CPE)
        hc_text_printf(&t, "-CPE%d", p->arcs + 1);
    hc_text_puts(&t, tails[p->tail]);
    hc_status st = hc_text_status(&t, err);
    if (st == HC_OK && (t.len < 2 || t.len > cap))
        st = hc_fail(err, HC_NO, "there is no such circuit");
    if (st == HC_OK) /* without the dash in front */
        snprintf(to, cap, "%s", hc_text_get(&t) + 1);
    hc_text_clear(&t);
    return st;
}

static void add(hc_fit_plan *out, int *n, hc_fit_plan p)
{
    if (*n < HC_RELATIVES)
        out[(*n)++] = p;
}

int hc_fit_relatives(const hc_fit_plan *best, hc_fit_plan *out)
{
    hc_fit_plan p = *best;
    int n = 0;
    p.inductive = false;
    add(out, &n, p);
    p = *best;
    p.series = false;
    if (best->arcs + (best->tail != HC_TAIL_NONE) > 0)
        add(out, &n, p);
    p = *best;
    p.tail = HC_TAIL_W;
    if (best->tail != HC_TAIL_NONE)
        add(out, &n, p);
    /* diffusion beside the slowest arc's resistance in place of a tail */
    p = *best;
    p.tail = HC_TAIL_NONE;
    p.last = HC_LAST_NESTED_W;
    if (best->arcs > 0 && best->tail != HC_TAIL_NONE) {
        add(out, &n, p);
        p.last = HC_LAST_NESTED_WO;
        add(out, &n, p);
    }
    /* one element of few parameters for one arc or more, which beside many
     * arcs could stand for any shape and says nothing */
    for (int arcs = best->arcs > 0; arcs > 0 && arcs <= best->arcs && arcs < 4;
         arcs++) {
        static const hc_fit_last kinds[] = {HC_LAST_GERISCHER, HC_LAST_LINE,
                                            HC_LAST_HN};
        for (int k = 0; k < 3 && (k == 0 || arcs < 3); k++) {
            p = *best;
            p.arcs = arcs;
            p.last = kinds[k];
            add(out, &n, p);
            p.tail = HC_TAIL_NONE;
            if (best->tail != HC_TAIL_NONE && kinds[k] != HC_LAST_HN)
                add(out, &n, p);
        }
    }
    return n;
}
