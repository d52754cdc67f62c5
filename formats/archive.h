/* archive.h: zip archives and XML, from a module opened when first needed
 *
 * libzip and expat (and what they drag in) stand in the module hc-zip, so
 * that a tool that meets no .ndax, .xlsx or .zip does not load them.
 *
 *     const hc_zip_ops *zip;
 *     HC_TRY(hc_zip_module(&zip, err));
 *     HC_TRY(zip->open(&a, data, len, src->name, err));
 */
#ifndef HC_FORMATS_ARCHIVE_H
#define HC_FORMATS_ARCHIVE_H

#include "core/status.h"
#include "core/stream.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hc_archive hc_archive;

/* Called by zip->xml; any may be NULL.  Names are without their prefix, atts
 * is name, value, ... NULL.  Text comes in pieces.  Anything but HC_OK stops
 * the reading and is handed on. */
typedef struct {
    hc_status (*start)(void *ctx, const char *name, const char **atts,
                       hc_err *err);
    hc_status (*end)(void *ctx, const char *name, hc_err *err);
    hc_status (*text)(void *ctx, const char *s, size_t len, hc_err *err);
} hc_xml_handler;

typedef struct {
    /* Bytes of an archive, borrowed until close.  HC_DATA when there is no
     * zip directory at its end (the file was cut). */
    hc_status (*open)(hc_archive **out, const void *data, size_t len,
                      const char *name, hc_err *err);
    void (*close)(hc_archive *a);
    size_t (*count)(const hc_archive *a);
    const char *(*member)(const hc_archive *a, size_t i);
    /* Index of a member, or of the only one of that name in a folder; -1 when
     * there is none (the case of letters does not matter). */
    long (*find)(const hc_archive *a, const char *name);
    /* All of a member; free() it, one NUL stands behind.  HC_DATA when it is
     * damaged, encrypted, or longer than max bytes. */
    hc_status (*read)(hc_archive *a, size_t i, size_t max, char **data,
                      size_t *len, hc_err *err);
    /* A member as a stream, called "ARCHIVE:MEMBER"; one at a time. */
    hc_status (*stream)(hc_archive *a, size_t i, hc_in **out, hc_err *err);
    /* An XML text, front to end.  GB2312 (as Neware declares it) passes when
     * its characters are ASCII; others come as '?'. */
    hc_status (*xml)(hc_in *in, const hc_xml_handler *h, void *ctx,
                     hc_err *err);
} hc_zip_ops;

/* The module's table.  HC_INTERNAL with the way to mend it when it cannot be
 * loaded. */
hc_status hc_zip_module(const hc_zip_ops **out, hc_err *err) HC_MUST_USE;

/* Open module `file` ("hc-zip.so") and look up `symbol`.  Searched in
 * $HALFCELL_MODULES, the installation's folder, beside the program. */
hc_status hc_module_symbol(const char *file, const char *symbol,
                           const void **out, hc_err *err) HC_MUST_USE;

#endif
