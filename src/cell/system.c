#include "cell/system.h"

#include "cell/kinetics.h"
#include "cell/physics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

hc_cell_grid hc_cell_grid_default(void)
{
    return (hc_cell_grid){.film = 40,
                          .electrolyte = 60,
                          .depth = 20,
                          .radius = 12,
                          .ratio = 300,
                          .charge = true};
}

static bool on_cell(const hc_cell *c)
{
    return c->geometric_on_cell && c->value[HC_P_C_GEO] > 0;
}

static void layout_border(hc_system *s)
{
    const hc_cell *c = s->cell;
    bool film = c->cathode == HC_CATHODE_FILM;
    bool two = c->se == HC_SE_TWO_SPECIES;
    bool has[HC_U_COUNT] = {
        [HC_U_V] = true,
        [HC_U_I] = true,
        [HC_U_STACK] = on_cell(c),
        [HC_U_SHUNT] = on_cell(c),
        [HC_U_ION] = two && !on_cell(c) && c->value[HC_P_C_GEO] > 0,
        [HC_U_PSI_P] = true,
        [HC_U_PSI_N] = true,
        [HC_U_SE] = true,
        [HC_U_GB] = c->value[HC_P_R_GB] > 0,
        [HC_U_INT] = c->value[HC_P_R_INT] > 0,
        [HC_U_XS] = film,
        [HC_U_JP] = film,
        [HC_U_A0] = two,
        [HC_U_AL] = two,
        [HC_U_DP] = c->cathode == HC_CATHODE_LITHIUM
                        ? c->kin_n == HC_KIN_FRUMKIN
                        : c->kin_p == HC_KIN_FRUMKIN,
        [HC_U_DN] = c->kin_n == HC_KIN_FRUMKIN,
        [HC_U_T] = s->grid.charge && !isnan(c->value[HC_P_HEAT]),
        [HC_U_LI] = s->grid.charge && !isnan(c->value[HC_P_L_N]),
        [HC_U_XN] = c->has_u_n,
        [HC_U_Q] = s->grid.charge,
    };
    size_t k = 0;
    for (int u = 0; u < HC_U_COUNT; u++)
        s->at[u] = has[u] ? (int)(s->n_core + k++) : HC_ABSENT;
    s->n_border = k;
    s->n = s->n_core + k;
}

static void mark(hc_system *s, hc_unknown u, bool yes)
{
    if (yes && s->at[u] != HC_ABSENT)
        s->differential[s->at[u]] = 1;
}

static void mark_differential(hc_system *s)
{
    const double *v = s->cell->value;
    bool film = s->cell->cathode == HC_CATHODE_FILM;
    bool lithium = s->cell->cathode == HC_CATHODE_LITHIUM;
    bool ohmic = s->cell->se == HC_SE_OHMIC;
    bool c_n =
        v[HC_P_C_N] > 0 && (s->cell->kin_n != HC_KIN_NONE || v[HC_P_R_N] > 0);
    memset(s->differential, 0, s->n * sizeof *s->differential);
    for (size_t k = 0; film && k < s->film.n; k++)
        s->differential[s->film_at + k] = 1;
    for (size_t k = 0; !ohmic && k < s->ion.n; k++)
        s->differential[s->ion_at + k] = 1;
    for (size_t j = 0;
         s->cell->cathode == HC_CATHODE_COMPOSITE && j < s->depth.n; j++) {
        double *d = s->differential + s->comp_at + j * s->block;
        d[1] = v[HC_P_C_P] > 0;
        for (size_t k = 3; k < s->block; k++)
            d[k] = 1;
    }
    mark(s, HC_U_PSI_P, film && v[HC_P_C_P] > 0);
    mark(s, HC_U_PSI_P, lithium && c_n);
    mark(s, HC_U_PSI_N, c_n);
    mark(s, HC_U_SE, v[HC_P_C_GEO] > 0 && !on_cell(s->cell));
    mark(s, HC_U_GB, v[HC_P_C_GB] > 0);
    mark(s, HC_U_INT, v[HC_P_C_INT] > 0);
    mark(s, HC_U_SHUNT, true);
    mark(s, HC_U_T, true);
    mark(s, HC_U_LI, true);
    mark(s, HC_U_XN, true);
    mark(s, HC_U_Q, true);
}

static void set_parameters(hc_system *s, double t_k)
{
    for (int i = 0; i < HC_P_COUNT; i++)
        s->p[i] = hc_cell_at(s->cell, (hc_parameter)i, t_k, NULL);
    s->p_t = t_k;
}

static hc_status build_meshes(hc_system *s, hc_err *err)
{
    const hc_cell *c = s->cell;
    hc_status st = HC_OK;
    hc_mesh_clear(&s->film);
    hc_mesh_clear(&s->ion);
    hc_mesh_clear(&s->depth);
    hc_mesh_clear(&s->radius);
    free(s->shell_area);
    s->shell_area = NULL;
    s->n_core = 0;
    s->ml = s->mu = 1;
    if (c->cathode == HC_CATHODE_FILM) {
        bool both = c->value[HC_P_T_E] != 1;
        st = hc_mesh_new(&s->film, s->grid.film, c->value[HC_P_L_P],
                         s->grid.ratio, both, err);
        s->n_core += s->film.n;
    } else if (c->cathode == HC_CATHODE_COMPOSITE) {
        st = hc_composite_init(s, err);
        s->comp_at = s->n_core;
        s->n_core += s->depth.n * s->block;
    }
    if (st == HC_OK && c->se == HC_SE_TWO_SPECIES) {
        st = hc_mesh_new(&s->ion, s->grid.electrolyte, c->value[HC_P_L_SE],
                         200, 1, err);
        s->ion_at = s->n_core;
        s->n_core += s->ion.n;
    }
    return st;
}

hc_status hc_system_refresh(hc_system *s, hc_err *err)
{
    hc_status st = hc_cell_check(s->cell, err);
    size_t before = s->n;
    if (st == HC_OK)
        st = build_meshes(s, err);
    if (st != HC_OK)
        return st;
    layout_border(s);
    if (s->n != before || !s->differential) {
        free(s->differential);
        free(s->scratch);
        s->differential = calloc(s->n, sizeof *s->differential);
        s->scratch = calloc(6 * s->n, sizeof *s->scratch);
        if (!s->differential || !s->scratch)
            return hc_fail_nomem(err);
    }
    mark_differential(s);
    set_parameters(s, s->cell->value[HC_P_TEMPERATURE]);
    if (s->cell->has_ocv)
        hc_cell_window(s->cell, &s->x_empty, &s->x_full);
    return HC_OK;
}

hc_status hc_system_parameters(hc_system *s, hc_err *err)
{
    const double *v = s->cell->value;
    double lengths[] = {v[HC_P_L_P], v[HC_P_L_SE]};
    hc_mesh *g[] = {s->film.n ? &s->film : &s->depth, &s->ion};
    (void)err;
    for (int k = 0; k < 2; k++) {
        size_t n = g[k]->n;
        if (n == 0)
            continue;
        double now = g[k]->center[n - 1] + g[k]->width[n - 1] / 2;
        double scale = lengths[k] / now;
        if (fabs(scale - 1) < 1e-14)
            continue;
        hc_mesh_scale(g[k], scale);
    }
    set_parameters(s, v[HC_P_TEMPERATURE]);
    return HC_OK;
}

void hc_system_parameter(hc_system *s, hc_parameter p)
{
    hc_err ignored;
    double t = s->p_t;
    if (p == HC_P_L_P || p == HC_P_L_SE || p == HC_P_TEMPERATURE ||
        s->at[HC_U_T] != HC_ABSENT) {
        if (hc_system_parameters(s, &ignored) == HC_OK &&
            s->at[HC_U_T] != HC_ABSENT)
            set_parameters(s, t);
        return;
    }
    s->p[p] = hc_cell_at(s->cell, p, t, NULL);
}

hc_reach hc_system_reach(const hc_system *s, hc_parameter p)
{
    if (p == HC_P_X0 || p == HC_P_XN0)
        return HC_REACH_NONE;
    bool film = p == HC_P_D || p == HC_P_L_P || p == HC_P_C_MAX ||
                p == HC_P_T_E || p == HC_P_TEMPERATURE;
    return s->cell->cathode == HC_CATHODE_FILM && !film &&
                   s->at[HC_U_T] == HC_ABSENT
               ? HC_REACH_BORDER
               : HC_REACH_ALL;
}

hc_status hc_system_new(hc_system **out, const hc_cell *cell,
                        const hc_cell_grid *grid, hc_err *err)
{
    hc_system *s = calloc(1, sizeof *s);
    if (!s)
        return hc_fail_nomem(err);
    s->cell = cell;
    s->grid = *grid;
    s->guard_lo = -1e3;
    s->guard_hi = 1e3;
    hc_status st = hc_system_refresh(s, err);
    if (st != HC_OK) {
        hc_system_free(s);
        return st;
    }
    *out = s;
    return HC_OK;
}

void hc_system_free(hc_system *s)
{
    if (!s)
        return;
    hc_mesh_clear(&s->film);
    hc_mesh_clear(&s->ion);
    hc_mesh_clear(&s->depth);
    hc_mesh_clear(&s->radius);
    free(s->shell_area);
    free(s->differential);
    free(s->scratch);
    free(s);
}

hc_status hc_system_matrix(hc_bordered **out, const hc_system *s, hc_err *err)
{
    return hc_bordered_new(out, s->n_core, s->n_border, s->ml, s->mu, err);
}

static void set(const hc_system *s, double *y, hc_unknown u, double v)
{
    if (s->at[u] != HC_ABSENT)
        y[s->at[u]] = v;
}

void hc_system_rest(const hc_system *s, double x, double *y, double *yp)
{
    const hc_cell *c = s->cell;
    memset(y, 0, s->n * sizeof *y);
    memset(yp, 0, s->n * sizeof *yp);
    bool lithium = c->cathode == HC_CATHODE_LITHIUM;
    double u = c->has_ocv && !lithium ? hc_curve_at(&c->ocv, x, NULL) : 0;
    double u_n = lithium ? s->p[HC_P_U_N] : hc_cell_u_n(c, x);
    for (size_t k = 0; k < s->film.n; k++)
        y[s->film_at + k] = x;
    for (size_t k = 0; k < s->ion.n; k++)
        y[s->ion_at + k] = 1;
    for (size_t j = 0; j < s->depth.n; j++) {
        double *b = y + s->comp_at + j * s->block;
        b[1] = u;
        for (size_t k = 2; k < s->block; k++)
            b[k] = x;
    }
    bool on_eta = c->capacitor_on_eta && c->cathode == HC_CATHODE_FILM;
    set(s, y, HC_U_PSI_P, on_eta ? 0 : u);
    set(s, y, HC_U_V, u - u_n);
    set(s, y, HC_U_SHUNT, u - u_n);
    set(s, y, HC_U_XN, hc_cell_x_n(c, x));
    set(s, y, HC_U_XS, x);
    set(s, y, HC_U_A0, 1);
    set(s, y, HC_U_AL, 1);
    set(s, y, HC_U_T, c->value[HC_P_TEMPERATURE]);
    set(s, y, HC_U_LI, c->value[HC_P_L_N]);
}

static void all(const hc_system *s, const hc_eval *e)
{
    hc_circuit_eval(s, e);
    hc_electrolyte_eval(s, e);
    hc_interfaces_eval(s, e);
    if (s->cell->cathode == HC_CATHODE_FILM && !e->no_film)
        hc_film_eval(s, e);
    else if (s->cell->cathode == HC_CATHODE_COMPOSITE)
        hc_composite_eval(s, e);
    hc_slow_eval(s, e);
}

/* dF/dT: everything follows T.  Differences of eighth order are exact to
 * 1e-11 here, where exp(-Ea/RT) is the sharpest function of T. */
static void by_temperature(hc_system *s, const hc_eval *e)
{
    static const double weight[] = {4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280};
    int it = s->at[HC_U_T];
    double *y = s->scratch, *f = y + s->n, *sum = f + s->n;
    double t = e->y[it], h = 1e-3 * t;
    hc_eval one = *e;
    one.y = y;
    one.f = f;
    one.j = one.m = NULL;
    memcpy(y, e->y, s->n * sizeof *y);
    memset(sum, 0, s->n * sizeof *sum);
    for (int k = 1; k <= 4; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            y[it] = t + sign * k * h;
            set_parameters(s, y[it]);
            all(s, &one);
            for (size_t r = 0; r < s->n; r++)
                sum[r] += sign * weight[k - 1] * f[r];
        }
    set_parameters(s, t);
    for (size_t r = 0; r < s->n; r++)
        if (sum[r] != 0)
            hc_put_y(e, r, it, sum[r] / h);
}

int hc_system_eval(hc_system *s, const hc_eval *e)
{
    double v = e->y[s->at[HC_U_V]];
    int it = s->at[HC_U_T];
    if (!(v > s->guard_lo && v < s->guard_hi))
        return 1;
    if (it != HC_ABSENT) {
        if (!(e->y[it] > 50 && e->y[it] < 3000))
            return 1;
        if (e->y[it] != s->p_t)
            set_parameters(s, e->y[it]);
    }
    for (size_t k = 0; k < s->ion.n; k++)
        if (!(e->y[s->ion_at + k] > 0))
            return 1;
    if (s->at[HC_U_A0] != HC_ABSENT &&
        !(e->y[s->at[HC_U_A0]] > 0 && e->y[s->at[HC_U_AL]] > 0))
        return 1;
    all(s, e);
    if (it != HC_ABSENT && e->j)
        by_temperature(s, e);
    for (size_t r = 0; r < s->n; r++)
        if (!isfinite(e->f[r]))
            return 1;
    return 0;
}
