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

/* One spelling.  In the general table (spellings.c) `name` is in plain form,
 * see hc_column_plain; in a format's own table it is the name as the file has
 * it (case, blanks and underscores do not matter), or without its unit
 * ("time" for "time/s").  Besides the names
 * of BDF these targets are known:
 *     working_potential_volt counter_potential_volt voltage_volt
 *     dc_voltage_volt ac_voltage_volt ac_current_ampere
 * *     charge_increment_coulomb    charge since the row before
 *     control_ampere control_volt what the instrument was told to do
 *     date_time                   a date and time as text
 *     step_flag                   1 in the first row of a step
 *     control_mode                EC-Lab: 1 current, 2 voltage, 3 rest
 *     control_mixed               mA in control_mode 1, V in 2
 *     spectrum_key                changes from one spectrum to the next
 *     charging_current_ampere, discharging_current_ampere  both without sign
 *     *_siemens *_farad loss_factor parallel_resistance_ohm (immittance.h)
 *     NAME@ce, NAME@we, NAME@cell the same of another pair of electrodes
 */
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
    double scale;       /* otherwise value = sign (scale x + offset) */
    double offset;
    double divisor; /* of a scale that is 1 over a whole number, else 0: the
                       quotient is the nearest there is */
    bool log10;     /* x is 10 to the power of the number in the file */
    int sign;
    int rank;
    const char *other; /* what it would be but for a unit of another kind
                          ("Z' (ohm cm2)"), else NULL */
} hc_meaning;

/* The meaning of a column; `own` is a format's table or NULL. */
hc_meaning hc_column_meaning(const hc_column *c, const hc_colmap *own);

/* A number of that column in our unit and sign. */
double hc_meaning_value(const hc_meaning *m, double x);

/* Split "name/unit", "name(unit)", "name [unit]" into its parts; the unit is
 * empty when there is none (what stands there is no unit). */
void hc_column_split(const char *name, char *base, size_t base_cap, char *unit,
                     size_t unit_cap);

/* What units.h calls a unit that an instrument calls otherwise, or the word
 * itself; and is it a unit? */
const char *hc_plain_unit(const char *unit);
bool hc_is_unit(const char *word);

/* What units.h calls the unit "V", "[V]" or "(Sec)"; false when it is
 * none. */
bool hc_unit_word(const char *text, char *unit, size_t cap);

/* The plain form of a name: lower case, blanks, underscores and dashes
 * between words as one blank, primes as ', brackets as (). */
void hc_column_plain(const char *name, char *plain, size_t cap);

/* The general table, ended by an empty row. */
const hc_colmap *hc_spellings(void);
/* The same in other languages. */
const hc_colmap *hc_tongues(void);

/* The unit a machine name is in ("test_time_second" gives "s"), "" none. */
const char *hc_target_unit(const char *target);

/* BDF preferred label of a machine name ("Test Time / s"), NULL when BDF has
 * none. */
const char *hc_bdf_label(const char *machine);
/* The other way round; NULL unknown. */
const char *hc_bdf_machine(const char *label);
/* The name itself when it is one of BDF's, else NULL. */
const char *hc_bdf_known(const char *machine);

#endif
