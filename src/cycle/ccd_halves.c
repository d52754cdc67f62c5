/* ccd_halves.c: half cycles with their thinned samples out of a series */
#include "core/text.h"
#include "cycle/ccd.h"
#include "cycle/thin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Samples of one step on their way to a half cycle. */
typedef struct {
    long step;
    size_t n, stride, skip;
    double t0;
    hc_ccd_sample s[HC_CCD_SAMPLES];
} buffer;

enum { BUFFERS = 4, MAX_RESTS = 1024 };

typedef struct {
    hc_half_list *list;
    const hc_ccd_limits *limits;
    hc_steps *steps;
    buffer buf[BUFFERS];
    bool rest_before, eis_before;
    double q_sum, net_sum; /* C, so far */
    bool have_step;
    hc_step last; /* the step before */
    double rest_v[MAX_RESTS], rest_sd[MAX_RESTS];
    size_t n_rests;
    bool await_end; /* the last half's end is not known yet */
} collector;

void hc_half_list_clear(hc_half_list *l)
{
    for (size_t k = 0; k < l->n; k++)
        free(l->at[k].samples);
    free(l->at);
    memset(l, 0, sizeof *l);
}

static void buffer_add(buffer *b, const hc_step_row *r)
{
    const hc_sample *s = r->sample;

    if (b->step != r->step) {
        b->step = r->step;
        b->n = b->skip = 0;
        b->stride = 1;
        b->t0 = s->time_s;
    }
    if (b->skip) {
        b->skip--;
        return;
    }
    if (b->n == HC_CCD_SAMPLES) {
        for (size_t k = 0; k < HC_CCD_SAMPLES / 2; k++)
            b->s[k] = b->s[2 * k];
        b->n = HC_CCD_SAMPLES / 2;
        b->stride *= 2;
    }
    b->s[b->n++] = (hc_ccd_sample){
        .t_s = (float)(s->time_s - b->t0),
        .i_a = (float)s->current_a,
        .v_v = (float)s->voltage_v,
        .temp_c = (float)s->temperature_c,
        .we_v = (float)s->working_v,
    };
    b->skip = b->stride - 1;
}

/* Median of the voltage of samples from..to. */
static double rest_median(const buffer *b, size_t from, size_t to, double *sd)
{
    double v[HC_CCD_SAMPLES], median;
    size_t n = 0;

    for (size_t k = from; k < to; k++)
        v[n++] = (double)b->s[k].v_v;
    median = hc_median_sort(v, n);
    *sd = hc_mad_sd(v, n);
    return median;
}

/* The voltage of a cell at rest: the offset of the instrument.  The last
 * third of a rest counts; before the first current all of it does.  What it
 * still moved by since the third before it is its error. */
static void note_rest(collector *c, const buffer *b)
{
    size_t third = b->n / 3, from = c->list->n ? b->n - third : 0;
    double sd, moved = 0;

    if (b->n - from < 2 || c->n_rests >= MAX_RESTS)
        return;
    c->rest_v[c->n_rests] = rest_median(b, from, b->n, &sd);
    /* the median costs a factor 1.25 */
    sd = 1.25 * fmax(sd, 1e-5) / sqrt((double)(b->n - from));
    if (c->list->n) {
        double unused;

        moved = rest_median(b, from - third, from, &unused) -
                c->rest_v[c->n_rests];
    }
    c->rest_sd[c->n_rests++] = hypot(sd, moved);
}

/* Mean of the rests, weighted; their scatter when it is larger. */
static void combine_rests(collector *c)
{
    hc_half_list *l = c->list;
    double sum = 0, weight = 0, ss = 0;

    l->rest_v = l->rest_sd_v = NAN;
    if (c->n_rests == 0)
        return;
    for (size_t k = 0; k < c->n_rests; k++) {
        double w = 1 / (c->rest_sd[k] * c->rest_sd[k]);

        sum += w * c->rest_v[k];
        weight += w;
    }
    l->rest_v = sum / weight;
    for (size_t k = 0; k < c->n_rests; k++)
        ss += pow(c->rest_v[k] - l->rest_v, 2);
    l->rest_sd_v = fmax(sqrt(1 / weight), sqrt(ss) / (double)c->n_rests);
}

/* Begun by the current, not by a new step of the instrument? */
static bool within_step(const hc_step *s)
{
    return s->id_disagrees || isnan(s->instrument_step);
}

/* A few odd rows within one step of the instrument: it changed its range. */
static bool is_blip(const collector *c, const hc_step *s)
{
    const hc_half_list *l = c->list;

    return l->n > 0 && s->rows <= 3 && within_step(s) &&
           s->sign * l->at[l->n - 1].sign >= 0 &&
           fabs(s->current_a) <
               0.5 * l->at[l->n - 1].j_a_m2 * c->limits->area_m2;
}

/* The half cycle goes on after the instrument changed its range or the log
 * stopped: same sign, same level, no rest and no new step id between. */
static bool continues(const collector *c, const hc_step *s)
{
    const hc_half_list *l = c->list;
    double level;

    if (l->n == 0 || c->rest_before || c->eis_before || !within_step(s) ||
        l->at[l->n - 1].sign != s->sign)
        return false;
    level = l->at[l->n - 1].j_a_m2 * c->limits->area_m2;
    return fabs(fabs(s->current_a) - level) < 0.03 * level;
}

static hc_status keep_samples(hc_half_cycle *h, const buffer *b, double shift,
                              hc_err *err)
{
    size_t room = 2 * HC_CCD_SAMPLES, n = h->n;
    hc_ccd_sample *all = malloc(room * sizeof *all);

    if (!all)
        return hc_fail_nomem(err);
    if (n)
        memcpy(all, h->samples, n * sizeof *all);
    for (size_t k = 0; k < b->n; k++) {
        all[n] = b->s[k];
        all[n++].t_s += (float)shift;
    }
    while (n > HC_CCD_SAMPLES) {
        for (size_t k = 0; 2 * k < n; k++)
            all[k] = all[2 * k];
        n = (n + 1) / 2;
    }
    hc_ccd_sample *fit = realloc(all, (n ? n : 1) * sizeof *all);

    free(h->samples);
    h->samples = fit ? fit : all;
    h->n = n;
    return HC_OK;
}

static hc_status add_half(collector *c, const hc_step *s, const buffer *b,
                          hc_err *err)
{
    hc_half_list *l = c->list;
    double area = c->limits->area_m2;
    bool more = continues(c, s);
    hc_half_cycle *h;

    if (!more) {
        void *p = hc_grow(l->at, &l->cap, l->n + 1, sizeof *l->at);

        if (!p)
            return hc_fail_nomem(err);
        l->at = p;
        l->at[l->n] = (hc_half_cycle){
            .k = (long)l->n + 1,
            .sign = s->sign,
            .type = s->type,
            .cycle = isnan(s->cycle) ? 0 : (long)s->cycle,
            .start_s = s->start_s,
            .j_a_m2 = fabs(s->current_a) / area,
            .q_before_as_m2 = c->q_sum / area,
            .net_as_m2 = c->net_sum / area,
            .temp_c = s->temperature_c,
            .pressure_pa = s->pressure_pa,
            .rest_before = c->rest_before,
            .eis_before = c->eis_before,
            .rise = NAN,
            .rise_sd = NAN,
            .verdict = "-",
        };
        l->n++;
    }
    h = &l->at[l->n - 1];
    h->rows += s->rows;
    h->end_s = s->end_s;
    h->v_end = s->voltage_last_v;
    h->dt_s =
        s->rows > 1 ? (s->end_s - s->start_s) / (double)(s->rows - 1) : 0;
    l->v_max =
        fmax(l->v_max, fmax(fabs(s->voltage_min_v), fabs(s->voltage_max_v)));
    /* A log at even intervals shows the switch one sample late. */
    if (s->ir_end_s > 0 && s->ir_end_s <= 1.5 * h->dt_s)
        h->end_s += s->ir_end_s;
    else if (isnan(s->ir_end_s))
        h->end_s += h->dt_s;
    double q = fabs(s->current_a) * (h->end_s - s->start_s);

    if (s->type != HC_STEP_CC && s->type != HC_STEP_PULSE)
        q = fabs(s->charge_ah) * 3600;
    c->q_sum += q;
    c->net_sum += s->sign * q;
    h->q_as_m2 += q / area;
    return keep_samples(h, b, s->start_s - h->start_s, err);
}

static hc_status take_step(collector *c, const hc_step *s, hc_err *err)
{
    buffer *b = &c->buf[s->index % BUFFERS];
    hc_status st = HC_OK;

    if (b->step != s->index)
        b->n = 0;
    if (s->type != HC_STEP_EIS && is_blip(c, s))
        return HC_OK;
    if (s->type == HC_STEP_EIS) {
        c->eis_before = true;
        c->list->eis++;
    } else if (s->sign == 0) {
        c->rest_before = true;
        if (c->list->n > 0)
            c->list->rests++;
        note_rest(c, b);
    } else {
        st = add_half(c, s, b, err);
        if (s->type == HC_STEP_CV)
            c->list->compliance_step = true;
        c->rest_before = c->eis_before = false;
    }
    return st;
}

static hc_status drain(collector *c, hc_err *err)
{
    const hc_step_row *row;
    hc_step step;
    hc_status st = HC_OK;

    while ((row = hc_steps_row(c->steps)) != NULL) {
        buffer_add(&c->buf[row->step % BUFFERS], row);
        c->list->has_temp |= !isnan(row->sample->temperature_c);
        c->list->has_we |= !isnan(row->sample->working_v);
    }
    while (!st && hc_steps_next(c->steps, &step))
        st = take_step(c, &step, err);
    return st;
}

static hc_status collect(collector *c, hc_series *series, hc_sample *first,
                         bool *have, hc_err *err)
{
    hc_sample *s = hc_steps_room(c->steps);
    bool got = *have;
    long source, rows = 0;
    hc_status st = HC_OK;

    if (got)
        *s = *first;
    else
        st = hc_series_next(series, s, &got, err);
    source = s->source;
    *have = false;
    while (!st && got && s->source == source) {
        st = hc_steps_push(c->steps, s, err);
        rows++;
        if (!st)
            st = drain(c, err);
        s = hc_steps_room(c->steps);
        if (!st)
            st = hc_series_next(series, s, &got, err);
    }
    if (!st && got) {
        *first = *s;
        *have = true;
    }
    for (got = true; !st && got;) {
        got = hc_steps_finish(c->steps);
        st = drain(c, err);
    }
    if (st)
        return st;
    if (!st && c->list->n == 0)
        st = hc_fail_at(err, HC_NO, hc_series_name(series), 0,
                        "no half cycle: the current is zero in all %ld rows",
                        rows);
    combine_rests(c);
    return st;
}

hc_status hc_half_list_read(hc_half_list *l, hc_series *series,
                            const hc_ccd_limits *limits,
                            const hc_step_limits *steps, hc_sample *first,
                            bool *have, hc_err *err)
{
    collector *c = calloc(1, sizeof *c);
    hc_status st;

    if (!c)
        return hc_fail_nomem(err);
    memset(l, 0, sizeof *l);
    c->list = l;
    c->limits = limits;
    for (int k = 0; k < BUFFERS; k++)
        c->buf[k].step = -1;
    st = hc_steps_new(&c->steps, steps, err);
    if (!st)
        st = collect(c, series, first, have, err);
    if (st)
        hc_half_list_clear(l);
    hc_steps_free(c->steps);
    free(c);
    return st;
}
