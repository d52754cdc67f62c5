/* NIST StRD nonlinear regression problems (www.itl.nist.gov/div898/strd)
 * through our Levenberg-Marquardt as the fits use it (logarithms of the
 * parameters, steps of at most 4), from both certified starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fitters/lm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { P_MOST = 7 };

typedef double (*model)(const double *b, double x, double *d);

typedef struct {
    const char *name;
    model f;
    int p, n;
    double start[2][P_MOST], certified[P_MOST], rss;
    double y[40], x[40];
} problem;

static double misra1a(const double *b, double x, double *d)
{
    double e = exp(-b[1] * x);
    d[0] = 1 - e;
    d[1] = b[0] * x * e;
    return b[0] * (1 - e);
}

static double mgh09(const double *b, double x, double *d)
{
    double num = x * x + b[1] * x, den = x * x + b[2] * x + b[3];
    d[0] = num / den;
    d[1] = b[0] * x / den;
    d[2] = -b[0] * num * x / (den * den);
    d[3] = -b[0] * num / (den * den);
    return b[0] * num / den;
}

static double mgh10(const double *b, double x, double *d)
{
    double e = exp(b[1] / (x + b[2]));
    d[0] = e;
    d[1] = b[0] * e / (x + b[2]);
    d[2] = -b[0] * e * b[1] / ((x + b[2]) * (x + b[2]));
    return b[0] * e;
}

static double rat43(const double *b, double x, double *d)
{
    double e = exp(b[1] - b[2] * x), q = pow(1 + e, -1 / b[3]);
    d[0] = q;
    d[1] = -b[0] / b[3] * q / (1 + e) * e;
    d[2] = -d[1] * x;
    d[3] = b[0] * q * log1p(e) / (b[3] * b[3]);
    return b[0] * q;
}

static double eckerle4(const double *b, double x, double *d)
{
    double u = (x - b[2]) / b[1], e = exp(-0.5 * u * u);
    d[0] = e / b[1];
    d[1] = b[0] * e / (b[1] * b[1]) * (u * u - 1);
    d[2] = b[0] * e * u / (b[1] * b[1]);
    return b[0] / b[1] * e;
}

static double rat42(const double *b, double x, double *d)
{
    double e = exp(b[1] - b[2] * x), q = 1 / (1 + e);
    d[0] = q;
    d[1] = -b[0] * e * q * q;
    d[2] = b[0] * x * e * q * q;
    return b[0] * q;
}

static double thurber(const double *b, double x, double *d)
{
    double num = b[0] + x * (b[1] + x * (b[2] + x * b[3]));
    double den = 1 + x * (b[4] + x * (b[5] + x * b[6]));
    for (int i = 0; i < 4; i++)
        d[i] = pow(x, i) / den;
    for (int i = 0; i < 3; i++)
        d[4 + i] = -num * pow(x, i + 1) / (den * den);
    return num / den;
}

static const problem problems[] = {
    {"Misra1a",
     misra1a,
     2,
     14,
     {{500, 1e-4}, {250, 5e-4}},
     {2.3894212918e+02, 5.5015643181e-04},
     1.2455138894e-01,
     {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05,
      61.01, 66.40, 75.47, 81.78},
     {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8, 378.4, 434.8, 477.3,
      536.8, 593.1, 689.1, 760.0}},
    {"BoxBOD",
     misra1a,
     2,
     6,
     {{1, 1}, {100, 0.75}},
     {2.1380940889e+02, 5.4723748542e-01},
     1.1680088766e+03,
     {109, 149, 149, 191, 213, 224},
     {1, 2, 3, 5, 7, 10}},
    {"MGH09",
     mgh09,
     4,
     11,
     {{25, 39, 41.5, 39}, {0.25, 0.39, 0.415, 0.39}},
     {1.9280693458e-01, 1.9128232873e-01, 1.2305650693e-01, 1.3606233068e-01},
     3.0750560385e-04,
     {.1957, .1947, .1735, .16, .0844, .0627, .0456, .0342, .0323, .0235,
      .0246},
     {4, 2, 1, .5, .25, .167, .125, .1, .0833, .0714, .0625}},
    {"MGH10",
     mgh10,
     3,
     16,
     {{2, 400000, 25000}, {0.02, 4000, 250}},
     {5.6096364710e-03, 6.1813463463e+03, 3.4522363462e+02},
     8.7945855171e+01,
     {34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005,
      5147, 4427, 3820, 3307, 2872},
     {50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 100, 105, 110, 115, 120, 125}},
    {"Rat43",
     rat43,
     4,
     15,
     {{100, 10, 1, 1}, {700, 5, 0.75, 1.3}},
     {6.9964151270e+02, 5.2771253025e+00, 7.5962938329e-01, 1.2792483859e+00},
     8.7864049080e+03,
     {16.08, 33.83, 65.80, 97.20, 191.55, 326.20, 386.87, 520.53, 590.03,
      651.92, 724.93, 699.56, 689.96, 637.56, 717.41},
     {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
    {"Eckerle4",
     eckerle4,
     3,
     35,
     {{1, 10, 500}, {1.5, 5, 450}},
     {1.5543827178e+00, 4.0888321754e+00, 4.5154121844e+02},
     1.4635887487e-03,
     {0.0001575, 0.0001699, 0.0002350, 0.0003102, 0.0004917, 0.0008710,
      0.0017418, 0.0046400, 0.0065895, 0.0097302, 0.0149002, 0.0237310,
      0.0401683, 0.0712559, 0.1264458, 0.2073413, 0.2902366, 0.3445623,
      0.3698049, 0.3668534, 0.3106727, 0.2078154, 0.1164354, 0.0616764,
      0.0337200, 0.0194023, 0.0117831, 0.0074357, 0.0022732, 0.0008800,
      0.0004579, 0.0002345, 0.0001586, 0.0001143, 0.0000710},
     {400,   405, 410,   415, 420,   425, 430,   435, 436.5, 438, 439.5, 441,
      442.5, 444, 445.5, 447, 448.5, 450, 451.5, 453, 454.5, 456, 457.5, 459,
      460.5, 462, 463.5, 465, 470,   475, 480,   485, 490,   495, 500}},
    {"Rat42",
     rat42,
     3,
     9,
     {{100, 1, 0.1}, {75, 2.5, 0.07}},
     {7.2462237576e+01, 2.6180768402e+00, 6.7359200066e-02},
     8.0565229338e+00,
     {8.93, 10.80, 18.59, 22.33, 39.35, 56.11, 61.73, 64.62, 67.08},
     {9, 14, 21, 28, 42, 57, 63, 70, 79}},
    {"Thurber",
     thurber,
     7,
     37,
     {{1000, 1000, 400, 40, 0.7, 0.3, 0.03},
      {1300, 1500, 500, 75, 1, 0.4, 0.05}},
     {1.2881396800e+03, 1.4910792535e+03, 5.8323836877e+02, 7.5416644291e+01,
      9.6629502864e-01, 3.9797285797e-01, 4.9727297349e-02},
     5.6427082397e+03,
     {80.574,   84.248,   87.264,   87.195,   89.076,   89.608,   89.868,
      90.101,   92.405,   95.854,   100.696,  101.060,  401.672,  390.724,
      567.534,  635.316,  733.054,  759.087,  894.206,  990.785,  1090.109,
      1080.914, 1122.643, 1178.351, 1260.531, 1273.514, 1288.339, 1327.543,
      1353.863, 1414.509, 1425.208, 1421.384, 1442.962, 1464.350, 1468.705,
      1447.894, 1457.628},
     {-3.067, -2.981, -2.921, -2.912, -2.840, -2.797, -2.702, -2.699,
      -2.633, -2.481, -2.363, -2.322, -1.501, -1.460, -1.274, -1.212,
      -1.100, -1.046, -0.915, -0.714, -0.566, -0.545, -0.400, -0.309,
      -0.109, -0.103, 0.010,  0.119,  0.377,  0.790,  0.963,  1.006,
      1.115,  1.572,  1.841,  2.047,  2.200}},
};

typedef struct {
    const problem *q;
    double r[40], j[40][P_MOST];
} context;

static double cost(void *ctx, const double *x)
{
    context *c = ctx;
    double sum = 0, b[P_MOST];
    for (int k = 0; k < c->q->p; k++)
        b[k] = exp(x[k]);
    for (int i = 0; i < c->q->n; i++) {
        c->r[i] = c->q->f(b, c->q->x[i], c->j[i]) - c->q->y[i];
        sum += c->r[i] * c->r[i];
        for (int k = 0; k < c->q->p; k++)
            c->j[i][k] *= b[k];
    }
    return sum;
}

static void normal(void *ctx, double *jtj, double *grad)
{
    context *c = ctx;
    int p = c->q->p;
    memset(jtj, 0, (size_t)(p * p) * sizeof *jtj);
    memset(grad, 0, (size_t)p * sizeof *grad);
    for (int i = 0; i < c->q->n; i++)
        for (int a = 0; a < p; a++) {
            grad[a] += c->j[i][a] * c->r[i];
            for (int b = 0; b < p; b++)
                jtj[a * p + b] += c->j[i][a] * c->j[i][b];
        }
}

static void test_nist(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof problems / sizeof problems[0]; k++)
        for (int s = 0; s < 2; s++) {
            const problem *q = &problems[k];
            context c = {.q = q};
            double cap[P_MOST], x[P_MOST];
            hc_lm lm = {.ctx = &c,
                        .n = q->p,
                        .cost = cost,
                        .normal = normal,
                        .cap = cap};
            hc_lm_state st;
            double worst;
            for (int i = 0; i < q->p; i++) {
                cap[i] = 4;
                x[i] = log(q->start[s][i]);
            }
            hc_lm_begin(&lm, &st, x);
            hc_lm_run(&lm, &st, 3000, 1e-15);
            worst = fabs(st.cost / q->rss - 1);
            for (int i = 0; i < q->p; i++)
                worst = fmax(worst, fabs(exp(st.x[i]) / q->certified[i] - 1));
            print_message("# %s start %d: %.1f digits, %d steps\n", q->name,
                          s + 1, -log10(worst), st.steps);
            if (!(worst < 1e-6))
                fail_msg("%s from start %d: off by %g", q->name, s + 1, worst);
        }
}

/* A bound that cuts the minimum off is where the run must end. */
static void test_box(void **state)
{
    const problem *q = &problems[0];
    context c = {.q = q};
    double lo[] = {-20, -20}, hi[] = {5, 1}, x[2] = {4, -7};
    hc_lm lm = {
        .ctx = &c, .n = 2, .cost = cost, .normal = normal, .lo = lo, .hi = hi};
    hc_lm_state st;
    (void)state;
    hc_lm_begin(&lm, &st, x);
    hc_lm_run(&lm, &st, 200, 1e-14);
    assert_true(st.x[0] == 5);
    double here = st.cost;
    x[0] = 5;
    x[1] = st.x[1] + 1e-4;
    assert_true(cost(&c, x) > here);
    x[1] = st.x[1] - 1e-4;
    assert_true(cost(&c, x) > here);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_nist),
                                       cmocka_unit_test(test_box)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
