/* ccd_trace.h: the samples of one half cycle as resistances
 */
#ifndef HC_CYCLE_CCD_TRACE_H
#define HC_CYCLE_CCD_TRACE_H

#include "cycle/ccd.h"

typedef struct {
    size_t n, settled; /* all, first one after settling */
    double t[HC_CCD_SAMPLES];
    double raw[HC_CCD_SAMPLES];   /* ohm m2 */
    double r[HC_CCD_SAMPLES];     /* median of three */
    double strip[HC_CCD_SAMPLES]; /* of the side that is stripped, ohm m2;
                                   * raw without a third electrode */
    double temp[HC_CCD_SAMPLES];
    double j[HC_CCD_SAMPLES];
    double ratio[HC_CCD_SAMPLES]; /* r over what was expected */
} hc_ccd_trace;

/* The samples of h; those of another current are left out. */
void hc_ccd_trace_load(hc_ccd_trace *t, const hc_half_cycle *h,
                       const hc_half_list *l, const hc_ccd_limits *limits);

/* Resistance at the head and the tail of a half cycle, the noise of one
 * sample, the effective number of samples and what does not average out:
 * into h. */
void hc_ccd_trace_measure(const hc_ccd_trace *t, hc_half_cycle *h,
                          const hc_half_list *l);

/* Does the resistance of the stripped side rise convexly after settling, as
 * over a void that grows (Kasemchainan 2019, 10.1038/s41563-019-0438-9)?
 * Needs t->ratio; fills h->rise, h->rise_sd and h->rising. */
void hc_ccd_trace_rise(const hc_ccd_trace *t, hc_half_cycle *h,
                       const hc_ccd_limits *limits);

/* Median without disturbing x; n at most HC_CCD_SAMPLES. */
double hc_ccd_median(const double *x, size_t n);

/* The offset of the instrument from the rests and from the first pairs of
 * half cycles at +j and -j, into the list. */
void hc_ccd_offset(hc_half_list *l, const hc_ccd_limits *limits);

#endif
