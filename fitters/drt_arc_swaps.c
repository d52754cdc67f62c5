/* drt_arc_swaps.c: the search for arcs: other shapes, fewer arcs;
 * drt_arc_search.h */
#include "fitters/drt_arc_search.h"

#include <math.h>
#include <string.h>

enum { SWAPS = 5 };

const double hc_arc_enough = 0.3;

static const hc_arc_kind others[HC_ARC_KINDS][SWAPS] = {
    [HC_ARC_RC] = {HC_ARC_ZARC, HC_ARC_GERISCHER, HC_ARC_KINDS},
    [HC_ARC_ZARC] = {HC_ARC_HN, HC_ARC_RC, HC_ARC_GERISCHER, HC_ARC_LN,
                     HC_ARC_WS},
    [HC_ARC_GERISCHER] = {HC_ARC_CD, HC_ARC_WS, HC_ARC_KINDS},
    [HC_ARC_CD] = {HC_ARC_HN, HC_ARC_GERISCHER, HC_ARC_RC, HC_ARC_KINDS},
    [HC_ARC_HN] = {HC_ARC_ZARC, HC_ARC_LN, HC_ARC_CD, HC_ARC_GERISCHER,
                   HC_ARC_WS},
    [HC_ARC_WS] = {HC_ARC_HN, HC_ARC_WO, HC_ARC_ZARC, HC_ARC_KINDS},
    [HC_ARC_WO] = {HC_ARC_WS, HC_ARC_ZARC, HC_ARC_KINDS},
    [HC_ARC_LN] = {HC_ARC_ZARC, HC_ARC_HN, HC_ARC_KINDS},
    [HC_ARC_NEG_RC] = {HC_ARC_NEG_ZARC, HC_ARC_KINDS},
    [HC_ARC_NEG_ZARC] = {HC_ARC_NEG_RC, HC_ARC_KINDS},
};

/* Same place and width, another shape. */
static hc_arc swapped(const hc_arc *a, hc_arc_kind to)
{
    double t = a->ln_t;
    const double shift = 0.9; /* tau of Ws against its peak: ln(pi^2/4) */
    if (to == HC_ARC_WS && a->kind != HC_ARC_WO)
        t += shift;
    if (a->kind == HC_ARC_WS && to != HC_ARC_WO)
        t -= shift;
    double phi = fmin(0.97, fmax(0.4, a->phi));
    if (to == HC_ARC_LN) /* about as wide */
        phi = 0.5 + 3 * (1 - a->phi);
    else if (a->kind == HC_ARC_LN)
        phi = fmax(0.5, 1.1 - 0.3 * a->phi);
    const double psi = a->psi < 1 ? a->psi : 0.8;
    return hc_arc_make(to, a->ln_r, t, phi, psi);
}

static void remove_arc(hc_arc_model *m, size_t i)
{
    memmove(&m->arc[i], &m->arc[i + 1], (m->n - i - 1) * sizeof *m->arc);
    m->n--;
}

/* A power law in the place of an arc whose top lies at the slow end. */
static bool try_tail(hc_arc_hunt *s, hc_arc_model *cur)
{
    const hc_lgp *g = s->f->g;
    if (s->f->low == HC_DRT_OFF || cur->base.low.on)
        return false;
    for (size_t i = 0; i < cur->n; i++) {
        const hc_arc *a = &cur->arc[i];
        hc_arc_model m = *cur;
        if (a->ln_t < g->high - 0.5 || hc_arc_sign(a->kind) < 0)
            continue;
        const double complex z = hc_arc_z(a, -g->high, M_PI / 2, false);
        remove_arc(&m, i);
        m.base.low = (hc_drt_power){true, true, log(cabs(z)), 0.6};
        hc_arc_hunt_polish(s, &m);
        if (m.e < cur->e - hc_arc_enough) {
            *cur = m;
            return true;
        }
    }
    return false;
}

static bool try_swaps(hc_arc_hunt *s, hc_arc_model *cur)
{
    bool won = try_tail(s, cur);
    for (size_t i = 0; i < cur->n; i++)
        for (size_t k = 0; k < SWAPS; k++) {
            const hc_arc_kind to = others[cur->arc[i].kind][k];
            if (to == HC_ARC_KINDS || s->f->only_zarc)
                break;
            /* an exponent far from a special case is not worth its trial */
            if (to == HC_ARC_RC && cur->arc[i].phi < 0.85)
                continue;
            hc_arc_model m = *cur;
            m.arc[i] = swapped(&cur->arc[i], to);
            hc_arc_hunt_polish(s, &m);
            if (m.e < cur->e - hc_arc_enough) {
                *cur = m;
                won = true;
                break;
            }
        }
    return won;
}

/* All arcs ZARC at once: two wrong shapes can hold each other in place. */
static bool try_plain(hc_arc_hunt *s, hc_arc_model *cur)
{
    hc_arc_model m = *cur;
    size_t changed = 0;
    for (size_t i = 0; i < m.n; i++) {
        const hc_arc_kind k = m.arc[i].kind;
        if (k == HC_ARC_ZARC || hc_arc_sign(k) < 0)
            continue;
        m.arc[i] = swapped(&cur->arc[i], HC_ARC_ZARC);
        changed++;
    }
    if (changed == 0 || m.n < 2)
        return false;
    hc_arc_hunt_polish(s, &m);
    hc_arc_hunt_polish(s, &m);
    if (!(m.e < cur->e - hc_arc_enough))
        return false;
    *cur = m;
    return true;
}

/* Exponents of the power laws: 1, or free. */
static bool try_exponents(hc_arc_hunt *s, hc_arc_model *cur)
{
    bool won = false;
    for (int high = 0; high < 2; high++) {
        hc_arc_model m = *cur;
        hc_drt_power *p = high ? &m.base.high : &m.base.low;
        if (!p->on)
            continue;
        p->free = !p->free;
        p->p = p->free ? 0.9 : 1;
        hc_arc_hunt_polish(s, &m);
        if (m.e < cur->e - hc_arc_enough) {
            *cur = m;
            won = true;
        }
    }
    return won;
}

static bool try_drops(hc_arc_hunt *s, hc_arc_model *cur)
{
    bool won = false;
    for (size_t i = 0; cur->n > 1 && i < cur->n; i++) {
        hc_arc_model m = *cur;
        remove_arc(&m, i);
        hc_arc_hunt_polish(s, &m);
        if (m.e < cur->e - hc_arc_enough) {
            *cur = m;
            won = true;
        }
    }
    for (int high = 0; high < 2; high++) {
        hc_arc_model m = *cur;
        hc_drt_power *p = high ? &m.base.high : &m.base.low;
        const hc_drt_switch want = high ? s->f->high : s->f->low;
        if (!p->on || want == HC_DRT_ON)
            continue;
        p->on = false;
        hc_arc_hunt_polish(s, &m);
        if (m.e < cur->e - hc_arc_enough) {
            *cur = m;
            won = true;
        }
    }
    return won;
}

bool hc_arc_improve(hc_arc_hunt *s, hc_arc_model *cur)
{
    const bool swap = try_swaps(s, cur);
    const bool power = try_exponents(s, cur);
    const bool plain = !swap && try_plain(s, cur);
    const bool drop = cur->n > 1 && try_drops(s, cur);
    return swap || power || plain || drop;
}
