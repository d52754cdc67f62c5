/* steps_edge.c: where the current says that a step ends */
#include "cycle/steps_work.h"

/* Has the quiet stretch turned out to carry a small steady current? */
static bool quiet_is_steady(const hc_segment *g, double limit)
{
    double n = (double)g->step.rows;
    double mean = g->i_sum / n;
    double var = fmax(0, g->i_sumsq / n - mean * mean);

    return n >= 5 && fabs(mean) > limit && mean * mean > 25 * var;
}

static bool edge_from_quiet(const hc_steps *d, const hc_sample *p,
                            const hc_sample *next)
{
    const hc_segment *g = &d->seg;
    double limit = hc_steps_rest_limit(d);
    double i = fabs(p->current_a), n = (double)g->step.rows;
    double mean = g->i_sum / n;
    double sd = sqrt(fmax(0, g->i_sumsq / n - mean * mean));
    double change = next ? fabs(next->current_a - p->current_a) : 0;

    if (i <= limit)
        return false;
    if ((d->proven || d->ahead_known) && i > HC_STEPS_FALL * d->imax_a &&
        i > HC_STEPS_LEAVE * g->i_absmax)
        return true;
    if (i > HC_STEPS_LEAVE * g->i_absmax) {
        if (!d->proven && d->ahead_known && i < 0.01 * d->imax_a)
            return false;
        return change < (n < 3 ? 0.05 : 0.3) * i;
    }
    /* the stretch was a current after all, and now the sign turns */
    return n >= (d->proven ? 2 : 4) && p->current_a * mean < 0 &&
           sd < 0.1 * fabs(mean) && i > 0.2 * fabs(mean) && change < 0.3 * i;
}

/* A new level of a current that does not drift there smoothly. */
static bool edge_of_level(const hc_steps *d, const hc_sample *p,
                          const hc_sample *next, bool has_id)
{
    const hc_segment *g = &d->seg;
    const hc_sample *last = d->last;
    double i0 = fabs(last->current_a);
    double jump = fabs(p->current_a - last->current_a);
    double level = d->limits.level_tol * i0;
    double noise = HC_STEPS_NOISE * g->diff_mean;
    double tol = level > noise ? level : noise;
    double dt = last->time_s - g->t_before;

    if (jump <= tol)
        return false;
    if (g->step.rows == 1) {
        double ratio = fabs(p->current_a) / i0;

        if (g->from_quiet && ratio > 1)
            return false; /* a row caught while the current was switched on */
        return !has_id && (ratio > 2.5 || ratio < 0.4);
    }
    if (dt > 0) {
        double slope = (last->current_a - g->i_before) / dt;
        double expect = last->current_a + slope * (p->time_s - last->time_s);

        if (fabs(p->current_a - expect) <= tol)
            return false;
    }
    if (fabs(p->voltage_v - last->voltage_v) < fmax(2e-3, 2 * d->lsb_v) &&
        fabs(p->current_a) < i0 && i0 < fabs(g->i_before))
        return false; /* the current of a constant voltage falls */
    /* not an edge when the next row is back where the last one was */
    return !next || next->current_a * p->current_a <= 0 ||
           (next->current_a - last->current_a) *
                   (p->current_a - last->current_a) >
               0.7 * jump * jump;
}

/* The voltage stands still and the current has left its level: a constant
 * voltage began within what the instrument calls one step. */
static bool edge_to_cv(const hc_steps *d, const hc_sample *p)
{
    const hc_segment *g = &d->seg;
    double n = (double)g->level_n, level = fabs(g->level_sum); /* n times */

    return g->level_n >= 10 &&
           fabs(p->current_a) * n < (1 - d->limits.level_tol) * level &&
           fabs(d->last->current_a) * n > 0.9 * level &&
           fabs(p->voltage_v - g->level_v) < fmax(2e-3, 4 * d->lsb_v);
}

void hc_steps_note_level(const hc_steps *d, hc_segment *g, const hc_sample *p)
{
    double n = (double)g->level_n;

    if (g->mode == HC_MODE_QUIET ||
        fabs(p->current_a * n - g->level_sum) >
            0.5 * d->limits.steady_tol * fabs(g->level_sum))
        return;
    g->level_sum += p->current_a;
    g->level_n++;
    g->level_v = p->voltage_v;
}

static bool edge_from_active(const hc_steps *d, const hc_sample *p,
                             const hc_sample *next, bool has_id)
{
    double i0 = fabs(d->last->current_a), i = fabs(p->current_a);

    if (i <= hc_steps_rest_limit(d))
        return i < 0.5 * i0 || i == 0;
    if (hc_sign_of(p->current_a) != d->seg.step.sign || i < HC_STEPS_FALL * i0)
        return true;
    return edge_to_cv(d, p) || edge_of_level(d, p, next, has_id);
}

bool hc_steps_edge(hc_steps *d, const hc_sample *p, const hc_sample *next,
                   bool has_id)
{
    hc_segment *g = &d->seg;

    if (g->mode == HC_MODE_EIS)
        return false;
    if (g->mode == HC_MODE_QUIET) {
        if (!quiet_is_steady(g, hc_steps_rest_limit(d)))
            return edge_from_quiet(d, p, next);
        g->mode = HC_MODE_ACTIVE;
        d->proven = true;
        g->step.sign = hc_sign_of(g->i_sum);
    }
    return edge_from_active(d, p, next, has_id);
}

bool hc_steps_switched(const hc_steps *d, const hc_sample *p,
                       const hc_sample *next)
{
    double limit = hc_steps_rest_limit(d);
    double a = fabs(p->current_a) > limit ? p->current_a : 0;
    double b = fabs(next->current_a) > limit ? next->current_a : 0;

    if (fabs(a) < HC_STEPS_FALL * fabs(b))
        a = 0;
    if (fabs(b) < HC_STEPS_FALL * fabs(a))
        b = 0;
    return hc_sign_of(a) != hc_sign_of(b);
}
