#include "cell/protocol_private.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)
enum { STEPS_MAX = 1000000 };

hc_sim_step hc_protocol_blank(const hc_words *s, const char *type)
{
    return (hc_sim_step){.type = type,
                         .duration_s = NAN_D,
                         .v_until = NAN_D,
                         .i_until = NAN_D,
                         .q_until = NAN_D,
                         .soc_until = NAN_D,
                         .cycle = s->cycle,
                         .line = s->line};
}

hc_status hc_protocol_push(hc_protocol *p, const hc_sim_step *step,
                           hc_err *err)
{
    if (p->n >= STEPS_MAX)
        return hc_fail(err, HC_DATA, "more than %d steps", STEPS_MAX);
    hc_sim_step *grown = hc_grow(p->steps, &p->cap, p->n + 1, sizeof *grown);
    if (!grown)
        return hc_fail_nomem(err);
    p->steps = grown;
    p->steps[p->n++] = *step;
    return HC_OK;
}

static hc_status one_end(hc_words *s, hc_sim_step *step, bool is_for)
{
    hc_amount a;
    double i;
    hc_status st = hc_words_quantity(s, &a);
    if (st != HC_OK)
        return st;
    hc_dim per_area = {.a = 1, .s = 1, .m = -2};
    if (hc_amount_is(&a, HC_DIM_TIME))
        step->duration_s = a.si;
    else if (is_for)
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "'for' takes a time, such as 30 min");
    else if (hc_amount_is(&a, HC_DIM_VOLTAGE))
        step->v_until = a.si;
    else if (a.soc)
        step->soc_until = a.si;
    else if (hc_amount_is(&a, HC_DIM_CHARGE))
        step->q_until = a.si / s->cell->value[HC_P_AREA];
    else if (hc_amount_is(&a, per_area))
        step->q_until = a.si;
    else if (hc_words_density(s, &a, &i))
        step->i_until = fabs(i);
    else
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "an end is a voltage, current, time, charge or "
                          "'50 %% soc'");
    return HC_OK;
}

/* [for X] [until Y] [or [until|for] Z] ... */
static hc_status ends(hc_words *s, hc_sim_step *step)
{
    bool is_for = false;
    while (s->at < s->n && !hc_words_next_is(s, "]")) {
        (void)(hc_words_take(s, "or") || hc_words_take(s, "and"));
        if (hc_words_take(s, "for"))
            is_for = true;
        else if (hc_words_take(s, "until"))
            is_for = false;
        else if (isnan(step->duration_s) && isnan(step->v_until) &&
                 isnan(step->i_until) && isnan(step->q_until) &&
                 isnan(step->soc_until))
            return hc_words_expected(s, "'until' or 'for'");
        hc_status st = one_end(s, step, is_for);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

static hc_status must_end(hc_words *s, const hc_sim_step *step)
{
    if (isnan(step->duration_s) && isnan(step->v_until) &&
        isnan(step->i_until) && isnan(step->q_until) && isnan(step->soc_until))
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "the step has no end: add 'until ...' or "
                          "'for ...'");
    return HC_OK;
}

/* The step with the ends that follow it, one at least. */
static hc_status push_ended(hc_protocol *p, hc_words *s, hc_sim_step *step)
{
    hc_status st = ends(s, step);
    if (st == HC_OK)
        st = must_end(s, step);
    return st == HC_OK ? hc_protocol_push(p, step, s->err) : st;
}

/* "Charge at X ..." and "Discharge at X ..." */
static hc_status flow(hc_protocol *p, hc_words *s, bool charging)
{
    hc_sim_step step = hc_protocol_blank(s, charging ? "charge" : "discharge");
    hc_amount a;
    double i, sign = charging ? 1 : -1;
    step.charging = charging;
    (void)hc_words_take(s, "at");
    hc_status st = hc_words_quantity(s, &a);
    if (st != HC_OK)
        return st;
    hc_dim watt = {.kg = 1, .m = 2, .s = -3};
    if (hc_words_density(s, &a, &i)) {
        step.control.mode = HC_CONTROL_CURRENT;
        step.control.value = sign * fabs(i);
    } else if (hc_amount_is(&a, watt)) {
        step.type = "power";
        step.control.mode = HC_CONTROL_POWER;
        step.control.value = sign * fabs(a.si) / s->cell->value[HC_P_AREA];
    } else {
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "a current or power is expected after 'at'");
    }
    return push_ended(p, s, &step);
}

static hc_status hold(hc_protocol *p, hc_words *s)
{
    hc_sim_step step = hc_protocol_blank(s, "hold");
    hc_amount a;
    (void)hc_words_take(s, "at");
    hc_status st = hc_words_quantity(s, &a);
    if (st == HC_OK && !hc_amount_is(&a, HC_DIM_VOLTAGE))
        st = hc_fail_at(s->err, HC_DATA, s->name, s->line,
                        "a voltage is expected after 'hold at'");
    if (st != HC_OK)
        return st;
    step.control = (hc_control){.mode = HC_CONTROL_VOLTAGE, .value = a.si};
    return push_ended(p, s, &step);
}

static hc_status load(hc_protocol *p, hc_words *s)
{
    hc_sim_step step = hc_protocol_blank(s, "load");
    hc_amount a;
    (void)hc_words_take(s, "at");
    hc_status st = hc_words_quantity(s, &a);
    if (st == HC_OK && !hc_amount_is(&a, HC_DIM_RESISTANCE))
        st = hc_fail_at(s->err, HC_DATA, s->name, s->line,
                        "a resistance is expected after 'load'");
    if (st != HC_OK)
        return st;
    step.control = (hc_control){.mode = HC_CONTROL_RESISTANCE,
                                .value = a.si * s->cell->value[HC_P_AREA]};
    return push_ended(p, s, &step);
}

static hc_status rest(hc_protocol *p, hc_words *s)
{
    hc_sim_step step = hc_protocol_blank(s, "rest");
    hc_amount a;
    (void)hc_words_take(s, "for");
    hc_status st = hc_words_quantity(s, &a);
    if (st == HC_OK && !hc_amount_is(&a, HC_DIM_TIME))
        st = hc_fail_at(s->err, HC_DATA, s->name, s->line,
                        "a time is expected after 'rest for'");
    if (st != HC_OK)
        return st;
    step.duration_s = a.si;
    return hc_protocol_push(p, &step, s->err);
}

static hc_status times(hc_words *s, long *n)
{
    const char *w = s->at < s->n ? s->words[s->at] : "";
    size_t len = strlen(w);
    if (len && (w[len - 1] == 'x' || w[len - 1] == 'X'))
        len--;
    if (!hc_integer_parse(w, len, 1, STEPS_MAX, n))
        return hc_words_expected(s, "how many times");
    s->at++;
    return HC_OK;
}

/* GITT 10x [charge C/10 10 min, rest 2 h] until 4.2 V */
static hc_status gitt(hc_protocol *p, hc_words *s)
{
    long n;
    hc_amount a, t;
    double i;
    hc_status st = times(s, &n);
    if (st != HC_OK)
        return st;
    if (!hc_words_take(s, "["))
        return hc_words_expected(s, "'['");
    bool charging = !hc_words_take(s, "discharge");
    if (charging)
        (void)hc_words_take(s, "charge");
    (void)hc_words_take(s, "at");
    st = hc_words_quantity(s, &a);
    if (st == HC_OK && !hc_words_density(s, &a, &i))
        st = hc_words_expected(s, "a current");
    (void)hc_words_take(s, "for");
    if (st == HC_OK)
        st = hc_words_quantity(s, &t);
    if (st == HC_OK && !hc_amount_is(&t, HC_DIM_TIME))
        st = hc_words_expected(s, "the time of a pulse");
    if (st != HC_OK)
        return st;
    hc_sim_step pulse =
        hc_protocol_blank(s, charging ? "charge" : "discharge");
    pulse.control.value = charging ? fabs(i) : -fabs(i);
    pulse.charging = charging;
    pulse.duration_s = t.si;
    pulse.series = ++p->n_series;
    if (!hc_words_take(s, "rest"))
        return hc_words_expected(s, "'rest'");
    (void)hc_words_take(s, "for");
    st = hc_words_quantity(s, &t);
    if (st == HC_OK && !hc_amount_is(&t, HC_DIM_TIME))
        st = hc_words_expected(s, "the time of the rest");
    if (st != HC_OK)
        return st;
    if (!hc_words_take(s, "]"))
        return hc_words_expected(s, "']'");
    hc_sim_step pause = hc_protocol_blank(s, "rest");
    pause.duration_s = t.si;
    pause.series = pulse.series;
    hc_sim_step limit = hc_protocol_blank(s, "gitt");
    st = ends(s, &limit);
    pulse.v_until = limit.v_until;
    pulse.soc_until = limit.soc_until;
    pulse.ends_series = true;
    for (long k = 0; st == HC_OK && k < n; k++) {
        st = hc_protocol_push(p, &pulse, s->err);
        if (st == HC_OK)
            st = hc_protocol_push(p, &pause, s->err);
    }
    return st;
}

/* Staircase from 3.6 V to 4.2 V by 50 mV for 10 min */
static hc_status staircase(hc_protocol *p, hc_words *s)
{
    static const char *const before[] = {"from", "to", "by"};
    hc_amount v[3];
    hc_status st = HC_OK;
    for (int k = 0; st == HC_OK && k < 3; k++) {
        if (!hc_words_take(s, before[k]))
            return hc_words_expected(s, before[k]);
        st = hc_words_quantity(s, &v[k]);
        if (st == HC_OK && !hc_amount_is(&v[k], HC_DIM_VOLTAGE))
            st = hc_words_expected(s, "a voltage");
    }
    hc_sim_step step = hc_protocol_blank(s, "hold");
    if (st == HC_OK)
        st = ends(s, &step);
    if (st == HC_OK)
        st = must_end(s, &step);
    if (st != HC_OK)
        return st;
    double span = v[1].si - v[0].si, by = fabs(v[2].si);
    if (!(by > 0) || fabs(span) / by > 1e5)
        return hc_words_expected(s, "a sensible height of the stairs");
    long n = lround(floor(fabs(span) / by + 1e-9));
    for (long k = 0; st == HC_OK && k <= n; k++) {
        double level = v[0].si + (span < 0 ? -by : by) * (double)k;
        step.control =
            (hc_control){.mode = HC_CONTROL_VOLTAGE, .value = level};
        st = hc_protocol_push(p, &step, s->err);
    }
    return st;
}

static hc_status one_line(hc_protocol *p, hc_words *s)
{
    hc_status st;
    if (hc_words_take(s, "charge"))
        st = flow(p, s, true);
    else if (hc_words_take(s, "discharge"))
        st = flow(p, s, false);
    else if (hc_words_take(s, "hold"))
        st = hold(p, s);
    else if (hc_words_take(s, "rest"))
        st = rest(p, s);
    else if (hc_words_take(s, "load"))
        st = load(p, s);
    else if (hc_words_take(s, "gitt"))
        st = gitt(p, s);
    else if (hc_words_take(s, "staircase"))
        st = staircase(p, s);
    else if (hc_words_take(s, "drive"))
        st = hc_protocol_drive(p, s);
    else
        st = hc_words_expected(s, "Charge, Discharge, Hold, Rest, Load, GITT, "
                                  "Staircase, Drive, Repeat or End");
    if (st == HC_OK && s->at < s->n)
        st = hc_words_expected(s, "the end of the line");
    return st;
}

/* Lines from *text on; depth counts open Repeats.  *text is left behind the
 * End that closes this level. */
static hc_status lines(hc_protocol *p, hc_words *s, const char **text,
                       int depth)
{
    while (**text) {
        size_t len = strcspn(*text, "\n;");
        const char *start = *text;
        hc_status st = hc_words_split(s, start, len);
        *text += len + (start[len] != '\0');
        long line = s->line;
        s->line += start[len] == '\n';
        if (st != HC_OK)
            return st;
        long after = s->line, n;
        s->line = line;
        if (s->n == 0) {
            s->line = after;
            continue;
        }
        if (hc_words_take(s, "end")) {
            s->line = after;
            return depth > 0 ? HC_OK
                             : hc_fail_at(s->err, HC_DATA, s->name, line,
                                          "'End' without 'Repeat'");
        }
        if (!hc_words_take(s, "repeat")) {
            st = one_line(p, s);
            s->line = after;
            if (st != HC_OK)
                return st;
            continue;
        }
        st = times(s, &n);
        if (st != HC_OK)
            return st;
        const char *body = *text;
        for (long k = 0; k < n; k++) {
            *text = body;
            s->line = after;
            if (depth == 0)
                s->cycle = k + 1;
            st = lines(p, s, text, depth + 1);
            if (st != HC_OK)
                return st;
        }
    }
    return depth == 0 ? HC_OK
                      : hc_fail_at(s->err, HC_DATA, s->name, s->line,
                                   "'Repeat' without 'End'");
}

hc_status hc_protocol_add(hc_protocol *p, const hc_cell *cell,
                          const char *text, const char *name, hc_err *err)
{
    hc_words *s = calloc(1, sizeof *s);
    if (!s)
        return hc_fail_nomem(err);
    s->cell = cell;
    s->name = name;
    s->line = 1;
    s->cycle = 1;
    s->err = err;
    hc_status st = lines(p, s, &text, 0);
    free(s);
    return st;
}

void hc_protocol_clear(hc_protocol *p)
{
    for (size_t k = 0; k < p->n; k++) {
        free(p->steps[k].time_s);
        free(p->steps[k].current);
    }
    free(p->steps);
    *p = (hc_protocol){0};
}
