/* strangers.h: files that no reader takes, and what to do about them */
#ifndef HC_FORMATS_STRANGERS_H
#define HC_FORMATS_STRANGERS_H

#include "formats/source.h"

/* What the file is and what its owner can do, as one sentence without a full
 * stop; NULL for files that nobody here knows. */
const char *hc_stranger(const hc_probe *p);

#endif
