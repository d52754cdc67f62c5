/* lab.h: SI units of records in those the laboratory reads */
#ifndef HC_REPORT_LAB_H
#define HC_REPORT_LAB_H

typedef struct {
    double factor;    /* from SI */
    const char *unit; /* "mA/cm2" */
} hc_lab;

/* The unit itself with factor 1 when the laboratory uses SI, too. */
hc_lab hc_lab_of(const char *si_unit);

#endif
