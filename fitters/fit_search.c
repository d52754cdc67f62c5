/* fit_search.c: from the library to the best minimum and its neighbours */
#include "fitters/fit_pool.h"

#include <stdlib.h>
#include <string.h>

enum { SITES = 24 };

hc_fit_effort hc_fit_quick(void)
{
    return (hc_fit_effort){.picks = 10,
                           .library_starts = 8,
                           .random_starts = 12,
                           .first_steps = 8,
                           .kill = 10,
                           .reseeds = 2,
                           .minima = 2,
                           .rounds = 4,
                           .seed = 1,
                           .sort_arcs = true};
}

hc_fit_effort hc_fit_default(void)
{
    hc_fit_effort e = hc_fit_quick();
    e.minima = 3;
    e.doubts = 3;
    e.steps_each = 2.2;
    return e;
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
                           .inside = 3,
                           .minima = 5,
                           .rounds = 5,
                           .seed = 1,
                           .sort_arcs = true};
}

/* In order of promise. */
static int by_gain(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    return (x->gain < y->gain) - (x->gain > y->gain);
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
    const hc_fit_effort *e = &s->effort;
    int n = library_search(&s->lib, &s->rng, e->picks, at, e->library_starts);
    for (int i = 0; i < n; i++)
        pool_add(s, &at[i], true);
    for (int i = 0; i < e->random_starts; i++) {
        random_start(&s->lib, &s->rng, false, &at[0]);
        pool_add(s, &at[0], true);
    }
    for (int i = 0; i < e->wide_starts; i++) {
        random_start(&s->lib, &s->rng, true, &at[0]);
        pool_add(s, &at[0], false);
    }
    for (int i = 0; i < 4 && s->f->any_start; i++) {
        random_start(&s->lib, &s->rng, false, &at[0]);
        use_given_values(s, &at[0]);
        pool_add(s, &at[0], true);
    }
    qsort(s->pool, (size_t)s->n, sizeof s->pool[0], by_gain);
    for (int i = 0; i < s->n; i++)
        pool_run(s, &s->pool[i], e->first_steps, SEARCH_GAIN);
    /* the best one to its end, so that others on their way to the same
     * minimum can be stopped early */
    qsort(s->pool, (size_t)s->n, sizeof s->pool[0], by_cost);
    pool_run(s, &s->pool[0], FINISH_STEPS, SEARCH_GAIN);
    s->pool[0].finished = true;
    for (int i = 1; i < s->n; i++)
        pool_go_on(s, &s->pool[i]);
}

/* Doubts may cost so many steps, and no more: landscapes grow harder with the
 * parameters. */
static bool spent(const search *s)
{
    const double nf = s->f->nf, least = 600;
    const double most = fmax(s->effort.steps_each * nf * nf * nf, least) *
                        (s->patient ? 10 : 1);
    return s->effort.steps_each > 0 && (double)s->f->evaluations >= most;
}

/* ---- around a minimum ---- */

/* What a start must promise: the cost less this times the gain that the last
 * step's model saw. In a curved valley that is more than comes true. */
static const double trust_promise = 4;

static void try_start(search *s, const start_point *at, double base)
{
    static const struct {
        int steps;
        double ratio; /* to go on after these steps */
    } stage[] = {{0, 1.5}, {6, 1.3}, {6, 1.2}, {13, 1.1}, {25, 0}};
    candidate *c = spent(s) ? NULL : pool_add(s, at, false);
    if (c == NULL)
        return;
    pool_run(s, c, s->effort.first_steps, SEARCH_GAIN);
    for (size_t i = 1; i < sizeof stage / sizeof stage[0]; i++) {
        if (c->lm.end != HC_LM_GOING ||
            c->lm.cost - trust_promise * c->lm.promise > base ||
            !pool_near(s, c->lm.cost, stage[i - 1].ratio, base) ||
            pool_knows(s, c))
            break;
        pool_run(s, c, stage[i].steps, SEARCH_GAIN);
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
        int n = reseed(&s->lib, &at, b, next, s->effort.reseeds);
        for (int i = 0; i < n; i++)
            try_start(s, &next[i], base);
        n = s->effort.inside == 0
                ? 0
                : reseed_inside(&s->lib, &at, b, next, s->effort.inside);
        for (int i = 0; i < n; i++)
            try_start(s, &next[i], base);
    }
    swap_sites(s, &at, base);
}

static bool was_expanded(const search *s, int which)
{
    double cost = s->pool[which].lm.cost;
    for (int k = 0; k < s->n; k++)
        if (s->pool[k].expanded &&
            fabs(s->pool[k].lm.cost - cost) <= 1e-3 * cost)
            return true;
    return false;
}

/* Beyond the two best, only minima this close to the best are worth it. */
static const double third_ratio = 1.1;

static void refine(search *s)
{
    int which[8];
    for (int round = 0; round < s->effort.rounds && !pool_done(s); round++) {
        int expanded = 0;
        int n = pool_finish(s, s->effort.minima, which);
        for (int i = 0; i < n && !pool_done(s); i++) {
            if (was_expanded(s, which[i]) ||
                (i >= 2 && !pool_near(s, s->pool[which[i]].lm.cost,
                                      third_ratio, s->best)))
                continue;
            expand(s, which[i]);
            expanded++;
        }
        if (expanded == 0)
            break;
    }
}

/* Does the winner follow data of hardly any noise, and still leave residuals
 * that hang together? Then there is a better minimum. */
static bool is_above_floor(search *s)
{
    static const double clean = 1e-7, together = 0.7;
    hc_fit *f = s->f;
    const candidate *best = &s->pool[0];
    double sum = 0, lag = 0;
    for (int i = 1; i < s->n; i++)
        if (s->pool[i].lm.cost < best->lm.cost)
            best = &s->pool[i];
    if (!(best->lm.cost < clean * f->norm) || pool_done(s))
        return false;
    f->negative = best->negative;
    (void)fit_cost(f, best->lm.x);
    for (size_t half = 0; half < 2; half++)
        for (size_t i = 1; i < f->n; i++) {
            const double *r = f->residual + half * f->ld + i;
            sum += r[0] * r[0];
            lag += r[0] * r[-1];
        }
    return lag > together * sum;
}

/* Few starts agree on the winner, or it cannot be the last one. */
static bool doubtful(search *s)
{
    int starts;
    s->patient = is_above_floor(s);
    return s->patient || (!pool_done(s) && !spent(s) &&
                          pool_agreement(s, s->best, &starts) <= 3);
}

/* More starts, half of them wide ones, and more around more minima. */
static void look_harder(search *s)
{
    for (int i = 0; i < s->effort.random_starts && !spent(s); i++) {
        start_point at;
        bool wide = i % 2 == 1;
        random_start(&s->lib, &s->rng, wide, &at);
        candidate *c = pool_add(s, &at, !wide);
        if (c == NULL)
            break;
        pool_run(s, c, s->effort.first_steps, SEARCH_GAIN);
        pool_go_on(s, c);
    }
    s->effort.minima += 1;
    s->effort.reseeds += 1;
    s->effort.inside = s->effort.reseeds;
    refine(s);
}

static hc_status begin(search *s, hc_fit *f, const hc_fit_effort *effort,
                       hc_err *err)
{
    *s = (search){.f = f, .effort = *effort, .best = INFINITY};
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

static hc_status search_once(hc_fit *f, const hc_fit_effort *effort,
                             hc_fit_result *r, hc_err *err)
{
    search s;
    uint64_t negative = f->negative;
    hc_status st = begin(&s, f, effort, err);
    if (st == HC_OK) {
        first_starts(&s);
        refine(&s);
        for (int i = 0; i < s.effort.doubts && doubtful(&s); i++)
            look_harder(&s);
        if (isfinite(s.best))
            fit_report_search(&s, r);
        else
            st = hc_fail(err, HC_NO, "no start gave a finite impedance");
    }
    f->negative = negative;
    finish(&s);
    return st;
}

hc_status hc_fit_search(hc_fit *f, const hc_fit_effort *effort,
                        hc_fit_result *r, hc_err *err)
{
    hc_fit_result second;
    hc_status st = search_once(f, effort, r, err);
    if (st != HC_OK || effort->doubts == 0 || r->agreed > 0)
        return st;
    /* not one independent start ended at the winner: there may be better */
    hc_fit_effort more = hc_fit_thorough();
    more.seed = effort->seed;
    more.sort_arcs = effort->sort_arcs;
    st = search_once(f, &more, &second, err);
    if (st == HC_OK && second.best.cost <= r->best.cost)
        *r = second;
    return st;
}
