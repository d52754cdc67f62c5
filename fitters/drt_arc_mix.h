/* drt_arc_mix.h: the mixture of candidates of the method arcs (internal) */
#ifndef HC_FITTERS_DRT_ARC_MIX_H
#define HC_FITTERS_DRT_ARC_MIX_H

#include "fitters/drt_arcs.h"
#include "fitters/drt_scales.h"

/* Sums of arcs in the mean. */
enum { HC_ARC_MIXED = 5 };

typedef struct {
    const hc_lgp *g;
    hc_arc_fitter fit;
    hc_arc_model *kept; /* best first */
    size_t n;
    hc_arc_model simple[2]; /* the best of one arc, of two; n 0: none */
    double weight[HC_ARC_MIXED], weight_np, weight_rest;
    double h0; /* least blur of what is drawn, of ln tau */
    /* ln gamma without arcs; has_np says whether it was worth while */
    hc_lgp_mix np;
    bool has_np;
    /* the best remainder: the arcs it belongs to, g on the grid, its
     * posterior sd, what it makes of the data */
    hc_arc_model rest_arcs;
    double *rest, *rest_sd, rest_e, rest_size, rest_area; /* ohm more */
    hc_drt_base rest_base;
    double complex *rest_z;
    bool has_rest;
} hc_arc_mix;

/* Index of the first parameter of arc a in the order of hc_arc_model.cov. */
size_t hc_arc_first(const hc_arc_model *m, size_t a);

/* The blur that with an arc's own width makes `width`, in ln tau. */
double hc_arc_blur_to(const hc_arc *a, double width);

/* How much arc a is blurred in what is drawn: with its own width it is then as
 * wide as its place is known, and as the data resolve. */
double hc_arc_blur(const hc_arc_mix *x, const hc_arc_model *m, size_t a);

/* gamma of all arcs at ln tau = u, blurred by `part` of that. */
double hc_arc_sum(const hc_arc_mix *x, const hc_arc_model *m, double u,
                  double part);

/* ln gamma of a sum of arcs on the grid of g, [m]: blurred to what that
 * resolves, at least 1e-6 of its largest value. */
void hc_arc_ln_gamma(const hc_arc_mix *x, const hc_arc_model *m, double *f);

/* The arcs of m (polished with cov) times exp(g), their parameters free: sets
 * has_rest and what goes with it when it is the best so far and may come
 * below `limit`. */
hc_status hc_arc_try_remainder(hc_arc_mix *x, const hc_arc_model *m,
                               double limit, hc_err *err) HC_MUST_USE;

/* The weighted mean as a result. */
hc_status hc_arc_mix_result(hc_arc_mix *x, const hc_drt_options *opt,
                            hc_drt *out, hc_err *err) HC_MUST_USE;

#endif
