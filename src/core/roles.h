/* roles.h: what an arc usually is, from the capacitance of its peak
 *
 * A suggestion, with a question mark in tables, and never taken as the role
 * unless the user asks for it (hc-sigma --roles suggested).
 */
#ifndef HC_CORE_ROLES_H
#define HC_CORE_ROLES_H

#include <stdbool.h>

/* "bulk", "gb", "interphase", "charge-transfer" or "cathode-or-diffusion" of
 * an arc of capacitance c_f [F]; "" when that is not above zero.  What fills
 * the sample is told by C d/A, what lies at an electrode by C/A; NaN for area
 * [m2] or thickness [m] stands for a pellet of 1 cm2 and 1 mm.  Classes of
 * Irvine, Sinclair and West 1990, 10.1002/adma.19900020304, table 1. */
const char *hc_role_usual(double c_f, double area_m2, double thickness_m);

/* Is it one of those that hc-sigma and hc-params know? */
bool hc_role_is_known(const char *role);
/* All of those, with blanks between. */
#define HC_ROLES                                                              \
    "bulk gb interphase charge-transfer-negative charge-transfer-positive "   \
    "cathode diffusion contact series"

/* Does a role end in a question mark? */
bool hc_role_is_suggested(const char *role);

#endif
