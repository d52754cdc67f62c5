#include "cell/simjob.h"

#include "cell/cellfile.h"
#include "cell/fast.h"
#include "cell/simjob_private.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>

static hc_status put(void *ctx, const hc_sim_point *p, hc_err *err)
{
    hc_job_output *o = ctx;
    hc_sim_point q = *p;
    if (o->job->noise_v > 0)
        q.seen.voltage += o->job->noise_v * hc_random_normal(&o->random);
    if (o->job->kind == HC_JOB_STEPS)
        hc_ends_row(o->w, o->cell, p, &o->ends, o->index, o->values,
                    o->n_values);
    else if (o->job->kind == HC_JOB_SERIES)
        hc_sim_row(o->w, o->cell, &q, o->index, o->values, o->n_values);
    else if ((p->ends_step || o->job->every_s > 0) && p->t_s > o->t_profile) {
        o->t_profile = p->t_s; /* a step begins where the last one ended */
        return hc_profile_rows(o->w, o->cell, p, err);
    }
    return HC_OK;
}

/* ---- the protocol ---- */

static hc_status protocol_file(hc_protocol *p, const hc_cell *cell,
                               const char *path, hc_err *err)
{
    hc_in *in;
    hc_text text = {0};
    char *line;
    size_t len;
    hc_status st = hc_in_open(&in, path, err);
    while (st == HC_OK) {
        st = hc_in_line(in, &line, &len, err);
        if (st != HC_OK || !line)
            break;
        hc_text_add(&text, line, len);
        hc_text_putc(&text, '\n');
    }
    if (st == HC_OK)
        st = hc_text_status(&text, err);
    if (st == HC_OK)
        st = hc_protocol_add(p, cell, hc_text_get(&text), path, err);
    hc_text_clear(&text);
    hc_in_free(in);
    return st;
}

static hc_status build_protocol(const hc_sim_job *job, const hc_cell *cell,
                                const hc_frame *measured, const char *in_file,
                                hc_protocol *p, hc_err *err)
{
    if (measured)
        return hc_protocol_like(p, cell, measured, err);
    hc_status st = HC_OK;
    for (size_t k = 0; st == HC_OK && k < job->protocol.n; k++) {
        const char *text = job->protocol.items[k];
        st = text[0] == '@'
                 ? protocol_file(p, cell, text + 1, err)
                 : hc_protocol_add(p, cell, text, "--protocol", err);
    }
    if (st == HC_OK && job->protocol.n == 0)
        st = hc_protocol_add(p, cell, in_file, job->cell_path, err);
    if (st == HC_OK && p->n == 0)
        st = hc_fail(err, HC_USAGE,
                     "nothing to do: give --protocol or --like, or put a "
                     "protocol into the cell file");
    return st;
}

hc_sim_options hc_job_options(const hc_sim_job *job)
{
    hc_sim_options o = hc_sim_default();
    o.grid.film = (size_t)job->mesh;
    o.rtol = job->rtol;
    o.every_s = job->every_s;
    return o;
}

hc_status hc_job_one(const hc_sim_job *job, hc_cell *cell,
                     const hc_frame *measured, const char *in_file,
                     hc_job_output *out, hc_talk *talk, hc_err *err)
{
    hc_protocol p = {0};
    hc_sim_options o = hc_job_options(job);
    hc_status st = hc_cell_check(cell, err);
    if (st == HC_OK)
        st = hc_job_start(cell, job->init, measured, &o.x0, talk, err);
    if (st == HC_OK)
        st = build_protocol(job, cell, measured, in_file, &p, err);
    hc_random_seed(&out->random, (uint64_t)job->seed);
    if (st == HC_OK)
        st = job->fast ? hc_fast_simulate(cell, &p, &o, put, out, err)
                       : hc_simulate(cell, &p, &o, put, out, talk, err);
    hc_protocol_clear(&p);
    return st;
}

/* ---- all ---- */

static hc_status run_series(const hc_sim_job *job, hc_cell *cell,
                            const hc_frame *measured, const char *in_file,
                            hc_writer *w, hc_talk *talk, hc_err *err)
{
    hc_sweep_columns none = {0};
    hc_job_output out = {.job = job, .w = w, .cell = cell, .t_profile = -1};
    if (job->kind == HC_JOB_PROFILES)
        hc_profile_columns(w);
    else if (job->kind == HC_JOB_STEPS)
        hc_ends_columns(w, &none);
    else
        hc_sim_columns(w, &none);
    return hc_job_one(job, cell, measured, in_file, &out, talk, err);
}

static hc_status protocol_of_file(const char *path, hc_text *text, hc_err *err)
{
    hc_cellfile *f;
    hc_status st = hc_cellfile_load(&f, path, err);
    if (st != HC_OK)
        return st;
    for (size_t k = 0; k < hc_cellfile_protocol(f); k++) {
        hc_text_puts(text, hc_cellfile_protocol_line(f, k));
        hc_text_putc(text, '\n');
    }
    hc_cellfile_free(f);
    return hc_text_status(text, err);
}

/* What the voltages of the table are against. */
static void tell_reference(hc_writer *w, const hc_cell *c)
{
    bool named = strcmp(c->negative_reference, "Li") != 0;
    const char *name = named ? c->negative_reference : "negative electrode";
    double u = c->value[HC_P_U_N];
    if (c->has_u_n)
        hc_writer_meta(w, "voltage_against", "%s, its U(x) against Li", name);
    else if (u != 0)
        hc_writer_meta(w, "voltage_against", "%s, %g V against Li", name, u);
    else
        hc_writer_meta(w, "voltage_against", "%s", c->negative_reference);
    if (c->has_ocv)
        hc_writer_meta(w, "open_circuit_potential_against", "Li");
}

static hc_status dispatch(const hc_sim_job *job, hc_cell *cell,
                          const hc_frame *measured, const char *text,
                          hc_writer *w, hc_talk *talk, hc_err *err)
{
    if (job->kind == HC_JOB_EIS)
        return hc_job_eis(job, cell, w, err);
    if (job->kind == HC_JOB_WAVE)
        return hc_job_wave(job, cell, w, talk, err);
    if (job->sweeps.n > 0)
        return hc_job_sweep(job, cell, measured, text, w, talk, err);
    return run_series(job, cell, measured, text, w, talk, err);
}

hc_status hc_sim_job_run(const hc_sim_job *job, hc_writer *w, hc_talk *talk,
                         hc_err *err)
{
    hc_cell cell;
    hc_frame *measured = NULL;
    hc_text in_file = {0};
    bool from_file = !job->like && job->protocol.n == 0 &&
                     job->kind != HC_JOB_EIS && job->kind != HC_JOB_WAVE;
    if (from_file && strcmp(job->cell_path, "-") == 0)
        return hc_fail(err, HC_USAGE,
                       "a cell from stdin needs --protocol or --like");
    hc_status st = hc_job_cell(&cell, job->cell_path, &job->patches,
                               &job->sets, talk, err);
    if (st != HC_OK)
        return st;
    if (from_file)
        st = protocol_of_file(job->cell_path, &in_file, err);
    tell_reference(w, &cell);
    if (st == HC_OK && job->like)
        st = hc_frame_open(&measured, job->like, err);
    if (measured && job->tail)
        hc_tail_add(job->tail, hc_frame_trailer(measured),
                    hc_frame_incomplete(measured), 0);
    const char *text = hc_text_get(&in_file);
    if (st == HC_OK)
        st = dispatch(job, &cell, measured, text, w, talk, err);
    hc_text_clear(&in_file);
    hc_frame_free(measured);
    hc_cell_clear(&cell);
    return st;
}
