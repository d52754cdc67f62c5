/* ccd_cells.c: critical current densities of several cells together */
#include "cycle/ccd_cells.h"

#include "core/sort.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double log_likelihood(const hc_ccd_cell *c, size_t n, double ln_scale,
                             double ln_shape)
{
    double shape = exp(ln_shape), sum = 0;

    for (size_t k = 0; k < n; k++) {
        double low = c[k].low_a_m2, p;
        double h_low = low > 0 ? exp(shape * (log(low) - ln_scale)) : 0;

        if (isnan(c[k].high_a_m2)) {
            sum -= h_low;
            continue;
        }
        double h_high = exp(shape * (log(c[k].high_a_m2) - ln_scale));

        p = exp(-h_low) * -expm1(h_low - h_high);
        sum += log(fmax(p, 1e-300));
    }
    return sum;
}

/* Golden section for the scale at a given shape. */
static double best_scale(const hc_ccd_cell *c, size_t n, double ln_shape,
                         double lo, double hi, double *at)
{
    const double g = 0.6180339887498949;
    double a = hi - g * (hi - lo), b = lo + g * (hi - lo);
    double fa = log_likelihood(c, n, a, ln_shape);
    double fb = log_likelihood(c, n, b, ln_shape);

    for (int k = 0; k < 60; k++) {
        if (fa > fb) {
            hi = b;
            b = a;
            fb = fa;
            a = hi - g * (hi - lo);
            fa = log_likelihood(c, n, a, ln_shape);
        } else {
            lo = a;
            a = b;
            fa = fb;
            b = lo + g * (hi - lo);
            fb = log_likelihood(c, n, b, ln_shape);
        }
    }
    *at = 0.5 * (lo + hi);
    return fmax(fa, fb);
}

/* Range in which the scale can lie; cells that never bore a current say
 * nothing of it. */
static void range_of(const hc_ccd_cell *c, size_t n, double *lo, double *hi)
{
    double low = INFINITY, high = 0;

    for (size_t k = 0; k < n; k++) {
        double top = isnan(c[k].high_a_m2) ? c[k].low_a_m2 : c[k].high_a_m2;

        if (!(top > 0))
            continue;
        high = fmax(high, top);
        low = fmin(low, c[k].low_a_m2 > 0 ? c[k].low_a_m2 : 0.1 * top);
    }
    *lo = log(0.1 * low);
    *hi = log(10 * high);
}

/* Interval of ln median from the curvature of the likelihood in
 * (ln median, ln shape): ln scale = ln median - ln(ln 2)/shape. */
static void median_interval(const hc_ccd_cell *c, size_t n, hc_weibull *w)
{
    const double h = 1e-3;
    double m = log(w->median), s = log(w->shape), f[3][3], hmm, hss, hms;

    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) {
            double ms = m + (i - 1) * h, ss = s + (j - 1) * h;

            f[i][j] = log_likelihood(c, n, ms - log(M_LN2) / exp(ss), ss);
        }
    hmm = -(f[2][1] - 2 * f[1][1] + f[0][1]) / (h * h);
    hss = -(f[1][2] - 2 * f[1][1] + f[1][0]) / (h * h);
    hms = -(f[2][2] - f[2][0] - f[0][2] + f[0][0]) / (4 * h * h);
    double det = hmm * hss - hms * hms;

    w->ok = hmm > 0 && det > 0;
    if (!w->ok)
        return;
    double sd = sqrt(hss / det);

    w->median_low = w->median * exp(-1.96 * sd);
    w->median_high = w->median * exp(1.96 * sd);
    w->shape_sd = sqrt(hmm / det);
}

hc_weibull hc_weibull_fit(const hc_ccd_cell *cells, size_t n)
{
    hc_weibull w = {.scale = NAN,
                    .shape = NAN,
                    .median = NAN,
                    .median_low = NAN,
                    .median_high = NAN,
                    .shape_sd = NAN,
                    .log_likelihood = -INFINITY};
    double lo, hi, at, best_s = 0;
    size_t closed = 0;
    const double s_lo = log(0.2), s_hi = log(200.0);

    for (size_t k = 0; k < n; k++)
        closed += !isnan(cells[k].high_a_m2);
    if (closed < 2)
        return w;
    range_of(cells, n, &lo, &hi);
    if (!(lo < hi))
        return w;
    for (int k = 0; k <= 400; k++) {
        double s = s_lo + (s_hi - s_lo) * k / 400;
        double f = best_scale(cells, n, s, lo, hi, &at);

        if (f > w.log_likelihood) {
            w.log_likelihood = f;
            best_s = s;
        }
    }
    for (double h = (s_hi - s_lo) / 400; h > 1e-7; h *= 0.5)
        for (int side = -1; side <= 1; side += 2) {
            double f = best_scale(cells, n, best_s + side * h, lo, hi, &at);

            if (f > w.log_likelihood) {
                w.log_likelihood = f;
                best_s += side * h;
            }
        }
    best_scale(cells, n, best_s, lo, hi, &at);
    w.shape = exp(best_s);
    w.scale = exp(at);
    w.median = w.scale * pow(M_LN2, 1 / w.shape);
    /* all intervals overlap: any steep distribution fits as well */
    if (best_s > s_hi - 0.05)
        return w;
    median_interval(cells, n, &w);
    return w;
}

/* Mass on the pieces between neighbouring ends, by self-consistency. */
static void turnbull(const hc_ccd_cell *c, size_t n, const double *end,
                     size_t m, double *p, double *next)
{
    for (size_t j = 0; j < m; j++)
        p[j] = 1.0 / (double)m;
    for (int it = 0; it < 5000; it++) {
        double change = 0;

        memset(next, 0, m * sizeof *next);
        for (size_t k = 0; k < n; k++) {
            double sum = 0,
                   top = isnan(c[k].high_a_m2) ? INFINITY : c[k].high_a_m2;

            for (size_t j = 0; j < m; j++)
                if (end[j] >= c[k].low_a_m2 && end[j + 1] <= top)
                    sum += p[j];
            for (size_t j = 0; j < m && sum > 0; j++)
                if (end[j] >= c[k].low_a_m2 && end[j + 1] <= top)
                    next[j] += p[j] / sum / (double)n;
        }
        for (size_t j = 0; j < m; j++) {
            change = fmax(change, fabs(next[j] - p[j]));
            p[j] = next[j];
        }
        if (change < 1e-10)
            break;
    }
}

hc_status hc_turnbull_median(const hc_ccd_cell *cells, size_t n, double *low,
                             double *high, hc_err *err)
{
    size_t cap = 2 * n + 2, m = 0, ends = 0;
    double *end = calloc(3 * cap, sizeof *end), sum = 0;

    if (!end)
        return hc_fail_nomem(err);
    double *p = end + cap, *next = p + cap;

    for (size_t k = 0; k < n; k++) {
        end[ends++] = cells[k].low_a_m2;
        end[ends++] =
            isnan(cells[k].high_a_m2) ? INFINITY : cells[k].high_a_m2;
    }
    hc_sort_rising(end, ends);
    for (size_t k = 0; k < ends; k++)
        if (m == 0 || end[k] > end[m - 1])
            end[m++] = end[k];
    *low = *high = NAN;
    if (m >= 2) {
        turnbull(cells, n, end, m - 1, p, next);
        for (size_t j = 0; j + 1 < m; j++) {
            sum += p[j];
            if (sum >= 0.5) {
                *low = end[j];
                *high = isinf(end[j + 1]) ? (double)NAN : end[j + 1];
                break;
            }
        }
    }
    free(end);
    return HC_OK;
}

static void put(hc_writer *w, const char *method, const char *quantity,
                double value, double low, double high, const char *unit,
                const char *status)
{
    hc_conditions at = hc_conditions_none();
    hc_record r = hc_record_make(&at, method, quantity, value, unit);

    r.ci95_low = low;
    r.ci95_high = high;
    snprintf(r.status, sizeof r.status, "%s", status);
    hc_records_put(w, &r);
}

static hc_status one_group(hc_writer *w, const hc_ccd_cell *c, size_t n,
                           hc_err *err)
{
    const char *method = hc_ccd_protocol_name(c[0].protocol);
    double low, high;
    hc_status st;

    put(w, method, "ccd_cells", (double)n, NAN, NAN, "1",
        n < HC_CCD_CELLS_MIN ? "listed" : "ok");
    if (n < HC_CCD_CELLS_MIN)
        return HC_OK;
    hc_weibull f = hc_weibull_fit(c, n);
    const char *status = f.ok ? "ok" : "not-identifiable";

    put(w, method, "ccd_cells_weibull_median_a_m2", f.median, f.median_low,
        f.median_high, "A/m2", status);
    put(w, method, "ccd_cells_weibull_scale_a_m2", f.scale, NAN, NAN, "A/m2",
        status);
    put(w, method, "ccd_cells_weibull_shape", f.shape,
        f.shape * exp(-1.96 * f.shape_sd), f.shape * exp(1.96 * f.shape_sd),
        "1", status);
    st = hc_turnbull_median(c, n, &low, &high, err);
    if (!st)
        put(w, method, "ccd_cells_turnbull_median_a_m2", NAN, low, high,
            "A/m2", isnan(low) ? "not-reached" : "interval");
    return st;
}

hc_status hc_ccd_cells_records(hc_writer *w, const hc_ccd_cells *cells,
                               hc_err *err)
{
    hc_ccd_cell *group;
    hc_status st = HC_OK;

    if (cells->n < 2)
        return HC_OK;
    group = calloc(cells->n, sizeof *group);
    if (!group)
        return hc_fail_nomem(err);
    for (int p = 0; !st && p < HC_CCD_PROTOCOLS; p++) {
        size_t n = 0;

        for (size_t k = 0; k < cells->n; k++)
            if ((int)cells->at[k].protocol == p)
                group[n++] = cells->at[k];
        if (n > 0)
            st = one_group(w, group, n, err);
    }
    free(group);
    return st;
}
