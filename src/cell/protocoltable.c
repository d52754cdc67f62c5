/* protocoltable.c: steps from tables of current: drive cycles, measurements */
#include "cell/protocol_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static hc_status push_table(hc_protocol *p, const hc_sim_step *step,
                            const double *t, const double *i, size_t n,
                            hc_err *err)
{
    hc_sim_step own = *step;
    own.time_s = malloc((n ? n : 1) * sizeof *own.time_s);
    own.current = malloc((n ? n : 1) * sizeof *own.current);
    hc_status st = HC_OK;
    if (!own.time_s || !own.current) {
        st = hc_fail_nomem(err);
    } else {
        memcpy(own.time_s, t, n * sizeof *t);
        memcpy(own.current, i, n * sizeof *i);
        own.n = n;
        own.control = (hc_control){.mode = HC_CONTROL_TABLE, .n = n};
        own.duration_s = t[n - 1] - t[0];
        st = hc_protocol_push(p, &own, err);
    }
    if (st != HC_OK) {
        free(own.time_s);
        free(own.current);
    }
    return st;
}

static hc_status columns(const hc_frame *f, const hc_cell *cell, double **t,
                         double **i, hc_err *err)
{
    int ct, ci;
    hc_status st = hc_frame_need(f, "test_time_second", &ct, err);
    if (st == HC_OK)
        st = hc_frame_need(f, "current_ampere", &ci, err);
    size_t n = hc_frame_rows(f);
    if (st == HC_OK && n < 2)
        st = hc_fail_at(err, HC_DATA, hc_frame_name(f), 0,
                        "at least 2 rows are needed, found %zu", n);
    if (st != HC_OK)
        return st;
    double *tt = malloc(n * sizeof *tt), *ii = malloc(n * sizeof *ii);
    if (!tt || !ii)
        st = hc_fail_nomem(err);
    for (size_t k = 0; st == HC_OK && k < n; k++) {
        tt[k] = hc_frame_number(f, k, ct);
        ii[k] = hc_frame_number(f, k, ci) / cell->value[HC_P_AREA];
        if (!isfinite(tt[k]) || !isfinite(ii[k]))
            st =
                hc_fail_at(err, HC_DATA, hc_frame_name(f), hc_frame_line(f, k),
                           "time or current is not a number");
        else if (k && tt[k] < tt[k - 1])
            st = hc_fail_at(err, HC_DATA, hc_frame_name(f),
                            hc_frame_line(f, k), "time runs backwards");
    }
    if (st != HC_OK) {
        free(tt);
        free(ii);
        return st;
    }
    *t = tt;
    *i = ii;
    return HC_OK;
}

hc_status hc_protocol_drive(hc_protocol *p, hc_words *s)
{
    if (s->at >= s->n)
        return hc_words_expected(s, "the name of a table");
    hc_frame *f;
    double *t = NULL, *i = NULL;
    hc_status st = hc_frame_open(&f, s->words[s->at++], s->err);
    if (st != HC_OK)
        return st;
    st = columns(f, s->cell, &t, &i, s->err);
    hc_sim_step step = hc_protocol_blank(s, "drive");
    step.charging = true;
    if (st == HC_OK)
        st = push_table(p, &step, t, i, hc_frame_rows(f), s->err);
    free(t);
    free(i);
    hc_frame_free(f);
    return st;
}

/* End of the segment that begins at row a. */
static size_t segment_end(const hc_frame *f, const double *i, size_t a,
                          double jump, int step)
{
    size_t n = hc_frame_rows(f), b = a + 1;
    for (; b < n; b++) {
        if (step >= 0 &&
            hc_frame_number(f, b, step) != hc_frame_number(f, a, step))
            break;
        if (step < 0 && fabs(i[b] - i[b - 1]) > jump)
            break;
    }
    return b;
}

hc_status hc_protocol_like(hc_protocol *p, const hc_cell *cell,
                           const hc_frame *measured, hc_err *err)
{
    double *t = NULL, *i = NULL, most = 0;
    hc_status st = columns(measured, cell, &t, &i, err);
    if (st != HC_OK)
        return st;
    size_t n = hc_frame_rows(measured);
    int step = hc_frame_column(measured, "step_count");
    int cycle = hc_frame_column(measured, "cycle_count");
    for (size_t k = 0; k < n; k++)
        most = fmax(most, fabs(i[k]));
    for (size_t a = 0; st == HC_OK && a < n;) {
        size_t b = segment_end(measured, i, a, 0.05 * most, step);
        hc_words s = {.cell = cell, .line = hc_frame_line(measured, a)};
        double mean = 0;
        for (size_t k = a; k < b; k++)
            mean += i[k] / (double)(b - a);
        const char *type = fabs(mean) < 1e-6 * most ? "rest"
                           : mean > 0               ? "charge"
                                                    : "discharge";
        hc_sim_step one = hc_protocol_blank(&s, type);
        one.cycle =
            cycle >= 0 ? lround(hc_frame_number(measured, a, cycle)) : 1;
        st = push_table(p, &one, t + a, i + a, b - a, err);
        a = b;
    }
    free(t);
    free(i);
    return st;
}
