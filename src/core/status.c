#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define TEXT_CASE(code, text, exit_code)                                      \
    case code:                                                                \
        return text;
#define EXIT_CASE(code, text, exit_code)                                      \
    case code:                                                                \
        return exit_code;

const char *hc_status_text(hc_status s)
{
    switch (s) {
        HC_STATUS_LIST(TEXT_CASE)
    case HC_STATUS_COUNT:
        break;
    }
    return "unknown status";
}

int hc_status_exit(hc_status s)
{
    switch (s) {
        HC_STATUS_LIST(EXIT_CASE)
    case HC_STATUS_COUNT:
        break;
    }
    return 70;
}

hc_status hc_status_of_exit(int exit_code)
{
    for (hc_status s = HC_OK; s < HC_STATUS_COUNT; s++)
        if (hc_status_exit(s) == exit_code)
            return s;
    return HC_DATA;
}

hc_status hc_status_worst(hc_status a, hc_status b)
{
    static const hc_status order[] = {
        HC_INTERNAL, HC_NOMEM, HC_IO,    HC_CREATE, HC_DATA,
        HC_NOINPUT,  HC_AGAIN, HC_USAGE, HC_NO,     HC_OK,
    };
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return HC_INTERNAL;
}

void hc_err_clear(hc_err *err)
{
    *err = (hc_err){.status = HC_OK};
}

static void fill(hc_err *err, hc_status s, const char *file, long line,
                 const char *fmt, va_list ap)
{
    if (err == NULL)
        return;
    err->status = s;
    err->line = line;
    err->column = 0;
    snprintf(err->file, sizeof err->file, "%s", file == NULL ? "" : file);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
}

hc_status hc_fail(hc_err *err, hc_status s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, s, NULL, 0, fmt, ap);
    va_end(ap);
    return s;
}

hc_status hc_fail_at(hc_err *err, hc_status s, const char *file, long line,
                     const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fill(err, s, file, line, fmt, ap);
    va_end(ap);
    return s;
}

hc_status hc_fail_nomem(hc_err *err)
{
    return hc_fail(err, HC_NOMEM, "out of memory");
}

hc_status hc_fail_open(hc_err *err, hc_status s, const char *path)
{
    if (errno == ENOMEM)
        return hc_fail_nomem(err);
    return hc_fail_at(err, s, path, 0, "cannot open: %s", strerror(errno));
}

void hc_err_prefix(hc_err *err, const char *fmt, ...)
{
    char head[256], whole[sizeof err->text];
    va_list ap;
    if (err == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(head, sizeof head, fmt, ap);
    va_end(ap);
    snprintf(whole, sizeof whole, "%s%.*s", head,
             (int)(sizeof whole - sizeof head), err->text);
    memcpy(err->text, whole, sizeof err->text);
}
