/* hc-sim: a cell file to curves, spectra and profiles */
#include "cell/simjob.h"
#include "core/session.h"

typedef struct {
    hc_common common;
    hc_sim_job job;
    bool eis, profiles, steps, wave;
} opts;

#define FLAG(NAME, HELP, M)                                                   \
    {                                                                         \
        NAME, 0, HC_OPT_FLAG, NULL, HELP, offsetof(opts, M), NULL, 0, 0,      \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define TEXT(NAME, ARG, HELP, M)                                              \
    {                                                                         \
        NAME, 0, HC_OPT_TEXT, ARG, HELP, offsetof(opts, M), NULL, 0, 0,       \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define LIST(NAME, LETTER, ARG, HELP, M)                                      \
    {                                                                         \
        NAME, LETTER, HC_OPT_LIST, ARG, HELP, offsetof(opts, M), NULL, 0, 0,  \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }
#define WHOLE(NAME, HELP, M, LO, HI)                                          \
    {                                                                         \
        NAME, 0, HC_OPT_INTEGER, "N", HELP, offsetof(opts, M), NULL, LO, HI,  \
        {                                                                     \
            0                                                                 \
        }                                                                     \
    }

static const hc_option options[] = {
    LIST("protocol", 'p', "TEXT",
         "sentences ('Charge at C/10 until 4.2 V; Rest for 1 h'), or @FILE",
         job.protocol),
    TEXT("like", "FILE", "replay the current of a measured series", job.like),
    TEXT("init", "START",
         "ocv (of the rest that --like begins with), soc=0.5, x=0.9, 3.9V",
         job.init),
    HC_OPTION_QUANTITY("every", "TIME",
                       "a row each TIME, not at each step of the solver",
                       HC_DIM_TIME, opts, job.every_s),
    FLAG("steps", "one row at the end of each step", steps),
    FLAG("fast", "quicker: films in constant current, with --steps", job.fast),
    FLAG("profiles", "concentration over depth (at step ends, or --every)",
         profiles),
    FLAG("eis", "impedance at rest", eis),
    TEXT("soc", "LIST", "states of charge of --eis (0.5)", job.soc),
    TEXT("freq", "FROM:TO:N", "frequencies, N a decade (1e6:1e-2:10)",
         job.freq),
    FLAG("wave", "current and voltage of sines, sampled in time", wave),
    HC_OPTION_QUANTITY("amplitude", "CURRENT", "of --wave (10uA)",
                       HC_DIM_CURRENT, opts, job.amplitude_a),
    WHOLE("periods", "periods kept of each sine (4)", job.periods, 1, 1000),
    WHOLE("samples", "samples per period (64)", job.samples, 4, 100000),
    HC_OPTION_QUANTITY("noise", "VOLTAGE",
                       "normal noise added to the voltage, e.g. 1mV",
                       HC_DIM_VOLTAGE, opts, job.noise_v),
    HC_OPTION_QUANTITY("noise-z", "PART",
                       "normal noise of --eis, of |Z|, e.g. 0.5%", HC_DIM_NONE,
                       opts, job.noise_z),
    HC_OPTION_SEED(opts, job.seed),
    LIST("set", 's', "NAME=VALUE", "change a parameter, e.g. D=1e-14m2/s",
         job.sets),
    LIST("patch", 0, "FILE", "lay the values of FILE over the cell file",
         job.patches),
    LIST("sweep", 0, "NAME=SET", "run all of D=1e-15:1e-13:5 or L_p=5um,10um",
         job.sweeps),
    HC_OPTION_THREADS(opts, job.threads),
    WHOLE("mesh", "cells through the film (40)", job.mesh, 4, 10000),
    {"rtol",
     0,
     HC_OPT_NUMBER,
     "X",
     "relative tolerance in time (1e-5)",
     offsetof(opts, job.rtol),
     NULL,
     1e-13,
     1e-2,
     {0}},
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};

static const hc_tool tool = {
    .name = "hc-sim",
    .purpose = "the cell model: a cell file to curves, spectra, profiles",
    .operands = "CELL.json",
    .notes =
        "Runs the protocol of the cell file unless --protocol or --like "
        "says otherwise.\nSentences: Charge|Discharge at I until V; Hold at "
        "V until I; Rest for T;\nGITT 10x [charge C/10 10 min, rest 2 h] "
        "until V; Load R; Drive FILE;\nStaircase from V to V by V for T; "
        "Repeat N ... End.  Current > 0 charges.",
    .options = options,
    .min_operands = 1,
    .lead_operands = 1,
    .max_operands = 1,
};

static hc_job_kind kind_of(const opts *o)
{
    return o->eis        ? HC_JOB_EIS
           : o->wave     ? HC_JOB_WAVE
           : o->profiles ? HC_JOB_PROFILES
           : o->steps    ? HC_JOB_STEPS
                         : HC_JOB_SERIES;
}

static hc_status run(hc_session *s, opts *o)
{
    hc_writer *w;
    hc_err end;
    if (o->eis + o->wave + o->profiles + o->steps > 1)
        return hc_fail(&s->err, HC_USAGE,
                       "one of --steps, --profiles, --eis and --wave");
    if (o->job.fast && !o->steps)
        return hc_fail(&s->err, HC_USAGE, "--fast goes with --steps");
    o->job.cell_path = s->operands[0];
    o->job.kind = kind_of(o);
    o->job.tail = &s->tail;
    hc_status st =
        hc_session_table(s, hc_sim_job_table_kind(&o->job), NULL, &w, &s->err);
    if (st != HC_OK)
        return st;
    hc_writer_meta(w, "cell", "%s", s->operands[0]);
    st = hc_sim_job_run(&o->job, w, &s->talk, &s->err);
    if (st != HC_OK && hc_writer_rows(w) > 0)
        hc_writer_meta(w, "incomplete", "%s", hc_status_text(st));
    if (st == HC_OK || hc_writer_rows(w) > 0) {
        hc_status ended = hc_writer_end(w, &end);
        if (st == HC_OK && ended != HC_OK) {
            st = ended;
            s->err = end;
        }
    }
    if (st != HC_OK && hc_writer_rows(w) == 0) { /* no head without rows */
        hc_out_discard(s->out);
        s->out = NULL;
    }
    hc_writer_free(w);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.job = hc_sim_job_default()};
    hc_session s;
    if (hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        hc_session_note(&s, run(&s, &o));
    hc_list_clear(&o.job.protocol);
    hc_list_clear(&o.job.sets);
    hc_list_clear(&o.job.patches);
    hc_list_clear(&o.job.sweeps);
    return hc_session_end(&s);
}
