#include "plot/kinds.h"

#include "core/text.h"

#include <string.h>

static const hc_plot_kind *const kinds[] = {
    &hc_plot_nyquist,     &hc_plot_bode,          &hc_plot_residuals,
    &hc_plot_drt,         &hc_plot_drt_map,       &hc_plot_arrhenius,
    &hc_plot_series,      &hc_plot_steps,         &hc_plot_cycles,
    &hc_plot_rate,        &hc_plot_dqdv,          &hc_plot_ccd,
    &hc_plot_gitt,        &hc_plot_ocv,           &hc_plot_cmp,
    &hc_plot_profile,     &hc_plot_overpotential, &hc_plot_sweep,
    &hc_plot_groups_kind, &hc_plot_bench,         &hc_plot_cv,
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
    for (size_t i = 0; i < KINDS; i++) {
        size_t d = hc_edit_distance(kinds[i]->name, name);
        if (d < least) {
            least = d;
            best = i;
        }
    }
    return kinds[best]->name;
}

hc_status hc_plot_choose(const char *name, const hc_plot_kind **kind,
                         hc_err *err)
{
    const hc_plot_kind *k = name == NULL ? NULL : hc_plot_find(name);
    if (name == NULL)
        return hc_fail(err, HC_USAGE, "KIND is missing, e.g. nyquist");
    if (k == NULL)
        return hc_fail(err, HC_USAGE,
                       "no figure is called '%.60s'; did you mean '%s'? "
                       "(--kinds lists them)",
                       name, hc_plot_nearest(name));
    *kind = k;
    return HC_OK;
}
