/* ccd_runs.c: fresh CCD runs of symmetric lithium cells with known answers
 *
 *     ccd_runs SEED N FOLDER
 *
 * writes run_0001.csv ... and truth.tsv into FOLDER.
 *
 * V = j [R_SE(T) + R1/f1 + R2/f2] beside a leaking conductance (random
 * telegraph signal when soft, steady when hard).  Above the critical
 * stripping current the contact f of the stripping side falls by
 * kv (|j|/j_s - 1) per charge, on the plating side it heals.  The short
 * begins once |j|/f has been above j_p for an incubation charge.  The signal
 * relaxes, drifts with a day's temperature, has noise, quantum, offset and
 * spikes; some logs have gaps for spectra, range switches and missing rows.
 */
#include "fitters/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NONE, SOFT, HARD, SOFT_HARD, HEALED, PRESHORT, VOID, KINDS };

static const char *const kind_names[KINDS] = {
    "none", "soft", "hard", "soft+hard", "soft_healed", "none", "none"};

typedef struct {
    int kind;
    double area_cm2, r_se, r1, r2, ea_ev, swing_k;      /* ohm cm2 */
    double j_step, j_short, j_hard, j_void, incubation; /* mA/cm2, mAh/cm2 */
    double soft_part, dwell_on_s, dwell_off_s;
    double dt_s, tau_s, noise_v, lsb_v, offset_v, spike_p;
    double t_half_s, q_half;
    int repeats, levels, one_way, by_charge, three, rests, eis;
    double drop_p, range_p, v_limit;
    long heal_after;
} plan;

typedef struct {
    double t, v, we_part, q_over, soft_g, f1, f2;
    long half, short_half, hard_half;
    double j_fail, j_safe, t_short, t_hard, cumulative;
    int soft_on, shorted, hard, stopped;
} state;

static double between(hc_random *r, double lo, double hi)
{
    return lo + (hi - lo) * hc_random_uniform(r);
}

static double log_between(hc_random *r, double lo, double hi)
{
    return exp(between(r, log(lo), log(hi)));
}

static plan make_plan(hc_random *r)
{
    static const double lsbs[] = {1e-5, 1e-4, 1e-4, 3e-4};
    plan p = {.area_cm2 = between(r, 0.2, 2)};
    double total = log_between(r, 40, 800);
    int u = hc_random_below(r, 20);

    p.kind = u < 5    ? NONE
             : u < 8  ? SOFT
             : u < 13 ? HARD
             : u < 15 ? SOFT_HARD
             : u < 17 ? HEALED
             : u < 18 ? PRESHORT
                      : VOID;
    p.r_se = total * between(r, 0.4, 0.9);
    p.r1 = 0.5 * (total - p.r_se);
    p.r2 = total - p.r_se - p.r1;
    p.ea_ev = between(r, 0.25, 0.5);
    p.swing_k = hc_random_below(r, 3) ? between(r, 0, 1) : between(r, 1, 4);
    p.levels = 8 + hc_random_below(r, 13);
    p.j_step = log_between(r, 0.05, 0.2) * sqrt(280 / total);
    p.repeats = hc_random_below(r, 5) ? 1 : 3;
    p.one_way = hc_random_below(r, 8) == 0;
    p.by_charge = hc_random_below(r, 3) == 0;
    p.three = hc_random_below(r, 10) == 0;
    if (p.three && hc_random_below(r, 3)) /* voids gather: repeat a level */
        p.repeats = 5;
    p.rests = hc_random_below(r, 4) == 0;
    p.eis = hc_random_below(r, 4) == 0;
    p.dt_s = p.repeats > 1 ? 30 : between(r, 10, 40);
    p.t_half_s = hc_random_below(r, 2) ? 1800 : 3600;
    p.q_half = p.j_step * (double)p.levels * 0.5 * 0.4;
    p.tau_s = between(r, 5, 30);
    p.noise_v = p.j_step * total * 1e-3 * log_between(r, 0.002, 0.02);
    p.lsb_v = lsbs[hc_random_below(r, 4)];
    p.offset_v = between(r, -0.004, 0.004);
    p.spike_p = hc_random_below(r, 4) ? 0 : 0.005;
    p.drop_p = hc_random_below(r, 4) ? 0 : 0.02;
    p.range_p = hc_random_below(r, 4) ? 0 : 0.05;
    p.v_limit = 5;
    p.incubation = 0.03 * p.j_step * (double)p.levels;
    /* between two levels, not below the second */
    int at = 2 + hc_random_below(r, p.levels - 4);

    p.j_short = p.j_step * ((double)at + 0.5);
    if (p.kind == NONE || p.kind == PRESHORT || p.kind == VOID)
        p.j_short = 1e9;
    p.j_hard = p.kind == HARD        ? p.j_short
               : p.kind == SOFT_HARD ? p.j_short + 2 * p.j_step
                                     : 1e9;
    p.j_void = p.kind == VOID ? p.j_step * ((double)p.levels * 0.5) : 1e9;
    if (p.kind == VOID) {
        p.one_way = 0;
        p.v_limit = p.j_step * (double)p.levels * total * 2.5e-3;
    }
    p.soft_part = between(r, 0.15, 0.6);
    p.dwell_on_s = log_between(r, 150, 1500);
    p.dwell_off_s = log_between(r, 60, 600);
    p.heal_after = 2 + hc_random_below(r, 3);
    return p;
}

static double temperature(const plan *p, double t)
{
    return 25 + 0.5 * p->swing_k * sin(2 * M_PI * t / 86400);
}

/* Contacts, shorts: one interval of dt at j (mA/cm2, signed). */
static void live(const plan *p, state *s, hc_random *r, double j, double dt)
{
    double q = fabs(j) * dt / 3600;
    double *strip = j > 0 ? &s->f1 : &s->f2, *plate = j > 0 ? &s->f2 : &s->f1;

    if (fabs(j) > p->j_void)
        *strip -= 0.6 * (fabs(j) / p->j_void - 1) * q / p->q_half;
    *strip = fmax(0.05, *strip);
    *plate += 0.3 * (1 - *plate) * q / p->q_half;
    if (fabs(j) > p->j_short && !s->shorted) {
        s->q_over += q;
        if (s->q_over > p->incubation) {
            s->shorted = 1;
            s->soft_on = 1;
            s->short_half = s->half;
            s->t_short = s->t;
            s->j_fail = fabs(j);
        }
    }
    if (s->shorted && fabs(j) > p->j_hard && !s->hard) {
        s->hard = 1;
        s->hard_half = s->half;
        s->t_hard = s->t;
    }
    if (p->kind == HEALED && s->shorted &&
        s->half >= s->short_half + p->heal_after)
        s->soft_on = 0;
    else if (s->shorted) {
        double dwell = s->soft_on ? p->dwell_on_s : p->dwell_off_s;

        if (s->t > s->t_short + p->dwell_on_s &&
            hc_random_uniform(r) < 1 - exp(-dt / dwell))
            s->soft_on = !s->soft_on;
    }
}

/* Area-specific resistance of the moment, ohm cm2.  The third electrode
 * stands in the middle of the electrolyte. */
static double resistance(const plan *p, state *s, double t)
{
    double k = 8.617333e-5, temp = temperature(p, t) + 273.15;
    double arr = exp(p->ea_ev / k * (1 / temp - 1 / 298.15));
    double series = arr * (p->r_se + p->r1 / s->f1 + p->r2 / s->f2);
    double leak = 0;

    s->we_part = arr * (0.5 * p->r_se + p->r1 / s->f1) / series;

    if (s->hard || p->kind == PRESHORT)
        leak = 60 / (p->r_se + p->r1 + p->r2);
    else if (s->soft_on)
        leak = p->soft_part / (1 - p->soft_part) / (p->r_se + p->r1 + p->r2);
    return 1 / (1 / series + leak);
}

static double measured(const plan *p, hc_random *r, double v)
{
    v += p->offset_v + p->noise_v * hc_random_normal(r);
    if (hc_random_uniform(r) < p->spike_p)
        v += 0.3 * fabs(v) * (hc_random_below(r, 2) ? 1 : -1);
    return p->lsb_v * floor(v / p->lsb_v + 0.5);
}

static void write_row(FILE *f, const plan *p, state *s, hc_random *r, double j,
                      long step, int keep)
{
    double i = j * 1e-3 * p->area_cm2;
    double v = measured(p, r, s->v), noise = 3e-4 * p->j_step * 1e-3;

    if (!keep && hc_random_uniform(r) < p->drop_p)
        return;
    fprintf(f, "%.3f,%.7e,%.6f,%ld,%ld,%.3f", s->t,
            i + noise * p->area_cm2 * hc_random_normal(r), v,
            (s->half + 1) / 2, step, temperature(p, s->t));
    if (p->three)
        fprintf(f, ",%.6f,5e6", s->we_part * v);
    fputc('\n', f);
}

static void rest(FILE *f, const plan *p, state *s, hc_random *r, long step,
                 double seconds, int log)
{
    double end = s->t + seconds;

    for (; s->t < end; s->t += p->dt_s) {
        s->v *= exp(-p->dt_s / p->tau_s);
        if (log)
            write_row(f, p, s, r, 0, step, 0);
    }
}

static void half_cycle(FILE *f, const plan *p, state *s, hc_random *r,
                       double j, long step)
{
    double length = p->by_charge ? p->q_half / fabs(j) * 3600 : p->t_half_s;
    long n = (long)ceil(length / p->dt_s), switched = -1;

    s->half++;
    if (hc_random_uniform(r) < p->range_p)
        switched = 3 + hc_random_below(r, (int)n / 2 + 1);
    for (long k = 0; k < n && !s->stopped; k++) {
        double target = j * 1e-3 * resistance(p, s, s->t);

        s->v = target + (s->v - target) * exp(-p->dt_s / p->tau_s);
        if (k == switched) {
            double keep = s->v;

            s->v = 0.02 * s->v;
            write_row(f, p, s, r, 0.02 * j, step, 1);
            s->v = keep;
        } else
            write_row(f, p, s, r, j, step, k == 0 || k + 1 == n);
        live(p, s, r, j, p->dt_s);
        s->t += p->dt_s;
        s->cumulative += fabs(j) * p->dt_s / 3600;
        s->stopped = fabs(s->v) > p->v_limit;
    }
}

static void run(FILE *f, const plan *p, state *s, hc_random *r)
{
    long step = 1;

    *s = (state){.f1 = 1, .f2 = 1, .we_part = 0.5};
    fputs("test_time_second,current_ampere,voltage_volt,cycle_count,"
          "step_count,temperature_t1_celsius",
          f);
    fputs(p->three ? ",working_potential_volt,applied_pressure_pa\n" : "\n",
          f);
    rest(f, p, s, r, step++, 20 * p->dt_s, 1);
    for (int level = 1; level <= p->levels && !s->stopped; level++) {
        double j = p->j_step * level;

        for (int k = 0; k < p->repeats * (p->one_way ? 1 : 2); k++) {
            double back = p->three ? -p->j_step : -j;

            half_cycle(f, p, s, r, p->one_way || k % 2 == 0 ? j : back,
                       step++);
            if (s->stopped)
                break;
            if (p->rests)
                rest(f, p, s, r, step++, 15 * p->dt_s, 1);
            if (p->eis) /* the instrument does not log the series */
                rest(f, p, s, r, step, 600, 0);
        }
        if (!s->shorted)
            s->j_safe = j;
        if (s->hard && level > 2 && s->half > s->hard_half + 4)
            break;
    }
}

int main(int argc, char **argv)
{
    hc_random r;
    char path[600];
    FILE *truth;
    int n;

    if (argc != 4)
        return 64;
    n = atoi(argv[2]);
    snprintf(path, sizeof path, "%s/truth.tsv", argv[3]);
    truth = fopen(path, "w");
    if (!truth)
        return 73;
    fputs("file\tarea_cm2\tr0\tclass\tpreshort\tj_safe\tj_fail\thalf\tt\t"
          "hard_half\tprotocol\trepeats\tthree\tccs\tstep\n",
          truth);
    hc_random_seed(&r, (uint64_t)atol(argv[1]));
    for (int k = 1; k <= n; k++) {
        plan p = make_plan(&r);
        state s;

        snprintf(path, sizeof path, "%s/run_%04d.csv", argv[3], k);
        FILE *f = fopen(path, "w");

        if (!f)
            return 73;
        run(f, &p, &s, &r);
        if (fclose(f))
            return 74;
        fprintf(truth,
                "run_%04d\t%.6g\t%.6g\t%s\t%s\t%.6g\t%.6g\t%ld\t%.3f"
                "\t%ld\t%s\t%d\t%d\t%.6g\t%.6g\n",
                k, p.area_cm2, p.r_se + p.r1 + p.r2,
                s.shorted || p.kind == PRESHORT ? kind_names[p.kind] : "none",
                p.kind == PRESHORT ? "yes" : "no", s.j_safe,
                s.shorted ? s.j_fail : NAN, s.short_half, s.t_short,
                s.hard_half,
                p.one_way     ? "one-way-staircase"
                : p.three     ? "asymmetric"
                : p.by_charge ? "constant-capacity"
                              : "constant-time",
                p.repeats, p.three, p.kind == VOID ? p.j_void : NAN, p.j_step);
    }
    return fclose(truth) ? 74 : 0;
}
