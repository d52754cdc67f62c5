/* units.h: quantities with units, "1.44cm2", "0.1mA/cm2", "25um", "-25C"
 *
 * Everything inside is SI; degrees Celsius are the one exception and stay
 * degrees (HC_DIM_TEMPERATURE takes K or C and gives Celsius).
 */
#ifndef HC_CORE_UNITS_H
#define HC_CORE_UNITS_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Dimension as exponents of m, kg, s, A, K, mol. */
typedef struct {
    signed char m, kg, s, a, k, mol;
} hc_dim;

#define HC_DIM_NONE ((hc_dim){0})
#define HC_DIM_LENGTH ((hc_dim){.m = 1})
#define HC_DIM_AREA ((hc_dim){.m = 2})
#define HC_DIM_MASS ((hc_dim){.kg = 1})
#define HC_DIM_TIME ((hc_dim){.s = 1})
#define HC_DIM_FREQUENCY ((hc_dim){.s = -1})
#define HC_DIM_CURRENT ((hc_dim){.a = 1})
#define HC_DIM_CURRENT_DENSITY ((hc_dim){.a = 1, .m = -2})
#define HC_DIM_VOLTAGE ((hc_dim){.kg = 1, .m = 2, .s = -3, .a = -1})
#define HC_DIM_RESISTANCE ((hc_dim){.kg = 1, .m = 2, .s = -3, .a = -2})
#define HC_DIM_CAPACITANCE ((hc_dim){.kg = -1, .m = -2, .s = 4, .a = 2})
#define HC_DIM_CHARGE ((hc_dim){.a = 1, .s = 1})
#define HC_DIM_PRESSURE ((hc_dim){.kg = 1, .m = -1, .s = -2})
#define HC_DIM_ENERGY ((hc_dim){.kg = 1, .m = 2, .s = -2})
#define HC_DIM_TEMPERATURE ((hc_dim){.k = 1})
#define HC_DIM_DIFFUSIVITY ((hc_dim){.m = 2, .s = -1})
#define HC_DIM_CONDUCTIVITY ((hc_dim){.kg = -1, .m = -3, .s = 3, .a = 2})
#define HC_DIM_CONCENTRATION ((hc_dim){.mol = 1, .m = -3})
#define HC_DIM_SPECIFIC_CHARGE ((hc_dim){.a = 1, .s = 1, .kg = -1})

bool hc_dim_equal(hc_dim a, hc_dim b);

/* A unit expression "mA/cm2", "ohm cm2", "S/cm", "1/m3", "kg m-3": its
 * factor to SI and its dimension.  False when a word is unknown.  Prefixes
 * f p n u (also the two micro signs) m c d k M G; '*' '.' or blank multiply,
 * '/' divides; exponents as in m2, m^2, m-3.  "%" is 0.01, "C" alone is the
 * coulomb (degC or °C the temperature), "Ah", "Wh", "h", "min", "d", "eV". */
bool hc_unit_parse(const char *s, size_t len, double *factor, hc_dim *dim);

/* The unit that a column says at its end, as "voltage_volt" or a name in
 * `len` bytes; "" where it says none.  *stem: how much of the name stands
 * before it (all of it without a unit; NULL: not asked for). */
const char *hc_unit_of_column(const char *name, size_t len, size_t *stem);

/* A number with its unit, checked against `want`; the SI value goes to *si.
 * A bare number is an error unless `want` has no dimension.  `name` is what
 * the message calls it ("--area"). */
hc_status hc_quantity_parse(const char *s, hc_dim want, const char *name,
                            double *si, hc_err *err) HC_MUST_USE;

/* Name of a known dimension ("area", e.g. 1.44cm2) for messages. */
const char *hc_dim_name(hc_dim d);

#endif
