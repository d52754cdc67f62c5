#include "fitters/model.h"

#include <stdlib.h>
#include <string.h>

hc_status hc_grid_init(hc_grid *g, const double *freq_hz, size_t n,
                       hc_err *err)
{
    size_t ld = (n + 3) & ~(size_t)3;
    double *block = malloc(2 * (ld + 1) * sizeof *block);
    if (block == NULL)
        return hc_fail_nomem(err);
    hc_grid made = {.n = n,
                    .ld = ld,
                    .w = block,
                    .ln_w = block + ld + 1,
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
static void chain(hc_model *m, const hc_node *child, const double *restrict f)
{
    const size_t ld = m->g->ld;
    for (int k = 0; k < child->par_n; k++) {
        double *restrict d = hc_model_dz(m, child->par_first + k);
        if (m->c->pars[child->par_first + k].optional)
            continue;
        for (size_t i = 0; i < ld; i++) {
            double re = d[i], im = d[ld + i];
            d[i] = re * f[i] - im * f[ld + i];
            d[ld + i] = re * f[ld + i] + im * f[i];
        }
    }
}

/* Y = sum 1/Zk, Z = 1/Y, dZ/dZk = (Z/Zk)^2.  The children's impedances are
 * no longer needed afterwards and hold those factors. */
static void parallel(hc_model *m, const hc_node *n, double *restrict z,
                     bool derivatives)
{
    const hc_circuit *c = m->c;
    const size_t ld = m->g->ld;
    memset(z, 0, 2 * ld * sizeof *z);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        double *restrict zk = hc_model_z(m, k);
        for (size_t i = 0; i < ld; i++) {
            double re = zk[i], im = zk[ld + i];
            double d = 1.0 / (re * re + im * im);
            zk[i] = re * d;
            zk[ld + i] = -im * d;
            z[i] += zk[i];
            z[ld + i] += zk[ld + i];
        }
    }
    for (size_t i = 0; i < ld; i++) {
        double re = z[i], im = z[ld + i], d = 1.0 / (re * re + im * im);
        z[i] = re * d;
        z[ld + i] = -im * d;
    }
    if (!derivatives)
        return;
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        double *restrict f = hc_model_z(m, k);
        for (size_t i = 0; i < ld; i++) {
            double re = f[i] * z[i] - f[ld + i] * z[ld + i];
            double im = f[i] * z[ld + i] + f[ld + i] * z[i];
            f[i] = re * re - im * im;
            f[ld + i] = 2 * re * im;
        }
        chain(m, &c->nodes[k], f);
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
        if (n->kind == HC_NODE_ELEMENT)
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
