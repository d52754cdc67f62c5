#include "eis/fixture_run.h"

#include "eis/fit_auto.h"
#include "fitters/fixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Noise of each point: the table's columns, else by Kramers-Kronig; 0 where
 * neither can be had. */
static hc_status noise_of(const hc_spectrum *s, double **sd, hc_err *err)
{
    double relative;
    hc_err why;
    if (s->sd_re == NULL) {
        hc_status st = hc_fit_kk_noise(s, sd, &relative, &why);
        if (st == HC_OK || st == HC_NOMEM)
            return st;
    }
    *sd = calloc(s->n + 1, sizeof **sd);
    if (*sd == NULL)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < s->n && s->sd_re != NULL; i++)
        (*sd)[i] = sqrt(
            0.5 * (s->sd_re[i] * s->sd_re[i] + s->sd_im[i] * s->sd_im[i]));
    return HC_OK;
}

hc_status hc_calibration_read(const char *path, hc_calibration *c, hc_err *err)
{
    hc_spectrum_filter all = hc_spectrum_filter_none();
    if (path == NULL)
        return HC_OK;
    hc_status st = hc_frame_open(&c->frame, path, err);
    if (st == HC_OK)
        st = hc_spectra_of(c->frame, &all, &c->s, &c->n, err);
    if (st == HC_OK)
        st = noise_of(&c->s[0], &c->sd, err);
    return st;
}

void hc_calibration_clear(hc_calibration *c)
{
    free(c->sd);
    hc_spectra_free(c->s, c->n);
    hc_frame_free(c->frame);
    *c = (hc_calibration){0};
}

/* ln|Z| and the phase are straight between neighbours in ln f. */
static hc_status at(const hc_calibration *c, const char *name, double f_hz,
                    double complex *z, double *sd, hc_err *err)
{
    const hc_spectrum *s = &c->s[0];
    const double slack = 1.001;
    size_t i = 0;
    if (f_hz > s->freq_hz[0] * slack || f_hz < s->freq_hz[s->n - 1] / slack)
        return hc_fail(err, HC_DATA,
                       "the %s spectrum reaches from %g to %g "
                       "Hz, %g Hz is outside",
                       name, s->freq_hz[s->n - 1], s->freq_hz[0], f_hz);
    while (i + 2 < s->n && s->freq_hz[i + 1] > f_hz)
        i++;
    size_t k = s->n > 1 ? i + 1 : i;
    double span = log(s->freq_hz[k] / s->freq_hz[i]);
    double t = span < 0 ? log(f_hz / s->freq_hz[i]) / span : 0;
    double complex ratio = s->z_ohm[k] / s->z_ohm[i];
    *z = s->z_ohm[i] * cexp(t * clog(ratio));
    *sd = (1 - t) * c->sd[i] + t * c->sd[k];
    if (t <= 0 || t >= 1)
        *sd = t <= 0 ? c->sd[i] : c->sd[k];
    return HC_OK;
}

static hc_status fixture_at(const hc_fixture_setup *setup, double f_hz,
                            hc_fixture *f, hc_err *err)
{
    hc_status st = HC_OK;
    *f = (hc_fixture){.has_open = setup->open.n > 0,
                      .has_short = setup->shorted.n > 0,
                      .has_load = setup->load.n > 0,
                      .known = setup->load_ohm};
    if (f->has_open)
        st = at(&setup->open, "open", f_hz, &f->open, &f->sd_open, err);
    if (st == HC_OK && f->has_short)
        st =
            at(&setup->shorted, "short", f_hz, &f->shorted, &f->sd_short, err);
    if (st == HC_OK && f->has_load)
        st = at(&setup->load, "load", f_hz, &f->load, &f->sd_load, err);
    return st;
}

/* ---- rows ---- */

static const char *const ours[] = {HC_COL_SD_RE, HC_COL_SD_IM, NULL};

static void put_row(hc_writer *w, const hc_frame *f, const hc_pass *pass,
                    const hc_spectrum *s, size_t row, double complex z,
                    double sd)
{
    for (size_t k = 0; k < pass->n; k++) {
        if (strcmp(pass->name[k], HC_COL_RE) == 0)
            hc_writer_digits(w, creal(z), 10);
        else if (strcmp(pass->name[k], HC_COL_IM) == 0)
            hc_writer_digits(w, cimag(z), 10);
        else
            hc_pass_cell(pass, f, row, k, s->source_index, w);
    }
    hc_writer_digits(w, sd, 10);
    hc_writer_digits(w, sd, 10);
    hc_writer_end_row(w);
}

hc_status hc_fixture_rows(hc_session *ses, const hc_frame *f,
                          const hc_fixture_setup *setup, hc_pass *pass,
                          hc_writer **w, hc_err *err)
{
    hc_spectrum_filter all = hc_spectrum_filter_none();
    hc_spectrum *s = NULL;
    size_t n = 0;
    hc_status st = hc_session_spectra(ses, f, &all, &s, &n, err);
    if (st == HC_OK)
        st = hc_pass_table(pass, ses, f, ours, w, err);
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        double *noise = NULL;
        st = noise_of(&s[i], &noise, err);
        for (size_t k = 0; k < s[i].n && st == HC_OK; k++) {
            hc_fixture fix;
            double sd;
            st = fixture_at(setup, s[i].freq_hz[k], &fix, err);
            if (st != HC_OK)
                break;
            double complex z =
                hc_fixture_correct(&fix, s[i].z_ohm[k], noise[k], &sd);
            if (!isfinite(creal(z)) || !isfinite(cimag(z)))
                st = hc_fail(err, HC_DATA,
                             "at %g Hz the sample cannot be "
                             "told from the open holder",
                             s[i].freq_hz[k]);
            else
                put_row(*w, f, pass, &s[i], s[i].row[k], z, sd);
        }
        free(noise);
    }
    hc_spectra_free(s, n);
    return st;
}
