/* neware.h: what the Neware formats (.nda, .ndax, BTS text) share */
#ifndef HC_FORMATS_NEWARE_H
#define HC_FORMATS_NEWARE_H

#include "formats/bytes.h"
#include "formats/source.h"

#include <stdbool.h>
#include <stdint.h>

/* Name of a step type code ("CC Chg"), as BTSDA writes it in its exports;
 * "type N" in buf (16 bytes) when the code is not known. */
const char *hc_neware_step_type(int code, char *buf);

/* Integers of current (mA), capacity (mA s) and energy (mW s) are scaled by
 * a power of ten that hangs on the current range of the device (mA; negative
 * ranges belong to devices of higher resolution).  Returns the exponent
 * (-1 to -8); *sure is false for ranges where the open readers disagree. */
int hc_neware_exponent(int32_t range, bool *sure);

/* Is a text BTSDA's export in layers (cycles, steps, records)? */
bool hc_neware_is_layered(const hc_probe *p);

#endif
