/* ident.h: parameters of the model from curves and spectra together
 *
 * Least squares in ln(p) with forward sensitivities (IDAS) of the voltage and
 * derivatives of the impedance; each datum is weighted by its stated standard
 * deviation.  What the data cannot separate is refused, not guessed.
 */
#ifndef HC_CELL_IDENT_H
#define HC_CELL_IDENT_H

#include "cell/protocol.h"
#include "core/messages.h"
#include "core/spectrum.h"

enum { HC_IDENT_MAX = 16 }; /* free parameters */

typedef struct hc_ident hc_ident;

typedef struct {
    hc_parameter p[HC_IDENT_MAX];
    size_t n;
    double sd_volt;   /* of a voltage, 1 mV */
    double sd_z;      /* of an impedance, part of |Z|, 0.5 % */
    long max_steps;   /* 30 */
    double rtol;      /* 1e-5 */
    size_t mesh;      /* 40 */
    const char *init; /* as hc-sim; NULL: ocv where a rest leads, else x0 */
    double limit_condition; /* of the scaled Fisher matrix, 1e8 */
} hc_ident_options;

hc_ident_options hc_ident_default(void);

/* cell is changed to the result. */
hc_status hc_ident_new(hc_ident **out, hc_cell *cell,
                       const hc_ident_options *o, hc_err *err) HC_MUST_USE;
void hc_ident_free(hc_ident *f);
/* A table of kind series or eis (told by its columns). */
hc_status hc_ident_data(hc_ident *f, const hc_frame *frame, hc_talk *talk,
                        hc_err *err) HC_MUST_USE;

typedef struct {
    double value[HC_IDENT_MAX], sd_ln[HC_IDENT_MAX];
    double correlation[HC_IDENT_MAX][HC_IDENT_MAX];
    bool at_bound[HC_IDENT_MAX], identified[HC_IDENT_MAX];
    double condition;             /* of the scaled Fisher matrix */
    double weakest[HC_IDENT_MAX]; /* its eigenvector, in ln(p) */
    double rmse_volt, rmse_z;     /* NaN without such data */
    double ssr;
    long dof, steps;
    bool converged;
} hc_ident_result;

/* HC_NO when it does not converge or the parameters cannot be separated
 * (*r then says which direction is not seen). */
hc_status hc_ident_run(hc_ident *f, hc_ident_result *r, hc_talk *talk,
                       hc_err *err) HC_MUST_USE;

/* Parameters with intervals and status, correlations, condition, residuals. */
void hc_ident_records(hc_writer *w, const hc_ident_options *o,
                      const hc_ident_result *r);
/* The cell file at `path` with what was found, and what was set beside it in
 * `cell`, written to `to`; activation energies stay. */
hc_status hc_ident_write(const char *path, const char *to,
                         const hc_cell *cell, const hc_ident_options *o,
                         const hc_ident_result *r, hc_err *err) HC_MUST_USE;

#endif
