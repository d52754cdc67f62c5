/* test_wave_errors.c: do the errors that hc-wave states hold?
 *
 * Every kind of excitation with three circuits, voltage and current with
 * white noise 40 dB below what moves.  The answer is that of RC elements to
 * a current straight between OVER points a sample, exact but for (f dt /
 * OVER)^2.  Held: the part of all lines that lie within their disc of 95 %,
 * and the scatter over the stated standard deviation, which is far below 1
 * where errors are stated too wide.
 */
#include "tests/unit/noise.h"
#include "tests/unit/unit.h"

#include "fitters/random.h"
#include "fitters/wave.h"

#include <complex.h>

enum { MOST = 40000, RC = 24, OVER = 20, CIRCUITS = 3 };

/* R0, series C (0: none), RC elements. */
typedef struct {
    double r0, c;
    size_t n;
    double r[RC], tau[RC];
} circuit;

/* 1 mA long; place and length of what happens in s. */
typedef enum { LINEAR, LOGARITHMIC, STEP, PULSES, RAMPS, NOISE } shape;

typedef struct {
    const char *what;
    shape shape;
    size_t n;
    double dt, low_hz, high_hz;
    hc_wave_method method;
    double least; /* part of the lines within the disc */
} kind;

static const kind kinds[] = {
    {"linear sweeps", LINEAR, 40000, 2e-5, 5, 1500, HC_WAVE_BROADBAND, 0.94},
    {"long linear sweeps", LINEAR, 40000, 1e-4, 1, 2000, HC_WAVE_BROADBAND,
     0.95},
    {"logarithmic sweeps", LOGARITHMIC, 40000, 2e-5, 5, 1500,
     HC_WAVE_BROADBAND, 0.95},
    {"long logarithmic sweeps", LOGARITHMIC, 40000, 1e-4, 1, 2000,
     HC_WAVE_BROADBAND, 0.95},
    {"bursts of noise", NOISE, 40000, 2e-5, 0, 0, HC_WAVE_BROADBAND, 0.95},
    {"steps", STEP, 20000, 5e-5, 0, 0, HC_WAVE_STEP, 0.95},
    {"pulses of both signs", PULSES, 20000, 5e-5, 0, 0, HC_WAVE_STEP, 0.95},
    {"pulses with rise times", RAMPS, 20000, 5e-5, 0, 0, HC_WAVE_STEP, 0.95},
};

typedef struct {
    double v[MOST], i[MOST];
    double jump[4], phase;
} record;

/* Two arcs; a depressed arc (ZARC of phi 0.8, four RC a decade); an arc with
 * a finite diffusion, or with a series capacitor. */
static circuit circuit_of(int which)
{
    circuit c = {.r0 = 10};
    if (which == 0)
        return (circuit){.r0 = 10, .n = 2, .r = {50, 20}, .tau = {1e-3, 3e-2}};
    if (which == 1) {
        const double h = log(10) / 4, phi = 0.8;
        c.n = RC;
        for (size_t k = 0; k < RC; k++) {
            const double x = ((double)k - 0.5 * (RC - 1)) * h;
            c.tau[k] = 5e-3 * exp(x);
            c.r[k] = 40 * h / (2 * M_PI) * sin((1 - phi) * M_PI) /
                     (cosh(phi * x) - cos((1 - phi) * M_PI));
        }
        return c;
    }
    c = (circuit){.r0 = 2, .c = 0.1, .n = 20};
    c.r[0] = 8;
    c.tau[0] = 2e-4;
    for (size_t k = 1; k < c.n; k++) {
        c.tau[k] = 0.5 / (double)(k * k);
        c.r[k] = 120 / (M_PI * M_PI * (double)(k * k));
    }
    return c;
}

static double complex known(const circuit *c, double f)
{
    const double w = 2 * M_PI * f;
    double complex z = c->r0;
    for (size_t k = 0; k < c->n; k++)
        z += c->r[k] / CMPLX(1, w * c->tau[k]);
    return c->c > 0 ? z + 1 / CMPLX(0, w * c->c) : z;
}

/* The current at t; noise is given at the samples, in r->i. */
static double current(const kind *q, const record *r, double t)
{
    const double all = q->dt * (double)q->n;
    switch (q->shape) {
    case LINEAR:
        return 1e-3 *
               sin(2 * M_PI * t *
                       (q->low_hz + 0.5 * (q->high_hz - q->low_hz) * t / all) +
                   r->phase);
    case LOGARITHMIC: {
        const double k = log(q->high_hz / q->low_hz) / all;
        return 1e-3 * sin(2 * M_PI * q->low_hz * expm1(k * t) / k + r->phase);
    }
    case STEP:
        return t > r->jump[0] ? 1e-3 : 0;
    case PULSES:
        return (t > r->jump[0] && t <= r->jump[1] ? 1e-3 : 0) -
               (t > r->jump[2] && t <= r->jump[3] ? 1e-3 : 0);
    case RAMPS:
    case NOISE:
        break;
    }
    return 1e-3 * (fmin(1, fmax(0, (t - 0.1) / 2e-3)) -
                   fmin(1, fmax(0, (t - 0.45) / 2e-3)));
}

static void answer(const kind *q, const circuit *c, record *r)
{
    const double dt = q->dt / OVER;
    double y[RC] = {0}, decay[RC], charge = 0;
    double i = q->shape == NOISE ? r->i[0] : current(q, r, 0);
    for (size_t m = 0; m < c->n; m++)
        decay[m] = exp(-dt / c->tau[m]);
    for (size_t k = 0; k < q->n; k++) {
        const double from = i;
        for (int s = 1; k > 0 && s <= OVER; s++) {
            const double was = i, part = (double)s / OVER;
            i = q->shape == NOISE
                    ? from + (r->i[k] - from) * part
                    : current(q, r, ((double)k - 1 + part) * q->dt);
            charge += 0.5 * (i + was) * dt;
            for (size_t m = 0; m < c->n; m++) {
                const double lag = c->tau[m] * (i - was) / dt;
                y[m] = i - lag + (y[m] - was + lag) * decay[m];
            }
        }
        r->i[k] = i;
        r->v[k] = 3.7 + c->r0 * i + (c->c > 0 ? charge / c->c : 0);
        for (size_t m = 0; m < c->n; m++)
            r->v[k] += c->r[m] * y[m];
    }
}

static void make(const kind *q, const circuit *c, record *r, hc_random *rng)
{
    static const double jumps[] = {0.1, 0.35, 0.5, 0.7};
    double a = 0, b = 0;
    for (size_t k = 0; k < 4; k++) /* anywhere between two samples */
        r->jump[k] = jumps[k] + q->dt * hc_random_uniform(rng);
    r->phase = 2 * M_PI * hc_random_uniform(rng);
    for (size_t k = 0; q->shape == NOISE && k < q->n; k++) {
        a += 0.05 * (hc_random_normal(rng) - a); /* up to some 100 Hz */
        b += 0.05 * (a - b);
        r->i[k] = 5e-3 * b;
    }
    answer(q, c, r);
    noise_40_db(r->v, q->n, rng);
    noise_40_db(r->i, q->n, rng);
}

typedef struct {
    size_t n, within;
    double square; /* of the distance over the stated sd */
} tally;

static void trial(const kind *q, int which, uint64_t seed, tally *t)
{
    static record r;
    const circuit c = circuit_of(which);
    const hc_wave_options o = hc_wave_defaults();
    hc_random rng;
    hc_wave w;
    hc_err err;
    hc_random_seed(&rng, seed);
    make(q, &c, &r, &rng);
    const hc_wave_data d = {q->n, r.v, r.i, q->dt};
    assert_ok(hc_wave_run(&d, &o, &w, &err), err);
    assert_int_equal(w.method, q->method);
    assert_true(w.n_lines > 10);
    for (size_t k = 0; k < w.n_lines; k++) {
        const hc_wave_line *l = &w.lines[k];
        const double off = cabs(l->z_ohm - known(&c, l->freq_hz));
        t->n++;
        t->within += off <= l->ci95_ohm;
        t->square += off * off / (2 * l->sd_ohm * l->sd_ohm);
    }
    hc_wave_clear(&w);
}

static void errors_hold(void **state)
{
    (void)state;
    const bool release = getenv("HC_RELEASE") != NULL;
    const int seeds = release ? 40 : unit_sanitized() ? 1 : 3;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        tally t = {0};
        for (int s = 0; s < CIRCUITS * seeds; s++)
            trial(&kinds[k], s % CIRCUITS, (uint64_t)(1000 + s), &t);
        const double part = (double)t.within / (double)t.n;
        const double sd = sqrt(part * (1 - part) / (double)t.n);
        const double ratio = sqrt(t.square / (double)t.n);
        printf("# figure\thc-wave: lines of %s within the stated error, "
               "of %zu\t%.4f +- %.4f\t>= %g\n"
               "# figure\thc-wave: %s, scatter over stated sd\t%.3f\t"
               "0.9 .. 1.2\n",
               kinds[k].what, t.n, part, sd, kinds[k].least, kinds[k].what,
               ratio);
        if (unit_sanitized())
            continue; /* too few lines to judge */
        assert_true(part + (release ? 0 : 2 * sd) >= kinds[k].least);
        assert_true(ratio > 0.9 && ratio < 1.2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(errors_hold)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
