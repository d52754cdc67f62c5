/* ccd_protocol.c: which protocol a list of half cycles follows */
#include "cycle/ccd.h"
#include "cycle/thin.h"

#include <math.h>
#include <stdlib.h>

static const double level_tol = 0.03;

const char *hc_ccd_protocol_name(hc_ccd_protocol p)
{
    static const char *const names[HC_CCD_PROTOCOLS] = {
        "constant-time", "constant-capacity", "one-way-staircase",
        "ramp",          "asymmetric",        "single-current",
        "mixed"};

    return p < HC_CCD_PROTOCOLS ? names[p] : "mixed";
}

static double spread(double (*value)(const hc_half_cycle *),
                     const hc_half_list *l, int sign)
{
    double sum = 0, sumsq = 0, n = 0;

    /* the last half cycle may have been cut */
    for (size_t k = 0; k + 1 < l->n || (l->n == 1 && k == 0); k++) {
        if (sign && l->at[k].sign != sign)
            continue;
        double x = value(&l->at[k]);

        sum += x;
        sumsq += x * x;
        n++;
    }
    if (n < 2 || sum <= 0)
        return 0;
    double mean = sum / n;

    return sqrt(fmax(0, sumsq / n - mean * mean)) / mean;
}

static double half_time(const hc_half_cycle *h)
{
    return h->end_s - h->start_s;
}

static double half_charge(const hc_half_cycle *h)
{
    return h->q_as_m2;
}

static double half_level(const hc_half_cycle *h)
{
    return h->j_a_m2;
}

/* Median length of the runs of half cycles of one sign at one level. */
static double repeats_of(const hc_half_list *l, int sign)
{
    double run[HC_THIN_MAX], j = 0;
    size_t n = 0, now = 0;

    for (size_t k = 0; k < l->n; k++) {
        const hc_half_cycle *h = &l->at[k];

        if (sign && h->sign != sign)
            continue;
        if (now > 0 && fabs(h->j_a_m2 - j) <= level_tol * j) {
            now++;
            continue;
        }
        if (now > 0 && n < HC_THIN_MAX)
            run[n++] = (double)now;
        now = 1;
        j = h->j_a_m2;
    }
    if (n == 0)
        run[n++] = (double)now;
    return hc_median_sort(run, n);
}

void hc_ccd_recognise(hc_ccd_result *out, const hc_half_list *l)
{
    size_t up = 0, ramps = 0;
    double levels = spread(half_level, l, 0);

    for (size_t k = 0; k < l->n; k++) {
        up += l->at[k].sign > 0;
        ramps += l->at[k].type == HC_STEP_RAMP;
    }
    bool one_way = up == 0 || up == l->n;
    double j_up = spread(half_level, l, 1), j_down = spread(half_level, l, -1);
    double time_cv = spread(half_time, l, 0);
    double charge_cv = spread(half_charge, l, 0);

    out->varied_sign = 0;
    out->repeats = repeats_of(l, one_way ? 0 : l->at[0].sign);
    if (2 * ramps >= l->n)
        out->protocol = HC_CCD_RAMP;
    else if (one_way && l->n > 1 && levels > level_tol)
        out->protocol = HC_CCD_ONE_WAY;
    else if (levels <= level_tol)
        out->protocol = HC_CCD_SINGLE;
    else if (!one_way && fmin(j_up, j_down) < level_tol &&
             fmax(j_up, j_down) > 3 * level_tol) {
        out->protocol = HC_CCD_ASYMMETRIC;
        out->varied_sign = j_up > j_down ? 1 : -1;
        out->repeats = repeats_of(l, out->varied_sign);
    } else if (time_cv < 0.05 && time_cv < charge_cv)
        out->protocol = HC_CCD_TIME;
    else if (charge_cv < 0.05)
        out->protocol = HC_CCD_CAPACITY;
    else
        out->protocol = time_cv < 0.5 * charge_cv   ? HC_CCD_TIME
                        : charge_cv < 0.5 * time_cv ? HC_CCD_CAPACITY
                                                    : HC_CCD_MIXED;
}
