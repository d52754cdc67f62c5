/* verdict.c: what a comparison says, as rows, records and yes or no */
#include "compare/compare.h"
#include "core/text.h"
#include "core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 10 };

static const char *axis_name(const hc_comparison *c)
{
    static const char *const names[] = {"test_time_second", "step_capacity_ah",
                                        "frequency_hertz"};
    return names[c->axis];
}

void hc_comparison_rows(hc_writer *w, const hc_comparison *c)
{
    bool eis = c->axis == HC_AXIS_FREQUENCY;
    static const char *const volts[] = {"measured_voltage_volt",
                                        "simulated_voltage_volt",
                                        "voltage_residual_volt"};
    static const char *const ohms[] = {
        "measured_absolute_impedance_ohm", "simulated_absolute_impedance_ohm",
        "impedance_residual_ohm", "real_residual_ohm",
        "imaginary_residual_ohm"};
    hc_writer_column(w, "cycle_count");
    hc_writer_column(w, eis ? "spectrum_index" : "step_count");
    hc_writer_column(w, axis_name(c));
    for (size_t k = 0; k < (eis ? 5u : 3u); k++)
        hc_writer_column(w, eis ? ohms[k] : volts[k]);
    for (size_t i = 0; i < c->n; i++) {
        hc_writer_integer(w, c->cycle[i] < 0 ? 1 : c->cycle[i]);
        hc_writer_integer(w, c->step[i] < 0 ? (eis ? 0 : 1) : c->step[i]);
        hc_writer_digits(w, c->at[i], DIGITS);
        hc_writer_digits(w, c->measured[i], DIGITS);
        hc_writer_digits(w, c->simulated[i], DIGITS);
        hc_writer_digits(w, c->residual[i], DIGITS);
        if (eis) {
            hc_writer_digits(w, c->re[i], DIGITS);
            hc_writer_digits(w, c->im[i], DIGITS);
        }
        hc_writer_end_row(w);
    }
}

static void put(hc_writer *w, const hc_conditions *at, const char *name,
                double v, const char *unit)
{
    hc_record r = hc_record_make(at, "cmp", name, v, unit);
    hc_records_put(w, &r);
}

static void put_errors(hc_writer *w, const hc_conditions *at,
                       const hc_errors *e, bool eis)
{
    const char *u = eis ? "ohm" : "V";
    put(w, at, eis ? "rmse_ohm" : "rmse_volt", e->rmse, u);
    put(w, at, eis ? "mae_ohm" : "mae_volt", e->mae, u);
    put(w, at, eis ? "max_abs_ohm" : "max_abs_volt", e->max_abs, u);
    put(w, at, "max_at", e->max_at, eis ? "Hz" : "-");
    if (eis)
        put(w, at, "relative_rmse", e->relative_rmse, "1");
    else
        put(w, at, "bias_volt", e->bias, "V");
    put(w, at, "points", (double)e->n, "1");
}

static void put_parts(hc_writer *w, const hc_comparison *c,
                      const hc_conditions *at)
{
    double rmse, least = hc_comparison_errors(c, -1, -1).rmse;
    const char *best = "none";
    double shift = hc_comparison_shift(c, &rmse);
    if (c->soc_slope) {
        put(w, at, "soc_shift", shift, "1");
        put(w, at, "rmse_after_soc_shift_volt", rmse, "V");
    }
    for (size_t k = 0; k < HC_CMP_PARTS; k++) {
        double factor = hc_comparison_factor(c, k, &rmse);
        if (!c->part[k] || isnan(factor))
            continue;
        char name[64];
        size_t len = strlen(hc_cmp_part_names[k]) - strlen("_volt");
        snprintf(name, sizeof name, "factor_%.*s", (int)len,
                 hc_cmp_part_names[k]);
        hc_record r = hc_record_make(at, "cmp", name, factor, "1");
        r.std_error = (double)NAN;
        hc_records_put(w, &r);
        if (rmse < least) {
            least = rmse;
            best = hc_cmp_part_names[k];
        }
    }
    hc_record r = hc_record_word(at, "cmp", "overpotential_to_change", best);
    hc_records_put(w, &r);
}

void hc_comparison_records(hc_writer *w, const hc_comparison *c,
                           double capacity_error)
{
    hc_conditions at = hc_conditions_none();
    bool eis = c->axis == HC_AXIS_FREQUENCY;
    hc_errors e = hc_comparison_errors(c, -1, -1);
    put_errors(w, &at, &e, eis);
    put(w, &at, "unmatched_points", (double)c->unmatched, "1");
    if (!eis) {
        put(w, &at, "capacity_error_relative", capacity_error, "1");
        put_parts(w, c, &at);
    }
    long step = -2;
    for (size_t i = 0; i < c->n; i++) {
        if (c->step[i] < 0 || c->step[i] == step)
            continue;
        step = c->step[i];
        hc_conditions one = at;
        if (eis)
            one.spectrum_index = (double)step;
        else
            one.step_count = (double)step;
        if (c->cycle[i] >= 0)
            one.cycle_count = (double)c->cycle[i];
        e = hc_comparison_errors(c, -1, step);
        put_errors(w, &one, &e, eis);
    }
    long cycle = -2;
    for (size_t i = 0; i < c->n && !eis; i++) {
        if (c->cycle[i] < 0 || c->cycle[i] == cycle)
            continue;
        cycle = c->cycle[i];
        hc_conditions one = at;
        one.cycle_count = (double)cycle;
        e = hc_comparison_errors(c, cycle, -1);
        put(w, &one, "cycle_rmse_volt", e.rmse, "V");
    }
}

static hc_status one_check(const hc_comparison *c, double capacity_error,
                           const char *text, size_t len, bool *holds,
                           hc_talk *talk, hc_err *err)
{
    static const char *const names[] = {"rmse", "mae", "max", "bias",
                                        "capacity"};
    char word[64];
    bool eis = c->axis == HC_AXIS_FREQUENCY;
    hc_errors e = hc_comparison_errors(c, -1, -1);
    const double values[] = {e.rmse, e.mae, e.max_abs, fabs(e.bias),
                             fabs(capacity_error)};
    const char *less = memchr(text, '<', len);
    if (!less || len >= sizeof word)
        return hc_fail(err, HC_USAGE,
                       "--check '%.*s': e.g. rmse<10mV is expected", (int)len,
                       text);
    memcpy(word, less + 1, (size_t)(text + len - less - 1));
    word[text + len - less - 1] = '\0';
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
        if ((size_t)(less - text) != strlen(names[k]) ||
            strncmp(text, names[k], strlen(names[k])) != 0)
            continue;
        bool relative = strchr(word, '%') != NULL;
        double limit, value = values[k];
        hc_dim dim = k == 4 || relative ? HC_DIM_NONE
                     : eis              ? HC_DIM_RESISTANCE
                                        : HC_DIM_VOLTAGE;
        if (relative && k == 0)
            value = e.relative_rmse;
        else if (relative && k < 4)
            return hc_fail(err, HC_USAGE,
                           "--check: %s takes a limit with a unit", names[k]);
        hc_status st = hc_quantity_parse(word, dim, "--check", &limit, err);
        if (st != HC_OK)
            return st;
        bool yes = value < limit;
        hc_say_note(talk, "%s is %.4g: %s", names[k], value,
                    yes ? "holds" : "does not hold");
        *holds = *holds && yes;
        return HC_OK;
    }
    return hc_fail(err, HC_USAGE,
                   "--check '%.*s': rmse, mae, max, bias or capacity is "
                   "expected",
                   (int)len, text);
}

hc_status hc_comparison_check(const hc_comparison *c, double capacity_error,
                              const char *text, bool *holds, hc_talk *talk,
                              hc_err *err)
{
    bool all = true;
    while (*text) {
        size_t len = strcspn(text, ",");
        hc_status st =
            one_check(c, capacity_error, text, len, &all, talk, err);
        if (st != HC_OK)
            return st;
        text += len + (text[len] == ',');
    }
    *holds = all;
    return HC_OK;
}
