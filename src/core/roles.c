#include "core/roles.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* Of a pellet of 1 cm2 and 1 mm.  The table's bulk and grain boundary, 1e-12
 * and 1e-11 to 1e-8 F for d/A = 1/cm, are ten times that here; the border
 * between grain boundary and surface layer is where both may lie.  1e-10 F is
 * a relative permittivity of 113, above that of known solid electrolytes. */
static const double bulk_below_f = 1e-10, gb_below_f = 3e-8;
static const double interphase_below_f = 3e-6, transfer_below_f = 1e-3;

const char *hc_role_usual(double c_f, double area_m2, double thickness_m)
{
    double area = area_m2 > 0 ? area_m2 / 1e-4 : 1;
    double depth = thickness_m > 0 ? thickness_m / 1e-3 : 1;
    double volume_f = c_f * depth / area, surface_f = c_f / area;
    if (!(c_f > 0))
        return "";
    if (volume_f < bulk_below_f)
        return "bulk";
    if (volume_f < gb_below_f)
        return "gb";
    return surface_f < interphase_below_f ? "interphase"
           : surface_f < transfer_below_f ? "charge-transfer"
                                          : "cathode-or-diffusion";
}

bool hc_role_is_known(const char *role)
{
    size_t len = strlen(role);
    for (const char *p = HC_ROLES; *p != '\0'; p += *p == ' ') {
        size_t n = strcspn(p, " ");
        if (n == len && memcmp(p, role, n) == 0)
            return true;
        p += n;
    }
    return false;
}

bool hc_role_is_suggested(const char *role)
{
    size_t n = strlen(role);
    return n > 0 && role[n - 1] == '?';
}
