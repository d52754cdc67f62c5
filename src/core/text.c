#include "core/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hc_text_clear(hc_text *t)
{
    free(t->data);
    *t = (hc_text){0};
}

void hc_text_reset(hc_text *t)
{
    t->len = 0;
    if (t->data != NULL)
        t->data[0] = '\0';
}

static bool reserve(hc_text *t, size_t more)
{
    char *p;
    if (t->failed || more > SIZE_MAX / 4 - t->len) {
        t->failed = true;
        return false;
    }
    p = hc_grow(t->data, &t->cap, t->len + more + 1, 1);
    if (p == NULL) {
        t->failed = true;
        return false;
    }
    t->data = p;
    return true;
}

void hc_text_add(hc_text *t, const char *s, size_t len)
{
    if (!reserve(t, len))
        return;
    if (len > 0)
        memcpy(t->data + t->len, s, len);
    t->len += len;
    t->data[t->len] = '\0';
}

void hc_text_puts(hc_text *t, const char *s)
{
    hc_text_add(t, s, strlen(s));
}

void hc_text_putc(hc_text *t, char c)
{
    hc_text_add(t, &c, 1);
}

void hc_text_printf(hc_text *t, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0 || !reserve(t, (size_t)n)) {
        t->failed = true;
        return;
    }
    va_start(ap, fmt);
    vsnprintf(t->data + t->len, (size_t)n + 1, fmt, ap);
    va_end(ap);
    t->len += (size_t)n;
}

const char *hc_text_get(const hc_text *t)
{
    return t->data == NULL ? "" : t->data;
}

hc_status hc_text_status(const hc_text *t, hc_err *err)
{
    return t->failed ? hc_fail_nomem(err) : HC_OK;
}

char *hc_strndup(const char *s, size_t len)
{
    char *p = malloc(len + 1);
    if (p == NULL)
        return NULL;
    memcpy(p, s, len);
    p[len] = '\0';
    return p;
}

char *hc_strdup(const char *s)
{
    return hc_strndup(s, strlen(s));
}

void hc_copy(char *to, size_t cap, const char *s, size_t len)
{
    if (len >= cap)
        len = cap - 1;
    memcpy(to, s, len);
    to[len] = '\0';
}

void hc_copy_trimmed(char *to, size_t cap, const char *s, size_t len)
{
    hc_trim(&s, &len);
    hc_copy(to, cap, s, len);
}

void *hc_grow(void *p, size_t *cap, size_t need, size_t element_size)
{
    size_t n = *cap;
    if (need <= n && p != NULL)
        return p;
    if (n < 16)
        n = 16;
    while (n < need) {
        if (n > SIZE_MAX / 2)
            return NULL;
        n += n / 2;
    }
    if (n > SIZE_MAX / element_size)
        return NULL;
    p = realloc(p, n * element_size);
    if (p != NULL)
        *cap = n;
    return p;
}

bool hc_starts_with(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool hc_ends_with(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

char hc_tolower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

int hc_strcasecmp(const char *a, const char *b)
{
    for (;; a++, b++) {
        char x = hc_tolower(*a), y = hc_tolower(*b);
        if (x != y)
            return (unsigned char)x < (unsigned char)y ? -1 : 1;
        if (x == '\0')
            return 0;
    }
}

bool hc_isalpha(char c)
{
    c = hc_tolower(c);
    return c >= 'a' && c <= 'z';
}

void hc_trim(const char **s, size_t *len)
{
    while (*len > 0 && hc_isspace((*s)[*len - 1]))
        (*len)--;
    while (*len > 0 && hc_isspace(**s)) {
        (*s)++;
        (*len)--;
    }
}

size_t hc_edit_distance(const char *a, const char *b)
{
    size_t row[64], n = strlen(b);
    if (n >= 64 || strlen(a) >= 64)
        return 64;
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; a[i - 1] != '\0'; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[n];
}

bool hc_nearer(const char *name, const char *written, size_t *least)
{
    size_t d = hc_edit_distance(name, written);
    if (d >= *least)
        return false;
    *least = d;
    return true;
}

size_t hc_utf8_letter(const char *text, size_t left)
{
    const unsigned char *s = (const unsigned char *)text;
    if (left == 0)
        return 0;
    size_t n = s[0] < 0x80   ? 1
               : s[0] < 0xC2 ? 0
               : s[0] < 0xE0 ? 2
               : s[0] < 0xF0 ? 3
               : s[0] < 0xF5 ? 4
                             : 0;
    if (n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    /* longer than need be, half a pair, or behind the last */
    if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] >= 0xA0) ||
        (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] >= 0x90))
        return 0;
    return n;
}
