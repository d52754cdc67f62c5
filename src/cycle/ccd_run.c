/* ccd_run.c: the work of hc-ccd on one file */
#include "cycle/ccd_run.h"

#include "core/text.h"
#include "cycle/ccd_report.h"

#include <math.h>

static hc_status begin(hc_session *s, const hc_ccd_job *job,
                       const hc_ccd_limits *limits, const hc_meta *meta,
                       hc_writer **w, hc_err *err)
{
    hc_status st =
        hc_session_table(s, job->table ? "ccd" : "records", meta, w, err);

    if (st)
        return st;
    hc_ccd_limits_write(*w, limits);
    if (job->table)
        hc_ccd_table_begin(*w);
    else
        hc_records_begin(*w);
    return HC_OK;
}

/* Facts that the table's '#:' lines know and the command did not say. */
static hc_status settle(hc_ccd_limits *l, const hc_series *series, hc_err *err)
{
    const hc_meta *m = hc_series_meta(series);

    if (isnan(l->area_m2))
        l->area_m2 = hc_meta_number(m, "area_m2");
    if (isnan(l->area_sd_m2))
        l->area_sd_m2 = hc_meta_number(m, "area_sd_m2");
    if (isnan(l->lithium_m))
        l->lithium_m = hc_meta_number(m, "lithium_thickness_m");
    l->temperature_c = hc_meta_number(m, "temperature_celsius");
    l->pressure_pa = hc_meta_number(m, "pressure_pa");
    if (isnan(l->area_m2) || !(l->area_m2 > 0))
        return hc_fail_at(err, HC_USAGE, hc_series_name(series), 0,
                          "no electrode area; give --area, e.g. "
                          "--area 0.785cm2");
    return HC_OK;
}

static hc_status remember(hc_ccd_cells *cells, const hc_ccd_result *r,
                          hc_err *err)
{
    void *p;

    if (r->preshort == HC_PRE_YES)
        return HC_OK;
    p = hc_grow(cells->at, &cells->cap, cells->n + 1, sizeof *cells->at);
    if (!p)
        return hc_fail_nomem(err);
    cells->at = p;
    cells->at[cells->n++] =
        (hc_ccd_cell){r->low_a_m2, r->high_a_m2, r->protocol};
    return HC_OK;
}

static void warn(hc_session *s, const hc_half_list *l, const hc_ccd_result *r,
                 const char *name)
{
    if (l->n < 3)
        hc_say_warning(&s->talk, name, 0,
                       "%zu half cycles are too few for a baseline", l->n);
    if (r->preshort == HC_PRE_CANNOT_EXCLUDE)
        hc_say_warning(&s->talk, name, 0,
                       "a short from the start cannot be excluded without "
                       "a matching --r0");
}

static hc_status one_source(hc_session *s, const hc_ccd_job *job,
                            const hc_ccd_limits *limits, hc_series *series,
                            hc_sample *first, bool *have, long source,
                            hc_writer **w, hc_ccd_cells *cells, hc_err *err)
{
    hc_half_list l = {0};
    hc_ccd_result r;
    hc_status st =
        hc_half_list_read(&l, series, limits, &job->steps, first, have, err);

    if (!st)
        st = hc_ccd_judge(&r, &l, limits, err);
    if (!st && !*w)
        st = begin(s, job, limits, hc_series_meta(series), w, err);
    if (!st) {
        warn(s, &l, &r, hc_series_name(series));
        if (job->table)
            hc_ccd_table_put(*w, &l, source);
        else
            hc_ccd_records(*w, &r, &l, limits, hc_series_cell(series), source);
        st = remember(cells, &r, err);
    }
    hc_half_list_clear(&l);
    return st;
}

hc_status hc_ccd_run(hc_session *s, const hc_ccd_job *job, size_t from,
                     size_t n, hc_writer **w, hc_ccd_cells *cells, hc_err *err)
{
    hc_series *series = NULL;
    hc_ccd_limits limits = job->limits;
    hc_sample first = {0};
    bool have = false;
    hc_status st = hc_series_open(&series, s->files[from], err);

    if (st)
        return st;
    const long first_source = s->n_sources;
    hc_series_number(series, hc_session_number(s));
    st = settle(&limits, series, err);
    if (!st && job->join) {
        hc_series_join(series);
        hc_series_queue(series, s->files + from + 1, n - 1);
    }
    while (!st) {
        /* the first row is that of the source before: none has been read */
        const long source = have ? first.source : first_source;
        st = one_source(s, job, &limits, series, &first, &have, source, w,
                        cells, err);
        if (!have)
            break;
    }
    hc_series_done(series, s);
    hc_series_free(series);
    return st;
}
