/* steps.c: the step table, found while rows stream by (see steps.h) */
#include "cycle/steps.h"

#include "cycle/step_kind.h"
#include "cycle/steps_work.h"
#include "cycle/sweep.h"

#include <stdlib.h>
#include <string.h>

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

/* To be called when one of what it is made of has changed. */
static void renew_rest_limit(hc_steps *d)
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
    renew_rest_limit(d);
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

/* ---- closing ---- */

static void emit(hc_steps *d, const hc_step *step)
{
    if (d->ring_n ==
        HC_STEP_RING) { /* a caller that does not take its steps */
        d->ring_at = (d->ring_at + 1) % HC_STEP_RING;
        d->ring_n--;
    }
    d->ring[(d->ring_at + d->ring_n++) % HC_STEP_RING] = *step;
}

/* A short constant current between two rests is a pulse, unless it moves as
 * much charge as the long steps of the test do. */
static bool is_pulse(const hc_steps *d, const hc_step *s, bool rest_after)
{
    double q = fabs(s->charge_ah);

    if (s->type != HC_STEP_CC || !rest_after || !d->have_before ||
        d->before_held != HC_STEP_REST ||
        s->end_s - s->start_s > d->limits.pulse_max_s)
        return false;
    return q < 0.5 * d->q_largest_ah || d->q_largest_ah == 0 ||
           (d->q_pulse_ah > 0 && fabs(q - d->q_pulse_ah) < 0.2 * q);
}

static void release_held(hc_steps *d, bool rest_after)
{
    if (!d->have_held)
        return;
    double q = fabs(d->held.charge_ah);

    if (is_pulse(d, &d->held, rest_after)) {
        d->held.type = HC_STEP_PULSE;
        d->q_pulse_ah = q;
    }
    if (d->held.sign != 0 && q > d->q_largest_ah)
        d->q_largest_ah = q;
    d->before_held = d->held.type;
    d->have_before = true;
    emit(d, &d->held);
    d->have_held = false;
}

/* Was this quiet stretch a rest, or a small but steady current? */
static bool was_rest(const hc_steps *d, const hc_segment *g)
{
    double n = (double)g->step.rows;
    double mean = g->i_sum / n;
    double var = fmax(0, g->i_sumsq / n - mean * mean);
    double limit = hc_steps_rest_limit(d);

    if (g->i_absmax <= limit || mean == 0)
        return true;
    /* a current that grows smoothly out of nothing is a ramp, not noise */
    if (n >= 8 && g->i_absmax > HC_STEPS_FALL * d->imax_a &&
        g->diff_mean < 0.1 * sqrt(var))
        return false;
    if (n < 3)
        return fabs(mean) < 0.01 * d->imax_a;
    return fabs(mean) <= limit || fabs(mean) < 3 * sqrt(var);
}

/* What began as a current and is none beside what came after it. */
static bool was_nothing(const hc_steps *d, const hc_segment *g)
{
    return g->i_absmax <= hc_steps_rest_limit(d) ||
           (g->step.rows < 3 && g->i_absmax < 0.01 * d->imax_a);
}

static void learn_noise(hc_steps *d, const hc_segment *g)
{
    double rms;

    if (g->step.rows < 3)
        return;
    rms = sqrt(g->i_sumsq / (double)g->step.rows);
    if (rms > d->noise_a && rms < 0.01 * d->imax_a)
        d->noise_a = rms;
    renew_rest_limit(d);
}

static void close_segment(hc_steps *d)
{
    hc_segment *g = &d->seg;
    hc_step *s = &g->step;

    if (!d->open)
        return;
    d->quiet_rows = g->mode == HC_MODE_QUIET ? s->rows : 0;
    d->quiet_absmax_a = g->i_absmax;
    if (g->mode == HC_MODE_EIS) {
        s->type = HC_STEP_EIS;
        s->sign = 0;
    } else if (g->mode == HC_MODE_SWEEP) {
        s->type = HC_STEP_SWEEP;
        s->sign = hc_sign_of(s->charge_ah);
        d->proven = true;
    } else if (g->mode == HC_MODE_QUIET ? was_rest(d, g) : was_nothing(d, g)) {
        s->type = HC_STEP_REST;
        s->sign = 0;
        learn_noise(d, g);
    } else {
        s->type = HC_STEP_OTHER;
        s->sign = g->mode == HC_MODE_QUIET ? hc_sign_of(g->i_sum) : s->sign;
        d->proven = true;
    }
    hc_step_judge(s, &g->thin, isfinite(d->lsb_v) ? d->lsb_v : 0, &d->limits);
    if (g->temp_n)
        s->temperature_c = g->temp_sum / (double)g->temp_n;
    if (g->pressure_n)
        s->pressure_pa = g->pressure_sum / (double)g->pressure_n;
    release_held(d, s->type == HC_STEP_REST);
    d->held = *s;
    d->have_held = true;
    d->open = false;
}

static void forget_source(hc_steps *d)
{
    close_segment(d);
    release_held(d, true);
    d->have_before = d->proven = false;
    d->quiet_rows = 0;
    d->quiet_absmax_a = 0;
    d->imax_a = d->noise_a = d->floor_a = 0;
    d->ahead_known = false;
    renew_rest_limit(d);
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

/* Begin a stretch at p.  Nobody knows at first what is noise and what is
 * current: until a current is proven every stretch begins quiet. */
static void open_segment(hc_steps *d, const hc_sample *p, bool by_edge)
{
    hc_segment *g = &d->seg;
    hc_step *s = &g->step;
    double limit = hc_steps_rest_limit(d);
    double before = d->last->current_a;
    bool known =
        d->proven || by_edge ||
        (d->ahead_known && fabs(p->current_a) > HC_STEPS_FALL * d->imax_a) ||
        (d->quiet_rows >= 3 &&
         fabs(p->current_a) > HC_STEPS_LEAVE * d->quiet_absmax_a);

    memset(g, 0, offsetof(hc_segment, thin));
    hc_thin_reset(&g->thin);
    s->index = d->next_index++;
    s->source = p->source;
    s->cycle = g->id_cycle = p->cycle;
    s->instrument_step = g->id_step = p->step;
    s->line_first = p->line;
    s->start_s = p->time_s;
    s->current_first_a = s->current_min_a = s->current_max_a = p->current_a;
    s->voltage_first_v = s->voltage_min_v = s->voltage_max_v = p->voltage_v;
    s->temperature_c = s->temperature_min_c = s->temperature_max_c = NAN;
    s->pressure_pa = NAN;
    s->counter_charge_ah = isnan(p->charge_ah) ? NAN : 0;
    s->counter_discharge_ah = isnan(p->discharge_ah) ? NAN : 0;
    s->counter_charge_wh = isnan(p->charge_wh) ? NAN : 0;
    s->counter_discharge_wh = isnan(p->discharge_wh) ? NAN : 0;
    s->ir_start_v = s->ir_start_s = s->di_start_a = NAN;
    s->ir_end_v = s->ir_end_s = s->di_end_a = NAN;
    s->id_disagrees = by_edge && !isnan(p->step);
    g->by_edge = by_edge;
    g->from_quiet = d->quiet_rows > 0;
    g->swept_v = hc_swept_voltage(p);
    if (p->freq_hz > 0)
        g->mode = HC_MODE_EIS;
    else if (d->sweep_v_s != 0)
        g->mode = HC_MODE_SWEEP;
    else if (!known || fabs(p->current_a) <= limit ||
             (fabs(p->current_a) < HC_STEPS_FALL * fabs(before) &&
              fabs(p->current_a) < HC_STEPS_FALL * d->imax_a))
        g->mode = HC_MODE_QUIET;
    else
        g->mode = HC_MODE_ACTIVE;
    d->proven |= g->mode == HC_MODE_ACTIVE;
    s->sign = g->mode == HC_MODE_ACTIVE ? hc_sign_of(p->current_a) : 0;
    d->open = true;
}

/* Voltage across the edge, for the step that ends and the one that begins. */
static void note_drop(hc_steps *d, const hc_sample *p)
{
    hc_step *from = &d->held, *to = &d->seg.step;

    to->ir_start_v = from->ir_end_v = p->voltage_v - d->last->voltage_v;
    to->ir_start_s = from->ir_end_s = p->time_s - d->last->time_s;
    to->di_start_a = from->di_end_a = p->current_a - d->last->current_a;
}

/* Charge of the interval before the first row of a step: none, unless the
 * instrument says when the step began, or the current runs on. */
static double lead_in(hc_steps *d, const hc_sample *p, bool new_id,
                      double dt_usual)
{
    hc_step *s = &d->seg.step;
    double dt = p->time_s - d->last->time_s;
    double i0 = d->last->current_a, i1 = p->current_a;

    bool sweep = d->seg.mode == HC_MODE_SWEEP;

    if (p->gap || dt <= 0 || (d->seg.mode != HC_MODE_ACTIVE && !sweep))
        return 0;
    if (new_id && p->step_time_s > 0 && p->step_time_s <= dt * 1.000001) {
        s->lead_s = p->step_time_s;
        return i1 * s->lead_s;
    }
    if (new_id && !isnan(p->step_time_s))
        return 0;
    if (dt > HC_STEPS_GAP_S && dt > HC_STEPS_GAP * dt_usual &&
        fabs(i1 - i0) > d->limits.level_tol * fabs(i0)) {
        s->gap_s += dt;
        return 0;
    }
    if (sweep)
        return 0.5 * (i0 + i1) * dt;
    if (hc_sign_of(i0) == hc_sign_of(i1) &&
        fabs(i0) > hc_steps_rest_limit(d) &&
        (!new_id || fabs(i1 - i0) < d->limits.level_tol * fabs(i0)))
        return 0.5 * (i0 + i1) * dt;
    return 0;
}

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
        renew_rest_limit(d);
    }
    if (!d->open && !isnan(p->ahead_max_a)) {
        d->imax_a = fmax(d->imax_a, p->ahead_max_a);
        d->floor_a = HC_STEPS_NOISE * p->ahead_noise_a;
        d->ahead_known = p->ahead_noise_a == 0 && p->ahead_max_a > 0;
        renew_rest_limit(d);
    }
    if (!d->open) {
        (void)hc_steps_sweep(d, p);
        open_segment(d, p, false);
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

    close_segment(d);
    open_segment(d, p, !new_id);
    note_drop(d, p);
    dq = lead_in(d, p, new_id, dt_usual);
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
