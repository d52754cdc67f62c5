/* biologic.h: what the BioLogic formats have in common */
#ifndef HC_FORMATS_BIOLOGIC_H
#define HC_FORMATS_BIOLOGIC_H

#include "formats/columns.h"
#include "formats/lines.h"
#include "formats/sink.h"

/* Names of columns in .mpt and .mpr that the general table does not know. */
extern const hc_colmap hc_biologic_columns[];

/* Words of the settings block that become facts, collected over its lines. */
typedef struct {
    char comments[1024];
    char software[96];
    bool technique_seen;
} hc_biologic_header;

/* One line of the settings block ("Device : SP-240 (SN 0200)"). */
hc_status hc_biologic_header_line(hc_biologic_header *h, const char *line,
                                  size_t len, hc_sink *sink,
                                  hc_err *err) HC_MUST_USE;
/* After the last one. */
hc_status hc_biologic_header_end(hc_biologic_header *h, hc_sink *sink,
                                 hc_err *err) HC_MUST_USE;

/* What kind of data a technique's name stands for. */
hc_kind hc_biologic_kind(const char *technique);

#endif
