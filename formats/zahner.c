/* zahner.c: Zahner .ism (Thales)
 *
 * Big-endian: 6-byte version, 6-byte (points - 1), arrays of 8-byte floats:
 * frequency, |Z|, phase in rad, time in s since 1980-01-01, then 2-byte
 * significances; then texts with a 2-byte length: date, system, potential,
 * current, temperature, time, four comments, area.  Layout as the vendor's
 * own open reader has it (Zahner-Analysis-Python).  A sweep may double back
 * at its start: the points before the lowest or highest frequency, whichever
 * comes first, overlap later ones and stand apart in the data set 'overlap'
 * (the vendor's reader leaves them out).
 */
#include "core/text.h"
#include "formats/dates.h"
#include "formats/format.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 12, POINT = 34, POINTS_MAX = 1 << 20 };

static uint64_t be(const unsigned char *p, int n)
{
    uint64_t v = 0;
    for (int i = 0; i < n; i++)
        v = v << 8 | p[i];
    return v;
}

static double bef8(const unsigned char *p)
{
    union {
        uint64_t u;
        double f;
    } x = {be(p, 8)};
    return x.f;
}

/* The first frequency of a file that can be one. */
static bool plausible(const unsigned char *d, size_t len, uint64_t n)
{
    if (n > POINTS_MAX || len < HEAD + 8)
        return false;
    double f = bef8(d + HEAD);
    return f > 1e-9 && f < 1e10;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    const unsigned char *d = (const unsigned char *)p->data;
    if (p->len < HEAD + 8 || d[0] != 0 || d[1] != 0) {
        hc_say_no(v, 0, "does not start with a version of Thales");
        return;
    }
    uint64_t n = be(d + 6, 6) + 1;
    bool known = be(d, 6) == 0xFFFFFFFEu;
    if (known && plausible(d, p->len, n))
        hc_say_yes(v, 90);
    else if (known)
        hc_say_broken(v, 60,
                      "begins like a Zahner .ism and has no plausible "
                      "points");
    else
        hc_say_no(v, 10, "does not start with a version of Thales");
}

/* A text of the tail; its letters are shifted in case by Thales' code page,
 * so they come as they stand. */
static hc_status texts(const unsigned char *p, const unsigned char *end,
                       hc_sink *sink, hc_err *err)
{
    static const char *const names[] = {
        "date",        "system",    "potential", "current",
        "temperature", "time",      "comment 1", "comment 2",
        "comment 3",   "comment 4", "area"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (end - p < 2)
            return HC_OK;
        size_t n = (size_t)be(p, 2);
        p += 2;
        if ((size_t)(end - p) < n)
            return HC_OK;
        if (n > 0)
            HC_TRY(hc_sink_metan(sink, names[i], strlen(names[i]),
                                 (const char *)p, n, err));
        p += n;
    }
    return HC_OK;
}

static hc_status start_time(double seconds, hc_sink *sink, hc_err *err)
{
    char iso[40];
    if (!(seconds >= 0 && seconds < 1e10))
        return HC_OK;
    hc_moment m = {.seconds = seconds + hc_civil_seconds(1980, 1, 1),
                   .has_date = true};
    hc_moment_iso(&m, iso);
    return hc_sink_fact(sink, "start_time", iso, err);
}

/* The points from the first turn on: lowest and highest frequency, in the
 * order they come. */
static void find_sweep(const unsigned char *f, size_t n, size_t *from,
                       size_t *to)
{
    size_t lo = 0, hi = 0;
    for (size_t i = 1; i < n; i++) {
        if (bef8(f + 8 * i) < bef8(f + 8 * lo))
            lo = i;
        if (bef8(f + 8 * i) > bef8(f + 8 * hi))
            hi = i;
    }
    *from = lo < hi ? lo : hi;
    *to = (lo < hi ? hi : lo) + 1;
}

static hc_status rows(const unsigned char *d, size_t n, size_t from, size_t to,
                      hc_sink *sink, hc_err *err)
{
    const unsigned char *f = d + HEAD, *z = f + 8 * n, *ph = z + 8 * n;
    const unsigned char *t = ph + 8 * n, *s = t + 8 * n;
    double t0 = bef8(t);
    for (size_t i = from; i < to; i++) {
        double mod = bef8(z + 8 * i), phase = bef8(ph + 8 * i);
        hc_cell cells[] = {hc_cell_f8(bef8(f + 8 * i)),
                           hc_cell_f8(mod * cos(phase)),
                           hc_cell_f8(mod * sin(phase)),
                           hc_cell_f8(mod),
                           hc_cell_f8(phase),
                           hc_cell_f8(bef8(t + 8 * i) - t0),
                           hc_cell_int((int16_t)be(s + 2 * i, 2))};
        HC_TRY(hc_sink_row(sink, cells, err));
    }
    return HC_OK;
}

static hc_status points(const unsigned char *d, size_t n, hc_sink *sink,
                        hc_err *err)
{
    static const hc_column columns[] = {
        {"freq/Hz", NULL},     {"Re(Z)/ohm", NULL}, {"Im(Z)/ohm", NULL},
        {"|Z|/ohm", NULL},     {"phase/rad", NULL}, {"time/s", NULL},
        {"significance", NULL}};
    size_t from, to;
    hc_dataset ds = hc_dataset_make("spectrum", columns, 7);
    ds.kind = HC_KIND_EIS;
    ds.one_spectrum = true;
    find_sweep(d + HEAD, n, &from, &to);
    HC_TRY(hc_sink_begin(sink, &ds, err));
    HC_TRY(rows(d, n, from, to, sink, err));
    HC_TRY(hc_sink_end(sink, err));
    if (to - from == n)
        return HC_OK;
    hc_sink_warn(sink, 0,
                 "%zu points before or behind the turn of the sweep "
                 "overlap others: data set 'overlap'",
                 n - (to - from));
    ds.name = "overlap";
    ds.side = true;
    HC_TRY(hc_sink_begin(sink, &ds, err));
    HC_TRY(rows(d, n, 0, from, sink, err));
    HC_TRY(rows(d, n, to, n, sink, err));
    return hc_sink_end(sink, err);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char *bytes;
    size_t len;
    HC_TRY(hc_source_slurp(src, (size_t)POINTS_MAX * POINT + (1 << 20), &bytes,
                           &len, err));
    const unsigned char *d = (const unsigned char *)bytes;
    uint64_t n = len >= HEAD ? be(d + 6, 6) + 1 : 0;
    hc_status st;
    if (len < HEAD || n > POINTS_MAX)
        st = hc_fail_at(err, HC_DATA, src->name, 0,
                        "cut or damaged in its first bytes");
    else if (len < HEAD + n * POINT) {
        /* Arrays stand one behind the other: no point is complete. */
        hc_sink_incomplete(sink, "ends at byte %zu, its %llu points need %llu",
                           len, (unsigned long long)n,
                           (unsigned long long)(HEAD + n * POINT));
        st = HC_OK;
    } else {
        st = start_time(bef8(d + HEAD + 24 * n), sink, err);
        if (st == HC_OK)
            st = texts(d + HEAD + n * POINT, d + len, sink, err);
        if (st == HC_OK)
            st = points(d, (size_t)n, sink, err);
    }
    free(bytes);
    return st;
}

const hc_format hc_format_zahner = {.name = "zahner-ism",
                                    .title = "Zahner .ism",
                                    .detect = detect,
                                    .most = 90,
                                    .read = read,
                                    .verified = true};
