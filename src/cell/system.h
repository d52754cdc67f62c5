/* system.h: the equations of the cell as one residual F(t, y, y') = 0
 *
 * All per unit area; current > 0 charges.  The mesh unknowns are the core of
 * a bordered matrix, everything else its border (bordered.h).  One function
 * gives the residual, its Jacobian dF/dy + cj dF/dy' and, for impedance, the
 * two parts apart: time and frequency see the very same equations.
 *
 *   film.c          dense cathode, D(x), surface by parabola
 *   composite.c     porous cathode with spheres
 *   electrolyte.c   ohmic, grain boundary, interphase, two species
 *   interface.c     charge transfer and double layers
 *   circuit.c       sum of voltages, control, charge, lithium, heat
 *   system.c        layout, parameters, the whole residual
 *   observe.c       what is seen from outside
 */
#ifndef HC_CELL_SYSTEM_H
#define HC_CELL_SYSTEM_H

#include "cell/bordered.h"
#include "cell/mesh.h"
#include "cell/parameters.h"

/* Border unknowns; which of them a cell has is in hc_system.at. */
typedef enum {
    HC_U_V,     /* terminal voltage [V] */
    HC_U_I,     /* current density [A/m2] */
    HC_U_STACK, /* current through the layers when C_geo shunts them */
    HC_U_ION,   /* ionic current when C_geo shunts a two-species layer */
    HC_U_SHUNT, /* voltage across C_geo on the cell [V] */
    HC_U_PSI_P, /* cathode against electrolyte [V] (or eta, see cell);
                   composite: collector against the cathode's face */
    HC_U_PSI_N, /* negative interface, > 0 on charge [V] */
    HC_U_SE,    /* drop over the electrolyte layer [V] */
    HC_U_GB,    /* over the grain boundaries [V] */
    HC_U_INT,   /* over the interphase [V] */
    HC_U_XS,    /* x at the cathode's surface */
    HC_U_JP,    /* Faradaic current density of the film */
    HC_U_A0,    /* ion concentration at the negative face, a/a_eq */
    HC_U_AL,    /* at the cathode's face */
    HC_U_DP,    /* diffuse drop at the cathode [V] */
    HC_U_DN,    /* at the negative electrode [V] */
    HC_U_T,     /* temperature [K] */
    HC_U_LI,    /* thickness of the lithium [m] */
    HC_U_XN,    /* composition of a negative electrode with a U(x) */
    HC_U_Q,     /* charge passed [C/m2] */
    HC_U_COUNT,
} hc_unknown;

enum { HC_ABSENT = -1 };

typedef enum {
    HC_CONTROL_CURRENT,    /* i = value [A/m2] */
    HC_CONTROL_VOLTAGE,    /* V = value [V] */
    HC_CONTROL_POWER,      /* i V = value [W/m2] */
    HC_CONTROL_RESISTANCE, /* V = -i value [ohm m2]: a load */
    HC_CONTROL_TABLE,      /* i follows a table, straight between points */
} hc_control_mode;

typedef struct {
    hc_control_mode mode;
    double value;
    /* added to a current: amplitude sin(2 pi f t + phase) */
    double sine_amplitude, sine_freq_hz, sine_t0;
    const double *time_s, *current; /* [n] table, [A/m2] */
    size_t n;
} hc_control;

typedef struct {
    size_t film;        /* cells of the film (40) */
    size_t electrolyte; /* cells of the two-species layer (60) */
    size_t depth;       /* cells through a composite (20) */
    size_t radius;      /* shells of its spheres (12) */
    double ratio;       /* widest cell to narrowest of the film (300) */
    bool charge;        /* carry the charge as unknown (time runs) */
} hc_cell_grid;

hc_cell_grid hc_cell_grid_default(void);

typedef struct {
    const hc_cell *cell; /* borrowed */
    hc_cell_grid grid;
    size_t n_core, n_border, n; /* n = core + border */
    size_t ml, mu;
    int at[HC_U_COUNT]; /* index in y, HC_ABSENT when the cell has none */
    size_t film_at, ion_at, comp_at; /* first core unknowns */
    size_t block;                    /* unknowns of one composite node */
    hc_mesh film, ion, depth, radius;
    double *shell_area, *shell_volume; /* composite: per unit sphere R = 1 */
    double *differential;              /* [n] 1 where y' appears */
    double p[HC_P_COUNT];              /* parameters at temperature p_t */
    double p_t;
    double x_empty, x_full;
    hc_control control;
    double guard_lo, guard_hi; /* voltages no step may leave */
    double *scratch;           /* [6 n] for differences in T */
} hc_system;

/* What one evaluation needs and fills; j and m may be NULL. */
typedef struct {
    double t;
    const double *y, *yp;
    double *f;
    hc_bordered *j; /* += dF/dy, and cj dF/dy' when m is NULL */
    double cj;
    hc_bordered *m; /* += dF/dy' */
    bool no_film;   /* leave the rows of the film as they are in f */
} hc_eval;

hc_status hc_system_new(hc_system **out, const hc_cell *cell,
                        const hc_cell_grid *grid, hc_err *err) HC_MUST_USE;
void hc_system_free(hc_system *s);
/* A matrix of the system's shape. */
hc_status hc_system_matrix(hc_bordered **out, const hc_system *s,
                           hc_err *err) HC_MUST_USE;
/* Parameters were changed in the cell (sweeps, fits): take them over. */
hc_status hc_system_refresh(hc_system *s, hc_err *err) HC_MUST_USE;

/* The same when only values of parameters that make no mesh and no unknown
 * changed (quicker). */
hc_status hc_system_parameters(hc_system *s, hc_err *err) HC_MUST_USE;

/* The same for one parameter (isothermal systems). */
void hc_system_parameter(hc_system *s, hc_parameter p);

/* Which equations a parameter stands in, so that derivatives by it need not
 * touch the others. */
typedef enum {
    HC_REACH_NONE,   /* only the state at the start: x0 and such */
    HC_REACH_BORDER, /* not the rows of the film */
    HC_REACH_ALL,
} hc_reach;
hc_reach hc_system_reach(const hc_system *s, hc_parameter p);

/* Rest at uniform composition x. */
void hc_system_rest(const hc_system *s, double x, double *y, double *yp);

/* 0, or 1 when y is outside what the model can evaluate. */
int hc_system_eval(hc_system *s, const hc_eval *e);

/* Algebraic unknowns and derivatives that fit the differential ones, by
 * Newton from what y holds (project), or from a guess for a new control
 * (consistent); HC_NO when it does not converge.  The work space belongs to
 * a system of this layout. */
typedef struct hc_project hc_project;
hc_status hc_project_new(hc_project **out, const hc_system *s,
                         hc_err *err) HC_MUST_USE;
void hc_project_free(hc_project *w);
hc_status hc_system_project(hc_system *s, hc_project *w, double t, double *y,
                            double *yp, hc_err *err) HC_MUST_USE;
hc_status hc_system_consistent(hc_system *s, hc_project *w, double t,
                               double *y, double *yp, hc_err *err) HC_MUST_USE;

/* Control current at t (modes current and table). */
double hc_system_set_current(const hc_system *s, double t);

static inline double hc_system_value(const hc_system *s, const double *y,
                                     hc_unknown u)
{
    return s->at[u] == HC_ABSENT ? 0 : y[s->at[u]];
}

/* ---- what is seen from outside ---- */

/* Exact parts of the voltage: the sum of all is V (after Pang 2021 eq. 16;
 * here from the mean composition, so that diffusion counts once). */
typedef struct {
    double voltage, current; /* [V], [A/m2] */
    double x_mean, x_surface, soc, temperature_k, charge, lithium_m;
    double ocv;        /* U(x_mean) - U_n, of x_n where that has a U(x) */
    double diffusion;  /* U(x_s) - U(x_mean) */
    double transfer_p; /* charge transfer at the cathode */
    double transfer_n;
    double electrolyte;   /* with grain boundary and interphase */
    double cathode_ohmic; /* electrons, and ions of a composite */
    double series;
} hc_observed;

void hc_system_observe(const hc_system *s, const double *y, hc_observed *o);

/* Concentration profile: depth [m], x; n cells of film or depth. */
size_t hc_system_profile_size(const hc_system *s);
void hc_system_profile(const hc_system *s, const double *y, double *depth_m,
                       double *x, double *slope_1_m);

/* ---- for the pieces ---- */

static inline void hc_put_y(const hc_eval *e, size_t row, int col, double v)
{
    if (e->j && col != HC_ABSENT)
        hc_bordered_add(e->j, row, (size_t)col, v);
}

static inline void hc_put_yp(const hc_eval *e, size_t row, int col, double v)
{
    if (col == HC_ABSENT)
        return;
    if (e->m)
        hc_bordered_add(e->m, row, (size_t)col, v);
    else if (e->j)
        hc_bordered_add(e->j, row, (size_t)col, e->cj * v);
}

/* Index of the current through the layers, of the ionic current. */
static inline int hc_stack_index(const hc_system *s)
{
    return s->at[HC_U_STACK] != HC_ABSENT ? s->at[HC_U_STACK] : s->at[HC_U_I];
}
static inline int hc_ion_index(const hc_system *s)
{
    return s->at[HC_U_ION] != HC_ABSENT ? s->at[HC_U_ION] : hc_stack_index(s);
}

/* Potential of the negative electrode against lithium, slope by x_n. */
double hc_system_u_n(const hc_system *s, const double *y, double *slope);
double hc_system_mean_x(const hc_system *s, const double *y);

void hc_circuit_eval(const hc_system *s, const hc_eval *e);
void hc_slow_eval(const hc_system *s, const hc_eval *e);
void hc_film_eval(const hc_system *s, const hc_eval *e);
void hc_composite_eval(const hc_system *s, const hc_eval *e);
double hc_composite_mean(const hc_system *s, const double *y);
hc_status hc_composite_init(hc_system *s, hc_err *err) HC_MUST_USE;
void hc_electrolyte_eval(const hc_system *s, const hc_eval *e);
void hc_interfaces_eval(const hc_system *s, const hc_eval *e);

#endif
