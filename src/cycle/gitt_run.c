#include "cycle/gitt_run.h"

#include "cycle/gitt_feed.h"
#include "cycle/pitt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned methods_of(const char *name)
{
    static const struct {
        const char *name;
        unsigned bits;
    } rows[] = {
        {"fit", HC_GITT_FIT}, {"wh", HC_GITT_WH}, {"ici", HC_GITT_ICI}};
    for (size_t k = 0; k < sizeof rows / sizeof *rows && name != NULL; k++)
        if (strcmp(rows[k].name, name) == 0)
            return rows[k].bits;
    return HC_GITT_ALL;
}

hc_status hc_gitt_run_begin(hc_gitt_job_run *j, hc_session *s,
                            const hc_gitt_options *o, hc_err *err)
{
    *j = (hc_gitt_job_run){
        .session = s, .options = o, .set = hc_gitt_settings_default()};
    if (isfinite(o->skip_s))
        j->set.skip_s = o->skip_s;
    if (o->clock != NULL && strcmp(o->clock, "auto") != 0)
        j->set.ici_clock = strcmp(o->clock, "wall") == 0
                               ? HC_GITT_CLOCK_WALL
                               : HC_GITT_CLOCK_CURRENT;
    if (o->eis == NULL)
        return HC_OK;
    return hc_records_read(o->eis, &j->warburg, &j->n_warburg, err);
}

/* The option, or what the table says about its cell. */
static double either(double given, const hc_meta *m, const char *key)
{
    return isfinite(given) ? given : hc_meta_number(m, key);
}

static hc_status know_cell(hc_gitt_job_run *j, const hc_meta *m, hc_err *err)
{
    const hc_gitt_options *o = j->options;
    double film = either(o->film_m, m, "film_thickness_m");
    double radius = either(o->radius_m, m, "particle_radius_m");
    bool sphere = o->geometry != NULL ? strcmp(o->geometry, "sphere") == 0
                                      : !isfinite(film);
    if (o->geometry == NULL && isfinite(film) && isfinite(radius))
        return hc_fail(err, HC_USAGE,
                       "film thickness and particle radius are both given: "
                       "say --geometry film or sphere");
    if (o->geometry == NULL && !isfinite(film) && !isfinite(radius))
        return hc_fail(err, HC_USAGE,
                       "no length: give --film-thickness or "
                       "--particle-radius (--geometry alone gives D/L^2)");
    j->set.shape = sphere ? HC_DIFFUSION_SPHERE : HC_DIFFUSION_FILM;
    j->cell = (hc_gitt_cell){
        .length_m = sphere ? radius : film,
        .capacity_c = either(o->capacity_c, m, "theory_capacity_c"),
        .x0 = o->x0,
        .composite = o->composite || hc_meta_number(m, "active_fraction") < 1,
    };
    return HC_OK;
}

static hc_conditions conditions(const hc_gitt_job_run *j,
                                const hc_gitt_feed *f)
{
    hc_conditions at = hc_conditions_none();
    const char *cell = hc_series_cell(f->series);
    at.source_index = f->source;
    if (cell != NULL)
        snprintf(at.cell, sizeof at.cell, "%s", cell);
    snprintf(at.electrode, sizeof at.electrode, f->working ? "we" : "cell");
    at.temperature_celsius =
        either(j->options->temperature_c, hc_series_meta(f->series),
               "temperature_celsius");
    return at;
}

static hc_status open_table(hc_gitt_job_run *j, const hc_gitt_feed *f,
                            hc_err *err)
{
    bool ocv = j->options->ocv;
    if (j->w != NULL)
        return HC_OK;
    hc_status st = hc_session_table(j->session, ocv ? "ocv" : "records",
                                    hc_series_meta(f->series), &j->w, err);
    if (st == HC_OK && !ocv)
        hc_records_begin(j->w);
    return st;
}

static hc_status results(hc_gitt_job_run *j, const hc_gitt_feed *f,
                         const hc_gitt_train *t, hc_gitt_result *r,
                         hc_err *err)
{
    hc_conditions at = conditions(j, f);
    hc_gitt_law law;
    unsigned methods = methods_of(j->options->method);
    hc_status st = open_table(j, f, err);
    if (st != HC_OK)
        return st;
    j->cell.two_electrode = !f->working;
    hc_gitt_warn(r, methods, &j->session->talk, hc_series_name(f->series));
    if (j->options->ocv) {
        double t_c = at.temperature_celsius;
        return hc_gitt_put_ocv(j->w, r, &j->cell,
                               (isfinite(t_c) ? t_c : 25) + 273.15, err);
    }
    hc_gitt_put(j->w, t, r, &j->cell, &at, methods);
    hc_gitt_put_warburg(j->w, r, &j->set, &j->cell, &at, j->warburg,
                        j->n_warburg);
    if (!j->options->law)
        return HC_OK;
    st = hc_gitt_law_fit(t, &j->set, r, &law, err);
    if (st == HC_OK)
        hc_gitt_put_law(j->w, &law, &j->cell, &at);
    return st;
}

static hc_status one_train(hc_gitt_job_run *j, const hc_gitt_feed *f,
                           hc_gitt_train *t, hc_err *err)
{
    const char *name = hc_series_name(f->series);
    hc_gitt_result r = {0};
    hc_status st = hc_gitt_train_finish(t, name, err);
    if (st == HC_OK && hc_gitt_train_skipped(t) > 0)
        hc_say_warning(&j->session->talk, name, 0,
                       "%zu rows have no time, current or voltage",
                       hc_gitt_train_skipped(t));
    if (st == HC_OK)
        st = hc_gitt_analyse(t, &j->set, &r, err);
    if (st == HC_OK)
        st = results(j, f, t, &r, err);
    hc_gitt_result_clear(&r);
    return st;
}

static hc_status one_pitt(hc_gitt_job_run *j, hc_gitt_feed *f, bool *more,
                          hc_err *err)
{
    hc_pitt_step *step = NULL;
    size_t n = 0;
    hc_status st = hc_pitt_read(f, j->set.shape, &step, &n, err);
    *more = st == HC_OK && f->has_ahead;
    if (st == HC_OK && n == 0)
        st = hc_fail_at(err, HC_NO, hc_series_name(f->series), 0,
                        "no step of the potential that is held for eight "
                        "samples");
    if (st == HC_OK)
        st = open_table(j, f, err);
    if (st == HC_OK) {
        hc_conditions at = conditions(j, f);
        j->cell.two_electrode = !f->working;
        hc_gitt_put_pitt(j->w, step, n, &j->cell, &at);
    }
    free(step);
    return st;
}

static hc_status all_trains(hc_gitt_job_run *j, hc_series *series, hc_err *err)
{
    hc_gitt_feed f = hc_gitt_feed_of(series);
    hc_status st = know_cell(j, hc_series_meta(series), err);
    const char *method = j->options->method;
    bool more = st == HC_OK;
    bool pitt = method != NULL && strcmp(method, "pitt") == 0;
    while (more && pitt)
        st = one_pitt(j, &f, &more, err);
    for (size_t k = 0; more; k++) {
        hc_gitt_train *t = NULL;
        st = hc_gitt_feed_next(&f, &t, err);
        more = st == HC_OK && t != NULL;
        if (st == HC_OK && t == NULL && k == 0)
            st = hc_fail_at(err, HC_DATA, hc_series_name(series), 0,
                            "the table has no rows");
        if (more)
            st = one_train(j, &f, t, err);
        more = more && st == HC_OK;
        hc_gitt_train_free(t);
    }
    return st;
}

hc_status hc_gitt_run_file(hc_gitt_job_run *j, const char *const *paths,
                           size_t n, hc_err *err)
{
    hc_series *series = NULL;
    hc_status st = hc_series_open(&series, paths[0], err);
    if (st != HC_OK)
        return st;
    hc_series_number(series, hc_session_number(j->session));
    if (j->options->join) {
        hc_series_join(series);
        hc_series_queue(series, paths + 1, n - 1);
    }
    st = all_trains(j, series, err);
    hc_series_done(series, j->session);
    hc_series_free(series);
    return st;
}

hc_status hc_gitt_run_end(hc_gitt_job_run *j, hc_err *err)
{
    hc_status st = HC_OK;
    if (j->w != NULL)
        st = hc_writer_end(j->w, err);
    hc_writer_free(j->w);
    free(j->warburg);
    *j = (hc_gitt_job_run){0};
    return st;
}
