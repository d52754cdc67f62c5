/* simd.h: pairs of doubles, for the loops that fits spend their time in
 *
 * The compilers' vector types; SSE2 on x86-64, NEON on ARM.  Arrays start at
 * a multiple of 16 bytes and have an even length.
 */
#ifndef HC_FITTERS_SIMD_H
#define HC_FITTERS_SIMD_H

#include <stddef.h>

typedef double hc_v2 __attribute__((vector_size(16), may_alias));
typedef long long hc_i2 __attribute__((vector_size(16), may_alias));

static inline hc_v2 hc_v2_load(const double *p)
{
    return *(const hc_v2 *)(const void *)p;
}

static inline void hc_v2_store(double *p, hc_v2 v)
{
    *(hc_v2 *)(void *)p = v;
}

static inline hc_v2 hc_v2_of(double a)
{
    return (hc_v2){a, a};
}

/* exp of both, |error| < 2 ulp for |x| < 700 and clamped there: x = k ln 2 +
 * r, the Taylor series of r, the exponent set by k (Cody and Waite 1980). */
static inline hc_v2 hc_v2_exp(hc_v2 x)
{
    const hc_v2 magic = hc_v2_of(6755399441055744.0); /* 1.5 * 2^52 */
    const hc_v2 big = hc_v2_of(700), low = hc_v2_of(-700);
    hc_i2 over = x > big, under = x < low;
    x = (hc_v2)(((hc_i2)x & ~over & ~under) | ((hc_i2)big & over) |
                ((hc_i2)low & under));
    hc_v2 shifted = x * 1.4426950408889634 + magic;
    hc_v2 k = shifted - magic;
    hc_v2 r =
        (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    /* r^2/2! ... r^13/13! by Estrin's scheme: short chains */
    hc_v2 r2 = r * r, r4 = r2 * r2;
    hc_v2 a = r * (1.0 / 6) + 0.5;
    hc_v2 b = r * (1.0 / 120) + 1.0 / 24;
    hc_v2 c = r * (1.0 / 5040) + 1.0 / 720;
    hc_v2 d = r * (1.0 / 362880) + 1.0 / 40320;
    hc_v2 e = r * (1.0 / 39916800) + 1.0 / 3628800;
    hc_v2 f = r * (1.0 / 6227020800.0) + 1.0 / 479001600;
    hc_v2 p = (a + b * r2) + r4 * ((c + d * r2) + r4 * (e + f * r2));
    p = (p * r2 + r) + 1.0;
    hc_i2 scale = (((hc_i2)shifted - (hc_i2)magic) + 1023) << 52;
    return p * (hc_v2)scale;
}

#endif
