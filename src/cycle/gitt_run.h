/* gitt_run.h: series in, records or an open-circuit table out */
#ifndef HC_CYCLE_GITT_RUN_H
#define HC_CYCLE_GITT_RUN_H

#include "core/session.h"
#include "cycle/gitt_records.h"

/* What the user said; NaN and NULL where nothing. */
typedef struct {
    const char *geometry; /* film, sphere */
    const char *method;   /* fit wh ici pitt all */
    const char *clock;    /* auto wall current */
    const char *eis;      /* records with Warburg coefficients */
    double film_m, radius_m, capacity_c, x0, temperature_c, skip_s;
    bool composite, ocv, law;
    bool join; /* the files are one test */
} hc_gitt_options;

typedef struct {
    hc_session *session;
    const hc_gitt_options *options;
    hc_writer *w; /* NULL until there is a result */
    hc_gitt_settings set;
    hc_gitt_cell cell;
    hc_record *warburg; /* [n_warburg] of --eis */
    size_t n_warburg;
} hc_gitt_job_run;

hc_status hc_gitt_run_begin(hc_gitt_job_run *j, hc_session *s,
                            const hc_gitt_options *o, hc_err *err) HC_MUST_USE;
/* One file: all its trains.  With `join` paths[0..n) are one test, and so
 * are all sources of a table. */
hc_status hc_gitt_run_file(hc_gitt_job_run *j, const char *const *paths,
                           size_t n, hc_err *err) HC_MUST_USE;
/* End line, if there is a table. */
hc_status hc_gitt_run_end(hc_gitt_job_run *j, hc_err *err) HC_MUST_USE;

#endif
