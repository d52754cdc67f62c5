/* steps_close.c: a step ends, and shows what it was */
#include "cycle/step_kind.h"
#include "cycle/steps_work.h"

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

void hc_steps_release(hc_steps *d, bool rest_after)
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
    hc_steps_renew_limit(d);
}

void hc_steps_close(hc_steps *d)
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
    hc_steps_release(d, s->type == HC_STEP_REST);
    d->held = *s;
    d->have_held = true;
    d->open = false;
}
