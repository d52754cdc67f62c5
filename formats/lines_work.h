/* lines_work.h: what lines.c and rows.c share */
#ifndef HC_FORMATS_LINES_WORK_H
#define HC_FORMATS_LINES_WORK_H

#include "core/text.h"
#include "formats/decode.h"
#include "formats/lines.h"

struct hc_lines {
    hc_in *in;      /* what is read: the source's or `decoded` */
    hc_in *decoded; /* owned, or NULL */
    hc_encoding encoding;
    hc_line_ends ends;
    bool fixed; /* the encoding is known from a BOM */
    bool again;
    bool plain; /* the last line is ASCII without NUL bytes */
    char *line; /* last line given */
    size_t len;
    long number;
    hc_text utf8;        /* a line that had to be converted */
    hc_charset *charset; /* NULL: none yet */
};

#endif
