/* json.h: JSON text read with jansson, memory that ended told apart */
#ifndef HC_CORE_JSON_H
#define HC_CORE_JSON_H

#include "core/status.h"

#include <jansson.h>

/* The JSON value in `len` bytes of `text`; `flags` are jansson's.  *root is
 * the caller's to json_decref.  HC_DATA when it is no JSON: *why tells the
 * line and the reason, err stays as it was.  HC_NOMEM: err is filled.
 */
hc_status hc_json_parse(const char *text, size_t len, size_t flags,
                        json_t **root, json_error_t *why,
                        hc_err *err) HC_MUST_USE;

#endif
