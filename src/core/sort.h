/* sort.h: numbers in order */
#ifndef HC_CORE_SORT_H
#define HC_CORE_SORT_H

#include <stddef.h>

/* Put x[n], in which no NaN is, in rising order. */
void hc_sort_rising(double *x, size_t n);

#endif
