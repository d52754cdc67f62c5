#include "core/messages.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Control characters of file names and cells must not reach a terminal, nor
 * bytes that are no UTF-8, which some terminals take for such. */
static void put_clean(const char *s)
{
    for (size_t left = strlen(s), n; left > 0; s += n, left -= n) {
        unsigned char c = (unsigned char)*s;
        n = hc_utf8_letter(s, left);
        if (n == 0 || c < 0x20 || c == 0x7f ||
            (c == 0xC2 && (unsigned char)s[1] < 0xA0)) {
            fprintf(stderr, "\\x%02x", c);
            n = 1;
        } else {
            fwrite(s, 1, n, stderr);
        }
    }
}

static void put_place(const char *file, long line)
{
    if (file == NULL || file[0] == '\0')
        return;
    put_clean(file);
    if (line > 0)
        fprintf(stderr, ":%ld", line);
    fputs(": ", stderr);
}

void hc_say_error(const hc_talk *t, const hc_err *err)
{
    if (t->tool == NULL)
        return;
    fprintf(stderr, "%s: ", t->tool);
    put_place(err->file, err->line);
    put_clean(err->text[0] != '\0' ? err->text : hc_status_text(err->status));
    fputc('\n', stderr);
}

void hc_say_warning(hc_talk *t, const char *file, long line, const char *fmt,
                    ...)
{
    char text[1024];
    va_list ap;
    t->warnings++;
    if (t->tool == NULL || t->quiet)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "%s: warning: ", t->tool);
    put_place(file, line);
    put_clean(text);
    fputc('\n', stderr);
}

void hc_say_note(const hc_talk *t, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    if (t->tool == NULL || !t->verbose)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "%s: ", t->tool);
    put_clean(text);
    fputc('\n', stderr);
}

void hc_say_progress(const hc_talk *t, bool last, const char *fmt, ...)
{
    char text[256];
    va_list ap;
    if (t->tool == NULL || t->quiet)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    fprintf(stderr, "\r%s: ", t->tool);
    put_clean(text);
    fputs(last ? "\x1b[K\n" : "\x1b[K", stderr);
}
