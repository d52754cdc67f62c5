/* sigma_run.h: fitted resistances to conductivities and their laws */
#ifndef HC_EIS_SIGMA_RUN_H
#define HC_EIS_SIGMA_RUN_H

#include "core/messages.h"
#include "core/records.h"
#include "fitters/arrhenius.h"

/* Geometry and what else the cell says; NaN where unknown. */
typedef struct {
    double area_m2, area_sd_m2;
    double thickness_m, thickness_sd_m;
    double interfaces; /* one or two of each kind */
    double stray_f;    /* stray capacitance of the holder */
    double carriers_m3;
    double pressure_pa;
    double t_ref_c;
    const hc_arrhenius_form *form; /* NULL: no laws */
} hc_sigma_setup;

/* Results as they come; grown on the heap. */
typedef struct {
    hc_record *items;
    size_t n, cap;
} hc_record_list;

void hc_record_list_clear(hc_record_list *list);

/* Give resistances and capacitances without a role the one that hc-fit
 * suggested, with its question mark ("bulk?"), which every result then
 * carries.  Only where the user asked for it. */
void hc_sigma_suggest(hc_record *r, size_t n);

/* All spectra in r[n]: conductivities, area-specific resistances,
 * permittivity, Debye length.  HC_NO when no record has a role that gives
 * one. */
hc_status hc_sigma_spectra(const hc_sigma_setup *setup, const hc_record *r,
                           size_t n, hc_record_list *out, hc_talk *talk,
                           hc_err *err) HC_MUST_USE;

/* Arrhenius laws, dependence on pressure and means over cells of what was
 * found; adds to the list.  `raw` are the records read, for the forms R, D
 * and i0. */
hc_status hc_sigma_laws(const hc_sigma_setup *setup, const hc_record *raw,
                        size_t n_raw, hc_record_list *list, hc_talk *talk,
                        hc_err *err) HC_MUST_USE;

/* One record more. */
hc_status hc_record_list_add(hc_record_list *list, const hc_record *r,
                             hc_err *err) HC_MUST_USE;

#endif
