/* watch.c: what makes a spectrum doubtful and can be seen while it is read
 *
 * The temperature should not move by more than 1 K, the pressure not by more
 * than 5 %, and the total harmonic distortion, where the instrument gives
 * it, stay below 5 %.  Im Z above 0 nearly everywhere is no cell: somebody
 * has written -Im Z under the name of Im Z.
 */
#include "formats/normal.h"

#include "core/number.h"
#include "core/text.h"
#include "formats/generic.h"

#include <math.h>
#include <string.h>

#define TEMPERATURE_LIMIT_K      1.0
#define PRESSURE_LIMIT           0.05
#define DISTORTION_LIMIT_PERCENT 5.0
#define INDUCTIVE_LIMIT          0.8
#define NOISE_LIMIT              0.05

/* pi/2 and a little: all phases of a cell in radians are below */
#define RADIAN_LIMIT 1.6
enum { POINTS_MIN = 5 };

static double value(hc_normal *n, const hc_outcol *c)
{
    if (c->from == HC_FROM_LOGGER)
        return hc_normal_logged(n, c->column);
    if (c->from != HC_FROM_COLUMN || c->column < 0)
        return NAN;
    return n->num[c->column];
}

static void widen(hc_span *s, double x)
{
    if (isnan(x))
        return;
    if (isnan(s->lo) || x < s->lo)
        s->lo = x;
    if (isnan(s->hi) || x > s->hi)
        s->hi = x;
}

void hc_watch_start(hc_normal *n)
{
    const hc_span none = {NAN, NAN};
    n->watch.temperature = n->watch.pressure = none;
    n->watch.phase = NAN;
    n->watch.phases = 0;
    n->watch.distorted = n->watch.points = n->watch.inductive = 0;
}

hc_watched hc_watch_column(const char *name)
{
    return strstr(name, "temperature") != NULL ? HC_WATCH_TEMPERATURE
           : strstr(name, "pressure") != NULL  ? HC_WATCH_PRESSURE
           : strncmp(name, "thd_", 4) == 0     ? HC_WATCH_DISTORTION
                                               : HC_WATCH_NOT;
}

/* A phase in degrees, as is assumed: is that said? */
static bool phase_is_said(const hc_normal *n)
{
    char base[256], unit[64];
    const hc_column *c = &n->dataset->columns[n->slot.phase[0]];
    hc_column_split(c->name, base, sizeof base, unit, sizeof unit);
    return c->unit != NULL || unit[0] != '\0';
}

static void watch_phase(hc_normal *n)
{
    const hc_slots *s = &n->slot;
    if (n->format->columns != hc_text_columns || s->phase[0] < 0 ||
        s->mod[0] < 0 || (s->re[0] >= 0 && s->im[0] >= 0))
        return;
    double x = fabs(n->num[s->phase[0]]);
    n->watch.phases++;
    if (isnan(n->watch.phase) || x > n->watch.phase)
        n->watch.phase = x;
}

void hc_watch_row(hc_normal *n)
{
    bool distorted = false;
    watch_phase(n);
    for (size_t i = 0; i < n->n_out; i++) {
        const hc_outcol *c = &n->out[i];
        if (c->watched == HC_WATCH_NOT)
            continue;
        if (c->watched == HC_WATCH_TEMPERATURE)
            widen(&n->watch.temperature, value(n, c));
        else if (c->watched == HC_WATCH_PRESSURE)
            widen(&n->watch.pressure, value(n, c));
        else
            distorted = distorted || value(n, c) > DISTORTION_LIMIT_PERCENT;
    }
    n->watch.distorted += distorted;
}

/* Part of a point's impedance, Re first, as it is printed.  The Im of a
 * resistor is noise and says nothing. */
void hc_watch_part(hc_normal *n, bool imaginary, const char *s, size_t len)
{
    double x;
    if (!hc_number_parse(s, len, &x) || isnan(x))
        return;
    if (!imaginary) {
        n->watch.re = x;
    } else if (fabs(x) > NOISE_LIMIT * fabs(n->watch.re)) {
        n->watch.points++;
        n->watch.inductive += x > 0;
    }
}

void hc_watch_end(hc_normal *n)
{
    const hc_span *t = &n->watch.temperature, *p = &n->watch.pressure;
    long k = n->eis.spectrum;
    if (k < 0)
        return;
    if (t->hi - t->lo > TEMPERATURE_LIMIT_K)
        hc_sink_warn(n->sink, 0,
                     "spectrum %ld: the temperature moved from %g to %g degC",
                     k, t->lo, t->hi);
    if (p->hi - p->lo > PRESSURE_LIMIT * fabs(p->hi))
        hc_sink_warn(n->sink, 0,
                     "spectrum %ld: the pressure moved from %g to %g Pa", k,
                     p->lo, p->hi);
    if (n->watch.points >= POINTS_MIN &&
        (double)n->watch.inductive > INDUCTIVE_LIMIT * (double)n->watch.points)
        hc_sink_warn(n->sink, 0,
                     "spectrum %ld: Im Z is above 0 in %ld of %ld points; is "
                     "it -Im Z that the file holds?",
                     k, n->watch.inductive, n->watch.points);
    if (n->watch.phases >= POINTS_MIN && n->watch.phase < RADIAN_LIMIT &&
        !phase_is_said(n)) {
        const char *what = "the phase, whose unit is not said, is taken in "
                           "degrees and below 1.6: is it in radians?";
        hc_sink_warn(n->sink, 0, "spectrum %ld: %s", k, what);
        hc_normal_trail(n, "flagged", "spectrum %ld: %s", k, what);
    }
    if (n->watch.distorted > 0)
        hc_sink_warn(n->sink, 0,
                     "spectrum %ld: %ld points with more than %g %% harmonic "
                     "distortion",
                     k, n->watch.distorted, DISTORTION_LIMIT_PERCENT);
}
