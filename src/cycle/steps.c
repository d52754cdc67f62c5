/* steps.c: the step table, found while rows stream by (see steps.h) */
#include "cycle/steps.h"

#include "cycle/steps_work.h"
#include "cycle/sweep.h"

#include <stdlib.h>

/* An id that comes at most so many rows after the turn of a sweep is its. */
static const long turn_rows = 3;
/* Before the first row. */
static const hc_sample nothing = {0};

hc_step_limits hc_step_limits_default(void)
{
    return (hc_step_limits){.rest_relative = 1e-3,
                            .rest_current_a = 0,
                            .level_tol = 0.03,
                            .steady_tol = 0.01,
                            .pulse_max_s = 1800};
}

const char *hc_step_type_name(hc_step_type t)
{
    static const char *const names[HC_STEP_TYPES] = {
        "rest", "cc", "cv", "pulse", "ramp", "sweep", "power", "eis", "other"};

    return t < HC_STEP_TYPES ? names[t] : "other";
}

void hc_steps_renew_limit(hc_steps *d)
{
    double noise = fmin(HC_STEPS_NOISE * d->noise_a, 0.05 * d->imax_a);
    double limit = fmax(d->limits.rest_relative * d->imax_a, noise);
    bool beyond = d->imax_a > 2 * d->floor_a; /* a current has come since */

    limit =
        fmax(limit, beyond ? fmin(d->floor_a, 0.05 * d->imax_a) : d->floor_a);
    d->rest_limit_a = fmax(limit, d->limits.rest_current_a);
}

hc_status hc_steps_new(hc_steps **out, const hc_step_limits *limits,
                       hc_err *err)
{
    hc_steps *d = calloc(1, sizeof *d);

    if (!d)
        return hc_fail_nomem(err);
    d->limits = *limits;
    d->lsb_v = INFINITY;
    d->last = &nothing;
    hc_steps_renew_limit(d);
    *out = d;
    return HC_OK;
}

void hc_steps_free(hc_steps *d)
{
    free(d);
}

double hc_steps_rest_limit(const hc_steps *d)
{
    return d->rest_limit_a;
}

const hc_step_row *hc_steps_row(hc_steps *d)
{
    const hc_step_row *row = &d->rows[d->row_at];

    if (d->row_n == 0)
        return NULL;
    d->row_at = (d->row_at + 1) % HC_ROW_RING;
    d->row_n--;
    return row;
}

bool hc_steps_done(const hc_steps *d)
{
    return d->ring_n > 0;
}

bool hc_steps_next(hc_steps *d, hc_step *step)
{
    if (d->ring_n == 0)
        return false;
    *step = d->ring[d->ring_at];
    d->ring_at = (d->ring_at + 1) % HC_STEP_RING;
    d->ring_n--;
    return true;
}

static void forget_source(hc_steps *d)
{
    hc_steps_close(d);
    hc_steps_release(d, true);
    d->have_before = d->proven = false;
    d->quiet_rows = 0;
    d->quiet_absmax_a = 0;
    d->imax_a = d->noise_a = d->floor_a = 0;
    d->ahead_known = false;
    hc_steps_renew_limit(d);
    d->q_largest_ah = d->q_pulse_ah = 0;
    d->lsb_v = INFINITY;
    d->sweep_v_s = 0;
    d->next_index = 0;
}

/* ---- where a step begins ---- */

static bool same_id(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

typedef enum { STAY, OPEN_BY_ID, OPEN_BY_EDGE } decision;

static decision decide(hc_steps *d, const hc_sample *p, const hc_sample *next)
{
    hc_segment *g = &d->seg;
    bool new_id =
        !same_id(p->step, g->id_step) || !same_id(p->cycle, g->id_cycle);
    bool turned = hc_steps_sweep(d, p);

    if (new_id && !turned && g->mode == HC_MODE_SWEEP && g->by_edge &&
        g->step.rows <= turn_rows) {
        /* the id changes at the turn, as good as the instrument knows it */
        g->id_step = g->step.instrument_step = p->step;
        g->id_cycle = g->step.cycle = p->cycle;
        return STAY;
    }
    if (turned || g->mode == HC_MODE_SWEEP)
        return new_id ? OPEN_BY_ID : turned ? OPEN_BY_EDGE : STAY;

    bool edge = hc_steps_edge(d, p, next, !isnan(p->step));

    if ((p->freq_hz > 0) != (g->mode == HC_MODE_EIS))
        return OPEN_BY_ID;
    if (new_id && !edge && g->mode != HC_MODE_EIS) {
        /* what begins at nothing and grows slowly is not switched */
        bool late = next && same_id(next->step, p->step) &&
                    fmax(fabs(p->current_a), fabs(next->current_a)) >
                        HC_STEPS_FALL * d->imax_a &&
                    same_id(next->cycle, p->cycle) && !(next->freq_hz > 0) &&
                    hc_steps_switched(d, p, next) &&
                    !hc_steps_switched(d, d->last, p);
        bool early = g->by_edge && g->step.rows == 1 &&
                     !hc_steps_switched(d, d->last, p);

        if (late || early) {
            g->id_step = p->step;
            g->id_cycle = p->cycle;
            g->step.id_disagrees = true;
            if (early) {
                g->step.instrument_step = p->step;
                g->step.cycle = p->cycle;
            }
            return STAY;
        }
    }
    if (new_id)
        return OPEN_BY_ID;
    return edge ? OPEN_BY_EDGE : STAY;
}
/* ---- growing ---- */

static double interval(hc_steps *d, const hc_sample *p)
{
    hc_segment *g = &d->seg;
    double dt = p->time_s - d->last->time_s;
    double i0 = d->last->current_a, i1 = p->current_a;
    bool gap = p->gap || (g->step.rows > 2 && dt > HC_STEPS_GAP_S &&
                          dt > HC_STEPS_GAP * g->dt_max);

    if (g->mode == HC_MODE_EIS || dt <= 0)
        return 0;
    if (gap) {
        if (p->gap || fabs(i1 - i0) > d->limits.level_tol * fabs(i0)) {
            g->step.gap_s += dt;
            return 0;
        }
        g->step.gap_bridged_s += dt;
    }
    if (dt > g->dt_max)
        g->dt_max = dt;
    return 0.5 * (i0 + i1) * dt;
}

static void count_up(double *sum, double now, double before)
{
    if (isnan(now) || isnan(before))
        return;
    *sum += now >= before ? now - before : now;
}

static void add_range(double *lo, double *hi, double x)
{
    if (!(x >= *lo))
        *lo = x;
    if (!(x <= *hi))
        *hi = x;
}

static void add_context(hc_segment *g, const hc_sample *p)
{
    if (!isnan(p->temperature_c)) {
        g->temp_sum += p->temperature_c;
        g->temp_n++;
        add_range(&g->step.temperature_min_c, &g->step.temperature_max_c,
                  p->temperature_c);
    }
    if (!isnan(p->pressure_pa)) {
        g->pressure_sum += p->pressure_pa;
        g->pressure_n++;
    }
}

static void add_charge(hc_step *s, double dq_ah, double de_wh)
{
    s->charge_ah += dq_ah;
    s->energy_wh += de_wh;
    if (dq_ah > 0)
        s->charged_ah += dq_ah;
    else
        s->discharged_ah -= dq_ah;
    if (de_wh > 0)
        s->charged_wh += de_wh;
    else
        s->discharged_wh -= de_wh;
}

static void add_counters(hc_step *s, const hc_sample *p, const hc_sample *l)
{
    if (!isnan(s->counter_charge_ah)) {
        count_up(&s->counter_charge_ah, p->charge_ah, l->charge_ah);
        count_up(&s->counter_discharge_ah, p->discharge_ah, l->discharge_ah);
    }
    if (!isnan(s->counter_charge_wh)) {
        count_up(&s->counter_charge_wh, p->charge_wh, l->charge_wh);
        count_up(&s->counter_discharge_wh, p->discharge_wh, l->discharge_wh);
    }
}

static void grow(hc_steps *d, const hc_sample *p, double dq_as, double v_mid,
                 bool have_last)
{
    hc_segment *g = &d->seg;
    hc_step *s = &g->step;
    double dq_ah = dq_as / 3600, i = fabs(p->current_a);
    hc_step_row *row;

    if (have_last) {
        double dv = fabs(p->voltage_v - d->last->voltage_v);

        if (dv > 1e-7 && dv < d->lsb_v)
            d->lsb_v = dv;
        if (s->rows > 0 && dv > g->largest_dv)
            g->largest_dv = dv;
        add_counters(s, p, d->last);
    }
    if (s->rows > 0) {
        g->i_before = d->last->current_a;
        g->t_before = d->last->time_s;
        g->diff_mean +=
            (fabs(p->current_a - d->last->current_a) - g->diff_mean) *
            (s->rows < 50 ? 1 / (double)s->rows : 0.02);
    }
    hc_steps_note_level(d, g, p);
    s->rows++;
    s->line_last = p->line;
    s->end_s = p->time_s;
    s->current_last_a = p->current_a;
    s->voltage_last_v = p->voltage_v;
    add_range(&s->current_min_a, &s->current_max_a, p->current_a);
    add_range(&s->voltage_min_v, &s->voltage_max_v, p->voltage_v);
    g->i_sum += p->current_a;
    g->i_sumsq += p->current_a * p->current_a;
    if (i > g->i_absmax)
        g->i_absmax = i;
    add_context(g, p);
    add_charge(s, dq_ah, dq_ah * v_mid);
    hc_thin_add(&g->thin, p->time_s, p->current_a, p->voltage_v);
    if (d->row_n == HC_ROW_RING) {
        d->row_at = (d->row_at + 1) % HC_ROW_RING;
        d->row_n--;
    }
    row = &d->rows[(d->row_at + d->row_n++) % HC_ROW_RING];
    row->sample = p;
    row->step = s->index;
    row->first = s->rows == 1;
    row->sign = s->sign;
    row->dq_ah = dq_ah;
    row->de_wh = dq_ah * v_mid;
    d->last = p;
}

/* Put the pending sample where it belongs; `next` is NULL at the end. */
static void place(hc_steps *d, const hc_sample *p, const hc_sample *next)
{
    bool same_source = d->open && p->source == d->last->source;
    double i = fabs(p->current_a), dq, v_mid;
    decision what;

    if (d->open && !same_source)
        forget_source(d);
    if (!(p->freq_hz > 0) && i > d->imax_a) {
        d->imax_a = i;
        hc_steps_renew_limit(d);
    }
    if (!d->open && !isnan(p->ahead_max_a)) {
        d->imax_a = fmax(d->imax_a, p->ahead_max_a);
        d->floor_a = HC_STEPS_NOISE * p->ahead_noise_a;
        d->ahead_known = p->ahead_noise_a == 0 && p->ahead_max_a > 0;
        hc_steps_renew_limit(d);
    }
    if (!d->open) {
        (void)hc_steps_sweep(d, p);
        hc_steps_open(d, p, false);
        grow(d, p, 0, p->voltage_v, false);
        return;
    }
    if (next && next->source != p->source)
        next = NULL;
    v_mid = 0.5 * (p->voltage_v + d->last->voltage_v);
    what = decide(d, p, next);
    if (what == STAY) {
        grow(d, p, interval(d, p), v_mid, true);
        return;
    }
    bool new_id = what == OPEN_BY_ID;
    double dt_usual = d->seg.dt_max;

    hc_steps_close(d);
    hc_steps_open(d, p, !new_id);
    hc_steps_note_drop(d, p);
    dq = hc_steps_lead_in(d, p, new_id, dt_usual);
    grow(d, p, dq, d->seg.step.lead_s > 0 ? p->voltage_v : v_mid, true);
}

/* Place the oldest row that waits. */
static void place_oldest(hc_steps *d)
{
    place(d, hc_steps_waiting(d, 0),
          d->wait_n > 1 ? hc_steps_waiting(d, 1) : NULL);
    d->wait_at = (d->wait_at + 1) % HC_WAIT_RING;
    d->wait_n--;
}

hc_sample *hc_steps_room(hc_steps *d)
{
    return &d->wait[(d->wait_at + d->wait_n) % HC_WAIT_RING];
}

hc_status hc_steps_push(hc_steps *d, const hc_sample *sample, hc_err *err)
{
    hc_sample *to = hc_steps_room(d);

    if (d->wait_n > 0) {
        const hc_sample *before = hc_steps_waiting(d, d->wait_n - 1);

        if (sample->source == before->source &&
            sample->time_s < before->time_s)
            return hc_fail(err, HC_INTERNAL, "samples out of order");
    }
    if (to != sample)
        *to = *sample;
    d->wait_n++;
    if (d->wait_n > HC_SWEEP_LOOK)
        place_oldest(d);
    return HC_OK;
}

bool hc_steps_finish(hc_steps *d)
{
    if (d->wait_n > 0) {
        place_oldest(d);
        return true;
    }
    forget_source(d);
    return false;
}
