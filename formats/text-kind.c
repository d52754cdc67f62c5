/* text-kind.c: what the rows hold tells: spectra or a time series */
#include "formats/generic.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int freq, time, amp, re, im, mod, phase;
} places;

static places find(const hc_column *c, size_t n, const hc_colmap *own)
{
    places p = {-1, -1, -1, -1, -1, -1, -1};
    for (size_t i = 0; i < n; i++) {
        const char *target = hc_column_meaning(&c[i], own).target;
        int at = (int)i;
        if (target == NULL)
            continue;
        if (strcmp(target, "frequency_hertz") == 0)
            p.freq = at;
        else if (strcmp(target, "test_time_second") == 0 ||
                 strcmp(target, "step_time_second") == 0)
            p.time = at;
        else if (strcmp(target, "current_ampere") == 0)
            p.amp = at;
        else if (strncmp(target, "real_impedance_ohm", 18) == 0)
            p.re = at;
        else if (strncmp(target, "imaginary_impedance_ohm", 23) == 0)
            p.im = at;
        else if (strncmp(target, "absolute_impedance_ohm", 22) == 0)
            p.mod = at;
        else if (strncmp(target, "phase_degree", 12) == 0)
            p.phase = at;
    }
    return p;
}

/* Has the row a frequency above 0? */
static bool has_frequency(const char *line, size_t len, hc_dialect d, int freq,
                          hc_cell *cells, size_t n)
{
    char *copy = hc_strndup(line, len);
    double x = 0;
    size_t got = copy == NULL ? 0 : hc_split(copy, len, d, cells, n);
    bool yes =
        got > (size_t)freq &&
        (hc_cell_number(&cells[freq], &x) ||
         (cells[freq].type == HC_CELL_TEXT &&
          hc_number_parse_comma(cells[freq].u.s, cells[freq].len, &x))) &&
        x > 0;
    free(copy);
    return yes;
}

hc_kind hc_text_kind(const hc_probe *p, size_t at, hc_dialect d,
                     const hc_column *columns, size_t n, const hc_colmap *own)
{
    enum { ROWS = 300 };
    places w = find(columns, n, own);
    size_t with = 0, rows = 0, len;
    const char *line = p->text, *end = p->text + p->text_len;
    hc_cell *cells;
    if (w.freq < 0 || w.time < 0 || w.amp < 0 ||
        !((w.re >= 0 && w.im >= 0) || (w.mod >= 0 && w.phase >= 0)))
        return HC_KIND_AUTO;
    cells = calloc(n + 1, sizeof *cells);
    if (cells == NULL || !hc_probe_line(p, at, &line, &len))
        line = end;
    while (line < end && rows < ROWS) {
        const char *nl = memchr(line, '\n', (size_t)(end - line));
        if (nl == NULL && rows > 0)
            break; /* cut by the end of the probe */
        len = (size_t)((nl == NULL ? end : nl) - line);
        with += has_frequency(line, len, d, w.freq, cells, n);
        rows++;
        line = nl == NULL ? end : nl + 1;
    }
    free(cells);
    return rows == 0          ? HC_KIND_AUTO
           : 2 * with >= rows ? HC_KIND_EIS
                              : HC_KIND_SERIES;
}
