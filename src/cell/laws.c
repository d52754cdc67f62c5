#include "cell/laws.h"

#include "cell/physics.h"
#include "core/roles.h"

#include <math.h>
#include <string.h>

bool hc_is_of_law(const hc_record *r)
{
    return strncmp(r->method, "arrhenius", 9) == 0 ||
           strncmp(r->method, "global:", 7) == 0;
}

/* Which parameter an activation energy belongs to. */
static hc_parameter target(const hc_record *r)
{
    static const struct {
        const char *role;
        hc_parameter p;
    } roles[] = {{"gb", HC_P_R_GB},
                 {"interphase", HC_P_R_INT},
                 {"contact", HC_P_R_INT},
                 {"charge-transfer-negative", HC_P_I0_N},
                 {"charge-transfer-positive", HC_P_I0_P},
                 {"cathode", HC_P_I0_P},
                 {"diffusion", HC_P_D},
                 {"series", HC_P_R_S}};
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++)
        if (strcmp(r->role, roles[i].role) == 0)
            return roles[i].p;
    return HC_P_SIGMA;
}

static bool same_law(const hc_record *a, const hc_record *b)
{
    return strcmp(a->method, b->method) == 0 &&
           strcmp(a->role, b->role) == 0 &&
           strcmp(a->at.cell, b->at.cell) == 0;
}

static const char *form_of(const hc_record *r, size_t n, const hc_record *e)
{
    for (size_t i = 0; i < n; i++)
        if (same_law(&r[i], e) && strcmp(r[i].quantity, "arrhenius_form") == 0)
            return r[i].status;
    return "sigma";
}

/* What the law is of, at its reference temperature. */
static const hc_record *value_of(const hc_record *r, size_t n,
                                 const hc_record *e)
{
    static const char *const units[] = {"S/m", "ohm", "m2/s", "A/m2"};
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 4; k++)
            if (same_law(&r[i], e) && strcmp(r[i].unit, units[k]) == 0 &&
                isfinite(r[i].value) && isfinite(r[i].at.temperature_celsius))
                return &r[i];
    return NULL;
}

/* A resistance at t_k as the parameter it stands for. */
static double from_resistance(const hc_cell *c, hc_parameter p, double r_ohm,
                              double t_k)
{
    double ra = r_ohm * c->value[HC_P_AREA];
    if (p == HC_P_SIGMA)
        return c->value[HC_P_L_SE] / ra;
    if (p == HC_P_I0_N || p == HC_P_I0_P)
        return HC_GAS * t_k / (HC_FARADAY * ra);
    return ra;
}

static void one_law(const hc_record *r, size_t n, const hc_record *e,
                    hc_parameter p, const hc_cell *cell, hc_cell_law *out)
{
    const char *form = form_of(r, n, e);
    const hc_record *v = value_of(r, n, e);
    bool of_r = form[0] == 'R', over_t = strcmp(form, "R/T") == 0;
    bool rate = p == HC_P_I0_N || p == HC_P_I0_P;
    bool resistance = p == HC_P_R_GB || p == HC_P_R_INT || p == HC_P_R_S;
    *out = (hc_cell_law){
        true, {e->value, 298.15, strcmp(form, "sigmaT") == 0, 1}, NAN};
    if (of_r) {
        out->law.sign = resistance ? -1 : 1;
        out->law.power = resistance ? (over_t ? -1 : 0)
                         : rate     ? (over_t ? 0 : -1)
                                    : over_t;
    }
    if (v == NULL)
        return;
    out->law.t_ref_k = v->at.temperature_celsius + 273.15;
    out->reference = v->value;
    if (strcmp(v->unit, "ohm") == 0)
        out->reference = from_resistance(cell, p, v->value, out->law.t_ref_k);
}

void hc_laws_of(const hc_record *r, size_t n, const hc_cell *cell,
                hc_cell_law *law, hc_talk *talk)
{
    for (int p = 0; p < HC_P_COUNT; p++)
        law[p] = (hc_cell_law){.reference = NAN};
    for (size_t i = 0; i < n; i++) {
        if (strcmp(r[i].quantity, "activation_energy_j_mol") != 0)
            continue;
        if (hc_role_is_suggested(r[i].role)) {
            hc_say_warning(talk, NULL, 0,
                           "the law of role %s is left out: that role is "
                           "only suggested (hc-fit --role says it)",
                           r[i].role);
            continue;
        }
        hc_parameter p = target(&r[i]);
        bool total = strcmp(r[i].role, "total") == 0;
        if (strcmp(r[i].method, "arrhenius-cooling") == 0) {
            hc_say_warning(talk, NULL, 0,
                           "%s: heating and cooling have laws of their own; "
                           "that of heating is taken",
                           r[i].role);
            continue;
        }
        if (total && law[p].found)
            continue;
        one_law(r, n, &r[i], p, cell, &law[p]);
    }
}
