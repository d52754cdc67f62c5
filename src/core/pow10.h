/* pow10.h: the table of powers of ten behind number.c */
#ifndef HC_CORE_POW10_H
#define HC_CORE_POW10_H

#include <stdint.h>

enum { HC_POW10_MIN = -342, HC_POW10_MAX = 324, HC_POW10_EXACT = 55 };

extern const uint64_t hc_pow10[HC_POW10_MAX - HC_POW10_MIN + 1][2];

#endif
