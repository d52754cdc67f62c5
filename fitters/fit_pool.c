/* fit_pool.c: descents, those that meet, the minima they end in */
#include "fitters/fit_pool.h"

static const double known_cost = 3e-2;
static const double same_cost = 1e-3; /* one and the same minimum */

/* ---- descents ---- */

void pool_run(search *s, candidate *c, int steps, double gain)
{
    hc_lm lm = fit_lm(s->f);
    s->f->negative = c->negative;
    int plain = steps < FINISH_STEPS ? steps : PLAIN_STEPS;
    hc_lm_run(&lm, &c->lm, plain, gain);
    /* what is not down by then lies in a curved valley */
    if (steps > plain && c->lm.end == HC_LM_GOING) {
        lm.bend = fit_bend;
        hc_lm_run(&lm, &c->lm, steps - plain, gain);
    }
    if (c->lm.cost < s->best)
        s->best = c->lm.cost;
}

candidate *pool_add(search *s, const start_point *at, bool independent)
{
    double x[HC_LM_MAX];
    if (s->n == POOL)
        return NULL;
    candidate *c = &s->pool[s->n++];
    hc_lm lm = fit_lm(s->f);
    c->negative = s->f->negative = at->negative;
    c->independent = independent;
    c->gain = at->gain;
    c->finished = c->expanded = c->merged = false;
    fit_x_from_y(s->f, at->y, x);
    hc_lm_begin(&lm, &c->lm, x);
    return c;
}

/* ---- equal arcs ---- */

static double branch_tau(const hc_fit *f, const branch *b, const double *y)
{
    for (int k = b->par_first; k < b->par_first + b->par_n; k++) {
        map_kind kind = f->co[k].kind;
        if (f->c.pars[k].spec->kind == HC_PAR_TAU || kind == MAP_TAU_CPE ||
            kind == MAP_TAU_C || kind == MAP_TAU_L)
            return y[k];
    }
    return NAN;
}

static bool may_sort(const hc_fit *f, const branch *b)
{
    for (int k = b->par_first; k < b->par_first + b->par_n; k++)
        if (!f->c.pars[k].optional && !isnan(f->c.pars[k].value))
            return false;
    return !b->locked;
}

void fit_sort_arcs(const hc_fit *f, double *y, uint64_t *negative)
{
    for (int i = 0; i < f->n_branches; i++)
        for (int j = i + 1; j < f->n_branches; j++) {
            const branch *a = &f->branches[i], *b = &f->branches[j];
            if (a->kind != b->kind || !may_sort(f, a) || !may_sort(f, b) ||
                !(branch_tau(f, b, y) < branch_tau(f, a, y)))
                continue;
            for (int k = 0; k < a->par_n; k++) {
                int pa = a->par_first + k, pb = b->par_first + k;
                double t = y[pa];
                uint64_t na = *negative >> pa & 1, nb = *negative >> pb & 1;
                y[pa] = y[pb];
                y[pb] = t;
                if (na != nb)
                    *negative ^= UINT64_C(1) << pa | UINT64_C(1) << pb;
            }
        }
}

bool pool_knows(const search *s, const candidate *c)
{
    const hc_fit *f = s->f;
    double y[HC_CIRCUIT_PARS], other[HC_CIRCUIT_PARS];
    uint64_t negative = c->negative;
    bool ready = false;
    for (int i = 0; i < s->n; i++) {
        const candidate *k = &s->pool[i];
        uint64_t sign = k->negative;
        bool near = k->finished && k != c &&
                    fabs(k->lm.cost - c->lm.cost) < known_cost * k->lm.cost;
        if (!near)
            continue;
        if (!ready) {
            fit_y_from_x(f, c->lm.x, y);
            fit_sort_arcs(f, y, &negative);
            ready = true;
        }
        fit_y_from_x(f, k->lm.x, other);
        fit_sort_arcs(f, other, &sign);
        near = sign == negative;
        for (int p = 0; p < f->np && near; p++)
            near = fabs(y[p] - other[p]) <
                   (f->c.pars[p].spec->kind == HC_PAR_EXP ? 0.02 : 0.1);
        if (near)
            return true;
    }
    return false;
}

/* ---- how far to go ---- */

bool pool_near(const search *s, double cost, double ratio, double base)
{
    return cost < ratio * fmax(base, 1e-6 * s->f->norm);
}

void pool_go_on(search *s, candidate *c)
{
    for (int steps = 0; steps < SECOND_STEPS; steps += 5) {
        if (c->lm.end != HC_LM_GOING ||
            !pool_near(s, c->lm.cost, s->effort.kill, s->best))
            break;
        c->merged = pool_knows(s, c);
        if (c->merged)
            break;
        pool_run(s, c, 5, SEARCH_GAIN);
    }
}

/* ---- minima ---- */

bool pool_done(const search *s)
{
    return s->best <= 1e-24 * s->f->norm;
}

int pool_minima(search *s, int max, int *which)
{
    int n = 0;
    while (n < max) {
        int best = -1;
        for (int i = 0; i < s->n; i++) {
            double cost = s->pool[i].lm.cost;
            bool taken = !isfinite(cost) || s->pool[i].merged;
            for (int k = 0; k < n && !taken; k++)
                taken =
                    which[k] == i || fabs(cost - s->pool[which[k]].lm.cost) <=
                                         same_cost * s->pool[which[k]].lm.cost;
            if (!taken && (best < 0 || cost < s->pool[best].lm.cost))
                best = i;
        }
        if (best < 0)
            break;
        which[n++] = best;
    }
    return n;
}

int pool_finish(search *s, int max, int *which)
{
    for (int tries = 0; tries < 4 * max; tries++) {
        int n = pool_minima(s, max, which), open = -1;
        for (int i = 0; i < n && open < 0; i++)
            if (!s->pool[which[i]].finished)
                open = which[i];
        if (open < 0)
            return n;
        if (!pool_knows(s, &s->pool[open]))
            pool_run(s, &s->pool[open], FINISH_STEPS, SEARCH_GAIN);
        else
            s->pool[open].merged = true;
        s->pool[open].finished = !s->pool[open].merged;
    }
    return pool_minima(s, max, which);
}

int pool_agreement(const search *s, double best, int *starts)
{
    /* statistically the same: one unit of s^2 */
    double near = 1 / fmax(2 * (double)s->f->n - s->f->nf, 1);
    int n = 0;
    *starts = 0;
    for (int i = 0; i < s->n; i++) {
        const candidate *c = &s->pool[i];
        double within = c->merged ? known_cost : near;
        if (!c->independent)
            continue;
        (*starts)++;
        n += c->lm.cost <= best * (1 + within) ||
             c->lm.cost <= 1e-20 * s->f->norm;
    }
    return n;
}
