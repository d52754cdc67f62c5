/* immittance.h: the impedance from admittance, capacitance and loss */
#ifndef HC_FORMATS_IMMITTANCE_H
#define HC_FORMATS_IMMITTANCE_H

/* Two columns that an impedance follows from, with the frequency. */
typedef enum {
    HC_IMMITTANCE_NONE,
    HC_IMMITTANCE_Y,       /* admittance G + jB, S */
    HC_IMMITTANCE_Y_POLAR, /* |Y|, S, and its angle, degrees */
    HC_IMMITTANCE_CP_D,    /* parallel capacitance, F, and loss factor */
    HC_IMMITTANCE_CP_G,    /* and conductance, S */
    HC_IMMITTANCE_CP_RP,   /* and parallel resistance, ohm */
    HC_IMMITTANCE_CS_D,    /* series capacitance, F, and loss factor */
    HC_IMMITTANCE_CS_RS,   /* and series resistance, ohm */
    HC_IMMITTANCE_C,       /* complex capacitance C' - jC'', F */
} hc_immittance;

/* The first of these whose two columns find(table, target) knows (their
 * numbers in *a and *b; it gives -1 for others); HC_IMMITTANCE_NONE and -1
 * when there is none. */
hc_immittance hc_immittance_find(int (*find)(const void *, const char *),
                                 const void *table, int *a, int *b);

/* Its impedance in ohm at freq_hz > 0; a and b in the units above. */
void hc_immittance_impedance(hc_immittance form, double freq_hz, double a,
                             double b, double *re_ohm, double *im_ohm);

#endif
