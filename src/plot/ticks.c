#include "plot/ticks.h"

#include "core/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\xE2\x88\x92" /* U+2212 */

static hc_tick *add(hc_ticks *t, double at, bool major)
{
    if (t->n == HC_TICKS_MAX)
        return NULL;
    hc_tick *k = &t->tick[t->n++];
    k->at = at;
    k->major = major;
    k->label[0] = '\0';
    return k;
}

/* The step of 1, 2, 2.5, 5 times a power of ten near span/wanted;
 * *decimals are the digits after the point that its multiples need. */
static double nice_step(double span, double wanted, int *decimals)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double raw = span / (wanted > 1 ? wanted : 1);
    if (!(raw > 1e-290) || raw > 1e290) /* an axis without length */
        raw = 1;
    int e = (int)floor(log10(raw));
    double p = pow(10, e);
    size_t i = 0;
    while (i + 1 < sizeof steps / sizeof *steps &&
           (steps[i] * p < raw * 0.78 || (i == 2 && e < 1)))
        i++; /* 2.5 would need one more decimal, 25 does not */
    int d = i == 2 ? 1 - e : i == 4 ? -e - 1 : -e;
    *decimals = d > 0 ? d : 0;
    return steps[i] * p;
}

static void put_label(hc_tick *k, double x, int decimals)
{
    /* whole units of the last decimal, so that no -0.0 and no 0.30000004 */
    double scale = pow(10, decimals), w = round(fabs(x) * scale);
    char digits[40];
    if (w >= 1e15 || decimals > 12) {
        int e = (int)floor(log10(fabs(x)) + 1e-9);
        char buf[HC_NUMBER_SIZE];
        hc_number_print_digits(x / pow(10, e), 4, buf);
        snprintf(k->label, sizeof k->label,
                 "%.8s\xC2\xB7"
                 "10^{%s%d}",
                 buf, e < 0 ? MINUS : "", abs(e));
        return;
    }
    int len =
        snprintf(digits, sizeof digits, "%0*lld", decimals + 1, (long long)w);
    snprintf(k->label, sizeof k->label, "%s%.*s%s%s",
             x < 0 && w > 0 ? MINUS : "", len - decimals, digits,
             decimals ? "." : "", digits + len - decimals);
}

void hc_ticks_linear(double lo, double hi, double wanted, hc_ticks *out)
{
    out->n = 0;
    int decimals;
    double step = nice_step(hi - lo, wanted, &decimals);
    int parts =
        fabs(step / pow(10, floor(log10(step) + 1e-9)) - 2) < 1e-6 ? 4 : 5;
    double minor = step / parts;
    double eps = 1e-9 * (hi - lo);
    double first = ceil((lo - eps) / minor);
    for (int i = 0; i < HC_TICKS_MAX; i++) {
        double k = first + i, x = k * minor;
        if (x > hi + eps)
            break;
        bool major =
            fabs(fmod(k, parts)) < 0.5 || fabs(fmod(k, parts)) > parts - 0.5;
        hc_tick *t = add(out, x, major);
        if (t && major)
            put_label(t, x, decimals);
    }
}

static void label_power(hc_tick *k, int e)
{
    if (e == 0)
        snprintf(k->label, sizeof k->label, "1");
    else
        snprintf(k->label, sizeof k->label, "10^{%s%d}", e < 0 ? MINUS : "",
                 e < 0 ? -e : e);
}

/* "20", "0.05" for d times ten to the e; "2·10^{5}" when that is long. */
static void label_digit(hc_tick *k, int d, int e)
{
    if (e >= -3 && e <= 3)
        put_label(k, d * pow(10, e), e < 0 ? -e : 0);
    else
        snprintf(k->label, sizeof k->label,
                 "%d\xC2\xB7"
                 "10^{%s%d}",
                 d, e < 0 ? MINUS : "", e < 0 ? -e : e);
}

/* Should digit d of a decade carry a label when the axis spans `decades`? */
static bool digit_wanted(int d, double decades)
{
    if (decades < 0.7)
        return true;
    if (decades < 1.4)
        return d == 2 || d == 3 || d == 5;
    return decades < 2 && (d == 2 || d == 5);
}

/* Linear ticks on part of a decade, "5.2Â·10^{â10}" where that is short.
 */
static void ticks_within(double lo, double hi, double wanted, hc_ticks *out)
{
    int e = (int)floor(log10(hi) + 1e-9);
    if (e >= -3 && e <= 3) {
        hc_ticks_linear(lo, hi, wanted, out);
        return;
    }
    double p = pow(10, e);
    hc_ticks_linear(lo / p, hi / p, wanted, out);
    for (size_t i = 0; i < out->n; i++) {
        hc_tick *k = &out->tick[i];
        size_t len = strlen(k->label);
        k->at *= p;
        if (len > 0)
            snprintf(k->label + len, sizeof k->label - len,
                     "\xC2\xB7"
                     "10^{%s%d}",
                     e < 0 ? MINUS : "", e < 0 ? -e : e);
    }
}

void hc_ticks_log(double lo, double hi, double wanted, hc_ticks *out)
{
    out->n = 0;
    /* a margin of the axis may lead out of the doubles */
    double a = log10(fmax(lo, DBL_MIN)), b = log10(fmin(hi, DBL_MAX));
    double decades = b - a;
    if (decades < 0.5) { /* too short for decades to mean anything */
        ticks_within(lo, hi, wanted, out);
        return;
    }
    int every = (int)ceil(decades / (wanted > 1 ? wanted : 1) - 1e-9);
    if (every < 1)
        every = 1;
    bool minors = every == 1 && decades <= 6.5;
    for (int e = (int)floor(a); e <= (int)ceil(b); e++) {
        double eps = 1e-9 * decades;
        if (e >= a - eps && e <= b + eps &&
            (e % every == 0 || every <= 3 || minors)) {
            hc_tick *t = add(out, pow(10, e), e % every == 0);
            if (t && t->major && decades < 2)
                label_digit(t, 1, e);
            else if (t && t->major)
                label_power(t, e);
        }
        for (int d = 2; minors && d <= 9; d++) {
            double l = e + log10(d);
            if (l < a - eps || l > b + eps)
                continue;
            hc_tick *t = add(out, d * pow(10, e), false);
            if (t && digit_wanted(d, decades))
                label_digit(t, d, e);
        }
    }
}

int hc_ticks_exponent(double lo, double hi)
{
    double m = fmax(fabs(lo), fabs(hi));
    if (!(m > 0) || !isfinite(m))
        return 0;
    int e = (int)floor(log10(m) + 1e-9);
    if (e >= -2 && e < 5)
        return 0;
    return e >= 0 ? e / 3 * 3 : -((-e + 2) / 3 * 3);
}
