/* steps_sweep.c: sweeps among the steps */
#include "cycle/steps_work.h"
#include "cycle/sweep.h"

static void add_swept(hc_sweep_rows *r, const hc_sample *p)
{
    r->t_s[r->n] = p->time_s;
    r->i_a[r->n] = p->current_a;
    r->v_v[r->n++] = hc_swept_voltage(p);
}

/* The rows that wait, of the source of the first, up to a spectrum. */
static void add_waiting(const hc_steps *d, hc_sweep_rows *r)
{
    const hc_sample *p = hc_steps_waiting(d, 0);

    for (unsigned k = 0; k < d->wait_n && r->n < HC_SWEEP_LOOK; k++) {
        const hc_sample *q = hc_steps_waiting(d, k);

        double dt = k ? q->time_s - r->t_s[r->n - 1] : 0;

        if (q->source != p->source || q->freq_hz > 0 || (k && q->gap) ||
            (r->n > 1 && dt > HC_STEPS_GAP_S &&
             dt > HC_STEPS_GAP * (r->t_s[1] - r->t_s[0])))
            return;
        add_swept(r, q);
    }
}

/* A look at a few rows that spares the others in nearly every row of a
 * galvanostatic test: is the current level? */
static bool may_sweep(hc_steps *d, const hc_sample *p)
{
    unsigned n = d->wait_n < HC_SWEEP_LOOK ? d->wait_n : HC_SWEEP_LOOK;
    /* 13 of 60: no stair of a few rows is met at one place of it */
    unsigned stride = n < 4 ? 1 : n < 16 ? n / 4 : n / 4 - 2;
    double i = p->current_a, least_a = 0.5 * d->rest_limit_a;
    bool level = true;

    if (d->level_rows > 0 && n == HC_SWEEP_LOOK) {
        d->level_rows--;
        return false;
    }
    if (p->freq_hz > 0)
        return false;
    for (unsigned k = stride; k < n; k += stride) {
        double x = hc_steps_waiting(d, k)->current_a, change = fabs(x - i);

        if (change <= least_a || change <= 0.02 * fabs(i))
            continue;
        if (!level || k + 2 * stride >= n)
            return true;
        level = false; /* and from here on another level? */
        i = x;
    }
    d->level_rows = level ? 4 : 0;
    return false;
}

/* Do the rows of the open stretch lie on the line of the sweep that was
 * recognised at p?  A capacitive current is level until a peak comes. */
static bool swept_so_far(const hc_steps *d, const hc_sample *p)
{
    double t = p->time_s - d->seg.step.start_s;
    double dv = hc_swept_voltage(p) - d->seg.swept_v;
    double row = p->time_s - d->last->time_s;

    return d->seg.mode != HC_MODE_EIS &&
           fabs(dv - d->sweep_v_s * t) <=
               0.03 * fabs(dv) +
                   fmax(fabs(d->sweep_v_s) * row, d->seg.largest_dv);
}

/* The rate of the sweep that begins at p, or 0. */
static double begins(const hc_steps *d)
{
    hc_sweep_rows r;

    r.n = 0;
    add_waiting(d, &r);
    return hc_sweep_begins(&r, d->rest_limit_a);
}

/* Count the rows of the stairs, p among them. */
static void follow_stairs(hc_steps *d, const hc_sample *p)
{
    double dv = fabs(hc_swept_voltage(p) - hc_swept_voltage(d->last));

    if (dv <= 0.5 * d->seg.largest_dv) {
        d->stair_row++;
        return;
    }
    if (d->stair_row > d->stair_rows)
        d->stair_rows = d->stair_row;
    d->stair_row = 1;
}

/* A sweep that does not turn ends with its last stair: still a row of it? */
static bool on_last_stair(const hc_steps *d, const hc_sample *p)
{
    return d->sweep_v_s == 0 && d->stair_row > 1 &&
           d->stair_row <= d->stair_rows && !hc_steps_switched(d, d->last, p);
}

/* Does the sweep end before p?  Then the rate of the one back is known. */
static bool ends(hc_steps *d, const hc_sample *p)
{
    hc_sweep_rows r;
    double rate_v_s = d->sweep_v_s;

    if (p->gap || p->freq_hz > 0) {
        d->sweep_v_s = 0;
        return true;
    }
    r.n = 0;
    add_swept(&r, d->last);
    add_waiting(d, &r);
    follow_stairs(d, p);
    if (!hc_sweep_ends(&r, rate_v_s, &d->sweep_v_s))
        return false;
    if (!on_last_stair(d, p))
        return true;
    d->sweep_v_s = rate_v_s;
    return false;
}

bool hc_steps_sweep(hc_steps *d, const hc_sample *p)
{
    bool edge = d->sweep_v_s != 0;

    if (edge && !ends(d, p))
        return false;
    if (d->sweep_v_s != 0 || !may_sweep(d, p))
        return edge;
    d->sweep_v_s = begins(d);
    d->stair_rows = d->stair_row = 1;
    if (d->sweep_v_s == 0 || !d->open || edge)
        return edge;
    if (!swept_so_far(d, p))
        return true;
    d->seg.mode = HC_MODE_SWEEP;
    return false;
}
