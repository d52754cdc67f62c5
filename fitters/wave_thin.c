/* wave_thin.c: many lines merged to some a decade */
#include "fitters/wave_private.h"

#include <math.h>
#include <stdlib.h>

enum { ALL = 300, USUAL = 20 };

/* Lines within 2 % of the best of [a, b), weighted by their errors; between
 * lines so close Z is straight. */
static hc_wave_line merge(const hc_wave_line *l, size_t a, size_t b)
{
    size_t best = a;
    for (size_t k = a; k < b; k++)
        if (l[k].sd_ohm < l[best].sd_ohm)
            best = k;
    hc_wave_line r = l[best];
    double weight = 0, f = 0, spread = 0;
    double complex z = 0;
    size_t n = 0;
    for (size_t k = a; k < b; k++) {
        if (fabs(l[k].freq_hz / l[best].freq_hz - 1) > 0.02 ||
            !(l[k].sd_ohm > 0))
            continue;
        const double w = 1 / (l[k].sd_ohm * l[k].sd_ohm);
        weight += w;
        f += w * l[k].freq_hz;
        z += w * l[k].z_ohm;
        spread += w * l[k].ci95_ohm / l[k].sd_ohm;
        n++;
    }
    if (n < 2)
        return r;
    r.freq_hz = f / weight;
    r.z_ohm = z / weight;
    r.sd_ohm = sqrt(1 / weight);
    r.ci95_ohm = r.sd_ohm * spread / weight;
    r.v_volt = r.i_ampere = NAN;
    return r;
}

void hc_wave_thin(hc_wave *w, long per_decade)
{
    if (per_decade == 0 && w->n_lines <= ALL)
        return;
    const double c = per_decade > 0 ? (double)per_decade : USUAL;
    const double f0 = w->n_lines ? w->lines[0].freq_hz : 1;
    size_t n = 0;
    for (size_t a = 0; a < w->n_lines;) {
        const double cell = floor(c * log10(w->lines[a].freq_hz / f0) + 1e-9);
        size_t b = a + 1;
        while (b < w->n_lines &&
               floor(c * log10(w->lines[b].freq_hz / f0) + 1e-9) == cell)
            b++;
        w->lines[n++] = merge(w->lines, a, b);
        a = b;
    }
    if (n < w->n_lines) { /* lines no longer have their places */
        free(w->harmonics);
        w->harmonics = NULL;
        w->n_harmonics = 0;
    }
    w->n_lines = n;
}
