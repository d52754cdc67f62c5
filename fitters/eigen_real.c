/* eigen_real.c: eigenvalues of a real matrix, see eigen_real.h */
#include "fitters/eigen_real.h"

#include <float.h>
#include <math.h>

enum { TRIES = 60 };

/* Zeros below the first subdiagonal, by reflections from both sides. */
static void hessenberg(double complex *h, size_t n)
{
    for (size_t k = 0; k + 2 < n; k++) {
        double norm = 0;
        for (size_t i = k + 1; i < n; i++)
            norm += creal(h[i * n + k]) * creal(h[i * n + k]);
        norm = sqrt(norm);
        if (!(norm > 0))
            continue;
        /* the vector of the reflection stands where the zeros will */
        const double first = creal(h[(k + 1) * n + k]);
        const double top = first > 0 ? -norm : norm;
        const double beta = 1 / (norm * (norm + fabs(first)));
        h[(k + 1) * n + k] -= top;
        for (size_t c = k + 1; c < n; c++) {
            double complex s = 0;
            for (size_t i = k + 1; i < n; i++)
                s += h[i * n + k] * h[i * n + c];
            for (size_t i = k + 1; i < n; i++)
                h[i * n + c] -= beta * s * h[i * n + k];
        }
        for (size_t r = 0; r < n; r++) {
            double complex s = 0;
            for (size_t i = k + 1; i < n; i++)
                s += h[r * n + i] * h[i * n + k];
            for (size_t i = k + 1; i < n; i++)
                h[r * n + i] -= beta * s * h[i * n + k];
        }
        h[(k + 1) * n + k] = top;
        for (size_t i = k + 2; i < n; i++)
            h[i * n + k] = 0;
    }
}

/* The eigenvalue of the last two rows of the block that is nearer to its last
 * element. */
static double complex shift_of(const double complex *h, size_t n, size_t hi)
{
    const double complex a = h[(hi - 1) * n + hi - 1],
                         b = h[(hi - 1) * n + hi];
    const double complex c = h[hi * n + hi - 1], d = h[hi * n + hi];
    const double complex half = (a - d) / 2, root = csqrt(half * half + b * c);
    const double complex plus = half + root, minus = half - root;
    const double complex far = cabs(plus) > cabs(minus) ? plus : minus;
    return cabs(far) > 0 ? d - b * c / far : d;
}

/* One QR step on rows and columns lo to hi. */
static void step(double complex *h, size_t n, size_t lo, size_t hi,
                 double complex shift)
{
    for (size_t i = lo; i <= hi; i++)
        h[i * n + i] -= shift;
    double complex c0 = 1, s0 = 0;
    for (size_t k = lo; k < hi; k++) {
        const double complex x = h[k * n + k], y = h[(k + 1) * n + k];
        const double r = hypot(cabs(x), cabs(y));
        const double complex c = r > 0 ? x / r : 1, s = r > 0 ? y / r : 0;
        for (size_t i = k; i <= hi; i++) {
            const double complex u = h[k * n + i], v = h[(k + 1) * n + i];
            h[k * n + i] = conj(c) * u + conj(s) * v;
            h[(k + 1) * n + i] = -s * u + c * v;
        }
        /* the rotation before this one, from the right, may come now */
        for (size_t i = lo; k > lo && i <= k; i++) {
            const double complex u = h[i * n + k - 1], v = h[i * n + k];
            h[i * n + k - 1] = u * c0 + v * s0;
            h[i * n + k] = -u * conj(s0) + v * conj(c0);
        }
        c0 = c;
        s0 = s;
    }
    for (size_t i = lo; i <= hi; i++) {
        const double complex u = h[i * n + hi - 1], v = h[i * n + hi];
        h[i * n + hi - 1] = u * c0 + v * s0;
        h[i * n + hi] = -u * conj(s0) + v * conj(c0);
    }
    for (size_t i = lo; i <= hi; i++)
        h[i * n + i] += shift;
}

/* Start of the block that ends at hi: below it a subdiagonal element is
 * nothing, and is made so. */
static size_t block(double complex *h, size_t n, size_t hi)
{
    size_t lo = hi;
    for (; lo > 0; lo--) {
        const double near =
            cabs(h[lo * n + lo]) + cabs(h[(lo - 1) * n + lo - 1]);
        if (cabs(h[lo * n + lo - 1]) <= DBL_EPSILON * near) {
            h[lo * n + lo - 1] = 0;
            break;
        }
    }
    return lo;
}

bool hc_eigen_real(const double *a, size_t n, double complex *w,
                   double complex *work)
{
    double complex *h = work;
    for (size_t i = 0; i < n * n; i++) {
        if (!isfinite(a[i]))
            return false;
        h[i] = a[i];
    }
    hessenberg(h, n);
    int tries = 0;
    for (size_t left = n; left > 0;) {
        const size_t hi = left - 1, lo = block(h, n, hi);
        if (lo == hi) {
            w[hi] = h[hi * n + hi];
            left--;
            tries = 0;
        } else if (++tries > TRIES) {
            return false;
        } else {
            /* now and then a shift out of the rut */
            step(h, n, lo, hi,
                 tries % 12 == 0 ? h[hi * n + hi] + cabs(h[hi * n + hi - 1])
                                 : shift_of(h, n, hi));
        }
    }
    return true;
}
