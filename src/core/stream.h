/* stream.h: buffered bytes in, whole-or-nothing bytes out */
#ifndef HC_CORE_STREAM_H
#define HC_CORE_STREAM_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HC_LINE_MAX = 1 << 20 }; /* longest accepted line of a table, bytes */

/* ---- in ---- */

typedef struct hc_in hc_in;

/* Fills buf with at most cap bytes; *got = 0 means the end. */
typedef hc_status (*hc_in_read_fn)(void *ctx, char *buf, size_t cap,
                                   size_t *got, hc_err *err);

/* Open a file, "-" or NULL for stdin.  HC_NOINPUT when it cannot be. */
hc_status hc_in_open(hc_in **out, const char *path, hc_err *err) HC_MUST_USE;

/* Bytes in memory, borrowed until hc_in_free; name is for messages. */
hc_status hc_in_memory(hc_in **out, const void *data, size_t len,
                       const char *name, hc_err *err) HC_MUST_USE;

/* Any other source (a decompressor); free_ctx(ctx) runs at hc_in_free. */
hc_status hc_in_custom(hc_in **out, const char *name, hc_in_read_fn read,
                       void *ctx, void (*free_ctx)(void *), hc_err *err)
    HC_MUST_USE;

void hc_in_free(hc_in *in);
const char *hc_in_name(const hc_in *in);      /* path, "-" shown as (stdin) */
long hc_in_line_number(const hc_in *in);      /* of the last line given */
uint64_t hc_in_offset(const hc_in *in);       /* bytes consumed so far */

/* Look at up to `want` bytes without consuming them; fewer only at the end
 * of input.  Borrowed until the next call. */
hc_status hc_in_peek(hc_in *in, size_t want, const char **data, size_t *len,
                     hc_err *err) HC_MUST_USE;

/* Consume n bytes that were peeked. */
void hc_in_skip(hc_in *in, size_t n);

/* Exactly n bytes into buf, fewer only at the end (*got says). */
hc_status hc_in_read(hc_in *in, void *buf, size_t n, size_t *got,
                     hc_err *err) HC_MUST_USE;

/* The next line without its end ("\n" or "\r\n"); *line NULL at the end of
 * input.  NUL bytes are kept and counted in *len.  The line is writable and
 * NUL-terminated, borrowed until the next call; HC_PADDING bytes behind it can
 * be read.  A line longer than the limit (HC_LINE_MAX unless
 * hc_in_set_line_max) is HC_DATA. */
hc_status hc_in_line(hc_in *in, char **line, size_t *len, hc_err *err)
    HC_MUST_USE;
/* The whole lines that wait in the buffer, without reading more: how many
 * bytes they are.  Some bytes behind them may be looked at (eight, or a few
 * more).  Borrowed until the next call. */
size_t hc_in_lines(hc_in *in, const char **lines);
/* Consume so many of them. */
void hc_in_take_lines(hc_in *in, size_t bytes, long lines);
void hc_in_set_line_max(hc_in *in, size_t max);
/* False when the last line given had no line end (a cut file, perhaps). */
bool hc_in_line_ended(const hc_in *in);

/* ---- out ---- */

typedef struct hc_out hc_out;

/* Output to a file that appears whole or not at all, or to stdout ("-" or
 * NULL).  HC_CREATE when it cannot be made. */
hc_status hc_out_open(hc_out **out, const char *path, hc_err *err)
    HC_MUST_USE;

/* Output into memory; hc_out_data gives what was written so far. */
hc_status hc_out_memory(hc_out **out, hc_err *err) HC_MUST_USE;
const char *hc_out_data(const hc_out *out, size_t *len);

/* Errors are kept and come back from hc_out_close; hc_out_failed tells early
 * so that long work can stop. */
void hc_out_write(hc_out *out, const void *data, size_t len);
/* Room for `size` bytes behind what was written, of which hc_out_filled then
 * says how many were; NULL: what there is has to go through hc_out_write. */
char *hc_out_room(hc_out *out, size_t size);
void hc_out_filled(hc_out *out, size_t len);
void hc_out_puts(hc_out *out, const char *s);
void hc_out_putc(hc_out *out, char c);
void hc_out_printf(hc_out *out, const char *fmt, ...) HC_PRINTF(2, 3);
void hc_out_number(hc_out *out, double x); /* shortest round trip */
bool hc_out_failed(const hc_out *out);
/* Push what is buffered to stdout now (a table's reader is waiting). */
void hc_out_flush(hc_out *out);

/* Say that what was written so far is a whole result (a table has its end
 * line), worth keeping even if the run had failures; and ask. */
void hc_out_mark_whole(hc_out *out);
bool hc_out_is_whole(const hc_out *out);

/* Finish: write, fsync, rename.  Frees *out in every case. */
hc_status hc_out_close(hc_out *out, hc_err *err) HC_MUST_USE;

/* Give up: nothing appears, an old file of that name stays. */
void hc_out_discard(hc_out *out);

/* Write a whole file at once. */
hc_status hc_out_file(const char *path, const void *data, size_t len,
                      hc_err *err) HC_MUST_USE;

#endif
