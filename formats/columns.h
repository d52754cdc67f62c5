/* columns.h: what the instruments call things, and what we call them
 *
 * One home for the mapping of instrument names to the machine names of the
 * Battery Data Format, with unit and sign.
 */
#ifndef HC_FORMATS_COLUMNS_H
#define HC_FORMATS_COLUMNS_H

#include "formats/sink.h"

#include <stdbool.h>
#include <stddef.h>

/* One spelling.  In the general table `name` is in plain form: lower case,
 * without unit, blanks and underscores as one blank ("test time"); in a
 * format's own table it is the exact name as the file has it. */
typedef struct {
    const char *name;
    const char *target; /* "test_time_second"; NULL: never map this name */
    const char *unit;   /* unit of the values when the file does not say */
    signed char sign;   /* -1: the values are minus ours; 0 and 1: as is */
    unsigned char rank; /* of several columns for one target lowest wins */
} hc_colmap;

/* What a column of a data set becomes. */
typedef struct {
    const char *target; /* NULL: not known */
    bool exact;         /* value = text with its exponent moved by shift */
    int shift;          /* powers of ten */
    double scale;       /* otherwise value = scale x + offset */
    double offset;
    int sign;
    int rank;
} hc_meaning;

/* The meaning of a column; `own` is a format's table or NULL. */
hc_meaning hc_column_meaning(const hc_column *c, const hc_colmap *own);

/* Split "name/unit", "name(unit)", "name [unit]" into its parts; the unit is
 * empty when there is none. */
void hc_column_split(const char *name, char *base, size_t base_cap,
                     char *unit, size_t unit_cap);

/* The unit a machine name is in ("test_time_second" gives "s"). */
const char *hc_target_unit(const char *target);

/* BDF preferred label of a machine name ("Test Time / s"), NULL when BDF has
 * none. */
const char *hc_bdf_label(const char *target);
/* The other way round; NULL unknown. */
const char *hc_bdf_machine(const char *label);

#endif
