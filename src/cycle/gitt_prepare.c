/* gitt_prepare.c: points, weights and past of one pulse's fit */
#include "cycle/gitt_work.h"

#include "core/sort.h"

#include <math.h>
#include <stdlib.h>

/* ---- the past of a pulse ---- */

/* Add what flowed from -on to -off ago (in th) behind the blocks collected
 * so far; joined to the last one when both together last less than `part` of
 * the time since: only their charge matters then. */
static size_t add_past(hc_gitt_past *p, size_t n, double on, double off,
                       double charge_c, double part)
{
    if (n > 0 &&
        (p[n - 1].off - on < part * -p[n - 1].off || n == HC_GITT_PAST_MAX)) {
        hc_gitt_past *a = &p[n - 1];
        a->on = on;
        a->charge_c += charge_c;
        a->amount_c = a->charge_c / (a->off - a->on);
        return n;
    }
    p[n] = (hc_gitt_past){on, off, charge_c / (off - on), charge_c};
    return n + 1;
}

/* Everything before a pulse, back to where transients have died away or the
 * rate is not known, in th before its beginning. */
static void gather_past(hc_gitt_work *w, const hc_gitt_pulse *pulse)
{
    hc_gitt_job *job = w->job;
    double th = 0, live = 0;
    size_t n = 0;
    for (size_t i = pulse->segment; i-- > 0 && th < 2.5;) {
        const hc_gitt_segment *s = hc_gitt_at(w, i);
        double rate = w->rate_s[i], d = rate * (s->t_off_s - s->t_on_s);
        if (!(rate > 0))
            break;
        if (s->sign != 0) {
            n = add_past(w->past, n, -th - d, -th, s->charge_c, w->merge);
            live += s->charge_c;
        }
        th += d;
    }
    job->settled_c = pulse->q_before_c - live;
    job->past = w->past;
    job->n_past = n;
    job->th_begin = 0;
}

/* ---- one pulse ---- */

/* Up to half of the room for one segment, evenly in sqrt(t). */
static void take_points(const hc_gitt_work *w, const hc_gitt_segment *s,
                        double t0_s, double from_s, bool on)
{
    hc_gitt_job *job = w->job;
    size_t room = HC_GITT_FIT_MAX / 2, taken = 0;
    double reach = sqrt(s->t_off_s - from_s), last = -1;
    double gap = reach / (double)room;
    for (size_t i = 0; i < s->n && taken < room; i++) {
        double t = s->sample[i].t_s - from_s, r = sqrt(fmax(t, 0));
        if (t < w->set->skip_s || r - last < gap * (1 - 1e-9))
            continue;
        job->point[job->n++] =
            (hc_gitt_point){s->sample[i].t_s - t0_s, s->sample[i].v_v, 1, on};
        last = r;
        taken++;
    }
}

/* Weight: the share of sqrt(t) that a point stands for, within a factor 5 of
 * the middle one, so that a log triggered by voltage is not ruled by its
 * first seconds. */
static void weigh_points(hc_gitt_job *job, size_t from, double t0_s)
{
    size_t n = job->n - from;
    double d[HC_GITT_FIT_MAX], sorted[HC_GITT_FIT_MAX];
    if (n < 3)
        return;
    for (size_t i = 0; i < n; i++) {
        size_t a = i > 0 ? i - 1 : 0, b = i + 1 < n ? i + 1 : i;
        d[i] = (sqrt(job->point[from + b].t_s - t0_s) -
                sqrt(job->point[from + a].t_s - t0_s)) /
               (double)(b - a);
        sorted[i] = d[i];
    }
    hc_sort_rising(sorted, n);
    double mid = sorted[n / 2];
    for (size_t i = 0; i < n; i++)
        job->point[from + i].w = fmin(fmax(d[i] / mid, 0.2), 5);
}

bool hc_gitt_mask_outside(hc_gitt_job *job, double rate_s)
{
    const hc_monotone *u = job->ocv;
    double room = 0.02 * (u->x[u->n - 1] - u->x[0]) / (double)(u->n - 1);
    size_t to = 0, on = 0, n = job->n;
    hc_gitt_curve curve = hc_gitt_curve_of(job, rate_s);
    for (size_t i = 0; i < n; i++) {
        double q = hc_gitt_curve_at(job, &curve, job->point[i].t_s);
        bool in = q >= u->x[0] - room && q <= u->x[u->n - 1] + room;
        on += in && job->point[i].on;
        to += in;
    }
    if (to == n || on < 8 || to < 16)
        return to != n;
    to = 0;
    for (size_t i = 0; i < n; i++) {
        double q = hc_gitt_curve_at(job, &curve, job->point[i].t_s);
        if (q >= u->x[0] - room && q <= u->x[u->n - 1] + room)
            job->point[to++] = job->point[i];
    }
    job->n = to;
    return true;
}

void hc_gitt_prepare(hc_gitt_work *w, const hc_gitt_pulse *p,
                     const hc_monotone *ocv)
{
    const hc_gitt_segment *s = hc_gitt_at(w, p->segment);
    const hc_gitt_segment *rest = hc_gitt_at(w, p->segment + 1);
    hc_gitt_job *job = w->job;
    job->g = w->g;
    job->cosine = w->cosine;
    job->ocv = ocv;
    job->current_a = s->current_a;
    job->pulse_s = p->pulse_s;
    job->end_s = p->pulse_s + p->rest_s;
    job->n = 0;
    take_points(w, s, s->t_on_s, s->t_on_s, true);
    weigh_points(job, 0, 0);
    size_t on = job->n;
    take_points(w, rest, s->t_on_s, s->t_off_s, false);
    weigh_points(job, on, p->pulse_s);
    gather_past(w, p);
    job->with_ct = p->rct_ohm > 0;
    job->tct_s = p->tct_s;
}
