/* fit_problem.c: branches, weights, cost */
#include "fitters/fit_problem.h"

#include "fitters/dense.h"
#include "fitters/simd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- branches ---- */

static void branch_signature(const hc_circuit *c, int node, hc_text *out)
{
    const hc_node *n = &c->nodes[node];
    if (n->kind == HC_NODE_ELEMENT) {
        const hc_circuit_element *e = &c->elements[n->element];
        hc_text_puts(out, e->type->name);
        for (int i = 0; i < e->type->n_par; i++) {
            const hc_par *q = &c->pars[e->par_first + i];
            hc_text_putc(out, q->optional ? '.' : q->negative ? '-' : '+');
            if (fit_spoken_of(c, e->par_first + i))
                hc_text_printf(out, "#%d", e->par_first + i);
        }
        return;
    }
    hc_text_printf(out, "%d(", (int)n->kind);
    if (n->line != NULL)
        hc_text_puts(out, n->line->name);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling)
        branch_signature(c, k, out);
    hc_text_putc(out, ')');
}

static void describe_branch(hc_fit *f, branch *b)
{
    bool other = false;
    b->reference = -1;
    for (int i = 0; i < b->par_n; i++) {
        int k = b->par_first + i;
        const coordinate *co = &f->co[k];
        if (f->c.pars[k].optional)
            continue;
        if (co->scale != 0 && (!co->free || fit_spoken_of(&f->c, k)))
            b->locked = true;
        if (co->scale != 0 && co->free && b->reference < 0)
            b->reference = k;
        else if (co->free)
            other = true;
    }
    if (b->reference < 0)
        b->locked = true;
    b->shaped = other || b->locked;
    for (int i = 0; i < b->par_n; i++)
        if (f->c.pars[b->par_first + i].negative &&
            f->co[b->par_first + i].free)
            b->shaped = true;
}

static hc_status find_branches(hc_fit *f, hc_err *err)
{
    const hc_circuit *c = &f->c;
    int root = c->n_nodes - 1;
    hc_text sig[MAX_BRANCHES] = {{0}};
    bool series = c->nodes[root].kind == HC_NODE_SERIES;
    hc_status st = HC_OK;
    for (int k = series ? c->nodes[root].first_child : root; k >= 0;
         k = c->nodes[k].next_sibling) {
        if (f->n_branches == MAX_BRANCHES) {
            st = hc_fail(err, HC_USAGE,
                         "the circuit has more than %d "
                         "branches in series",
                         MAX_BRANCHES);
            break;
        }
        branch *b = &f->branches[f->n_branches];
        *b = (branch){.node = k,
                      .par_first = c->nodes[k].par_first,
                      .par_n = c->nodes[k].par_n,
                      .kind = -1};
        describe_branch(f, b);
        branch_signature(c, k, &sig[f->n_branches]);
        for (int i = 0; i < f->n_branches && b->kind < 0; i++)
            if (strcmp(hc_text_get(&sig[i]),
                       hc_text_get(&sig[f->n_branches])) == 0)
                b->kind = f->branches[i].kind;
        if (b->kind < 0)
            b->kind = f->n_kinds++;
        f->any_locked |= b->locked;
        f->n_branches++;
    }
    for (int i = 0; i < MAX_BRANCHES; i++) {
        if (st == HC_OK)
            st = hc_text_status(&sig[i], err);
        hc_text_clear(&sig[i]);
    }
    return st;
}

void fit_scale_branch(const hc_fit *f, const branch *b, double ln_s, double *y)
{
    for (int i = 0; i < b->par_n; i++)
        y[b->par_first + i] += f->co[b->par_first + i].scale * ln_s;
}

void fit_branch_column(hc_fit *f, const branch *b, const double *y,
                       uint64_t negative, double *out)
{
    double p[HC_CIRCUIT_PARS];
    fit_p_from_y(f, y, negative, p);
    hc_model_eval(&f->model, p, b->node, false);
    const double *z = hc_model_z(&f->model, b->node);
    for (size_t i = 0; i < 2 * f->ld; i++)
        out[i] = f->weight[i] * z[i];
}

/* ---- cost ---- */

HC_SIMD double fit_cost(void *fit, const double *x)
{
    hc_fit *f = fit;
    hc_v4 sum = {0};
    fit_y_from_x(f, x, f->y);
    fit_p_from_y(f, f->y, f->negative, f->p);
    hc_model_eval(&f->model, f->p, f->c.n_nodes - 1, true);
    f->evaluations++;
    const double *z = hc_model_z(&f->model, f->c.n_nodes - 1);
    for (size_t i = 0; i < 2 * f->ld; i += 4) {
        hc_v4 r = HC_V4(f->weight + i) * (HC_V4(z + i) - HC_V4(f->target + i));
        HC_V4(f->residual + i) = r;
        sum += r * r;
    }
    return hc_v4_sum(&sum);
}

HC_SIMD_PART void add_column(double *to, const double *from, double a,
                             size_t n)
{
    for (size_t i = 0; i < n; i += 4)
        HC_V4(to + i) = HC_V4(to + i) + a * HC_V4(from + i);
}

HC_SIMD_PART void map_column(hc_fit *f, int k)
{
    const size_t two = 2 * f->ld;
    const coordinate *co = &f->co[k];
    double *own = hc_model_dz(&f->model, k);
    if (co->kind == MAP_MID) {
        add_column(hc_model_dz(&f->model, co->exponent), own, -f->g.ln_w_mid,
                   two);
        return;
    }
    if (co->kind == MAP_TAU_CPE) {
        add_column(hc_model_dz(&f->model, co->exponent), own, f->y[k], two);
        add_column(hc_model_dz(&f->model, co->partner), own, -1, two);
        for (size_t i = 0; i < two; i += 4)
            HC_V4(own + i) = f->y[co->exponent] * HC_V4(own + i);
        return;
    }
    add_column(hc_model_dz(&f->model, co->partner), own,
               co->kind == MAP_TAU_L ? 1 : -1, two);
}

HC_SIMD void fit_map_columns(hc_fit *f)
{
    for (int k = 0; k < f->np; k++)
        if (f->co[k].kind != MAP_SELF && f->co[k].kind != MAP_TIED)
            map_column(f, k);
    for (int k = 0; k < f->np; k++)
        if (f->co[k].kind == MAP_TIED)
            add_column(hc_model_dz(&f->model, f->co[k].partner),
                       hc_model_dz(&f->model, k), 1, 2 * f->ld);
}

/* Four products at once: columns a0, a1 with b0, b1. */
HC_SIMD_PART void products(const double *a0, const double *a1,
                           const double *b0, const double *b1, size_t n,
                           double out[4])
{
    hc_v4 s0 = {0}, s1 = s0, s2 = s0, s3 = s0;
    for (size_t i = 0; i < n; i += 4) {
        hc_v4 p = HC_V4(a0 + i), q = HC_V4(a1 + i);
        hc_v4 u = HC_V4(b0 + i), v = HC_V4(b1 + i);
        s0 += p * u;
        s1 += p * v;
        s2 += q * u;
        s3 += q * v;
    }
    out[0] = hc_v4_sum(&s0);
    out[1] = hc_v4_sum(&s1);
    out[2] = hc_v4_sum(&s2);
    out[3] = hc_v4_sum(&s3);
}

/* The residual stands behind the last column, so that J^T r comes with
 * J^T J; an odd count takes the last column twice. */
HC_SIMD void fit_normal(void *fit, double *jtj, double *grad)
{
    hc_fit *f = fit;
    const size_t two = 2 * f->ld;
    const int n = f->nf;
    fit_map_columns(f);
    for (int i = 0; i < n; i++) {
        double *j = f->jacobian + (size_t)i * two;
        const double *d = hc_model_dz(&f->model, f->index[i]);
        for (size_t k = 0; k < two; k += 4)
            HC_V4(j + k) = HC_V4(f->weight + k) * HC_V4(d + k);
    }
    for (int i = 0; i <= n; i += 2) {
        int i1 = i < n ? i + 1 : i;
        const double *a0 = i < n ? f->jacobian + (size_t)i * two : f->residual;
        const double *a1 =
            i1 < n ? f->jacobian + (size_t)i1 * two : f->residual;
        for (int k = 0; k <= i; k += 2) {
            int k1 = k < n ? k + 1 : k, row[2] = {i, i1}, col[2] = {k, k1};
            const double *b0 =
                k < n ? f->jacobian + (size_t)k * two : f->residual;
            const double *b1 =
                k1 < n ? f->jacobian + (size_t)k1 * two : f->residual;
            double out[4];
            products(a0, a1, b0, b1, two, out);
            for (int m = 0; m < 4; m++) {
                int r = row[m / 2], c = col[m % 2];
                if (r < n && c < n)
                    jtj[r * n + c] = jtj[c * n + r] = out[m];
                else if (r == n && c < n)
                    grad[c] = out[m];
                else if (c == n && r < n)
                    grad[r] = out[m];
            }
        }
    }
}

/* r'' = 2/h ((r(x + h v) - r(x))/h - J v), with J and r(x) as normal() and
 * cost() left them. */
HC_SIMD void fit_bend(void *fit, const double *x, const double *v, double *out)
{
    hc_fit *f = fit;
    const size_t two = 2 * f->ld;
    const double h = 0.02;
    double moved[HC_LM_MAX], y[HC_CIRCUIT_PARS], p[HC_CIRCUIT_PARS];
    double *r = f->bent;
    for (int i = 0; i < f->nf; i++)
        moved[i] = x[i] + h * v[i];
    fit_y_from_x(f, moved, y);
    fit_p_from_y(f, y, f->negative, p);
    hc_model_eval(&f->model, p, f->c.n_nodes - 1, false);
    const double *z = hc_model_z(&f->model, f->c.n_nodes - 1);
    for (size_t i = 0; i < two; i += 4)
        HC_V4(r + i) =
            (HC_V4(f->weight + i) * (HC_V4(z + i) - HC_V4(f->target + i)) -
             HC_V4(f->residual + i)) /
            h;
    for (int k = 0; k < f->nf; k++)
        add_column(r, f->jacobian + (size_t)k * two, -v[k], two);
    for (int k = 0; k < f->nf; k++)
        out[k] = 2 / h * hc_dot(f->jacobian + (size_t)k * two, r, two);
}

hc_lm fit_lm(hc_fit *f)
{
    return (hc_lm){.ctx = f,
                   .n = f->nf,
                   .cost = fit_cost,
                   .normal = fit_normal,
                   .lo = f->lo,
                   .hi = f->hi,
                   .cap = f->cap,
                   .cost_floor = 1e-26 * f->norm};
}

/* ---- new, free ---- */

static hc_status weigh(hc_fit *f, const hc_fit_data *d, hc_fit_weight how,
                       hc_err *err)
{
    double sum = 0;
    for (size_t i = 0; i < d->n; i++) {
        double re = d->re[i], im = d->im[i], m = hypot(re, im);
        double wr = 1, wi = 1;
        if (!isfinite(re) || !isfinite(im))
            return hc_fail(err, HC_DATA,
                           "point %zu (%g Hz): the impedance "
                           "is not a number",
                           i + 1, d->freq_hz[i]);
        if (how == HC_WEIGHT_MODULUS)
            wr = wi = 1 / m;
        else if (how == HC_WEIGHT_PROPORTIONAL) {
            wr = 1 / fabs(re);
            wi = 1 / fabs(im);
        } else if (how == HC_WEIGHT_SIGMA) {
            wr = d->sd_re == NULL ? NAN : 1 / d->sd_re[i];
            wi = d->sd_im == NULL ? NAN : 1 / d->sd_im[i];
        }
        if (!(wr > 0) || !(wi > 0) || !isfinite(wr) || !isfinite(wi))
            return hc_fail(err, HC_DATA,
                           "point %zu (%g Hz): no weight can "
                           "be formed, %s",
                           i + 1, d->freq_hz[i],
                           how == HC_WEIGHT_SIGMA
                               ? "its standard deviation is not above zero"
                               : "its impedance is zero");
        f->target[i] = re;
        f->target[f->ld + i] = im;
        f->weight[i] = wr;
        f->weight[f->ld + i] = wi;
        sum += log(m);
    }
    f->ln_typical = sum / (double)d->n;
    memcpy(f->weight0, f->weight, 2 * f->ld * sizeof *f->weight);
    return HC_OK;
}

static void measure_norm(hc_fit *f)
{
    f->norm = 0;
    for (size_t i = 0; i < 2 * f->ld; i++) {
        double t = f->weight[i] * f->target[i];
        f->norm += t * t;
    }
}

void hc_fit_reweight(hc_fit *f, const double *factor)
{
    memcpy(f->weight, f->weight0, 2 * f->ld * sizeof *f->weight);
    for (size_t i = 0; i < f->n && factor != NULL; i++) {
        f->weight[i] *= factor[i];
        f->weight[f->ld + i] *= factor[f->n + i];
    }
    measure_norm(f);
}

static void hold_values(hc_fit *f)
{
    double p[HC_CIRCUIT_PARS];
    uint64_t negative;
    hc_circuit_values(&f->c, p);
    for (int k = 0; k < f->np; k++) {
        f->any_start |= f->co[k].free && !isnan(p[k]);
        if (isnan(p[k]))
            p[k] = f->c.pars[k].spec->kind == HC_PAR_EXP ? 0.8 : 1;
    }
    fit_y_from_p(f, p, f->y0, &negative);
    for (int k = 0; k < f->np; k++)
        if (f->co[k].free)
            negative &= ~(UINT64_C(1) << k);
    f->negative = negative;
}

static hc_status prepare(hc_fit *f, const hc_fit_data *d, hc_fit_weight how,
                         hc_err *err)
{
    hc_status st = hc_grid_init(&f->g, d->freq_hz, d->n, err);
    if (st != HC_OK)
        return st;
    f->n = d->n;
    f->ld = f->g.ld;
    if ((st = hc_model_init(&f->model, &f->c, &f->g, err)) != HC_OK)
        return st;
    size_t two = 2 * f->ld;
    f->target = calloc((size_t)(5 + f->np) * two, sizeof *f->target);
    if (f->target == NULL)
        return hc_fail_nomem(err);
    f->weight = f->target + two;
    f->weight0 = f->weight + two;
    f->residual = f->weight0 + two;
    f->bent = f->residual + two;
    f->jacobian = f->bent + two;
    if ((st = weigh(f, d, how, err)) != HC_OK)
        return st;
    measure_norm(f);
    fit_choose_coordinates(f);
    if (f->nf == 0)
        return hc_fail(err, HC_USAGE, "the circuit has no free parameter");
    if (2 * d->n < (size_t)f->nf + 1)
        return hc_fail(err, HC_DATA,
                       "%zu points cannot determine %d "
                       "parameters",
                       d->n, f->nf);
    hold_values(f);
    return find_branches(f, err);
}

hc_status hc_fit_new(hc_fit **out, const hc_circuit *c, const hc_fit_data *d,
                     hc_fit_weight weight, hc_err *err)
{
    if (d->n == 0)
        return hc_fail(err, HC_DATA, "there is no point to fit");
    hc_fit *f = calloc(1, sizeof *f);
    if (f == NULL)
        return hc_fail_nomem(err);
    f->c = *c;
    f->np = c->n_pars;
    hc_status st = hc_circuit_check(c, err);
    if (st == HC_OK)
        st = prepare(f, d, weight, err);
    if (st != HC_OK) {
        hc_fit_free(f);
        return st;
    }
    *out = f;
    return HC_OK;
}

void hc_fit_free(hc_fit *f)
{
    if (f == NULL)
        return;
    hc_model_clear(&f->model);
    hc_grid_clear(&f->g);
    free(f->target);
    free(f);
}

const hc_circuit *hc_fit_circuit(const hc_fit *f)
{
    return &f->c;
}

size_t hc_fit_points(const hc_fit *f)
{
    return f->n;
}

int hc_fit_free_pars(const hc_fit *f, int *index)
{
    memcpy(index, f->index, (size_t)f->nf * sizeof *index);
    return f->nf;
}

double hc_fit_at(hc_fit *f, const double *p, double *residual, double *re,
                 double *im)
{
    hc_model_eval(&f->model, p, f->c.n_nodes - 1, false);
    const double *z = hc_model_z(&f->model, f->c.n_nodes - 1);
    double cost = 0;
    for (size_t i = 0; i < f->n; i++) {
        double a = f->weight[i] * (z[i] - f->target[i]);
        double b =
            f->weight[f->ld + i] * (z[f->ld + i] - f->target[f->ld + i]);
        cost += a * a + b * b;
        if (residual != NULL) {
            residual[i] = a;
            residual[f->n + i] = b;
        }
        if (re != NULL)
            re[i] = z[i];
        if (im != NULL)
            im[i] = z[f->ld + i];
    }
    return cost;
}
