#include "core/messages.h"

#include <stdarg.h>
#include <stdio.h>

/* Control characters of file names and cells must not reach a terminal. */
static void put_clean(const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < 0x20 || c == 0x7f)
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
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
