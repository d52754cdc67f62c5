/* steps_open.c: a step begins */
#include "cycle/steps_work.h"

#include <string.h>

void hc_steps_open(hc_steps *d, const hc_sample *p, bool by_edge)
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

void hc_steps_note_drop(hc_steps *d, const hc_sample *p)
{
    hc_step *from = &d->held, *to = &d->seg.step;

    to->ir_start_v = from->ir_end_v = p->voltage_v - d->last->voltage_v;
    to->ir_start_s = from->ir_end_s = p->time_s - d->last->time_s;
    to->di_start_a = from->di_end_a = p->current_a - d->last->current_a;
}

double hc_steps_lead_in(hc_steps *d, const hc_sample *p, bool new_id,
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
