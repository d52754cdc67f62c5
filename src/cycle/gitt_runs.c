/* gitt_runs.c: noise, pulses and runs of a train, and their rested points */
#include "cycle/gitt_work.h"

#include "core/sort.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>

/* ---- rested potentials ---- */

double hc_gitt_tail_mean(const hc_gitt_segment *rest, double part,
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
        hc_sort_rising(d, n);
    w->out->noise_v = n > 0 ? 1.4826 * d[n / 2] / sqrt(6) : 0;
    w->coarse_v = w->out->noise_v < floor_v ? floor_v : 0;
    w->out->noise_v = fmax(w->out->noise_v, floor_v);
    free(d);
    return HC_OK;
}

double hc_gitt_rested_error(const hc_gitt_work *w, size_t used)
{
    return hypot(w->out->noise_v / sqrt((double)used), w->coarse_v);
}

/* ---- pulses and runs ---- */

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
        hc_gitt_raise(p, HC_GITT_BIT_NOT_CONSTANT);
    if (s->n < 5 || hc_gitt_at(w, p->segment + 1)->n < 3)
        hc_gitt_raise(p, HC_GITT_BIT_FEW_POINTS);
    if (s->sample[0].t_s - s->t_on_s > 1)
        hc_gitt_raise(p, HC_GITT_BIT_LATE_POINT);
    size_t used;
    double before = hc_gitt_tail_mean(hc_gitt_at(w, p->segment - 1), 0.1, NULL,
                                      0, 0, &used);
    double after = hc_gitt_tail_mean(hc_gitt_at(w, p->segment + 1), 0.1, NULL,
                                     0, 0, &used);
    if (s->sign * (after - before) < -5 * hc_gitt_train_lsb_v(w->train))
        hc_gitt_raise(p, HC_GITT_BIT_AGAINST);
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
        r->e_v[k] = hc_gitt_tail_mean(hc_gitt_at(w, rest), k == 0 ? 0.5 : 0.1,
                                      NULL, 0, 0, &used);
        r->u_v[k] = hc_gitt_rested_error(w, used);
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

hc_status hc_gitt_list(hc_gitt_work *w, hc_err *err)
{
    hc_status st = find_noise(w, err);
    if (st == HC_OK)
        st = list_pulses(w, err);
    return st == HC_OK ? list_runs(w, err) : st;
}
