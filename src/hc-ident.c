/* hc-ident: parameters of the cell model from curves and spectra */
#include "cell/ident.h"
#include "cell/simjob.h"
#include "core/records.h"
#include "core/session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_ident_options how;
    hc_list free, sets;
    const char *cell_out;
    long mesh;
} opts;

static const hc_option options[] = {
    {"free", 'f', HC_OPT_LIST, "NAMES", "what to fit, e.g. D,i0_half,sigma",
     offsetof(opts, free), NULL, 0, 0, {0}},
    {"set", 's', HC_OPT_LIST, "NAME=VALUE", "where to start from",
     offsetof(opts, sets), NULL, 0, 0, {0}},
    {"init", 0, HC_OPT_TEXT, "START", "ocv, soc=0.5, x=0.9 or 3.9V",
     offsetof(opts, how.init), NULL, 0, 0, {0}},
    HC_OPTION_QUANTITY("sd-voltage", "VOLTAGE",
                       "standard deviation of a voltage (1mV)",
                       HC_DIM_VOLTAGE, opts, how.sd_volt),
    HC_OPTION_QUANTITY("sd-z", "PART",
                       "standard deviation of an impedance (0.5%)",
                       HC_DIM_NONE, opts, how.sd_z),
    {"cell-out", 0, HC_OPT_TEXT, "FILE", "write the cell with what was found",
     offsetof(opts, cell_out), NULL, 0, 0, {0}},
    {"mesh", 0, HC_OPT_INTEGER, "N", "cells through the film (40)",
     offsetof(opts, mesh), NULL, 4, 10000, {0}},
    {"max-steps", 0, HC_OPT_INTEGER, "N", "steps of the fit (30)",
     offsetof(opts, how.max_steps), NULL, 1, 10000, {0}},
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-ident",
    .purpose = "parameters of the cell model from curves and spectra",
    .operands = "CELL.json DATA...",
    .notes = "DATA are tables of kind series (their current is replayed) "
             "and eis, fitted\ntogether.  Prints records; what the data "
             "cannot separate is refused.",
    .options = options,
    .min_operands = 2,
    .lead_operands = 1,
    .max_operands = -1,
};

static hc_status free_list(opts *o, hc_err *err)
{
    for (size_t k = 0; k < o->free.n; k++)
        for (const char *c = o->free.items[k]; *c;) {
            char name[96];
            size_t len = strcspn(c, ",");
            snprintf(name, sizeof name, "%.*s", (int)len, c);
            hc_parameter p = hc_parameter_find(name);
            if (p == HC_P_COUNT)
                return hc_fail(err, HC_USAGE,
                               "--free: '%s' is no parameter, or the last "
                               "word of several (see halfcell-cell(5))",
                               name);
            if (o->how.n == HC_IDENT_MAX)
                return hc_fail(err, HC_USAGE,
                               "--free: more than %d parameters at '%s'",
                               HC_IDENT_MAX, name);
            o->how.p[o->how.n++] = p;
            c += len + (c[len] == ',');
        }
    return HC_OK;
}

static hc_status write_records(hc_session *s, const opts *o,
                               const hc_ident_result *r, hc_err *err)
{
    hc_writer *w;
    hc_status st = hc_session_table(s, "records", NULL, &w, err);
    if (st != HC_OK)
        return st;
    hc_records_begin(w);
    hc_ident_records(w, &o->how, r);
    st = hc_writer_end(w, err);
    hc_writer_free(w);
    return st;
}

static hc_status fit(hc_session *s, opts *o, hc_cell *cell)
{
    hc_ident *f;
    hc_ident_result r = {0};
    hc_err later;
    hc_status st = hc_ident_new(&f, cell, &o->how, &s->err);
    if (st != HC_OK)
        return st;
    for (size_t k = 1; st == HC_OK && k < s->n_operands; k++) {
        hc_frame *frame;
        st = hc_frame_open(&frame, s->operands[k], &s->err);
        if (st == HC_OK) {
            hc_session_inherit_frame(s, frame);
            st = hc_frame_measured(frame, &s->err);
            if (st == HC_OK)
                st = hc_ident_data(f, frame, &s->talk, &s->err);
            hc_frame_free(frame);
        }
    }
    if (st == HC_OK)
        st = hc_ident_run(f, &r, &s->talk, &s->err);
    if (st == HC_OK || (st == HC_NO && r.condition > 0)) {
        hc_status told = write_records(s, o, &r, &later);
        if (st == HC_OK && told != HC_OK) {
            st = told;
            s->err = later;
        }
    }
    if (st == HC_OK && o->cell_out)
        st = hc_ident_write(s->operands[0], o->cell_out, cell, &o->how, &r,
                            &s->err);
    hc_ident_free(f);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.how = hc_ident_default(), .mesh = 40};
    hc_session s;
    if (hc_session_begin(&s, &tool, argc, argv, &o, &o.common)) {
        hc_cell cell;
        o.how.mesh = (size_t)o.mesh;
        hc_status st = free_list(&o, &s.err);
        if (st == HC_OK && o.how.n == 0)
            st = hc_fail(&s.err, HC_USAGE, "say what to fit with --free");
        if (st == HC_OK)
            st = hc_job_cell(&cell, s.operands[0], NULL, &o.sets, &s.talk,
                             &s.err);
        if (st == HC_OK) {
            st = fit(&s, &o, &cell);
            hc_cell_clear(&cell);
        }
        hc_session_note(&s, st);
    }
    hc_list_clear(&o.free);
    hc_list_clear(&o.sets);
    return hc_session_end(&s);
}
