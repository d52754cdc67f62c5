#include "plot/kinds.h"

#include "core/text.h"

#include <string.h>

static const hc_plot_kind *const kinds[] = {
    &hc_plot_nyquist,   &hc_plot_bode,        &hc_plot_residuals,
    &hc_plot_harmonics, &hc_plot_drt,         &hc_plot_drt_map,
    &hc_plot_arrhenius, &hc_plot_series,      &hc_plot_steps,
    &hc_plot_cycles,    &hc_plot_rate,        &hc_plot_dqdv,
    &hc_plot_ccd,       &hc_plot_gitt,        &hc_plot_ocv,
    &hc_plot_cmp,       &hc_plot_profile,     &hc_plot_overpotential,
    &hc_plot_sweep,     &hc_plot_groups_kind, &hc_plot_bench,
    &hc_plot_cv,
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const hc_plot_kind *hc_plot_at(size_t i)
{
    return i < KINDS ? kinds[i] : NULL;
}

const hc_plot_kind *hc_plot_find(const char *name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

const char *hc_plot_nearest(const char *name)
{
    size_t best = 0, least = (size_t)-1;
    for (size_t i = 0; i < KINDS; i++)
        if (hc_nearer(kinds[i]->name, name, &least))
            best = i;
    return kinds[best]->name;
}

static hc_status choose_one(const char *name, const hc_plot_kind **kind,
                            hc_err *err)
{
    const hc_plot_kind *k = hc_plot_find(name);
    if (k == NULL)
        return hc_fail(err, HC_USAGE,
                       "no figure is called '%.60s'; did you mean '%s'? "
                       "(--kinds lists them)",
                       name, hc_plot_nearest(name));
    *kind = k;
    return HC_OK;
}

hc_status hc_plot_choose(const char *names,
                         const hc_plot_kind *kinds_out[HC_PLOT_MOST],
                         size_t *n, hc_err *err)
{
    size_t count = 0;
    if (names == NULL)
        return hc_fail(err, HC_USAGE, "KIND is missing, e.g. nyquist");
    for (const char *p = names;; p++) {
        char name[80];
        size_t len = strcspn(p, ",");
        if (count == HC_PLOT_MOST)
            return hc_fail(err, HC_USAGE, "more than %d kinds of figures",
                           HC_PLOT_MOST);
        hc_copy(name, sizeof name, p, len);
        hc_status st = choose_one(name, &kinds_out[count++], err);
        if (st != HC_OK)
            return st;
        p += len;
        if (*p == '\0')
            break;
    }
    *n = count;
    return HC_OK;
}
