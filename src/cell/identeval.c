#include "cell/ident_private.h"
#include "cell/impedance.h"
#include "cell/solver.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    hc_ident *f;
    hc_system *s;
    hc_solver *v;
    double *y, *ys[HC_IDENT_MAX];
    size_t row; /* next of f->r */
    size_t at;  /* next of the set's data */
    bool with_jac;
} pass;

static hc_status put_volt(pass *p, const hc_ident_set *d, double t,
                          hc_err *err)
{
    const hc_ident *f = p->f;
    int iv = p->s->at[HC_U_V];
    hc_status st = hc_solver_dense(p->v, t, p->y, err);
    f->r[p->row] = (p->y[iv] - d->volt[p->at++]) / f->o.sd_volt;
    if (st == HC_OK && p->with_jac) {
        st = hc_solver_dense_sensitivities(p->v, t, p->ys, err);
        for (size_t k = 0; k < f->o.n; k++)
            f->jac[p->row * f->o.n + k] = p->ys[k][iv] / f->o.sd_volt;
    }
    p->row++;
    return st;
}

static hc_status run_step(pass *p, const hc_ident_set *d,
                          const hc_sim_step *step, hc_err *err)
{
    hc_solver *v = p->v;
    double start = hc_solver_time(v), end = step->time_s[step->n - 1];
    hc_events none = hc_events_none();
    hc_step_result r = HC_STEP_GOING;
    size_t k = 0;
    p->s->control = step->control;
    p->s->control.time_s = step->time_s;
    p->s->control.current = step->current;
    hc_status st = hc_solver_start(v, start, &none, err);
    int iv = p->s->at[HC_U_V];
    while (st == HC_OK && k < step->n && step->time_s[k] <= start) {
        p->f->r[p->row] =
            (hc_solver_y(v)[iv] - d->volt[p->at++]) / p->f->o.sd_volt;
        for (size_t j = 0; p->with_jac && j < p->f->o.n; j++)
            p->f->jac[p->row * p->f->o.n + j] =
                hc_solver_sensitivity(v, j)[iv] / p->f->o.sd_volt;
        p->row++;
        k++;
    }
    while (st == HC_OK && end > start && r == HC_STEP_GOING) {
        st = hc_solver_step(v, end, &r, err);
        while (st == HC_OK && k < step->n &&
               step->time_s[k] <= hc_solver_time(v))
            st = put_volt(p, d, step->time_s[k++], err);
    }
    return st;
}

/* The model cannot follow: the surface is full or empty.  What is left of the
 * series counts as far off, and other parameters are sought from the rest. */
static void cut_short(pass *p, size_t end)
{
    static const double far_volt = 1;
    hc_ident *f = p->f;
    f->cut_short++;
    for (; p->row < end; p->row++) {
        f->r[p->row] = far_volt / f->o.sd_volt;
        for (size_t k = 0; p->with_jac && k < f->o.n; k++)
            f->jac[p->row * f->o.n + k] = 0;
    }
}

static hc_cell_grid grid_of(const hc_ident *f)
{
    hc_cell_grid g = hc_cell_grid_default();
    g.film = f->o.mesh;
    if (f->rough)
        g = (hc_cell_grid){.film = f->o.mesh / 2,
                           .electrolyte = g.electrolyte / 2,
                           .depth = g.depth / 2,
                           .radius = 8,
                           .ratio = g.ratio,
                           .charge = g.charge};
    return g;
}

static hc_status run_series(pass *p, const hc_ident_set *d, hc_err *err)
{
    hc_ident *f = p->f;
    hc_cell_grid grid = grid_of(f);
    double rtol = f->rough ? fmax(f->o.rtol, 1e-4) : f->o.rtol;
    hc_status st = hc_system_new(&p->s, f->cell, &grid, err);
    if (st == HC_OK)
        st = hc_solver_new(&p->v, p->s, rtol, err);
    if (st == HC_OK && p->with_jac)
        st = hc_solver_sensitivities(p->v, f->cell, f->o.p, f->o.n, 2, err);
    if (st == HC_OK) {
        p->y = calloc(p->s->n * (HC_IDENT_MAX + 1), sizeof *p->y);
        if (!p->y)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        for (size_t k = 0; k < HC_IDENT_MAX; k++)
            p->ys[k] = p->y + (k + 1) * p->s->n;
        double x0 = isnan(d->x0) ? f->cell->value[HC_P_X0] : d->x0;
        hc_system_rest(p->s, x0, hc_solver_y(p->v), hc_solver_yp(p->v));
        hc_solver_set_time(p->v, d->steps.steps[0].time_s[0]);
        p->at = 0;
    }
    size_t end = p->row + d->n;
    for (size_t k = 0; st == HC_OK && k < d->steps.n; k++)
        st = run_step(p, d, &d->steps.steps[k], err);
    if (st == HC_NO) {
        cut_short(p, end);
        st = HC_OK;
    }
    free(p->y);
    hc_solver_free(p->v);
    hc_system_free(p->s);
    p->y = NULL;
    p->v = NULL;
    p->s = NULL;
    return st;
}

/* Where the spectrum is taken at the cell's x0 and that is sought. */
static hc_status by_x0(hc_ident *f, const hc_ident_set *d,
                       const hc_cell_grid *grid, double complex *dz,
                       hc_err *err)
{
    static const double h = 1e-4;
    double x0 = f->cell->value[HC_P_X0];
    size_t n = d->n;
    double complex *low = malloc((n + 1) * sizeof *low);
    if (!low)
        return hc_fail_nomem(err);
    hc_status st = hc_impedance(f->cell, grid, x0 * (1 - h), d->freq, n, low,
                                NULL, 0, NULL, err);
    if (st == HC_OK)
        st = hc_impedance(f->cell, grid, fmin(x0 * (1 + h), 1 - 1e-9), d->freq,
                          n, dz, NULL, 0, NULL, err);
    double span = fmin(x0 * (1 + h), 1 - 1e-9) / x0 - (1 - h);
    for (size_t i = 0; st == HC_OK && i < n; i++)
        dz[i] = (dz[i] - low[i]) / span;
    free(low);
    return st;
}

static hc_status run_spectrum(pass *p, const hc_ident_set *d, hc_err *err)
{
    hc_ident *f = p->f;
    size_t np = p->with_jac ? f->o.n : 0, n = d->n;
    double complex *z = malloc((np + 1) * (n + 1) * sizeof *z);
    hc_cell_grid grid = grid_of(f);
    double area = f->cell->value[HC_P_AREA];
    double x = isnan(d->x) ? f->cell->value[HC_P_X0] : d->x;
    if (!z)
        return hc_fail_nomem(err);
    hc_status st =
        hc_impedance(f->cell, &grid, x, d->freq, n, z, f->o.p, np, z + n, err);
    for (size_t k = 0; st == HC_OK && k < np && isnan(d->x); k++)
        if (f->o.p[k] == HC_P_X0)
            st = by_x0(f, d, &grid, z + n + k * n, err);
    for (size_t i = 0; st == HC_OK && i < n; i++) {
        double per = 1 / (f->o.sd_z * cabs(d->z[i]));
        double complex e = (z[i] / area - d->z[i]) * per;
        f->r[p->row] = creal(e);
        f->r[p->row + 1] = cimag(e);
        for (size_t k = 0; k < np; k++) {
            double complex dz = z[n + k * n + i] * per / area;
            f->jac[p->row * f->o.n + k] = creal(dz);
            f->jac[(p->row + 1) * f->o.n + k] = cimag(dz);
        }
        p->row += 2;
    }
    free(z);
    return st;
}

/* Beyond the end of U(x) a voltage grows exponentially, on which Newton gains
 * a factor e a step; counted by asinh, it is there in one. */
static void compress(hc_ident *f, bool with_jac)
{
    static const double linear = 100; /* standard deviations */
    for (size_t i = 0; i < f->n_rows; i++) {
        double u = f->r[i] / linear, slope = 1 / sqrt(1 + u * u);
        f->r[i] = linear * asinh(u);
        for (size_t k = 0; with_jac && k < f->o.n; k++)
            f->jac[i * f->o.n + k] *= slope;
    }
}

hc_status hc_ident_evaluate(hc_ident *f, bool with_jac, double *ssr,
                            hc_err *err)
{
    pass p = {.f = f, .with_jac = with_jac};
    hc_status st = HC_OK;
    f->cut_short = 0;
    for (size_t k = 0; st == HC_OK && k < f->n_sets; k++)
        st = f->sets[k].freq ? run_spectrum(&p, &f->sets[k], err)
                             : run_series(&p, &f->sets[k], err);
    if (st == HC_OK && f->far)
        compress(f, with_jac);
    *ssr = 0;
    for (size_t i = 0; st == HC_OK && i < f->n_rows; i++)
        *ssr += f->r[i] * f->r[i];
    return st;
}
