/* slurm_work.h: what the files of the Slurm engine share (inside night) */
#ifndef HC_NIGHT_SLURM_WORK_H
#define HC_NIGHT_SLURM_WORK_H

#include "core/text.h"
#include "night/work.h"

typedef struct {
    hc_work *work;
    long array, task; /* 0: not handed in */
    bool ended, gone; /* gone: not in the queue at the last look */
} hc_handed;

typedef struct {
    hc_night *n;
    hc_collector *c;
    hc_handed *jobs;
    size_t left;
    char *folder; /* OUT/slurm */
    char name[32];
    char **env;
    double silent_since; /* s; 0: the controller answers */
    long previous[64];   /* arrays of the stage before */
    size_t n_previous;
} hc_slurm;

/* OUT/slurm/NUMBER.END, or without a number OUT/slurm/END; NULL without
 * memory. */
char *hc_slurm_file(const hc_slurm *s, long number, const char *end);

/* Run a command of Slurm; *said is what it says.  *answered false: the
 * controller is away (HC_OK), or it refuses (a status). */
hc_status hc_slurm_ask(hc_slurm *s, const char *const *argv, hc_text *said,
                       bool *answered, hc_err *err) HC_MUST_USE;

/* ---- slurm_submit.c ---- */

/* Hand in all jobs whose time has come. */
hc_status hc_slurm_submit(hc_slurm *s, hc_err *err) HC_MUST_USE;
/* Make s->env, the environment of the script: the list is named there, since
 * a name may hold anything and a script is a shell's text. */
hc_status hc_slurm_name_list(hc_slurm *s, const char *list,
                             hc_err *err) HC_MUST_USE;
/* Free it. */
void hc_slurm_forget(hc_slurm *s);

#endif
