/* gitt_ocv.c: the open-circuit curves of a titration */
#include "cycle/gitt_records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PER_PIECE = 8 };

static double composition(const hc_gitt_cell *cell, double q_c)
{
    return cell->x0 - q_c / cell->capacity_c;
}

static hc_status ocv_curve(const hc_gitt_run *run, hc_monotone *out,
                           double *width, hc_err *err)
{
    double *x = malloc(2 * run->n * sizeof *x);
    double least = INFINITY;
    hc_status st;
    if (x == NULL)
        return hc_fail_nomem(err);
    double *y = x + run->n;
    for (size_t k = 0; k < run->n; k++) {
        size_t from = run->sign > 0 ? k : run->n - 1 - k;
        x[k] = run->q_c[from];
        y[k] = run->e_inf_v[from];
        if (k > 0)
            least = fmin(least, x[k] - x[k - 1]);
    }
    *width = least / 4;
    st = hc_monotone_new(out, HC_MONOTONE_SPLINE, x, y, run->n, err);
    free(x);
    return st;
}

/* Beyond the data a composition has a Nernst term that diverges at 0 and 1,
 *     U = U_e + s (x - x_e) + RT/F ln((1 - x)/(1 - x_e))      x > x_e
 *     U = U_e + s (x - x_e) - RT/F ln(x/x_e)                  x < x_e
 * with s such that the slope goes on; without a composition, a line. */
static void tail(hc_writer *w, size_t branch, const char *end, double x_e,
                 double u_e, double slope, double rt_f)
{
    bool high = strcmp(end, "high") == 0;
    if (!(x_e > 0 && x_e < 1) || !isfinite(rt_f)) {
        hc_writer_meta(w, "tail", "%zu %s linear %.10g %.10g %.10g", branch,
                       end, x_e, u_e, slope);
        return;
    }
    slope += high ? rt_f / (1 - x_e) : rt_f / x_e;
    hc_writer_meta(w, "tail", "%zu %s nernst %.10g %.10g %.10g %.10g", branch,
                   end, x_e, u_e, slope, rt_f);
}

/* A run's curve as stoichiometry (or charge in Ah): both ends. */
static void ocv_tails(hc_writer *w, size_t branch, const hc_monotone *m,
                      double width, const hc_gitt_cell *cell, double rt_f)
{
    bool has_x = isfinite(composition(cell, 0));
    for (int end = 0; end < 2; end++) {
        double q = m->x[end == 0 ? 0 : m->n - 1], slope;
        double u = hc_monotone_smooth_at(m, width, q, &slope);
        bool high = has_x ? end == 0 : end == 1;
        tail(w, branch, high ? "high" : "low",
             has_x ? composition(cell, q) : q / 3600, u,
             has_x ? -slope * cell->capacity_c : slope * 3600,
             has_x ? rt_f : (double)NAN);
    }
}

static void ocv_rows(hc_writer *w, size_t branch, int sign,
                     const hc_monotone *m, double width,
                     const hc_gitt_cell *cell)
{
    for (size_t i = 0; i + 1 < m->n; i++)
        for (int k = 0; k < PER_PIECE || (i + 2 == m->n && k == PER_PIECE);
             k++) {
            double q =
                m->x[i] + (m->x[i + 1] - m->x[i]) * k / (double)PER_PIECE;
            double slope, u = hc_monotone_smooth_at(m, width, q, &slope);
            hc_writer_integer(w, (long)branch);
            hc_writer_text(w, sign > 0 ? "charge" : "discharge");
            hc_writer_digits(w, composition(cell, q), 10);
            hc_writer_digits(w, q / 3600, 10);
            hc_writer_digits(w, u, 10);
            hc_writer_digits(w, slope * 3600, 10);
            hc_writer_integer(w, k == 0 || k == PER_PIECE);
            hc_writer_end_row(w);
        }
}

hc_status hc_gitt_put_ocv(hc_writer *w, const hc_gitt_result *r,
                          const hc_gitt_cell *cell, double temperature_k,
                          hc_err *err)
{
    static const char *const names[] = {
        "branch_index", "direction",          "stoichiometry", "charge_ah",
        "voltage_volt", "voltage_slope_v_ah", "rested_point"};
    double rt_f = 8.314462618 * temperature_k / 96485.33212;
    for (int rows = 0; rows < 2; rows++) {
        for (size_t i = 0; rows == 1 && i < sizeof names / sizeof *names; i++)
            hc_writer_column(w, names[i]);
        for (size_t i = 0; i < r->n_runs; i++) {
            hc_monotone m = {0};
            double width = 0;
            hc_status st = ocv_curve(&r->run[i], &m, &width, err);
            if (st != HC_OK)
                return st;
            if (rows == 0)
                ocv_tails(w, i, &m, width, cell, rt_f);
            else
                ocv_rows(w, i, r->run[i].sign, &m, width, cell);
            hc_monotone_clear(&m);
        }
    }
    return HC_OK;
}
