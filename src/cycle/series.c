/* series.c: rows of a time series as samples, with repair (see series.h) */
#include "cycle/series.h"

#include "cycle/series_columns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A longer test is more likely a slip of the time's unit. */
static const double longest_test_s = 5 * 365.25 * 86400;

enum { NOISE_LAG = 16, NOISE_ROWS = 256 };
static const double noise_sd = 4.5;

/* What is remembered of the row handed on last. */
typedef struct {
    double time_s, raw_s; /* as handed on; as the table says */
    double current_a, voltage_v, cycle, step, freq_hz;
    long source;
} last_row;

struct hc_series {
    hc_reader *reader;
    hc_sample blank; /* what no column fills, NaN */
    bool join;                /* several sources and files are one test */
    long first_source, *n_sources; /* of a run of several; NULL: of none */
    const char *const *paths; /* still to come */
    size_t n_paths;
    bool ended;
    bool have_ahead;
    hc_sample ahead; /* raw, read but not yet handed on */
    bool have_last;
    last_row last;
    double offset_s;
    double first_s;
    bool incomplete;
    hc_meta trailer;
    hc_series_repairs repairs;
    long back_line, reset_line, repeat_line, nan_line;
    bool too_long;
    bool looked;      /* ahead, at the first source */
    hc_sample *queue; /* [HC_SERIES_LOOK] repaired, not yet handed on */
    size_t queue_at, queue_n;
    long queue_source;
    hc_status queue_status; /* what ended the look, told after the rows */
    hc_err queue_err;
};

hc_status hc_series_new(hc_series **out, hc_reader *reader, hc_err *err)
{
    hc_series *s = calloc(1, sizeof *s);
    hc_status st;

    if (s)
        s->queue = calloc(HC_SERIES_LOOK, sizeof *s->queue);
    if (!s || !s->queue) {
        free(s);
        hc_reader_free(reader);
        return hc_fail_nomem(err);
    }
    s->reader = reader;
    st = hc_sample_columns(reader, &s->blank, err);
    if (st) {
        hc_series_free(s);
        return st;
    }
    *out = s;
    return HC_OK;
}

hc_status hc_series_open(hc_series **out, const char *path, hc_err *err)
{
    hc_reader *reader = NULL;
    hc_status st = hc_reader_open(&reader, path, err);

    return st ? st : hc_series_new(out, reader, err);
}

void hc_series_free(hc_series *s)
{
    if (!s)
        return;
    hc_reader_free(s->reader);
    hc_meta_clear(&s->trailer);
    free(s->queue);
    free(s);
}

void hc_series_queue(hc_series *s, const char *const *paths, size_t n)
{
    s->paths = paths;
    s->n_paths = n;
    s->join = true;
}

/* On to the next queued file; the old one stays when that fails. */
static hc_status open_queued(hc_series *s, hc_err *err)
{
    hc_reader *old = s->reader;
    hc_status st = hc_reader_open(&s->reader, s->paths[0], err);

    if (st) {
        s->reader = old;
        return st;
    }
    hc_reader_free(old);
    s->paths++;
    s->n_paths--;
    return hc_sample_columns(s->reader, &s->blank, err);
}

void hc_series_join(hc_series *s)
{
    s->join = true;
}

void hc_series_number(hc_series *s, long *n)
{
    s->first_source = (*n)++;
    s->n_sources = n;
}

/* The number of a row's source in this run. */
static long source_of(hc_series *s, double source)
{
    const bool said = !s->join && source >= 0 && source < 1e9;
    const long number = s->first_source + (said ? (long)source : 0);
    if (s->n_sources && number >= *s->n_sources)
        *s->n_sources = number + 1;
    return number;
}

/* The next row of the file that has time, current and voltage. */
static hc_status read_raw(hc_series *s, hc_sample *raw, bool *got, hc_err *err)
{
    for (;;) {
        hc_status st;

        *raw = s->blank;
        st = hc_reader_next_numbers(s->reader, (double *)(void *)raw, got,
                                    err);
        if (st || !*got)
            return st;
        raw->source = source_of(s, raw->source_index);
        raw->line = hc_reader_line(s->reader);
        if (isfinite(raw->time_s) && raw->freq_hz > 0) {
            if (!isfinite(raw->current_a))
                raw->current_a = 0;
            return HC_OK;
        }
        if (isfinite(raw->time_s) && isfinite(raw->current_a) &&
            isfinite(raw->voltage_v))
            return HC_OK;
        if (s->repairs.incomplete_rows++ == 0)
            s->nan_line = raw->line;
    }
}

static bool same_counter(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static bool repeats(const hc_series *s, const hc_sample *raw)
{
    const last_row *a = &s->last;

    return s->have_last && raw->time_s == a->raw_s &&
           raw->current_a == a->current_a && raw->voltage_v == a->voltage_v &&
           raw->source == a->source && same_counter(raw->step, a->step) &&
           same_counter(raw->cycle, a->cycle) &&
           same_counter(raw->freq_hz, a->freq_hz);
}

/* The next row of all files. */
static hc_status advance(hc_series *s, hc_sample *raw, bool *got, hc_err *err)
{
    hc_status st = HC_OK;

    *got = false;
    while (!s->ended) {
        if ((st = read_raw(s, raw, got, err)) || *got)
            return st;
        s->incomplete |= hc_reader_incomplete(s->reader);
        if (hc_meta_copy(&s->trailer, hc_reader_trailer(s->reader)) != HC_OK)
            return hc_fail_nomem(err);
        if (s->n_paths == 0)
            s->ended = true;
        else if ((st = open_queued(s, err)))
            return st;
    }
    return HC_OK;
}

/* The clock of row r reads less than that of the row before. */
static hc_status repair_time(hc_series *s, hc_sample *r, hc_err *err)
{
    const last_row *last = &s->last;
    const hc_sample *next = &s->ahead;
    double raw_s = r->time_s - s->offset_s;
    bool new_step = !same_counter(r->step, last->step) ||
                    !same_counter(r->cycle, last->cycle);
    bool follows, restart;

    if (!s->have_ahead) {
        hc_status st = advance(s, &s->ahead, &s->have_ahead, err);

        if (st)
            return st;
    }
    follows = s->have_ahead && next->source == r->source;
    if (follows && next->time_s + s->offset_s >= last->time_s) {
        r->time_s = last->time_s; /* the next row is right: this one alone
                                   * fell */
        if (s->repairs.back_rows++ == 0)
            s->back_line = r->line;
        return HC_OK;
    }
    restart =
        raw_s >= 0 && (raw_s <= 1e-3 * last->raw_s || new_step || s->join);
    if (!restart || (follows && next->time_s < raw_s))
        return hc_fail_at(err, HC_DATA, hc_reader_name(s->reader), r->line,
                          "the clock goes back from %.10g s to %.10g s in "
                          "the middle of a step; sort the rows by time or "
                          "cut the file there",
                          last->raw_s, raw_s);
    s->offset_s = last->time_s - raw_s;
    r->time_s = last->time_s;
    r->gap = true;
    if (s->repairs.resets++ == 0)
        s->reset_line = r->line;
    return HC_OK;
}

static void remember(hc_series *s, const hc_sample *r, double raw_s)
{
    s->last = (last_row){.time_s = r->time_s,
                         .raw_s = raw_s,
                         .current_a = r->current_a,
                         .voltage_v = r->voltage_v,
                         .cycle = r->cycle,
                         .step = r->step,
                         .freq_hz = r->freq_hz,
                         .source = r->source};
    s->have_last = true;
    s->repairs.rows++;
}

static hc_status next_repaired(hc_series *s, hc_sample *r, bool *got,
                               hc_err *err)
{
    hc_status st = HC_OK;
    double raw_s;

    for (;;) {
        if (s->have_ahead) {
            *r = s->ahead;
            s->have_ahead = false;
            *got = true;
        } else {
            st = advance(s, r, got, err);
        }
        if (st || !*got)
            return st;
        if (!repeats(s, r))
            break;
        if (s->repairs.repeats++ == 0)
            s->repeat_line = r->line;
    }
    if (s->have_last && r->source != s->last.source) {
        s->have_last = false;
        s->offset_s = 0;
    }
    raw_s = r->time_s;
    r->time_s += s->offset_s;
    if (!s->have_last)
        s->first_s = r->time_s;
    else if (r->time_s < s->last.time_s) {
        if (s->last.time_s - r->time_s <= 1e-9 * fabs(s->last.time_s))
            r->time_s = s->last.time_s;
        else if ((st = repair_time(s, r, err)))
            return st;
    }
    if (r->time_s - s->first_s > longest_test_s)
        s->too_long = true;
    remember(s, r, raw_s);
    return HC_OK;
}

/* Nothing but noise: NOISE_ROWS or more that know nothing of those up to
 * NOISE_LAG before them (the autocorrelation of noise scatters by 1/sqrt(n)),
 * and whose mean is small.  A current that is switched, however fast, repeats
 * itself. */
static double noise_of(const hc_sample *x, size_t n)
{
    double mean = 0, var = 0, most = 0;

    if (n < NOISE_ROWS)
        return 0;
    for (size_t k = 0; k < n; k++)
        mean += x[k].current_a / (double)n;
    for (size_t k = 0; k < n; k++)
        var += pow(x[k].current_a - mean, 2);
    for (size_t lag = 1; lag <= NOISE_LAG; lag++) {
        double sum = 0;

        for (size_t k = lag; k < n; k++)
            sum += (x[k].current_a - mean) * (x[k - lag].current_a - mean);
        most = fmax(most, fabs(sum));
    }
    bool noise = var > 0 && most < noise_sd * var / sqrt((double)n) &&
                 mean * mean * (double)n < var;

    return noise ? sqrt(var / (double)n) : 0;
}

/* Fill the buffer with the rows a source begins with. */
static hc_status look_ahead(hc_series *s, hc_err *err)
{
    hc_sample *q = s->queue;
    size_t n = s->queue_at < s->queue_n ? 1 : 0; /* of the new source */
    bool got = true;
    hc_status st = HC_OK;

    if (n)
        q[0] = q[s->queue_at];
    s->queue_at = 0;
    while (!st && got && n < HC_SERIES_LOOK &&
           (n == 0 || q[n - 1].source == q[0].source)) {
        st = next_repaired(s, &q[n], &got, err);
        n += !st && got;
    }
    s->queue_n = n;
    s->queue_status = st;
    if (st && n)
        s->queue_err = *err;
    if (n == 0)
        return st;
    while (n > 1 && q[n - 1].source != q[0].source)
        n--;
    q[0].ahead_max_a = 0;
    for (size_t k = 0; k < n; k++)
        if (!(q[k].freq_hz > 0))
            q[0].ahead_max_a = fmax(q[0].ahead_max_a, fabs(q[k].current_a));
    q[0].ahead_noise_a = noise_of(q, n);
    s->queue_source = q[0].source;
    return HC_OK;
}

hc_status hc_series_next(hc_series *s, hc_sample *sample, bool *got,
                         hc_err *err)
{
    hc_status st;

    if (s->queue_at < s->queue_n
            ? s->queue[s->queue_at].source != s->queue_source
            : !s->looked) {
        s->looked = true;
        if ((st = look_ahead(s, err)))
            return st;
    }
    if (s->queue_at < s->queue_n) {
        *sample = s->queue[s->queue_at++];
        *got = true;
        return HC_OK;
    }
    if (s->queue_status) { /* rows before it have been handed on */
        *err = s->queue_err;
        return s->queue_status;
    }
    st = next_repaired(s, sample, got, err);
    if (st || !*got || sample->source == s->queue_source)
        return st;
    s->queue[0] = *sample; /* a new source: look again */
    s->queue_at = 0;
    s->queue_n = 1;
    if ((st = look_ahead(s, err)))
        return st;
    *sample = s->queue[s->queue_at++];
    return HC_OK;
}

const hc_meta *hc_series_meta(const hc_series *s)
{
    return hc_reader_meta(s->reader);
}

const char *hc_series_name(const hc_series *s)
{
    return hc_reader_name(s->reader);
}

const char *hc_series_cell(const hc_series *s)
{
    return hc_meta_get(hc_reader_meta(s->reader), "cell");
}

bool hc_series_incomplete(const hc_series *s)
{
    return s->incomplete;
}

const hc_meta *hc_series_trailer(const hc_series *s)
{
    return &s->trailer;
}

const hc_series_repairs *hc_series_repaired(const hc_series *s)
{
    return &s->repairs;
}

void hc_series_tell(const hc_series *s, hc_talk *talk)
{
    const hc_series_repairs *r = &s->repairs;
    const char *name = hc_series_name(s);

    if (r->back_rows)
        hc_say_warning(talk, name, s->back_line,
                       "the clock of %ld single rows fell back and was set "
                       "to that of the row before",
                       r->back_rows);
    if (r->resets)
        hc_say_warning(talk, name, s->reset_line,
                       "the clock starts again %ld times; joined, no charge "
                       "counted across",
                       r->resets);
    if (r->repeats)
        hc_say_warning(talk, name, s->repeat_line,
                       "%ld rows repeat the row before and are left out",
                       r->repeats);
    if (r->incomplete_rows)
        hc_say_warning(talk, name, s->nan_line,
                       "%ld rows without time, current or voltage are left "
                       "out",
                       r->incomplete_rows);
    if (s->too_long)
        hc_say_warning(talk, name, 0,
                       "the test would last more than 5 years; is the time "
                       "in seconds?");
}

void hc_series_done(const hc_series *s, hc_session *session)
{
    hc_series_tell(s, &session->talk);
    hc_session_inherit(session, hc_series_meta(s), hc_series_trailer(s),
                       hc_series_incomplete(s));
}
