/* immittance.c: the impedance from what else meters give of it
 *
 * With w = 2 pi f and a time factor exp(jwt): Y = 1/Z = G + jB; a capacitance
 * beside a conductance, Y = G + jwCp, G = 1/Rp = w Cp D; one behind a
 * resistance, Z = Rs - j/(wCs), Rs = D/(wCs); the complex capacitance C' -
 * jC'' = Y/(jw).  Source: Keysight, Impedance Measurement Handbook
 * (5950-3000), table 1-2; R. Barsoukov, J. R. Macdonald, Impedance
 * Spectroscopy, table 1.1.
 */
#include "formats/immittance.h"

#include <math.h>
#include <stddef.h>

static const struct {
    const char *a, *b;
} forms[] = {
    [HC_IMMITTANCE_Y] = {"real_admittance_siemens",
                         "imaginary_admittance_siemens"},
    [HC_IMMITTANCE_Y_POLAR] = {"absolute_admittance_siemens",
                               "admittance_angle_degree"},
    [HC_IMMITTANCE_CP_D] = {"parallel_capacitance_farad", "loss_factor"},
    [HC_IMMITTANCE_CP_G] = {"parallel_capacitance_farad",
                            "real_admittance_siemens"},
    [HC_IMMITTANCE_CP_RP] = {"parallel_capacitance_farad",
                             "parallel_resistance_ohm"},
    [HC_IMMITTANCE_CS_D] = {"series_capacitance_farad", "loss_factor"},
    [HC_IMMITTANCE_CS_RS] = {"series_capacitance_farad", "real_impedance_ohm"},
    [HC_IMMITTANCE_C] = {"real_capacitance_farad",
                         "imaginary_capacitance_farad"},
};

hc_immittance hc_immittance_find(int (*find)(const void *, const char *),
                                 const void *table, int *a, int *b)
{
    for (size_t i = HC_IMMITTANCE_Y; i < sizeof forms / sizeof forms[0]; i++) {
        *a = find(table, forms[i].a);
        *b = *a < 0 ? -1 : find(table, forms[i].b);
        if (*b >= 0)
            return (hc_immittance)i;
    }
    *a = *b = -1;
    return HC_IMMITTANCE_NONE;
}

void hc_immittance_impedance(hc_immittance form, double freq_hz, double a,
                             double b, double *re_ohm, double *im_ohm)
{
    double w = 2 * M_PI * freq_hz, g = a, s = b, size;
    switch (form) {
    case HC_IMMITTANCE_CS_D:
        *re_ohm = b / (w * a);
        *im_ohm = -1 / (w * a);
        return;
    case HC_IMMITTANCE_CS_RS:
        *re_ohm = b;
        *im_ohm = -1 / (w * a);
        return;
    case HC_IMMITTANCE_Y_POLAR:
        g = a * cos(b * M_PI / 180);
        s = a * sin(b * M_PI / 180);
        break;
    case HC_IMMITTANCE_CP_D:
        g = w * a * b;
        s = w * a;
        break;
    case HC_IMMITTANCE_CP_G:
        g = b;
        s = w * a;
        break;
    case HC_IMMITTANCE_CP_RP:
        g = 1 / b;
        s = w * a;
        break;
    case HC_IMMITTANCE_C:
        g = w * b;
        s = w * a;
        break;
    case HC_IMMITTANCE_Y:
    case HC_IMMITTANCE_NONE:
        break;
    }
    size = g * g + s * s;
    *re_ohm = g / size;
    *im_ohm = -s / size;
}
