/* lines_work.h: what lines.c and rows.c share */
#ifndef HC_FORMATS_LINES_WORK_H
#define HC_FORMATS_LINES_WORK_H

#include "core/text.h"
#include "formats/decode.h"
#include "formats/lines.h"

/* A line that was read while fields in quotes were looked for the end of. */
typedef struct {
    size_t at, len; /* in hc_lines.kept */
    bool plain;
} hc_kept_line;

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
    hc_text joined;      /* a line whose fields in quotes go over several */
    bool open;           /* the last line is in such a field, which the file
                            ends in */
    hc_text kept;        /* lines to give before any other, where the quote */
    hc_kept_line waiting[HC_JOINED_LINES]; /* was none */
    int next, n_waiting;
    hc_charset *charset; /* NULL: none yet */
};

#endif
