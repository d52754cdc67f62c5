/* fit_profile.c: hold one reported parameter, descend with the others */
#include "fitters/fit_judge.h"

#include <string.h>

enum { PROBE_STEPS = 40, SECANTS = 6 };

/* The problem with parameter k held; everything else as it was. */
typedef struct {
    coordinate co;
    int nf, index[HC_CIRCUIT_PARS];
    double lo[HC_LM_MAX], hi[HC_LM_MAX], cap[HC_LM_MAX], y0;
    uint64_t negative;
} held;

static void hold(hc_fit *f, int k, held *h)
{
    int n = 0;
    h->co = f->co[k];
    h->nf = f->nf;
    h->y0 = f->y0[k];
    h->negative = f->negative;
    memcpy(h->index, f->index, sizeof h->index);
    memcpy(h->lo, f->lo, sizeof h->lo);
    memcpy(h->hi, f->hi, sizeof h->hi);
    memcpy(h->cap, f->cap, sizeof h->cap);
    if (f->co[k].kind != MAP_TIED)
        f->co[k].kind = MAP_SELF;
    f->co[k].free = false;
    for (int i = 0; i < h->nf; i++) {
        if (f->index[i] == k)
            continue;
        f->index[n] = f->index[i];
        f->lo[n] = f->lo[i];
        f->hi[n] = f->hi[i];
        f->cap[n++] = f->cap[i];
    }
    f->nf = n;
}

static void release(hc_fit *f, int k, const held *h)
{
    f->co[k] = h->co;
    f->nf = h->nf;
    f->y0[k] = h->y0;
    f->negative = h->negative;
    memcpy(f->index, h->index, sizeof h->index);
    memcpy(f->lo, h->lo, sizeof h->lo);
    memcpy(f->hi, h->hi, sizeof h->hi);
    memcpy(f->cap, h->cap, sizeof h->cap);
}

/* Physical values with raw_k moved by delta; the others move along by
 * `follow` times the linear prediction. */
static void moved(const judged *j, int k, double delta, double follow,
                  double *p)
{
    const hc_fit *f = j->f;
    double own = j->cov[k * f->np + k];
    for (int i = 0; i < f->np; i++) {
        double by = own > 0 ? j->cov[i * f->np + k] / own : 0;
        double r = j->raw[i] + (i == k ? delta : follow * by * delta);
        if (f->c.pars[i].spec->kind == HC_PAR_EXP)
            p[i] = i == k ? r : fmin(fmax(r, f->co[i].lo), f->co[i].hi);
        else
            p[i] = (j->m->p[i] < 0 ? -1 : 1) * exp(fmin(fmax(r, -300), 300));
    }
}

/* Down to `enough` or to a minimum; given up when four steps did less than
 * an eighth of the way that is left. */
static void descend(const hc_lm *lm, hc_lm_state *s, double enough,
                    double gain)
{
    double before = INFINITY;
    for (int steps = 0; steps < PROBE_STEPS; steps += 4) {
        hc_lm_run(lm, s, 4, gain);
        if (s->end != HC_LM_GOING || s->cost < enough)
            return;
        double left = log(s->cost / enough), did = log(before / s->cost);
        if (enough > 0 && did < left / 8)
            return;
        before = s->cost;
    }
}

/* Lowest cost with raw_k moved by delta; stops as soon as it is below
 * `enough`. */
static double lowest(const judged *j, int k, double delta, double enough,
                     double gain)
{
    hc_fit *f = j->f;
    double best = INFINITY, p[HC_CIRCUIT_PARS], y[HC_CIRCUIT_PARS];
    held h;
    hold(f, k, &h);
    f->y0[k] = j->raw[k] + delta;
    for (int way = 0; way < 2 && !(best < enough); way++) {
        /* hopeless: the others cannot make up for it from anywhere */
        if (way > 0 && enough > 0 && best > 20 * enough)
            break;
        hc_lm lm = fit_lm(f);
        hc_lm_state s;
        double x[HC_LM_MAX];
        moved(j, k, delta, way == 0, p);
        fit_y_from_p(f, p, y, &f->negative);
        fit_x_from_y(f, y, x);
        if (f->nf == 0) {
            best = fit_cost(f, x);
            break;
        }
        lm.cost_floor = fmax(lm.cost_floor, enough);
        hc_lm_begin(&lm, &s, x);
        descend(&lm, &s, enough, gain);
        best = fmin(best, s.cost);
    }
    release(f, k, &h);
    return best;
}

bool profile_is_open(const judged *j, int k)
{
    const hc_fit *f = j->f;
    bool exponent = f->c.pars[k].spec->kind == HC_PAR_EXP;
    double own = j->cov[k * f->np + k];
    for (int side = -1; side <= 1; side += 2) {
        double delta = side * M_LN10;
        if (exponent) {
            double room =
                side < 0 ? j->raw[k] - f->co[k].lo : f->co[k].hi - j->raw[k];
            if (room < 0.15)
                continue; /* the bound itself closes it */
            delta = side * fmin(0.3, room);
        }
        (void)own;
        if (lowest(j, k, delta, j->line, 0.02) < j->line)
            return true;
    }
    return false;
}

/* One end: sqrt of the excess cost is nearly linear in delta. */
static double one_end(const judged *j, int k, int side)
{
    const hc_fit *f = j->f;
    bool exponent = f->c.pars[k].spec->kind == HC_PAR_EXP;
    double rise = j->line - j->m->cost, own = j->cov[k * f->np + k];
    double far = exponent ? (side < 0 ? j->raw[k] - f->co[k].lo
                                      : f->co[k].hi - j->raw[k])
                          : 4.6;
    double in = 0, out = INFINITY, g_in = 0, g_out = 0;
    double delta = own > 0 ? hc_t95(j->dof) * sqrt(own) : 0.1 * far;
    if (!(far > 0))
        return j->raw[k];
    for (int i = 0; i < SECANTS; i++) {
        delta = fmin(delta, far);
        double cost = lowest(j, k, side * delta, 0, 1e-4);
        double g = sqrt(fmax(cost - j->m->cost, 0) / rise);
        if (fabs(g - 1) < 0.01)
            return j->raw[k] + side * delta;
        if (g < 1) {
            if (delta >= far)
                return exponent ? j->raw[k] + side * far
                                : copysign((double)INFINITY, side);
            in = delta;
            g_in = g;
        } else {
            out = delta;
            g_out = g;
        }
        if (isinf(out))
            delta = in * fmin(3, fmax(1.2, 1.05 / fmax(g_in, 0.35)));
        else
            delta = in + (out - in) *
                             fmin(fmax((1 - g_in) / (g_out - g_in), 0.1), 0.9);
    }
    return j->raw[k] + side * (isinf(out) ? in : delta);
}

void profile_ends(const judged *j, int k, double *low, double *high)
{
    *low = one_end(j, k, -1);
    *high = one_end(j, k, 1);
}
