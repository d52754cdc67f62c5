/* fit_exchange.c: starts from the library by exchange, and random ones */
#include "fitters/fit_shapes.h"

#include <string.h>

enum { PASSES = 8, KEEP = 32 };

typedef struct {
    int pick[MAX_BRANCHES];
    double size[MAX_BRANCHES];
    double gain;
} combination;

static double evaluate(const library *lib, const bool *locked, combination *m)
{
    const hc_fit *f = lib->f;
    int nb = f->n_branches;
    double gram[MAX_BRANCHES * MAX_BRANCHES], b[MAX_BRANCHES];
    for (int i = 0; i < nb; i++) {
        const double *row = lib->gram + (size_t)m->pick[i] * (size_t)lib->n;
        b[i] = lib->b[m->pick[i]];
        for (int j = 0; j < nb; j++)
            gram[i * nb + j] = row[m->pick[j]];
        m->size[i] = lib->shapes[m->pick[i]].length;
    }
    m->gain = solve_sizes(nb, gram, b, f->any_locked ? locked : NULL, m->size);
    return m->gain;
}

/* The others' Cholesky factor, so that a candidate costs one more row. */
typedef struct {
    double l[MAX_BRANCHES * MAX_BRANCHES], y[MAX_BRANCHES];
    int pick[MAX_BRANCHES], n;
    double base;
} border;

static bool border_make(const library *lib, const combination *m, int skip,
                        border *o)
{
    int nb = lib->f->n_branches;
    o->n = 0;
    o->base = 0;
    for (int i = 0; i < nb; i++) {
        if (i == skip)
            continue;
        int n = o->n;
        double *row = o->l + n * MAX_BRANCHES, t = lib->b[m->pick[i]];
        const double *g = lib->gram + (size_t)m->pick[i] * (size_t)lib->n;
        double d = 1;
        for (int k = 0; k < n; k++) {
            const double *lk = o->l + k * MAX_BRANCHES;
            double s = g[o->pick[k]];
            for (int j = 0; j < k; j++)
                s -= row[j] * lk[j];
            row[k] = s * lk[k]; /* the diagonal holds its inverse */
            d -= row[k] * row[k];
            t -= row[k] * o->y[k];
        }
        if (!(d > 1e-9))
            return false;
        row[n] = 1 / sqrt(d);
        o->y[n] = t * row[n];
        o->base += o->y[n] * o->y[n];
        o->pick[n] = m->pick[i];
        o->n++;
    }
    return true;
}

/* Gain that shape s could reach at most: sizes of either sign.  *positive:
 * all sizes came out above zero, so the bound is the gain itself. */
static double border_bound(const library *lib, const border *o, int s,
                           bool *positive)
{
    const double *g = lib->gram + (size_t)s * (size_t)lib->n;
    double v[MAX_BRANCHES], c[MAX_BRANCHES], d = 1, t = lib->b[s];
    for (int k = 0; k < o->n; k++) {
        const double *lk = o->l + k * MAX_BRANCHES;
        double a = g[o->pick[k]];
        for (int j = 0; j < k; j++)
            a -= v[j] * lk[j];
        v[k] = a * lk[k];
        d -= v[k] * v[k];
        t -= v[k] * o->y[k];
    }
    *positive = false;
    if (!(d > 1e-9))
        return o->base;
    double own = t / d, gain = o->base + t * own;
    *positive = own > 0;
    for (int k = o->n; k-- > 0;) {
        double a = o->y[k] - v[k] * own;
        for (int j = k + 1; j < o->n; j++)
            a -= o->l[j * MAX_BRANCHES + k] * c[j];
        c[k] = a * o->l[k * MAX_BRANCHES + k];
        if (c[k] < 0)
            *positive = false;
    }
    return gain;
}

/* Try all shapes of branch ib; true when a better one was found. */
static bool exchange(const library *lib, const bool *locked, combination *m,
                     int ib)
{
    const hc_fit *f = lib->f;
    int kind = f->branches[ib].kind, best = m->pick[ib];
    double gain = m->gain;
    border o;
    bool fast = !f->any_locked && border_make(lib, m, ib, &o);
    combination trial = *m;
    for (int s = lib->first[kind]; s < lib->first[kind + 1]; s++) {
        bool positive = false;
        if (s == m->pick[ib])
            continue;
        if (fast) {
            double bound = border_bound(lib, &o, s, &positive);
            if (bound <= gain * (1 + 1e-12))
                continue;
            trial.gain = bound;
        }
        trial.pick[ib] = s;
        if (!positive)
            evaluate(lib, locked, &trial);
        if (trial.gain > gain * (1 + 1e-12)) {
            gain = trial.gain;
            best = s;
        }
    }
    if (best == m->pick[ib])
        return false;
    m->pick[ib] = best;
    evaluate(lib, locked, m);
    return true;
}

/* Equal branches are interchangeable: sort their picks. */
static void canonical(const hc_fit *f, combination *m)
{
    for (int i = 0; i < f->n_branches; i++)
        for (int j = i + 1; j < f->n_branches; j++)
            if (f->branches[i].kind == f->branches[j].kind &&
                m->pick[j] < m->pick[i]) {
                int t = m->pick[i];
                double u = m->size[i];
                m->pick[i] = m->pick[j];
                m->size[i] = m->size[j];
                m->pick[j] = t;
                m->size[j] = u;
            }
}

static bool same_picks(const hc_fit *f, const combination *a,
                       const combination *b)
{
    return memcmp(a->pick, b->pick,
                  (size_t)f->n_branches * sizeof a->pick[0]) == 0;
}

static void to_start(const library *lib, const combination *m, start_point *s)
{
    const hc_fit *f = lib->f;
    double length[MAX_BRANCHES];
    memcpy(s->y, f->y0, sizeof f->y0);
    s->negative = f->negative;
    for (int i = 0; i < f->n_branches; i++) {
        const shape *sh = &lib->shapes[m->pick[i]];
        shape_into(f, &f->branches[i], sh, s->y, &s->negative);
        length[i] = sh->length;
    }
    put_sizes(lib, m->size, length, s);
    s->gain = m->gain;
}

/* Insert a combination by its gain unless it is there already. */
static void keep(const hc_fit *f, combination *kept, int *n, int max,
                 const combination *m)
{
    int place = *n;
    for (int i = 0; i < *n; i++)
        if (same_picks(f, &kept[i], m))
            return;
    while (place > 0 && kept[place - 1].gain < m->gain)
        place--;
    if (place >= max)
        return;
    *n = *n < max ? *n + 1 : max;
    memmove(&kept[place + 1], &kept[place],
            (size_t)(*n - 1 - place) * sizeof kept[0]);
    kept[place] = *m;
}

int library_search(library *lib, hc_random *rng, int picks, start_point *out,
                   int max)
{
    const hc_fit *f = lib->f;
    combination kept[KEEP];
    bool locked[MAX_BRANCHES];
    int n = 0;
    locked_branches(f, locked);
    if (max > KEEP)
        max = KEEP;
    for (int p = 0; p < picks; p++) {
        combination m = {{0}, {0}, 0};
        bool moved = true;
        for (int i = 0; i < f->n_branches; i++) {
            int k = f->branches[i].kind;
            m.pick[i] =
                lib->first[k] +
                hc_random_below(rng, lib->first[k + 1] - lib->first[k]);
        }
        evaluate(lib, locked, &m);
        for (int pass = 0; pass < PASSES && moved; pass++) {
            moved = false;
            for (int i = 0; i < f->n_branches; i++)
                moved |= exchange(lib, locked, &m, i);
        }
        canonical(f, &m);
        keep(f, kept, &n, max, &m);
    }
    /* a single branch has one best shape; of one with many dimensions the
     * next best are starts of their own */
    const combination best = kept[0];
    for (int i = 0; i < f->n_branches && f->n_branches == 1; i++) {
        int k = f->branches[i].kind;
        int from = lib->first[k], to = lib->first[k + 1];
        for (int q = from; q < to && to - from >= HALTON; q++) {
            combination m = best;
            m.pick[i] = q;
            evaluate(lib, locked, &m);
            canonical(f, &m);
            keep(f, kept, &n, max, &m);
        }
    }
    for (int i = 0; i < n; i++)
        to_start(lib, &kept[i], &out[i]);
    return n;
}

void random_start(library *lib, hc_random *rng, bool wide, start_point *out)
{
    hc_fit *f = lib->f;
    memcpy(out->y, f->y0, sizeof f->y0);
    out->negative = f->negative;
    for (int i = 0; i < f->n_branches; i++) {
        const branch *b = &f->branches[i];
        dimension d[SHAPE_PARS];
        shape s = {0};
        int nd = shape_dimensions(f, b, d);
        uint64_t signs = shape_signs(f, b);
        shape_base(f, b, &s);
        for (int j = 0; j < nd; j++) {
            if (wide)
                shape_widen(f, &d[j]);
            s.y[d[j].k - b->par_first] =
                between(d[j].lo, d[j].hi, hc_random_uniform(rng));
        }
        for (uint64_t bit = 1; bit <= signs; bit <<= 1)
            if ((signs & bit) && hc_random_uniform(rng) < 0.5)
                s.negative ^= bit;
        shape_into(f, b, &s, out->y, &out->negative);
    }
    resize(lib, out);
}
