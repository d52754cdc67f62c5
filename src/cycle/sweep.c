/* sweep.c: is the voltage of these rows swept? (see sweep.h) */
#include "cycle/sweep.h"

#include <math.h>

enum { LEAST_ROWS = 8, POINTS = 24 };
/* Least change of the voltage that is looked at, and of the current as a
 * part of the largest. */
static const double least_v = 5e-3, least_part = 0.05;
/* Largest distance of the voltage from a straight line, as a part of its
 * change. */
static const double line_part = 0.03;
/* A distance from it that is noise of the voltage. */
static const double noise_v = 1e-4;
/* A current as linear as this is a ramp of the current. */
static const double ramp_part = 0.01;

/* How a quantity moves over n rows, every stride-th of them. */
typedef struct {
    double change;    /* last minus first */
    double span, max; /* largest minus smallest; largest |y| */
    double off_line;  /* largest distance from the chord */
    double way;       /* sum of |steps| */
    double step;      /* largest |step| */
} movement;

static movement move_of(const double *t, const double *y, size_t n,
                        size_t stride)
{
    size_t last = (n - 1) / stride * stride;
    movement m = {.change = y[last] - y[0], .max = fabs(y[0])};
    double slope = m.change / (t[last] - t[0]);
    double lo = y[0], hi = y[0];

    for (size_t k = stride; k <= last; k += stride) {
        double step = fabs(y[k] - y[k - stride]);
        double off = fabs(y[k] - y[0] - slope * (t[k] - t[0]));

        lo = fmin(lo, y[k]);
        hi = fmax(hi, y[k]);
        m.max = fmax(m.max, fabs(y[k]));
        m.off_line = fmax(m.off_line, off);
        m.way += step;
        m.step = fmax(m.step, step);
    }
    m.span = hi - lo;
    return m;
}

static double largest_step(const hc_sweep_rows *r, size_t from, size_t n)
{
    double largest = 0;

    for (size_t k = from + 1; k < n; k++)
        largest = fmax(largest, fabs(r->v_v[k] - r->v_v[k - 1]));
    return largest;
}

/* Height of the stairs when the voltage stands still on each for some rows;
 * 0 when it does not. */
static double stair_of(const hc_sweep_rows *r, size_t n)
{
    double largest = largest_step(r, 0, n);
    size_t still = 0, up = 0, run = 0, longest = 0;

    for (size_t k = 1; k < n; k++) {
        double step = fabs(r->v_v[k] - r->v_v[k - 1]);

        run = step < 0.1 * largest ? run + 1 : 0;
        longest = run > longest ? run : longest;
        still += run > 0;
        up += step > 0.8 * largest;
    }
    /* all about as long: a rest before a sweep is no stair */
    return 3 * still >= n && up >= 3 && still + up + 1 >= n &&
                   longest * up <= 2 * still + up
               ? largest
               : 0;
}

/* A current that stands between its steps: levels the instrument controls,
 * and the voltage follows them. */
static bool is_levels(const hc_sweep_rows *r, size_t n)
{
    double largest = 0;
    size_t level = 0;

    for (size_t k = 1; k < n; k++)
        largest = fmax(largest, fabs(r->i_a[k] - r->i_a[k - 1]));
    for (size_t k = 1; k < n; k++)
        level += fabs(r->i_a[k] - r->i_a[k - 1]) < 0.02 * largest;
    return 2 * level >= n;
}

/* The last row of each stair; the others are the same voltage. */
static size_t take_stairs(const hc_sweep_rows *r, size_t n, double stair,
                          hc_sweep_rows *out)
{
    out->n = 0;
    for (size_t k = 0; k + 1 < n; k++)
        if (fabs(r->v_v[k + 1] - r->v_v[k]) > 0.5 * stair) {
            out->t_s[out->n] = r->t_s[k];
            out->i_a[out->n] = r->i_a[k];
            out->v_v[out->n++] = r->v_v[k];
        }
    return out->n;
}

/* Does the current answer every stair, and fall back before the next?  A
 * voltage that is coarsely read climbs stairs that no current knows of; one
 * that follows a staircase of the current does not fall back.  A rest before
 * the first stair is none. */
static bool answers_stairs(const hc_sweep_rows *r, size_t n, double stair)
{
    double sum = 0, sumsq = 0, least = 0, ups = 0, first = NAN, last = NAN;

    for (size_t k = 1; k < n; k++) {
        double dv = r->v_v[k] - r->v_v[k - 1];
        double jump = copysign(1, dv) * (r->i_a[k] - r->i_a[k - 1]);

        if (fabs(dv) <= 0.5 * stair)
            continue;
        sum += jump;
        sumsq += jump * jump;
        last = copysign(1, dv) * r->i_a[k - 1];
        first = ups > 0 ? first : last;
        least = fmax(least, 0.02 * fabs(last));
        ups++;
    }
    double mean = sum / ups, var = fmax(0, sumsq / ups - mean * mean);

    return ups >= LEAST_ROWS && mean > least &&
           mean > 5 * sqrt(var / (ups - 1)) &&
           fabs(first) > 0.25 * fabs(last) &&
           fabs(last - first) < 0.25 * sum;
}

/* *rate_v_s is from one end of a stair to another: where the rows begin and
 * end on their stairs would make it wrong by up to a stair. */
static bool is_swept(const hc_sweep_rows *r, size_t n, double rest_a,
                     double *rate_v_s)
{
    hc_sweep_rows ends;
    double stair;
    size_t stride;
    bool answered = false;
    movement v, i;

    if (!(fabs(r->v_v[n - 1] - r->v_v[0]) >= least_v) || is_levels(r, n))
        return false;
    stair = stair_of(r, n);
    if (stair > 0) {
        answered = answers_stairs(r, n, stair);
        n = take_stairs(r, n, stair, &ends);
        r = &ends;
        if (n < LEAST_ROWS)
            return false;
    }
    stride = n > POINTS ? n / POINTS : 1;
    i = move_of(r->t_s, r->i_a, n, stride);
    if (i.max <= rest_a)
        return false;
    if (!answered &&
        (i.span < least_part * i.max || i.way > 4 * i.span ||
         i.step > 0.35 * i.span || i.off_line < ramp_part * i.span))
        return false;
    v = move_of(r->t_s, r->v_v, n, stride);
    if (v.off_line > line_part * fabs(v.change) ||
        v.step > 0.34 * fabs(v.change) || v.way > 1.2 * fabs(v.change))
        return false;
    *rate_v_s = (r->v_v[n - 1] - r->v_v[0]) / (r->t_s[n - 1] - r->t_s[0]);
    return answered ||
           fmax(0, v.off_line - noise_v) * i.span < 0.5 * i.off_line * v.span;
}

double hc_sweep_begins(const hc_sweep_rows *r, double rest_a)
{
    size_t n = r->n < 2 * LEAST_ROWS ? r->n : LEAST_ROWS;

    for (; n >= LEAST_ROWS; n = 2 * n < r->n ? 2 * n : r->n) {
        double dt = r->t_s[n - 1] - r->t_s[0], rate_v_s;

        if (dt > 0 && is_swept(r, n, rest_a, &rate_v_s))
            return rate_v_s;
        if (n == r->n)
            break;
    }
    return 0;
}

/* Rows from 0 on over which a sweep at this rate makes least_v and some
 * stairs, and no fewer than LEAST_ROWS. */
static size_t rows_ahead(const hc_sweep_rows *r, double rate_v_s)
{
    size_t n = LEAST_ROWS, some = r->n < 2 * POINTS ? r->n : 2 * POINTS;
    double far_v = fmax(least_v, 2.5 * largest_step(r, 1, some));

    while (n < r->n && fabs(rate_v_s) * (r->t_s[n - 1] - r->t_s[0]) < far_v)
        n++;
    return n < r->n ? n : r->n;
}

/* Does the voltage go back at the same rate after row 0, where the rows up to
 * n show that the sweep is over? */
static bool turns_back(const hc_sweep_rows *r, double rate_v_s, size_t n)
{
    size_t to = 2 * n < r->n ? 2 * n - 1 : r->n - 1;
    double part =
        (r->v_v[to] - r->v_v[0]) / (rate_v_s * (r->t_s[to] - r->t_s[0]));

    return part < -0.5 && part > -2;
}

bool hc_sweep_ends(const hc_sweep_rows *r, double rate_v_s, double *next_v_s)
{
    size_t n = rows_ahead(r, rate_v_s), peak = 0;
    double dt = r->t_s[n - 1] - r->t_s[0];
    double part, row;

    if (n < 3 || !(dt > 0))
        return false;
    part = (r->v_v[n - 1] - r->v_v[0]) / (rate_v_s * dt);
    if (part > 0.5 && part < 2)
        return false;
    for (size_t k = 1; k < n; k++)
        if ((r->v_v[k] - r->v_v[peak]) * rate_v_s > 0)
            peak = k;
    /* a row before the turn is still part of the sweep, unless the voltage
     * jumps there */
    row = fabs(rate_v_s) * dt / (double)(n - 1);
    if (peak > 0 && fabs(r->v_v[peak] - r->v_v[0]) > 0.5 * row &&
        fabs(r->v_v[1] - r->v_v[0]) <= 3 * fmax(row, largest_step(r, 1, n)))
        return false;
    *next_v_s = turns_back(r, rate_v_s, n) ? -rate_v_s : 0;
    return true;
}
