/* fit_shapes.c: branch shapes, their sizes by non-negative least squares
 *
 * Every top-level branch has one linear parameter, its size; everything else
 * (time constants, exponents, ratios inside) is its shape.  Shapes stand in
 * a library whose Gram matrix is built once, so that trying one costs a few
 * dozen operations.
 */
#include "fitters/fit_shapes.h"

#include "fitters/dense.h"

#include <stdlib.h>
#include <string.h>

enum {
    GRID_TAU = 15,
    GRID_N = 4,
    GRID_RC = 24,
    GRID_CPE = 7,
    HALTON = 78,
    HALTON_MANY = 100,
    PASSES = 8,
    KEEP = 32
};

/* ---- what can be chosen in a branch ---- */

typedef struct {
    int k; /* parameter */
    bool tau, exponent;
    double lo, hi;
} dimension;

static double start_size(const hc_fit *f, int k)
{
    return 0.5 * (f->co[k].lo + f->co[k].hi);
}

static bool named(const hc_fit *f, int k, const char *name)
{
    const hc_circuit *c = &f->c;
    return strcmp(c->elements[c->pars[k].element].type->name, name) == 0;
}

static int dimensions(const hc_fit *f, const branch *b, dimension *dim)
{
    int n = 0;
    for (int i = 0; i < b->par_n && n < SHAPE_PARS; i++) {
        int k = b->par_first + i;
        const coordinate *co = &f->co[k];
        hc_par_kind kind = f->c.pars[k].spec->kind;
        if (!co->free || (k == b->reference && !b->locked))
            continue;
        dimension *d = &dim[n++];
        *d = (dimension){.k = k, .exponent = kind == HC_PAR_EXP};
        d->tau = kind == HC_PAR_TAU || co->kind == MAP_TAU_CPE ||
                 co->kind == MAP_TAU_C || co->kind == MAP_TAU_L;
        if (d->exponent) {
            d->lo = fmax(co->lo, fmin(0.35, 0.7 * co->hi));
            d->hi = fmin(co->hi, 0.99);
        } else if (d->tau) {
            bool late = named(f, k, "Wo") || named(f, k, "Ws") ||
                        named(f, k, "Ma") || named(f, k, "Mg");
            d->lo = -f->g.ln_w_max - 1.5;
            d->hi = -f->g.ln_w_min + 1.5 + (late ? 2.3 : 0);
        } else {
            double mid = start_size(f, k);
            double half = named(f, k, "W") ? 7 : kind == HC_PAR_RATIO ? 2 : 4;
            d->lo = mid - half;
            d->hi = mid + half;
        }
        if (d->lo < co->lo || d->lo > co->hi)
            d->lo = co->lo;
        if (d->hi > co->hi || d->hi < co->lo)
            d->hi = co->hi;
    }
    return n;
}

/* Free y of the branch at their reference values, dims not yet chosen. */
static void base_shape(const hc_fit *f, const branch *b, shape *s)
{
    for (int i = 0; i < b->par_n; i++) {
        int k = b->par_first + i;
        s->y[i] =
            f->co[k].free && k == b->reference ? start_size(f, k) : f->y0[k];
    }
    s->negative = f->negative >> b->par_first;
}

static uint64_t may_be_negative(const hc_fit *f, const branch *b)
{
    uint64_t bits = 0;
    for (int i = 0; i < b->par_n; i++)
        if (f->c.pars[b->par_first + i].negative &&
            f->co[b->par_first + i].free)
            bits |= UINT64_C(1) << i;
    return bits;
}

/* ---- library ---- */

static double at(double lo, double hi, double u)
{
    return lo + (hi - lo) * u;
}

/* Shapes of one branch kind; s has room, or is NULL to count only. */
static int list_shapes(const hc_fit *f, const branch *b, shape *s)
{
    dimension d[SHAPE_PARS];
    int nd = dimensions(f, b, d), n = 0, count = 1, taus = 0, exps = 0;
    shape base = {0};
    base_shape(f, b, &base);
    for (int i = 0; i < nd; i++) {
        taus += d[i].tau;
        exps += d[i].exponent;
    }
    bool arc = nd == 2 && taus == 1 && exps == 1;
    bool one_tau = nd == 1 && taus == 1, one_n = nd == 1 && exps == 1;
    if (nd > 0)
        count = arc       ? GRID_TAU * GRID_N
                : one_tau ? GRID_RC
                : one_n   ? GRID_CPE
                : nd > 3  ? HALTON_MANY
                          : HALTON;
    int it = arc && d[1].tau ? 1 : 0;
    uint64_t signs = may_be_negative(f, b);
    for (int i = 0; i < count; i++) {
        shape now = base;
        double least_n = 1;
        for (int j = 0; j < nd; j++) {
            static const double grid_n[GRID_N] = {0.45, 0.66, 0.83, 0.97};
            double v = at(d[j].lo, d[j].hi, hc_halton(i + 1, j));
            int row = i / GRID_TAU;
            if (arc && j == it)
                v = at(d[j].lo, d[j].hi,
                       (i % GRID_TAU + 0.125 + 0.25 * row) / GRID_TAU);
            else if (arc)
                v = fmin(fmax(grid_n[row], d[j].lo), d[j].hi);
            else if (one_tau || one_n)
                v = at(d[j].lo, one_n ? fmin(1, f->co[d[j].k].hi) : d[j].hi,
                       i / (count - 1.0));
            if (d[j].exponent)
                least_n = fmin(least_n, v);
            now.y[d[j].k - b->par_first] = v;
        }
        if (s != NULL)
            s[n] = now;
        n++;
        for (uint64_t bit = 1; bit <= signs && least_n >= 0.8; bit <<= 1) {
            if (!(signs & bit))
                continue;
            now.negative = base.negative ^ bit;
            if (s != NULL)
                s[n] = now;
            n++;
        }
    }
    return n;
}

static const branch *branch_of_kind(const hc_fit *f, int kind)
{
    const branch *b = f->branches;
    while (b->kind != kind)
        b++;
    return b;
}

static void full_y(const hc_fit *f, const branch *b, const shape *s, double *y,
                   uint64_t *negative)
{
    memcpy(y + b->par_first, s->y, (size_t)b->par_n * sizeof *y);
    uint64_t mask = ((UINT64_C(1) << b->par_n) - 1) << b->par_first;
    *negative = (*negative & ~mask) | (s->negative << b->par_first & mask);
    /* ties inside follow */
    for (int i = 0; i < b->par_n; i++) {
        int k = b->par_first + i;
        if (f->co[k].kind == MAP_TIED)
            y[k] = y[f->co[k].partner] + f->co[k].shift;
    }
}

static void column_of(hc_fit *f, const branch *b, shape *s, double *out)
{
    double y[HC_CIRCUIT_PARS];
    uint64_t negative = f->negative;
    memcpy(y, f->y0, sizeof f->y0);
    full_y(f, b, s, y, &negative);
    fit_branch_column(f, b, y, negative, out);
    s->length = sqrt(hc_dot(out, out, 2 * f->ld));
    double inv = s->length > 0 && isfinite(s->length) ? 1 / s->length : 0;
    for (size_t i = 0; i < 2 * f->ld; i++)
        out[i] = inv == 0 ? 0 : out[i] * inv;
}

hc_status library_make(library *lib, hc_fit *f, hc_err *err)
{
    const size_t two = 2 * f->ld;
    *lib = (library){.f = f};
    for (int i = 0; i < f->n_branches; i++)
        if (f->branches[i].par_n > SHAPE_PARS)
            return hc_fail(err, HC_USAGE,
                           "a branch of the circuit has more "
                           "than %d parameters",
                           SHAPE_PARS);
    for (int k = 0; k < f->n_kinds; k++) {
        lib->first[k] = lib->n;
        lib->n += list_shapes(f, branch_of_kind(f, k), NULL);
    }
    lib->first[f->n_kinds] = lib->n;
    size_t n = (size_t)lib->n;
    lib->shapes = calloc(n, sizeof *lib->shapes);
    lib->columns = malloc((n * (two + n + 1) + two) * sizeof *lib->columns);
    if (lib->shapes == NULL || lib->columns == NULL) {
        library_clear(lib);
        return hc_fail_nomem(err);
    }
    lib->gram = lib->columns + n * two;
    lib->b = lib->gram + n * n;
    lib->data = lib->b + n;
    for (size_t i = 0; i < two; i++)
        lib->data[i] = f->weight[i] * f->target[i];
    for (int k = 0; k < f->n_kinds; k++) {
        const branch *b = branch_of_kind(f, k);
        list_shapes(f, b, lib->shapes + lib->first[k]);
        for (int i = lib->first[k]; i < lib->first[k + 1]; i++)
            column_of(f, b, &lib->shapes[i], lib->columns + (size_t)i * two);
    }
    for (size_t i = 0; i < n; i++) {
        const double *ci = lib->columns + i * two;
        lib->b[i] = hc_dot(ci, lib->data, two);
        for (size_t j = 0; j <= i; j++)
            lib->gram[i * n + j] = lib->gram[j * n + i] =
                hc_dot(ci, lib->columns + j * two, two);
    }
    return HC_OK;
}

void library_clear(library *lib)
{
    free(lib->shapes);
    free(lib->columns);
    *lib = (library){0};
}

/* ---- sizes ---- */

/* Unconstrained sizes of the passive set; a collinear one becomes 0. */
static void solve_passive(int nb, const double *gram, const double *b,
                          const bool *passive, double *c)
{
    double l[MAX_BRANCHES * MAX_BRANCHES], y[MAX_BRANCHES];
    int index[MAX_BRANCHES], n = 0;
    for (int i = 0; i < nb; i++) {
        if (!passive[i])
            continue;
        double *row = l + n * MAX_BRANCHES, d = gram[i * nb + i], t = b[i];
        double full = d;
        for (int k = 0; k < n; k++) {
            const double *lk = l + k * MAX_BRANCHES;
            double s = gram[i * nb + index[k]];
            for (int j = 0; j < k; j++)
                s -= row[j] * lk[j];
            row[k] = s / lk[k];
            d -= row[k] * row[k];
            t -= row[k] * y[k];
        }
        c[i] = 0;
        if (!(d > 1e-11 * full))
            continue;
        row[n] = sqrt(d);
        y[n] = t / row[n];
        index[n++] = i;
    }
    for (int k = n; k-- > 0;) {
        double s = y[k];
        for (int j = k + 1; j < n; j++)
            s -= l[j * MAX_BRANCHES + k] * c[index[j]];
        c[index[k]] = s / l[k * MAX_BRANCHES + k];
    }
}

/* Block principal pivoting with a single exchange as a fallback (Portugal
 * et al. 1994), on a block too small to be worth a call of nnls.c. */
double solve_sizes(int nb, const double *gram, const double *b,
                   const bool *locked, double *c)
{
    double rest[MAX_BRANCHES], gain = 0;
    bool passive[MAX_BRANCHES];
    for (int i = 0; i < nb; i++) {
        bool held = locked != NULL && locked[i];
        passive[i] = !held;
        rest[i] = b[i];
        for (int k = 0; k < nb && locked != NULL; k++)
            if (locked[k])
                rest[i] -= gram[i * nb + k] * c[k];
        if (!held)
            c[i] = 0;
    }
    for (int round = 0; round < 3 * nb + 6; round++) {
        int changes = 0, last = -1;
        solve_passive(nb, gram, rest, passive, c);
        for (int i = 0; i < nb; i++) {
            if (locked != NULL && locked[i])
                continue;
            double slope = rest[i];
            for (int k = 0; k < nb; k++)
                if (passive[k])
                    slope -= gram[i * nb + k] * c[k];
            bool bad = passive[i] ? c[i] < 0
                                  : slope > 1e-9 * sqrt(gram[i * nb + i]) *
                                                fabs(rest[i]);
            if (!bad)
                continue;
            changes++;
            last = i;
            if (round < nb + 2)
                passive[i] = !passive[i];
        }
        if (changes == 0)
            break;
        if (round >= nb + 2)
            passive[last] = !passive[last];
        for (int i = 0; i < nb; i++)
            if (!passive[i] && !(locked != NULL && locked[i]))
                c[i] = 0;
    }
    for (int i = 0; i < nb; i++) {
        double row = 0;
        if (c[i] < 0 && !(locked != NULL && locked[i]))
            c[i] = 0;
        for (int k = 0; k < nb; k++)
            row += gram[i * nb + k] * c[k];
        gain += c[i] * (2 * b[i] - row);
    }
    return gain;
}

/* Put sizes c of unit columns of length `length` into y; a dead branch gets
 * a thousandth of the data, so that it can come to life. */
static void put_sizes(const library *lib, const double *c,
                      const double *length, start_point *s)
{
    const hc_fit *f = lib->f;
    double least = 1e-3 * sqrt(f->norm);
    for (int i = 0; i < f->n_branches; i++) {
        const branch *b = &f->branches[i];
        if (b->locked || !(length[i] > 0))
            continue;
        fit_scale_branch(f, b, log((c[i] > 0 ? c[i] : least) / length[i]),
                         s->y);
    }
}

static void locks(const hc_fit *f, bool *locked)
{
    for (int i = 0; i < f->n_branches; i++)
        locked[i] = f->branches[i].locked;
}

void resize(library *lib, start_point *s)
{
    hc_fit *f = lib->f;
    const size_t two = 2 * f->ld;
    int nb = f->n_branches;
    double gram[MAX_BRANCHES * MAX_BRANCHES], b[MAX_BRANCHES];
    double c[MAX_BRANCHES], length[MAX_BRANCHES];
    bool locked[MAX_BRANCHES];
    /* the Jacobian's room holds the columns; there are never more branches
     * than parameters */
    double *col = f->jacobian;
    locks(f, locked);
    for (int i = 0; i < nb; i++) {
        double *ci = col + (size_t)i * two;
        fit_branch_column(f, &f->branches[i], s->y, s->negative, ci);
        length[i] = sqrt(hc_dot(ci, ci, two));
        double inv = length[i] > 0 ? 1 / length[i] : 0;
        for (size_t k = 0; k < two; k++)
            ci[k] *= inv;
        b[i] = hc_dot(ci, lib->data, two);
        c[i] = length[i];
        for (int j = 0; j <= i; j++)
            gram[i * nb + j] = gram[j * nb + i] =
                hc_dot(ci, col + (size_t)j * two, two);
    }
    s->gain = solve_sizes(nb, gram, b, f->any_locked ? locked : NULL, c);
    put_sizes(lib, c, length, s);
}

/* ---- discrete search ---- */

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
        full_y(f, &f->branches[i], sh, s->y, &s->negative);
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
    locks(f, locked);
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

/* Where degenerate minima lie: flat elements, times far outside. */
static void widen(const hc_fit *f, dimension *d)
{
    const coordinate *co = &f->co[d->k];
    if (d->exponent) {
        d->lo = co->lo;
        d->hi = co->hi;
    } else if (d->tau) {
        d->lo = fmax(co->lo, d->lo - 2);
        d->hi = fmin(co->hi, d->hi + 8);
    }
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
        int nd = dimensions(f, b, d);
        uint64_t signs = may_be_negative(f, b);
        base_shape(f, b, &s);
        for (int j = 0; j < nd; j++) {
            if (wide)
                widen(f, &d[j]);
            s.y[d[j].k - b->par_first] =
                at(d[j].lo, d[j].hi, hc_random_uniform(rng));
        }
        for (uint64_t bit = 1; bit <= signs; bit <<= 1)
            if ((signs & bit) && hc_random_uniform(rng) < 0.5)
                s.negative ^= bit;
        full_y(f, b, &s, out->y, &out->negative);
    }
    resize(lib, out);
}

/* ---- around a minimum ---- */

static bool differs(const hc_fit *f, const branch *b, const double *a,
                    const double *c)
{
    dimension d[SHAPE_PARS];
    int nd = dimensions(f, b, d);
    for (int j = 0; j < nd; j++) {
        int i = d[j].k - b->par_first;
        if (fabs(a[i] - c[i]) >= (d[j].exponent ? 0.15 : 1))
            return true;
    }
    return false;
}

static void insert_best(int *best, double *gain, int *n, int max, int s,
                        double g)
{
    int at_place = *n;
    while (at_place > 0 && gain[at_place - 1] < g)
        at_place--;
    if (at_place >= max)
        return;
    if (*n < max)
        (*n)++;
    for (int i = *n - 1; i > at_place; i--) {
        best[i] = best[i - 1];
        gain[i] = gain[i - 1];
    }
    best[at_place] = s;
    gain[at_place] = g;
}

int reseed(library *lib, const start_point *at_min, int ib, start_point *out,
           int max)
{
    hc_fit *f = lib->f;
    const size_t two = 2 * f->ld;
    const branch *b = &f->branches[ib];
    int nb = f->n_branches, n = 0, best[KEEP];
    double gram[MAX_BRANCHES * MAX_BRANCHES], bb[MAX_BRANCHES];
    double c[MAX_BRANCHES], length[MAX_BRANCHES], gain[KEEP];
    bool locked[MAX_BRANCHES];
    double *col = f->jacobian;
    locks(f, locked);
    for (int i = 0; i < nb; i++) {
        double *ci = col + (size_t)i * two;
        fit_branch_column(f, &f->branches[i], at_min->y, at_min->negative, ci);
        length[i] = sqrt(hc_dot(ci, ci, two));
        for (size_t k = 0; k < two && length[i] > 0; k++)
            ci[k] /= length[i];
        bb[i] = hc_dot(ci, lib->data, two);
        for (int j = 0; j <= i; j++)
            gram[i * nb + j] = gram[j * nb + i] =
                hc_dot(ci, col + (size_t)j * two, two);
    }
    double kept_gain[KEEP];
    int kept[KEEP], n_kept = 0;
    for (int s = lib->first[b->kind]; s < lib->first[b->kind + 1]; s++) {
        const shape *sh = &lib->shapes[s];
        const double *cs = lib->columns + (size_t)s * two;
        if (!differs(f, b, sh->y, at_min->y + b->par_first))
            continue;
        for (int j = 0; j < nb; j++) {
            gram[ib * nb + j] = gram[j * nb + ib] =
                j == ib ? 1 : hc_dot(cs, col + (size_t)j * two, two);
            c[j] = length[j];
        }
        bb[ib] = lib->b[s];
        c[ib] = sh->length;
        double g = solve_sizes(nb, gram, bb, f->any_locked ? locked : NULL, c);
        insert_best(kept, kept_gain, &n_kept, 12, s, g);
    }
    for (int i = 0; i < n_kept && n < max; i++) {
        bool near = false;
        for (int k = 0; k < n; k++)
            near |=
                !differs(f, b, lib->shapes[kept[i]].y, lib->shapes[best[k]].y);
        if (near)
            continue;
        best[n] = kept[i];
        gain[n] = kept_gain[i];
        out[n] = *at_min;
        full_y(f, b, &lib->shapes[kept[i]], out[n].y, &out[n].negative);
        resize(lib, &out[n]);
        n++;
        /* resize() used the column room; it is not needed again here */
    }
    (void)gain;
    return n;
}
