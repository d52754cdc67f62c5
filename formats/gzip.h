/* gzip.h: gzip undone on the way in */
#ifndef HC_FORMATS_GZIP_H
#define HC_FORMATS_GZIP_H

#include "core/stream.h"

#include <stdbool.h>

/* When *in begins as gzip does, put a decompressing stream in its place
 * (which owns the old one).  A gzip file that ends early gives what could be
 * unpacked and then HC_DATA. */
hc_status hc_gunzip_if(hc_in **in, bool *was, hc_err *err) HC_MUST_USE;

#endif
