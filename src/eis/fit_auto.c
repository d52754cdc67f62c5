#include "eis/fit_auto.h"

#include "fitters/kk.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARCS_MAX = 6, SHOWN = 8, PROBED = 4 };

/* A part of |Z| below which residuals are no merit of a circuit, whatever the
 * noise: impedance is hardly ever measured better. */
static const double least_noise = 1e-3;

/* What a parameter that means nothing, or a trend in the residuals, costs in
 * units of BIC: it must buy as much as very strong evidence (Kass and Raftery
 * 1995, 10.1080/01621459.1995.10476572). */
static const double meaningless = 10;

/* What is left of a circuit that is far off hangs together wholly, and is
 * evidence all the same: three residuals count for at least one. */
static const double most_lag = 0.5;

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

/* ---- one circuit on all spectra ---- */

typedef struct {
    const hc_fit_setup *setup;
    const hc_spectrum *s[HC_LOOK_MAX];
    double noise[HC_LOOK_MAX], *sd[HC_LOOK_MAX];
    size_t n;
    hc_fit_outcome *out; /* room for one */
} study;

/* Parameters that mean nothing in this fit. */
static size_t count_bad(const hc_fit_outcome *out)
{
    const hc_fit_report *r = &out->report;
    size_t bad = 0;
    for (int k = 0; k < r->n_free; k++) {
        hc_par_state state = r->par[r->index[k]].state;
        bad +=
            state == HC_PAR_NOT_IDENTIFIABLE || state == HC_PAR_NOT_SEPARABLE;
    }
    return bad > 0 ? bad : out->result.best.degenerate;
}

/* The winner is fitted again with the effort asked for. */
static hc_fit_setup cheaper(const hc_fit_setup *like, bool probes)
{
    hc_fit_setup setup = *like;
    setup.ask = (hc_fit_ask){.probes = probes, .profile = false};
    if (!like->thorough) {
        setup.effort = hc_fit_quick();
        setup.effort.seed = like->effort.seed;
    }
    return setup;
}

/* All that is known of a proposal after fitting it to all spectra. */
static hc_status try_circuit(const study *k, bool probes, hc_fit_proposal *p,
                             hc_err *err)
{
    hc_fit_setup setup = cheaper(k->setup, probes);
    hc_talk quiet = {.quiet = true};
    double ln_noise = 0;
    hc_status st = hc_fit_plan_text(&p->plan, p->text, sizeof p->text, err);
    if (st == HC_OK)
        st = hc_circuit_parse(&setup.circuit, p->text, err);
    p->bic = p->price = 0;
    p->unsound = p->trends = p->fitted = p->meaningless = 0;
    for (size_t i = 0; i < k->n && st == HC_OK; i++) {
        st = hc_fit_spectrum(&setup, k->s[i], NULL, 0, k->out, &quiet, NULL,
                             err);
        if (st != HC_OK)
            break;
        const hc_fit_report *r = &k->out->report;
        double n2 = 2 * (double)k->s[i]->n, mean = r->ssr / n2;
        double floor = fmax(k->noise[i], least_noise);
        /* what lies below the noise is no merit of a circuit */
        floor = setup.weight != HC_WEIGHT_MODULUS ? 0 : floor * floor;
        size_t bad = count_bad(k->out);
        p->ln_mean[i] = log(fmax(mean, floor));
        p->lag_one[i] = fmin(fmax(r->lag_one, 0), most_lag);
        p->price += r->n_free * log(n2);
        p->bic += n2 * p->ln_mean[i];
        p->meaningless += bad;
        ln_noise += log(r->noise_relative);
        p->trends += r->runs_p < 1e-3;
        p->unsound += bad > 0;
        p->fitted++;
    }
    p->mean_noise = exp(ln_noise / (double)k->n);
    p->bic += p->price;
    return st;
}

/* 0 sound, 1 a trend is left, 2 a parameter means nothing, in most spectra. */
static int grade(const hc_fit_proposal *p)
{
    bool sound = 2 * p->unsound <= p->fitted;
    bool clean = 2 * p->trends <= p->fitted;
    return sound && clean ? 0 : sound ? 1 : 2;
}

/* BIC with the number of independent residuals that `like` leaves (AR(1):
 * Bartlett 1946), and the price of meaningless parameters. */
static double score(const study *k, const hc_fit_proposal *p,
                    const hc_fit_proposal *like)
{
    double sum = p->price + meaningless * (double)(p->meaningless + p->trends);
    for (size_t i = 0; i < k->n; i++) {
        double r = like->lag_one[i], n2 = 2 * (double)k->s[i]->n;
        sum += n2 * (1 - r) / (1 + r) * p->ln_mean[i];
    }
    return sum;
}

static int by_merit(const void *a, const void *b)
{
    const hc_fit_proposal *x = a, *y = b;
    return (x->score > y->score) - (x->score < y->score);
}

/* By score, best first. */
static void rank(const study *k, hc_fit_choice *out)
{
    const hc_fit_proposal *like = &out->items[0];
    for (size_t i = 1; i < out->n; i++)
        if (out->items[i].bic < like->bic)
            like = &out->items[i];
    const hc_fit_proposal closest = *like;
    for (size_t i = 0; i < out->n; i++)
        out->items[i].score = score(k, &out->items[i], &closest);
    qsort(out->items, out->n, sizeof out->items[0], by_merit);
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

/* Has this plan been tried? */
static bool known(const hc_fit_choice *out, const hc_fit_plan *plan)
{
    for (size_t i = 0; i < out->n; i++) {
        const hc_fit_plan *p = &out->items[i].plan;
        if (p->inductive == plan->inductive && p->series == plan->series &&
            p->arcs == plan->arcs && p->last == plan->last &&
            p->tail == plan->tail)
            return true;
    }
    return false;
}

/* *gone: it could not be fitted, as with too few points. */
static hc_status try_plan(const study *k, const hc_fit_plan *plan,
                          hc_fit_choice *out, bool *gone, hc_err *err)
{
    *gone = true;
    if (out->n == HC_AUTO_MAX || known(out, plan))
        return HC_OK;
    hc_fit_proposal *p = &out->items[out->n];
    *p = (hc_fit_proposal){.plan = *plan};
    hc_status st = try_circuit(k, false, p, err);
    if (st == HC_NO || st == HC_DATA)
        return HC_OK;
    if (st == HC_OK) {
        out->n++;
        *gone = false;
    }
    return st;
}

/* One tail with more and more arcs, from fewer than the DRT has peaks until a
 * further one gains nothing. */
static hc_status try_row(const study *k, hc_fit_tail tail, hc_fit_choice *out,
                         hc_err *err)
{
    const hc_fit_proposal *before = NULL;
    const int peaks = out->sight.peaks;
    /* arcs that overlap may be one peak: two more than there are */
    int most = peaks < 2 ? 4 : peaks + 2;
    int least = tail == HC_TAIL_NONE ? 1 : 0;
    hc_fit_plan plan = {
        .inductive = out->sight.inductive, .series = true, .tail = tail};
    most = most > ARCS_MAX ? ARCS_MAX : most;
    for (int arcs = peaks - 3 > least ? peaks - 3 : least; arcs <= most;
         arcs++) {
        bool gone;
        plan.arcs = arcs;
        hc_status st = try_plan(k, &plan, out, &gone, err);
        if (st != HC_OK || gone)
            return st;
        const hc_fit_proposal *now = &out->items[out->n - 1];
        if (before != NULL && arcs >= peaks - 1 &&
            score(k, now, now) > score(k, before, now))
            break;
        before = now;
    }
    return HC_OK;
}

static hc_status try_all(const study *k, hc_fit_choice *out, hc_err *err)
{
    hc_status st = HC_OK;
    hc_fit_plan more[HC_RELATIVES];
    bool gone;
    for (int t = 0; t < HC_TAIL_N && st == HC_OK; t++) {
        bool open = t != HC_TAIL_NONE && t != HC_TAIL_WS;
        if (out->sight.tail || !open)
            st = try_row(k, (hc_fit_tail)t, out, err);
    }
    /* around the best, and once more around a better one */
    for (int round = 0; round < 2 && st == HC_OK && out->n > 0; round++) {
        rank(k, out);
        const hc_fit_plan best = out->items[0].plan;
        int n = hc_fit_relatives(&best, more);
        for (int i = 0; i < n && st == HC_OK; i++)
            st = try_plan(k, &more[i], out, &gone, err);
    }
    if (out->n == 0)
        return st;
    rank(k, out);
    /* the first ones once more, with open profiles looked for */
    for (size_t i = 0; i < out->n && i < PROBED && st == HC_OK; i++)
        st = try_circuit(k, true, &out->items[i], err);
    rank(k, out);
    return st;
}

hc_status hc_fit_auto(const hc_fit_setup *setup, const hc_spectrum *const *s,
                      size_t n, hc_fit_choice *out, hc_err *err)
{
    study k = {.setup = setup, .n = n < HC_LOOK_MAX ? n : HC_LOOK_MAX};
    k.out = malloc(sizeof *k.out);
    if (k.out == NULL)
        return hc_fail_nomem(err);
    *out = (hc_fit_choice){.spectra = k.n};
    for (size_t i = 0; i < k.n; i++)
        k.s[i] = s[i * n / k.n];
    hc_status st = measure_noise(k.s, k.n, k.noise, k.sd, &out->noise, err);
    if (st == HC_OK)
        st = hc_fit_look(k.s, k.sd, k.noise, k.n, &out->sight, err);
    if (st == HC_OK)
        st = try_all(&k, out, err);
    free(k.out);
    for (size_t i = 0; i < k.n; i++)
        free(k.sd[i]);
    if (st == HC_OK && out->n == 0)
        st = hc_fail(err, HC_NO, "no circuit could be fitted");
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
        snprintf(name, sizeof name, "auto%zu_score", i + 1);
        r = hc_record_make(at, "auto", name, p->score, "-");
        hc_records_put(w, &r);
        snprintf(name, sizeof name, "auto%zu_noise_relative", i + 1);
        r = hc_record_make(at, "auto", name, p->mean_noise, "-");
        snprintf(r.status, sizeof r.status, "%s", grades[grade(p)]);
        hc_records_put(w, &r);
    }
    hc_record r =
        hc_record_make(at, "auto", "auto_kk_noise_relative", c->noise, "-");
    hc_records_put(w, &r);
    r = hc_record_make(
        at, "auto", "auto_drt_peaks",
        c->sight.peaks < 0 ? (double)NAN : (double)c->sight.peaks, "-");
    hc_records_put(w, &r);
    r = hc_record_word(at, "auto", "auto_inductance",
                       c->sight.inductive ? "yes" : "no");
    hc_records_put(w, &r);
    r = hc_record_word(at, "auto", "auto_tail", c->sight.tail ? "yes" : "no");
    hc_records_put(w, &r);
}
