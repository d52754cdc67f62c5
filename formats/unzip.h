/* unzip.h: a zip archive of one measurement undone on the way in */
#ifndef HC_FORMATS_UNZIP_H
#define HC_FORMATS_UNZIP_H

#include "core/stream.h"

/* When *in is a zip archive that holds one file, put a stream of that file
 * in its place (which owns the old one).  Archives that are formats of their
 * own (.ndax, .xlsx) stay as they are.  HC_DATA when it is cut, encrypted or
 * holds several files, which are named. */
hc_status hc_unzip_if(hc_in **in, hc_err *err) HC_MUST_USE;

#endif
