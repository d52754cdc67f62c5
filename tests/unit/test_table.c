/* table.h, frame.h, spectrum.h, records.h: what goes between the tools */
#include "unit.h"

#include "core/records.h"
#include "core/spectrum.h"

#include <unistd.h>

static hc_status open_text(const char *text, hc_reader **r, hc_err *e)
{
    hc_in *in = NULL;
    hc_err_clear(e);
    assert_ok(hc_in_memory(&in, text, strlen(text), "t.tsv", e), *e);
    return hc_reader_new(r, in, e);
}

/* A stream that gives at most `piece` bytes at a time. */
typedef struct {
    const char *text;
    size_t len, piece;
} pieces;

static hc_status next_piece(void *ctx, char *buf, size_t cap, size_t *got,
                            hc_err *err)
{
    pieces *p = ctx;
    size_t n = p->piece < cap ? p->piece : cap;
    (void)err;
    if (n > p->len)
        n = p->len;
    memcpy(buf, p->text, n);
    p->text += n;
    p->len -= n;
    *got = n;
    return HC_OK;
}

/* Read all; the status of the last call, rows in *n. */
static hc_status drain(const char *text, size_t *n, hc_err *e)
{
    hc_reader *r = NULL;
    bool got = true;
    hc_status st = open_text(text, &r, e);
    *n = 0;
    while (st == HC_OK && got) {
        st = hc_reader_next(r, &got, e);
        *n += got;
    }
    hc_reader_free(r);
    return st;
}

/* n cells of the present row; the first error ends it. */
static hc_status numbers_of(const hc_reader *r, const int *columns, size_t n,
                            double *x, hc_err *e)
{
    hc_status st = HC_OK;
    for (size_t k = 0; k < n && st == HC_OK; k++)
        st = hc_reader_number(r, columns[k], &x[k], e);
    return st;
}

#define HEAD "#: halfcell-table 1\n#: kind eis\n"

static void reads_a_table(void **state)
{
    hc_reader *r = NULL;
    hc_err e;
    bool got;
    double x;
    int c;
    (void)state;
    assert_ok(open_text(HEAD "#: area_m2 1.44e-4\na\tb\n1\tNaN\n"
                             "#: sha256 0 ff\n#: incomplete\n"
                             "#: end rows=1\n",
                        &r, &e),
              e);
    assert_string_equal(hc_reader_kind(r), "eis");
    assert_near(hc_meta_number(hc_reader_meta(r), "area_m2"), 1.44e-4, 0);
    assert_int_equal(hc_reader_columns(r), 2);
    assert_int_equal(hc_reader_column(r, "b"), 1);
    assert_int_equal(hc_reader_need(r, "z", &c, &e), HC_DATA);
    assert_non_null(strstr(e.text, "no column 'z'; this is a table of kind "
                                   "'eis', it has: a b"));
    assert_ok(hc_reader_next(r, &got, &e), e);
    assert_true(got);
    assert_ok(hc_reader_number(r, 0, &x, &e), e);
    assert_true(x == 1);
    assert_ok(hc_reader_number(r, 1, &x, &e), e);
    assert_true(isnan(x));
    assert_ok(hc_reader_number(r, -1, &x, &e), e);
    assert_true(isnan(x));
    assert_ok(hc_reader_next(r, &got, &e), e);
    assert_false(got);
    assert_true(hc_reader_incomplete(r));
    assert_string_equal(hc_meta_get(hc_reader_trailer(r), "sha256"), "0 ff");
    hc_reader_free(r);
}

static void takes_bare_text(void **state)
{
    size_t n;
    hc_err e;
    (void)state;
    assert_ok(drain("a\tb\n1\t2\n3\t4\n", &n, &e), e);
    assert_int_equal(n, 2);
    assert_ok(drain("a,b\r\n1,2\r\n\r\n3,4", &n, &e), e);
    assert_int_equal(n, 2);
    assert_ok(drain("\"a, b\",c\n1,\"2,5\"\n", &n, &e), e);
    assert_int_equal(n, 1);
    assert_ok(drain("\xef\xbb\xbf# a note\na\n1\n", &n, &e), e);
    assert_int_equal(n, 1);
}

static void broken_tables_are_told(void **state)
{
    static const struct {
        const char *text, *says;
        long line;
    } bad[] = {
        {"", "is empty", 0},
        {HEAD, "ends before the column names", 0},
        {HEAD "a\tb\n1\t2\n", "upstream did not finish", 0},
        {HEAD "a\tb\n1\n#: end rows=1\n", "row has 1 cells, the header 2", 4},
        {HEAD "a\n1\n#: end rows=2\n", "says 2 rows, found 1", 5},
        {HEAD "a\n1\n#: end rows=1\n2\n", "a row after '#: end'", 6},
        {HEAD "a\n1\n#: end\n", "not '#: end rows=N'", 5},
        {"#: halfcell-table 2\na\n", "table version '2'", 1},
        {HEAD "a\ta\n", "two columns are named 'a'", 3},
        {HEAD "a\n1\n#: end rows=1\n" HEAD "a\n2\n#: end rows=1\n",
         "only records may be appended", 6},
        {HEAD "a\n1\n" HEAD "a\n", "before '#: end'", 5},
        {"a,\"b\n", "a quote is not closed", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        hc_err e;
        size_t n;
        assert_int_equal(drain(bad[i].text, &n, &e), HC_DATA);
        if (strstr(e.text, bad[i].says) == NULL)
            fail_msg("case %zu said '%s'", i, e.text);
        assert_string_equal(e.file, "t.tsv");
        assert_int_equal(e.line, bad[i].line);
    }
}

static void appended_records_are_one_stream(void **state)
{
    static const char two[] =
        "#: halfcell-table 1\n#: kind records\nquantity\tvalue\n"
        "R1\t1\n#: end rows=1\n"
        "#: halfcell-table 1\n#: kind records\nvalue\tquantity\n"
        "2\tR2\n3\tR3\n#: end rows=2\n";
    hc_reader *r = NULL;
    hc_frame *f = NULL;
    hc_err e;
    (void)state;
    assert_ok(open_text(two, &r, &e), e);
    assert_ok(hc_frame_read(&f, r, &e), e);
    hc_reader_free(r);
    assert_int_equal(hc_frame_rows(f), 3);
    assert_string_equal(hc_frame_text(f, 2, hc_frame_column(f, "quantity")),
                        "R3");
    assert_true(hc_frame_number(f, 1, hc_frame_column(f, "value")) == 2);
    hc_frame_free(f);
}

static void writes_what_it_reads(void **state)
{
    hc_out *out = NULL;
    hc_writer *w = NULL;
    hc_err e;
    size_t len;
    (void)state;
    assert_ok(hc_out_memory(&out, &e), e);
    assert_ok(hc_writer_new(&w, out, HC_WRITE_TABLE, &e), e);
    hc_writer_meta(w, "kind", "%s", "series");
    hc_writer_column(w, "x");
    hc_writer_column(w, "note");
    hc_writer_number(w, 0.1);
    hc_writer_text(w, "a\tb\nc");
    hc_writer_end_row(w);
    hc_writer_raw(w, "1.50e-3", 7);
    hc_writer_integer(w, 42);
    hc_writer_end_row(w);
    hc_writer_meta(w, "incomplete", "%s", "");
    assert_ok(hc_writer_end(w, &e), e);
    const char *text = hc_out_data(out, &len);
    const char want[] =
        "#: halfcell-table 1\n#: kind series\nx\tnote\n"
        "0.1\ta\\tb\\nc\n1.50e-3\t42\n#: incomplete\n#: end rows=2\n";
    assert_int_equal(len, sizeof want - 1);
    assert_memory_equal(text, want, len);
    hc_writer_free(w);
    hc_out_discard(out);
}

static void json_is_one_object_a_row(void **state)
{
    hc_out *out = NULL;
    hc_writer *w = NULL;
    hc_err e;
    size_t len;
    const char *text;
    (void)state;
    assert_ok(hc_out_memory(&out, &e), e);
    assert_ok(hc_writer_new(&w, out, HC_WRITE_JSON, &e), e);
    hc_writer_meta(w, "kind", "%s", "series");
    hc_writer_column(w, "x");
    hc_writer_column(w, "no\"te");
    hc_writer_number(w, NAN);
    hc_writer_text(w, "a\xff");
    hc_writer_end_row(w);
    hc_writer_raw(w, "+1.5", 4);
    hc_writer_raw(w, "fail", 4);
    hc_writer_end_row(w);
    assert_ok(hc_writer_end(w, &e), e);
    text = hc_out_data(out, &len);
    const char want[] = "{\"x\":null,\"no\\\"te\":\"a\xef\xbf\xbd\"}\n"
                        "{\"x\":1.5,\"no\\\"te\":\"fail\"}\n";
    assert_int_equal(len, sizeof want - 1);
    assert_memory_equal(text, want, len);
    hc_writer_free(w);
    hc_out_discard(out);
}

static void wrong_rows_do_not_pass(void **state)
{
    hc_out *out = NULL;
    hc_writer *w = NULL;
    hc_err e;
    (void)state;
    assert_ok(hc_out_memory(&out, &e), e);
    assert_ok(hc_writer_new(&w, out, HC_WRITE_TABLE, &e), e);
    hc_writer_column(w, "x");
    hc_writer_end_row(w);
    assert_int_equal(hc_writer_end(w, &e), HC_INTERNAL);
    assert_false(hc_out_is_whole(out));
    hc_writer_free(w);
    hc_out_discard(out);
}

static void spectra_are_told_apart(void **state)
{
    static const char text[] =
        "spectrum_index\telectrode\tcycle_count\tfrequency_hertz\t"
        "real_impedance_ohm\timaginary_impedance_ohm\n"
        "0\twe\t1\t10\t1\t-1\n0\twe\t1\t100\t2\t-2\n"
        "0\tce\t1\t10\t3\t1\n1\twe\t2\t5\t4\t-4\n";
    hc_reader *r = NULL;
    hc_frame *f = NULL;
    hc_spectrum *s = NULL;
    size_t n;
    hc_err e;
    hc_spectrum_filter w = hc_spectrum_filter_none();
    (void)state;
    assert_ok(open_text(text, &r, &e), e);
    assert_ok(hc_frame_read(&f, r, &e), e);
    hc_reader_free(r);
    assert_ok(hc_spectra_of(f, &w, &s, &n, &e), e);
    assert_int_equal(n, 3);
    assert_int_equal(s[0].n, 2);
    assert_true(s[0].freq_hz[0] == 100 && creal(s[0].z_ohm[0]) == 2);
    assert_int_equal(s[0].row[0], 1);
    assert_string_equal(s[1].electrode, "ce");
    assert_true(s[2].cycle_count == 2);
    assert_true(isnan(s[2].temperature_celsius));
    hc_spectra_free(s, n);
    w.capacitive = true;
    w.freq_min_hz = 6;
    assert_ok(hc_spectra_of(f, &w, &s, &n, &e), e);
    assert_int_equal(n, 1);
    hc_spectra_free(s, n);
    w.freq_min_hz = 1e9;
    assert_int_equal(hc_spectra_of(f, &w, &s, &n, &e), HC_NO);
    hc_frame_free(f);
}

static void append_keeps_one_header(void **state)
{
    char path[] = "/tmp/hc-unit-XXXXXX";
    hc_err e;
    hc_record *rec = NULL;
    size_t n;
    (void)state;
    close(mkstemp(path));
    unlink(path);
    for (int i = 0; i < 3; i++) {
        hc_out *out = NULL;
        hc_writer *w = NULL;
        size_t len;
        hc_conditions at = hc_conditions_none();
        hc_record r = hc_record_make(&at, "test", "R1", i / 3.0, "ohm");
        const char *text;
        assert_ok(hc_out_memory(&out, &e), e);
        assert_ok(hc_writer_new(&w, out, HC_WRITE_TABLE, &e), e);
        hc_writer_meta(w, "kind", "%s", "records");
        hc_records_begin(w);
        hc_records_put(w, &r);
        assert_ok(hc_writer_end(w, &e), e);
        text = hc_out_data(out, &len);
        assert_ok(hc_records_append(path, text, len, &e), e);
        hc_writer_free(w);
        hc_out_discard(out);
    }
    assert_ok(hc_records_read(path, &rec, &n, &e), e);
    assert_int_equal(n, 3);
    assert_true(rec[2].value == 0.6666666667); /* ten digits */
    assert_string_equal(rec[2].unit, "ohm");
    assert_true(isnan(rec[0].at.cycle_count));
    free(rec);
    unlink(path);
}

/* Rows of all lengths, more than the buffer holds, with its border at every
 * byte of one (the comment in front grows), and in pieces of every size. */
static void rows_at_every_border(void **state)
{
    enum { ROWS = 2600, SIZE = 1 << 17 };
    char *text = malloc(SIZE);
    (void)state;
    assert_non_null(text);
    for (size_t k = 0; k < 90; k++) {
        size_t n = (size_t)sprintf(text, "#%*s\na\tb\tc\n", (int)k, "");
        pieces p = {.text = text, .piece = k < 40 ? k + 1 : 1 << 20};
        hc_reader *r = NULL;
        hc_in *in = NULL;
        hc_err e;
        bool got = true;
        for (int i = 0; i < ROWS; i++)
            n += (size_t)sprintf(text + n, "%d\t%.*f\t-%d.5e-1%s", i, i % 17,
                                 i + 0.25, i,
                                 i + 1 == ROWS ? "" : i % 2 ? "\r\n" : "\n");
        assert_true(n > 1 << 16 && n < SIZE);
        p.len = n;
        hc_err_clear(&e);
        assert_ok(hc_in_custom(&in, "p", next_piece, &p, NULL, &e), e);
        assert_ok(hc_reader_new(&r, in, &e), e);
        for (int i = 0; i < ROWS; i++) {
            const int columns[] = {2, 0, 1};
            char want[40];
            double x[3];
            assert_ok(hc_reader_next(r, &got, &e), e);
            assert_true(got);
            assert_ok(numbers_of(r, columns, 3, x, &e), e);
            snprintf(want, sizeof want, "%.*f", i % 17, i + 0.25);
            assert_true(x[1] == i && x[2] == strtod(want, NULL));
            assert_near(x[0], -(i + 0.5) / 10, 1e-15);
        }
        assert_ok(hc_reader_next(r, &got, &e), e);
        assert_false(got);
        hc_reader_free(r);
    }
    free(text);
}

/* Cells with blanks, quotes, nothing in them; a long row. */
static void odd_cells(void **state)
{
    static const char text[] = "a,b,c\n 1.5 ,\"2\",\n\"-3\",+4,\" \"\n"
                               "1e3,inf,1,5\n";
    hc_reader *r = NULL;
    hc_err e;
    bool got;
    double x[3];
    const int all[] = {0, 1, 2};
    char *wide = malloc(1 << 17);
    size_t n = 0;
    (void)state;
    assert_ok(open_text(text, &r, &e), e);
    assert_ok(hc_reader_next(r, &got, &e), e);
    assert_ok(numbers_of(r, all, 3, x, &e), e);
    assert_true(x[0] == 1.5 && x[1] == 2 && isnan(x[2]));
    assert_ok(hc_reader_next(r, &got, &e), e);
    assert_ok(numbers_of(r, all, 3, x, &e), e);
    assert_true(x[0] == -3 && x[1] == 4 && isnan(x[2]));
    assert_int_equal(hc_reader_next(r, &got, &e), HC_DATA);
    assert_non_null(strstr(e.text, "row has 4 cells, the header 3"));
    hc_reader_free(r);
    r = NULL;
    assert_non_null(wide);
    for (int i = 0; i < 10000; i++)
        n += (size_t)sprintf(wide + n, "c%d%s", i, i < 9999 ? "\t" : "\n");
    for (int i = 0; i < 10000; i++)
        n += (size_t)sprintf(wide + n, "%d%s", i, i < 9999 ? "\t" : "\n");
    assert_ok(open_text(wide, &r, &e), e);
    assert_ok(hc_reader_next(r, &got, &e), e);
    for (int i = 0; i < 10000; i++) {
        assert_ok(hc_reader_number(r, i, &x[0], &e), e);
        assert_true(x[0] == i);
    }
    hc_reader_free(r);
    free(wide);
}

/* A line of a table nobody cleaned; mostly it is plain. */
static size_t dirty_line(uint64_t *seed, char mark, size_t width, char *to)
{
    static const char *const cells[] = {
        "0", "0", "1", "17", "-3.5", "1e-3", "3.25001", "12345678",
        "123456789012.5", "-9.999650e-04", "0.1234567890123456789",
        "1234567890123456789012", "NaN", "", " 4 ", "-inf"};
    static const char *const dirt[] = {"x",   "1.5.2", "\"7\"",
                                       "1\r", "#",     "1e"};
    static const char *const lines[] = {"\n", "\r\n", "# a note\n",
                                        "#: note kept\n", "1\n", "\t\n"};
    uint64_t r = unit_random(seed);
    size_t n = 0;
    if (r % 67 == 0)
        return (size_t)sprintf(to, "%s", lines[r >> 8 & 1 ? r / 512 % 4
                                                          : r / 512 % 6]);
    if (r % 201 == 1)
        width += r & 1024 ? 1 : -(size_t)1;
    for (size_t k = 0; k < width; k++) {
        uint64_t c = unit_random(seed);
        const char *s = cells[c % 13 ? c / 16 % 9 : c / 16 % 16];
        if (c % 499 == 0)
            s = dirt[c / 512 % 6];
        n += (size_t)sprintf(to + n, "%s%c", s, k + 1 < width ? mark : '\n');
    }
    if (r % 11 == 0)
        n += (size_t)sprintf(to + n - 1, "\r\n") - 1;
    return n;
}

/* Rows as numbers in one pass are what the cells one by one are, whatever
 * stands in the table, in pieces of every size, and so are the messages. */
static void numbers_in_one_pass(void **state)
{
    static char text[1 << 16];
    uint64_t seed = 5;
    size_t rows = 0, errors = 0;
    (void)state;
    for (int trial = 0; trial < 600; trial++) {
        char mark = trial % 3 ? '\t' : ',';
        size_t width = (size_t)(2 + trial % 7), n = 0;
        int want[6], k_max = 1 + trial % 5;
        const size_t to[] = {4, 2, 0, 5, 3};
        for (size_t k = 0; k < width; k++)
            n += (size_t)sprintf(text + n, "c%zu%c", k,
                                 k + 1 < width ? mark : '\n');
        for (int k = 0; k < trial % 90; k++)
            n += dirty_line(&seed, mark, width, text + n);
        if (trial % 5 == 0)
            n--; /* no line end */
        for (int k = 0; k < k_max; k++)
            want[k] = (int)(unit_random(&seed) % width);
        pieces pa = {text, n, 1 + unit_random(&seed) % 200}, pb = pa;
        hc_in *in = NULL;
        hc_reader *a = NULL, *b = NULL;
        hc_err ea, eb;
        bool ga = true, gb = true;
        hc_status sa = HC_OK, sb = HC_OK;
        hc_err_clear(&ea);
        hc_err_clear(&eb);
        assert_ok(hc_in_custom(&in, "t", next_piece, &pa, NULL, &ea), ea);
        assert_ok(hc_reader_new(&a, in, &ea), ea);
        assert_ok(hc_in_custom(&in, "t", next_piece, &pb, NULL, &eb), eb);
        assert_ok(hc_reader_new(&b, in, &eb), eb);
        assert_ok(hc_reader_want(b, want, to, (size_t)k_max, &eb), eb);
        while (sa == HC_OK && ga) {
            double xa[6] = {0}, xb[6] = {0};
            sa = hc_reader_next(a, &ga, &ea);
            if (sa == HC_OK && ga)
                sa = numbers_of(a, want, (size_t)k_max, xa, &ea);
            sb = hc_reader_next_numbers(b, xb, &gb, &eb);
            assert_int_equal(sa, sb);
            assert_string_equal(ea.text, eb.text);
            assert_int_equal(ea.line, eb.line);
            assert_int_equal(hc_reader_line(a), hc_reader_line(b));
            assert_int_equal(hc_reader_rows(a), hc_reader_rows(b));
            if (sa != HC_OK)
                break;
            assert_int_equal(ga, gb);
            for (int k = 0; k < k_max && ga; k++)
                assert_true(isnan(xa[k])
                                ? isnan(xb[to[k]])
                                : memcmp(&xa[k], &xb[to[k]], 8) == 0);
            rows += ga;
        }
        errors += sa != HC_OK;
        hc_reader_free(a);
        hc_reader_free(b);
    }
    assert_true(rows > 8000 && errors > 60 && errors < 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_table),
        cmocka_unit_test(takes_bare_text),
        cmocka_unit_test(broken_tables_are_told),
        cmocka_unit_test(appended_records_are_one_stream),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(json_is_one_object_a_row),
        cmocka_unit_test(wrong_rows_do_not_pass),
        cmocka_unit_test(spectra_are_told_apart),
        cmocka_unit_test(append_keeps_one_header),
        cmocka_unit_test(rows_at_every_border),
        cmocka_unit_test(odd_cells),
        cmocka_unit_test(numbers_in_one_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
