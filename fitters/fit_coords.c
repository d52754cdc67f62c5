/* fit_coords.c: what is fitted in place of the parameters, and its boxes */
#include "fitters/fit_problem.h"

#include <string.h>

static const hc_element *type_of(const hc_circuit *c, int par)
{
    return c->elements[c->pars[par].element].type;
}

static bool is_type(const hc_circuit *c, int par, const char *name)
{
    return strcmp(type_of(c, par)->name, name) == 0;
}

bool fit_spoken_of(const hc_circuit *c, int par)
{
    const hc_par *q = &c->pars[par];
    if (q->fixed || q->tied_to >= 0 || !isnan(q->lo) || !isnan(q->hi))
        return true;
    for (int i = 0; i < c->n_pars; i++)
        if (c->pars[i].tied_to == par)
            return true;
    return false;
}

/* ---- coordinates ---- */

/* First R among the parameters of the siblings of `node`, or -1; in series
 * only where that series is a branch inside a p( ). */
static int partner_resistance(const hc_circuit *c, int node)
{
    int up = c->nodes[node].parent;
    bool series = up >= 0 && c->nodes[up].kind == HC_NODE_SERIES;
    if (up < 0 || c->nodes[up].kind == HC_NODE_LINE ||
        (series && c->nodes[up].parent < 0))
        return -1;
    for (int k = c->nodes[up].first_child; k >= 0;
         k = c->nodes[k].next_sibling) {
        const hc_node *n = &c->nodes[k];
        if (series && n->kind != HC_NODE_ELEMENT)
            continue;
        for (int i = 0; i < n->par_n && k != node; i++)
            if (is_type(c, n->par_first + i, "R"))
                return n->par_first + i;
    }
    return -1;
}

static void choose_map(hc_fit *f, int node)
{
    const hc_circuit *c = &f->c;
    int k = c->nodes[node].par_first;
    coordinate *co = &f->co[k];
    int partner = partner_resistance(c, node);
    bool cpe = is_type(c, k, "CPE"), la = is_type(c, k, "La");
    if (cpe || la)
        co->exponent = k + 1;
    if (fit_spoken_of(c, k) || c->pars[k].keep_log)
        return;
    if (cpe || la)
        co->kind = MAP_MID;
    if (partner < 0)
        return;
    if (cpe)
        co->kind = MAP_TAU_CPE;
    else if (is_type(c, k, "C"))
        co->kind = MAP_TAU_C;
    else if (is_type(c, k, "L"))
        co->kind = MAP_TAU_L;
    else
        return;
    co->partner = partner;
    co->scale = 0;
}

/* Where ln of a magnitude is centred: unit impedance at the middle. */
static double natural(const hc_fit *f, int k)
{
    const coordinate *co = &f->co[k];
    const hc_circuit *c = &f->c;
    double z = f->ln_typical, w = f->g.ln_w_mid;
    if (co->kind == MAP_MID)
        return is_type(c, k, "La") ? z : -z;
    if (is_type(c, k, "C"))
        return -z - w;
    if (is_type(c, k, "L"))
        return z - w;
    if (is_type(c, k, "CPE"))
        return -z - 0.8 * w;
    if (is_type(c, k, "La"))
        return z - 0.8 * w;
    if (is_type(c, k, "W"))
        return z + 0.5 * w;
    return z;
}

static void choose_box(hc_fit *f, int k)
{
    const hc_par *q = &f->c.pars[k];
    coordinate *co = &f->co[k];
    bool tau = q->spec->kind == HC_PAR_TAU || co->kind == MAP_TAU_CPE ||
               co->kind == MAP_TAU_C || co->kind == MAP_TAU_L;
    co->cap = q->spec->kind == HC_PAR_EXP ? 0.35 : 4;
    if (q->spec->kind == HC_PAR_EXP) {
        co->lo = isnan(q->lo) ? q->spec->lo : q->lo;
        co->hi = isnan(q->hi) ? q->spec->hi : q->hi;
        return;
    }
    if (tau) {
        co->lo = -f->g.ln_w_max - 14;
        co->hi = -f->g.ln_w_min + 46;
    } else if (q->spec->kind == HC_PAR_RATIO) {
        co->lo = -10;
        co->hi = 10;
    } else {
        double mid = natural(f, k);
        co->lo = mid - 25;
        co->hi = mid + 25;
    }
    if (q->lo > 0)
        co->lo = log(q->lo);
    if (q->hi > 0)
        co->hi = log(q->hi);
}

void fit_choose_coordinates(hc_fit *f)
{
    const hc_circuit *c = &f->c;
    for (int k = 0; k < f->np; k++) {
        const hc_par *q = &c->pars[k];
        hc_par_kind kind = q->spec->kind;
        f->co[k] =
            (coordinate){.kind = MAP_SELF, .partner = -1, .exponent = -1};
        f->co[k].scale = kind == HC_PAR_UP ? 1 : kind == HC_PAR_DOWN ? -1 : 0;
        f->co[k].free = !q->fixed && !q->optional && q->tied_to < 0;
    }
    for (int i = 0; i < c->n_nodes; i++)
        if (c->nodes[i].kind == HC_NODE_ELEMENT)
            choose_map(f, i);
    for (int k = 0; k < f->np; k++) {
        if (c->pars[k].tied_to >= 0) {
            f->co[k].kind = MAP_TIED;
            f->co[k].partner = c->pars[k].tied_to;
            f->co[k].shift = log(c->pars[k].tied_by);
        }
        choose_box(f, k);
    }
    f->nf = 0;
    for (int k = 0; k < f->np; k++) {
        if (!f->co[k].free)
            continue;
        f->lo[f->nf] = f->co[k].lo;
        f->hi[f->nf] = f->co[k].hi;
        f->cap[f->nf] = f->co[k].cap;
        f->index[f->nf++] = k;
    }
}

/* Raw ln|p| (or exponent) of parameter k. */
static double raw(const hc_fit *f, const double *y, int k)
{
    const coordinate *co = &f->co[k];
    switch (co->kind) {
    case MAP_TAU_CPE:
        return y[co->exponent] * y[k] - raw(f, y, co->partner);
    case MAP_TAU_C:
        return y[k] - raw(f, y, co->partner);
    case MAP_TAU_L:
        return y[k] + raw(f, y, co->partner);
    case MAP_MID:
        return y[k] - y[co->exponent] * f->g.ln_w_mid;
    case MAP_TIED:
        return raw(f, y, co->partner) + co->shift;
    case MAP_SELF:
        break;
    }
    return y[k];
}

void fit_y_from_x(const hc_fit *f, const double *x, double *y)
{
    memcpy(y, f->y0, (size_t)f->np * sizeof *y);
    for (int i = 0; i < f->nf; i++)
        y[f->index[i]] = x[i];
    /* a tied exponent is read as y[exponent] */
    for (int k = 0; k < f->np; k++)
        if (f->co[k].kind == MAP_TIED)
            y[k] = raw(f, y, k);
}

void fit_x_from_y(const hc_fit *f, const double *y, double *x)
{
    for (int i = 0; i < f->nf; i++)
        x[i] = y[f->index[i]];
}

void fit_p_from_y(const hc_fit *f, const double *y, uint64_t negative,
                  double *p)
{
    for (int k = 0; k < f->np; k++) {
        double r = raw(f, y, k);
        if (f->c.pars[k].spec->kind == HC_PAR_EXP)
            p[k] = r;
        else
            p[k] = (negative >> k & 1) ? -exp(r) : exp(r);
    }
}

void fit_y_from_p(const hc_fit *f, const double *p, double *y,
                  uint64_t *negative)
{
    double r[HC_CIRCUIT_PARS];
    *negative = 0;
    for (int k = 0; k < f->np; k++) {
        bool exponent = f->c.pars[k].spec->kind == HC_PAR_EXP;
        if (!exponent && p[k] < 0)
            *negative |= UINT64_C(1) << k;
        r[k] = exponent ? p[k] : log(fabs(p[k]));
    }
    for (int k = 0; k < f->np; k++) {
        const coordinate *co = &f->co[k];
        y[k] = r[k];
        if (co->kind == MAP_TAU_CPE)
            y[k] = (r[k] + r[co->partner]) / fmax(r[co->exponent], 1e-6);
        else if (co->kind == MAP_TAU_C)
            y[k] = r[k] + r[co->partner];
        else if (co->kind == MAP_TAU_L)
            y[k] = r[k] - r[co->partner];
        else if (co->kind == MAP_MID)
            y[k] = r[k] + r[co->exponent] * f->g.ln_w_mid;
    }
}
