/* kk_judge.c: from residuals to a verdict, kk.h */
#include "fitters/kk.h"

#include "fitters/dense.h"
#include "fitters/kk_solve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DRIFT_TAUS = 4, DRIFT_COLS = DRIFT_TAUS + 1, M_LAST = 39 };

/* Fall of the BIC beyond which drift counts as the cause, and the change of
 * |Z| it must stand for.  Over noisy spectra without drift the fall stays
 * below 10, for a drift of 5 % under noise of 0.1 % it exceeds 30. */
static const double drift_gain_needed = 20, drift_floor = 0.003;

/* Z-HIT sums up the noise of the phase, so its residuals are smooth by
 * themselves; what counts as drift exceeds this many sd, and this. */
static const double zhit_sd = 7, zhit_floor = 0.003;

hc_kk_limits hc_kk_limits_defaults(void)
{
    return (hc_kk_limits){.pass = 0.01,
                          .fail = 0.03,
                          .p = 1e-3,
                          .trend_floor = 1e-4,
                          .drop_max = 0.1};
}

const char *hc_kk_verdict_word(hc_kk_verdict v)
{
    static const char *const words[] = {"pass", "doubtful", "fail"};
    return words[v];
}

const char *hc_kk_flag_word(hc_kk_flag f)
{
    static const char *const words[] = {"ok", "large", "edge", "mains"};
    return words[f];
}

/* ---- trend tests ---- */

static double residual(const hc_kk_data *d, const hc_kk_fit *f, size_t i,
                       int part)
{
    const double complex e = d->z_ohm[i] - f->z_fit[i];
    return part ? cimag(e) : creal(e);
}

/* P(standard normal > z) */
static double upper_tail(double z)
{
    return 0.5 * erfc(z / M_SQRT2);
}

static void trend_tests(const hc_kk_data *d, const hc_kk_fit *f,
                        hc_kk_judgement *j)
{
    double cross = 0, sum = 0, runs = 0, plus = 0;
    const double rows = 2 * (double)d->n;
    for (int part = 0; part < 2; part++) {
        double before = 0;
        for (size_t i = 0; i < d->n; i++) {
            const double e = residual(d, f, i, part) / f->sd_ohm[i];
            sum += e * e;
            if (i > 0)
                cross += e * before;
            if (i == 0 || (e > 0) != (before > 0))
                runs++;
            plus += e > 0;
            before = e;
        }
    }
    j->p_autocorrelation = sum > 0 ? upper_tail(cross / sum * sqrt(rows)) : 1;
    const double minus = rows - plus;
    const double mean = 2 * plus * minus / rows + 1;
    const double var = (mean - 1) * (mean - 2) / (rows - 1);
    /* the two parts start a run each */
    j->p_runs = var > 0 ? upper_tail((mean - runs + 1.5) / sqrt(var))
                : plus * minus > 0 ? 1
                                   : 0;
}

/* ---- drift ---- */

typedef struct {
    double *a, *b, *x, *work, *tau, *t;
    size_t *perm;
} drift_work;

/* Rows of the fit with `extra` drift columns behind; its BIC. */
static double drift_bic(const hc_kk_data *d, bool admittance, double q,
                        size_t m, size_t extra, drift_work *w)
{
    const size_t n = d->n, rows = 2 * n, cols = m + 3 + extra;
    hc_kk_tau_grid(d, m, 0.2, w->tau);
    double far[DRIFT_COLS];
    hc_kk_tau_grid(d, DRIFT_TAUS, 0, far);
    for (size_t i = 0; i < n; i++) {
        const double complex v = admittance ? 1 / d->z_ohm[i] : d->z_ohm[i];
        const double s = 1 / pow(cabs(v), admittance ? 2 - q : q);
        const double om = 2 * M_PI * d->freq_hz[i];
        for (size_t k = 0; k < cols; k++) {
            double re = 0, im = 0;
            if (k == m) {
                re = 1;
            } else if (k == m + 1) {
                im = om;
            } else if (k == m + 2) {
                im = -1 / om;
            } else if (k == m + 3) {
                re = w->t[i];
            } else {
                const double tau = k < m ? w->tau[k] : far[k - m - 4];
                const double wt = om * tau;
                re = (k < m ? 1 : w->t[i]) / (1 + wt * wt);
                im = -wt * re;
            }
            w->a[k * rows + i] = re * s;
            w->a[k * rows + n + i] = im * s;
        }
        w->b[i] = creal(v) * s;
        w->b[n + i] = cimag(v) * s;
    }
    const size_t rank = hc_least_squares(w->a, rows, cols, w->b, 1e-12, w->x,
                                         w->perm, w->work);
    if (rank + 4 > rows)
        return HUGE_VAL;
    const double ssr =
        fmax(hc_dot(w->b + rank, w->b + rank, rows - rank), 1e-300);
    return (double)rows * log(ssr / (double)rows) +
           (double)rank * log((double)rows);
}

/* How large the change at the lowest frequency is, from the drift terms. */
static double drift_size(const hc_kk_data *d, bool admittance, size_t m,
                         const drift_work *w)
{
    double far[DRIFT_COLS];
    size_t low = 0;
    hc_kk_tau_grid(d, DRIFT_TAUS, 0, far);
    for (size_t i = 1; i < d->n; i++)
        if (d->freq_hz[i] < d->freq_hz[low])
            low = i;
    double complex v = w->x[m + 3];
    for (size_t k = 0; k < DRIFT_TAUS; k++)
        v += w->x[m + 4 + k] / CMPLX(1, 2 * M_PI * d->freq_hz[low] * far[k]);
    const double complex z = d->z_ohm[low];
    /* dZ/Z = -dY/Y; its part along Z is the change of |Z| */
    return creal(admittance ? -v * z : v / z);
}

static hc_status find_drift(const hc_kk_data *d, const hc_kk_fit *f,
                            hc_kk_judgement *j, hc_err *err)
{
    const size_t n = d->n, cols = M_LAST + 3 + DRIFT_COLS;
    drift_work w;
    double *memory =
        malloc((2 * n * cols + 3 * n + 5 * cols) * sizeof *memory);
    w.perm = malloc(cols * sizeof *w.perm);
    if (!memory || !w.perm) {
        free(memory);
        free(w.perm);
        return hc_fail_nomem(err);
    }
    w.a = memory;
    w.b = w.a + 2 * n * cols;
    w.t = w.b + 2 * n;
    w.x = w.t + n;
    w.work = w.x + cols;
    w.tau = w.work + 3 * cols;
    double lowest = HUGE_VAL, total = 0;
    for (size_t i = 0; i < n; i++)
        lowest = fmin(lowest, d->freq_hz[i]);
    for (size_t i = 0; i < n; i++) { /* highest frequency first */
        w.t[i] = 0;
        for (size_t k = 0; k < n; k++)
            if (d->freq_hz[k] >= d->freq_hz[i])
                w.t[i] += lowest / d->freq_hz[k];
        total = fmax(total, w.t[i]);
    }
    for (size_t i = 0; i < n; i++)
        w.t[i] /= total;
    double without = HUGE_VAL, with = HUGE_VAL;
    for (size_t m = 6; m <= M_LAST && m + 12 < 2 * n; m += 3) {
        without = fmin(without, drift_bic(d, f->admittance, f->q, m, 0, &w));
        const double b = drift_bic(d, f->admittance, f->q, m, DRIFT_COLS, &w);
        if (b < with) {
            with = b;
            j->drift_relative = drift_size(d, f->admittance, m, &w);
        }
    }
    j->drift_gain = with < HUGE_VAL ? without - with : 0;
    j->drift = j->drift_gain > drift_gain_needed &&
               fabs(j->drift_relative) > drift_floor;
    free(memory);
    free(w.perm);
    return HC_OK;
}

/* ---- flags ---- */

static bool near_mains(double f)
{
    static const double mains[] = {50.0 / 3, 50, 60};
    for (size_t k = 0; k < 3; k++)
        for (int h = 1; h <= 5; h++)
            if (fabs(f / (mains[k] * h) - 1) < 0.02)
                return true;
    return false;
}

/* A run of bad points at an end, with gaps of up to two good ones: the fit
 * bends towards bad ends, so that neighbours stand out as well. */
static void flag_edge(unsigned char *flag, size_t n, bool from_end)
{
    size_t last = 0, gap = 0;
    for (size_t k = 0; k < n && gap <= 2; k++) {
        const size_t i = from_end ? n - 1 - k : k;
        gap = flag[i] ? 0 : gap + 1;
        if (flag[i])
            last = k + 1;
    }
    for (size_t k = 0; k < last; k++)
        flag[from_end ? n - 1 - k : k] = HC_KK_EDGE;
}

static void flag_points(const hc_kk_data *d, const hc_kk_fit *f,
                        const hc_kk_limits *limits, hc_kk_judgement *j)
{
    const size_t n = d->n;
    for (size_t i = 0; i < n; i++) {
        const double complex e = d->z_ohm[i] - f->z_fit[i];
        const double a = fmax(fabs(creal(e)), fabs(cimag(e)));
        j->flag[i] =
            a > limits->pass * cabs(d->z_ohm[i]) && a > 4 * f->sd_ohm[i];
        j->flagged += j->flag[i];
    }
    for (size_t i = 1; i + 1 < n; i++)
        if (j->flag[i] && !j->flag[i - 1] && !j->flag[i + 1] &&
            near_mains(d->freq_hz[i]))
            j->flag[i] = HC_KK_MAINS;
    flag_edge(j->flag, n, false);
    flag_edge(j->flag, n, true);
    for (size_t i = 0; i < n; i++)
        j->droppable += j->flag[i] >= HC_KK_EDGE;
}

/* ---- all together ---- */

/* The bands of the Hilbert method say how far a part is known at all. */
static void hilbert_verdict(const hc_kk_fit *f, const hc_kk_limits *limits,
                            hc_kk_judgement *j)
{
    bool re = f->scores.real[2] < f->scores.imaginary[2];
    double part = re ? f->scores.real[2] : f->scores.imaginary[2];
    j->verdict = part < 0.9    ? HC_KK_FAIL
                 : part < 0.97 ? HC_KK_DOUBTFUL
                               : HC_KK_PASS;
    snprintf(j->reason, sizeof j->reason,
             "%.3g %% of %s within three sd of what %s says", 100 * part,
             re ? "Re" : "Im", re ? "Im" : "Re");
    if (f->noise <= limits->pass || j->verdict == HC_KK_PASS)
        return;
    j->verdict = HC_KK_DOUBTFUL;
    snprintf(j->reason, sizeof j->reason,
             "no smooth distribution describes even one part (%.2g %%)",
             100 * f->noise);
}

static void verdict_of(const hc_kk_fit *f, const hc_kk_limits *limits,
                       hc_kk_judgement *j)
{
    const bool approximate = !isnan(f->drift);
    if (f->hilbert) {
        hilbert_verdict(f, limits, j);
        return;
    }
    j->verdict = HC_KK_PASS;
    snprintf(j->reason, sizeof j->reason, "residuals are noise");
    if (approximate && fabs(f->drift) > zhit_sd * f->noise &&
        fabs(f->drift) > zhit_floor) {
        j->verdict = HC_KK_FAIL;
        snprintf(j->reason, sizeof j->reason,
                 "at low frequency the modulus leaves its phase by %.2g %%: "
                 "drift",
                 100 * f->drift);
    } else if (j->largest > limits->fail) {
        j->verdict = HC_KK_FAIL;
        snprintf(j->reason, sizeof j->reason, "residual of %.2g %% at %.4g Hz",
                 100 * j->largest, j->largest_freq_hz);
    } else if (j->drift) {
        j->verdict = HC_KK_FAIL;
        snprintf(j->reason, sizeof j->reason,
                 "a drift of %.2g %% at the lowest frequency",
                 100 * j->drift_relative);
    } else if (j->trend && j->largest > limits->pass) {
        j->verdict = HC_KK_FAIL;
        snprintf(j->reason, sizeof j->reason,
                 "trend in residuals of up to %.2g %%", 100 * j->largest);
    } else if (j->trend) {
        j->verdict = HC_KK_DOUBTFUL;
        snprintf(j->reason, sizeof j->reason,
                 "small trend in the residuals (rms %.2g %%)", 100 * j->rms);
    } else if (j->largest > limits->pass) {
        j->verdict = HC_KK_DOUBTFUL;
        snprintf(j->reason, sizeof j->reason,
                 "residual of %.2g %% at %.4g Hz, no trend", 100 * j->largest,
                 j->largest_freq_hz);
    }
}

hc_status hc_kk_judge(const hc_kk_data *d, const hc_kk_fit *fit,
                      const hc_kk_limits *limits, hc_kk_judgement *out,
                      hc_err *err)
{
    hc_kk_judgement j = {0};
    j.flag = calloc(d->n + 1, 1);
    if (!j.flag)
        return hc_fail_nomem(err);
    double sum = 0;
    for (size_t i = 0; i < d->n; i++)
        for (int part = 0; part < 2; part++) {
            const double e =
                fabs(residual(d, fit, i, part)) / cabs(d->z_ohm[i]);
            sum += e * e;
            if (e > j.largest) {
                j.largest = e;
                j.largest_freq_hz = d->freq_hz[i];
            }
        }
    j.rms = sqrt(sum / (2 * (double)d->n));
    trend_tests(d, fit, &j);
    j.trend = isnan(fit->drift) && j.rms > limits->trend_floor &&
              fmin(j.p_runs, j.p_autocorrelation) < limits->p;
    if (isnan(fit->drift)) {
        const hc_status st = find_drift(d, fit, &j, err);
        if (st != HC_OK) {
            free(j.flag);
            return st;
        }
    }
    flag_points(d, fit, limits, &j);
    verdict_of(fit, limits, &j);
    *out = j;
    return HC_OK;
}

void hc_kk_judgement_clear(hc_kk_judgement *j)
{
    free(j->flag);
    *j = (hc_kk_judgement){0};
}
