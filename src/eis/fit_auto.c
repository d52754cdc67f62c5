#include "eis/fit_auto.h"

#include "fitters/drt.h"
#include "fitters/kk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPECTRA_MAX = 16, ARCS_MAX = 6, SHOWN = 8 };

hc_status hc_fit_kk_noise(const hc_spectrum *s, double **sd, double *relative,
                          hc_err *err)
{
    hc_kk_data d = {.n = s->n, .freq_hz = s->freq_hz, .z_ohm = s->z_ohm};
    hc_kk_noise noise;
    double *copy = malloc((s->n + 1) * sizeof *copy);
    hc_status st = copy == NULL ? hc_fail_nomem(err)
                                : hc_kk_noise_estimate(&d, &noise, err);
    if (st != HC_OK) {
        free(copy);
        return st;
    }
    memcpy(copy, noise.sd_ohm, s->n * sizeof *copy);
    *relative = noise.relative;
    hc_kk_noise_clear(&noise);
    *sd = copy;
    return HC_OK;
}

/* ---- what the spectra look like ---- */

/* At the ends: Im Z above zero, a tail whose -Im Z still grows. */
static void look_at_ends(const hc_spectrum *s, double noise, hc_fit_choice *l)
{
    const double complex *z = s->z_ohm;
    size_t last = s->n - 1, before = last > 4 ? last - 4 : 0;
    l->inductive |= cimag(z[0]) > 2 * noise * cabs(z[0]);
    l->tail |= -cimag(z[last]) > -cimag(z[before]);
}

/* Peaks of the DRT inside the window, and what stands beside them; -1
 * where there is none. */
static hc_status look_at_drt(const hc_spectrum *s, const double *sd,
                             int *peaks, hc_fit_choice *l, hc_err *err)
{
    hc_drt_data d = {
        .n = s->n, .freq_hz = s->freq_hz, .z_ohm = s->z_ohm, .sd_ohm = sd};
    hc_drt_options o = hc_drt_defaults();
    hc_drt r;
    o.band_level = 0;
    *peaks = -1;
    hc_status st = hc_drt_run(hc_drt_method_find("arcs"), &d, &o, &r, err);
    if (st == HC_NOMEM)
        return st;
    if (st != HC_OK) /* the ends alone then say what they can */
        return HC_OK;
    if (!r.fitted_peaks)
        st = hc_drt_find_peaks(&r, &d, 0.1, err);
    *peaks = 0;
    for (size_t i = 0; i < r.n_peaks && st == HC_OK; i++)
        *peaks += !r.peaks[i].edge && r.peaks[i].r_ohm > 0.02 * r.r_pol;
    double w_high = 2 * M_PI * s->freq_hz[0];
    double w_low = 2 * M_PI * s->freq_hz[s->n - 1];
    l->inductive |=
        r.l_h * w_high > 0.03 * cabs(s->z_ohm[0]) && !(r.l_h < 3 * r.sd_l);
    l->tail |= r.inv_c / w_low > 0.1 * cabs(s->z_ohm[s->n - 1]);
    hc_drt_clear(&r);
    return st == HC_NOMEM ? st : HC_OK;
}

static int by_count(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* What the spectra suggest: inductance, a tail, and how many arcs (the
 * median number of DRT peaks). */
static hc_status look_at(const hc_spectrum *const *s, double *const *sd,
                         const double *noise, size_t n, hc_fit_choice *l,
                         hc_err *err)
{
    int peaks[SPECTRA_MAX], m = 0;
    for (size_t i = 0; i < n; i++) {
        look_at_ends(s[i], noise[i], l);
        hc_status st = sd[i] == NULL
                           ? HC_OK
                           : look_at_drt(s[i], sd[i], &peaks[m], l, err);
        if (st != HC_OK)
            return st;
        m += sd[i] != NULL && peaks[m] >= 0;
    }
    qsort(peaks, (size_t)m, sizeof *peaks, by_count);
    l->peaks = m == 0 ? -1 : peaks[m / 2];
    return HC_OK;
}

static void candidate_text(char *to, size_t cap, bool inductive, int arcs,
                           const char *tail)
{
    size_t n = (size_t)snprintf(to, cap, "%sR0", inductive ? "L0-" : "");
    for (int i = 1; i <= arcs && n < cap; i++)
        n += (size_t)snprintf(to + n, cap - n, "-p(R%d,CPE%d)", i, i);
    if (tail[0] == 'C' && n < cap)
        snprintf(to + n, cap - n, "-CPE%d", arcs + 1);
    else if (tail[0] != '\0' && n < cap)
        snprintf(to + n, cap - n, "-%s1", tail);
}

/* ---- one circuit on all spectra ---- */

static hc_status try_circuit(const hc_fit_setup *like, hc_fit_proposal *p,
                             const hc_spectrum *const *s, const double *noise,
                             size_t n, hc_fit_outcome *out, hc_err *err)
{
    hc_fit_setup setup = *like;
    hc_talk quiet = {0};
    double ln_noise = 0;
    hc_status st = hc_circuit_parse(&setup.circuit, p->text, err);
    setup.ask = (hc_fit_ask){.probes = true, .profile = false};
    /* the winner is fitted again with the effort asked for */
    if (!like->thorough) {
        setup.effort = hc_fit_quick();
        setup.effort.seed = like->effort.seed;
    }
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        quiet.quiet = true;
        st = hc_fit_spectrum(&setup, s[i], NULL, 0, out, &quiet, NULL, err);
        if (st == HC_NO || st == HC_DATA)
            return st;
        if (st != HC_OK)
            break;
        const hc_fit_report *r = &out->report;
        double n2 = 2 * (double)s[i]->n;
        /* what lies below the noise is no merit of a circuit */
        double mean = r->ssr / n2, floor = noise[i] * noise[i];
        if (setup.weight != HC_WEIGHT_MODULUS)
            floor = 0;
        p->bic += n2 * log(fmax(mean, floor)) + r->n_free * log(n2);
        ln_noise += log(r->noise_relative);
        p->trends += r->runs_p < 1e-3;
        bool bad = out->result.best.degenerate;
        for (int k = 0; k < r->n_free; k++)
            bad |= r->par[r->index[k]].state == HC_PAR_NOT_IDENTIFIABLE ||
                   r->par[r->index[k]].state == HC_PAR_NOT_SEPARABLE;
        p->unsound += bad;
        p->fitted++;
    }
    p->mean_noise = exp(ln_noise / (double)n);
    return st;
}

/* Gates before BIC: sound in most spectra, no trend in most. */
static int grade(const hc_fit_proposal *p)
{
    bool sound = 2 * p->unsound <= p->fitted;
    bool clean = 2 * p->trends <= p->fitted;
    return sound && clean ? 0 : sound ? 1 : 2;
}

static int by_merit(const void *a, const void *b)
{
    const hc_fit_proposal *x = a, *y = b;
    if (grade(x) != grade(y))
        return grade(x) - grade(y);
    return (x->bic > y->bic) - (x->bic < y->bic);
}

/* sd[i] is on the heap, NULL where there are too few points for it. */
static hc_status measure_noise(const hc_spectrum *const *s, size_t n,
                               double *noise, double **sd, double *mean,
                               hc_err *err)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        hc_status st = hc_fit_kk_noise(s[i], &sd[i], &noise[i], err);
        if (st == HC_NOMEM)
            return st;
        if (st != HC_OK)
            noise[i] = 0; /* too few points: no floor */
        sum += log(fmax(noise[i], 1e-12));
    }
    *mean = exp(sum / (double)n);
    return HC_OK;
}

/* One tail with more and more arcs, at least as many as the DRT has peaks and
 * until a further one gains nothing. */
static hc_status try_row(const hc_fit_setup *setup, bool inductive,
                         const char *tail, const hc_spectrum *const *s,
                         const double *noise, size_t n, hc_fit_outcome *o,
                         hc_fit_choice *out, hc_err *err)
{
    double best = INFINITY;
    int most = out->peaks < 3 ? 4 : out->peaks + 1;
    most = most > ARCS_MAX ? ARCS_MAX : most;
    for (int arcs = tail[0] == '\0' ? 1 : 0;
         arcs <= most && out->n < HC_AUTO_MAX; arcs++) {
        hc_fit_proposal *p = &out->items[out->n];
        *p = (hc_fit_proposal){.bic = 0};
        candidate_text(p->text, sizeof p->text, inductive, arcs, tail);
        hc_status st = try_circuit(setup, p, s, noise, n, o, err);
        if (st == HC_NO || st == HC_DATA)
            return HC_OK; /* too few points for this one */
        if (st != HC_OK)
            return st;
        out->n++;
        if (p->bic > best && arcs >= out->peaks)
            break;
        best = fmin(best, p->bic);
    }
    return HC_OK;
}

hc_status hc_fit_auto(const hc_fit_setup *setup, const hc_spectrum *const *s,
                      size_t n, hc_fit_choice *out, hc_err *err)
{
    static const char *const tails[] = {"", "CPE", "W", "Wo", "Ws"};
    const hc_spectrum *picked[SPECTRA_MAX];
    double noise[SPECTRA_MAX], *sd[SPECTRA_MAX] = {0};
    size_t m = n < SPECTRA_MAX ? n : SPECTRA_MAX;
    hc_fit_outcome *o = malloc(sizeof *o);
    if (o == NULL)
        return hc_fail_nomem(err);
    *out = (hc_fit_choice){.spectra = m};
    for (size_t i = 0; i < m; i++)
        picked[i] = s[i * n / m];
    hc_status st = measure_noise(picked, m, noise, sd, &out->noise, err);
    if (st == HC_OK)
        st = look_at(picked, sd, noise, m, out, err);
    for (int inductive = 0; inductive <= out->inductive; inductive++)
        for (size_t t = 0; t < 5 && st == HC_OK; t++) {
            bool open_ended = t >= 1 && t <= 3;
            if (out->tail || !open_ended)
                st = try_row(setup, inductive > 0, tails[t], picked, noise, m,
                             o, out, err);
        }
    free(o);
    for (size_t i = 0; i < m; i++)
        free(sd[i]);
    if (st == HC_OK && out->n == 0)
        st = hc_fail(err, HC_NO, "no circuit could be fitted");
    if (st == HC_OK)
        qsort(out->items, out->n, sizeof out->items[0], by_merit);
    return st;
}

void hc_fit_auto_records(hc_writer *w, const hc_fit_choice *c,
                         const hc_conditions *at)
{
    for (size_t i = 0; i < c->n && i < SHOWN; i++) {
        const hc_fit_proposal *p = &c->items[i];
        static const char *const grades[] = {"sound", "trend-left",
                                             "not-identifiable"};
        char name[64];
        snprintf(name, sizeof name, "auto%zu_bic", i + 1);
        hc_record r = hc_record_make(at, "auto", name, p->bic, "-");
        snprintf(r.status, sizeof r.status, "%.63s", p->text);
        hc_records_put(w, &r);
        snprintf(name, sizeof name, "auto%zu_noise_relative", i + 1);
        r = hc_record_make(at, "auto", name, p->mean_noise, "-");
        snprintf(r.status, sizeof r.status, "%s", grades[grade(p)]);
        hc_records_put(w, &r);
    }
    hc_record r =
        hc_record_make(at, "auto", "auto_kk_noise_relative", c->noise, "-");
    hc_records_put(w, &r);
    r = hc_record_make(at, "auto", "auto_drt_peaks",
                       c->peaks < 0 ? (double)NAN : (double)c->peaks, "-");
    hc_records_put(w, &r);
    r = hc_record_word(at, "auto", "auto_inductance",
                       c->inductive ? "yes" : "no");
    hc_records_put(w, &r);
    r = hc_record_word(at, "auto", "auto_tail", c->tail ? "yes" : "no");
    hc_records_put(w, &r);
}
