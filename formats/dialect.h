/* dialect.h: the dialect of a table, from some of its lines */
#ifndef HC_FORMATS_DIALECT_H
#define HC_FORMATS_DIALECT_H

#include "formats/lines.h"

/* Whole lines separated by \n, of which windows are looked at; borrowed until
 * hc_survey_free.  NULL: no memory. */
typedef struct hc_survey hc_survey;
hc_survey *hc_survey_new(const char *text, size_t len);
void hc_survey_free(hc_survey *v);

/* The dialect of those from the one that begins at `from` on: names and the
 * first rows of a table. */
hc_dialect hc_survey_dialect(hc_survey *v, const char *from);

#endif
