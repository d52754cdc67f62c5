/* test_packed.c: rows read + rows rejected = rows in the file, for files
 * whose rows are no lines: .ndax, .xlsx, .pssession
 *
 * The made files again with some bytes of them changed (the sums of the zip
 * made right again); whoever changes them knows how many rows are left.
 */
#include "unit.h"

#include "formats/reading.h"
#include "made.h"
#include "made_zip.h"

#include <zlib.h>

typedef struct {
    const char *file, *what;
    const char *from, *to; /* bytes of equal length, in the file's encoding */
    size_t rows;           /* read and rejected, as they stand in the file */
    bool rejects;          /* one of them is bad, read in our names */
} trick;

/* UTF-16, little end first, of ASCII. */
static size_t wide(const char *s, char *to)
{
    size_t n = strlen(s);
    for (size_t i = 0; i < n; i++) {
        to[2 * i] = s[i];
        to[2 * i + 1] = '\0';
    }
    return 2 * n;
}

static uint32_t get4(const char *s)
{
    uint32_t x = 0;
    for (int i = 3; i >= 0; i--)
        x = x << 8 | (unsigned char)s[i];
    return x;
}

static void put4(char *s, uint32_t x)
{
    for (int i = 0; i < 4; i++)
        s[i] = (char)(x >> 8 * i & 0xff);
}

/* Check sums of stored members, in their heads and in the directory. */
static void mend_sums(hc_text *t)
{
    uint32_t sums[16];
    size_t n = 0, at = 0;
    while (at + 46 < t->len && get4(t->data + at) == 0x04034b50) {
        char *h = t->data + at;
        size_t name = (unsigned char)h[26], size = get4(h + 18);
        assert_true(n < 16);
        sums[n] =
            (uint32_t)crc32(0, (const Bytef *)h + 30 + name, (unsigned)size);
        put4(h + 14, sums[n++]);
        at += 30 + name + size;
    }
    for (size_t i = 0; i < n; i++) {
        char *h = t->data + at;
        assert_int_equal(get4(h), 0x02014b50);
        put4(h + 16, sums[i]);
        at += 46 + (unsigned char)h[28];
    }
}

static const made_file *made_named(const char *name)
{
    for (size_t i = 0; i < made_count(); i++)
        if (strcmp(made_at(i)->name, name) == 0)
            return made_at(i);
    fail_msg("no made file '%s'", name);
    return NULL;
}

static void play(const trick *k, hc_text *t)
{
    char from[512], to[512];
    size_t len = strlen(k->from);
    bool is_wide = t->len > 1 && (unsigned char)t->data[0] == 0xff;
    assert_int_equal(len, strlen(k->to));
    assert_true(2 * len < sizeof from);
    memcpy(from, k->from, len);
    memcpy(to, k->to, len);
    if (is_wide) {
        len = wide(k->from, from);
        (void)wide(k->to, to);
    }
    char *at = memmem(t->data, t->len, from, len);
    assert_non_null(at);
    memcpy(at, to, len);
    if (!is_wide)
        mend_sums(t);
}

static const trick tricks[] = {
    {"xlsx", "a word for a number", "<v>150</v>", "<v>abc</v>", 10, true},
    {"xlsx", "a cell without a value", "<v>150</v>", "          ", 10, false},
    {"xlsx", "an exponent out of range", "<v>3.6</v></c><c><v>1.5E-3</v>",
     "<v>3.6</v></c><c><v>1.5E-x</v>", 10, true},
    {"xlsx", "a time twice", "<v>150</v>", "<v>120</v>", 10, false},
    {"palmsens", "null for a number", "11.0", "null", 3, false},
    {"palmsens", "a word for a number", "{\"V\":11.0}", "{\"V\":\"ab\"}", 3,
     true},
    {"palmsens", "true for a number", "11.0", "true", 3, true},
};

static int judge(const char *file, const char *what, const hc_text *t,
                 size_t rows, bool rejects)
{
    int bad = 0;
    for (int raw = 0; raw < 2; raw++) {
        hc_read_options o = {.raw = raw == 1, .no_repair = true};
        hc_trial r = hc_try_memory(t->data, t->len, NULL, &o, NULL);
        bool fine = r.rows + r.rejected == rows &&
                    (raw == 1 || (r.rejected > 0) == rejects) &&
                    (r.status == HC_OK) == (r.rejected == 0);
        if (!fine)
            print_error("%s, %s, %s: %llu read + %llu rejected, %zu in the "
                        "file; %s: %s\n",
                        file, what, raw ? "raw" : "ours", r.rows, r.rejected,
                        rows, hc_status_text(r.status), r.err.text);
        bad += !fine;
    }
    return bad;
}

static void test_cells(void **state)
{
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++) {
        const trick *k = &tricks[i];
        hc_text t = {0};
        made_named(k->file)->make(&t);
        play(k, &t);
        bad += judge(k->file, k->what, &t, k->rows, k->rejects);
        hc_text_clear(&t);
    }
    assert_int_equal(bad, 0);
}

/* Rows of the first page of data.ndc marked as not used: a row less each. */
static void test_slots(void **state)
{
    static const char *const files[] = {"ndax-5", "ndax-11", "ndax-14",
                                        "ndax-16", "ndax-17"};
    int bad = 0;
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const made_file *m = made_named(files[i]);
        for (size_t lost = 1; lost <= 3; lost++) {
            hc_text t = {0};
            m->make(&t);
            char *bits = t.data + 30 + strlen("data.ndc") + 4096 + 4;
            assert_int_equal((unsigned char)bits[2], 0x0f);
            bits[2] = (char)(0x0f >> lost); /* the last of 20 rows */
            mend_sums(&t);
            bad += judge(files[i], "fewer slots in use", &t, m->rows - lost,
                         false);
            hc_text_clear(&t);
        }
    }
    assert_int_equal(bad, 0);
}

/* Version 2 has no bits: a row without an index is not used. */
static void test_slots_2(void **state)
{
    enum { PAGE = 512, ROW = 94, PER_PAGE = 5, INDEX = 8, ROWS = 20 };
    const made_file *m = made_named("ndax-2");
    int bad = 0;
    (void)state;
    assert_int_equal(m->rows, ROWS);
    for (size_t lost = 1; lost <= 7; lost++) {
        hc_text t = {0};
        m->make(&t);
        for (size_t i = ROWS - lost; i < ROWS; i++) {
            char *row = t.data + 30 + strlen("data.ndc") +
                        PAGE * (1 + i / PER_PAGE) + 5 + ROW * (i % PER_PAGE);
            assert_int_equal(get4(row + INDEX), i + 1);
            put4(row + INDEX, 0);
        }
        mend_sums(&t);
        bad +=
            judge("ndax-2", "rows without an index", &t, ROWS - lost, false);
        hc_text_clear(&t);
    }
    assert_int_equal(bad, 0);
}

/* A sheet that breaks off behind its rows: they stay, and nothing of the
 * reader that has gone is asked for at the end (a sanitizer would tell). */
static void test_broken_end(void **state)
{
    static const trick broken = {"xlsx",         "", "</sheetData>",
                                 "</sheetdata>", 10, false};
    hc_read_options o = {.no_repair = true};
    hc_text t = {0};
    (void)state;
    made_named(broken.file)->make(&t);
    play(&broken, &t);
    hc_trial r = hc_try_memory(t.data, t.len, NULL, &o, NULL);
    assert_int_equal(r.status, HC_DATA);
    assert_int_equal(r.rows, broken.rows);
    hc_text_clear(&t);
}

/* All of an archive in a folder, as it is when it was unpacked and packed
 * again: the same rows. */
static void test_folder(void **state)
{
    static const char *const files[] = {"ndax-5", "ndax-14", "ndax-17",
                                        "xlsx"};
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        made_member m[MADE_MEMBERS_MAX] = {{0}};
        char names[MADE_MEMBERS_MAX][64];
        hc_text t = {0}, again = {0};
        size_t n = 0, at = 0;
        made_named(files[i])->make(&t);
        for (; get4(t.data + at) == 0x04034b50; n++) {
            const char *h = t.data + at;
            int name = (unsigned char)h[26];
            snprintf(names[n], sizeof names[n], "cell 7/%.*s", name, h + 30);
            m[n].name = names[n];
            hc_text_add(&m[n].bytes, h + 30 + name, get4(h + 18));
            at += 30 + (size_t)name + get4(h + 18);
        }
        made_zip(&again, m, n);
        assert_int_equal(judge(files[i], "in a folder", &again,
                               made_named(files[i])->rows, false),
                         0);
        hc_text_clear(&t);
        hc_text_clear(&again);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),   cmocka_unit_test(test_slots),
        cmocka_unit_test(test_slots_2), cmocka_unit_test(test_broken_end),
        cmocka_unit_test(test_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
