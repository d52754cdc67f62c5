#include "eis/fit_run.h"

#include "eis/fit_auto.h"
#include "fitters/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROBUST_ROUNDS = 20 };

/* ---- what a spectrum looks like before the fit ---- */

/* By Kramers and Kronig Im Z is about pi/2 dRe/dln w: where nearly all of
 * Im Z is above zero and falls with that slope, its sign is turned round. */
static bool sign_is_flipped(const hc_spectrum *s)
{
    double sum = 0, a2 = 0, b2 = 0;
    size_t above = 0;
    for (size_t i = 0; i < s->n; i++)
        above += cimag(s->z_ohm[i]) > 0;
    for (size_t i = 1; i + 1 < s->n; i++) {
        double d = log(s->freq_hz[i - 1] / s->freq_hz[i + 1]);
        double a = creal(s->z_ohm[i - 1] - s->z_ohm[i + 1]);
        double m = cabs(s->z_ohm[i]);
        if (!(d > 0) || !(m > 0))
            continue;
        a /= d * m;
        double b = cimag(s->z_ohm[i]) / m;
        sum += a * b;
        a2 += a * a;
        b2 += b * b;
    }
    return s->n >= 5 && above >= s->n - s->n / 5 && sum < -0.5 * sqrt(a2 * b2);
}

static void look_at(const hc_spectrum *s, hc_talk *talk, const char *file)
{
    size_t twice = 0;
    for (size_t i = 1; i < s->n; i++)
        twice += s->freq_hz[i] == s->freq_hz[i - 1];
    if (twice > 0)
        hc_say_warning(talk, file, 0,
                       "spectrum %ld: %zu frequencies stand there twice; "
                       "all points are used",
                       s->spectrum_index, twice);
    if (sign_is_flipped(s))
        hc_say_warning(talk, file, 0,
                       "spectrum %ld: the sign of Im Z seems turned round "
                       "(capacitive is Im Z < 0 here)",
                       s->spectrum_index);
}

/* ---- robust loss ---- */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Iteratively reweighted least squares: Huber (k = 1.345) or Tukey's
 * bisquare (k = 4.685) on residuals over their median absolute deviation
 * (Huber 1981, Robust Statistics, sections 7.8 and 4.8). */
static hc_status robust(const hc_fit_setup *setup, hc_fit *f, hc_fit_result *r,
                        hc_err *err)
{
    size_t n2 = 2 * hc_fit_points(f);
    double *res = malloc(3 * n2 * sizeof *res);
    hc_status st = res == NULL ? hc_fail_nomem(err) : HC_OK;
    for (int round = 0; round < ROBUST_ROUNDS && st == HC_OK; round++) {
        double *sorted = res + n2, *factor = sorted + n2;
        double before[HC_CIRCUIT_PARS], change = 0;
        memcpy(before, r->best.p, sizeof before);
        hc_fit_reweight(f, NULL);
        hc_fit_at(f, r->best.p, res, NULL, NULL);
        for (size_t i = 0; i < n2; i++)
            sorted[i] = fabs(res[i]);
        qsort(sorted, n2, sizeof *sorted, by_size);
        double s = 1.4826 * sorted[n2 / 2];
        if (!(s > 0))
            break;
        for (size_t i = 0; i < n2; i++) {
            double u = fabs(res[i]) / s, w;
            if (setup->robust == HC_ROBUST_HUBER)
                w = u <= 1.345 ? 1 : 1.345 / u;
            else
                w = u < 4.685 ? pow(1 - u * u / (4.685 * 4.685), 2) : 0;
            factor[i] = sqrt(w);
        }
        hc_fit_reweight(f, factor);
        hc_fit_result next;
        st = hc_fit_from(f, r->best.p, &next, err);
        if (st == HC_OK)
            r->best = next.best;
        for (int k = 0; k < setup->circuit.n_pars; k++)
            change = fmax(change, fabs(r->best.p[k] / before[k] - 1));
        if (change < 1e-8)
            break;
    }
    free(res);
    return st;
}

/* ---- fit ---- */

static hc_status descend(const hc_fit_setup *setup, hc_fit *f,
                         const hc_fit_result *start, double limit,
                         hc_fit_outcome *out, hc_err *err)
{
    hc_status st = HC_NO;
    out->chained = false;
    if (start != NULL) {
        hc_fit_ask quick = {false, false};
        st = hc_fit_again(f, start, &out->result, err);
        if (st == HC_OK)
            st = hc_fit_judge(f, &out->result.best, quick, &out->report, err);
        /* a degenerate minimum is never followed blindly */
        out->chained = st == HC_OK && !out->result.best.degenerate &&
                       out->report.noise_relative <= limit;
    }
    if (!out->chained) {
        st = hc_fit_search(f, &setup->effort, &out->result, err);
        if (st == HC_OK && out->result.agreed == 0 &&
            setup->effort.doubts > 0) {
            hc_fit_effort more = hc_fit_thorough();
            hc_fit_result second;
            more.seed = setup->effort.seed;
            more.sort_arcs = setup->effort.sort_arcs;
            st = hc_fit_search(f, &more, &second, err);
            if (st == HC_OK && second.best.cost <= out->result.best.cost)
                out->result = second;
        }
    }
    if (st == HC_OK && setup->robust != HC_ROBUST_NONE)
        st = robust(setup, f, &out->result, err);
    return st;
}

hc_status hc_fit_spectrum(const hc_fit_setup *setup, const hc_spectrum *s,
                          const hc_fit_result *start, double limit,
                          hc_fit_outcome *out, hc_talk *talk, const char *file,
                          hc_err *err)
{
    hc_fit *f = NULL;
    double *re = malloc(2 * (s->n + 1) * sizeof *re), *im = re + s->n;
    if (re == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < s->n; i++) {
        re[i] = creal(s->z_ohm[i]);
        im[i] = cimag(s->z_ohm[i]);
    }
    hc_fit_data d = {.n = s->n,
                     .freq_hz = s->freq_hz,
                     .re = re,
                     .im = im,
                     .sd_re = s->sd_re,
                     .sd_im = s->sd_im};
    look_at(s, talk, file);
    hc_status st = HC_OK;
    double *kk = NULL, relative;
    if (setup->kk_weight) {
        st = hc_fit_kk_noise(s, &kk, &relative, err);
        d.sd_re = d.sd_im = kk;
    } else if (setup->weight == HC_WEIGHT_SIGMA && s->sd_re == NULL)
        st = hc_fail(err, HC_DATA,
                     "weight sigma needs the columns " HC_COL_SD_RE
                     " and " HC_COL_SD_IM);
    if (st == HC_OK)
        st = hc_fit_new(&f, &setup->circuit, &d, setup->weight, err);
    if (st == HC_OK)
        st = descend(setup, f, start, limit, out, err);
    if (st == HC_OK)
        st = hc_fit_judge(f, &out->result.best, setup->ask, &out->report, err);
    if (st != HC_OK)
        hc_err_prefix(err, "spectrum %ld: ", s->spectrum_index);
    hc_fit_free(f);
    free(kk);
    free(re);
    return st;
}

/* ---- records ---- */

typedef struct {
    hc_writer *w;
    hc_conditions at;
} sink;

static void put(sink *k, const char *name, double value, const char *unit,
                const char *status)
{
    hc_record r = hc_record_make(&k->at, "fit", name, value, unit);
    snprintf(r.status, sizeof r.status, "%s", status);
    hc_records_put(k->w, &r);
}

static void put_parameter(sink *k, const hc_fit_setup *setup, int i,
                          const hc_fit_par *q)
{
    const hc_circuit *c = &setup->circuit;
    const hc_par *par = &c->pars[i];
    const char *role = hc_circuit_role_of(c, par->element);
    hc_record r =
        hc_record_make(&k->at, "fit", par->name, q->value, par->spec->unit);
    bool profile = setup->ask.profile && !isnan(q->profile_low);
    r.std_error = q->std_error;
    r.ci95_low = profile ? q->profile_low : q->ci_low;
    r.ci95_high = profile ? q->profile_high : q->ci_high;
    snprintf(r.role, sizeof r.role, "%s", role[0] == '\0' ? "-" : role);
    snprintf(r.status, sizeof r.status, "%s", hc_par_state_name(q->state));
    hc_records_put(k->w, &r);
}

static void put_range(sink *k, const hc_spectrum *s)
{
    put(k, "frequency_low_hertz", s->freq_hz[s->n - 1], "Hz", "-");
    put(k, "frequency_high_hertz", s->freq_hz[0], "Hz", "-");
}

/* What an arc of this capacitance usually is, for a pellet of about 1 cm2
 * and 1 mm (Irvine, Sinclair and West 1990, 10.1002/adma.19900020304); a
 * suggestion, never taken as the role. */
static const char *usual_role(double c_f)
{
    static const struct {
        double below;
        const char *name;
    } classes[] = {{2e-11, "bulk?"},
                   {1e-8, "gb?"},
                   {2e-7, "interphase?"},
                   {1e-4, "charge-transfer?"},
                   {INFINITY, "cathode-or-diffusion?"}};
    size_t i = 0;
    while (!(c_f < classes[i].below) && i < 4)
        i++;
    return classes[i].name;
}

/* The R beside element i of a p( ), or -1. */
static int resistance_beside(const hc_circuit *c, int i)
{
    int node = 0;
    while (c->nodes[node].element != i)
        node++;
    int up = c->nodes[node].parent;
    if (up < 0 || c->nodes[up].kind != HC_NODE_PARALLEL)
        return -1;
    int end = c->nodes[up].par_first + c->nodes[up].par_n;
    for (int e = c->nodes[up].par_first; e < end; e++)
        if (strcmp(c->elements[c->pars[e].element].type->name, "R") == 0)
            return e;
    return -1;
}

/* Capacitance an arc's peak stands for, the usual hint at what it is: for a
 * CPE beside its R it is (Q R)^(1/n) / R. */
static void put_capacitances(sink *k, const hc_circuit *c, const double *p)
{
    for (int i = 0; i < c->n_elements; i++) {
        char name[HC_CIRCUIT_NAME + 8];
        int q = c->elements[i].par_first;
        bool cpe = strcmp(c->elements[i].type->name, "CPE") == 0;
        bool plain = strcmp(c->elements[i].type->name, "C") == 0;
        int r = cpe || plain ? resistance_beside(c, i) : -1;
        if (r < 0 || !(p[r] > 0) || (cpe && !(p[q + 1] > 0)))
            continue;
        const char *role = hc_circuit_role_of(c, i);
        double c_f = plain ? p[q] : pow(p[q] * p[r], 1 / p[q + 1]) / p[r];
        if (cpe) {
            snprintf(name, sizeof name, "%s_C", c->elements[i].name);
            hc_record rec = hc_record_make(&k->at, "fit", name, c_f, "F");
            snprintf(rec.role, sizeof rec.role, "%s", role[0] ? role : "-");
            snprintf(rec.status, sizeof rec.status, "derived");
            hc_records_put(k->w, &rec);
        }
        if (role[0] == '\0') {
            snprintf(name, sizeof name, "%s_usual_role", c->pars[r].name);
            hc_record rec =
                hc_record_word(&k->at, "suggestion", name, usual_role(c_f));
            hc_records_put(k->w, &rec);
        }
    }
}

static void put_other_minima(sink *k, const hc_fit_setup *setup,
                             const hc_fit_outcome *out)
{
    const hc_fit_result *r = &out->result;
    bool sound_shown = !r->best.degenerate;
    for (int i = 0; i < r->n_other && setup->robust == HC_ROBUST_NONE; i++) {
        const hc_fit_minimum *m = &r->other[i];
        char name[64];
        bool equal = m->cost - r->best.cost < 4 * out->report.s2;
        bool sound = !sound_shown && !m->degenerate;
        const char *status = m->degenerate ? "degenerate"
                             : equal       ? "equally-good"
                             : sound       ? "best-sound"
                                           : "distinct";
        sound_shown |= !m->degenerate;
        snprintf(name, sizeof name, "other%d_ssr", i + 1);
        put(k, name, m->cost, "-", status);
        for (int p = 0; p < setup->circuit.n_pars && (equal || sound); p++) {
            const hc_par *par = &setup->circuit.pars[p];
            if (par->optional)
                continue;
            snprintf(name, sizeof name, "other%d_%s", i + 1, par->name);
            put(k, name, m->p[p], par->spec->unit, status);
        }
    }
}

static void put_correlations(sink *k, const hc_fit_setup *setup,
                             const hc_fit_report *r)
{
    for (int i = 0; i < r->n_free; i++)
        for (int j = 0; j < i; j++) {
            double c = r->correlation[i * r->n_free + j];
            char name[80];
            if (!setup->correlations && !(fabs(c) > 0.98))
                continue;
            snprintf(name, sizeof name, "correlation:%.24s:%.24s",
                     setup->circuit.pars[r->index[j]].name,
                     setup->circuit.pars[r->index[i]].name);
            put(k, name, c, "-", "-");
        }
}

void hc_fit_records(hc_writer *w, const hc_fit_setup *setup,
                    const hc_spectrum *s, const hc_fit_outcome *out)
{
    sink k = {w, hc_conditions_of(s)};
    const hc_fit_report *r = &out->report;
    for (int i = 0; i < setup->circuit.n_pars; i++)
        if (!setup->circuit.pars[i].optional)
            put_parameter(&k, setup, i, &r->par[i]);
    put_capacitances(&k, &setup->circuit, out->result.best.p);
    put_range(&k, s);
    put(&k, "ssr", out->result.best.cost,
        setup->weight == HC_WEIGHT_UNIT ? "ohm2" : "-",
        out->result.best.degenerate ? "degenerate" : "ok");
    put(&k, "dof", r->dof, "-", "-");
    put(&k, "aic", r->aic, "-", "-");
    put(&k, "bic", r->bic, "-", "-");
    put(&k, "noise_relative", r->noise_relative, "-", "-");
    put(&k, "max_residual_relative", r->max_residual, "-", "-");
    put(&k, "runs_p", r->runs_p, "-", r->runs_p < 1e-3 ? "trend" : "no-trend");
    put(&k, "condition_number", r->condition, "-",
        r->condition > 300 ? "high" : "ok");
    put(&k, "starts_agreed", out->result.agreed, "-",
        out->chained              ? "chained"
        : out->result.agreed <= 2 ? "few"
                                  : "ok");
    put(&k, "starts", out->result.starts, "-", "-");
    put_correlations(&k, setup, r);
    put_other_minima(&k, setup, out);
}

/* ---- curve ---- */

void hc_fit_curve_begin(hc_writer *w, bool dense)
{
    static const char *const names[] = {"source_index", "spectrum_index",
                                        "electrode",    HC_COL_FREQ,
                                        HC_COL_RE,      HC_COL_IM};
    hc_writer_meta(w, "curve", "fit"); /* hc-plot: a line, not points */
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hc_writer_column(w, names[i]);
    if (dense)
        return;
    hc_writer_column(w, "measured_real_impedance_ohm");
    hc_writer_column(w, "measured_imaginary_impedance_ohm");
    hc_writer_column(w, "fit_real_residual");
    hc_writer_column(w, "fit_imaginary_residual");
}

static void curve_row(hc_writer *w, const hc_spectrum *s, double f_hz,
                      double re, double im)
{
    hc_writer_integer(w, s->source_index);
    hc_writer_integer(w, s->spectrum_index);
    hc_writer_text(w, s->electrode);
    hc_writer_number(w, f_hz);
    hc_writer_digits(w, re, 10);
    hc_writer_digits(w, im, 10);
}

hc_status hc_fit_curve(hc_writer *w, const hc_fit_setup *setup,
                       const hc_spectrum *s, const hc_fit_outcome *out,
                       double dense, hc_err *err)
{
    double top = s->freq_hz[0], decades = log10(top / s->freq_hz[s->n - 1]);
    size_t n = s->n;
    if (dense > 0)
        n = (size_t)ceil(decades * dense) + 1;
    double *f = calloc(3 * (n + 1), sizeof *f), *re = f + n, *im = re + n;
    if (f == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
        f[i] = dense > 0 ? top * pow(10, -decades * (double)i /
                                             fmax((double)(n - 1), 1))
                         : s->freq_hz[i];
    hc_status st = hc_circuit_impedance(&setup->circuit, out->result.best.p, f,
                                        n, re, im, err);
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        curve_row(w, s, f[i], re[i], im[i]);
        if (!(dense > 0)) {
            double complex z = s->z_ohm[i];
            hc_writer_number(w, creal(z));
            hc_writer_number(w, cimag(z));
            hc_writer_digits(w, (creal(z) - re[i]) / cabs(z), 10);
            hc_writer_digits(w, (cimag(z) - im[i]) / cabs(z), 10);
        }
        hc_writer_end_row(w);
    }
    free(f);
    return st;
}
