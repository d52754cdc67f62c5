/* generic.c: delimited EIS and cycling text of any spelling */
#include "formats/complex.h"
#include "formats/format.h"
#include "formats/generic.h"
#include "formats/immittance.h"
#include "formats/twins.h"

#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    bool freq, re, im, mod, phase, time, volt, amp, climate;
} found;

static found meanings(const hc_column *c, size_t n, const hc_colmap *own)
{
    static const struct {
        const char *target;
        size_t at;
    } wanted[] = {
        {"frequency_hertz", offsetof(found, freq)},
        {"real_impedance_ohm", offsetof(found, re)},
        {"imaginary_impedance_ohm", offsetof(found, im)},
        {"absolute_impedance_ohm", offsetof(found, mod)},
        {"phase_degree", offsetof(found, phase)},
        {"test_time_second", offsetof(found, time)},
        {"date_time", offsetof(found, time)},
        {"unix_time_second", offsetof(found, time)},
        {"step_time_second", offsetof(found, time)},
        {"voltage_volt", offsetof(found, volt)},
        {"working_potential_volt", offsetof(found, volt)},
        {"current_ampere", offsetof(found, amp)},
    };
    found f = {0};
    for (size_t i = 0; i < n; i++) {
        hc_meaning m = hc_column_meaning(&c[i], own);
        for (size_t k = 0;
             m.target != NULL && k < sizeof wanted / sizeof wanted[0]; k++)
            if (strcmp(m.target, wanted[k].target) == 0)
                *((bool *)&f + wanted[k].at) = true;
        if (m.target != NULL && (strstr(m.target, "temperature") != NULL ||
                                 strstr(m.target, "pressure") != NULL))
            f.climate = true;
    }
    return f;
}

typedef struct {
    const hc_column *c;
    size_t n;
    const hc_colmap *own;
} column_list;

static int find_target(const void *table, const char *target)
{
    const column_list *l = table;
    for (size_t i = 0; i < l->n; i++) {
        hc_meaning m = hc_column_meaning(&l->c[i], l->own);
        if (m.target != NULL && strcmp(m.target, target) == 0)
            return (int)i;
    }
    return -1;
}

/* Have the columns an impedance, or what it follows from? */
static bool has_impedance(const found *f, const hc_column *c, size_t n,
                          const hc_colmap *own)
{
    column_list l = {c, n, own};
    int a, b;
    return (f->re && f->im) || (f->mod && f->phase) ||
           hc_immittance_find(find_target, &l, &a, &b) != HC_IMMITTANCE_NONE;
}

static bool is_admittance(const char *name)
{
    char plain[256];
    hc_column_plain(name, plain, sizeof plain);
    return hc_starts_with(plain, "y'") ||
           hc_starts_with(plain, "admittance") ||
           hc_starts_with(plain, "re(y") || hc_starts_with(plain, "yre") ||
           hc_starts_with(plain, "y real") || hc_starts_with(plain, "|y|");
}

static void tell_columns(hc_verdict *v, const hc_column *c, size_t n)
{
    char list[140] = "";
    size_t at = 0;
    for (size_t i = 0; i < n && !meanings(c, n, hc_text_columns).re; i++)
        if (is_admittance(c[i].name)) {
            hc_say_no(v, 60,
                      "column '%.60s' is an admittance: give the impedance, "
                      "Z = 1/Y",
                      c[i].name);
            return;
        }
    for (size_t i = 0, twins = 0; i < n; i++) {
        const char *target = hc_twin_meaning(&c[i], hc_text_columns).target;
        twins += target != NULL && (strstr(target, "_impedance_ohm") != NULL ||
                                    strcmp(target, "voltage_volt") == 0 ||
                                    strcmp(target, "current_ampere") == 0);
        if (twins == 2) {
            hc_say_no(v, 60,
                      "columns such as '%.60s' are numbered: cut what stands "
                      "beside each other into files of their own, with names "
                      "like f, Z', Z'' or time, voltage, current",
                      c[i].name);
            return;
        }
    }
    for (size_t i = 0; i < n; i++) {
        const char *other = hc_column_meaning(&c[i], hc_text_columns).other;
        if (other != NULL && hc_target_unit(other)[0] != '\0') {
            hc_say_no(v, 60,
                      "the unit of column '%.60s' cannot be turned into %s: "
                      "convert the column first",
                      c[i].name, hc_target_unit(other));
            return;
        }
    }
    for (size_t i = 0; i < n && at + 8 < sizeof list; i++)
        at += (size_t)snprintf(list + at, sizeof list - at, "%s%.20s",
                               i == 0 ? "" : ", ", c[i].name);
    hc_say_no(v, 50,
              "columns %.120s: neither frequency and impedance nor "
              "time and voltage",
              list);
}

/* The columns, and those that the complex ones among them consist of. */
static hc_status all_columns(const hc_probe *p, const hc_text_plan *plan,
                             const hc_colmap *own, hc_column **c, size_t *n,
                             hc_complex_columns *wide)
{
    unsigned char *which;
    hc_status st = hc_text_plan_columns(p, plan, c, n, NULL);
    if (st != HC_OK)
        return st;
    which = hc_text_plan_complex(p, plan, *n);
    if (which != NULL)
        st = hc_complex_widen(*c, *n, which, own, wide, NULL);
    free(which);
    if (st != HC_OK)
        hc_columns_free(*c, *n);
    return st;
}

/* Can the first column of a table without names be frequencies?  Positive,
 * over a decade, and not in equal steps as times are. */
static bool like_frequencies(const hc_probe *p, const hc_text_plan *plan)
{
    enum { ROWS = 200 };
    double low = INFINITY, high = 0, last = NAN, step = NAN;
    size_t rows = 0, even = 0, len;
    const char *s;
    if (!hc_probe_line(p, plan->data_line, &s, &len))
        return false;
    do {
        char copy[512];
        hc_cell cell = hc_cell_none();
        double x;
        if (len == 0 || len >= sizeof copy)
            continue;
        memcpy(copy, s, len);
        hc_split(copy, len, plan->dialect, &cell, 1);
        if (cell.type == HC_CELL_NONE || !hc_cell_number(&cell, &x) ||
            isnan(x))
            continue;
        if (x < 0 || (x == 0 && rows == 0))
            return false;
        even += fabs(x - last - step) < 1e-3 * fabs(step);
        step = x - last;
        last = x;
        low = x > 0 && x < low ? x : low;
        high = x > high ? x : high;
        rows++;
    } while (rows < ROWS && hc_probe_next(p, &s, &len));
    return rows < 5 || (high > 10 * low && 2 * even < rows);
}

/* A voltammogram without times: one voltage, one current, nothing that is not
 * known (a time, perhaps), and no cycles of which these could be the means. */
static bool is_voltammogram(const hc_column *c, size_t n)
{
    size_t volts = 0, amps = 0, cycles = 0;
    for (size_t i = 0; i < n; i++) {
        const char *target = hc_column_meaning(&c[i], hc_text_columns).target;
        if (target == NULL)
            return false;
        volts += strcmp(target, "voltage_volt") == 0 ||
                 strcmp(target, "working_potential_volt") == 0;
        amps += strcmp(target, "current_ampere") == 0;
        cycles += strcmp(target, "cycle_count") == 0;
    }
    return volts == 1 && amps == 1 && cycles == 0;
}

static void judge(const hc_text_plan *plan, const hc_column *c, size_t n,
                  hc_verdict *v)
{
    found f = meanings(c, n, hc_text_columns);
    if (f.freq && has_impedance(&f, c, n, hc_text_columns))
        hc_say_yes(v, plan->has_names ? 20 : 10);
    else if (f.time && (f.volt || f.amp))
        hc_say_yes(v, 15);
    else if (f.time && f.climate)
        hc_say_yes(v, 12);
    else if (is_voltammogram(c, n))
        hc_say_yes(v, 11);
    else
        tell_columns(v, c, n);
}

static hc_kind allowed(const hc_column *c, size_t n, const hc_colmap *own)
{
    found f = meanings(c, n, own);
    if (f.freq && has_impedance(&f, c, n, own))
        return HC_KIND_EIS;
    return f.time && (f.volt || f.amp || f.climate) ? HC_KIND_SERIES
                                                    : HC_KIND_OTHER;
}

hc_kind hc_text_plan_allows(const hc_probe *p, const hc_text_plan *plan,
                            const hc_colmap *own)
{
    hc_complex_columns wide = {0};
    hc_column *c;
    size_t n;
    if (all_columns(p, plan, own, &c, &n, &wide) != HC_OK)
        return HC_KIND_OTHER;
    bool nameless = !plan->has_names &&
                    (n + 2 * wide.n_pairs != 3u + (wide.n_pairs > 0) ||
                     (wide.n_pairs == 0 && !like_frequencies(p, plan)));
    hc_kind kind = nameless           ? HC_KIND_OTHER
                   : wide.n_pairs > 0 ? allowed(wide.columns, wide.n, own)
                                      : allowed(c, n, own);
    hc_columns_free(c, n);
    hc_complex_columns_clear(&wide);
    return kind;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    hc_text_plan plan;
    hc_column *c;
    size_t n;
    hc_complex_columns wide = {0};
    if (p->binary) {
        hc_say_no(v, 0, "binary data");
        return;
    }
    if (hc_probe_starts(p, "#: halfcell-table")) {
        hc_say_no(v, 0, "a table of halfcell");
        return;
    }
    if (!hc_text_plan_make(p, &plan)) {
        hc_say_no(v, 10, "no rows of numbers");
        return;
    }
    if (all_columns(p, &plan, hc_text_columns, &c, &n, &wide) != HC_OK) {
        hc_say_no(v, 0, "no memory");
        return;
    }
    if (!plan.has_names && n == 3 && wide.n_pairs == 0 &&
        !like_frequencies(p, &plan))
        hc_say_no(v, 45,
                  "three columns of numbers without names, and the first are "
                  "no frequencies: give the columns names");
    else if (!plan.has_names && n + 2 * wide.n_pairs != 3 + (wide.n_pairs > 0))
        hc_say_no(v, 45, "%zu columns of numbers without names", n);
    else if (wide.n_pairs > 0)
        judge(&plan, wide.columns, wide.n, v);
    else
        judge(&plan, c, n, v);
    hc_columns_free(c, n);
    hc_complex_columns_clear(&wide);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_text_plan plan;
    hc_dataset d = hc_dataset_make("data", NULL, 0);
    if (!hc_text_plan_make(&src->probe, &plan))
        return hc_fail(err, HC_DATA, "no rows of numbers");
    return hc_text_plan_read(src, sink, &plan, &d, err);
}

const hc_format hc_format_generic = {
    .name = "text",
    .title = "delimited text with EIS or cycling data",
    .detect = detect,
    .most = 20,
    .read = read,
    .columns = hc_text_columns,
    .verified = true,
};
