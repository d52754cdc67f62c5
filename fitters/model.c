#include "fitters/model.h"

#include "fitters/simd.h"

#include <stdlib.h>
#include <string.h>

hc_status hc_grid_init(hc_grid *g, const double *freq_hz, size_t n,
                       hc_err *err)
{
    size_t ld = (n + 3) & ~(size_t)3;
    double *block = malloc(2 * ld * sizeof *block);
    if (block == NULL)
        return hc_fail_nomem(err);
    hc_grid made = {.n = n,
                    .ld = ld,
                    .w = block,
                    .ln_w = block + ld,
                    .ln_w_min = INFINITY,
                    .ln_w_max = -INFINITY};
    for (size_t i = 0; i < ld; i++) {
        double f = i < n ? freq_hz[i] : 1;
        if (!(f > 0) || !isfinite(f)) {
            free(block);
            return hc_fail(err, HC_DATA,
                           "point %zu: a frequency of %g Hz "
                           "was found where one above zero is needed",
                           i + 1, f);
        }
        made.w[i] = 2 * M_PI * f;
        made.ln_w[i] = log(made.w[i]);
        if (i < n) {
            made.ln_w_min = fmin(made.ln_w_min, made.ln_w[i]);
            made.ln_w_max = fmax(made.ln_w_max, made.ln_w[i]);
        }
    }
    made.ln_w_mid = 0.5 * (made.ln_w_min + made.ln_w_max);
    *g = made;
    return HC_OK;
}

void hc_grid_clear(hc_grid *g)
{
    free(g->w);
    *g = (hc_grid){0};
}

/* Is this node p(R,CPE) or p(CPE,R)?  *r, *q: their first parameters. */
static bool is_arc(const hc_circuit *c, int node, int *r, int *q)
{
    const hc_node *n = &c->nodes[node];
    if (n->kind != HC_NODE_PARALLEL || n->par_n != 3 ||
        n->first_node != node - 2)
        return false;
    int a = c->nodes[node - 2].par_first, b = c->nodes[node - 1].par_first;
    *r = a < b && b - a == 1 ? a : b;
    *q = *r == a ? b : a;
    const hc_element *tr = c->elements[c->pars[*r].element].type;
    const hc_element *tq = c->elements[c->pars[*q].element].type;
    return strcmp(tr->name, "R") == 0 && strcmp(tq->name, "CPE") == 0;
}

hc_status hc_model_init(hc_model *m, const hc_circuit *c, const hc_grid *g,
                        hc_err *err)
{
    size_t one = 2 * g->ld;
    double *block =
        calloc((size_t)(c->n_nodes + c->n_pars) * one + 1, sizeof *block);
    if (block == NULL)
        return hc_fail_nomem(err);
    *m = (hc_model){
        .c = c, .g = g, .z = block, .dz = block + (size_t)c->n_nodes * one};
    for (int i = 0; i + 2 < c->n_nodes; i++)
        if (is_arc(c, i + 2, &m->arc_pars[i][0], &m->arc_pars[i][1]))
            m->arc[i] = i + 2;
    return HC_OK;
}

void hc_model_clear(hc_model *m)
{
    free(m->z);
    *m = (hc_model){0};
}

static void series(hc_model *m, const hc_node *n, double *restrict z)
{
    const hc_circuit *c = m->c;
    const size_t two = 2 * m->g->ld;
    memcpy(z, hc_model_z(m, n->first_child), two * sizeof *z);
    for (int k = c->nodes[n->first_child].next_sibling; k >= 0;
         k = c->nodes[k].next_sibling) {
        const double *restrict zk = hc_model_z(m, k);
        for (size_t i = 0; i < two; i++)
            z[i] += zk[i];
    }
}

/* dz *= f for all parameter columns of a child */
static void chain(hc_model *m, const hc_node *child, const double *f)
{
    const size_t ld = m->g->ld;
    for (int k = 0; k < child->par_n; k++) {
        double *d = hc_model_dz(m, child->par_first + k);
        if (m->c->pars[child->par_first + k].optional)
            continue;
        for (size_t i = 0; i < ld; i += 2) {
            hc_v2 re = hc_v2_load(d + i), im = hc_v2_load(d + ld + i);
            hc_v2 fr = hc_v2_load(f + i), fi = hc_v2_load(f + ld + i);
            hc_v2_store(d + i, re * fr - im * fi);
            hc_v2_store(d + ld + i, re * fi + im * fr);
        }
    }
}

/* Y = sum 1/Zk, Z = 1/Y, dZ/dZk = (Z/Zk)^2.  The children's impedances are
 * no longer needed afterwards and hold those factors. */
static void parallel(hc_model *m, const hc_node *n, double *z,
                     bool derivatives)
{
    const hc_circuit *c = m->c;
    const size_t ld = m->g->ld;
    memset(z, 0, 2 * ld * sizeof *z);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        double *zk = hc_model_z(m, k);
        for (size_t i = 0; i < ld; i += 2) {
            hc_v2 re = hc_v2_load(zk + i), im = hc_v2_load(zk + ld + i);
            hc_v2 d = 1.0 / (re * re + im * im);
            re *= d;
            im *= -d;
            hc_v2_store(zk + i, re);
            hc_v2_store(zk + ld + i, im);
            hc_v2_store(z + i, hc_v2_load(z + i) + re);
            hc_v2_store(z + ld + i, hc_v2_load(z + ld + i) + im);
        }
    }
    for (size_t i = 0; i < ld; i += 2) {
        hc_v2 re = hc_v2_load(z + i), im = hc_v2_load(z + ld + i);
        hc_v2 d = 1.0 / (re * re + im * im);
        hc_v2_store(z + i, re * d);
        hc_v2_store(z + ld + i, -im * d);
    }
    if (!derivatives)
        return;
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        double *f = hc_model_z(m, k);
        for (size_t i = 0; i < ld; i += 2) {
            hc_v2 fr = hc_v2_load(f + i), fi = hc_v2_load(f + ld + i);
            hc_v2 zr = hc_v2_load(z + i), zi = hc_v2_load(z + ld + i);
            hc_v2 re = fr * zr - fi * zi, im = fr * zi + fi * zr;
            hc_v2_store(f + i, re * re - im * im);
            hc_v2_store(f + ld + i, 2.0 * re * im);
        }
        chain(m, &c->nodes[k], f);
    }
}

/* The arc p(R,CPE), by far the most frequent branch, in one go: with x =
 * R Q (jw)^n and g = 1/(1+x), Z = R g, dZ/dln R = Z g, dZ/dln Q = -Z (1-g),
 * dZ/dn = dZ/dln Q (ln w + j pi/2).  r, q: first parameters of R and CPE. */
static void arc(hc_model *m, int node, int r, int q, const double *p,
                bool derivatives)
{
    const size_t ld = m->g->ld;
    const double n = p[q + 1], ln_rq = log(fabs(p[r]) * p[q]);
    const double sign = p[r] < 0 ? -1 : 1;
    const double c = sign * cos(n * M_PI_2), s = sign * sin(n * M_PI_2);
    double *z = hc_model_z(m, node), *dr = hc_model_dz(m, r);
    double *dq = hc_model_dz(m, q), *dn = hc_model_dz(m, q + 1);
    for (size_t i = 0; i < ld; i += 2) {
        hc_v2 ln_w = hc_v2_load(m->g->ln_w + i);
        hc_v2 size = hc_v2_exp(n * ln_w + ln_rq);
        hc_v2 a = size * c + 1.0, b = size * s;
        hc_v2 d = 1.0 / (a * a + b * b);
        hc_v2 gr = a * d, gi = -b * d, zr = p[r] * gr, zi = p[r] * gi;
        hc_v2_store(z + i, zr);
        hc_v2_store(z + ld + i, zi);
        if (!derivatives)
            continue;
        /* 1 - g = x g without cancellation */
        hc_v2 hr = size * (c * gr - s * gi), hi = size * (c * gi + s * gr);
        hc_v2 qr = zi * hi - zr * hr, qi = -(zr * hi + zi * hr);
        hc_v2_store(dr + i, zr * gr - zi * gi);
        hc_v2_store(dr + ld + i, zr * gi + zi * gr);
        hc_v2_store(dq + i, qr);
        hc_v2_store(dq + ld + i, qi);
        hc_v2_store(dn + i, qr * ln_w - qi * M_PI_2);
        hc_v2_store(dn + ld + i, qi * ln_w + qr * M_PI_2);
    }
}

static void line(hc_model *m, const hc_node *n, double *z, bool derivatives)
{
    const hc_circuit *c = m->c;
    const size_t ld = m->g->ld;
    double *child[HC_LINE_CHILDREN] = {0};
    cx zc[HC_LINE_CHILDREN], f[HC_LINE_CHILDREN], zi;
    int count = 0;
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling)
        child[count++] = hc_model_z(m, k);
    for (size_t i = 0; i < ld; i++) {
        for (int k = 0; k < count; k++)
            zc[k] = cx_make(child[k][i], child[k][ld + i]);
        n->line->point(zc, &zi, f);
        z[i] = zi.re;
        z[ld + i] = zi.im;
        for (int k = 0; k < count; k++) {
            child[k][i] = f[k].re;
            child[k][ld + i] = f[k].im;
        }
    }
    if (!derivatives)
        return;
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling)
        chain(m, &c->nodes[k], hc_model_z(m, k));
}

void hc_model_eval(hc_model *m, const double *p, int node, bool derivatives)
{
    const hc_circuit *c = m->c;
    for (int i = c->nodes[node].first_node; i <= node; i++) {
        const hc_node *n = &c->nodes[i];
        double *z = hc_model_z(m, i);
        int next = m->arc[i];
        if (next > 0 && next <= node) {
            const int *rq = m->arc_pars[i];
            arc(m, next, rq[0], rq[1], p, derivatives);
            i = next;
        } else if (n->kind == HC_NODE_ELEMENT)
            hc_element_eval(c->elements[n->element].type, m->g,
                            p + n->par_first, z,
                            derivatives ? hc_model_dz(m, n->par_first) : NULL);
        else if (n->kind == HC_NODE_SERIES)
            series(m, n, z);
        else if (n->kind == HC_NODE_PARALLEL)
            parallel(m, n, z, derivatives);
        else
            line(m, n, z, derivatives);
    }
}

hc_status hc_circuit_impedance(const hc_circuit *c, const double *p,
                               const double *freq_hz, size_t n, double *re,
                               double *im, hc_err *err)
{
    hc_grid g = {0};
    hc_model m = {0};
    for (int i = 0; i < c->n_pars; i++)
        if (isnan(p[i]))
            return hc_fail(err, HC_USAGE,
                           "%s has no value; give it with "
                           "--set %s=VALUE or in the circuit",
                           c->pars[i].name, c->pars[i].name);
    hc_status st = hc_grid_init(&g, freq_hz, n, err);
    if (st != HC_OK || (st = hc_model_init(&m, c, &g, err)) != HC_OK) {
        hc_grid_clear(&g);
        return st;
    }
    hc_model_eval(&m, p, c->n_nodes - 1, false);
    const double *z = hc_model_z(&m, c->n_nodes - 1);
    memcpy(re, z, n * sizeof *re);
    memcpy(im, z + g.ld, n * sizeof *im);
    hc_model_clear(&m);
    hc_grid_clear(&g);
    return HC_OK;
}
