/* form.h: the shape most text exports share
 *
 * Some lines about the test, a line with the names of the columns, perhaps
 * one with their units, rows.
 * A format says how to know the line of names and what to do with the lines
 * before it:
 *
 *     static const hc_form form = {.is_names = is_names,
 *                                  .head = hc_form_colon};
 *     ... return hc_form_read(&form, src, sink, err);
 */
#ifndef HC_FORMATS_FORM_H
#define HC_FORMATS_FORM_H

#include "formats/format.h"
#include "formats/lines.h"

typedef struct {
    /* Is this the line of names? */
    bool (*is_names)(const char *line, size_t len);
    /* A line before the names; may be NULL. */
    hc_status (*head)(hc_sink *sink, const char *line, size_t len,
                      hc_err *err);
    size_t max_head;     /* lines before the names, 0: 200 */
    size_t words;        /* so many fields of the line of names, or more, begin
                            with a letter: others are not asked; 0: not said */
    const char *dataset; /* NULL: "data" */
    const char *technique;
    hc_kind kind;
    char delimiter;  /* 0: told by the line of names */
    bool one_spectrum;
    /* Currents may be without sign: names of the columns that say the
     * direction, ended by NULL; where none stands, the rows are asked, whose
     * columns have these own names. */
    const char *const *direction;
    const hc_colmap *columns;
    hc_rows_rules rules;
} hc_form;

hc_status hc_form_read(const hc_form *f, hc_source *src, hc_sink *sink,
                       hc_err *err) HC_MUST_USE;

/* Behind the line of names: blank lines go, and a line of units becomes the
 * units of the n columns that have none yet. */
hc_status hc_form_units(hc_lines *l, hc_dialect d, hc_column *columns,
                        size_t n, hc_err *err) HC_MUST_USE;

/* Number (from 0) of the line of names in the probe, -1 when there is none. */
long hc_form_find(const hc_form *f, const hc_probe *p);

/* Heads: "key: value" and "key=value", "key,value" and "key;value". */
hc_status hc_form_colon(hc_sink *sink, const char *line, size_t len,
                        hc_err *err) HC_MUST_USE;
hc_status hc_form_comma(hc_sink *sink, const char *line, size_t len,
                        hc_err *err) HC_MUST_USE;

/* Do the numbers have decimal commas in the lines of the probe from `at` on
 * (from 0)? */
bool hc_form_commas(const hc_probe *p, size_t at, char delimiter);

/* The numbers of a line that have one less those with a decimal point. */
long hc_form_commas_in(const char *line, size_t len, char delimiter);

/* Does the line hold a field of that name (case does not matter, blanks and
 * underscores are the same, a unit behind it may be any) between commas,
 * semicolons or tabs? */
bool hc_has_field(const char *line, size_t len, const char *name);
/* How many of these fields begin with a letter? */
size_t hc_count_words(const char *line, size_t len);
/* How many of the names, 64 at most, ended by NULL. */
size_t hc_has_fields(const char *line, size_t len, const char *const *names);

#endif
