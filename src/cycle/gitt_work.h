/* gitt_work.h: what the passes over a train share (inside gitt) */
#ifndef HC_CYCLE_GITT_WORK_H
#define HC_CYCLE_GITT_WORK_H

#include "cycle/gitt_fit.h"

enum { HC_GITT_PAST_MAX = 64 };

/* All that the passes share. */
typedef struct {
    const hc_gitt_train *train;
    const hc_gitt_settings *set;
    hc_gitt_result *out;
    hc_diffusion_table *g;
    hc_gitt_job *job, *few;
    hc_gitt_past past[HC_GITT_PAST_MAX];
    double cosine[HC_GITT_TERMS * HC_GITT_TERMS];
    double merge;   /* how coarse the past may be */
    double *rate_s; /* [segments] D/L^2 that held while it lasted, 0: none */
    double coarse_v; /* rms error that no averaging takes away: the noise is
                      * less than the resolution; else 0 */
} hc_gitt_work;

static inline const hc_gitt_segment *hc_gitt_at(const hc_gitt_work *w,
                                                size_t i)
{
    return hc_gitt_train_segment(w->train, i);
}

static inline void hc_gitt_raise(hc_gitt_pulse *p, hc_gitt_bit bit)
{
    p->flags |= 1u << bit;
}

/* Fill noise, pulses and runs of the result.  HC_NO: there is no pulse. */
hc_status hc_gitt_list(hc_gitt_work *w, hc_err *err) HC_MUST_USE;
/* Mean of the last part of a rest, V, with the drift of the model (job, may
 * be NULL) taken off; *count is the number of its samples. */
double hc_gitt_tail_mean(const hc_gitt_segment *rest, double part,
                         const hc_gitt_job *job, double rate_s, double t0_s,
                         size_t *count);
/* Standard error of the mean of `used` rested samples, V. */
double hc_gitt_rested_error(const hc_gitt_work *w, size_t used);

/* The curve through the rested points of a run, in rising charge. */
hc_status hc_gitt_run_curve(const hc_gitt_run *r, hc_monotone_kind kind,
                            hc_monotone *out, hc_err *err) HC_MUST_USE;

/* Fill w->job for a pulse: its points and its past. */
void hc_gitt_prepare(hc_gitt_work *w, const hc_gitt_pulse *p,
                     const hc_monotone *ocv);

/* Leave out points whose surface lies beyond the rested points; true when
 * there were any. */
bool hc_gitt_mask_outside(hc_gitt_job *job, double rate_s);

/* The textbook formulas on every pulse, and on the fitted curve. */
hc_status hc_gitt_beside(hc_gitt_work *w, hc_err *err) HC_MUST_USE;

#endif
