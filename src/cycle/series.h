/* series.h: rows of a time series as samples, one at a time, with repair
 *
 * A source is one `series` table (or a bare TSV/CSV with BDF names).  Column
 * names are those of the Battery Data Format; `step_index` and
 * `cycle_index` are taken for step_count and cycle_count.  Rows are handed
 * on in order of time.  What is repaired, because it can be proven, is
 * counted and told once (hc_talk), everything else that is wrong is HC_DATA
 * with file and line:
 *
 *   - a row whose clock fell back while the next row has the right time (the
 *     first row of a step says 0): it gets the time of the row before;
 *   - a clock that starts again near 0 at a new step, or for good: an offset
 *     is added, the interval across counts as a gap;
 *   - rows that repeat the row before (same time, current and voltage) are
 *     left out;
 *   - rows without time, current or voltage are left out.
 */
#ifndef HC_CYCLE_SERIES_H
#define HC_CYCLE_SERIES_H

#include "core/session.h"
#include "core/table.h"

#include <stdbool.h>

/* Rows looked at before the first is handed on. */
enum { HC_SERIES_LOOK = 1024 };

/* One row.  NaN where the table does not say. */
typedef struct {
    double time_s;    /* test time, monotonic after repair */
    double current_a; /* positive charges (anodic at the working electrode) */
    double voltage_v;
    double cycle; /* the instrument's counters */
    double step;
    double step_time_s; /* since the instrument's step began */
    double temperature_c, pressure_pa;
    double freq_hz; /* > 0: a row of an impedance measurement */
    double charge_ah, discharge_ah; /* the instrument's counters */
    double charge_wh, discharge_wh;
    double working_v, counter_v; /* three electrodes, else NaN */
    double source_index;         /* as the table says, NaN when it does not */
    long source; /* the same, 0 when it has none or all are one test */
    long line;   /* of the file, for messages */
    bool gap;    /* the clock was reset between the row before and it */
    /* in the first sample of a source: what the current does in the rows
     * that follow (HC_SERIES_LOOK at most) */
    double ahead_max_a;   /* largest |current|, NaN elsewhere */
    double ahead_noise_a; /* its rms when it is nothing but noise, else 0 */
} hc_sample;

/* What was repaired; printed by hc_series_tell. */
typedef struct {
    long rows;            /* handed on */
    long back_rows;       /* single rows whose clock fell back */
    long resets;          /* clocks started again */
    long repeats;         /* rows that repeat the one before */
    long incomplete_rows; /* without time, current or voltage */
} hc_series_repairs;

typedef struct hc_series hc_series;

/* Opens path ("-" or NULL: stdin).  HC_DATA when time, current or voltage
 * has no column, or the table's kind is another one. */
hc_status hc_series_open(hc_series **out, const char *path,
                         hc_err *err) HC_MUST_USE;
/* The same on an open table, which it then owns (freed on failure too). */
hc_status hc_series_new(hc_series **out, hc_reader *reader,
                        hc_err *err) HC_MUST_USE;
void hc_series_free(hc_series *s);

/* Next sample; *got false at the end of the table. */
hc_status hc_series_next(hc_series *s, hc_sample *sample, bool *got,
                         hc_err *err) HC_MUST_USE;

/* Files to go on with as one test when the present one ends: their clock
 * continues after the last row when it starts again below it.  `paths` is
 * borrowed. */
void hc_series_queue(hc_series *s, const char *const *paths, size_t n);

/* Take all sources of the table (source_index) as one test. */
void hc_series_join(hc_series *s);

/* The sources of this file count on from *n, which goes on with them: no two
 * files of a run have one in common.  *n lives as long as the series. */
void hc_series_number(hc_series *s, long *n);

const hc_meta *hc_series_meta(const hc_series *s);
const char *hc_series_name(const hc_series *s);
/* "#: cell", or NULL. */
const char *hc_series_cell(const hc_series *s);
bool hc_series_incomplete(const hc_series *s);
/* The '#:' lines behind the rows read so far, of all its files. */
const hc_meta *hc_series_trailer(const hc_series *s);
const hc_series_repairs *hc_series_repaired(const hc_series *s);
/* One warning per kind of repair, with its count and first line. */
void hc_series_tell(const hc_series *s, hc_talk *talk);
/* That, and what the output inherits of its tables (hc_session_inherit). */
void hc_series_done(const hc_series *s, hc_session *session);

#endif
