/* hc-cmp: measured against simulated */
#include "compare/compare.h"
#include "core/session.h"

#include <math.h>
#include <string.h>

typedef struct {
    hc_common common;
    const char *axis;
    const char *check;
    bool records;
} opts;

static const hc_option options[] = {
    {"axis", 0, HC_OPT_CHOICE, "NAME",
     "common axis; frequency for spectra (time)", offsetof(opts, axis),
     "time|capacity|frequency", 0, 0, {0}},
    {"check", 0, HC_OPT_TEXT, "LIMITS",
     "exit 1 unless e.g. rmse<10mV,capacity<2% holds", offsetof(opts, check),
     NULL, 0, 0, {0}},
    HC_OPTION_RECORDS(opts, records),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-cmp",
    .purpose = "measured against simulated on a common axis",
    .operands = "MEASURED SIMULATED",
    .notes = "Either may be '-'.  Prints the residuals, or with --records "
             "the errors of all,\neach step and each cycle, the shift of "
             "SOC that would help and the\noverpotential.",
    .options = options,
    .min_operands = 2,
    .max_operands = 2,
};

static hc_axis axis_of(const opts *o, const hc_frame *measured)
{
    if (o->axis && strcmp(o->axis, "capacity") == 0)
        return HC_AXIS_CAPACITY;
    if ((o->axis && strcmp(o->axis, "frequency") == 0) ||
        (!o->axis && hc_frame_column(measured, "frequency_hertz") >= 0))
        return HC_AXIS_FREQUENCY;
    return HC_AXIS_TIME;
}

static hc_status print(hc_session *s, const opts *o, const hc_frame *measured,
                       const hc_comparison *c, double capacity)
{
    hc_writer *w;
    hc_status st =
        hc_session_table(s, o->records ? "records" : "cmp",
                         hc_frame_meta(measured), &w, &s->err);
    if (st != HC_OK)
        return st;
    if (o->records) {
        hc_records_begin(w);
        hc_comparison_records(w, c, capacity);
    } else {
        hc_comparison_rows(w, c);
    }
    st = hc_writer_end(w, &s->err);
    hc_writer_free(w);
    return st;
}

static hc_status run(hc_session *s, const opts *o)
{
    hc_frame *measured = NULL, *simulated = NULL;
    hc_comparison c = {0};
    bool holds = true;
    if (strcmp(s->operands[0], "-") == 0 && strcmp(s->operands[1], "-") == 0)
        return hc_fail(&s->err, HC_USAGE, "only one of the two can be '-'");
    hc_status st = hc_frame_open(&measured, s->operands[0], &s->err);
    if (st == HC_OK)
        st = hc_frame_open(&simulated, s->operands[1], &s->err);
    if (st == HC_OK)
        st = hc_frame_measured(measured, &s->err);
    if (st == HC_OK)
        st = hc_frame_measured(simulated, &s->err);
    if (st == HC_OK)
        st = hc_compare(&c, measured, simulated, axis_of(o, measured),
                        &s->err);
    if (st == HC_OK) {
        double capacity = hc_comparison_capacity(measured, simulated);
        hc_session_inherit_frame(s, measured);
        hc_session_inherit_frame(s, simulated);
        if (c.unmatched)
            hc_say_warning(&s->talk, hc_frame_name(measured), 0,
                           "%zu of %zu rows lie outside the simulation",
                           c.unmatched, c.unmatched + c.n);
        if (hc_frame_incomplete(measured) || hc_frame_incomplete(simulated))
            hc_say_warning(&s->talk, NULL, 0,
                           "compared what there is: a table is incomplete");
        st = print(s, o, measured, &c, capacity);
        if (st == HC_OK && o->check)
            st = hc_comparison_check(&c, capacity, o->check, &holds,
                                     &s->talk, &s->err);
    }
    if (st == HC_OK && !holds) {
        hc_errors e = hc_comparison_errors(&c, -1, -1);
        st = hc_fail(&s->err, HC_NO, "%s does not hold: rmse %.4g, max %.4g",
                     o->check, e.rmse, e.max_abs);
    }
    hc_comparison_clear(&c);
    hc_frame_free(measured);
    hc_frame_free(simulated);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {0};
    hc_session s;
    if (hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        hc_session_note(&s, run(&s, &o));
    return hc_session_end(&s);
}
