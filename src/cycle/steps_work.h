/* steps_work.h: what the files of the step table share (inside steps) */
#ifndef HC_CYCLE_STEPS_WORK_H
#define HC_CYCLE_STEPS_WORK_H

#include "cycle/steps.h"
#include "cycle/thin.h"

#include <math.h>

/* A fall to less than this part of the current in one row may be a rest. */
#define HC_STEPS_FALL 0.05
/* Leaving a quiet stretch takes this many times its largest current. */
#define HC_STEPS_LEAVE 10.0
/* The noise of a rest counts this many times. */
#define HC_STEPS_NOISE 6.0
/* An interval this many times longer than any before in the step, and longer
 * than this, is a gap. */
#define HC_STEPS_GAP   20.0
#define HC_STEPS_GAP_S 60.0

typedef enum {
    HC_MODE_QUIET, /* rest, or too early to tell: signs do not split it */
    HC_MODE_ACTIVE,
    HC_MODE_EIS,
    HC_MODE_SWEEP, /* the voltage is swept: the current splits nothing */
} hc_segment_mode;

/* The stretch of rows that is still growing. */
typedef struct {
    hc_step step;
    hc_segment_mode mode;
    bool by_edge;    /* begun by the current, not by the step id */
    bool from_quiet; /* the stretch before was quiet */
    double id_step, id_cycle;
    double largest_dv; /* of the voltage between two rows */
    double swept_v;    /* voltage a sweep would control, at the first row */
    double i_before;   /* current one row before the last */
    double t_before;
    double i_sum, i_sumsq, i_absmax; /* quiet: to tell noise from current */
    double diff_mean; /* mean |change of current|, rows of one level */
    double level_sum, level_v; /* rows at the step's first level, and the
                                * voltage at the last of them */
    long level_n;
    double dt_max;
    double temp_sum, pressure_sum;
    long temp_n, pressure_n;
    hc_thin thin;
} hc_segment;

enum { HC_STEP_RING = 8, HC_ROW_RING = 2 };
/* Rows that wait, and those placed last behind them: at least HC_SWEEP_LOOK
 * and HC_ROW_RING, one for the next sample, and a power of two. */
enum { HC_WAIT_RING = 64 };

struct hc_steps {
    hc_step_limits limits;
    hc_sample wait[HC_WAIT_RING]; /* not yet placed, the oldest first */
    unsigned wait_at, wait_n;
    int level_rows;   /* not to be looked at: the current ahead is level */
    double sweep_v_s; /* of the last row, 0 when it is no sweep */
    long stair_rows;  /* of its longest stair so far */
    long stair_row;   /* the last row's place on its stair, from 1 */
    bool open;
    hc_segment seg;
    const hc_sample *last; /* placed last in seg; it stands in `wait` */
    bool have_held;
    hc_step held;             /* done, waiting for the step after it */
    hc_step_type before_held; /* type of the step before it */
    bool have_before;
    bool proven;           /* a current has been seen that is no noise */
    double quiet_absmax_a; /* of the quiet stretch that closed last */
    long quiet_rows;
    double imax_a;       /* largest |current| so far, and a look ahead */
    bool ahead_known;    /* the look ahead held a current, not just noise */
    double floor_a;      /* what its noise makes of the limit of a rest */
    double noise_a;      /* rms current of rests so far, 0 when none */
    double rest_limit_a; /* what counts as rest, of these */
    double lsb_v;        /* smallest change of voltage so far */
    double q_largest_ah; /* largest step so far */
    double q_pulse_ah;   /* of the last pulse */
    long next_index;
    hc_step ring[HC_STEP_RING];
    unsigned ring_at, ring_n;
    hc_step_row rows[HC_ROW_RING];
    unsigned row_at, row_n;
};

static inline int hc_sign_of(double x)
{
    return (x > 0) - (x < 0);
}

/* What an instrument controls in a sweep. */
static inline double hc_swept_voltage(const hc_sample *p)
{
    return isnan(p->working_v) ? p->voltage_v : p->working_v;
}

/* The k-th row that waits, the oldest first. */
static inline const hc_sample *hc_steps_waiting(const hc_steps *d, unsigned k)
{
    return &d->wait[(d->wait_at + k) % HC_WAIT_RING];
}

/* ---- steps.c ---- */

/* The limit of a rest, when one of what it is made of has changed. */
void hc_steps_renew_limit(hc_steps *d);

/* ---- steps_open.c ---- */

/* Begin a stretch at p.  Nobody knows at first what is noise and what is
 * current: until a current is proven every stretch begins quiet. */
void hc_steps_open(hc_steps *d, const hc_sample *p, bool by_edge);
/* Voltage across the edge, for the step that ends and the one that begins. */
void hc_steps_note_drop(hc_steps *d, const hc_sample *p);
/* Charge (A s) of the interval before the first row of a step: none, unless
 * the instrument says when the step began, or the current runs on. */
double hc_steps_lead_in(hc_steps *d, const hc_sample *p, bool new_id,
                        double dt_usual);

/* ---- steps_close.c ---- */

/* End the stretch: its step is held until what follows it is known. */
void hc_steps_close(hc_steps *d);
/* Hand on the step that is held. */
void hc_steps_release(hc_steps *d, bool rest_after);

/* ---- steps_edge.c ---- */

/* Does the current between the last row placed and p begin another step?
 * `has_id`: the rows carry the instrument's step. */
bool hc_steps_edge(hc_steps *d, const hc_sample *p, const hc_sample *next,
                   bool has_id);
/* Between p and next the current is switched on, off or round. */
bool hc_steps_switched(const hc_steps *d, const hc_sample *p,
                       const hc_sample *next);
/* Remember the voltage at the step's first level of current. */
void hc_steps_note_level(const hc_steps *d, hc_segment *g, const hc_sample *p);

/* ---- steps_sweep.c ---- */

/* Follow the sweep at p; true where one ends, turns or begins before p. */
bool hc_steps_sweep(hc_steps *d, const hc_sample *p);

#endif
