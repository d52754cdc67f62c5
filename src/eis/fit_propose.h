/* fit_propose.h: what spectra look like, and circuits that might suit them */
#ifndef HC_EIS_FIT_PROPOSE_H
#define HC_EIS_FIT_PROPOSE_H

#include "core/spectrum.h"

enum { HC_LOOK_MAX = 16 };

typedef struct {
    bool inductive, tail; /* at the ends of the spectra */
    int peaks;            /* of the DRT, median; -1: there was none */
} hc_fit_sight;

/* Look at s[n], n <= HC_LOOK_MAX; sd[i] is the noise at each point or NULL,
 * noise[i] the same as a part of |Z|. */
hc_status hc_fit_look(const hc_spectrum *const *s, double *const *sd,
                      const double *noise, size_t n, hc_fit_sight *l,
                      hc_err *err) HC_MUST_USE;

/* What follows the arcs: nothing, a blocking or diffusive end. */
typedef enum {
    HC_TAIL_NONE,
    HC_TAIL_CPE,
    HC_TAIL_W,
    HC_TAIL_WO,
    HC_TAIL_WS,
    HC_TAIL_N
} hc_fit_tail;

/* What the slowest arc is: p(R,CPE), the same with diffusion beside its
 * resistance (Randles), a Gerischer element, a porous electrode's line, a
 * Havriliak-Negami element. */
typedef enum {
    HC_LAST_ARC,
    HC_LAST_NESTED_W,
    HC_LAST_NESTED_WO,
    HC_LAST_GERISCHER,
    HC_LAST_LINE,
    HC_LAST_HN,
    HC_LAST_N
} hc_fit_last;

typedef struct {
    bool inductive, series; /* L0, R0 */
    int arcs;
    hc_fit_last last;
    hc_fit_tail tail;
} hc_fit_plan;

/* "L0-R0-p(R1,CPE1)-p(R2-W1,CPE2)"; HC_NO when nothing is planned. */
hc_status hc_fit_plan_text(const hc_fit_plan *p, char *to, size_t cap,
                           hc_err *err) HC_MUST_USE;

enum { HC_RELATIVES = 24 };

/* Relatives of the best plan: without L0, without R0, other kinds of the
 * slowest arc in place of one arc or more; returns how many. */
int hc_fit_relatives(const hc_fit_plan *best, hc_fit_plan *out);

#endif
