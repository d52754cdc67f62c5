/* series-row.c: what a row of a series says, where it takes more than a column
 * (see series-row.h) */
#include "formats/series-row.h"

#include <string.h>

/* Without what adding up made below a microsecond; a whole number has none. */
static double to_microseconds(double t)
{
    const double most = 9e9; /* times 1e6 a double holds it exactly */
    if (fabs(t) < most && t == (double)(int64_t)t)
        return t;
    return round(t * 1e6) / 1e6;
}

double hc_series_other_time(hc_normal *n, const hc_cell *cells)
{
    const hc_slots *s = &n->slot;
    double t;
    bool utc = false;
    if (s->time >= 0) {
        t = n->num[s->time] * n->run.time_scale;
        if (!hc_cell_has_colon(&cells[s->time]))
            return t;
    } else if (s->step_time >= 0) {
        return to_microseconds(n->run.step_base + n->num[s->step_time]);
    } else if (s->unix_time >= 0) {
        t = n->num[s->unix_time];
    } else if (s->date >= 0) {
        double clock = hc_normal_clock(n, &cells[s->date], &utc);
        t = hc_normal_utc(n, clock, utc); /* over the change to summer time */
        t = isnan(t) ? clock : t;
    } else {
        return NAN;
    }
    if (isnan(n->run.first_date))
        n->run.first_date = t;
    return t - n->run.first_date;
}

/* Without a time of the test: steps one behind the other.  (The clock would
 * count pauses, in which nothing is recorded and nothing flows.) */
void hc_series_add_up_steps(hc_normal *n)
{
    hc_running *r = &n->run;
    const hc_slots *s = &n->slot;
    double t = n->num[s->step_time];
    double key = hc_series_num(n, s->step >= 0 ? s->step : s->step_id);
    if (isnan(key)) /* no name of the step: its time alone tells */
        key = 0;
    /* a new step, and the time goes on by one interval as before: it is a
     * time of the test under the name of one of its steps */
    double on = t - r->last_step_time;
    if (r->any && key != r->last_step_key && r->last_dt > 0 &&
        fabs(on - r->last_dt) < 0.1 * r->last_dt && t > 3 * r->last_dt &&
        r->step_base == 0)
        r->step_time_on = true;
    if (r->any && (t < r->last_step_time ||
                   (key != r->last_step_key && !r->step_time_on)))
        r->step_base += r->last_step_time;
    r->last_step_key = key;
    r->last_step_time = t;
}

/* Files that store no current have the charge since the row before, as
 * EC-Lab makes its <I> of it; else what the instrument was told to do. */
double hc_series_derived_current(const hc_normal *n, double t)
{
    const hc_slots *s = &n->slot;
    double mode = hc_series_num(n, s->mode), dt = t - n->run.last_time;
    if (s->amp_in >= 0 || s->amp_out >= 0) {
        double in = hc_series_num(n, s->amp_in);
        double out = hc_series_num(n, s->amp_out);
        if (s->amp_in < 0) /* alone it may have both signs */
            return -out;
        return (isnan(in) ? 0 : in) - (isnan(out) ? 0 : fabs(out));
    }
    if (mode == 3)
        return 0;
    if (s->increment >= 0 && dt > 0)
        return n->num[s->increment] / dt;
    if (s->control_amp >= 0 && (s->mode < 0 || mode == 1))
        return n->num[s->control_amp];
    if (mode == 1 && s->control_mixed >= 0) /* in mA */
        return n->num[s->control_mixed] / 1000;
    return NAN;
}

void hc_series_new_cycle(hc_normal *n, double c)
{
    n->run.last_cycle = c;
    if (!isnan(c) && c != floor(c) && n->run.warned_cycle == 0) {
        n->run.warned_cycle = 1;
        hc_sink_warn(n->sink, n->sink->line,
                     "the cycle column holds %g, which is no whole number", c);
        hc_normal_trail(n, "flagged",
                        "%s%scycle_count holds %g, which is no whole number",
                        n->many ? n->path : "", n->many ? ": " : "", c);
    }
}

double hc_series_utc(hc_normal *n, const hc_cell *cells, double t)
{
    bool utc = false;
    double clock;
    if (n->slot.unix_time >= 0)
        return n->num[n->slot.unix_time];
    if (n->slot.date >= 0) {
        clock = hc_normal_clock(n, &cells[n->slot.date], &utc);
        if (n->slot.time >= 0 && hc_cell_has_colon(&cells[n->slot.time]) &&
            fmod(clock, 86400) == 0 && n->num[n->slot.time] < 86400)
            clock += n->num[n->slot.time]; /* the time of that day */
        return hc_normal_utc(n, clock, utc);
    }
    return hc_normal_utc(n, n->start_clock, n->start_is_utc) + t;
}

void hc_series_warn_of_month(hc_normal *n, double days)
{
    n->run.told_month = true;
    hc_sink_warn(n->sink, n->sink->line,
                 "the dates jump by %.0f days: are day and month taken "
                 "for each other?",
                 days);
}
