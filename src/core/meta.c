/* meta.c: the '#:' lines of a table */
#include "core/table.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hc_tail_clear(hc_tail *t)
{
    hc_meta_clear(&t->hashes);
    *t = (hc_tail){0};
}

void hc_tail_add(hc_tail *t, const hc_meta *trailer, bool incomplete)
{
    t->incomplete |= incomplete;
    for (size_t i = 0; i < trailer->n; i++) {
        const char *line = trailer->lines[i];
        size_t k = 0;
        if (!hc_starts_with(line, "sha256 "))
            continue;
        while (k < t->hashes.n && strcmp(t->hashes.lines[k], line) != 0)
            k++;
        if (k == t->hashes.n && hc_meta_add_line(&t->hashes, line) != HC_OK)
            t->failed = true;
    }
}

void hc_meta_clear(hc_meta *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->lines[i]);
    free(m->lines);
    *m = (hc_meta){0};
}

static hc_status take(hc_meta *m, char *line, hc_err *err)
{
    char **p = line == NULL ? NULL
                            : hc_grow(m->lines, &m->cap, m->n + 1,
                                      sizeof *m->lines);
    if (p == NULL) {
        free(line);
        return hc_fail_nomem(err);
    }
    m->lines = p;
    m->lines[m->n++] = line;
    return HC_OK;
}

/* A name may hold line ends and tabs; a '#:' line may not. */
static void puts_escaped(hc_text *line, const char *s)
{
    for (; *s != '\0'; s++) {
        const char *at = strchr("\tt\nn\rr", *s);
        if (at != NULL && !hc_isalpha(*s)) {
            hc_text_putc(line, '\\');
            hc_text_putc(line, at[1]);
        } else {
            hc_text_putc(line, *s);
        }
    }
}

hc_status hc_meta_add(hc_meta *m, const char *key, const char *fmt, ...)
{
    hc_text line = {0};
    va_list ap, again;
    int n;
    char *value;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    value = n < 0 ? NULL : malloc((size_t)n + 1);
    if (value != NULL)
        vsnprintf(value, (size_t)n + 1, fmt, again);
    va_end(again);
    if (value == NULL)
        return HC_NOMEM;
    hc_text_puts(&line, key);
    if (n > 0) {
        hc_text_putc(&line, ' ');
        puts_escaped(&line, value);
    }
    free(value);
    if (line.failed) {
        hc_text_clear(&line);
        return HC_NOMEM;
    }
    return take(m, line.data, NULL);
}

hc_status hc_meta_add_line(hc_meta *m, const char *line)
{
    return take(m, hc_strdup(line), NULL);
}

hc_status hc_meta_copy(hc_meta *to, const hc_meta *from)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < from->n && st == HC_OK; i++)
        st = take(to, hc_strdup(from->lines[i]), NULL);
    return st;
}

const char *hc_meta_get(const hc_meta *m, const char *key)
{
    size_t n = strlen(key);
    for (size_t i = 0; i < m->n; i++) {
        const char *line = m->lines[i];
        if (strncmp(line, key, n) != 0)
            continue;
        if (line[n] == '\0')
            return line + n;
        if (line[n] == ' ')
            return line + n + 1;
    }
    return NULL;
}

double hc_meta_number(const hc_meta *m, const char *key)
{
    const char *s = hc_meta_get(m, key);
    double x;
    if (s == NULL || !hc_number_parse(s, strlen(s), &x))
        return NAN;
    return x;
}
