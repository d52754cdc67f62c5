/* shortest.h: as few digits as read back equal (inside core)
 *
 * R. Giulietti, "The Schubfach way to render doubles" (2020); that one
 * product is enough to decide, J. Jeon, "Dragonbox: a new floating-point
 * binary-to-decimal conversion algorithm" (2020).
 */
#ifndef HC_CORE_SHORTEST_H
#define HC_CORE_SHORTEST_H

#include "core/digits.h"
#include "core/pow10.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef unsigned __int128 hc_u128;

/* The shortest digits of any finite x > 0 that read back equal, the nearest of
 * those. */
hc_digits hc_shortest_any(double x);

/* The same where x is a usual one, and the digits are known by a margin;
 * false: they are hc_shortest_any's.
 *
 * With 10^(k - 1) <= 2^q < 10^k, x = c 2^q is v 10^k and its neighbours are
 * 2^q 10^-k from v, in [0.1, 1).  So at most one whole number lies within half
 * of that of v; where one does, it (times 10^k) is the shortest, what is
 * shorter still being it with zeros at the end.  Else one digit more is
 * enough, the nearest (Schubfach's results 1 to 3).  With g, 10^-k to 128 bits
 * rounded down, v is too small by less than 2 in units of 2^-64, ten times v
 * by less than 20, and half the distance to a neighbour by less than 2: nearer
 * than 8 and 32 to where a decision turns nothing is decided, and nothing
 * where the neighbour below is nearer (powers of two) or x is subnormal. */
static inline bool hc_shortest_quick(double x, hc_digits *t)
{
    const uint64_t turn = UINT64_C(1) << 63;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    int be = (int)(bits >> 52), q = be - 1075;
    int k = (q * 1262611 >> 22) + 1;
    int h = q + hc_log2_pow10(-k) + 1; /* -3 to 0 */
    if ((unsigned)be - 1 >= 0x7fe || fraction == 0)
        return false;
    const uint64_t *g = hc_pow10[-k - HC_POW10_MIN];
    uint64_t c = (fraction | UINT64_C(1) << 52) << (h + 3);
    hc_u128 v = (hc_u128)g[0] * c + (uint64_t)((hc_u128)g[1] * c >> 64);
    uint64_t whole = (uint64_t)(v >> 67), rest = (uint64_t)(v >> 3);
    uint64_t above = 0 - (rest >> 63), half = g[0] >> (1 - h);
    uint64_t distance = rest ^ above; /* from the nearest whole number */
    hc_u128 ten = (hc_u128)rest * 10;
    uint64_t low = (uint64_t)ten;
    bool cut = distance < half, less;
    if (distance - half + 8 < 16 || low - turn + 32 < 64)
        return false;
    whole += above & cut;
    t->last = ((unsigned)(ten >> 64) + (low > turn)) & (cut - 1U);
    less = whole < HC_TEN_16 / 10; /* one digit more goes there */
    t->sixteen = less ? whole * 10 + t->last : whole;
    t->last = less ? 0 : t->last;
    t->point = k + HC_SIXTEEN - less;
    return true;
}

#endif
