/* asker.h: a probe that answers, dies, lacks memory, babbles or waits */
#include "unit.h"

#include "night/asker.h"

#include <sys/stat.h>
#include <unistd.h>

/* A shell script in a folder of its own stands for the probe: `script` runs
 * once for each path that comes in, as $path, and its line goes back. */
typedef struct {
    char folder[32], program[64];
    hc_asker *asker;
} fake;

static fake fake_of(const char *script, double time_s)
{
    fake f = {.folder = "/tmp/hc-asker.XXXXXX"};
    hc_err e = {0};
    assert_non_null(mkdtemp(f.folder));
    snprintf(f.program, sizeof f.program, "%s/probe", f.folder);
    FILE *to = fopen(f.program, "w");
    assert_non_null(to);
    /* every path of these tests is three bytes and a NUL */
    fprintf(to,
            "#!/bin/sh\n"
            "while path=$(dd bs=1 count=4 2>/dev/null | tr -d '\\0') &&\n"
            "    [ -n \"$path\" ]; do\n%s\ndone\n",
            script);
    assert_int_equal(fclose(to), 0);
    assert_int_equal(chmod(f.program, 0700), 0);
    assert_ok(hc_asker_new(&f.asker, f.program, NULL, time_s, &e), e);
    return f;
}

static void forget(fake *f)
{
    hc_asker_free(f->asker);
    unlink(f->program);
    rmdir(f->folder);
}

static hc_file ask(fake *f, const char *path)
{
    char copy[8];
    hc_err e = {0};
    snprintf(copy, sizeof copy, "%s", path);
    hc_file file = {.path = copy};
    assert_ok(hc_asker_ask(f->asker, &file, &e), e);
    file.path = NULL;
    return file;
}

#define LINE_OF(CODE)                                                         \
    "printf '" CODE "\\tfo\\tki\\tte ch\\tce\\tfa\\t%s\\n' \"of $path\""

static void takes_an_answer_in_pieces(void **state)
{
    (void)state;
    fake f = fake_of("printf '6'; sleep 0.05; " LINE_OF("5"), 60);
    for (int i = 0; i < 2; i++) { /* of one and the same process */
        hc_file got = ask(&f, i == 0 ? "a.x" : "b.x");
        assert_int_equal(got.exit_code, 65);
        assert_string_equal(got.format, "fo");
        assert_string_equal(got.kind, "ki");
        assert_string_equal(got.technique, "te ch");
        assert_string_equal(got.cell, "ce");
        assert_string_equal(got.facts, "fa");
        assert_string_equal(got.message, i == 0 ? "of a.x" : "of b.x");
    }
    forget(&f);
}

/* Over a.x the probe does what is given; then b.x is asked about. */
static void ends_over(const char *what, double time_s, int exit_code,
                      const char *message)
{
    char script[512];
    snprintf(script, sizeof script, "[ $path != a.x ] || { %s; }\n%s", what,
             LINE_OF("0"));
    fake f = fake_of(script, time_s);
    hc_file got = ask(&f, "a.x");
    assert_int_equal(got.exit_code, exit_code);
    assert_string_equal(got.message, message);
    assert_string_equal(got.format, "-");
    assert_string_equal(got.technique, "-");
    assert_string_equal(got.facts, "-");
    if (exit_code != 75) {
        got = ask(&f, "b.x");
        assert_int_equal(got.exit_code, 0);
        assert_string_equal(got.message, "of b.x");
    }
    forget(&f);
}

static void tells_how_the_probe_ended(void **state)
{
    static const char down[] = "the reader came down over this file";
    (void)state;
    ends_over("kill -SEGV $$", 60, 70, down);
    ends_over("exit 0", 60, 70, down);
    ends_over("printf '0\\tfo'; exit 3", 60, 70, down);
    ends_over("exit 71", 60, 71, "out of memory");
    ends_over("printf '0\\tfo'; exit 71", 60, 71, "out of memory");
}

static void waits_for_no_line_without_end(void **state)
{
    (void)state;
    ends_over("trap '' PIPE; while :; do printf xxxxxxxxxxxxxxxx; done", 60,
              70, "the reader came down over this file");
}

static void waits_no_longer_than_told(void **state)
{
    (void)state;
    ends_over("exec sleep 1000", 0.05, 75, "takes too long to read");
}

static void says_what_cannot_be_started(void **state)
{
    (void)state;
    char path[] = "a.x";
    hc_file file = {.path = path};
    hc_asker *a = NULL;
    hc_err e = {0};
    assert_ok(hc_asker_new(&a, "/no/such/probe", NULL, 60, &e), e);
    assert_int_equal(hc_asker_ask(a, &file, &e), HC_INTERNAL);
    assert_string_equal(e.text, "cannot start: No such file or directory");
    hc_asker_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_an_answer_in_pieces),
        cmocka_unit_test(tells_how_the_probe_ended),
        cmocka_unit_test(waits_for_no_line_without_end),
        cmocka_unit_test(waits_no_longer_than_told),
        cmocka_unit_test(says_what_cannot_be_started),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
