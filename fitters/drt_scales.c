/* drt_scales.c: the scales of ln gamma, by evidence; drt_scales.h
 *
 * A scale per tau in the manner of J. Huang, M. Papac, R. O'Hayre,
 * Electrochim. Acta 367 (2021) 137493, 10.1016/j.electacta.2020.137493, but
 * for the second derivative of ln gamma, and ranked by evidence.
 */
#include "fitters/drt_scales.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    N_DOWN = 2,
    N_UP = 2,
    N_CUBIC = 4,
    N_LOCAL = 2,
    N_TRY = 5,
    MOST = 3 + N_DOWN + N_UP + N_CUBIC + 1 + N_LOCAL
};

/* Scales that are always tried, that between, and on from there. */
static const double low_scale = 0.8, mid_scale = 1.2, high_scale = 2;
static const double down_scales[N_DOWN] = {0.5, 0.3};
static const double up_scales[N_UP] = {3.2, 5};
static const double cubic_scales[N_CUBIC] = {1.2, 0.3, 0.08, 0.02};
static const double tries[N_TRY] = {0.2, 0.35, 0.6, 1, 1.5};
/* Local scales: curvature of the last answer smoothed by this sd in ln tau,
 * plus this part of its mean; the charge for tuning them to the data. */
static const double smooth_ln = 0.5, floor_part = 0.03, charge = 6;
/* What they win at most, by experience (13 on 70 spectra). */
static const double local_gain = 16;
/* Models this much worse in -2 ln evidence are left out of the mean. */
static const double window = 12;

static hc_lgp_prior prior_of(const hc_lgp *g, double scale,
                             const double *local)
{
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    for (size_t i = 0; i < g->n; i++) {
        lo = fmin(lo, creal(g->d->z_ohm[i]));
        hi = fmax(hi, creal(g->d->z_ohm[i]));
    }
    return (hc_lgp_prior){
        .local = local,
        .scale = scale,
        .slope = 1,
        .slope_sd = 0.5,
        .level = log(fmax(hi - lo, 1e-12 * hi) / (g->u[g->m - 1] - g->u[0])),
        .level_sd = 3};
}

/* ---- what stands beside gamma ---- */

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
    const hc_lgp_prior p = prior_of(c->g, 1.5, NULL);
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

/* ---- the mixture ---- */

typedef struct {
    hc_lgp_fit fit;
    int order;
    double scale, *local; /* [m - 2] or NULL */
} model;

typedef struct {
    const hc_lgp *g;
    model at[MOST];
    size_t n;
    double *memory;
} mixture;

static hc_status solve_at(mixture *x, model *m, hc_err *err)
{
    hc_lgp_prior p = prior_of(x->g, m->scale, m->local);
    p.order = m->order;
    /* parabolas of ln gamma fall ever faster */
    if (p.order == 3)
        p.slope_sd = 5;
    return hc_lgp_solve(x->g, &p, &m->fit, err);
}

static const model *best_of(const mixture *x, bool second_order)
{
    const model *b = &x->at[0];
    for (size_t k = 1; k < x->n; k++)
        if (x->at[k].fit.e < b->fit.e &&
            (!second_order || x->at[k].order == 2))
            b = &x->at[k];
    return b;
}

/* One more model, from base and f. */
static hc_status try_scale(mixture *x, int order, double scale,
                           const hc_drt_base *base, const double *f,
                           hc_err *err)
{
    model *a = &x->at[x->n];
    a->order = order;
    a->scale = scale;
    a->fit.base = *base;
    memcpy(a->fit.f, f, x->g->m * sizeof *f);
    const hc_status st = solve_at(x, a, err);
    x->n += st == HC_OK;
    return st;
}

/* One scale after the other, each from the answer before, until it is much
 * worse than the best. */
static hc_status scan(mixture *x, int order, const double *sizes, size_t n,
                      double low, const hc_drt_base *base, const double *f,
                      hc_err *err)
{
    for (size_t k = 0; k < n; k++) {
        const hc_lgp_fit *from = &x->at[x->n - 1].fit;
        const hc_status st = try_scale(
            x, order, sizes[k], k ? &from->base : base, k ? from->f : f, err);
        if (st != HC_OK)
            return st;
        const double e = x->at[x->n - 1].fit.e;
        low = fmin(low, e);
        if (e > low + 10)
            break;
    }
    return HC_OK;
}

static void local_scales(const hc_lgp *g, const double *f, double *t)
{
    const size_t n = g->m - 2;
    double *v = t, mean = 0, ln = 0;
    double c[128];
    for (size_t i = 0; i < n; i++)
        v[i] = pow(f[i] - 2 * f[i + 1] + f[i + 2], 2);
    /* Gaussian smoothing, mirrored at the ends */
    const int arm = (int)fmin(60, ceil(4 * smooth_ln / g->step));
    double sum = 0;
    for (int k = -arm; k <= arm; k++)
        sum += c[k + arm] = exp(-0.5 * pow(k * g->step / smooth_ln, 2));
    double *raw = t + n;
    memcpy(raw, v, n * sizeof *raw);
    for (size_t i = 0; i < n; i++) {
        v[i] = 0;
        for (int k = -arm; k <= arm; k++) {
            long j = (long)i + k;
            if (j < 0)
                j = -j - 1;
            if (j >= (long)n)
                j = 2 * (long)n - 1 - j;
            if (j >= 0 && j < (long)n)
                v[i] += c[k + arm] / sum * raw[j];
        }
        mean += v[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        v[i] = v[i] / fmax(mean, 1e-300) + floor_part;
        ln += log(v[i]) / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        t[i] = sqrt(v[i] / exp(ln));
}

/* One round: scales per tau from the best model, their common factor by
 * evidence. */
static hc_status local_round(mixture *x, hc_err *err)
{
    const hc_lgp *g = x->g;
    const model *from = best_of(x, true);
    model *to = &x->at[x->n];
    to->local = to->fit.f + g->m;
    local_scales(g, from->fit.f, to->local);
    double *f = malloc(g->m * sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    to->order = 2;
    model trial = {.order = 2,
                   .local = to->local,
                   .fit = {.base = from->fit.base, .f = f}};
    memcpy(f, from->fit.f, g->m * sizeof *f);
    double e = HUGE_VAL;
    hc_status st = HC_OK;
    for (size_t k = N_TRY; k-- > 0 && st == HC_OK;) {
        trial.scale = from->scale * tries[k];
        st = solve_at(x, &trial, err);
        trial.fit.e += charge;
        if (st != HC_OK || trial.fit.e > e)
            break;
        e = trial.fit.e;
        memcpy(to->fit.f, f, g->m * sizeof *f);
        to->fit.base = trial.fit.base;
        to->fit.e = e;
        to->fit.chi2 = trial.fit.chi2;
        to->scale = trial.scale;
    }
    if (st == HC_OK)
        x->n++;
    free(f);
    return st;
}

static hc_status mix_make(hc_lgp_mix *mix, const hc_lgp *g, hc_err *err)
{
    *mix = (hc_lgp_mix){0};
    mix->gamma = calloc(g->m, sizeof *mix->gamma);
    mix->var_ln = calloc(g->m, sizeof *mix->var_ln);
    mix->z = calloc(g->n, sizeof *mix->z);
    mix->best.f = malloc(g->m * sizeof *mix->best.f);
    mix->best.cov = malloc(g->m * g->m * sizeof *mix->best.cov);
    if (!mix->gamma || !mix->var_ln || !mix->z || !mix->best.f ||
        !mix->best.cov) {
        hc_lgp_mix_clear(mix);
        return hc_fail_nomem(err);
    }
    return HC_OK;
}

void hc_lgp_mix_clear(hc_lgp_mix *mix)
{
    free(mix->gamma);
    free(mix->var_ln);
    free(mix->z);
    free(mix->best.f);
    free(mix->best.cov);
    *mix = (hc_lgp_mix){0};
}

static void add_model(const hc_lgp *g, const model *a, double weight,
                      hc_lgp_mix *mix)
{
    for (size_t k = 0; k < g->m; k++)
        mix->gamma[k] += weight * exp(a->fit.f[k]);
    for (size_t i = 0; i < g->n; i++) {
        double complex z =
            hc_drt_base_z(&a->fit.base, g, 2 * M_PI * g->d->freq_hz[i]);
        double re = 0, im = 0;
        for (size_t k = 0; k < g->m; k++) {
            const double e = exp(a->fit.f[k]);
            re += e * g->k[k * g->rows + i];
            im += e * g->k[k * g->rows + g->n + i];
        }
        z += CMPLX(re * g->sd[i], im * g->sd[i]);
        mix->z[i] += weight * z;
    }
}

static hc_status blend(mixture *x, hc_lgp_mix *mix, hc_err *err)
{
    const hc_lgp *g = x->g;
    model b = *best_of(x, false);
    double sum = 0;
    for (size_t k = 0; k < x->n; k++)
        if (x->at[k].fit.e < b.fit.e + window)
            sum += exp((b.fit.e - x->at[k].fit.e) / 2);
    for (size_t k = 0; k < x->n; k++)
        if (x->at[k].fit.e < b.fit.e + window)
            add_model(g, &x->at[k], exp((b.fit.e - x->at[k].fit.e) / 2) / sum,
                      mix);
    mix->e = b.fit.e;
    mix->scale = b.scale;
    mix->local = b.local != NULL;
    mix->order = b.order;
    memcpy(mix->best.f, b.fit.f, g->m * sizeof *b.fit.f);
    b.fit.f = mix->best.f;
    b.fit.cov = mix->best.cov;
    const double e = b.fit.e;
    const hc_status st = solve_at(x, &b, err);
    if (st != HC_OK)
        return st;
    mix->best = b.fit;
    mix->best.e = e;
    for (size_t k = 0; k < g->m; k++) {
        double between = 0;
        for (size_t i = 0; i < x->n; i++)
            if (x->at[i].fit.e < e + window)
                between += exp((e - x->at[i].fit.e) / 2) / sum *
                           pow(x->at[i].fit.f[k] - log(mix->gamma[k]), 2);
        mix->var_ln[k] = mix->best.cov[k * g->m + k] + between;
    }
    return HC_OK;
}

/* Two scales and, if there is hope, a scale per tau from the better. */
static hc_status begin(mixture *x, const hc_drt_base *base, const double *f,
                       double limit, hc_err *err)
{
    const hc_lgp_fit *first = &x->at[0].fit;
    hc_status st = try_scale(x, 2, low_scale, base, f, err);
    if (st == HC_OK)
        st = try_scale(x, 2, high_scale, &first->base, first->f, err);
    if (st == HC_OK && best_of(x, false)->fit.e < limit + local_gain)
        st = local_round(x, err);
    return st;
}

static hc_status go_on(mixture *x, const hc_drt_base *base, const double *f,
                       hc_err *err)
{
    const hc_lgp_fit *low = &x->at[0].fit, *high = &x->at[1].fit;
    hc_status st = try_scale(x, 2, mid_scale, &low->base, low->f, err);
    if (st == HC_OK)
        st = scan(x, 2, down_scales, N_DOWN, low->e, &low->base, low->f, err);
    if (st == HC_OK)
        st = scan(x, 2, up_scales, N_UP, high->e, &high->base, high->f, err);
    if (st == HC_OK)
        st = scan(x, 3, cubic_scales, N_CUBIC, best_of(x, true)->fit.e, base,
                  f, err);
    for (int k = 0; k < N_LOCAL && st == HC_OK; k++)
        st = local_round(x, err);
    return st;
}

hc_status hc_lgp_mixture(const hc_lgp *g, const hc_drt_base *base,
                         const double *f, double limit, hc_lgp_mix *mix,
                         hc_err *err)
{
    hc_status st = mix_make(mix, g, err);
    if (st != HC_OK)
        return st;
    mixture x = {.g = g};
    x.memory = malloc(3 * MOST * g->m * sizeof *x.memory);
    if (!x.memory) {
        hc_lgp_mix_clear(mix);
        return hc_fail_nomem(err);
    }
    for (size_t k = 0; k < MOST; k++)
        x.at[k].fit.f = x.memory + 3 * k * g->m;
    st = begin(&x, base, f, limit, err);
    mix->e = st == HC_OK ? best_of(&x, false)->fit.e : HUGE_VAL;
    mix->whole = st == HC_OK && mix->e < limit;
    if (mix->whole)
        st = go_on(&x, base, f, err);
    if (mix->whole && st == HC_OK)
        st = blend(&x, mix, err);
    free(x.memory);
    if (st != HC_OK)
        hc_lgp_mix_clear(mix);
    return st;
}
