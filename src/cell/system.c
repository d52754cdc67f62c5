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
    if (p == HC_P_X0)
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
    double u = c->has_ocv ? hc_curve_at(&c->ocv, x, NULL) : 0;
    if (c->cathode == HC_CATHODE_LITHIUM)
        u = 0;
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
    set(s, y, HC_U_V, u - s->p[HC_P_U_N]);
    set(s, y, HC_U_SHUNT, u - s->p[HC_P_U_N]);
    set(s, y, HC_U_XS, x);
    set(s, y, HC_U_A0, 1);
    set(s, y, HC_U_AL, 1);
    set(s, y, HC_U_T, c->value[HC_P_TEMPERATURE]);
    set(s, y, HC_U_LI, c->value[HC_P_L_N]);
}

double hc_system_set_current(const hc_system *s, double t)
{
    const hc_control *c = &s->control;
    double i = c->value;
    if (c->mode == HC_CONTROL_TABLE && c->n > 0) {
        size_t lo = 0, hi = c->n - 1;
        if (t <= c->time_s[0])
            return c->current[0];
        if (t >= c->time_s[hi])
            return c->current[hi];
        while (hi - lo > 1) {
            size_t mid = (lo + hi) / 2;
            if (c->time_s[mid] <= t)
                lo = mid;
            else
                hi = mid;
        }
        double w = (t - c->time_s[lo]) / (c->time_s[hi] - c->time_s[lo]);
        i = c->current[lo] + w * (c->current[hi] - c->current[lo]);
    }
    if (c->sine_amplitude != 0)
        i += c->sine_amplitude *
             sin(2 * HC_PI * c->sine_freq_hz * (t - c->sine_t0));
    return i;
}

static void control(const hc_system *s, const hc_eval *e)
{
    const hc_control *c = &s->control;
    int iv = s->at[HC_U_V], ii = s->at[HC_U_I];
    size_t row = (size_t)ii;
    double v = e->y[iv], i = e->y[ii];
    switch (c->mode) {
    case HC_CONTROL_VOLTAGE:
        e->f[row] = v - c->value;
        hc_put_y(e, row, iv, 1);
        return;
    case HC_CONTROL_POWER:
        e->f[row] = i * v - c->value;
        hc_put_y(e, row, iv, i);
        hc_put_y(e, row, ii, v);
        return;
    case HC_CONTROL_RESISTANCE:
        e->f[row] = v + i * c->value;
        hc_put_y(e, row, iv, 1);
        hc_put_y(e, row, ii, c->value);
        return;
    case HC_CONTROL_CURRENT:
    case HC_CONTROL_TABLE:
        break;
    }
    e->f[row] = i - hc_system_set_current(s, e->t);
    hc_put_y(e, row, ii, 1);
}

/* V = psi_p + psi_n - U_n + phi_se + phi_gb + phi_int + i L/sigma_e + i R_s,
 * and the geometric capacitor across the cell. */
static void circuit(const hc_system *s, const hc_eval *e)
{
    static const hc_unknown drops[] = {HC_U_PSI_P, HC_U_PSI_N, HC_U_SE,
                                       HC_U_GB, HC_U_INT};
    const hc_cell *c = s->cell;
    const double *p = s->p;
    int iv = s->at[HC_U_V], ii = s->at[HC_U_I], ib = hc_stack_index(s);
    size_t row = (size_t)iv;
    double sum = -p[HC_P_U_N];
    hc_put_y(e, row, iv, 1);
    for (size_t k = 0; k < sizeof drops / sizeof drops[0]; k++) {
        int at = s->at[drops[k]];
        if (at != HC_ABSENT)
            sum += e->y[at];
        hc_put_y(e, row, at, -1);
    }
    if (c->cathode == HC_CATHODE_FILM && c->capacitor_on_eta) {
        double slope;
        sum += hc_curve_at(&c->ocv, e->y[s->at[HC_U_XS]], &slope);
        hc_put_y(e, row, s->at[HC_U_XS], -slope);
    }
    if (c->cathode == HC_CATHODE_FILM && p[HC_P_SIGMA_E] > 0) {
        double r = p[HC_P_L_P] / p[HC_P_SIGMA_E];
        sum += r * e->y[ib];
        hc_put_y(e, row, ib, -r);
    }
    double rs = p[HC_P_R_S];
    e->f[row] = e->y[iv] - sum - rs * e->y[ii];
    hc_put_y(e, row, ii, -rs);
    int shunt = s->at[HC_U_SHUNT];
    if (shunt == HC_ABSENT)
        return;
    row = (size_t)ib; /* the shunt is charged by what does not pass */
    e->f[row] = e->y[ii] - e->y[ib] - p[HC_P_C_GEO] * e->yp[shunt];
    hc_put_y(e, row, ii, 1);
    hc_put_y(e, row, ib, -1);
    hc_put_yp(e, row, shunt, -p[HC_P_C_GEO]);
    row = (size_t)shunt;
    e->f[row] = e->y[shunt] - e->y[iv] + rs * e->y[ii];
    hc_put_y(e, row, shunt, 1);
    hc_put_y(e, row, iv, -1);
    hc_put_y(e, row, ii, rs);
}

static double mean_x(const hc_system *s, const double *y)
{
    if (s->cell->cathode == HC_CATHODE_COMPOSITE)
        return hc_composite_mean(s, y);
    double sum = 0;
    for (size_t k = 0; k < s->film.n; k++)
        sum += s->film.width[k] * y[s->film_at + k];
    return sum / s->cell->value[HC_P_L_P];
}

/* Charge, lithium of the negative electrode, heat:
 * m c_p dT/dt = A i (V - U(x_mean) + U_n) + A i T dU/dT + h A_s (T_a - T) */
static void slow(const hc_system *s, const hc_eval *e)
{
    const double *p = s->p;
    int ii = s->at[HC_U_I], q = s->at[HC_U_Q], li = s->at[HC_U_LI];
    int it = s->at[HC_U_T];
    if (q != HC_ABSENT) {
        e->f[q] = e->yp[q] - e->y[ii];
        hc_put_yp(e, (size_t)q, q, 1);
        hc_put_y(e, (size_t)q, ii, -1);
    }
    if (li != HC_ABSENT) {
        static const double volume = 12.99e-6; /* m3/mol of Li, 534 kg/m3 */
        e->f[li] = e->yp[li] - e->y[ii] * volume / HC_FARADAY;
        hc_put_yp(e, (size_t)li, li, 1);
        hc_put_y(e, (size_t)li, ii, -volume / HC_FARADAY);
    }
    if (it == HC_ABSENT)
        return;
    double x = mean_x(s, e->y), slope = 0, du = 0, du_slope = 0, u = 0;
    if (s->cell->has_ocv)
        u = hc_curve_at(&s->cell->ocv, x, &slope);
    if (s->cell->has_entropy)
        du = hc_curve_at(&s->cell->entropy, x, &du_slope);
    double i = e->y[ii], v = e->y[s->at[HC_U_V]], t = e->y[it];
    double area = p[HC_P_AREA], heat = p[HC_P_HEAT];
    double ambient =
        isnan(p[HC_P_AMBIENT]) ? p[HC_P_TEMPERATURE] : p[HC_P_AMBIENT];
    double source = v - u + p[HC_P_U_N] + t * du;
    size_t row = (size_t)it;
    e->f[row] =
        heat * e->yp[it] - area * i * source - p[HC_P_COOLING] * (ambient - t);
    hc_put_yp(e, row, it, heat);
    hc_put_y(e, row, ii, -area * source);
    hc_put_y(e, row, s->at[HC_U_V], -area * i);
    double by_x = -area * i * (t * du_slope - slope);
    for (size_t k = 0; e->j && k < s->film.n; k++)
        hc_put_y(e, row, (int)(s->film_at + k),
                 by_x * s->film.width[k] / s->cell->value[HC_P_L_P]);
    for (size_t j = 0; e->j && j < s->depth.n; j++)
        for (size_t k = 0; k < s->radius.n; k++)
            hc_put_y(e, row, (int)(s->comp_at + j * s->block + 3 + k),
                     by_x * s->shell_volume[k] * 3 * s->depth.width[j] /
                         s->cell->value[HC_P_L_P]);
}

static void all(const hc_system *s, const hc_eval *e)
{
    circuit(s, e);
    control(s, e);
    hc_electrolyte_eval(s, e);
    hc_interfaces_eval(s, e);
    if (s->cell->cathode == HC_CATHODE_FILM && !e->no_film)
        hc_film_eval(s, e);
    else if (s->cell->cathode == HC_CATHODE_COMPOSITE)
        hc_composite_eval(s, e);
    slow(s, e);
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

static void observe_parts(const hc_system *s, const double *y, hc_observed *o)
{
    const hc_cell *c = s->cell;
    const double *p = s->p;
    double psi = y[s->at[HC_U_PSI_P]], u_n = p[HC_P_U_N];
    double i_b = y[hc_stack_index(s)];
    if (c->cathode == HC_CATHODE_LITHIUM) {
        o->transfer_p = psi;
        o->ocv = -u_n;
        return;
    }
    double u = hc_curve_at(&c->ocv, o->x_mean, NULL), us;
    o->ocv = u - u_n;
    if (c->cathode == HC_CATHODE_FILM) {
        o->x_surface = y[s->at[HC_U_XS]];
        us = hc_curve_at(&c->ocv, o->x_surface, NULL);
        o->transfer_p = c->capacitor_on_eta ? psi : psi - us;
        if (p[HC_P_SIGMA_E] > 0)
            o->cathode_ohmic = i_b * p[HC_P_L_P] / p[HC_P_SIGMA_E];
    } else {
        double over = 1 / c->value[HC_P_L_P], mean_psi = 0;
        us = 0;
        for (size_t j = 0; j < s->depth.n; j++) {
            const double *b = y + s->comp_at + j * s->block;
            double w = s->depth.width[j] * over;
            us += w * hc_curve_at(&c->ocv, b[2], NULL);
            mean_psi += w * b[1];
            o->x_surface += w * b[2];
        }
        o->transfer_p = mean_psi - us;
        o->cathode_ohmic = psi - mean_psi;
    }
    o->diffusion = us - u;
}

void hc_system_observe(const hc_system *s, const double *y, hc_observed *o)
{
    *o = (hc_observed){.voltage = y[s->at[HC_U_V]],
                       .current = y[s->at[HC_U_I]]};
    bool cathode = s->cell->cathode != HC_CATHODE_LITHIUM;
    o->x_mean = cathode ? mean_x(s, y) : (double)NAN;
    o->soc = cathode ? (s->x_empty - o->x_mean) / (s->x_empty - s->x_full)
                     : (double)NAN;
    o->temperature_k = s->at[HC_U_T] == HC_ABSENT ? s->p_t : y[s->at[HC_U_T]];
    o->charge = hc_system_value(s, y, HC_U_Q);
    o->lithium_m =
        s->at[HC_U_LI] == HC_ABSENT ? (double)NAN : y[s->at[HC_U_LI]];
    o->transfer_n = y[s->at[HC_U_PSI_N]];
    o->electrolyte = y[s->at[HC_U_SE]] + hc_system_value(s, y, HC_U_GB) +
                     hc_system_value(s, y, HC_U_INT);
    o->series = o->current * s->p[HC_P_R_S];
    if (!cathode)
        o->x_surface = (double)NAN;
    observe_parts(s, y, o);
}

size_t hc_system_profile_size(const hc_system *s)
{
    return s->film.n ? s->film.n : s->depth.n;
}

void hc_system_profile(const hc_system *s, const double *y, double *depth_m,
                       double *x, double *slope_1_m)
{
    const hc_mesh *g = s->film.n ? &s->film : &s->depth;
    for (size_t k = 0; k < g->n; k++) {
        depth_m[k] = g->center[k];
        x[k] =
            s->film.n ? y[s->film_at + k] : y[s->comp_at + k * s->block + 2];
    }
    for (size_t k = 0; k < g->n; k++) {
        size_t a = k ? k - 1 : 0, b = k + 1 < g->n ? k + 1 : k;
        slope_1_m[k] = (x[b] - x[a]) / (g->center[b] - g->center[a]);
    }
}
