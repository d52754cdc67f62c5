#include "probe/probe.h"

#include "core/number.h"
#include "core/sha256.h"
#include "core/text.h"
#include "cycle/technique.h"
#include "formats/cells.h"
#include "formats/reading.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* So much of a large file shows what it is. */
enum { HEAD = 2 << 20, WHOLE_MAX = 512 << 20 };

typedef struct {
    hc_status status;
    char format[32], kind[16], technique[64], cell[128];
    char facts[HC_SHA256_HEX], message[256];
} answer;

static void set(char *to, size_t cap, const char *from)
{
    hc_copy(to, cap, from, strlen(from));
}

/* ZIP (.ndax, .xlsx), gzip and Access cannot be read from their beginning
 * alone. */
static bool needs_all(const char *data, size_t len)
{
    return len > 20 && (memcmp(data, "PK\3\4", 4) == 0 ||
                        memcmp(data, "\x1f\x8b", 2) == 0 ||
                        memcmp(data + 4, "Standard ", 9) == 0);
}

static hc_status read_up_to(int fd, char **data, size_t *len, size_t want,
                            hc_err *err)
{
    char *p = realloc(*data, want + 1);
    if (p == NULL)
        return hc_fail_nomem(err);
    *data = p;
    while (*len < want) {
        ssize_t n = read(fd, p + *len, want - *len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return hc_fail(err, HC_IO, "cannot read: %s", strerror(errno));
        if (n == 0)
            break;
        *len += (size_t)n;
    }
    return HC_OK;
}

static hc_status load(const char *path, char **data, size_t *len, bool *cut,
                      hc_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat sb;
    hc_status st = HC_OK;
    if (fd < 0)
        return hc_fail(err, HC_NOINPUT, "cannot open: %s", strerror(errno));
    if (fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))
        st = hc_fail(err, HC_NOINPUT, "is no regular file");
    size_t size = st == HC_OK ? (size_t)sb.st_size : 0;
    if (st == HC_OK)
        st = read_up_to(fd, data, len, size < HEAD ? size : HEAD, err);
    if (st == HC_OK && size > *len && needs_all(*data, *len) &&
        size <= WHOLE_MAX)
        st = read_up_to(fd, data, len, size, err);
    *cut = size > *len;
    close(fd);
    return st;
}

static void count_steps(hc_steps *steps, hc_technique_steps *t)
{
    hc_step step;

    while (hc_steps_row(steps) != NULL)
        ;
    while (hc_steps_next(steps, &step))
        hc_technique_step(t, &step);
}

/* The pattern of the steps of a table of kind series. */
static hc_status steps_of(hc_reader *r, answer *a, hc_err *err)
{
    hc_series *series = NULL;
    hc_steps *steps = NULL;
    hc_step_limits limits = hc_step_limits_default();
    hc_technique_steps t = {0};
    hc_sample *sample;
    bool got = true;
    hc_status st = hc_series_new(&series, r, err);

    if (st == HC_OK)
        st = hc_steps_new(&steps, &limits, err);
    while (st == HC_OK && got) {
        sample = hc_steps_room(steps);
        st = hc_series_next(series, sample, &got, err);
        if (st == HC_OK && got)
            st = hc_steps_push(steps, sample, err);
        if (st == HC_OK)
            count_steps(steps, &t);
    }
    /* rows that wait still show what it is, before a fault too */
    for (got = steps != NULL; got;) {
        got = hc_steps_finish(steps);
        count_steps(steps, &t);
    }
    snprintf(a->technique, sizeof a->technique, "%s%s",
             hc_technique_name(hc_technique_of(&t)),
             t.eis > 0 ? " eis" : "");
    hc_steps_free(steps);
    hc_series_free(series);
    return st;
}

/* Of what is tried, only that memory ended is a failure of ours. */
static hc_status unless_nomem(hc_status st, hc_err *err)
{
    return st == HC_NOMEM ? hc_fail_nomem(err) : HC_OK;
}

static hc_status find_format(const char *data, size_t len, answer *a,
                             hc_err *err)
{
    hc_source *src = NULL;
    const hc_format *format = NULL;
    hc_err ignored;
    hc_status st = hc_source_memory(&src, data, len, "(file)", &ignored);
    if (st == HC_OK)
        st = hc_format_detect(&src->probe, &format, &ignored);
    if (st == HC_OK)
        set(a->format, sizeof a->format, format->name);
    hc_source_free(src);
    return unless_nomem(st, err);
}

/* Kind and technique of the table that the file was read to. */
static hc_status find_technique(const char *text, size_t n, answer *a,
                                hc_err *err)
{
    hc_in *in = NULL;
    hc_reader *r = NULL;
    hc_err ignored;
    hc_status st = hc_in_memory(&in, text, n, "(table)", &ignored);
    if (st == HC_OK)
        st = hc_reader_new(&r, in, &ignored);
    if (st == HC_OK) {
        set(a->kind, sizeof a->kind, hc_reader_kind(r));
        set(a->technique, sizeof a->technique, hc_reader_kind(r));
        if (strcmp(a->kind, "series") == 0) {
            st = steps_of(r, a, &ignored);
            r = NULL;
        }
    }
    hc_reader_free(r);
    return unless_nomem(st, err);
}

static hc_status look(const char *data, size_t len, bool cut, answer *a,
                      hc_err *err)
{
    hc_read_options o = {.growing = true, .few = true, .max_bad = 1000};
    hc_out *out = NULL;
    size_t n;
    hc_status st = find_format(data, len, a, err);
    if (st == HC_OK)
        st = hc_out_memory(&out, err);
    if (st != HC_OK)
        return st;
    hc_trial t = hc_try_memory(data, len, NULL, &o, out);
    const char *text = hc_out_data(out, &n);
    a->status = cut && t.rows > 0 ? HC_OK : t.status;
    if (a->status != HC_OK)
        set(a->message, sizeof a->message, t.err.text);
    /* settings and logs beside the data are nothing to complain of */
    if (a->status == HC_DATA && t.rows == 0 &&
        strstr(t.err.text, "holds no measurement") != NULL)
        a->status = HC_NO;
    st = unless_nomem(t.status, err);
    if (st == HC_OK && n > 0)
        st = find_technique(text, n, a, err);
    hc_out_discard(out);
    return st;
}

/* What the table of cells says of the file, as a name and a sum. */
static void find_cell(const hc_cells *cells, const char *path, answer *a)
{
    const hc_cells_row *row = NULL;
    hc_err err;
    hc_sha256 s;
    if (cells == NULL)
        return;
    if (hc_cells_find(cells, path, &row, &err) != HC_OK) {
        a->status = hc_status_worst(a->status, HC_DATA);
        set(a->message, sizeof a->message, err.text);
        return;
    }
    if (row == NULL)
        return;
    set(a->cell, sizeof a->cell, row->cell);
    hc_sha256_init(&s);
    for (int i = 0; i < HC_CELLS_NUMBERS; i++) {
        char buf[HC_NUMBER_SIZE];
        hc_sha256_add(&s, buf, hc_number_print(row->number[i], buf));
        hc_sha256_add(&s, ";", 1);
    }
    for (int i = 0; i < HC_CELLS_WORDS; i++) {
        const char *word = row->word[i] != NULL ? row->word[i] : "-";
        hc_sha256_add(&s, word, strlen(word) + 1);
    }
    hc_sha256_hex(&s, a->facts);
}

/* One field; what would end it becomes a blank. */
static void put_field(hc_text *t, const char *s, char after)
{
    if (s[0] == '\0')
        s = "-";
    for (; *s != '\0'; s++)
        hc_text_putc(t, *s == '\t' || *s == '\n' || *s == '\r' ? ' ' : *s);
    hc_text_putc(t, after);
}

static hc_status reply(int fd, const answer *a, hc_err *err)
{
    hc_text t = {0};
    hc_text_printf(&t, "%d\t", hc_status_exit(a->status));
    put_field(&t, a->format, '\t');
    put_field(&t, a->kind, '\t');
    put_field(&t, a->technique, '\t');
    put_field(&t, a->cell, '\t');
    put_field(&t, a->facts, '\t');
    put_field(&t, a->message, '\n');
    hc_status st = hc_text_status(&t, err);
    for (size_t at = 0; st == HC_OK && at < t.len;) {
        ssize_t n = write(fd, t.data + at, t.len - at);
        if (n < 0 && errno != EINTR)
            st = hc_fail(err, HC_IO, "cannot answer: %s", strerror(errno));
        at += n > 0 ? (size_t)n : 0;
    }
    hc_text_clear(&t);
    return st;
}

static hc_status answer_one(int out, const char *path, const hc_cells *cells,
                            hc_err *err)
{
    answer a = {.status = HC_OK};
    char *data = NULL;
    size_t len = 0;
    bool cut = false;
    hc_err why = {0};
    hc_status st = load(path, &data, &len, &cut, &why);
    if (st == HC_OK)
        st = look(data, len, cut, &a, &why);
    if (st != HC_OK) {
        a.status = st;
        set(a.message, sizeof a.message, why.text);
    }
    find_cell(cells, path, &a);
    free(data);
    return reply(out, &a, err);
}

hc_status hc_probe_serve(int in, int out, const char *cells, hc_err *err)
{
    hc_cells *table = NULL;
    hc_text path = {0};
    char buf[8192];
    ssize_t n;
    hc_status st = cells != NULL ? hc_cells_open(&table, cells, err) : HC_OK;

    while (st == HC_OK && (n = read(in, buf, sizeof buf)) != 0) {
        if (n < 0 && errno != EINTR)
            st = hc_fail(err, HC_IO, "cannot read: %s", strerror(errno));
        for (ssize_t i = 0; i < n && st == HC_OK; i++) {
            if (buf[i] != '\0') {
                hc_text_putc(&path, buf[i]);
                continue;
            }
            st = hc_text_status(&path, err);
            if (st == HC_OK)
                st = answer_one(out, hc_text_get(&path), table, err);
            hc_text_reset(&path);
        }
    }
    hc_text_clear(&path);
    hc_cells_free(table);
    return st;
}
