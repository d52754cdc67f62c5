/* analyse.h: what the analysers cannot see in other files: a failure is never
 * HC_OK.  tests/analyse includes it before every file. */
#include "core/status.h"

#ifndef HC_ANALYSE_STATUS /* where they are defined */
#define hc_fail(err, status, ...)                                             \
    ((void)hc_fail(err, status, __VA_ARGS__), (status))
#define hc_fail_at(err, status, ...)                                          \
    ((void)hc_fail_at(err, status, __VA_ARGS__), (status))
#define hc_fail_nomem(err) ((void)hc_fail_nomem(err), HC_NOMEM)
#endif
