/* test_columns.c: a file as columns of numbers is the same file as text
 *
 * The oracle is the other way through the library: the table that hc-read
 * prints, read back cell by cell.  Rows of long texts become numbers where
 * they stand (core/plain_row.h); here they must be those of the text bit by
 * bit, as must be the account of rows, the '#:' lines and the faults.
 */
#define _XOPEN_SOURCE 700
#include "unit.h"

#include "core/frame.h"
#include "core/numbers_work.h"
#include "core/text.h"
#include "formats/frames.h"
#include "formats/reading.h"
#include "made.h"
#include "trial.h"

#include <ftw.h>

enum { OWN, RAW, ALL, WAYS };
static const char *const ways[] = {"own", "raw", "all"};

static hc_read_options options_of(int way)
{
    return (hc_read_options){
        .raw = way == RAW, .all = way == ALL, .growing = true};
}

/* ---- two ways through the library ---- */

typedef struct {
    hc_trial trial;
    hc_frame *frame; /* NULL: what came out is no table */
    hc_numbers *numbers;
} reading;

static hc_frame *frame_of(const hc_out *out)
{
    size_t len;
    const char *s = hc_out_data(out, &len);
    hc_in *in;
    hc_reader *r;
    hc_frame *f = NULL;
    if (hc_in_memory(&in, s, len, "test", NULL) != HC_OK ||
        hc_reader_new(&r, in, NULL) != HC_OK)
        return NULL;
    if (hc_frame_read(&f, r, NULL) != HC_OK)
        f = NULL;
    hc_reader_free(r);
    return f;
}

static reading read_as(const void *data, size_t len, const char *format,
                       int way, bool numbers)
{
    reading r = {.frame = NULL};
    hc_read_options o = options_of(way);
    hc_out *out;
    hc_err err;
    assert_ok(hc_out_memory(&out, &err), err);
    if (numbers)
        assert_ok(hc_numbers_new(&r.numbers, &err), err);
    o.numbers = r.numbers;
    r.trial = hc_try_memory(data, len, format, &o, out);
    r.frame = frame_of(out);
    hc_out_discard(out);
    return r;
}

static void free_reading(reading *r)
{
    hc_frame_free(r->frame);
    hc_numbers_free(r->numbers);
}

static bool same_lines(const hc_meta *a, const hc_meta *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->lines[i], b->lines[i]) != 0)
            return false;
    return true;
}

static bool same_bits(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* What is different, "" when nothing is. */
static void compare(const reading *t, const reading *n, char *what,
                    size_t size)
{
    const hc_trial *a = &t->trial, *b = &n->trial;
    what[0] = '\0';
    if (a->status != b->status || a->rows != b->rows ||
        a->rejected != b->rejected || a->incomplete != b->incomplete)
        snprintf(what, size, "%llu rows %llu rejected, %llu and %llu",
                 a->rows, a->rejected, b->rows, b->rejected);
    else if (a->status != HC_OK && (strcmp(a->err.text, b->err.text) != 0 ||
                                    a->err.line != b->err.line))
        snprintf(what, size, "%.200s / %.200s", a->err.text, b->err.text);
    if (what[0] != '\0' || (t->frame == NULL && a->status != HC_OK))
        return;
    if (t->frame == NULL || n->frame == NULL) {
        /* a cell with a tab or a line end in it breaks the text */
        snprintf(what, size, t->frame == NULL ? "" : "no head");
        return;
    }
    size_t columns = hc_frame_columns(t->frame), rows = hc_frame_rows(t->frame);
    if (hc_frame_columns(n->frame) != columns ||
        hc_numbers_rows(n->numbers) != rows ||
        strcmp(hc_frame_kind(t->frame), hc_frame_kind(n->frame)) != 0)
        snprintf(what, size, "%zu x %zu, %zu x %zu", rows, columns,
                 hc_numbers_rows(n->numbers), hc_frame_columns(n->frame));
    else if (!same_lines(hc_frame_meta(t->frame), hc_frame_meta(n->frame)) ||
             !same_lines(hc_frame_trailer(t->frame),
                         hc_frame_trailer(n->frame)))
        snprintf(what, size, "other '#:' lines");
    for (size_t k = 0; k < columns && what[0] == '\0'; k++) {
        const double *x = hc_numbers_values(n->numbers, (int)k);
        for (size_t i = 0; i < rows && what[0] == '\0'; i++) {
            double want = hc_frame_number(t->frame, i, (int)k);
            if (!same_bits(x[i], want))
                snprintf(what, size, "%.60s in row %zu: %.17g for '%.40s'",
                         hc_frame_column_name(t->frame, k), i, x[i],
                         hc_frame_text(t->frame, i, (int)k));
        }
    }
}

/* Returns the rows read; fails the test where the two differ. */
static size_t check(const char *name, const char *format, const void *data,
                    size_t len, int way)
{
    char what[512];
    reading t = read_as(data, len, format, way, false);
    reading n = read_as(data, len, format, way, true);
    size_t rows = hc_numbers_rows(n.numbers);
    compare(&t, &n, what, sizeof what);
    free_reading(&t);
    free_reading(&n);
    if (what[0] != '\0')
        fail_msg("%s (%s): %s", name, ways[way], what);
    return rows;
}

/* ---- made files, whole and spoiled ---- */

static void made_files_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        hc_text t = {0};
        m->make(&t);
        for (int way = 0; way < WAYS; way++)
            check(m->name, m->format, t.data, t.len, way);
        hc_text_clear(&t);
    }
}

/* Something that fields of such files may hold, at some place. */
static void spoil(hc_text *t, uint64_t *seed)
{
    static const char *const odd[] = {
        "\"", ",",  "\t",  ";",  " ",   "\n", "\r", "\r\n", "-",
        ".",  "e5", "E-3", "0x", "NaN", "\xb5", "\xc2\xb5", "1:02:03",
        "+",  "",   "00000000000000000001", "123456789012345678901234",
        "1e400", "--", "inf", "#", "-0", "e", "1e-3", "  7 "};
    size_t at = unit_random(seed) % (t->len + 1), cut;
    const char *s = odd[unit_random(seed) % (sizeof odd / sizeof *odd)];
    hc_text to = {0};
    cut = unit_random(seed) % 4 == 0 ? unit_random(seed) % 6 : 0;
    if (cut > t->len - at)
        cut = t->len - at;
    hc_text_add(&to, t->data, at);
    hc_text_puts(&to, s);
    if (unit_random(seed) % 16 == 0)
        hc_text_add(&to, "", 1);
    hc_text_add(&to, t->data + at + cut, t->len - at - cut);
    hc_text_clear(t);
    *t = to;
}

static void spoiled_files_are_the_same(void **state)
{
    uint64_t seed = 20240611;
    int each = getenv("HC_RELEASE") != NULL ? 2000 : 60;
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        hc_text t = {0};
        m->make(&t);
        for (int k = 0; m->lines != NULL && k < each; k++) {
            if (k % 4 == 0) {
                hc_text_clear(&t);
                m->make(&t);
            }
            spoil(&t, &seed);
            check(m->name, m->format, t.data, t.len, k % WAYS);
        }
        hc_text_clear(&t);
    }
}

/* ---- long tables: what a row may be among many plain ones ---- */

static void put_row(hc_text *t, const char *row, unsigned i)
{
    for (; *row != '\0'; row++)
        if (*row != '$')
            hc_text_putc(t, *row);
        else if (i % 7 == 3)
            hc_text_printf(t, "%u", i);
        else if (i % 7 == 5)
            hc_text_printf(t, "-%u.%03ue-%u", i % 10, i * 37 % 1000, i % 25);
        else
            hc_text_printf(t, "%u.%u", i / 10, i % 10);
}

static void long_tables_are_the_same(void **state)
{
    /* names; rows; a row of another kind that comes now and then */
    static const char *const table[][3] = {
        {"Time (s),Voltage (V),Current (mA)\n", "$,3.$,$\n", "$,3.$,1.5e-7\n"},
        {"Time (s),Voltage (V),Current (mA)\n", "$,3.$,$\n", "0.5,3.1,0.1\n"},
        {"Time (s),Voltage (mV),Current (uA),Note\n", "$,3001.$,$,rest\n",
         "$,,$,\n"},
        {"Time (h);Voltage (V);Current (A);Temperature (K)\n",
         "$;3.$;$;298.$\n", "$;3.$;$;\n"},
        {"Time (s)\tVoltage (V)\tCurrent (mA)\t\n", "$\t3.$\t-0.$\t\n",
         "$\t3.$\t-0.$\n"},
        {"Time (s)\tVoltage (V)\tCurrent (mA)\r\n", "$\t3.$\t0.7\r\n",
         "$\t 3.5 \t0\r\n"},
        {"Time (s),Voltage (V),Current (A),Cycle,Step\n", "$,3.$,-0,1,CC\n",
         "$,3.$,12345678901234567890,2,\"CV, 2\"\n"},
        {"Time (s),Voltage (V),Current (A),Cycle,Step\n",
         "$,3.$,0.123456789012345678,1.5,2\n", "$,3.$,x,2,2\n"},
        {"Record,Time (s),Voltage (V),Current (A)\n", "7,$,3.$,0.001\n",
         "8,$,3.$,0.001,,\n"},
        {"Date,Time (s),Voltage (V),Current (A)\n",
         "2023-01-02 03:04:05,$,3.$,0.001\n", "2023-01-02,$,3.$,\n"},
        {"Test Time / s,Voltage / V,Current / A,Cycle Count / 1\n",
         "$,3.$,0.004,1\n", "$,3.\xc2\xb5,0.004,1\n"},
    };
    uint64_t seed = 7;
    (void)state;
    for (size_t k = 0; k < sizeof table / sizeof *table; k++)
        for (int often = 0; often < 3; often++) {
            char name[32];
            hc_text t = {0};
            hc_text_puts(&t, table[k][0]);
            for (unsigned i = 0; i < 3000; i++)
                put_row(&t, table[k][1 + (often > 0 && i % 200 > 3 &&
                                          unit_random(&seed) %
                                              (often == 1 ? 300 : 3) == 0)],
                        i);
            snprintf(name, sizeof name, "table %zu, %d", k, often);
            for (int way = 0; way < WAYS; way++)
                check(name, NULL, t.data, t.len, way);
            hc_text_clear(&t);
        }
}

/* ---- files of instruments ---- */

enum { MOST = 1 << 18 }; /* bytes of each that are read */
static size_t files, rows_of_files;

static int visit(const char *path, const struct stat *sb, int flag,
                 struct FTW *ftw)
{
    size_t len;
    char *data;
    (void)ftw;
    if (flag != FTW_F || sb->st_size == 0 ||
        (unit_sanitized() && sb->st_size > MOST / 4))
        return 0;
    data = trial_load(path, &len);
    assert_non_null(data);
    for (int way = 0; way < WAYS; way++)
        rows_of_files +=
            check(path, NULL, data, len < MOST ? len : MOST, way);
    free(data);
    files++;
    return 0;
}

static void files_of_instruments_are_the_same(void **state)
{
    const char *shared = trial_shared();
    char path[4096];
    (void)state;
    if (shared == NULL)
        skip();
    snprintf(path, sizeof path, "%s/data", shared);
    assert_int_equal(nftw(path, visit, 16, FTW_PHYS), 0);
    assert_true(files > 50 && rows_of_files > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_files_are_the_same),
        cmocka_unit_test(spoiled_files_are_the_same),
        cmocka_unit_test(long_tables_are_the_same),
        cmocka_unit_test(files_of_instruments_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
