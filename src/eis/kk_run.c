/* kk_run.c: the Kramers-Kronig tests over the spectra of a table */
#include "eis/kk_run.h"

#include "core/records.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What one row of the table got. */
typedef struct {
    double re, im; /* residuals, fractions of |Z| */
    unsigned char flag;
    bool keep;
    long source;
} row_result;

hc_kk_run hc_kk_run_defaults(void)
{
    return (hc_kk_run){.method = "auto",
                       .choice = "bic",
                       .part = "complex",
                       .representation = "auto",
                       .log_f_ext = NAN,
                       .mu = 0.85,
                       .inductance = true,
                       .capacitance = true,
                       .limits = hc_kk_limits_defaults(),
                       .filter = hc_spectrum_filter_none()};
}

static hc_kk_options options_of(const hc_kk_run *run)
{
    hc_kk_options o = hc_kk_defaults();
    o.linkk.inductance = run->inductance;
    o.linkk.capacitance = run->capacitance;
    o.linkk.mu_limit = run->mu;
    o.linkk.m = (size_t)run->rc;
    o.linkk.part = strcmp(run->part, "real") == 0   ? HC_KK_REAL
                   : strcmp(run->part, "imag") == 0 ? HC_KK_IMAG
                                                    : HC_KK_COMPLEX;
    o.representation_free = strcmp(run->representation, "auto") == 0;
    o.linkk.admittance = strcmp(run->representation, "admittance") == 0;
    o.extension_free = isnan(run->log_f_ext);
    o.linkk.log_f_ext = o.extension_free ? 0 : run->log_f_ext;
    o.choice = strcmp(run->choice, "bic") == 0 ? 0 : run->choice[0] - '0';
    return o;
}

/* Points of a spectrum that are still in, and their indices. */
typedef struct {
    hc_kk_data data;
    double *freq_hz;
    double complex *z_ohm;
    size_t *index;
    size_t dropped;
} points;

static void points_clear(points *p)
{
    free(p->freq_hz);
    free(p->z_ohm);
    free(p->index);
}

static hc_status points_of(points *p, const hc_spectrum *s, hc_err *err)
{
    *p = (points){0};
    p->freq_hz = malloc((s->n + 1) * sizeof *p->freq_hz);
    p->z_ohm = malloc((s->n + 1) * sizeof *p->z_ohm);
    p->index = malloc((s->n + 1) * sizeof *p->index);
    if (!p->freq_hz || !p->z_ohm || !p->index) {
        points_clear(p);
        return hc_fail_nomem(err);
    }
    for (size_t i = 0; i < s->n; i++) {
        p->freq_hz[i] = s->freq_hz[i];
        p->z_ohm[i] = s->z_ohm[i];
        p->index[i] = i;
    }
    p->data = (hc_kk_data){s->n, p->freq_hz, p->z_ohm};
    return HC_OK;
}

/* Take the points out that may be dropped; say which. */
static void drop(points *p, const hc_kk_judgement *j, const hc_spectrum *s,
                 row_result *rows, hc_talk *talk, const char *file)
{
    size_t k = 0;
    for (size_t i = 0; i < p->data.n; i++) {
        if (j->flag[i] >= HC_KK_EDGE) {
            rows[s->row[p->index[i]]].keep = false;
            hc_say_warning(talk, file, 0, "%s: point at %.5g Hz dropped (%s)",
                           s->name, p->freq_hz[i],
                           hc_kk_flag_word((hc_kk_flag)j->flag[i]));
            p->dropped++;
            continue;
        }
        p->freq_hz[k] = p->freq_hz[i];
        p->z_ohm[k] = p->z_ohm[i];
        p->index[k++] = p->index[i];
    }
    p->data.n = k;
}

/* Fit and judge, dropping points where that was asked for. */
static hc_status test_points(points *p, const hc_spectrum *s,
                             const hc_kk_run *run, row_result *rows,
                             hc_talk *talk, const char *file, hc_kk_fit *fit,
                             hc_kk_judgement *j, hc_err *err)
{
    const hc_kk_method *m = hc_kk_method_find(run->method);
    const hc_kk_options o = options_of(run);
    const double most = run->limits.drop_max * (double)s->n;
    for (;;) {
        hc_status st = m->run(&p->data, &o, fit, err);
        if (st != HC_OK)
            return st;
        st = hc_kk_judge(&p->data, fit, &run->limits, j, err);
        if (st != HC_OK) {
            hc_kk_fit_clear(fit);
            return st;
        }
        if (!run->drop || j->droppable == 0 ||
            (double)(p->dropped + j->droppable) > most)
            return HC_OK;
        drop(p, j, s, rows, talk, file);
        hc_kk_fit_clear(fit);
        hc_kk_judgement_clear(j);
    }
}

static void put(hc_writer *w, const hc_conditions *at, const char *method,
                const char *quantity, double value)
{
    const hc_record r = hc_record_make(at, method, quantity, value, "-");
    hc_records_put(w, &r);
}

static void put_word(hc_writer *w, const hc_conditions *at, const char *method,
                     const char *quantity, const char *word)
{
    const hc_record r = hc_record_word(at, method, quantity, word);
    hc_records_put(w, &r);
}

static void put_scores(hc_writer *w, const hc_conditions *at,
                       const char *method, const hc_kk_scores *s)
{
    static const char *const sd[] = {"1sd", "2sd", "3sd"};
    char name[48];
    for (int k = 0; k < 3; k++) {
        snprintf(name, sizeof name, "hilbert_real_%s", sd[k]);
        put(w, at, method, name, s->real[k]);
        snprintf(name, sizeof name, "hilbert_imaginary_%s", sd[k]);
        put(w, at, method, name, s->imaginary[k]);
    }
    put(w, at, method, "hilbert_mean", s->mean);
    put(w, at, method, "hilbert_hellinger", s->hellinger);
    put(w, at, method, "hilbert_jensen_shannon", s->jensen_shannon);
}

static void put_records(hc_writer *w, const hc_spectrum *s,
                        const hc_kk_run *run, const points *p,
                        const hc_kk_fit *f, const hc_kk_judgement *j)
{
    const hc_conditions at = hc_conditions_of(s);
    char method[64] = "kk-";
    strncat(method, run->method, sizeof method - 4);
    put_word(w, &at, method, "kk_verdict", hc_kk_verdict_word(j->verdict));
    put_word(w, &at, method, "kk_drift",
             j->drift || (!isnan(f->drift) && j->verdict == HC_KK_FAIL)
                 ? "likely"
                 : "no");
    put_word(w, &at, method, "kk_trend", j->trend ? "yes" : "no");
    put_word(w, &at, method, "kk_representation",
             f->admittance ? "admittance" : "impedance");
    put(w, &at, method, "kk_rc_count", (double)f->m);
    put(w, &at, method, "kk_mu", f->mu);
    put(w, &at, method, "kk_log_f_ext", f->log_f_ext);
    put(w, &at, method, "kk_pseudo_chi2", f->pseudo_chi2);
    put(w, &at, method, "noise_relative", f->noise);
    put(w, &at, method, "kk_noise_exponent", f->q);
    put(w, &at, method, "kk_largest_residual", j->largest);
    put(w, &at, method, "kk_largest_frequency_hertz", j->largest_freq_hz);
    put(w, &at, method, "kk_rms_residual", j->rms);
    put(w, &at, method, "kk_p_runs", j->p_runs);
    put(w, &at, method, "kk_p_autocorrelation", j->p_autocorrelation);
    put(w, &at, method, "kk_drift_relative",
        isnan(f->drift) ? j->drift_relative : f->drift);
    put(w, &at, method, "kk_limit", run->limits.pass);
    put(w, &at, method, "kk_limit_fail", run->limits.fail);
    put(w, &at, method, "kk_points", (double)f->n);
    put(w, &at, method, "kk_points_flagged", (double)j->flagged);
    put(w, &at, method, "kk_points_dropped", (double)p->dropped);
    if (strcmp(run->method, "hilbert") == 0)
        put_scores(w, &at, method, &f->scores);
}

/* Say what has to be said about one spectrum; HC_NO when the answer is no. */
static hc_status verdict(const hc_spectrum *s, const hc_kk_run *run,
                         const points *p, const hc_kk_judgement *j,
                         hc_talk *talk, const char *file, hc_err *err)
{
    const double most = run->limits.drop_max * (double)s->n;
    if (run->drop && (double)(p->dropped + j->droppable) > most)
        return hc_fail_at(err, HC_NO, file, 0,
                          "%s: %zu of %zu points would have to be "
                          "dropped, more than the %.3g %% of --drop-max",
                          s->name, p->dropped + j->droppable, s->n,
                          100 * run->limits.drop_max);
    if (run->check && j->verdict == HC_KK_FAIL)
        return hc_fail_at(err, HC_NO, file, 0,
                          "%s fails the Kramers-Kronig test: %s", s->name,
                          j->reason);
    if (j->verdict == HC_KK_FAIL)
        hc_say_warning(talk, file, 0, "%s fails the Kramers-Kronig test: %s",
                       s->name, j->reason);
    else
        hc_say_note(talk, "%s: %s: %s: %s", file, s->name,
                    hc_kk_verdict_word(j->verdict), j->reason);
    return HC_OK;
}

static hc_status one_spectrum(hc_session *ses, const hc_spectrum *s,
                              const hc_kk_run *run, const char *file,
                              row_result *rows, hc_writer *w, hc_err *err)
{
    points p;
    hc_kk_fit fit;
    hc_kk_judgement j;
    hc_status st = points_of(&p, s, err);
    if (st != HC_OK)
        return st;
    for (size_t i = 0; i < s->n; i++)
        rows[s->row[i]] =
            (row_result){.keep = true, .source = s->source_index};
    st = test_points(&p, s, run, rows, &ses->talk, file, &fit, &j, err);
    if (st != HC_OK) {
        points_clear(&p);
        if (err->file[0] == '\0')
            strncpy(err->file, file, sizeof err->file - 1);
        hc_err_prefix(err, "%s: ", s->name);
        return st;
    }
    for (size_t i = 0; i < p.data.n; i++) {
        const double complex e =
            (p.z_ohm[i] - fit.z_fit[i]) / cabs(p.z_ohm[i]);
        rows[s->row[p.index[i]]] =
            (row_result){creal(e), cimag(e), j.flag[i], true, s->source_index};
    }
    if (run->records)
        put_records(w, s, run, &p, &fit, &j);
    st = verdict(s, run, &p, &j, &ses->talk, file, err);
    hc_kk_fit_clear(&fit);
    hc_kk_judgement_clear(&j);
    points_clear(&p);
    return st;
}

static const char *const ours[] = {"kk_real_residual", "kk_imaginary_residual",
                                   "kk_flag", NULL};

static hc_status begin(hc_session *s, const hc_frame *f, hc_kk_run *run,
                       hc_writer **w, hc_err *err)
{
    if (!run->records)
        return hc_pass_table(&run->pass, s, f, ours, w, err);
    if (*w)
        return HC_OK;
    const hc_status st =
        hc_session_table(s, "records", hc_frame_meta(f), w, err);
    if (st == HC_OK)
        hc_records_begin(*w);
    return st;
}

static void write_rows(hc_writer *w, const hc_frame *f, const hc_pass *pass,
                       const row_result *rows)
{
    for (size_t r = 0; r < hc_frame_rows(f); r++) {
        if (!rows[r].keep)
            continue;
        for (size_t k = 0; k < pass->n; k++)
            hc_pass_cell(pass, f, r, k, rows[r].source, w);
        hc_writer_digits(w, rows[r].re, 10);
        hc_writer_digits(w, rows[r].im, 10);
        hc_writer_text(w, hc_kk_flag_word((hc_kk_flag)rows[r].flag));
        hc_writer_end_row(w);
    }
}

static hc_status all_spectra(hc_session *s, const hc_frame *f, hc_kk_run *run,
                             row_result *rows, hc_writer **w, hc_err *err)
{
    hc_spectrum *spectra = NULL;
    size_t n = 0;
    hc_status st = hc_session_spectra(s, f, &run->filter, &spectra, &n, err);
    if (st == HC_OK) /* a table that has no spectra begins none */
        st = begin(s, f, run, w, err);
    if (st != HC_OK) {
        hc_spectra_free(spectra, n);
        return st;
    }
    for (size_t i = 0; i < n; i++) {
        st =
            one_spectrum(s, &spectra[i], run, hc_frame_name(f), rows, *w, err);
        /* the caller says the last one */
        if (st != HC_OK && i + 1 < n && !hc_session_note(s, st))
            break;
    }
    hc_spectra_free(spectra, n);
    if (!run->records)
        write_rows(*w, f, &run->pass, rows);
    return st;
}

hc_status hc_kk_run_file(hc_session *s, const char *path, hc_kk_run *run,
                         hc_writer **w, hc_err *err)
{
    hc_frame *f = NULL;
    row_result *rows = NULL;
    hc_status st = hc_frame_open(&f, path, err);
    if (st != HC_OK)
        return st;
    rows = calloc(hc_frame_rows(f) + 1, sizeof *rows);
    if (!rows)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        st = all_spectra(s, f, run, rows, w, err);
    hc_session_inherit_frame(s, f);
    free(rows);
    hc_frame_free(f);
    return st;
}
