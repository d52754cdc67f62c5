#include "formats/codes.h"

#include <math.h>
#include <stddef.h>

/* A run shows its direction when it moves the voltage of a cell with two
 * different electrodes by so much; one of few rows needs a second. */
#define RUN_V   0.02
#define LEAST_V 0.5

enum { RUN_ROWS = 3, SHORT_ROWS = 2, SURE = 2 };

static void end_run(hc_codes *c)
{
    double by = c->last - c->first;
    unsigned weight = c->rows >= RUN_ROWS ? SURE : 1;
    if (c->rows >= SHORT_ROWS && fabs(by) >= RUN_V &&
        (fabs(c->first) >= LEAST_V || fabs(c->last) >= LEAST_V)) {
        c->rises[c->code] += by > 0 ? weight : 0;
        c->falls[c->code] += by < 0 ? weight : 0;
    }
    c->rows = 0;
}

void hc_codes_add(hc_codes *c, double code, bool flows, double volt)
{
    bool known = code >= 0 && code < HC_CODES && code == floor(code);
    if (known && flows)
        c->seen[(int)code] = true;
    if (!known || !flows || isnan(volt) || (int)code != c->code)
        end_run(c);
    if (!known || !flows || isnan(volt))
        return;
    c->code = (int)code;
    if (c->rows++ == 0)
        c->first = volt;
    c->last = volt;
}

/* By the voltage alone. */
static const char *by_voltage(const hc_codes *c)
{
    static const char *const words[HC_CODES] = {"0", "1", "2", "3", "4", "5",
                                                "6", "7", "8", "9", "+", "-"};
    const char *out = NULL;
    unsigned charges = 0;
    for (int k = 0; k < HC_CODES; k++) {
        if (c->rises[k] > 0 && c->falls[k] > 0)
            return NULL;
        if (c->falls[k] > 0 && out != NULL)
            return NULL;
        if (c->falls[k] > 0 && c->falls[k] < SURE)
            return NULL;
        if (c->falls[k] > 0)
            out = words[k];
        charges += c->rises[k];
    }
    return charges >= SURE ? out : NULL;
}

const char *hc_codes_discharge(const hc_codes *now, const char **why)
{
    hc_codes c = *now;
    end_run(&c);
    const char *out = by_voltage(&c);
    *why = "the voltage falls there and rises elsewhere";
    if (out == NULL && c.seen[HC_CODE_PLUS] && c.seen[HC_CODE_MINUS] &&
        c.rises[HC_CODE_MINUS] == 0 && c.falls[HC_CODE_PLUS] == 0) {
        *why = "a minus is a discharge where others have a plus";
        return "-";
    }
    return out;
}

bool hc_codes_differ(const hc_codes *c)
{
    int n = 0;
    for (int k = 0; k < HC_CODES; k++)
        n += c->seen[k];
    return n >= 2;
}
