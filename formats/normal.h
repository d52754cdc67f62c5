/* normal.h: the sink that writes tables of kind eis, series and wave */
#ifndef HC_FORMATS_NORMAL_H
#define HC_FORMATS_NORMAL_H

#include "core/number.h"
#include "core/session.h"
#include "core/text.h"
#include "formats/complex.h"
#include "formats/immittance.h"
#include "formats/polarity.h"
#include "formats/reading.h"
#include "formats/row_runs.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

/* Where an output column comes from. */
typedef enum {
    HC_FROM_COLUMN, /* a column of the file, by its meaning */
    HC_FROM_ALL,    /* a column of the file, as it is */
    HC_FROM_SOURCE_INDEX,
    HC_FROM_CELL, /* the cell's name */
    HC_FROM_FACT, /* a number of cells.tsv */
    HC_FROM_LOGGER,
    HC_FROM_TIME,
    HC_FROM_UNIX,
    HC_FROM_VOLTAGE,
    HC_FROM_CURRENT,
    HC_FROM_CYCLE,
    HC_FROM_STEP,
    HC_FROM_CHARGED,
    HC_FROM_DISCHARGED,
    HC_FROM_SPECTRUM,
    HC_FROM_ELECTRODE,
    HC_FROM_RE,
    HC_FROM_IM,
    HC_FROM_REST,
    HC_FROM_OCV,
    HC_FROM_DRIFT,
} hc_from;

/* What watch.c wants of a column. */
typedef enum {
    HC_WATCH_NOT,
    HC_WATCH_TEMPERATURE,
    HC_WATCH_PRESSURE,
    HC_WATCH_DISTORTION,
} hc_watched;

/* A cell of the row before that was a number: a short text, or a value. */
typedef struct {
    uint64_t word; /* of a text its last byte on top, else the value's bits */
    uint64_t what; /* see hc_cell_what; 0: none */
} hc_seen;

/* A number printed last, and its text. */
typedef struct {
    double x;
    size_t len; /* 0: none yet */
    char text[HC_NUMBER_SIZE];
} hc_kept;

/* A cell that is no text, printed last, and its text. */
typedef struct {
    hc_cell cell;
    size_t len; /* 0: none yet */
    char text[HC_NUMBER_SIZE];
} hc_kept_cell;

typedef struct {
    char name[64];
    hc_from from;
    hc_watched watched; /* of a spectrum */
    int column; /* of the open data set, -1 none; of loggers and facts */
    int read;   /* of it, what this is wherever a cell of that is a decimal or
                   a whole number; -1: none */
    bool moved; /* its unit is a power of ten, its sign ours */
    int shift;  /* that power */
    hc_kept kept;
    hc_kept_cell kept_cell;
} hc_outcol;

/* What is known of a column of the open data set. */
typedef struct {
    hc_meaning m;
    bool number;  /* has to be one */
    bool minutes; /* "(mm:ss)" stands behind its name */
    bool clock;   /* a time that may be written as 1:02:03 or a date */
    bool passed;  /* its text is only handed on: no value needed */
    bool plain;   /* text in our unit and sign as it stands */
    unsigned char suffix_len; /* what a plain decimal gets behind it in our */
    char suffix[8];           /* unit ("e-3"), where the meaning is exact */
} hc_incol;

/* How the number of a cell is written: hc_plain_is of core/plain_row.h; of a
 * ZERO or DECIMAL HC_PADDING bytes behind it can be read. */
enum {
    HC_SHAPE_OTHER = HC_PLAIN_IS_OTHER,
    HC_SHAPE_ZERO = HC_PLAIN_IS_ZERO,
    HC_SHAPE_DECIMAL = HC_PLAIN_IS_DECIMAL,
};

/* Columns of the open data set by what they are, -1 where it has none. */
typedef struct {
    int time, date, unix_time, volt, working, counter, amp, increment;
    int control_amp, control_mixed, mode, cycle, step, step_id, step_flag;
    int record, freq, key;
    int step_time;
    int form_a, form_b;  /* of an immittance, where there is no Z */
    int amp_in, amp_out; /* currents of charge and discharge */
    int re[3], im[3], mod[3], phase[3]; /* cell or only one, we, ce */
} hc_slots;

enum { HC_MAX_PAIRS = 3 };

/* State that runs through the rows of a file. */
typedef struct {
    double time_offset; /* added by repairs and between data sets */
    double time_scale;  /* times are so many of what they were before */
    double last_time, last_amp, last_volt;
    double last_dt;          /* between the two rows before */
    unsigned long backwards; /* times that ran backwards and were left */
    double first_date;       /* clock of the first row */
    double last_utc;         /* of the row before, NaN without a zone */
    bool told_month;
    double first_day; /* its day, of a date without a time */
    bool any;
    double charged_ah, discharged_ah;
    double last_step_id, last_count; /* the file's step, our step_count */
    /* time of the test from times of its steps */
    double step_base, last_step_time, last_step_key;
    bool step_time_on; /* they go on from step to step */
    long step;         /* our step_count */
    double last_record;
    double warned_cycle, last_cycle;
    bool signed_amp;      /* a row of discharge had a negative current */
    bool reversed;        /* one of charge had */
    double largest_amp;   /* of the rows that a column says the direction of */
    hc_polarity polarity; /* of the open data set */
    uint64_t high_volts;  /* rows of it with more than a cell has */
} hc_running;

/* A row kept for one moment, until the next one tells what it is. */
typedef struct {
    bool held;
    hc_cell *cells;
    hc_text text;
    size_t *at;
} hc_held_row;

/* A row of which some numbers had to be written anew. */
enum { HC_MENDED_SIZE = 64 };
typedef struct {
    hc_cell *cells;
    char (*text)[HC_MENDED_SIZE];
} hc_mended_row;

/* The open data set with the parts of its complex numbers as columns. */
typedef struct {
    hc_complex_columns columns;
    hc_dataset dataset;
    hc_cell *cells;         /* of the present row */
    hc_complex_text *texts; /* what they point to */
} hc_wide;

typedef struct {
    long spectrum; /* index of the present one, -1 before */
    double last_freq;
    int direction;    /* -1 falling, 1 rising, 0 not yet known */
    double last_step; /* |ln| of the last frequency step */
    double last_key;
    bool dc_between; /* rows with f = 0 since the last point */
    uint64_t dropped_dc;
    double rest_from, rest_to, rest_volt; /* run of rows without current */
    double drift_from_t, drift_from_v;
    double rest_s, ocv_volt, drift_v_s; /* of the present spectrum */
    hc_text held[HC_MAX_PAIRS];         /* rows of the other electrodes */
} hc_spectra_state;

/* From the least to the largest, NaN before the first. */
typedef struct {
    double lo, hi;
} hc_span;

/* Of the present spectrum (watch.c). */
typedef struct {
    hc_span temperature, pressure;
    long distorted; /* points */
    double re;      /* of the present point */
    double phase;   /* largest of a phase whose unit is not said */
    long phases;
    long points, inductive; /* with |Im| that is no noise of Re */
} hc_watch;

/* The instrument's own counters of charge (counters.c). */
typedef enum {
    HC_COUNTS_NOT,
    HC_COUNTS_STEP,     /* charge and discharge, from 0 in each step */
    HC_COUNTS_CYCLE,    /* from 0 in each cycle */
    HC_COUNTS_FREE,     /* until something resets them */
    HC_COUNTS_STEP_NET, /* one counter with sign */
    HC_COUNTS_STEP_SUM, /* one without */
    HC_COUNTS_NET,      /* one with sign that never resets */
} hc_counter_kind;

typedef struct {
    hc_counter_kind kind;
    int a, b; /* columns: charge and discharge, or the one; -1 */
    bool any;
    double last_a, last_b, step, cycle, direction;
} hc_counters;

/* A word and what it says that the cell is. */
typedef enum {
    HC_WORD_OTHER,
    HC_WORD_DISCHARGED,
    HC_WORD_CHARGED,
} hc_word_says;
typedef struct {
    size_t len; /* 0: none yet */
    char text[24];
    hc_word_says says;
} hc_kept_word;

/* What a row of a series has that its columns may not. */
typedef struct {
    double t, volt, amp, cycle, step, utc;
    double charged_ah, discharged_ah; /* since the first row */
} hc_derived;

/* A column of which the table has another unit or sign. */
typedef struct {
    size_t column;
    double over, times; /* its number over one of them, times the other, one
                           of which is 1; over is 0: something else */
    double plus;        /* that, if linear: times, plus this */
    bool linear;
    bool exact, moved; /* of its meaning; its text has its power moved */
} hc_turned;

/* A column of the table of which only the number is asked for. */
typedef struct {
    size_t column;      /* of the table */
    const double *from; /* where the row has it, or it is computed */
    int digits;         /* its text has, of what is computed; 0: all */
    double x, value;    /* computed last, and what its text would say */
    hc_rounding rounding;
} hc_outnum;

/* Rows of long texts that are taken where they stand (straight.c). */
typedef struct {
    bool shown; /* into a table of text */
    hc_plain_want *wants; /* [n_wants] */
    size_t n_wants;
    hc_turned *turned; /* [n_turned] */
    size_t n_turned;
    size_t *texts; /* columns that are or may be texts, [n_texts] */
    size_t n_texts;
    hc_seen *seen;   /* [n_in] those texts in the row before */
    hc_outnum *out;  /* [n_out] of which so many are copied, the others */
    size_t n_copied; /* computed */
    size_t times;       /* 1: the first of these is the time */
    const double *time; /* as its text says it, or NULL */
    hc_derived row;     /* the one at hand */
    double *const *column; /* of the table, and which row of them is next */
    size_t at;
    bool before; /* what hc_normal_take knows of the last row is old */
    bool old;    /* and so is seen */
} hc_straight;

static inline uint64_t hc_bit(size_t i)
{
    return i < 64 ? UINT64_C(1) << i : 0;
}

/* How a decimal or whole number of a column is taken quickly: over its power
 * of ten and a divisor, in one rounding. */
typedef struct {
    double over, sign;
    uint32_t places; /* at most so many, that over 10^places is exact */
    uint32_t least;  /* hc_cell_type; more than there are: in another way */
} hc_take;

/* Which columns of the data set have to be looked at, where the reader says
 * what changed (hc_sink.changed); bit i of column i. */
typedef struct {
    uint64_t asked;  /* those that a row is not taken without */
    uint64_t always; /* those that hang on other columns */
    uint64_t take;   /* changed since a row was taken */
    uint64_t put;    /* changed since a row was put */
    bool settled;    /* ways are those of the open data set */
    hc_take ways[64];
} hc_changes;

typedef struct hc_normal {
    hc_session *session;
    const hc_read_options *options;
    hc_writer *writer; /* NULL until the first data set */
    hc_kind kind;      /* of the table */
    bool many;         /* several files: fixed columns */
    bool dry;          /* writes nothing (tests) */
    hc_outcol *out;
    size_t n_out, cap_out;
    /* of the file */
    const hc_format *format;
    const char *path;
    long source_index;
    const hc_cells_row *cell; /* NULL: none matched */
    hc_meta facts;            /* until the header is written */
    double start_clock;       /* NaN unknown; seconds as the clock showed */
    bool start_is_utc;
    hc_date_order dates; /* of the rows, where they could be either */
    double time_unit;    /* seconds in one of what the column of time has by
                            the dates beside it; 1: as it says (slip.c) */
    bool conflict;       /* several techniques and none selected */
    bool refused;        /* of another kind than the table */
    bool selected_any;
    char technique[128];
    hc_text list; /* what the file holds, for the message */
    size_t n_datasets;
    hc_running run;
    hc_held_row held;
    hc_mended_row mended;
    unsigned long long log_hits; /* of the logs before this file */
    hc_spectra_state eis;
    hc_watch watch;
    bool current_derived, voltage_noted;
    size_t n_repairs;
    hc_meta trailer; /* lines to write behind the rows */
    /* of the open data set */
    const hc_dataset *dataset;
    hc_wide wide;
    bool active, side;
    hc_incol *in;
    double *num;          /* numbers of the present row, in our units; behind
                             them what straight.c needs */
    unsigned char *shape; /* how they are written */
    hc_seen *seen;        /* and what they were before */
    size_t n_in;
    size_t *wanted; /* columns that a row is not taken without, [n_wanted] */
    size_t n_wanted;
    hc_changes changes;
    struct hc_series_flat *flat; /* see series-flat.c; NULL: none yet */
    hc_slots slot;
    hc_counters counters;
    hc_immittance form; /* what the impedance of form_a, form_b follows from */
    int direction; /* column that says the direction of the current, or -1 */
    hc_kept_word said; /* what it said last */
    int amp_sign;      /* of the current otherwise */
    int n_pairs;       /* electrode pairs with impedance */
    hc_straight straight;
    hc_sink *sink;
} hc_normal;

extern const hc_sink_ops hc_normal_ops;

/* Ready for a file; after its reader came back: finish. */
hc_status hc_normal_open(hc_normal *n, const hc_format *format,
                         const char *path, long source_index, hc_sink *sink,
                         hc_err *err) HC_MUST_USE;
hc_status hc_normal_finish(hc_normal *n, hc_err *err) HC_MUST_USE;
/* Frees all but the writer. */
void hc_normal_clear(hc_normal *n);
void hc_normal_mended_clear(hc_normal *n);

/* ---- inside ---- */

/* What the columns of a data set mean (normal-bind.c). */
hc_status hc_normal_bind(hc_normal *n, const hc_dataset *d,
                         hc_err *err) HC_MUST_USE;
/* Which columns are only handed on, once the kind is known. */
void hc_normal_mark_passed(hc_normal *n);
/* A frequency and an impedance? */
bool hc_slots_impedance(const hc_slots *s);

/* Warnings and '#:' lines about columns that are not read, or not as they may
 * be meant (normal-tell.c). */
hc_status hc_normal_tell(hc_normal *n, const hc_dataset *d, hc_kind kind,
                         hc_err *err) HC_MUST_USE;
/* A '#:' line, before the header or behind the rows. */
hc_status hc_normal_keep(hc_normal *n, const char *key, const char *text,
                         hc_err *err) HC_MUST_USE;

/* The head of the table from the first data set (normal-header.c), and where
 * its columns are in the open one. */
hc_status hc_normal_header(hc_normal *n, hc_err *err) HC_MUST_USE;
void hc_normal_rebind(hc_normal *n);
/* Does this column of the data set only move its power of ten, and never
 * change its sign? */
bool hc_normal_moves(const hc_normal *n, int column);

/* A repair: to stderr and the '#:' lines. */
void hc_normal_repaired(hc_normal *n, const char *fmt, ...) HC_PRINTF(2, 3);
/* A time before that of the row before, which is left as it is. */
void hc_normal_backwards(hc_normal *n, double from, double to);
void hc_normal_trail(hc_normal *n, const char *key, const char *fmt, ...)
    HC_PRINTF(3, 4);

/* Say to the sink which numbers are wanted, where rows can be taken straight
 * from their lines; and one such row, hc_sink_ops.numbers. */
hc_status hc_straight_prepare(hc_normal *n, hc_err *err) HC_MUST_USE;
bool hc_straight_row(void *normal, const hc_cell *cells);
void hc_straight_clear(hc_straight *s);

/* Columns of the table for this kind, from the open data set. */
hc_status hc_series_columns(hc_normal *n, hc_err *err) HC_MUST_USE;
hc_status hc_series_row(hc_normal *n, const hc_cell *cells,
                        hc_err *err) HC_MUST_USE;
bool hc_series_has_current(const hc_normal *n);
static inline bool hc_series_can_utc(const hc_normal *n)
{
    return n->slot.unix_time >= 0 ||
           ((n->options->zone != NULL || n->start_is_utc) &&
            (n->slot.date >= 0 || !isnan(n->start_clock)));
}
hc_status hc_series_end(hc_normal *n, hc_err *err) HC_MUST_USE;
/* That row to the writer (series-put.c). */
void hc_series_put(hc_normal *n, const hc_cell *cells, const hc_derived *d);
/* Column i of it and a tab to p[0..HC_RUNS_ROOM); NULL: it takes more. */
char *hc_series_put_cell(hc_normal *n, size_t i, const hc_cell *cells,
                         const hc_derived *d, char *p);
/* The same row where the reader says what changed (series-flat.c); false:
 * it has to go cell by cell. */
bool hc_series_flat_put(hc_normal *n, const hc_cell *cells,
                        const hc_derived *d);
void hc_series_flat_clear(hc_normal *n);
hc_status hc_eis_columns(hc_normal *n, hc_err *err) HC_MUST_USE;
hc_status hc_eis_row(hc_normal *n, const hc_cell *cells,
                     hc_err *err) HC_MUST_USE;
hc_status hc_eis_end(hc_normal *n, hc_err *err) HC_MUST_USE;
/* Warnings about a spectrum, at its start, each row, its end. */
hc_watched hc_watch_column(const char *name);
void hc_watch_start(hc_normal *n);
void hc_watch_row(hc_normal *n);
void hc_watch_part(hc_normal *n, bool imaginary, const char *s, size_t len);
void hc_watch_end(hc_normal *n);
/* A column of the loggers at the present time. */
double hc_normal_logged(const hc_normal *n, int column);
/* A row without impedance that tells what came before a spectrum. */
void hc_eis_rest_row(hc_normal *n);

/* Capacities that never reset, from the instrument's counters: which there
 * are, what they are called (NULL none), one row's worth (false: no
 * counters). */
void hc_counters_find(hc_normal *n);
const char *hc_counters_name(const hc_normal *n);
bool hc_counters_add(hc_normal *n, const hc_derived *d);

/* All numbers of the row in our units (normal-take.c); *row may become a
 * copy of it with some written anew.  False when one is no number: the row
 * has been rejected.  Again: of a row that was taken before. */
bool hc_normal_take(hc_normal *n, const hc_cell **row);
/* Does the reader say which columns have changed? */
static inline bool hc_normal_told(const hc_normal *n)
{
    return n->sink->changed != NULL && n->n_in <= 64 &&
           n->wide.columns.n_pairs == 0 && !n->options->by_cells;
}
void hc_normal_take_again(hc_normal *n, const hc_cell *cells);

/* *d becomes the data set with what its complex numbers consist of
 * (normal-wide.c), a row of it one with their parts; false: one is none, the
 * row has been rejected. */
hc_status hc_normal_widen(hc_normal *n, const hc_dataset **d,
                          hc_err *err) HC_MUST_USE;
bool hc_normal_wide_row(hc_normal *n, const hc_cell **cells);
void hc_normal_wide_clear(hc_normal *n);

/* The present row cannot be taken. */
void hc_normal_reject(hc_normal *n, const char *fmt, ...) HC_PRINTF(2, 3);

/* Give the current of this row its sign where a column says the direction. */
void hc_normal_direction(hc_normal *n, const hc_cell *cells);
/* The same from what that column says and the number that the file has. */
void hc_normal_direct(hc_normal *n, const hc_cell *word, double amp);
/* A step may be called anything: a number of its own for each text. */
double hc_normal_step_key(const hc_cell *c);

hc_status hc_normal_add(hc_normal *n, const char *name, hc_from from,
                        int column, hc_err *err) HC_MUST_USE;
/* Column of the data set with that target, -1 none. */
int hc_normal_find(const hc_normal *n, const char *target);
/* One cell of the present row that needs no state of the kind: its text, in
 * buf[HC_CELL_SIZE] or elsewhere. */
size_t hc_normal_print(const hc_normal *n, const hc_outcol *c,
                       const hc_cell *cells, char *buf, const char **s);
/* A column of the data set in our unit and sign, as text. */
size_t hc_normal_text(const hc_normal *n, int column, const hc_cell *cells,
                      char *buf, const char **s);
/* Clock time in seconds of a cell with a date, NaN when it is none. */
double hc_cell_clock(const hc_cell *c, hc_date_order order, bool *is_utc);
double hc_normal_clock(const hc_normal *n, const hc_cell *c, bool *is_utc);
/* A time written as 1:02:03 or as a date; false: neither. */
bool hc_normal_clock_text(const hc_normal *n, size_t column, const hc_cell *c,
                          double *x);
/* Seconds since 1970 UTC of a naive clock time, NaN without a zone. */
double hc_normal_utc(const hc_normal *n, double clock, bool is_utc);

/* Units of times that are not what they seem (slip.c): of the whole column,
 * from its first rows; and from this row on, where t does not go on from the
 * row before and one of the other units does (1: none). */
double hc_time_unit(const hc_source *src, const hc_format *format,
                    hc_date_order order);
double hc_time_slip(const hc_running *r, double t);
/* Of a time that goes on by no more than so many steps there is none. */
enum { HC_SLIP_STEPS = 100 };

/* ---- printing cells (cellout.c) ---- */

/* The text of a cell; buf has HC_CELL_SIZE bytes, *s points to the text. */
enum { HC_CELL_SIZE = 400 };
size_t hc_cell_print(const hc_cell *c, char *buf, const char **s);
/* That of HC_CELL_F8 and F4, to buf[HC_NUMBER_SIZE]. */
size_t hc_float_print(const hc_cell *c, char *buf);
/* The same after its meaning: unit and sign. */
size_t hc_cell_print_as(const hc_cell *c, const hc_meaning *m, double value,
                        char *buf, const char **s);

#endif
