/* codes.h: a column of numbers beside currents without sign ("0 rest, 1
 * charge, 2 discharge"): the voltage tells which of them is the discharge
 */
#ifndef HC_FORMATS_CODES_H
#define HC_FORMATS_CODES_H

#include <stdbool.h>

enum { HC_CODES = 12, HC_CODE_PLUS = 10, HC_CODE_MINUS = 11 }; /* 0 to 9 */

/* The runs of rows with one code and a current; begins as {0}. */
typedef struct {
    /* of the voltage over a run; a short run counts 1, others 2 */
    unsigned rises[HC_CODES], falls[HC_CODES];
    bool seen[HC_CODES];
    int code;      /* of the present run */
    unsigned rows; /* of it, 0: none */
    double first, last;
} hc_codes;

/* A row; `flows` when its current is no rest. */
void hc_codes_add(hc_codes *c, double code, bool flows, double volt);

/* The code under which the voltage falls in every run, where it rises in
 * every run of the others, or a minus beside a plus of which the voltage does
 * not say the opposite; NULL: there is none, or several.  *why says which. */
const char *hc_codes_discharge(const hc_codes *c, const char **why);

/* Were there two codes or more while a current flowed? */
bool hc_codes_differ(const hc_codes *c);

#endif
