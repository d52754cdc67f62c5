/* polarity.h: does the current have the sign that charges?
 *
 * A cell is passive: its voltage rises with a current that charges it and
 * falls with one that discharges it, at once by its resistance and then with
 * its charge.  Rows of a time series vote: where the current changes, and
 * over each run of rows whose current has one sign.
 */
#ifndef HC_FORMATS_POLARITY_H
#define HC_FORMATS_POLARITY_H

#include <stdbool.h>

/* {0} is ready for the first row. */
typedef struct {
    double largest; /* |current| so far, A */
    bool any, positive, negative;
    double amp, volt; /* of the row before */
    /* of the present run */
    int way;
    long rows;
    double first, low, high;
    /* votes: positive current charges, or discharges */
    unsigned jumps_for, jumps_against, runs_for, runs_against;
    unsigned steep; /* runs against by much */
} hc_polarity;

typedef enum {
    HC_POLARITY_UNKNOWN,
    HC_POLARITY_RIGHT,
    HC_POLARITY_REVERSED, /* positive current discharges */
    HC_POLARITY_DOUBTFUL, /* perhaps: too little to turn it */
    HC_POLARITY_UNSIGNED, /* of one sign, but the voltage goes both ways */
} hc_polarity_verdict;

/* One row, in A and V; NaN is passed over. */
void hc_polarity_add(hc_polarity *p, double amp, double volt);

/* What the rows so far say; the present run counts as it stands. */
hc_polarity_verdict hc_polarity_says(const hc_polarity *p);

#endif
