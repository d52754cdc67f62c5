/* thin.c: an even selection of a stream's points (see thin.h) */
#include "cycle/thin.h"

#include "core/sort.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void hc_thin_reset(hc_thin *thin)
{
    thin->n = 0;
    thin->stride = 1;
    thin->skip = 0;
}

void hc_thin_make_room(hc_thin *thin)
{
    size_t n = 0;

    for (size_t k = 0; k < thin->n; k += 2, n++) {
        thin->t[n] = thin->t[k];
        thin->i[n] = thin->i[k];
        thin->v[n] = thin->v[k];
    }
    thin->n = n;
    thin->stride *= 2;
}

double hc_median_sort(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    hc_sort_rising(x, n);
    return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}

double hc_mad_sd(double *x, size_t n)
{
    double m = hc_median_sort(x, n);

    for (size_t k = 0; k < n; k++)
        x[k] = fabs(x[k] - m);
    return 1.4826 * hc_median_sort(x, n);
}

double hc_thin_median(const double *x, size_t n)
{
    double copy[HC_THIN_MAX];

    if (n > HC_THIN_MAX)
        n = HC_THIN_MAX;
    memcpy(copy, x, n * sizeof *x);
    return hc_median_sort(copy, n);
}

double hc_thin_line(const double *t, const double *y, size_t n, double *a,
                    double *b)
{
    double tm = 0, ym = 0, stt = 0, sty = 0, ss = 0;

    for (size_t k = 0; k < n; k++) {
        tm += t[k] / (double)n;
        ym += y[k] / (double)n;
    }
    for (size_t k = 0; k < n; k++) {
        stt += (t[k] - tm) * (t[k] - tm);
        sty += (t[k] - tm) * (y[k] - ym);
    }
    *b = stt > 0 ? sty / stt : 0;
    *a = ym - *b * tm;
    for (size_t k = 0; k < n; k++) {
        double r = y[k] - *a - *b * t[k];

        ss += r * r;
    }
    return n > 2 ? sqrt(ss / (double)(n - 2)) : 0;
}
