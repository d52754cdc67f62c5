/* gitt.c: the passes over a train: curve through rested points, fit of every
 * pulse, rested points anew */
#include "cycle/gitt.h"

#include "core/sort.h"
#include "cycle/gitt_work.h"

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

void hc_gitt_result_clear(hc_gitt_result *r)
{
    for (size_t i = 0; i < r->n_runs; i++)
        free(r->run[i].q_c);
    free(r->run);
    free(r->pulse);
    *r = (hc_gitt_result){0};
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
        hc_gitt_raise(p, HC_GITT_BIT_WIDE);
    if (p->rms_v > 10 * w->out->noise_v && p->rms_v > 0.02 * fabs(hi - lo))
        hc_gitt_raise(p, HC_GITT_BIT_MISFIT);
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
    r->e_v[k + 1] = hc_gitt_tail_mean(rest, 0.3, job, rate, t0, &used);
    r->u_v[k + 1] = hc_gitt_rested_error(w, used);
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
    hc_sort_rising(near, m);
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
        hc_gitt_raise(p, HC_GITT_BIT_OUTSIDE);
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
        hc_gitt_raise(p, HC_GITT_BIT_AT_EDGE);
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
        hc_gitt_raise(p, HC_GITT_BIT_FLAT_OCV);
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
        st = hc_gitt_list(&w, err);
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
