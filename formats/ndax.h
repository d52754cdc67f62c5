/* ndax.h: a Neware .ndax being read */
#ifndef HC_FORMATS_NDAX_H
#define HC_FORMATS_NDAX_H

#include "formats/archive.h"
#include "formats/ndc.h"
#include "formats/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HC_NDAX_MEMBER_MAX = 1 << 28, /* bytes of a part */
    HC_NDAX_AUX_MAX = 32,
    HC_NDAX_TEXT = 40,
};

enum {
    HC_NDAX_INDEX,
    HC_NDAX_CYCLE,
    HC_NDAX_STEP,
    HC_NDAX_STEP_INDEX,
    HC_NDAX_STATUS,
    HC_NDAX_TIME,
    HC_NDAX_VOLT,
    HC_NDAX_AMP,
    HC_NDAX_CHG,
    HC_NDAX_DCHG,
    HC_NDAX_ECHG,
    HC_NDAX_EDCHG,
    HC_NDAX_WHEN,
    HC_NDAX_AUX,
    HC_NDAX_COUNT = HC_NDAX_AUX + 2 * HC_NDAX_AUX_MAX
};

/* One auxiliary channel. */
typedef struct {
    char *data;
    hc_ndc ndc;
    int numbers[3]; /* of the file's name */
    int id, type;   /* AuxID, ChlType of TestInfo.xml; type 0 unknown */
    bool by_slot;   /* the slot's number is the index */
    size_t index_at, volt_at, temp_at; /* in a row; 0: none */
    bool f4;                           /* the row is one f4 */
    bool volt_f4;
    size_t at;                /* slot looked at last */
    int volt_slot, temp_slot; /* column or -1 */
    char volt_name[32], temp_name[32];
} hc_ndax_aux;

typedef struct {
    const hc_zip_ops *zip;
    hc_archive *archive;
    hc_sink *sink;
    const char *name;
    char *data, *run, *step;
    size_t data_len, run_len, step_len;
    hc_ndax_aux aux[HC_NDAX_AUX_MAX];
    size_t n_aux;
    size_t aux_left_out;
    hc_column columns[HC_NDAX_COUNT];
    size_t n_columns;
    hc_cell cells[HC_NDAX_COUNT];
    char texts[HC_NDAX_COUNT][HC_NDAX_TEXT];
} hc_ndax;

/* A float of 0.1 mV as volts: exact when it is a whole number, as it is. */
hc_cell hc_ndax_tenth_mv(float v);

void hc_ndax_column(hc_ndax *s, const char *name, const char *unit);

/* Auxiliary channels: load them, make their columns, fill their cells in the
 * row of an index (ndax_aux.c). */
hc_status hc_ndax_aux_open(hc_ndax *s, hc_err *err) HC_MUST_USE;
void hc_ndax_aux_columns(hc_ndax *s, hc_ndax_aux *a);
void hc_ndax_aux_set(hc_ndax *s, uint32_t index);

/* The records of data.ndc of that version; *known false: nothing was read,
 * the layout is not known (ndax_rows.c). */
hc_status hc_ndax_records(hc_ndax *s, int version, bool *known,
                          hc_err *err) HC_MUST_USE;

#endif
