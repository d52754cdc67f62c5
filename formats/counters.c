/* counters.c: capacities that never reset, from the instrument's counters
 *
 * Instruments count charge by step, by cycle, or until the schedule resets
 * the counter; some count without sign, some net.  From any of these the two
 * capacities of BDF that never reset follow by adding up what was counted
 * between rows.  Counters see what happens between the rows, so they are
 * preferred to integrating the current.
 */
#include "formats/normal.h"

#include <math.h>

/* What there is, best first.  b is NULL where one counter serves both
 * directions. */
static const struct {
    const char *a, *b;
    hc_counter_kind kind;
} known[] = {
    {"step_charging_capacity_ah", "step_discharging_capacity_ah",
     HC_COUNTS_STEP},
    {"schedule_charging_capacity_ah", "schedule_discharging_capacity_ah",
     HC_COUNTS_FREE},
    {"cycle_charging_capacity_ah", "cycle_discharging_capacity_ah",
     HC_COUNTS_CYCLE},
    {"step_net_capacity_ah", NULL, HC_COUNTS_STEP_NET},
    {"step_cumulative_capacity_ah", NULL, HC_COUNTS_STEP_SUM},
    {"net_capacity_ah", NULL, HC_COUNTS_NET},
};

void hc_counters_find(hc_normal *n)
{
    hc_counters *c = &n->counters;
    *c = (hc_counters){.a = -1, .b = -1};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        int a = hc_normal_find(n, known[i].a);
        int b = known[i].b != NULL ? hc_normal_find(n, known[i].b) : -1;
        if (a < 0 || (known[i].b != NULL && b < 0))
            continue;
        c->kind = known[i].kind;
        c->a = a;
        c->b = b;
        return;
    }
}

const char *hc_counters_name(const hc_normal *n)
{
    return n->counters.kind == HC_COUNTS_NOT ? NULL
                                             : n->in[n->counters.a].m.target;
}

/* What a counter has grown by.  `reset` is known to have happened; a fall to
 * less than half is taken for one, a smaller fall for rounding. */
static double growth(double now, double last, bool reset)
{
    if (isnan(now))
        return 0;
    if (reset || fabs(now) < 0.5 * fabs(last))
        return now;
    return now - last;
}

/* A counter of a step that goes on over the steps all the same: it stands as
 * high as in the step before or higher, and by so much as the current tells.
 */
static bool goes_on(double now, double last, double due_ah)
{
    return last > 0 && now >= last &&
           fabs(now - last - due_ah) < 0.5 * fabs(now - due_ah);
}

static void add(hc_running *r, double q)
{
    if (q > 0)
        r->charged_ah += q;
    else
        r->discharged_ah -= q;
}

/* Two counters of a step in the midst of it, as nearly all rows have them;
 * false: it is another row. */
static inline bool add_in_step(hc_counters *c, hc_running *r, double a,
                               double b, double step)
{
    double da, db;
    if (c->kind != HC_COUNTS_STEP || step != c->step || !c->any || isnan(a) ||
        isnan(b))
        return false;
    da = growth(a, c->last_a, false);
    db = growth(b, c->last_b, false);
    r->charged_ah += da > 0 ? da : 0;
    r->discharged_ah += db > 0 ? db : 0;
    c->last_a = a;
    c->last_b = b;
    return true;
}

bool hc_counters_add(hc_normal *n, const hc_derived *d)
{
    hc_counters *c = &n->counters;
    hc_running *r = &n->run;
    if (c->kind == HC_COUNTS_NOT)
        return false;
    double a = n->num[c->a], b = c->b >= 0 ? n->num[c->b] : 0;
    if (add_in_step(c, r, a, b, d->step))
        return true;
    bool by_step = c->kind == HC_COUNTS_STEP ||
                   c->kind == HC_COUNTS_STEP_NET ||
                   c->kind == HC_COUNTS_STEP_SUM;
    bool reset = (by_step && d->step != c->step && !isnan(d->step)) ||
                 (c->kind == HC_COUNTS_CYCLE && d->cycle != c->cycle);
    if (!c->any && !by_step) {
        /* what was counted before the first row is not known */
        c->last_a = a;
        c->last_b = b;
    }
    bool reset_b = reset;
    if (reset && by_step) {
        double due_ah = d->amp * (d->t - r->last_time) / 3600;
        double none = 0 * due_ah; /* NaN where nothing is known */
        bool both = c->kind == HC_COUNTS_STEP_SUM;
        reset = !goes_on(a, c->last_a,
                         both         ? fabs(due_ah)
                         : due_ah > 0 ? due_ah
                                      : none);
        reset_b = !goes_on(b, c->last_b, due_ah < 0 ? -due_ah : none);
    }
    double da = growth(a, c->last_a, reset);
    double db = growth(b, c->last_b, reset_b);
    switch (c->kind) {
    case HC_COUNTS_STEP:
    case HC_COUNTS_CYCLE:
    case HC_COUNTS_FREE:
        r->charged_ah += da > 0 ? da : 0;
        r->discharged_ah += db > 0 ? db : 0;
        break;
    case HC_COUNTS_STEP_SUM:
        if (d->amp != 0 && !isnan(d->amp))
            c->direction = d->amp > 0 ? 1 : -1;
        add(r, da > 0 ? c->direction * da : 0);
        break;
    case HC_COUNTS_NET:
        da = isnan(a) ? 0 : a - c->last_a;
        add(r, da);
        break;
    default:
        add(r, da);
        break;
    }
    if (!isnan(a))
        c->last_a = a;
    if (!isnan(b))
        c->last_b = b;
    c->step = d->step;
    c->cycle = d->cycle;
    c->any = true;
    return true;
}
