#include "cell/vector.h"

#include <nvector/nvector_serial.h>

#include <math.h>
#include <string.h>

static void linear_sum(double a, N_Vector nx, double b, N_Vector ny,
                       N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx), *y = NV_DATA_S(ny);
    double *z = NV_DATA_S(nz);
    if (a == 1 && b == 1)
        for (sunindextype i = 0; i < n; i++)
            z[i] = x[i] + y[i];
    else
        for (sunindextype i = 0; i < n; i++)
            z[i] = a * x[i] + b * y[i];
}

static void constant(double c, N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nz);
    double *z = NV_DATA_S(nz);
    for (sunindextype i = 0; i < n; i++)
        z[i] = c;
}

static void scale(double c, N_Vector nx, N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx);
    double *z = NV_DATA_S(nz);
    if (c == 1 && x != z)
        memcpy(z, x, (size_t)n * sizeof *z);
    else if (c != 1)
        for (sunindextype i = 0; i < n; i++)
            z[i] = c * x[i];
}

static void absolute(N_Vector nx, N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx);
    double *z = NV_DATA_S(nz);
    for (sunindextype i = 0; i < n; i++)
        z[i] = fabs(x[i]);
}

static void inverse(N_Vector nx, N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx);
    double *z = NV_DATA_S(nz);
    for (sunindextype i = 0; i < n; i++)
        z[i] = 1 / x[i];
}

static void add_constant(N_Vector nx, double b, N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx);
    double *z = NV_DATA_S(nz);
    for (sunindextype i = 0; i < n; i++)
        z[i] = x[i] + b;
}

static double norm(N_Vector nx, N_Vector nw)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx), *w = NV_DATA_S(nw);
    double sum = 0;
    for (sunindextype i = 0; i < n; i++) {
        double t = x[i] * w[i];
        sum += t * t;
    }
    return sqrt(sum / (double)n);
}

static double masked_norm(N_Vector nx, N_Vector nw, N_Vector nid)
{
    sunindextype n = NV_LENGTH_S(nx);
    const double *x = NV_DATA_S(nx), *w = NV_DATA_S(nw);
    const double *id = NV_DATA_S(nid);
    double sum = 0;
    for (sunindextype i = 0; i < n; i++) {
        double t = id[i] > 0 ? x[i] * w[i] : 0;
        sum += t * t;
    }
    return sqrt(sum / (double)n);
}

static int combination(int n_v, double *c, N_Vector *nx, N_Vector nz)
{
    sunindextype n = NV_LENGTH_S(nz);
    double *z = NV_DATA_S(nz);
    int first = 0;
    if (NV_DATA_S(nx[0]) == z) {
        for (sunindextype i = 0; i < n && c[0] != 1; i++)
            z[i] *= c[0];
        first = 1;
    } else {
        memset(z, 0, (size_t)n * sizeof *z);
    }
    for (int k = first; k < n_v; k++) {
        const double *x = NV_DATA_S(nx[k]);
        for (sunindextype i = 0; i < n; i++)
            z[i] += c[k] * x[i];
    }
    return 0;
}

N_Vector hc_vector_new(sunindextype n, SUNContext context)
{
    N_Vector v = N_VNew_Serial(n, context);
    if (!v)
        return NULL;
    v->ops->nvlinearsum = linear_sum;
    v->ops->nvconst = constant;
    v->ops->nvscale = scale;
    v->ops->nvabs = absolute;
    v->ops->nvinv = inverse;
    v->ops->nvaddconst = add_constant;
    v->ops->nvwrmsnorm = norm;
    v->ops->nvwrmsnormmask = masked_norm;
    v->ops->nvlinearcombination = combination;
    return v;
}
