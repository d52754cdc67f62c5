/* loewner.h: time constants from the Loewner pencil of a spectrum
 *
 * Points s_i = j w_i with Z_i, every other one a row (mu, v), the rest columns
 * (lambda, q), each with its conjugate:
 *
 *     L  = (v - q)/(mu - lambda),  Ls = (mu v - lambda q)/(mu - lambda)
 *
 * A sum of m first-order terms gives a pencil (Ls, L) of rank m (one more with
 * a constant), whose generalised eigenvalues are its poles p; tau = -1/p.
 * A. J. Mayo, A. C. Antoulas, Linear Algebra Appl. 425 (2007) 634,
 * 10.1016/j.laa.2007.03.008; A. Sorrentino, B. Patel, I. V. Gosea,
 * A. C. Antoulas, T. Vidakovic-Koch, J. Power Sources 585 (2023) 233575,
 * 10.1016/j.jpowsour.2023.233575.
 */
#ifndef HC_FITTERS_LOEWNER_H
#define HC_FITTERS_LOEWNER_H

#include "core/status.h"

#include <complex.h>
#include <stddef.h>

/* The pencil along its leading singular vectors. */
typedef struct {
    size_t most;     /* singular values that are not rounding */
    double shift;    /* rad/s */
    double *sigma;   /* [most] falling, of shift L - Ls */
    double *l;       /* most x most, row-major: L along them, over the root of
                      * sigma on either side */
    double *scratch; /* most^2 */
} hc_loewner;

/* n >= 4 frequencies that rise or fall; at most `limit` singular values are
 * kept.  With a shift of ten times the lowest frequency noise that is the same
 * at every point is about the same in every element of shift L - Ls, so that
 * its singular values part the signal from it. */
hc_status hc_loewner_make(hc_loewner *p, size_t n, const double *freq_hz,
                          const double complex *z_ohm, double shift,
                          size_t limit, hc_err *err) HC_MUST_USE;
void hc_loewner_clear(hc_loewner *p);

/* The k <= p->most time constants of the pencil of order k, in no order:
 * complex, or below zero, where no resistors and capacitors give them.
 * HC_INTERNAL when the eigenvalues do not converge. */
hc_status hc_loewner_times(hc_loewner *p, size_t k, double complex *tau_s,
                           hc_err *err) HC_MUST_USE;

#endif
