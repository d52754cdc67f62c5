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

HC_SIMD static void series(hc_model *m, const hc_node *n, double *z)
{
    const hc_circuit *c = m->c;
    const size_t two = 2 * m->g->ld;
    memcpy(z, hc_model_z(m, n->first_child), two * sizeof *z);
    for (int k = c->nodes[n->first_child].next_sibling; k >= 0;
         k = c->nodes[k].next_sibling) {
        const double *zk = hc_model_z(m, k);
        for (size_t i = 0; i < two; i += 4)
            HC_V4(z + i) = HC_V4(z + i) + HC_V4(zk + i);
    }
}

/* dz *= f for all parameter columns of a child */
HC_SIMD static void chain(hc_model *m, const hc_node *child, const double *f)
{
    const size_t ld = m->g->ld;
    for (int k = 0; k < child->par_n; k++) {
        double *d = hc_model_dz(m, child->par_first + k);
        if (m->c->pars[child->par_first + k].optional)
            continue;
        for (size_t i = 0; i < ld; i += 4) {
            hc_v4 re = HC_V4(d + i), im = HC_V4(d + ld + i);
            hc_v4 fr = HC_V4(f + i), fi = HC_V4(f + ld + i);
            HC_V4(d + i) = re * fr - im * fi;
            HC_V4(d + ld + i) = re * fi + im * fr;
        }
    }
}

/* Y = sum 1/Zk, Z = 1/Y, dZ/dZk = (Z/Zk)^2.  The children's impedances are
 * no longer needed afterwards and hold those factors. */
HC_SIMD static void parallel(hc_model *m, const hc_node *n, double *z,
                             bool derivatives)
{
    const hc_circuit *c = m->c;
    const size_t ld = m->g->ld;
    memset(z, 0, 2 * ld * sizeof *z);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        double *zk = hc_model_z(m, k);
        for (size_t i = 0; i < ld; i += 4) {
            hc_v4 re = HC_V4(zk + i), im = HC_V4(zk + ld + i);
            hc_v4 d = 1.0 / (re * re + im * im);
            re *= d;
            im *= -d;
            HC_V4(zk + i) = re;
            HC_V4(zk + ld + i) = im;
            HC_V4(z + i) = HC_V4(z + i) + re;
            HC_V4(z + ld + i) = HC_V4(z + ld + i) + im;
        }
    }
    for (size_t i = 0; i < ld; i += 4) {
        hc_v4 re = HC_V4(z + i), im = HC_V4(z + ld + i);
        hc_v4 d = 1.0 / (re * re + im * im);
        HC_V4(z + i) = re * d;
        HC_V4(z + ld + i) = -im * d;
    }
    if (!derivatives)
        return;
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        double *f = hc_model_z(m, k);
        for (size_t i = 0; i < ld; i += 4) {
            hc_v4 fr = HC_V4(f + i), fi = HC_V4(f + ld + i);
            hc_v4 zr = HC_V4(z + i), zi = HC_V4(z + ld + i);
            hc_v4 re = fr * zr - fi * zi, im = fr * zi + fi * zr;
            HC_V4(f + i) = re * re - im * im;
            HC_V4(f + ld + i) = 2.0 * re * im;
        }
        chain(m, &c->nodes[k], f);
    }
}

/* The arc p(R,CPE), by far the most frequent branch, in one go: x = R Q
 * (jw)^n.  r, q: first parameters of R and CPE. */
static void arc(hc_model *m, int node, int r, int q, const double *p,
                bool derivatives)
{
    hc_arc out = {.z = hc_model_z(m, node), .by = 1};
    if (derivatives) {
        out.dr = hc_model_dz(m, r);
        out.dx = hc_model_dz(m, q);
        out.dn = hc_model_dz(m, q + 1);
    }
    hc_arc_eval(m->g, p[r], p[q + 1], log(fabs(p[r]) * p[q]), &out);
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
