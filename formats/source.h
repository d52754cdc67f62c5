/* source.h: a file to be read, its first bytes, its text encoding
 *
 * Input comes from a file, stdin or memory; gzip is undone on the way in.
 * (A plain .zip is a format of its own, whose read opens each member as a
 * source, finds its format and lets that read into the same sink.)
 */
#ifndef HC_FORMATS_SOURCE_H
#define HC_FORMATS_SOURCE_H

#include "core/status.h"
#include "core/stream.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_PROBE_SIZE = 1 << 16 };

typedef enum {
    HC_ENC_ASCII, /* so far */
    HC_ENC_UTF8,
    HC_ENC_UTF8_BOM,
    HC_ENC_LATIN1, /* read as Windows-1252 */
    HC_ENC_UTF16LE,
    HC_ENC_UTF16BE,
    HC_ENC_UTF16LE_BARE, /* without its mark */
    HC_ENC_UTF16BE_BARE,
    HC_ENC_GBK, /* Chinese Windows */
    HC_ENC_SHIFT_JIS,
    HC_ENC_EUC_KR,
    HC_ENC_CP1251, /* Cyrillic */
    HC_ENC_CP1250, /* Polish, Czech, Hungarian */
    HC_ENC_CP1254, /* Turkish */
    HC_ENC_BIG5,   /* Taiwan */
} hc_encoding;

typedef enum { HC_ENDS_LF, HC_ENDS_CRLF, HC_ENDS_CR } hc_line_ends;

/* The beginning of a file, for detection. */
typedef struct {
    const char *data; /* raw bytes */
    size_t len;
    bool whole;       /* that is all of the file */
    const char *text; /* the same as UTF-8 without BOM, NUL-terminated; line
                         ends as they are, CR alone turned to LF */
    size_t text_len;
    hc_encoding encoding; /* as far as the probe goes */
    hc_line_ends ends;
    bool binary; /* control bytes that no text has */
    struct hc_probe_notes *notes; /* what was found in it (generic.h), for who
                                     asks once more; NULL: nothing is kept */
} hc_probe;

/* Bytes at the very start (for texts: behind the BOM). */
bool hc_probe_starts(const hc_probe *p, const char *magic);
bool hc_probe_bytes(const hc_probe *p, size_t at, const void *magic,
                    size_t len);
/* Line i from 0 of the text, without its end; false behind the last. */
bool hc_probe_line(const hc_probe *p, size_t i, const char **line,
                   size_t *len);
/* The line behind *line of *len bytes, the first when *line is NULL: for those
 * who look at one after the other. */
bool hc_probe_next(const hc_probe *p, const char **line, size_t *len);
/* Somewhere in the text; NULL when not. */
const char *hc_probe_find(const hc_probe *p, const char *word);

typedef struct {
    hc_in *in;
    hc_probe probe;
    const char *name; /* for messages and '#: source' */
    bool gzip;        /* was compressed */
    char *owned;      /* the probe's memory */
    char *owned_text;
    struct hc_probe_notes *owned_notes;
} hc_source;

/* Open a path ("-" or NULL stdin) or bytes in memory (borrowed), undo gzip
 * and zip, look at the first HC_PROBE_SIZE bytes without consuming them. */
hc_status hc_source_open(hc_source **out, const char *path,
                         hc_err *err) HC_MUST_USE;
hc_status hc_source_memory(hc_source **out, const void *data, size_t len,
                           const char *name, hc_err *err) HC_MUST_USE;
/* From an open stream, which it then owns (freed on failure too). */
hc_status hc_source_new(hc_source **out, hc_in *in, hc_err *err) HC_MUST_USE;
/* The first bytes of src once more, which must outlive it. */
hc_status hc_source_again(hc_source **out, const hc_source *src,
                          hc_err *err) HC_MUST_USE;
void hc_source_free(hc_source *src);

/* All that is left, for formats that must jump about.  HC_DATA beyond max
 * bytes.  One NUL is put behind; free() it. */
hc_status hc_source_slurp(hc_source *src, size_t max, char **data, size_t *len,
                          hc_err *err) HC_MUST_USE;

const char *hc_encoding_name(hc_encoding e);   /* "latin-1" */
const char *hc_line_ends_name(hc_line_ends e); /* "CRLF" */

#endif
