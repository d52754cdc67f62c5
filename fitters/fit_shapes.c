/* fit_shapes.c: branch shapes and their library
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
    HALTON_MANY = 100
};

/* ---- what can be chosen in a branch ---- */

static double start_size(const hc_fit *f, int k)
{
    return 0.5 * (f->co[k].lo + f->co[k].hi);
}

static bool named(const hc_fit *f, int k, const char *name)
{
    const hc_circuit *c = &f->c;
    return strcmp(c->elements[c->pars[k].element].type->name, name) == 0;
}

bool shape_is_diffusion(const hc_fit *f, int k)
{
    return named(f, k, "Wo") || named(f, k, "Ws") || named(f, k, "Ma") ||
           named(f, k, "Mg");
}

int shape_dimensions(const hc_fit *f, const branch *b, dimension *dim)
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
            bool late = shape_is_diffusion(f, k);
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

void shape_base(const hc_fit *f, const branch *b, shape *s)
{
    for (int i = 0; i < b->par_n; i++) {
        int k = b->par_first + i;
        s->y[i] =
            f->co[k].free && k == b->reference ? start_size(f, k) : f->y0[k];
    }
    s->negative = f->negative >> b->par_first;
}

uint64_t shape_signs(const hc_fit *f, const branch *b)
{
    uint64_t bits = 0;
    for (int i = 0; i < b->par_n; i++)
        if (f->c.pars[b->par_first + i].negative &&
            f->co[b->par_first + i].free)
            bits |= UINT64_C(1) << i;
    return bits;
}

/* Flat elements, times far outside, diffusion elements of which only
 * Z0/sqrt(tau) is seen. */
void shape_widen(const hc_fit *f, dimension *d)
{
    const coordinate *co = &f->co[d->k];
    if (d->exponent) {
        d->lo = co->lo;
        d->hi = co->hi;
    } else {
        d->lo = fmax(co->lo, d->lo - (d->tau ? 2 : 5));
        d->hi = fmin(co->hi, d->hi + (d->tau ? 8 : 5));
    }
}

/* ---- library ---- */

/* Shapes of one branch kind; s has room, or is NULL to count only. */
static int list_shapes(const hc_fit *f, const branch *b, shape *s)
{
    dimension d[SHAPE_PARS];
    int nd = shape_dimensions(f, b, d), n = 0, count = 1, taus = 0, exps = 0;
    shape base = {0};
    shape_base(f, b, &base);
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
    uint64_t signs = shape_signs(f, b);
    for (int i = 0; i < count; i++) {
        shape now = base;
        double least_n = 1;
        for (int j = 0; j < nd; j++) {
            static const double grid_n[GRID_N] = {0.45, 0.66, 0.83, 0.97};
            double v = between(d[j].lo, d[j].hi, hc_halton(i + 1, j));
            int row = i / GRID_TAU;
            if (arc && j == it)
                v = between(d[j].lo, d[j].hi,
                            (i % GRID_TAU + 0.125 + 0.25 * row) / GRID_TAU);
            else if (arc)
                v = fmin(fmax(grid_n[row], d[j].lo), d[j].hi);
            else if (one_tau || one_n)
                v = between(d[j].lo,
                            one_n ? fmin(1, f->co[d[j].k].hi) : d[j].hi,
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

void shape_into(const hc_fit *f, const branch *b, const shape *s, double *y,
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

void shape_column(hc_fit *f, const branch *b, shape *s, double *out)
{
    double y[HC_CIRCUIT_PARS];
    uint64_t negative = f->negative;
    memcpy(y, f->y0, sizeof f->y0);
    shape_into(f, b, s, y, &negative);
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
            shape_column(f, b, &lib->shapes[i],
                         lib->columns + (size_t)i * two);
    }
    hc_gram(lib->columns, two, n, lib->gram);
    for (size_t i = 0; i < n; i++)
        lib->b[i] = hc_dot(lib->columns + i * two, lib->data, two);
    return HC_OK;
}

void library_clear(library *lib)
{
    free(lib->shapes);
    free(lib->columns);
    *lib = (library){0};
}
