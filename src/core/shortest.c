/* shortest.c: Schubfach, the long way, see shortest.h */
#include "core/shortest.h"

/* high word of g * cp with the bits below folded into the last one */
static uint64_t round_to_odd(uint64_t g1, uint64_t g0, uint64_t cp)
{
    uint64_t x1 = (uint64_t)(((hc_u128)g0 * cp) >> 64);
    hc_u128 y = (hc_u128)g1 * cp + x1;
    return (uint64_t)(y >> 64) | ((uint64_t)y > 1);
}

/* x = *digits * 10^return; zeros at the end may remain. */
static int schubfach(double x, uint64_t *digits)
{
    uint64_t bits, c;
    memcpy(&bits, &x, sizeof bits);
    uint64_t fraction = bits & ((1ULL << 52) - 1);
    int be = (int)(bits >> 52 & 0x7ff), q = (be == 0 ? 1 : be) - 1075;

    c = be == 0 ? fraction : fraction | 1ULL << 52;
    if (q <= 0 && q > -53 && (c & ((1ULL << -q) - 1)) == 0) {
        *digits = c >> -q; /* a whole number */
        return 0;
    }
    bool open = (c & 1) != 0, closer = fraction == 0 && be > 1;
    int k = (q * 1262611 - (closer ? 524031 : 0)) >> 22;
    int h = q + hc_log2_pow10(-k) + 1;
    uint64_t g1 = hc_pow10[-k - HC_POW10_MIN][0];
    uint64_t g0 = hc_pow10[-k - HC_POW10_MIN][1];
    if (-k < 0 || -k > HC_POW10_EXACT) {
        g0++; /* rounded up is what the method wants */
        g1 += g0 == 0;
    }
    uint64_t lower = round_to_odd(g1, g0, (4 * c - 2 + closer) << h) + open;
    uint64_t value = round_to_odd(g1, g0, (4 * c) << h);
    uint64_t upper = round_to_odd(g1, g0, (4 * c + 2) << h) - open;
    uint64_t s = value / 4;
    if (s >= 10) {
        uint64_t sp = s / 10;
        bool down = lower <= 40 * sp, up = 40 * sp + 40 <= upper;
        if (down != up) {
            *digits = sp + up;
            return k + 1;
        }
    }
    bool down = lower <= 4 * s, up = 4 * s + 4 <= upper;
    if (down == up)
        up = value > 4 * s + 2 || (value == 4 * s + 2 && (s & 1) != 0);
    *digits = s + up;
    return k;
}

hc_digits hc_shortest_any(double x)
{
    uint64_t d;
    int exp10 = schubfach(x, &d);
    return hc_digits_of(d, exp10);
}
