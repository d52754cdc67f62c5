#include "formats/sink.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The well-known facts, whatever the instrument calls them. */
static const char *const facts[] = {
    "active_mass",            /* as the file has it, with its unit */
    "battery_capacity",       /* as the file has it */
    "characteristic_mass",    /* as the file has it */
    "comments",               /* several lines joined by " | " */
    "data_module_version",    /* .mpr */
    "decimal",                /* point, comma */
    "device",                 /* "SP-240 (SN 0200)" */
    "electrode_surface_area", /* as the file has it */
    "encoding",               /* ascii, latin-1, utf-8 ... */
    "start_date",             /* ISO 8601, the day alone */
    "end_date",
    "end_time",            /* ISO 8601 */
    "has_header",          /* True, False: names of columns */
    "header_line_number",  /* line of the names, from 1 */
    "header_lines",        /* lines before the first row */
    "line_ends",           /* LF, CRLF, CR */
    "loop_index",          /* first rows of loops, blank between */
    "magic",               /* first line of a text format */
    "number_of_loops",     /* linked techniques */
    "ocv_volt",            /* open circuit before the measurement */
    "ragged_rows",         /* lines of another number of fields */
    "sample",              /* what was measured, in the file's words */
    "separator",           /* tab, comma, semicolon, blank */
    "software",            /* "EC-Lab v11.33" */
    "start_time",          /* ISO 8601; Z or offset only if known */
    "start_time_text",     /* the same as the file has it */
    "technique",           /* in the instrument's words */
    "ac_voltage_volt",     /* set amplitude, peak */
    "ac_current_ampere",   /* set amplitude, peak */
    "area_m2",             /* electrode area in SI */
    "mass_kg",             /* active mass in SI */
    "temperature_celsius", /* constant, in the header */
    "voltage_of",          /* which pair of electrodes voltage_volt is */
};

static bool known_fact(const char *key)
{
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++)
        if (strcmp(facts[i], key) == 0)
            return true;
    return false;
}

/* ---- cells ---- */

static bool means_nothing(const char *s, size_t len)
{
    static const char *const words[] = {
        "n/a", "na", "nan(ind)", "--", "-", "null", "none", "---", "-nan",
        "1.#qnan", "-1.#ind", "#n/a",
        /* out of the range that is measured */
        "ol", "ovl", "ovld", "over", "overload", "overflow", "overrange",
        "#value!", "#num!", "#div/0!"};
    if (len > 9 || (len > 0 && strchr("nN-1#oO", *s) == NULL))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t n = strlen(words[i]), k = 0;
        if (n != len)
            continue;
        while (k < n && hc_tolower(s[k]) == words[i][k])
            k++;
        if (k == n)
            return true;
    }
    return len == 0;
}

/* i times 10^e, correctly rounded where i and 10^|e| are doubles. */
static double decimal_value(int64_t i, int e)
{
    static const double tens[] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (e < -22 || e > 22)
        return (double)i * pow(10, e);
    if (e > 0)
        return (double)i * tens[e];
    if (i > -(INT64_C(1) << 53) && i < INT64_C(1) << 53)
        return (double)i / tens[-e];
    return (double)((long double)i / (long double)tens[-e]);
}

bool hc_cell_number(const hc_cell *c, double *x)
{
    switch (c->type) {
    case HC_CELL_NONE:
        *x = NAN;
        return true;
    case HC_CELL_TEXT:
        if (hc_number_parse(c->u.s, c->len, x))
            return true;
        *x = NAN;
        return means_nothing(c->u.s, c->len);
    case HC_CELL_F8:
        *x = c->u.f8;
        return true;
    case HC_CELL_F4:
        *x = (double)c->u.f4;
        return true;
    case HC_CELL_INT:
        *x = (double)c->u.i;
        return true;
    case HC_CELL_DEC:
        *x = decimal_value(c->u.i, (int32_t)c->len);
        return true;
    }
    return false;
}

bool hc_cell_says(const hc_cell *c, const char *words)
{
    if (c->type != HC_CELL_TEXT)
        return false;
    if (*words != '*')
        return c->len == strlen(words) && memcmp(c->u.s, words, c->len) == 0;
    while (*words == '*') {
        size_t n = strcspn(++words, "*");
        bool whole = *words == '=';
        if (whole ? n == c->len + 1 && memcmp(c->u.s, words + 1, n - 1) == 0
                  : memmem(c->u.s, c->len, words, n) != NULL)
            return true;
        words += n;
    }
    return false;
}

/* ---- data sets and the account ---- */

hc_dataset hc_dataset_make(const char *name, const hc_column *columns,
                           size_t n_columns)
{
    return (hc_dataset){.name = name,
                        .technique = "",
                        .columns = columns,
                        .n_columns = n_columns,
                        .rows_declared = -1,
                        .cycle_count = -1};
}

hc_status hc_sink_fact(hc_sink *s, const char *key, const char *value,
                       hc_err *err)
{
    if (!known_fact(key))
        return hc_fail(err, HC_INTERNAL, "'%s' is no known fact", key);
    return s->ops->fact == NULL ? HC_OK
                                : s->ops->fact(s->ctx, key, value, err);
}

hc_status hc_sink_factf(hc_sink *s, hc_err *err, const char *key,
                        const char *fmt, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return hc_sink_fact(s, key, text, err);
}

/* A slice as a C string without control bytes and of bounded length. */
static void slice(char *to, size_t cap, const char *s, size_t len)
{
    size_t n = 0;
    hc_trim(&s, &len);
    for (size_t i = 0; i < len && n + 1 < cap; i++)
        to[n++] = (unsigned char)s[i] < 0x20 ? ' ' : s[i];
    /* do not leave half a UTF-8 character behind */
    if (n + 1 == cap)
        while (n > 0 && ((unsigned char)to[n - 1] & 0x80) != 0)
            n--;
    to[n] = '\0';
}

hc_status hc_sink_metan(hc_sink *s, const char *key, size_t key_len,
                        const char *value, size_t value_len, hc_err *err)
{
    char k[256], v[4096];
    if (s->ops->meta == NULL)
        return HC_OK;
    slice(k, sizeof k, key, key_len);
    slice(v, sizeof v, value, value_len);
    return k[0] == '\0' ? HC_OK : s->ops->meta(s->ctx, k, v, err);
}

hc_status hc_sink_begin(hc_sink *s, const hc_dataset *d, hc_err *err)
{
    if (s->dataset != NULL)
        return hc_fail(err, HC_INTERNAL, "data set '%s' is still open",
                       s->dataset->name);
    if (d->n_columns == 0)
        return hc_fail(err, HC_DATA, "data set '%s' has no columns", d->name);
    s->opened = *d;
    s->dataset = &s->opened;
    s->n_datasets++;
    s->dataset_rows = s->dataset_rejected = 0;
    s->wants = NULL;
    s->changed = NULL;
    return s->ops->begin == NULL ? HC_OK
                                 : s->ops->begin(s->ctx, s->dataset, err);
}

void hc_sink_compare(hc_sink *s)
{
    if (s->opened.n_columns > sizeof s->before / sizeof *s->before)
        return;
    for (size_t i = 0; i < s->opened.n_columns; i++)
        s->before[i] = hc_cell_text("", 0); /* as no row has it */
    s->changed = &s->differs;
}

/* Of texts only their place is at hand, where another may stand by now. */
static void compare(hc_sink *s, const hc_cell *cells)
{
    uint64_t differs = 0;
    for (size_t i = 0; i < s->opened.n_columns; i++) {
        hc_cell *was = &s->before[i];
        const hc_cell *is = &cells[i];
        const bool other =
            memcmp(is, was, sizeof *is) != 0 || is->type == HC_CELL_TEXT;
        differs |= (uint64_t)other << i;
        *was = *is;
    }
    s->differs = differs;
}

hc_status hc_sink_row(hc_sink *s, const hc_cell *cells, hc_err *err)
{
    if (s->changed == &s->differs)
        compare(s, cells);
    s->rows++;
    s->dataset_rows++;
    return s->ops->row == NULL ? HC_OK : s->ops->row(s->ctx, cells, err);
}

hc_status hc_sink_end(hc_sink *s, hc_err *err)
{
    const hc_dataset *d = s->dataset;
    uint64_t seen = s->dataset_rows + s->dataset_rejected;
    if (d == NULL)
        return hc_fail(err, HC_INTERNAL, "no data set is open");
    if (d->rows_declared >= 0 && seen < (uint64_t)d->rows_declared)
        hc_sink_incomplete(s, "%llu of %lld rows of %s are there",
                           (unsigned long long)seen,
                           (long long)d->rows_declared, d->name);
    s->dataset = NULL;
    s->wants = NULL;
    s->changed = NULL;
    return s->ops->end == NULL ? HC_OK : s->ops->end(s->ctx, err);
}

void hc_sink_reject(hc_sink *s, long line, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    if (s->rejected == 0) {
        s->first_bad_line = line;
        memcpy(s->first_bad, text, sizeof text);
    }
    s->rejected++;
    s->dataset_rejected++;
}

void hc_sink_incomplete(hc_sink *s, const char *fmt, ...)
{
    va_list ap;
    if (s->incomplete)
        return;
    s->incomplete = true;
    va_start(ap, fmt);
    vsnprintf(s->why_incomplete, sizeof s->why_incomplete, fmt, ap);
    va_end(ap);
}

void hc_sink_warn(hc_sink *s, long line, const char *fmt, ...)
{
    char text[512];
    va_list ap;
    if (s->ops->warn == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    s->ops->warn(s->ctx, line, text);
}
