/* drt_arc_mix.c: the method arcs: candidates and their weights
 *
 * Candidates are sums of arcs, the best of them with a remainder, and ln
 * gamma without any arc.  The answer is their mean weighted by evidence.
 */
#include "fitters/drt_arc_mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { KEPT = 24 };

/* Models further behind than this, or of less weight than this part of the
 * best, do not count: a little of a spiky model wrecks the curve. */
static const double window = 12, least_weight = 0.05;
/* Prior odds of few arcs against any curve, and the price of the scales that
 * were tried for it. */
static const double charge_np = 16;
/* What its later scales win over the first, seldom more. */
static const double margin_np = 4;
static const double blur_steps = 0.25;
/* chi2 per row of arcs whose remainder is tried. */
static const double most_off = 3;
/* Times a decade of the curve without arcs: with the scale per tau more of
 * them change its evidence by 0.3. */
static const double np_per_decade = 7;

static int compare(const void *a, const void *b)
{
    const double x = ((const hc_arc_model *)a)->e;
    const double y = ((const hc_arc_model *)b)->e;
    return (x > y) - (x < y);
}

/* ---- weights ---- */

static void set_weights(hc_arc_mix *x)
{
    double e[HC_ARC_MIXED + 2], low = HUGE_VAL, sum = 0;
    double *const w[HC_ARC_MIXED + 2] = {
        &x->weight[0], &x->weight[1], &x->weight[2],   &x->weight[3],
        &x->weight[4], &x->weight_np, &x->weight_rest,
    };
    for (size_t k = 0; k < HC_ARC_MIXED; k++)
        e[k] = k < x->n ? x->kept[k].e : HUGE_VAL;
    e[HC_ARC_MIXED] = x->has_np ? x->np.e + charge_np : HUGE_VAL;
    e[HC_ARC_MIXED + 1] = x->has_rest ? x->rest_e : HUGE_VAL;
    for (size_t k = 0; k < HC_ARC_MIXED + 2; k++)
        low = fmin(low, e[k]);
    for (size_t k = 0; k < HC_ARC_MIXED + 2; k++) {
        *w[k] = e[k] < low + window ? exp((low - e[k]) / 2) : 0;
        if (*w[k] < least_weight)
            *w[k] = 0;
        sum += *w[k];
    }
    for (size_t k = 0; k < HC_ARC_MIXED + 2; k++)
        *w[k] /= sum;
}

/* m(RQ): arcs only, all of them ZARC, the best sum of them. */
static void take_best(hc_arc_mix *x)
{
    x->weight[0] = 1;
    for (size_t k = 1; k < HC_ARC_MIXED; k++)
        x->weight[k] = 0;
    x->weight_np = x->weight_rest = 0;
}

/* ---- candidates ---- */

/* chi2 of the best arcs is this many standard deviations too large. */
static bool far_off(const hc_arc_mix *x, double sds)
{
    const double dof = (double)x->g->rows - x->kept[0].np;
    return x->kept[0].chi2 > dof + sds * sqrt(2 * dof);
}

static hc_status find_arcs(hc_arc_mix *x, hc_err *err)
{
    hc_drt_base from = {.r_inf = HUGE_VAL};
    for (size_t i = 0; i < x->g->n; i++)
        from.r_inf = fmin(from.r_inf, creal(x->g->d->z_ohm[i]));
    from.r_inf = 0.9 * fmax(0, from.r_inf);
    x->n = hc_arc_search(&x->fit, &from, x->kept, KEPT);
    if (x->n == 0)
        return hc_fail_nomem(err);
    qsort(x->kept, x->n, sizeof *x->kept, compare);
    if (far_off(x, 4) && !x->fit.only_zarc) {
        x->n = hc_arc_search_loops(&x->fit, x->kept, x->n, KEPT);
        qsort(x->kept, x->n, sizeof *x->kept, compare);
    }
    for (size_t k = 0; k < 2; k++) {
        x->simple[k].n = 0;
        for (size_t i = 0; i < x->n && x->simple[k].n == 0; i++)
            if (x->kept[i].n == k + 1)
                x->simple[k] = x->kept[i];
    }
    size_t near = 1;
    while (near < HC_ARC_MIXED && near < x->n &&
           x->kept[near].e < x->kept[0].e + 1.5 * window)
        near++;
    for (size_t k = 0; k < near; k++)
        hc_arc_polish(&x->fit, &x->kept[k], 30, true);
    x->n = near;
    qsort(x->kept, near, sizeof *x->kept, compare);
    return HC_OK;
}

/* chi2 of the best arcs per degree of freedom. */
static double misfit(const hc_arc_mix *x)
{
    const double dof = (double)x->g->rows - x->kept[0].np;
    return x->kept[0].chi2 / fmax(dof, 1);
}

static bool blocks(const hc_arc_mix *x)
{
    for (size_t a = 0; a < x->kept[0].n; a++)
        if (x->kept[0].arc[a].kind == HC_ARC_WO)
            return true;
    return false;
}

/* Above this ln gamma without arcs would weigh less than least_weight. */
static double np_limit(const hc_arc_mix *x)
{
    return x->kept[0].e - charge_np - 2 * log(least_weight);
}

/* ln gamma without arcs, when there is hope for it.  Where the arcs fit, it
 * has their base and begins at their gamma; else it finds its own, and noise
 * that no passive sample follows is raised with it. */
static hc_status find_np(hc_arc_mix *x, hc_lgp *g, const hc_drt_options *opt,
                         hc_err *err)
{
    hc_status st = HC_OK;
    hc_drt_base base = x->kept[0].base;
    if (misfit(x) > hc_lgp_passive_limit || blocks(x) || x->kept[0].n == 0) {
        st = hc_lgp_run(g, opt, &base, &x->np, err);
        x->has_np = st == HC_OK;
        if (x->has_np && g->raised > 1) {
            hc_arc_fitter_weights(&x->fit);
            st = find_arcs(x, err);
        }
        return st;
    }
    if (x->fit.only_zarc)
        return HC_OK;
    double *f = malloc(g->m * sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    hc_arc_ln_gamma(x, &x->kept[0], f);
    st = hc_lgp_mixture(g, &base, f, np_limit(x) + margin_np, &x->np, err);
    x->has_np = st == HC_OK && x->np.whole;
    free(f);
    return st;
}

/* Remainders, where the arcs miss or a curve beats them: of the best arcs,
 * and of the best with one and with two, which need it more. */
static hc_status find_rest(hc_arc_mix *x, hc_err *err)
{
    hc_status st = HC_OK;
    const bool rival = x->has_np && x->np.e < np_limit(x);
    if (x->fit.only_zarc || hc_arc_has_loop(&x->kept[0]) ||
        !(far_off(x, 2) || rival))
        return HC_OK;
    double limit = x->kept[0].e;
    if (x->has_np)
        limit = fmin(limit, x->np.e + charge_np);
    limit -= 2 * log(least_weight);
    for (size_t n = 0; n < 3 && st == HC_OK; n++) {
        hc_arc_model *m = n == 0 ? &x->kept[0] : &x->simple[n - 1];
        if (m->n == 0 || (n == 0 && !far_off(x, 2)) ||
            (n > 0 && x->kept[0].n <= n))
            continue;
        if (n > 0)
            hc_arc_polish(&x->fit, m, 30, true);
        if (isfinite(m->e) && m->chi2 < most_off * (double)x->g->rows)
            st = hc_arc_try_remainder(x, m, limit, err);
    }
    return st;
}

static hc_status candidates(hc_arc_mix *x, hc_lgp *g,
                            const hc_drt_options *opt, hc_err *err)
{
    hc_status st = find_arcs(x, err);
    if (st == HC_OK)
        st = find_np(x, g, opt, err);
    if (st != HC_OK)
        return st;
    return find_rest(x, err);
}

static hc_status mix_make(hc_arc_mix *x, const hc_lgp *g,
                          const hc_drt_options *opt, bool only_zarc,
                          hc_err *err)
{
    *x = (hc_arc_mix){.g = g};
    x->h0 = blur_steps * (g->high - g->low) / (double)(g->n - 1);
    x->kept = malloc(KEPT * sizeof *x->kept);
    x->rest = malloc(2 * g->m * sizeof *x->rest);
    x->rest_z = malloc(g->n * sizeof *x->rest_z);
    if (!x->kept || !x->rest || !x->rest_z)
        return hc_fail_nomem(err);
    x->rest_sd = x->rest + g->m;
    const hc_status st = hc_arc_fitter_make(&x->fit, g, err);
    x->fit.only_zarc = only_zarc;
    x->fit.high = opt->inductance;
    x->fit.low = opt->capacitance;
    return st;
}

static void mix_clear(hc_arc_mix *x)
{
    hc_arc_fitter_clear(&x->fit);
    hc_lgp_mix_clear(&x->np);
    free(x->kept);
    free(x->rest);
    free(x->rest_z);
}

static hc_status run(const hc_drt_data *d, const hc_drt_options *opt,
                     bool only_zarc, hc_drt *out, hc_err *err)
{
    hc_lgp g;
    hc_arc_mix x;
    hc_drt_options o = *opt;
    o.per_decade = opt->per_decade > 0 ? opt->per_decade : np_per_decade;
    hc_status st = hc_lgp_make(&g, d, &o, err);
    if (st != HC_OK)
        return st;
    st = mix_make(&x, &g, opt, only_zarc, err);
    if (st == HC_OK)
        st = candidates(&x, &g, opt, err);
    if (st == HC_OK) {
        set_weights(&x);
        if (only_zarc)
            take_best(&x);
        st = hc_arc_mix_result(&x, opt, out, err);
    }
    mix_clear(&x);
    hc_lgp_clear(&g);
    return st;
}

hc_status hc_drt_arcs(const hc_drt_data *d, const hc_drt_options *opt,
                      hc_drt *out, hc_err *err)
{
    return run(d, opt, false, out, err);
}

hc_status hc_drt_mrq(const hc_drt_data *d, const hc_drt_options *opt,
                     hc_drt *out, hc_err *err)
{
    return run(d, opt, true, out, err);
}
