/* test_arcs.c: closed-form arcs, and what the method arcs makes of them */
#include "tests/unit/unit.h"

#include "fitters/drt_arcs.h"
#include "tests/unit/drt_cases.h"

enum { N = 81 };

static void frequencies(double *ln_w, double *scale)
{
    for (size_t i = 0; i < N; i++) {
        ln_w[i] = log(2 * M_PI) + (6 - 0.1 * (double)i) * M_LN10;
        scale[i] = 1 + 0.01 * (double)i;
    }
}

static hc_arc example(hc_arc_kind k, int which)
{
    return hc_arc_make(k, 3.9, -4.6 + 2 * which, 0.8 - 0.1 * which,
                       which == 1 ? 1 : 0.6);
}

/* Four points at a time against the definition at complex ln s. */
static void columns_are_the_arc(void **state)
{
    (void)state;
    double ln_w[N], scale[N], out[4 * 2 * N];
    frequencies(ln_w, scale);
    for (int k = 0; k < HC_ARC_KINDS; k++)
        for (int which = 0; which < 3; which++) {
            const hc_arc a = example((hc_arc_kind)k, which);
            hc_arc_columns(&a, ln_w, scale, N, out);
            for (size_t i = 0; i < N; i++) {
                const double complex z =
                    hc_arc_z(&a, ln_w[i], M_PI / 2, false) * scale[i];
                assert_true(cabs(CMPLX(out[i], out[N + i]) - z) <
                            1e-13 * cabs(z));
            }
        }
}

/* Their derivatives against central differences. */
static void derivatives_are_differences(void **state)
{
    (void)state;
    double ln_w[N], scale[N], out[4 * 2 * N], up[4 * 2 * N], low[4 * 2 * N];
    frequencies(ln_w, scale);
    for (int k = 0; k < HC_ARC_KINDS; k++)
        for (int which = 0; which < 3; which++) {
            hc_arc a = example((hc_arc_kind)k, which);
            double *p[4] = {&a.ln_r, &a.ln_t, NULL, NULL};
            int np = 2;
            if (hc_arc_has_phi(a.kind))
                p[np++] = &a.phi;
            if (hc_arc_has_psi(a.kind))
                p[np++] = &a.psi;
            hc_arc_columns(&a, ln_w, scale, N, out);
            for (int q = 0; q < np; q++) {
                const double x = *p[q], h = 1e-5;
                double top = 0, off = 0;
                *p[q] = x + h;
                hc_arc_columns(&a, ln_w, scale, N, up);
                *p[q] = x - h;
                hc_arc_columns(&a, ln_w, scale, N, low);
                *p[q] = x;
                for (size_t i = 0; i < (size_t)2 * N; i++) {
                    const double d = (up[i] - low[i]) / (2 * h);
                    const double c = out[(size_t)(2 * N * q) + i];
                    top = fmax(top, fabs(d));
                    off = fmax(off, fabs(d - c));
                }
                assert_true(off < 2e-5 * top);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_the_arc),
        cmocka_unit_test(derivatives_are_differences),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
