/* random.h: repeatable random numbers, the same on every machine */
#ifndef HC_FITTERS_RANDOM_H
#define HC_FITTERS_RANDOM_H

#include <stdint.h>

/* xoshiro256++ seeded by splitmix64 (Blackman and Vigna 2021,
 * 10.1145/3460772). */
typedef struct {
    uint64_t s[4];
} hc_random;

void hc_random_seed(hc_random *r, uint64_t seed);
double hc_random_uniform(hc_random *r); /* [0, 1) */
double hc_random_normal(hc_random *r);
/* Two of them, independent, for the price of one. */
void hc_random_normals(hc_random *r, double pair[2]);  /* mean 0, variance 1 */
/* Whole number in [0, n). */
int hc_random_below(hc_random *r, int n);

/* Point `index` >= 1 of Halton's sequence in dimension `dim` < 20, in (0, 1)
 * (Halton 1960, 10.1007/BF01386213). */
double hc_halton(int index, int dim);

#endif
