/* identout.c: what an identification found, as records and as a cell file */
#include "cell/cellfile.h"
#include "cell/ident.h"
#include "core/records.h"

#include <math.h>
#include <stdio.h>

static void put(hc_writer *w, const char *name, double v, const char *unit)
{
    hc_conditions at = hc_conditions_none();
    hc_record r = hc_record_make(&at, "ident", name, v, unit);
    hc_records_put(w, &r);
}

void hc_ident_records(hc_writer *w, const hc_ident_options *o,
                      const hc_ident_result *r)
{
    hc_conditions at = hc_conditions_none();
    size_t strongest = 0;
    for (size_t k = 0; k < o->n; k++) {
        const hc_parameter_info *about = hc_parameter_about(o->p[k]);
        hc_record e = hc_record_make(&at, "ident", about->path, r->value[k],
                                     about->unit);
        e.std_error = r->value[k] * r->sd_ln[k];
        e.ci95_low = r->value[k] * exp(-1.959964 * r->sd_ln[k]);
        e.ci95_high = r->value[k] * exp(1.959964 * r->sd_ln[k]);
        snprintf(e.status, sizeof e.status, "%s",
                 r->at_bound[k]     ? "at-bound"
                 : r->identified[k] ? "ok"
                                    : "not-identifiable");
        hc_records_put(w, &e);
        if (fabs(r->weakest[k]) > fabs(r->weakest[strongest]))
            strongest = k;
    }
    put(w, "fisher_condition", r->condition, "1");
    for (size_t k = 0; k < o->n; k++) {
        char name[64];
        snprintf(name, sizeof name, "weakest_%.50s",
                 hc_parameter_about(o->p[k])->path);
        put(w, name, r->weakest[k], "1");
    }
    for (size_t j = 0; j < o->n; j++)
        for (size_t k = 0; k < j; k++) {
            char name[64];
            snprintf(name, sizeof name, "corr_%.28s_%.28s",
                     hc_parameter_about(o->p[k])->path,
                     hc_parameter_about(o->p[j])->path);
            put(w, name, r->correlation[j][k], "1");
        }
    put(w, "weight_sd_volt", o->sd_volt, "V");
    put(w, "weight_sd_z_relative", o->sd_z, "1");
    put(w, "rmse_volt", r->rmse_volt, "V");
    put(w, "rmse_z_relative", r->rmse_z, "1");
    put(w, "ssr", r->ssr, "1");
    put(w, "dof", (double)r->dof, "1");
}

/* Values that differ from the file's without having been fitted (--set). */
static hc_status others(hc_cellfile *f, const hc_cell *cell,
                        const hc_ident_options *o, hc_err *err)
{
    static const hc_provenance given = {"given", "hc-ident --set", NULL,
                                        (double)NAN};
    hc_cell old;
    hc_status st = hc_cellfile_cell(f, &old, false, NULL, err);
    if (st != HC_OK)
        return st;
    for (int p = 0; st == HC_OK && p < HC_P_COUNT; p++) {
        bool fitted = false;
        for (size_t k = 0; k < o->n; k++)
            fitted = fitted || (int)o->p[k] == p;
        double now = cell->value[p], was = old.value[p];
        if (!fitted && isfinite(now) && !(fabs(now - was) <= 1e-12 * now))
            st = hc_cellfile_set(f, (hc_parameter)p, now, &cell->law[p],
                                 &given, err);
    }
    hc_cell_clear(&old);
    return st;
}

hc_status hc_ident_write(const char *path, const char *to,
                         const hc_cell *cell, const hc_ident_options *o,
                         const hc_ident_result *r, hc_err *err)
{
    hc_cellfile *f;
    hc_out *out;
    hc_status st = hc_cellfile_load(&f, path, err);
    if (st != HC_OK)
        return st;
    st = others(f, cell, o, err);
    for (size_t k = 0; st == HC_OK && k < o->n; k++) {
        hc_provenance from = {"fitted", "hc-ident",
                              r->identified[k] ? NULL : "not identifiable",
                              r->sd_ln[k]};
        st = hc_cellfile_set(f, o->p[k], r->value[k], &cell->law[o->p[k]],
                             &from, err);
    }
    if (st == HC_OK)
        st = hc_out_open(&out, to, err);
    if (st == HC_OK) {
        st = hc_cellfile_write(f, out, err);
        hc_status closed = hc_out_close(out, err);
        st = st == HC_OK ? closed : st;
    }
    hc_cellfile_free(f);
    return st;
}
