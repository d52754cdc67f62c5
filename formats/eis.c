/* eis.c: rows of kind eis
 *
 * Rows with frequency 0 are no points of a spectrum: they are counted, and
 * tell what came before it.  A new spectrum begins where the key column (z
 * cycle or cycle number) changes and where the frequency turns round.
 */
#include "formats/normal.h"

#include "core/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const pair_names[] = {"cell", "we", "ce"};

static bool has_pair(const hc_slots *s, int k)
{
    return (s->re[k] >= 0 && s->im[k] >= 0) ||
           (s->mod[k] >= 0 && s->phase[k] >= 0) || (k == 0 && s->form_a >= 0);
}

/* ---- columns ---- */

static hc_status key_columns(hc_normal *n, hc_err *err)
{
    HC_TRY(hc_normal_add(n, "spectrum_index", HC_FROM_SPECTRUM, -1, err));
    HC_TRY(hc_normal_add(n, "electrode", HC_FROM_ELECTRODE, -1, err));
    HC_TRY(hc_normal_add(n, "frequency_hertz", HC_FROM_COLUMN, n->slot.freq,
                         err));
    HC_TRY(hc_normal_add(n, "real_impedance_ohm", HC_FROM_RE, -1, err));
    return hc_normal_add(n, "imaginary_impedance_ohm", HC_FROM_IM, -1, err);
}

static bool mixed(const hc_normal *n)
{
    return n->dataset->kind == HC_KIND_SERIES || !isnan(n->eis.ocv_volt) ||
           !isnan(n->eis.rest_from);
}

/* Other targets that describe a point of a spectrum. */
static bool is_context(const char *target)
{
    static const char *const words[] = {
        "temperature", "pressure", "thd_", "nsd_", "nsr_", "ac_", "soc"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strstr(target, words[i]) != NULL)
            return strstr(target, "resistance") == NULL;
    return false;
}

hc_status hc_eis_columns(hc_normal *n, hc_err *err)
{
    const hc_slots *s = &n->slot;
    bool all = n->many;
    if (s->form_a >= 0 && !all &&
        hc_meta_add(&n->facts, "derived",
                    "real_impedance_ohm, imaginary_impedance_ohm from "
                    "columns '%.60s' and '%.60s'",
                    n->dataset->columns[s->form_a].name,
                    n->dataset->columns[s->form_b].name) != HC_OK)
        return hc_fail_nomem(err);
    HC_TRY(key_columns(n, err));
    if (all || s->time >= 0 || s->date >= 0)
        HC_TRY(hc_normal_add(n, "test_time_second", HC_FROM_TIME, -1, err));
    if (all || s->cycle >= 0)
        HC_TRY(hc_normal_add(n, "cycle_count", HC_FROM_CYCLE, -1, err));
    if (all || s->step_id >= 0 || s->step >= 0)
        HC_TRY(hc_normal_add(n, "step_count", HC_FROM_STEP, -1, err));
    if (all || s->volt >= 0 || s->working >= 0)
        HC_TRY(hc_normal_add(n, "dc_voltage_volt", HC_FROM_VOLTAGE, -1, err));
    if (all || s->amp >= 0)
        HC_TRY(hc_normal_add(n, "dc_current_ampere", HC_FROM_CURRENT, s->amp,
                             err));
    if (all)
        HC_TRY(hc_normal_add(n, "temperature_t1_celsius", HC_FROM_COLUMN, -1,
                             err));
    if (all || mixed(n)) {
        HC_TRY(hc_normal_add(n, "rest_second", HC_FROM_REST, -1, err));
        HC_TRY(hc_normal_add(n, "ocv_volt", HC_FROM_OCV, -1, err));
        HC_TRY(hc_normal_add(n, "voltage_drift_volt_second", HC_FROM_DRIFT, -1,
                             err));
    }
    for (size_t i = 0; !all && i < n->n_in; i++) {
        const char *target = n->in[i].m.target;
        if (target != NULL && is_context(target))
            HC_TRY(hc_normal_add(n, target, HC_FROM_COLUMN, (int)i, err));
    }
    return HC_OK;
}

/* ---- what came before ---- */

static double num(const hc_normal *n, int slot)
{
    return slot < 0 ? NAN : n->num[slot];
}

static double pair_voltage(const hc_normal *n, int pair)
{
    const hc_slots *s = &n->slot;
    if (pair == 1 && s->working >= 0)
        return n->num[s->working];
    if (pair == 2)
        return num(n, s->counter);
    if (s->volt >= 0)
        return n->num[s->volt];
    if (s->working >= 0 && s->counter >= 0)
        return n->num[s->working] - n->num[s->counter];
    return num(n, s->working);
}

/* The drift is taken over the last two minutes of a rest. */
#define DRIFT_WINDOW_S 120.0

void hc_eis_rest_row(hc_normal *n)
{
    hc_spectra_state *e = &n->eis;
    double t = num(n, n->slot.time), v = pair_voltage(n, 0);
    double mode = num(n, n->slot.mode), amp = num(n, n->slot.amp);
    bool rest = n->slot.mode >= 0 ? mode == 3 : isnan(amp) || amp == 0;
    if (!rest || isnan(t) || isnan(v)) {
        e->rest_from = NAN;
        return;
    }
    if (isnan(e->rest_from)) {
        e->rest_from = e->drift_from_t = t;
        e->drift_from_v = v;
    }
    if (t - e->drift_from_t > DRIFT_WINDOW_S) {
        e->drift_from_t = e->rest_to;
        e->drift_from_v = e->rest_volt;
    }
    e->rest_to = t;
    e->rest_volt = v;
}

static void start_spectrum(hc_normal *n)
{
    hc_spectra_state *e = &n->eis;
    e->spectrum++;
    e->direction = 0;
    e->last_freq = NAN;
    if (isnan(e->rest_from)) {
        if (e->spectrum > 0)
            e->rest_s = e->ocv_volt = e->drift_v_s = NAN;
        return;
    }
    e->rest_s = e->rest_to - e->rest_from;
    e->ocv_volt = e->rest_volt;
    e->drift_v_s =
        e->rest_to > e->drift_from_t
            ? (e->rest_volt - e->drift_from_v) / (e->rest_to - e->drift_from_t)
            : NAN;
    e->rest_from = NAN;
}

/* ---- splitting ---- */

/* A frequency that goes the other way by more than 1 % is a new sweep. */
static bool turned(hc_spectra_state *e, double freq)
{
    double step = log(freq / e->last_freq);
    int way = step > 0.01 ? 1 : step < -0.01 ? -1 : 0;
    if (way == 0)
        return false;
    if (e->direction == 0)
        e->direction = way;
    return way != e->direction;
}

static hc_status flush_pairs(hc_normal *n)
{
    for (int k = 0; k < HC_MAX_PAIRS; k++) {
        hc_text *t = &n->eis.held[k];
        const char *s, *end;
        if (t->len == 0)
            continue;
        end = t->data + t->len;
        for (s = t->data; s < end;) {
            size_t len = strcspn(s, "\t\n");
            hc_writer_raw(n->writer, s, len);
            if (s[len] == '\n')
                hc_writer_end_row(n->writer);
            s += len + 1;
        }
        hc_text_reset(t);
    }
    return HC_OK;
}

static void split(hc_normal *n, double freq)
{
    hc_spectra_state *e = &n->eis;
    double key =
        n->slot.key >= 0 ? num(n, n->slot.key) : num(n, n->slot.cycle);
    bool fresh = e->spectrum < 0 || isnan(e->last_freq);
    if (!fresh && !isnan(key) && key != e->last_key)
        fresh = true;
    if (!fresh && !n->dataset->one_spectrum && turned(e, freq))
        fresh = true;
    if (fresh) {
        hc_watch_end(n);
        (void)flush_pairs(n);
        start_spectrum(n);
        hc_watch_start(n);
    }
    e->last_key = key;
    e->last_freq = freq;
}

/* ---- rows ---- */

static size_t print_z(const hc_normal *n, const hc_cell *cells, int pair,
                      bool imaginary, char *buf, const char **s)
{
    const hc_slots *t = &n->slot;
    double mod, phase;
    *s = buf;
    if (t->re[pair] >= 0 && t->im[pair] >= 0)
        return hc_normal_text(n, imaginary ? t->im[pair] : t->re[pair], cells,
                              buf, s);
    if (pair == 0 && t->form_a >= 0) {
        double re, im;
        hc_immittance_impedance(n->form, num(n, t->freq), num(n, t->form_a),
                                num(n, t->form_b), &re, &im);
        return hc_number_print_digits(imaginary ? im : re, 10, buf);
    }
    mod = num(n, t->mod[pair]);
    phase = num(n, t->phase[pair]) * M_PI / 180;
    return hc_number_print_digits(
        imaginary ? mod * sin(phase) : mod * cos(phase), 10, buf);
}

static size_t print_number(double x, char *buf)
{
    return hc_number_print(x, buf);
}

static size_t print_voltage(const hc_normal *n, const hc_cell *cells, int pair,
                            char *buf, const char **s)
{
    const hc_slots *t = &n->slot;
    int column = t->volt;
    if (pair == 1 || (pair == 0 && t->volt < 0 && t->counter < 0))
        column = t->working;
    if (pair == 2)
        column = t->counter;
    if (column >= 0)
        return hc_normal_text(n, column, cells, buf, s);
    return hc_number_print_digits(pair_voltage(n, pair), 10, buf);
}

static size_t print_cell(hc_normal *n, const hc_outcol *c,
                         const hc_cell *cells, int pair, char *buf,
                         const char **s)
{
    *s = buf;
    switch (c->from) {
    case HC_FROM_SPECTRUM:
        return print_number((double)n->eis.spectrum, buf);
    case HC_FROM_ELECTRODE:
        *s = pair_names[pair];
        if (n->n_pairs == 1 && pair == 0 && n->cell != NULL &&
            n->cell->word[HC_CELLS_REFERENCE] != NULL)
            *s = "we";
        return strlen(*s);
    case HC_FROM_RE:
    case HC_FROM_IM: {
        bool imaginary = c->from == HC_FROM_IM;
        size_t len = print_z(n, cells, pair, imaginary, buf, s);
        hc_watch_part(n, imaginary, *s, len);
        return len;
    }
    case HC_FROM_TIME:
        if (n->slot.time >= 0)
            return hc_normal_text(n, n->slot.time, cells, buf, s);
        return print_number(n->run.last_time, buf);
    case HC_FROM_CYCLE:
        return print_number(n->slot.cycle >= 0 ? n->num[n->slot.cycle]
                            : n->dataset->cycle_count >= 0
                                ? (double)n->dataset->cycle_count
                                : NAN,
                            buf);
    case HC_FROM_STEP:
        return print_number(n->slot.step >= 0 ? n->num[n->slot.step]
                            : n->run.step > 0 ? (double)n->run.step
                                              : NAN,
                            buf);
    case HC_FROM_VOLTAGE:
        return print_voltage(n, cells, pair, buf, s);
    case HC_FROM_CURRENT:
        if (n->slot.amp >= 0)
            return hc_normal_text(n, n->slot.amp, cells, buf, s);
        return print_number(NAN, buf);
    case HC_FROM_REST:
        return hc_number_print_digits(n->eis.rest_s, 10, buf);
    case HC_FROM_OCV:
        return hc_number_print_digits(n->eis.ocv_volt, 10, buf);
    case HC_FROM_DRIFT:
        return hc_number_print_digits(n->eis.drift_v_s, 10, buf);
    default:
        return hc_normal_print(n, c, cells, buf, s);
    }
}

static void put_pair(hc_normal *n, const hc_cell *cells, int pair, bool direct)
{
    char buf[HC_CELL_SIZE];
    const char *s;
    for (size_t i = 0; i < n->n_out; i++) {
        size_t len = print_cell(n, &n->out[i], cells, pair, buf, &s);
        if (direct) {
            hc_writer_raw(n->writer, s, len);
        } else {
            hc_text_add(&n->eis.held[pair], s, len);
            hc_text_putc(&n->eis.held[pair], i + 1 < n->n_out ? '\t' : '\n');
        }
    }
    if (direct)
        hc_writer_end_row(n->writer);
}

/* step_count goes on through the rows that are no points. */
static void count_steps(hc_normal *n)
{
    hc_running *r = &n->run;
    double id = num(n, n->slot.step_id);
    bool flagged = n->slot.step_flag >= 0 && n->num[n->slot.step_flag] > 0;
    if (n->slot.step_id < 0 && n->slot.step_flag < 0)
        return;
    if (!r->any)
        r->step = 1;
    else if (flagged || (n->slot.step_id >= 0 && id != r->last_step_id))
        r->step++;
    r->last_step_id = id;
    r->any = true;
}

static void take_time(hc_normal *n, const hc_cell *cells)
{
    bool utc;
    if (n->slot.time >= 0) {
        n->run.last_time = n->num[n->slot.time];
    } else if (n->slot.date >= 0) {
        double t = hc_normal_clock(n, &cells[n->slot.date], &utc);
        if (isnan(n->run.first_date))
            n->run.first_date = t;
        n->run.last_time = t - n->run.first_date;
    }
}

hc_status hc_eis_row(hc_normal *n, const hc_cell *cells, hc_err *err)
{
    double freq = n->num[n->slot.freq];
    bool direct = true;
    count_steps(n);
    take_time(n, cells);
    if (!(freq > 0) || isinf(freq)) {
        if (freq < 0 || isinf(freq)) {
            hc_sink_reject(n->sink, n->sink->line,
                           "frequency %g is not possible", freq);
            n->sink->rows--;
            n->sink->dataset_rows--;
            return HC_OK;
        }
        n->eis.dropped_dc++;
        hc_eis_rest_row(n);
        return HC_OK;
    }
    split(n, freq);
    hc_watch_row(n);
    n->n_pairs = 0;
    for (int k = 0; k < HC_MAX_PAIRS; k++)
        n->n_pairs += has_pair(&n->slot, k);
    for (int k = 0; k < HC_MAX_PAIRS; k++) {
        if (!has_pair(&n->slot, k))
            continue;
        put_pair(n, cells, k, direct);
        HC_TRY(hc_text_status(&n->eis.held[k], err));
        direct = false;
    }
    return HC_OK;
}

hc_status hc_eis_end(hc_normal *n, hc_err *err)
{
    (void)err;
    hc_watch_end(n);
    hc_watch_start(n);
    n->eis.last_freq = NAN; /* the next data set is another spectrum */
    return flush_pairs(n);
}
