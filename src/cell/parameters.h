/* parameters.h: what a cell is made of, in SI units
 *
 * One list of scalars gives the cell file's names, units and limits, the
 * names of sweeps and fits, and halfcell-cell(5).  Every scalar may follow an
 * Arrhenius law.  Functions of x stand beside them.
 * Sign everywhere: current > 0 charges.
 */
#ifndef HC_CELL_PARAMETERS_H
#define HC_CELL_PARAMETERS_H

#include "cell/curve.h"
#include "core/status.h"
#include "core/units.h"

#include <stdbool.h>
#include <stddef.h>

/* kg m s A K mol exponents of what core/units.h has no name for */
#define HC_DIM_AREA_RESISTANCE  ((hc_dim){.kg = 1, .m = 4, .s = -3, .a = -2})
#define HC_DIM_AREAL_CHARGE     ((hc_dim){.a = 1, .s = 1, .m = -2})
#define HC_DIM_AREA_CAPACITANCE ((hc_dim){.kg = -1, .m = -4, .s = 4, .a = 2})
#define HC_DIM_RECOMBINATION    ((hc_dim){.m = 3, .s = -1, .mol = -1})
#define HC_DIM_HEAT_CAPACITY    ((hc_dim){.kg = 1, .m = 2, .s = -2, .k = -1})
#define HC_DIM_HEAT_TRANSFER    ((hc_dim){.kg = 1, .m = 2, .s = -3, .k = -1})
#define HC_DIM_MOLAR_ENERGY     ((hc_dim){.kg = 1, .m = 2, .s = -2, .mol = -1})
#define HC_DIM_MOLAR_VOLUME     ((hc_dim){.m = 3, .mol = -1})

/* id, path in the cell file, SI unit, dimension, default (NAN: none), least
 * and greatest sensible value */
#define HC_CELL_PARAMETERS(X)                                                 \
    X(AREA, "geometry.A", "m2", HC_DIM_AREA, NAN, 1e-12, 100)                 \
    X(L_N, "geometry.L_n", "m", HC_DIM_LENGTH, NAN, 0, 1)                     \
    X(L_SE, "geometry.L_se", "m", HC_DIM_LENGTH, NAN, 1e-10, 0.1)             \
    X(L_P, "geometry.L_p", "m", HC_DIM_LENGTH, NAN, 1e-10, 0.1)               \
    X(CONTACT_P, "geometry.contact_p", "1", HC_DIM_NONE, 1, 1e-6, 1e4)        \
    X(CONTACT_N, "geometry.contact_n", "1", HC_DIM_NONE, 1, 1e-6, 1e4)        \
    X(TEMPERATURE, "temperature", "K", HC_DIM_TEMPERATURE, NAN, 100, 1500)    \
    X(SIGMA, "electrolyte.sigma", "S/m", HC_DIM_CONDUCTIVITY, NAN, 1e-15,     \
      1e5)                                                                    \
    X(C_GEO, "electrolyte.C_geo", "F/m2", HC_DIM_AREA_CAPACITANCE, 0, 0, 1)   \
    X(R_GB, "electrolyte.R_gb", "ohm m2", HC_DIM_AREA_RESISTANCE, 0, 0, 1e9)  \
    X(C_GB, "electrolyte.C_gb", "F/m2", HC_DIM_AREA_CAPACITANCE, 0, 0, 1e4)   \
    X(C_TOT, "electrolyte.c_tot", "mol/m3", HC_DIM_CONCENTRATION, NAN, 1e-3,  \
      1e7)                                                                    \
    X(DELTA, "electrolyte.delta", "1", HC_DIM_NONE, NAN, 1e-9, 1)             \
    X(D_PLUS, "electrolyte.D_plus", "m2/s", HC_DIM_DIFFUSIVITY, NAN, 1e-30,   \
      1)                                                                      \
    X(D_MINUS, "electrolyte.D_minus", "m2/s", HC_DIM_DIFFUSIVITY, NAN, 1e-30, \
      1)                                                                      \
    X(K_R, "electrolyte.k_r", "m3/mol/s", HC_DIM_RECOMBINATION, 0, 0, 1e9)    \
    X(D, "cathode.D", "m2/s", HC_DIM_DIFFUSIVITY, NAN, 1e-30, 1)              \
    X(T_E, "cathode.t_e", "1", HC_DIM_NONE, 1, 0, 1)                          \
    X(C_MAX, "cathode.c_max", "mol/m3", HC_DIM_CONCENTRATION, NAN, 1e-3, 1e7) \
    X(X0, "cathode.x0", "1", HC_DIM_NONE, NAN, 0, 1)                          \
    X(SIGMA_E, "cathode.sigma_e", "S/m", HC_DIM_CONDUCTIVITY, NAN, 1e-15,     \
      1e9)                                                                    \
    X(KAPPA_P, "cathode.kappa", "S/m", HC_DIM_CONDUCTIVITY, NAN, 1e-15, 1e9)  \
    X(EPS_S, "cathode.active_fraction", "1", HC_DIM_NONE, NAN, 1e-6, 1)       \
    X(RADIUS, "cathode.radius", "m", HC_DIM_LENGTH, NAN, 1e-10, 0.1)          \
    X(I0_P, "interface_p.i0_half", "A/m2", HC_DIM_CURRENT_DENSITY, NAN,       \
      1e-12, 1e9)                                                             \
    X(ALPHA_P, "interface_p.alpha", "1", HC_DIM_NONE, 0.5, 0.01, 0.99)        \
    X(C_P, "interface_p.C_dl", "F/m2", HC_DIM_AREA_CAPACITANCE, 0, 0, 1e4)    \
    X(R_P, "interface_p.R_int", "ohm m2", HC_DIM_AREA_RESISTANCE, 0, 0, 1e9)  \
    X(C_0_P, "interface_p.c_0", "mol/m3", HC_DIM_CONCENTRATION, NAN, 1e-6,    \
      1e9)                                                                    \
    X(EPS_P, "interface_p.eps_r", "1", HC_DIM_NONE, NAN, 1, 1e5)              \
    X(STERN_P, "interface_p.stern", "m", HC_DIM_LENGTH, NAN, 1e-14, 1e-3)     \
    X(I0_N, "interface_n.i0", "A/m2", HC_DIM_CURRENT_DENSITY, NAN, 1e-12,     \
      1e9)                                                                    \
    X(ALPHA_N, "interface_n.alpha", "1", HC_DIM_NONE, 0.5, 0.01, 0.99)        \
    X(C_N, "interface_n.C_dl", "F/m2", HC_DIM_AREA_CAPACITANCE, 0, 0, 1e4)    \
    X(R_N, "interface_n.R_int", "ohm m2", HC_DIM_AREA_RESISTANCE, 0, 0, 1e9)  \
    X(U_N, "interface_n.U", "V", HC_DIM_VOLTAGE, 0, -1, 6)                    \
    X(Q_N, "interface_n.capacity", "C/m2", HC_DIM_AREAL_CHARGE, NAN, 1e-6,    \
      1e12)                                                                   \
    X(XN0, "interface_n.stoichiometry", "1", HC_DIM_NONE, NAN, 0, 1)          \
    X(C_0_N, "interface_n.c_0", "mol/m3", HC_DIM_CONCENTRATION, NAN, 1e-6,    \
      1e9)                                                                    \
    X(EPS_N, "interface_n.eps_r", "1", HC_DIM_NONE, NAN, 1, 1e5)              \
    X(STERN_N, "interface_n.stern", "m", HC_DIM_LENGTH, NAN, 1e-14, 1e-3)     \
    X(R_INT, "interphase.R", "ohm m2", HC_DIM_AREA_RESISTANCE, 0, 0, 1e9)     \
    X(C_INT, "interphase.C", "F/m2", HC_DIM_AREA_CAPACITANCE, 0, 0, 1e4)      \
    X(R_S, "series.R_s", "ohm m2", HC_DIM_AREA_RESISTANCE, 0, 0, 1e9)         \
    X(HEAT, "thermal.heat_capacity", "J/K", HC_DIM_HEAT_CAPACITY, NAN, 1e-12, \
      1e9)                                                                    \
    X(COOLING, "thermal.hA", "W/K", HC_DIM_HEAT_TRANSFER, 0, 0, 1e9)          \
    X(AMBIENT, "thermal.T_ambient", "K", HC_DIM_TEMPERATURE, NAN, 100, 1500)  \
    X(V_MIN, "window.V_min", "V", HC_DIM_VOLTAGE, NAN, -10, 10)               \
    X(V_MAX, "window.V_max", "V", HC_DIM_VOLTAGE, NAN, -10, 10)               \
    X(C_RATE, "window.C_rate_base", "A", HC_DIM_CURRENT, NAN, 1e-15, 1e6)

#define HC_CELL_ENUM(id, path, unit, dim, def, lo, hi) HC_P_##id,
typedef enum { HC_CELL_PARAMETERS(HC_CELL_ENUM) HC_P_COUNT } hc_parameter;
#undef HC_CELL_ENUM

typedef struct {
    const char *path, *unit; /* the unit it is kept in */
    double fallback, least, greatest;
} hc_parameter_info;

const hc_parameter_info *hc_parameter_about(hc_parameter p);
hc_dim hc_parameter_dim(hc_parameter p);
/* By path ("cathode.D") or by its last word where that is unambiguous
 * ("D"); HC_P_COUNT when there is none. */
hc_parameter hc_parameter_find(const char *name);

typedef enum {
    HC_CATHODE_FILM,
    HC_CATHODE_COMPOSITE,
    HC_CATHODE_LITHIUM
} hc_cathode_model;
typedef enum { HC_SE_OHMIC, HC_SE_TWO_SPECIES } hc_se_model;
typedef enum {
    HC_KIN_BV,
    HC_KIN_LINEAR,
    HC_KIN_NONE,
    HC_KIN_FRUMKIN
} hc_kinetics;

/* p(T) = p_ref (T_ref/T)^power exp(-sign Ea/R (1/T - 1/T_ref)): the form in
 * which it was fitted.  sigmaT: power 1; R: sign -1. */
typedef struct {
    double ea_j_mol, t_ref_k;
    int power, sign;
} hc_arrhenius;

typedef struct {
    char name[128];
    char negative_reference[64]; /* what potentials are against: "Li" */
    double value[HC_P_COUNT];    /* SI at t_ref; NaN when not given */
    double sd_ln[HC_P_COUNT];    /* standard deviation of ln(value), or NaN */
    hc_arrhenius law[HC_P_COUNT];
    hc_cathode_model cathode;
    hc_se_model se;
    hc_kinetics kin_p, kin_n;
    bool capacitor_on_eta;  /* C_dl across eta, not across psi */
    bool geometric_on_cell; /* C_geo across the cell without R_s */
    bool electrolyte_order; /* i0 follows the ion concentration at the face */
    hc_curve ocv;           /* U(x) [V] against lithium */
    hc_curve entropy;       /* dU/dT(x) [V/K] */
    hc_curve d_shape;       /* D(x) = D shape(x) */
    hc_curve i0_p_shape;    /* i0(x) = i0_half shape(x), when has_i0_shape */
    bool has_entropy, has_i0_shape, has_ocv;
    hc_curve u_n; /* U(x_n) of the negative electrode, when has_u_n */
    bool has_u_n;
} hc_cell;

void hc_cell_init(hc_cell *c);
void hc_cell_clear(hc_cell *c);
hc_status hc_cell_copy(hc_cell *to, const hc_cell *from,
                       hc_err *err) HC_MUST_USE;

/* Value at temperature T [K] and, when slope is not NULL, its derivative. */
double hc_cell_at(const hc_cell *c, hc_parameter p, double t_k, double *slope);

/* All that the models need is there and in range; HC_DATA names what is not,
 * and index-2 set-ups with what to change. */
hc_status hc_cell_check(const hc_cell *c, hc_err *err) HC_MUST_USE;

/* Areal capacity F c_max L_p (composite: times the active fraction) [C/m2]
 * of x = 0 to 1; NaN for a symmetric cell. */
double hc_cell_capacity(const hc_cell *c);

/* Negative electrode with a U(x): its composition when the cathode rests at
 * x (what one lost the other has; interface_n.stoichiometry belongs to
 * cathode.x0), NaN without; and its potential against lithium. */
double hc_cell_x_n(const hc_cell *c, double x);
double hc_cell_u_n(const hc_cell *c, double x);
/* Voltage of the rested cell, U(x) - U_n. */
double hc_cell_ocv(const hc_cell *c, double x);
/* x in [lo, hi] at which it is `volt`; NaN when there is none. */
double hc_cell_x_of_ocv(const hc_cell *c, double volt, double lo, double hi);

/* Composition at the ends of the voltage window: soc 0 (V_min) and 1
 * (V_max), from the OCV; the curve's own ends when no window is given. */
void hc_cell_window(const hc_cell *c, double *x_empty, double *x_full);
double hc_cell_x_of_soc(const hc_cell *c, double soc);

#endif
