#include "cell/protocol.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)
enum { WORDS = 96, WORD = 64, STEPS_MAX = 1000000 };

typedef struct {
    char words[WORDS][WORD];
    size_t n, at;
    const hc_cell *cell;
    const char *name;
    long line, cycle;
    hc_err *err;
} sentence;

typedef struct {
    double si;
    hc_dim dim;
    bool c_rate, soc;
} amount;

double hc_protocol_c_rate(const hc_cell *c)
{
    double base = c->value[HC_P_C_RATE] / c->value[HC_P_AREA];
    if (!isnan(base))
        return base;
    double empty, full;
    hc_cell_window(c, &empty, &full);
    return hc_cell_capacity(c) * fabs(empty - full) / 3600;
}

static hc_status expected(sentence *s, const char *what)
{
    const char *found = s->at < s->n ? s->words[s->at] : "the end of line";
    return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                      "%s expected, found '%s'", what, found);
}

static hc_status split(sentence *s, const char *text, size_t len)
{
    s->n = s->at = 0;
    for (size_t i = 0; i < len;) {
        char c = text[i];
        if (hc_isspace(c) || c == ',') {
            i++;
            continue;
        }
        if (c == '#')
            break;
        size_t j = i;
        if (c == '[' || c == ']')
            j++;
        else
            while (j < len && !hc_isspace(text[j]) && !strchr(",[]#", text[j]))
                j++;
        if (s->n == WORDS || j - i >= WORD)
            return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                              "the line is too long");
        memcpy(s->words[s->n], text + i, j - i);
        s->words[s->n++][j - i] = '\0';
        i = j;
    }
    return HC_OK;
}

static bool next_is(const sentence *s, const char *word)
{
    return s->at < s->n && hc_strcasecmp(s->words[s->at], word) == 0;
}

static bool take(sentence *s, const char *word)
{
    if (!next_is(s, word))
        return false;
    s->at++;
    return true;
}

static bool unit_word(const char *w, double *factor, hc_dim *dim)
{
    static const struct {
        const char *word;
        double s;
    } times[] = {{"second", 1},   {"seconds", 1},  {"sec", 1},
                 {"minute", 60},  {"minutes", 60}, {"hour", 3600},
                 {"hours", 3600}, {"hr", 3600},    {"day", 86400},
                 {"days", 86400}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (hc_strcasecmp(w, times[i].word) == 0) {
            *factor = times[i].s;
            *dim = HC_DIM_TIME;
            return true;
        }
    return hc_unit_parse(w, strlen(w), factor, dim);
}

/* "C/10", "2C", "C", "0.1 mA/cm2", "30min", "4.2 V", "50 % soc" */
static hc_status quantity(sentence *s, amount *a)
{
    *a = (amount){0};
    if (s->at >= s->n)
        return expected(s, "a quantity");
    const char *w = s->words[s->at];
    size_t len = strlen(w);
    if ((w[0] == 'C' || w[0] == 'c') && (len == 1 || w[1] == '/')) {
        double by = 1;
        if (len > 1 && (!hc_number_parse(w + 2, len - 2, &by) || !(by > 0)))
            return expected(s, "a C-rate such as C/10");
        s->at++;
        *a = (amount){.si = 1 / by, .c_rate = true};
        return HC_OK;
    }
    double x;
    size_t used = hc_number_prefix(w, len, &x);
    if (used == 0 || !isfinite(x))
        return expected(s, "a number with its unit");
    s->at++;
    const char *unit = w + used;
    if (*unit == '\0') {
        if (s->at >= s->n)
            return expected(s, "a unit");
        unit = s->words[s->at++];
    }
    if (strcmp(unit, "C") == 0) {
        *a = (amount){.si = x, .c_rate = true};
        return HC_OK;
    }
    double factor;
    a->si = x;
    if (!unit_word(unit, &factor, &a->dim)) {
        s->at--;
        return expected(s, "a unit");
    }
    a->si *= factor;
    a->soc = hc_dim_equal(a->dim, HC_DIM_NONE) && take(s, "soc");
    return HC_OK;
}

static bool is(const amount *a, hc_dim d)
{
    return !a->c_rate && hc_dim_equal(a->dim, d);
}

/* A current of any kind into A/m2. */
static bool density(const sentence *s, const amount *a, double *i)
{
    if (a->c_rate)
        *i = a->si * hc_protocol_c_rate(s->cell);
    else if (is(a, HC_DIM_CURRENT))
        *i = a->si / s->cell->value[HC_P_AREA];
    else if (is(a, HC_DIM_CURRENT_DENSITY))
        *i = a->si;
    else
        return false;
    return isfinite(*i);
}

static hc_sim_step blank(const sentence *s, const char *type)
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

static hc_status push(hc_protocol *p, const hc_sim_step *step, hc_err *err)
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

static hc_status one_end(sentence *s, hc_sim_step *step, bool is_for)
{
    amount a;
    double i;
    hc_status st = quantity(s, &a);
    if (st != HC_OK)
        return st;
    hc_dim per_area = {.a = 1, .s = 1, .m = -2};
    if (is(&a, HC_DIM_TIME))
        step->duration_s = a.si;
    else if (is_for)
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "'for' takes a time, such as 30 min");
    else if (is(&a, HC_DIM_VOLTAGE))
        step->v_until = a.si;
    else if (a.soc)
        step->soc_until = a.si;
    else if (is(&a, HC_DIM_CHARGE))
        step->q_until = a.si / s->cell->value[HC_P_AREA];
    else if (is(&a, per_area))
        step->q_until = a.si;
    else if (density(s, &a, &i))
        step->i_until = fabs(i);
    else
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "an end is a voltage, current, time, charge or "
                          "'50 %% soc'");
    return HC_OK;
}

/* [for X] [until Y] [or [until|for] Z] ... */
static hc_status ends(sentence *s, hc_sim_step *step)
{
    bool is_for = false;
    while (s->at < s->n && !next_is(s, "]")) {
        (void)(take(s, "or") || take(s, "and"));
        if (take(s, "for"))
            is_for = true;
        else if (take(s, "until"))
            is_for = false;
        else if (isnan(step->duration_s) && isnan(step->v_until) &&
                 isnan(step->i_until) && isnan(step->q_until) &&
                 isnan(step->soc_until))
            return expected(s, "'until' or 'for'");
        hc_status st = one_end(s, step, is_for);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

static hc_status must_end(sentence *s, const hc_sim_step *step)
{
    if (isnan(step->duration_s) && isnan(step->v_until) &&
        isnan(step->i_until) && isnan(step->q_until) && isnan(step->soc_until))
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "the step has no end: add 'until ...' or "
                          "'for ...'");
    return HC_OK;
}

/* "Charge at X ..." and "Discharge at X ..." */
static hc_status flow(hc_protocol *p, sentence *s, bool charging)
{
    hc_sim_step step = blank(s, charging ? "charge" : "discharge");
    amount a;
    double i, sign = charging ? 1 : -1;
    step.charging = charging;
    (void)take(s, "at");
    hc_status st = quantity(s, &a);
    if (st != HC_OK)
        return st;
    hc_dim watt = {.kg = 1, .m = 2, .s = -3};
    if (density(s, &a, &i)) {
        step.control.mode = HC_CONTROL_CURRENT;
        step.control.value = sign * fabs(i);
    } else if (is(&a, watt)) {
        step.type = "power";
        step.control.mode = HC_CONTROL_POWER;
        step.control.value = sign * fabs(a.si) / s->cell->value[HC_P_AREA];
    } else {
        return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                          "a current or power is expected after 'at'");
    }
    st = ends(s, &step);
    if (st == HC_OK)
        st = must_end(s, &step);
    return st == HC_OK ? push(p, &step, s->err) : st;
}

static hc_status hold(hc_protocol *p, sentence *s)
{
    hc_sim_step step = blank(s, "hold");
    amount a;
    (void)take(s, "at");
    hc_status st = quantity(s, &a);
    if (st == HC_OK && !is(&a, HC_DIM_VOLTAGE))
        st = hc_fail_at(s->err, HC_DATA, s->name, s->line,
                        "a voltage is expected after 'hold at'");
    if (st != HC_OK)
        return st;
    step.control = (hc_control){.mode = HC_CONTROL_VOLTAGE, .value = a.si};
    st = ends(s, &step);
    if (st == HC_OK)
        st = must_end(s, &step);
    return st == HC_OK ? push(p, &step, s->err) : st;
}

static hc_status load(hc_protocol *p, sentence *s)
{
    hc_sim_step step = blank(s, "load");
    amount a;
    (void)take(s, "at");
    hc_status st = quantity(s, &a);
    if (st == HC_OK && !is(&a, HC_DIM_RESISTANCE))
        st = hc_fail_at(s->err, HC_DATA, s->name, s->line,
                        "a resistance is expected after 'load'");
    if (st != HC_OK)
        return st;
    step.control = (hc_control){.mode = HC_CONTROL_RESISTANCE,
                                .value = a.si * s->cell->value[HC_P_AREA]};
    st = ends(s, &step);
    if (st == HC_OK)
        st = must_end(s, &step);
    return st == HC_OK ? push(p, &step, s->err) : st;
}

static hc_status rest(hc_protocol *p, sentence *s)
{
    hc_sim_step step = blank(s, "rest");
    amount a;
    (void)take(s, "for");
    hc_status st = quantity(s, &a);
    if (st == HC_OK && !is(&a, HC_DIM_TIME))
        st = hc_fail_at(s->err, HC_DATA, s->name, s->line,
                        "a time is expected after 'rest for'");
    if (st != HC_OK)
        return st;
    step.duration_s = a.si;
    return push(p, &step, s->err);
}

static hc_status times(sentence *s, long *n)
{
    const char *w = s->at < s->n ? s->words[s->at] : "";
    size_t len = strlen(w);
    if (len && (w[len - 1] == 'x' || w[len - 1] == 'X'))
        len--;
    if (!hc_integer_parse(w, len, 1, STEPS_MAX, n))
        return expected(s, "how many times");
    s->at++;
    return HC_OK;
}

/* GITT 10x [charge C/10 10 min, rest 2 h] until 4.2 V */
static hc_status gitt(hc_protocol *p, sentence *s)
{
    long n;
    amount a, t;
    double i;
    hc_status st = times(s, &n);
    if (st != HC_OK)
        return st;
    if (!take(s, "["))
        return expected(s, "'['");
    bool charging = !take(s, "discharge");
    if (charging)
        (void)take(s, "charge");
    (void)take(s, "at");
    st = quantity(s, &a);
    if (st == HC_OK && !density(s, &a, &i))
        st = expected(s, "a current");
    (void)take(s, "for");
    if (st == HC_OK)
        st = quantity(s, &t);
    if (st == HC_OK && !is(&t, HC_DIM_TIME))
        st = expected(s, "the time of a pulse");
    if (st != HC_OK)
        return st;
    hc_sim_step pulse = blank(s, charging ? "charge" : "discharge");
    pulse.control.value = charging ? fabs(i) : -fabs(i);
    pulse.charging = charging;
    pulse.duration_s = t.si;
    pulse.series = ++p->n_series;
    if (!take(s, "rest"))
        return expected(s, "'rest'");
    (void)take(s, "for");
    st = quantity(s, &t);
    if (st == HC_OK && !is(&t, HC_DIM_TIME))
        st = expected(s, "the time of the rest");
    if (st != HC_OK)
        return st;
    if (!take(s, "]"))
        return expected(s, "']'");
    hc_sim_step pause = blank(s, "rest");
    pause.duration_s = t.si;
    pause.series = pulse.series;
    hc_sim_step limit = blank(s, "gitt");
    st = ends(s, &limit);
    pulse.v_until = limit.v_until;
    pulse.soc_until = limit.soc_until;
    pulse.ends_series = true;
    for (long k = 0; st == HC_OK && k < n; k++) {
        st = push(p, &pulse, s->err);
        if (st == HC_OK)
            st = push(p, &pause, s->err);
    }
    return st;
}

/* Staircase from 3.6 V to 4.2 V by 50 mV for 10 min */
static hc_status staircase(hc_protocol *p, sentence *s)
{
    static const char *const before[] = {"from", "to", "by"};
    amount v[3];
    hc_status st = HC_OK;
    for (int k = 0; st == HC_OK && k < 3; k++) {
        if (!take(s, before[k]))
            return expected(s, before[k]);
        st = quantity(s, &v[k]);
        if (st == HC_OK && !is(&v[k], HC_DIM_VOLTAGE))
            st = expected(s, "a voltage");
    }
    hc_sim_step step = blank(s, "hold");
    if (st == HC_OK)
        st = ends(s, &step);
    if (st == HC_OK)
        st = must_end(s, &step);
    if (st != HC_OK)
        return st;
    double span = v[1].si - v[0].si, by = fabs(v[2].si);
    if (!(by > 0) || fabs(span) / by > 1e5)
        return expected(s, "a sensible height of the stairs");
    long n = lround(floor(fabs(span) / by + 1e-9));
    for (long k = 0; st == HC_OK && k <= n; k++) {
        double level = v[0].si + (span < 0 ? -by : by) * (double)k;
        step.control =
            (hc_control){.mode = HC_CONTROL_VOLTAGE, .value = level};
        st = push(p, &step, s->err);
    }
    return st;
}

static hc_status push_table(hc_protocol *p, const hc_sim_step *step,
                            const double *t, const double *i, size_t n,
                            hc_err *err)
{
    hc_sim_step own = *step;
    own.time_s = malloc((n ? n : 1) * sizeof *own.time_s);
    own.current = malloc((n ? n : 1) * sizeof *own.current);
    hc_status st = HC_OK;
    if (!own.time_s || !own.current) {
        st = hc_fail_nomem(err);
    } else {
        memcpy(own.time_s, t, n * sizeof *t);
        memcpy(own.current, i, n * sizeof *i);
        own.n = n;
        own.control = (hc_control){.mode = HC_CONTROL_TABLE, .n = n};
        own.duration_s = t[n - 1] - t[0];
        st = push(p, &own, err);
    }
    if (st != HC_OK) {
        free(own.time_s);
        free(own.current);
    }
    return st;
}

static hc_status columns(const hc_frame *f, const hc_cell *cell, double **t,
                         double **i, hc_err *err)
{
    int ct, ci;
    hc_status st = hc_frame_need(f, "test_time_second", &ct, err);
    if (st == HC_OK)
        st = hc_frame_need(f, "current_ampere", &ci, err);
    size_t n = hc_frame_rows(f);
    if (st == HC_OK && n < 2)
        st = hc_fail_at(err, HC_DATA, hc_frame_name(f), 0,
                        "at least 2 rows are needed, found %zu", n);
    if (st != HC_OK)
        return st;
    double *tt = malloc(n * sizeof *tt), *ii = malloc(n * sizeof *ii);
    if (!tt || !ii)
        st = hc_fail_nomem(err);
    for (size_t k = 0; st == HC_OK && k < n; k++) {
        tt[k] = hc_frame_number(f, k, ct);
        ii[k] = hc_frame_number(f, k, ci) / cell->value[HC_P_AREA];
        if (!isfinite(tt[k]) || !isfinite(ii[k]))
            st =
                hc_fail_at(err, HC_DATA, hc_frame_name(f), hc_frame_line(f, k),
                           "time or current is not a number");
        else if (k && tt[k] < tt[k - 1])
            st = hc_fail_at(err, HC_DATA, hc_frame_name(f),
                            hc_frame_line(f, k), "time runs backwards");
    }
    if (st != HC_OK) {
        free(tt);
        free(ii);
        return st;
    }
    *t = tt;
    *i = ii;
    return HC_OK;
}

static hc_status drive(hc_protocol *p, sentence *s)
{
    if (s->at >= s->n)
        return expected(s, "the name of a table");
    hc_frame *f;
    double *t = NULL, *i = NULL;
    hc_status st = hc_frame_open(&f, s->words[s->at++], s->err);
    if (st != HC_OK)
        return st;
    st = columns(f, s->cell, &t, &i, s->err);
    hc_sim_step step = blank(s, "drive");
    step.charging = true;
    if (st == HC_OK)
        st = push_table(p, &step, t, i, hc_frame_rows(f), s->err);
    free(t);
    free(i);
    hc_frame_free(f);
    return st;
}

static hc_status one_line(hc_protocol *p, sentence *s)
{
    hc_status st;
    if (take(s, "charge"))
        st = flow(p, s, true);
    else if (take(s, "discharge"))
        st = flow(p, s, false);
    else if (take(s, "hold"))
        st = hold(p, s);
    else if (take(s, "rest"))
        st = rest(p, s);
    else if (take(s, "load"))
        st = load(p, s);
    else if (take(s, "gitt"))
        st = gitt(p, s);
    else if (take(s, "staircase"))
        st = staircase(p, s);
    else if (take(s, "drive"))
        st = drive(p, s);
    else
        st = expected(s, "Charge, Discharge, Hold, Rest, Load, GITT, "
                         "Staircase, Drive, Repeat or End");
    if (st == HC_OK && s->at < s->n)
        st = expected(s, "the end of the line");
    return st;
}

/* Lines from *text on; depth counts open Repeats.  *text is left behind the
 * End that closes this level. */
static hc_status lines(hc_protocol *p, sentence *s, const char **text,
                       int depth)
{
    while (**text) {
        size_t len = strcspn(*text, "\n;");
        const char *start = *text;
        hc_status st = split(s, start, len);
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
        if (take(s, "end")) {
            s->line = after;
            return depth > 0 ? HC_OK
                             : hc_fail_at(s->err, HC_DATA, s->name, line,
                                          "'End' without 'Repeat'");
        }
        if (!take(s, "repeat")) {
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
    sentence *s = calloc(1, sizeof *s);
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

/* End of the segment that begins at row a. */
static size_t segment_end(const hc_frame *f, const double *i, size_t a,
                          double jump, int step)
{
    size_t n = hc_frame_rows(f), b = a + 1;
    for (; b < n; b++) {
        if (step >= 0 &&
            hc_frame_number(f, b, step) != hc_frame_number(f, a, step))
            break;
        if (step < 0 && fabs(i[b] - i[b - 1]) > jump)
            break;
    }
    return b;
}

hc_status hc_protocol_like(hc_protocol *p, const hc_cell *cell,
                           const hc_frame *measured, hc_err *err)
{
    double *t = NULL, *i = NULL, most = 0;
    hc_status st = columns(measured, cell, &t, &i, err);
    if (st != HC_OK)
        return st;
    size_t n = hc_frame_rows(measured);
    int step = hc_frame_column(measured, "step_count");
    int cycle = hc_frame_column(measured, "cycle_count");
    for (size_t k = 0; k < n; k++)
        most = fmax(most, fabs(i[k]));
    for (size_t a = 0; st == HC_OK && a < n;) {
        size_t b = segment_end(measured, i, a, 0.05 * most, step);
        sentence s = {.cell = cell, .line = hc_frame_line(measured, a)};
        double mean = 0;
        for (size_t k = a; k < b; k++)
            mean += i[k] / (double)(b - a);
        const char *type = fabs(mean) < 1e-6 * most ? "rest"
                           : mean > 0               ? "charge"
                                                    : "discharge";
        hc_sim_step one = blank(&s, type);
        one.cycle =
            cycle >= 0 ? lround(hc_frame_number(measured, a, cycle)) : 1;
        st = push_table(p, &one, t + a, i + a, b - a, err);
        a = b;
    }
    free(t);
    free(i);
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
