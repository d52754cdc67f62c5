/* generic.c: delimited EIS and cycling text of any spelling
 *
 * The last lines of the probe show the dialect; from there the table is
 * followed upwards to its first row, its units and its names.
 */
#include "formats/generic.h"
#include "formats/format.h"
#include "formats/immittance.h"

#include "core/number.h"
#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_PROBE_LINES = 4000, TAIL_LINES = 40, MAX_FIELDS = 400 };

static const hc_colmap columns[] = {
    /* without names: frequency, real and imaginary part */
    {"col1", "frequency_hertz", "Hz", 1, 0},
    {"col2", "real_impedance_ohm", "ohm", 1, 0},
    {"col3", "imaginary_impedance_ohm", "ohm", 1, 0},
    /* units in place of names (PSTrace) */
    {"s", "test_time_second", "s", 1, 4},
    {"V", "voltage_volt", "V", 1, 4},
    {"mV", "voltage_volt", "mV", 1, 4},
    {"A", "current_ampere", "A", 1, 4},
    {"mA", "current_ampere", "mA", 1, 4},
    {"uA", "current_ampere", "uA", 1, 4},
    {"µA", "current_ampere", "uA", 1, 4},
    {"μA", "current_ampere", "uA", 1, 4},
    {"nA", "current_ampere", "nA", 1, 4},
    {NULL, NULL, NULL, 0, 0},
};

/* ---- the shape of lines ---- */

typedef struct {
    const char *s;
    size_t len;
} slice;

typedef struct {
    size_t fields, numbers, empty;
} shape;

/* Lines of the probe, without a last one that has no end unless there is no
 * other or `open` asks for it. */
static size_t all_lines(const hc_probe *p, slice *lines, bool open)
{
    const char *s = p->text, *end = p->text + p->text_len;
    size_t n = 0;
    while (s < end && n < MAX_PROBE_LINES) {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        const char *stop = nl == NULL ? end : nl;
        if (nl == NULL && n > 0 && !open)
            break;
        lines[n].s = s;
        lines[n].len = (size_t)(stop - s);
        if (lines[n].len > 0 && stop[-1] == '\r')
            lines[n].len--;
        n++;
        s = stop + 1;
    }
    return n;
}

static shape look(slice line, hc_dialect d)
{
    char copy[8192];
    hc_cell cells[MAX_FIELDS];
    shape out = {0};
    size_t len = line.len < sizeof copy ? line.len : sizeof copy, n;
    memcpy(copy, line.s, len);
    n = hc_split(copy, len, d, cells, MAX_FIELDS);
    if (n > MAX_FIELDS)
        n = MAX_FIELDS;
    while (n > 0 && cells[n - 1].type == HC_CELL_NONE)
        n--;
    out.fields = n;
    for (size_t i = 0; i < n; i++) {
        double x;
        char plain[64];
        if (cells[i].type == HC_CELL_NONE)
            out.empty++;
        else if (hc_cell_number(&cells[i], &x) ||
                 hc_respell(cells[i].u.s, cells[i].len, plain, sizeof plain))
            out.numbers++;
    }
    return out;
}

static bool is_blank(slice line)
{
    hc_trim(&line.s, &line.len);
    return line.len == 0;
}

/* A row of numbers, if need be with some words or dates. */
static bool is_row(shape s)
{
    return s.fields >= 2 && s.numbers >= 2 &&
           2 * (s.numbers + s.empty) >= s.fields;
}

static bool is_words(shape s)
{
    return s.fields >= 2 && s.numbers == 0;
}

/* ---- the plan ---- */

static size_t tail_start(const slice *lines, size_t n)
{
    size_t kept = 0;
    while (n > 0 && kept < TAIL_LINES)
        kept += !is_blank(lines[--n]);
    return n;
}

/* Does a line of names stand at i, for rows of `fields`? */
static bool names_at(const slice *lines, size_t i, const hc_text_plan *plan)
{
    shape s = look(lines[i], plan->dialect);
    return is_words(s) && s.fields <= plan->n_fields + 1 &&
           s.fields + 1 >= plan->n_fields;
}

/* Units as "s", "V", "[ohm]" in all fields. */
static bool units_at(slice line, const hc_text_plan *plan)
{
    char copy[4096];
    hc_cell cells[MAX_FIELDS];
    size_t len = line.len < sizeof copy ? line.len : sizeof copy;
    size_t n, units = 0;
    memcpy(copy, line.s, len);
    n = hc_split(copy, len, plan->dialect, cells, MAX_FIELDS);
    for (size_t i = 0; i < n && i < MAX_FIELDS; i++) {
        char text[64], unit[64];
        if (cells[i].type != HC_CELL_TEXT)
            continue;
        hc_copy(text, sizeof text, cells[i].u.s, cells[i].len);
        units += hc_unit_word(text, unit, sizeof unit);
    }
    return units >= 2 && 2 * units >= n;
}

/* Do at least two words of a line name quantities? */
static bool known_names(slice line, hc_dialect d)
{
    hc_column *c;
    size_t n, known = 0;
    hc_err err;
    if (hc_split_names(line.s, line.len, d, &c, &n, &err) != HC_OK)
        return false;
    for (size_t i = 0; i < n; i++)
        known += hc_column_meaning(&c[i], columns).target != NULL;
    hc_columns_free(c, n);
    return known >= 2;
}

/* Broken first rows stand between the names and the rows that were seen:
 * they are rows all the same, for the reader to refuse. */
static void names_further_up(const slice *lines, hc_text_plan *plan)
{
    for (size_t i = plan->data_line; i-- > 0;) {
        if (is_blank(lines[i]))
            continue;
        shape s = look(lines[i], plan->dialect);
        if (s.fields > plan->n_fields + 1 || s.fields + 1 < plan->n_fields)
            return;
        if (!is_words(s) || !known_names(lines[i], plan->dialect))
            continue;
        /* units stand for names only where there are none */
        if (i > 0 && units_at(lines[i], plan) &&
            names_at(lines, i - 1, plan) &&
            known_names(lines[i - 1], plan->dialect))
            continue;
        plan->has_names = true;
        plan->names_line = i;
        plan->has_units = i + 1 < plan->data_line &&
                          units_at(lines[i + 1], plan) &&
                          is_words(look(lines[i + 1], plan->dialect));
        plan->data_line = i + 1 + plan->has_units;
        return;
    }
}

static void find_names(const slice *lines, hc_text_plan *plan)
{
    size_t i = plan->data_line;
    while (i > 0 && is_blank(lines[i - 1]))
        i--;
    if (i == 0 || !names_at(lines, i - 1, plan)) {
        names_further_up(lines, plan);
        return;
    }
    i--;
    if (i > 0 && units_at(lines[i], plan) && names_at(lines, i - 1, plan)) {
        plan->has_units = true;
        i--;
    }
    plan->has_names = true;
    plan->names_line = i;
    if (known_names(lines[i], plan->dialect))
        return;
    names_further_up(lines, plan);
    /* words that say nothing, below a row: a broken row */
    if (plan->names_line == i && i > 0 && !plan->has_units &&
        is_row(look(lines[i - 1], plan->dialect)))
        plan->has_names = false;
}

/* Does the line of names stand once more, for a measurement that was started
 * again, or does a broken row cut off those above?  Then the table begins at
 * the first names. */
static void first_names(const slice *lines, hc_text_plan *plan)
{
    size_t rows = 0,
           top = plan->has_names ? plan->names_line : plan->data_line;
    slice names = lines[plan->names_line];
    for (size_t i = top; i-- > 0;) {
        shape s = look(lines[i], plan->dialect);
        if (is_row(s) && s.fields + 1 >= plan->n_fields &&
            s.fields <= plan->n_fields + 1) {
            rows++;
            continue;
        }
        if (rows == 0 || !names_at(lines, i, plan) ||
            (plan->has_names ? lines[i].len != names.len ||
                                   memcmp(lines[i].s, names.s, names.len) != 0
                             : !known_names(lines[i], plan->dialect)))
            continue;
        plan->has_names = true;
        plan->names_line = i;
        names = lines[i];
        plan->has_units = units_at(lines[i + 1], plan) &&
                          is_words(look(lines[i + 1], plan->dialect));
        plan->data_line = i + 1 + plan->has_units;
        rows = 0;
    }
}

/* Rows without names go on above a few broken ones. */
static void rows_further_up(const slice *lines, hc_text_plan *plan)
{
    size_t odd = 0, rows = 1;
    for (size_t i = plan->data_line; i-- > 0;) {
        shape s = look(lines[i], plan->dialect);
        if (is_blank(lines[i]))
            continue;
        if (!is_row(s) || s.fields != plan->n_fields) {
            if (++odd > rows)
                return;
            continue;
        }
        rows++;
        plan->data_line = i;
    }
}

static bool plan_of(const slice *lines, size_t n, hc_text_plan *plan)
{
    size_t from = tail_start(lines, n), last = n;
    shape s;
    while (last > 0 && is_blank(lines[last - 1]))
        last--;
    if (last == 0)
        return false;
    /* names above few rows would count as rows of words */
    while (from + 1 < last && from + 3 < last) {
        hc_dialect d = hc_dialect_guess(
            lines[from].s,
            (size_t)(lines[last - 1].s + lines[last - 1].len - lines[from].s));
        if (is_row(look(lines[from], d)))
            break;
        from++;
    }
    plan->dialect = hc_dialect_guess(
        lines[from].s,
        (size_t)(lines[last - 1].s + lines[last - 1].len - lines[from].s));
    /* names may stand in quotes where numbers do not */
    plan->dialect.quotes =
        memchr(lines[0].s, '"', (size_t)(lines[last - 1].s - lines[0].s));
    /* the very last line may be cut or a remark */
    s = look(lines[last - 1], plan->dialect);
    if (!is_row(s) && last > 1)
        s = look(lines[--last - 1], plan->dialect);
    if (!is_row(s))
        return false;
    plan->n_fields = s.fields;
    plan->data_line = last - 1;
    for (size_t i = last - 1; i-- > 0;) {
        shape t;
        if (is_blank(lines[i]))
            continue;
        t = look(lines[i], plan->dialect);
        if (!is_row(t) || t.fields > plan->n_fields + 1 ||
            t.fields + plan->n_fields / 2 < plan->n_fields)
            break;
        if (t.fields > plan->n_fields)
            plan->n_fields = t.fields;
        plan->data_line = i;
    }
    find_names(lines, plan);
    first_names(lines, plan);
    if (!plan->has_names)
        rows_further_up(lines, plan);
    return true;
}

bool hc_text_plan_make(const hc_probe *p, hc_text_plan *plan)
{
    slice *lines;
    size_t n;
    bool ok;
    *plan = (hc_text_plan){0};
    if (p->binary)
        return false;
    lines = calloc(MAX_PROBE_LINES, sizeof *lines);
    if (lines == NULL)
        return false;
    n = all_lines(p, lines, false);
    ok = n > 0 && plan_of(lines, n, plan);
    if (!ok && p->whole) { /* the only row, without a line end */
        *plan = (hc_text_plan){0};
        n = all_lines(p, lines, true);
        ok = n > 1 && plan_of(lines, n, plan) && plan->has_names &&
             plan->data_line == n - 1 &&
             look(lines[plan->names_line], plan->dialect).fields ==
                 plan->n_fields;
    }
    free(lines);
    return ok;
}

/* ---- columns ---- */

static hc_status made_names(size_t n, hc_column **c, hc_err *err)
{
    *c = calloc(n + 1, sizeof **c);
    if (*c == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "col%zu", i + 1);
        (*c)[i].name = hc_strdup(name);
        if ((*c)[i].name == NULL) {
            hc_columns_free(*c, n);
            return hc_fail_nomem(err);
        }
    }
    return HC_OK;
}

/* Marks of comments before the first name. */
static void cut_mark(const char **s, size_t *len)
{
    hc_trim(s, len);
    while (*len > 0 && strchr("#%/!", **s) != NULL) {
        ++*s;
        --*len;
    }
}

hc_status hc_text_plan_columns(const hc_probe *p, const hc_text_plan *plan,
                               hc_column **c, size_t *n, hc_err *err)
{
    const char *s;
    size_t len, n_units;
    hc_column *units;
    *n = plan->n_fields;
    if (!plan->has_names || !hc_probe_line(p, plan->names_line, &s, &len))
        return made_names(*n, c, err);
    cut_mark(&s, &len);
    HC_TRY(hc_split_names(s, len, plan->dialect, c, n, err));
    if (!plan->has_units || !hc_probe_line(p, plan->names_line + 1, &s, &len))
        return HC_OK;
    cut_mark(&s, &len);
    HC_TRY(hc_split_names(s, len, plan->dialect, &units, &n_units, err));
    for (size_t i = 0; i < *n && i < n_units; i++) {
        char unit[64];
        if (!hc_unit_word(units[i].name, unit, sizeof unit)) {
            (*c)[i].unit = units[i].name;
            units[i].name = NULL;
        } else if (((*c)[i].unit = hc_strdup(unit)) == NULL) {
            hc_columns_free(units, n_units);
            return hc_fail_nomem(err);
        }
    }
    hc_columns_free(units, n_units);
    return HC_OK;
}

/* ---- reading ---- */

static hc_status skip_lines(hc_lines *l, size_t n, hc_err *err)
{
    char *line;
    size_t len;
    for (size_t i = 0; i < n; i++)
        HC_TRY(hc_lines_next(l, &line, &len, err));
    return HC_OK;
}

static hc_status text_facts(hc_sink *sink, const hc_text_plan *plan,
                            hc_err *err)
{
    HC_TRY(hc_sink_fact(sink, "separator",
                        hc_dialect_delimiter_name(plan->dialect), err));
    HC_TRY(hc_sink_fact(sink, "decimal",
                        plan->dialect.decimal_comma ? "comma" : "point", err));
    if (plan->has_names)
        HC_TRY(hc_sink_factf(sink, err, "header_line_number", "%zu",
                             plan->names_line + 1));
    return hc_sink_fact(sink, "has_header", plan->has_names ? "True" : "False",
                        err);
}

static hc_status plan_rows(hc_lines *l, hc_sink *sink,
                           const hc_text_plan *plan, const hc_dataset *d,
                           hc_err *err)
{
    hc_rows_rules rules = {
        .dialect = plan->dialect, .skip_blank = true, .comments = "#%"};
    HC_TRY(skip_lines(l, plan->data_line, err));
    HC_TRY(text_facts(sink, plan, err));
    HC_TRY(hc_sink_begin(sink, d, err));
    HC_TRY(hc_rows_read(l, sink, &rules, err));
    HC_TRY(hc_sink_end(sink, err));
    return hc_lines_facts(l, sink, err);
}

hc_status hc_text_plan_read(hc_source *src, hc_sink *sink,
                            const hc_text_plan *plan, hc_dataset *d,
                            hc_err *err)
{
    hc_lines *l;
    hc_column *c = NULL;
    size_t n = 0;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = hc_text_plan_columns(&src->probe, plan, &c, &n, err);
    if (st == HC_OK) {
        d->columns = c;
        d->n_columns = n;
        if (d->kind == HC_KIND_AUTO)
            d->kind = hc_text_kind(&src->probe, plan->data_line, plan->dialect,
                                   c, n, columns);
        d->direction =
            hc_text_direction(&src->probe, plan->data_line, plan->dialect, c,
                              n, columns, &d->discharging);
        st = plan_rows(l, sink, plan, d, err);
    }
    if (st != HC_OK && err != NULL && err->line == 0)
        err->line = hc_lines_number(l);
    hc_lines_free(l);
    hc_columns_free(c, n);
    return st;
}

/* ---- the format ---- */

typedef struct {
    bool freq, re, im, mod, phase, time, volt, amp, climate;
} found;

static found meanings(const hc_column *c, size_t n)
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
        hc_meaning m = hc_column_meaning(&c[i], columns);
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
} column_list;

static int find_target(const void *table, const char *target)
{
    const column_list *l = table;
    for (size_t i = 0; i < l->n; i++) {
        hc_meaning m = hc_column_meaning(&l->c[i], columns);
        if (m.target != NULL && strcmp(m.target, target) == 0)
            return (int)i;
    }
    return -1;
}

/* Have the columns an impedance, or what it follows from? */
static bool has_impedance(const found *f, const hc_column *c, size_t n)
{
    column_list l = {c, n};
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
    for (size_t i = 0; i < n && !meanings(c, n).re; i++)
        if (is_admittance(c[i].name)) {
            hc_say_no(v, 60,
                      "column '%.60s' is an admittance: give the impedance, "
                      "Z = 1/Y",
                      c[i].name);
            return;
        }
    for (size_t i = 0; i < n; i++) {
        const char *other = hc_column_meaning(&c[i], columns).other;
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

/* Does line 2 or 3 hold a number like 1.5-0.2j? */
static bool has_complex(const hc_probe *p)
{
    const char *s;
    size_t len;
    for (size_t k = 1; k < 3 && hc_probe_line(p, k, &s, &len); k++)
        for (size_t i = 2; i < len; i++)
            if ((s[i] == 'j' || s[i] == 'i') && hc_isdigit(s[i - 1]) &&
                (i + 1 == len || strchr(",;\t)\" ", s[i + 1]) != NULL))
                return true;
    return false;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    hc_text_plan plan;
    hc_column *c;
    size_t n;
    found f;
    if (p->binary) {
        hc_say_no(v, 0, "binary data");
        return;
    }
    if (hc_probe_starts(p, "#: halfcell-table")) {
        hc_say_no(v, 0, "a table of halfcell");
        return;
    }
    if (!hc_text_plan_make(p, &plan)) {
        if (has_complex(p))
            hc_say_no(v, 60,
                      "complex numbers such as 1+2j in one column: write the "
                      "real and the imaginary part as columns of their own");
        else
            hc_say_no(v, 10, "no rows of numbers");
        return;
    }
    if (!plan.has_names && plan.n_fields != 3) {
        hc_say_no(v, 45, "%zu columns of numbers without names",
                  plan.n_fields);
        return;
    }
    if (hc_text_plan_columns(p, &plan, &c, &n, NULL) != HC_OK) {
        hc_say_no(v, 0, "no memory");
        return;
    }
    f = meanings(c, n);
    if (f.freq && has_impedance(&f, c, n))
        hc_say_yes(v, plan.has_names ? 20 : 10);
    else if (f.time && (f.volt || f.amp))
        hc_say_yes(v, 15);
    else if (f.time && f.climate)
        hc_say_yes(v, 12);
    else
        tell_columns(v, c, n);
    hc_columns_free(c, n);
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
    .read = read,
    .columns = columns,
    .verified = true,
};
