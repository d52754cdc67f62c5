/* ccd_baseline.c: what the resistance of a sound cell should be */
#include "cycle/ccd_baseline.h"

#include "cycle/thin.h"

#include <math.h>
#include <string.h>

static const double k_ev = 8.617333262e-5; /* eV/K */
static const double walk_a = 0.003;        /* per half cycle */
static const double walk_c = 0.005;
/* Drift of a room per half cycle of an hour when nobody measured it: a swing
 * of +-1 K a day moves by 0.19 K/h in the root mean square. */
static const double room_k = 0.2, room_temp_k = 298.15;

static void features(const hc_baseline *b, double temp_c, double j_a_m2,
                     double h[HC_BASE_N])
{
    double t = temp_c + 273.15;

    h[0] = 1;
    h[1] = isnan(temp_c) || isnan(b->t0_k) ? 0 : (1 / t - 1 / b->t0_k) / k_ev;
    h[2] = j_a_m2 > 0 && b->j1_a_m2 > 0 ? log(j_a_m2 / b->j1_a_m2) : 0;
}

static double variance(const hc_baseline *b, const double h[HC_BASE_N])
{
    double v = 0;

    for (int i = 0; i < HC_BASE_N; i++)
        for (int j = 0; j < HC_BASE_N; j++)
            v += h[i] * b->p[i][j] * h[j];
    return v;
}

void hc_baseline_begin(hc_baseline *b, const hc_ccd_limits *limits,
                       double r_ohm_m2, double temp_c, double j_a_m2)
{
    memset(b, 0, sizeof *b);
    b->x[0] = log(r_ohm_m2);
    b->x[1] = limits->ea_ev;
    b->p[0][0] = 0.05 * 0.05;
    b->p[1][1] = limits->ea_sd_ev * limits->ea_sd_ev;
    b->p[2][2] = 0.05 * 0.05;
    b->t0_k = temp_c + 273.15;
    b->j1_a_m2 = j_a_m2;
    b->walk = walk_a;
    if (isnan(temp_c))
        b->walk = hypot(walk_a, limits->ea_ev * room_k /
                                    (k_ev * room_temp_k * room_temp_k));
    b->scatter = b->scatter_floor = limits->scatter_floor;
    b->a_past[0] = b->a_lowest = b->x[0];
    b->n_past = 1;
}

double hc_baseline_expect(const hc_baseline *b, double temp_c, double j_a_m2,
                          double *sd_rel)
{
    double h[HC_BASE_N], low = b->x[0];
    size_t n = b->n_past < HC_BASE_MEMORY ? b->n_past : HC_BASE_MEMORY;

    features(b, temp_c, j_a_m2, h);
    for (size_t k = 0; k < n; k++)
        low = fmin(low, b->a_past[k]);
    if (sd_rel)
        *sd_rel =
            sqrt(variance(b, h) + b->walk * b->walk + b->scatter * b->scatter);
    return exp(low + h[1] * b->x[1] + h[2] * b->x[2]);
}

double hc_baseline_pristine(const hc_baseline *b, double temp_c, double j_a_m2)
{
    double h[HC_BASE_N];

    features(b, temp_c, j_a_m2, h);
    return exp(b->a_lowest + h[1] * b->x[1] + h[2] * b->x[2]);
}

/* Scatter between half cycles from the innovations, robustly. */
static void learn_scatter(hc_baseline *b, double innov)
{
    double x[HC_BASE_SCATTER];
    size_t n;

    b->innov[b->n_innov++ % HC_BASE_SCATTER] = fabs(innov);
    n = b->n_innov < HC_BASE_SCATTER ? b->n_innov : HC_BASE_SCATTER;
    if (n < 6)
        return;
    memcpy(x, b->innov, n * sizeof *x);
    b->scatter = fmax(b->scatter_floor, 1.4826 * hc_median_sort(x, n));
}

void hc_baseline_update(hc_baseline *b, double r_ohm_m2, double se_rel,
                        double temp_c, double j_a_m2)
{
    double h[HC_BASE_N], ph[HC_BASE_N], innov, s2, limit;

    if (!(r_ohm_m2 > 0))
        return;
    b->p[0][0] += b->walk * b->walk;
    b->p[2][2] += walk_c * walk_c;
    features(b, temp_c, j_a_m2, h);
    innov = log(r_ohm_m2);
    for (int i = 0; i < HC_BASE_N; i++)
        innov -= h[i] * b->x[i];
    s2 = variance(b, h) + b->scatter * b->scatter + se_rel * se_rel;
    learn_scatter(b, innov);
    limit = 2 * sqrt(s2);
    if (innov > 2 * limit)
        return; /* a void grows; that is no property of the sound cell */
    innov = fmax(-limit, fmin(limit, innov));
    for (int i = 0; i < HC_BASE_N; i++) {
        ph[i] = 0;
        for (int j = 0; j < HC_BASE_N; j++)
            ph[i] += b->p[i][j] * h[j];
    }
    for (int i = 0; i < HC_BASE_N; i++) {
        b->x[i] += ph[i] / s2 * innov;
        for (int j = 0; j < HC_BASE_N; j++)
            b->p[i][j] -= ph[i] * ph[j] / s2;
    }
    /* Butler-Volmer kinetics let the resistance fall with the current only */
    b->x[2] = fmin(b->x[2], 0);
    b->a_past[b->n_past++ % HC_BASE_MEMORY] = b->x[0];
    b->a_lowest = fmin(b->a_lowest, b->x[0]);
}
