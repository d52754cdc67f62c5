/* xlsx_book.h: what the sheets of an Excel workbook share
 *
 * The list of sheets, the strings that cells point to, which styles show
 * dates or times.
 */
#ifndef HC_FORMATS_XLSX_BOOK_H
#define HC_FORMATS_XLSX_BOOK_H

#include "core/text.h"
#include "formats/archive.h"
#include "formats/format.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_XLSX_SHEETS_MAX = 256, HC_XLSX_STYLES_MAX = 4096 };

typedef enum {
    HC_XLSX_NUMBER,
    HC_XLSX_DATE,     /* days, months or years, or the time of a day */
    HC_XLSX_DURATION, /* hours, minutes or seconds that count on */
} hc_xlsx_shows;

typedef struct {
    char name[128];
    char id[64];
    char path[256];
    bool hidden;
} hc_xlsx_sheet;

typedef struct {
    const hc_zip_ops *zip;
    hc_archive *archive;
    const char *name;
    hc_sink *sink;
    hc_xlsx_sheet *sheets;
    size_t n_sheets;
    bool since_1904;
    char **strings;
    size_t n_strings, cap_strings;
    hc_text string; /* the one being read */
    bool in_text, phonetic;
    hc_xlsx_shows style_shows[HC_XLSX_STYLES_MAX]; /* of cell styles */
    size_t n_styles;
    hc_xlsx_shows format_shows[HC_XLSX_STYLES_MAX]; /* of number formats */
    bool in_styles;
    /* parts of the workbook, as its relations name them */
    char book[224], folder[224], styles[256], shared[256];
} hc_xlsx_book;

/* The open archive `bytes` (borrowed until hc_xlsx_close) up to its sheets.
 * HC_DATA when it is cut or no workbook; close it in any case. */
hc_status hc_xlsx_open(hc_xlsx_book *w, const void *bytes, size_t len,
                       const char *name, hc_err *err) HC_MUST_USE;
void hc_xlsx_close(hc_xlsx_book *w);

/* One part of the archive through the handler; one that is not there is fine
 * unless it is needed. */
hc_status hc_xlsx_part(hc_xlsx_book *w, const char *path,
                       const hc_xml_handler *h, void *ctx, bool needed,
                       hc_err *err) HC_MUST_USE;

/* The attribute of that name, without its prefix; NULL when there is none. */
const char *hc_xlsx_attribute(const char **atts, const char *name);

#endif
