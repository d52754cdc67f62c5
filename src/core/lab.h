/* lab.h: SI units of records in those the laboratory reads */
#ifndef HC_CORE_LAB_H
#define HC_CORE_LAB_H

#include <stddef.h>

typedef struct {
    double factor;    /* from SI */
    const char *unit; /* "mA/cm2" */
} hc_lab;

/* The unit itself with factor 1 when the laboratory uses SI, too. */
hc_lab hc_lab_of(const char *si_unit);

/* The name of a quantity without the SI unit at its end where the laboratory
 * has another ("conductivity_s_m" in S/m: "conductivity"), cut to fit. */
void hc_lab_name(const char *quantity, const char *si_unit, char *name,
                 size_t cap);

/* The same as words: "Conductivity", "CCD last safe". */
void hc_lab_words(const char *quantity, const char *si_unit, char *words,
                  size_t cap);

#endif
