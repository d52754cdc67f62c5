#include "cell/ident_private.h"
#include "cell/simjob.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>

#define NAN_D ((double)NAN)

hc_ident_options hc_ident_default(void)
{
    return (hc_ident_options){.sd_volt = 1e-3,
                              .sd_z = 5e-3,
                              .max_steps = 30,
                              .rtol = 1e-5,
                              .mesh = 40,
                              .limit_condition = 1e8};
}

hc_status hc_ident_new(hc_ident **out, hc_cell *cell,
                       const hc_ident_options *o, hc_err *err)
{
    if (o->n == 0 || o->n > HC_IDENT_MAX)
        return hc_fail(err, HC_USAGE, "1 to %d free parameters", HC_IDENT_MAX);
    for (size_t k = 0; k < o->n; k++)
        if (o->p[k] == HC_P_AREA)
            return hc_fail(err, HC_USAGE,
                           "geometry.A is not fitted: curves and spectra see "
                           "only its products with other parameters; measure "
                           "it");
    for (size_t k = 0; k < o->n; k++)
        if (!(cell->value[o->p[k]] > 0))
            return hc_fail(err, HC_USAGE,
                           "%s needs a start above zero: give it in the cell "
                           "file or with --set",
                           hc_parameter_about(o->p[k])->path);
    hc_ident *f = calloc(1, sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    f->cell = cell;
    f->o = *o;
    *out = f;
    return HC_OK;
}

void hc_ident_free(hc_ident *f)
{
    if (!f)
        return;
    for (size_t k = 0; k < f->n_sets; k++) {
        hc_protocol_clear(&f->sets[k].steps);
        free(f->sets[k].volt);
        free(f->sets[k].freq);
        free(f->sets[k].z);
    }
    free(f->sets);
    free(f->r);
    free(f->jac);
    free(f);
}

static hc_ident_set *new_set(hc_ident *f)
{
    hc_ident_set *grown =
        hc_grow(f->sets, &f->cap, f->n_sets + 1, sizeof *grown);
    if (!grown)
        return NULL;
    f->sets = grown;
    hc_ident_set *s = &f->sets[f->n_sets++];
    *s = (hc_ident_set){.x0 = NAN_D, .x = NAN_D};
    return s;
}

static hc_status add_series(hc_ident *f, const hc_frame *frame, hc_talk *talk,
                            hc_err *err)
{
    int cv, ci;
    hc_status st = hc_frame_need(frame, "voltage_volt", &cv, err);
    if (st == HC_OK)
        st = hc_frame_need(frame, "current_ampere", &ci, err);
    hc_ident_set *s = st == HC_OK ? new_set(f) : NULL;
    if (st == HC_OK && !s)
        st = hc_fail_nomem(err);
    if (st != HC_OK)
        return st;
    s->n = hc_frame_rows(frame);
    s->volt = malloc((s->n + 1) * sizeof *s->volt);
    if (!s->volt)
        return hc_fail_nomem(err);
    for (size_t k = 0; k < s->n; k++) {
        s->volt[k] = hc_frame_number(frame, k, cv);
        if (!isfinite(s->volt[k]))
            return hc_fail_at(err, HC_DATA, hc_frame_name(frame),
                              hc_frame_line(frame, k),
                              "the voltage is not a number");
    }
    st = hc_protocol_like(&s->steps, f->cell, frame, err);
    bool rests = s->n > 0 && hc_frame_number(frame, 0, ci) == 0;
    const char *init = f->o.init ? f->o.init : rests ? "ocv" : NULL;
    for (size_t k = 0; k < f->o.n; k++)
        if (f->o.p[k] == HC_P_X0)
            init = NULL; /* it is sought */
    if (st == HC_OK && init)
        st = hc_job_start(f->cell, init, frame, &s->x0, talk, err);
    f->n_rows += s->n;
    return st;
}

static hc_status add_spectra(hc_ident *f, const hc_frame *frame, hc_err *err)
{
    hc_spectrum_filter all = hc_spectrum_filter_none();
    hc_spectrum *sp;
    size_t n;
    const hc_cell *c = f->cell;
    hc_status st = hc_spectra_of(frame, &all, &sp, &n, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 0; st == HC_OK && k < n; k++) {
        hc_ident_set *s = new_set(f);
        if (!s) {
            st = hc_fail_nomem(err);
            break;
        }
        if (!isnan(sp[k].soc))
            s->x = hc_cell_x_of_soc(c, sp[k].soc);
        else if (!isnan(sp[k].dc_voltage_volt))
            st = hc_sim_x_of_voltage(c, sp[k].dc_voltage_volt, &s->x, err);
        s->n = sp[k].n;
        s->freq = sp[k].freq_hz;
        s->z = sp[k].z_ohm;
        sp[k].freq_hz = NULL; /* taken over */
        sp[k].z_ohm = NULL;
        f->n_rows += 2 * s->n;
    }
    hc_spectra_free(sp, n);
    return st;
}

hc_status hc_ident_data(hc_ident *f, const hc_frame *frame, hc_talk *talk,
                        hc_err *err)
{
    if (hc_frame_column(frame, HC_COL_FREQ) >= 0)
        return add_spectra(f, frame, err);
    return add_series(f, frame, talk, err);
}
