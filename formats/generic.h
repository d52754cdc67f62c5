/* generic.h: finding the table in a text that nobody described */
#ifndef HC_FORMATS_GENERIC_H
#define HC_FORMATS_GENERIC_H

#include "formats/columns.h"
#include "formats/lines.h"

/* What such texts call things otherwise than spellings.c. */
extern const hc_colmap hc_text_columns[];

/* Where the table of a text is; lines count from 0. */
typedef struct {
    hc_dialect dialect;
    bool has_names, has_units;
    bool open_rows; /* they may end before their names do, as in sheets */
    size_t names_line;
    size_t data_line;
    const char *names, *units; /* these lines, of the probe */
    size_t names_len, units_len;
    size_t n_fields;   /* of a row */
    size_t n_above;    /* rows of another table above this one, 0: none */
    size_t above_line; /* of its names */
} hc_text_plan;

enum { HC_NOTED_LINES = 201 };

/* What was found out about a probe (hc_probe.notes). */
typedef struct hc_probe_notes {
    bool planned, has_plan; /* hc_text_plan_make was asked, and said so */
    hc_text_plan plan;
    size_t n_counted; /* lines of which words holds the fields that begin with
                         a letter, 255 for more (form.c) */
    unsigned char words[HC_NOTED_LINES];
} hc_probe_notes;

/* False when the probe shows no table of numbers. */
bool hc_text_plan_make(const hc_probe *p, hc_text_plan *plan);
/* The same in a dialect that is known (of a sheet's cells); NULL: guess it. */
bool hc_text_plan_in(const hc_probe *p, const hc_dialect *known,
                     hc_text_plan *plan);

/* Names (with units of the line below) as columns; "col1", "col2" ... when
 * there are none. */
hc_status hc_text_plan_columns(const hc_probe *p, const hc_text_plan *plan,
                               hc_column **c, size_t *n,
                               hc_err *err) HC_MUST_USE;

/* What the columns of the planned table allow (`own` names what is called
 * otherwise): spectra (a frequency and what an impedance follows from; without
 * names, three columns of which the first looks like one), a series (a time
 * with voltage, current, temperature or pressure), or HC_KIND_OTHER. */
hc_kind hc_text_plan_allows(const hc_probe *p, const hc_text_plan *plan,
                            const hc_colmap *own);

/* Which of the n columns hold complex numbers (hc_dataset.is_complex), as the
 * first rows say; to be freed; NULL: none, or no memory. */
unsigned char *hc_text_plan_complex(const hc_probe *p,
                                    const hc_text_plan *plan, size_t n);

/* Is a table with the columns of spectra and of a time series (a cycler that
 * measured impedance now and then) one of spectra?  From the rows of the
 * probe from line `at` on (from 0): HC_KIND_EIS when most of them have a
 * frequency, HC_KIND_SERIES when not; HC_KIND_AUTO for tables without both.
 * (text-kind.c) */
hc_kind hc_text_kind(const hc_probe *p, size_t at, hc_dialect d,
                     const hc_column *columns, size_t n, const hc_colmap *own);

/* What the rows of the probe from line `at` on say of the current of a series:
 * its sign has to be turned (d->reversed), or the column says its direction
 * (d->direction); d->judge_current is set where there is one.
 * (text-direction.c) */
void hc_text_direction(const hc_probe *p, size_t at, hc_dialect dialect,
                       const hc_colmap *own, hc_dataset *d);

/* Words of a discharge (hc_dataset), in the languages of tongues.c, and of a
 * charge, for where those of a discharge say no. */
const char *hc_discharge_words(void);
const char *hc_charge_words(void);

/* Read the planned table as one data set; facts of the text as well. */
hc_status hc_text_plan_read(hc_source *src, hc_sink *sink,
                            const hc_text_plan *plan, hc_dataset *d,
                            hc_err *err) HC_MUST_USE;

#endif
