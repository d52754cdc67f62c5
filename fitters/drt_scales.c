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
    N_CORNER = 3,
    N_STEP = 2,
    N_TRY = 6,
    MOST = 7 + N_DOWN + N_UP + N_CUBIC + N_STEP + 3 * N_LOCAL +
           HC_LGP_MANNERS * N_CORNER
};

/* Scales that are always tried, that between, and on from there. */
static const double low_scale = 0.8, mid_scale = 1.2, high_scale = 2;
static const double down_scales[N_DOWN] = {0.5, 0.3};
static const double up_scales[N_UP] = {3.2, 5};
static const double cubic_scales[N_CUBIC] = {1.2, 0.3, 0.08, 0.02};
static const double tries[N_TRY] = {0.12, 0.2, 0.35, 0.6, 1, 1.5};
enum { likely = 3, at_one = 4 };
/* The same of gamma itself, in units of its bend (hc_lgp_prior_of), kinks
 * and steps. */
static const double less_soft = 2.5, low_soft = 6, high_soft = 20,
                    more_soft = 50;
static const double step_scales[N_STEP] = {12, 5};
/* How much better ln gamma must be for gamma to rest before its scales per
 * tau are tried, and gamma for ln gamma after them. */
static const double plain_ln = 12, plain_soft = 6;
/* A round of scales per tau that wins less is the last. */
static const double little = 0.5;
/* The charges for tuning local scales to the data: steps can make any
 * shape. */
static const double charge = 6, charge_kinks = 2, charge_steps = 6;
/* What they win at most, by experience (13 on 70 spectra). */
static const double local_gain = 16;
/* Models this much worse in -2 ln evidence are left out of the mean. */
static const double window = 12;

/* ---- the mixture ---- */

typedef struct {
    hc_lgp_fit fit;
    int order;
    bool soft;
    double scale, *local; /* [m - order] or NULL */
    double *smooth;       /* [m - 2] or NULL */
    double price;         /* of tuning local to the data */
} model;

typedef struct {
    const hc_lgp *g;
    model at[MOST];
    size_t n;
    double *memory;
} mixture;

static hc_status solve_at(mixture *x, model *m, hc_err *err)
{
    hc_lgp_prior p = hc_lgp_prior_of(x->g, m->order, m->soft, m->scale);
    p.local = m->local;
    p.smooth = m->smooth;
    const hc_status st = hc_lgp_solve(x->g, &p, &m->fit, err);
    m->fit.e += m->price;
    return st;
}

/* The best of all (order 0), or of one order and link. */
static const model *best_of(const mixture *x, int order, bool soft)
{
    const model *b = NULL;
    for (size_t k = 0; k < x->n; k++)
        if ((order == 0 ||
             (x->at[k].order == order && x->at[k].soft == soft)) &&
            (!b || x->at[k].fit.e < b->fit.e))
            b = &x->at[k];
    return b;
}

/* f of `from` as the start of a model with another link. */
static void translate(const mixture *x, const model *from, bool soft,
                      double *f)
{
    const double a = hc_lgp_prior_of(x->g, 2, from->soft, 1).soft;
    const double b = hc_lgp_prior_of(x->g, 2, soft, 1).soft;
    double slope;
    for (size_t k = 0; k < x->g->m; k++)
        f[k] =
            from->soft == soft
                ? from->fit.f[k]
                : hc_lgp_inverse(b, hc_lgp_gamma(a, from->fit.f[k], &slope));
}

/* One more model, from an answer. */
static hc_status try_scale(mixture *x, int order, bool soft, double scale,
                           const model *from, hc_err *err)
{
    model *a = &x->at[x->n];
    a->order = order;
    a->soft = soft;
    a->scale = scale;
    a->local = a->smooth = NULL;
    a->price = 0;
    a->fit.base = from->fit.base;
    translate(x, from, soft, a->fit.f);
    const hc_status st = solve_at(x, a, err);
    x->n += st == HC_OK;
    return st;
}

/* One scale after the other, each from the answer before, until it is much
 * worse than the best. */
static hc_status scan(mixture *x, int order, bool soft, const double *sizes,
                      size_t n, double low, const model *from, hc_err *err)
{
    for (size_t k = 0; k < n; k++) {
        const hc_status st = try_scale(x, order, soft, sizes[k],
                                       k ? &x->at[x->n - 1] : from, err);
        if (st != HC_OK)
            return st;
        const double e = x->at[x->n - 1].fit.e;
        low = fmin(low, e);
        if (e > low + 10)
            break;
    }
    return HC_OK;
}

/* A round of scales per tau. */
typedef struct {
    int order;
    bool soft;
    int manner;   /* of hc_lgp_bends */
    bool unknown; /* the covariance of the answer counts */
} round_of;

/* The scales of `to` from the best model of its kind; memory[m^2 + m] with
 * `unknown`. */
static hc_status set_scales(mixture *x, model *to, const model *from,
                            const round_of *r, double *memory, hc_err *err)
{
    const size_t m = x->g->m;
    model again = *from;
    again.fit.cov = memory;
    again.fit.f = memory + m * m;
    hc_status st = HC_OK;
    if (r->unknown) {
        memcpy(again.fit.f, from->fit.f, m * sizeof *memory);
        st = solve_at(x, &again, err);
    }
    const hc_lgp_prior p = hc_lgp_prior_of(x->g, r->order, r->soft, 1);
    double *const room = to->fit.f + 2 * m;
    to->local = to->fit.f + m;
    to->smooth = r->manner < 0 ? NULL : room;
    hc_lgp_bends(x->g, &p, from->fit.f, r->unknown ? memory : NULL, r->manner,
                 to->local, room);
    return st;
}

/* One round: scales per tau from the best model of its kind, their common
 * factor by evidence. */
static hc_status local_round(mixture *x, const round_of *r, hc_err *err)
{
    const size_t m = x->g->m;
    const model *from = best_of(x, r->order, r->soft);
    model *to = &x->at[x->n];
    double *memory = malloc((m * m + 2 * m) * sizeof *memory), e = HUGE_VAL;
    if (!memory)
        return hc_fail_nomem(err);
    to->order = r->order;
    to->soft = r->soft;
    hc_status st = set_scales(x, to, from, r, memory, err);
    model trial = *to;
    trial.price = !r->soft        ? charge
                  : r->order == 1 ? charge_steps
                                  : charge_kinks;
    trial.fit.base = from->fit.base;
    trial.fit.f = memory + m * m + m;
    memcpy(trial.fit.f, from->fit.f, m * sizeof *memory);
    /* down from a likely factor, or else up */
    const int first = from->local ? at_one : likely;
    int k = first, way = -1;
    for (; k >= 0 && k < N_TRY && st == HC_OK; k += way) {
        trial.scale = from->scale * tries[k];
        st = solve_at(x, &trial, err);
        if (st != HC_OK)
            break;
        if (trial.fit.e > e && (way > 0 || k < first - 1))
            break;
        if (trial.fit.e > e) {
            way = 1;
            k = first;
            continue;
        }
        e = trial.fit.e;
        double *const own = memcpy(to->fit.f, trial.fit.f, m * sizeof *own);
        *to = trial;
        to->fit.f = own;
    }
    if (st == HC_OK)
        x->n++;
    free(memory);
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

/* Its gamma and, where wanted, how ln gamma follows f. */
static void gamma_of(const hc_lgp *g, const model *a, double *gamma,
                     double *by_f)
{
    const double soft = hc_lgp_prior_of(g, a->order, a->soft, a->scale).soft;
    double slope;
    for (size_t k = 0; k < g->m; k++) {
        gamma[k] = fmax(hc_lgp_gamma(soft, a->fit.f[k], &slope), 1e-300);
        if (by_f)
            by_f[k] = slope / gamma[k];
    }
}

static void add_model(const hc_lgp *g, const model *a, double weight,
                      double *gamma, hc_lgp_mix *mix)
{
    gamma_of(g, a, gamma, NULL);
    for (size_t k = 0; k < g->m; k++)
        mix->gamma[k] += weight * gamma[k];
    for (size_t i = 0; i < g->n; i++) {
        double complex z =
            hc_drt_base_z(&a->fit.base, g, 2 * M_PI * g->d->freq_hz[i]);
        double re = 0, im = 0;
        for (size_t k = 0; k < g->m; k++) {
            re += gamma[k] * g->k[k * g->rows + i];
            im += gamma[k] * g->k[k * g->rows + g->n + i];
        }
        z += CMPLX(re * g->sd[i], im * g->sd[i]);
        mix->z[i] += weight * z;
    }
}

/* Variance of ln gamma between the models of the mean. */
static void add_spread(const mixture *x, double e, double sum, double *gamma,
                       hc_lgp_mix *mix)
{
    for (size_t i = 0; i < x->n; i++) {
        const model *a = &x->at[i];
        if (!(a->fit.e < e + window))
            continue;
        gamma_of(x->g, a, gamma, NULL);
        for (size_t k = 0; k < x->g->m; k++)
            mix->var_ln[k] += exp((e - a->fit.e) / 2) / sum *
                              pow(log(gamma[k] / mix->gamma[k]), 2);
    }
}

/* The best once more, with the covariance of ln gamma. */
static hc_status take_best(mixture *x, const model *from, double *by_f,
                           hc_lgp_mix *mix, hc_err *err)
{
    const size_t m = x->g->m;
    model b = *from;
    memcpy(mix->best.f, b.fit.f, m * sizeof *b.fit.f);
    b.fit.f = mix->best.f;
    b.fit.cov = mix->best.cov;
    const hc_status st = solve_at(x, &b, err);
    if (st != HC_OK)
        return st;
    mix->best = b.fit;
    mix->best.e = from->fit.e;
    gamma_of(x->g, &b, mix->best.f, by_f);
    for (size_t k = 0; k < m; k++) {
        mix->best.f[k] = log(mix->best.f[k]);
        for (size_t i = 0; i < m; i++)
            mix->best.cov[k * m + i] *= by_f[k] * by_f[i];
        mix->var_ln[k] = mix->best.cov[k * m + k];
    }
    return HC_OK;
}

static hc_status blend(mixture *x, hc_lgp_mix *mix, hc_err *err)
{
    const model *b = best_of(x, 0, false);
    double *gamma = malloc(x->g->m * sizeof *gamma), sum = 0;
    if (!gamma)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < x->n; k++)
        if (x->at[k].fit.e < b->fit.e + window)
            sum += exp((b->fit.e - x->at[k].fit.e) / 2);
    for (size_t k = 0; k < x->n; k++)
        if (x->at[k].fit.e < b->fit.e + window)
            add_model(x->g, &x->at[k],
                      exp((b->fit.e - x->at[k].fit.e) / 2) / sum, gamma, mix);
    mix->e = b->fit.e;
    mix->scale = b->scale;
    mix->local = b->local != NULL;
    mix->soft = b->soft;
    mix->order = b->order;
    const hc_status st = take_best(x, b, gamma, mix, err);
    if (st == HC_OK)
        add_spread(x, mix->e, sum, gamma, mix);
    free(gamma);
    return st;
}

/* Two scales and, if there is hope, a scale per tau from the better. */
static hc_status begin(mixture *x, const model *start, double limit,
                       hc_err *err)
{
    hc_status st = try_scale(x, 2, false, low_scale, start, err);
    if (st == HC_OK)
        st = try_scale(x, 2, false, high_scale, &x->at[0], err);
    if (st == HC_OK && best_of(x, 0, false)->fit.e < limit + local_gain)
        st = local_round(x, &(round_of){2, false, -1, false}, err);
    return st;
}

/* Further rounds of scales per tau until they win next to nothing. */
static hc_status local_rounds(mixture *x, int order, bool soft, int manner,
                              hc_err *err)
{
    hc_status st = HC_OK;
    double before = HUGE_VAL;
    const int most = manner < 0 ? N_LOCAL : N_CORNER;
    for (int k = 0; k < most && st == HC_OK; k++) {
        const double now = best_of(x, order, soft)->fit.e;
        if (now > before - little)
            break;
        before = now;
        const bool unknown = soft && order == 2 && k == 0;
        st = local_round(x, &(round_of){order, soft, manner, unknown}, err);
    }
    return st;
}

/* More of ln gamma: between the two scales, on in the direction of the
 * better, parabolas. */
static hc_status go_on_ln(mixture *x, hc_err *err)
{
    const model *low = &x->at[0], *high = &x->at[1];
    const bool down = low->fit.e < high->fit.e;
    hc_status st = try_scale(x, 2, false, mid_scale, low, err);
    if (st == HC_OK && down)
        st = scan(x, 2, false, down_scales, N_DOWN, low->fit.e, low, err);
    if (st == HC_OK && !down)
        st = scan(x, 2, false, up_scales, N_UP, high->fit.e, high, err);
    if (st == HC_OK)
        st = scan(x, 3, false, cubic_scales, N_CUBIC,
                  best_of(x, 2, false)->fit.e, best_of(x, 2, false), err);
    if (!x->g->corners)
        return st == HC_OK ? local_rounds(x, 2, false, -1, err) : st;
    for (int k = 0; k < HC_LGP_MANNERS && st == HC_OK; k++)
        st = local_rounds(x, 2, false, k, err);
    return st;
}

/* More of gamma: kinks, then steps. */
static hc_status go_on_soft(mixture *x, hc_err *err)
{
    const model *low = &x->at[x->n - 2], *high = &x->at[x->n - 1];
    const bool down = low->fit.e < high->fit.e;
    hc_status st = try_scale(x, 2, true, down ? less_soft : more_soft,
                             down ? low : high, err);
    if (st == HC_OK)
        st = scan(x, 1, true, step_scales, N_STEP, HUGE_VAL,
                  best_of(x, 2, true), err);
    if (st == HC_OK)
        st = local_rounds(x, 2, true, -1, err);
    return st == HC_OK ? local_rounds(x, 1, true, -1, err) : st;
}

static double best_ln(const mixture *x)
{
    double e = HUGE_VAL;
    for (size_t k = 0; k < x->n; k++)
        if (!x->at[k].soft)
            e = fmin(e, x->at[k].fit.e);
    return e;
}

/* Both links, one alone where it is plain which. */
static hc_status go_on(mixture *x, hc_err *err)
{
    hc_status st = try_scale(x, 2, true, low_soft, best_of(x, 0, false), err);
    if (st == HC_OK)
        st = try_scale(x, 2, true, high_soft, &x->at[x->n - 1], err);
    if (st == HC_OK && best_of(x, 2, true)->fit.e < best_ln(x) + plain_ln)
        st = go_on_soft(x, err);
    if (st == HC_OK && best_ln(x) < best_of(x, 0, false)->fit.e + plain_soft)
        st = go_on_ln(x, err);
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
    x.memory = malloc((3 * MOST + 1) * g->m * sizeof *x.memory);
    if (!x.memory) {
        hc_lgp_mix_clear(mix);
        return hc_fail_nomem(err);
    }
    for (size_t k = 0; k < MOST; k++)
        x.at[k].fit.f = x.memory + 3 * k * g->m;
    const model start = {
        .fit = {.base = *base,
                .f = memcpy(x.memory + 3 * MOST * g->m, f, g->m * sizeof *f)}};
    st = begin(&x, &start, limit, err);
    mix->e = st == HC_OK ? best_of(&x, 0, false)->fit.e : HUGE_VAL;
    mix->whole = st == HC_OK && mix->e < limit;
    if (mix->whole)
        st = go_on(&x, err);
    if (mix->whole && st == HC_OK)
        st = blend(&x, mix, err);
    free(x.memory);
    if (st != HC_OK)
        hc_lgp_mix_clear(mix);
    return st;
}
