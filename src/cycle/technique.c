#include "cycle/technique.h"

#include <math.h>

const char *hc_technique_name(hc_technique t)
{
    static const char *const names[] = {"none", "rest",  "sweep", "ccd",
                                        "symmetric", "gitt", "pulse",
                                        "cycling", "hold", "other"};
    return names[t];
}

static void active_step(hc_technique_steps *t, const hc_step *s)
{
    double v = s->voltage_median_v, i = fabs(s->current_a);
    if (t->active > 0 && t->sign == s->sign)
        t->same_way += t->rested;
    else if (t->active > 0)
        t->turns++;
    /* beyond all before by more than the limits of a level */
    if (i > 1.05 * t->largest_a) {
        t->levels++;
        t->largest_a = i;
    }
    if (v * s->sign > 0)
        t->along++;
    else
        t->against++;
    t->voltage_v[s->sign < 0] += isfinite(v) ? v : 0;
    t->signs[s->sign < 0]++;
    t->pulses += s->type == HC_STEP_PULSE;
    t->voltage_max_v = fmax(t->voltage_max_v, fabs(v));
    t->sign = s->sign;
    t->rested = false;
    t->active++;
}

void hc_technique_step(hc_technique_steps *t, const hc_step *step)
{
    switch (step->type) {
    case HC_STEP_REST:
        t->rests++;
        t->rested = true;
        t->rest_max_v = fmax(t->rest_max_v, fabs(step->voltage_last_v));
        break;
    case HC_STEP_EIS:
        t->eis++;
        break;
    case HC_STEP_SWEEP:
        t->sweeps++;
        break;
    default:
        if (step->sign == 0)
            break;
        t->held += step->type == HC_STEP_CV;
        if (step->type == HC_STEP_CV && t->active > 0 && !t->rested)
            break; /* the end of a charge, not a step of its own */
        active_step(t, step);
    }
}

/* Both electrodes the same: no voltage of its own, and all of it along the
 * current; an offset of the instrument is forgiven where both signs show it.
 */
static bool is_symmetric(const hc_technique_steps *t)
{
    if (t->active < 2)
        return false;
    if (t->signs[0] > 0 && t->signs[1] > 0) {
        double plus = t->voltage_v[0] / (double)t->signs[0];
        double minus = t->voltage_v[1] / (double)t->signs[1];
        return plus > minus && fabs(plus + minus) < 0.6 * (plus - minus) &&
               t->against <= t->active / 4;
    }
    return t->against == 0 && t->levels > 2 && t->rests > 0 &&
           t->rest_max_v <= fmax(0.02, 0.3 * t->voltage_max_v);
}

hc_technique hc_technique_of(const hc_technique_steps *t)
{
    if (t->sweeps > t->active)
        return HC_TECHNIQUE_SWEEP;
    if (t->active == 0)
        return t->rests > 0  ? HC_TECHNIQUE_REST
               : t->eis > 0 ? HC_TECHNIQUE_OTHER
                            : HC_TECHNIQUE_NONE;
    if (is_symmetric(t))
        return t->levels >= 3 ? HC_TECHNIQUE_CCD : HC_TECHNIQUE_SYMMETRIC;
    if (t->same_way >= 2 && 2 * t->same_way >= t->active)
        return HC_TECHNIQUE_GITT;
    if (t->held >= t->active)
        return HC_TECHNIQUE_HOLD;
    if (t->active <= 2 && t->turns == 0 && t->pulses > 0)
        return HC_TECHNIQUE_PULSE;
    return HC_TECHNIQUE_CYCLING;
}
