/* gitt_feed.h: the trains of a series, one per source */
#ifndef HC_CYCLE_GITT_FEED_H
#define HC_CYCLE_GITT_FEED_H

#include "cycle/gitt.h"
#include "cycle/series.h"

/* Reads ahead by one sample. */
typedef struct {
    hc_series *series; /* borrowed */
    hc_sample ahead;
    bool has_ahead, done;
    bool working; /* potential of the working electrode, against a reference */
    long source;  /* of the last train */
    long line;    /* of the last row */
} hc_gitt_feed;

/* Begin; `from` is where the series stands. */
hc_gitt_feed hc_gitt_feed_of(hc_series *from);

/* The next train, not finished yet; *out NULL when there are no more rows.
 * The potential of the working electrode is taken where a reference electrode
 * gave one, the voltage of the cell otherwise. */
hc_status hc_gitt_feed_next(hc_gitt_feed *f, hc_gitt_train **out,
                            hc_err *err) HC_MUST_USE;

/* The next row of the present source; with `first` of the next one.  *got
 * false at its end. */
hc_status hc_gitt_feed_row(hc_gitt_feed *f, bool first, hc_gitt_row *row,
                           bool *got, hc_err *err) HC_MUST_USE;

#endif
