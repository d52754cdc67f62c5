/* step_kind.c: what kind a finished stretch of rows is */
#include "cycle/step_kind.h"

#include <math.h>
#include <string.h>

/* Spread between the 5 % and the 95 % point, after the first twentieth. */
static double inner_span(const double *x, size_t n)
{
    double copy[HC_THIN_MAX];
    size_t from = n > 10 ? n / 20 : n > 3;
    size_t m = n - from;

    memcpy(copy, x + from, m * sizeof *x);
    (void)hc_median_sort(copy, m);
    return copy[m - 1 - m / 20] - copy[m / 20];
}

static double relative_scatter(const double *x, size_t n)
{
    double copy[HC_THIN_MAX];
    double median = hc_thin_median(x, n);

    memcpy(copy, x, n * sizeof *x);
    return median != 0 ? hc_mad_sd(copy, n) / fabs(median) : HUGE_VAL;
}

/* Constant within the scatter, or, in a noisy cell, without a trend. */
static bool is_steady(const hc_thin *p, double median, double sd,
                      double span_line, double sd_line,
                      const hc_step_limits *limits)
{
    size_t third = p->n / 3;

    if (sd < limits->steady_tol * fabs(median) &&
        span_line < 3 * limits->steady_tol * fabs(median))
        return true;
    if (p->n < 9)
        return false;
    double head = hc_thin_median(p->i, third);
    double tail = hc_thin_median(p->i + p->n - third, third);

    return fabs(tail - head) < 2 * sd_line &&
           sd < 10 * limits->steady_tol * fabs(median);
}

static hc_step_type kind_of(const hc_step *step, const hc_thin *p,
                            double lsb_v, const hc_step_limits *limits)
{
    double a, b, power[HC_THIN_MAX], av, bv;
    double duration = step->end_s - step->start_s;
    double median = step->current_a;
    double sd_line = hc_thin_line(p->t, p->i, p->n, &a, &b);
    double span_i = fabs(b) * duration;
    double flat_v = fmax(2e-3, 4 * lsb_v);
    double first = fabs(p->i[0]), last = fabs(p->i[p->n - 1]);

    if (p->n == 1 ||
        (p->n == 2 && fabs(last - first) <= limits->level_tol * first))
        return HC_STEP_CC;
    if (is_steady(p, median, step->current_sd_a, span_i, sd_line, limits))
        return HC_STEP_CC;
    if (inner_span(p->v, p->n) <= flat_v && last < 0.97 * first)
        return HC_STEP_CV;
    if (p->n < 4)
        return HC_STEP_OTHER;
    if (span_i > 0.1 * fabs(median) && sd_line < 0.02 * span_i)
        return HC_STEP_RAMP;
    for (size_t k = 0; k < p->n; k++)
        power[k] = p->i[k] * p->v[k];
    if (relative_scatter(power, p->n) < limits->steady_tol &&
        relative_scatter(p->v, p->n) > 2 * limits->steady_tol)
        return HC_STEP_POWER;
    double sd_v = hc_thin_line(p->t, p->v, p->n, &av, &bv);

    if (fabs(bv) * duration > 0.02 && sd_v < 0.01 * fabs(bv) * duration)
        return HC_STEP_SWEEP;
    return HC_STEP_OTHER;
}

void hc_step_judge(hc_step *step, const hc_thin *thin, double lsb_v,
                   const hc_step_limits *limits)
{
    double copy[HC_THIN_MAX];

    step->current_a = hc_thin_median(thin->i, thin->n);
    step->voltage_median_v = hc_thin_median(thin->v, thin->n);
    memcpy(copy, thin->i, thin->n * sizeof *copy);
    step->current_sd_a = hc_mad_sd(copy, thin->n);
    if (step->type == HC_STEP_REST || step->type == HC_STEP_EIS ||
        step->type == HC_STEP_SWEEP)
        return;
    step->type = kind_of(step, thin, lsb_v, limits);
}
