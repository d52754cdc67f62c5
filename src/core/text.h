/* text.h: growing strings and small string helpers */
#ifndef HC_CORE_TEXT_H
#define HC_CORE_TEXT_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A string that grows.  {0} is an empty one; data is NUL-terminated once
 * anything was added.  After a failed allocation `failed` stays true and all
 * further additions do nothing, so one check at the end is enough. */
typedef struct {
    char *data;
    size_t len;
    size_t cap;
    bool failed;
} hc_text;

void hc_text_clear(hc_text *t);  /* frees */
void hc_text_reset(hc_text *t);  /* empties, keeps the memory */
void hc_text_add(hc_text *t, const char *s, size_t len);
void hc_text_puts(hc_text *t, const char *s);
void hc_text_putc(hc_text *t, char c);
void hc_text_printf(hc_text *t, const char *fmt, ...) HC_PRINTF(2, 3);
/* The string, never NULL; borrowed until the next change. */
const char *hc_text_get(const hc_text *t);
/* HC_NOMEM if any addition failed. */
hc_status hc_text_status(const hc_text *t, hc_err *err) HC_MUST_USE;

/* Copies on the heap, or NULL. */
char *hc_strdup(const char *s);
char *hc_strndup(const char *s, size_t len);

/* s[0..len) into to[cap], cut to fit, always NUL-terminated. */
void hc_copy(char *to, size_t cap, const char *s, size_t len);
/* The same without white space at the ends. */
void hc_copy_trimmed(char *to, size_t cap, const char *s, size_t len);

/* Array of n elements grown to hold at least `need`; *cap follows.  Returns
 * the new pointer or NULL (the old block then stays valid). */
void *hc_grow(void *p, size_t *cap, size_t need, size_t element_size);

bool hc_starts_with(const char *s, const char *prefix);
bool hc_ends_with(const char *s, const char *suffix);
/* ASCII only, whatever the locale. */
int hc_strcasecmp(const char *a, const char *b);
/* The same for tables of names, most of which differ in their first byte:
 * are the two alike, letter by letter or whatever the case of ASCII? */
static inline bool hc_same(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0;
}
static inline bool hc_same_word(const char *a, const char *b)
{
    return ((*a ^ *b) & ~0x20) == 0 && hc_strcasecmp(a, b) == 0;
}
static inline bool hc_isspace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
static inline bool hc_isdigit(char c)
{
    return c >= '0' && c <= '9';
}
bool hc_isalpha(char c);
char hc_tolower(char c);

/* Bytes of the UTF-8 letter at s, of which `left` can be read; 0 when there
 * is none (RFC 3629). */
size_t hc_utf8_letter(const char *s, size_t left);

/* Cut white space at both ends of [*s, *s + *len). */
void hc_trim(const char **s, size_t *len);

/* Edit distance of two short words, for "did you mean". */
size_t hc_edit_distance(const char *a, const char *b);
/* Is the name nearer to what was written than *least, which follows? */
bool hc_nearer(const char *name, const char *written, size_t *least);

#endif
