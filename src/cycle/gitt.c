/* gitt.c: the passes over a train: curve through rested points, fit of every
 * pulse, rested points anew */
#include "cycle/gitt.h"

#include "cycle/gitt_work.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PASSES = 4 };

hc_gitt_settings hc_gitt_settings_default(void)
{
    return (hc_gitt_settings){
        .shape = HC_DIFFUSION_FILM,
        .skip_s = 0.05,
        .window_low_s = 10,
        .window_high = 0.25,
        .ici_low_s = 1,
        .ici_high_s = 10,
        .ici_clock = HC_GITT_CLOCK_AUTO,
        .fit = true,
    };
}

void hc_gitt_flag_text(unsigned flags, char *buf, size_t cap)
{
    static const char *const word[] = {
#define X(name, text) [HC_GITT_BIT_##name] = text,
        HC_GITT_FLAGS(X)
#undef X
    };
    size_t len = 0;
    snprintf(buf, cap, "ok");
    for (unsigned k = 0; k < HC_GITT_FLAG_COUNT; k++) {
        size_t need = strlen(word[k]) + (len > 0);
        if ((flags & (1u << k)) == 0 || len + need >= cap)
            continue; /* whole words only */
        snprintf(buf + len, cap - len, "%s%s", len > 0 ? "+" : "", word[k]);
        len += need;
    }
}

static void raise_flag(hc_gitt_pulse *p, hc_gitt_bit bit)
{
    p->flags |= 1u << bit;
}

void hc_gitt_result_clear(hc_gitt_result *r)
{
    for (size_t i = 0; i < r->n_runs; i++)
        free(r->run[i].q_c);
    free(r->run);
    free(r->pulse);
    *r = (hc_gitt_result){0};
}

/* ---- rested potentials ---- */

/* Mean of the last part of a rest, with the drift of the model (may be NULL)
 * taken off. */
static double tail_mean(const hc_gitt_segment *rest, double part,
                        const hc_gitt_job *job, double rate_s, double t0_s,
                        size_t *count)
{
    double from = rest->t_off_s - part * (rest->t_off_s - rest->t_on_s);
    double sum = 0, end = 0;
    hc_gitt_curve curve = {0};
    *count = 0;
    if (job != NULL)
        curve = hc_gitt_curve_of(job, rate_s);
    if (job != NULL)
        end = hc_monotone_at(
            job->ocv, hc_gitt_curve_at(job, &curve, rest->t_off_s - t0_s),
            NULL);
    for (size_t i = 0; i < rest->n; i++) {
        const hc_gitt_sample *s = &rest->sample[i];
        if (s->t_s < from && i + 1 < rest->n)
            continue;
        sum += s->v_v;
        if (job != NULL)
            sum -= hc_monotone_at(job->ocv,
                                  hc_gitt_curve_at(job, &curve, s->t_s - t0_s),
                                  NULL) -
                   end;
        ++*count;
    }
    return sum / (double)*count;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Noise of one sample: second differences in the later halves of the rests,
 * where they are evenly spaced; at least that of the resolution. */
static hc_status find_noise(hc_gitt_work *w, hc_err *err)
{
    size_t n = 0, cap = 0;
    double *d = NULL;
    double floor_v = hc_gitt_train_lsb_v(w->train) / sqrt(12);
    for (size_t k = 0; k < hc_gitt_train_segments(w->train); k++) {
        const hc_gitt_segment *s = hc_gitt_train_segment(w->train, k);
        if (s->sign != 0)
            continue;
        for (size_t i = s->n / 2 + 1; i + 1 < s->n; i++) {
            double *grown = hc_grow(d, &cap, n + 1, sizeof *d);
            if (grown == NULL) {
                free(d);
                return hc_fail_nomem(err);
            }
            d = grown;
            d[n++] = fabs(s->sample[i - 1].v_v - 2 * s->sample[i].v_v +
                          s->sample[i + 1].v_v);
        }
    }
    if (n > 0)
        qsort(d, n, sizeof *d, by_value);
    w->out->noise_v = n > 0 ? 1.4826 * d[n / 2] / sqrt(6) : 0;
    w->coarse_v = w->out->noise_v < floor_v ? floor_v : 0;
    w->out->noise_v = fmax(w->out->noise_v, floor_v);
    free(d);
    return HC_OK;
}

/* Standard error of the mean of `used` rested samples, V. */
static double rested_error(const hc_gitt_work *w, size_t used)
{
    return hypot(w->out->noise_v / sqrt((double)used), w->coarse_v);
}

/* ---- runs ---- */

/* A pulse to look at: current between two rests. */
static bool is_pulse(const hc_gitt_work *w, size_t i)
{
    return hc_gitt_at(w, i)->sign != 0 && i > 0 &&
           hc_gitt_at(w, i - 1)->sign == 0 &&
           i + 1 < hc_gitt_train_segments(w->train) &&
           hc_gitt_at(w, i + 1)->sign == 0;
}

static void judge_pulse(const hc_gitt_work *w, hc_gitt_pulse *p)
{
    const hc_gitt_segment *s = hc_gitt_at(w, p->segment);
    if (s->current_spread_a > 0.02 * fabs(s->current_a))
        raise_flag(p, HC_GITT_BIT_NOT_CONSTANT);
    if (s->n < 5 || hc_gitt_at(w, p->segment + 1)->n < 3)
        raise_flag(p, HC_GITT_BIT_FEW_POINTS);
    if (s->sample[0].t_s - s->t_on_s > 1)
        raise_flag(p, HC_GITT_BIT_LATE_POINT);
    size_t used;
    double before =
        tail_mean(hc_gitt_at(w, p->segment - 1), 0.1, NULL, 0, 0, &used);
    double after =
        tail_mean(hc_gitt_at(w, p->segment + 1), 0.1, NULL, 0, 0, &used);
    if (s->sign * (after - before) < -5 * hc_gitt_train_lsb_v(w->train))
        raise_flag(p, HC_GITT_BIT_AGAINST);
}

static hc_status list_pulses(hc_gitt_work *w, hc_err *err)
{
    size_t n = hc_gitt_train_segments(w->train);
    double q = 0;
    w->out->pulse = calloc(n, sizeof *w->out->pulse);
    w->rate_s = calloc(n, sizeof *w->rate_s);
    if (w->out->pulse == NULL || w->rate_s == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        const hc_gitt_segment *s = hc_gitt_at(w, i);
        if (is_pulse(w, i)) {
            hc_gitt_pulse *p = &w->out->pulse[w->out->n_pulses++];
            const hc_gitt_segment *rest = hc_gitt_at(w, i + 1);
            *p = (hc_gitt_pulse){
                .segment = i,
                .q_before_c = q,
                .q_mid_c = q + s->charge_c / 2,
                .pulse_s = s->t_off_s - s->t_on_s,
                .rest_s = rest->t_off_s - rest->t_on_s,
            };
            p->rate_s = p->rate_low_s = p->rate_high_s = p->sd_ln = NAN;
            p->e_inf_v = p->theta = p->r0_ohm = p->rms_v = NAN;
            p->rct_ohm = p->tct_s = p->end_model_v = NAN;
            p->surface_low_c = p->surface_high_c = NAN;
            judge_pulse(w, p);
        }
        q += s->charge_c;
    }
    if (w->out->n_pulses == 0)
        return hc_fail(err, HC_NO, "no pulse stands between two rests");
    return HC_OK;
}

static bool same_run(const hc_gitt_work *w, size_t k)
{
    const hc_gitt_pulse *a = &w->out->pulse[k - 1], *b = a + 1;
    unsigned against = 1u << HC_GITT_BIT_AGAINST;
    return ((a->flags | b->flags) & against) == 0 &&
           b->segment == a->segment + 2 &&
           hc_gitt_at(w, a->segment)->sign == hc_gitt_at(w, b->segment)->sign;
}

static hc_status new_run(hc_gitt_work *w, size_t first, size_t count,
                         hc_err *err)
{
    hc_gitt_run *r = &w->out->run[w->out->n_runs];
    size_t n = count + 1;
    double *m = calloc(5 * n, sizeof *m);
    if (m == NULL)
        return hc_fail_nomem(err);
    *r = (hc_gitt_run){
        .sign = hc_gitt_at(w, w->out->pulse[first].segment)->sign,
        .first_pulse = first,
        .n_pulses = count,
        .n = n,
        .q_c = m,
        .surface_c = m + n,
        .e_v = m + 2 * n,
        .u_v = m + 3 * n,
        .e_inf_v = m + 4 * n,
    };
    w->out->n_runs++;
    for (size_t k = 0; k < n; k++) {
        const hc_gitt_pulse *p =
            &w->out->pulse[first + (k < count ? k : count - 1)];
        size_t rest = k < count ? p->segment - 1 : p->segment + 1, used;
        r->q_c[k] = p->q_before_c +
                    (k < count ? 0 : hc_gitt_at(w, p->segment)->charge_c);
        r->surface_c[k] = r->q_c[k];
        r->e_v[k] = tail_mean(hc_gitt_at(w, rest), k == 0 ? 0.5 : 0.1, NULL, 0,
                              0, &used);
        r->u_v[k] = rested_error(w, used);
        r->e_inf_v[k] = r->e_v[k];
        if (k < count)
            w->out->pulse[first + k].e_before_v = r->e_v[k];
        if (k > 0)
            w->out->pulse[first + k - 1].e_after_v = r->e_v[k];
        if (k > 0)
            w->out->pulse[first + k - 1].rest_u_v =
                hypot(r->u_v[k - 1], r->u_v[k]);
    }
    return HC_OK;
}

static hc_status list_runs(hc_gitt_work *w, hc_err *err)
{
    size_t n = w->out->n_pulses, first = 0;
    w->out->run = calloc(n, sizeof *w->out->run);
    if (w->out->run == NULL)
        return hc_fail_nomem(err);
    for (size_t k = 1; k <= n; k++) {
        if (k < n && same_run(w, k))
            continue;
        hc_status st = new_run(w, first, k - first, err);
        if (st != HC_OK)
            return st;
        first = k;
    }
    return HC_OK;
}

/* The curve through the rested points of a run, in rising charge. */
hc_status hc_gitt_run_curve(const hc_gitt_run *r, hc_monotone_kind kind,
                            hc_monotone *out, hc_err *err)
{
    double *x = malloc(2 * r->n * sizeof *x);
    bool rises = true;
    hc_status st;
    if (x == NULL)
        return hc_fail_nomem(err);
    double *y = x + r->n;
    for (size_t k = 0; k + 1 < r->n; k++)
        rises = rises && r->sign * (r->surface_c[k + 1] - r->surface_c[k]) >
                             0.05 * fabs(r->q_c[k + 1] - r->q_c[k]);
    for (size_t k = 0; k < r->n; k++) {
        size_t from = r->sign > 0 ? k : r->n - 1 - k;
        x[k] = rises ? r->surface_c[from] : r->q_c[from];
        y[k] = r->e_v[from];
    }
    st = hc_monotone_new(out, kind, x, y, r->n, err);
    free(x);
    return st;
}

/* ---- one pulse ---- */

static void set_rate(hc_gitt_work *w, const hc_gitt_pulse *p, double rate_s)
{
    w->rate_s[p->segment] = rate_s;
    w->rate_s[p->segment + 1] = rate_s;
}

/* What the fitted surface saw, and the fit's own figures. */
static void describe(hc_gitt_work *w, hc_gitt_pulse *p)
{
    hc_gitt_job *job = w->job;
    double model[HC_GITT_FIT_MAX], ss = 0;
    hc_gitt_linear fit = hc_gitt_evaluate(job, p->rate_s, model);
    p->r0_ohm = fit.r0_ohm;
    p->rct_ohm = fit.rct_ohm;
    p->tct_s = job->with_ct ? job->tct_s : (double)NAN;
    p->theta = p->rate_s * p->pulse_s;
    p->points = job->n;
    hc_gitt_curve curve = hc_gitt_curve_of(job, p->rate_s);
    p->surface_low_c = INFINITY;
    p->surface_high_c = -INFINITY;
    for (size_t i = 0; i < job->n; i++) {
        double r = job->point[i].v_v - model[i];
        double q = hc_gitt_curve_at(job, &curve, job->point[i].t_s);
        ss += r * r;
        p->surface_low_c = fmin(p->surface_low_c, q);
        p->surface_high_c = fmax(p->surface_high_c, q);
    }
    p->rms_v = sqrt(ss / (double)job->n);
}

/* Rate by the other interpolation: half their difference in ln. */
static double curve_doubt(hc_gitt_work *w, const hc_gitt_pulse *p,
                          const hc_monotone *other)
{
    double rate;
    hc_gitt_coarse(w->job, w->few);
    bool found = hc_gitt_minimise(w->few, p->rate_s, 1e-3, &rate);
    double before = rate;
    w->few->ocv = other;
    found = found && hc_gitt_minimise(w->few, before, 1e-3, &rate);
    return found ? fabs(log(rate / before)) / 2 : 1;
}

static void finish_fit(hc_gitt_work *w, hc_gitt_pulse *p, const hc_gitt_run *r,
                       const hc_monotone *other, size_t k)
{
    hc_gitt_job *job = w->job;
    double doubt = curve_doubt(w, p, other);
    double lo = hc_monotone_at(job->ocv, p->surface_low_c, NULL);
    double hi = hc_monotone_at(job->ocv, p->surface_high_c, NULL);
    /* ends of the span that the slope comes from; D goes with its square */
    double u = hypot(r->u_v[k], r->u_v[k + 1]) / fabs(hi - lo);
    double extra = 4 * u * u + doubt * doubt;
    hc_gitt_interval(job, p->rate_s, extra, &p->sd_ln, &p->rate_low_s,
                     &p->rate_high_s);
    if (!(p->rate_high_s < 2 * p->rate_low_s))
        raise_flag(p, HC_GITT_BIT_WIDE);
    if (p->rms_v > 10 * w->out->noise_v && p->rms_v > 0.02 * fabs(hi - lo))
        raise_flag(p, HC_GITT_BIT_MISFIT);
}

/* Rested point after the pulse, at the surface charge the rate gives it. */
static void renew_point(hc_gitt_work *w, hc_gitt_pulse *p, hc_gitt_run *r,
                        size_t k, const hc_monotone *ocv)
{
    const hc_gitt_segment *rest = hc_gitt_at(w, p->segment + 1);
    double t0 = hc_gitt_at(w, p->segment)->t_on_s, x = rest->t_off_s - t0;
    double rate = w->rate_s[p->segment];
    size_t used;
    hc_gitt_job *job = w->job;
    hc_gitt_prepare(w, p, ocv);
    r->surface_c[k + 1] = hc_gitt_surface(job, rate, x);
    r->e_v[k + 1] = tail_mean(rest, 0.3, job, rate, t0, &used);
    r->u_v[k + 1] = rested_error(w, used);
    double here = hc_monotone_at(ocv, r->surface_c[k + 1], NULL);
    double there = hc_monotone_at(ocv, r->q_c[k + 1], NULL);
    r->e_inf_v[k + 1] = r->e_v[k + 1] + there - here;
    p->e_inf_v = r->e_inf_v[k + 1];
}

static bool good(const hc_gitt_pulse *p)
{
    return p->rate_s > 0 && p->flags == 0;
}

/* Rate about pulse k: the middle of the five nearest good ones.  The past of
 * later pulses and the rested points are built on it, so that a wild pulse
 * does not spoil its neighbours. */
static double rate_about(const hc_gitt_pulse *p, size_t n, size_t k)
{
    double near[5];
    size_t m = 0;
    for (size_t d = 0; d < n && m < 5; d++) {
        if (k + d < n && good(&p[k + d]))
            near[m++] = p[k + d].rate_s;
        if (d > 0 && d <= k && m < 5 && good(&p[k - d]))
            near[m++] = p[k - d].rate_s;
    }
    if (m == 0)
        return 0;
    qsort(near, m, sizeof *near, by_value);
    return m % 2 == 1 ? near[m / 2] : sqrt(near[m / 2] * near[m / 2 - 1]);
}

static void renew_run(hc_gitt_work *w, hc_gitt_run *r, const hc_monotone *ocv)
{
    hc_gitt_pulse *p = &w->out->pulse[r->first_pulse];
    for (size_t k = 0; k < r->n_pulses; k++) {
        double rate = rate_about(p, r->n_pulses, k);
        w->rate_s[p[k].segment] = w->rate_s[p[k].segment + 1] = rate;
    }
    for (size_t k = 0; k < r->n_pulses; k++)
        if (w->rate_s[p[k].segment] > 0)
            renew_point(w, &p[k], r, k, ocv);
}

static void fit_pulse(hc_gitt_work *w, hc_gitt_run *r, size_t k, int pass,
                      const hc_monotone *ocv, const hc_monotone *other)
{
    hc_gitt_pulse *p = &w->out->pulse[r->first_pulse + k];
    double rate = p->rate_s, guess;
    bool found;
    hc_gitt_prepare(w, p, ocv);
    if (w->job->n < 8)
        return;
    if (pass > 0 && rate > 0 && hc_gitt_mask_outside(w->job, rate))
        raise_flag(p, HC_GITT_BIT_OUTSIDE);
    else
        p->flags &= ~(1u << HC_GITT_BIT_OUTSIDE);
    guess = w->rate_s[p->segment];
    if (pass < PASSES - 1)
        hc_gitt_coarse(w->job, w->few);
    found = hc_gitt_minimise(pass < PASSES - 1 ? w->few : w->job,
                             pass > 0 ? guess : (double)NAN,
                             pass < PASSES - 1 ? 1e-4 : 1e-5, &rate);
    if (pass == 1)
        hc_gitt_try_ct(w->job, &rate);
    p->flags &= ~(1u << HC_GITT_BIT_AT_EDGE);
    if (!found)
        raise_flag(p, HC_GITT_BIT_AT_EDGE);
    p->rate_s = rate;
    if (pass == 0)
        set_rate(w, p, found ? rate : 0);
    describe(w, p);
    if (pass == PASSES - 1)
        finish_fit(w, p, r, other, k);
}

/* Less than five steps of the resolution between the rested points. */
static void judge_flat(const hc_gitt_work *w, hc_gitt_pulse *p)
{
    double lsb = hc_gitt_train_lsb_v(w->train);
    if (fabs(p->e_after_v - p->e_before_v) < 5 * lsb ||
        p->e_after_v == p->e_before_v)
        raise_flag(p, HC_GITT_BIT_FLAT_OCV);
}

static bool wants_fit(const hc_gitt_pulse *p)
{
    return (p->flags & HC_GITT_UNFIT) == 0;
}

/* ---- all of it ---- */

static hc_status one_pass(hc_gitt_work *w, int pass, hc_err *err)
{
    w->merge = pass == PASSES - 1 ? 0.2 : 0.5;
    for (size_t i = 0; i < w->out->n_runs; i++) {
        hc_gitt_run *r = &w->out->run[i];
        hc_monotone ocv = {0}, other = {0};
        hc_status st = hc_gitt_run_curve(r, HC_MONOTONE_SPLINE, &ocv, err);
        if (st == HC_OK)
            st = hc_gitt_run_curve(r, HC_MONOTONE_PCHIP, &other, err);
        for (size_t k = 0; k < r->n_pulses && pass == 0; k++)
            judge_flat(w, &w->out->pulse[r->first_pulse + k]);
        for (size_t k = 0; k < r->n_pulses && st == HC_OK; k++)
            if (wants_fit(&w->out->pulse[r->first_pulse + k]))
                fit_pulse(w, r, k, pass, &ocv, &other);
        if (st == HC_OK)
            renew_run(w, r, &ocv);
        hc_monotone_clear(&ocv);
        hc_monotone_clear(&other);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

hc_status hc_gitt_analyse(const hc_gitt_train *t,
                          const hc_gitt_settings *settings,
                          hc_gitt_result *out, hc_err *err)
{
    hc_gitt_work w = {.train = t, .set = settings, .out = out};
    *out = (hc_gitt_result){0};
    hc_status st = hc_diffusion_table_new(&w.g, settings->shape, err);
    w.job = calloc(2, sizeof *w.job);
    w.few = w.job + 1;
    hc_gitt_cosines(w.cosine);
    if (st == HC_OK && w.job == NULL)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        st = find_noise(&w, err);
    if (st == HC_OK)
        st = list_pulses(&w, err);
    if (st == HC_OK)
        st = list_runs(&w, err);
    for (int pass = 0; pass < PASSES && st == HC_OK && settings->fit; pass++)
        st = one_pass(&w, pass, err);
    if (st == HC_OK)
        st = hc_gitt_beside(&w, err);
    hc_diffusion_table_free(w.g);
    free(w.job);
    free(w.rate_s);
    if (st != HC_OK)
        hc_gitt_result_clear(out);
    return st;
}
