#include "cell/mapping_private.h"

#include "cell/physics.h"
#include "core/number.h"
#include "core/roles.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAN_D ((double)NAN)

static hc_status need(const hc_map *m, hc_parameter p, const char *why)
{
    if (!isnan(hc_map_get(m, p)))
        return HC_OK;
    return hc_fail(m->err, HC_DATA, "%s needs %s, which the cell lacks", why,
                   hc_parameter_about(p)->path);
}

/* "CPE1_Q" has the element "CPE1", its kind "CPE" and number 1. */
static size_t element(const char *quantity, char kind[16], long *number)
{
    size_t k = 0, d;
    while (k < 15 && hc_isalpha(quantity[k])) {
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

static const char *source_of(const hc_map *m, const hc_record *r)
{
    return m->source[r - m->r];
}

static bool same_fit(const hc_map *m, const hc_record *a, const hc_record *b)
{
    return source_of(m, a) == source_of(m, b) &&
           a->at.source_index == b->at.source_index &&
           (a->at.spectrum_index == b->at.spectrum_index ||
            (isnan(a->at.spectrum_index) && isnan(b->at.spectrum_index))) &&
           strcmp(a->at.cell, b->at.cell) == 0;
}

/* Value of a quantity of the same fit, NaN when it has none. */
static double of_fit(const hc_map *m, const hc_record *like, const char *kind,
                     long number, const char *rest)
{
    char name[64];
    snprintf(name, sizeof name, "%s%ld%s", kind, number, rest);
    for (size_t i = 0; i < m->n; i++)
        if (same_fit(m, &m->r[i], like) && strcmp(m->r[i].quantity, name) == 0)
            return m->r[i].value;
    return NAN_D;
}

/* Capacitance [F] beside resistor `number`. */
static double capacitance(const hc_map *m, const hc_record *r, long number)
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

static double composition(const hc_map *m, const hc_record *r)
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
        return hc_cell_x_of_ocv(&m->cell, volt, 1e-4, 1 - 1e-6);
    return NAN_D;
}

static hc_status take(hc_map *m, hc_parameter p, double value, double sd_ln,
                      const hc_record *r, hc_origin from)
{
    if (!(value > 0) || !isfinite(value))
        return HC_OK;
    hc_sample *grown = hc_grow(m->s, &m->cap_s, m->n_s + 1, sizeof *grown);
    if (!grown)
        return hc_fail_nomem(m->err);
    m->s = grown;
    double t = isnan(r->at.temperature_celsius)
                   ? hc_map_get(m, HC_P_TEMPERATURE)
                   : r->at.temperature_celsius + 273.15;
    hc_sample *s = &m->s[m->n_s++];
    *s = (hc_sample){.p = p,
                     .value = value,
                     .sd_ln = sd_ln,
                     .t_k = t,
                     .x = composition(m, r),
                     .from = from,
                     .source = source_of(m, r)};
    snprintf(s->text, sizeof s->text, "%s %s", r->method, r->quantity);
    return HC_OK;
}

static hc_status resistor(hc_map *m, const hc_record *r, long number)
{
    double area = hc_map_get(m, HC_P_AREA),
           c = capacitance(m, r, number) / area;
    double ra = r->value * area, sd = r->std_error / r->value;
    double t = isnan(r->at.temperature_celsius)
                   ? hc_map_get(m, HC_P_TEMPERATURE)
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
        v = hc_map_get(m, HC_P_L_SE) / ra;
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
        const char *usual =
            hc_role_usual(c * area, area, hc_map_get(m, HC_P_L_SE));
        return hc_fail(m->err, HC_DATA,
                       "%s has no role: its %.3g F/cm2 suggests %s; say "
                       "hc-fit --role %s=ROLE",
                       r->quantity, c * 1e-4,
                       usual[0] ? usual : "none without a capacitance",
                       r->quantity);
    } else if (hc_role_is_suggested(role)) {
        return hc_fail(m->err, HC_DATA,
                       "%s: the role %s is only suggested; say hc-fit --role "
                       "%s=ROLE",
                       r->quantity, role, r->quantity);
    } else {
        return HC_OK;
    }
    hc_status st = take(m, to, v, sd, r, HC_FROM_EIS);
    if (st == HC_OK && to_c != HC_P_COUNT)
        st = take(m, to_c, c, NAN_D, r, HC_FROM_EIS);
    return st;
}

static hc_status warburg(hc_map *m, const hc_record *r, const char *kind,
                         long number)
{
    hc_status st;
    if (strcmp(kind, "W") == 0) {
        double x = composition(m, r), slope;
        st = need(m, HC_P_C_MAX, "a Warburg coefficient");
        if (st != HC_OK)
            return st;
        if (isnan(x)) {
            hc_say_warning(m->talk, source_of(m, r), 0,
                           "%s: no composition (soc or voltage): left out",
                           r->quantity);
            return HC_OK;
        }
        (void)hc_curve_at(&m->cell.ocv, x, &slope);
        double d = slope / (sqrt(2) * HC_FARADAY * hc_map_get(m, HC_P_AREA) *
                            hc_map_get(m, HC_P_C_MAX) * r->value);
        return take(m, HC_P_D, d * d, 2 * r->std_error / r->value, r,
                    HC_FROM_EIS);
    }
    double n = of_fit(m, r, kind, number, "_n");
    bool apparent = !isnan(n) && fabs(n - 0.5) > 0.005;
    if (apparent && !m->o->allow_apparent) {
        hc_say_warning(m->talk, source_of(m, r), 0,
                       "%s: exponent %.3g is not 1/2, D would be apparent: "
                       "left out (--allow-apparent takes it)",
                       r->quantity, n);
        return HC_OK;
    }
    st = need(m, HC_P_L_P, "a diffusion time");
    if (st != HC_OK)
        return st;
    double l = m->cell.cathode == HC_CATHODE_COMPOSITE
                   ? hc_map_get(m, HC_P_RADIUS)
                   : hc_map_get(m, HC_P_L_P);
    return take(m, HC_P_D, l * l / r->value, r->std_error / r->value, r,
                HC_FROM_EIS);
}

static hc_status one_record(hc_map *m, const hc_record *r)
{
    char kind[16];
    long number;
    size_t len = element(r->quantity, kind, &number);
    const char *rest = r->quantity + len;
    if (hc_is_of_law(r)) /* hc_laws_of took it */
        return HC_OK;
    if (strcmp(r->quantity, "diffusivity_m2_s") == 0) {
        /* the textbook formulas are biased, doubtful fits say so */
        bool classic =
            strncmp(r->method, "wh", 2) == 0 || strcmp(r->method, "ici") == 0;
        bool bad = strstr(r->status, "poor-fit") != NULL ||
                   strstr(r->status, "wide-interval") != NULL ||
                   strstr(r->status, "not-identifiable") != NULL;
        if (classic || bad)
            return HC_OK;
        size_t before = m->n_s;
        hc_status st =
            take(m, HC_P_D, r->value, r->std_error / r->value, r, HC_FROM_DC);
        if (m->n_s > before)
            m->s[before].doubtful = strstr(r->status, "outside-ocv") != NULL;
        return st;
    }
    if (strcmp(r->quantity, "diffusivity_apparent_m2_s") == 0) {
        if (m->o->allow_apparent)
            return take(m, HC_P_D, r->value, r->std_error / r->value, r,
                        HC_FROM_DC);
        hc_say_warning(m->talk, source_of(m, r), 0,
                       "an apparent D is left out (--allow-apparent)");
        return HC_OK;
    }
    if (len == 0 || !isfinite(r->value))
        return HC_OK;
    if (strcmp(r->status, "not-identifiable") == 0) {
        hc_say_warning(m->talk, source_of(m, r), 0,
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

hc_status hc_mapping_apply(hc_cellfile *f, const hc_record *records,
                           const char *const *source, size_t n,
                           const hc_mapping_options *o, hc_writer *decisions,
                           hc_talk *talk, hc_err *err)
{
    hc_map m = {.r = records,
                .source = source,
                .n = n,
                .o = o,
                .f = f,
                .w = decisions,
                .talk = talk,
                .err = err};
    hc_status st = hc_cellfile_cell(f, &m.cell, false, talk, err);
    if (st != HC_OK)
        return st;
    st = need(&m, HC_P_AREA, "every resistance");
    hc_laws_of(records, n, &m.cell, m.law, talk);
    for (size_t i = 0; st == HC_OK && i < n; i++)
        st = one_record(&m, &records[i]);
    bool laws = false;
    for (int p = 0; st == HC_OK && p < HC_P_COUNT; p++) {
        laws = laws || isfinite(m.law[p].reference);
        st = hc_map_settle(&m, (hc_parameter)p);
    }
    if (st == HC_OK && m.n_s == 0 && !laws)
        st = hc_fail(err, HC_NO, "%s holds nothing that the model takes",
                     n ? source[0] : "the list of records");
    free(m.s);
    hc_cell_clear(&m.cell);
    return st;
}
