#include "cycle/holds.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>

enum { MIN_ROWS = 8 };

typedef struct {
    hc_hold *hold;
    size_t n, cap;
    hc_hold now;
    hc_hold_sample sample[HC_HOLD_KEEP];
    double v_sum, last_t, last_i, step_v;
} work;

/* Drop samples closer than an even spacing in sqrt(t) that leaves two thirds
 * of the room. */
static void thin(work *w)
{
    hc_hold *h = &w->now;
    size_t kept = 1;
    double gap = sqrt(w->sample[h->n - 1].t_s - h->t_on_s);
    double last = 0;
    gap /= HC_HOLD_KEEP * 0.6;
    for (size_t i = 1; i < h->n; i++) {
        double r = sqrt(fmax(w->sample[i].t_s - h->t_on_s, 0));
        if (r - last < gap && i + 1 < h->n)
            continue;
        w->sample[kept++] = w->sample[i];
        last = r;
    }
    if (kept == h->n)
        for (size_t i = kept = 1; i < h->n; i += 2)
            w->sample[kept++] = w->sample[i];
    h->n = kept;
}

static hc_status close_hold(work *w, hc_err *err)
{
    hc_hold *h = &w->now, *grown;
    if (h->rows < MIN_ROWS)
        return HC_OK;
    grown = hc_grow(w->hold, &w->cap, w->n + 1, sizeof *grown);
    if (grown == NULL)
        return hc_fail_nomem(err);
    w->hold = grown;
    h->sample = malloc(h->n * sizeof *h->sample);
    if (h->sample == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < h->n; i++)
        h->sample[i] = w->sample[i];
    h->t_off_s = w->last_t;
    h->v_v = w->v_sum / (double)h->rows;
    w->hold[w->n++] = *h;
    return HC_OK;
}

static void begin_hold(work *w, const hc_gitt_row *r, double level)
{
    double edge = w->now.rows > 0 ? w->last_t : r->t_s;
    if (r->step_time_s >= 0 && r->step_time_s <= (r->t_s - edge) * 1.001)
        edge = r->t_s - r->step_time_s;
    w->now = (hc_hold){.t_on_s = edge,
                       .from_v = level,
                       .temperature_celsius = r->temperature_celsius,
                       .cycle_count = r->cycle_count};
    w->v_sum = 0;
}

static hc_status take_row(work *w, const hc_gitt_row *r, hc_err *err)
{
    hc_hold *h = &w->now;
    double level = h->rows > 0 ? w->v_sum / (double)h->rows : (double)NAN;
    hc_status st = HC_OK;
    if (h->rows == 0 || fabs(r->v_v - level) > w->step_v) {
        st = close_hold(w, err);
        begin_hold(w, r, level);
    } else if (h->rows == 1 && r->t_s - w->sample[0].t_s <
                                   0.5 * (w->sample[0].t_s - h->t_on_s)) {
        h->t_on_s = w->sample[0].t_s;
    }
    if (h->n == HC_HOLD_KEEP)
        thin(w);
    w->sample[h->n++] = (hc_hold_sample){r->t_s, r->i_a};
    if (h->rows > 0)
        h->charge_c += (r->t_s - w->last_t) * (r->i_a + w->last_i) / 2;
    h->rows++;
    w->v_sum += r->v_v;
    w->last_t = r->t_s;
    w->last_i = r->i_a;
    return st;
}

hc_status hc_holds_read(hc_gitt_feed *f, double step_v, hc_hold **out,
                        size_t *n, hc_err *err)
{
    work *w = calloc(1, sizeof *w);
    hc_gitt_row row;
    bool got = true;
    if (w == NULL)
        return hc_fail_nomem(err);
    w->step_v = step_v;
    hc_status st = hc_gitt_feed_row(f, true, &row, &got, err);
    while (st == HC_OK && got) {
        if (isfinite(row.t_s) && isfinite(row.i_a) && isfinite(row.v_v))
            st = take_row(w, &row, err);
        if (st == HC_OK)
            st = hc_gitt_feed_row(f, false, &row, &got, err);
    }
    if (st == HC_OK)
        st = close_hold(w, err);
    if (st == HC_OK) {
        *out = w->hold;
        *n = w->n;
    } else {
        hc_holds_free(w->hold, w->n);
    }
    free(w);
    return st;
}

void hc_holds_free(hc_hold *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(h[i].sample);
    free(h);
}
