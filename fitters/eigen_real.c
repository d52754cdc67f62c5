/* eigen_real.c: eigenvalues of a real matrix, see eigen_real.h */
#include "fitters/eigen_real.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>

#include <math.h>
#include <stdbool.h>

static bool is_finite(const double *a, size_t n)
{
    for (size_t i = 0; i < n * n; i++)
        if (!isfinite(a[i]))
            return false;
    return true;
}

hc_status hc_eigen_real(const double *a, size_t n, double complex *w,
                        hc_err *err)
{
    if (!is_finite(a, n))
        return hc_fail(err, HC_INTERNAL, "a matrix that is not finite");
    /* GSL's own handler would end the program */
    gsl_error_handler_t *handler = gsl_set_error_handler_off();
    gsl_matrix *m = gsl_matrix_alloc(n, n);
    gsl_vector_complex *values = gsl_vector_complex_alloc(n);
    gsl_eigen_nonsymm_workspace *work = gsl_eigen_nonsymm_alloc(n);
    hc_status st = m != NULL && values != NULL && work != NULL
                       ? HC_OK
                       : hc_fail_nomem(err);
    for (size_t i = 0; st == HC_OK && i < n * n; i++)
        gsl_matrix_set(m, i / n, i % n, a[i]);
    if (st == HC_OK && gsl_eigen_nonsymm(m, values, work) != GSL_SUCCESS)
        st = hc_fail(err, HC_INTERNAL, "eigenvalues do not converge");
    for (size_t i = 0; st == HC_OK && i < n; i++) {
        const gsl_complex v = gsl_vector_complex_get(values, i);
        w[i] = CMPLX(GSL_REAL(v), GSL_IMAG(v));
    }
    gsl_eigen_nonsymm_free(work);
    gsl_vector_complex_free(values);
    gsl_matrix_free(m);
    gsl_set_error_handler(handler);
    return st;
}
