/* fit_around.c: new starts around a minimum, one branch replaced */
#include "fitters/fit_shapes.h"

#include "fitters/dense.h"

#include <string.h>

enum { LINE = 13, KEEP = 32 };

static bool differs(const hc_fit *f, const branch *b, const double *a,
                    const double *c)
{
    dimension d[SHAPE_PARS];
    int nd = shape_dimensions(f, b, d);
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

/* A minimum's own columns, in the Jacobian's room. */
typedef struct {
    double gram[MAX_BRANCHES * MAX_BRANCHES], b[MAX_BRANCHES];
    double length[MAX_BRANCHES];
    const double *col;
} around;

static void around_make(library *lib, const start_point *at_min, around *a)
{
    hc_fit *f = lib->f;
    const size_t two = 2 * f->ld;
    const int nb = f->n_branches;
    for (int i = 0; i < nb; i++) {
        double *ci = f->jacobian + (size_t)i * two;
        fit_branch_column(f, &f->branches[i], at_min->y, at_min->negative, ci);
        a->length[i] = sqrt(hc_dot(ci, ci, two));
        for (size_t k = 0; k < two && a->length[i] > 0; k++)
            ci[k] /= a->length[i];
    }
    a->col = f->jacobian;
    hc_gram(a->col, two, (size_t)nb, a->gram);
    for (int i = 0; i < nb; i++)
        a->b[i] = hc_dot(a->col + (size_t)i * two, lib->data, two);
}

/* Gain with the unit column cs, its shape sh, in place of branch ib. */
static double gain_with(const library *lib, around *a, int ib,
                        const double *cs, double product, double length)
{
    const hc_fit *f = lib->f;
    const size_t two = 2 * f->ld;
    const int nb = f->n_branches;
    double c[MAX_BRANCHES];
    bool locked[MAX_BRANCHES];
    locked_branches(f, locked);
    for (int j = 0; j < nb; j++) {
        a->gram[ib * nb + j] = a->gram[j * nb + ib] =
            j == ib ? 1 : hc_dot(cs, a->col + (size_t)j * two, two);
        c[j] = a->length[j];
    }
    a->b[ib] = product;
    c[ib] = length;
    return solve_sizes(nb, a->gram, a->b, f->any_locked ? locked : NULL, c);
}

/* The best of the shapes s[n] that are no neighbours go to out. */
static int pick_apart(library *lib, const start_point *at_min, int ib,
                      const shape *s, const int *order, int n,
                      start_point *out, int max)
{
    const branch *b = &lib->f->branches[ib];
    int taken = 0, best[KEEP];
    for (int i = 0; i < n && taken < max; i++) {
        bool near = false;
        for (int k = 0; k < taken; k++)
            near |= !differs(lib->f, b, s[order[i]].y, s[best[k]].y);
        if (near)
            continue;
        best[taken] = order[i];
        out[taken] = *at_min;
        shape_into(lib->f, b, &s[order[i]], out[taken].y,
                   &out[taken].negative);
        taken++;
    }
    /* resize() uses the room of the columns */
    for (int i = 0; i < taken; i++)
        resize(lib, &out[i]);
    return taken;
}

int reseed(library *lib, const start_point *at_min, int ib, start_point *out,
           int max)
{
    const hc_fit *f = lib->f;
    const branch *b = &f->branches[ib];
    around a;
    double gain[KEEP];
    int kept[KEEP], n = 0;
    around_make(lib, at_min, &a);
    for (int s = lib->first[b->kind]; s < lib->first[b->kind + 1]; s++) {
        const shape *sh = &lib->shapes[s];
        if (!differs(f, b, sh->y, at_min->y + b->par_first))
            continue;
        double g = gain_with(lib, &a, ib, lib->columns + (size_t)s * 2 * f->ld,
                             lib->b[s], sh->length);
        insert_best(kept, gain, &n, 12, s, g);
    }
    return pick_apart(lib, at_min, ib, lib->shapes, kept, n, out, max);
}

/* The shape at the minimum with dimension d at the k-th of LINE places; a
 * diffusion element keeps its Z0/sqrt(tau) where `along`. */
static void on_line(const hc_fit *f, const branch *b,
                    const start_point *at_min, const dimension *d, int k,
                    bool along, shape *s)
{
    int i = d->k - b->par_first;
    double v = between(d->lo, d->hi, (k + 0.5) / LINE);
    memcpy(s->y, at_min->y + b->par_first, (size_t)b->par_n * sizeof s->y[0]);
    s->negative = at_min->negative >> b->par_first;
    if (along && f->co[d->k - 1].free)
        s->y[i - 1] += 0.5 * (v - s->y[i]);
    s->y[i] = v;
}

int reseed_inside(library *lib, const start_point *at_min, int ib,
                  start_point *out, int max)
{
    hc_fit *f = lib->f;
    const branch *b = &f->branches[ib];
    const size_t two = 2 * f->ld;
    dimension d[SHAPE_PARS];
    shape s[2 * SHAPE_PARS * LINE];
    double gain[KEEP], *column = f->bent;
    around a;
    int nd = shape_dimensions(f, b, d), count = 0, kept[KEEP], n = 0;
    if (nd < 3)
        return 0;
    around_make(lib, at_min, &a);
    for (int i = 0; i < nd; i++) {
        int ways = d[i].tau && shape_is_diffusion(f, d[i].k) ? 2 : 1;
        shape_widen(f, &d[i]);
        for (int k = 0; k < ways * LINE; k++) {
            shape *now = &s[count];
            on_line(f, b, at_min, &d[i], k % LINE, k >= LINE, now);
            if (!differs(f, b, now->y, at_min->y + b->par_first))
                continue;
            shape_column(f, b, now, column);
            double product = hc_dot(column, lib->data, two);
            double g = gain_with(lib, &a, ib, column, product, now->length);
            insert_best(kept, gain, &n, 12, count++, g);
        }
    }
    return pick_apart(lib, at_min, ib, s, kept, n, out, max);
}
