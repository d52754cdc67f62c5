#include "fitters/fixture.h"

#include <math.h>
#include <stddef.h>

double complex hc_fixture_correct(const hc_fixture *f, double complex zm,
                                  double sd_zm, double *sd)
{
    const double complex o = f->open, s = f->has_short ? f->shorted : 0;
    double complex z = zm - s, dm = 1, ds = f->has_short ? -1 : 0;
    double complex dopen = 0, dload = 0; /* dZ/dZo, dZ/dZl */
    if (f->has_load && f->has_open && f->has_short) {
        const double complex l = f->load;
        z = f->known * (o - l) * (zm - s) / ((l - s) * (o - zm));
        /* logarithmic derivatives of the four factors */
        dm = z * (1 / (zm - s) + 1 / (o - zm));
        ds = z * (-1 / (zm - s) + 1 / (l - s));
        dopen = z * (1 / (o - l) - 1 / (o - zm));
        dload = z * (-1 / (o - l) - 1 / (l - s));
    } else if (f->has_open) {
        z = (zm - s) * (o - s) / (o - zm);
        dm = z * (1 / (zm - s) + 1 / (o - zm));
        dopen = z * (1 / (o - s) - 1 / (o - zm));
        ds = f->has_short ? z * (-1 / (zm - s) - 1 / (o - s)) : 0;
    }
    if (sd != NULL) {
        double a = cabs(dm) * sd_zm, b = cabs(ds) * f->sd_short;
        double c = cabs(dopen) * f->sd_open, d = cabs(dload) * f->sd_load;
        *sd = sqrt(a * a + b * b + c * c + d * d);
    }
    return z;
}
