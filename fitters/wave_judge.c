/* wave_judge.c: from amplitudes at discrete frequencies to lines, harmonics
 * and the level of non-linearity
 */
#include "fitters/wave_private.h"

#include "fitters/cx.h"

#include <math.h>
#include <stdlib.h>

/* Parts of the largest amplitude: weakest line taken for excited, and
 * weakest that counts for telling which signal drives. */
static const double weakest = 3e-3, strong = 0.05;

hc_status hc_wave_spectrum_init(hc_wave_spectrum *s, size_t n, hc_err *err)
{
    *s = (hc_wave_spectrum){.n = n};
    const size_t m = n + 1;
    s->freq_hz = calloc(m, sizeof *s->freq_hz);
    s->order = calloc(m, sizeof *s->order);
    s->v = calloc(m, sizeof *s->v);
    s->i = calloc(m, sizeof *s->i);
    s->vv = calloc(m, sizeof *s->vv);
    s->ii = calloc(m, sizeof *s->ii);
    s->vi = calloc(m, sizeof *s->vi);
    s->dof = calloc(m, sizeof *s->dof);
    s->sv = calloc(m, sizeof *s->sv);
    s->si = calloc(m, sizeof *s->si);
    if (s->freq_hz && s->order && s->v && s->i && s->vv && s->ii && s->vi &&
        s->dof && s->sv && s->si)
        return HC_OK;
    hc_wave_spectrum_clear(s);
    return hc_fail_nomem(err);
}

void hc_wave_spectrum_clear(hc_wave_spectrum *s)
{
    free(s->freq_hz);
    free(s->order);
    free(s->v);
    free(s->i);
    free(s->vv);
    free(s->ii);
    free(s->vi);
    free(s->dof);
    free(s->sv);
    free(s->si);
    *s = (hc_wave_spectrum){0};
}

double hc_wave_disc(double dof)
{
    return sqrt(dof * (pow(0.05, -1 / dof) - 1));
}

double hc_wave_ratio_variance(double complex v, double complex i, double vv,
                              double ii, double complex vi)
{
    const double v2 = creal(v * conj(v)), i2 = creal(i * conj(i));
    const double all = vv / v2 + ii / i2 - 2 * creal(vi / (v * conj(i)));
    return fmax(0, all) * v2 / i2;
}

static double power(double complex x)
{
    return creal(x * conj(x));
}

static double largest(const double complex *x, size_t n)
{
    double most = 0;
    for (size_t k = 0; k < n; k++)
        most = fmax(most, cabs(x[k]));
    return most;
}

/* One chance in a thousand that any of n lines of noise passes.  What is a
 * millionth of the largest line is not believed whatever the noise. */
static bool stands_out(double complex x, double variance, double dof, size_t n,
                       double most)
{
    const double floor_ = 1e-6 * most;
    const double limit = dof * (pow(1e3 * (double)n, 1 / dof) - 1);
    return cabs(x) > floor_ && power(x) > limit * variance;
}

typedef struct {
    const hc_wave_spectrum *s;
    const hc_wave_options *o;
    double most_v, most_i;
    bool by_voltage;
    size_t *excited; /* [n] indices */
    size_t n;
    double tol_hz;
} judge;

static bool v_stands(const judge *j, size_t k)
{
    const hc_wave_spectrum *s = j->s;
    return stands_out(s->v[k], s->sv[k], fmax(8, s->dof[k]), s->n, j->most_v);
}

static bool i_stands(const judge *j, size_t k)
{
    const hc_wave_spectrum *s = j->s;
    return stands_out(s->i[k], s->si[k], fmax(8, s->dof[k]), s->n, j->most_i);
}

/* Index of a frequency; n when there is none. */
static size_t find(const judge *j, double freq_hz)
{
    const hc_wave_spectrum *s = j->s;
    size_t a = 0, b = s->n;
    while (a < b) {
        const size_t m = (a + b) / 2;
        if (s->freq_hz[m] < freq_hz - j->tol_hz)
            a = m + 1;
        else
            b = m;
    }
    return a < s->n && fabs(s->freq_hz[a] - freq_hz) <= j->tol_hz ? a : s->n;
}

/* Power of the harmonics of line k over its own, less that of the noise. */
static double harmonic_power(const judge *j, const double complex *x,
                             const double *variance, size_t k)
{
    double sum = 0;
    for (int h = 2; h <= HC_WAVE_HARMONICS; h++) {
        const size_t m = find(j, h * j->s->freq_hz[k]);
        if (m < j->s->n)
            sum += power(x[m]) - variance[m];
    }
    return fmax(0, sum) / power(x[k]);
}

/* The signal that is silent where the other is strong drives; if neither is,
 * the one with the weaker harmonics or the flatter spectrum. */
static bool voltage_drives(const judge *j)
{
    const hc_wave_spectrum *s = j->s;
    double sv = 0, svv = 0, si = 0, sii = 0;
    size_t n = 0, silent_v = 0, silent_i = 0, top = 0;
    for (size_t k = 0; k < s->n; k++) {
        const bool v = cabs(s->v[k]) > strong * j->most_v && v_stands(j, k);
        const bool i = cabs(s->i[k]) > strong * j->most_i && i_stands(j, k);
        silent_v += i && !v_stands(j, k);
        silent_i += v && !i_stands(j, k);
        if (!(v || i) || !(power(s->v[k]) > 0) || !(power(s->i[k]) > 0))
            continue;
        const double a = log(power(s->v[k])), b = log(power(s->i[k]));
        sv += a;
        svv += a * a;
        si += b;
        sii += b * b;
        top = k;
        n++;
    }
    if (silent_v != silent_i)
        return silent_v > silent_i;
    if (n == 0)
        return false;
    if (n == 1)
        return harmonic_power(j, s->v, s->sv, top) <
               harmonic_power(j, s->i, s->si, top);
    const double m = (double)n;
    return svv - sv * sv / m < sii - si * si / m;
}

static void find_excited(judge *j)
{
    for (size_t k = 0; k < j->s->n; k++) {
        const double most = j->by_voltage ? j->most_v : j->most_i;
        const double a = cabs(j->by_voltage ? j->s->v[k] : j->s->i[k]);
        const double other = cabs(j->by_voltage ? j->s->i[k] : j->s->v[k]);
        if (a > weakest * most && other > 0 &&
            (j->by_voltage ? v_stands(j, k) : i_stands(j, k)))
            j->excited[j->n++] = k;
    }
}

static bool is_excited(const judge *j, size_t k)
{
    size_t a = 0, b = j->n;
    while (a < b) {
        const size_t m = (a + b) / 2;
        if (j->excited[m] < k)
            a = m + 1;
        else
            b = m;
    }
    return a < j->n && j->excited[a] == k;
}

static long gcd(long a, long b)
{
    while (b) {
        const long c = a % b;
        a = b;
        b = c;
    }
    return a;
}

/* Even and odd lines that nothing excites, up to three times the highest. */
static void levels(const judge *j, hc_wave *out)
{
    const hc_wave_spectrum *s = j->s;
    const double complex *x = j->by_voltage ? s->i : s->v;
    const double *var = j->by_voltage ? s->si : s->sv;
    double sum[2] = {0}, driven = 0;
    size_t count[2] = {0};
    long base = 0;
    for (size_t m = 0; m < j->n; m++) {
        base = gcd(s->order[j->excited[m]], base);
        driven += power(x[j->excited[m]]);
    }
    out->even = out->odd = NAN;
    if (base == 0 || j->n == 0)
        return;
    const double last = 3.01 * s->freq_hz[j->excited[j->n - 1]];
    for (size_t k = 0; k < s->n && s->freq_hz[k] <= last; k++) {
        if (s->order[k] % base || is_excited(j, k))
            continue;
        const size_t odd = (s->order[k] / base) % 2 != 0;
        sum[odd] += power(x[k]) - var[k];
        count[odd]++;
    }
    driven /= (double)j->n;
    if (count[0])
        out->even = sqrt(fmax(0, sum[0] / (double)count[0]) / driven);
    if (count[1])
        out->odd = sqrt(fmax(0, sum[1] / (double)count[1]) / driven);
}

/* Answer at lines within a factor 1.3 that nothing excites, over line k. */
static double nearby(const judge *j, size_t k)
{
    const hc_wave_spectrum *s = j->s;
    const double complex *x = j->by_voltage ? s->i : s->v;
    const double *var = j->by_voltage ? s->si : s->sv;
    double sum = 0;
    size_t n = 0, down = k, up = k + 1;
    for (int step = 0; step < 32; step++) {
        const bool low = step % 2 == 0;
        if (low ? down == 0 : up >= s->n)
            continue;
        const size_t m = low ? --down : up++;
        const double r = s->freq_hz[m] / s->freq_hz[k];
        if (r > 1.3 || r < 1 / 1.3 || s->order[m] == 0 || is_excited(j, m))
            continue;
        sum += power(x[m]) - var[m];
        n++;
    }
    return n ? sqrt(fmax(0, sum / (double)n) / power(x[k])) : NAN;
}

static void fill_line(const judge *j, size_t k, hc_wave_line *l)
{
    const hc_wave_spectrum *s = j->s;
    const double var =
        hc_wave_ratio_variance(s->v[k], s->i[k], s->vv[k], s->ii[k], s->vi[k]);
    l->freq_hz = s->freq_hz[k];
    l->z_ohm = s->v[k] / s->i[k];
    l->sd_ohm = sqrt(var / 2);
    l->ci95_ohm = sqrt(var) * hc_wave_disc(s->dof[k]);
    l->v_volt = s->v[k];
    l->i_ampere = s->i[k];
    if (j->n == 1)
        l->distortion =
            sqrt(j->by_voltage ? harmonic_power(j, s->i, s->si, k)
                               : harmonic_power(j, s->v, s->sv, k));
    else
        l->distortion = nearby(j, k);
}

static hc_status fill_harmonics(const judge *j, hc_wave *out, hc_err *err)
{
    const hc_wave_spectrum *s = j->s;
    const size_t most = j->n * (size_t)j->o->harmonics;
    out->harmonics = calloc(most + 1, sizeof *out->harmonics);
    if (!out->harmonics)
        return hc_fail_nomem(err);
    for (size_t m = 0; m < j->n; m++)
        for (int h = 1; h <= j->o->harmonics; h++) {
            const double f = h * s->freq_hz[j->excited[m]];
            const size_t k = find(j, f);
            if (k == s->n || (h > 1 && is_excited(j, k)))
                continue;
            out->harmonics[out->n_harmonics++] =
                (hc_wave_harmonic){m,
                                   h,
                                   s->freq_hz[k],
                                   s->v[k],
                                   s->i[k],
                                   sqrt(s->vv[k] / 2),
                                   sqrt(s->ii[k] / 2)};
        }
    return HC_OK;
}

hc_status hc_wave_judge(const hc_wave_spectrum *s, const hc_wave_options *o,
                        hc_wave *out, hc_err *err)
{
    judge j = {.s = s, .o = o};
    j.excited = calloc(s->n + 1, sizeof *j.excited);
    if (!j.excited)
        return hc_fail_nomem(err);
    j.most_v = largest(s->v, s->n);
    j.most_i = largest(s->i, s->n);
    j.tol_hz = s->n ? 1e-6 * s->freq_hz[s->n - 1] : 0;
    for (size_t k = 1; k < s->n; k++)
        j.tol_hz = fmin(j.tol_hz, 0.01 * (s->freq_hz[k] - s->freq_hz[k - 1]));
    j.by_voltage = o->drive == HC_DRIVE_VOLTAGE ||
                   (o->drive == HC_DRIVE_AUTO && voltage_drives(&j));
    out->voltage_driven = j.by_voltage;
    find_excited(&j);
    hc_status st = HC_OK;
    if (j.n == 0)
        st = hc_fail(err, HC_NO,
                     "no excitation: no line of the %s stands out of its "
                     "noise",
                     j.by_voltage ? "voltage" : "current");
    if (st == HC_OK) {
        out->lines = calloc(j.n, sizeof *out->lines);
        if (!out->lines)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        for (size_t m = 0; m < j.n; m++)
            fill_line(&j, j.excited[m], &out->lines[m]);
        out->n_lines = j.n;
        hc_wave_fold(s, out);
        levels(&j, out);
        if (j.n <= 300)
            st = fill_harmonics(&j, out, err);
    }
    free(j.excited);
    return st;
}
