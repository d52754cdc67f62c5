/* dc_growth.c: resistances in records against time */
#include "cycle/dc_run.h"
#include "cycle/growth.h"

#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* R1, Zarc2_R, G1_R ... */
static bool is_resistance(const char *q)
{
    size_t digits = strspn(q + 1, "0123456789");
    if (q[0] == 'R' && digits > 0 && q[1 + digits] == '\0')
        return true;
    return hc_ends_with(q, "_R");
}

hc_status hc_dc_sum_of_roles(const char *path, const char *const *roles,
                             size_t n_roles, double *ohm, double *sd,
                             size_t *count, hc_err *err)
{
    hc_record *rec = NULL;
    size_t n = 0;
    double sum = 0, var = 0;
    hc_status st = hc_records_read(path, &rec, &n, err);
    *count = 0;
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        bool wanted = roles == NULL;
        for (size_t k = 0; k < n_roles; k++)
            wanted = wanted || hc_starts_with(rec[i].role, roles[k]);
        if (!wanted || !is_resistance(rec[i].quantity))
            continue;
        sum += rec[i].value;
        if (isfinite(rec[i].std_error))
            var += rec[i].std_error * rec[i].std_error;
        ++*count;
    }
    free(rec);
    if (st == HC_OK && *count == 0)
        st = hc_fail_at(err, HC_DATA, path, 0,
                        "no resistance with role interphase, "
                        "charge-transfer or contact");
    if (st == HC_OK) {
        *ohm = sum;
        *sd = sqrt(var);
    }
    return st;
}

typedef struct {
    double spectrum, t_s;
} clock_row;

/* First time of each spectrum in a table. */
static hc_status read_times(const char *path, clock_row **out, size_t *n,
                            hc_err *err)
{
    hc_frame *f = NULL;
    int spectrum = -1, time = -1;
    size_t cap = 0;
    clock_row *c = NULL;
    hc_status st = hc_frame_open(&f, path, err);
    if (st == HC_OK)
        st = hc_frame_need(f, "spectrum_index", &spectrum, err);
    if (st == HC_OK)
        st = hc_frame_need(f, "test_time_second", &time, err);
    *n = 0;
    for (size_t i = 0; st == HC_OK && i < hc_frame_rows(f); i++) {
        double k = hc_frame_number(f, i, spectrum);
        if (*n > 0 && c[*n - 1].spectrum == k)
            continue;
        clock_row *grown = hc_grow(c, &cap, *n + 1, sizeof *c);
        if (grown == NULL) {
            st = hc_fail_nomem(err);
            break;
        }
        c = grown;
        c[(*n)++] = (clock_row){k, hc_frame_number(f, i, time)};
    }
    hc_frame_free(f);
    if (st != HC_OK)
        free(c);
    else
        *out = c;
    return st;
}

/* Time since the contact was made. */
static double time_of(const hc_dc_options *o, const clock_row *c, size_t n,
                      double spectrum)
{
    if (isfinite(o->interval_s))
        return spectrum * o->interval_s +
               (isfinite(o->age_s) ? o->age_s : o->interval_s);
    for (size_t i = 0; i < n; i++)
        if (c[i].spectrum == spectrum)
            return isfinite(o->age_s) ? c[i].t_s - c[0].t_s + o->age_s
                                      : c[i].t_s;
    return NAN;
}

static bool wanted(const hc_dc_options *o, const hc_record *rec)
{
    if (!is_resistance(rec->quantity) || !isfinite(rec->value))
        return false;
    return o->quantity != NULL ? strcmp(o->quantity, rec->quantity) == 0
                               : hc_starts_with(rec->role, "interphase");
}

static void put_growth(hc_dc_run *r, const hc_conditions *at,
                       const hc_growth *g)
{
    hc_dc_put(r->w, at, "growth", "initial_resistance_ohm", g->r0_ohm,
              g->sd_r0, NAN, NAN, "ohm", g->verdict);
    hc_dc_put(r->w, at, "growth", "growth_rate_ohm_s05", g->k_ohm_s05, g->sd_k,
              NAN, NAN, "ohm/s0.5", g->verdict);
    hc_dc_put(r->w, at, "growth", "growth_exponent", g->exponent, NAN, g->low,
              g->high, "-", g->verdict);
    hc_dc_put(r->w, at, "growth", "residual_rms_ohm", g->rms_ohm, NAN, NAN,
              NAN, "ohm", g->verdict);
    hc_record rec = hc_record_word(at, "growth", "law", g->verdict);
    hc_records_put(r->w, &rec);
}

hc_status hc_dc_growth_file(hc_dc_run *r, const char *path, hc_err *err)
{
    const hc_dc_options *o = r->options;
    hc_frame *f = NULL;
    hc_record *rec = NULL;
    clock_row *clock = NULL;
    size_t n = 0, clocks = 0, used = 0;
    double *t = NULL;
    hc_status st = hc_frame_open(&f, path, err);
    if (st == HC_OK)
        st = hc_records_of(f, &rec, &n, err);
    if (st == HC_OK)
        hc_session_inherit_frame(r->session, f);
    if (st == HC_OK && o->times != NULL)
        st = read_times(o->times, &clock, &clocks, err);
    if (st == HC_OK) {
        t = malloc((2 * n + 1) * sizeof *t);
        if (t == NULL)
            st = hc_fail_nomem(err);
    }
    hc_conditions at = hc_conditions_none();
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        double s = time_of(o, clock, clocks, rec[i].at.spectrum_index);
        if (!wanted(o, &rec[i]) || !(s >= 0))
            continue;
        if (used == 0) {
            at = rec[i].at;
            at.spectrum_index = NAN;
        }
        t[used] = s;
        t[n + used++] = rec[i].value;
    }
    if (st == HC_OK && used == 0)
        st = hc_fail_at(err, HC_NO, path, 0,
                        o->quantity != NULL
                            ? "no record of quantity '%s' with a time"
                            : "no resistance has role interphase%s; name "
                              "one with --quantity",
                        o->quantity != NULL ? o->quantity : "");
    if (st == HC_OK && r->w == NULL) {
        st = hc_session_table(r->session, "records", NULL, &r->w, err);
        if (st == HC_OK)
            hc_records_begin(r->w);
    }
    if (st == HC_OK) {
        hc_growth g = hc_growth_fit(t, t + n, used);
        put_growth(r, &at, &g);
    }
    free(t);
    free(rec);
    free(clock);
    hc_frame_free(f);
    return st;
}
