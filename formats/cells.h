/* cells.h: what the files cannot say, one row a cell (halfcell-cells.5)
 */
#ifndef HC_FORMATS_CELLS_H
#define HC_FORMATS_CELLS_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Numbers of a cell, in SI (temperature in degrees Celsius). */
typedef enum {
    HC_CELLS_AREA,
    HC_CELLS_CATHODE_AREA,
    HC_CELLS_AREA_SD,
    HC_CELLS_SE_THICKNESS,
    HC_CELLS_FILM_THICKNESS,
    HC_CELLS_PARTICLE_RADIUS,
    HC_CELLS_MASS,
    HC_CELLS_ACTIVE_FRACTION,
    HC_CELLS_THEORY_CAPACITY,
    HC_CELLS_LITHIUM_THICKNESS,
    HC_CELLS_PRESSURE,
    HC_CELLS_TEMPERATURE,
    HC_CELLS_NUMBERS,
} hc_cells_number;

/* Words of a cell. */
typedef enum {
    HC_CELLS_BATCH,
    HC_CELLS_GROUP,
    HC_CELLS_CONFIGURATION,
    HC_CELLS_WORKING,
    HC_CELLS_COUNTER,
    HC_CELLS_REFERENCE,
    HC_CELLS_SE_MATERIAL,
    HC_CELLS_NOTE,
    HC_CELLS_WORDS,
} hc_cells_word;

typedef struct {
    char *cell;  /* name */
    char *match; /* glob over the file's name; NULL: begins with the name */
    double number[HC_CELLS_NUMBERS]; /* NaN where not said */
    char *word[HC_CELLS_WORDS];      /* NULL where not said */
    bool exclude;
    bool specific; /* theory_capacity is per mass: C/kg, else C */
    long line;
} hc_cells_row;

typedef struct {
    char *path;
    hc_cells_row *rows;
    size_t n;
} hc_cells;

/* Key of the '#:' line or column ("area_m2"). */
const char *hc_cells_number_key(hc_cells_number i);
const char *hc_cells_word_key(hc_cells_word i);

hc_status hc_cells_open(hc_cells **out, const char *path,
                        hc_err *err) HC_MUST_USE;
void hc_cells_free(hc_cells *c);

/* The row that a file belongs to.  *row NULL: none matches.  Two that match
 * are HC_DATA. */
hc_status hc_cells_find(const hc_cells *c, const char *file,
                        const hc_cells_row **row, hc_err *err) HC_MUST_USE;

#endif
