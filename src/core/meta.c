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
    hc_meta_clear(&t->sources);
    *t = (hc_tail){0};
}

static void add_once(hc_tail *t, const char *line)
{
    for (size_t k = 0; k < t->sources.n; k++)
        if (strcmp(t->sources.lines[k], line) == 0)
            return;
    if (hc_meta_add_line(&t->sources, line) != HC_OK)
        t->failed = true;
}

void hc_tail_add_lines(hc_tail *t, const hc_meta *m, const char *key,
                       long first)
{
    const size_t n = strlen(key);
    for (size_t i = 0; i < m->n; i++) {
        const char *number = m->lines[i] + n + 1;
        if (!hc_starts_with(m->lines[i], key) || number[-1] != ' ')
            continue;
        size_t digits = 0;
        long source;
        while (hc_isdigit(number[digits]))
            digits++;
        if (first == 0 ||
            !hc_integer_parse(number, digits, 0, 999999999, &source)) {
            add_once(t, m->lines[i]);
            continue;
        }
        hc_text line = {0};
        hc_text_printf(&line, "%s %ld%s", key, first + source,
                       number + digits);
        if (line.failed)
            t->failed = true;
        else
            add_once(t, hc_text_get(&line));
        hc_text_clear(&line);
    }
}

void hc_tail_add(hc_tail *t, const hc_meta *trailer, bool incomplete,
                 long first)
{
    t->incomplete |= incomplete;
    hc_tail_add_lines(t, trailer, "source", first);
    hc_tail_add_lines(t, trailer, "sha256", first);
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
