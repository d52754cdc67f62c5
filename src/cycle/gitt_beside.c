/* gitt_beside.c: the formulas of the textbooks beside the fit, and what they
 * make of the fitted curve */
#include "cycle/gitt_classic.h"
#include "cycle/gitt_work.h"

#include <math.h>

/* ---- beside the fit ---- */

/* The fitted potential at samples of a pulse or its rest. */
static void model_samples(const hc_gitt_work *w, const hc_gitt_pulse *p,
                          const hc_gitt_segment *s, bool on,
                          const hc_gitt_linear *fit, hc_gitt_sample *out)
{
    const hc_gitt_job *job = w->job;
    double t0 = hc_gitt_at(w, p->segment)->t_on_s;
    hc_gitt_curve curve = hc_gitt_curve_of(job, p->rate_s);
    for (size_t i = 0; i < s->n; i++) {
        double t = s->sample[i].t_s - t0;
        double q = hc_gitt_curve_at(job, &curve, t);
        out[i].t_s = s->sample[i].t_s;
        out[i].v_v = hc_monotone_at(job->ocv, q, NULL) + fit->offset_v;
        if (on)
            out[i].v_v += job->current_a * fit->r0_ohm;
        if (job->with_ct)
            out[i].v_v +=
                job->current_a * fit->rct_ohm * hc_gitt_ct_part(job, t);
    }
}

static double rest_slope_v_s(const hc_gitt_segment *rest)
{
    double from = rest->t_off_s - 0.2 * (rest->t_off_s - rest->t_on_s);
    double x0 = 0, y0 = 0, sxx = 0, sxy = 0, k = 0;
    for (size_t i = 0; i < rest->n; i++) {
        if (rest->sample[i].t_s < from)
            continue;
        double dx = rest->sample[i].t_s - x0;
        k += 1;
        x0 += dx / k;
        y0 += (rest->sample[i].v_v - y0) / k;
        sxx += dx * (rest->sample[i].t_s - x0);
        sxy += dx * (rest->sample[i].v_v - y0);
    }
    return k >= 3 && sxx > 0 ? sxy / sxx : (double)NAN;
}

static void measured_beside(hc_gitt_work *w, hc_gitt_pulse *p,
                            const hc_monotone *ocv, hc_gitt_view *v)
{
    const hc_gitt_segment *s = hc_gitt_at(w, p->segment);
    const hc_gitt_segment *rest = hc_gitt_at(w, p->segment + 1);
    double after = rest->n > 0 ? rest->sample[0].t_s : rest->t_on_s;
    *v = (hc_gitt_view){.sample = s->sample,
                        .n = s->n,
                        .t_on_s = s->t_on_s,
                        .pulse_s = p->pulse_s,
                        .current_a = s->current_a,
                        .charge_c = s->charge_c,
                        .e_before_v = p->e_before_v,
                        .e_after_v = p->e_after_v,
                        .u_v = p->rest_u_v};
    hc_monotone_at(ocv, p->q_mid_c, &v->slope_v_c);
    hc_gitt_classic_values d = hc_gitt_classics(v, w->set);
    p->wh_full = (hc_gitt_classic){d.full, d.sd_full, NAN};
    p->wh_simple = (hc_gitt_classic){d.simple, d.sd_simple, NAN};
    p->wh_slope = (hc_gitt_classic){d.slope, d.sd_slope, NAN};
    p->end_v = s->sample[s->n - 1].v_v;
    p->end_s = s->sample[s->n - 1].t_s;
    p->rest_rate_v_s = rest_slope_v_s(rest);
    /* the clock of the interruption starts with its first sample when the
     * log restarts there */
    if (after - rest->t_on_s > 0.5)
        after = rest->t_on_s;
    hc_gitt_root_line line = hc_gitt_root_fit(
        rest->sample, rest->n, after, w->set->ici_low_s, w->set->ici_high_s);
    p->ici_slope = line.slope_v;
    p->ici.sd_ln = 2 * fabs(line.sd_slope_v / line.slope_v);
    p->ici_v = line.intercept_v;
    p->ici_r_ohm = (p->end_v - line.intercept_v) / s->current_a;
}

/* The same formulas on the fitted curve: what they make of a D that is
 * known. */
static void modelled_beside(hc_gitt_work *w, hc_gitt_pulse *p, hc_gitt_view *v)
{
    const hc_gitt_segment *s = hc_gitt_at(w, p->segment);
    const hc_gitt_segment *rest = hc_gitt_at(w, p->segment + 1);
    hc_gitt_sample model[HC_GITT_KEEP];
    hc_gitt_linear fit = hc_gitt_evaluate(w->job, p->rate_s, NULL);
    double t0 = s->t_on_s;
    model_samples(w, p, s, true, &fit, model);
    v->sample = model;
    v->e_before_v =
        fit.offset_v + hc_monotone_at(w->job->ocv,
                                      hc_gitt_surface(w->job, p->rate_s, 0),
                                      NULL);
    v->e_after_v =
        fit.offset_v +
        hc_monotone_at(w->job->ocv,
                       hc_gitt_surface(w->job, p->rate_s, rest->t_off_s - t0),
                       NULL);
    hc_gitt_classic_values d = hc_gitt_classics(v, w->set);
    p->wh_full.bias = d.full / p->rate_s;
    p->wh_simple.bias = d.simple / p->rate_s;
    p->wh_slope.bias = d.slope / p->rate_s;
    p->end_model_v = model[s->n - 1].v_v;
    model_samples(w, p, rest, false, &fit, model);
    double after = rest->n > 0 ? rest->sample[0].t_s : rest->t_on_s;
    p->ici_slope_model =
        hc_gitt_root_fit(model, rest->n,
                         after - rest->t_on_s > 0.5 ? rest->t_on_s : after,
                         w->set->ici_low_s, w->set->ici_high_s)
            .slope_v;
}

static bool wall_clock(const hc_gitt_work *w, const hc_gitt_pulse *p)
{
    if (w->set->ici_clock == HC_GITT_CLOCK_AUTO)
        return p->rest_s < 0.1 * p->pulse_s;
    return w->set->ici_clock == HC_GITT_CLOCK_WALL;
}

/* Slope at b of the parabola through three points, of the line through two.
 */
static double gradient(const double *x, const double *y, size_t n, size_t at)
{
    if (n < 2)
        return NAN;
    if (at == 0 || at + 1 == n) {
        size_t a = at == 0 ? 0 : n - 2;
        return (y[a + 1] - y[a]) / (x[a + 1] - x[a]);
    }
    double hl = x[at] - x[at - 1], hr = x[at + 1] - x[at];
    return (hl * hl * y[at + 1] + (hr * hr - hl * hl) * y[at] -
            hr * hr * y[at - 1]) /
           (hl * hr * (hl + hr));
}

static void interruptions(hc_gitt_work *w, const hc_gitt_run *r)
{
    double part = w->set->shape == HC_DIFFUSION_SPHERE ? 1.0 / 9 : 1;
    for (size_t k = 0; k < r->n_pulses; k++) {
        hc_gitt_pulse *p = &w->out->pulse[r->first_pulse + k];
        size_t from = k > 0 ? k - 1 : 0, n = 0;
        double x[3], y[3], model[3], clock = 0;
        for (size_t j = from; j <= k + 1 && j < r->n_pulses; j++, n++) {
            const hc_gitt_pulse *b = &w->out->pulse[r->first_pulse + j];
            clock += b->pulse_s;
            x[n] = wall_clock(w, p) ? b->end_s : clock;
            y[n] = b->end_v;
            model[n] = b->end_model_v;
        }
        double f = part * 4 / 3.14159265358979323846;
        double d = gradient(x, y, n, k - from) / p->ici_slope;
        p->ici.value = f * d * d;
        d = gradient(x, model, n, k - from) / p->ici_slope_model;
        p->ici.bias = f * d * d / p->rate_s;
    }
}

hc_status hc_gitt_beside(hc_gitt_work *w, hc_err *err)
{
    for (size_t i = 0; i < w->out->n_runs; i++) {
        hc_gitt_run *r = &w->out->run[i];
        hc_monotone ocv = {0};
        hc_status st = hc_gitt_run_curve(r, HC_MONOTONE_SPLINE, &ocv, err);
        if (st != HC_OK)
            return st;
        for (size_t k = 0; k < r->n_pulses; k++) {
            hc_gitt_pulse *p = &w->out->pulse[r->first_pulse + k];
            hc_gitt_view v;
            measured_beside(w, p, &ocv, &v);
            p->ici_slope_model = NAN;
            if (!(p->rate_s > 0))
                continue;
            hc_gitt_prepare(w, p, &ocv);
            modelled_beside(w, p, &v);
        }
        interruptions(w, r);
        hc_monotone_clear(&ocv);
    }
    return HC_OK;
}
