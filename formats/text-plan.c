/* text-plan.c: where the table of a text is, and its dialect
 *
 * The last lines of the probe show the dialect; from there the table is
 * followed upwards to its first row, its units and its names.
 */
#include "formats/generic.h"
#include "formats/dialect.h"
#include "formats/text-lines.h"

#include "core/text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PROBE_LINES = 4000, TAIL_LINES = 40 };

const hc_colmap hc_text_columns[] = {
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

/* ---- the plan ---- */

/* The shape of a line, looked at once in each dialect. */
static hc_text_shape shape_at(hc_text_line *line, hc_dialect d)
{
    if (!line->looked || line->dialect.delimiter != d.delimiter ||
        line->dialect.decimal_comma != d.decimal_comma ||
        line->dialect.quotes != d.quotes)
        line->shape = hc_text_look(*line, d);
    line->looked = true;
    line->dialect = d;
    return line->shape;
}

static size_t tail_start(hc_text_line *lines, size_t n)
{
    size_t kept = 0;
    while (n > 0 && kept < TAIL_LINES)
        kept += !hc_text_is_blank(lines[--n]);
    return n;
}

/* Does a line of names stand at i, for rows of `fields`? */
static bool names_at(hc_text_line *lines, size_t i, const hc_text_plan *plan)
{
    hc_text_shape s = shape_at(&lines[i], plan->dialect);
    return hc_text_is_words(s) && s.fields + 1 >= plan->n_fields &&
           (s.fields <= plan->n_fields + 1 || plan->open_rows);
}

/* Units as "s", "V", "[ohm]" in all fields. */
static bool units_at(hc_text_line line, const hc_text_plan *plan)
{
    char copy[4096];
    hc_cell cells[HC_TEXT_FIELDS];
    size_t len = line.len < sizeof copy ? line.len : sizeof copy;
    size_t n, filled = 0, units = 0;
    memcpy(copy, line.s, len);
    n = hc_split(copy, len, plan->dialect, cells, HC_TEXT_FIELDS);
    for (size_t i = 0; i < n && i < HC_TEXT_FIELDS; i++) {
        char text[64], unit[64];
        if (cells[i].type != HC_CELL_TEXT)
            continue;
        filled++;
        hc_copy(text, sizeof text, cells[i].u.s, cells[i].len);
        units += hc_unit_word(text, unit, sizeof unit);
    }
    return units >= 2 && 2 * units >= filled;
}

/* Do at least two words of a line name quantities? */
static bool known_names(hc_text_line line, hc_dialect d)
{
    hc_column *c;
    size_t n, known = 0;
    hc_err err;
    if (hc_split_names(line.s, line.len, d, &c, &n, &err) != HC_OK)
        return false;
    for (size_t i = 0; i < n; i++)
        known += hc_column_meaning(&c[i], hc_text_columns).target != NULL;
    hc_columns_free(c, n);
    return known >= 2;
}

/* Broken first rows stand between the names and the rows that were seen:
 * they are rows all the same, for the reader to refuse. */
static void names_further_up(hc_text_line *lines, hc_text_plan *plan)
{
    for (size_t i = plan->data_line; i-- > 0;) {
        if (hc_text_is_blank(lines[i]))
            continue;
        hc_text_shape s = shape_at(&lines[i], plan->dialect);
        if (s.fields > plan->n_fields + 1 || s.fields + 1 < plan->n_fields)
            return;
        if (!hc_text_is_words(s) || !known_names(lines[i], plan->dialect))
            continue;
        /* units stand for names only where there are none */
        if (i > 0 && units_at(lines[i], plan) &&
            names_at(lines, i - 1, plan) &&
            known_names(lines[i - 1], plan->dialect))
            continue;
        plan->has_names = true;
        plan->names_line = i;
        plan->has_units =
            i + 1 < plan->data_line && units_at(lines[i + 1], plan) &&
            hc_text_is_words(shape_at(&lines[i + 1], plan->dialect));
        plan->data_line = i + 1 + plan->has_units;
        return;
    }
}

static void find_names(hc_text_line *lines, hc_text_plan *plan)
{
    size_t i = plan->data_line;
    while (i > 0 && hc_text_is_blank(lines[i - 1]))
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
        hc_text_is_row(shape_at(&lines[i - 1], plan->dialect)))
        plan->has_names = false;
}

/* Does the line of names stand once more, for a measurement that was started
 * again, or does a broken row cut off those above?  Then the table begins at
 * the first names. */
static void first_names(hc_text_line *lines, hc_text_plan *plan)
{
    size_t rows = 0,
           top = plan->has_names ? plan->names_line : plan->data_line;
    hc_text_line names = lines[plan->names_line];
    for (size_t i = top; i-- > 0;) {
        hc_text_shape s = shape_at(&lines[i], plan->dialect);
        if (hc_text_is_row(s) && s.fields + 1 >= plan->n_fields &&
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
        plan->has_units =
            units_at(lines[i + 1], plan) &&
            hc_text_is_words(shape_at(&lines[i + 1], plan->dialect));
        plan->data_line = i + 1 + plan->has_units;
        rows = 0;
    }
}

/* Is there another table above the names, under names of its own? */
static void table_above(hc_text_line *lines, hc_text_plan *plan)
{
    size_t rows = 0;
    for (size_t i = plan->has_names ? plan->names_line : 0; i-- > 0;) {
        hc_dialect d = plan->dialect;
        if (hc_text_is_row(shape_at(&lines[i], d)))
            rows++;
        else if (rows >= 2 && hc_text_is_words(shape_at(&lines[i], d)) &&
                 known_names(lines[i], d)) {
            plan->n_above = rows;
            plan->above_line = i;
            return;
        }
    }
}

/* Rows without names go on above a few broken ones. */
static void rows_further_up(hc_text_line *lines, hc_text_plan *plan)
{
    size_t odd = 0, rows = 1;
    for (size_t i = plan->data_line; i-- > 0;) {
        hc_text_shape s = shape_at(&lines[i], plan->dialect);
        if (hc_text_is_blank(lines[i]))
            continue;
        if (!hc_text_is_row(s) || s.fields != plan->n_fields) {
            if (++odd > rows)
                return;
            continue;
        }
        rows++;
        plan->data_line = i;
    }
}

/* The dialect of the lines from..last, unless it is known; names above few
 * rows would count as rows of words.  False: no memory. */
static bool find_dialect(hc_text_line *lines, size_t from, size_t last,
                         const hc_dialect *known, hc_text_plan *plan)
{
    const char *end = lines[last - 1].s + lines[last - 1].len;
    if (known != NULL) {
        plan->dialect = *known;
        return true;
    }
    hc_survey *v = hc_survey_new(lines[from].s, (size_t)(end - lines[from].s));
    if (v == NULL)
        return false;
    plan->dialect = hc_survey_dialect(v, lines[from].s);
    while (from + 3 < last &&
           !hc_text_is_row(shape_at(&lines[from], plan->dialect)))
        plan->dialect = hc_survey_dialect(v, lines[++from].s);
    hc_survey_free(v);
    return true;
}

static bool plan_of(hc_text_line *lines, size_t n, const hc_dialect *known,
                    hc_text_plan *plan)
{
    size_t from = tail_start(lines, n), last = n;
    hc_text_shape s;
    while (last > 0 && hc_text_is_blank(lines[last - 1]))
        last--;
    if (last == 0)
        return false;
    plan->open_rows = known != NULL;
    if (!find_dialect(lines, from, last, known, plan))
        return false;
    /* names may stand in quotes where numbers do not */
    if (known == NULL)
        plan->dialect.quotes = memchr(
            lines[0].s, '"',
            (size_t)(lines[last - 1].s + lines[last - 1].len - lines[0].s));
    /* the very last line may be cut or a remark */
    s = shape_at(&lines[last - 1], plan->dialect);
    if (!hc_text_is_row(s) && last > 1)
        s = shape_at(&lines[--last - 1], plan->dialect);
    if (!hc_text_is_row(s))
        return false;
    plan->n_fields = s.fields;
    plan->data_line = last - 1;
    for (size_t i = last - 1; i-- > 0;) {
        hc_text_shape t;
        if (hc_text_is_blank(lines[i]))
            continue;
        t = shape_at(&lines[i], plan->dialect);
        if (!hc_text_is_row(t) || t.fields > plan->n_fields + 1 ||
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
    table_above(lines, plan);
    return true;
}

/* From lines of the search to those of the file. */
static void place(hc_text_line *lines, hc_text_plan *plan)
{
    const hc_text_line *names = &lines[plan->names_line];
    if (plan->has_names) {
        plan->names = names->s;
        plan->names_len = names->len;
    }
    if (plan->has_names && plan->has_units) {
        plan->units = names[1].s;
        plan->units_len = names[1].len;
    }
    plan->names_line = names->number;
    plan->above_line = lines[plan->above_line].number;
    plan->data_line = lines[plan->data_line].number;
}

/* How many lines the probe may have, of which the first are looked at. */
static size_t lines_of(const hc_probe *p)
{
    const char *s = p->text, *end = s + p->text_len;
    size_t n = 1;
    for (; n < MAX_PROBE_LINES; n++, s++)
        if ((s = memchr(s, '\n', (size_t)(end - s))) == NULL)
            return n;
    return n;
}

bool hc_text_plan_in(const hc_probe *p, const hc_dialect *known,
                     hc_text_plan *plan)
{
    hc_text_line *lines;
    size_t n;
    bool ok;
    *plan = (hc_text_plan){0};
    if (p->binary)
        return false;
    size_t cap = lines_of(p);
    lines = malloc(cap * sizeof *lines);
    if (lines == NULL)
        return false;
    n = hc_text_lines(p, lines, cap, false);
    ok = n > 0 && plan_of(lines, n, known, plan);
    /* a summary of another shape behind the rows */
    for (size_t k = 0; !ok && p->whole && k < TAIL_LINES && n > 4; k++) {
        *plan = (hc_text_plan){0};
        ok = plan_of(lines, --n, known, plan) && plan->has_names &&
             known_names(lines[plan->names_line], plan->dialect);
    }
    if (!ok && p->whole) { /* the only row, without a line end */
        *plan = (hc_text_plan){0};
        n = hc_text_lines(p, lines, cap, true);
        ok = n > 1 && plan_of(lines, n, known, plan) && plan->has_names &&
             plan->data_line == n - 1 &&
             shape_at(&lines[plan->names_line], plan->dialect).fields ==
                 plan->n_fields;
    }
    if (ok)
        place(lines, plan);
    free(lines);
    return ok;
}

bool hc_text_plan_make(const hc_probe *p, hc_text_plan *plan)
{
    hc_probe_notes none = {0}, *n = p->notes == NULL ? &none : p->notes;
    if (!n->planned)
        n->has_plan = hc_text_plan_in(p, NULL, &n->plan);
    n->planned = true;
    *plan = n->plan;
    return n->has_plan;
}

/* ---- reading ---- */

static hc_status skip_lines(hc_lines *l, size_t n, hc_err *err)
{
    char *line;
    size_t len;
    while ((size_t)hc_lines_number(l) < n) {
        HC_TRY(hc_lines_next(l, &line, &len, err));
        if (line == NULL)
            break;
    }
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
    hc_rows_rules rules = {.dialect = plan->dialect,
                           .skip_blank = true,
                           .comments = "#%",
                           .one_table = true};
    HC_TRY(skip_lines(l, plan->data_line, err));
    HC_TRY(text_facts(sink, plan, err));
    if (plan->n_above > 0)
        hc_sink_warn(sink, (long)plan->above_line + 1,
                     "another table of %zu rows begins here, which is not "
                     "read, only that of line %zu: cut them into files of "
                     "their own",
                     plan->n_above, plan->names_line + 1);
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
    unsigned char *which = NULL;
    size_t n = 0;
    hc_status st = hc_lines_open(&l, src, err);
    if (st != HC_OK)
        return st;
    st = hc_text_plan_columns(&src->probe, plan, &c, &n, err);
    if (st == HC_OK) {
        d->columns = c;
        d->n_columns = n;
        d->is_complex = which = hc_text_plan_complex(&src->probe, plan, n);
        if (d->kind == HC_KIND_AUTO)
            d->kind = hc_text_kind(&src->probe, plan->data_line, plan->dialect,
                                   c, n, hc_text_columns);
        if (!sink->clocks)
            hc_text_direction(&src->probe, plan->data_line, plan->dialect,
                              hc_text_columns, d);
        st = plan_rows(l, sink, plan, d, err);
    }
    if (st != HC_OK && err != NULL && err->line == 0)
        err->line = hc_lines_number(l);
    hc_lines_free(l);
    hc_columns_free(c, n);
    free(which);
    return st;
}
