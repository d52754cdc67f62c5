/* bytes.h: little-endian numbers out of bytes, wherever they stand */
#ifndef HC_FORMATS_BYTES_H
#define HC_FORMATS_BYTES_H

#include <stdint.h>
#include <string.h>

static inline uint16_t hc_le16(const void *p)
{
    const unsigned char *b = p;
    return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t hc_le32(const void *p)
{
    const unsigned char *b = p;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
           (uint32_t)b[3] << 24;
}

static inline uint64_t hc_le64(const void *p)
{
    return hc_le32(p) | (uint64_t)hc_le32((const unsigned char *)p + 4) << 32;
}

static inline float hc_le_f4(const void *p)
{
    uint32_t u = hc_le32(p);
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static inline double hc_le_f8(const void *p)
{
    uint64_t u = hc_le64(p);
    double x;
    memcpy(&x, &u, sizeof x);
    return x;
}

#endif
