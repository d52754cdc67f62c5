/* polarity.c: see polarity.h */
#include "formats/polarity.h"

#include <math.h>

/* Currents below this part of the largest are a rest. */
#define REST_PART 1e-3
/* A change of the current that counts, as part of the largest. */
#define JUMP_PART 0.1
/* Voltages that count: at a jump, over a run, over a steep run. */
#define JUMP_V  2e-3
#define RUN_V   0.02
#define STEEP_V 0.2
/* The overshoot of a symmetric cell falls under one current too: only runs
 * that a cell with two different electrodes has are asked. */
#define LEAST_V 0.5
/* What is so much larger than all before shows that those were noise. */
#define NOISE_RATIO 50.0

enum { RUN_ROWS = 4, STEEP_ROWS = 6, SURE = 8 };

static void end_run(hc_polarity *p)
{
    double by = p->volt - p->first;
    bool one_way = fabs(by) >= 0.8 * (p->high - p->low);
    if (p->way == 0 || p->rows < RUN_ROWS || fabs(by) < RUN_V || !one_way ||
        (fabs(p->first) < LEAST_V && fabs(p->volt) < LEAST_V))
        return;
    if (by * p->way > 0) {
        p->runs_for++;
        return;
    }
    p->runs_against++;
    if (p->rows >= STEEP_ROWS && fabs(by) >= STEEP_V)
        p->steep++;
}

static void jump(hc_polarity *p, double amp, double volt)
{
    double di = amp - p->amp, dv = volt - p->volt;
    if (fabs(di) < JUMP_PART * p->largest || fabs(dv) < JUMP_V)
        return;
    if (di * dv > 0)
        p->jumps_for++;
    else
        p->jumps_against++;
}

static void start_run(hc_polarity *p, int way)
{
    p->way = way;
    p->rows = 0;
}

/* A current larger than all before. */
static void larger(hc_polarity *p, double size)
{
    if (size > NOISE_RATIO * p->largest) {
        *p = (hc_polarity){.any = p->any, .amp = p->amp, .volt = p->volt};
        start_run(p, 0);
    }
    p->largest = size;
}

/* Another direction than the row before had, or the first row. */
static void turn(hc_polarity *p, int way, double amp, double volt)
{
    p->positive |= way > 0;
    p->negative |= way < 0;
    if (p->any && way != p->way) {
        end_run(p);
        jump(p, amp, volt);
    }
    start_run(p, way);
}

void hc_polarity_add(hc_polarity *p, double amp, double volt)
{
    double size = fabs(amp);
    if (isnan(amp) || isnan(volt))
        return;
    if (size > p->largest)
        larger(p, size);
    int way = size <= REST_PART * p->largest ? 0 : amp > 0 ? 1 : -1;
    if (!p->any || way != p->way)
        turn(p, way, amp, volt);
    /* the first row of a run may still have the voltage of the last one */
    p->rows++;
    if (p->rows <= 2)
        p->first = p->low = p->high = volt;
    p->low = volt < p->low ? volt : p->low;
    p->high = volt > p->high ? volt : p->high;
    p->any = true;
    p->amp = amp;
    p->volt = volt;
}

hc_polarity_verdict hc_polarity_says(const hc_polarity *now)
{
    hc_polarity p = *now;
    end_run(&p);
    unsigned with = p.jumps_for + p.runs_for;
    unsigned against = p.jumps_against + p.runs_against;
    if (with + against == 0)
        return HC_POLARITY_UNKNOWN;
    if (!(p.positive && p.negative) && p.runs_for > 0 && p.runs_against > 0 &&
        p.steep > 0)
        return HC_POLARITY_UNSIGNED;
    if (p.steep > 1 && SURE * p.runs_for <= p.runs_against)
        return HC_POLARITY_REVERSED; /* whatever jumps over gaps say */
    if (SURE * with > against)
        return HC_POLARITY_RIGHT;
    if (p.steep > 0 || (p.jumps_against > 0 && p.runs_against > 0) ||
        p.jumps_against > 2)
        return HC_POLARITY_REVERSED;
    return p.jumps_against > 0 ? HC_POLARITY_DOUBTFUL : HC_POLARITY_UNKNOWN;
}
