/* The cell model against independent solutions: what test_cell.c leaves of the
 * verification cases of the model's notes, numbered as there. */
#include "cell/impedance.h"
#include "cell/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fftw3.h>

#include "cell_cases.h"

/* A system with its solver, at rest. */
typedef struct {
    hc_system *s;
    hc_solver *v;
    double *y, *at;
} rig;

static rig start(const hc_cell *c, const hc_cell_grid *g, double rtol,
                 double x)
{
    rig r;
    hc_err err;
    good(hc_system_new(&r.s, c, g, &err), &err);
    good(hc_solver_new(&r.v, r.s, rtol, &err), &err);
    r.y = hc_solver_y(r.v);
    r.at = calloc(r.s->n, sizeof *r.at);
    hc_system_rest(r.s, x, r.y, hc_solver_yp(r.v));
    return r;
}

static void finish(rig *r)
{
    free(r->at);
    hc_solver_free(r->v);
    hc_system_free(r->s);
}

/* One step of constant current to t_end. */
static void run_to(rig *r, double i, double t_end)
{
    hc_events none = hc_events_none();
    hc_step_result result;
    hc_err err;
    r->s->control = (hc_control){.value = i};
    good(hc_solver_start(r->v, hc_solver_time(r->v), &none, &err), &err);
    do
        good(hc_solver_step(r->v, t_end, &result, &err), &err);
    while (result == HC_STEP_GOING);
}

/* 2. All of params/verification-slab.json, of the closed form [mAh]. */
static void case_2_whole_table(void **state)
{
    (void)state;
    static const double d[] = {1e-13, 1e-14, 1e-15};
    static const double charge[3][6] = {
        {0.383164, 0.760772, 1.132824, 1.499321, 1.860262, 2.215648},
        {0.358164, 0.660772, 0.907825, 1.0994, 1.236469, 1.323463},
        {0.140281, 0.140383, 0.140383, 0.140383, 0.140383, 0.140383}};
    static const double discharge[3][6] = {
        {0.415764, 0.820416, 1.213958, 1.596388, 1.967708, 2.327916},
        {0.365764, 0.620416, 0.763972, 0.797938, 0.743781, 0.669352},
        {0.057727, 0.05737, 0.05737, 0.05737, 0.05737, 0.05737}};
    for (int a = 0; a < 3; a++)
        for (int b = 0; b < 6; b++) {
            double q1, q2, mah = 1.2e-4 / 3.6;
            hc_slab_cycle(1, 5e-6 * (b + 1), d[a], 24000, 2200, &q1, &q2);
            within(q1 * mah, charge[a][b], 1e-6);
            within(q2 * mah, discharge[a][b], 1e-6);
        }
}

/* 6. Weppner and Huggins' formula on a film: right within 1 % for short
 * pulses, and biased as the closed form g says beyond: with the whole rise of
 * a pulse, D_wh/D = 4 tau/(pi g(tau)^2), tau = D t/L^2. */
static void case_6_bias(void **state)
{
    (void)state;
    static const double tau[] = {0.01, 0.02, 0.049, 0.1, 0.25, 0.5};
    double length = 1e-5, d = 1e-14, scale = length * length / d;
    for (int k = 0; k < 6; k++) {
        hc_cell c = slab(length, d);
        hc_cell_grid g = hc_cell_grid_default();
        c.kin_p = c.kin_n = HC_KIN_NONE;
        c.value[HC_P_SIGMA] = 1e4;
        g.film = 160;
        rig r = start(&c, &g, 1e-8, 0.6);
        double v0 = 4.8 - 1.8 * 0.6;
        run_to(&r, 0.02, tau[k] * scale);
        double rise = r.y[r.s->at[HC_U_V]] - v0;
        run_to(&r, 0, (tau[k] + 3) * scale);
        double rested = r.y[r.s->at[HC_U_V]] - v0;
        double got =
            4 / HC_PI / (tau[k] * scale) * pow(length * rested / rise, 2) / d;
        double want = 4 * tau[k] / (HC_PI * pow(hc_slab_response(tau[k]), 2));
        print_message("# GITT, tau %g: D_wh/D %.4f, closed form %.4f\n",
                      tau[k], got, want);
        near(got, want, 0.005);
        if (tau[k] < 0.05)
            near(got, 1, 0.01);
        finish(&r);
        hc_cell_clear(&c);
    }
}

/* Z of one frequency from a sine in time: FFT of the last whole periods. */
static double complex by_sine(hc_cell *c, const hc_cell_grid *g, double x,
                              double freq)
{
    enum { PERIODS = 12, KEPT = 4, SAMPLES = 32, N = KEPT * SAMPLES };
    rig r = start(c, g, 1e-9, x);
    hc_events none = hc_events_none();
    hc_step_result result;
    hc_err err;
    r.s->control = (hc_control){.sine_amplitude = 0.01, .sine_freq_hz = freq};
    good(hc_solver_start(r.v, 0, &none, &err), &err);
    double *v = fftw_malloc(2 * N * sizeof *v), *i = v + N;
    fftw_complex *out = fftw_malloc((N + 2) * sizeof *out);
    double dt = 1 / (freq * SAMPLES);
    for (long m = 0; m < PERIODS * SAMPLES;) {
        good(hc_solver_step(r.v, PERIODS / freq, &result, &err), &err);
        for (; m < PERIODS * SAMPLES && dt * (double)m <= hc_solver_time(r.v);
             m++) {
            long k = m - (PERIODS - KEPT) * SAMPLES;
            if (k < 0)
                continue;
            good(hc_solver_dense(r.v, dt * (double)m, r.at, &err), &err);
            v[k] = r.at[r.s->at[HC_U_V]];
            i[k] = r.at[r.s->at[HC_U_I]];
        }
    }
    double complex part[2];
    for (int which = 0; which < 2; which++) {
        fftw_plan p =
            fftw_plan_dft_r2c_1d(N, which ? i : v, out, FFTW_ESTIMATE);
        fftw_execute(p);
        part[which] = out[KEPT]; /* complex.h came first */
        fftw_destroy_plan(p);
    }
    fftw_free(v);
    fftw_free(out);
    finish(&r);
    return part[0] / part[1];
}

static void case_9_fft(void **state)
{
    (void)state;
    static const double freq[] = {1e-3, 0.03, 1, 30, 1e3, 3e4};
    for (int which = 0; which < 2; which++)
        for (int k = 0; k < 6; k++) {
            hc_cell c =
                which ? read_sample("raijmakers2020.json") : slab(1e-5, 1e-14);
            hc_cell_grid g = hc_cell_grid_default();
            hc_err err;
            double x = which ? 0.8 : 0.5;
            double complex z;
            if (!which) {
                c.value[HC_P_C_P] = 0.0053;
                c.value[HC_P_C_N] = 0.000174;
            }
            good(hc_impedance(&c, &g, x, &freq[k], 1, &z, NULL, 0, NULL, &err),
                 &err);
            double off = cabs(by_sine(&c, &g, x, freq[k]) - z) / cabs(z);
            print_message("# %s, sine of %g Hz by FFT: %.1e\n", c.name,
                          freq[k], off);
            assert_true(off < 1e-3);
            hc_cell_clear(&c);
        }
}

/* 9. Kramers and Kronig: Im Z(w) = -1/(w C) + (2 w/pi) int [Re Z(x) -
 * Re Z(w)]/(x^2 - w^2) dx, C what a film holds at w = 0.  Trapezoids in ln x,
 * midway between them w itself: exact to exp(-pi^2/h) for such functions. */
static void case_9_kramers_kronig(void **state)
{
    (void)state;
    enum { HALF = 250 };
    static const double h = 0.15, w[] = {1e-4, 1e-2, 1, 1e2, 1e4, 1e6};
    hc_cell c = slab(1e-5, 1e-14);
    hc_cell_grid g = hc_cell_grid_default();
    hc_err err;
    c.value[HC_P_C_P] = 0.0053;
    c.value[HC_P_C_N] = 0.000174;
    c.value[HC_P_C_GEO] = 1e-5;
    c.value[HC_P_R_S] = 1e-4;
    /* Re Z is constant below, and lost beside 1/(w C) far below */
    static const double dc = 1e-9;
    double held = F * c.value[HC_P_C_MAX] * 1e-5 / 1.8 + c.value[HC_P_C_P];
    double worst = 0;
    for (int k = 0; k < 6; k++) {
        double freq[2 * HALF + 1], sum = 0;
        double complex z[2 * HALF + 1];
        freq[2 * HALF] = w[k] / (2 * HC_PI);
        for (int m = 0; m < 2 * HALF; m++)
            freq[m] = fmax(freq[2 * HALF] * exp(h * (m - HALF + 0.5)), dc);
        good(hc_impedance(&c, &g, 0.5, freq, 2 * HALF + 1, z, NULL, 0, NULL,
                          &err),
             &err);
        for (int m = 0; m < 2 * HALF; m++) {
            double x = w[k] * exp(h * (m - HALF + 0.5));
            sum += h * x * (creal(z[m]) - creal(z[2 * HALF])) /
                   (x * x - w[k] * w[k]);
        }
        double want = -1 / (w[k] * held) + 2 * w[k] / HC_PI * sum;
        worst =
            fmax(worst, fabs(cimag(z[2 * HALF]) - want) / cabs(z[2 * HALF]));
    }
    print_message("# Kramers-Kronig of the model: %.1e of |Z|\n", worst);
    assert_true(worst < 1e-6);
    hc_cell_clear(&c);
}

/* 11. Surface of a sphere under constant flux (Crank, ch. 6):
 * 3 tau + 1/5 - 2 sum exp(-l^2 tau)/l^2, tan l = l, in i R/(F D). */
static double sphere_response(double tau)
{
    double sum = 3 * tau + 0.2;
    for (int n = 1; n < 400; n++) {
        double l = (n + 0.5) * HC_PI;
        for (int k = 0; k < 30; k++)
            l = n * HC_PI + atan(l);
        sum -= 2 * exp(-l * l * tau) / (l * l);
    }
    return sum;
}

static hc_cell spheres(double kappa)
{
    hc_cell c = slab(5e-5, 1e-15);
    c.cathode = HC_CATHODE_COMPOSITE;
    c.value[HC_P_EPS_S] = 0.5;
    c.value[HC_P_RADIUS] = 2e-6;
    c.value[HC_P_KAPPA_P] = c.value[HC_P_SIGMA_E] = kappa;
    return c;
}

static void case_11_series(void **state)
{
    (void)state;
    hc_cell c = spheres(1e6);
    hc_cell_grid g = hc_cell_grid_default();
    g.depth = 6;
    g.radius = 60;
    rig r = start(&c, &g, 1e-8, 0.5);
    double radius = 2e-6, d = 1e-15, worst = 0;
    double a_v = 3 * 0.5 / radius, i = 1;
    for (double tau = 1e-3; tau < 0.5; tau *= 2) {
        run_to(&r, i, tau * radius * radius / d);
        double local = i / (a_v * 5e-5);
        double want = local * radius / (F * d) * sphere_response(tau);
        double got = (0.5 - r.y[r.s->comp_at + 2]) * c.value[HC_P_C_MAX];
        worst = fmax(worst, fabs(got / want - 1));
    }
    print_message("# sphere under constant flux: %.1e off the series\n",
                  worst);
    assert_true(worst < 1e-3);
    finish(&r);
    hc_cell_clear(&c);
}

/* 11. With perfect conductors and fast diffusion spheres are a film of a_v L
 * times the surface. */
static void case_11_film_limit(void **state)
{
    (void)state;
    static const double freq[] = {1e-3, 1, 1e2, 1e4};
    double complex a[4], b[4];
    hc_cell c = spheres(1e7), f = slab(5e-5, 1e-6);
    hc_cell_grid g = hc_cell_grid_default();
    hc_err err;
    double more = 3 * 0.5 / 2e-6 * 5e-5;
    c.value[HC_P_D] = 1e-6;
    c.value[HC_P_C_P] = 0.1;
    f.value[HC_P_C_P] = 0.1 * more;
    f.value[HC_P_I0_P] *= more;
    f.value[HC_P_C_MAX] *= 0.5;
    good(hc_impedance(&c, &g, 0.5, freq, 4, a, NULL, 0, NULL, &err), &err);
    good(hc_impedance(&f, &g, 0.5, freq, 4, b, NULL, 0, NULL, &err), &err);
    for (int k = 0; k < 4; k++)
        within(cabs(a[k] - b[k]), 0, 1e-5 * cabs(b[k]));
    hc_cell_clear(&c);
    hc_cell_clear(&f);
}

/* 14. Manufactured solution x = 1/2 + e cos(pi y/L) exp(-t) of
 * dx/dt = (D(x) x')' + S, D = D0 (1 + x), L^2/D0 = 1 s: averages over cells,
 * the source exact, BDF2 with a step whose error does not count. */
typedef struct {
    double length, e, d0;
} made;

static double average(const made *m, double a, double b, double t)
{
    double k = HC_PI / m->length;
    return 0.5 + m->e * exp(-t) * (sin(k * b) - sin(k * a)) / (k * (b - a));
}

static double flux_of(const made *m, double y, double t)
{
    double k = HC_PI / m->length, e = m->e * exp(-t);
    double x = 0.5 + e * cos(k * y);
    return -m->d0 * (1 + x) * -e * k * sin(k * y);
}

static double manufactured(size_t n)
{
    static const double x[] = {-1, 0, 1, 2}, shape[] = {0, 1, 2, 3};
    static const double dt = 1e-3, t_end = 0.25;
    made m = {1e-5, 0.3, 1e-10};
    hc_cell c = slab(m.length, m.d0);
    hc_cell_grid g = hc_cell_grid_default();
    hc_bordered *j;
    hc_lu *lu;
    hc_err err;
    g.film = n;
    g.ratio = 10;
    hc_curve_clear(&c.d_shape);
    good(hc_curve_table(&c.d_shape, x, shape, 4, false, &err), &err);
    rig r = start(&c, &g, 1e-6, 0.5);
    hc_system *s = r.s;
    good(hc_system_matrix(&j, s, &err), &err);
    good(hc_lu_new(&lu, j, &err), &err);
    s->control = (hc_control){.value = 0};
    double *y = r.y, *yp = hc_solver_yp(r.v), *f = r.at;
    double *old = calloc(2 * s->n, sizeof *old), *older = old + s->n;
    for (size_t k = 0; k < n; k++) {
        double a = s->film.center[k] - s->film.width[k] / 2;
        double b = s->film.center[k] + s->film.width[k] / 2;
        y[k] = old[k] = average(&m, a, b, 0);
        older[k] = average(&m, a, b, -dt);
    }
    double t = 0;
    while (t < t_end - dt / 2) {
        t += dt;
        for (int newton = 0; newton < 4; newton++) {
            memset(yp, 0, s->n * sizeof *yp);
            for (size_t k = 0; k < n; k++)
                yp[k] = (1.5 * y[k] - 2 * old[k] + 0.5 * older[k]) / dt;
            hc_bordered_zero(j);
            hc_eval e = {
                .t = t, .y = y, .yp = yp, .f = f, .j = j, .cj = 1.5 / dt};
            assert_int_equal(hc_system_eval(s, &e), 0);
            for (size_t k = 0; k < n; k++) {
                double a = s->film.center[k] - s->film.width[k] / 2;
                double b = s->film.center[k] + s->film.width[k] / 2;
                double rate = -(average(&m, a, b, t) - 0.5);
                f[k] -=
                    rate + (flux_of(&m, b, t) - flux_of(&m, a, t)) / (b - a);
            }
            assert_true(hc_lu_factor(lu, j));
            hc_lu_solve(lu, f, f);
            for (size_t k = 0; k < s->n; k++)
                y[k] -= f[k];
        }
        memcpy(older, old, n * sizeof *old);
        memcpy(old, y, n * sizeof *old);
    }
    double worst = 0;
    for (size_t k = 0; k < n; k++) {
        double a = s->film.center[k] - s->film.width[k] / 2;
        double b = s->film.center[k] + s->film.width[k] / 2;
        worst = fmax(worst, fabs(y[k] - average(&m, a, b, t)));
    }
    free(old);
    hc_bordered_free(j);
    hc_lu_free(lu);
    finish(&r);
    hc_cell_clear(&c);
    return worst;
}

static void case_14_manufactured(void **state)
{
    (void)state;
    double e20 = manufactured(20), e40 = manufactured(40);
    double e80 = manufactured(80), e160 = manufactured(160);
    double order = log2(e20 / e160) / 3;
    print_message("# manufactured D(x): N=20 %.1e, 40 %.1e, 80 %.1e, "
                  "160 %.1e, order %.3f\n",
                  e20, e40, e80, e160, order);
    within(order, 2.0, 0.1);
}

/* 15. The work lost in diffusion, int i [U(x_s) - U(x_mean)] dt, is what the
 * gradients dissipate, F c D u' x'^2, and what is left in them: computed from
 * the profile, not from the parts of the voltage. */
static void case_15_dissipation(void **state)
{
    (void)state;
    hc_cell c = slab(1e-5, 1e-14);
    hc_cell_grid g = hc_cell_grid_default();
    g.film = 160;
    rig r = start(&c, &g, 1e-8, 0.6);
    const hc_mesh *m = &r.s->film;
    double per = F * c.value[HC_P_C_MAX], lost = 0, heat = 0;
    double before_l = 0, before_h = 0, dt = 2;
    for (int part = 0; part < 2; part++) {
        double i = part ? -0.3 : 0.5;
        for (int k = 1; k <= 1000; k++) {
            run_to(&r, i, dt * (k + 1000 * part));
            double mean = hc_system_mean_x(r.s, r.y), h = 0;
            double l = -i * 1.8 * (r.y[r.s->at[HC_U_XS]] - mean);
            for (size_t j = 0; j + 1 < m->n; j++)
                h += per * 1e-14 * 1.8 * pow(r.y[j + 1] - r.y[j], 2) /
                     m->distance[j];
            /* from x_1 to the surface */
            h += per * 1e-14 * 1.8 * pow(i / (per * 1e-14), 2) * m->width[0] /
                 2;
            if (k > 1) {
                lost += dt * (l + before_l) / 2;
                heat += dt * (h + before_h) / 2;
            }
            before_l = l;
            before_h = h;
            if (k == 1) { /* the first, square roots of time, by its end */
                lost += dt * l * 2 / 3;
                heat += dt * h * 2 / 3;
            }
        }
    }
    double mean = hc_system_mean_x(r.s, r.y), left = 0;
    for (size_t j = 0; j < m->n; j++)
        left += per * 1.8 / 2 * pow(r.y[j] - mean, 2) * m->width[j];
    print_message("# lost %.6g J/m2, dissipated %.6g, left %.6g: %.1e\n", lost,
                  heat, left, (heat + left) / lost - 1);
    near(heat + left, lost, 2e-3);
    finish(&r);
    hc_cell_clear(&c);
}

/* A formula beyond where it was fitted: value and slope go on without a jump,
 * falling, and no exponential takes it away (0.0516 V in exp(-(x-0.4)/0.0234)
 * would be 327 V at x = 0.195). */
static void formula_beyond(void **state)
{
    (void)state;
    static const double b[] = {5.08334,   1.71516,  0.116833,  1.41029,
                               0.370644,  0.403543, 0.0231428, 0.952449,
                               0.0128925, 0.0516525, 0.0234078};
    hc_curve c;
    hc_err err;
    good(hc_curve_form(&c, "lco", b, 11, 0.4, 0.999999, &err), &err);
    double in, out;
    const double u_in = hc_curve_at(&c, 0.4, &in);
    const double u_out = hc_curve_at(&c, 0.4 - 1e-9, &out);
    assert_true(fabs(u_in - u_out) < 1e-7);
    near(out, in, 1e-6);
    double before = u_in;
    for (double x = 0.395; x > 0.005; x -= 0.005) {
        double slope;
        const double u = hc_curve_at(&c, x, &slope);
        const double h = 1e-6;
        assert_true(u > before);
        near(slope,
             (hc_curve_at(&c, x + h, NULL) - hc_curve_at(&c, x - h, NULL)) /
                 (2 * h),
             1e-6);
        before = u;
    }
    assert_true(hc_curve_at(&c, 0.195, NULL) < u_in + 2.5);
    hc_curve_clear(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(case_2_whole_table),
        cmocka_unit_test(case_6_bias),
        cmocka_unit_test(case_9_fft),
        cmocka_unit_test(case_9_kramers_kronig),
        cmocka_unit_test(case_11_series),
        cmocka_unit_test(case_11_film_limit),
        cmocka_unit_test(case_14_manufactured),
        cmocka_unit_test(case_15_dissipation),
        cmocka_unit_test(formula_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
