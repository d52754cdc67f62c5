/* hc-gitt: diffusivities from pulses and rests */
#include "core/session.h"
#include "cycle/gitt_feed.h"
#include "cycle/gitt_records.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    hc_common common;
    const char *geometry, *method, *clock;
    double film_m, radius_m, capacity_c, x0, temperature_c, skip_s;
    bool composite, ocv, law, fail_fast;
} opts;

#define FLAG(NAME, HELP, MEMBER)                                              \
    {                                                                         \
        NAME, 0, HC_OPT_FLAG, NULL, HELP, offsetof(opts, MEMBER), NULL, 0, 0, \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define CHOICE(NAME, HELP, MEMBER, LIST)                                      \
    {                                                                         \
        NAME, 0, HC_OPT_CHOICE, "NAME", HELP, offsetof(opts, MEMBER), LIST,   \
            0, 0,                                                             \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    CHOICE("geometry", "film or sphere; follows from the length given",
           geometry, "film|sphere"),
    HC_OPTION_FILM_THICKNESS(opts, film_m),
    HC_OPTION_PARTICLE_RADIUS(opts, radius_m),
    CHOICE("method", "fit, wh, ici or all (all)", method, "fit|wh|ici|all"),
    HC_OPTION_QUANTITY("capacity", "CHARGE",
                       "charge of one unit of composition, e.g. 1.2mAh",
                       HC_DIM_CHARGE, opts, capacity_c),
    {"x0",
     0,
     HC_OPT_NUMBER,
     "X",
     "composition before the first row, falls while charging",
     offsetof(opts, x0),
     NULL,
     0,
     1,
     {0}},
    FLAG("composite", "composite electrode: D is an apparent one", composite),
    FLAG("law", "also fit ln D linear in the composition", law),
    FLAG("ocv", "print the open-circuit curve instead of records", ocv),
    CHOICE("ici-clock", "time of ICI's dE/dt: auto, wall or current (auto)",
           clock, "auto|wall|current"),
    HC_OPTION_QUANTITY("skip", "TIME",
                       "leave out so much after each edge (50ms)", HC_DIM_TIME,
                       opts, skip_s),
    HC_OPTION_TEMPERATURE(opts, temperature_c),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-gitt",
    .purpose = "diffusivities from pulses and rests",
    .operands = "[FILE...]",
    .notes = "Reads halfcell tables of kind series. Give --film-thickness "
             "or --particle-radius\nfor D; with --geometry alone only D/L^2 "
             "is printed.",
    .options = options,
    .max_operands = -1};

typedef struct {
    hc_session *s;
    const opts *o;
    hc_writer *w;
    hc_gitt_settings set;
    hc_gitt_cell cell;
    bool incomplete;
} job;

/* The option, or what the table says about its cell. */
static double either(double given, const hc_meta *m, const char *key)
{
    return isfinite(given) ? given : hc_meta_number(m, key);
}

static hc_status know_cell(job *j, const hc_meta *m, hc_err *err)
{
    const opts *o = j->o;
    double film = either(o->film_m, m, "film_thickness_m");
    double radius = either(o->radius_m, m, "particle_radius_m");
    bool sphere = o->geometry != NULL ? strcmp(o->geometry, "sphere") == 0
                                      : !isfinite(film);
    if (o->geometry == NULL && isfinite(film) == isfinite(radius))
        return hc_fail(err, HC_USAGE,
                       isfinite(film)
                           ? "film thickness and particle radius are both "
                             "given: say --geometry film or sphere"
                           : "no length: give --film-thickness or "
                             "--particle-radius (--geometry alone gives "
                             "D/L^2)");
    j->set.shape = sphere ? HC_DIFFUSION_SPHERE : HC_DIFFUSION_FILM;
    j->cell.length_m = sphere ? radius : film;
    j->cell.capacity_c = either(o->capacity_c, m, "capacity_c");
    j->cell.x0 = o->x0;
    j->cell.composite = o->composite;
    return HC_OK;
}

static hc_conditions conditions(const job *j, const hc_gitt_feed *f)
{
    hc_conditions at = hc_conditions_none();
    const char *cell = hc_series_cell(f->series);
    const hc_meta *m = hc_series_meta(f->series);
    at.source_index = f->source;
    if (cell != NULL)
        snprintf(at.cell, sizeof at.cell, "%s", cell);
    snprintf(at.electrode, sizeof at.electrode, f->working ? "we" : "cell");
    at.temperature_celsius =
        either(j->o->temperature_c, m, "temperature_celsius");
    return at;
}

static hc_status open_table(job *j, const hc_meta *m, hc_err *err)
{
    hc_status st =
        hc_session_table(j->s, j->o->ocv ? "ocv" : "records", m, &j->w, err);
    if (st == HC_OK && !j->o->ocv)
        hc_records_begin(j->w);
    return st;
}

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

static hc_status results(job *j, hc_gitt_feed *f, const hc_gitt_train *t,
                         hc_gitt_result *r, hc_err *err)
{
    hc_conditions at = conditions(j, f);
    hc_gitt_law law;
    unsigned methods = methods_of(j->o->method);
    j->cell.two_electrode = !f->working;
    hc_gitt_warn(r, methods, &j->s->talk, hc_series_name(f->series));
    if (j->o->ocv) {
        double t_c =
            isfinite(at.temperature_celsius) ? at.temperature_celsius : 25;
        return hc_gitt_put_ocv(j->w, r, &j->cell, t_c + 273.15, err);
    }
    hc_gitt_put(j->w, t, r, &j->cell, &at, methods);
    if (!j->o->law)
        return HC_OK;
    hc_status st = hc_gitt_law_fit(t, &j->set, r, &law, err);
    if (st == HC_OK)
        hc_gitt_put_law(j->w, &law, &j->cell, &at);
    return st;
}

static hc_status run(job *j, const char *path, hc_err *err)
{
    hc_series *series = NULL;
    hc_status st = hc_series_open(&series, path, err);
    if (st == HC_OK)
        st = know_cell(j, hc_series_meta(series), err);
    hc_gitt_feed f = hc_gitt_feed_of(series);
    while (st == HC_OK) {
        hc_gitt_train *t = NULL;
        hc_gitt_result r = {0};
        st = hc_gitt_feed_next(&f, &t, err);
        if (st != HC_OK || t == NULL)
            break;
        st = hc_gitt_train_finish(t, hc_series_name(series), err);
        if (st == HC_OK)
            st = hc_gitt_analyse(t, &j->set, &r, err);
        if (st == HC_OK && j->w == NULL)
            st = open_table(j, hc_series_meta(series), err);
        if (st == HC_OK)
            st = results(j, &f, t, &r, err);
        hc_gitt_result_clear(&r);
        hc_gitt_train_free(t);
    }
    if (series != NULL) {
        hc_series_tell(series, &j->s->talk);
        j->incomplete |= hc_series_incomplete(series);
    }
    hc_series_free(series);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.film_m = NAN,
              .radius_m = NAN,
              .capacity_c = NAN,
              .x0 = NAN,
              .temperature_c = NAN,
              .skip_s = NAN};
    hc_session s;
    job j = {.s = &s, .o = &o, .set = hc_gitt_settings_default()};
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    if (isfinite(o.skip_s))
        j.set.skip_s = o.skip_s;
    if (o.clock != NULL)
        j.set.ici_clock = o.clock[0] == 'w'   ? HC_GITT_CLOCK_WALL
                          : o.clock[0] == 'c' ? HC_GITT_CLOCK_CURRENT
                                              : HC_GITT_CLOCK_AUTO;
    for (size_t i = 0; i < s.n_files; i++)
        if (!hc_session_note(&s, run(&j, s.files[i], &s.err)))
            break;
    if (j.w != NULL) {
        if (j.incomplete)
            hc_writer_meta(j.w, "incomplete", "the input was");
        hc_session_note(&s, hc_writer_end(j.w, &s.err));
    }
    hc_writer_free(j.w);
    return hc_session_end(&s);
}
