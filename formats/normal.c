/* normal.c: the sink that turns any file into our names, units and signs
 *
 * Which data sets are wanted, what their columns mean, the '#:' lines; rows
 * go on to series.c or eis.c.
 */
#include "formats/normal.h"

#include "core/number.h"
#include "formats/dates.h"
#include "formats/listing.h"
#include "formats/zone.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- '#:' lines ---- */

/* Before the header they wait in facts, later in the trailer. */
static hc_status keep(hc_normal *n, const char *key, const char *text,
                      hc_err *err)
{
    hc_meta *m = n->writer == NULL ? &n->facts : &n->trailer;
    if (hc_meta_add(m, key, "%s", text) != HC_OK)
        return hc_fail_nomem(err);
    return HC_OK;
}

void hc_normal_trail(hc_normal *n, const char *key, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (hc_meta_add(&n->trailer, key, "%s", text) != HC_OK)
        n->session->worst = hc_status_worst(n->session->worst, HC_NOMEM);
}

enum { TOLD_REPAIRS = 100, SAID_REPAIRS = 25 };

void hc_normal_repaired(hc_normal *n, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (n->n_repairs < TOLD_REPAIRS)
        hc_normal_trail(n, "repaired", "%s%s%s", n->many ? n->path : "",
                        n->many ? ": " : "", text);
    if (n->n_repairs < SAID_REPAIRS)
        hc_say_warning(&n->session->talk, n->path, 0, "repaired: %s", text);
    n->n_repairs++;
}

/* Facts that every table carries. */
static hc_status on_fact(void *ctx, const char *key, const char *value,
                         hc_err *err)
{
    static const char *const carried[] = {
        "technique",           "device",           "software", "sample",
        "start_time",          "ocv_volt",         "area_m2",  "mass_kg",
        "temperature_celsius", "voltage_of",       "comments", "end_time",
        "ac_voltage_volt",     "ac_current_ampere"};
    hc_normal *n = ctx;
    hc_moment m;
    if (strcmp(key, "start_time") == 0 &&
        hc_date_parse(value, strlen(value), HC_DATE_MDY, &m)) {
        n->start_clock = m.seconds - m.offset_second;
        n->start_is_utc = m.has_offset;
    }
    if (strcmp(key, "technique") == 0)
        snprintf(n->technique, sizeof n->technique, "%s", value);
    if (strcmp(key, "ocv_volt") == 0 &&
        !hc_number_parse(value, strlen(value), &n->eis.ocv_volt))
        n->eis.ocv_volt = NAN;
    if (n->many)
        return HC_OK; /* what varies is no '#:' line */
    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++)
        if (strcmp(key, carried[i]) == 0)
            return keep(n, key, value, err);
    return HC_OK;
}

static void on_warn(void *ctx, long line, const char *text)
{
    hc_normal *n = ctx;
    hc_say_warning(&n->session->talk, n->path, line, "%s", text);
}

/* ---- the meaning of columns ---- */

int hc_normal_find(const hc_normal *n, const char *target)
{
    int best = -1;
    for (size_t i = 0; i < n->n_in; i++)
        if (n->in[i].m.target != NULL &&
            strcmp(n->in[i].m.target, target) == 0 &&
            (best < 0 || n->in[i].m.rank < n->in[best].m.rank))
            best = (int)i;
    return best;
}

static int find_pair(const hc_normal *n, const char *what, const char *pair)
{
    char target[64];
    snprintf(target, sizeof target, "%s%s", what, pair);
    return hc_normal_find(n, target);
}

static void fill_slots(hc_normal *n)
{
    static const char *const pairs[] = {"", "@we", "@ce"};
    hc_slots *s = &n->slot;
    s->time = hc_normal_find(n, "test_time_second");
    s->date = hc_normal_find(n, "date_time");
    s->unix_time = hc_normal_find(n, "unix_time_second");
    s->volt = hc_normal_find(n, "voltage_volt");
    s->working = hc_normal_find(n, "working_potential_volt");
    s->counter = hc_normal_find(n, "counter_potential_volt");
    s->amp = hc_normal_find(n, "current_ampere");
    s->increment = hc_normal_find(n, "charge_increment_coulomb");
    s->control_amp = hc_normal_find(n, "control_ampere");
    s->control_mixed = hc_normal_find(n, "control_mixed");
    s->mode = hc_normal_find(n, "control_mode");
    s->cycle = hc_normal_find(n, "cycle_count");
    s->step = hc_normal_find(n, "step_count");
    s->step_id = hc_normal_find(n, "step_id");
    s->step_flag = hc_normal_find(n, "step_flag");
    s->step_time = hc_normal_find(n, "step_time_second");
    s->record = hc_normal_find(n, "record_index");
    s->freq = hc_normal_find(n, "frequency_hertz");
    s->key = hc_normal_find(n, "spectrum_key");
    for (int k = 0; k < 3; k++) {
        s->re[k] = find_pair(n, "real_impedance_ohm", pairs[k]);
        s->im[k] = find_pair(n, "imaginary_impedance_ohm", pairs[k]);
        s->mod[k] = find_pair(n, "absolute_impedance_ohm", pairs[k]);
        s->phase[k] = find_pair(n, "phase_degree", pairs[k]);
    }
    /* with Zwe-ce beside it, Z is that of the working electrode; with Zce
     * alone as well */
    if (find_pair(n, "real_impedance_ohm", "@cell") >= 0 || s->re[2] >= 0) {
        s->re[1] = s->re[0], s->im[1] = s->im[0];
        s->mod[1] = s->mod[0], s->phase[1] = s->phase[0];
        s->re[0] = find_pair(n, "real_impedance_ohm", "@cell");
        s->im[0] = find_pair(n, "imaginary_impedance_ohm", "@cell");
        s->mod[0] = find_pair(n, "absolute_impedance_ohm", "@cell");
        s->phase[0] = find_pair(n, "phase_degree", "@cell");
    }
}

static bool is_text_target(const char *target)
{
    return strcmp(target, "step_type") == 0 ||
           strcmp(target, "date_time") == 0 || strcmp(target, "step_id") == 0;
}

/* The grammar of hc_number_parse without its arithmetic. */
static bool is_number(const char *s, size_t len)
{
    const char *end = s + len, *start;
    s += len > 0 && (*s == '-' || *s == '+');
    start = s;
    while (s < end && (unsigned char)(*s - '0') < 10)
        s++;
    if (s < end && *s == '.') {
        start++;
        for (s++; s < end && (unsigned char)(*s - '0') < 10;)
            s++;
    }
    if (s == start)
        return false;
    if (s < end && (*s == 'e' || *s == 'E')) {
        s++;
        s += s < end && (*s == '-' || *s == '+');
        start = s;
        while (s < end && (unsigned char)(*s - '0') < 10)
            s++;
        if (s == start)
            return false;
    }
    return s == end;
}

/* Columns whose values nothing is computed from keep their text. */
static void mark_passed(hc_normal *n)
{
    const int *slots = (const int *)(const void *)&n->slot;
    for (size_t i = 0; i < n->n_in; i++)
        n->in[i].passed = n->in[i].number && n->in[i].m.exact &&
                          !n->in[i].clock && (int)i != n->counters.a &&
                          (int)i != n->counters.b;
    for (size_t k = 0; k < sizeof n->slot / sizeof *slots; k++)
        if (slots[k] >= 0)
            n->in[slots[k]].passed = false;
    if (n->kind != HC_KIND_EIS && n->slot.volt >= 0)
        n->in[n->slot.volt].passed = n->in[n->slot.volt].m.exact;
    if (n->kind != HC_KIND_EIS && n->slot.working >= 0 &&
        (n->slot.volt >= 0 || n->slot.counter < 0))
        n->in[n->slot.working].passed = n->in[n->slot.working].m.exact;
    for (size_t i = 0; i < n->n_in; i++) /* watched */
        if (n->kind == HC_KIND_EIS && n->in[i].m.target != NULL &&
            (strstr(n->in[i].m.target, "temperature") != NULL ||
             strstr(n->in[i].m.target, "pressure") != NULL ||
             strncmp(n->in[i].m.target, "thd_", 4) == 0))
            n->in[i].passed = false;
    /* impedances are handed on where both parts are there */
    for (int k = 0; k < 3; k++)
        if (n->slot.re[k] >= 0 && n->slot.im[k] >= 0)
            n->in[n->slot.re[k]].passed = n->in[n->slot.im[k]].passed =
                n->in[n->slot.re[k]].m.exact && n->in[n->slot.im[k]].m.exact;
}

static hc_status bind(hc_normal *n, const hc_dataset *d, hc_err *err)
{
    free(n->in);
    free(n->num);
    n->n_in = d->n_columns;
    n->in = calloc(n->n_in + 1, sizeof *n->in);
    n->num = calloc(n->n_in + 1, sizeof *n->num);
    if (n->in == NULL || n->num == NULL) {
        n->n_in = 0;
        return hc_fail_nomem(err);
    }
    for (size_t i = 0; i < n->n_in; i++) {
        hc_incol *c = &n->in[i];
        c->m = hc_column_meaning(&d->columns[i], n->format->columns);
        if (c->m.target == NULL)
            continue;
        c->number = !is_text_target(c->m.target);
        c->clock = hc_ends_with(c->m.target, "_time_second");
    }
    fill_slots(n);
    hc_counters_find(n);
    n->direction = -1;
    n->amp_sign = n->slot.amp >= 0 ? n->in[n->slot.amp].m.sign : 1;
    for (size_t i = 0; d->direction != NULL && i < n->n_in; i++)
        if (strcmp(d->columns[i].name, d->direction) == 0)
            n->direction = (int)i;
    return HC_OK;
}

void hc_normal_direction(hc_normal *n, const hc_cell *cells)
{
    if (n->direction < 0 || n->slot.amp < 0)
        return;
    const hc_cell *c = &cells[n->direction];
    const char *word = n->dataset->discharging;
    double x;
    bool discharging = c->type == HC_CELL_TEXT && c->len == strlen(word) &&
                       memcmp(c->u.s, word, c->len) == 0;
    /* some dialects have the sign all the same */
    if (discharging && hc_cell_number(&cells[n->slot.amp], &x) && x < 0)
        discharging = false;
    n->in[n->slot.amp].m.sign = discharging ? -n->amp_sign : n->amp_sign;
}

/* A step may be called anything: a number of its own for each text. */
static double step_key(const hc_cell *c)
{
    double x = 0;
    if (hc_cell_number(c, &x))
        return isnan(x) ? -1 : x;
    for (uint32_t i = 0; i < c->len; i++)
        x = fmod(x * 31 + (unsigned char)c->u.s[i], 9007199254740881.0);
    return x + 0.5;
}

static bool has_impedance(const hc_slots *s)
{
    if (s->freq < 0)
        return false;
    for (int k = 0; k < 3; k++)
        if ((s->re[k] >= 0 && s->im[k] >= 0) ||
            (s->mod[k] >= 0 && s->phase[k] >= 0))
            return true;
    return false;
}

static hc_kind own_kind(const hc_normal *n, const hc_dataset *d)
{
    if (d->kind != HC_KIND_AUTO)
        return d->kind;
    return has_impedance(&n->slot) ? HC_KIND_EIS : HC_KIND_SERIES;
}

/* ---- which data sets ---- */

/* Is the data set wanted, and as what? */
static bool wanted(hc_normal *n, const hc_dataset *d, size_t index,
                   hc_kind *kind)
{
    hc_kind own = own_kind(n, d);
    if (n->options->select != NULL)
        return hc_dataset_selected(d->name, d->technique, d->side, index, own,
                                   has_impedance(&n->slot), n->options->select,
                                   kind);
    *kind = own;
    return !d->side && own != HC_KIND_OTHER;
}

static void list_dataset(hc_normal *n, const hc_dataset *d, size_t index)
{
    hc_text_printf(&n->list, "%s%zu %s%s%s", index == 0 ? "" : ", ", index,
                   d->name, d->technique[0] == '\0' ? "" : " ", d->technique);
}

/* ---- the header ---- */

hc_status hc_normal_add(hc_normal *n, const char *name, hc_from from,
                        int column, hc_err *err)
{
    hc_outcol *p;
    for (size_t i = 0; i < n->n_out; i++)
        if (strcmp(n->out[i].name, name) == 0)
            return HC_OK;
    p = hc_grow(n->out, &n->cap_out, n->n_out + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    n->out = p;
    p[n->n_out] = (hc_outcol){.from = from, .column = column};
    snprintf(p[n->n_out].name, sizeof p->name, "%s", name);
    n->n_out++;
    return HC_OK;
}

/* Facts of cells.tsv: '#:' lines for one file, columns for many. */
static hc_status cell_lines(hc_normal *n)
{
    const hc_cells_row *c = n->cell;
    if (c == NULL || n->many)
        return HC_OK;
    hc_writer_meta(n->writer, "cell", "%s", c->cell);
    for (size_t k = 0; k < HC_CELLS_WORDS; k++)
        if (c->word[k] != NULL)
            hc_writer_meta(n->writer, hc_cells_word_key((hc_cells_word)k),
                           "%s", c->word[k]);
    for (size_t k = 0; k < HC_CELLS_NUMBERS; k++) {
        char text[HC_NUMBER_SIZE];
        if (isnan(c->number[k]))
            continue;
        hc_number_print_digits(c->number[k], 15, text);
        hc_writer_meta(n->writer, hc_cells_number_key((hc_cells_number)k),
                       "%s", text);
    }
    return HC_OK;
}

static hc_status cell_columns(hc_normal *n, hc_err *err)
{
    if (!n->many || n->options->cells == NULL)
        return HC_OK;
    HC_TRY(hc_normal_add(n, "cell", HC_FROM_CELL, -1, err));
    for (size_t k = 0; k < HC_CELLS_NUMBERS; k++)
        for (size_t i = 0; i < n->options->cells->n; i++)
            if (!isnan(n->options->cells->rows[i].number[k])) {
                HC_TRY(hc_normal_add(n,
                                     hc_cells_number_key((hc_cells_number)k),
                                     HC_FROM_FACT, (int)k, err));
                break;
            }
    return HC_OK;
}

static hc_status asked_columns(hc_normal *n, hc_err *err)
{
    const char *s = n->options->columns;
    while (s != NULL && *s != '\0') {
        char name[64];
        size_t len = strcspn(s, ",");
        snprintf(name, sizeof name, "%.*s", (int)(len < 63 ? len : 63), s);
        if (len > 0)
            HC_TRY(hc_normal_add(n, name, HC_FROM_COLUMN, -1, err));
        s += len + (s[len] == ',');
    }
    return HC_OK;
}

static hc_status other_columns(hc_normal *n, hc_err *err)
{
    hc_loggers *l = n->options->loggers;
    for (size_t k = 0; l != NULL && k < hc_loggers_columns(l); k++) {
        char name[64];
        bool taken = false;
        snprintf(name, sizeof name, "%s", hc_loggers_name(l, k));
        for (size_t i = 0; i < n->n_out; i++)
            taken = taken || strcmp(n->out[i].name, name) == 0;
        if (taken)
            snprintf(name, sizeof name, "aux_%.59s", hc_loggers_name(l, k));
        HC_TRY(hc_normal_add(n, name, HC_FROM_LOGGER, (int)k, err));
    }
    HC_TRY(asked_columns(n, err));
    for (size_t i = 0; n->options->all && !n->many && i < n->n_in; i++)
        HC_TRY(hc_normal_add(n, n->dataset->columns[i].name, HC_FROM_ALL,
                             (int)i, err));
    return HC_OK;
}

/* Strict BDF has its own columns only, by their labels, and needs three. */
static hc_status bdf_columns(hc_normal *n, hc_err *err)
{
    static const char *const needed[] = {"test_time_second", "voltage_volt",
                                         "current_ampere"};
    size_t kept = 0, found = 0;
    if (n->kind == HC_KIND_EIS)
        return hc_fail(err, HC_USAGE, "--to bdf writes series only");
    for (size_t i = 0; i < n->n_out; i++)
        if (hc_bdf_known(n->out[i].name) != NULL)
            n->out[kept++] = n->out[i];
    n->n_out = kept;
    for (size_t i = 0; i < kept; i++)
        for (size_t k = 0; k < 3; k++)
            found += strcmp(n->out[i].name, needed[k]) == 0;
    if (found < 3)
        return hc_fail(err, HC_DATA,
                       "BDF needs time, voltage and current; one is missing");
    return HC_OK;
}

static hc_status choose_columns(hc_normal *n, hc_err *err)
{
    if (n->many && !n->options->to_bdf)
        HC_TRY(
            hc_normal_add(n, "source_index", HC_FROM_SOURCE_INDEX, -1, err));
    HC_TRY(cell_columns(n, err));
    if (n->kind == HC_KIND_EIS)
        HC_TRY(hc_eis_columns(n, err));
    else
        HC_TRY(hc_series_columns(n, err));
    HC_TRY(other_columns(n, err));
    return n->options->to_bdf ? bdf_columns(n, err) : HC_OK;
}

static hc_status write_header(hc_normal *n, hc_err *err)
{
    bool bdf = n->options->to_bdf;
    HC_TRY(choose_columns(n, err));
    if (bdf)
        HC_TRY(hc_writer_new(&n->writer, n->session->out, HC_WRITE_CSV, err));
    else
        HC_TRY(hc_session_table(n->session, hc_kind_word(n->kind), &n->facts,
                                &n->writer, err));
    HC_TRY(cell_lines(n));
    for (size_t i = 0; i < n->n_out; i++)
        hc_writer_column(n->writer,
                         bdf ? hc_bdf_label(n->out[i].name) : n->out[i].name);
    return HC_OK;
}

/* Where the columns of the header are in this data set. */
static void rebind(hc_normal *n)
{
    for (size_t i = 0; i < n->n_out; i++) {
        hc_outcol *c = &n->out[i];
        if (c->from == HC_FROM_COLUMN)
            c->column = hc_normal_find(n, c->name);
        if (c->from == HC_FROM_ALL ||
            (c->from == HC_FROM_COLUMN && c->column < 0))
            for (size_t k = 0; k < n->n_in; k++)
                if (strcmp(n->dataset->columns[k].name, c->name) == 0)
                    c->column = (int)k;
    }
}

/* ---- the sink ---- */

static hc_status accept(hc_normal *n, const hc_dataset *d, hc_kind kind,
                        hc_err *err)
{
    if (n->selected_any && n->options->select == NULL &&
        (kind != n->kind || strcmp(n->technique, d->technique) != 0)) {
        n->conflict = true;
        return HC_OK;
    }
    if (n->writer != NULL && kind != n->kind) {
        n->refused = true;
        return HC_OK;
    }
    if (kind == HC_KIND_EIS && !has_impedance(&n->slot))
        return hc_fail(err, HC_DATA,
                       n->slot.freq < 0
                           ? "no column with the frequency: '%s' cannot be "
                             "read as spectra"
                           : "no columns with the impedance: '%s' cannot be "
                             "read as spectra",
                       d->name);
    n->kind = kind;
    snprintf(n->technique, sizeof n->technique, "%s", d->technique);
    n->selected_any = n->active = true;
    mark_passed(n);
    if (n->writer == NULL)
        HC_TRY(write_header(n, err));
    rebind(n);
    return HC_OK;
}

static hc_status on_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    hc_normal *n = ctx;
    size_t index = n->n_datasets++;
    hc_kind kind;
    n->active = n->side = false;
    n->dataset = d;
    list_dataset(n, d, index);
    HC_TRY(bind(n, d, err));
    if (!wanted(n, d, index, &kind)) {
        n->side = d->side;
        return HC_OK;
    }
    return accept(n, d, kind, err);
}

/* All numbers of the row in our units; false when one is none (the row has
 * been rejected). */
static bool take_numbers(hc_normal *n, const hc_cell *cells)
{
    hc_normal_direction(n, cells);
    for (size_t i = 0; i < n->n_in; i++) {
        const hc_incol *c = &n->in[i];
        double x;
        if ((int)i == n->slot.step_id)
            n->num[i] = step_key(&cells[i]);
        if (!c->number)
            continue;
        if (c->passed && cells[i].type == HC_CELL_TEXT &&
            is_number(cells[i].u.s, cells[i].len)) {
            n->num[i] = 0;
            continue;
        }
        if (hc_cell_number(&cells[i], &x)) {
            n->num[i] = hc_meaning_value(&c->m, x);
            continue;
        }
        if (c->clock && hc_duration_parse(cells[i].u.s, cells[i].len, &x)) {
            n->num[i] = x;
            continue;
        }
        if (c->clock) {
            bool utc;
            n->num[i] = hc_normal_clock(n, &cells[i], &utc);
            if (!isnan(n->num[i]))
                continue;
        }
        hc_sink_reject(n->sink, n->sink->line, "%.60s is not a number: '%.*s'",
                       n->dataset->columns[i].name,
                       (int)(cells[i].len < 40 ? cells[i].len : 40),
                       cells[i].u.s);
        n->sink->rows--;
        n->sink->dataset_rows--;
        return false;
    }
    return true;
}

static hc_status on_row(void *ctx, const hc_cell *cells, hc_err *err)
{
    hc_normal *n = ctx;
    if (n->side && take_numbers(n, cells)) {
        hc_eis_rest_row(n);
        return HC_OK;
    }
    if (!n->active || !take_numbers(n, cells))
        return HC_OK;
    return n->kind == HC_KIND_EIS ? hc_eis_row(n, cells, err)
                                  : hc_series_row(n, cells, err);
}

static hc_status on_end(void *ctx, hc_err *err)
{
    hc_normal *n = ctx;
    hc_status st = HC_OK;
    if (n->active)
        st = n->kind == HC_KIND_EIS ? hc_eis_end(n, err)
                                    : hc_series_end(n, err);
    n->active = n->side = false;
    n->dataset = NULL;
    return st;
}

const hc_sink_ops hc_normal_ops = {.fact = on_fact,
                                   .begin = on_begin,
                                   .row = on_row,
                                   .end = on_end,
                                   .warn = on_warn};

/* ---- a file ---- */

hc_status hc_normal_open(hc_normal *n, const hc_format *format,
                         const char *path, long source_index, hc_sink *sink,
                         hc_err *err)
{
    n->format = format;
    n->path = path;
    n->source_index = source_index;
    n->sink = sink;
    n->start_clock = NAN;
    n->start_is_utc = false;
    n->conflict = n->refused = n->selected_any = false;
    n->current_derived = n->voltage_noted = false;
    n->technique[0] = '\0';
    n->n_datasets = n->n_repairs = 0;
    hc_text_reset(&n->list);
    n->run = (hc_running){.last_time = NAN,
                          .last_amp = NAN,
                          .last_volt = NAN,
                          .first_date = NAN,
                          .last_step_id = NAN,
                          .last_record = NAN};
    for (int k = 0; k < HC_MAX_PAIRS; k++)
        hc_text_reset(&n->eis.held[k]);
    n->eis.spectrum = -1;
    n->eis.last_freq = n->eis.last_key = n->eis.rest_from = NAN;
    n->eis.rest_s = n->eis.ocv_volt = n->eis.drift_v_s = NAN;
    n->eis.direction = 0;
    n->eis.last_step = 0;
    n->eis.dropped_dc = 0;
    n->eis.dc_between = false;
    n->cell = NULL;
    if (n->options->cells != NULL)
        return hc_cells_find(n->options->cells, path, &n->cell, err);
    return HC_OK;
}

hc_status hc_normal_finish(hc_normal *n, hc_err *err)
{
    if (n->eis.dropped_dc > 0)
        hc_normal_trail(n, "dropped", "%s%s%llu rows with frequency 0",
                        n->many ? n->path : "", n->many ? ": " : "",
                        (unsigned long long)n->eis.dropped_dc);
    if (n->n_repairs > TOLD_REPAIRS)
        hc_normal_trail(n, "repaired", "%zu more",
                        n->n_repairs - TOLD_REPAIRS);
    if (n->n_repairs > SAID_REPAIRS)
        hc_say_warning(&n->session->talk, n->path, 0,
                       "%zu more repairs, see the '#: repaired' lines",
                       n->n_repairs - SAID_REPAIRS);
    if (n->conflict)
        return hc_fail_at(err, HC_USAGE, n->path, 0,
                          "holds several techniques, choose with --select: "
                          "%.600s",
                          hc_text_get(&n->list));
    if (n->refused)
        return hc_fail_at(err, HC_DATA, n->path, 0,
                          "is of another kind than the table (%s)",
                          hc_kind_word(n->kind));
    if (!n->selected_any && n->options->select != NULL)
        return hc_fail_at(err, HC_USAGE, n->path, 0,
                          "nothing in it is '%s'; it holds: %.600s",
                          n->options->select, hc_text_get(&n->list));
    if (!n->selected_any)
        return hc_fail_at(err, HC_DATA, n->path, 0,
                          "holds no measurement (--raw shows it): %.600s",
                          hc_text_get(&n->list));
    return HC_OK;
}

void hc_normal_clear(hc_normal *n)
{
    free(n->out);
    free(n->in);
    free(n->num);
    free(n->held.cells);
    free(n->held.at);
    hc_text_clear(&n->held.text);
    hc_text_clear(&n->list);
    for (int k = 0; k < HC_MAX_PAIRS; k++)
        hc_text_clear(&n->eis.held[k]);
    hc_meta_clear(&n->facts);
    hc_meta_clear(&n->trailer);
}

/* ---- times ---- */

double hc_normal_clock(const hc_normal *n, const hc_cell *c, bool *is_utc)
{
    hc_moment m;
    hc_date_order order = n->format->dates;
    double x;
    if (c->type != HC_CELL_NONE && hc_cell_number(c, &x)) {
        /* days since 1899-12-30 (OLE, Excel) or seconds since 1970 UTC */
        *is_utc = x > 3e8;
        return x > 1e4 && x < 1e5
                   ? hc_civil_seconds(1899, 12, 30) + round(x * 86400e3) / 1e3
               : x > 3e8 && x < 4e9 ? x
                                    : NAN;
    }
    if (c->type != HC_CELL_TEXT || !hc_date_parse(c->u.s, c->len, order, &m) ||
        !m.has_date)
        return NAN;
    *is_utc = m.has_offset;
    return m.seconds - m.offset_second;
}

double hc_normal_utc(const hc_normal *n, double clock, bool is_utc)
{
    if (is_utc || isnan(clock))
        return clock;
    return n->options->zone == NULL ? NAN
                                    : hc_zone_utc(n->options->zone, clock);
}

/* ---- cells of a row ---- */

/* Many numbers (cycles, steps, the counter that rests) are those of the row
 * before: their text is kept. */
static void put_kept(hc_normal *n, size_t i, double x, int digits)
{
    hc_kept *k = &n->out[i].kept;
    if (k->len == 0 || memcmp(&k->x, &x, sizeof x) != 0) {
        k->x = x;
        k->len = digits == 0 ? hc_number_print(x, k->text)
                             : hc_number_print_digits(x, digits, k->text);
    }
    hc_writer_raw(n->writer, k->text, k->len);
}

void hc_put_exact(hc_normal *n, size_t i, double x)
{
    put_kept(n, i, x, 0);
}

void hc_put_digits(hc_normal *n, size_t i, double x, int digits)
{
    put_kept(n, i, x, digits);
}

double hc_normal_logged(const hc_normal *n, int column)
{
    double t = n->run.last_time, clock = NAN;
    if (!isnan(n->run.first_date))
        clock = n->run.first_date + t;
    else if (!isnan(n->start_clock))
        clock = n->start_clock + t;
    return hc_loggers_at(n->options->loggers, (size_t)column, clock, t);
}

size_t hc_normal_text(const hc_normal *n, int column, const hc_cell *cells,
                      char *buf, const char **s)
{
    const hc_incol *in = &n->in[column];
    const hc_cell *cell = &cells[column];
    if (!in->number)
        return hc_cell_print(cell, buf, s);
    if (in->clock && cell->type == HC_CELL_TEXT &&
        memchr(cell->u.s, ':', cell->len) != NULL) {
        *s = buf;
        return hc_number_print(n->num[column], buf);
    }
    return hc_cell_print_as(cell, &in->m, n->num[column], buf, s);
}

size_t hc_normal_print(const hc_normal *n, const hc_outcol *c,
                       const hc_cell *cells, char *buf, const char **s)
{
    *s = buf;
    switch (c->from) {
    case HC_FROM_SOURCE_INDEX:
        return hc_number_print((double)n->source_index, buf);
    case HC_FROM_CELL:
        *s = n->cell == NULL ? "-" : n->cell->cell;
        return strlen(*s);
    case HC_FROM_FACT:
        return hc_number_print_digits(
            n->cell == NULL ? NAN : n->cell->number[c->column], 15, buf);
    case HC_FROM_LOGGER:
        return hc_number_print_digits(hc_normal_logged(n, c->column), 10, buf);
    default:
        break;
    }
    if (c->column >= 0 && c->from == HC_FROM_ALL)
        return hc_cell_print(&cells[c->column], buf, s);
    if (c->column >= 0)
        return hc_normal_text(n, c->column, cells, buf, s);
    *s = "NaN";
    return 3;
}

void hc_normal_put(hc_normal *n, const hc_outcol *c, const hc_cell *cells)
{
    char buf[HC_CELL_SIZE];
    const char *s;
    size_t len = hc_normal_print(n, c, cells, buf, &s);
    hc_writer_raw(n->writer, s, len);
}
