/* mapsettle.c: samples of a parameter into one value, a law or a table
 *
 * Several values at one composition are averaged in the logarithm; over
 * temperature they give an Arrhenius law; over composition a table, unless
 * they agree with a constant D or with i0 = i0_half 2 x^(1-a) (1-x)^a within
 * what they are known to. */
#include "cell/mapping_private.h"

#include "cell/physics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define NAN_D ((double)NAN)

typedef struct {
    double mean_ln, sd_ln, ea; /* mean at t_ref */
    double scatter, chi2;      /* of ln; reduced, by the samples' own sd */
    double x_lo, x_hi, t_lo, t_hi, t_ref;
    size_t n, n_other;
    double other_ln;
} summary;

static bool counts(const hc_map *m, const hc_sample *s, hc_parameter p,
                   bool has_both)
{
    hc_origin wanted = m->o->prefer_eis ? HC_FROM_EIS : HC_FROM_DC;
    return s->p == p && (!has_both || s->from == wanted) &&
           (!s->doubtful || m->take_doubtful);
}

static bool has_both(const hc_map *m, hc_parameter p)
{
    bool eis = false, dc = false;
    for (size_t i = 0; i < m->n_s; i++)
        if (m->s[i].p == p && !m->s[i].doubtful) {
            eis = eis || m->s[i].from == HC_FROM_EIS;
            dc = dc || m->s[i].from == HC_FROM_DC;
        }
    return eis && dc;
}

/* What p(x) is in units of its scalar: the cell's shape, or the law of i0. */
static double shape_at(const hc_map *m, hc_parameter p, double x)
{
    const hc_cell *c = &m->cell;
    if (p == HC_P_D)
        return isfinite(x) ? hc_curve_at(&c->d_shape, x, NULL) : 1;
    if (p != HC_P_I0_P)
        return 1;
    double alpha = hc_map_get(m, HC_P_ALPHA_P), at = isfinite(x) ? x : 0.5;
    return c->has_i0_shape ? hc_curve_at(&c->i0_p_shape, at, NULL)
                           : 2 * pow(at, 1 - alpha) * pow(1 - at, alpha);
}

/* The same when a law takes the place of what the cell had. */
static double law_at(const hc_map *m, hc_parameter p, double x)
{
    double alpha = hc_map_get(m, HC_P_ALPHA_P), at = isfinite(x) ? x : 0.5;
    return p == HC_P_I0_P ? 2 * pow(at, 1 - alpha) * pow(1 - at, alpha) : 1;
}

typedef double (*unit_of)(const hc_map *m, hc_parameter p, double x);

/* Variance of ln(value) that a sample counts with: its own and one part in a
 * hundred; 5 % where nothing is known. */
static double variance(const hc_sample *s)
{
    double sd = isfinite(s->sd_ln) ? s->sd_ln : 0.05;
    return sd * sd + 1e-4;
}

/* Weighted mean of ln(value/unit(x)), with a slope over 1/T when T varies. */
static summary summarise(const hc_map *m, hc_parameter p, bool both,
                         unit_of unit)
{
    summary a = {.x_lo = INFINITY,
                 .x_hi = -INFINITY,
                 .t_lo = INFINITY,
                 .t_hi = -INFINITY};
    double sw = 0, sy = 0, syy = 0, st = 0, stt = 0, sty = 0;
    for (size_t i = 0; i < m->n_s; i++) {
        const hc_sample *s = &m->s[i];
        if (s->p != p)
            continue;
        double y = log(s->value / unit(m, p, s->x)), u = 1 / s->t_k;
        double w = 1 / variance(s);
        bool other = both && !counts(m, s, p, both);
        if (other && !s->doubtful) {
            a.other_ln += y;
            a.n_other++;
        }
        if (!counts(m, s, p, both))
            continue;
        a.n++;
        sw += w;
        sy += w * y;
        syy += w * y * y;
        st += w * u;
        stt += w * u * u;
        sty += w * u * y;
        a.x_lo = fmin(a.x_lo, s->x);
        a.x_hi = fmax(a.x_hi, s->x);
        a.t_lo = fmin(a.t_lo, s->t_k);
        a.t_hi = fmax(a.t_hi, s->t_k);
    }
    double left = fmax(0, syy - sy * sy / sw), n = (double)a.n;
    a.mean_ln = sy / sw;
    a.t_ref = sw / st;
    if (a.n >= 3 && a.t_hi - a.t_lo > 5) {
        double xx = stt - st * st / sw, b = (sty - st * sy / sw) / xx;
        double t0 = hc_map_get(m, HC_P_TEMPERATURE);
        a.ea = -b * HC_GAS;
        left = fmax(0, left - b * b * xx);
        a.t_ref = isnan(t0) ? 298.15 : t0;
        a.mean_ln += b * (1 / a.t_ref - st / sw);
    }
    a.chi2 = a.n > 1 ? left / (n - 1) : 0;
    a.scatter = sqrt(a.chi2 * n / sw);
    a.sd_ln = sqrt(fmax(1, a.chi2) / sw);
    if (a.n_other)
        a.other_ln /= (double)a.n_other;
    return a;
}

static int by_x(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return a < b ? -1 : a > b;
}

/* Samples over composition as a shape around their mean; *made says whether
 * there were enough. */
static hc_status shape(hc_map *m, hc_parameter p, const char *path, bool both,
                       const summary *a, const hc_provenance *from, bool *made)
{
    double *v = malloc((4 * a->n + 1) * sizeof *v);
    if (!v)
        return hc_fail_nomem(m->err);
    size_t k = 0, n = 0;
    for (size_t i = 0; i < m->n_s; i++)
        if (counts(m, &m->s[i], p, both) && isfinite(m->s[i].x)) {
            v[2 * k] = m->s[i].x;
            v[2 * k++ + 1] = m->s[i].value / exp(a->mean_ln);
        }
    qsort(v, k, 2 * sizeof *v, by_x);
    double *x = v + 2 * a->n, *y = x + a->n;
    for (size_t i = 0; i < k; i++) { /* equal x: the geometric mean */
        size_t j = i;
        double ln = 0;
        for (; j < k && v[2 * j] - v[2 * i] < 1e-4; j++)
            ln += log(v[2 * j + 1]);
        x[n] = v[2 * i];
        y[n++] = exp(ln / (double)(j - i));
        i = j - 1;
    }
    *made = n >= 3;
    hc_status st =
        n < 3 ? HC_OK
              : hc_cellfile_set_table(m->f, path, x, y, n, "1", from, m->err);
    free(v);
    return st;
}

static void decide(hc_map *m, hc_parameter p, double value, const summary *a,
                   const hc_arrhenius *law, const char *source,
                   const char *note)
{
    if (!m->w)
        return;
    hc_writer_text(m->w, hc_parameter_about(p)->path);
    hc_writer_digits(m->w, value, 10);
    hc_writer_text(m->w, hc_parameter_about(p)->unit);
    hc_writer_digits(m->w, a->sd_ln, 10);
    hc_writer_integer(m->w, (long)a->n);
    hc_writer_digits(m->w, a->t_lo - 273.15, 10);
    hc_writer_digits(m->w, a->t_hi - 273.15, 10);
    hc_writer_digits(m->w, isfinite(a->x_lo) ? a->x_lo : NAN_D, 10);
    hc_writer_digits(m->w, isfinite(a->x_hi) ? a->x_hi : NAN_D, 10);
    hc_writer_digits(m->w, law ? law->ea_j_mol : NAN_D, 10);
    hc_writer_text(m->w, source);
    hc_writer_text(m->w, note[0] ? note : "-");
    hc_writer_end_row(m->w);
}

void hc_mapping_columns(hc_writer *w)
{
    static const char *const names[] = {"parameter",
                                        "value",
                                        "unit",
                                        "sd_ln",
                                        "records",
                                        "temperature_low_celsius",
                                        "temperature_high_celsius",
                                        "stoichiometry_low",
                                        "stoichiometry_high",
                                        "activation_energy_j_mol",
                                        "source",
                                        "note"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        hc_writer_column(w, names[i]);
}

/* The law that goes with the value at a->t_ref: of the records, of the
 * samples over temperature, else the one that the cell had. */
static bool choose_law(const hc_map *m, hc_parameter p, const summary *a,
                       hc_arrhenius *law)
{
    bool resistance = p == HC_P_R_GB || p == HC_P_R_INT || p == HC_P_R_S;
    if (m->law[p].found)
        *law = m->law[p].law;
    else if (a->ea != 0)
        *law = (hc_arrhenius){resistance ? -a->ea : a->ea, 0, 0,
                              resistance ? -1 : 1};
    else if (m->cell.law[p].ea_j_mol != 0)
        *law = m->cell.law[p];
    else
        return false;
    if (isnan(m->law[p].reference)) /* else the law has a value of its own */
        law->t_ref_k = a->t_ref;
    return true;
}

/* Which file and records a value comes from, and under what conditions. */
static void tell_source(const hc_map *m, hc_parameter p, bool both,
                        const summary *a, char *out, size_t cap)
{
    const hc_sample *s = NULL;
    size_t files = 0, at;
    for (size_t i = 0; i < m->n_s; i++)
        if (counts(m, &m->s[i], p, both)) {
            files += !s || m->s[i].source != s->source;
            s = &m->s[i];
        }
    if (!s)
        return;
    at = (size_t)snprintf(out, cap, "%.90s: %.90s", s->source, s->text);
    if (a->n > 1 && at < cap)
        at += (size_t)snprintf(out + at, cap - at, ", %zu records", a->n);
    if (files > 1 && at < cap)
        at += (size_t)snprintf(out + at, cap - at, " of %zu files", files);
    if (at < cap)
        at += (size_t)snprintf(out + at, cap - at,
                               a->t_hi - a->t_lo > 0.05 ? ", %.4g to %.4g degC"
                                                        : ", %.4g degC",
                               a->t_lo - 273.15, a->t_hi - 273.15);
    if (at < cap && isfinite(a->x_lo))
        (void)snprintf(out + at, cap - at,
                       a->x_hi - a->x_lo > 1e-4 ? ", x = %.4g to %.4g"
                                                : ", x = %.4g",
                       a->x_lo, a->x_hi);
}

/* Things that a reader should know: another method's value, arcs that seem to
 * have changed places, a temperature without a law. */
static void warn(const hc_map *m, hc_parameter p, bool both, const summary *a,
                 bool has_law, char *note, size_t cap)
{
    const char *path = hc_parameter_about(p)->path;
    bool capacitance = p == HC_P_C_P || p == HC_P_C_N || p == HC_P_C_GB ||
                       p == HC_P_C_INT || p == HC_P_C_GEO;
    double t = hc_map_get(m, HC_P_TEMPERATURE);
    if (both) {
        double ratio = exp(a->other_ln - a->mean_ln);
        snprintf(note, cap, "%s gives %.4g, %.3g times this",
                 m->o->prefer_eis ? "GITT" : "EIS", exp(a->other_ln), ratio);
        if (ratio > 2 || ratio < 0.5)
            hc_say_warning(m->talk, NULL, 0, "%s = %.4g: %s", path,
                           exp(a->mean_ln), note);
    }
    if (capacitance && a->n > 1 && a->scatter > 0.7)
        hc_say_warning(m->talk, NULL, 0,
                       "%s scatters by a factor %.2g between the spectra: "
                       "have two arcs changed places in some of them?",
                       path, exp(a->scatter));
    if (!has_law && !capacitance && isfinite(t) && fabs(a->t_ref - t) > 2)
        hc_say_warning(m->talk, NULL, 0,
                       "%s was measured at %.4g degC, the cell stands at "
                       "%.4g degC, and no activation energy is known: taken "
                       "as it is",
                       path, a->t_ref - 273.15, t - 273.15);
}

/* Whether samples over composition, pairs v[k] of x and ln(value/law), agree
 * with the law: they scatter no more than their errors, or without order (the
 * ratio of von Neumann 1941, 10.1214/aoms/1177731677: near 1 for noise, near
 * 0 for a trend). */
static bool agree(const double *v, size_t k, const summary *a)
{
    double successive = 0, n = (double)k;
    if (a->scatter <= 0.05 || a->chi2 <= 4)
        return true;
    if (k < 5)
        return false;
    double mean = 0, spread = 0;
    for (size_t i = 0; i < k; i++)
        mean += v[2 * i + 1] / n;
    for (size_t i = 0; i < k; i++)
        spread += pow(v[2 * i + 1] - mean, 2) / (n - 1);
    for (size_t i = 1; i < k; i++) {
        double d = v[2 * i + 1] - v[2 * i - 1];
        successive += d * d / (n - 1);
    }
    return successive > spread; /* half of what noise has */
}

static hc_status agrees(const hc_map *m, hc_parameter p, bool both,
                        const summary *a, bool *yes)
{
    double *v = malloc((2 * a->n + 1) * sizeof *v);
    size_t k = 0;
    if (!v)
        return hc_fail_nomem(m->err);
    for (size_t i = 0; i < m->n_s; i++) {
        const hc_sample *s = &m->s[i];
        if (!counts(m, s, p, both) || !isfinite(s->x))
            continue;
        v[2 * k] = s->x;
        v[2 * k++ + 1] = log(s->value / law_at(m, p, s->x));
    }
    qsort(v, k, 2 * sizeof *v, by_x);
    *yes = agree(v, k, a);
    free(v);
    return HC_OK;
}

/* D and i0 over composition: a law where that does, else a table. */
static hc_status over_x(hc_map *m, hc_parameter p, const char *path, bool both,
                        summary *a, const hc_provenance *from)
{
    summary by_law = summarise(m, p, both, law_at);
    bool made = false, yes = false;
    hc_status st = agrees(m, p, both, &by_law, &yes);
    if (st != HC_OK)
        return st;
    if (yes) {
        *a = by_law;
        return hc_cellfile_remove(m->f, path, m->err);
    }
    summary plain = *a;
    double sum = 0; /* around the plain geometric mean */
    for (size_t i = 0; i < m->n_s; i++)
        if (counts(m, &m->s[i], p, both))
            sum += log(m->s[i].value);
    plain.mean_ln = sum / (double)a->n;
    st = shape(m, p, path, both, &plain, from, &made);
    if (made)
        *a = plain;
    return st;
}

hc_status hc_map_settle(hc_map *m, hc_parameter p)
{
    bool both = has_both(m, p);
    m->take_doubtful = true;
    for (size_t i = 0; i < m->n_s; i++)
        if (m->s[i].p == p && !m->s[i].doubtful)
            m->take_doubtful = false;
    summary a = summarise(m, p, both, shape_at);
    double value = m->law[p].reference;
    bool own = isfinite(value);
    if (a.n == 0 && !own)
        return HC_OK;
    char note[160] = "", source[320] = "";
    hc_arrhenius law;
    bool has_law = choose_law(m, p, &a, &law);
    if (own)
        snprintf(source, sizeof source, "Arrhenius law");
    else
        tell_source(m, p, both, &a, source, sizeof source);
    warn(m, p, both, &a, has_law, note, sizeof note);
    hc_provenance from = {"fitted", source, note[0] ? note : NULL, a.sd_ln};
    bool wide = a.n >= 3 && a.x_hi - a.x_lo > 0.02 && a.ea == 0;
    hc_status st = HC_OK;
    if (p == HC_P_D && wide)
        st = over_x(m, p, "cathode.D_shape", both, &a, &from);
    else if (p == HC_P_I0_P && wide)
        st = over_x(m, p, "interface_p.i0_shape", both, &a, &from);
    from.sd_ln = a.sd_ln;
    if (!own)
        value = exp(a.mean_ln);
    if (st == HC_OK)
        st = hc_cellfile_set(m->f, p, value, has_law ? &law : NULL, &from,
                             m->err);
    decide(m, p, value, &a, has_law ? &law : NULL, source, note);
    return st;
}
