/* page.h: what the sections of a page are made of; private to src/report */
#ifndef HC_REPORT_PAGE_H
#define HC_REPORT_PAGE_H

#include "core/frame.h"
#include "core/messages.h"
#include "core/stream.h"

#include <stdbool.h>

enum { HC_PAGE_LINK = 24 };

/* A page on its way. */
typedef struct {
    hc_out *out;
    hc_talk *talk;
    size_t figures;     /* so far, for ids */
    size_t max_figures; /* more are sentences */
    long max_rows;      /* of a table shown whole */
    char *root;         /* folder of all files, "/srv/data/"; NULL: none */
} hc_page;

/* A path as it is shown: without p->root before it. */
const char *hc_page_below(const hc_page *p, const char *path);

/* ---- figures.c ---- */

/* Figure j (from 0) that a report shows of a table, "" when there is none
 * after it; records by the quantities they hold. */
const char *hc_page_shows(const hc_frame *f, size_t j);

/* Is it the curve of a fit, to be laid over a spectrum? */
bool hc_page_is_curve(const hc_frame *f);

/* One figure from files that hc-plot can read, labelled or label NULL.
 * `words` go under it.  What cannot be drawn is a sentence in its place and a
 * warning. */
hc_status hc_page_figure(hc_page *p, const char *kind, const char *const *path,
                         const char *const *label, size_t n, const char *words,
                         hc_err *err) HC_MUST_USE;

/* ---- rows.c ---- */

/* Records of one run; link is the id of its place on the page, "" none. */
typedef struct {
    const hc_frame *frame;
    char link[HC_PAGE_LINK];
    const char *from; /* words of the link */
} hc_page_part;

/* Records of several runs as one table, in the laboratory's units; what is
 * the same for all stands above it. */
void hc_page_records(hc_page *p, const hc_page_part *part, size_t n);

/* Any table, folded away; a sentence when it has too many rows. */
void hc_page_rows(hc_page *p, const hc_frame *f);

/* The same as it is. */
void hc_page_frame(hc_page *p, const hc_frame *f);

/* A table with heads, to be filled by the cells below. */
void hc_page_table(hc_page *p, const char *const *heads, size_t n);
void hc_page_end_table(hc_page *p);
void hc_page_cell(hc_page *p, const char *text); /* numbers to the right */
void hc_page_number(hc_page *p, double v, int digits);
void hc_page_word(hc_page *p, const char *text); /* coloured by meaning */
/* A word that leads to "#link", plain when link is "". */
void hc_page_link(hc_page *p, const char *link, const char *text);

/* Where a table came from: its '#:' lines, the commands apart. */
void hc_page_origin(hc_page *p, const hc_frame *f);
/* Its commands, one a line, as <pre>. */
void hc_page_commands(hc_page *p, const hc_frame *f);

#endif
