/* drt_arc_search.c: which arcs, by greedy search; drt_arcs.h */
#include "fitters/drt_arc_search.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 10, TOP = 2, STEPS = 12 };

/* An arc that lowers chi2 by less in the linear model does not pay for
 * itself: its charges and its two or three parameters come to 10 or so. */
static const double least_gain = 10;

/* What is proposed: arcs of unit R everywhere, power laws. */
enum { ARC, HIGH, LOW };

static const struct {
    int what;
    hc_arc_kind kind;
    double phi; /* or exponent */
} families[HC_ARC_FAMILIES] = {{ARC, HC_ARC_RC, 1},
                               {ARC, HC_ARC_ZARC, 0.8},
                               {ARC, HC_ARC_ZARC, 0.55},
                               {ARC, HC_ARC_WS, 1},
                               {HIGH, 0, 1},
                               {LOW, 0, 1},
                               {LOW, 0, 0.6},
                               {ARC, HC_ARC_NEG_RC, 1},
                               {ARC, HC_ARC_NEG_ZARC, 0.8}};

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
static void keep(hc_arc_hunt *s, const hc_arc_model *m)
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

bool hc_arc_has_loop(const hc_arc_model *m)
{
    for (size_t a = 0; a < m->n; a++)
        if (hc_arc_sign(m->arc[a].kind) < 0)
            return true;
    return false;
}

/* Whether gamma as a whole is below zero at the time of every loop, by
 * `depth` of what the loop alone is: else it only mends the foot of an arc. */
static bool loops_are_real(const hc_arc_model *m)
{
    const double depth = 0.2, blur = 0.3;
    for (size_t k = 0; k < m->n; k++) {
        const hc_arc *loop = &m->arc[k];
        double sum = 0;
        if (hc_arc_sign(loop->kind) > 0)
            continue;
        for (size_t a = 0; a < m->n; a++)
            sum += hc_arc_gamma(&m->arc[a], loop->ln_t, blur);
        if (sum > depth * hc_arc_gamma(loop, loop->ln_t, blur))
            return false;
    }
    return true;
}

void hc_arc_hunt_polish(hc_arc_hunt *s, hc_arc_model *m)
{
    hc_arc_polish(s->f, m, STEPS, false);
    /* far from the data the steps are many */
    for (int k = 0; k < 2 && m->chi2 > 20 * (double)s->f->g->rows; k++)
        hc_arc_polish(s->f, m, STEPS, false);
    if (!loops_are_real(m))
        m->e = HUGE_VAL;
    keep(s, m);
}

/* ---- additions ---- */

/* Columns of the last Jacobian, orthonormal. */
static void orthonormalise(hc_arc_hunt *s, size_t np)
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

static bool allowed(const hc_arc_fitter *f, size_t family)
{
    switch (families[family].what) {
    case HIGH:
        return f->high != HC_DRT_OFF;
    case LOW:
        return f->low != HC_DRT_OFF;
    default:
        if (hc_arc_sign(families[family].kind) < 0)
            return f->negative && !f->only_zarc;
        return !f->only_zarc || families[family].kind == HC_ARC_ZARC;
    }
}

/* Entries of one family and their columns (derivatives run on into the
 * place of the next entry); returns how many. */
static size_t fill_family(hc_arc_hunt *s, size_t family, size_t at)
{
    const hc_arc_fitter *f = s->f;
    const hc_lgp *g = f->g;
    const double step = 0.35, phi = families[family].phi;
    const int what = families[family].what;
    size_t n = what == ARC ? (size_t)((g->high - g->low + 2.4) / step) + 1 : 1;
    if (!allowed(f, family))
        n = 0;
    for (size_t i = 0; i < n; i++) {
        hc_arc_entry *e = &s->entries[at + i];
        double *col = s->columns + (at + i) * g->rows;
        if (what == ARC) {
            e->arc = hc_arc_make(families[family].kind, 0,
                                 g->low - 1.2 + step * (double)i, phi, 1);
            hc_arc_columns(&e->arc, f->ln_w, f->scale, g->n, col);
        } else {
            e->power = (hc_drt_power){true, phi < 1, 0, phi};
            hc_power_columns(&e->power, what == HIGH ? 1 : -1,
                             what == HIGH ? -g->low : -g->high, f->ln_w,
                             f->scale, g->n, col);
        }
        s->lengths[at + i] = hc_dot(col, col, g->rows);
    }
    return n;
}

static bool make_dictionary(hc_arc_hunt *s)
{
    const hc_lgp *g = s->f->g;
    const size_t most = 6 * (size_t)((g->high - g->low + 2.4) / 0.35 + 2) + 4;
    s->entries = malloc(most * sizeof *s->entries);
    s->columns = malloc((most + 4) * g->rows * sizeof *s->columns);
    s->lengths = malloc(most * sizeof *s->lengths);
    if (!s->entries || !s->columns || !s->lengths)
        return false;
    for (size_t k = 0; k < HC_ARC_FAMILIES; k++)
        s->first[k + 1] = s->first[k] + fill_family(s, k, s->first[k]);
    return true;
}

typedef struct {
    size_t family, at;
    double gain, ln_size;
} proposal;

static bool has_power(const hc_arc_model *m, int what)
{
    return (what == HIGH && m->base.high.on) ||
           (what == LOW && m->base.low.on);
}

/* The best entry of a family against the residual of the last evaluation,
 * what the present parameters can do projected out. */
static proposal best_entry(const hc_arc_hunt *s, size_t family)
{
    const size_t rows = s->f->g->rows;
    proposal best = {.family = family};
    for (size_t i = s->first[family]; i < s->first[family + 1]; i++) {
        const double *v = s->columns + i * rows;
        /* r is model minus data and orthogonal to the Jacobian */
        const double c = -hc_dot(v, s->f->r, rows);
        double left = s->lengths[i];
        for (size_t p = 0; c > 0 && p < s->nq; p++) {
            const double t = hc_dot(s->q + p * rows, v, rows);
            left -= t * t;
        }
        if (!(c > 0) || !(left > 1e-12 * s->lengths[i]))
            continue;
        if (c * c / left > best.gain)
            best = (proposal){family, i, c * c / left, log(c / left)};
    }
    return best;
}

/* Best place of every family, best family first. */
static void propose(const hc_arc_hunt *s, const hc_arc_model *cur, proposal *p)
{
    const double per_parameter = log((double)s->f->g->rows);
    for (size_t k = 0; k < HC_ARC_FAMILIES; k++) {
        const int what = families[k].what;
        p[k] = (proposal){.family = k};
        if (has_power(cur, what) || (what == ARC && cur->n == HC_ARCS_MAX))
            continue;
        p[k] = best_entry(s, k);
        /* against RC: one more parameter, or one less */
        if (what == ARC && hc_arc_has_phi(families[k].kind))
            p[k].gain -= per_parameter;
        if (what != ARC && families[k].phi == 1)
            p[k].gain += per_parameter;
    }
    for (size_t k = 1; k < HC_ARC_FAMILIES; k++)
        for (size_t i = k; i > 0 && p[i].gain > p[i - 1].gain; i--) {
            const proposal t = p[i];
            p[i] = p[i - 1];
            p[i - 1] = t;
        }
}

static void enlarge(const hc_arc_hunt *s, const proposal *p, hc_arc_model *m)
{
    const hc_arc_fitter *f = s->f;
    const hc_arc_entry *e = &s->entries[p->at];
    const int what = families[p->family].what;
    if (what == ARC) {
        hc_arc a = e->arc;
        a.ln_r = fmin(f->r_max - 1, fmax(f->r_min + 1, p->ln_size));
        m->arc[m->n++] = a;
        return;
    }
    hc_drt_power *power = what == HIGH ? &m->base.high : &m->base.low;
    *power = e->power;
    power->ln_a = p->ln_size;
}

/* cur plus the best of what is new; false when nothing helps. */
static bool add_one(hc_arc_hunt *s, const hc_arc_model *cur, hc_arc_model *out)
{
    proposal p[HC_ARC_FAMILIES];
    hc_arc_model again = *cur;
    bool found = false;
    hc_arc_polish(s->f, &again, 1, false);
    orthonormalise(s, (size_t)again.np);
    propose(s, cur, p);
    for (size_t k = 0; k < HC_ARC_FAMILIES; k++) {
        /* loops always have their turn */
        const bool turn =
            k < TOP || hc_arc_sign(families[p[k].family].kind) < 0;
        if (!turn || !(p[k].gain > least_gain))
            continue;
        hc_arc_model m = *cur;
        enlarge(s, &p[k], &m);
        hc_arc_hunt_polish(s, &m);
        if (!found || m.e < out->e)
            *out = m;
        found = true;
    }
    return found;
}

static void climb(hc_arc_hunt *s, hc_arc_model cur)
{
    hc_arc_model next, best = cur;
    int misses = 0;
    for (int round = 0; round < ROUNDS && misses < 2; round++) {
        if (!add_one(s, &cur, &next))
            break;
        const bool hopeful = next.e < best.e + 8;
        for (int k = 0; k < 3 && hopeful && hc_arc_improve(s, &next);)
            k++;
        if (next.e < best.e - hc_arc_enough) {
            best = next;
            misses = 0;
        } else if (best.chi2 < 4 * (double)s->f->g->rows) {
            misses++;
        }
        cur = next;
    }
}

static size_t run(hc_arc_hunt *s, hc_arc_model *from, size_t starts)
{
    s->q = malloc(s->f->g->rows * HC_ARC_PARAMS * sizeof *s->q);
    if (s->q && make_dictionary(s))
        for (size_t k = 0; k < starts; k++) {
            /* kept even where no arc pays for itself */
            hc_arc_hunt_polish(s, &from[k]);
            climb(s, from[k]);
        }
    free(s->q);
    free(s->entries);
    free(s->columns);
    free(s->lengths);
    return s->n;
}

size_t hc_arc_search(hc_arc_fitter *f, const hc_drt_base *base,
                     hc_arc_model *kept, size_t cap)
{
    hc_arc_hunt s = {.f = f, .kept = kept, .cap = cap};
    hc_arc_model from = {.base = *base};
    f->negative = false;
    return run(&s, &from, 1);
}

/* From the best, and from no arc: without loops arcs may have been bent to
 * follow one. */
size_t hc_arc_search_loops(hc_arc_fitter *f, hc_arc_model *kept, size_t n,
                           size_t cap)
{
    hc_arc_hunt s = {.f = f, .kept = kept, .n = n, .cap = cap};
    size_t best = 0;
    for (size_t k = 1; k < n; k++)
        if (kept[k].e < kept[best].e)
            best = k;
    hc_arc_model from[2] = {kept[best], {.base = kept[best].base}};
    f->negative = true;
    return run(&s, from, 2);
}
