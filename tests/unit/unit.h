/* unit.h: what every unit test includes before anything else of its own */
#ifndef HC_TESTS_UNIT_H
#define HC_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first */
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* |got - want| <= rel |want| + abs, with both numbers in the message. */
static inline void near_(double got, double want, double rel, double abs_,
                         const char *what, const char *file, int line)
{
    if (fabs(got - want) <= rel * fabs(want) + abs_)
        return;
    print_error("%s = %.17g, wanted %.17g within %g relative, %g absolute\n",
                what, got, want, rel, abs_);
    _fail(file, line);
}

#define assert_near(got, want, rel)                                           \
    near_(got, want, rel, 0, #got, __FILE__, __LINE__)
#define assert_near_abs(got, want, rel, abs_)                                 \
    near_(got, want, rel, abs_, #got, __FILE__, __LINE__)

/* Fails with the sentence of err when st is not HC_OK. */
#define assert_ok(call, err)                                                  \
    do {                                                                      \
        if ((call) != HC_OK) {                                                \
            print_error("%s: %s:%ld: %s\n", #call, (err).file, (err).line,    \
                        (err).text);                                          \
            _fail(__FILE__, __LINE__);                                        \
        }                                                                     \
    } while (0)

/* Under sanitizers: a study then runs each of its lines, with fewer seeds. */
static inline bool unit_sanitized(void)
{
    return getenv("HC_SANITIZED") != NULL;
}

/* A seeded generator, so that tests do not depend on the C library's. */
static inline uint64_t unit_random(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

#endif
