#include "cell/parameters.h"

#include "cell/physics.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAN_D ((double)NAN)

#define ABOUT(id, path, unit, dim, def, lo, hi)                               \
    {path, unit, (double)(def), lo, hi},
static const hc_parameter_info about[] = {HC_CELL_PARAMETERS(ABOUT)};
#undef ABOUT

/* A compound literal is no constant for a static table. */
static hc_dim dim_of(hc_parameter p)
{
#define DIM(id, path, unit, dim, def, lo, hi)                                 \
    case HC_P_##id:                                                           \
        return dim;
    switch (p) {
        HC_CELL_PARAMETERS(DIM)
    case HC_P_COUNT:
        break;
    }
    return HC_DIM_NONE;
#undef DIM
}

const hc_parameter_info *hc_parameter_about(hc_parameter p)
{
    return &about[p];
}

hc_parameter hc_parameter_find(const char *name)
{
    hc_parameter found = HC_P_COUNT;
    for (int i = 0; i < HC_P_COUNT; i++) {
        const char *path = about[i].path, *last = strrchr(path, '.');
        if (strcmp(path, name) == 0)
            return (hc_parameter)i;
        if (last && strcmp(last + 1, name) == 0) {
            if (found != HC_P_COUNT)
                return HC_P_COUNT;
            found = (hc_parameter)i;
        }
    }
    return found;
}

hc_dim hc_parameter_dim(hc_parameter p)
{
    return dim_of(p);
}

void hc_cell_init(hc_cell *c)
{
    *c = (hc_cell){.negative_reference = "Li"};
    for (int i = 0; i < HC_P_COUNT; i++) {
        c->value[i] = about[i].fallback;
        c->sd_ln[i] = NAN_D;
        c->law[i] = (hc_arrhenius){.t_ref_k = 298.15, .sign = 1};
    }
    c->d_shape = hc_curve_constant(1);
    c->i0_p_shape = hc_curve_constant(1);
    c->ocv = hc_curve_constant(0);
    c->entropy = hc_curve_constant(0);
    c->u_n = hc_curve_constant(0);
}

void hc_cell_clear(hc_cell *c)
{
    hc_curve_clear(&c->ocv);
    hc_curve_clear(&c->entropy);
    hc_curve_clear(&c->d_shape);
    hc_curve_clear(&c->i0_p_shape);
    hc_curve_clear(&c->u_n);
}

hc_status hc_cell_copy(hc_cell *to, const hc_cell *from, hc_err *err)
{
    hc_cell c = *from;
    c.ocv = c.entropy = c.d_shape = c.i0_p_shape = c.u_n = (hc_curve){0};
    hc_status st = hc_curve_copy(&c.ocv, &from->ocv, err);
    if (st == HC_OK)
        st = hc_curve_copy(&c.entropy, &from->entropy, err);
    if (st == HC_OK)
        st = hc_curve_copy(&c.d_shape, &from->d_shape, err);
    if (st == HC_OK)
        st = hc_curve_copy(&c.i0_p_shape, &from->i0_p_shape, err);
    if (st == HC_OK)
        st = hc_curve_copy(&c.u_n, &from->u_n, err);
    if (st != HC_OK) {
        hc_cell_clear(&c);
        return st;
    }
    *to = c;
    return HC_OK;
}

double hc_cell_at(const hc_cell *c, hc_parameter p, double t_k, double *slope)
{
    const hc_arrhenius *a = &c->law[p];
    double v = c->value[p];
    if (slope)
        *slope = 0;
    if (a->ea_j_mol == 0 && a->power == 0)
        return v;
    double e = a->sign * a->ea_j_mol / HC_GAS;
    v *= exp(-e * (1 / t_k - 1 / a->t_ref_k));
    if (a->power) /* 1, or -1: R/T, i0/T */
        v *= a->power > 0 ? a->t_ref_k / t_k : t_k / a->t_ref_k;
    if (slope)
        *slope = v * (e / (t_k * t_k) - a->power / t_k);
    return v;
}

static hc_status need(const hc_cell *c, hc_parameter p, const char *why,
                      hc_err *err)
{
    double v = c->value[p];
    if (isnan(v))
        return hc_fail(err, HC_DATA, "%s is missing: %s needs it [%s]",
                       about[p].path, why, about[p].unit);
    return HC_OK;
}

static hc_status need_all(const hc_cell *c, const hc_parameter *list, size_t n,
                          const char *why, hc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        hc_status st = need(c, list[i], why, err);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}
#define NEED(c, why, err, ...)                                                \
    need_all(c, (const hc_parameter[]){__VA_ARGS__},                          \
             sizeof(const hc_parameter[]){__VA_ARGS__} /                      \
                 sizeof(hc_parameter),                                        \
             why, err)

static hc_status check_ranges(const hc_cell *c, hc_err *err)
{
    for (int i = 0; i < HC_P_COUNT; i++) {
        double v = c->value[i];
        if (!isnan(v) && !(v >= about[i].least && v <= about[i].greatest))
            return hc_fail(err, HC_DATA,
                           "%s = %g %s is outside [%g, %g]: wrong unit?",
                           about[i].path, v, about[i].unit, about[i].least,
                           about[i].greatest);
    }
    return HC_OK;
}

static hc_status check_cathode(const hc_cell *c, hc_err *err)
{
    if (c->cathode == HC_CATHODE_LITHIUM)
        return HC_OK;
    hc_status st =
        NEED(c, "the cathode", err, HC_P_L_P, HC_P_D, HC_P_C_MAX, HC_P_X0);
    if (st == HC_OK && c->cathode == HC_CATHODE_COMPOSITE)
        st = NEED(c, "the composite cathode", err, HC_P_EPS_S, HC_P_RADIUS,
                  HC_P_KAPPA_P, HC_P_SIGMA_E);
    if (st != HC_OK)
        return st;
    if (!c->has_ocv)
        return hc_fail(err, HC_DATA,
                       "cathode.OCV is missing: the cathode needs its "
                       "open-circuit potential U(x)");
    if (c->d_shape.kind != HC_CURVE_CONSTANT &&
        c->d_shape.kind != HC_CURVE_TABLE)
        return hc_fail(err, HC_DATA,
                       "cathode.D_shape must be a number or a table");
    if (c->cathode == HC_CATHODE_COMPOSITE && c->kin_p != HC_KIN_BV &&
        c->kin_p != HC_KIN_LINEAR)
        return hc_fail(err, HC_DATA,
                       "interface_p.kinetics: a composite cathode takes bv "
                       "or linear");
    return HC_OK;
}

/* The voltage window lies within U(x).  Towards a full cathode the logarithm
 * of the last free sites goes on from 0.9; else a table has to be there. */
static hc_status check_window(const hc_cell *c, hc_err *err)
{
    static const double beyond = 0.1, tail = 0.9;
    double high = c->value[HC_P_V_MAX], low = c->value[HC_P_V_MIN];
    if (c->cathode == HC_CATHODE_LITHIUM || !c->has_ocv)
        return HC_OK;
    double x = c->ocv.x_min, top = hc_cell_ocv(c, x);
    if (high > top + beyond && c->ocv.kind != HC_CURVE_CONSTANT)
        return hc_fail(err, HC_DATA,
                       "cathode.OCV ends at %.4g V (x = %.4g), window.V_max "
                       "= %.4g V lies beyond: extend the curve or lower the "
                       "window",
                       top, x, high);
    x = c->ocv.x_max;
    double bottom = hc_cell_ocv(c, x);
    if (low < bottom - beyond && x < tail && c->ocv.kind != HC_CURVE_CONSTANT)
        return hc_fail(err, HC_DATA,
                       "cathode.OCV ends at %.4g V (x = %.4g), window.V_min "
                       "= %.4g V lies beyond: extend the curve or raise the "
                       "window",
                       bottom, x, low);
    return HC_OK;
}

static hc_status check_negative(const hc_cell *c, hc_err *err)
{
    if (!c->has_u_n)
        return HC_OK;
    hc_status st =
        NEED(c, "a negative electrode with a U(x)", err, HC_P_Q_N, HC_P_XN0);
    if (st == HC_OK && c->value[HC_P_U_N] != 0)
        st = hc_fail(err, HC_DATA,
                     "interface_n.OCV and interface_n.U: only one of the two "
                     "can say what the negative electrode's potential is");
    if (st == HC_OK && c->cathode == HC_CATHODE_LITHIUM)
        st = hc_fail(err, HC_DATA,
                     "interface_n.OCV: a symmetric lithium cell has none");
    return st;
}

static hc_status check_frumkin(const hc_cell *c, hc_err *err)
{
    hc_status st = HC_OK;
    if (c->kin_p == HC_KIN_FRUMKIN)
        st = NEED(c, "frumkin kinetics", err, HC_P_C_0_P, HC_P_EPS_P,
                  HC_P_STERN_P);
    if (st == HC_OK && c->kin_n == HC_KIN_FRUMKIN)
        st = NEED(c, "frumkin kinetics", err, HC_P_C_0_N, HC_P_EPS_N,
                  HC_P_STERN_N);
    return st;
}

/* Held voltage with a capacitor straight across the terminals fixes a
 * capacitor's voltage: index 2. */
static hc_status check_index(const hc_cell *c, hc_err *err)
{
    double r = c->value[HC_P_R_S];
    if (c->value[HC_P_C_GEO] > 0 && c->geometric_on_cell && r <= 0)
        return hc_fail(err, HC_DATA,
                       "electrolyte.C_geo across the cell needs "
                       "series.R_s > 0 (1e-8 ohm m2 will do)");
    if (c->value[HC_P_C_GEO] > 0 && !c->geometric_on_cell && r <= 0 &&
        c->value[HC_P_C_P] > 0 && c->value[HC_P_C_N] > 0)
        return hc_fail(err, HC_DATA,
                       "electrolyte.C_geo, interface_p.C_dl and "
                       "interface_n.C_dl form a loop of capacitors: a held "
                       "voltage is not solvable (index 2); give "
                       "series.R_s > 0 (1e-8 ohm m2 will do)");
    if (c->value[HC_P_C_GB] > 0 && c->value[HC_P_R_GB] <= 0)
        return hc_fail(err, HC_DATA,
                       "electrolyte.C_gb needs electrolyte.R_gb > 0");
    if (c->value[HC_P_C_INT] > 0 && c->value[HC_P_R_INT] <= 0)
        return hc_fail(err, HC_DATA, "interphase.C needs interphase.R > 0");
    return HC_OK;
}

hc_status hc_cell_check(const hc_cell *c, hc_err *err)
{
    hc_status st =
        NEED(c, "every cell", err, HC_P_AREA, HC_P_TEMPERATURE, HC_P_L_SE);
    if (st == HC_OK)
        st = check_cathode(c, err);
    if (st == HC_OK && c->se == HC_SE_OHMIC)
        st = NEED(c, "the ohmic electrolyte", err, HC_P_SIGMA);
    if (st == HC_OK && c->se == HC_SE_TWO_SPECIES)
        st = NEED(c, "the two-species electrolyte", err, HC_P_C_TOT,
                  HC_P_DELTA, HC_P_D_PLUS, HC_P_D_MINUS, HC_P_K_R);
    if (st == HC_OK && c->kin_p != HC_KIN_NONE &&
        c->cathode != HC_CATHODE_LITHIUM)
        st = NEED(c, "charge transfer at the cathode", err, HC_P_I0_P);
    if (st == HC_OK && c->kin_n != HC_KIN_NONE)
        st = NEED(c, "charge transfer at the negative electrode", err,
                  HC_P_I0_N);
    if (st == HC_OK)
        st = check_negative(c, err);
    if (st == HC_OK)
        st = check_frumkin(c, err);
    if (st == HC_OK)
        st = check_ranges(c, err);
    if (st == HC_OK)
        st = check_index(c, err);
    if (st == HC_OK)
        st = check_window(c, err);
    return st;
}

double hc_cell_capacity(const hc_cell *c)
{
    if (c->cathode == HC_CATHODE_LITHIUM)
        return NAN_D;
    double q = HC_FARADAY * c->value[HC_P_C_MAX] * c->value[HC_P_L_P];
    return c->cathode == HC_CATHODE_COMPOSITE ? q * c->value[HC_P_EPS_S] : q;
}

double hc_cell_x_n(const hc_cell *c, double x)
{
    double share = hc_cell_capacity(c) / c->value[HC_P_Q_N];
    return c->has_u_n ? c->value[HC_P_XN0] + (c->value[HC_P_X0] - x) * share
                      : NAN_D;
}

double hc_cell_u_n(const hc_cell *c, double x)
{
    return c->has_u_n ? hc_curve_at(&c->u_n, hc_cell_x_n(c, x), NULL)
                      : c->value[HC_P_U_N];
}

double hc_cell_ocv(const hc_cell *c, double x)
{
    return hc_curve_at(&c->ocv, x, NULL) - hc_cell_u_n(c, x);
}

double hc_cell_x_of_ocv(const hc_cell *c, double volt, double lo, double hi)
{
    if (!(hc_cell_ocv(c, lo) >= volt && hc_cell_ocv(c, hi) <= volt))
        return NAN_D;
    for (int i = 0; i < 200 && hi - lo > 1e-16; i++) {
        double mid = 0.5 * (lo + hi);
        if (mid <= lo || mid >= hi)
            break;
        if (hc_cell_ocv(c, mid) >= volt)
            lo = mid;
        else
            hi = mid;
    }
    return 0.5 * (lo + hi);
}

void hc_cell_window(const hc_cell *c, double *x_empty, double *x_full)
{
    double lo = 1e-6, hi = 1 - 1e-9;
    if (c->ocv.kind != HC_CURVE_TABLE)
        lo = c->ocv.x_min;
    double full = hc_cell_x_of_ocv(c, c->value[HC_P_V_MAX], lo, hi);
    double empty = hc_cell_x_of_ocv(c, c->value[HC_P_V_MIN], lo, hi);
    *x_full = isnan(full) ? c->ocv.x_min : full;
    *x_empty = isnan(empty) ? c->ocv.x_max : empty;
}

double hc_cell_x_of_soc(const hc_cell *c, double soc)
{
    double e, f;
    hc_cell_window(c, &e, &f);
    return e - soc * (e - f);
}
