/* test_account.c: rows read + rows rejected = rows in the file
 *
 * The made files again, one row or record of each spoiled, doubled or taken
 * away; whoever spoils it knows how many rows are left.  Each file is read
 * raw and in our names, and the account must be exact, or the file be
 * refused as a whole where its head was spoiled.
 */
#include "unit.h"

#include "formats/reading.h"
#include "made.h"

enum { LINES_MAX = 64 };

/* ---- texts as lines ---- */

typedef struct {
    char *line[LINES_MAX]; /* without their ends */
    size_t len[LINES_MAX];
    bool row[LINES_MAX];
    size_t n, rows;
    char delimiter;
} sheet;

/* What a trick leaves to be accounted for. */
typedef struct {
    size_t rows;      /* lines or records that are rows, good or bad */
    bool one_more;    /* or one more: a foreign line among them */
    bool cut;         /* the last may be told as cut instead */
    bool may_be_room; /* the records may be room that is not used yet */
    bool may_refuse;  /* the whole file may be refused */
} left;

static bool in_list(const char *list, size_t number)
{
    const char *s = list;
    while (*s != '\0') {
        char *end;
        unsigned long a = strtoul(s, &end, 10), b = a;
        if (*end == '-')
            b = strtoul(end + 1, &end, 10);
        if (number >= a && number <= b)
            return true;
        s = *end == ',' ? end + 1 : end;
    }
    return false;
}

static char delimiter_of(const char *s, size_t len)
{
    static const char delimiters[] = "\t;,";
    for (const char *d = delimiters; *d != '\0'; d++)
        if (memchr(s, *d, len) != NULL)
            return *d;
    return ' ';
}

static void take_apart(sheet *s, const hc_text *t, const made_file *m)
{
    const char *p = t->data, *end = p + t->len;
    memset(s, 0, sizeof *s);
    while (p < end) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        const char *stop = nl == NULL ? end : nl;
        assert_true(s->n < LINES_MAX - 8);
        s->len[s->n] = (size_t)(stop - p);
        if (s->len[s->n] > 0 && stop[-1] == '\r')
            s->len[s->n]--;
        s->line[s->n] = malloc(s->len[s->n] + 1);
        memcpy(s->line[s->n], p, s->len[s->n]);
        s->row[s->n] = in_list(m->lines, s->n + 1);
        s->rows += s->row[s->n];
        s->n++;
        p = stop + 1;
    }
    assert_int_equal(s->rows, m->rows);
    for (size_t i = 0; i < s->n; i++)
        if (s->row[i])
            s->delimiter = delimiter_of(s->line[i], s->len[i]);
}

static void put_together(const sheet *s, const char *line_end, hc_text *t)
{
    hc_text_reset(t);
    for (size_t i = 0; i < s->n; i++) {
        hc_text_add(t, s->line[i], s->len[i]);
        hc_text_puts(t, line_end);
    }
}

static void drop(sheet *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->line[i]);
}

/* The row in the middle of the table. */
static size_t pick(const sheet *s)
{
    size_t k = 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->row[i] && k++ == s->rows / 2)
            return i;
    return s->n - 1;
}

static size_t last_row(const sheet *s)
{
    size_t i = s->n - 1;
    while (i > 0 && !s->row[i])
        i--;
    return i;
}

static size_t first_row(const sheet *s)
{
    size_t i = 0;
    while (i < s->n && !s->row[i])
        i++;
    return i;
}

static void set_line(sheet *s, size_t i, const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    memcpy(copy, text, len);
    free(s->line[i]);
    s->line[i] = copy;
    s->len[i] = len;
}

/* A line before line i. */
static void insert(sheet *s, size_t i, const char *text, size_t len)
{
    memmove(s->line + i + 1, s->line + i, (s->n - i) * sizeof *s->line);
    memmove(s->len + i + 1, s->len + i, (s->n - i) * sizeof *s->len);
    memmove(s->row + i + 1, s->row + i, (s->n - i) * sizeof *s->row);
    s->n++;
    s->line[i] = NULL;
    s->row[i] = false;
    set_line(s, i, text, len);
}

static void take_out(sheet *s, size_t i)
{
    free(s->line[i]);
    s->n--;
    memmove(s->line + i, s->line + i + 1, (s->n - i) * sizeof *s->line);
    memmove(s->len + i, s->len + i + 1, (s->n - i) * sizeof *s->len);
    memmove(s->row + i, s->row + i + 1, (s->n - i) * sizeof *s->row);
}

/* ---- tricks on one row ---- */

static left same_rows(const sheet *s)
{
    return (left){.rows = s->rows};
}

static void digits_to_x(sheet *s, size_t row)
{
    for (size_t i = 0; i < s->len[row]; i++)
        if (s->line[row][i] >= '0' && s->line[row][i] <= '9')
            s->line[row][i] = 'x';
}

static left words(sheet *s)
{
    digits_to_x(s, pick(s));
    return same_rows(s);
}

static left words_in_last(sheet *s)
{
    digits_to_x(s, last_row(s));
    return same_rows(s);
}

static left words_in_all(sheet *s)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->row[i])
            digits_to_x(s, i);
    return (left){.rows = s->rows, .may_refuse = true};
}

static left nul_byte(sheet *s)
{
    size_t k = pick(s);
    s->line[k][s->len[k] / 2] = '\0';
    return same_rows(s);
}

static left row_of_nuls(sheet *s)
{
    size_t k = pick(s);
    memset(s->line[k], 0, s->len[k]);
    return same_rows(s);
}

/* The last number of the row. */
static left put_number(sheet *s, const char *number)
{
    size_t k = pick(s), end = s->len[k], start;
    hc_text t = {0};
    while (end > 0 &&
           !(s->line[k][end - 1] >= '0' && s->line[k][end - 1] <= '9'))
        end--;
    start = end;
    while (start > 0 && strchr("+-.,eE0123456789", s->line[k][start - 1]) &&
           s->line[k][start - 1] != s->delimiter)
        start--;
    hc_text_add(&t, s->line[k], start);
    hc_text_puts(&t, number);
    hc_text_add(&t, s->line[k] + end, s->len[k] - end);
    set_line(s, k, t.data, t.len);
    hc_text_clear(&t);
    return same_rows(s);
}

static left too_large(sheet *s)
{
    return put_number(s, "1e400");
}

static left long_digits(sheet *s)
{
    hc_text t = {0};
    for (int i = 0; i < 5000; i++)
        hc_text_putc(&t, '7');
    left l = put_number(s, hc_text_get(&t));
    hc_text_clear(&t);
    return l;
}

static left overflow_word(sheet *s)
{
    return put_number(s, "-1.#INF");
}

static left unicode_minus(sheet *s)
{
    return put_number(s, "\xe2\x88\x92"
                         "1");
}

static left half_a_row(sheet *s)
{
    size_t k = pick(s);
    set_line(s, k, s->line[k], s->len[k] / 2);
    return same_rows(s);
}

static void add_fields(sheet *s, int n)
{
    size_t k = pick(s);
    hc_text t = {0};
    hc_text_add(&t, s->line[k], s->len[k]);
    for (int i = 0; i < n; i++) {
        hc_text_putc(&t, s->delimiter);
        hc_text_putc(&t, '7');
    }
    set_line(s, k, t.data, t.len);
    hc_text_clear(&t);
}

static left fields_too_many(sheet *s)
{
    add_fields(s, 3);
    return same_rows(s);
}

static left fields_20000(sheet *s)
{
    add_fields(s, 20000);
    return same_rows(s);
}

static left two_mebibytes(sheet *s)
{
    size_t k = pick(s);
    hc_text t = {0};
    for (size_t i = 0; i < 2 << 20; i++)
        hc_text_putc(&t, (char)('a' + i % 26));
    set_line(s, k, t.data, t.len);
    hc_text_clear(&t);
    return same_rows(s);
}

static left random_bytes(sheet *s)
{
    size_t k = pick(s);
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < s->len[k]; i++) {
        char c = (char)unit_random(&seed);
        s->line[k][i] = c == '\n' || c == '\r' ? 'x' : c;
    }
    return same_rows(s);
}

static left open_quote(sheet *s)
{
    size_t k = pick(s);
    s->line[k][0] = '"';
    left l = same_rows(s);
    l.cut = true; /* the last row may go on behind the end of the file */
    return l;
}

static left no_delimiters(sheet *s)
{
    size_t k = pick(s);
    for (size_t i = 0; i < s->len[k]; i++)
        if (s->line[k][i] == s->delimiter)
            s->line[k][i] = '_';
    return same_rows(s);
}

/* ---- tricks on the rows ---- */

static left row_less(sheet *s)
{
    size_t rows = s->rows - 1;
    take_out(s, pick(s));
    return (left){.rows = rows, .may_refuse = rows < 2};
}

static left row_twice(sheet *s)
{
    size_t k = pick(s), rows = s->rows + 1;
    insert(s, k, s->line[k], s->len[k]);
    return (left){.rows = rows};
}

static left all_rows_twice(sheet *s)
{
    size_t first = first_row(s), last = last_row(s), rows = 2 * s->rows;
    for (size_t i = 0; i <= last - first; i++)
        insert(s, last + 1 + i, s->line[first + i], s->len[first + i]);
    return (left){.rows = rows};
}

static left blank_line(sheet *s)
{
    insert(s, pick(s), "", 0);
    return same_rows(s);
}

static left line_of_blanks(sheet *s)
{
    insert(s, pick(s), " \t  ", 4);
    return same_rows(s);
}

static left names_again(sheet *s)
{
    size_t first = first_row(s);
    left l = {.rows = s->rows, .one_more = true};
    if (first > 0)
        insert(s, pick(s), s->line[first - 1], s->len[first - 1]);
    return l;
}

static left foreign_line(sheet *s)
{
    static const char text[] = "Test aborted by the operator";
    insert(s, pick(s), text, sizeof text - 1);
    return (left){.rows = s->rows, .one_more = true};
}

static left foreign_end(sheet *s)
{
    static const char text[] = "Test aborted by the operator";
    insert(s, last_row(s) + 1, text, sizeof text - 1);
    return (left){.rows = s->rows, .one_more = true};
}

static left control_z(sheet *s)
{
    insert(s, s->n, "\x1a", 1);
    return (left){.rows = s->rows, .one_more = true};
}

static left rows_backwards(sheet *s)
{
    size_t a = first_row(s), b = last_row(s);
    for (; a < b; a++, b--) {
        char *line = s->line[a];
        size_t len = s->len[a];
        s->line[a] = s->line[b];
        s->len[a] = s->len[b];
        s->line[b] = line;
        s->len[b] = len;
    }
    /* of a layered export the headings of steps changed their places */
    return same_rows(s);
}

static left points_to_commas(sheet *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; s->row[i] && k < s->len[i]; k++)
            if (s->line[i][k] == '.')
                s->line[i][k] = ',';
    return (left){.rows = s->rows, .may_refuse = s->delimiter == ','};
}

static left no_rows(sheet *s)
{
    for (size_t i = s->n; i-- > 0;)
        if (s->row[i])
            take_out(s, i);
    return (left){.rows = 0, .may_refuse = true};
}

static left ends_in_row(sheet *s)
{
    size_t k = pick(s), before = 0;
    for (size_t i = 0; i < k; i++)
        before += s->row[i];
    set_line(s, k, s->line[k], s->len[k] / 2);
    while (s->n > k + 1)
        take_out(s, s->n - 1);
    return (left){.rows = before + 1, .cut = true, .may_refuse = before == 0};
}

static left untouched(sheet *s)
{
    return same_rows(s);
}

/* Files with binary parts between their lines may refuse it. */
static left other_ends(sheet *s)
{
    left l = same_rows(s);
    l.may_refuse = s->len[0] > 0 && s->line[0][0] == '\0';
    return l;
}

static const struct {
    const char *name;
    left (*play)(sheet *s);
    const char *line_end;
} tricks[] = {
    {"words for numbers", words, "\n"},
    {"words in the last row", words_in_last, "\n"},
    {"words in all rows", words_in_all, "\n"},
    {"a NUL in a row", nul_byte, "\n"},
    {"a row of NULs", row_of_nuls, "\n"},
    {"1e400", too_large, "\n"},
    {"5000 digits", long_digits, "\n"},
    {"-1.#INF", overflow_word, "\n"},
    {"a minus of Unicode", unicode_minus, "\n"},
    {"half a row", half_a_row, "\n"},
    {"three fields too many", fields_too_many, "\n"},
    {"20000 fields", fields_20000, "\n"},
    {"a row of 2 MiB", two_mebibytes, "\n"},
    {"random bytes", random_bytes, "\n"},
    {"a quote that stays open", open_quote, "\n"},
    {"no delimiters", no_delimiters, "\n"},
    {"a row less", row_less, "\n"},
    {"a row twice", row_twice, "\n"},
    {"all rows twice", all_rows_twice, "\n"},
    {"a blank line", blank_line, "\n"},
    {"a line of blanks", line_of_blanks, "\n"},
    {"the names again", names_again, "\n"},
    {"a foreign line", foreign_line, "\n"},
    {"a foreign line at the end", foreign_end, "\n"},
    {"a control-Z at the end", control_z, "\n"},
    {"rows backwards", rows_backwards, "\n"},
    {"commas for points", points_to_commas, "\n"},
    {"no rows", no_rows, "\n"},
    {"an end within a row", ends_in_row, ""},
    {"CR for line ends", other_ends, "\r"},
    {"CRLF for line ends", untouched, "\r\n"},
};

/* ---- tricks on records ---- */

typedef struct {
    hc_text *t;
    const made_file *m;
} bytes;

static char *record(const bytes *b, size_t i)
{
    return b->t->data + b->m->at + i * b->m->size;
}

static left r_zeros(const bytes *b)
{
    memset(record(b, b->m->rows / 2), 0, b->m->size);
    return (left){.rows = b->m->rows};
}

static left r_ff(const bytes *b)
{
    memset(record(b, b->m->rows / 2), 0xff, b->m->size);
    return (left){.rows = b->m->rows};
}

static left r_random(const bytes *b)
{
    uint64_t seed = 362436069362436069u;
    char *r = record(b, b->m->rows / 2);
    for (size_t i = 6; i < b->m->size; i++) /* behind mark and index */
        r[i] = (char)unit_random(&seed);
    return (left){.rows = b->m->rows};
}

static left r_marker(const bytes *b)
{
    record(b, b->m->rows / 2)[0] ^= 0x20;
    return (left){.rows = b->m->rows};
}

static left r_nan(const bytes *b)
{
    char *r = record(b, b->m->rows / 2);
    memset(r + b->m->size / 2, 0x7f, b->m->size - b->m->size / 2);
    return (left){.rows = b->m->rows};
}

static left r_cut_in(const bytes *b)
{
    size_t k = b->m->rows / 2;
    b->t->len = b->m->at + k * b->m->size + b->m->size / 2;
    return (left){.rows = k + 1, .cut = true};
}

static left r_cut_after(const bytes *b)
{
    size_t k = b->m->rows / 2;
    b->t->len = b->m->at + k * b->m->size;
    return (left){.rows = k, .cut = true};
}

static left r_first_only(const bytes *b)
{
    b->t->len = b->m->at + b->m->size;
    return (left){.rows = 1, .cut = true};
}

static left r_half_first(const bytes *b)
{
    b->t->len = b->m->at + b->m->size / 2;
    return (left){.rows = 1, .cut = true, .may_refuse = true};
}

static left r_swapped(const bytes *b)
{
    char *x = record(b, 0), *y = record(b, b->m->rows - 1);
    for (size_t i = 0; i < b->m->size; i++) {
        char c = x[i];
        x[i] = y[i];
        y[i] = c;
    }
    return (left){.rows = b->m->rows, .may_refuse = true};
}

static left r_all_ff(const bytes *b)
{
    memset(record(b, 0), 0xff, b->m->rows * b->m->size);
    return (left){.rows = b->m->rows, .may_refuse = true, .may_be_room = true};
}

static left r_all_zero(const bytes *b)
{
    memset(record(b, 0), 0, b->m->rows * b->m->size);
    return (left){.rows = b->m->rows, .may_refuse = true, .may_be_room = true};
}

static const struct {
    const char *name;
    left (*play)(const bytes *b);
} record_tricks[] = {
    {"a record of zeros", r_zeros},
    {"a record of 0xff", r_ff},
    {"a random record", r_random},
    {"another marker", r_marker},
    {"numbers that are none", r_nan},
    {"an end within a record", r_cut_in},
    {"an end behind a record", r_cut_after},
    {"the first record only", r_first_only},
    {"half a record only", r_half_first},
    {"first and last swapped", r_swapped},
    {"all records 0xff", r_all_ff},
    {"all records zero", r_all_zero},
};

/* ---- the account ---- */

static int judge(const made_file *m, const char *what, bool raw,
                 const hc_text *t, size_t others, left l)
{
    hc_read_options o = {.raw = raw, .no_repair = true};
    hc_trial r = hc_try_memory(t->data, t->len, NULL, &o, NULL);
    unsigned long long n = r.rows + r.rejected;
    bool fine = n == others + l.rows ||
                (l.one_more && n == others + l.rows + 1) ||
                (l.cut && r.incomplete && n + 1 == others + l.rows) ||
                (l.cut && r.incomplete && n + 1 == l.rows) ||
                (l.may_refuse && r.rows <= others && r.status != HC_OK) ||
                (l.may_be_room && n == others);
    bool status = r.status == HC_OK || r.status == HC_DATA;
    bool said = r.status == HC_OK ? r.rejected == 0 : r.err.text[0] != '\0';
    if (fine && status && said)
        return 0;
    print_error("%s, %s, %s: %llu read + %llu rejected, %zu in the file%s; "
                "%s: %s\n",
                m->name, what, raw ? "raw" : "ours", r.rows, r.rejected,
                others + l.rows, r.incomplete ? ", incomplete" : "",
                hc_status_text(r.status), r.err.text);
    return 1;
}

/* Rows of data sets that no trick touches. */
static size_t rows_beside(const made_file *m, const hc_text *t)
{
    hc_read_options o = {.raw = true, .no_repair = true};
    hc_trial r = hc_try_memory(t->data, t->len, NULL, &o, NULL);
    assert_int_equal(r.rejected, 0);
    assert_true(r.rows >= m->rows);
    return (size_t)r.rows - m->rows;
}

static void test_lines(void **state)
{
    int bad = 0;
    (void)state;
    assert_true(sizeof tricks / sizeof *tricks >= 25);
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        hc_text t = {0};
        if (m->lines == NULL)
            continue;
        m->make(&t);
        size_t others = rows_beside(m, &t);
        for (size_t k = 0; k < sizeof tricks / sizeof *tricks; k++) {
            sheet s;
            hc_text_reset(&t);
            m->make(&t);
            take_apart(&s, &t, m);
            left l = tricks[k].play(&s);
            const char *end = tricks[k].line_end;
            put_together(&s, *end == '\0' ? "\n" : end, &t);
            if (*end == '\0')
                t.len--; /* the last line has none */
            for (int raw = 0; raw < 2; raw++)
                bad += judge(m, tricks[k].name, raw == 1, &t, others, l);
            drop(&s);
        }
        hc_text_clear(&t);
    }
    assert_int_equal(bad, 0);
}

static void test_records(void **state)
{
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        if (m->size == 0)
            continue;
        for (size_t k = 0; k < sizeof record_tricks / sizeof *record_tricks;
             k++) {
            hc_text t = {0};
            m->make(&t);
            size_t others = rows_beside(m, &t);
            bytes b = {&t, m};
            left l = record_tricks[k].play(&b);
            for (int raw = 0; raw < 2; raw++)
                bad +=
                    judge(m, record_tricks[k].name, raw == 1, &t, others, l);
            hc_text_clear(&t);
        }
    }
    assert_int_equal(bad, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
