/* ccd_sides.c: stripping and plating apart (see ccd_sides.h) */
#include "cycle/ccd_sides.h"

#include <math.h>

/* A rise is believed when one of the next half cycles of its kind, at no
 * smaller current, rises as well. */
enum { CONFIRM_WITHIN = 4 };

/* Does this half cycle strip the side that is looked at? */
static bool counts(const hc_ccd_sides *s, const hc_ccd_result *r,
                   const hc_half_cycle *h)
{
    if (isnan(h->rise))
        return false;
    return s->three || r->varied_sign == 0 || h->sign == r->varied_sign;
}

static bool confirmed(const hc_ccd_sides *s, const hc_half_list *l,
                      const hc_ccd_result *r, size_t at)
{
    const hc_half_cycle *h = &l->at[at];
    int seen = 0;

    for (size_t k = at + 1; k < l->n && seen < CONFIRM_WITHIN; k++) {
        const hc_half_cycle *x = &l->at[k];

        if (!counts(s, r, x) || x->sign != h->sign ||
            x->j_a_m2 < 0.97 * h->j_a_m2)
            continue;
        seen++;
        if (x->rising)
            return true;
    }
    return false;
}

static bool conditions_known(const hc_half_list *l, const hc_ccd_limits *lim)
{
    const hc_half_cycle *h = &l->at[l->n - 1];

    return (!isnan(h->temp_c) || !isnan(lim->temperature_c)) &&
           (!isnan(h->pressure_pa) || !isnan(lim->pressure_pa));
}

void hc_ccd_sides_judge(hc_ccd_sides *out, const hc_half_list *l,
                        const hc_ccd_result *r, const hc_ccd_limits *limits)
{
    double held = 0;

    *out = (hc_ccd_sides){.three = l->has_we,
                          .apart = l->has_we || r->varied_sign != 0,
                          .few = r->repeats < (double)limits->min_repeats,
                          .conditions = conditions_known(l, limits),
                          .rise_low_a_m2 = NAN,
                          .rise_high_a_m2 = NAN,
                          .rise_rel = NAN,
                          .rise_q_as_m2 = NAN,
                          .seen_rel = NAN};
    if (r->cls != HC_SHORT_NONE)
        out->short_at_varied =
            r->varied_sign == 0 || r->fail_sign == r->varied_sign;
    for (size_t k = 0; k < l->n && out->rise_half == 0; k++) {
        const hc_half_cycle *h = &l->at[k];

        if (!counts(out, r, h))
            continue;
        if (!h->rising || !confirmed(out, l, r, k)) {
            held = fmax(held, h->j_a_m2);
            out->seen_rel = fmax(limits->drop_min, 4 * h->rise_sd);
            continue;
        }
        out->rise_half = h->k;
        out->rise_high_a_m2 = h->j_a_m2;
        out->rise_rel = h->rise;
        out->rise_q_as_m2 = h->q_as_m2;
    }
    out->rise_low_a_m2 = held;
    if (out->rise_half == 0)
        return;
    /* the largest level below it that was held */
    out->rise_low_a_m2 = 0;
    for (size_t k = 0; (long)k + 1 < out->rise_half; k++)
        if (counts(out, r, &l->at[k]) &&
            l->at[k].j_a_m2 < 0.97 * out->rise_high_a_m2)
            out->rise_low_a_m2 = fmax(out->rise_low_a_m2, l->at[k].j_a_m2);
}

const char *hc_ccd_sides_status(const hc_ccd_sides *s)
{
    return s->few           ? "upper-bound"
           : !s->conditions ? "conditions-unknown"
                            : "ok";
}
