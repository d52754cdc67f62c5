/* test_made.c: made files of every format, whole, hostile, cut and flipped
 *
 * HC_RELEASE=1 takes every cut and 1000 flips, otherwise 64 and 100.  That
 * no row of a spoiled file is lost: test_account.c.
 * long 17 100
 */
#include "unit.h"

#include "made.h"
#include "silent.h"
#include "trial.h"

#include <time.h>

static bool release(void)
{
    const char *s = getenv("HC_RELEASE");
    return s != NULL && *s == '1';
}

static void test_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        hc_text t = {0};
        m->make(&t);
        trial r = trial_read(t.data, t.len, m->column);
        if (r.status != HC_OK)
            print_error("%s: %s\n", m->name, r.err.text);
        assert_int_equal(r.status, HC_OK);
        if (strcmp(r.format->name, m->format) != 0 ||
            r.column_rows != m->rows || r.rejected > 0 || r.incomplete ||
            !(fabs(r.first - m->first) <= 1e-6 * fabs(m->first)) ||
            !(fabs(r.last - m->last) <= 1e-6 * fabs(m->last))) {
            print_error("%s: taken for %s, %zu rows of %s from %g to %g, "
                        "%llu rejected, incomplete %d\n",
                        m->name, r.format->name, r.column_rows, m->column,
                        r.first, r.last, r.rejected, r.incomplete);
            fail();
        }
        hc_text_clear(&t);
    }
}

/* ---- hostile files ---- */

/* Each turns a good file into a bad one; returns false when the trick means
 * nothing for it. */
typedef bool (*trick)(hc_text *t);

static void replace(hc_text *t, const hc_text *from, const char *what,
                    const char *with)
{
    size_t n = strlen(what);
    for (size_t i = 0; i < from->len;) {
        if (i + n <= from->len && memcmp(from->data + i, what, n) == 0) {
            hc_text_puts(t, with);
            i += n;
        } else {
            hc_text_putc(t, from->data[i++]);
        }
    }
}

static bool swap(hc_text *t, const char *what, const char *with)
{
    hc_text out = {0};
    replace(&out, t, what, with);
    hc_text_clear(t);
    *t = out;
    return true;
}

static bool lines_swap(hc_text *t, size_t from_line, const char *what,
                       const char *with)
{
    hc_text head = {0}, tail = {0};
    size_t i = 0;
    for (size_t line = 0; i < t->len && line < from_line; i++)
        line += t->data[i] == '\n';
    hc_text_add(&head, t->data, i);
    hc_text_add(&tail, t->data + i, t->len - i);
    swap(&tail, what, with);
    hc_text_add(&head, tail.data, tail.len);
    hc_text_clear(&tail);
    hc_text_clear(t);
    *t = head;
    return true;
}

static size_t middle(const hc_text *t)
{
    return t->len / 2;
}

static bool empty(hc_text *t)
{
    t->len = 0;
    return true;
}

static bool one_byte(hc_text *t)
{
    t->len = 1;
    return true;
}

static bool half(hc_text *t)
{
    t->len /= 2;
    return true;
}

static bool without_last_byte(hc_text *t)
{
    t->len--;
    return true;
}

static bool nul_in_middle(hc_text *t)
{
    t->data[middle(t)] = '\0';
    return true;
}

static bool nuls_at_end(hc_text *t)
{
    for (int i = 0; i < 5000; i++)
        hc_text_putc(t, '\0');
    return true;
}

static bool first_half_nul(hc_text *t)
{
    memset(t->data + 8, 0, t->len / 2);
    return true;
}

static bool cr_only(hc_text *t)
{
    return swap(t, "\n", "\r");
}

static bool crlf_crlf(hc_text *t)
{
    return swap(t, "\n", "\r\n\r\n");
}

static bool bom(hc_text *t)
{
    hc_text out = {0};
    hc_text_puts(&out, "\xef\xbb\xbf");
    hc_text_add(&out, t->data, t->len);
    hc_text_clear(t);
    *t = out;
    return true;
}

static bool utf16(hc_text *t)
{
    hc_text out = {0};
    hc_text_add(&out, "\xff\xfe", 2);
    for (size_t i = 0; i < t->len; i++) {
        hc_text_putc(&out, t->data[i]);
        hc_text_putc(&out, '\0');
    }
    hc_text_clear(t);
    *t = out;
    return true;
}

static bool latin1_units(hc_text *t)
{
    return swap(t, "ohm", "\xb5\xb0\xff");
}

static bool decimal_comma(hc_text *t)
{
    return lines_swap(t, 3, ".", ",");
}

static bool huge_number(hc_text *t)
{
    return lines_swap(t, 3, "0", "1e400");
}

static bool words_for_numbers(hc_text *t)
{
    return lines_swap(t, 3, "1", "x");
}

static bool negative_lengths(hc_text *t)
{
    return swap(t, "3", "-3");
}

static bool huge_counts(hc_text *t)
{
    return swap(t, "2", "4294967295");
}

static bool all_ff(hc_text *t)
{
    memset(t->data + 12, 0xff, t->len - 12);
    return true;
}

static bool wrong_magic(hc_text *t)
{
    t->data[0] ^= 0x20;
    t->data[1] ^= 0x20;
    return true;
}

static bool twice(hc_text *t)
{
    hc_text copy = {0};
    hc_text_add(&copy, t->data, t->len);
    hc_text_add(t, copy.data, copy.len);
    hc_text_clear(&copy);
    return true;
}

static bool no_separators(hc_text *t)
{
    return swap(t, ",", "") && swap(t, "\t", "");
}

static bool no_line_ends(hc_text *t)
{
    return swap(t, "\n", " ");
}

static bool quotes_open(hc_text *t)
{
    return lines_swap(t, 1, ",", ",\"");
}

static bool many_columns(hc_text *t)
{
    hc_text out = {0};
    hc_text_add(&out, t->data, middle(t));
    for (int i = 0; i < 20000; i++)
        hc_text_puts(&out, "\t,");
    hc_text_add(&out, t->data + middle(t), t->len - middle(t));
    hc_text_clear(t);
    *t = out;
    return true;
}

static bool long_line(hc_text *t)
{
    hc_text out = {0};
    hc_text_add(&out, t->data, middle(t));
    for (int i = 0; i < 10 << 20; i += 16)
        hc_text_puts(&out, "0123456789abcdef");
    hc_text_add(&out, t->data + middle(t), t->len - middle(t));
    hc_text_clear(t);
    *t = out;
    return true;
}

static bool backwards(hc_text *t)
{
    for (size_t i = 0; i < t->len / 2; i++) {
        char c = t->data[i];
        t->data[i] = t->data[t->len - 1 - i];
        t->data[t->len - 1 - i] = c;
    }
    return true;
}

static bool random_tail(hc_text *t)
{
    uint64_t seed = 88172645463325252u;
    for (size_t i = middle(t); i < t->len; i++)
        t->data[i] = (char)unit_random(&seed);
    return true;
}

static bool header_only(hc_text *t)
{
    size_t n = t->len < 200 ? t->len / 2 : 200;
    t->len = n;
    return true;
}

static const struct {
    const char *name;
    trick play;
} tricks[] = {
    {"empty", empty},
    {"one byte", one_byte},
    {"first half only", half},
    {"without the last byte", without_last_byte},
    {"header only", header_only},
    {"NUL in the middle", nul_in_middle},
    {"NULs at the end", nuls_at_end},
    {"NULs for the first half", first_half_nul},
    {"CR only", cr_only},
    {"CRLF and blank lines", crlf_crlf},
    {"a BOM in front", bom},
    {"UTF-16", utf16},
    {"Latin-1 for units", latin1_units},
    {"decimal commas", decimal_comma},
    {"1e400", huge_number},
    {"words for numbers", words_for_numbers},
    {"negative lengths", negative_lengths},
    {"huge counts", huge_counts},
    {"0xff everywhere", all_ff},
    {"wrong magic", wrong_magic},
    {"twice in one file", twice},
    {"no separators", no_separators},
    {"no line ends", no_line_ends},
    {"quotes that never close", quotes_open},
    {"20000 columns", many_columns},
    {"a line of 10 MiB", long_line},
    {"backwards", backwards},
    {"random second half", random_tail},
};

/* Never a crash; a status that a user can act upon, with a sentence. */
static void check_account(const char *name, const char *what, const trial *r)
{
    bool fine = r->status == HC_OK || r->status == HC_DATA;
    bool said = r->status == HC_OK || r->err.text[0] != '\0';
    if (!fine || !said) {
        print_error("%s, %s: status %d '%s'\n", name, what, (int)r->status,
                    r->err.text);
        fail();
    }
}

static void test_hostile(void **state)
{
    (void)state;
    assert_true(sizeof tricks / sizeof *tricks >= 25);
    for (size_t i = 0; i < made_count(); i++)
        for (size_t k = 0; k < sizeof tricks / sizeof *tricks; k++) {
            hc_text t = {0};
            made_at(i)->make(&t);
            if (tricks[k].play(&t)) {
                clock_t start = clock();
                trial r = trial_read(t.data, t.len, made_at(i)->column);
                double s = (double)(clock() - start) / CLOCKS_PER_SEC;
                check_account(made_at(i)->name, tricks[k].name, &r);
                if (s > 2)
                    print_message("%s, %s: %.1f s\n", made_at(i)->name,
                                  tricks[k].name, s);
            }
            hc_text_clear(&t);
        }
}

/* ---- cuts ---- */

/* nda without a length in its head ends where the file does. */
static bool at_record_end(const made_file *m, size_t cut)
{
    size_t record = strcmp(m->name, "nda-8") == 0    ? 59
                    : strcmp(m->name, "nda-11") == 0 ? 69
                                                     : 86;
    return strncmp(m->name, "nda-", 4) == 0 && cut >= 2200 &&
           (cut - 2200) % record == 0;
}

static void check_cut(const made_file *m, const hc_text *t, size_t cut)
{
    trial r = trial_read(t->data, cut, NULL);
    check_account(m->name, "cut", &r);
    if (r.status != HC_OK || r.incomplete || r.rejected > 0)
        return;
    if (silent_cuts(m->format) || at_record_end(m, cut))
        return;
    trial whole = trial_read(t->data, t->len, NULL);
    if (r.rows < whole.rows) {
        print_error("%s cut at %zu of %zu: %llu of %llu rows and no word\n",
                    m->name, cut, t->len, r.rows, whole.rows);
        fail();
    }
}

static void test_cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        hc_text t = {0};
        made_at(i)->make(&t);
        size_t n = release() ? t.len : 64;
        for (size_t k = 0; k < n; k++)
            check_cut(made_at(i), &t, k * t.len / n);
        hc_text_clear(&t);
    }
}

static void test_flips(void **state)
{
    (void)state;
    uint64_t seed = 1234567890123u;
    int n = release() ? 1000 : 100;
    for (size_t i = 0; i < made_count(); i++)
        for (int k = 0; k < n; k++) {
            hc_text t = {0};
            made_at(i)->make(&t);
            for (int b = 0; b <= k % 4; b++) {
                uint64_t bit = unit_random(&seed) % (t.len * 8);
                t.data[bit / 8] ^= (char)(1 << bit % 8);
            }
            trial r = trial_read(t.data, t.len, NULL);
            check_account(made_at(i)->name, "flipped", &r);
            hc_text_clear(&t);
        }
}

/* ---- the order in which formats are asked ---- */

/* What the format is when every one is asked; NULL: none. */
static const hc_format *asking_all(const hc_probe *p, const char *name)
{
    const hc_format *yes = NULL;
    int best = -1, worst = -1;
    for (size_t i = 0; hc_format_at(i) != NULL; i++) {
        const hc_format *f = hc_format_at(i);
        hc_verdict v = {HC_DETECT_NO, 0, ""};
        f->detect(p, &v);
        if (v.is != HC_DETECT_NO && v.score > f->most) {
            print_error("%s: %s says %d, at most %d\n", name, f->name,
                        v.score, f->most);
            fail();
        }
        if (v.is == HC_DETECT_YES && v.score > best) {
            best = v.score;
            yes = f;
        }
        if (v.is == HC_DETECT_BROKEN && v.score > worst)
            worst = v.score;
    }
    return worst > best ? NULL : yes;
}

static void check_order(const char *name, const char *data, size_t len)
{
    hc_source *src;
    const hc_format *f = NULL;
    hc_err err;
    assert_int_equal(hc_source_memory(&src, data, len, name, &err), HC_OK);
    const hc_format *is =
        src->probe.len == 0 ? NULL : asking_all(&src->probe, name);
    hc_status st = hc_format_detect(&src->probe, &f, &err);
    if (st != (is == NULL ? HC_DATA : HC_OK) || f != is) {
        print_error("%s of %zu bytes: %s, %s when all are asked\n", name, len,
                    f == NULL ? "none" : f->name,
                    is == NULL ? "none" : is->name);
        fail();
    }
    hc_source_free(src);
}

/* Whole, cut, without their first line, with a line in front. */
static void test_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < made_count(); i++) {
        const char *name = made_at(i)->name, *nl;
        hc_text t = {0}, more = {0};
        made_at(i)->make(&t);
        for (size_t k = 0; k <= 16; k++)
            check_order(name, t.data, k * t.len / 16);
        nl = memchr(t.data, '\n', t.len);
        if (nl != NULL)
            check_order(name, nl + 1, t.len - (size_t)(nl + 1 - t.data));
        hc_text_puts(&more, "VersaStudio of BaSyTec\n");
        hc_text_add(&more, t.data, t.len);
        check_order(name, more.data, more.len);
        hc_text_clear(&more);
        hc_text_clear(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_cuts),
        cmocka_unit_test(test_flips),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
