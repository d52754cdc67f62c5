/* fit_match.c: equal arcs in the places they had in the spectrum before */
#include "fitters/fit_problem.h"

static bool may_move(const hc_fit *f, const branch *b)
{
    for (int k = b->par_first; k < b->par_first + b->par_n; k++)
        if (!f->c.pars[k].optional &&
            (!isnan(f->c.pars[k].value) || fit_spoken_of(&f->c, k)))
            return false;
    return !b->locked;
}

/* How far branch b of y is from branch a of `before`. Capacitances (tau / R)
 * hardly change over temperature, ageing or charge, resistances and times do,
 * so the former say what an arc is. */
static double apart(const hc_fit *f, const branch *a, const double *before,
                    const branch *b, const double *y)
{
    static const double of_c = 1, of_r = 0.05, of_n = 5;
    double sum = 0;
    for (int i = 0; i < a->par_n; i++) {
        int ka = a->par_first + i, kb = b->par_first + i;
        const coordinate *co = &f->co[ka];
        hc_par_kind kind = f->c.pars[ka].spec->kind;
        bool arc = co->kind == MAP_TAU_CPE || co->kind == MAP_TAU_C;
        bool tau = arc || kind == HC_PAR_TAU;
        double d = before[ka] - y[kb], weight = of_r;
        if (!co->free)
            continue;
        if (tau) { /* ln(tau / R); R or Z0 stands before tau in every row */
            int ra = arc ? co->partner : ka - 1;
            int rb = arc ? f->co[kb].partner : kb - 1;
            d -= before[ra] - y[rb];
            weight = of_c;
        } else if (kind == HC_PAR_EXP) {
            weight = of_n;
        }
        sum += weight * d * d;
    }
    return sum;
}

static void exchange(const branch *a, const branch *b, double *x)
{
    for (int i = 0; i < a->par_n; i++) {
        double t = x[a->par_first + i];
        x[a->par_first + i] = x[b->par_first + i];
        x[b->par_first + i] = t;
    }
}

/* Exchange pairs of equal branches until none comes closer to `before`. */
static void match(const hc_fit *f, const double *before, double *p)
{
    double y[HC_CIRCUIT_PARS];
    uint64_t negative;
    bool moved = true;
    fit_y_from_p(f, p, y, &negative);
    for (int round = 0; round < MAX_BRANCHES && moved; round++) {
        moved = false;
        for (int i = 0; i < f->n_branches; i++)
            for (int j = i + 1; j < f->n_branches; j++) {
                const branch *a = &f->branches[i], *b = &f->branches[j];
                if (a->kind != b->kind || !may_move(f, a) || !may_move(f, b))
                    continue;
                double as_is =
                    apart(f, a, before, a, y) + apart(f, b, before, b, y);
                double turned =
                    apart(f, a, before, b, y) + apart(f, b, before, a, y);
                if (!(turned < as_is * (1 - 1e-9)))
                    continue;
                exchange(a, b, y);
                exchange(a, b, p);
                moved = true;
            }
    }
}

void hc_fit_match(const hc_fit *f, const double *before, hc_fit_result *r)
{
    double y[HC_CIRCUIT_PARS];
    uint64_t negative;
    fit_y_from_p(f, before, y, &negative);
    match(f, y, r->best.p);
    for (int i = 0; i < r->n_other; i++)
        match(f, y, r->other[i].p);
}
