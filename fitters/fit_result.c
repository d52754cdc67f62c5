/* fit_result.c: what a search found, and descents from given places */
#include "fitters/fit_pool.h"

#include <string.h>

static const double final_gain = 1e-10;

bool fit_is_degenerate(const hc_fit *f, const double *y, const double *p)
{
    double typical = exp(f->ln_typical);
    for (int k = 0; k < f->np; k++) {
        const hc_par *q = &f->c.pars[k];
        const coordinate *co = &f->co[k];
        bool tau = q->spec->kind == HC_PAR_TAU || co->kind == MAP_TAU_CPE ||
                   co->kind == MAP_TAU_C || co->kind == MAP_TAU_L;
        if (!co->free)
            continue;
        if (q->spec->kind == HC_PAR_EXP && p[k] < 0.1)
            return true;
        if (tau &&
            (y[k] > -f->g.ln_w_min + M_LN10 || y[k] < -f->g.ln_w_max - M_LN10))
            return true;
        if (co->kind == MAP_SELF && q->spec->kind == HC_PAR_UP &&
            q->spec->unit[0] == 'o' && fabs(p[k]) < 1e-6 * typical)
            return true;
    }
    return false;
}

static hc_fit_minimum minimum_of(const search *s, const candidate *c)
{
    hc_fit_minimum m = {.cost = c->lm.cost};
    double y[HC_CIRCUIT_PARS];
    uint64_t negative = c->negative;
    fit_y_from_x(s->f, c->lm.x, y);
    if (s->effort.sort_arcs)
        fit_sort_arcs(s->f, y, &negative);
    fit_p_from_y(s->f, y, negative, m.p);
    for (int k = 0; k < s->f->np; k++)
        if (!s->f->co[k].free && s->f->co[k].kind != MAP_TIED)
            m.p[k] = s->f->c.pars[k].value; /* to the last digit */
    m.degenerate = fit_is_degenerate(s->f, y, m.p);
    return m;
}

static void polish(search *s, candidate *c)
{
    pool_run(s, c, POLISH_STEPS, final_gain);
    /* noise-free data have no floor but that of the arithmetic */
    if (c->lm.cost < 1e-9 * s->f->norm)
        pool_run(s, c, 10 * POLISH_STEPS, 1e-14);
}

void fit_report_search(search *s, hc_fit_result *r)
{
    int which[HC_FIT_MINIMA + 1], polished = 1;
    *r = (hc_fit_result){.steps = s->f->evaluations};
    int n = pool_minima(s, polished, which);
    for (int i = 0; i < n; i++)
        polish(s, &s->pool[which[i]]);
    n = pool_minima(s, HC_FIT_MINIMA + 1, which);
    r->best = minimum_of(s, &s->pool[which[0]]);
    for (int i = 1; i < n; i++)
        r->other[r->n_other++] = minimum_of(s, &s->pool[which[i]]);
    r->agreed = pool_agreement(s, r->best.cost, &r->starts);
    r->steps = s->f->evaluations;
}

/* Descents from given places only. */
static hc_status descend_all(hc_fit *f, const hc_fit_minimum *const *from,
                             int n, hc_fit_result *r, hc_err *err)
{
    hc_fit_effort effort = {.sort_arcs = false};
    uint64_t negative = f->negative;
    candidate pool[HC_FIT_MINIMA + 1];
    search s = {.f = f, .effort = effort, .best = INFINITY, .pool = pool};
    f->evaluations = 0;
    for (int i = 0; i < n; i++) {
        start_point at = {.gain = 0};
        fit_y_from_p(f, from[i]->p, at.y, &at.negative);
        candidate *c = pool_add(&s, &at, i == 0);
        pool_run(&s, c, n == 1 ? POLISH_STEPS : SECOND_STEPS, SEARCH_GAIN);
        c->merged = i > 0 && pool_knows(&s, c);
        c->finished = !c->merged;
    }
    hc_status st = HC_OK;
    if (isfinite(s.best))
        fit_report_search(&s, r);
    else
        st = hc_fail(err, HC_NO, "the start gives no finite impedance");
    f->negative = negative;
    return st;
}

hc_status hc_fit_from(hc_fit *f, const double *p, hc_fit_result *r,
                      hc_err *err)
{
    hc_fit_minimum m = {.cost = NAN};
    const hc_fit_minimum *one = &m;
    memcpy(m.p, p, (size_t)f->np * sizeof *p);
    return descend_all(f, &one, 1, r, err);
}

hc_status hc_fit_again(hc_fit *f, const hc_fit_result *before,
                       hc_fit_result *r, hc_err *err)
{
    const hc_fit_minimum *from[HC_FIT_MINIMA + 1];
    int n = 0;
    from[n++] = &before->best;
    for (int i = 0; i < before->n_other && n < 3; i++)
        from[n++] = &before->other[i];
    return descend_all(f, from, n, r, err);
}
