/* program.h: other programs run to their end */
#include "unit.h"

#include "core/program.h"

#include <time.h>

/* The shell command's exit code; what it said in *out and *said. */
static int run(const char *command, double time_s, hc_text *out, hc_text *said)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    const hc_program p = {.argv = argv, .time_s = time_s};
    hc_err e = {0};
    int code = -1;
    assert_ok(hc_program_run(&p, out, said, &code, &e), e);
    return code;
}

static void keeps_outputs_apart(void **state)
{
    hc_text out = {0}, said = {0};
    (void)state;
    /* more than a pipe holds, on both, in turns */
    assert_int_equal(run("i=0; while [ $i -lt 3000 ]; do echo "
                         "01234567890123456789012345678901234567890123456789; "
                         "echo 987654321098765432109876543210 >&2; "
                         "i=$((i + 1)); done; exit 7",
                         0, &out, &said),
                     7);
    assert_int_equal(out.len, 3000 * 51);
    assert_int_equal(said.len, 3000 * 31);
    hc_text_reset(&out);
    assert_int_equal(run("echo a; echo b >&2; echo c", 0, &out, &out), 0);
    assert_string_equal(hc_text_get(&out), "a\nb\nc\n");
    assert_int_equal(run("echo a; echo b >&2; cat", 0, NULL, NULL), 0);
    hc_text_clear(&out);
    hc_text_clear(&said);
}

static void tells_how_it_ended(void **state)
{
    static const char *const nothing[] = {"no/such/program", NULL};
    const hc_program p = {.argv = nothing};
    hc_text said = {0};
    hc_err e = {0};
    int code = -1;
    (void)state;
    assert_int_equal(run("kill -9 $$", 0, NULL, NULL), HC_PROGRAM_SIGNAL + 9);
    assert_ok(hc_program_run(&p, NULL, &said, &code, &e), e);
    assert_int_equal(code, HC_PROGRAM_MISSING);
    assert_non_null(strstr(hc_text_get(&said), "no/such/program: No such"));
    hc_text_clear(&said);
}

static void does_not_wait_for_ever(void **state)
{
    time_t begun = time(NULL);
    hc_text out = {0};
    (void)state;
    assert_int_equal(run("echo a; exec sleep 60", 0.1, &out, NULL),
                     HC_PROGRAM_LATE);
    assert_string_equal(hc_text_get(&out), "a\n");
    hc_text_reset(&out);
    /* nor for what a program left running with its outputs */
    assert_int_equal(run("sleep 20 & echo b", 0, &out, &out), 0);
    assert_string_equal(hc_text_get(&out), "b\n");
    assert_true(time(NULL) - begun < 15);
    hc_text_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_outputs_apart),
        cmocka_unit_test(tells_how_it_ended),
        cmocka_unit_test(does_not_wait_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
