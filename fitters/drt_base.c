/* drt_base.c: what stands beside ln gamma, by evidence; drt_scales.h */
#include "fitters/drt_scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Width of the bend of gamma where it leaves zero, of its mean level. */
static const double bend = 0.3;

hc_lgp_prior hc_lgp_prior_of(const hc_lgp *g, int order, bool soft,
                             double scale)
{
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    for (size_t i = 0; i < g->n; i++) {
        lo = fmin(lo, creal(g->d->z_ohm[i]));
        hi = fmax(hi, creal(g->d->z_ohm[i]));
    }
    const double mean = fmax(hi - lo, 1e-12 * hi) / (g->u[g->m - 1] - g->u[0]);
    if (soft)
        return (hc_lgp_prior){.order = order,
                              .soft = bend * mean,
                              .scale = scale,
                              .slope = 0.5 / bend,
                              .slope_sd = 0.5 / bend,
                              .level = 1 / bend,
                              .level_sd = 3 / bend};
    return (hc_lgp_prior){.order = order,
                          .scale = scale,
                          .slope = 1,
                          /* parabolas of ln gamma fall ever faster */
                          .slope_sd = order == 3 ? 5 : 0.5,
                          .level = log(mean),
                          .level_sd = 3};
}

static void ends_of(const hc_lgp *g, size_t *lo, size_t *hi)
{
    const bool falling = g->d->freq_hz[0] > g->d->freq_hz[g->n - 1];
    *hi = falling ? 0 : g->n - 1;
    *lo = falling ? g->n - 1 : 0;
}

/* Whether a power law is worth a trial at an end of the spectrum. */
static bool looks_inductive(const hc_lgp *g)
{
    size_t lo, hi;
    ends_of(g, &lo, &hi);
    /* an arc alone turns towards -90 degrees at its fast end */
    return carg(g->d->z_ohm[hi]) > -1.2;
}

static bool looks_blocking(const hc_lgp *g)
{
    size_t lo, hi;
    ends_of(g, &lo, &hi);
    const size_t back = g->n / 12 + 2;
    const size_t in = lo > hi ? lo - back : lo + back;
    const double complex *z = g->d->z_ohm;
    return -cimag(z[lo]) > -cimag(z[in]);
}

typedef struct {
    const hc_lgp *g;
    const hc_drt_options *opt;
    hc_drt_base base; /* the best so far */
    double *f, *try;  /* [m] its answer, scratch */
    double e;
} chooser;

/* Take `shape` when it is better; false says it was not. */
static hc_status consider(chooser *c, const hc_drt_base *shape, bool fresh,
                          bool *better, hc_err *err)
{
    const hc_lgp_prior p = hc_lgp_prior_of(c->g, 2, false, 1.5);
    for (size_t k = 0; k < c->g->m; k++)
        c->try[k] = fresh ? p.level : c->f[k];
    hc_lgp_fit fit = {.base = *shape, .f = c->try};
    const hc_status st = hc_lgp_solve(c->g, &p, &fit, err);
    *better = st == HC_OK && fit.e < c->e;
    if (*better) {
        c->e = fit.e;
        c->base = fit.base;
        memcpy(c->f, c->try, c->g->m * sizeof *c->f);
    }
    return st;
}

/* Exponent 1 first, and a free one when that or `always` says so. */
static hc_status try_power(chooser *c, bool high, hc_err *err)
{
    const hc_drt_switch want = high ? c->opt->inductance : c->opt->capacitance;
    const bool looks = high ? looks_inductive(c->g) : looks_blocking(c->g);
    if (want == HC_DRT_OFF || (want == HC_DRT_AUTO && !looks))
        return HC_OK;
    if (want == HC_DRT_ON || (!high && hc_drt_wants_c(c->g->d, c->opt)))
        c->e = HUGE_VAL;
    size_t lo, hi;
    ends_of(c->g, &lo, &hi);
    const double im = fabs(cimag(c->g->d->z_ohm[high ? hi : lo]));
    const double ln_a = log(fmax(0.5 * im, 1e-12));
    hc_drt_base from = c->base;
    hc_drt_power *p = high ? &from.high : &from.low;
    *p = (hc_drt_power){true, false, ln_a, 1};
    bool better, taken;
    hc_status st = consider(c, &from, !high, &taken, err);
    if (st != HC_OK || (high && !taken))
        return st;
    from = c->base;
    if (!p->on)
        p->ln_a = ln_a;
    p->on = p->free = true;
    p->p = high ? 0.9 : 0.6;
    return consider(c, &from, !taken, &better, err);
}

hc_status hc_lgp_choose_base(const hc_lgp *g, const hc_drt_options *opt,
                             hc_drt_base *base, double *f, hc_err *err)
{
    double re = HUGE_VAL;
    for (size_t i = 0; i < g->n; i++)
        re = fmin(re, creal(g->d->z_ohm[i]));
    chooser c = {.g = g, .opt = opt, .f = f, .e = HUGE_VAL};
    c.try = malloc(g->m * sizeof *c.try);
    if (!c.try)
        return hc_fail_nomem(err);
    const hc_drt_base bare = {.r_inf = 0.9 * fmax(re, 0)};
    bool better;
    hc_status st = consider(&c, &bare, true, &better, err);
    if (st == HC_OK)
        st = try_power(&c, false, err);
    if (st == HC_OK)
        st = try_power(&c, true, err);
    *base = c.base;
    free(c.try);
    return st;
}
