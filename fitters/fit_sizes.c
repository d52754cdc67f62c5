/* fit_sizes.c: sizes of branches by non-negative least squares */
#include "fitters/fit_shapes.h"

#include "fitters/dense.h"

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

void put_sizes(const library *lib, const double *c, const double *length,
               start_point *s)
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

void locked_branches(const hc_fit *f, bool *locked)
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
    locked_branches(f, locked);
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
