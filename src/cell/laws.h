/* laws.h: Arrhenius laws in records as laws of the model's parameters */
#ifndef HC_CELL_LAWS_H
#define HC_CELL_LAWS_H

#include "cell/parameters.h"
#include "core/messages.h"
#include "core/records.h"

/* A law found: its form and energy, and the value at its reference
 * temperature (SI; NaN when the records hold the energy alone). */
typedef struct {
    bool found;
    hc_arrhenius law;
    double reference;
} hc_cell_law;

/* Does this record belong to a law (of hc-sigma or hc-fit --arrhenius)? */
bool hc_is_of_law(const hc_record *r);

/* Laws of the parameters, law[HC_P_COUNT], in the form they were fitted in:
 * sigmaT, sigma, R, R/T, D, i0.  A resistance's law becomes that of the
 * parameter it stands for (sigma L/(R A), i0 = R T/(F R A)), which changes
 * the power of T, never the energy.  The bulk's law counts before that of
 * the total; of heating and cooling apart, heating is taken and said. */
void hc_laws_of(const hc_record *r, size_t n, const hc_cell *cell,
                hc_cell_law *law, hc_talk *talk);

#endif
