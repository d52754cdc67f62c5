/* cycle_run.c: the work of hc-cycles on one file */
#include "cycle/cycle_run.h"

#include "core/units.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

hc_cycle_job hc_cycle_job_default(void)
{
    return (hc_cycle_job){.limits = hc_step_limits_default(),
                          .rules = hc_cycle_rules_default(),
                          .scale = {NAN, NAN},
                          .reference = -1,
                          .min_bic = 10};
}

hc_status hc_cycle_cutoffs(hc_cycle_rules *r, const char *text, hc_err *err)
{
    const char *comma = strchr(text, ',');
    double low_v, high_v;
    char low[64];
    hc_status st;

    if (!comma || (size_t)(comma - text) >= sizeof low)
        return hc_fail(err, HC_USAGE,
                       "--cutoffs wants two voltages, e.g. 2.7V,4.2V");
    snprintf(low, sizeof low, "%.*s", (int)(comma - text), text);
    st = hc_quantity_parse(low, HC_DIM_VOLTAGE, "--cutoffs", &low_v, err);
    if (!st)
        st = hc_quantity_parse(comma + 1, HC_DIM_VOLTAGE, "--cutoffs", &high_v,
                               err);
    if (!st && low_v >= high_v)
        st = hc_fail(err, HC_USAGE,
                     "--cutoffs: %g V is not below %g V; the lower one "
                     "comes first",
                     low_v, high_v);
    if (st)
        return st;
    r->cutoff_low_v = low_v;
    r->cutoff_high_v = high_v;
    return HC_OK;
}

/* Counters and integral do not agree: one of them is wrong. */
static void tell_difference(hc_session *s, const hc_cycle_list *l,
                            const char *file)
{
    if (l->counters_differ == 0)
        return;
    hc_say_warning(&s->talk, file, 0,
                   "the instrument's capacity and the integral of the "
                   "current differ by more than 2 %% in %ld of %zu cycles, "
                   "first in cycle %ld: the log is too sparse or a counter "
                   "wrong (see --charge)",
                   l->counters_differ, l->n, l->differ_cycle);
}

static hc_status begin(hc_session *s, const hc_cycle_job *job,
                       const hc_meta *meta, hc_writer **w, hc_err *err)
{
    static const char *const kinds[] = {"cycles", "records", "rates"};
    hc_status st = hc_session_table(s, kinds[job->show], meta, w, err);

    if (st)
        return st;
    hc_writer_meta(*w, "coulombic_efficiency", "%s",
                   hc_cell_formula(job->rules.cell));
    if (job->show == HC_SHOW_RATES)
        hc_rate_table_begin(*w);
    else if (job->show == HC_SHOW_RECORDS)
        hc_records_begin(*w);
    else
        hc_cycle_table_begin(*w);
    return HC_OK;
}

static hc_status show(hc_session *s, const hc_cycle_job *job,
                      const hc_cycle_list *l, const hc_meta *meta, long from,
                      hc_writer **w, hc_err *err)
{
    hc_cycle_summary sum;
    hc_cycle_scale scale = job->scale;
    long source = from + l->at[0].source;
    hc_status st = HC_OK;

    if (!*w)
        st = begin(s, job, meta, w, err);
    if (!st)
        st = hc_cycle_summarise(&sum, l, &scale, job->reference, job->min_bic,
                                err);
    if (st)
        return st;
    scale.nominal_ah = sum.nominal_ah;
    if (job->show == HC_SHOW_RATES)
        hc_rate_table_put(*w, &sum, source);
    else if (job->show == HC_SHOW_RECORDS)
        hc_cycle_summary_records(*w, &sum, l, &scale,
                                 meta ? hc_meta_get(meta, "cell") : NULL,
                                 source);
    else
        hc_cycle_table_put(*w, l, &scale, sum.retention, from);
    if (sum.nominal_measured && !isnan(sum.nominal_ah))
        hc_say_note(&s->talk,
                    "C-rates refer to %.6g Ah, the slowest discharge",
                    sum.nominal_ah);
    if (job->knee && !sum.knee.found)
        st = hc_fail(err, HC_NO,
                     "no knee: the gain in BIC over a straight line is %.4g",
                     sum.knee.bic_gain);
    hc_cycle_summary_clear(&sum);
    return st;
}

static hc_status run_series(hc_session *s, const hc_cycle_job *job,
                            hc_series *series, hc_writer **w, hc_err *err)
{
    hc_sample first = {0};
    bool have = false;
    hc_status st = HC_OK;

    do {
        hc_cycle_list l = {0};

        st = hc_cycles_read(&l, series, &job->rules, &job->limits, &first,
                            &have, err);
        if (!st) {
            tell_difference(s, &l, hc_series_name(series));
            st = show(s, job, &l, hc_series_meta(series), 0, w, err);
        }
        hc_cycle_list_clear(&l);
    } while (!st && have);
    hc_series_done(series, s);
    return st;
}

static hc_status run_cycles(hc_session *s, const hc_cycle_job *job,
                            hc_reader *reader, hc_writer **w, hc_err *err)
{
    hc_cycle_list l = {0};
    const long from = (*hc_session_number(s))++;
    hc_status st = hc_cycle_table_read(&l, reader, job->rules.cell, err);

    if (!st)
        st = show(s, job, &l, hc_reader_meta(reader), from, w, err);
    for (size_t k = 0; k < l.n && !st; k++)
        if (from + l.at[k].source >= s->n_sources)
            s->n_sources = from + l.at[k].source + 1;
    hc_session_inherit(s, hc_reader_meta(reader), hc_reader_trailer(reader),
                       hc_reader_incomplete(reader));
    hc_cycle_list_clear(&l);
    return st;
}

hc_status hc_cycle_run(hc_session *s, const hc_cycle_job *job, size_t from,
                       size_t n, hc_writer **w, hc_err *err)
{
    hc_reader *reader = NULL;
    hc_series *series = NULL;
    hc_status st = hc_reader_open(&reader, s->files[from], err);

    if (st)
        return st;
    if (hc_cycle_table_is(reader)) {
        st = run_cycles(s, job, reader, w, err);
        hc_reader_free(reader);
        return st;
    }
    st = hc_series_new(&series, reader, err); /* takes the reader */
    if (!st)
        hc_series_number(series, hc_session_number(s));
    if (!st && job->join) {
        hc_series_join(series);
        hc_series_queue(series, s->files + from + 1, n - 1);
    }
    if (!st)
        st = run_series(s, job, series, w, err);
    hc_series_free(series);
    return st;
}
