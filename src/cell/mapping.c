#include "cell/mapping.h"

#include "cell/physics.h"
#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)

typedef enum { FROM_EIS, FROM_DC } origin;

/* One measured value of one parameter. */
typedef struct {
    hc_parameter p;
    double value, sd_ln, t_k, x;
    origin from;
    char text[144];
} sample;

typedef struct {
    const hc_record *r;
    size_t n;
    const char *source;
    const hc_mapping_options *o;
    hc_cellfile *f;
    hc_cell cell;
    sample *s;
    size_t n_s, cap_s;
    hc_arrhenius law[HC_P_COUNT];
    hc_writer *w;
    hc_talk *talk;
    hc_err *err;
} map;

static double get(const map *m, hc_parameter p)
{
    return m->cell.value[p];
}

static hc_status need(const map *m, hc_parameter p, const char *why)
{
    if (!isnan(get(m, p)))
        return HC_OK;
    return hc_fail(m->err, HC_DATA, "%s needs %s, which the cell lacks", why,
                   hc_parameter_about(p)->path);
}

/* "CPE1_Q" has the element "CPE1", its kind "CPE" and number 1. */
static size_t element(const char *quantity, char kind[16], long *number)
{
    size_t k = 0, d;
    while (hc_isalpha(quantity[k]) && k < 15) {
        kind[k] = quantity[k];
        k++;
    }
    kind[k] = '\0';
    for (d = k; hc_isdigit(quantity[d]); d++)
        ;
    if (k == 0 || (quantity[d] != '\0' && quantity[d] != '_'))
        return 0;
    if (d == k)
        return 0;
    return hc_integer_parse(quantity + k, d - k, 0, 1000000, number) ? d : 0;
}

static bool same_fit(const hc_record *a, const hc_record *b)
{
    return a->at.source_index == b->at.source_index &&
           (a->at.spectrum_index == b->at.spectrum_index ||
            (isnan(a->at.spectrum_index) && isnan(b->at.spectrum_index))) &&
           strcmp(a->at.cell, b->at.cell) == 0;
}

/* Value of a quantity of the same fit, NaN when it has none. */
static double of_fit(const map *m, const hc_record *like, const char *kind,
                     long number, const char *rest)
{
    char name[64];
    snprintf(name, sizeof name, "%s%ld%s", kind, number, rest);
    for (size_t i = 0; i < m->n; i++)
        if (same_fit(&m->r[i], like) && strcmp(m->r[i].quantity, name) == 0)
            return m->r[i].value;
    return NAN_D;
}

/* Capacitance [F] beside resistor `number`. */
static double capacitance(const map *m, const hc_record *r, long number)
{
    double c = of_fit(m, r, "C", number, "");
    double q = of_fit(m, r, "CPE", number, "_Q");
    double n = of_fit(m, r, "CPE", number, "_n");
    if (!isnan(c))
        return c;
    if (!isnan(q) && n > 0)
        return pow(q, 1 / n) * pow(r->value, (1 - n) / n);
    double tau = of_fit(m, r, "Zarc", number, "_tau");
    return isnan(tau) ? NAN_D : tau / r->value;
}

/* What a capacitance per area is typical of (Irvine, Sinclair, West 1990,
 * 10.1002/adma.19900020304); a suggestion, never an assumption. */
static const char *suggestion(double c_f_m2)
{
    return isnan(c_f_m2)   ? "none without a capacitance"
           : c_f_m2 < 1e-6 ? "bulk"
           : c_f_m2 < 1e-3 ? "gb"
           : c_f_m2 < 0.03 ? "interphase or charge-transfer-negative"
                           : "charge-transfer-positive";
}

static double composition(const map *m, const hc_record *r)
{
    double x, volt = r->at.dc_voltage_volt;
    if (hc_number_parse(r->stoichiometry, strlen(r->stoichiometry), &x) &&
        isfinite(x))
        return x;
    if (!m->cell.has_ocv)
        return NAN_D;
    if (!isnan(r->at.soc))
        return hc_cell_x_of_soc(&m->cell, r->at.soc);
    if (!isnan(volt))
        return hc_curve_inverse(&m->cell.ocv, volt + m->cell.value[HC_P_U_N],
                                1e-4, 1 - 1e-6);
    return NAN_D;
}

static hc_status take(map *m, hc_parameter p, double value, double sd_ln,
                      const hc_record *r, origin from)
{
    if (!(value > 0) || !isfinite(value))
        return HC_OK;
    sample *grown = hc_grow(m->s, &m->cap_s, m->n_s + 1, sizeof *grown);
    if (!grown)
        return hc_fail_nomem(m->err);
    m->s = grown;
    double t = isnan(r->at.temperature_celsius)
                   ? get(m, HC_P_TEMPERATURE)
                   : r->at.temperature_celsius + 273.15;
    sample *s = &m->s[m->n_s++];
    *s = (sample){.p = p,
                  .value = value,
                  .sd_ln = sd_ln,
                  .t_k = t,
                  .x = composition(m, r),
                  .from = from};
    snprintf(s->text, sizeof s->text, "%s %s", r->method, r->quantity);
    return HC_OK;
}

static hc_status resistor(map *m, const hc_record *r, long number)
{
    double area = get(m, HC_P_AREA), c = capacitance(m, r, number) / area;
    double ra = r->value * area, sd = r->std_error / r->value;
    double t = isnan(r->at.temperature_celsius)
                   ? get(m, HC_P_TEMPERATURE)
                   : r->at.temperature_celsius + 273.15;
    double i0 = HC_GAS * t / (HC_FARADAY * ra);
    hc_parameter to = HC_P_COUNT, to_c = HC_P_COUNT;
    double v = ra;
    const char *role = r->role;
    if (strcmp(role, "bulk") == 0) {
        hc_status st = need(m, HC_P_L_SE, "a bulk resistance");
        if (st != HC_OK)
            return st;
        to = HC_P_SIGMA;
        to_c = HC_P_C_GEO;
        v = get(m, HC_P_L_SE) / ra;
    } else if (strcmp(role, "gb") == 0) {
        to = HC_P_R_GB;
        to_c = HC_P_C_GB;
    } else if (strcmp(role, "interphase") == 0 ||
               strcmp(role, "contact") == 0) {
        to = HC_P_R_INT;
        to_c = HC_P_C_INT;
    } else if (strcmp(role, "charge-transfer-negative") == 0) {
        to = HC_P_I0_N;
        to_c = HC_P_C_N;
        v = i0;
    } else if (strcmp(role, "charge-transfer-positive") == 0 ||
               strcmp(role, "cathode") == 0) {
        to = HC_P_I0_P;
        to_c = HC_P_C_P;
        v = i0;
    } else if (strcmp(role, "series") == 0) {
        to = HC_P_R_S;
    } else if (strcmp(role, "-") == 0 || role[0] == '\0') {
        return hc_fail(m->err, HC_DATA,
                       "%s has no role: its %.3g F/cm2 suggests %s; say "
                       "hc-fit --role %s=ROLE",
                       r->quantity, c * 1e-4, suggestion(c), r->quantity);
    } else {
        return HC_OK;
    }
    hc_status st = take(m, to, v, sd, r, FROM_EIS);
    if (st == HC_OK && to_c != HC_P_COUNT)
        st = take(m, to_c, c, NAN_D, r, FROM_EIS);
    return st;
}

static hc_status warburg(map *m, const hc_record *r, const char *kind,
                         long number)
{
    hc_status st;
    if (strcmp(kind, "W") == 0) {
        double x = composition(m, r), slope;
        st = need(m, HC_P_C_MAX, "a Warburg coefficient");
        if (st != HC_OK)
            return st;
        if (isnan(x)) {
            hc_say_warning(m->talk, m->source, 0,
                           "%s: no composition (soc or voltage): left out",
                           r->quantity);
            return HC_OK;
        }
        (void)hc_curve_at(&m->cell.ocv, x, &slope);
        double d = slope / (sqrt(2) * HC_FARADAY * get(m, HC_P_AREA) *
                            get(m, HC_P_C_MAX) * r->value);
        return take(m, HC_P_D, d * d, 2 * r->std_error / r->value, r,
                    FROM_EIS);
    }
    double n = of_fit(m, r, kind, number, "_n");
    bool apparent = !isnan(n) && fabs(n - 0.5) > 0.005;
    if (apparent && !m->o->allow_apparent) {
        hc_say_warning(m->talk, m->source, 0,
                       "%s: exponent %.3g is not 1/2, D would be apparent: "
                       "left out (--allow-apparent takes it)",
                       r->quantity, n);
        return HC_OK;
    }
    st = need(m, HC_P_L_P, "a diffusion time");
    if (st != HC_OK)
        return st;
    double l = m->cell.cathode == HC_CATHODE_COMPOSITE ? get(m, HC_P_RADIUS)
                                                       : get(m, HC_P_L_P);
    return take(m, HC_P_D, l * l / r->value, r->std_error / r->value, r,
                FROM_EIS);
}

/* Which parameter an activation energy belongs to. */
static hc_parameter law_target(const hc_record *r)
{
    if (strcmp(r->role, "gb") == 0)
        return HC_P_R_GB;
    if (strcmp(r->role, "interphase") == 0)
        return HC_P_R_INT;
    if (strcmp(r->role, "charge-transfer-negative") == 0)
        return HC_P_I0_N;
    if (strcmp(r->role, "charge-transfer-positive") == 0 ||
        strcmp(r->role, "cathode") == 0)
        return HC_P_I0_P;
    if (strcmp(r->role, "diffusion") == 0)
        return HC_P_D;
    return HC_P_SIGMA;
}

static void arrhenius(map *m, const hc_record *r)
{
    hc_arrhenius *law = &m->law[law_target(r)];
    *law = (hc_arrhenius){r->value, 298.15, 0, 1};
    for (size_t i = 0; i < m->n; i++) {
        const hc_record *f = &m->r[i];
        if (strcmp(f->quantity, "arrhenius_form") != 0 ||
            strcmp(f->role, r->role) != 0 || strcmp(f->method, r->method) != 0)
            continue;
        if (strcmp(f->status, "sigmaT") == 0)
            law->power = 1;
        /* R's own law: a resistance stays one, i0 ~ T/R */
        if (strcmp(f->status, "R") == 0) {
            hc_parameter p = law_target(r);
            bool rate = p == HC_P_I0_N || p == HC_P_I0_P;
            law->sign = p == HC_P_R_GB || p == HC_P_R_INT ? -1 : 1;
            law->power = rate ? -1 : 0;
        }
    }
}

static hc_status one_record(map *m, const hc_record *r)
{
    char kind[16];
    long number;
    size_t len = element(r->quantity, kind, &number);
    const char *rest = r->quantity + len;
    if (strcmp(r->quantity, "diffusivity_m2_s") == 0) {
        /* the textbook formulas are biased, doubtful fits say so */
        bool classic = strncmp(r->method, "wh", 2) == 0 ||
                       strcmp(r->method, "ici") == 0;
        bool doubtful = strstr(r->status, "poor-fit") != NULL ||
                        strstr(r->status, "wide-interval") != NULL ||
                        strstr(r->status, "not-identifiable") != NULL;
        return classic || doubtful
                   ? HC_OK
                       : take(m, HC_P_D, r->value, r->std_error / r->value, r,
                              FROM_DC);
    }
    if (strcmp(r->quantity, "diffusivity_apparent_m2_s") == 0) {
        if (m->o->allow_apparent)
            return take(m, HC_P_D, r->value, r->std_error / r->value, r,
                        FROM_DC);
        hc_say_warning(m->talk, m->source, 0,
                       "an apparent D is left out (--allow-apparent)");
        return HC_OK;
    }
    if (strcmp(r->quantity, "activation_energy_j_mol") == 0) {
        arrhenius(m, r);
        return HC_OK;
    }
    if (len == 0 || !isfinite(r->value))
        return HC_OK;
    if (strcmp(r->status, "not-identifiable") == 0) {
        hc_say_warning(m->talk, m->source, 0,
                       "%s is not identifiable: left out", r->quantity);
        return HC_OK;
    }
    if (strcmp(kind, "R") == 0 && *rest == '\0')
        return resistor(m, r, number);
    if (strcmp(kind, "Zarc") == 0 && strcmp(rest, "_R") == 0)
        return resistor(m, r, number);
    bool finite = strcmp(kind, "Wo") == 0;
    if ((finite && strcmp(rest, "_tau") == 0) ||
        (strcmp(kind, "W") == 0 && strcmp(rest, "_A") == 0)) {
        if (strcmp(r->role, "diffusion") != 0)
            return hc_fail(m->err, HC_DATA,
                           "%s has no role; if it is the cathode's "
                           "diffusion, say hc-fit --role %s%ld=diffusion",
                           r->quantity, kind, number);
        return warburg(m, r, kind, number);
    }
    return HC_OK;
}

/* ---- from samples to one value, a law or a table ---- */

typedef struct {
    double mean_ln, sd_ln, ea, x_lo, x_hi, t_lo, t_hi;
    size_t n, n_other;
    double other_ln;
} summary;

static bool counts(const map *m, const sample *s, hc_parameter p,
                   bool has_both)
{
    origin wanted = m->o->prefer_eis ? FROM_EIS : FROM_DC;
    return s->p == p && (!has_both || s->from == wanted);
}

static summary summarise(const map *m, hc_parameter p, bool both)
{
    summary a = {.x_lo = INFINITY,
                 .x_hi = -INFINITY,
                 .t_lo = INFINITY,
                 .t_hi = -INFINITY};
    double sum = 0, sum2 = 0, var = 0, st = 0, stt = 0, sty = 0;
    for (size_t i = 0; i < m->n_s; i++) {
        const sample *s = &m->s[i];
        double y = log(s->value), u = 1 / s->t_k;
        if (s->p != p)
            continue;
        if (!counts(m, s, p, both)) {
            a.other_ln += y;
            a.n_other++;
            continue;
        }
        a.n++;
        sum += y;
        sum2 += y * y;
        st += u;
        stt += u * u;
        sty += u * y;
        if (isfinite(s->sd_ln))
            var += s->sd_ln * s->sd_ln;
        a.x_lo = fmin(a.x_lo, s->x);
        a.x_hi = fmax(a.x_hi, s->x);
        a.t_lo = fmin(a.t_lo, s->t_k);
        a.t_hi = fmax(a.t_hi, s->t_k);
    }
    double n = (double)a.n;
    a.mean_ln = sum / n;
    double scatter =
        a.n > 1 ? fmax(0, sum2 - n * a.mean_ln * a.mean_ln) / ((n - 1) * n)
                : 0;
    a.sd_ln = sqrt(fmax(scatter, var / (n * n)));
    if (a.n >= 3 && a.t_hi - a.t_lo > 5) {
        double b = (sty - st * sum / n) / (stt - st * st / n);
        a.ea = -b * HC_GAS;
        double t0 = get(m, HC_P_TEMPERATURE);
        if (isnan(t0))
            t0 = 298.15;
        a.mean_ln += b * (1 / t0 - st / n);
    }
    if (a.n_other)
        a.other_ln /= (double)a.n_other;
    return a;
}

static int by_x(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return a < b ? -1 : a > b;
}

/* Samples over composition as a shape around their mean. */
static hc_status shape(map *m, hc_parameter p, const char *path, bool both,
                       const summary *a, const hc_provenance *from)
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
    hc_status st =
        n < 3 ? HC_OK
              : hc_cellfile_set_table(m->f, path, x, y, n, "1", from, m->err);
    free(v);
    return st;
}

static bool has_both(const map *m, hc_parameter p)
{
    bool eis = false, dc = false;
    for (size_t i = 0; i < m->n_s; i++)
        if (m->s[i].p == p) {
            eis = eis || m->s[i].from == FROM_EIS;
            dc = dc || m->s[i].from == FROM_DC;
        }
    return eis && dc;
}

static void decide(map *m, hc_parameter p, double value, const summary *a,
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
    hc_writer_digits(m->w, a->x_lo, 10);
    hc_writer_digits(m->w, a->x_hi, 10);
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

/* i0_half of the law i0 = i0_half 2 x^(1-a) (1-x)^a, from its samples. */
static double half_of(const map *m)
{
    double sum = 0, n = 0, alpha = get(m, HC_P_ALPHA_P);
    for (size_t i = 0; i < m->n_s; i++) {
        const sample *s = &m->s[i];
        if (s->p != HC_P_I0_P)
            continue;
        double x = isfinite(s->x) ? s->x : 0.5;
        sum += log(s->value / (2 * pow(x, 1 - alpha) * pow(1 - x, alpha)));
        n++;
    }
    return exp(sum / n);
}

static hc_status settle(map *m, hc_parameter p)
{
    bool both = has_both(m, p);
    summary a = summarise(m, p, both);
    if (a.n == 0)
        return HC_OK;
    char note[160] = "", source[192];
    const char *what = "";
    for (size_t i = 0; i < m->n_s; i++)
        if (counts(m, &m->s[i], p, both))
            what = m->s[i].text;
    snprintf(source, sizeof source, "%.90s: %.90s", m->source, what);
    double value = exp(a.mean_ln);
    if (both) {
        double ratio = exp(a.other_ln - a.mean_ln);
        snprintf(note, sizeof note, "%s gives %.4g, %.3g times this",
                 m->o->prefer_eis ? "GITT" : "EIS", exp(a.other_ln), ratio);
        if (ratio > 2 || ratio < 0.5)
            hc_say_warning(m->talk, m->source, 0, "%s = %.4g: %s",
                           hc_parameter_about(p)->path, value, note);
    }
    hc_provenance from = {"fitted", source, note[0] ? note : NULL, a.sd_ln};
    hc_arrhenius own = {a.ea, get(m, HC_P_TEMPERATURE), 0, 1};
    const hc_arrhenius *law = NULL;
    if (m->law[p].ea_j_mol != 0)
        law = &m->law[p];
    else if (a.ea != 0)
        law = &own;
    hc_status st = HC_OK;
    bool wide = a.n >= 3 && a.x_hi - a.x_lo > 0.02 && a.ea == 0;
    if (p == HC_P_D && wide)
        st = shape(m, p, "cathode.D_shape", both, &a, &from);
    if (p == HC_P_I0_P && wide)
        st = shape(m, p, "interface_p.i0_shape", both, &a, &from);
    else if (p == HC_P_I0_P)
        value = half_of(m);
    if (st == HC_OK)
        st = hc_cellfile_set(m->f, p, value, law, &from, m->err);
    decide(m, p, value, &a, law, source, note);
    return st;
}

hc_status hc_mapping_apply(hc_cellfile *f, const hc_record *records, size_t n,
                           const char *source, const hc_mapping_options *o,
                           hc_writer *decisions, hc_talk *talk, hc_err *err)
{
    map m = {.r = records,
             .n = n,
             .source = source,
             .o = o,
             .f = f,
             .w = decisions,
             .talk = talk,
             .err = err};
    hc_status st = hc_cellfile_cell(f, &m.cell, false, talk, err);
    if (st != HC_OK)
        return st;
    st = need(&m, HC_P_AREA, "every resistance");
    for (size_t i = 0; st == HC_OK && i < n; i++)
        st = one_record(&m, &records[i]);
    for (int p = 0; st == HC_OK && p < HC_P_COUNT; p++)
        st = settle(&m, (hc_parameter)p);
    if (st == HC_OK && m.n_s == 0)
        st = hc_fail(err, HC_NO, "%s holds nothing that the model takes",
                     source);
    free(m.s);
    hc_cell_clear(&m.cell);
    return st;
}
