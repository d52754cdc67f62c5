/* nda_records.h: the block of records of a Neware .nda as rows
 *
 * Records have a fixed length and a byte that says what they are: 0x55 data,
 * 0x65 auxiliary channel, 0xAA and 0xFF marks of starts and pauses, which
 * hold no measurement.  Each becomes a row, a value of the row before, or is
 * rejected.
 */
#ifndef HC_FORMATS_NDA_RECORDS_H
#define HC_FORMATS_NDA_RECORDS_H

#include "formats/format.h"
#include "formats/nda_layout.h"

/* The data set "record" from src, which stands at the first record, into
 * sink.  A block that ends early makes the sink incomplete. */
hc_status hc_nda_records(hc_source *src, hc_sink *sink, const hc_nda_layout *l,
                         const hc_nda_head *h, hc_err *err) HC_MUST_USE;

#endif
