/* fixture.h: open, short and load correction of a cell holder
 *
 * The holder is a two-port between instrument and sample; three known
 * terminations determine it.  With Zo, Zs, Zl measured on open, short and a
 * load of known Zk, the sample's impedance is
 *
 *     Z = Zk (Zo - Zl)(Zm - Zs) / ((Zl - Zs)(Zo - Zm))
 *
 * Without a load the holder is taken as symmetric:
 * Z = (Zm - Zs)(Zo - Zs)/(Zo - Zm).  With a short alone Zm - Zs, with an open
 * alone 1/(1/Zm - 1/Zo).  Source: Keysight, Impedance Measurement Handbook,
 * 6th ed., section 4.
 */
#ifndef HC_FITTERS_FIXTURE_H
#define HC_FITTERS_FIXTURE_H

#include <complex.h>
#include <stdbool.h>

typedef struct {
    bool has_open, has_short, has_load;
    double complex open, shorted, load; /* measured */
    double complex known;               /* of the load */
    double sd_open, sd_short, sd_load;  /* of each part, ohm; 0: exact */
} hc_fixture;

/* Impedance of the sample from the measured zm; *sd (may be NULL) is the
 * standard deviation of each part, from sd_zm and those of the fixture. */
double complex hc_fixture_correct(const hc_fixture *f, double complex zm,
                                  double sd_zm, double *sd);

#endif
