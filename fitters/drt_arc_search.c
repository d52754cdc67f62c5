/* drt_arc_search.c: which arcs, by greedy search; drt_arcs.h */
#include "fitters/drt_arcs.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 10, FAMILIES = 4, TOP = 2, STEPS = 12, SWAPS = 5 };

/* A swap or a drop must win this much, else the search goes round. */
static const double enough = 0.3;

typedef struct {
    hc_arc_fitter *f;
    hc_arc_model *kept;
    size_t n, cap;
    double *q; /* rows x HC_ARC_PARAMS: orthonormal columns of the Jacobian */
    size_t nq;
} search;

static bool same_set(const hc_arc_model *a, const hc_arc_model *b)
{
    int count[HC_ARC_KINDS] = {0};
    if (a->n != b->n || a->base.low.on != b->base.low.on ||
        a->base.high.on != b->base.high.on)
        return false;
    for (size_t k = 0; k < a->n; k++) {
        count[a->arc[k].kind]++;
        count[b->arc[k].kind]--;
    }
    for (size_t k = 0; k < HC_ARC_KINDS; k++)
        if (count[k] != 0)
            return false;
    return true;
}

/* Keep the best of each set of kinds; the worst makes room. */
static void keep(search *s, const hc_arc_model *m)
{
    size_t worst = 0;
    if (!isfinite(m->e))
        return;
    for (size_t k = 0; k < s->n; k++) {
        if (same_set(&s->kept[k], m)) {
            if (m->e < s->kept[k].e)
                s->kept[k] = *m;
            return;
        }
        if (s->kept[k].e > s->kept[worst].e)
            worst = k;
    }
    if (s->n < s->cap)
        s->kept[s->n++] = *m;
    else if (m->e < s->kept[worst].e)
        s->kept[worst] = *m;
}

static void polish(search *s, hc_arc_model *m)
{
    hc_arc_polish(s->f, m, STEPS, false);
    /* far from the data the steps are many */
    for (int k = 0; k < 2 && m->chi2 > 20 * (double)s->f->g->rows; k++)
        hc_arc_polish(s->f, m, STEPS, false);
    keep(s, m);
}

/* ---- additions ---- */

/* Columns of the last Jacobian, orthonormal. */
static void orthonormalise(search *s, size_t np)
{
    const size_t rows = s->f->g->rows;
    s->nq = 0;
    for (size_t k = 0; k < np; k++) {
        double *v = s->q + s->nq * rows;
        memcpy(v, s->f->j + k * rows, rows * sizeof *v);
        const double before = sqrt(hc_dot(v, v, rows));
        for (size_t p = 0; p < s->nq; p++) {
            const double *u = s->q + p * rows, t = hc_dot(u, v, rows);
            for (size_t i = 0; i < rows; i++)
                v[i] -= t * u[i];
        }
        const double after = sqrt(hc_dot(v, v, rows));
        if (!(after > 1e-9 * before))
            continue;
        for (size_t i = 0; i < rows; i++)
            v[i] /= after;
        s->nq++;
    }
}

typedef struct {
    hc_arc arc;
    double gain;
} proposal;

static void try_column(const search *s, const hc_arc *a, double *v,
                       proposal *best)
{
    const hc_lgp *g = s->f->g;
    for (size_t i = 0; i < g->n; i++) {
        const double complex z =
            hc_arc_z(a, s->f->ln_w[i], M_PI / 2, false) / g->sd[i];
        v[i] = creal(z);
        v[g->n + i] = cimag(z);
    }
    /* r is model minus data and orthogonal to the Jacobian */
    const double c = -hc_dot(v, s->f->r, g->rows);
    double left = hc_dot(v, v, g->rows);
    for (size_t p = 0; p < s->nq; p++) {
        const double t = hc_dot(s->q + p * g->rows, v, g->rows);
        left -= t * t;
    }
    if (!(c > 0) || !(left > 0))
        return;
    const double gain = c * c / left;
    if (gain > best->gain) {
        best->gain = gain;
        best->arc = *a;
        best->arc.ln_r = a->ln_r + log(c / left);
    }
}

static const struct {
    hc_arc_kind kind;
    double phi;
} families[FAMILIES] = {
    {HC_ARC_RC, 1}, {HC_ARC_ZARC, 0.8}, {HC_ARC_ZARC, 0.55}, {HC_ARC_WS, 1}};

/* Best place of every family, best family first. */
static void propose(search *s, proposal *p, double *v)
{
    const hc_lgp *g = s->f->g;
    const double step = 0.35;
    const size_t n = (size_t)((g->high - g->low + 2.4) / step) + 1;
    for (size_t k = 0; k < FAMILIES; k++) {
        p[k] = (proposal){.gain = 0};
        if (s->f->only_zarc && families[k].kind != HC_ARC_ZARC)
            continue;
        for (size_t i = 0; i < n; i++) {
            const hc_arc a = hc_arc_make(families[k].kind, 0,
                                         g->low - 1.2 + step * (double)i,
                                         families[k].phi, 1);
            try_column(s, &a, v, &p[k]);
        }
        if (p[k].gain > 0 && hc_arc_has_phi(families[k].kind))
            p[k].gain -= log((double)g->rows);
    }
    for (size_t k = 1; k < FAMILIES; k++)
        for (size_t i = k; i > 0 && p[i].gain > p[i - 1].gain; i--) {
            const proposal t = p[i];
            p[i] = p[i - 1];
            p[i - 1] = t;
        }
}

/* cur plus the best new arc; false when nothing helps. */
static bool add_arc(search *s, const hc_arc_model *cur, hc_arc_model *out)
{
    proposal p[FAMILIES];
    hc_arc_model again = *cur;
    bool found = false;
    double *v = malloc(s->f->g->rows * sizeof *v);
    if (!v || cur->n == HC_ARCS_MAX) {
        free(v);
        return false;
    }
    hc_arc_polish(s->f, &again, 1, false);
    orthonormalise(s, (size_t)again.np);
    propose(s, p, v);
    free(v);
    for (size_t k = 0; k < TOP; k++) {
        if (!(p[k].gain > 0))
            continue;
        hc_arc_model m = *cur;
        p[k].arc.ln_r =
            fmin(s->f->r_max - 1, fmax(s->f->r_min + 1, p[k].arc.ln_r));
        m.arc[m.n++] = p[k].arc;
        polish(s, &m);
        if (!found || m.e < out->e)
            *out = m;
        found = true;
    }
    return found;
}

/* ---- swaps and drops ---- */

static const hc_arc_kind others[HC_ARC_KINDS][SWAPS] = {
    [HC_ARC_RC] = {HC_ARC_ZARC, HC_ARC_GERISCHER, HC_ARC_KINDS},
    [HC_ARC_ZARC] = {HC_ARC_HN, HC_ARC_RC, HC_ARC_GERISCHER, HC_ARC_LN,
                     HC_ARC_WS},
    [HC_ARC_GERISCHER] = {HC_ARC_CD, HC_ARC_WS, HC_ARC_KINDS},
    [HC_ARC_CD] = {HC_ARC_HN, HC_ARC_GERISCHER, HC_ARC_RC, HC_ARC_KINDS},
    [HC_ARC_HN] = {HC_ARC_ZARC, HC_ARC_LN, HC_ARC_CD, HC_ARC_GERISCHER,
                   HC_ARC_WS},
    [HC_ARC_WS] = {HC_ARC_HN, HC_ARC_WO, HC_ARC_ZARC, HC_ARC_KINDS},
    [HC_ARC_WO] = {HC_ARC_WS, HC_ARC_ZARC, HC_ARC_KINDS},
    [HC_ARC_LN] = {HC_ARC_ZARC, HC_ARC_HN, HC_ARC_KINDS},
};

/* Same place and width, another shape. */
static hc_arc swapped(const hc_arc *a, hc_arc_kind to)
{
    double t = a->ln_t;
    const double shift = 0.9; /* tau of Ws against its peak: ln(pi^2/4) */
    if (to == HC_ARC_WS && a->kind != HC_ARC_WO)
        t += shift;
    if (a->kind == HC_ARC_WS && to != HC_ARC_WO)
        t -= shift;
    double phi = fmin(0.97, fmax(0.4, a->phi));
    if (to == HC_ARC_LN) /* about as wide */
        phi = 0.5 + 3 * (1 - a->phi);
    else if (a->kind == HC_ARC_LN)
        phi = fmax(0.5, 1.1 - 0.3 * a->phi);
    const double psi = a->psi < 1 ? a->psi : 0.8;
    return hc_arc_make(to, a->ln_r, t, phi, psi);
}

static bool try_swaps(search *s, hc_arc_model *cur)
{
    bool won = false;
    for (size_t i = 0; i < cur->n; i++)
        for (size_t k = 0; k < SWAPS; k++) {
            const hc_arc_kind to = others[cur->arc[i].kind][k];
            if (to == HC_ARC_KINDS || s->f->only_zarc)
                break;
            /* an exponent far from a special case is not worth its trial */
            if (to == HC_ARC_RC && cur->arc[i].phi < 0.85)
                continue;
            hc_arc_model m = *cur;
            m.arc[i] = swapped(&cur->arc[i], to);
            polish(s, &m);
            if (m.e < cur->e - enough) {
                *cur = m;
                won = true;
                break;
            }
        }
    return won;
}

static bool try_drops(search *s, hc_arc_model *cur)
{
    bool won = false;
    for (size_t i = 0; cur->n > 1 && i < cur->n; i++) {
        hc_arc_model m = *cur;
        memmove(&m.arc[i], &m.arc[i + 1], (m.n - i - 1) * sizeof *m.arc);
        m.n--;
        polish(s, &m);
        if (m.e < cur->e - enough) {
            *cur = m;
            won = true;
        }
    }
    for (int high = 0; high < 2; high++) {
        hc_arc_model m = *cur;
        hc_drt_power *p = high ? &m.base.high : &m.base.low;
        if (!p->on)
            continue;
        p->on = false;
        polish(s, &m);
        if (m.e < cur->e - enough) {
            *cur = m;
            won = true;
        }
    }
    return won;
}

size_t hc_arc_search(hc_arc_fitter *f, const hc_drt_base *base,
                     hc_arc_model *kept, size_t cap)
{
    search s = {.f = f, .kept = kept, .cap = cap};
    s.q = malloc(f->g->rows * HC_ARC_PARAMS * sizeof *s.q);
    hc_arc_model cur = {.base = *base}, next, best;
    if (!s.q)
        return 0;
    hc_arc_polish(f, &cur, STEPS, false);
    best = cur;
    int misses = 0;
    for (int round = 0; round < ROUNDS && misses < 2; round++) {
        if (!add_arc(&s, &cur, &next))
            break;
        const bool hopeful = next.e < best.e + 8;
        for (int k = 0; k < 3 && hopeful; k++) {
            const bool swap = try_swaps(&s, &next);
            const bool drop = next.n > 1 && try_drops(&s, &next);
            if (!swap && !drop)
                break;
        }
        if (next.e < best.e - enough) {
            best = next;
            misses = 0;
        } else if (best.chi2 < 4 * (double)f->g->rows) {
            misses++;
        }
        cur = next;
    }
    free(s.q);
    return s.n;
}
