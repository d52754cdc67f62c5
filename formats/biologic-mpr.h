/* biologic-mpr.h: columns and techniques of EC-Lab's binary files */
#ifndef HC_FORMATS_BIOLOGIC_MPR_H
#define HC_FORMATS_BIOLOGIC_MPR_H

#include "core/stream.h"
#include "formats/sink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HC_MPR_U1,
    HC_MPR_U2,
    HC_MPR_U4,
    HC_MPR_F4,
    HC_MPR_F8,
    HC_MPR_FLAG,  /* some bits of the shared byte */
    HC_MPR_BYTES, /* unknown: cannot be read */
} hc_mpr_type;

typedef struct {
    unsigned id;
    hc_mpr_type type;
    const char *name;
} hc_mpr_column;

typedef struct {
    unsigned id;
    unsigned char mask, shift;
    const char *name;
} hc_mpr_flag;

/* NULL: unknown id. */
const hc_mpr_column *hc_mpr_column_of(unsigned id);
const hc_mpr_flag *hc_mpr_flag_of(unsigned id);
/* "" unknown */
const char *hc_mpr_technique(unsigned char code);

enum { HC_MPR_COLUMNS = 480 /* and one for the flags */ };

typedef struct {
    char short_name[11];
    bool is_new;
    uint32_t length, version;
    char date[9];
} hc_mpr_module;

typedef struct {
    hc_mpr_type type;
    size_t at; /* byte in the record */
    unsigned char mask, shift;
} hc_mpr_field;

typedef struct {
    hc_in *in;
    hc_sink *sink;
    const char *technique;
    bool data_seen;
    /* of the data module */
    unsigned ids[HC_MPR_COLUMNS];
    size_t n_ids;
    hc_mpr_field fields[HC_MPR_COLUMNS + 1];
    hc_column columns[HC_MPR_COLUMNS + 1];
    char made_names[HC_MPR_COLUMNS + 1][16];
    hc_cell cells[HC_MPR_COLUMNS + 1];
    size_t n;
    size_t record_size;
} hc_mpr;

/* The data module, from its first byte to its last. */
hc_status hc_mpr_data(hc_mpr *r, const hc_mpr_module *m,
                      hc_err *err) HC_MUST_USE;
/* So many bytes on. */
hc_status hc_mpr_skip(hc_mpr *r, const hc_mpr_module *m, uint64_t n,
                      hc_err *err) HC_MUST_USE;

#endif
