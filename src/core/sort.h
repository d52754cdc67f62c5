/* sort.h: numbers in order, and where one stands among them */
#ifndef HC_CORE_SORT_H
#define HC_CORE_SORT_H

#include <stddef.h>

/* Put x[n], in which no NaN is, in rising order. */
void hc_sort_rising(double *x, size_t n);

/* The i < n - 1 with x[i] <= at < x[i + 1] in rising x[n], n >= 2; the first
 * or the last one where `at` lies outside.  In the header, since curves are
 * looked up within the equations of the cell. */
static inline size_t hc_bracket(const double *x, size_t n, double at)
{
    size_t low = 0, high = n - 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (x[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

#endif
