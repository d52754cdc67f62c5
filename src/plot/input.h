/* input.h: the tables of a figure, their groups of rows, their words, units */
#ifndef HC_PLOT_INPUT_H
#define HC_PLOT_INPUT_H

#include "core/frame.h"
#include "core/messages.h"
#include "plot/figure.h"

/* What a figure is made from.  Everything is borrowed. */
typedef struct {
    hc_frame **frame;
    size_t n;
    const char *const *label; /* [n_labels] words of the user, or NULL */
    size_t n_labels;
    const char *colour_by; /* column, or NULL: as the kind thinks best */
    const char *spectra, *cycles; /* "0,2-5" or NULL */
    const char *electrode; /* this one; NULL: the cell where a table has it */
    double freq_min_hz, freq_max_hz; /* NaN: no limit */
    bool capacitive;
    bool absolute; /* ohm and ampere even where the area is known */
    hc_talk *talk;
} hc_plot_input;

/* Rows of one table that belong together, in their order. */
typedef struct {
    size_t frame; /* which table */
    size_t *row;
    size_t n;
    size_t index; /* of the group within its table */
} hc_rows;

/* All tables' rows that the filters want, grouped by source_index,
 * spectrum_index, electrode and the further column `key` (may be NULL).
 * Tables without those columns are one group each. */
hc_status hc_plot_groups(const hc_plot_input *in, const char *key,
                         hc_rows **out, size_t *n, hc_err *err) HC_MUST_USE;
/* The same grouped by cell and the column `key` alone (records). */
hc_status hc_plot_by(const hc_plot_input *in, const char *key, hc_rows **out,
                     size_t *n, hc_err *err) HC_MUST_USE;
void hc_rows_free(hc_rows *g, size_t n);

/* HC_DATA naming table and column when a table has none of the columns. */
hc_status hc_plot_need(const hc_plot_input *in, const char *const *names,
                       hc_err *err) HC_MUST_USE;

/* A table that is a curve computed from a model says so: '#: curve fit'. */
bool hc_plot_is_model(const hc_frame *f);

/* Value of a context column or '#:' line for a group, NaN when unknown. */
double hc_plot_context(const hc_plot_input *in, const hc_rows *g,
                       const char *key);

/* What tells this group from the others, for the legend ("" when there is
 * only one); already escaped for the canvas. */
void hc_plot_label(const hc_plot_input *in, const hc_rows *all, size_t n,
                   size_t which, char *buf, size_t cap);

/* The column that the groups should be coloured by: the user's choice, or,
 * when there are more than six groups, the first that varies; NULL: none.
 * `title` gets the words beside the colour bar. */
const char *hc_plot_colour_key(const hc_plot_input *in, const hc_rows *all,
                               size_t n, char *title, size_t cap);

/* The value of that column in the unit of its title. */
double hc_plot_colour_value(const hc_plot_input *in, const hc_rows *g,
                            const char *key);

/* Area of a table in m2, NaN when unknown; a figure is per area only when
 * every one of its tables has one. */
double hc_plot_area(const hc_plot_input *in, size_t frame);
bool hc_plot_per_area(const hc_plot_input *in);

/* A factor from SI and its unit, so that `largest` reads as 1 to 1000 or so:
 * "k" with ohm gives "k\u03A9". */
typedef struct {
    double factor;
    char unit[32];
} hc_lab_unit;
hc_lab_unit hc_lab_prefix(double largest_si, const char *unit);
/* ohm, or ohm cm2 from ohm m2. */
hc_lab_unit hc_lab_resistance(double largest_si, bool per_area);
/* s, min, h or d. */
hc_lab_unit hc_lab_time(double longest_s);
/* A with prefix, or mA/cm2 (uA/cm2) from A/m2. */
hc_lab_unit hc_lab_current(double largest_si, bool per_area);

/* Add a curve of two columns (times factors) for these rows. */
hc_status hc_plot_xy(const hc_plot_input *in, const hc_rows *g, hc_panel *p,
                     int x_column, double x_factor, int y_column,
                     double y_factor, unsigned look, hc_curve **out,
                     hc_err *err) HC_MUST_USE;

/* A new panel with its titles. */
hc_status hc_plot_panel(hc_figure *f, const char *x_title, const char *x_unit,
                        const char *y_title, const char *y_unit,
                        hc_panel **out, hc_err *err) HC_MUST_USE;

/* mAh, mAh/cm2 (area known) from Ah. */
hc_lab_unit hc_lab_charge(double largest_ah, bool per_area);

/* Column of the group's table, -1 when it has none. */
int hc_plot_column(const hc_plot_input *in, const hc_rows *g,
                   const char *name);
double hc_plot_number(const hc_plot_input *in, const hc_rows *g, size_t i,
                      int column);
/* Largest |value| of a column over the groups; 0 when there is none. */
double hc_plot_largest(const hc_plot_input *in, const hc_rows *g, size_t n,
                       const char *name);

#endif
