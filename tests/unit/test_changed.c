/* row_runs.h, count_on.h, hc_sink.changed: rows of which only what changed is
 * printed, against rows printed as a whole
 */
#include "unit.h"

#include "core/number.h"
#include "formats/count_on.h"
#include "formats/nda_layout.h"
#include "formats/reading.h"
#include "formats/row_runs.h"
#include "made.h"

/* ---- runs ---- */

/* Column i of a row in which it has the value x: up to HC_RUNS_ROOM bytes. */
static char *put(char *p, size_t i, unsigned x)
{
    const size_t fill = (i % 5) * 14 < 56 ? (i % 5) * 14 : 55;
    char digits[12];
    const int n = sprintf(digits, i % 5 == 4 ? "%08x" : "%x", x);
    memset(p, 'w', fill);
    memcpy(p + fill, digits, (size_t)n);
    p += fill + (size_t)n;
    *p = '\t';
    return p + 1;
}

static char *put_row(hc_row_runs *r, uint64_t changed, const unsigned *x,
                     char *p, size_t *whole)
{
    char *at[HC_RUNS_COLUMNS + 1];
    if (hc_row_runs_fit(r, changed)) {
        p = hc_run_copy(&r->runs[0], p);
        for (size_t k = 1; k <= r->n_hot; k++) {
            const size_t i = r->runs[k].column;
            p = hc_run_copy(&r->runs[k], put(p, i, x[i]));
        }
        return p;
    }
    ++*whole;
    for (size_t i = 0; i < r->n_columns; i++) {
        at[i] = p;
        p = put(p, i, x[i]);
    }
    at[r->n_columns] = p;
    hc_row_runs_keep(r, changed, at);
    return p;
}

/* Columns change once in so many rows, and after a while in others. */
static void runs_are_the_row(void **state)
{
    static const unsigned every[] = {1, 1, 2, 7, 40, 500, 0, 0};
    uint64_t seed = 11;
    hc_row_runs *r = malloc(sizeof *r);
    (void)state;
    assert_non_null(r);
    for (size_t n = 1; n <= HC_RUNS_COLUMNS; n += n < 8 ? 1 : 14) {
        unsigned x[HC_RUNS_COLUMNS] = {0}, rate[HC_RUNS_COLUMNS];
        size_t whole = 0;
        char *got = malloc(HC_RUNS_SIZE(n)), *want = malloc(HC_RUNS_SIZE(n));
        assert_true(got != NULL && want != NULL);
        hc_row_runs_start(r, n);
        for (size_t row = 0; row < 2000; row++) {
            char *end = want;
            uint64_t changed = row == 0 ? UINT64_MAX : 0;
            for (size_t i = 0; i < n; i++) {
                if (row % 700 == 0)
                    rate[i] = every[unit_random(&seed) % 8];
                if (rate[i] == 0 || unit_random(&seed) % rate[i] != 0)
                    continue;
                x[i] = (unsigned)(unit_random(&seed) >> 40);
                changed |= UINT64_C(1) << i;
            }
            for (size_t i = 0; i < n; i++)
                end = put(end, i, x[i]);
            const char *is = put_row(r, changed, x, got, &whole);
            assert_int_equal(is - got, end - want);
            assert_memory_equal(got, want, (size_t)(end - want));
        }
        if (n < 8) /* else something is always missing */
            assert_true(whole < 1000);
        free(got);
        free(want);
    }
    free(r);
}

/* Where the same columns change, no other is printed, and after a while none
 * that rests. */
static void resting_columns_are_copied(void **state)
{
    hc_row_runs *r = malloc(sizeof *r);
    unsigned x[6] = {0};
    char row[HC_RUNS_SIZE(6)];
    size_t whole = 0;
    (void)state;
    assert_non_null(r);
    hc_row_runs_start(r, 6);
    put_row(r, UINT64_MAX, x, row, &whole);
    for (int i = 0; i < 300; i++)
        put_row(r, 0x0b, x, row, &whole);
    assert_true(r->hot == 0x0b);
    assert_int_equal(whole, 3);
    for (int i = 0; i < 300; i++)
        put_row(r, 0x12, x, row, &whole);
    assert_true(r->hot == 0x12);
    assert_int_equal(r->n_hot, 2);
    free(r);
}

/* ---- counting ---- */

/* The text is that of hc_decimal_print, whether it counts on, jumps, stops,
 * falls or gets another power of ten. */
static void counting_is_printing(void **state)
{
    static const int64_t starts[] = {
        0,        1,         7,       95,        -12,           INT64_MAX / 10,
        99999985, 999999990, 1234000, INT64_MIN, INT64_MAX - 40};
    static const int exponents[] = {0, -3, -1, 2, -9, -12};
    uint64_t seed = 3;
    size_t counted = 0;
    (void)state;
    for (size_t k = 0; k < sizeof starts / sizeof *starts; k++) {
        hc_count c = {0};
        int64_t i = starts[k];
        size_t jump = 0;
        int e = 0;
        for (size_t row = 0; row < 6000; row++) {
            char want[HC_NUMBER_SIZE], got[HC_NUMBER_SIZE];
            const size_t n = hc_decimal_print(i, e, want);
            size_t len;
            if (hc_count_is_next(&c, i, e)) {
                len = hc_count_put(&c, got);
                counted++;
            } else {
                len = hc_decimal_print(i, e, got);
                hc_count_see(&c, i, e, got, len);
            }
            assert_int_equal(len, n);
            assert_memory_equal(got, want, n);
            jump = unit_random(&seed) % 200;
            if (jump == 1)
                e = exponents[unit_random(&seed) % 6];
            if (jump == 5 && e <= 0 && e >= -9) /* to a whole number */
                i -= i % (int64_t)hc_whole_tens[-e];
            if (jump == 2)
                i = starts[unit_random(&seed) % 11];
            else if (jump == 3)
                i = i < 0 ? i : i - 1;
            else if (jump != 4 && i < INT64_MAX - 1000000000)
                i += e <= 0 && e >= -9 ? (int64_t)hc_whole_tens[-e] : 1;
        }
    }
    assert_true(counted > 10000); /* that it was tried */
}

/* ---- records ---- */

enum { DATA = 0x55, PAIR = 2 * 86 }; /* a record and one of its channel */

/* A made .nda with more records: each is the one before with some of its
 * bytes others, and the next index. */
static void prolong(hc_text *t, size_t first, size_t size, uint64_t *seed)
{
    static const unsigned every[] = {0, 0, 0, 0, 1, 2, 9, 60};
    const hc_nda_layout *l = hc_nda_layout_of(
        (unsigned char)t->data[14], (unsigned char)t->data[first] == DATA);
    const size_t at = l->index.at, mark = l->id.at;
    unsigned rate[256];
    unsigned char r[256];
    for (size_t i = 0; i < size; i++)
        rate[i] = i < 2 || i == mark || (i >= at && i < at + 4)
                      ? 0
                      : every[unit_random(seed) % 8];
    if (size == PAIR)
        memset(&rate[86], 0, 6 * sizeof *rate);
    t->len -= size;
    memcpy(r, t->data + t->len, size);
    for (int k = 0; k < 1200; k++) {
        const uint32_t index = hc_le32(r + at) + 1;
        for (size_t i = 0; i < 4; i++)
            r[at + i] = (unsigned char)(index >> 8 * i);
        for (size_t i = 0; i < size; i++)
            if (rate[i] > 0 && unit_random(seed) % rate[i] == 0)
                r[i] = (unsigned char)(unit_random(seed) >> 30);
        if (size == PAIR)
            memcpy(r + 86 + at, r + at, 4);
        if (l->total.type != HC_NDA_NO) { /* it starts again: rows are held */
            memset(r + l->total.at, 0, 8);
            r[l->total.at] = (unsigned char)(k % 150);
        }
        hc_text_add(t, (const char *)r, size);
    }
}

static hc_trial table_of(const hc_text *t, hc_read_options o, bool by_cells,
                         hc_out **out)
{
    o.by_cells = by_cells;
    assert_int_equal(hc_out_memory(out, NULL), HC_OK);
    return hc_try_memory(t->data, t->len, NULL, &o, *out);
}

static void compare(const char *name, const hc_text *t, hc_read_options o)
{
    hc_out *a, *b;
    size_t n, m;
    const hc_trial by = table_of(t, o, true, &a);
    const hc_trial is = table_of(t, o, false, &b);
    const char *want = hc_out_data(a, &n), *got = hc_out_data(b, &m);
    if (by.status != is.status || by.rows != is.rows || n != m ||
        memcmp(want, got, n) != 0) {
        size_t k = 0;
        while (k < n && k < m && want[k] == got[k])
            k++;
        print_error("%s: %llu rows and %llu, other at byte %zu of %zu and "
                    "%zu\n",
                    name, by.rows, is.rows, k, n, m);
        fail();
    }
    assert_true(is.rows > 100);
    hc_out_discard(a);
    hc_out_discard(b);
}

static void records_are_as_by_cells(void **state)
{
    static const hc_read_options options[] = {
        {.raw = false}, {.all = true},       {.raw = true},
        {.few = true},  {.no_repair = true}, {.zone = "Europe/Berlin"},
    };
    uint64_t seed = 5;
    size_t files = 0;
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        if (strcmp(m->format, "neware-nda") != 0)
            continue;
        for (size_t k = 0; k < 6; k++) {
            hc_text t = {0};
            m->make(&t);
            prolong(&t, m->size > 0 ? m->at : 2200 + 86,
                    m->size > 0 ? m->size : PAIR, &seed);
            assert_false(t.failed);
            compare(m->name, &t, options[k]);
            hc_text_clear(&t);
        }
        files++;
    }
    assert_true(files == 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_are_the_row),
        cmocka_unit_test(resting_columns_are_copied),
        cmocka_unit_test(counting_is_printing),
        cmocka_unit_test(records_are_as_by_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
