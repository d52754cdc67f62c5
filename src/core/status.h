/* status.h: what a fallible call returns, and the words that go with it
 *
 * Library functions never print, exit or abort.  They return hc_status and,
 * when it is not HC_OK, fill *err with the place and a sentence saying what
 * was found and what was expected.  Out-parameters are written only on
 * success.
 */
#ifndef HC_CORE_STATUS_H
#define HC_CORE_STATUS_H

#include <stddef.h>

/* code, text, exit code: the one list of what can happen (DESIGN.md 4) */
#define HC_STATUS_LIST(X)                                                     \
    X(HC_OK, "done", 0)                                                       \
    X(HC_NO, "ran, and the answer is no", 1)                                  \
    X(HC_USAGE, "wrong use", 64)                                              \
    X(HC_DATA, "broken data", 65)                                             \
    X(HC_NOINPUT, "no input", 66)                                             \
    X(HC_INTERNAL, "internal error", 70)                                      \
    X(HC_NOMEM, "out of memory", 71)                                          \
    X(HC_CREATE, "cannot create output", 73)                                  \
    X(HC_IO, "read or write error", 74)                                       \
    X(HC_AGAIN, "try again", 75)

#define HC_STATUS_ENUM(code, text, exit_code) code,
typedef enum { HC_STATUS_LIST(HC_STATUS_ENUM) HC_STATUS_COUNT } hc_status;
#undef HC_STATUS_ENUM

#define HC_MUST_USE __attribute__((warn_unused_result))
#define HC_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/* Where and what.  `line` and `column` count from 1; 0 means unknown.
 * `file` is empty when the message is about no file. */
typedef struct {
    hc_status status;
    long line;
    long column;
    char file[512];
    char text[768];
} hc_err;

/* Text of a status ("broken data"); never NULL. */
const char *hc_status_text(hc_status s);

/* Process exit code of a status (65 for HC_DATA). */
int hc_status_exit(hc_status s);

/* The status that a process with this exit code met; HC_DATA for codes that
 * none has. */
hc_status hc_status_of_exit(int exit_code);

/* The more severe of two, in the order 70 71 74 73 65 66 75 64 1 0. */
hc_status hc_status_worst(hc_status a, hc_status b);

/* An hc_err that says nothing yet. */
void hc_err_clear(hc_err *err);

/* Fill *err (may be NULL) and return s, so that a function can write
 * `return hc_fail(err, HC_DATA, "...")`. */
hc_status hc_fail(hc_err *err, hc_status s, const char *fmt, ...)
    HC_PRINTF(3, 4);

/* The same with a place; file may be NULL (unknown). */
hc_status hc_fail_at(hc_err *err, hc_status s, const char *file, long line,
                     const char *fmt, ...) HC_PRINTF(5, 6);

/* HC_NOMEM with its sentence. */
hc_status hc_fail_nomem(hc_err *err);

/* A call that was to open `path` failed and left errno: `s` and why, or
 * HC_NOMEM where it was memory that it lacked. */
hc_status hc_fail_open(hc_err *err, hc_status s, const char *path);

/* Put words in front of the text ("circuit 'R0-': ..."). */
void hc_err_prefix(hc_err *err, const char *fmt, ...) HC_PRINTF(2, 3);

#endif
