/* contents.h: what a database holds, by cell; private to src/report */
#ifndef HC_REPORT_CONTENTS_H
#define HC_REPORT_CONTENTS_H

#include "report/held.h"
#include "report/page.h"

/* A run; texts are those of hc_contents.list. */
typedef struct {
    const char *key, *kind, *tool, *cell, *source;
    size_t rows;
    size_t subject; /* whose it is */
} hc_page_run;

/* A cell with its runs, or a file that belongs to none. */
typedef struct {
    const char *name;
    bool is_cell;
    size_t first, n;     /* runs */
    size_t findings;     /* of the last night */
    const char *exclude; /* the registry's reason, or NULL */
} hc_subject;

typedef struct {
    hc_held list, facts; /* runs; cell fact value */
    hc_page_run *run;    /* [n] by subject, source, kind, key */
    size_t n;
    size_t *by_source; /* [n] indices */
    hc_subject *subject;
    size_t n_subjects;
} hc_contents;

hc_status hc_contents_read(hc_store *s, const char *filter, hc_contents *c,
                           hc_err *err) HC_MUST_USE;
void hc_contents_clear(hc_contents *c);

enum { HC_NOWHERE = -1 };

/* Index of a subject; by the cell's name, or by the file where a run has it
 * as its source.  HC_NOWHERE when there is none. */
long hc_contents_cell(const hc_contents *c, const char *cell);
long hc_contents_source(const hc_contents *c, const char *path);
/* Whose the run of that key is, HC_NOWHERE when it is not on the page. */
long hc_contents_run(const hc_contents *c, const char *key);

/* What the registry says of a cell, NULL when nothing. */
const char *hc_contents_fact(const hc_contents *c, const char *cell,
                             const char *fact);

/* Ids of their places on the page: "c12", "r-0123456789ab"; "" for none. */
void hc_subject_link(long subject, char link[HC_PAGE_LINK]);
void hc_run_link(const char *key, char link[HC_PAGE_LINK]);

#endif
