/* drt_cases.h: spectra with a known distribution of relaxation times
 *
 * Closed forms of reference/eis.md section 5; the impedance of the shapes
 * without one by Gauss-Legendre quadrature.
 */
#ifndef HC_TESTS_DRT_CASES_H
#define HC_TESTS_DRT_CASES_H

#include "fitters/drt.h"

#include <string.h>

enum { HC_DRT_CASE_POINTS = 81, HC_DRT_CASE_TAUS = 701 };

typedef enum {
    HC_SHAPE_END,
    HC_SHAPE_RC,
    HC_SHAPE_ZARC,
    HC_SHAPE_HN,
    HC_SHAPE_GERISCHER,
    HC_SHAPE_LOGNORMAL,
    HC_SHAPE_BOX,
    HC_SHAPE_TRIANGLE,
    HC_SHAPE_L,
    HC_SHAPE_C
} hc_drt_shape_kind;

/* R, tau and up to two more numbers: (phi), (phi, psi), (sd), box and
 * triangle: R, from, to, top.  L: henry; C: farad. */
typedef struct {
    hc_drt_shape_kind kind;
    double r, tau, a, b;
} hc_drt_shape;

typedef struct {
    const char *name;
    double sd;     /* of Re and Im, ohm */
    double bar;    /* best peer, NaN none */
    double recipe; /* figure of the recipe, NaN none */
    double f_min;  /* 0: 1e-2 Hz */
    hc_drt_shape shape[4];
} hc_drt_case;

extern const hc_drt_case hc_drt_cases[]; /* ends with a NULL name */

double complex hc_drt_case_z(const hc_drt_case *c, double freq_hz);
double hc_drt_case_gamma(const hc_drt_case *c, double tau_s);

/* Spectrum with noise; freq and z of HC_DRT_CASE_POINTS; returns how many. */
size_t hc_drt_case_make(const hc_drt_case *c, int seed, double *freq,
                        double complex *z);

typedef struct {
    double median, worst; /* relative L2 error of gamma over 701 tau */
    double cover;         /* mean part of tau inside the band, where gamma is
                           * above 1 % of its largest value */
    double cpu_ms;        /* mean */
} hc_drt_figures;

/* Error of one result, and the part of tau that its band covers. */
double hc_drt_case_error(const hc_drt_case *c, const hc_drt *r, double *cover);
bool hc_drt_case_run(const hc_drt_case *c, const hc_drt_method *m,
                     const hc_drt_options *opt, int seeds, int first,
                     hc_drt_figures *out);

#endif
