/* normal.c: the sink that turns any file into our names, units and signs
 *
 * Which data sets are wanted, what their columns mean, the '#:' lines; rows
 * go on to series.c or eis.c.
 */
#include "formats/normal.h"

#include "core/number.h"
#include "formats/dates.h"
#include "formats/lines.h"
#include "formats/listing.h"
#include "formats/zone.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- '#:' lines ---- */

static bool stands_in(const hc_meta *m, const char *key, const char *text)
{
    const size_t len = strlen(key);
    for (size_t i = 0; i < m->n; i++)
        if (strncmp(m->lines[i], key, len) == 0 && m->lines[i][len] == ' ' &&
            strcmp(m->lines[i] + len + 1, text) == 0)
            return true;
    return false;
}

/* Before the header they wait in facts, later in the trailer; what goes on in
 * another sheet says the same again. */
hc_status hc_normal_keep(hc_normal *n, const char *key, const char *text,
                         hc_err *err)
{
    hc_meta *m = n->writer == NULL ? &n->facts : &n->trailer;
    if (stands_in(&n->facts, key, text) || stands_in(&n->trailer, key, text))
        return HC_OK;
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
        hc_session_note(n->session, hc_fail_nomem(&n->session->err));
}

enum { TOLD_REPAIRS = 100, SAID_REPAIRS = 25, TOLD_BACKWARDS = 3 };

void hc_normal_backwards(hc_normal *n, double from, double to)
{
    if (n->run.backwards++ < TOLD_BACKWARDS)
        hc_sink_warn(n->sink, n->sink->line,
                     "time runs backwards, from %g to %g s", from, to);
}

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
            return hc_normal_keep(n, key, value, err);
    return HC_OK;
}

static void on_warn(void *ctx, long line, const char *text)
{
    hc_normal *n = ctx;
    hc_say_warning(&n->session->talk, n->path, line, "%s", text);
}

/* ---- which data sets ---- */

static hc_kind own_kind(const hc_normal *n, const hc_dataset *d)
{
    if (d->kind != HC_KIND_AUTO)
        return d->kind;
    return hc_slots_impedance(&n->slot) ? HC_KIND_EIS : HC_KIND_SERIES;
}

/* Is the data set wanted, and as what? */
static bool wanted(hc_normal *n, const hc_dataset *d, size_t index,
                   hc_kind *kind)
{
    hc_kind own = own_kind(n, d);
    if (n->options->select != NULL)
        return hc_dataset_selected(d->name, d->technique, d->side, index, own,
                                   hc_slots_impedance(&n->slot),
                                   n->options->select, kind);
    *kind = own;
    return !d->side && own != HC_KIND_OTHER;
}

static void list_dataset(hc_normal *n, const hc_dataset *d, size_t index)
{
    hc_text_printf(&n->list, "%s%zu %s%s%s", index == 0 ? "" : ", ", index,
                   d->name, d->technique[0] == '\0' ? "" : " ", d->technique);
}

/* ---- the sink ---- */

void hc_normal_reject(hc_normal *n, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    hc_sink_reject(n->sink, n->sink->line, "%s", text);
    n->sink->rows--;
    n->sink->dataset_rows--;
}

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
    HC_TRY(hc_normal_tell(n, d, kind, err));
    if (kind == HC_KIND_EIS && !hc_slots_impedance(&n->slot))
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
    hc_normal_mark_passed(n);
    if (n->writer == NULL)
        HC_TRY(hc_normal_header(n, err));
    hc_normal_rebind(n);
    return hc_straight_prepare(n, err);
}

static hc_status on_begin(void *ctx, const hc_dataset *d, hc_err *err)
{
    hc_normal *n = ctx;
    size_t index = n->n_datasets++;
    hc_kind kind;
    n->active = n->side = false;
    list_dataset(n, d, index);
    HC_TRY(hc_normal_widen(n, &d, err));
    n->dataset = d;
    HC_TRY(hc_normal_bind(n, d, err));
    if (!wanted(n, d, index, &kind)) {
        n->side = d->side && own_kind(n, d) != HC_KIND_OTHER;
        return HC_OK;
    }
    return accept(n, d, kind, err);
}

static hc_status on_row(void *ctx, const hc_cell *cells, hc_err *err)
{
    hc_normal *n = ctx;
    if (n->wide.columns.n_pairs > 0 && (n->side || n->active) &&
        !hc_normal_wide_row(n, &cells))
        return HC_OK;
    if (n->side && hc_normal_take(n, &cells)) {
        hc_eis_rest_row(n);
        return HC_OK;
    }
    if (!n->active || !hc_normal_take(n, &cells))
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
                                   .numbers = hc_straight_row,
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
    n->dates = format->dates;
    n->time_unit = 1;
    n->conflict = n->refused = n->selected_any = false;
    n->current_derived = n->voltage_noted = false;
    n->technique[0] = '\0';
    n->n_datasets = n->n_repairs = 0;
    hc_text_reset(&n->list);
    n->run = (hc_running){.last_time = NAN,
                          .last_amp = NAN,
                          .last_volt = NAN,
                          .first_date = NAN,
                          .first_day = NAN,
                          .time_scale = 1,
                          .last_step_id = NAN,
                          .last_record = NAN,
                          .last_cycle = NAN};
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
    n->log_hits =
        n->options->loggers == NULL ? 0 : hc_loggers_hits(n->options->loggers);
    if (n->options->cells != NULL)
        return hc_cells_find(n->options->cells, path, &n->cell, err);
    return HC_OK;
}

/* A log of another day, or one with a clock beside a test without. */
static void tell_idle_logs(const hc_normal *n)
{
    const hc_loggers *l = n->options->loggers;
    if (l != NULL && n->sink->rows > 0 && hc_loggers_columns(l) > 0 &&
        hc_loggers_hits(l) == n->log_hits)
        hc_say_warning(&n->session->talk, n->path, 0,
                       "no reading of --aux falls into this test: its "
                       "columns are NaN (another day, or a clock that needs "
                       "--aux-offset?)");
}

hc_status hc_normal_finish(hc_normal *n, hc_err *err)
{
    tell_idle_logs(n);
    if (n->eis.dropped_dc > 0 && n->sink->rows == n->eis.dropped_dc)
        hc_say_warning(&n->session->talk, n->path, 0,
                       "no row has a frequency above 0: it holds no spectrum "
                       "(--raw shows the rows)");
    if (n->eis.dropped_dc > 0)
        hc_normal_trail(n, "dropped", "%s%s%llu rows with frequency 0",
                        n->many ? n->path : "", n->many ? ": " : "",
                        (unsigned long long)n->eis.dropped_dc);
    if (n->run.backwards > TOLD_BACKWARDS)
        hc_say_warning(&n->session->talk, n->path, 0,
                       "time runs backwards in %lu places", n->run.backwards);
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
    if (!n->selected_any && n->n_datasets == 0)
        return hc_fail_at(err, HC_DATA, n->path, 0, "holds no measurement%s%s",
                          n->sink->incomplete ? ": " : "",
                          n->sink->incomplete ? n->sink->why_incomplete : "");
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
    free(n->shape);
    free(n->seen);
    free(n->wanted);
    hc_normal_mended_clear(n);
    hc_normal_wide_clear(n);
    hc_straight_clear(&n->straight);
    hc_series_flat_clear(n);
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

double hc_cell_clock(const hc_cell *c, hc_date_order order, bool *is_utc)
{
    hc_moment m;
    double x;
    if (c->type != HC_CELL_NONE && hc_cell_number(c, &x)) {
        /* days since 1899-12-30 (OLE, Excel) or seconds since 1970 UTC */
        if (x > 3e11 && x < 4e12)
            x /= 1000; /* milliseconds */
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

double hc_normal_clock(const hc_normal *n, const hc_cell *c, bool *is_utc)
{
    return hc_cell_clock(c, n->dates, is_utc);
}

double hc_normal_utc(const hc_normal *n, double clock, bool is_utc)
{
    if (is_utc || isnan(clock))
        return clock;
    return n->options->zone == NULL
               ? NAN
               : hc_zone_utc(n->options->zone, clock, n->run.last_utc);
}
