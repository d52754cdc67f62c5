/* nda_row.h: a record of a Neware .nda as the cells of a row */
#ifndef HC_FORMATS_NDA_ROW_H
#define HC_FORMATS_NDA_ROW_H

#include "formats/nda_layout.h"

enum { HC_NDA_AUX_MAX = 16 };

enum {
    HC_NDA_C_INDEX,
    HC_NDA_C_CYCLE,
    HC_NDA_C_STEP,
    HC_NDA_C_STEP_INDEX,
    HC_NDA_C_STATUS,
    HC_NDA_C_TIME,
    HC_NDA_C_TOTAL,
    HC_NDA_C_VOLT,
    HC_NDA_C_AMP,
    HC_NDA_C_CAP,
    HC_NDA_C_ENERGY,
    HC_NDA_C_CHG,
    HC_NDA_C_DCHG,
    HC_NDA_C_ECHG,
    HC_NDA_C_EDCHG,
    HC_NDA_C_WHEN,
    HC_NDA_C_TEMP,
    HC_NDA_C_AUX,
    HC_NDA_C_COUNT = HC_NDA_C_AUX + 2 * HC_NDA_AUX_MAX
};

enum { HC_NDA_TEXT_SIZE = 40 };

/* A number of a record that becomes a cell as it stands: which it is, its
 * bits in the record before (0 at first), and what is added to it. */
typedef struct {
    hc_nda_whole from;
    uint64_t last;
    int64_t add;
    hc_cell *to;
    unsigned bit; /* of that cell in hc_nda_row.changed */
    bool is_float;
    bool ranged; /* its power of ten is that of the range */
} hc_nda_load;

typedef struct {
    const hc_nda_layout *l;
    size_t record; /* bytes */
    int fixed_range;
    /* columns in the order of the cells; slot says where a quantity goes */
    hc_column columns[HC_NDA_C_COUNT];
    char aux_names[2 * HC_NDA_AUX_MAX][24];
    int slot[HC_NDA_C_COUNT];
    size_t n_columns;
    unsigned char aux_ids[HC_NDA_AUX_MAX];
    size_t n_aux;
    hc_cell cells[HC_NDA_C_COUNT];
    char texts[HC_NDA_C_COUNT][HC_NDA_TEXT_SIZE];
    hc_nda_load loads[HC_NDA_C_COUNT];
    size_t n_loads;
    hc_nda_whole range_at, type_at; /* in a record */
    uint64_t changed; /* cells that are others than when it was 0, bit i of
                         cell i; all at first */
    bool any;
    int32_t range; /* of the record before, and its power of ten */
    int exponent;
    int64_t step;           /* its number, as it was given */
    int type;               /* of its step, -1 none yet */
    unsigned char clock[7]; /* its time, as stored */
    int32_t odd_range;      /* one that no reader agrees on, 0 none */
    bool no_range;          /* a current came without any */
} hc_nda_row;

/* The columns of such records, of which the first len bytes are at p; *row is
 * all zeros before. */
void hc_nda_row_open(hc_nda_row *row, const hc_nda_layout *l, size_t record,
                     int fixed_range, const unsigned char *p, size_t len);

/* The cells of a record; HC_PADDING bytes behind it can be read. */
void hc_nda_row_set(hc_nda_row *row, const unsigned char *r, int64_t step);

/* Those of a record of an auxiliary channel that belongs to it; false: of none
 * that is known. */
bool hc_nda_row_aux(hc_nda_row *row, const unsigned char *r);

#endif
