/* unzip.h: a zip archive of one measurement undone on the way in */
#ifndef HC_FORMATS_UNZIP_H
#define HC_FORMATS_UNZIP_H

#include "core/stream.h"

#include <stdbool.h>

/* When *in is a zip archive that holds one file, or one among others whose
 * format is known, put a stream of that file in its place (which owns the old
 * one); *was says whether.  Archives that are formats of their own (.ndax,
 * .xlsx) stay as they are.  HC_DATA when it is cut, encrypted or holds several
 * measurements, which are named. */
hc_status hc_unzip_if(hc_in **in, bool *was, hc_err *err) HC_MUST_USE;

#endif
