/* sha256.h: FIPS 180-4, for the identity of source files */
#ifndef HC_CORE_SHA256_H
#define HC_CORE_SHA256_H

#include "core/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t h[8];
    uint64_t total;
    unsigned char block[64];
    size_t fill;
    bool fast; /* the processor has instructions for it */
} hc_sha256;

enum { HC_SHA256_HEX = 65 }; /* 64 digits and NUL */

void hc_sha256_init(hc_sha256 *s);
void hc_sha256_add(hc_sha256 *s, const void *data, size_t len);
void hc_sha256_hex(hc_sha256 *s, char hex[HC_SHA256_HEX]);
hc_status hc_sha256_file(const char *path, char hex[HC_SHA256_HEX],
                         hc_err *err) HC_MUST_USE;

#endif
