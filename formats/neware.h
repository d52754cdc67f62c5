/* neware.h: what the Neware formats (.nda, .ndax, BTS text) share */
#ifndef HC_FORMATS_NEWARE_H
#define HC_FORMATS_NEWARE_H

#include <stdbool.h>
#include <stdint.h>

/* Name of a step type code ("CC Chg"), as BTSDA writes it in its exports;
 * "type N" in buf (16 bytes) when the code is not known. */
const char *hc_neware_step_type(int code, char *buf);

/* +1 for a code of a charging step, -1 discharging, 0 neither or unknown. */
int hc_neware_step_sign(int code);

/* Integers of current (mA), capacity (mA s) and energy (mW s) are scaled by
 * a power of ten that hangs on the current range of the device (mA; negative
 * ranges belong to devices of higher resolution).  Returns the exponent
 * (-1 to -8); *sure is false for ranges where the open readers disagree. */
int hc_neware_exponent(int32_t range, bool *sure);

/* Little-endian fields of a record. */
static inline uint16_t hc_le16(const unsigned char *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t hc_le32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
           (uint32_t)p[3] << 24;
}

static inline uint64_t hc_le64(const unsigned char *p)
{
    return (uint64_t)hc_le32(p) | (uint64_t)hc_le32(p + 4) << 32;
}

static inline float hc_lef4(const unsigned char *p)
{
    union {
        uint32_t u;
        float f;
    } x = {hc_le32(p)};
    return x.f;
}

#endif
