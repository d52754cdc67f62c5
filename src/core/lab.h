/* lab.h: SI units of records in those the laboratory reads */
#ifndef HC_CORE_LAB_H
#define HC_CORE_LAB_H

#include "core/number.h"

#include <stddef.h>

typedef struct {
    double factor;    /* from SI */
    const char *unit; /* "mA/cm2" */
} hc_lab;

/* The unit itself with factor 1 when the laboratory uses SI, too. */
hc_lab hc_lab_of(const char *si_unit);

/* The same of a column whose name ends with its SI unit: the factor, and the
 * name with the laboratory's unit at its end ("pressure_pa":
 * "pressure_megapascal"), cut to fit.  Unit NULL, factor 1 and the name as it
 * is where the laboratory has no other. */
hc_lab hc_lab_column(const char *column, char *name, size_t cap);

/* A value of such a column in the laboratory's unit, with 10 digits, in buf;
 * `text` itself where nothing changes. */
const char *hc_lab_value(const char *column, const char *text,
                         char buf[HC_NUMBER_SIZE]);

/* The name of a quantity without the SI unit at its end where the laboratory
 * has another ("conductivity_s_m" in S/m: "conductivity"), cut to fit. */
void hc_lab_name(const char *quantity, const char *si_unit, char *name,
                 size_t cap);

/* The same as words: "Conductivity", "CCD last safe". */
void hc_lab_words(const char *quantity, const char *si_unit, char *words,
                  size_t cap);

#endif
