/* decode.h: bytes of texts to UTF-8 */
#ifndef HC_FORMATS_DECODE_H
#define HC_FORMATS_DECODE_H

#include "core/stream.h"
#include "core/text.h"
#include "formats/source.h"

bool hc_utf8_valid(const char *s, size_t len);
bool hc_is_utf16(hc_encoding e);

/* All of s as UTF-8 behind t, without BOM. */
void hc_decode_text(hc_text *t, const char *s, size_t len, hc_encoding e);

/* ---- encodings of one language (charset.c) ---- */

/* What bytes that are no UTF-8 read as, by how the high ones among them
 * stand: Chinese (GB 2312), Japanese (Shift-JIS), Korean (EUC-KR), Cyrillic
 * (Windows-1251), or by words that name quantities: Big5, Windows-1250 and
 * -1254; else HC_ENC_LATIN1. */
hc_encoding hc_charset_guess(const char *text, size_t len);
/* What the system calls it, NULL for encodings that need no table. */
const char *hc_charset_name(hc_encoding e);

/* One of these to UTF-8, behind t; as Windows-1252 where the system does not
 * know it.  *open is kept from call to call, NULL before the first; free it.
 */
typedef struct hc_charset hc_charset;
void hc_charset_text(hc_charset **open, hc_encoding e, hc_text *t,
                     const char *s, size_t len);
void hc_charset_free(hc_charset *open);

/* Windows-1252 to UTF-8, behind t. */
void hc_latin1_text(hc_text *t, const char *s, size_t len);

/* Windows-1252 bytes as a short UTF-8 string: cut at cap, control bytes as
 * blanks, white space at the ends cut. */
void hc_latin1_clean(char *to, size_t cap, const char *s, size_t len);

/* A stream of UTF-8 with plain line ends from one of UTF-16 (with its BOM)
 * or one with lone CR ends; `from` is borrowed. */
hc_status hc_decode_open(hc_in **out, hc_in *from, hc_encoding e,
                         hc_line_ends ends, hc_err *err) HC_MUST_USE;

#endif
