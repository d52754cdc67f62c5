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

/* Bytes that are no UTF-8: do they read as the Chinese of GB 2312?  Its
 * characters are pairs of bytes from 0xA1; Latin-1 texts have such bytes one
 * by one (a degree sign, a micro sign). */
bool hc_gbk_likely(const char *s, size_t len);

/* GBK to UTF-8, behind t; as Windows-1252 where the system has no GBK.
 * *open is kept from call to call, NULL before the first; free it. */
typedef struct hc_gbk hc_gbk;
void hc_gbk_text(hc_gbk **open, hc_text *t, const char *s, size_t len);
void hc_gbk_free(hc_gbk *open);

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
