#include "fitters/student.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

double hc_student_within(double t, int dof)
{
    double a = atan2(t, sqrt(dof)), s = sin(a), c = cos(a), sum = 0;
    if (dof % 2 == 0) { /* 26.7.4 */
        double term = 1;
        for (int k = 0; k < dof; k += 2) {
            sum += term;
            term *= c * c * (k + 1) / (k + 2);
        }
        return s * sum;
    }
    double term = c; /* 26.7.3 */
    for (int k = 1; k < dof; k += 2) {
        sum += term;
        term *= c * c * (k + 1) / (k + 2);
    }
    return 2 / pi * (a + s * sum);
}

double hc_student_975(double dof)
{
    const double normal = 1.959963984540054;
    int n = (int)floor(dof + 1e-9);
    double lo = normal, hi = 13;
    if (!(dof >= 1))
        return normal;
    if (n > 2000)
        return normal;
    for (int k = 0; k < 60; k++) {
        double mid = (lo + hi) / 2;
        *(hc_student_within(mid, n) < 0.95 ? &lo : &hi) = mid;
    }
    return (lo + hi) / 2;
}

double hc_normal_quantile(double p)
{
    double lo = -40, hi = 40;
    for (int k = 0; k < 80; k++) {
        const double mid = (lo + hi) / 2;
        if (erfc(-mid / M_SQRT2) / 2 < p)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}
