/* drt_run.c: distributions of relaxation times over the spectra of tables */
#include "eis/drt_run.h"

#include "core/records.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIGITS = 10 };

/* ---- the table ---- */

static const char *const columns[] = {
    "source_index",
    "spectrum_index",
    "electrode",
    "cycle_count",
    "step_count",
    "temperature_celsius",
    "soc",
    "tau_second",
    "gamma_ohm",
    "gamma_std_ohm",
    "gamma_low_ohm",
    "gamma_high_ohm",
    "parametric_share",
};

static void begin_table(hc_writer *w)
{
    for (size_t k = 0; k < sizeof columns / sizeof *columns; k++)
        hc_writer_column(w, columns[k]);
}

static void put_rows(hc_writer *w, const hc_spectrum *s, const hc_drt *r)
{
    for (size_t k = 0; k < r->n_tau; k++) {
        hc_writer_integer(w, s->source_index);
        hc_writer_integer(w, s->spectrum_index);
        hc_writer_text(w, s->electrode);
        hc_writer_number(w, s->cycle_count);
        hc_writer_number(w, s->step_count);
        hc_writer_number(w, s->temperature_celsius);
        hc_writer_number(w, s->soc);
        hc_writer_digits(w, r->tau_s[k], DIGITS);
        hc_writer_digits(w, r->gamma_ohm[k], DIGITS);
        hc_writer_digits(w, r->sd[k], DIGITS);
        hc_writer_digits(w, r->low[k], DIGITS);
        hc_writer_digits(w, r->high[k], DIGITS);
        hc_writer_digits(w, r->parametric, 4);
        hc_writer_end_row(w);
    }
}

/* ---- records ---- */

typedef struct {
    hc_writer *w;
    hc_conditions at;
    char method[64];
} sink;

static void put(const sink *k, const char *quantity, double value, double sd,
                const char *unit, const char *status)
{
    hc_record r = hc_record_make(&k->at, k->method, quantity, value, unit);
    r.std_error = sd;
    r.ci95_low = value - 1.959964 * sd;
    r.ci95_high = value + 1.959964 * sd;
    strncpy(r.status, status, sizeof r.status - 1);
    hc_records_put(k->w, &r);
}

/* Interval of a quantity of one sign, formed in its logarithm. */
static void put_signed(const sink *k, const char *quantity, double value,
                       double sd_ln, const char *unit, const char *status)
{
    hc_record r = hc_record_make(&k->at, k->method, quantity, value, unit);
    const double wide = copysign(1.959964 * sd_ln, value);
    r.std_error = fabs(value) * sd_ln;
    r.ci95_low = value * exp(-wide);
    r.ci95_high = value * exp(wide);
    strncpy(r.status, status, sizeof r.status - 1);
    hc_records_put(k->w, &r);
}

/* peak1_tau and so on; edge1_tau for a rise towards times not measured. */
static void put_peak(const sink *k, size_t number, const hc_drt_peak *p)
{
    static const struct {
        const char *name, *unit;
    } what[] = {{"tau", "s"},
                {"R", "ohm"},
                {"C", "F"},
                {"width_decades", "-"},
                {"height", "ohm"}};
    const char *status = p->edge ? "edge" : "ok";
    const double sd_r = p->sd_r_ohm / fabs(p->r_ohm);
    const double value[] = {p->tau_s, p->r_ohm, p->c_f, p->width_decades,
                            p->height_ohm};
    const double sd[] = {p->sd_ln_tau, sd_r, hypot(p->sd_ln_tau, sd_r), NAN,
                         NAN};
    for (size_t i = 0; i < sizeof what / sizeof *what; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s%zu_%s", p->edge ? "edge" : "peak",
                 number, what[i].name);
        put_signed(k, name, value[i], sd[i], what[i].unit, status);
    }
}

/* The power laws beside gamma: L (jw)^n and 1/(C (jw)^n). */
static void put_ends(const sink *k, const hc_drt *r)
{
    if (r->l_h > 0) {
        const bool ideal = r->l_n >= 1;
        put(k, "L_series", r->l_h, r->sd_l, ideal ? "H" : "H s^(n-1)", "ok");
        if (!ideal)
            put(k, "L_series_n", r->l_n, NAN, "-", "ok");
    }
    if (r->inv_c > 0) {
        const bool ideal = r->c_n >= 1;
        put(k, ideal ? "C_series" : "CPE_series_Q", 1 / r->inv_c,
            r->sd_inv_c / (r->inv_c * r->inv_c), ideal ? "F" : "F s^(n-1)",
            "ok");
        if (!ideal)
            put(k, "CPE_series_n", r->c_n, NAN, "-", "ok");
    }
}

static void put_records(hc_writer *w, const hc_spectrum *s,
                        const hc_drt_job *job, const hc_drt *r)
{
    sink k = {.w = w, .at = hc_conditions_of(s)};
    snprintf(k.method, sizeof k.method, "drt-%s", job->method);
    put(&k, "R_inf", r->r_inf, r->sd_r_inf, "ohm", "ok");
    put(&k, "R_pol", r->r_pol, NAN, "ohm", "ok");
    put_ends(&k, r);
    put(&k, "lambda", r->lambda, NAN, "-", "-");
    put(&k, "series_weight", r->series_weight, NAN, "-", "-");
    put(&k, "objective", r->objective, NAN, "-", "-");
    put(&k, "chi2", r->chi2, NAN, "-", "-");
    put(&k, "chi2_per_point", r->chi2 / (2 * (double)r->n), NAN, "-", "-");
    put(&k, "noise_raised", r->noise_raised, NAN, "-", "-");
    put(&k, "outlying_points", (double)r->n_outlying, NAN, "-", "-");
    put(&k, "minus2_ln_evidence", r->minus2_ln_evidence, NAN, "-", "-");
    put(&k, "parametric_share", r->parametric, NAN, "-", "-");
    put(&k, "extrapolated_share", r->extrapolated, NAN, "-", "-");
    put(&k, "re_im_agreement", r->agreement, NAN, "-", "-");
    put(&k, "re_im_ln_evidence", r->ln_one_over_two, NAN, "-",
        r->ln_one_over_two < 0    ? "two"
        : r->ln_one_over_two >= 0 ? "one"
                                  : "-");
    size_t edges = 0, peaks = 0;
    for (size_t i = 0; i < r->n_peaks; i++)
        edges += r->peaks[i].edge;
    put(&k, "peaks", (double)(r->n_peaks - edges), NAN, "-", "-");
    for (size_t i = 0; i < r->n_peaks; i++)
        if (!r->peaks[i].edge)
            put_peak(&k, ++peaks, &r->peaks[i]);
    edges = 0;
    for (size_t i = 0; i < r->n_peaks; i++)
        if (r->peaks[i].edge)
            put_peak(&k, ++edges, &r->peaks[i]);
}

/* ---- one spectrum ---- */

static hc_status take_weights(const hc_spectrum *s, const hc_drt_job *job,
                              double *sd, hc_err *err)
{
    if (strcmp(job->weights, "sigma") != 0)
        return HC_OK;
    if (!s->sd_re || !s->sd_im)
        return hc_fail(err, HC_DATA,
                       "--weights sigma needs the columns %s and %s",
                       HC_COL_SD_RE, HC_COL_SD_IM);
    for (size_t i = 0; i < s->n; i++)
        sd[i] =
            sqrt((s->sd_re[i] * s->sd_re[i] + s->sd_im[i] * s->sd_im[i]) / 2);
    return HC_OK;
}

/* Where Re is below zero no resistance at or above zero can follow it. */
static void say_negative(hc_session *ses, const char *file,
                         const hc_spectrum *s)
{
    size_t n = 0, first = 0;
    for (size_t i = 0; i < s->n; i++)
        if (creal(s->z_ohm[i]) < 0 && n++ == 0)
            first = i;
    if (n > 0)
        hc_say_warning(&ses->talk, file, 0,
                       "%s: the real part is negative at %zu of %zu "
                       "points, first at %.3g Hz: no passive sample does that "
                       "(leads, bad points?); R_inf and R_pol may be off",
                       s->name, n, s->n, s->freq_hz[first]);
}

static void say(hc_session *ses, const char *file, const hc_spectrum *s,
                const hc_drt *r)
{
    say_negative(ses, file, s);
    for (size_t i = 0; i < r->n_peaks; i++)
        if (r->peaks[i].edge)
            hc_say_warning(&ses->talk, file, 0,
                           "%s: gamma rises towards %.3g s, "
                           "outside the measured frequencies: no peak, "
                           "and its size is an extrapolation",
                           s->name, r->peaks[i].tau_s);
    if (r->ln_one_over_two < 0)
        hc_say_warning(&ses->talk, file, 0,
                       "%s: Re and Im do not have one distribution "
                       "(evidence for two exp(%.3g) times as large): drift, "
                       "or a non-linear answer? (see hc-kk)",
                       s->name, -r->ln_one_over_two);
    if (r->n_outlying > 0)
        hc_say_warning(&ses->talk, file, 0,
                       "%s: %zu points between %.3g and %.3g Hz "
                       "lie off every response of a passive sample and "
                       "count less: drift or artefacts? (see hc-kk)",
                       s->name, r->n_outlying, r->outlying_low_hz,
                       r->outlying_high_hz);
    else if (r->noise_raised > 2)
        hc_say_warning(&ses->talk, file, 0,
                       "%s: no distribution at or above zero comes "
                       "closer than %.1f times the noise: drift, bad points "
                       "or an inductive loop? (see hc-kk)",
                       s->name, r->noise_raised);
    hc_say_note(&ses->talk, "%s: %s: %s", file, s->name, r->model);
}

static hc_status write_result(hc_session *ses, const hc_spectrum *s,
                              const hc_drt_job *job, const hc_drt *r,
                              hc_writer *w, hc_err *err)
{
    if (job->print == HC_DRT_PRINT_TABLE) {
        put_rows(w, s, r);
    } else if (job->print == HC_DRT_PRINT_PEAKS) {
        put_records(w, s, job, r);
    } else {
        char text[2048];
        const hc_status st = hc_drt_circuit(r, text, sizeof text, err);
        if (st != HC_OK)
            return st;
        hc_out_puts(ses->out, text);
        hc_out_putc(ses->out, '\n');
    }
    return HC_OK;
}

static hc_status say_and_write(hc_session *ses, const hc_spectrum *s,
                               const hc_drt_job *job, const char *file,
                               const hc_drt_data *d, hc_drt *r, hc_writer *w,
                               hc_err *err)
{
    if (!r->fitted_peaks) {
        const hc_status st = hc_drt_find_peaks(r, d, job->prominence, err);
        if (st != HC_OK)
            return st;
    }
    r->extrapolated = hc_drt_extrapolated(r, d);
    if (isnan(job->opt.widen_decades) && !job->opt.collocation)
        hc_drt_cut_edges(r, d);
    say(ses, file, s, r);
    return write_result(ses, s, job, r, w, err);
}

static void name_spectrum(hc_err *err, const char *file, const hc_spectrum *s)
{
    if (err->file[0] != '\0')
        return;
    strncpy(err->file, file, sizeof err->file - 1);
    if (s)
        hc_err_prefix(err, "%s: ", s->name);
}

static hc_status one_spectrum(hc_session *ses, const hc_spectrum *s,
                              const hc_drt_job *job, const char *file,
                              hc_writer *w, hc_err *err)
{
    hc_drt_data d = {s->n, s->freq_hz, s->z_ohm, NULL};
    hc_drt_options opt = job->opt;
    opt.unit_weights = strcmp(job->weights, "unit") == 0;
    double *sd = malloc((s->n + 1) * sizeof *sd);
    if (!sd)
        return hc_fail_nomem(err);
    hc_status st = take_weights(s, job, sd, err);
    if (strcmp(job->weights, "sigma") == 0)
        d.sd_ohm = sd;
    if (st == HC_OK && job->print == HC_DRT_PRINT_CONSENSUS) {
        hc_drt_job all = *job;
        all.opt = opt;
        st = hc_drt_consensus(&d, &all, s, w, err);
    } else if (st == HC_OK) {
        hc_drt r;
        st = hc_drt_run(hc_drt_method_find(job->method), &d, &opt, &r, err);
        if (st == HC_OK) {
            st = say_and_write(ses, s, job, file, &d, &r, w, err);
            hc_drt_clear(&r);
        }
    }
    free(sd);
    if (st != HC_OK)
        name_spectrum(err, file, s);
    return st;
}

/* ---- a series, smoothed along it ---- */

static hc_status series_weights(const hc_spectrum *s, size_t n,
                                const hc_drt_job *job, double *sd,
                                hc_drt_data *d, hc_err *err)
{
    for (size_t i = 0; i < n; i++) {
        d[i] = (hc_drt_data){s[i].n, s[i].freq_hz, s[i].z_ohm, NULL};
        const hc_status st = take_weights(&s[i], job, sd, err);
        if (st != HC_OK)
            return st;
        if (strcmp(job->weights, "sigma") == 0)
            d[i].sd_ohm = sd;
        sd += s[i].n;
    }
    return HC_OK;
}

static hc_status whole_series(hc_session *ses, const hc_spectrum *s, size_t n,
                              const hc_drt_job *job, const char *file,
                              hc_writer *w, hc_err *err)
{
    size_t points = 0, made = 0;
    for (size_t i = 0; i < n; i++)
        points += s[i].n;
    hc_drt_options opt = job->opt;
    opt.unit_weights = strcmp(job->weights, "unit") == 0;
    hc_drt_data *d = malloc((n + 1) * sizeof *d);
    hc_drt *r = malloc((n + 1) * sizeof *r);
    double *sd = malloc((points + 1) * sizeof *sd);
    hc_status st = d && r && sd ? series_weights(s, n, job, sd, d, err)
                                : hc_fail_nomem(err);
    if (st == HC_OK)
        st = hc_drt_series(n, d, &opt, job->series_weight, r, err);
    if (st == HC_OK)
        made = n;
    for (size_t i = 0; i < made && st == HC_OK; i++)
        st = say_and_write(ses, &s[i], job, file, &d[i], &r[i], w, err);
    for (size_t i = 0; i < made; i++)
        hc_drt_clear(&r[i]);
    free(d);
    free(r);
    free(sd);
    if (st != HC_OK)
        name_spectrum(err, file, NULL);
    return st;
}

static hc_status begin(hc_session *s, const hc_frame *f, const hc_drt_job *job,
                       hc_writer **w, hc_err *err)
{
    const bool table = job->print == HC_DRT_PRINT_TABLE;
    const hc_status st = hc_session_table(s, table ? "drt" : "records",
                                          hc_frame_meta(f), w, err);
    if (st != HC_OK)
        return st;
    if (table) {
        hc_writer_meta(*w, "method", "%s", job->method);
        begin_table(*w);
    } else {
        hc_records_begin(*w);
    }
    return HC_OK;
}

hc_status hc_drt_run_file(hc_session *s, const char *path, hc_drt_job *job,
                          hc_writer **w, hc_err *err)
{
    hc_frame *f = NULL;
    hc_spectrum *spectra = NULL;
    size_t n = 0;
    hc_status st = hc_frame_open(&f, path, err);
    if (st != HC_OK)
        return st;
    st = hc_session_spectra(s, f, &job->filter, &spectra, &n, err);
    if (st == HC_OK && !*w && job->print != HC_DRT_PRINT_CIRCUIT)
        st = begin(s, f, job, w, err);
    if (st == HC_OK && job->smooth)
        st = whole_series(s, spectra, n, job, hc_frame_name(f), *w, err);
    for (size_t i = 0; st == HC_OK && !job->smooth && i < n; i++) {
        st = one_spectrum(s, &spectra[i], job, hc_frame_name(f), *w, err);
        /* the caller says the last one */
        if (st != HC_OK && i + 1 < n) {
            if (!hc_session_note(s, st))
                break;
            st = HC_OK;
        }
    }
    hc_session_inherit_frame(s, f);
    hc_spectra_free(spectra, n);
    hc_frame_free(f);
    return st;
}
