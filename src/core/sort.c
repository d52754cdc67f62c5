#include "core/sort.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void hc_sort_rising(double *x, size_t n)
{
    if (n > 1)
        qsort(x, n, sizeof *x, by_value);
}
