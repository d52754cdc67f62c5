/* The circuit language: both syntaxes, braces, options, sentences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fitters/circuit.h"

#include <string.h>

static void prints_as(const char *text, const char *want)
{
    hc_circuit c, again;
    hc_err err;
    hc_text out = {0}, second = {0};
    if (hc_circuit_parse(&c, text, &err) != HC_OK)
        fail_msg("%s: %s", text, err.text);
    hc_circuit_print(&c, &out);
    assert_string_equal(hc_text_get(&out), want);
    assert_int_equal(hc_circuit_parse(&again, hc_text_get(&out), &err), HC_OK);
    hc_circuit_print(&again, &second);
    assert_string_equal(hc_text_get(&second), want);
    hc_text_clear(&out);
    hc_text_clear(&second);
}

static void test_canonical(void **state)
{
    (void)state;
    prints_as("R0-p(R1,CPE1)-Wo1", "R0-p(R1,CPE1)-Wo1");
    prints_as(" R0 - p( R1 , CPE1 ) - Wo1 ", "R0-p(R1,CPE1)-Wo1");
    prints_as("R(RQ)([RW]C)", "R1-p(R2,CPE1)-p(R3-W1,C1)");
    prints_as("LaR(RQ)(RQ)", "La1-R1-p(R2,CPE1)-p(R3,CPE2)");
    prints_as("(C[R(Q[RWs])])", "p(C1,R1-p(CPE1,R2-Ws1))");
    prints_as("[R[C[L]]]", "R1-C1-L1");
    prints_as("p(R1)", "R1");
    prints_as("R3-R-R", "R3-R1-R2");
    prints_as("tlo(R1,p(R2-W1,CPE1))", "tlo(R1,p(R2-W1,CPE1))");
    prints_as("tl(R1,R2,p(R3,CPE1))-C2", "tl(R1,R2,p(R3,CPE1))-C2");
}

static void test_braces(void **state)
{
    (void)state;
    prints_as("R1{10}", "R1{10}");
    prints_as("R1{=10F}", "R1{10F}");
    prints_as("R1{10/1/100}", "R1{10/1/100}");
    prints_as("R1{R=10/1/100,:bulk}", "R1{10/1/100,:bulk}");
    prints_as("CPE1{1e-5, n=0.8F/0.5/1, :gb}",
              "CPE1{Q=0.00001,n=0.8F/0.5/1,:gb}");
    prints_as("Wo1{n}", "Wo1{n=0.5}");
    prints_as("W1{n=0.4}", "W1{n=0.4}");
    prints_as("R1-C1-C2{=C1}", "R1-C1-C2{=C1}");
    prints_as("R1-R2{=2*R1}", "R1-R2{=2*R1}");
    prints_as("R1-Zarc1{R=R1}", "R1-Zarc1{R=R1}");
    prints_as("R1{-5}", "R1{-5}");
}

static void says(const char *text, const char *want)
{
    hc_circuit c;
    hc_err err;
    assert_int_equal(hc_circuit_parse(&c, text, &err), HC_USAGE);
    if (strstr(err.text, want) == NULL)
        fail_msg("'%s' says: %s; wanted: %s", text, err.text, want);
}

static void test_sentences(void **state)
{
    (void)state;
    says("", "the circuit is empty");
    says("  ", "the circuit is empty");
    says("R0-X1", "position 4: no element is called 'X'");
    says("R0-Cpe1", "position 4: no element is called 'Cpe'");
    says("R0-p(R1,C1", "position 11: the 'p(' is not closed");
    says("R0-p(R1,C1))", "position 12: this ')' closes nothing");
    says("R0-(RC", "position 4: this '(' is not closed");
    says("R0-[RC", "position 4: this '[' is not closed");
    says("R0-()", "position 4: this '( )' is empty");
    says("R0-", "position 4: an element was expected, found the end");
    says("-R0", "position 1: an element was expected, found '-'");
    says("R0--R1", "position 4: an element was expected, found '-'");
    says("p(R1,,C1)", "position 6: an element was expected, found ','");
    says("R0,R1", "position 3: ',' stands outside of p( )");
    says("(R-C)", "position 3: inside '( )' every item is a branch");
    says("R0-R0", "two elements are called R0");
    says("R1;R2", "position 3: '-' or an element was expected, found ';'");
    says("R1\xc3\xa9", "found a character that is not plain ASCII");
    says("tl(R1,R2)", "tl( needs 3 sub-circuits, found 2");
    says("q(R1,R2)", "position 1: p(, tl(, tle(, tlo(, tls( or an element");
    says("C1{n=2}", "C has no parameter 'n'");
    says("R1{10", "the '{' of R is not closed");
    says("R1{ten}", "position 4: R has no parameter 'ten'; it has R");
    says("R1{=1e}", "position 6: ',' or '}' was expected, found 'e'");
    says("CPE1{n=1.2}", "CPE1_n = 1.2: an exponent lies between 0 and 1");
    says("C1{-1}", "C1 = -1 must be above zero");
    says("R1{0}", "R1: 0 is not above zero");
    says("R1{5/10/20}", "R1 = 5 lies outside its bounds");
    says("R1{/20/10}", "the low bound 20 is not below");
    says("R1-R2{=R9}", "no parameter is called 'R9'");
    says("R1{=R1}", "R1 is tied to itself");
    says("R1-R2{=R1}-R3{=R2}", "R3 is tied to R2, which is itself tied");
    says("R1-Zarc1{n=R1}", "one is an exponent");
    says("R1234567", "the number of R is too long");
}

static void test_deep(void **state)
{
    char text[200] = "";
    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(text, "(");
    says(text, "nested deeper");
    text[0] = '\0';
    for (int i = 0; i < 60; i++)
        strcat(text, "R");
    says(text, "more than 48 elements");
}

static void test_options(void **state)
{
    hc_circuit c;
    hc_err err;
    double p[HC_CIRCUIT_PARS];
    (void)state;
    assert_int_equal(hc_circuit_parse(&c, "R0-p(R1,CPE1)-p(R2-Wo1,C2)", &err),
                     HC_OK);
    assert_int_equal(hc_circuit_set(&c, "R0=3", &err), HC_OK);
    assert_int_equal(hc_circuit_fix(&c, "CPE1_n=0.9", &err), HC_OK);
    assert_int_equal(hc_circuit_fix(&c, "R1", &err), HC_USAGE);
    assert_non_null(strstr(err.text, "to which value"));
    assert_int_equal(hc_circuit_bound(&c, "n1=0.5:1", &err), HC_OK);
    assert_int_equal(hc_circuit_bound(&c, "R1=:100", &err), HC_OK);
    assert_int_equal(hc_circuit_bound(&c, "R1=100", &err), HC_USAGE);
    assert_int_equal(hc_circuit_tie(&c, "R2=2*R0", &err), HC_OK);
    assert_int_equal(hc_circuit_role(&c, "R1=bulk", &err), HC_OK);
    assert_int_equal(hc_circuit_role(&c, "R9=bulk", &err), HC_USAGE);
    /* blanks around a role are none of it, as in braces */
    assert_int_equal(hc_circuit_role(&c, "R2= grain boundary ", &err), HC_OK);
    assert_string_equal(hc_circuit_role_of(&c, 3), "grain boundary");
    assert_int_equal(hc_circuit_negative(&c, "C2", &err), HC_USAGE);
    assert_int_equal(hc_circuit_set(&c, "R7=1", &err), HC_USAGE);
    assert_non_null(strstr(err.text, "it has R0 R1 CPE1_Q CPE1_n R2"));
    assert_int_equal(hc_circuit_check(&c, &err), HC_OK);
    hc_circuit_values(&c, p);
    assert_true(p[hc_circuit_par(&c, "R2")] == 6);
    assert_string_equal(hc_circuit_role_of(&c, 2), "bulk"); /* CPE1 */
    assert_string_equal(hc_circuit_role_of(&c, 0), "");
    assert_int_equal(hc_circuit_par(&c, "CPE1.Q"),
                     hc_circuit_par(&c, "CPE1_Q"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_canonical), cmocka_unit_test(test_braces),
        cmocka_unit_test(test_sentences), cmocka_unit_test(test_deep),
        cmocka_unit_test(test_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
