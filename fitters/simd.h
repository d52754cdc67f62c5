/* simd.h: four doubles at once, for the loops that fits spend their time in
 *
 * The compilers' vector types: one AVX2 register, or two of SSE2 or NEON.
 * The arithmetic is the same in either case (no contraction to multiply-add),
 * so the results are too, to the last bit.  Array lengths are multiples of 4.
 *
 * HC_SIMD before a function makes a second copy of it for processors with
 * AVX2, chosen when the program starts.
 */
#ifndef HC_FITTERS_SIMD_H
#define HC_FITTERS_SIMD_H

#include <math.h> /* and with it __GLIBC__ */
#include <stddef.h>

/* Sanitizers do not see the start-up choice; other C libraries lack it; clang
 * 14 names the choice so that other files do not find it. */
#if defined __x86_64__ && defined __GLIBC__ && !defined __clang__ &&          \
    !defined __SANITIZE_ADDRESS__ && !defined HC_SANITIZED
#define HC_SIMD __attribute__((target_clones("avx2", "default")))
#else
#define HC_SIMD
#endif
/* Parts of such a function: only inlined do they get its instructions. */
#define HC_SIMD_PART static inline __attribute__((always_inline))

typedef double hc_v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef long long hc_i4
    __attribute__((vector_size(32), aligned(8), may_alias));

/* Vectors never travel in or out of a function: how they would depends on
 * the processor. */
#define HC_V4(p) (*(hc_v4 *)(void *)(p))

HC_SIMD_PART double hc_v4_sum(const hc_v4 *v)
{
    return ((*v)[0] + (*v)[1]) + ((*v)[2] + (*v)[3]);
}

/* *v = exp(*v), |error| < 2 ulp for |x| < 700 and clamped there: x = k ln 2 +
 * r, the Taylor series of r, the exponent set by k (Cody and Waite 1980). */
HC_SIMD_PART void hc_v4_exp(hc_v4 *v)
{
    const double shift = 6755399441055744.0; /* 1.5 * 2^52 */
    const hc_v4 magic = {shift, shift, shift, shift};
    const hc_v4 big = {700, 700, 700, 700}, low = {-700, -700, -700, -700};
    hc_v4 x = *v;
    hc_i4 over = x > big, under = x < low;
    x = (hc_v4)(((hc_i4)x & ~over & ~under) | ((hc_i4)big & over) |
                ((hc_i4)low & under));
    hc_v4 shifted = x * 1.4426950408889634 + magic;
    hc_v4 k = shifted - magic;
    hc_v4 r =
        (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10;
    /* r^2/2! ... r^13/13! by Estrin's scheme: short chains */
    hc_v4 r2 = r * r, r4 = r2 * r2;
    hc_v4 a = r * (1.0 / 6) + 0.5;
    hc_v4 b = r * (1.0 / 120) + 1.0 / 24;
    hc_v4 c = r * (1.0 / 5040) + 1.0 / 720;
    hc_v4 d = r * (1.0 / 362880) + 1.0 / 40320;
    hc_v4 e = r * (1.0 / 39916800) + 1.0 / 3628800;
    hc_v4 f = r * (1.0 / 6227020800.0) + 1.0 / 479001600;
    hc_v4 p = (a + b * r2) + r4 * ((c + d * r2) + r4 * (e + f * r2));
    p = (p * r2 + r) + 1.0;
    hc_i4 scale = (((hc_i4)shifted - (hc_i4)magic) + 1023) << 52;
    *v = p * (hc_v4)scale;
}

#endif
