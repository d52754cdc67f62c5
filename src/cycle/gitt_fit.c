#include "cycle/gitt_fit.h"

#include <math.h>
#include <string.h>

enum { SCAN = 60, COARSE = 64, COLS = 3 };
static const double decades = 6;

/* Charge at the surface from all that flowed before. */
static double from_past(const hc_gitt_job *job, double now)
{
    double q = 0;
    for (size_t k = 0; k < job->n_past; k++) {
        const hc_gitt_past *p = &job->past[k];
        q += p->amount_c * (hc_diffusion_table_g(job->g, now - p->on) -
                            hc_diffusion_table_g(job->g, now - p->off));
    }
    return q;
}

/* And from the pulse itself. */
static double from_pulse(const hc_gitt_job *job, double rate_s, double t_s)
{
    double th = rate_s * t_s, own = hc_diffusion_table_g(job->g, th);
    if (t_s > job->pulse_s)
        own -= hc_diffusion_table_g(job->g, th - rate_s * job->pulse_s);
    return job->settled_c + job->current_a / rate_s * own;
}

double hc_gitt_surface(const hc_gitt_job *job, double rate_s, double t_s)
{
    return from_pulse(job, rate_s, t_s) +
           from_past(job, job->th_begin + rate_s * t_s);
}

void hc_gitt_cosines(double table[HC_GITT_TERMS * HC_GITT_TERMS])
{
    enum { N = HC_GITT_TERMS };
    const double pi = 3.14159265358979323846;
    for (int k = 0; k < N; k++)
        for (int j = 0; j < N; j++)
            table[k * N + j] = cos(pi * k * (j + 0.5) / N);
}

hc_gitt_curve hc_gitt_curve_of(const hc_gitt_job *job, double rate_s)
{
    enum { N = HC_GITT_TERMS };
    hc_gitt_curve c = {.rate_s = rate_s, .direct = job->n_past < 2};
    double y[N];
    if (c.direct)
        return c;
    c.age = job->th_begin - job->past[0].off;
    double lo = log(c.age), hi = log(c.age + rate_s * job->end_s);
    c.direct = !(c.age > 0) || !(hi - lo > 1e-9);
    if (c.direct)
        return c;
    c.centre = (lo + hi) / 2;
    c.scale = 2 / (hi - lo);
    for (int j = 0; j < N; j++) {
        double x = c.centre + job->cosine[N + j] / c.scale;
        y[j] = from_past(job, job->th_begin - c.age + exp(x));
    }
    for (int k = 0; k < N; k++) {
        for (int j = 0; j < N; j++)
            c.coef[k] += y[j] * job->cosine[k * N + j];
        c.coef[k] *= 2.0 / N;
    }
    c.coef[0] /= 2;
    return c;
}

double hc_gitt_curve_at(const hc_gitt_job *job, const hc_gitt_curve *c,
                        double t_s)
{
    if (c->direct)
        return hc_gitt_surface(job, c->rate_s, t_s);
    double x = (log(c->age + c->rate_s * t_s) - c->centre) * c->scale;
    double b1 = 0, b2 = 0; /* Clenshaw */
    for (int k = HC_GITT_TERMS - 1; k > 0; k--) {
        double b0 = 2 * x * b1 - b2 + c->coef[k];
        b2 = b1;
        b1 = b0;
    }
    return from_pulse(job, c->rate_s, t_s) + x * b1 - b2 + c->coef[0];
}

double hc_gitt_ct_part(const hc_gitt_job *job, double t_s)
{
    if (t_s <= job->pulse_s)
        return 1 - exp(-t_s / job->tct_s);
    return (1 - exp(-job->pulse_s / job->tct_s)) *
           exp(-(t_s - job->pulse_s) / job->tct_s);
}

static size_t basis(const hc_gitt_job *job, const hc_gitt_point *p,
                    double *row)
{
    row[0] = 1;
    row[1] = p->on ? job->current_a : 0;
    if (!job->with_ct)
        return 2;
    row[2] = job->current_a * hc_gitt_ct_part(job, p->t_s);
    return 3;
}

/* Solve the symmetric a x = b, n <= 4, by Gauss with pivots; false when
 * singular. */
static bool solve(size_t n, double a[][4], double *b)
{
    for (size_t k = 0; k < n; k++) {
        size_t best = k;
        for (size_t i = k + 1; i < n; i++)
            if (fabs(a[i][k]) > fabs(a[best][k]))
                best = i;
        if (!(fabs(a[best][k]) > 0))
            return false;
        for (size_t j = 0; j < n; j++) {
            double keep = a[k][j];
            a[k][j] = a[best][j];
            a[best][j] = keep;
        }
        double keep = b[k];
        b[k] = b[best];
        b[best] = keep;
        for (size_t i = k + 1; i < n; i++) {
            double f = a[i][k] / a[k][k];
            for (size_t j = k; j < n; j++)
                a[i][j] -= f * a[k][j];
            b[i] -= f * b[k];
        }
    }
    for (size_t k = n; k-- > 0;) {
        for (size_t j = k + 1; j < n; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
    return true;
}

/* Potentials of the surface, without offset and resistances. */
static void surface_potentials(const hc_gitt_job *job, double rate_s,
                               double *u_v)
{
    hc_gitt_curve curve = hc_gitt_curve_of(job, rate_s);
    for (size_t i = 0; i < job->n; i++)
        u_v[i] = hc_monotone_at(
            job->ocv, hc_gitt_curve_at(job, &curve, job->point[i].t_s), NULL);
}

/* The linear part of the fit, on top of u. */
static hc_gitt_linear fit_linear(const hc_gitt_job *job, const double *u_v,
                                 double *model_v)
{
    double a[4][4] = {{0}}, b[4] = {0}, row[HC_GITT_FIT_MAX][COLS];
    hc_gitt_linear fit = {.chi2 = INFINITY};
    size_t m = job->with_ct ? 3 : 2;
    for (size_t i = 0; i < job->n; i++) {
        const hc_gitt_point *p = &job->point[i];
        basis(job, p, row[i]);
        for (size_t j = 0; j < m; j++) {
            for (size_t k = 0; k < m; k++)
                a[j][k] += p->w * row[i][j] * row[i][k];
            b[j] += p->w * row[i][j] * (p->v_v - u_v[i]);
        }
    }
    if (!solve(m, a, b))
        return fit;
    fit.chi2 = 0;
    for (size_t i = 0; i < job->n; i++) {
        const hc_gitt_point *p = &job->point[i];
        double v = u_v[i];
        for (size_t j = 0; j < m; j++)
            v += b[j] * row[i][j];
        fit.chi2 += p->w * (p->v_v - v) * (p->v_v - v);
        if (model_v != NULL)
            model_v[i] = v;
    }
    fit.offset_v = b[0];
    fit.r0_ohm = b[1];
    fit.rct_ohm = job->with_ct ? b[2] : 0;
    return fit;
}

hc_gitt_linear hc_gitt_evaluate(const hc_gitt_job *job, double rate_s,
                                double *model_v)
{
    double u[HC_GITT_FIT_MAX];
    surface_potentials(job, rate_s, u);
    return fit_linear(job, u, model_v);
}

static double cost(const hc_gitt_job *job, double ln_rate)
{
    return hc_gitt_evaluate(job, exp(ln_rate), NULL).chi2;
}

/* Brent's minimum of cost() in [lo, hi] (R. P. Brent, Algorithms for
 * Minimization without Derivatives, chapter 5). */
static double brent(const hc_gitt_job *job, double lo, double hi, double tol)
{
    const double gold = 0.3819660112501051;
    double x = lo + gold * (hi - lo), w = x, v = x, d = 0, e = 0;
    double fx = cost(job, x), fw = fx, fv = fx;
    for (int it = 0; it < 40; it++) {
        double mid = (lo + hi) / 2, u, fu;
        if (fabs(x - mid) + (hi - lo) / 2 <= 2 * tol)
            break;
        double r = (x - w) * (fx - fv), q = (x - v) * (fx - fw);
        double p = (x - v) * q - (x - w) * r, last = e;
        q = 2 * (q - r);
        p = q > 0 ? -p : p;
        q = fabs(q);
        e = d;
        if (fabs(p) < fabs(q * last / 2) && p > q * (lo - x) &&
            p < q * (hi - x)) {
            d = p / q;
        } else {
            e = x < mid ? hi - x : lo - x;
            d = gold * e;
        }
        u = x + (fabs(d) >= tol ? d : copysign(tol, d));
        fu = cost(job, u);
        if (fu <= fx) {
            *(u < x ? &hi : &lo) = x;
            v = w, fv = fw, w = x, fw = fx, x = u, fx = fu;
            continue;
        }
        *(u < x ? &lo : &hi) = u;
        if (fu <= fw || w == x)
            v = w, fv = fw, w = u, fw = fu;
        else if (fu <= fv || v == x || v == w)
            v = u, fv = fu;
    }
    return x;
}

void hc_gitt_coarse(const hc_gitt_job *job, hc_gitt_job *few)
{
    size_t step = (job->n + COARSE - 1) / COARSE;
    *few = *job;
    few->n = 0;
    for (size_t i = 0; i < job->n; i += step)
        few->point[few->n++] = job->point[i];
}

static bool scan(const hc_gitt_job *job, double *ln_rate)
{
    double width = decades * log(10) / (SCAN - 1), best = INFINITY;
    /* th of the pulse from 1e-5 to 10 */
    double from = log(1e-5 / job->pulse_s);
    int at = 0;
    hc_gitt_job few;
    hc_gitt_coarse(job, &few);
    for (int k = 0; k < SCAN; k++) {
        double c = cost(&few, from + k * width);
        if (c < best) {
            best = c;
            at = k;
        }
    }
    *ln_rate = from + at * width;
    return at > 0 && at < SCAN - 1;
}

bool hc_gitt_minimise(const hc_gitt_job *job, double hint_s, double tol,
                      double *rate_s)
{
    double width = decades * log(10) / (SCAN - 1), at;
    if (hint_s > 0) {
        double span = 0.06;
        at = log(hint_s);
        for (int k = 0; k < 6; k++, span *= 3) {
            double x = brent(job, at - span, at + span, tol);
            if (fabs(x - at) < 0.98 * span) {
                double th = exp(x) * job->pulse_s;
                *rate_s = exp(x);
                return th > 1e-5 && th < 10;
            }
            at = x;
        }
    }
    if (!scan(job, &at)) {
        *rate_s = exp(at);
        return false;
    }
    *rate_s = exp(brent(job, at - width, at + width, tol));
    return true;
}

/* Potentials for a comb of rates about the one found, on which trial
 * relaxations are tested: only the linear part depends on them. */
enum { COMB = 9 };
typedef struct {
    hc_gitt_job few;
    double u[COMB][COARSE], from, width;
} comb;

/* Least cost over the comb, its rate by a parabola; infinite for a negative
 * resistance. */
static double best_of_comb(const comb *c, double *ln_rate)
{
    double chi2[COMB];
    int at = 0;
    for (int j = 0; j < COMB; j++) {
        hc_gitt_linear fit = fit_linear(&c->few, c->u[j], NULL);
        bool wrong = fit.rct_ohm < 0 || fit.r0_ohm < 0;
        chi2[j] = wrong ? (double)INFINITY : fit.chi2;
        if (chi2[j] < chi2[at])
            at = j;
    }
    *ln_rate = c->from + at * c->width;
    if (at == 0 || at == COMB - 1)
        return chi2[at];
    double l = chi2[at - 1], m = chi2[at], r = chi2[at + 1];
    double bend = l - 2 * m + r, shift = (l - r) / 2 / bend;
    if (!isfinite(bend) || !(bend > 0))
        return m;
    *ln_rate += shift * c->width;
    return m - bend * shift * shift / 2;
}

static void try_time(comb *c, double tct_s, double *best, double *best_tct,
                     double *ln_rate)
{
    double x, cost_now;
    c->few.tct_s = tct_s;
    cost_now = best_of_comb(c, &x);
    if (cost_now < *best) {
        *best = cost_now;
        *best_tct = tct_s;
        *ln_rate = x;
    }
}

/* Times of the trial relaxation: from the first point to 3 % of the pulse,
 * beyond which it cannot be told from diffusion. */
void hc_gitt_try_ct(hc_gitt_job *job, double *rate_s)
{
    enum { TRIALS = 9 };
    comb c = {.width = 0.1};
    double at, best = INFINITY, best_tct = 0, low = INFINITY;
    double high = 0.03 * job->pulse_s;
    for (size_t i = 0; i < job->n; i++)
        low = fmin(low, job->point[i].t_s);
    if (!(high > low) || job->n < 12)
        return;
    hc_gitt_coarse(job, &c.few);
    c.from = log(*rate_s) - c.width * (COMB - 1) / 2.0;
    for (int j = 0; j < COMB; j++)
        surface_potentials(&c.few, exp(c.from + j * c.width), c.u[j]);
    c.few.with_ct = false;
    double plain = best_of_comb(&c, &at);
    c.few.with_ct = true;
    for (int k = 0; k < TRIALS; k++)
        try_time(&c, low * pow(high / low, k / (double)(TRIALS - 1)), &best,
                 &best_tct, &at);
    /* two more parameters; delta BIC > 10 is very strong */
    double m = (double)c.few.n;
    if (!(m * log(plain / best) - 2 * log(m) > 10))
        return;
    double ratio = pow(high / low, 1.0 / (TRIALS - 1));
    for (int round = 0; round < 6; round++) {
        double centre = best_tct;
        ratio = sqrt(ratio);
        try_time(&c, centre * ratio, &best, &best_tct, &at);
        try_time(&c, centre / ratio, &best, &best_tct, &at);
    }
    job->with_ct = true;
    job->tct_s = best_tct;
    *rate_s = exp(at);
}

/* ---- interval ---- */

/* Correlation of neighbouring residuals, 0 ... 0.95. */
static double neighbour_correlation(const hc_gitt_job *job,
                                    const double *model_v)
{
    double top = 0, bottom = 0, last = 0;
    for (size_t i = 0; i < job->n; i++) {
        double r = job->point[i].v_v - model_v[i];
        bottom += r * r;
        if (i > 0)
            top += r * last;
        last = r;
    }
    double rho = bottom > 0 ? top / bottom : 0;
    return fmin(fmax(rho, 0), 0.95);
}

/* Variance of ln rate: naive weighted one and the sandwich, both per unit
 * variance of a sample (weights do not follow the noise). */
static bool variances(const hc_gitt_job *job, double rate_s, double *naive,
                      double *sandwich)
{
    double up[HC_GITT_FIT_MAX], down[HC_GITT_FIT_MAX];
    double a[4][4] = {{0}}, b[4] = {1, 0, 0, 0}, row[4], sum = 0;
    size_t m = job->with_ct ? 4 : 3;
    const double h = 1e-3;
    hc_gitt_curve high = hc_gitt_curve_of(job, rate_s * exp(h));
    hc_gitt_curve low = hc_gitt_curve_of(job, rate_s * exp(-h));
    for (size_t i = 0; i < job->n; i++) {
        double t = job->point[i].t_s;
        up[i] =
            hc_monotone_at(job->ocv, hc_gitt_curve_at(job, &high, t), NULL);
        down[i] =
            hc_monotone_at(job->ocv, hc_gitt_curve_at(job, &low, t), NULL);
    }
    for (size_t i = 0; i < job->n; i++) {
        row[0] = (up[i] - down[i]) / (2 * h);
        basis(job, &job->point[i], row + 1);
        for (size_t j = 0; j < m; j++)
            for (size_t k = 0; k < m; k++)
                a[j][k] += job->point[i].w * row[j] * row[k];
    }
    if (!solve(m, a, b)) /* b: first column of the inverse */
        return false;
    for (size_t i = 0; i < job->n; i++) {
        double dot;
        row[0] = (up[i] - down[i]) / (2 * h);
        basis(job, &job->point[i], row + 1);
        dot = 0;
        for (size_t j = 0; j < m; j++)
            dot += b[j] * row[j];
        sum += job->point[i].w * job->point[i].w * dot * dot;
    }
    *naive = b[0];
    *sandwich = sum;
    return b[0] > 0;
}

/* Where the profile has risen by `rise`, on one side; step is where a
 * parabola would have. */
static double crossing(const hc_gitt_job *job, double at, double low,
                       double rise, double step)
{
    for (int k = 0; k < 8; k++) {
        double got = cost(job, at + step) - low;
        double ratio = got > 0 ? rise / got : 4;
        step *= fmin(fmax(sqrt(ratio), 0.5), 2);
        if (fabs(ratio - 1) < 0.05)
            break;
    }
    return at + step;
}

void hc_gitt_interval(const hc_gitt_job *job, double rate_s, double extra_var,
                      double *sd_ln, double *low_s, double *high_s)
{
    double model[HC_GITT_FIT_MAX], naive, sandwich, plain = 0;
    hc_gitt_linear fit = hc_gitt_evaluate(job, rate_s, model);
    double dof = (double)job->n - (job->with_ct ? 5 : 3);
    *sd_ln = *low_s = *high_s = NAN;
    if (dof < 1 || !variances(job, rate_s, &naive, &sandwich))
        return;
    for (size_t i = 0; i < job->n; i++) {
        double r = job->point[i].v_v - model[i];
        plain += r * r;
    }
    double rho = neighbour_correlation(job, model);
    double var = plain / dof * (1 + rho) / (1 - rho) * sandwich + extra_var;
    *sd_ln = sqrt(var);
    /* chi2 rises by x^2 / naive for a shift x of ln rate */
    double reach = 1.96 * *sd_ln, rise = reach * reach / naive;
    double at = log(rate_s);
    *low_s = exp(crossing(job, at, fit.chi2, rise, -reach));
    *high_s = exp(crossing(job, at, fit.chi2, rise, reach));
}
