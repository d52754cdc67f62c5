/* gitt_train.c: rows to rests and pulses, edges from the current */
#include "cycle/gitt.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A current below this part of the largest is a rest; one that leaves the
 * mean of its segment by more than LEVEL begins another (a change of rate,
 * or the taper of a constant voltage). */
static const double rest_part = 1e-3;
static const double level_part = 0.05;

/* A segment while rows still come: what finish() needs to place its edges.
 */
typedef struct {
    hc_gitt_segment s;
    size_t cap;
    double before_s; /* last sample of the segment before, NaN none */
    double first_s, second_s, last_s;
    double first_i, last_i, step_time_s;
    double i_sum, i_sq, i_max, i_shift;
    double q_inside_c; /* trapezoids between its own samples */
} part;

struct hc_gitt_train {
    part *seg;
    size_t n, cap;
    double i_max;
    double lsb_v, last_v;
    double end_s;
    size_t skipped;
    bool finished;
};

hc_status hc_gitt_train_new(hc_gitt_train **out, hc_err *err)
{
    hc_gitt_train *t = calloc(1, sizeof *t);
    if (t == NULL)
        return hc_fail_nomem(err);
    t->end_s = NAN;
    t->last_v = NAN;
    t->lsb_v = INFINITY;
    *out = t;
    return HC_OK;
}

void hc_gitt_train_free(hc_gitt_train *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n; i++)
        free(t->seg[i].s.sample);
    free(t->seg);
    free(t);
}

size_t hc_gitt_train_segments(const hc_gitt_train *t)
{
    return t->n;
}

const hc_gitt_segment *hc_gitt_train_segment(const hc_gitt_train *t, size_t i)
{
    return &t->seg[i].s;
}

size_t hc_gitt_train_skipped(const hc_gitt_train *t)
{
    return t->skipped;
}

double hc_gitt_train_lsb_v(const hc_gitt_train *t)
{
    return isfinite(t->lsb_v) ? t->lsb_v : 0;
}

/* Drop samples that stand closer than the widest spacing in sqrt(t) that
 * leaves about two thirds of the room; the last one stays. */
static void thin(part *p)
{
    hc_gitt_sample *s = p->s.sample;
    size_t n = p->s.n, kept = 1;
    double gap = sqrt(s[n - 1].t_s - s[0].t_s) / (HC_GITT_KEEP * 0.6);
    double last = 0;
    for (size_t i = 1; i < n; i++) {
        double r = sqrt(s[i].t_s - s[0].t_s);
        if (r - last < gap && i + 1 < n)
            continue;
        s[kept++] = s[i];
        last = r;
    }
    if (kept == n) /* evenly spread already: every second one */
        for (size_t i = kept = 1; i < n; i += 2)
            s[kept++] = s[i];
    p->s.n = kept;
}

static hc_status keep(part *p, double t_s, double v_v, hc_err *err)
{
    if (p->s.n == HC_GITT_KEEP)
        thin(p);
    if (p->s.n == p->cap) {
        size_t cap = p->cap == 0 ? 8 : 2 * p->cap;
        cap = cap > HC_GITT_KEEP ? HC_GITT_KEEP : cap;
        void *grown = realloc(p->s.sample, cap * sizeof *p->s.sample);
        if (grown == NULL)
            return hc_fail_nomem(err);
        p->s.sample = grown;
        p->cap = cap;
    }
    p->s.sample[p->s.n++] = (hc_gitt_sample){t_s, v_v};
    return HC_OK;
}

static hc_status begin_part(hc_gitt_train *t, int sign, const hc_gitt_row *row,
                            hc_err *err)
{
    void *grown = hc_grow(t->seg, &t->cap, t->n + 1, sizeof *t->seg);
    if (grown == NULL)
        return hc_fail_nomem(err);
    t->seg = grown;
    if (t->n > 0) { /* the one before is complete: give back its room */
        part *old = &t->seg[t->n - 1];
        void *fit = realloc(old->s.sample, old->s.n * sizeof *old->s.sample);
        if (fit != NULL) {
            old->s.sample = fit;
            old->cap = old->s.n;
        }
    }
    t->seg[t->n++] = (part){
        .s = {.sign = sign,
              .temperature_celsius = row->temperature_celsius,
              .cycle_count = row->cycle_count,
              .step_count = row->step_count},
        .before_s = t->end_s,
        .first_s = row->t_s,
        .second_s = NAN,
        .first_i = row->i_a,
        .i_shift = row->i_a,
        .step_time_s = row->step_time_s,
    };
    return HC_OK;
}

static hc_status add_row(part *p, const hc_gitt_row *row, hc_err *err)
{
    double d = row->i_a - p->i_shift;
    if (p->s.rows == 1)
        p->second_s = row->t_s;
    if (p->s.rows > 0)
        p->q_inside_c += (row->t_s - p->last_s) * (row->i_a + p->last_i) / 2;
    p->s.rows++;
    p->i_sum += d;
    p->i_sq += d * d;
    p->i_max = fmax(p->i_max, fabs(row->i_a));
    p->last_s = row->t_s;
    p->last_i = row->i_a;
    return keep(p, row->t_s, row->v_v, err);
}

/* Within 5 % of the mean, or of its scatter when the current is noisy. */
static bool same_level(const part *p, double i_a)
{
    double n = (double)p->s.rows, shift = p->i_sum / n;
    double mean = p->i_shift + shift, var = p->i_sq / n - shift * shift;
    double allow = level_part * fabs(mean);
    if (p->s.rows > 5 && 16 * var > allow * allow)
        allow = 4 * sqrt(var);
    return fabs(i_a - mean) <= allow;
}

/* Does the row belong to the segment that is open? */
static bool continues(const hc_gitt_train *t, int sign, double i_a)
{
    if (t->n == 0)
        return false;
    const part *p = &t->seg[t->n - 1];
    return p->s.sign == sign && (sign == 0 || same_level(p, i_a));
}

/* Join segment b (the later) into a. */
static hc_status join(part *a, part *b, hc_err *err)
{
    hc_status st = HC_OK;
    if (a->s.rows == 1)
        a->second_s = b->first_s;
    for (size_t i = 0; i < b->s.n && st == HC_OK; i++)
        st = keep(a, b->s.sample[i].t_s, b->s.sample[i].v_v, err);
    a->q_inside_c += b->q_inside_c +
                     (b->first_s - a->last_s) * (a->last_i + b->first_i) / 2;
    a->s.rows += b->s.rows;
    a->i_max = fmax(a->i_max, b->i_max);
    a->last_s = b->last_s;
    a->last_i = b->last_i;
    free(b->s.sample);
    b->s.sample = NULL;
    return st;
}

/* Once a larger current has been seen, what was taken for a current before
 * may be the noise of a rest. */
static hc_status rejoin_rests(hc_gitt_train *t, hc_err *err)
{
    size_t to = 0;
    hc_status st = HC_OK;
    for (size_t i = 0; i < t->n; i++) {
        part *p = &t->seg[i];
        if (p->i_max <= rest_part * t->i_max)
            p->s.sign = 0;
        if (to > 0 && p->s.sign == 0 && t->seg[to - 1].s.sign == 0 &&
            st == HC_OK)
            st = join(&t->seg[to - 1], p, err);
        else
            t->seg[to++] = *p;
    }
    t->n = to;
    return st;
}

static void watch_resolution(hc_gitt_train *t, double v_v)
{
    double d = fabs(v_v - t->last_v);
    if (d > 1e-8 && d < t->lsb_v)
        t->lsb_v = d;
    t->last_v = v_v;
}

hc_status hc_gitt_train_push(hc_gitt_train *t, const hc_gitt_row *row,
                             const char *file, long line, hc_err *err)
{
    hc_status st;
    if (!isfinite(row->t_s) || !isfinite(row->i_a) || !isfinite(row->v_v)) {
        t->skipped++;
        return HC_OK;
    }
    if (row->t_s < t->end_s)
        return hc_fail_at(err, HC_DATA, file, line,
                          "time runs backwards, from %g s to %g s", t->end_s,
                          row->t_s);
    if (row->t_s == t->end_s) /* a row logged twice */
        return HC_OK;
    double old_max = t->i_max;
    t->i_max = fmax(t->i_max, fabs(row->i_a));
    if (t->i_max > 2 * old_max) {
        st = rejoin_rests(t, err);
        if (st != HC_OK)
            return st;
    }
    int sign =
        (row->i_a > rest_part * t->i_max) - (row->i_a < -rest_part * t->i_max);
    if (!continues(t, sign, row->i_a)) {
        st = begin_part(t, sign, row, err);
        if (st != HC_OK)
            return st;
    }
    watch_resolution(t, row->v_v);
    t->end_s = row->t_s;
    return add_row(&t->seg[t->n - 1], row, err);
}

/* ---- finish ---- */

/* A sample caught while the current was switching is no segment: it goes to
 * the one that follows (precedes, when the current was being cut). */
static void drop_transitions(hc_gitt_train *t)
{
    size_t to = 0;
    for (size_t i = 0; i < t->n; i++) {
        part *p = &t->seg[i];
        part *next = i + 1 < t->n ? p + 1 : NULL;
        part *last = to > 0 ? &t->seg[to - 1] : NULL;
        bool single = p->s.rows == 1 && p->s.sign != 0;
        if (single && next != NULL && next->s.sign == p->s.sign &&
            next->s.rows > 3 && next->first_s - p->first_s < 1) {
            next->before_s = p->before_s;
            free(p->s.sample);
            continue;
        }
        if (single && last != NULL && last->s.sign == p->s.sign &&
            last->s.rows > 3 && p->first_s - last->last_s < 1) {
            last->last_s = p->last_s;
            free(p->s.sample);
            continue;
        }
        t->seg[to++] = *p;
    }
    t->n = to;
}

/* Sum of squares that a + b sqrt(t) + c t leaves of the first samples, if
 * the edge was at t0. */
static double misfit(const part *p, double t0_s)
{
    size_t n = p->s.n < 10 ? p->s.n : 10;
    double q[3][10], ss = 0, v[10];
    for (size_t i = 0; i < n; i++) {
        double t = p->s.sample[i].t_s - t0_s;
        q[0][i] = 1;
        q[1][i] = sqrt(t);
        q[2][i] = t;
        v[i] = p->s.sample[i].v_v;
    }
    for (int k = 0; k < 3; k++) { /* Gram-Schmidt, then take it out of v */
        double norm = 0, dot = 0;
        for (int j = 0; j < k; j++) {
            double d = 0;
            for (size_t i = 0; i < n; i++)
                d += q[j][i] * q[k][i];
            for (size_t i = 0; i < n; i++)
                q[k][i] -= d * q[j][i];
        }
        for (size_t i = 0; i < n; i++)
            norm += q[k][i] * q[k][i];
        for (size_t i = 0; i < n; i++) {
            q[k][i] /= sqrt(norm);
            dot += q[k][i] * v[i];
        }
        for (size_t i = 0; i < n; i++)
            v[i] -= dot * q[k][i];
    }
    for (size_t i = 0; i < n; i++)
        ss += v[i] * v[i];
    return ss;
}

/* Where the current changed between the last sample before and the first
 * one after.  A step counter knows; a log that restarts densely at the
 * change has its first sample there; of an evenly spaced one the first
 * samples tell, by their sqrt(t). */
static void place_edge(part *p, double begin_s)
{
    double gap = p->first_s - p->before_s;
    if (!isfinite(p->before_s)) {
        p->s.t_on_s = begin_s;
        return;
    }
    p->s.edge_s = gap;
    if (p->step_time_s >= 0 && p->step_time_s <= gap * 1.001) {
        p->s.t_on_s = p->first_s - p->step_time_s;
        p->s.edge_s = 0;
    } else if (p->second_s - p->first_s < 0.5 * gap) {
        p->s.t_on_s = p->first_s;
        p->s.edge_s = p->second_s - p->first_s;
    } else if (p->s.n < 6 || misfit(p, p->before_s) <= misfit(p, p->first_s)) {
        p->s.t_on_s = p->before_s;
    } else {
        p->s.t_on_s = p->first_s;
    }
}

static void finish_part(part *p, double off_s)
{
    double n = (double)p->s.rows, mean = p->i_sum / n;
    double var = p->i_sq / n - mean * mean;
    p->s.t_off_s = off_s;
    if (p->s.sign == 0)
        return;
    p->s.current_spread_a = var > 0 ? sqrt(var) : 0;
    p->s.charge_c = p->q_inside_c + p->first_i * (p->first_s - p->s.t_on_s) +
                    p->last_i * (off_s - p->last_s);
    if (off_s > p->s.t_on_s)
        p->s.current_a = p->s.charge_c / (off_s - p->s.t_on_s);
    else
        p->s.current_a = p->last_i;
}

/* A symmetric cell rests at zero volt, whatever has passed. */
static bool is_symmetric(const hc_gitt_train *t)
{
    double rest = 0, swing = 0;
    for (size_t i = 0; i < t->n; i++) {
        const hc_gitt_segment *s = &t->seg[i].s;
        for (size_t k = 0; k < s->n; k++)
            if (s->sign == 0 && 2 * k >= s->n)
                rest = fmax(rest, fabs(s->sample[k].v_v));
            else
                swing = fmax(swing, fabs(s->sample[k].v_v));
    }
    return rest < 0.02 && rest < 0.5 * fmax(swing, 0.02);
}

hc_status hc_gitt_train_finish(hc_gitt_train *t, const char *file, hc_err *err)
{
    size_t pulses = 0, rests = 0;
    if (t->n == 0)
        return hc_fail_at(err, HC_DATA, file, 0, "the table has no rows");
    hc_status st = rejoin_rests(t, err);
    if (st != HC_OK)
        return st;
    if (!(t->i_max > 0))
        return hc_fail_at(err, HC_NO, file, 0,
                          "the current is zero throughout: no pulse");
    drop_transitions(t);
    for (size_t i = 0; i < t->n; i++)
        place_edge(&t->seg[i], t->seg[0].first_s);
    for (size_t i = 0; i < t->n; i++)
        finish_part(&t->seg[i],
                    i + 1 < t->n ? t->seg[i + 1].s.t_on_s : t->end_s);
    for (size_t i = 0; i < t->n; i++) {
        pulses +=
            t->seg[i].s.sign != 0 && i + 1 < t->n && t->seg[i + 1].s.sign == 0;
        rests += t->seg[i].s.sign == 0;
    }
    if (rests == 0)
        return hc_fail_at(err, HC_NO, file, 0,
                          "the current never rests: no potential to "
                          "titrate against");
    if (pulses == 0)
        return hc_fail_at(err, HC_NO, file, 0,
                          "no pulse is followed by a rest");
    if (is_symmetric(t))
        return hc_fail_at(err, HC_DATA, file, 0,
                          "it rests at 0 V throughout: a symmetric cell "
                          "has no open-circuit voltage to titrate");
    t->finished = true;
    return HC_OK;
}
