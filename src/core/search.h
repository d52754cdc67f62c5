/* search.h: words and bytes of a kind in long texts
 *
 * For the first 64 KiB of a file, in which many words are looked for that are
 * mostly not there.
 */
#ifndef HC_CORE_SEARCH_H
#define HC_CORE_SEARCH_H

#include <stddef.h>

/* Where word[0..n), n > 0, stands first in s[0..len); NULL: nowhere.  As
 * memmem, for words that are rare. */
const char *hc_search_word(const char *s, size_t len, const char *word,
                           size_t n);

/* The first byte above 0x7f of s[0..len), at `len` when there is none. */
size_t hc_search_high(const char *s, size_t len);
/* Behind the last of them, 0 when there is none. */
size_t hc_search_last(const char *s, size_t len);

/* The first control byte that no text has: below 0x20 but tab, line ends,
 * form feed, the DOS end-of-file mark 0x1a and escape 0x1b. */
size_t hc_search_control(const char *s, size_t len);

#endif
