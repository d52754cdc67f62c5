/* pdf.h: the page printed by Chromium */
#ifndef HC_REPORT_PDF_H
#define HC_REPORT_PDF_H

#include "core/stream.h"

/* Print a page to `pdf`, in a folder of its own under TMPDIR that goes
 * afterwards.  Its dates are SOURCE_DATE_EPOCH, or 1970.  HC_CREATE when
 * there is no Chromium in PATH (HC_CHROMIUM names another), or when it made
 * no PDF. */
hc_status hc_report_pdf(const char *page, size_t len, hc_out *pdf,
                        hc_err *err) HC_MUST_USE;

/* Is there a browser that could?  The same sentence when not. */
hc_status hc_report_can_pdf(hc_err *err) HC_MUST_USE;

#endif
