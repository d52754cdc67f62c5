/* curve.h: functions of the degree of lithiation x: U(x), D(x), i0(x)
 *
 * A curve is a number, a table (monotone cubic through the points) or a named
 * closed form.  Outside its range it goes on smoothly (C1), never clamps: a
 * potential ends in the logarithm that an ideal solution has, so that 2.7 V
 * is reached at some x < 1.
 */
#ifndef HC_CELL_CURVE_H
#define HC_CELL_CURVE_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum {
    HC_CURVE_CONSTANT,
    HC_CURVE_TABLE,
    HC_CURVE_LCO,      /* eleven coefficients, see curve.c */
    HC_CURVE_RATIONAL, /* two polynomials in x */
} hc_curve_kind;

enum { HC_CURVE_COEFFICIENTS = 24 };

typedef struct {
    hc_curve_kind kind;
    size_t n;         /* points of a table */
    double *x;        /* [n] rising */
    double *y;        /* [n] */
    double *slope;    /* [n] dy/dx at the points */
    double *integral; /* [n] of y dx from x[0] */
    double b[HC_CURVE_COEFFICIENTS];
    size_t nb, nb_numerator;
    double x_min, x_max; /* where it was measured or fitted */
    bool log_tail;       /* beyond the ends: a logarithm, else straight */
    bool positive;       /* beyond the ends: constant (D, i0) */
} hc_curve;

void hc_curve_clear(hc_curve *c);
hc_curve hc_curve_constant(double y);

/* Monotone piecewise cubic (Steffen 1990, A&A 239, 443) through n >= 2
 * points; x may rise or fall, and is sorted.  HC_DATA when two x are equal
 * or a value is no number. */
hc_status hc_curve_table(hc_curve *out, const double *x, const double *y,
                         size_t n, bool log_tail, hc_err *err) HC_MUST_USE;

/* A named closed form ("lco", "rational") with its coefficients. */
hc_status hc_curve_form(hc_curve *out, const char *form, const double *b,
                        size_t n, double x_min, double x_max,
                        hc_err *err) HC_MUST_USE;

hc_status hc_curve_copy(hc_curve *out, const hc_curve *from,
                        hc_err *err) HC_MUST_USE;

/* Value at x, and its slope when slope is not NULL. */
double hc_curve_at(const hc_curve *c, double x, double *slope);

/* Integral of the curve from its x_min to x, exact for constants and tables
 * (the Kirchhoff transform of D); NaN for closed forms. */
double hc_curve_integral(const hc_curve *c, double x);

#endif
