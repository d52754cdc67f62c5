/* fit_search.c: from the library to the best minimum and its neighbours */
#include "fitters/fit_shapes.h"

#include <stdlib.h>
#include <string.h>

enum {
    POOL = 640,
    SECOND_STEPS = 25,
    FINISH_STEPS = 60,
    POLISH_STEPS = 200,
    SITES = 24
};

static const double search_gain = 1e-6, final_gain = 1e-10;
static const double known_cost = 3e-2;
static const double same_cost = 1e-3; /* relative: one and the same minimum */

hc_fit_effort hc_fit_default(void)
{
    return (hc_fit_effort){.picks = 10,
                           .library_starts = 8,
                           .random_starts = 12,
                           .first_steps = 6,
                           .kill = 10,
                           .reseeds = 2,
                           .minima = 2,
                           .rounds = 4,
                           .seed = 1,
                           .sort_arcs = true};
}

hc_fit_effort hc_fit_thorough(void)
{
    return (hc_fit_effort){.picks = 16,
                           .library_starts = 12,
                           .random_starts = 32,
                           .wide_starts = 120,
                           .first_steps = 8,
                           .kill = 10,
                           .reseeds = 3,
                           .minima = 5,
                           .rounds = 5,
                           .seed = 1,
                           .sort_arcs = true};
}

typedef struct {
    hc_lm_state lm;
    uint64_t negative;
    double gain; /* promised by the sizes: the cost is the norm less it */
    bool independent, finished, expanded;
    bool merged; /* on its way to a minimum that another one reached */
} candidate;

typedef struct {
    hc_fit *f;
    library lib;
    hc_random rng;
    const hc_fit_effort *effort;
    candidate *pool;
    int n;
    double best;
} search;

/* ---- descents ---- */

static void run(search *s, candidate *c, int steps, double gain)
{
    hc_lm lm = fit_lm(s->f);
    s->f->negative = c->negative;
    hc_lm_run(&lm, &c->lm, steps, gain);
    if (c->lm.cost < s->best)
        s->best = c->lm.cost;
}

static candidate *add(search *s, const start_point *at, bool independent)
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

/* In order of promise. */
static int by_gain(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    return (x->gain < y->gain) - (x->gain > y->gain);
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

/* Equal arcs by time constant, in the order of the circuit. */
static void sort_arcs(const hc_fit *f, double *y, uint64_t *negative)
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

/* Has this descent come close to a minimum that is already finished?  Equal
 * arcs may have changed places. */
static bool is_known(const search *s, const candidate *c)
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
            sort_arcs(f, y, &negative);
            ready = true;
        }
        fit_y_from_x(f, k->lm.x, other);
        sort_arcs(f, other, &sign);
        near = sign == negative;
        for (int p = 0; p < f->np && near; p++)
            near = fabs(y[p] - other[p]) <
                   (f->c.pars[p].spec->kind == HC_PAR_EXP ? 0.02 : 0.1);
        if (near)
            return true;
    }
    return false;
}

/* ---- the first starts ---- */

static int by_cost(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    return (x->lm.cost > y->lm.cost) - (x->lm.cost < y->lm.cost);
}

/* The user's start values, the rest from a random start. */
static void use_given_values(search *s, start_point *at)
{
    hc_fit *f = s->f;
    double p[HC_CIRCUIT_PARS], given[HC_CIRCUIT_PARS];
    uint64_t negative;
    fit_p_from_y(f, at->y, at->negative, p);
    hc_circuit_values(&f->c, given);
    for (int k = 0; k < f->np; k++)
        if (!isnan(given[k]))
            p[k] = given[k];
    fit_y_from_p(f, p, at->y, &negative);
    at->negative = negative;
}

static void first_starts(search *s)
{
    start_point at[32];
    const hc_fit_effort *e = s->effort;
    int n = library_search(&s->lib, &s->rng, e->picks, at, e->library_starts);
    for (int i = 0; i < n; i++)
        add(s, &at[i], true);
    for (int i = 0; i < e->random_starts; i++) {
        random_start(&s->lib, &s->rng, false, &at[0]);
        add(s, &at[0], true);
    }
    for (int i = 0; i < e->wide_starts; i++) {
        random_start(&s->lib, &s->rng, true, &at[0]);
        add(s, &at[0], false);
    }
    for (int i = 0; i < 4 && s->f->any_start; i++) {
        random_start(&s->lib, &s->rng, false, &at[0]);
        use_given_values(s, &at[0]);
        add(s, &at[0], true);
    }
    qsort(s->pool, (size_t)s->n, sizeof s->pool[0], by_gain);
    for (int i = 0; i < s->n; i++)
        run(s, &s->pool[i], e->first_steps, search_gain);
    /* the best one to its end, so that others on their way to the same
     * minimum can be stopped early */
    qsort(s->pool, (size_t)s->n, sizeof s->pool[0], by_cost);
    run(s, &s->pool[0], FINISH_STEPS, search_gain);
    s->pool[0].finished = true;
    for (int i = 1; i < s->n; i++)
        for (int steps = 0; steps < SECOND_STEPS; steps += 5) {
            candidate *c = &s->pool[i];
            if (c->lm.end != HC_LM_GOING || !(c->lm.cost < e->kill * s->best))
                break;
            c->merged = is_known(s, c);
            if (c->merged)
                break;
            run(s, c, 5, search_gain);
        }
}

/* ---- around a minimum ---- */

static void try_start(search *s, const start_point *at, double base)
{
    static const struct {
        int steps;
        double ratio; /* to go on after these steps */
    } stage[] = {{0, 1.5}, {6, 1.3}, {6, 1.2}, {13, 1.1}, {25, 0}};
    candidate *c = add(s, at, false);
    if (c == NULL)
        return;
    run(s, c, s->effort->first_steps, search_gain);
    for (size_t i = 1; i < sizeof stage / sizeof stage[0]; i++) {
        if (c->lm.end != HC_LM_GOING ||
            !(c->lm.cost < stage[i - 1].ratio * base) || is_known(s, c))
            break;
        run(s, c, stage[i].steps, search_gain);
    }
}

/* Places that have a resistance and a time constant to exchange. */
typedef struct {
    int size, tau, kind;
} site;

static int find_sites(const hc_fit *f, site *sites)
{
    int n = 0;
    for (int i = 0; i < f->n_branches; i++) {
        const branch *b = &f->branches[i];
        for (int k = b->par_first; k < b->par_first + b->par_n && n < SITES;
             k++) {
            const coordinate *co = &f->co[k];
            int size = co->partner;
            if (f->c.pars[k].spec->kind == HC_PAR_TAU)
                size = k - 1; /* R or Z0 stands before tau in every row */
            else if (co->kind != MAP_TAU_CPE && co->kind != MAP_TAU_C)
                continue;
            if (co->free && f->co[size].free)
                sites[n++] = (site){size, k, b->kind};
        }
    }
    return n;
}

static void swap_sites(search *s, const start_point *at, double base)
{
    site sites[SITES];
    int n = find_sites(s->f, sites);
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            start_point next = *at;
            if (sites[i].kind == sites[j].kind)
                continue;
            double size = next.y[sites[i].size], tau = next.y[sites[i].tau];
            next.y[sites[i].size] = next.y[sites[j].size];
            next.y[sites[i].tau] = next.y[sites[j].tau];
            next.y[sites[j].size] = size;
            next.y[sites[j].tau] = tau;
            resize(&s->lib, &next);
            try_start(s, &next, base);
        }
}

static void expand(search *s, int which)
{
    hc_fit *f = s->f;
    start_point at, next[8];
    candidate *c = &s->pool[which];
    double base = c->lm.cost;
    c->expanded = true;
    fit_y_from_x(f, c->lm.x, at.y);
    at.negative = c->negative;
    at.gain = 0;
    for (int b = 0; b < f->n_branches; b++) {
        if (!f->branches[b].shaped)
            continue;
        int n = reseed(&s->lib, &at, b, next, s->effort->reseeds);
        for (int i = 0; i < n; i++)
            try_start(s, &next[i], base);
    }
    swap_sites(s, &at, base);
}

static bool done(const search *s)
{
    return s->best <= 1e-24 * s->f->norm;
}

/* The best minima that differ in cost, up to max; indices to which[]. */
static int best_minima(search *s, int max, int *which)
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

/* Finish the best minima until the first `max` different ones are. */
static int finished_minima(search *s, int max, int *which)
{
    for (int tries = 0; tries < 4 * max; tries++) {
        int n = best_minima(s, max, which), open = -1;
        for (int i = 0; i < n && open < 0; i++)
            if (!s->pool[which[i]].finished)
                open = which[i];
        if (open < 0)
            return n;
        if (!is_known(s, &s->pool[open]))
            run(s, &s->pool[open], FINISH_STEPS, search_gain);
        else
            s->pool[open].merged = true;
        s->pool[open].finished = !s->pool[open].merged;
    }
    return best_minima(s, max, which);
}

static bool was_expanded(const search *s, int which)
{
    double cost = s->pool[which].lm.cost;
    for (int k = 0; k < s->n; k++)
        if (s->pool[k].expanded &&
            fabs(s->pool[k].lm.cost - cost) <= same_cost * cost)
            return true;
    return false;
}

static void refine(search *s)
{
    int which[8];
    for (int round = 0; round < s->effort->rounds && !done(s); round++) {
        int expanded = 0;
        int n = finished_minima(s, s->effort->minima, which);
        for (int i = 0; i < n && !done(s); i++) {
            if (was_expanded(s, which[i]))
                continue;
            expand(s, which[i]);
            expanded++;
        }
        if (expanded == 0)
            break;
    }
}

/* ---- result ---- */

static bool is_degenerate(const hc_fit *f, const double *y, const double *p)
{
    double typical = exp(f->ln_typical);
    for (int k = 0; k < f->np; k++) {
        const hc_par *q = &f->c.pars[k];
        const coordinate *co = &f->co[k];
        bool tau = q->spec->kind == HC_PAR_TAU || co->kind == MAP_TAU_CPE ||
                   co->kind == MAP_TAU_C || co->kind == MAP_TAU_L;
        if (!co->free)
            continue;
        if (q->spec->kind == HC_PAR_EXP && p[k] < 0.1)
            return true;
        if (tau &&
            (y[k] > -f->g.ln_w_min + M_LN10 || y[k] < -f->g.ln_w_max - M_LN10))
            return true;
        if (co->kind == MAP_SELF && q->spec->kind == HC_PAR_UP &&
            q->spec->unit[0] == 'o' && fabs(p[k]) < 1e-6 * typical)
            return true;
    }
    return false;
}

static hc_fit_minimum minimum_of(const search *s, const candidate *c)
{
    hc_fit_minimum m = {.cost = c->lm.cost};
    double y[HC_CIRCUIT_PARS];
    uint64_t negative = c->negative;
    fit_y_from_x(s->f, c->lm.x, y);
    if (s->effort->sort_arcs)
        sort_arcs(s->f, y, &negative);
    fit_p_from_y(s->f, y, negative, m.p);
    for (int k = 0; k < s->f->np; k++)
        if (!s->f->co[k].free && s->f->co[k].kind != MAP_TIED)
            m.p[k] = s->f->c.pars[k].value; /* to the last digit */
    m.degenerate = is_degenerate(s->f, y, m.p);
    return m;
}

static void polish(search *s, candidate *c)
{
    run(s, c, POLISH_STEPS, final_gain);
    /* noise-free data have no floor but that of the arithmetic */
    if (c->lm.cost < 1e-9 * s->f->norm)
        run(s, c, POLISH_STEPS, 1e-14);
}

static void report(search *s, hc_fit_result *r)
{
    int which[HC_FIT_MINIMA + 1], polished = 1;
    /* statistically the same: one unit of s^2 */
    double near = 1 / fmax(2 * (double)s->f->n - s->f->nf, 1);
    *r = (hc_fit_result){.steps = s->f->evaluations};
    int n = best_minima(s, polished, which);
    for (int i = 0; i < n; i++)
        polish(s, &s->pool[which[i]]);
    n = best_minima(s, HC_FIT_MINIMA + 1, which);
    r->best = minimum_of(s, &s->pool[which[0]]);
    for (int i = 1; i < n; i++)
        r->other[r->n_other++] = minimum_of(s, &s->pool[which[i]]);
    for (int i = 0; i < s->n; i++) {
        if (!s->pool[i].independent)
            continue;
        r->starts++;
        double within = s->pool[i].merged ? known_cost : near;
        r->agreed += s->pool[i].lm.cost <= r->best.cost * (1 + within) ||
                     s->pool[i].lm.cost <= 1e-20 * s->f->norm;
    }
    r->steps = s->f->evaluations;
}

static hc_status begin(search *s, hc_fit *f, const hc_fit_effort *effort,
                       hc_err *err)
{
    *s = (search){.f = f, .effort = effort, .best = INFINITY};
    f->evaluations = 0;
    hc_random_seed(&s->rng, effort->seed);
    s->pool = malloc(POOL * sizeof *s->pool);
    if (s->pool == NULL)
        return hc_fail_nomem(err);
    return library_make(&s->lib, f, err);
}

static void finish(search *s)
{
    library_clear(&s->lib);
    free(s->pool);
}

hc_status hc_fit_search(hc_fit *f, const hc_fit_effort *effort,
                        hc_fit_result *r, hc_err *err)
{
    search s;
    uint64_t negative = f->negative;
    hc_status st = begin(&s, f, effort, err);
    if (st == HC_OK) {
        first_starts(&s);
        refine(&s);
        if (isfinite(s.best))
            report(&s, r);
        else
            st = hc_fail(err, HC_NO, "no start gave a finite impedance");
    }
    f->negative = negative;
    finish(&s);
    return st;
}

/* Descents from given places only. */
static hc_status descend_all(hc_fit *f, const hc_fit_minimum *const *from,
                             int n, hc_fit_result *r, hc_err *err)
{
    hc_fit_effort effort = hc_fit_default();
    uint64_t negative = f->negative;
    candidate pool[HC_FIT_MINIMA + 1];
    search s = {.f = f, .effort = &effort, .best = INFINITY, .pool = pool};
    f->evaluations = 0;
    effort.sort_arcs = false;
    for (int i = 0; i < n; i++) {
        start_point at = {.gain = 0};
        fit_y_from_p(f, from[i]->p, at.y, &at.negative);
        candidate *c = add(&s, &at, i == 0);
        run(&s, c, n == 1 ? POLISH_STEPS : SECOND_STEPS, search_gain);
        c->merged = i > 0 && is_known(&s, c);
        c->finished = !c->merged;
    }
    hc_status st = HC_OK;
    if (isfinite(s.best))
        report(&s, r);
    else
        st = hc_fail(err, HC_NO, "the start gives no finite impedance");
    f->negative = negative;
    return st;
}

hc_status hc_fit_from(hc_fit *f, const double *p, hc_fit_result *r,
                      hc_err *err)
{
    hc_fit_minimum m = {.cost = NAN};
    const hc_fit_minimum *one = &m;
    memcpy(m.p, p, (size_t)f->np * sizeof *p);
    return descend_all(f, &one, 1, r, err);
}

hc_status hc_fit_again(hc_fit *f, const hc_fit_result *before,
                       hc_fit_result *r, hc_err *err)
{
    const hc_fit_minimum *from[HC_FIT_MINIMA + 1];
    int n = 0;
    from[n++] = &before->best;
    for (int i = 0; i < before->n_other && n < 3; i++)
        from[n++] = &before->other[i];
    return descend_all(f, from, n, r, err);
}
