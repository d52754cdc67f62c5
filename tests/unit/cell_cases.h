/* cell_cases.h: what the tests of the cell model share; after cmocka.h */
#ifndef HC_TESTS_CELL_CASES_H
#define HC_TESTS_CELL_CASES_H

#include "cell/cellfile.h"
#include "cell/physics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define F  HC_FARADAY
#define NO ((double)NAN)

static inline void near(double got, double want, double relative)
{
    if (!(fabs(got - want) <= relative * fabs(want)))
        fail_msg("got %.12g, wanted %.12g within %g", got, want, relative);
}

static inline void within(double got, double want, double absolute)
{
    if (!(fabs(got - want) <= absolute))
        fail_msg("got %.12g, wanted %.12g within %g absolute", got, want,
                 absolute);
}

static inline void good(hc_status st, const hc_err *err)
{
    if (st != HC_OK)
        fail_msg("%s: %s", hc_status_text(st), err->text);
}

/* A film cell with linear U(x) and no kinetics to speak of. */
static inline hc_cell slab(double length, double d)
{
    static const double x[] = {0.0, 1.0}, u[] = {4.8, 3.0};
    hc_cell c;
    hc_err err;
    hc_cell_init(&c);
    double *v = c.value;
    v[HC_P_AREA] = 1e-4;
    v[HC_P_L_SE] = 2e-6;
    v[HC_P_L_P] = length;
    v[HC_P_TEMPERATURE] = 298.15;
    v[HC_P_SIGMA] = 2.3e-4;
    v[HC_P_D] = d;
    v[HC_P_C_MAX] = 50000;
    v[HC_P_X0] = 0.5;
    v[HC_P_I0_P] = v[HC_P_I0_N] = 10;
    good(hc_curve_table(&c.ocv, x, u, 2, false, &err), &err);
    c.has_ocv = true;
    return c;
}

static inline hc_cell read_sample(const char *name)
{
    char path[1024];
    const char *src = getenv("HC_SRCDIR");
    hc_cellfile *f;
    hc_cell c;
    hc_err err;
    snprintf(path, sizeof path, "%s/samples/cells/%s", src ? src : ".", name);
    good(hc_cellfile_load(&f, path, &err), &err);
    good(hc_cellfile_cell(f, &c, true, NULL, &err), &err);
    hc_cellfile_free(f);
    return c;
}

#endif
