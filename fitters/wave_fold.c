/* wave_fold.c: what a signal that jumps does above half the sampling rate
 *
 * Where the signal that drives jumps, its lines fall off as 1/f right up to
 * half the sampling rate and beyond, and those beyond fold back.  With samples
 * the place of a jump is known to one of them: against its part at f the phase
 * is off by up to pi f/rate, which the fast part of Z (current and voltage
 * jump together) does not see but the rest of Z does.
 */
#include "fitters/wave_private.h"

#include <math.h>

/* How 1/f is told from a band: slope of ln amplitude over ln frequency between
 * a fortieth and a quarter of the rate, and the part of the amplitude that is
 * still there beyond four tenths of it. */
static const double steepest = -1.5, flattest = -0.7, still_there = 0.3;

/* Largest amplitude between two frequencies, and where. */
static double largest_between(const hc_wave_spectrum *s,
                              const double complex *x, double from, double to,
                              double *freq_hz)
{
    double most = 0;
    for (size_t k = 0; k < s->n; k++)
        if (s->freq_hz[k] >= from && s->freq_hz[k] < to && cabs(x[k]) > most) {
            most = cabs(x[k]);
            *freq_hz = s->freq_hz[k];
        }
    return most;
}

static bool jumps(const hc_wave_spectrum *s, const double complex *x,
                  double *amplitude, double *freq_hz)
{
    const double rate = s->rate_hz;
    double low_hz = NAN, top_hz = NAN;
    *amplitude = largest_between(s, x, 0.2 * rate, 0.3 * rate, freq_hz);
    const double low =
        largest_between(s, x, 0.02 * rate, 0.03 * rate, &low_hz);
    const double top = largest_between(s, x, 0.4 * rate, rate, &top_hz);
    if (!(*amplitude > 0) || !(low > 0))
        return false;
    const double slope = log(*amplitude / low) / log(*freq_hz / low_hz);
    return slope > steepest && slope < flattest &&
           top > still_there * *amplitude;
}

/* Mean impedance of the lines within a tenth of a frequency. */
static double complex around(const hc_wave *w, double freq_hz)
{
    double complex sum = 0;
    double n = 0;
    for (size_t k = 0; k < w->n_lines; k++)
        if (fabs(w->lines[k].freq_hz / freq_hz - 1) <= 0.1) {
            sum += w->lines[k].z_ohm;
            n++;
        }
    return n > 0 ? sum / n : w->lines[w->n_lines - 1].z_ohm;
}

/* Where Z goes beyond its highest lines, as R + b/f. */
static double complex fast_part(const hc_wave *w)
{
    const double top = 0.9 * w->lines[w->n_lines - 1].freq_hz;
    return 2 * around(w, top) - around(w, top / 2);
}

void hc_wave_fold(const hc_wave_spectrum *s, hc_wave *out)
{
    double at = 0, freq = 0;
    if (!(s->rate_hz > 0) || out->n_lines == 0 ||
        !jumps(s, out->voltage_driven ? s->v : s->i, &at, &freq))
        return;
    const double complex fast = fast_part(out);
    for (size_t k = 0; k < out->n_lines; k++) {
        hc_wave_line *l = &out->lines[k];
        const double a = cabs(out->voltage_driven ? l->v_volt : l->i_ampere);
        const double folded = at * freq / (s->rate_hz - l->freq_hz) / a;
        const double most = M_PI * folded * cabs(l->z_ohm - fast);
        l->ci95_ohm += most;
        l->sd_ohm = hypot(l->sd_ohm, most / sqrt(6)); /* of a uniform one */
    }
}
