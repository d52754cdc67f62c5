#include "tests/unit/fresh.h"

#include "fitters/model.h"
#include "fitters/random.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const circuits[] = {
    "R0-p(R1,C1)",
    "R0-p(R1,CPE1)",
    "L0-R0-p(R1,CPE1)-p(R2,CPE2)",
    "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)",
    "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-p(R4,CPE4)",
    "p(R1,CPE1)-p(R2,CPE2)-CPE3",
    "R0-p(R1,CPE1)-CPE2",
    "R0-p(R1,CPE1)-W1",
    "R0-p(R1-W1,CPE1)",
    "R0-p(R1-Wo1,CPE1)",
    "R0-p(R1,CPE1)-p(R2-Wo1,CPE2)",
    "R0-p(R1,C1)-p(R2-Wo1,C2)",
    "R0-p(R1,CPE1)-Ws1",
    "L0-R0-p(R1,CPE1)-p(R2,CPE2)-Wo1",
    "La1-R0-p(R1,CPE1)-p(R2,CPE2)",
    "p(C1,R1-p(CPE1,R2-Ws1))",
    "R0-p(R1,CPE1)-G1",
    "R0-HN1-CPE1",
    "R0-Zarc1-Zarc2-Zarc3",
    "R0-tlo(R1,p(R2,CPE1))",
    "R0-tl(R1,R2,p(R3,CPE1))",
    "R0-p(R1,C1)-p(R2,C2)-p(R3,C3)-p(R4,C4)",
    "R0-p(R1,CPE1)-Sd1",
    "p(C1,R1-CPE1)",
    "R0-p(R1,CPE1,R2-L1)",
    "R0-p(R1,C1)-p(R2,C2)-p(R3,L1)",
    "R0-p(R1-Ws1,CPE1)-p(R2,CPE2)",
    "L0-R0-p(R1,CPE1)-p(R2,CPE2)-W1",
    "La1-R0-p(R1,CPE1)-p(R2,CPE2)-CPE3",
    "R0-p(R1,CPE1)-p(R2,CPE2)-p(R3,CPE3)-CPE4",
    "R0-p(R1-G1,CPE1)",
    "R0-tlo(R1,p(R2-Wo1,CPE1))",
    "R0-p(R1,CPE1)-p(R2,C2)-Ma1",
    "L0-R0-p(R1,CPE1)-p(R2-W1,CPE2)",
};

int fresh_circuits(void)
{
    return sizeof circuits / sizeof circuits[0];
}

static double between(hc_random *r, double lo, double hi)
{
    return lo + (hi - lo) * hc_random_uniform(r);
}

/* What the parameters of one case hang on. */
typedef struct {
    hc_random *r;
    double z, w_low, w_high; /* typical |Z|, ends of the window */
    double last_r;
} scene;

static double magnitude(scene *s)
{
    return s->last_r = s->z * pow(10, between(s->r, -0.8, 0.6));
}

static double time_inside(scene *s)
{
    double a = log(2 / s->w_high), b = log(0.5 / s->w_low);
    return exp(between(s->r, a, b));
}

static double value_of(scene *s, const hc_circuit *c, int k, const double *p)
{
    const char *type = c->elements[c->pars[k].element].type->name;
    const hc_par_spec *spec = c->pars[k].spec;
    int node = 0;
    while (c->nodes[node].element != c->pars[k].element)
        node++;
    int up = c->nodes[node].parent;
    bool beside = up >= 0 && c->nodes[up].kind == HC_NODE_PARALLEL;
    bool inside = up >= 0 && c->nodes[up].parent >= 0;
    bool arc = beside || inside;
    if (spec->kind == HC_PAR_TAU)
        return time_inside(s);
    if (spec->kind == HC_PAR_EXP)
        return strcmp(type, "CPE") == 0 && !arc ? between(s->r, 0.4, 0.95)
               : strcmp(type, "HN") == 0        ? between(s->r, 0.5, 1)
                                                : between(s->r, 0.6, 1);
    if (strcmp(type, "C") == 0)
        return time_inside(s) / (arc ? s->last_r : s->z);
    if (strcmp(type, "CPE") == 0) /* Q waits for its exponent */
        return arc ? time_inside(s) : 1 / s->w_low;
    if (strcmp(type, "L") == 0)
        return arc ? time_inside(s) * s->last_r
                   : s->z / s->w_high * pow(10, between(s->r, -1, 0.5));
    if (strcmp(type, "La") == 0)
        return s->z / s->w_high * pow(10, between(s->r, -1, 0.5));
    if (strcmp(type, "W") == 0)
        return s->z * sqrt(s->w_low) * pow(10, between(s->r, -0.5, 0.5));
    (void)p;
    return magnitude(s);
}

/* Q from the time drawn in its place, now that n is known. */
static void finish_cpe(const scene *s, const hc_circuit *c, double *p)
{
    double r = s->z;
    for (int k = 0; k < c->n_pars; k++) {
        const char *type = c->elements[c->pars[k].element].type->name;
        if (strcmp(type, "R") == 0)
            r = p[k];
        if (strcmp(type, "CPE") == 0 && c->pars[k].spec->kind != HC_PAR_EXP)
            p[k] = pow(p[k], p[k + 1]) / r;
        if (strcmp(type, "La") == 0 && c->pars[k].spec->kind != HC_PAR_EXP)
            p[k] *= pow(s->w_high, 1 - p[k + 1]);
    }
}

void fresh_make(int which, uint64_t seed, fresh_case *out)
{
    static const double noises[] = {0, 1e-3, 1e-2};
    hc_random r;
    hc_err err;
    hc_random_seed(&r, 7919 * (uint64_t)(which + 1) + 104729 * seed);
    *out = (fresh_case){.circuit = circuits[which]};
    if (hc_circuit_parse(&out->c, out->circuit, &err) != HC_OK)
        abort();
    double top = between(&r, 4, 7), decades = between(&r, 4.5, 8);
    int per_decade = 6 + hc_random_below(&r, 7);
    scene s = {.r = &r, .z = pow(10, between(&r, -3, 7))};
    s.w_high = 2 * M_PI * pow(10, top);
    s.w_low = 2 * M_PI * pow(10, top - decades);
    s.last_r = s.z;
    out->noise = noises[hc_random_below(&r, 3)];
    out->weight =
        hc_random_below(&r, 3) > 0 ? HC_WEIGHT_MODULUS : HC_WEIGHT_UNIT;
    out->n = (size_t)(decades * per_decade) + 1;
    double *p = out->truth;
    for (int k = 0; k < out->c.n_pars; k++)
        p[k] = out->c.pars[k].optional ? out->c.pars[k].value
                                       : value_of(&s, &out->c, k, p);
    finish_cpe(&s, &out->c, p);
    for (size_t i = 0; i < out->n; i++)
        out->freq_hz[i] = pow(10, top - (double)i / per_decade);
    if (hc_circuit_impedance(&out->c, p, out->freq_hz, out->n, out->re,
                             out->im, &err) != HC_OK)
        abort();
    for (size_t i = 0; i < out->n; i++) {
        double m = out->noise * hypot(out->re[i], out->im[i]);
        out->re[i] += m * hc_random_normal(&r);
        out->im[i] += m * hc_random_normal(&r);
    }
}

hc_fit *fresh_fit(const fresh_case *k)
{
    hc_fit *f = NULL;
    hc_err err;
    hc_fit_data d = {
        .n = k->n, .freq_hz = k->freq_hz, .re = k->re, .im = k->im};
    if (hc_fit_new(&f, &k->c, &d, k->weight, &err) != HC_OK) {
        fprintf(stderr, "%s: %s\n", k->circuit, err.text);
        abort();
    }
    return f;
}

double fresh_reference(const fresh_case *k, int seeds, double *thorough)
{
    hc_fit *f = fresh_fit(k);
    hc_fit_result r;
    hc_err err;
    double best = INFINITY, norm = 0;
    for (size_t i = 0; i < k->n; i++)
        norm += k->weight == HC_WEIGHT_MODULUS
                    ? 1
                    : k->re[i] * k->re[i] + k->im[i] * k->im[i];
    if (hc_fit_from(f, k->truth, &r, &err) == HC_OK)
        best = r.best.cost;
    for (int s = 1; s <= seeds; s++) {
        hc_fit_effort e = hc_fit_thorough();
        e.seed = 77 + (uint64_t)s;
        if (hc_fit_search(f, &e, &r, &err) != HC_OK)
            continue;
        best = fmin(best, r.best.cost);
        if (s == 1)
            *thorough = r.best.cost;
    }
    hc_fit_free(f);
    return fmax(best, 1e-18 * norm);
}
