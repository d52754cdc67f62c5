/* mapping.h: what was measured, turned into parameters of the model
 *
 *     bulk                      sigma = L_se/(R A), C_geo = C/A
 *     gb                        R_gb = R A, C_gb = C/A
 *     interphase, contact       linear resistor R A with C/A
 *     charge-transfer-negative  i0_n = R_gas T/(F R A), C_n
 *     charge-transfer-positive  i0_p(x) likewise (also 'cathode'), C_p
 *     series                    R_s = R A
 *     diffusion                 D = L_p^2/tau (Wo, exponent 1/2),
 *                               D = [U'/(sqrt 2 F A c_max A_w)]^2 (W)
 *     diffusivity_m2_s          D(x) of GITT, ICI, PITT
 *     activation_energy_j_mol   the law, in the form it was fitted in
 *
 * A CPE counts as C = Q^(1/n) R^((1-n)/n) (Hsu and Mansfeld 2001).
 */
#ifndef HC_CELL_MAPPING_H
#define HC_CELL_MAPPING_H

#include "cell/cellfile.h"
#include "core/messages.h"
#include "core/records.h"
#include "core/table.h"

typedef struct {
    bool allow_apparent; /* take diffusivity_apparent_m2_s as D */
    bool prefer_eis;     /* where EIS and GITT both give D */
} hc_mapping_options;

/* Change f by the records, source[n] the file of each (equal pointers for
 * one file).  decisions (may be NULL) gets one row per parameter: value,
 * unit, sd, sources, what else was measured.  HC_DATA for an arc without a
 * role, with the role its capacitance suggests. */
hc_status hc_mapping_apply(hc_cellfile *f, const hc_record *records,
                           const char *const *source, size_t n,
                           const hc_mapping_options *o, hc_writer *decisions,
                           hc_talk *talk, hc_err *err) HC_MUST_USE;
void hc_mapping_columns(hc_writer *w);

#endif
