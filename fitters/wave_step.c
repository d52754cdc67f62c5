/* wave_step.c: impedance from steps and pulses, in the time domain
 *
 * The answer to any current is that of a series resistor, a series capacitor
 * and RC elements on a grid of time constants, all linear in what is sought,
 * beside offset and drift.  Rise times, pulses that overlap and records that
 * end before rest need no care.  The resistances have a Gaussian prior,
 * smooth over ln tau; its size is that of highest evidence
 * (D. J. C. MacKay, Neural Comput. 4 (1992) 415, 10.1162/neco.1992.4.3.415),
 * and the posterior gives the errors of Z.
 */
#include "fitters/wave_private.h"

#include "fitters/dense.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    PER_DECADE = 8,
    FLAT = 4,
    MOST_TAU = 120,
    MOST_ROWS = 20000,
    HEAVIEST = 100,
    FEW = 300000,
    JUMPS = 8,
    FREQS_PER_DECADE = 10
};

/* Parameters: offset, drift, series R, 1/C, then RC. */
typedef struct {
    const hc_wave_data *d;
    double *i_ampere; /* [d->n] the current, its plateaus without noise */
    size_t m, p;      /* RC elements, all parameters */
    double tau[MOST_TAU], decay[MOST_TAU];
    double *gram, *rhs; /* [p p], [p] of the plain parameters */
    double yy;          /* of the data */
    double rows;
    double time_s, charge; /* scales of the drift and charge columns */
    bool drift;
    double edge; /* a change of the current in one sample that is a jump */
    double place[JUMPS]; /* of jumps between their samples */
    size_t jumps;        /* met so far */
    double free_s;       /* all places may shift together by so much */
    bool straight;       /* do without places */
} work;

/* A change of the current that ends a row: 2 % of the range, or six times
 * the noise. */
static double edge_size(const double *i, size_t n)
{
    double low = i[0], high = i[0];
    for (size_t k = 0; k < n; k++) {
        low = fmin(low, i[k]);
        high = fmax(high, i[k]);
    }
    return fmax(0.02 * (high - low), 6 * hc_wave_noise(i, n));
}

static void time_constants(work *w)
{
    const double dt = w->d->dt_s, last = 3 * dt * (double)w->d->n;
    double t = 0.5 * dt;
    for (w->m = 0; w->m < MOST_TAU && t < last; w->m++) {
        w->tau[w->m] = t;
        w->decay[w->m] = exp(-dt / t);
        t *= pow(10, 1.0 / PER_DECADE);
    }
    w->p = FLAT + w->m;
}

/* One row: means of `count` samples, weighted by how many. */
static void add_row(work *w, double *sum, double v, double count)
{
    const double weight = fmin(count, HEAVIEST);
    const double y = v / count;
    for (size_t j = 0; j < w->p; j++)
        sum[j] /= count;
    for (size_t j = 0; j < w->p; j++) {
        w->rhs[j] += weight * sum[j] * y;
        for (size_t k = 0; k <= j; k++)
            w->gram[j * w->p + k] += weight * sum[j] * sum[k];
    }
    w->yy += weight * y * y;
    w->rows++;
    memset(sum, 0, w->p * sizeof *sum);
}

/* One sample on: the current straight from `before` to `i`, or, where it
 * jumps, held to `place` of the way. */
static double advance(work *w, double before, double i, double *y)
{
    const double dt = w->d->dt_s;
    if (w->straight || fabs(i - before) < w->edge) {
        const double slope = (i - before) / dt;
        for (size_t j = 0; j < w->m; j++) {
            const double lag = w->tau[j] * slope;
            y[j] = i - lag + (y[j] - before + lag) * w->decay[j];
        }
        return 0.5 * (i + before) * dt;
    }
    const double place = w->place[w->jumps < JUMPS ? w->jumps : JUMPS - 1];
    w->jumps++;
    for (size_t j = 0; j < w->m; j++) {
        const double held = exp(-place * dt / w->tau[j]);
        const double at = before + (y[j] - before) * held;
        y[j] = i + (at - i) * w->decay[j] / held;
    }
    return dt * (place * before + (1 - place) * i);
}

/* All samples through the RC elements, the current straight between them,
 * gathered to rows that widen with the time since the last edge. */
static void gather(work *w, double *y, double *sum)
{
    const hc_wave_data *d = w->d;
    memset(w->gram, 0, w->p * w->p * sizeof *w->gram);
    memset(w->rhs, 0, 2 * w->p * sizeof *w->rhs);
    w->yy = w->rows = 0;
    w->jumps = 0;
    const double edge = edge_size(w->i_ampere, d->n);
    const size_t shortest = d->n / MOST_ROWS + 1;
    double charge = 0, v = 0;
    size_t since = 0, start = 0;
    for (size_t j = 0; j < w->m; j++)
        y[j] = w->i_ampere[0];
    for (size_t k = 0; k < d->n; k++) {
        const double i = w->i_ampere[k];
        const bool jump = fabs(i - w->i_ampere[start]) > edge;
        const size_t want = since / 20 > shortest ? since / 20 : shortest;
        if (k > start && (jump || k - start >= want)) {
            add_row(w, sum, v, (double)(k - start));
            v = 0;
            start = k;
            since = jump ? 0 : since;
        }
        charge += k ? advance(w, w->i_ampere[k - 1], i, y) : 0;
        for (size_t j = 0; j < w->m; j++)
            sum[FLAT + j] += y[j];
        sum[0] += 1;
        sum[1] += w->drift ? ((double)k * d->dt_s / w->time_s - 0.5) : 0;
        sum[2] += i;
        sum[3] += charge / w->charge;
        v += d->v_volt[k] - d->v_volt[0];
        since++;
    }
    add_row(w, sum, v, (double)(d->n - start));
}

/* How far in ln tau the prior reaches: little more than the grid's step.
 * Wider ones often have a higher evidence where most of the answer is a
 * smooth tail, and then hide how little is known of a fast arc. */
static const double reach = 0.4;

/* Lower Cholesky factor of the prior's correlation. */
static bool prior(const work *w, double *l)
{
    for (size_t j = 0; j < w->m; j++)
        for (size_t k = 0; k <= j; k++) {
            const double e = log(w->tau[j] / w->tau[k]) / reach;
            l[j * w->m + k] = exp(-0.5 * e * e) + (j == k ? 1e-8 : 0);
        }
    return hc_cholesky(l, w->m, 0);
}

/* Gram and right side in u, where the RC are l u. */
static void turn(const work *w, const double *l, double *gram, double *rhs,
                 double *half)
{
    const size_t p = w->p, m = w->m;
    for (size_t j = 0; j < p; j++)
        for (size_t k = 0; k < p; k++) {
            double s = 0;
            if (k < FLAT)
                s = j > k ? w->gram[j * p + k] : w->gram[k * p + j];
            for (size_t r = k < FLAT ? m : k - FLAT; r < m; r++) {
                const size_t q = FLAT + r;
                s += (j > q ? w->gram[j * p + q] : w->gram[q * p + j]) *
                     l[r * m + k - FLAT];
            }
            half[j * p + k] = s;
        }
    for (size_t j = 0; j < p; j++) {
        rhs[j] = j < FLAT ? w->rhs[j] : 0;
        for (size_t r = j < FLAT ? m : j - FLAT; r < m; r++)
            rhs[j] += l[r * m + j - FLAT] * w->rhs[FLAT + r];
        for (size_t k = 0; k <= j; k++) {
            double s = j < FLAT ? half[j * p + k] : 0;
            for (size_t r = j < FLAT ? m : j - FLAT; r < m; r++)
                s += l[r * m + j - FLAT] * half[(FLAT + r) * p + k];
            gram[j * p + k] = s;
        }
    }
}

/* One trial: factor of gram + ridge in a, solution in x, log evidence. */
typedef struct {
    double *a, *x, *l;
    double evidence, variance, ridge;
} trial;

static bool attempt(const work *w, const double *gram, const double *rhs,
                    double ridge, trial *t)
{
    const size_t p = w->p;
    memcpy(t->a, gram, p * p * sizeof *gram);
    memcpy(t->x, rhs, p * sizeof *rhs);
    for (size_t j = 0; j < p; j++)
        t->a[j * p + j] += j < FLAT ? 1e-13 * gram[j * p + j] + 1e-300 : ridge;
    if (!hc_cholesky(t->a, p, 1e-15))
        return false;
    hc_cholesky_solve(t->a, p, t->x);
    double rss = w->yy - hc_dot(rhs, t->x, p), det = 0;
    rss = fmax(rss, 1e-14 * w->yy);
    for (size_t j = 0; j < p; j++)
        det += 2 * log(t->a[j * p + j]);
    const double n = fmax(1, w->rows - FLAT);
    t->variance = rss / n;
    t->ridge = ridge;
    t->evidence =
        -0.5 * n * log(rss) - 0.5 * det + 0.5 * (double)w->m * log(ridge);
    return true;
}

static hc_status trial_init(trial *t, const work *w, hc_err *err)
{
    t->a = malloc(w->p * w->p * sizeof *t->a);
    t->x = malloc(w->p * sizeof *t->x);
    t->l = malloc(w->m * w->m * sizeof *t->l);
    t->evidence = -HUGE_VAL;
    return t->a && t->x && t->l ? HC_OK : hc_fail_nomem(err);
}

static void trial_clear(trial *t)
{
    free(t->a);
    free(t->x);
    free(t->l);
}

/* The best of a grid of sizes. */
static hc_status best_trial(const work *w, trial *best, hc_err *err)
{
    const size_t p = w->p;
    trial t = {0};
    double *space = malloc((2 * p * p + p) * sizeof *space);
    hc_status st = space ? trial_init(&t, w, err) : hc_fail_nomem(err);
    if (st == HC_OK && prior(w, t.l)) {
        double *gram = space, *rhs = space + 2 * p * p;
        turn(w, t.l, gram, rhs, space + p * p);
        double size = 0;
        for (size_t j = FLAT; j < p; j++)
            size = fmax(size, gram[j * p + j]);
        for (int e = 0; e <= 48; e++)
            if (attempt(w, gram, rhs, size * pow(10, 0.25 * -e), &t) &&
                t.evidence > best->evidence) {
                trial keep = *best;
                *best = t;
                t = keep;
                memcpy(t.l, best->l, w->m * w->m * sizeof *t.l);
            }
    }
    if (st == HC_OK && !isfinite(best->evidence))
        st = hc_fail(err, HC_DATA, "the record does not determine a response");
    free(space);
    trial_clear(&t);
    return st;
}

/* Evidence of the places as they stand, with the prior of *t. */
static double evidence(work *w, trial *t, double *space)
{
    const size_t p = w->p;
    gather(w, w->rhs + 2 * p, w->rhs + p);
    turn(w, t->l, space, space + 2 * p * p, space + p * p);
    return attempt(w, space, space + 2 * p * p, t->ridge, t) ? t->evidence
                                                             : -HUGE_VAL;
}

/* The best place of jump j: quarters, then two halvings. */
static void place_one(work *w, size_t j, trial *t, double *space)
{
    double best = w->place[j], top = -HUGE_VAL;
    for (int k = 0; k < 9; k++) {
        const double step = k < 7 ? 0.125 : 0.0625;
        const double at = k < 5 ? 0.25 * k : best + (k % 2 ? step : -step);
        if (at < 0 || at > 1)
            continue;
        w->place[j] = at;
        const double e = evidence(w, t, space);
        if (e > top) {
            top = e;
            best = at;
        }
    }
    w->place[j] = best;
}

/* Jumps, and whether they are too many to look for the place of each. */
static size_t count_jumps(work *w)
{
    size_t jumps = 0;
    for (size_t k = 1; k < w->d->n; k++)
        jumps += fabs(w->i_ampere[k] - w->i_ampere[k - 1]) > w->edge;
    w->straight = jumps == 0 || jumps > JUMPS || w->d->n > FEW;
    for (size_t j = 0; j < JUMPS; j++)
        w->place[j] = 0.5;
    return jumps;
}

/* Places to the middle of what they may shift by together: no answer tells
 * a shift of the whole current from another impedance. */
static void centre(work *w, size_t jumps)
{
    double low = 1, high = 0;
    if (jumps == 0)
        return;
    if (w->straight)
        low = high = 0.5;
    for (size_t j = 0; j < jumps && !w->straight; j++) {
        low = fmin(low, w->place[j]);
        high = fmax(high, w->place[j]);
    }
    for (size_t j = 0; j < jumps && !w->straight; j++)
        w->place[j] += (1 - low - high) / 2;
    w->free_s = (1 - (high - low)) * w->d->dt_s;
}

/* Jumps happen between samples; where in between, evidence tells but for
 * what is common to all.  Slower currents are straight in between. */
static hc_status place_jumps(work *w, trial *best, hc_err *err)
{
    const size_t p = w->p, jumps = count_jumps(w);
    /* its noise would tell the series resistor from fast elements, wrongly */
    hc_wave_hold(w->i_ampere, w->d->n);
    double *space = malloc((2 * p * p + p) * sizeof *space);
    if (!space)
        return hc_fail_nomem(err);
    gather(w, w->rhs + 2 * p, w->rhs + p);
    hc_status st = best_trial(w, best, err);
    const bool look = !w->straight && jumps > 1;
    for (int sweep = 0; st == HC_OK && look && sweep < 2; sweep++)
        for (size_t j = 0; j < jumps; j++)
            place_one(w, j, best, space);
    free(space);
    centre(w, jumps);
    if (st != HC_OK || !look)
        return st;
    gather(w, w->rhs + 2 * p, w->rhs + p);
    best->evidence = -HUGE_VAL;
    return best_trial(w, best, err);
}

/* Value and variance of Re or Im of Z. */
static double part_of(const work *w, const trial *t, double *h, double *z)
{
    /* h of the plain parameters becomes that of u */
    for (size_t j = 0; j < w->m; j++) {
        double s = 0;
        for (size_t r = j; r < w->m; r++)
            s += t->l[r * w->m + j] * h[FLAT + r];
        h[FLAT + j] = s;
    }
    *z = hc_dot(h, t->x, w->p);
    hc_lower_solve(t->a, w->p, h);
    return t->variance * hc_dot(h, h, w->p);
}

/* The answer to a unit step half a sample after it. */
static double early(const work *w, const trial *t, double *h)
{
    const double after = 0.5 * w->d->dt_s;
    double s;
    memset(h, 0, w->p * sizeof *h);
    h[2] = 1;
    h[3] = after / w->charge;
    for (size_t j = 0; j < w->m; j++)
        h[FLAT + j] = -expm1(-after / w->tau[j]);
    (void)part_of(w, t, h, &s);
    return s;
}

/* The jumps' part of the current's changes at omega, both as transforms. */
static double jumps_part(const work *w, double omega)
{
    const double complex turn = cexp(CMPLX(0, -omega * w->d->dt_s));
    double complex e = 1, jumps = 0, all = 0;
    for (size_t k = 1; k < w->d->n; k++) {
        const double step = w->i_ampere[k] - w->i_ampere[k - 1];
        e = k % 4096 ? e * turn
                     : cexp(CMPLX(0, -omega * w->d->dt_s * (double)k));
        all += step * e;
        jumps += fabs(step) > w->edge ? step * e : 0;
    }
    return cabs(jumps) / fmax(cabs(all), 1e-3 * cabs(jumps));
}

/* Samples of a step's answer s(t + a) for t > 0 are those of the impedance
 * Z + j omega a (Z - s(0)), a being small: a current whose jumps may all be
 * shifted leaves that open, the more of it the more they are of its changes
 * (a current that a voltage drives falls after its jump). */
static double open_shift(const work *w, double complex z, double start,
                         double omega)
{
    if (!(w->free_s > 0))
        return 0;
    const double d =
        cabs(z - start) * omega * w->free_s * jumps_part(w, omega);
    return d * d / 12; /* anywhere within it alike */
}

static hc_wave_line line_at(const work *w, const trial *t, double f, double *h,
                            double start)
{
    const double omega = 2 * M_PI * f;
    hc_wave_line l = {.freq_hz = f, .distortion = NAN};
    double re, im;
    memset(h, 0, w->p * sizeof *h);
    h[2] = 1;
    for (size_t j = 0; j < w->m; j++)
        h[FLAT + j] = creal(1 / CMPLX(1, omega * w->tau[j]));
    double var = part_of(w, t, h, &re);
    memset(h, 0, w->p * sizeof *h);
    h[3] = -1 / (omega * w->charge);
    for (size_t j = 0; j < w->m; j++)
        h[FLAT + j] = cimag(1 / CMPLX(1, omega * w->tau[j]));
    var += part_of(w, t, h, &im);
    l.z_ohm = CMPLX(re, im);
    var += open_shift(w, l.z_ohm, start, omega);
    l.sd_ohm = sqrt(var / 2);
    l.ci95_ohm = 1.96 * sqrt(var);
    l.v_volt = l.i_ampere = NAN;
    return l;
}

/* From one cycle a record to a tenth of the sampling rate; what is not known
 * to half its size is left out. */
static hc_status lines(const work *w, const trial *t, hc_wave *out,
                       hc_err *err)
{
    const double low = 1 / (w->d->dt_s * (double)w->d->n);
    const double high = 0.1 / w->d->dt_s;
    const size_t n =
        (size_t)(FREQS_PER_DECADE * fmax(0, log10(high / low)) + 1);
    double *h = malloc(w->p * sizeof *h);
    out->lines = calloc(n, sizeof *out->lines);
    if (!h || !out->lines) {
        free(h);
        return hc_fail_nomem(err);
    }
    const double start = early(w, t, h);
    for (size_t k = 0; k < n; k++) {
        const double f = low * pow(10, (double)k / FREQS_PER_DECADE);
        const hc_wave_line l = line_at(w, t, f, h, start);
        if (l.ci95_ohm < 0.5 * cabs(l.z_ohm))
            out->lines[out->n_lines++] = l;
    }
    free(h);
    if (out->n_lines == 0)
        return hc_fail(err, HC_NO,
                       "no impedance is known to half its size: noise or "
                       "drift hides the response");
    return HC_OK;
}

static hc_status work_init(work *w, const hc_wave_data *d, bool drift,
                           hc_err *err)
{
    double range = 0;
    *w = (work){.d = d, .drift = drift, .time_s = d->dt_s * (double)d->n};
    time_constants(w);
    w->i_ampere = malloc(d->n * sizeof *w->i_ampere);
    w->gram = calloc(w->p * w->p + 2 * w->p + w->m, sizeof *w->gram);
    if (!w->i_ampere || !w->gram)
        return hc_fail_nomem(err);
    w->rhs = w->gram + w->p * w->p;
    for (size_t k = 0; k < d->n; k++) {
        w->i_ampere[k] = d->i_ampere[k];
        range = fmax(range, fabs(d->i_ampere[k] - d->i_ampere[0]));
    }
    w->charge = w->time_s * range;
    w->edge = 0.25 * range;
    return HC_OK;
}

hc_status hc_wave_step(const hc_wave_data *d, const hc_wave_options *o,
                       hc_wave *out, hc_err *err)
{
    work *w = malloc(sizeof *w);
    if (!w)
        return hc_fail_nomem(err);
    trial best = {0};
    hc_status st = work_init(w, d, o->drift > 0, err);
    if (st == HC_OK)
        st = trial_init(&best, w, err);
    if (st == HC_OK)
        st = place_jumps(w, &best, err);
    if (st == HC_OK)
        st = lines(w, &best, out, err);
    trial_clear(&best);
    free(w->i_ampere);
    free(w->gram);
    free(w);
    return st;
}
