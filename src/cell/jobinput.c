/* jobinput.c: the cell, its start, and lists, from a command line */
#include "cell/cellfile.h"
#include "cell/physics.h"
#include "cell/simjob.h"
#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

hc_sim_job hc_sim_job_default(void)
{
    return (hc_sim_job){.freq = "1e6:1e-2:10",
                        .soc = "0.5",
                        .periods = 4,
                        .samples = 64,
                        .amplitude_a = (double)NAN,
                        .mesh = 40,
                        .threads = 1,
                        .seed = 1,
                        .rtol = 1e-5};
}

const char *hc_sim_job_table_kind(const hc_sim_job *job)
{
    static const char *const kinds[] = {"series", "steps", "profile", "eis",
                                        "wave"};
    return kinds[job->kind];
}

hc_status hc_job_set(hc_cell *cell, const char *text, hc_err *err)
{
    const char *eq = strchr(text, '=');
    char name[96];
    size_t len = eq ? (size_t)(eq - text) : 0;
    if (len == 0 || len >= sizeof name)
        return hc_fail(err, HC_USAGE, "--set '%s': NAME=VALUE is expected",
                       text);
    memcpy(name, text, len);
    name[len] = '\0';
    hc_parameter p = hc_parameter_find(name);
    if (p == HC_P_COUNT)
        return hc_fail(err, HC_USAGE,
                       "'%s' is no parameter, or the last word of several: "
                       "write it as 'section.name'",
                       name);
    double si;
    hc_status st =
        hc_quantity_parse(eq + 1, hc_parameter_dim(p), name, &si, err);
    if (st != HC_OK)
        return st;
    if (hc_dim_equal(hc_parameter_dim(p), HC_DIM_TEMPERATURE))
        si += 273.15;
    cell->value[p] = si;
    return HC_OK;
}

hc_status hc_job_cell(hc_cell *cell, const char *path, const hc_list *patches,
                      const hc_list *sets, hc_talk *talk, hc_err *err)
{
    hc_cellfile *f, *patch;
    hc_cell c;
    hc_status st = hc_cellfile_load(&f, path, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 0; patches && st == HC_OK && k < patches->n; k++) {
        st = hc_cellfile_load(&patch, patches->items[k], err);
        if (st == HC_OK) {
            st = hc_cellfile_merge(f, patch, err);
            hc_cellfile_free(patch);
        }
    }
    if (st == HC_OK)
        st = hc_cellfile_cell(f, &c, false, talk, err);
    if (st == HC_OK) {
        for (size_t k = 0; sets && st == HC_OK && k < sets->n; k++)
            st = hc_job_set(&c, sets->items[k], err);
        if (st == HC_OK) {
            st = hc_cell_check(&c, err);
            if (st != HC_OK && err->file[0] == '\0')
                snprintf(err->file, sizeof err->file, "%s",
                         hc_cellfile_name(f));
        }
        if (st == HC_OK)
            *cell = c;
        else
            hc_cell_clear(&c);
    }
    hc_cellfile_free(f);
    return st;
}

/* Voltage at the end of the rest that the measurement begins with. */
static hc_status rested(const hc_frame *f, double *volt, double *drift,
                        size_t *n_rows, hc_err *err)
{
    int ci, cv;
    hc_status st = hc_frame_need(f, "current_ampere", &ci, err);
    if (st == HC_OK)
        st = hc_frame_need(f, "voltage_volt", &cv, err);
    if (st != HC_OK)
        return st;
    size_t n = hc_frame_rows(f), k = 0;
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, fabs(hc_frame_number(f, i, ci)));
    while (k < n && fabs(hc_frame_number(f, k, ci)) <= 1e-6 * most)
        k++;
    if (k == 0)
        return hc_fail_at(err, HC_DATA, hc_frame_name(f), 0,
                          "--init ocv: the measurement does not begin with "
                          "a rest; give --init soc=... or x=...");
    *volt = hc_frame_number(f, k - 1, cv);
    *drift = fabs(*volt - hc_frame_number(f, k / 2, cv));
    *n_rows = k;
    return HC_OK;
}

hc_status hc_job_start(const hc_cell *cell, const char *init,
                       const hc_frame *measured, double *x, hc_talk *talk,
                       hc_err *err)
{
    hc_status st;
    *x = cell->value[HC_P_X0];
    if (!init || cell->cathode == HC_CATHODE_LITHIUM)
        return HC_OK;
    double v, drift = 0;
    const char *eq = strchr(init, '=');
    if (eq) {
        if (!hc_number_parse(eq + 1, strlen(eq + 1), &v))
            return hc_fail(err, HC_USAGE, "--init %s: no number", init);
        if (strncmp(init, "soc=", 4) == 0)
            v = hc_cell_x_of_soc(cell, v);
        else if (strncmp(init, "x=", 2) != 0)
            return hc_fail(err, HC_USAGE,
                           "--init '%s': ocv, soc=0.5, x=0.9 or 3.9V is "
                           "expected",
                           init);
        if (!(v > 0 && v < 1))
            return hc_fail(err, HC_USAGE, "--init %s: x = %g is not in (0,1)",
                           init, v);
        *x = v;
        return HC_OK;
    }
    if (strcmp(init, "ocv") == 0) {
        size_t rows;
        if (!measured)
            return hc_fail(err, HC_USAGE,
                           "--init ocv needs --like: the rested voltage is "
                           "taken from the measurement");
        st = rested(measured, &v, &drift, &rows, err);
    } else {
        st = hc_quantity_parse(init, HC_DIM_VOLTAGE, "--init", &v, err);
    }
    if (st == HC_OK)
        st = hc_sim_x_of_voltage(cell, v, x, err);
    if (st != HC_OK)
        return st;
    double slope;
    (void)hc_curve_at(&cell->ocv, *x, &slope);
    hc_say_note(talk,
                "start at x = %.5f from %.5g V; +- %.2g from a drift of "
                "%.2g V, %.2g per mV",
                *x, v, fabs(drift / slope), drift, fabs(1e-3 / slope));
    return HC_OK;
}

hc_status hc_job_numbers(const char *text, const char *what, double **out,
                         size_t *n, hc_err *err)
{
    size_t count = 1, k = 0;
    for (const char *c = text; *c; c++)
        count += *c == ',';
    double *v = malloc(count * sizeof *v);
    if (!v)
        return hc_fail_nomem(err);
    for (const char *c = text; k < count; k++) {
        size_t len = strcspn(c, ",");
        if (!hc_number_parse(c, len, &v[k])) {
            free(v);
            return hc_fail(err, HC_USAGE, "%s '%s': not a list of numbers",
                           what, text);
        }
        c += len + (c[len] == ',');
    }
    *out = v;
    *n = count;
    return HC_OK;
}

hc_status hc_job_frequencies(const char *text, double **freq, size_t *n,
                             hc_err *err)
{
    double v[3];
    const char *c = text;
    for (int k = 0; k < 3; k++) {
        size_t len = strcspn(c, ":");
        if (!hc_number_parse(c, len, &v[k]) || !(v[k] > 0) ||
            (k < 2 && c[len] != ':') || (k == 2 && c[len] != '\0'))
            return hc_fail(err, HC_USAGE,
                           "--freq '%s': FROM:TO:POINTS per decade is "
                           "expected, e.g. 1e6:1e-2:10",
                           text);
        c += len + 1;
    }
    double hi = fmax(v[0], v[1]), lo = fmin(v[0], v[1]);
    double count = floor(log10(hi / lo) * v[2] + 1 + 1e-9);
    if (!(count >= 1 && count <= 1e6))
        return hc_fail(err, HC_USAGE, "--freq '%s': %g points", text, count);
    *n = (size_t)count;
    *freq = malloc(*n * sizeof **freq);
    if (!*freq)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < *n; i++)
        (*freq)[i] = hi * pow(10, -(double)i / v[2]);
    return HC_OK;
}
