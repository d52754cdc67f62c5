/* vector.h: SUNDIALS vectors with our own arithmetic
 *
 * The packaged library does its vector loops without optimisation (some 24
 * instructions an element); these replace its serial ones and make IDA two
 * times as fast on small systems.
 */
#ifndef HC_CELL_VECTOR_H
#define HC_CELL_VECTOR_H

#include <sundials/sundials_nvector.h>

/* A serial vector of n; its clones inherit the operations.  NULL without
 * memory. */
N_Vector hc_vector_new(sunindextype n, SUNContext context);

#endif
