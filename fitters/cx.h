/* cx.h: complex arithmetic without C99's inf and nan rescue calls
 *
 * The inner loops of the circuit code multiply millions of complex numbers
 * whose size is bounded by the fit's boxes; the plain formulas are two to
 * three times faster than the compiler's `double complex`.
 */
#ifndef HC_FITTERS_CX_H
#define HC_FITTERS_CX_H

#include <math.h>

typedef struct {
    double re, im;
} cx;

static inline cx cx_make(double re, double im)
{
    return (cx){re, im};
}

static inline cx cx_add(cx a, cx b)
{
    return (cx){a.re + b.re, a.im + b.im};
}

static inline cx cx_sub(cx a, cx b)
{
    return (cx){a.re - b.re, a.im - b.im};
}

static inline cx cx_mul(cx a, cx b)
{
    return (cx){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

static inline cx cx_scale(cx a, double s)
{
    return (cx){a.re * s, a.im * s};
}

static inline cx cx_inv(cx a)
{
    double d = 1.0 / (a.re * a.re + a.im * a.im);
    return (cx){a.re * d, -a.im * d};
}

static inline cx cx_div(cx a, cx b)
{
    return cx_mul(a, cx_inv(b));
}

static inline double cx_norm(cx a)
{
    return a.re * a.re + a.im * a.im;
}

/* Square root with real part >= 0. */
static inline cx cx_sqrt(cx a)
{
    double m = hypot(a.re, a.im);
    double re = sqrt(0.5 * (m + fabs(a.re)));
    if (re == 0.0)
        return (cx){0.0, 0.0};
    double im = 0.5 * fabs(a.im) / re;
    if (a.re < 0.0) {
        double t = re;
        re = im;
        im = t;
    }
    return (cx){re, a.im < 0.0 ? -im : im};
}

static inline cx cx_exp(cx a)
{
    double m = exp(a.re);
    return (cx){m * cos(a.im), m * sin(a.im)};
}

static inline cx cx_log(cx a)
{
    return (cx){0.5 * log(cx_norm(a)), atan2(a.im, a.re)};
}

#endif
