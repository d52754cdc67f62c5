/* fit_auto.h: which circuit for these spectra */
#ifndef HC_EIS_FIT_AUTO_H
#define HC_EIS_FIT_AUTO_H

#include "core/records.h"
#include "eis/fit_propose.h"
#include "eis/fit_run.h"

enum { HC_AUTO_MAX = 64 };

/* One circuit tried on all spectra. */
typedef struct {
    hc_fit_plan plan;
    char text[128];
    double bic;                  /* summed, with the noise floor in it */
    double score;                /* what it is ranked by, see hc_fit_auto */
    double ln_mean[HC_LOOK_MAX]; /* ln of the mean squared residual */
    double lag_one[HC_LOOK_MAX]; /* correlation of neighbouring residuals */
    double price;                /* of its parameters, as in BIC */
    size_t meaningless;          /* parameters, over all spectra */
    double mean_noise;           /* rms relative residual, geometric mean */
    size_t unsound; /* spectra with a parameter that means nothing */
    size_t trends;  /* spectra with a trend left in the residuals */
    size_t fitted;
} hc_fit_proposal;

typedef struct {
    hc_fit_proposal items[HC_AUTO_MAX]; /* best first */
    size_t n, spectra;
    hc_fit_sight sight;
    double noise; /* Kramers-Kronig estimate, geometric mean */
} hc_fit_choice;

/* Fit the circuits that the spectra suggest (inductance, arcs, tail, then
 * relatives of the best: nested diffusion, Gerischer, a porous electrode's
 * line, Havriliak-Negami, without L0 or R0) to all of s[n] (at most 16,
 * evenly picked) and rank them by BIC summed over the spectra, with as many
 * numbers as the residuals of the best fit are independent (n (1-r)/(1+r), r
 * the correlation of neighbours), plus 10 for every parameter that means
 * nothing; one circuit for all, never one per spectrum. HC_NO when none could
 * be fitted. */
hc_status hc_fit_auto(const hc_fit_setup *setup, const hc_spectrum *const *s,
                      size_t n, hc_fit_choice *out, hc_err *err) HC_MUST_USE;

/* Rows auto1_bic, auto1_noise_relative ... of kind records, under `at`. */
void hc_fit_auto_records(hc_writer *w, const hc_fit_choice *c,
                         const hc_conditions *at);

/* Standard deviation of Re and Im by Kramers-Kronig at every point, sd[n]
 * (heap); *relative is that as a part of |Z|. */
hc_status hc_fit_kk_noise(const hc_spectrum *s, double **sd, double *relative,
                          hc_err *err) HC_MUST_USE;

#endif
