/* The cell model against closed forms: verification cases of the model's
 * notes, numbered as there. */
#include "cell/cellfile.h"
#include "cell/fast.h"
#include "cell/impedance.h"
#include "cell/kinetics.h"
#include "cell/physics.h"
#include "cell/simulate.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "cell_cases.h"

/* Largest relative error of the surface over times of the closed form. */
static double slab_error(size_t n, double rtol)
{
    double length = 1e-5, d = 1e-14, i = 0.2, worst = 0;
    hc_cell c = slab(length, d);
    hc_system *s;
    hc_solver *v;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.film = n;
    g.ratio = 30; /* widths that suit times from 1e-4 to 2 L^2/D */
    good(hc_system_new(&s, &c, &g, &err), &err);
    good(hc_solver_new(&v, s, rtol, &err), &err);
    hc_system_rest(s, 0.5, hc_solver_y(v), hc_solver_yp(v));
    s->control.value = i;
    hc_events none = hc_events_none();
    good(hc_solver_start(v, 0, &none, &err), &err);
    double *y = calloc(s->n, sizeof *y), tau = 1e-4;
    hc_step_result r = HC_STEP_GOING;
    while (r == HC_STEP_GOING) {
        good(hc_solver_step(v, 2 * length * length / d, &r, &err), &err);
        while (tau * length * length / d <= hc_solver_time(v) && tau < 2) {
            good(hc_solver_dense(v, tau * length * length / d, y, &err), &err);
            double got = (0.5 - y[s->at[HC_U_XS]]) * c.value[HC_P_C_MAX];
            double want = i * length / (F * d) * hc_slab_response(tau);
            worst = fmax(worst, fabs(got / want - 1));
            tau *= 1.5;
        }
    }
    free(y);
    hc_solver_free(v);
    hc_system_free(s);
    hc_cell_clear(&c);
    return worst;
}

static void case_1_slab(void **state)
{
    (void)state;
    double e20 = slab_error(20, 1e-9), e40 = slab_error(40, 1e-9);
    double e80 = slab_error(80, 1e-9), e160 = slab_error(160, 1e-9);
    double e320 = slab_error(320, 1e-10);
    print_message("# slab: N=20 %.2e, 40 %.2e, 80 %.2e, 160 %.2e, 320 %.2e\n",
                  e20, e40, e80, e160, e320);
    assert_true(e160 < 1e-4);
    double order = log2(e20 / e320) / 4;
    print_message("# order %.3f\n", order);
    within(order, 2.0, 0.1);
}

typedef struct {
    double charged, discharged;
    long steps;
} totals;

static hc_status sum_up(void *ctx, const hc_sim_point *p, hc_err *err)
{
    totals *t = ctx;
    (void)err;
    t->charged = p->charged;
    t->discharged = p->discharged;
    t->steps++;
    return HC_OK;
}

/* Thresholds on the surface concentration as cutoffs: no overpotentials. */
static void case_2_charge_discharge(void **state)
{
    (void)state;
    static const double lengths[] = {5e-6, 1e-5, 1.5e-5, 2e-5, 2.5e-5, 3e-5};
    static const double ds[] = {1e-13, 1e-14, 1e-15};
    double worst = 0;
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 6; b++) {
            hc_cell c = slab(lengths[b], ds[a]);
            hc_err err;
            hc_talk talk = {0};
            hc_protocol p = {0};
            totals t = {0};
            hc_sim_options o = hc_sim_default();
            double q1, q2, d1 = 24000, d2 = 2200;
            c.kin_p = c.kin_n = HC_KIN_NONE;
            c.value[HC_P_SIGMA] = 1e4; /* 2e-10 ohm m2 */
            o.grid.film = 160;
            o.rtol = 1e-7;
            o.x0 = 0.9;
            double hi = 4.8 - 1.8 * (0.9 - d1 / 50000);
            double lo = 4.8 - 1.8 * (0.9 + d2 / 50000);
            char text[128];
            snprintf(text, sizeof text,
                     "Charge at 1 A/m2 until %.10f V\n"
                     "Discharge at 1 A/m2 until %.10f V",
                     hi, lo);
            good(hc_protocol_add(&p, &c, text, "test", &err), &err);
            good(hc_simulate(&c, &p, &o, sum_up, &t, &talk, &err), &err);
            hc_slab_cycle(1, lengths[b], ds[a], d1, d2, &q1, &q2);
            worst = fmax(worst, fabs(t.charged / q1 - 1));
            worst = fmax(worst, fabs(t.discharged / q2 - 1));
            hc_protocol_clear(&p);
            hc_cell_clear(&c);
        }
    print_message("# 36 half cycles, N=160: worst Q %.2e\n", worst);
    assert_true(worst < 1e-3);
}

static void case_3_sand(void **state)
{
    (void)state;
    hc_cell c = slab(1e-4, 1e-15); /* semi-infinite */
    hc_err err;
    hc_talk talk = {0};
    hc_protocol p = {0};
    totals t = {0};
    hc_sim_options o = hc_sim_default();
    c.kin_p = c.kin_n = HC_KIN_NONE;
    c.value[HC_P_SIGMA] = 1e4;
    o.grid.film = 320;
    o.grid.ratio = 3000;
    o.rtol = 1e-7;
    o.x0 = 0.5; /* until x_s = 0: U = 4.8 V */
    good(hc_protocol_add(&p, &c, "Charge at 2 A/m2 until 4.7999 V", "test",
                         &err),
         &err);
    good(hc_simulate(&c, &p, &o, sum_up, &t, &talk, &err), &err);
    double fall = (0.5 - 0.0001 / 1.8) * 50000;
    double want = HC_PI * 1e-15 * pow(F * fall / (2 * 2), 2);
    print_message("# Sand time %.6g s, %.2e off\n", t.charged / 2,
                  t.charged / 2 / want - 1);
    near(t.charged / 2, want, 1e-3);
    hc_protocol_clear(&p);
    hc_cell_clear(&c);
}

/* Two-species electrolyte alone, without reaction. */
static double two_species_end(double i, double reaction, double t_end,
                              size_t cells, double *drop, double *a_low)
{
    hc_cell c = read_sample("danilov2011.json");
    hc_system *s;
    hc_solver *v;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.electrolyte = cells;
    c.value[HC_P_K_R] *= reaction;
    c.value[HC_P_L_P] = 1e-5; /* so that the cathode does not limit */
    c.value[HC_P_D] = 1e-9;
    c.value[HC_P_X0] = 0.6;
    c.value[HC_P_I0_P] = 1e6;
    good(hc_system_new(&s, &c, &g, &err), &err);
    good(hc_solver_new(&v, s, 1e-7, &err), &err);
    hc_system_rest(s, 0.6, hc_solver_y(v), hc_solver_yp(v));
    s->control.value = -i;
    hc_events none = hc_events_none();
    good(hc_solver_start(v, 0, &none, &err), &err);
    hc_step_result r = HC_STEP_GOING;
    hc_status st = HC_OK;
    while (r == HC_STEP_GOING && st == HC_OK)
        st = hc_solver_step(v, t_end, &r, &err);
    *drop = hc_solver_y(v)[s->at[HC_U_SE]];
    *a_low = hc_solver_y(v)[s->at[HC_U_AL]];
    double t = hc_solver_time(v);
    hc_solver_free(v);
    hc_system_free(s);
    hc_cell_clear(&c);
    return t;
}

static void case_3_sand_two_species(void **state)
{
    (void)state;
    double drop, low;
    double dp = 9e-16, dm = 5.1e-15, a = 0.18 * 60100;
    double da = 2 * dp * dm / (dp + dm);
    double want = HC_PI / da * pow(F * dp * a / 5.12, 2);
    near(want, 69.1, 1e-3);
    /* a(L)/a_eq = 1 - sqrt(t/tau), read off before it gets there */
    double t = two_species_end(5.12, 0, 62, 320, &drop, &low);
    double got = t / ((1 - low) * (1 - low));
    print_message("# two-species Sand time %.6g s (closed form %.6g)\n", got,
                  want);
    near(got, want, 1e-3);
}

static void case_4_limiting_current(void **state)
{
    (void)state;
    double drop, low, dp = 9e-16, a = 0.18 * 60100, l = 1.5e-6;
    double limit = 4 * F * dp * a / l;
    near(limit, 2.505, 1e-3);
    /* steady profile is linear: a(L)/a_eq = 1 - i/i_lim */
    two_species_end(0.5 * limit, 0, 1e5, 60, &drop, &low);
    near(low, 0.5, 1e-3);
    two_species_end(0.999 * limit, 0, 1e6, 60, &drop, &low);
    within(low, 0.001, 1e-5);
    double t = two_species_end(1.001 * limit, 0, 1e6, 60, &drop, &low);
    assert_true(t < 1e6);
}

static void case_5_published_overpotentials(void **state)
{
    (void)state;
    static const double t[] = {15, 30, 50.4, 64.9};
    static const double slow[] = {-76.3, -102.9, -149.3, -226.1};
    static const double fast[] = {-71.5, -86.9, -101.4, -109.1};
    double drop, low, worst = 0;
    for (int k = 0; k < 4; k++) { /* Danilov, printed k_r and 100 times it */
        two_species_end(5.12, 0.01, t[k], 200, &drop, &low);
        /* 8 mV/s at the last: its time is given to 0.05 s */
        worst = fmax(worst, fabs(drop * 1e3 - slow[k]) / (k < 3 ? 1 : 4));
        two_species_end(5.12, 1, t[k], 200, &drop, &low);
        worst = fmax(worst, fabs(drop * 1e3 - fast[k]));
    }
    print_message("# Danilov eta_SE: worst %.3f mV\n", worst);
    assert_true(worst < 0.1);
    two_species_end(0.32, 1, 1e5, 200, &drop, &low);
    within(drop * 1e3, -5.90, 0.01); /* 32 uA/cm2 */
}

/* Steady Raijmakers layer: eta_SE at 1C and 4C. */
static void case_5_raijmakers(void **state)
{
    (void)state;
    static const double rate[] = {1, 4}, want[] = {-73.85, -296.75};
    for (int k = 0; k < 2; k++) {
        hc_cell c = read_sample("raijmakers2020.json");
        hc_system *s;
        hc_solver *v;
        hc_err err;
        hc_cell_grid g = hc_cell_grid_default();
        g.electrolyte = 200;
        c.value[HC_P_D] = 1e-8; /* the electrolyte alone is looked at */
        c.value[HC_P_L_P] = 1e-3;
        good(hc_system_new(&s, &c, &g, &err), &err);
        good(hc_solver_new(&v, s, 1e-8, &err), &err);
        hc_system_rest(s, 0.7, hc_solver_y(v), hc_solver_yp(v));
        s->control.value = -rate[k] * 7e-4 / 3.36e-4;
        hc_events none = hc_events_none();
        good(hc_solver_start(v, 0, &none, &err), &err);
        hc_step_result r = HC_STEP_GOING;
        while (r == HC_STEP_GOING)
            good(hc_solver_step(v, 3000, &r, &err), &err);
        print_message("# Raijmakers %gC: eta_SE %.3f mV\n", rate[k],
                      hc_solver_y(v)[s->at[HC_U_SE]] * 1e3);
        within(hc_solver_y(v)[s->at[HC_U_SE]] * 1e3, want[k], 0.1);
        hc_solver_free(v);
        hc_system_free(s);
        hc_cell_clear(&c);
    }
}

static void case_7_relaxation(void **state)
{
    (void)state;
    double length = 1e-5, d = 1e-14;
    hc_cell c = slab(length, d);
    hc_system *s;
    hc_solver *v;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.film = 160;
    good(hc_system_new(&s, &c, &g, &err), &err);
    good(hc_solver_new(&v, s, 1e-9, &err), &err);
    double *y = hc_solver_y(v), scale = length * length / d;
    hc_system_rest(s, 0.5, y, hc_solver_yp(v));
    hc_events none = hc_events_none();
    hc_step_result r;
    double xs[2], t[] = {0.3, 0.5, 0.7};
    for (int k = 0; k < 3; k++) {
        s->control.value = k ? 0 : 1;
        good(hc_solver_start(v, hc_solver_time(v), &none, &err), &err);
        do
            good(hc_solver_step(v, t[k] * scale, &r, &err), &err);
        while (r == HC_STEP_GOING);
        if (k)
            xs[k - 1] = y[s->at[HC_U_XS]];
    }
    double q = 0.3 * scale / (F * 50000 * length);
    double rate =
        log((xs[0] - (0.5 - q)) / (xs[1] - (0.5 - q))) / (0.2 * scale);
    near(rate, HC_PI * HC_PI * d / (length * length), 1e-3);
    hc_solver_free(v);
    hc_system_free(s);
    hc_cell_clear(&c);
}

static double worst_z(hc_cell *c, size_t n, double x, double lo, double hi)
{
    enum { POINTS = 61 };
    double freq[POINTS], worst = 0;
    double complex z[POINTS];
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.film = n;
    g.electrolyte = n;
    for (int k = 0; k < POINTS; k++)
        freq[k] = lo * pow(hi / lo, (double)k / (POINTS - 1));
    good(hc_impedance(c, &g, x, freq, POINTS, z, NULL, 0, NULL, &err), &err);
    for (int k = 0; k < POINTS; k++) {
        double complex want = hc_impedance_closed(c, x, freq[k]);
        worst = fmax(worst, cabs(z[k] - want) / cabs(want));
    }
    return worst;
}

static void case_8_impedance(void **state)
{
    (void)state;
    hc_cell c = slab(1e-5, 1e-14);
    double *v = c.value;
    /* verification-slab.json */
    static const double x[] = {0.0, 1.0}, u[] = {4.3, 3.5};
    static const double f[] = {1e-4, 1e-2, 1, 100, 1e4, 1e6};
    static const double re[] = {575.992985, 183.534386, 142.912551,
                                138.841503, 127.492529, 89.892935};
    static const double im[] = {-418.183173, -45.134699, -4.516504,
                                -0.686122,   -13.447078, -8.418716};
    hc_err err;
    hc_curve_clear(&c.ocv);
    good(hc_curve_table(&c.ocv, x, u, 2, false, &err), &err);
    double rt = HC_GAS * 298.15 / F;
    v[HC_P_C_MAX] = 51822;
    v[HC_P_I0_P] = rt / 0.00257; /* at x = 1/2 */
    v[HC_P_I0_N] = rt / 0.00257;
    v[HC_P_C_P] = 0.0053;
    v[HC_P_C_N] = 0.000174;
    v[HC_P_SIGMA] = 2e-6 / 0.0087;
    for (int k = 0; k < 6; k++) {
        double complex z = hc_impedance_closed(&c, 0.5, f[k]) * 1e4;
        within(creal(z), re[k], 2e-6 * fabs(re[k]));
        within(cimag(z), im[k], 2e-6 * fabs(im[k]));
    }
    double e80 = worst_z(&c, 80, 0.5, 1e-6, 1e6);
    double e320 = worst_z(&c, 320, 0.5, 1e-6, 1e6);
    print_message("# film Z: N=80 %.2e, N=320 %.2e\n", e80, e320);
    assert_true(e80 < 1e-3);
    assert_true(e320 < 1e-4);
    hc_cell_clear(&c);
}

/* Limits R_lim = L/(3 F c D) dU, C_lim = F c L/dU of the finite space. */
static void case_8_limits(void **state)
{
    (void)state;
    hc_cell c = slab(1e-5, 1e-14);
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.film = 320;
    g.ratio = 30;
    c.kin_p = c.kin_n = HC_KIN_NONE;
    double f = 1e-8, w = 2 * HC_PI * f;
    double complex z;
    good(hc_impedance(&c, &g, 0.5, &f, 1, &z, NULL, 0, NULL, &err), &err);
    double r = creal(z) - 2e-6 / 2.3e-4, cap = -1 / (w * cimag(z));
    near(r, 1.8 * 1e-5 / (3 * F * 50000 * 1e-14), 1e-4);
    near(cap, F * 50000 * 1e-5 / 1.8, 1e-4);
    hc_cell_clear(&c);
}

static void case_8_full_cells(void **state)
{
    (void)state;
    hc_cell c = read_sample("raijmakers2020.json");
    double e80 = worst_z(&c, 80, 0.8, 1e-4, 1e6);
    double e160 = worst_z(&c, 160, 0.8, 1e-4, 1e6);
    print_message("# mixed conduction, two species, C on the cell: "
                  "N=80 %.2e, 160 %.2e\n",
                  e80, e160);
    assert_true(e80 < 1e-3);
    assert_true(e160 < 5e-4);
    hc_cell_clear(&c);
    c = read_sample("danilov2011.json");
    c.value[HC_P_C_GEO] = 1e-5;
    c.value[HC_P_R_GB] = 0.01;
    c.value[HC_P_C_GB] = 1e-3;
    c.value[HC_P_R_INT] = 0.005;
    c.value[HC_P_C_INT] = 1e-2;
    c.value[HC_P_R_S] = 1e-4;
    assert_true(worst_z(&c, 80, 0.7, 1e-3, 1e7) < 1e-3);
    hc_cell_clear(&c);
}

static hc_cell composite(void)
{
    hc_cell c = slab(5e-5, 1e-15);
    c.cathode = HC_CATHODE_COMPOSITE;
    c.value[HC_P_EPS_S] = 0.5;
    c.value[HC_P_RADIUS] = 2e-6;
    c.value[HC_P_KAPPA_P] = 5e-3;
    c.value[HC_P_SIGMA_E] = 2e-2;
    c.value[HC_P_C_P] = 0.1;
    return c;
}

/* Closed form of the composite: the line with spheres in each element. */
static double complex composite_closed(const hc_cell *c, double f)
{
    const double *v = c->value;
    double rt = HC_GAS * v[HC_P_TEMPERATURE] / F, w = 2 * HC_PI * f;
    double complex r =
        rt / v[HC_P_I0_P] +
        hc_sphere_impedance(1.8 / v[HC_P_C_MAX], v[HC_P_RADIUS], v[HC_P_D], f);
    double complex z = 1 / (1 / r + I * w * v[HC_P_C_P]);
    return v[HC_P_L_SE] / v[HC_P_SIGMA] + rt / v[HC_P_I0_N] +
           hc_transmission_line(v[HC_P_L_P], v[HC_P_KAPPA_P], v[HC_P_SIGMA_E],
                                3 * v[HC_P_EPS_S] / v[HC_P_RADIUS], z);
}

static double composite_error(hc_cell *c, size_t depth, size_t radius)
{
    enum { POINTS = 25 };
    double freq[POINTS], worst = 0;
    double complex z[POINTS];
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.depth = depth;
    g.radius = radius;
    for (int k = 0; k < POINTS; k++)
        freq[k] = 1e-4 * pow(10, k / 3.0);
    good(hc_impedance(c, &g, 0.5, freq, POINTS, z, NULL, 0, NULL, &err), &err);
    for (int k = 0; k < POINTS; k++) {
        double complex want = composite_closed(c, freq[k]);
        worst = fmax(worst, cabs(z[k] - want) / cabs(want));
    }
    return worst;
}

static void case_10_transmission_line(void **state)
{
    (void)state;
    hc_cell c = composite();
    double e = composite_error(&c, 60, 60);
    print_message("# composite against line of spheres: %.2e\n", e);
    assert_true(e < 1e-3);
    hc_cell_clear(&c);
}

static void case_11_single_particle(void **state)
{
    (void)state;
    hc_cell c = composite();
    c.value[HC_P_KAPPA_P] = c.value[HC_P_SIGMA_E] = 1e6;
    double e = composite_error(&c, 8, 60);
    print_message("# single particle: %.2e\n", e);
    assert_true(e < 1e-3);
    hc_cell_clear(&c);
}

static void case_12_kinetics(void **state)
{
    (void)state;
    double f = F / (HC_GAS * 298.15);
    for (double a = 0.3; a < 0.8; a += 0.2)
        for (double i = 1e-6; i < 1e6; i *= 7)
            for (int s = -1; s <= 1; s += 2) {
                double eta = hc_butler_volmer_inverse(3, a, f, s * i);
                near(hc_butler_volmer(3, a, f, eta).i, s * i, 1e-12);
            }
    near(hc_butler_volmer(3, 0.5, f, 1e-8).i, 3 * f * 1e-8, 1e-9);
    near(hc_butler_volmer(3, 0.4, f, 1.0).i, 3 * exp(0.4 * f), 1e-10);
}

static void case_12_frumkin(void **state)
{
    (void)state;
    double f = F / (HC_GAS * 298.15), eta = 0.05, slope;
    double want = hc_butler_volmer(2, 0.5, f, eta).i, last = 1;
    /* c_0 -> inf and wide Stern layers (lambda_S >> lambda_D) give BV */
    for (double c0 = 1e2; c0 < 1e9; c0 *= 100) {
        double lo = -0.1, hi = 0.1, dd = 0, ds = 0, by_s, by_d;
        for (int k = 0; k < 200; k++) {
            dd = (lo + hi) / 2;
            ds = hc_stern_drop(1e-9, c0, 10, f, dd, &slope);
            if (ds + dd < eta)
                lo = dd;
            else
                hi = dd;
        }
        double off =
            fabs(hc_frumkin(2, 0.5, f, ds, dd, &by_s, &by_d) / want - 1);
        assert_true(off < last);
        last = off;
    }
    assert_true(last < 1e-3);
}

/* Difference of eighth order: 1e-12 of an analytic function. */
static void jacobian_column(hc_system *s, const double *y, const double *yp,
                            size_t col, bool of_yp, double h, double *out)
{
    static const double w[] = {4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280};
    double *v = malloc(s->n * sizeof *v), *f = malloc(s->n * sizeof *f);
    memcpy(v, of_yp ? yp : y, s->n * sizeof *v);
    memset(out, 0, s->n * sizeof *out);
    for (int k = 1; k <= 4; k++)
        for (int sign = -1; sign <= 1; sign += 2) {
            v[col] = (of_yp ? yp : y)[col] + sign * k * h;
            hc_eval e = {
                .t = 0, .y = of_yp ? y : v, .yp = of_yp ? v : yp, .f = f};
            assert_int_equal(hc_system_eval(s, &e), 0);
            for (size_t r = 0; r < s->n; r++)
                out[r] += sign * w[k - 1] * f[r] / h;
        }
    free(v);
    free(f);
}

static void check_jacobian(hc_cell *c, const char *what)
{
    hc_system *s;
    hc_bordered *j, *m;
    hc_err err;
    hc_cell_grid g = {12, 12, 5, 6, 50, true};
    good(hc_system_new(&s, c, &g, &err), &err);
    good(hc_system_matrix(&j, s, &err), &err);
    good(hc_system_matrix(&m, s, &err), &err);
    double *y = calloc(s->n, sizeof *y), *yp = calloc(s->n, sizeof *yp);
    double *f = calloc(s->n, sizeof *f), *d = calloc(s->n, sizeof *d);
    hc_system_rest(s, 0.72, y, yp);
    for (size_t k = 0; k < s->n; k++) { /* any point near will do */
        y[k] += 0.004 * sin((double)(3 * k + 1)) * (k < s->n_core ? 1 : 0.5);
        yp[k] = 1e-3 * cos((double)(2 * k));
    }
    if (s->at[HC_U_T] != HC_ABSENT)
        y[s->at[HC_U_T]] = 305;
    y[s->at[HC_U_I]] = 1.3;
    hc_eval e = {.y = y, .yp = yp, .f = f, .j = j, .m = m};
    assert_int_equal(hc_system_eval(s, &e), 0);
    double worst = 0;
    for (int part = 0; part < 2; part++)
        for (size_t col = 0; col < s->n; col++) {
            double h = (int)col == s->at[HC_U_T]    ? 0.3
                       : (int)col == s->at[HC_U_JP] ? 0.02
                                                    : 2e-4;
            jacobian_column(s, y, yp, col, part == 1, h, d);
            double scale = 0;
            for (size_t r = 0; r < s->n; r++)
                scale = fmax(scale, fabs(d[r]));
            for (size_t r = 0; r < s->n; r++) {
                double got = hc_bordered_get(part ? m : j, r, col);
                /* of the column and of the row's own size */
                double size = fmax(scale, fabs(f[r]) / h * 1e-3);
                worst = fmax(worst, fabs(got - d[r]) / fmax(size, 1e-300));
            }
        }
    print_message("# Jacobian, %s: %.1e\n", what, worst);
    assert_true(worst < 1e-10);
    free(y);
    free(yp);
    free(f);
    free(d);
    hc_bordered_free(j);
    hc_bordered_free(m);
    hc_system_free(s);
}

/* A negative electrode of its own: graphite-like, fourteen hundred C/m2. */
static void give_negative(hc_cell *c)
{
    static const double x[] = {0.01, 0.1, 0.3, 0.6, 0.99};
    static const double u[] = {1.0, 0.22, 0.15, 0.11, 0.04};
    hc_err err;
    good(hc_curve_table(&c->u_n, x, u, 5, true, &err), &err);
    c->has_u_n = true;
    c->value[HC_P_Q_N] = 1400 * 40;
    c->value[HC_P_XN0] = 0.5;
}

/* Its impedance is -U_n'/(j w Q_n); its voltage follows the balance. */
static void negative_with_potential(void **state)
{
    (void)state;
    hc_cell c = slab(1e-5, 1e-14);
    give_negative(&c);
    double slope, x = 0.45;
    double xn = 0.5 + 0.05 * hc_cell_capacity(&c) / c.value[HC_P_Q_N];
    double u = hc_curve_at(&c.u_n, xn, &slope);
    near(hc_cell_x_n(&c, x), xn, 1e-14);
    near(hc_cell_ocv(&c, x), 4.8 - 1.8 * x - u, 1e-14);
    near(hc_cell_x_of_ocv(&c, 4.8 - 1.8 * x - u, 0.1, 0.9), x, 1e-12);
    static const double freq[] = {1e-5, 1e-2, 1e3};
    double complex with[3], without[3];
    hc_cell_grid g = hc_cell_grid_default();
    hc_err err;
    good(hc_impedance(&c, &g, x, freq, 3, with, NULL, 0, NULL, &err), &err);
    c.has_u_n = false;
    good(hc_impedance(&c, &g, x, freq, 3, without, NULL, 0, NULL, &err), &err);
    c.has_u_n = true;
    for (int k = 0; k < 3; k++) {
        double complex want =
            -slope / (I * 2 * HC_PI * freq[k] * c.value[HC_P_Q_N]);
        within(cabs(with[k] - without[k] - want), 0, 1e-12 * cabs(with[k]));
    }
    c.value[HC_P_C_P] = 0.05;
    check_jacobian(&c, "negative electrode with U(x)");
    c.value[HC_P_HEAT] = 0.5;
    check_jacobian(&c, "the same with heat");
    hc_cell_clear(&c);
}

static void case_16_jacobian(void **state)
{
    (void)state;
    static const double x[] = {0, 0.3, 0.6, 1}, dx[] = {1, 2, 0.7, 0.3};
    hc_err err;
    hc_cell c = slab(1e-5, 1e-14);
    check_jacobian(&c, "film without capacitors");
    c.value[HC_P_C_P] = 0.05;
    c.value[HC_P_C_N] = 0.02;
    c.value[HC_P_R_GB] = 0.01;
    c.value[HC_P_C_GB] = 0.1;
    c.value[HC_P_R_S] = 0.001;
    c.value[HC_P_C_GEO] = 1e-4;
    c.value[HC_P_SIGMA_E] = 1;
    c.value[HC_P_T_E] = 0.8;
    hc_curve_clear(&c.d_shape);
    good(hc_curve_table(&c.d_shape, x, dx, 4, false, &err), &err);
    c.d_shape.positive = true;
    check_jacobian(&c, "film, D(x), double layers");
    c.kin_p = c.kin_n = HC_KIN_FRUMKIN;
    c.value[HC_P_C_0_P] = c.value[HC_P_C_0_N] = 1e4;
    c.value[HC_P_EPS_P] = c.value[HC_P_EPS_N] = 15;
    c.value[HC_P_STERN_P] = c.value[HC_P_STERN_N] = 5e-10;
    check_jacobian(&c, "Frumkin");
    c.kin_p = c.kin_n = HC_KIN_BV;
    c.value[HC_P_HEAT] = 0.5;
    c.value[HC_P_COOLING] = 0.01;
    c.law[HC_P_D].ea_j_mol = 4e4;
    c.law[HC_P_I0_P].ea_j_mol = 5e4;
    c.law[HC_P_SIGMA] = (hc_arrhenius){5e4, 298.15, 1, 1};
    check_jacobian(&c, "heat and Arrhenius");
    hc_cell_clear(&c);
    c = read_sample("raijmakers2020.json");
    check_jacobian(&c, "two species, C on eta");
    hc_cell_clear(&c);
    c = composite();
    check_jacobian(&c, "composite");
    c.value[HC_P_HEAT] = 0.5;
    check_jacobian(&c, "composite with heat");
    hc_cell_clear(&c);
    c = slab(1e-5, 1e-14);
    c.cathode = HC_CATHODE_LITHIUM;
    check_jacobian(&c, "symmetric lithium cell");
    hc_cell_clear(&c);
}

static void case_20_bouncing(void **state)
{
    (void)state;
    hc_cell c = slab(1e-5, 1e-14);
    hc_system *s;
    hc_solver *v;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    c.value[HC_P_T_E] = 0.5;
    good(hc_system_new(&s, &c, &g, &err), &err);
    good(hc_solver_new(&v, s, 1e-6, &err), &err);
    hc_system_rest(s, 0.5, hc_solver_y(v), hc_solver_yp(v));
    s->control.value = 1;
    hc_events none = hc_events_none();
    good(hc_solver_start(v, 0, &none, &err), &err);
    hc_step_result r = HC_STEP_GOING;
    while (r == HC_STEP_GOING)
        good(hc_solver_step(v, 3000, &r, &err), &err);
    const double *y = hc_solver_y(v);
    for (size_t k = 0; k < s->film.n / 2; k++)
        within(y[k], y[s->film.n - 1 - k], 1e-10);
    assert_true(fabs(y[0] - y[s->film.n / 2]) > 1e-3);
    hc_solver_free(v);
    hc_system_free(s);
    hc_cell_clear(&c);
}

/* 6. Film GITT: sqrt(t) pulses give D back while t < 0.05 L^2/D. */
static void case_6_titration(void **state)
{
    (void)state;
    double length = 1e-5, d = 1e-14, i = 0.1;
    hc_cell c = slab(length, d);
    hc_system *s;
    hc_solver *v;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    g.film = 160;
    good(hc_system_new(&s, &c, &g, &err), &err);
    good(hc_solver_new(&v, s, 1e-8, &err), &err);
    double *y = hc_solver_y(v), scale = length * length / d, t = 0;
    double *at = calloc(s->n, sizeof *at);
    hc_system_rest(s, 0.6, y, hc_solver_yp(v));
    hc_events none = hc_events_none();
    hc_step_result r;
    double v_rest = 4.8 - 1.8 * 0.6;
    for (int pulse = 0; pulse < 3; pulse++) {
        double tau = 0.02 * scale, v1 = 0;
        s->control.value = i;
        good(hc_solver_start(v, t, &none, &err), &err);
        do {
            good(hc_solver_step(v, t + tau, &r, &err), &err);
            if (v1 == 0 && hc_solver_time(v) > t + 0.1 * tau) {
                good(hc_solver_dense(v, t + 0.1 * tau, at, &err), &err);
                v1 = at[s->at[HC_U_V]];
            }
        } while (r == HC_STEP_GOING);
        double v2 = y[s->at[HC_U_V]];
        t += tau;
        s->control.value = 0;
        good(hc_solver_start(v, t, &none, &err), &err);
        do
            good(hc_solver_step(v, t + 3 * scale, &r, &err), &err);
        while (r == HC_STEP_GOING);
        t += 3 * scale;
        double de_s = y[s->at[HC_U_V]] - v_rest;
        v_rest = y[s->at[HC_U_V]];
        /* slope of V over sqrt(t) in place of dE_tau/sqrt(tau) */
        double slope = (v2 - v1) / (sqrt(tau) - sqrt(0.1 * tau));
        double got = 4 / HC_PI * pow(length * de_s / (tau * slope), 2);
        near(got, d, 0.01);
    }
    free(at);
    hc_solver_free(v);
    hc_system_free(s);
    hc_cell_clear(&c);
}

/* 13. Lithium, 15. energy: along a charge and discharge. */
typedef struct {
    double t, i, lithium, worst_parts, energy, parts, c_l;
    double x0, through;
    long n;
} ledger;

static hc_status keep_books(void *ctx, const hc_sim_point *p, hc_err *err)
{
    ledger *l = ctx;
    const hc_observed *o = &p->seen;
    (void)err;
    double passed = (l->x0 - o->x_mean) * l->c_l;
    double net = p->charged - p->discharged;
    l->lithium = fmax(l->lithium, fabs(passed - net));
    l->through = p->charged + p->discharged;
    double sum = o->ocv + o->diffusion + o->transfer_p + o->transfer_n +
                 o->electrolyte + o->cathode_ohmic + o->series;
    double dt = p->t_s - l->t;
    l->energy += o->voltage * o->current * dt;
    l->parts += sum * o->current * dt;
    l->t = p->t_s;
    l->n++;
    return HC_OK;
}

static void case_13_15_balances(void **state)
{
    (void)state;
    static const char *const names[] = {"wang2023-best.json",
                                        "raijmakers2020.json"};
    for (int k = 0; k < 2; k++) {
        hc_cell c = read_sample(names[k]);
        hc_err err;
        hc_talk talk = {0};
        hc_protocol p = {0};
        hc_sim_options o = hc_sim_default();
        o.rtol = 1e-9;
        o.x0 = 0.8;
        c.value[HC_P_C_P] = c.value[HC_P_C_N] = c.value[HC_P_C_GEO] = 0;
        ledger l = {.c_l = hc_cell_capacity(&c), .x0 = 0.8};
        good(hc_protocol_add(&p, &c,
                             "Discharge at C/5 for 20 min; Rest for 10 min\n"
                             "Charge at C/3 for 30 min",
                             "test", &err),
             &err);
        good(hc_simulate(&c, &p, &o, keep_books, &l, &talk, &err), &err);
        print_message("# %s: lithium %.1e, energy %.1e, %ld steps\n", names[k],
                      l.lithium, fabs(l.parts / l.energy - 1), l.n);
        assert_true(l.lithium < 1e-10 * l.through);
        near(l.parts, l.energy, 1e-6);
        hc_protocol_clear(&p);
        hc_cell_clear(&c);
    }
}

/* State after a run of two steps of current, for 17 and 18. */
static double end_voltage(hc_cell *c, double rtol, const hc_parameter *p,
                          size_t n, double *sens, bool restart, int each)
{
    hc_system *s;
    hc_solver *v;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    good(hc_system_new(&s, c, &g, &err), &err);
    good(hc_solver_new(&v, s, rtol, &err), &err);
    if (n)
        good(hc_solver_sensitivities(v, c, p, n, each, &err), &err);
    hc_system_rest(s, c->value[HC_P_X0], hc_solver_y(v), hc_solver_yp(v));
    hc_events none = hc_events_none();
    hc_step_result r;
    static const double until[] = {700, 1500, 2400};
    for (int k = 0; k < 3; k++) {
        s->control.value = k == 1 ? -0.4 : 0.6;
        good(hc_solver_start(v, hc_solver_time(v), &none, &err), &err);
        double half = 0.5 * (until[k] + (k ? until[k - 1] : 0));
        for (int part = restart ? 0 : 1; part < 2; part++) {
            do
                good(hc_solver_step(v, part ? until[k] : half, &r, &err),
                     &err);
            while (r == HC_STEP_GOING);
            if (part == 0)
                good(hc_solver_start(v, hc_solver_time(v), &none, &err), &err);
        }
    }
    double out = hc_solver_y(v)[s->at[HC_U_V]];
    double *y = calloc(s->n * (n + 1), sizeof *y), *ys[16];
    for (size_t k = 0; k < n; k++)
        ys[k] = y + k * s->n;
    if (n)
        good(hc_solver_dense_sensitivities(v, hc_solver_time(v), ys, &err),
             &err);
    for (size_t k = 0; k < n; k++)
        sens[k] = ys[k][s->at[HC_U_V]];
    free(y);
    hc_solver_free(v);
    hc_system_free(s);
    return out;
}

static void case_17_sensitivities(void **state)
{
    (void)state;
    static const hc_parameter p[] = {HC_P_D,   HC_P_I0_P, HC_P_SIGMA,
                                     HC_P_C_P, HC_P_X0,   HC_P_L_P};
    double sens[6], leaps[6];
    hc_cell c = slab(1e-5, 1e-14);
    c.value[HC_P_C_P] = 20; /* large enough to be seen at the end */
    c.value[HC_P_I0_P] = 0.5;
    end_voltage(&c, 1e-9, p, 6, sens, false, 1);
    end_voltage(&c, 1e-5, p, 6, leaps, false, 2);
    for (int k = 0; k < 6; k++) {
        double keep = c.value[p[k]], h = 1e-2, d[2];
        for (int m = 1; m <= 2; m++) { /* fourth order */
            c.value[p[k]] = keep * exp(m * h);
            d[m - 1] = end_voltage(&c, 1e-11, NULL, 0, NULL, false, 1);
            c.value[p[k]] = keep * exp(-m * h);
            d[m - 1] -= end_voltage(&c, 1e-11, NULL, 0, NULL, false, 1);
        }
        c.value[p[k]] = keep;
        double want = (8 * d[0] - d[1]) / (12 * h);
        print_message("# dV/dln %s: %.9g, off %.1e\n",
                      hc_parameter_about(p[k])->path, sens[k],
                      fabs(sens[k] / want - 1));
        near(sens[k], want, 1e-5);
        near(leaps[k], want, 1e-2); /* enough for a fit */
    }
    hc_cell_clear(&c);
}

/* The same for spectra: dZ/d(ln p) of the matrices against differences of
 * the spectrum. */
static void case_17_spectra(void **state)
{
    (void)state;
    static const hc_parameter p[] = {HC_P_D,   HC_P_I0_P, HC_P_SIGMA, HC_P_C_P,
                                     HC_P_L_P, HC_P_C_N,  HC_P_C_GEO};
    enum { N = 7, POINTS = 4 };
    static const double freq[POINTS] = {1e-3, 1, 1e3, 1e6};
    double complex z[POINTS], dz[N * POINTS], at[4][POINTS];
    hc_cell c = slab(1e-5, 1e-14);
    hc_cell_grid g = hc_cell_grid_default();
    hc_err err;
    c.value[HC_P_C_P] = 0.3;
    c.value[HC_P_C_N] = 0.02;
    c.value[HC_P_C_GEO] = 1e-4;
    c.value[HC_P_R_S] = 1e-4;
    good(hc_impedance(&c, &g, 0.5, freq, POINTS, z, p, N, dz, &err), &err);
    for (int k = 0; k < N; k++) {
        static const double shift[] = {-2e-3, -1e-3, 1e-3, 2e-3};
        double keep = c.value[p[k]];
        for (int m = 0; m < 4; m++) {
            c.value[p[k]] = keep * exp(shift[m]);
            good(hc_impedance(&c, &g, 0.5, freq, POINTS, at[m], NULL, 0, NULL,
                              &err),
                 &err);
        }
        c.value[p[k]] = keep;
        for (int i = 0; i < POINTS; i++) {
            double complex want =
                (at[0][i] - 8 * at[1][i] + 8 * at[2][i] - at[3][i]) / 12e-3;
            within(cabs(dz[k * POINTS + i] - want), 0, 1e-8 * cabs(z[i]));
        }
    }
    hc_cell_clear(&c);
}

static void case_18_restart(void **state)
{
    (void)state;
    hc_cell c = slab(1e-5, 1e-14);
    c.value[HC_P_C_P] = 0.05;
    double a = end_voltage(&c, 1e-7, NULL, 0, NULL, false, 1);
    double b = end_voltage(&c, 1e-7, NULL, 0, NULL, true, 1);
    print_message("# restart: %.1e V\n", fabs(a - b));
    within(a, b, 10 * 1e-7 * 4);
    hc_cell_clear(&c);
}

/* 14. D(x): Kirchhoff's transform in the steady state, where the integral of
 * D dx falls linearly; with t_e the flux passes through. */
static void case_14_variable_d(void **state)
{
    (void)state;
    static const double x[] = {0, 0.25, 0.5, 0.75, 1};
    static const double dx[] = {0.2, 1.0, 2.0, 0.6, 0.3};
    double before = 0, length = 1e-5, d = 1e-13;
    for (size_t n = 20; n <= 160; n *= 2) {
        hc_cell c = slab(length, d);
        hc_system *s;
        hc_solver *v;
        hc_err err;
        hc_cell_grid g = hc_cell_grid_default();
        g.film = n;
        g.ratio = 1;
        c.value[HC_P_T_E] = 0.5;
        hc_curve_clear(&c.d_shape);
        good(hc_curve_table(&c.d_shape, x, dx, 5, false, &err), &err);
        c.d_shape.positive = true;
        good(hc_system_new(&s, &c, &g, &err), &err);
        good(hc_solver_new(&v, s, 1e-10, &err), &err);
        hc_system_rest(s, 0.7, hc_solver_y(v), hc_solver_yp(v));
        s->control.value = 5;
        hc_events none = hc_events_none();
        hc_step_result r;
        good(hc_solver_start(v, 0, &none, &err), &err);
        do
            good(hc_solver_step(v, 60, &r, &err), &err);
        while (r == HC_STEP_GOING);
        double end = hc_solver_y(v)[s->at[HC_U_XS]];
        static double values[8];
        size_t k = n == 20 ? 0 : n == 40 ? 1 : n == 80 ? 2 : 3;
        values[k] = end;
        if (k == 3) {
            before =
                log2(fabs((values[1] - values[0]) / (values[2] - values[1])));
            double again =
                log2(fabs((values[2] - values[1]) / (values[3] - values[2])));
            print_message("# D(x): orders %.2f, %.2f\n", before, again);
            within(again, 2.0, 0.15);
        }
        hc_solver_free(v);
        hc_system_free(s);
        hc_cell_clear(&c);
    }
}

/* The fast stepper against IDA, constant D and D(x). */
static void fast_against_ida(void **state)
{
    (void)state;
    static const double x[] = {0.3, 0.5, 0.7, 0.9, 1};
    static const double dx[] = {2.0, 1.5, 1.0, 0.7, 0.5};
    for (int k = 0; k < 2; k++) {
        hc_cell c = read_sample("wang2023-best.json");
        hc_err err;
        hc_talk talk = {0};
        hc_protocol p = {0};
        hc_sim_options o = hc_sim_default();
        totals a = {0}, b = {0};
        if (k)
            good(hc_curve_table(&c.d_shape, x, dx, 5, false, &err), &err);
        c.d_shape.positive = true;
        o.rtol = 1e-7;
        good(hc_protocol_add(&p, &c,
                             "Charge at 1 A/m2 until 4.2 V; Rest for 1 h\n"
                             "Discharge at 1 A/m2 until 2.7 V",
                             "test", &err),
             &err);
        good(hc_simulate(&c, &p, &o, sum_up, &a, &talk, &err), &err);
        good(hc_fast_simulate(&c, &p, &o, sum_up, &b, &err), &err);
        print_message("# fast: charge %.1e, discharge %.1e off\n",
                      b.charged / a.charged - 1,
                      b.discharged / a.discharged - 1);
        near(b.charged, a.charged, 2e-3);
        near(b.discharged, a.discharged, 2e-3);
        hc_protocol_clear(&p);
        hc_cell_clear(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_1_slab),
        cmocka_unit_test(case_2_charge_discharge),
        cmocka_unit_test(case_3_sand),
        cmocka_unit_test(case_3_sand_two_species),
        cmocka_unit_test(case_4_limiting_current),
        cmocka_unit_test(case_5_published_overpotentials),
        cmocka_unit_test(case_5_raijmakers),
        cmocka_unit_test(case_7_relaxation),
        cmocka_unit_test(case_8_impedance),
        cmocka_unit_test(case_8_limits),
        cmocka_unit_test(case_8_full_cells),
        cmocka_unit_test(case_10_transmission_line),
        cmocka_unit_test(case_11_single_particle),
        cmocka_unit_test(case_12_kinetics),
        cmocka_unit_test(case_12_frumkin),
        cmocka_unit_test(case_16_jacobian),
        cmocka_unit_test(negative_with_potential),
        cmocka_unit_test(case_20_bouncing),
        cmocka_unit_test(case_6_titration),
        cmocka_unit_test(case_13_15_balances),
        cmocka_unit_test(case_14_variable_d),
        cmocka_unit_test(case_17_sensitivities),
        cmocka_unit_test(case_17_spectra),
        cmocka_unit_test(case_18_restart),
        cmocka_unit_test(fast_against_ida),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
