#include "cell/simulate.h"

#include "cell/physics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)

typedef struct {
    const hc_sim_options *o;
    hc_system *s;
    hc_solver *v;
    hc_sim_sink sink;
    void *ctx;
    hc_talk *talk;
    hc_err *err;
    double *y; /* dense output */
    double t, next_out;
    double q_last, charged, discharged;
    long step;
    size_t row;        /* of a replayed step */
    bool said_outside; /* that U(x) is asked for where it is not known */
} run;

hc_sim_options hc_sim_default(void)
{
    return (hc_sim_options){
        .grid = hc_cell_grid_default(), .rtol = 1e-5, .x0 = NAN_D};
}

hc_status hc_sim_x_of_voltage(const hc_cell *c, double volt, double *x,
                              hc_err *err)
{
    double lo = fmax(1e-6, c->ocv.x_min - 0.02), hi = 1 - 1e-9;
    double found = hc_cell_x_of_ocv(c, volt, lo, hi);
    if (isnan(found))
        return hc_fail(err, HC_DATA,
                       "no composition has the open-circuit voltage %g V: "
                       "cathode.OCV covers %g to %g V",
                       volt, hc_cell_ocv(c, hi), hc_cell_ocv(c, lo));
    *x = found;
    return HC_OK;
}

/* Nothing stops a replayed current where the cell would: say once that the
 * voltages are those of a curve beyond its data.  A full cathode has the
 * logarithm of its last free sites, an empty one a guess. */
static void tell_outside(run *r, const hc_sim_step *step,
                         const hc_sim_point *p)
{
    static const double little = 0.02;
    const hc_cell *c = r->s->cell;
    const double x = p->seen.x_surface;
    if (r->said_outside || !(x < c->ocv.x_min - little) || !c->has_ocv ||
        c->ocv.kind == HC_CURVE_CONSTANT)
        return;
    r->said_outside = true;
    hc_say_warning(r->talk, NULL, 0,
                   "step %ld (%s): at t = %.6g s the cathode's surface is at "
                   "x = %.3g; cathode.OCV is known from %.3g to %.3g, beyond "
                   "it the voltage is a guess",
                   p->step, step->type, p->t_s, x, c->ocv.x_min, c->ocv.x_max);
}

static hc_status emit(run *r, const hc_sim_step *step, double t,
                      const double *y, bool last)
{
    hc_sim_point p = {.t_s = t,
                      .step = r->step,
                      .cycle = step->cycle,
                      .type = step->type,
                      .ends_step = last,
                      .system = r->s,
                      .y = y};
    hc_system_observe(r->s, y, &p.seen);
    double dq = p.seen.charge - r->q_last;
    p.charged = r->charged + (dq > 0 ? dq : 0);
    p.discharged = r->discharged - (dq < 0 ? dq : 0);
    tell_outside(r, step, &p);
    return r->sink(r->ctx, &p, r->err);
}

static void settle_charge(run *r, const double *y)
{
    double q = hc_system_value(r->s, y, HC_U_Q), dq = q - r->q_last;
    if (dq > 0)
        r->charged += dq;
    else
        r->discharged -= dq;
    r->q_last = q;
}

/* Points between the last step's beginning and its end. */
static hc_status between(run *r, const hc_sim_step *step, double t_begin,
                         double t_end)
{
    if (step->n > 0) { /* replay: at the measured times */
        double shift = r->t - step->time_s[0];
        while (r->row < step->n && step->time_s[r->row] + shift <= t_end) {
            double t = step->time_s[r->row++] + shift;
            if (t <= t_begin)
                continue;
            hc_status st = hc_solver_dense(r->v, fmin(t, t_end), r->y, r->err);
            if (st == HC_OK)
                st = emit(r, step, t, r->y, r->row == step->n);
            if (st != HC_OK)
                return st;
        }
        return HC_OK;
    }
    if (r->o->every_s <= 0)
        return t_end > t_begin ? emit(r, step, t_end, hc_solver_y(r->v), false)
                               : HC_OK;
    while (r->next_out < t_end) {
        hc_status st = hc_solver_dense(r->v, r->next_out, r->y, r->err);
        if (st == HC_OK)
            st = emit(r, step, r->next_out, r->y, false);
        if (st != HC_OK)
            return st;
        r->next_out += r->o->every_s;
    }
    return HC_OK;
}

static hc_events step_events(const run *r, const hc_sim_step *step)
{
    hc_events e = hc_events_none();
    if (!isnan(step->v_until)) {
        if (step->charging)
            e.v_above = step->v_until;
        else
            e.v_below = step->v_until;
    }
    e.i_below = step->i_until;
    if (!isnan(step->soc_until)) {
        double x =
            r->s->x_empty - step->soc_until * (r->s->x_empty - r->s->x_full);
        hc_observed now;
        hc_system_observe(r->s, hc_solver_y(r->v), &now);
        e.q_above =
            fabs(r->q_last + (now.x_mean - x) * hc_cell_capacity(r->s->cell));
    }
    if (!isnan(step->q_until))
        e.q_above =
            fabs(r->q_last + (step->charging ? 1 : -1) * step->q_until);
    if (r->s->cell->cathode != HC_CATHODE_LITHIUM) {
        e.x_below = 1e-7;
        e.x_above = 1 - 1e-7;
    }
    e.lithium_below = 1e-10;
    e.negative_within = 1e-7;
    return e;
}

/* A voltage or current limit that is already behind us. */
static bool already(const run *r, const hc_sim_step *step)
{
    const double *y = hc_solver_y(r->v);
    double v = y[r->s->at[HC_U_V]], i = y[r->s->at[HC_U_I]];
    if (!isnan(step->v_until) &&
        (step->charging ? v >= step->v_until : v <= step->v_until))
        return true;
    return !isnan(step->i_until) && fabs(i) <= step->i_until;
}

static hc_status never_reached(const run *r, const hc_sim_step *step,
                               hc_step_result why)
{
    hc_observed o;
    hc_system_observe(r->s, hc_solver_y(r->v), &o);
    if (why == HC_STEP_LITHIUM)
        return hc_fail(r->err, HC_NO,
                       "step %ld (%s): the lithium is used up at t = %g s",
                       r->step, step->type, hc_solver_time(r->v));
    if (why == HC_STEP_NEGATIVE)
        return hc_fail(r->err, HC_NO,
                       "step %ld (%s): its end is never reached: the negative "
                       "electrode is full or empty at t = %g s, %g V; move "
                       "the cutoff, or give it more interface_n.capacity",
                       r->step, step->type, hc_solver_time(r->v), o.voltage);
    return hc_fail(r->err, HC_NO,
                   "step %ld (%s): its end is never reached: the cathode's "
                   "surface is %s at t = %g s, %g V; move the cutoff, or "
                   "extend cathode.OCV",
                   r->step, step->type,
                   why == HC_STEP_X_BELOW ? "empty" : "full",
                   hc_solver_time(r->v), o.voltage);
}

static hc_status finish(run *r, const hc_sim_step *step, double t)
{
    double *y = hc_solver_y(r->v);
    hc_status st = HC_OK;
    if (step->n == 0)
        st = emit(r, step, t, y, true);
    settle_charge(r, y);
    r->t = t;
    return st;
}

/* Sets *ended_early when a voltage or charge limit came before the time. */
static hc_status one_step(run *r, const hc_sim_step *step, bool *ended_early)
{
    hc_system *s = r->s;
    double start = r->t;
    double t_end = start + step->duration_s;
    hc_step_result why = HC_STEP_GOING;
    *ended_early = false;
    s->control = step->control;
    double *times = NULL;
    if (step->n > 0) { /* the table's times are its own */
        times = malloc(step->n * sizeof *times);
        if (!times)
            return hc_fail_nomem(r->err);
        for (size_t k = 0; k < step->n; k++)
            times[k] = step->time_s[k] - step->time_s[0] + start;
        s->control.time_s = times;
        s->control.current = step->current;
    }
    if (isnan(step->duration_s))
        t_end = start + 1e9;
    hc_events events = step_events(r, step);
    hc_status st = hc_solver_start(r->v, start, &events, r->err);
    if (st == HC_OK)
        st = emit(r, step, start, hc_solver_y(r->v),
                  step->n == 1 || already(r, step));
    r->row = 1;
    r->next_out = start + r->o->every_s;
    if (st == HC_OK && already(r, step)) {
        hc_observed now;
        hc_system_observe(s, hc_solver_y(r->v), &now);
        hc_say_warning(r->talk, NULL, 0,
                       "step %ld (%s) ends where it begins, at %.4g V and "
                       "%.4g A",
                       r->step, step->type, now.voltage,
                       now.current * s->cell->value[HC_P_AREA]);
        *ended_early = true;
    } else if (st == HC_OK && t_end > start) {
        while (st == HC_OK && why == HC_STEP_GOING) {
            double before = hc_solver_time(r->v);
            st = hc_solver_step(r->v, t_end, &why, r->err);
            if (st == HC_OK && why == HC_STEP_GOING)
                st = between(r, step, before, hc_solver_time(r->v));
            else if (st == HC_OK && (step->n > 0 || r->o->every_s > 0))
                st = between(r, step, before, hc_solver_time(r->v));
        }
        if (st == HC_OK)
            st = finish(r, step, hc_solver_time(r->v));
        *ended_early = why != HC_STEP_TIME;
        if (st == HC_OK && (why == HC_STEP_X_BELOW || why == HC_STEP_X_ABOVE ||
                            why == HC_STEP_LITHIUM || why == HC_STEP_NEGATIVE))
            st = never_reached(r, step, why);
        if (st == HC_OK && why == HC_STEP_TIME && isnan(step->duration_s))
            st = hc_fail(r->err, HC_NO,
                         "step %ld (%s): its end is not reached in 1e9 s",
                         r->step, step->type);
    }
    s->control.time_s = s->control.current = NULL;
    free(times);
    return st;
}

hc_status hc_simulate(const hc_cell *cell, const hc_protocol *p,
                      const hc_sim_options *o, hc_sim_sink sink, void *ctx,
                      hc_talk *talk, hc_err *err)
{
    run r = {.o = o, .sink = sink, .ctx = ctx, .talk = talk, .err = err};
    double x0 = isnan(o->x0) ? cell->value[HC_P_X0] : o->x0;
    hc_status st = hc_system_new(&r.s, cell, &o->grid, err);
    if (st != HC_OK)
        return st;
    st = hc_solver_new(&r.v, r.s, o->rtol, err);
    r.y = calloc(r.s->n, sizeof *r.y);
    if (st == HC_OK && !r.y)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        hc_system_rest(r.s, x0, hc_solver_y(r.v), hc_solver_yp(r.v));
    size_t over = 0; /* series that has met its limit */
    bool skipping = false;
    for (size_t k = 0; st == HC_OK && k < p->n; k++) {
        const hc_sim_step *step = &p->steps[k];
        bool early;
        bool of_over = step->series && step->series == over;
        if (of_over && (step->ends_series || skipping)) {
            skipping = true; /* the pulses left, and their rests */
            continue;
        }
        skipping = false;
        r.step++;
        st = one_step(&r, step, &early);
        if (early && step->ends_series)
            over = step->series;
    }
    if (st != HC_OK && err && err->file[0] == '\0' && st == HC_DATA)
        hc_err_prefix(err, "step %ld: ", r.step);
    free(r.y);
    hc_solver_free(r.v);
    hc_system_free(r.s);
    return st;
}
