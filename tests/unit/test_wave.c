/* test_wave.c: impedance and harmonics from samples against closed forms */
#include "tests/unit/noise.h"
#include "tests/unit/unit.h"

#include "fitters/random.h"
#include "fitters/wave.h"

#include <complex.h>

enum { MOST = 40000, PERIOD = 2000 };

typedef struct {
    double v[MOST], i[MOST];
    size_t n;
    double dt;
} record;

static const int odd[] = {1,  3,  5,  7,  9,   11,  15,  19,  25, 33,
                          43, 55, 71, 91, 119, 155, 201, 261, 339};
enum { LINES = sizeof odd / sizeof *odd };

/* R0, two RC. */
static double complex known(double f)
{
    const double w = 2 * M_PI * f;
    return 10 + 50 / CMPLX(1, w * 1e-3) + 20 / CMPLX(1, w * 3e-2);
}

/* Odd lines of base f0, phases by seed, 3.7 V and 2 mA beside. */
static void multisine(record *r, size_t n, double dt, double f0,
                      hc_random *rng)
{
    r->n = n;
    r->dt = dt;
    for (size_t k = 0; k < n; k++) {
        r->v[k] = 3.7;
        r->i[k] = 2e-3;
    }
    for (size_t m = 0; m < LINES; m++) {
        const double f = f0 * odd[m];
        const double complex z = known(f);
        const double p = 2 * M_PI * hc_random_uniform(rng);
        for (size_t k = 0; k < n; k++) {
            const double complex e =
                1e-3 * cexp(CMPLX(0, 2 * M_PI * f * dt * (double)k + p));
            r->i[k] += creal(e);
            r->v[k] += creal(e * z);
        }
    }
}

static hc_wave_data data_of(const record *r)
{
    return (hc_wave_data){r->n, r->v, r->i, r->dt};
}

/* Part of the lines within their 95 % disc; counts go to hits, all. */
static void count(const hc_wave *w, int *hits, int *all)
{
    for (size_t k = 0; k < w->n_lines; k++) {
        *hits += cabs(w->lines[k].z_ohm - known(w->lines[k].freq_hz)) <=
                 w->lines[k].ci95_ohm;
        (*all)++;
    }
}

/* `samples` of a multisine of PERIOD stretch, many seeds: method and share
 * of lines whose stated error holds. */
static double coverage(size_t samples, double stretch, int seeds,
                       hc_wave_method want)
{
    static record r;
    int hits = 0, all = 0;
    for (int s = 0; s < seeds; s++) {
        hc_random rng;
        hc_err err;
        hc_wave w;
        hc_random_seed(&rng, (uint64_t)(100 + s));
        multisine(&r, samples, 1e-4, 1e4 / PERIOD / stretch, &rng);
        noise_40_db(r.v, r.n, &rng);
        noise_40_db(r.i, r.n, &rng);
        const hc_wave_data d = data_of(&r);
        const hc_wave_options o = hc_wave_defaults();
        assert_ok(hc_wave_run(&d, &o, &w, &err), err);
        assert_int_equal(w.method, want);
        assert_int_equal(w.n_lines, LINES);
        count(&w, &hits, &all);
        hc_wave_clear(&w);
    }
    const double c = (double)hits / all;
    printf("# figure\thc-wave: lines within the stated error, %s\t%.4f\t"
           ">= 0.93\n",
           hc_wave_method_word(want), c);
    return c;
}

static void stated_errors_hold(void **state)
{
    (void)state;
    const int seeds = getenv("HC_RELEASE") ? 200 : 60;
    const double a = coverage(4 * PERIOD, 1, seeds, HC_WAVE_PERIODS);
    const double b = coverage(11 * PERIOD / 2, 1.00321, seeds, HC_WAVE_LINES);
    assert_true(a >= 0.93 && a < 0.99);
    assert_true(b >= 0.93 && b < 0.995);
}

/* Without noise, drift of order 3 and a part of a period: to rounding. */
static void clean_records_are_exact(void **state)
{
    (void)state;
    static record r;
    hc_random rng;
    hc_err err;
    hc_wave w;
    const hc_wave_options o = hc_wave_defaults();
    for (int c = 0; c < 2; c++) {
        hc_random_seed(&rng, 5);
        multisine(&r, c ? 11123 : 9 * PERIOD / 2, 1e-4, c ? 4.98765 : 5.0,
                  &rng);
        for (size_t k = 0; k < r.n; k++) {
            const double u = (double)k / (double)r.n;
            r.v[k] += 0.1 * u + 0.05 * u * u - 0.02 * u * u * u;
        }
        const hc_wave_data d = data_of(&r);
        assert_ok(hc_wave_run(&d, &o, &w, &err), err);
        assert_int_equal(w.n_lines, LINES);
        for (size_t k = 0; k < w.n_lines; k++) {
            const double complex z = known(w.lines[k].freq_hz);
            assert_near_abs(cabs(w.lines[k].z_ohm - z), 0, 0, 1e-7 * cabs(z));
        }
        hc_wave_clear(&w);
    }
}

/* Overpotential of a Butler-Volmer interface at current i, by Newton. */
static double butler_volmer(double i, double i0, double alpha, double f)
{
    double u = 0;
    for (int k = 0; k < 50; k++) {
        const double a = exp(alpha * f * u), c = exp(-(1 - alpha) * f * u);
        u -= (i0 * (a - c) - i) / (i0 * f * (alpha * a + (1 - alpha) * c));
    }
    return u;
}

/* Current-driven: eta = c1 x + c2 x^2 + c3 x^3, x = i/i0, by inversion of
 * the series of exp; V2 = c2 x^2/2, V3 = c3 x^3/4. */
static void harmonics_follow_the_series(void **state)
{
    (void)state;
    static record r;
    const double f = 38.92, al = 0.3, be = 0.7, i0 = 1e-3, amp = 1e-4;
    const double a2 = (al * al - be * be) / 2 * f * f;
    const double a3 = (al * al * al + be * be * be) / 6 * f * f * f;
    const double c2 = -a2 / (f * f * f);
    const double c3 = (2 * a2 * a2 - f * a3) / pow(f, 5);
    const double x = amp / i0;
    hc_err err;
    hc_wave w;
    r.n = 1024;
    r.dt = 1e-3;
    for (size_t k = 0; k < r.n; k++) {
        r.i[k] = amp * cos(2 * M_PI * (double)k / 128 + 0.4);
        r.v[k] = 3.7 + 5 * r.i[k] + butler_volmer(r.i[k], i0, al, f);
    }
    const hc_wave_data d = data_of(&r);
    const hc_wave_options o = hc_wave_defaults();
    assert_ok(hc_wave_run(&d, &o, &w, &err), err);
    assert_false(w.voltage_driven);
    assert_int_equal(w.n_lines, 1);
    assert_int_equal(w.n_harmonics, 3);
    assert_near(creal(w.lines[0].z_ohm), 5 + 1 / (f * i0), 0.001);
    const double v2 = cabs(w.harmonics[1].v_volt);
    const double v3 = cabs(w.harmonics[2].v_volt);
    assert_near(v2, fabs(c2 * x * x / 2), 0.02);
    assert_near(v3, fabs(c3 * x * x * x / 4), 0.02);
    printf("# figure\thc-wave: 2nd and 3rd harmonic off the series\t"
           "%.4f %.4f\t<= 0.02\n",
           fabs(v2 / fabs(c2 * x * x / 2) - 1),
           fabs(v3 / fabs(c3 * x * x * x / 4) - 1));
    /* signs: c2 > 0 for alpha < 1/2, so V2 is in phase with 2 phi */
    const double p2 =
        carg(w.harmonics[1].v_volt) - 2 * carg(w.lines[0].i_ampere);
    assert_near_abs(remainder(p2, 2 * M_PI), c2 > 0 ? 0 : M_PI, 0, 1e-3);
    assert_near(w.lines[0].distortion, hypot(v2, v3) / cabs(w.lines[0].v_volt),
                0.01);
    hc_wave_clear(&w);
}

/* Voltage-driven: the current has the harmonics (Bessel functions I_n). */
static void the_driven_signal_is_told(void **state)
{
    (void)state;
    static record r;
    const double f = 38.92, al = 0.3, i0 = 1e-3, amp = 5e-3;
    hc_err err;
    hc_wave w;
    r.n = 1024;
    r.dt = 1e-3;
    for (size_t k = 0; k < r.n; k++) {
        const double u = amp * cos(2 * M_PI * (double)k / 128);
        r.v[k] = 3.7 + u;
        r.i[k] = i0 * (exp(al * f * u) - exp(-(1 - al) * f * u));
    }
    const hc_wave_data d = data_of(&r);
    const hc_wave_options o = hc_wave_defaults();
    assert_ok(hc_wave_run(&d, &o, &w, &err), err);
    assert_true(w.voltage_driven);
    assert_int_equal(w.n_lines, 1);
    /* I2 = i0 2 (I_2(a f U) - I_2(b f U)), I_2(z) = z^2/8 (1 + z^2/12) */
    const double za = al * f * amp, zb = (1 - al) * f * amp;
    const double want = 2 * i0 *
                        fabs(za * za / 8 * (1 + za * za / 12) -
                             zb * zb / 8 * (1 + zb * zb / 12));
    assert_near(cabs(w.harmonics[1].i_ampere), want, 1e-4);
    hc_wave_clear(&w);
}

static void periods_are_found(void **state)
{
    (void)state;
    static double x[MOST];
    hc_random rng;
    hc_err err;
    hc_random_seed(&rng, 3);
    const double want[] = {37.4, 1000, 4321.7};
    for (size_t c = 0; c < 3; c++) {
        double period, sd;
        for (size_t k = 0; k < MOST; k++) {
            const double p = 2 * M_PI * (double)k / want[c];
            x[k] = cos(p) + 0.7 * cos(3 * p + 1) + 0.5 * cos(5 * p) +
                   0.02 * hc_random_normal(&rng);
        }
        assert_ok(hc_wave_period(x, MOST, &period, &sd, &err), err);
        /* a multiple may fit the samples better */
        const double times = floor(period / want[c] + 0.5);
        assert_true(times >= 1 && times <= 5);
        assert_near(period / times, want[c], 1e-3);
    }
    double period, sd;
    for (size_t k = 0; k < MOST; k++)
        x[k] = hc_random_normal(&rng);
    assert_ok(hc_wave_period(x, MOST, &period, &sd, &err), err);
    assert_near_abs(period, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stated_errors_hold),
        cmocka_unit_test(clean_records_are_exact),
        cmocka_unit_test(harmonics_follow_the_series),
        cmocka_unit_test(the_driven_signal_is_told),
        cmocka_unit_test(periods_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
