/* hostile.c: a file of every format, made hostile in every way we know
 *
 *     hostile [SECONDS]     CPU a file may take (2)
 *
 * Each way in ways[] is done to the first made file (../unit/made.h) of each
 * format, which is then read in this process, once with its format found and
 * (below 1 MiB) once with it forced.  A file must end within its CPU time,
 * with a status that is about data, and with a sentence when that is not
 * HC_OK; all of them together may take 256 MiB.  Prints a line for what is
 * wrong, and at the end 'files N, of the format with fewest N, bad N, peak
 * MiB N'.
 */
#include "core/text.h"
#include "formats/reading.h"

#include "../unit/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <zlib.h>

typedef struct {
    const char *s;
    size_t n;
} bytes;

/* ---- one byte becomes another, or several ---- */

static void every_byte(bytes in, hc_text *out, char from, const char *to,
                       size_t n)
{
    for (size_t i = 0; i < in.n; i++)
        if (in.s[i] == from)
            hc_text_add(out, to, n);
        else
            hc_text_putc(out, in.s[i]);
}

static void returns_only(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++)
        if (in.s[i] != '\r')
            hc_text_putc(out, in.s[i] == '\n' ? '\r' : in.s[i]);
}

static void nul_at_ends(bytes in, hc_text *out)
{
    every_byte(in, out, '\n', "\0\n", 2);
}

static void quotes(bytes in, hc_text *out)
{
    every_byte(in, out, '\n', "\n\"", 2);
}

static void percents(bytes in, hc_text *out)
{
    every_byte(in, out, ' ', "%s%n%9999d", 10);
}

static void degrees(bytes in, hc_text *out)
{
    every_byte(in, out, 'e', "\xb0\xb5\xff", 3);
}

static void controls(bytes in, hc_text *out)
{
    every_byte(in, out, '\t', "\x1b[2J\a\t", 6);
}

static void no_separators(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++)
        if (strchr("\t,;", in.s[i]) == NULL)
            hc_text_putc(out, in.s[i]);
}

static void double_separators(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++) {
        hc_text_putc(out, in.s[i]);
        if (in.s[i] == '\t' || in.s[i] == ',' || in.s[i] == ';')
            hc_text_putc(out, in.s[i]);
    }
}

static void decimal_comma(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++) {
        bool inside = i > 0 && i + 1 < in.n && hc_isdigit(in.s[i - 1]) &&
                      hc_isdigit(in.s[i + 1]);
        hc_text_putc(out, in.s[i] == '.' && inside ? ',' : in.s[i]);
    }
}

static void eighth_bit(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++)
        hc_text_putc(out, (char)(in.s[i] ^ 0x80));
}

/* ---- numbers ---- */

/* every run of digits becomes `number` */
static void numbers(bytes in, hc_text *out, const char *number)
{
    for (size_t i = 0; i < in.n; i++)
        if (!hc_isdigit(in.s[i]))
            hc_text_putc(out, in.s[i]);
        else if (i == 0 || !hc_isdigit(in.s[i - 1]))
            hc_text_puts(out, number);
}

static void too_large(bytes in, hc_text *out)
{
    numbers(in, out, "1e400");
}

static void not_numbers(bytes in, hc_text *out)
{
    numbers(in, out, "nan");
}

static void infinite(bytes in, hc_text *out)
{
    numbers(in, out, "-inf");
}

static void hexadecimal(bytes in, hc_text *out)
{
    numbers(in, out, "0x7fffffffffffffff");
}

static void huge_counts(bytes in, hc_text *out)
{
    numbers(in, out, "4294967295");
}

static void signs_only(bytes in, hc_text *out)
{
    numbers(in, out, "-+");
}

static void many_digits(bytes in, hc_text *out)
{
    char digits[401];
    memset(digits, '9', 400);
    digits[400] = '\0';
    numbers(in, out, digits);
}

/* ---- lines ---- */

static bytes line_at(bytes in, size_t at)
{
    const char *nl = memchr(in.s + at, '\n', in.n - at);
    size_t n = nl == NULL ? in.n - at : (size_t)(nl - in.s) + 1 - at;
    return (bytes){in.s + at, n};
}

/* the columns twice: every line once more behind itself */
static void columns_twice(bytes in, hc_text *out)
{
    for (size_t at = 0; at < in.n;) {
        bytes l = line_at(in, at);
        size_t n = l.n;
        while (n > 0 && (l.s[n - 1] == '\n' || l.s[n - 1] == '\r'))
            n--;
        hc_text_add(out, l.s, n);
        hc_text_putc(out, '\t');
        hc_text_add(out, l.s, l.n);
        at += l.n;
    }
}

static void short_lines(bytes in, hc_text *out)
{
    bool odd = false;
    for (size_t at = 0; at < in.n; odd = !odd) {
        bytes l = line_at(in, at);
        hc_text_add(out, l.s, odd ? l.n / 2 : l.n);
        if (odd)
            hc_text_putc(out, '\n');
        at += l.n;
    }
}

static void first_column_gone(bytes in, hc_text *out)
{
    for (size_t at = 0; at < in.n;) {
        bytes l = line_at(in, at);
        size_t n = 0;
        while (n < l.n && strchr("\t,;\n", l.s[n]) == NULL)
            n++;
        hc_text_add(out, l.s + n, l.n - n);
        at += l.n;
    }
}

static void every_other_line(bytes in, hc_text *out)
{
    bool odd = false;
    for (size_t at = 0; at < in.n; odd = !odd) {
        bytes l = line_at(in, at);
        if (!odd)
            hc_text_add(out, l.s, l.n);
        at += l.n;
    }
}

static void lines_backwards(bytes in, hc_text *out)
{
    for (size_t end = in.n; end > 0;) {
        size_t at = end - 1;
        while (at > 0 && in.s[at - 1] != '\n')
            at--;
        hc_text_add(out, in.s + at, end - at);
        end = at;
    }
}

/* MiB of one byte in the middle of the file */
static void stuffed(bytes in, hc_text *out, char c, int mib)
{
    char block[4096];
    memset(block, c, sizeof block);
    hc_text_add(out, in.s, in.n / 2);
    for (int i = 0; i < mib * 256; i++)
        hc_text_add(out, block, sizeof block);
    hc_text_add(out, in.s + in.n / 2, in.n - in.n / 2);
}

static void long_line(bytes in, hc_text *out)
{
    stuffed(in, out, 'x', 10);
}

static void many_tabs(bytes in, hc_text *out)
{
    stuffed(in, out, '\t', 1);
}

static void many_nuls(bytes in, hc_text *out)
{
    stuffed(in, out, '\0', 1);
}

static void many_lines(bytes in, hc_text *out)
{
    stuffed(in, out, '\n', 1);
}

/* ---- the whole ---- */

static void nothing(bytes in, hc_text *out)
{
    (void)in;
    hc_text_add(out, "", 0);
}

static void one_byte(bytes in, hc_text *out)
{
    hc_text_add(out, in.s, in.n > 0);
}

static void zeros(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++)
        hc_text_putc(out, '\0');
}

static void noise(bytes in, hc_text *out)
{
    uint32_t x = 1;
    for (size_t i = 0; i < in.n; i++)
        hc_text_putc(out, (char)((x = x * 1664525 + 1013904223) >> 24));
}

static void noise_behind(bytes in, hc_text *out)
{
    hc_text_add(out, in.s, in.n / 4);
    noise((bytes){in.s, in.n}, out);
}

static void wrong_magic(bytes in, hc_text *out)
{
    for (size_t i = 0; i < in.n; i++)
        hc_text_putc(out, i < 8 && in.n >= 8 ? in.s[7 - i] : in.s[i]);
}

static void second_half(bytes in, hc_text *out)
{
    hc_text_add(out, in.s + in.n / 2, in.n - in.n / 2);
}

static void three_quarters(bytes in, hc_text *out)
{
    hc_text_add(out, in.s, in.n - in.n / 4);
}

static void twice(bytes in, hc_text *out)
{
    hc_text_add(out, in.s, in.n);
    hc_text_add(out, in.s, in.n);
}

static void marked(bytes in, hc_text *out)
{
    hc_text_puts(out, "\xef\xbb\xbf");
    hc_text_add(out, in.s, in.n);
}

static void wide(bytes in, hc_text *out)
{
    hc_text_add(out, "\xff\xfe", 2);
    for (size_t i = 0; i < in.n; i++) {
        hc_text_putc(out, in.s[i]);
        hc_text_putc(out, '\0');
    }
}

/* with half a character at the end */
static void wide_big(bytes in, hc_text *out)
{
    hc_text_add(out, "\xfe\xff", 2);
    for (size_t i = 0; i < in.n; i++) {
        hc_text_putc(out, '\0');
        hc_text_putc(out, in.s[i]);
    }
    hc_text_putc(out, '\xd8');
}

static void zipped(const hc_text *in, hc_text *out, size_t spaces)
{
    static const char block[65536];
    unsigned char got[65536];
    z_stream z = {0};
    if (deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return;
    for (size_t i = 0; i <= spaces; i++) {
        z.next_in = (unsigned char *)(i == 0 ? in->data : block);
        z.avail_in = (unsigned)(i == 0 ? in->len : sizeof block);
        do {
            z.next_out = got;
            z.avail_out = sizeof got;
            (void)deflate(&z, i == spaces ? Z_FINISH : Z_NO_FLUSH);
            hc_text_add(out, (char *)got, sizeof got - z.avail_out);
        } while (z.avail_out == 0);
    }
    deflateEnd(&z);
}

/* 16 MiB of NUL behind the file, in a few kilobytes */
static void bomb(bytes in, hc_text *out)
{
    hc_text t = {0};
    hc_text_add(&t, in.s, in.n);
    zipped(&t, out, 256);
    hc_text_clear(&t);
}

static void broken_gzip(bytes in, hc_text *out)
{
    hc_text t = {0};
    hc_text_add(&t, in.s, in.n);
    zipped(&t, out, 0);
    hc_text_clear(&t);
    for (size_t i = out->len / 2; i < out->len; i += 7)
        out->data[i] ^= 0x55;
}

/* ---- counts, lengths and offsets of binary heads ---- */

/* the 32-bit words of the first 512 bytes, every fourth of them */
static void words(bytes in, hc_text *out, size_t first, uint32_t value)
{
    hc_text_add(out, in.s, in.n);
    for (size_t i = first * 4; i + 4 <= out->len && i < 512; i += 16)
        memcpy(out->data + i, &value, 4);
}

#define WORDS(name, first, value)                                             \
    static void name(bytes in, hc_text *out)                                  \
    {                                                                         \
        words(in, out, first, value);                                         \
    }
WORDS(negative_1, 1, UINT32_MAX)
WORDS(negative_2, 2, UINT32_MAX)
WORDS(negative_3, 3, UINT32_MAX)
WORDS(large_1, 1, INT32_MAX)
WORDS(large_2, 2, INT32_MAX)
WORDS(large_3, 3, INT32_MAX)
WORDS(zero_1, 1, 0)
WORDS(zero_2, 2, 0)
WORDS(zero_3, 3, 0)

typedef struct {
    const char *name;
    void (*make)(bytes in, hc_text *out);
} way;

static const way ways[] = {
    {"nothing", nothing},
    {"one byte", one_byte},
    {"zeros", zeros},
    {"noise", noise},
    {"noise behind the head", noise_behind},
    {"wrong magic", wrong_magic},
    {"second half", second_half},
    {"three quarters", three_quarters},
    {"twice", twice},
    {"byte order mark", marked},
    {"UTF-16", wide},
    {"UTF-16, big-endian, half a character", wide_big},
    {"returns only", returns_only},
    {"NUL at line ends", nul_at_ends},
    {"lone quotes", quotes},
    {"percent signs", percents},
    {"latin-1 signs", degrees},
    {"control characters", controls},
    {"no separators", no_separators},
    {"double separators", double_separators},
    {"decimal comma", decimal_comma},
    {"eighth bit", eighth_bit},
    {"1e400", too_large},
    {"nan", not_numbers},
    {"inf", infinite},
    {"hexadecimal", hexadecimal},
    {"huge counts", huge_counts},
    {"signs without digits", signs_only},
    {"400 digits", many_digits},
    {"columns twice", columns_twice},
    {"short lines", short_lines},
    {"first column gone", first_column_gone},
    {"every other line", every_other_line},
    {"lines backwards", lines_backwards},
    {"a line of 10 MiB", long_line},
    {"1 MiB of tabs", many_tabs},
    {"1 MiB of NUL", many_nuls},
    {"1 Mi empty lines", many_lines},
    {"gzip bomb", bomb},
    {"broken gzip", broken_gzip},
    {"negative words, 1", negative_1},
    {"negative words, 2", negative_2},
    {"negative words, 3", negative_3},
    {"large words, 1", large_1},
    {"large words, 2", large_2},
    {"large words, 3", large_3},
    {"zero words, 1", zero_1},
    {"zero words, 2", zero_2},
    {"zero words, 3", zero_3},
};
enum { N_WAYS = sizeof ways / sizeof ways[0] };

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static bool read_one(const made_file *m, const way *w, const hc_text *t,
                     const char *format, double limit_s)
{
    hc_read_options o = {.all = true, .max_bad = format != NULL ? 3 : 0};
    double begin = cpu_s(), took;
    hc_trial r = hc_try_memory(t->data, t->len, format, &o, NULL);
    bool about_data = r.status == HC_OK || r.status == HC_DATA ||
                      r.status == HC_USAGE || r.status == HC_NO;
    took = cpu_s() - begin;
    if (about_data && took < limit_s &&
        (r.status == HC_OK || r.err.text[0] != '\0'))
        return true;
    printf("%s, %s: status %s after %.1f s: %s\n", m->name, w->name,
           hc_status_text(r.status), took, r.err.text);
    return false;
}

/* the first made file of its format? */
static bool is_first(size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(made_at(k)->format, made_at(i)->format) == 0)
            return false;
    return true;
}

int main(int argc, char **argv)
{
    double limit_s = argc > 1 ? atof(argv[1]) : 2;
    int files = 0, bad = 0;
    struct rusage used;
    for (size_t i = 0; i < made_count(); i++) {
        const made_file *m = made_at(i);
        hc_text in = {0};
        if (!is_first(i))
            continue;
        m->make(&in);
        for (int k = 0; k < N_WAYS; k++) {
            hc_text t = {0};
            ways[k].make((bytes){in.data, in.len}, &t);
            bad += !read_one(m, &ways[k], &t, NULL, limit_s);
            if (t.len < 1 << 20)
                bad += !read_one(m, &ways[k], &t, m->format, limit_s);
            files++;
            hc_text_clear(&t);
        }
        hc_text_clear(&in);
    }
    getrusage(RUSAGE_SELF, &used);
    printf("files %d, of the format with fewest %d, bad %d, peak MiB %ld\n",
           files, N_WAYS, bad, used.ru_maxrss / 1024);
    return bad > 0;
}
