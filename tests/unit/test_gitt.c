/* Trains made here from the closed forms, with D known: is it found, and do
 * the intervals hold?  Twelve trains; 40 with HC_RELEASE=1. */
#include "unit.h"

#include "cycle/gitt.h"
#include "cycle/gitt_law.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* splitmix64 (S. Vigna), and normal numbers by Box and Muller */
static double uniform(uint64_t *seed)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
    double r = sqrt(-2 * log(uniform(seed)));
    return r * cos(6.283185307179586 * uniform(seed));
}

typedef struct {
    hc_diffusion_shape shape;
    double rate_s; /* D/L^2 */
    double pulse_s, rest_s, current_a, r0_ohm, noise_v, bend;
    int pulses, sign;
} recipe;

static double ocv(const recipe *c, double q_c)
{
    double x = q_c / (fabs(c->current_a) * c->pulse_s * c->pulses);
    return 3.8 + 0.4 * x + c->bend * tanh(3 * (x - 0.5 * c->sign));
}

static double voltage(const recipe *c, double t_s, bool on)
{
    double q = 0, period = c->pulse_s + c->rest_s;
    for (int k = 0; k < c->pulses; k++) {
        double t = t_s - 600 - k * period;
        q += c->sign * c->current_a / c->rate_s *
             (hc_diffusion_g(c->shape, c->rate_s * t) -
              hc_diffusion_g(c->shape, c->rate_s * (t - c->pulse_s)));
    }
    return ocv(c, q) + (on ? c->sign * c->current_a * c->r0_ohm : 0);
}

static void row(hc_gitt_train *t, const recipe *c, uint64_t *seed, double t_s,
                bool on)
{
    hc_err err;
    hc_gitt_row r = {.t_s = t_s,
                     .i_a = on ? c->sign * c->current_a : 0,
                     .step_time_s = NAN,
                     .temperature_celsius = NAN,
                     .cycle_count = NAN,
                     .step_count = NAN};
    r.i_a += 1e-4 * c->current_a * normal(seed);
    r.v_v = voltage(c, t_s, on) + c->noise_v * normal(seed);
    r.v_v = 1e-5 * round(r.v_v / 1e-5);
    assert_int_equal(hc_gitt_train_push(t, &r, "made", 0, &err), HC_OK);
}

/* Samples at 1 ms, 0.1, 0.2, 0.5, 1, 2 ... 9 s, then evenly. */
static void segment(hc_gitt_train *t, const recipe *c, uint64_t *seed,
                    double t0_s, double length_s, bool on)
{
    static const double early[] = {0.001, 0.1, 0.2, 0.5, 1, 2,
                                   3,     4,   5,   6,   7, 8};
    double even = on ? length_s / 90 : length_s / 250;
    for (size_t i = 0; i < sizeof early / sizeof *early; i++)
        row(t, c, seed, t0_s + early[i], on);
    for (double s = fmax(even, 10); s < length_s - 0.5; s += even)
        row(t, c, seed, t0_s + s, on);
}

static hc_gitt_train *make(const recipe *c, uint64_t *seed)
{
    hc_gitt_train *t;
    hc_err err;
    double period = c->pulse_s + c->rest_s;
    assert_int_equal(hc_gitt_train_new(&t, &err), HC_OK);
    for (double s = 0; s < 599; s += 60)
        row(t, c, seed, s, false);
    for (int k = 0; k < c->pulses; k++) {
        segment(t, c, seed, 600 + k * period, c->pulse_s, true);
        segment(t, c, seed, 600 + k * period + c->pulse_s, c->rest_s, false);
    }
    assert_int_equal(hc_gitt_train_finish(t, "made", &err), HC_OK);
    return t;
}

static double between(uint64_t *seed, double lo, double hi)
{
    return lo * pow(hi / lo, uniform(seed));
}

static recipe draw(uint64_t *seed)
{
    recipe c = {.pulses = 14, .current_a = 5e-5};
    c.shape = uniform(seed) < 0.5 ? HC_DIFFUSION_FILM : HC_DIFFUSION_SPHERE;
    c.sign = uniform(seed) < 0.5 ? 1 : -1;
    c.pulse_s = between(seed, 200, 1200);
    c.rate_s = between(seed, 0.01, 0.15) / c.pulse_s;
    c.rest_s = c.pulse_s * between(seed, 8, 30);
    c.r0_ohm = between(seed, 10, 100);
    c.noise_v = between(seed, 2e-5, 2e-4);
    c.bend = uniform(seed) < 0.5 ? 0 : 0.05;
    return c;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void intervals_hold(void **state)
{
    (void)state;
    int trains = getenv("HC_RELEASE") != NULL ? 40 : 12;
    int pulses = 0, covered = 0, wild = 0;
    double worst = 0;
    for (int k = 0; k < trains; k++) {
        uint64_t seed = 1000 + (uint64_t)k;
        recipe c = draw(&seed);
        hc_gitt_train *t = make(&c, &seed);
        hc_gitt_settings set = hc_gitt_settings_default();
        hc_gitt_result r;
        hc_err err;
        double ratio[64];
        int n = 0;
        set.shape = c.shape;
        assert_int_equal(hc_gitt_analyse(t, &set, &r, &err), HC_OK);
        assert_int_equal((int)r.n_pulses, c.pulses);
        for (size_t i = 0; i < r.n_pulses; i++) {
            const hc_gitt_pulse *p = &r.pulse[i];
            if (p->flags != 0)
                continue;
            ratio[n++] = p->rate_s / c.rate_s;
            pulses++;
            covered += p->rate_low_s <= c.rate_s && c.rate_s <= p->rate_high_s;
            wild += fabs(p->rate_s / c.rate_s - 1) > 0.1;
        }
        assert_true(n >= 2);
        qsort(ratio, (size_t)n, sizeof *ratio, by_value);
        worst = fmax(worst, fabs(ratio[n / 2] - 1));
        if (getenv("HC_VERBOSE"))
            printf("# %2d %s th %.3f rest %.1f bend %.2f noise %.0f uV: "
                   "median %.5f, %d unflagged, [%.5f %.5f], so far %d/%d\n",
                   k, c.shape == HC_DIFFUSION_FILM ? "film  " : "sphere",
                   c.rate_s * c.pulse_s, c.rest_s / c.pulse_s, c.bend,
                   c.noise_v * 1e6, ratio[n / 2], n, ratio[0], ratio[n - 1],
                   covered, pulses);
        hc_gitt_result_clear(&r);
        hc_gitt_train_free(t);
    }
    printf("# %d trains: %d of %d intervals hold the truth, worst median "
           "%.2f %% off\n",
           trains, covered, pulses, 100 * worst);
    assert_true(worst < 0.02);
    assert_int_equal(wild, 0);
    assert_true(covered >= (trains < 40 ? 0.85 : 0.90) * pulses);
    assert_true(trains < 40 || covered <= 0.98 * pulses);
}

/* Rate the train got, whatever is done to the rows before. */
static double first_rate(const recipe *c, uint64_t seed)
{
    hc_gitt_train *t = make(c, &seed);
    hc_gitt_settings set = hc_gitt_settings_default();
    hc_gitt_result r;
    hc_err err;
    set.shape = c->shape;
    assert_int_equal(hc_gitt_analyse(t, &set, &r, &err), HC_OK);
    double rate = r.pulse[2].rate_s;
    hc_gitt_result_clear(&r);
    hc_gitt_train_free(t);
    return rate;
}

static void direction_and_size_do_not_matter(void **state)
{
    (void)state;
    recipe c = {
        HC_DIFFUSION_SPHERE, 5e-5, 600, 9000, 5e-5, 40, 5e-5, 0, 12, 1};
    double up = first_rate(&c, 7);
    c.sign = -1;
    double down = first_rate(&c, 7);
    assert_true(fabs(up / down - 1) < 0.01);
    c.current_a *= 1e6; /* another cell: 50 A */
    c.r0_ohm /= 1e6;
    double big = first_rate(&c, 7);
    assert_true(fabs(big / down - 1) < 1e-6);
}

static void law_of_a_constant_is_flat(void **state)
{
    (void)state;
    recipe c = {HC_DIFFUSION_FILM, 4e-5, 600, 9000, 5e-5, 40, 5e-5, 0, 12, 1};
    uint64_t seed = 3;
    hc_gitt_train *t = make(&c, &seed);
    hc_gitt_settings set = hc_gitt_settings_default();
    hc_gitt_result r;
    hc_gitt_law law;
    hc_err err;
    assert_int_equal(hc_gitt_analyse(t, &set, &r, &err), HC_OK);
    assert_int_equal(hc_gitt_law_fit(t, &set, &r, &law, &err), HC_OK);
    assert_true(fabs(law.rate_s / c.rate_s - 1) < 0.01);
    assert_true(fabs(law.slope_c * (law.q_high_c - law.q_low_c)) < 0.02);
    hc_gitt_result_clear(&r);
    hc_gitt_train_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold),
        cmocka_unit_test(direction_and_size_do_not_matter),
        cmocka_unit_test(law_of_a_constant_is_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
