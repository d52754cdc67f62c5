/* wave_run.c: pieces of a table of samples, one after the other */
#include "eis/wave_run.h"

#include "core/number.h"
#include "core/options.h"
#include "core/records.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10, N_KEYS = 6, N_CARRIED = 13, KEY_TEXT = 64 };

/* Keys, then what goes along into the result. */
static const char *const carried[N_CARRIED] = {
    "source_index", "spectrum_index",      "electrode",
    "cycle_count",  "step_count",          "frequency_hertz",
    "cell",         "temperature_celsius", "surface_temperature_celsius",
    "pressure_pa",  "applied_pressure_pa", "soc",
    "area_m2"};
enum { SOURCE, SPECTRUM, ELECTRODE, CYCLE, STEP, FREQUENCY };

typedef struct {
    double *x;
    size_t cap;
} column;

/* One piece: samples of equal keys. */
typedef struct {
    hc_reader *r;
    hc_wave_job *job;
    const char *name;
    int at[3];        /* columns of t, v, i */
    double factor[3]; /* to SI */
    int col[N_CARRIED];
    bool by_step; /* step_count is a key */
    char key[N_CARRIED][KEY_TEXT];
    column data[3];
    size_t n;
    size_t finite[3]; /* how many before the first NaN */
    bool holes[3];    /* a number after a NaN */
    long first_line, nan_line[3];
    hc_text seen; /* keys of the pieces done, a line each */
    long piece;
} run;

hc_wave_job hc_wave_job_defaults(void)
{
    return (hc_wave_job){.wave = hc_wave_defaults(),
                         .rate_hz = NAN,
                         .freq_min_hz = NAN,
                         .freq_max_hz = NAN,
                         .max_error = NAN};
}

/* ---- columns ---- */

static hc_status find_one(run *a, int k, hc_err *err)
{
    static const char what[] = "tvi";
    static const char *const words[] = {"time", "voltage", "current"};
    static const char *const examples[] = {"test_time_second, time_ms",
                                           "voltage_volt, voltage_mv",
                                           "current_ampere, current_ma"};
    static const char *const first[] = {"test_time_second", "voltage_volt",
                                        "current_ampere"};
    a->at[k] = hc_reader_column(a->r, first[k]);
    a->factor[k] = 1;
    for (size_t c = 0; a->at[k] < 0 && c < hc_reader_columns(a->r); c++) {
        const double f = hc_wave_unit(hc_reader_column_name(a->r, c), what[k]);
        if (f > 0) {
            a->at[k] = (int)c;
            a->factor[k] = f;
        }
    }
    if (a->at[k] >= 0 || (k == 0 && a->job->rate_hz > 0))
        return HC_OK;
    return hc_fail_at(err, HC_DATA, a->name, 0,
                      "no column is a %s with its unit, such as %s%s",
                      words[k], examples[k],
                      k == 0 ? " (or give --rate)" : "");
}

static hc_status find_columns(run *a, hc_err *err)
{
    const char *kind = hc_reader_kind(a->r);
    if (kind[0] && strcmp(kind, "wave") != 0 && strcmp(kind, "series") != 0)
        return hc_fail_at(err, HC_DATA, a->name, 0,
                          "is a table of kind %s, wanted are samples of "
                          "voltage and current (kind wave or series)",
                          kind);
    a->by_step = strcmp(kind, "wave") == 0;
    for (int k = 0; k < N_CARRIED; k++)
        a->col[k] = hc_reader_column(a->r, carried[k]);
    for (int k = 0; k < 3; k++) {
        const hc_status st = find_one(a, k, err);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

/* ---- rows ---- */

static bool is_key(const run *a, int k)
{
    return a->col[k] >= 0 && (k != STEP || a->by_step);
}

static bool same_piece(const run *a)
{
    for (int k = 0; k < N_KEYS; k++) {
        size_t len;
        if (!is_key(a, k))
            continue;
        const char *s = hc_reader_text(a->r, (size_t)a->col[k], &len);
        if (len >= KEY_TEXT)
            len = KEY_TEXT - 1;
        if (strlen(a->key[k]) != len || memcmp(a->key[k], s, len) != 0)
            return false;
    }
    return true;
}

static hc_status begin_piece(run *a, hc_err *err)
{
    hc_text line = {0};
    for (int k = 0; k < N_CARRIED; k++) {
        size_t len = 0;
        const char *s = a->col[k] >= 0
                            ? hc_reader_text(a->r, (size_t)a->col[k], &len)
                            : "";
        hc_copy(a->key[k], KEY_TEXT, s, len);
        if (is_key(a, k) && k < N_KEYS)
            hc_text_printf(&line, "%s\t", a->key[k]);
    }
    hc_text_putc(&line, '\n');
    a->n = 0;
    a->first_line = hc_reader_line(a->r);
    memset(a->finite, 0, sizeof a->finite);
    memset(a->holes, 0, sizeof a->holes);
    memset(a->nan_line, 0, sizeof a->nan_line);
    const char *before = strstr(hc_text_get(&a->seen), hc_text_get(&line));
    const bool again =
        before && (before == a->seen.data || before[-1] == '\n');
    hc_text_puts(&a->seen, hc_text_get(&line));
    hc_status st = hc_text_status(&a->seen, err);
    hc_text_clear(&line);
    if (st == HC_OK && again)
        st = hc_fail_at(err, HC_DATA, a->name, a->first_line,
                        "rows of one spectrum do not stand together; sort "
                        "them by the key columns");
    return st;
}

static hc_status take_row(run *a, hc_err *err)
{
    for (int k = 0; k < 3; k++) {
        column *c = &a->data[k];
        if (a->n == c->cap) {
            double *x = hc_grow(c->x, &c->cap, a->n + 1, sizeof *x);
            if (!x)
                return hc_fail_nomem(err);
            c->x = x;
        }
        double y = (double)a->n / a->job->rate_hz;
        if (a->at[k] >= 0) {
            const hc_status st = hc_reader_number(a->r, a->at[k], &y, err);
            if (st != HC_OK)
                return st;
            y *= a->factor[k];
        }
        c->x[a->n] = y;
        if (isfinite(y) && a->finite[k] == a->n)
            a->finite[k]++;
        else if (isfinite(y))
            a->holes[k] = true;
        else if (a->nan_line[k] == 0)
            a->nan_line[k] = hc_reader_line(a->r);
    }
    a->n++;
    return HC_OK;
}

/* NaN among the samples: V and I of unequal length, or holes. */
static hc_status check_numbers(const run *a, hc_err *err)
{
    static const char *const words[] = {"time", "voltage", "current"};
    for (int k = 0; k < 3; k++) {
        if (a->finite[k] == a->n)
            continue;
        const int other = k == 1 ? 2 : 1;
        if (k > 0 && !a->holes[k] && !a->holes[other])
            return hc_fail_at(err, HC_DATA, a->name, a->nan_line[k],
                              "voltage and current are of unequal length: "
                              "%zu and %zu samples",
                              a->finite[1], a->finite[2]);
        return hc_fail_at(err, HC_DATA, a->name, a->nan_line[k],
                          "a gap in the sampling: the %s of sample %zu is "
                          "not a number",
                          words[k], a->finite[k] + 1);
    }
    return HC_OK;
}

/* ---- results ---- */

static hc_status begin_table(const run *a, hc_session *s, hc_writer **w,
                             hc_err *err)
{
    static const char *const of_eis[] = {"frequency_hertz",
                                         "real_impedance_ohm",
                                         "imaginary_impedance_ohm",
                                         "real_impedance_std_ohm",
                                         "imaginary_impedance_std_ohm",
                                         "impedance_ci95_ohm",
                                         "current_amplitude_ampere",
                                         "voltage_amplitude_volt",
                                         "distortion_relative",
                                         "dc_voltage_volt",
                                         "dc_current_ampere",
                                         NULL};
    static const char *const of_harmonics[] = {
        "frequency_hertz",          "harmonic",
        "harmonic_frequency_hertz", "voltage_amplitude_volt",
        "voltage_phase_radian",     "voltage_std_volt",
        "current_amplitude_ampere", "current_phase_radian",
        "current_std_ampere",       NULL};
    const bool h = a->job->harmonics;
    const hc_status st = hc_session_table(s,
                                          a->job->records ? "records"
                                          : h             ? "harmonics"
                                                          : "eis",
                                          hc_reader_meta(a->r), w, err);
    if (st != HC_OK)
        return st;
    if (a->job->records) {
        hc_records_begin(*w);
        return HC_OK;
    }
    if (a->col[SPECTRUM] < 0 || a->job->join)
        hc_writer_column(*w, carried[SPECTRUM]);
    for (int k = 0; k < N_CARRIED; k++)
        if (a->col[k] >= 0 && k != FREQUENCY &&
            !(a->job->join && k == SPECTRUM))
            hc_writer_column(*w, carried[k]);
    for (const char *const *c = h ? of_harmonics : of_eis; *c; c++)
        hc_writer_column(*w, *c);
    return HC_OK;
}

static void put_keys(const run *a, hc_writer *w)
{
    if (a->col[SPECTRUM] < 0 || a->job->join)
        hc_writer_integer(w, 0);
    for (int k = 0; k < N_CARRIED; k++)
        if (a->col[k] >= 0 && k != FREQUENCY &&
            !(a->job->join && k == SPECTRUM))
            hc_writer_text(w, a->key[k][0] ? a->key[k] : "NaN");
}

static bool wanted(const hc_wave_job *job, double f)
{
    return !(f < job->freq_min_hz) && !(f > job->freq_max_hz);
}

/* Falling frequency, as instruments write spectra. */
static void put_lines(const run *a, const hc_wave *r, hc_writer *w)
{
    for (size_t k = r->n_lines; k-- > 0;) {
        const hc_wave_line *l = &r->lines[k];
        if (!wanted(a->job, l->freq_hz) ||
            l->ci95_ohm > a->job->max_error * cabs(l->z_ohm))
            continue;
        const double row[] = {
            l->freq_hz,    creal(l->z_ohm), cimag(l->z_ohm),   l->sd_ohm,
            l->sd_ohm,     l->ci95_ohm,     cabs(l->i_ampere), cabs(l->v_volt),
            l->distortion, r->dc_volt,      r->dc_ampere};
        put_keys(a, w);
        for (size_t c = 0; c < sizeof row / sizeof *row; c++)
            hc_writer_digits(w, row[c], DIGITS);
        hc_writer_end_row(w);
    }
}

/* Phase in (-pi, pi] less `order` times that of the driving fundamental. */
static double phase(double complex x, double complex first, int order)
{
    const double p = carg(x) - order * carg(first);
    return p - 2 * M_PI * ceil((p - M_PI) / (2 * M_PI));
}

static void put_harmonics(const run *a, const hc_wave *r, hc_writer *w)
{
    for (size_t k = 0; k < r->n_harmonics; k++) {
        const hc_wave_harmonic *h = &r->harmonics[k];
        const hc_wave_line *l = &r->lines[h->line];
        const double complex first =
            r->voltage_driven ? l->v_volt : l->i_ampere;
        if (!wanted(a->job, l->freq_hz))
            continue;
        put_keys(a, w);
        hc_writer_digits(w, l->freq_hz, DIGITS);
        hc_writer_integer(w, h->order);
        hc_writer_digits(w, h->freq_hz, DIGITS);
        hc_writer_digits(w, cabs(h->v_volt), DIGITS);
        hc_writer_digits(w, phase(h->v_volt, first, h->order), DIGITS);
        hc_writer_digits(w, h->v_sd_volt, DIGITS);
        hc_writer_digits(w, cabs(h->i_ampere), DIGITS);
        hc_writer_digits(w, phase(h->i_ampere, first, h->order), DIGITS);
        hc_writer_digits(w, h->i_sd_ampere, DIGITS);
        hc_writer_end_row(w);
    }
}

static double number(const run *a, int k)
{
    double x;
    return a->col[k] >= 0 && hc_number_parse(a->key[k], strlen(a->key[k]), &x)
               ? x
               : NAN;
}

static void put_records(const run *a, const hc_wave *r, hc_writer *w)
{
    hc_conditions at = hc_conditions_none();
    const double source = number(a, SOURCE), spectrum = number(a, SPECTRUM);
    at.source_index = source >= 0 && source < 1e9 ? (long)source : -1;
    at.spectrum_index = isnan(spectrum) || a->job->join ? 0 : spectrum;
    at.cycle_count = number(a, CYCLE);
    at.step_count = number(a, STEP);
    at.dc_voltage_volt = r->dc_volt;
    if (a->key[ELECTRODE][0])
        hc_copy(at.electrode, sizeof at.electrode, a->key[ELECTRODE],
                strlen(a->key[ELECTRODE]));
    char method[64] = "wave-";
    strncat(method, hc_wave_method_word(r->method), sizeof method - 6);
    const struct {
        const char *quantity;
        double value;
        const char *unit;
    } rows[] = {{"wave_lines", (double)r->n_lines, "-"},
                {"wave_period_second", r->period_s, "s"},
                {"wave_periods_used", r->periods, "-"},
                {"wave_periods_skipped", (double)r->skipped, "-"},
                {"wave_even_relative", r->even, "-"},
                {"wave_odd_relative", r->odd, "-"},
                {"dc_current_ampere", r->dc_ampere, "A"}};
    const hc_record drive = hc_record_word(
        &at, method, "wave_drive", r->voltage_driven ? "voltage" : "current");
    hc_records_put(w, &drive);
    for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
        const hc_record rec = hc_record_make(&at, method, rows[k].quantity,
                                             rows[k].value, rows[k].unit);
        hc_records_put(w, &rec);
    }
    for (size_t k = 0; k < r->n_lines && r->n_lines == 1; k++) {
        const hc_record rec =
            hc_record_make(&at, method, "harmonic_distortion_relative",
                           r->lines[k].distortion, "-");
        hc_records_put(w, &rec);
    }
}

/* ---- one piece ---- */

static hc_status analyse(const run *a, hc_wave *out, hc_err *err)
{
    hc_wave_options o = a->job->wave;
    hc_wave_data d = {
        .n = a->n, .v_volt = a->data[1].x, .i_ampere = a->data[2].x};
    hc_status st = check_numbers(a, err);
    if (st == HC_OK && a->n < HC_WAVE_LEAST)
        st = hc_fail(err, HC_DATA, "%zu samples are too few; %d at least",
                     a->n, HC_WAVE_LEAST);
    if (st == HC_OK)
        st = hc_wave_uniform(a->data[0].x, a->n, &d.dt_s, err);
    const double f = number(a, FREQUENCY);
    if (!(o.period_s > 0) && f > 0)
        o.period_s = 1 / f;
    return st == HC_OK ? hc_wave_run(&d, &o, out, err) : st;
}

static bool selected(const run *a)
{
    const double s = number(a, SPECTRUM), c = number(a, CYCLE);
    return hc_range_has(a->job->spectra, isnan(s) ? 0 : (long)s) &&
           (isnan(c) || hc_range_has(a->job->cycles, (long)c));
}

static hc_status end_piece(run *a, hc_session *s, hc_writer **w, hc_err *err)
{
    hc_wave r = {0};
    if (a->n == 0 || !selected(a))
        return HC_OK;
    hc_status st = analyse(a, &r, err);
    if (st == HC_OK && !*w)
        st = begin_table(a, s, w, err);
    if (st == HC_OK) {
        (a->job->records     ? put_records
         : a->job->harmonics ? put_harmonics
                             : put_lines)(a, &r, *w);
        hc_say_note(&s->talk,
                    "%s: %s, %.6g periods of %.6g s (%ld skipped), "
                    "%zu lines",
                    a->name, hc_wave_method_word(r.method), r.periods,
                    r.period_s, r.skipped, r.n_lines);
    } else if (err->file[0] == '\0') {
        hc_copy(err->file, sizeof err->file, a->name, strlen(a->name));
        err->line = a->first_line;
        if (a->key[SPECTRUM][0])
            hc_err_prefix(err, "spectrum %s: ", a->key[SPECTRUM]);
    }
    hc_wave_clear(&r);
    a->piece++;
    return st;
}

static hc_status all_pieces(run *a, hc_session *s, hc_writer **w, hc_err *err)
{
    bool open = false;
    for (;;) {
        bool got;
        hc_status st = hc_reader_next(a->r, &got, err);
        if (st != HC_OK)
            return st;
        if (!got)
            break;
        if (!open || !same_piece(a)) {
            st = open ? end_piece(a, s, w, err) : HC_OK;
            if (st != HC_OK && !hc_session_note(s, st))
                return HC_OK;
            open = true;
            st = begin_piece(a, err);
        }
        if (st == HC_OK)
            st = take_row(a, err);
        if (st != HC_OK)
            return st;
    }
    hc_session_inherit(s, hc_reader_meta(a->r), hc_reader_trailer(a->r),
                       hc_reader_incomplete(a->r));
    if (!open)
        return hc_fail_at(err, HC_DATA, a->name, 0, "has no rows");
    return end_piece(a, s, w, err);
}

hc_status hc_wave_file(hc_session *s, const char *path, hc_wave_job *job,
                       hc_writer **w, hc_err *err)
{
    run *a = calloc(1, sizeof *a);
    if (!a)
        return hc_fail_nomem(err);
    a->job = job;
    hc_status st = hc_reader_open(&a->r, path, err);
    if (st == HC_OK) {
        a->name = hc_reader_name(a->r);
        st = find_columns(a, err);
        if (st == HC_OK)
            st = all_pieces(a, s, w, err);
    }
    for (int k = 0; k < 3; k++)
        free(a->data[k].x);
    hc_text_clear(&a->seen);
    hc_reader_free(a->r);
    free(a);
    return st;
}
