/* lines.h: text files: lines in UTF-8, fields, dialects, tables of rows
 */
#ifndef HC_FORMATS_LINES_H
#define HC_FORMATS_LINES_H

#include "core/status.h"
#include "formats/sink.h"
#include "formats/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- lines ---- */

typedef struct hc_lines hc_lines;

/* Lines of the source, which stays the caller's.  UTF-16 is decoded, lone CR
 * taken as line end, other bytes that are not UTF-8 read as Windows-1252. */
hc_status hc_lines_open(hc_lines **out, hc_source *src,
                        hc_err *err) HC_MUST_USE;
void hc_lines_free(hc_lines *l);

/* The next line without its end, writable, NUL-terminated, borrowed until
 * the next call; NULL at the end of the file.  Longer than 16 MiB: HC_DATA.
 * A field in quotes that holds line ends is joined (HC_JOINED_LINES). */
hc_status hc_lines_next(hc_lines *l, char **line, size_t *len,
                        hc_err *err) HC_MUST_USE;
/* The next call gives the last line once more (as it is by then). */
void hc_lines_back(hc_lines *l);
long hc_lines_number(const hc_lines *l); /* of the last line, from 1 */
/* Of the line that the next call gives, from 0, as a probe counts. */
size_t hc_lines_at(const hc_lines *l);
/* False: the last line had no line end; the file may have been cut there. */
bool hc_lines_ended(const hc_lines *l);
/* The facts encoding and line_ends, once all was read. */
hc_status hc_lines_facts(const hc_lines *l, hc_sink *sink,
                         hc_err *err) HC_MUST_USE;
/* The end of a reading that went as st says: these facts after a success, the
 * line of a fault that has none yet after a failure.  Frees l, returns st. */
hc_status hc_lines_close(hc_lines *l, hc_status st, hc_sink *sink,
                         hc_err *err) HC_MUST_USE;

/* The most lines that the fields in quotes of one row go over. */
enum { HC_JOINED_LINES = 8 };

/* Is s[0..len) within a field in quotes at its end (`open`: it is at its
 * beginning)?  HC_QUOTES_ODD: its quotes are not of that kind (Z" is none). */
typedef enum {
    HC_QUOTES_CLOSED,
    HC_QUOTES_OPEN,
    HC_QUOTES_ODD
} hc_quotes;
hc_quotes hc_quotes_after(const char *s, size_t len, bool open);

/* ---- fields ---- */

typedef struct {
    char delimiter;     /* '\t' ',' ';' '|', ' ' for runs of white space */
    bool decimal_comma; /* numbers are written 1,5 */
    bool quotes;        /* fields may stand in "..." */
} hc_dialect;

const char *hc_dialect_delimiter_name(hc_dialect d); /* "tab" */

/* Split a line in place into at most cap cells: blanks cut, quotes undone,
 * and with decimal_comma the comma of a number turned into a point.  An
 * empty field is HC_CELL_NONE.  Returns how many fields there were (may be
 * more than cap). */
size_t hc_split(char *line, size_t len, hc_dialect d, hc_cell *cells,
                size_t cap);

/* A field without the blanks around it, HC_CELL_NONE when nothing is left. */
static inline hc_cell hc_field(const char *s, const char *end)
{
    while (s < end && (*s == ' ' || *s == '\t'))
        s++;
    while (end > s && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    return s == end ? hc_cell_none() : hc_cell_text(s, (size_t)(end - s));
}

/* A number whose digits stand in groups of three ("1,234.5", "1.234,5",
 * "1 234") without their marks and with a decimal point, NUL behind; returns
 * its length, 0 when it is none or might be another number ("1,234"). */
size_t hc_ungroup(const char *s, size_t len, char *to, size_t cap);

/* The same, and a number with Fortran's exponent ("1.0D+03"). */
size_t hc_respell(const char *s, size_t len, char *to, size_t cap);

/* The widest table, as in a spreadsheet. */
enum { HC_COLUMNS_MAX = 16384 };

/* The same as names on the heap (free with hc_columns_free); empty trailing
 * fields are cut off; an empty one inside becomes "column_N".  HC_DATA when
 * there are more than HC_COLUMNS_MAX. */
hc_status hc_split_names(const char *line, size_t len, hc_dialect d,
                         hc_column **columns, size_t *n,
                         hc_err *err) HC_MUST_USE;
void hc_columns_free(hc_column *columns, size_t n);

/* Only white space? */
bool hc_is_blank(const char *line, size_t len);

/* ---- rows ---- */

/* To be called behind a line of names: when the file ends with it and it has
 * no line end, it was cut. */
void hc_names_ended(hc_lines *l, hc_sink *sink);

/* How the rows of a text table are read. */
typedef struct {
    hc_dialect dialect;
    bool skip_blank;  /* empty lines are no rows; otherwise they end it */
    bool leading_tab; /* rows begin with the delimiter (Gamry) */
    bool short_ok;    /* missing fields at the end of a row are empty */
    bool ragged_tail; /* a short last line of the file is no row */
    bool one_table;   /* names of other columns begin what is not read */
    size_t max_rows;  /* stop after so many, 0: no limit */
    /* A line that begins with one of these is a remark, told and skipped;
     * NULL: there are none. */
    const char *comments;
    /* True for a line behind the table; it is given back. May be NULL. */
    bool (*stop)(const char *line, size_t len);
    /* Mends the cells of a row (in place) before it is taken, those in which
     * a comma stands.  May be NULL. */
    void (*fix)(hc_cell *cells, size_t n);
} hc_rows_rules;

/* Rows of the open data set up to its end.  A row with too many or too few
 * fields is rejected; a short last line without a line end makes the file
 * incomplete. */
hc_status hc_rows_read(hc_lines *l, hc_sink *sink, const hc_rows_rules *r,
                       hc_err *err) HC_MUST_USE;

#endif
