#include "core/spectrum.h"

#include "core/options.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Columns of the frame that matter here, -1 where it has none. */
typedef struct {
    int freq, re, im, sd_re, sd_im;
    int source, spectrum, electrode, cell, cycle, step;
    int temperature, pressure, soc, voltage;
} columns;

int hc_context_column(const hc_frame *f, const char *key)
{
    enum { NAMES = 4 };
    /* the name in records, then what instruments' tables call it */
    static const char *const names[][NAMES] = {
        {"temperature_celsius", "surface_temperature_celsius",
         "temperature_t1_celsius", "ambient_temperature_celsius"},
        {"pressure_pa", "applied_pressure_pa", "surface_pressure_pa", NULL},
        {"dc_voltage_volt", "voltage_volt", "working_potential_volt", NULL}};
    int c = hc_frame_column(f, key);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t k = 1; k < NAMES && c < 0 && names[i][k] != NULL &&
                           strcmp(names[i][0], key) == 0;
             k++)
            c = hc_frame_column(f, names[i][k]);
    return c;
}

static hc_status find_columns(const hc_frame *f, columns *c, hc_err *err)
{
    hc_status st = hc_frame_need(f, HC_COL_FREQ, &c->freq, err);
    if (st == HC_OK)
        st = hc_frame_need(f, HC_COL_RE, &c->re, err);
    if (st == HC_OK)
        st = hc_frame_need(f, HC_COL_IM, &c->im, err);
    c->sd_re = hc_frame_column(f, HC_COL_SD_RE);
    c->sd_im = hc_frame_column(f, HC_COL_SD_IM);
    c->source = hc_frame_column(f, "source_index");
    c->spectrum = hc_frame_column(f, "spectrum_index");
    c->electrode = hc_frame_column(f, "electrode");
    c->cell = hc_frame_column(f, "cell");
    c->cycle = hc_frame_column(f, "cycle_count");
    c->step = hc_frame_column(f, "step_count");
    c->soc = hc_frame_column(f, "soc");
    c->temperature = hc_context_column(f, "temperature_celsius");
    c->pressure = hc_context_column(f, "pressure_pa");
    c->voltage = hc_context_column(f, "dc_voltage_volt");
    return st;
}

static long key_of(const hc_frame *f, size_t row, int column)
{
    double x = hc_frame_number(f, row, column);
    return fabs(x) < 2e9 ? (long)x : 0;
}

/* Value of a context column, or of a '#:' line when there is no column. */
static double context(const hc_frame *f, size_t row, int column,
                      const char *key)
{
    if (column >= 0)
        return hc_frame_number(f, row, column);
    return hc_meta_number(hc_frame_meta(f), key);
}

/* Its keys as far as they tell it apart. */
static void name(hc_spectrum *s)
{
    size_t n = sizeof s->name;
    int at = snprintf(s->name, n, "spectrum %ld", s->spectrum_index);
    if (s->source_index > 0)
        at += snprintf(s->name + at, n - (size_t)at, " of source %ld",
                       s->source_index);
    if (strcmp(s->electrode, "-") != 0 && strcmp(s->electrode, "cell") != 0)
        snprintf(s->name + at, n - (size_t)at, " (%s)", s->electrode);
}

static void describe(hc_spectrum *s, const hc_frame *f, size_t row,
                     const columns *c)
{
    const char *cell = c->cell >= 0 ? hc_frame_text(f, row, c->cell)
                                    : hc_meta_get(hc_frame_meta(f), "cell");
    const char *electrode =
        c->electrode >= 0 ? hc_frame_text(f, row, c->electrode)
                          : hc_meta_get(hc_frame_meta(f), "electrode");

    s->source_index = key_of(f, row, c->source);
    s->spectrum_index = key_of(f, row, c->spectrum);
    strncpy(s->cell, cell == NULL ? "-" : cell, sizeof s->cell - 1);
    strncpy(s->electrode, electrode == NULL ? "-" : electrode,
            sizeof s->electrode - 1);
    name(s);
    s->cycle_count = hc_frame_number(f, row, c->cycle);
    s->step_count = hc_frame_number(f, row, c->step);
    s->temperature_celsius =
        context(f, row, c->temperature, "temperature_celsius");
    s->pressure_pa = context(f, row, c->pressure, "pressure_pa");
    s->soc = context(f, row, c->soc, "soc");
    s->dc_voltage_volt = context(f, row, c->voltage, "dc_voltage_volt");
}

static bool same_key(const hc_spectrum *s, const hc_frame *f, size_t row,
                     const columns *c)
{
    if (s->source_index != key_of(f, row, c->source) ||
        s->spectrum_index != key_of(f, row, c->spectrum))
        return false;
    return c->electrode < 0 ||
           strcmp(s->electrode, hc_frame_text(f, row, c->electrode)) == 0;
}

static hc_status check_row(const hc_frame *f, size_t row, const columns *c,
                           hc_err *err)
{
    const int need[] = {c->freq, c->re, c->im};
    for (size_t k = 0; k < 3; k++)
        if (!isfinite(hc_frame_number(f, row, need[k])))
            return hc_fail_at(
                err, HC_DATA, hc_frame_name(f), hc_frame_line(f, row),
                "%s is not a finite number: '%.60s'",
                hc_frame_column_name(f, (size_t)need[k]),
                hc_frame_text(f, row, need[k]));
    if (!(hc_frame_number(f, row, c->freq) > 0))
        return hc_fail_at(err, HC_DATA, hc_frame_name(f),
                          hc_frame_line(f, row),
                          "frequency must be positive: '%.60s'",
                          hc_frame_text(f, row, c->freq));
    return HC_OK;
}

static bool wanted(const hc_spectrum_filter *w, const hc_frame *f, size_t row,
                   const columns *c)
{
    double freq = hc_frame_number(f, row, c->freq);
    double cycle = hc_frame_number(f, row, c->cycle);
    if (freq < w->freq_min_hz || freq > w->freq_max_hz)
        return false;
    if (w->capacitive && !(hc_frame_number(f, row, c->im) < 0))
        return false;
    if (!hc_range_has(w->spectra, key_of(f, row, c->spectrum)))
        return false;
    return w->cycles == NULL ||
           (isfinite(cycle) && hc_range_has(w->cycles, (long)cycle));
}

/* Spectra and, per row, which one it belongs to (SIZE_MAX: none). */
typedef struct {
    hc_spectrum *s;
    size_t n, cap;
    size_t *owner;
} groups;

static hc_status group_rows(const hc_frame *f, const columns *c,
                            const hc_spectrum_filter *w, groups *g,
                            hc_err *err)
{
    for (size_t row = 0; row < hc_frame_rows(f); row++) {
        size_t k;
        hc_status st = check_row(f, row, c, err);
        if (st != HC_OK)
            return st;
        g->owner[row] = (size_t)-1;
        if (!wanted(w, f, row, c))
            continue;
        for (k = g->n; k > 0 && !same_key(&g->s[k - 1], f, row, c);)
            k--;
        if (k == 0) {
            hc_spectrum *s = hc_grow(g->s, &g->cap, g->n + 1, sizeof *s);
            if (s == NULL)
                return hc_fail_nomem(err);
            g->s = s;
            g->s[g->n] = (hc_spectrum){0};
            describe(&g->s[g->n], f, row, c);
            k = ++g->n;
        }
        g->owner[row] = k - 1;
        g->s[k - 1].n++;
    }
    return HC_OK;
}

typedef struct {
    double freq_hz;
    size_t row;
} point;

static int by_falling_frequency(const void *a, const void *b)
{
    const point *p = a, *q = b;
    if (p->freq_hz != q->freq_hz)
        return p->freq_hz > q->freq_hz ? -1 : 1;
    return p->row < q->row ? -1 : 1;
}

static hc_status fill(hc_spectrum *s, const hc_frame *f, const columns *c,
                      point *points, hc_err *err)
{
    bool sd = c->sd_re >= 0 && c->sd_im >= 0;
    qsort(points, s->n, sizeof *points, by_falling_frequency);
    s->freq_hz = calloc(s->n, sizeof *s->freq_hz);
    s->z_ohm = calloc(s->n, sizeof *s->z_ohm);
    s->row = calloc(s->n, sizeof *s->row);
    s->sd_re = sd ? calloc(s->n, sizeof *s->sd_re) : NULL;
    s->sd_im = sd ? calloc(s->n, sizeof *s->sd_im) : NULL;
    if (s->freq_hz == NULL || s->z_ohm == NULL || s->row == NULL ||
        (sd && (s->sd_re == NULL || s->sd_im == NULL)))
        return hc_fail_nomem(err);
    for (size_t i = 0; i < s->n; i++) {
        size_t row = points[i].row;
        s->row[i] = row;
        s->freq_hz[i] = points[i].freq_hz;
        s->z_ohm[i] = hc_frame_number(f, row, c->re) +
                      hc_frame_number(f, row, c->im) * I;
        if (sd) {
            s->sd_re[i] = hc_frame_number(f, row, c->sd_re);
            s->sd_im[i] = hc_frame_number(f, row, c->sd_im);
        }
    }
    return HC_OK;
}

static hc_status fill_all(const hc_frame *f, const columns *c, groups *g,
                          hc_err *err)
{
    size_t rows = hc_frame_rows(f);
    point *points = calloc(rows + 1, sizeof *points);
    size_t *next = calloc(g->n + 1, sizeof *next);
    hc_status st = HC_OK;

    if (points == NULL || next == NULL)
        st = hc_fail_nomem(err);
    for (size_t k = 1; k < g->n && st == HC_OK; k++)
        next[k] = next[k - 1] + g->s[k - 1].n;
    for (size_t row = 0; row < rows && st == HC_OK; row++)
        if (g->owner[row] != (size_t)-1)
            points[next[g->owner[row]]++] =
                (point){hc_frame_number(f, row, c->freq), row};
    for (size_t k = 0, at = 0; k < g->n && st == HC_OK; k++) {
        st = fill(&g->s[k], f, c, points + at, err);
        at += g->s[k].n;
    }
    free(points);
    free(next);
    return st;
}

hc_spectrum_filter hc_spectrum_filter_none(void)
{
    return (hc_spectrum_filter){.freq_min_hz = NAN, .freq_max_hz = NAN};
}

hc_status hc_spectra_of(const hc_frame *f, const hc_spectrum_filter *filter,
                        hc_spectrum **out, size_t *n, hc_err *err)
{
    columns c;
    groups g = {0};
    hc_status st = find_columns(f, &c, err);

    if (st != HC_OK)
        return st;
    g.owner = calloc(hc_frame_rows(f) + 1, sizeof *g.owner);
    st = g.owner == NULL ? hc_fail_nomem(err)
                         : group_rows(f, &c, filter, &g, err);
    if (st == HC_OK && g.n == 0)
        st = hc_fail_at(err, HC_NO, hc_frame_name(f), 0,
                        hc_frame_rows(f) == 0
                            ? "the table has no rows"
                            : "no point is left by the limits given");
    if (st == HC_OK)
        st = fill_all(f, &c, &g, err);
    free(g.owner);
    if (st != HC_OK) {
        hc_spectra_free(g.s, g.n);
        return st;
    }
    *out = g.s;
    *n = g.n;
    return HC_OK;
}

void hc_spectra_free(hc_spectrum *s, size_t n)
{
    for (size_t i = 0; s != NULL && i < n; i++) {
        free(s[i].freq_hz);
        free(s[i].z_ohm);
        free(s[i].sd_re);
        free(s[i].sd_im);
        free(s[i].row);
    }
    free(s);
}
