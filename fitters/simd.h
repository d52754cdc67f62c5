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
    !defined __SANITIZE_ADDRESS__
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

/* yes where the mask is set, no elsewhere. */
HC_SIMD_PART void hc_v4_choose(const hc_i4 *mask, const hc_v4 *yes,
                               const hc_v4 *no, hc_v4 *out)
{
    *out = (hc_v4)(((hc_i4)*yes & *mask) | ((hc_i4)*no & ~*mask));
}

/* *v = ln(*v) for normal numbers above zero, |error| < 2e-16 + 2 ulp: the
 * exponent apart, the rest by the series of 2 artanh((f - 1)/(f + 1)), f in
 * [sqrt(1/2), sqrt(2)). */
HC_SIMD_PART void hc_v4_log(hc_v4 *v)
{
    const hc_i4 bits = (hc_i4)*v;
    const hc_i4 up = bits + 0x00095f619980c433; /* 2^52 (2 - sqrt 2) */
    const hc_i4 e = (up >> 52) - 1023;
    const hc_v4 f = (hc_v4)(bits - (e << 52));
    /* small integers to doubles without a conversion AVX2 lacks */
    const double shift = 6755399441055744.0; /* 1.5 * 2^52 */
    const hc_v4 magic = {shift, shift, shift, shift};
    const hc_v4 k = (hc_v4)((hc_i4)magic + e) - magic;
    const hc_v4 s = (f - 1) / (f + 1), t = s * s, t2 = t * t, t4 = t2 * t2;
    const hc_v4 a = t * (1.0 / 5) + 1.0 / 3, b = t * (1.0 / 9) + 1.0 / 7;
    const hc_v4 c = t * (1.0 / 13) + 1.0 / 11, d = t * (1.0 / 17) + 1.0 / 15;
    const hc_v4 g = t * (1.0 / 21) + 1.0 / 19;
    const hc_v4 p = (a + b * t2) + t4 * ((c + d * t2) + t4 * g);
    *v = k * 6.93147180369123816490e-01 +
         (2 * s + (2 * s * t * p + k * 1.90821492927058770002e-10));
}

/* *v = atan(*v) for *v >= 0: reduced to [-tan pi/8, tan pi/8], there the
 * rational function of S. L. Moshier's Cephes library (atan.c, 1995). */
HC_SIMD_PART void hc_v4_atan(hc_v4 *v)
{
    const hc_v4 x = *v, one = {1, 1, 1, 1}, zero = {0, 0, 0, 0};
    const hc_v4 half = one * M_PI_2, quarter = one * M_PI_4;
    const hc_i4 big = x > 2.414213562373095, mid = x > 0.4142135623730950;
    hc_v4 up = x - 1, low = x + 1, base = quarter;
    const hc_v4 minus = -one;
    hc_v4_choose(&mid, &up, &x, &up);
    hc_v4_choose(&mid, &low, &one, &low);
    hc_v4_choose(&mid, &base, &zero, &base);
    hc_v4_choose(&big, &minus, &up, &up);
    hc_v4_choose(&big, &x, &low, &low);
    hc_v4_choose(&big, &half, &base, &base);
    const hc_v4 y = up / low, z = y * y;
    const hc_v4 p =
        (((z * -8.750608600031904122785e-01 - 1.615753718733365076637e1) * z -
          7.500855792314704667340e1) *
             z -
         1.228866684490136173410e2) *
            z -
        6.485021904942025371773e1;
    const hc_v4 q =
        ((((z + 2.485846490142306297962e1) * z + 1.650270098316988542046e2) *
              z +
          4.328810604912902668951e2) *
             z +
         4.853903996359136964868e2) *
            z +
        1.945506571482613964425e2;
    *v = base + (y * (z * p / q) + y);
}

/* Sine and cosine for |x| < 1e5, |error| < 3e-16: multiples of pi/2 off
 * (Cody and Waite 1980), Taylor series in [-pi/4, pi/4]. */
HC_SIMD_PART void hc_v4_sincos(const hc_v4 *x, hc_v4 *sine, hc_v4 *cosine)
{
    const double shift = 6755399441055744.0;
    const hc_v4 magic = {shift, shift, shift, shift};
    const hc_v4 shifted = *x * M_2_PI + magic, k = shifted - magic;
    const hc_i4 n = (hc_i4)shifted - (hc_i4)magic;
    const hc_v4 r =
        ((*x - k * 1.57079625129699707031) - k * 7.54978941586159635335e-08) -
        k * 5.39030285815811843e-15;
    const hc_v4 z = r * r, z2 = z * z, z4 = z2 * z2;
    const hc_v4 s0 = z * (1.0 / 120) - 1.0 / 6;
    const hc_v4 s1 = z * (1.0 / 362880) - 1.0 / 5040;
    const hc_v4 s2 = z * (1.0 / 6227020800.0) - 1.0 / 39916800;
    const hc_v4 s3 = z * 0 - 1.0 / 1307674368000.0;
    const hc_v4 c0 = z * (1.0 / 24) - 0.5;
    const hc_v4 c1 = z * (1.0 / 40320) - 1.0 / 720;
    const hc_v4 c2 = z * (1.0 / 479001600) - 1.0 / 3628800;
    const hc_v4 c3 = z * (1.0 / 20922789888000.0) - 1.0 / 87178291200.0;
    const hc_v4 sr = r + r * z * ((s0 + s1 * z2) + z4 * (s2 + s3 * z2));
    const hc_v4 cr = 1 + z * ((c0 + c1 * z2) + z4 * (c2 + c3 * z2));
    const hc_i4 odd = -(n & 1);
    hc_v4_choose(&odd, &cr, &sr, sine);
    hc_v4_choose(&odd, &sr, &cr, cosine);
    *sine = (hc_v4)((hc_i4)*sine ^ ((n & 2) << 62));
    *cosine = (hc_v4)((hc_i4)*cosine ^ (((n + 1) & 2) << 62));
}

#endif
