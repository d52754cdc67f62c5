/* biologic-mpr.h: columns and techniques of EC-Lab's binary files */
#ifndef HC_FORMATS_BIOLOGIC_MPR_H
#define HC_FORMATS_BIOLOGIC_MPR_H

#include <stddef.h>

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

#endif
