/* simspectra.c: impedance in frequency, and waveforms to get it from time */
#include "cell/impedance.h"
#include "cell/simjob_private.h"

#include <math.h>
#include <stdlib.h>

/* ---- impedance ---- */

static void eis_rows(hc_writer *w, const hc_sim_job *job, const hc_cell *cell,
                     long index, double soc, double x, const double *freq,
                     const double complex *z, size_t n, hc_random *random)
{
    double area = cell->value[HC_P_AREA];
    double v = cell->has_ocv ? hc_cell_ocv(cell, x) : -cell->value[HC_P_U_N];
    for (size_t i = 0; i < n; i++) {
        double re = creal(z[i]) / area, im = cimag(z[i]) / area;
        if (job->noise_z > 0) {
            double sd = job->noise_z * cabs(z[i]) / area;
            re += sd * hc_random_normal(random);
            im += sd * hc_random_normal(random);
        }
        hc_writer_integer(w, index);
        hc_writer_text(w, "cell");
        hc_writer_digits(w, soc, 10);
        hc_writer_digits(w, v, 10);
        hc_writer_digits(w, cell->value[HC_P_TEMPERATURE] - 273.15, 10);
        hc_writer_digits(w, freq[i], 10);
        hc_writer_digits(w, re, 10);
        hc_writer_digits(w, im, 10);
        hc_writer_end_row(w);
    }
}

hc_status hc_job_eis(const hc_sim_job *job, hc_cell *cell, hc_writer *w,
                     hc_err *err)
{
    static const char *const names[] = {"spectrum_index",
                                        "electrode",
                                        "soc",
                                        "dc_voltage_volt",
                                        "temperature_celsius",
                                        "frequency_hertz",
                                        "real_impedance_ohm",
                                        "imaginary_impedance_ohm"};
    double *soc = NULL, *freq = NULL;
    double complex *z = NULL;
    size_t n_soc = 0, n = 0;
    hc_cell_grid grid = hc_job_options(job).grid;
    hc_random random;
    hc_random_seed(&random, (uint64_t)job->seed);
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        hc_writer_column(w, names[k]);
    hc_status st = hc_job_numbers(job->soc, "--soc", &soc, &n_soc, err);
    if (st == HC_OK)
        st = hc_job_frequencies(job->freq, &freq, &n, err);
    if (st == HC_OK) {
        z = malloc(n * sizeof *z);
        if (!z)
            st = hc_fail_nomem(err);
    }
    for (size_t k = 0; st == HC_OK && k < n_soc; k++) {
        double x = cell->has_ocv ? hc_cell_x_of_soc(cell, soc[k]) : 0.5;
        if (!(x > 0 && x < 1))
            st = hc_fail(err, HC_USAGE, "--soc %g lies outside the cell",
                         soc[k]);
        if (st == HC_OK)
            st = hc_impedance(cell, &grid, x, freq, n, z, NULL, 0, NULL, err);
        if (st == HC_OK)
            eis_rows(w, job, cell, (long)k, soc[k], x, freq, z, n, &random);
    }
    free(soc);
    free(freq);
    free(z);
    return st;
}

/* ---- sampled waveforms ---- */

typedef struct {
    const hc_sim_job *job;
    hc_system *s;
    hc_solver *v;
    double *y;
    double amplitude, area;
} wave;

/* Skip one period, keep job->periods; amplitude [A/m2]. */
static hc_status one_wave(wave *a, hc_writer *w, double freq, double x,
                          hc_random *random, hc_err *err)
{
    const hc_sim_job *job = a->job;
    double period = 1 / freq, dt = period / (double)job->samples;
    hc_events none = hc_events_none();
    hc_system_rest(a->s, x, hc_solver_y(a->v), hc_solver_yp(a->v));
    a->s->control = (hc_control){.mode = HC_CONTROL_CURRENT,
                                 .sine_amplitude = a->amplitude,
                                 .sine_freq_hz = freq};
    hc_status st = hc_solver_start(a->v, 0, &none, err);
    long skip = 2 * job->samples, last = skip + job->periods * job->samples;
    long k = skip;
    double end = dt * (double)last;
    while (st == HC_OK && k < last) {
        hc_step_result r;
        double next = fmin(end, hc_solver_time(a->v) + period / 8);
        st = hc_solver_step(a->v, next, &r, err);
        while (st == HC_OK && k < last &&
               dt * (double)k <= hc_solver_time(a->v)) {
            double t = dt * (double)k;
            st = hc_solver_dense(a->v, t, a->y, err);
            double v = a->y[a->s->at[HC_U_V]];
            if (job->noise_v > 0)
                v += job->noise_v * hc_random_normal(random);
            hc_writer_integer(w, 0); /* all are points of one spectrum */
            hc_writer_digits(w, freq, 10);
            hc_writer_digits(w, t - dt * (double)skip, 12);
            hc_writer_digits(w, a->y[a->s->at[HC_U_I]] * a->area, 12);
            hc_writer_digits(w, v, 12);
            hc_writer_end_row(w);
            k++;
        }
    }
    return st;
}

hc_status hc_job_wave(const hc_sim_job *job, hc_cell *cell, hc_writer *w,
                      hc_talk *talk, hc_err *err)
{
    static const char *const names[] = {"spectrum_index", "frequency_hertz",
                                        "test_time_second", "current_ampere",
                                        "voltage_volt"};
    wave a = {.job = job, .area = cell->value[HC_P_AREA]};
    double *freq = NULL, x;
    size_t n = 0;
    hc_cell_grid grid = hc_job_options(job).grid;
    hc_random random;
    for (size_t k = 0; k < sizeof names / sizeof names[0]; k++)
        hc_writer_column(w, names[k]);
    a.amplitude = (isnan(job->amplitude_a) ? 1e-5 : job->amplitude_a) / a.area;
    hc_random_seed(&random, (uint64_t)job->seed);
    hc_status st = hc_job_frequencies(job->freq, &freq, &n, err);
    if (st == HC_OK)
        st = hc_job_start(cell, job->init, NULL, &x, talk, err);
    if (st == HC_OK)
        st = hc_system_new(&a.s, cell, &grid, err);
    if (st == HC_OK)
        st = hc_solver_new(&a.v, a.s, fmin(job->rtol, 1e-7), err);
    if (st == HC_OK) {
        a.y = calloc(a.s->n, sizeof *a.y);
        if (!a.y)
            st = hc_fail_nomem(err);
    }
    for (size_t k = 0; st == HC_OK && k < n; k++)
        st = one_wave(&a, w, freq[k], x, &random, err);
    free(freq);
    free(a.y);
    hc_solver_free(a.v);
    hc_system_free(a.s);
    return st;
}
