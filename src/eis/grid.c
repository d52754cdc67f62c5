#include "eis/grid.h"

#include "core/number.h"
#include "core/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS_MAX = 1000000 };

hc_status hc_eis_noise_parse(const char *text, double *part, hc_err *err)
{
    *part = 0;
    if (text == NULL)
        return HC_OK;
    size_t len = strlen(text), n = hc_number_prefix(text, len, part);
    if (n > 0 && strcmp(text + n, "%") == 0)
        *part /= 100;
    else if (n == 0 || text[n] != '\0')
        n = 0;
    if (n == 0 || !(*part >= 0) || *part > 10)
        return hc_fail(err, HC_USAGE,
                       "--noise %s: a part of |Z| was "
                       "expected, as 0.005 or 0.5%%",
                       text);
    return HC_OK;
}

hc_status hc_eis_grid_parse(const char *text, double **freq_hz, size_t *n,
                            hc_err *err)
{
    double v[3];
    const char *s = text;
    bool good = true;
    for (int i = 0; i < 3 && good; i++) {
        size_t len = strlen(s), used = hc_number_prefix(s, len, &v[i]);
        good = used > 0 && isfinite(v[i]) && v[i] > 0 &&
               s[used] == (i < 2 ? ':' : '\0');
        s += used + 1;
    }
    if (!good)
        return hc_fail(err, HC_USAGE,
                       "--freq %s: HIGH:LOW:POINTS-PER-DECADE "
                       "was expected, as 1e6:1e-2:10",
                       text);
    double decades = log10(v[0] / v[1]), count = fabs(decades) * v[2];
    if (count > POINTS_MAX)
        return hc_fail(err, HC_USAGE, "--freq %s: more than %d points", text,
                       POINTS_MAX);
    *n = (size_t)(count + 0.5) + 1;
    *freq_hz = malloc(*n * sizeof **freq_hz);
    if (*freq_hz == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < *n; i++)
        (*freq_hz)[i] = i + 1 == *n && *n > 1
                            ? v[1]
                            : v[0] * pow(10, -decades * (double)i /
                                                 fmax((double)(*n - 1), 1));
    return HC_OK;
}

hc_status hc_eis_grid_like(const char *path, double **freq_hz, size_t *n,
                           hc_err *err)
{
    hc_frame *f = NULL;
    int column;
    hc_status st = hc_frame_open(&f, path, err);
    if (st != HC_OK)
        return st;
    st = hc_frame_need(f, HC_COL_FREQ, &column, err);
    *n = hc_frame_rows(f);
    if (st == HC_OK && *n == 0)
        st = hc_fail_at(err, HC_DATA, path, 0, "the table has no rows");
    if (st == HC_OK) {
        *freq_hz = malloc(*n * sizeof **freq_hz);
        st = *freq_hz == NULL ? hc_fail_nomem(err) : HC_OK;
    }
    for (size_t i = 0; i < *n && st == HC_OK; i++)
        (*freq_hz)[i] = hc_frame_number(f, i, column);
    hc_frame_free(f);
    return st;
}
