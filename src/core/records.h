/* records.h: results, one quantity a row, with their conditions (DESIGN.md 3)
 */
#ifndef HC_CORE_RECORDS_H
#define HC_CORE_RECORDS_H

#include "core/frame.h"
#include "core/spectrum.h"

/* Conditions of a measurement, the same for many records. */
typedef struct {
    long source_index;      /* -1: NaN */
    char cell[128];         /* "-" unknown */
    char electrode[16];
    double spectrum_index, cycle_count, step_count;
    double temperature_celsius, pressure_pa, soc, dc_voltage_volt;
} hc_conditions;

typedef struct {
    hc_conditions at;
    char method[64];
    char role[64];          /* "-" when not said */
    char stoichiometry[32]; /* "NaN" or a number */
    char quantity[64];      /* R1, conductivity_s_m, class ... */
    double value;
    double std_error, ci95_low, ci95_high;
    char unit[32];          /* "-" none */
    char status[64];        /* ok at-bound not-identifiable fixed tied ... */
} hc_record;

hc_conditions hc_conditions_none(void);
hc_conditions hc_conditions_of(const hc_spectrum *s);

/* A record with NaN and "-" everywhere but what is given. */
hc_record hc_record_make(const hc_conditions *at, const char *method,
                         const char *quantity, double value,
                         const char *unit);
/* A class or verdict: value NaN, the word in status. */
hc_record hc_record_word(const hc_conditions *at, const char *method,
                         const char *quantity, const char *word);

/* The columns of kind records (to be called once, before the first put). */
void hc_records_begin(hc_writer *w);
void hc_records_put(hc_writer *w, const hc_record *rec);

/* All records of a stream (also of several appended ones). */
hc_status hc_records_read(const char *path, hc_record **out, size_t *n,
                          hc_err *err) HC_MUST_USE;

/* The same from a frame, whose '#:' lines may be needed as well. */
hc_status hc_records_of(const hc_frame *f, hc_record **out, size_t *n,
                        hc_err *err) HC_MUST_USE;

/* Records of a whole table text appended to a file under a lock, so that the
 * file keeps one header and one end line (-a FILE).  `text` is what a writer
 * wrote into a memory hc_out. */
hc_status hc_records_append(const char *path, const char *text, size_t len,
                            hc_err *err) HC_MUST_USE;

#endif
