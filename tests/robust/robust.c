/* robust.c: cut and flipped files through the readers, in this process
 *
 *     robust cuts  N FILE...    cut at every byte (N = 0, files to 32 KiB) or
 *                               at N places
 *     robust flips N FILE...    N single bit flips, seed fixed by the name
 *
 * A cut must give its complete rows and HC_DATA, or be invisible: it fell
 * between two records of a format without a count (../unit/silent.h names
 * them; and a Neware .nda of a test that was still running declares no
 * length), or into the last field of an unterminated last line.  What was
 * written of it is a beginning of what the whole file gives.  A flip may do
 * anything but crash (sanitizers) and run away: one that takes more than
 * LIMIT_S of CPU ends the run.  Prints TAP, one line a file.
 */
#include "core/text.h"
#include "formats/reading.h"

#include "../unit/silent.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { LIMIT_S = 120 };

static uint64_t next(uint64_t *s)
{
    uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* ---- one that never ends ---- */

/* Written before each reading, said by the signal's handler. */
static char now_reading[4200];

static void ran_away(int signal)
{
    (void)signal;
    (void)!write(STDOUT_FILENO, now_reading, strlen(now_reading));
    _exit(3);
}

static void watch(const char *what, const char *name, size_t at)
{
    struct itimerval limit = {.it_value = {LIMIT_S, 0}};
    snprintf(now_reading, sizeof now_reading,
             "not ok - %s at %zu of %.4000s runs for more than %d s\n", what,
             at, name, LIMIT_S);
    signal(SIGVTALRM, ran_away);
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
}

static char *load(const char *path, size_t *len)
{
    FILE *f = fopen(path, "rb");
    char *data = NULL;
    size_t cap = 0, n = 0, got;
    if (f == NULL)
        return NULL;
    do {
        data = hc_grow(data, &cap, n + (1 << 16), 1);
        got = data == NULL ? 0 : fread(data + n, 1, 1 << 16, f);
        n += got;
    } while (got > 0);
    fclose(f);
    *len = n;
    return data;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- cuts ---- */

typedef struct {
    char *rows; /* data rows of a raw read, from the line behind the names */
    size_t len;
    bool counted; /* the head says how long the records are */
    hc_trial t;
} result;

static result raw_read(const char *data, size_t len, const char *format)
{
    hc_read_options o = {.raw = true};
    result r = {0};
    hc_out *out;
    const char *s, *end;
    size_t n;
    if (hc_out_memory(&out, NULL) != HC_OK)
        return r;
    r.t = hc_try_memory(data, len, format, &o, out);
    s = hc_out_data(out, &n);
    end = s + n;
    while (s < end && *s == '#') {
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        s = nl == NULL ? end : nl + 1;
    }
    if (s < end) { /* names */
        const char *nl = memchr(s, '\n', (size_t)(end - s));
        s = nl == NULL ? end : nl + 1;
    }
    /* the trailer */
    n = (size_t)(end - s);
    for (const char *p = s; p < end; p++)
        if (*p == '#' && p[1] == ':' && (p == s || p[-1] == '\n')) {
            n = (size_t)(p - s);
            break;
        }
    r.rows = hc_strndup(s, n);
    r.len = n;
    hc_out_discard(out);
    return r;
}

/* Are the rows of a cut a beginning of those of the whole?  With `open_end`
 * the last field of the last row may be shorter. */
static bool is_beginning(const result *cut, const result *whole, bool open_end)
{
    size_t n = 0;
    while (n < cut->len && n < whole->len && cut->rows[n] == whole->rows[n])
        n++;
    if (n == cut->len)
        return true;
    if (!open_end)
        return false;
    /* differs only within the last field of the last row (NaN for none) */
    for (size_t i = n; i + 1 < cut->len; i++)
        if (cut->rows[i] == '\n' || cut->rows[i] == '\t')
            return false;
    return true;
}

/* Of tables above each other the last is read; a part of the file that ends
 * before its rows is one of the first: its rows, and as the last one names cut
 * short, which a raw read does not judge. */
static result read_above(const char *data, size_t len, const char *format)
{
    hc_text t = {0};
    size_t names = 0, end;
    for (size_t i = 0; i < len; i++)
        if ((i == 0 || data[i - 1] == '\n') && hc_isalpha(data[i]))
            names = i;
    for (end = names; end < len && data[end] != '\n'; end++)
        ;
    result r = raw_read(data, names, format);
    hc_text_add(&t, r.rows, r.len);
    for (size_t i = names; i <= end && i < len; i++)
        hc_text_putc(&t, data[i] == ',' ? '\t' : data[i]);
    free(r.rows);
    r.rows = t.data;
    r.len = t.len;
    return r;
}

static bool check_cut(const char *data, size_t at, const result *whole,
                      const result *above, const char *format)
{
    result cut = raw_read(data, at, format);
    /* pages of a database are not in the order of its rows */
    bool in_order = strcmp(format, "arbin-res") != 0;
    bool wide = at > 1 && (memcmp(data, "\xff\xfe", 2) == 0 ||
                           data[1] == '\0'); /* UTF-16, little end first */
    bool ended =
        wide ? at % 2 == 0 && data[at - 2] == '\n'
             : at > 0 && (data[at - 1] == '\n' || data[at - 1] == '\r');
    bool ok;
    if (above->rows != NULL &&
        is_beginning(&cut, above, cut.t.status == HC_OK && !ended))
        whole = above;
    bool none_lost = cut.t.rows == whole->t.rows;
    if (cut.t.status == HC_OK)
        ok = (silent_cuts(format) || none_lost || !whole->counted) &&
             (!in_order || is_beginning(&cut, whole, !ended));
    else
        ok = cut.t.status == HC_DATA &&
             (!in_order || is_beginning(&cut, whole, false));
    if (!ok)
        printf("# cut at %zu: status %s%s, %llu rows of %llu: %s\n", at,
               hc_status_text(cut.t.status),
               cut.t.incomplete ? " incomplete" : "", cut.t.rows,
               whole->t.rows, cut.t.err.text);
    free(cut.rows);
    return ok;
}

/* Does the head of an .nda say how many bytes of records there are? */
static bool nda_length(const char *data, size_t len)
{
    size_t at = len > 14 && (unsigned char)data[14] >= 129 ? 90 : 68;
    return len > at + 4 && memcmp(data + at, "\0\0\0", 4) != 0;
}

static int cuts(const char *data, size_t len, long n, const char *format,
                const char *name)
{
    result whole = raw_read(data, len, format), above = {0};
    int bad = 0;
    if (strncmp(name, "stacked_", 8) == 0)
        above = read_above(data, len, format);
    bool all = n == 0 && len <= 32768;
    whole.counted = strcmp(format, "neware-nda") != 0 || nda_length(data, len);
    size_t places = all ? len : n == 0 ? 512 : (size_t)n;
    for (size_t i = 1; i < places && bad < 10; i++) {
        size_t at =
            all ? i : (size_t)((double)len * (double)i / (double)places);
        watch("cut", name, at);
        bad += !check_cut(data, at, &whole, &above, format);
    }
    free(whole.rows);
    free(above.rows);
    return bad;
}

/* ---- flips ---- */

static int flips(const char *data, size_t len, long n, const char *name)
{
    char *copy = malloc(len + 1);
    uint64_t seed = 1;
    int bad = 0;
    for (const char *s = name; *s != '\0'; s++)
        seed = seed * 31 + (unsigned char)*s;
    for (long i = 0; copy != NULL && i < n; i++) {
        size_t at = (size_t)(next(&seed) % len);
        hc_read_options o = {.raw = i % 2 == 0};
        hc_trial t;
        memcpy(copy, data, len);
        copy[at] ^= (char)(1 << next(&seed) % 8);
        watch("flip", name, at);
        t = hc_try_memory(copy, len, NULL, &o, NULL);
        if (t.status != HC_OK && t.status != HC_DATA && t.status != HC_USAGE) {
            printf("# bit flipped in byte %zu: status %s: %s\n", at,
                   hc_status_text(t.status), t.err.text);
            bad++;
        }
    }
    free(copy);
    return bad;
}

/* The name of the format that takes the whole file. */
static const char *format_name(const char *data, size_t len)
{
    hc_source *src;
    const hc_format *f = NULL;
    if (hc_source_memory(&src, data, len, "x", NULL) != HC_OK)
        return NULL;
    if (hc_format_detect(&src->probe, &f, NULL) != HC_OK)
        f = NULL;
    hc_source_free(src);
    return f == NULL ? NULL : f->name;
}

int main(int argc, char **argv)
{
    bool flip = argc > 1 && strcmp(argv[1], "flips") == 0;
    long n = argc > 2 ? atol(argv[2]) : 0;
    int number = 0, failed = 0;
    for (int i = 3; i < argc; i++) {
        size_t len = 0;
        char *data = load(argv[i], &len);
        const char *format = data == NULL ? NULL : format_name(data, len);
        int bad = format == NULL ? 1
                  : flip         ? flips(data, len, n, base_name(argv[i]))
                         : cuts(data, len, n, format, base_name(argv[i]));
        printf("%sok %d - %s of %s (%s)\n", bad > 0 ? "not " : "", ++number,
               argv[1], base_name(argv[i]), format == NULL ? "?" : format);
        fflush(stdout);
        failed += bad > 0;
        free(data);
    }
    printf("1..%d\n", number);
    return failed > 0;
}
