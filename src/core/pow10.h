/* pow10.h: the powers of ten behind number.c and number_print.c */
#ifndef HC_CORE_POW10_H
#define HC_CORE_POW10_H

#include <stdint.h>

enum { HC_POW10_MIN = -342, HC_POW10_MAX = 324, HC_POW10_EXACT = 55 };
enum { HC_WHOLE_TENS = 20 };

extern const uint64_t hc_pow10[HC_POW10_MAX - HC_POW10_MIN + 1][2];

/* 10^k up to the largest in 64 bits */
extern const uint64_t hc_whole_tens[HC_WHOLE_TENS];

/* floor(log2(10^e)) for |e| < 1233 */
static inline int hc_log2_pow10(int e)
{
    return e * 1741647 >> 19;
}

#endif
