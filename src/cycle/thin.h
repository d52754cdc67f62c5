/* thin.h: an even selection of a stream's points in bounded memory
 *
 * Every stride-th point is kept; when the room is full every second one goes
 * and the stride doubles.  So at least half of the room is in use and the
 * points stay evenly spread.
 */
#ifndef HC_CYCLE_THIN_H
#define HC_CYCLE_THIN_H

#include <stddef.h>

enum { HC_THIN_MAX = 128 };

typedef struct {
    double t[HC_THIN_MAX], i[HC_THIN_MAX], v[HC_THIN_MAX];
    size_t n;
    size_t stride; /* 1, 2, 4, ... */
    size_t skip;   /* points to leave out before the next one */
} hc_thin;

void hc_thin_reset(hc_thin *thin);
void hc_thin_make_room(hc_thin *thin);

static inline void hc_thin_add(hc_thin *thin, double t, double i, double v)
{
    if (thin->skip) {
        thin->skip--;
        return;
    }
    if (thin->n == HC_THIN_MAX)
        hc_thin_make_room(thin);
    thin->t[thin->n] = t;
    thin->i[thin->n] = i;
    thin->v[thin->n++] = v;
    thin->skip = thin->stride - 1;
}

/* Median of x[n], which is sorted in place; NaN for n = 0. */
double hc_median_sort(double *x, size_t n);
/* Robust standard deviation: 1.4826 times the median distance from the
 * median; x is destroyed. */
double hc_mad_sd(double *x, size_t n);
/* Median without disturbing x; n at most HC_THIN_MAX. */
double hc_thin_median(const double *x, size_t n);

/* y = a + b t by least squares; returns the standard deviation of the
 * residuals.  b is 0 when all t are equal. */
double hc_thin_line(const double *t, const double *y, size_t n, double *a,
                    double *b);

#endif
