/* test_columns.c: a file as columns of numbers is the same file as text
 *
 * Rows of long texts become numbers where they stand (core/plain_row.h); they
 * must be those of the text that hc-read prints bit by bit, as must be the
 * account of rows, the '#:' lines and the faults (twice.h).
 */
#define _XOPEN_SOURCE 700
#include "unit.h"

#include "core/text.h"
#include "made.h"
#include "trial.h"
#include "twice.h"

#include "formats/frames.h"

#include <ftw.h>
#include <unistd.h>

enum { OWN, RAW, ALL, WAYS };
static const char *const ways[] = {"own", "raw", "all"};

/* Returns the rows read; fails the test where the two differ. */
static size_t check(const char *name, const char *format, const void *data,
                    size_t len, int way)
{
    const hc_read_options o = {
        .raw = way == RAW, .all = way == ALL, .growing = true};
    char what[512];
    size_t rows = twice(data, len, format, &o, what, sizeof what);
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
        /* long texts that differ behind their first bytes */
        {"Time (s),Voltage (V),Current (mA),Step type\n",
         "$,3.25000000000001,1.000000000000000E+000,CC charge to 4 V\n",
         "$,3.25000000000002,1.000000000000000E-001,CC charge to 5 V\n"},
        {"Time (s),Voltage (V),Current (mA),Step type\n",
         "$,12345678.12345678,-0.00000001,CC charge\n",
         "$,123456789.1234567,-0.000000011,CC charge $\n"},
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

/* ---- the function of the library ---- */

/* A file of its own; its name is put where path has XXXXXX. */
static void put_file(char *path, const char *data, size_t len)
{
    hc_err err;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    assert_ok(hc_out_file(path, data, len, &err), err);
}

static void a_file_by_its_name(void **state)
{
    static const char text[] = "Time (s),Current (mA),Note\n0,1.5,a\n"
                               "1,x,b\n2,-2.5,c\n";
    char path[] = "columnsXXXXXX";
    hc_frame_options o = {.max_bad = 1};
    hc_numbers *n;
    hc_err err;
    (void)state;
    put_file(path, text, strlen(text));
    assert_int_equal(hc_read_numbers(path, NULL, &n, &err), HC_DATA);
    assert_non_null(strstr(err.text, "not a number: 'x'"));
    assert_ok(hc_read_numbers(path, &o, &n, &err), err);
    const hc_frame *head = hc_numbers_head(n);
    int amp = hc_frame_column(head, "current_ampere");
    assert_string_equal(hc_frame_kind(head), "series");
    assert_int_equal(hc_frame_rows(head), 0);
    assert_int_equal(hc_numbers_rows(n), 2);
    assert_true(hc_numbers_values(n, amp)[1] == -2.5e-3);
    assert_null(hc_numbers_values(n, -1));
    hc_numbers_free(n);
    o.raw = true;
    assert_ok(hc_read_numbers(path, &o, &n, &err), err);
    assert_int_equal(hc_numbers_rows(n), 3);
    assert_true(isnan(hc_numbers_values(n, 1)[1]));
    assert_true(isnan(hc_numbers_values(n, 2)[2]));
    assert_true(hc_numbers_values(n, 1)[2] == -2.5);
    hc_numbers_free(n);
    unlink(path);
    assert_int_equal(hc_read_numbers(path, NULL, &n, &err), HC_NOINPUT);
    assert_string_equal(err.file, path);
}

/* Columns grow, and what they hold stays. */
static void columns_of_many_rows(void **state)
{
    const size_t rows = 100001;
    char path[] = "columnsXXXXXX";
    hc_frame_options o = {.raw = true};
    hc_text t = {0};
    hc_numbers *n;
    hc_err err;
    (void)state;
    hc_text_puts(&t, "Time (s),Current (mA),Voltage (V)\n");
    for (size_t i = 0; i < rows; i++) {
        char row[80];
        snprintf(row, sizeof row, "%zu,%zu.5,3.%05zu\n", i, i % 7, i % 100000);
        hc_text_puts(&t, row);
    }
    put_file(path, t.data, t.len);
    assert_ok(hc_read_numbers(path, &o, &n, &err), err);
    assert_int_equal(hc_numbers_rows(n), rows);
    for (size_t i = 0; i < rows; i++) {
        assert_true(hc_numbers_values(n, 0)[i] == (double)i);
        assert_true(hc_numbers_values(n, 1)[i] == (double)(i % 7) + 0.5);
        assert_true(hc_numbers_values(n, 2)[i] ==
                    (double)(300000 + i % 100000) / 1e5);
    }
    hc_numbers_free(n);
    hc_text_clear(&t);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_files_are_the_same),
        cmocka_unit_test(spoiled_files_are_the_same),
        cmocka_unit_test(long_tables_are_the_same),
        cmocka_unit_test(files_of_instruments_are_the_same),
        cmocka_unit_test(a_file_by_its_name),
        cmocka_unit_test(columns_of_many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
