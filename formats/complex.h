/* complex.h: complex numbers in one column
 *
 * "12.3-4.5j", "(12.3 - 4.5i)", "12.3-j4.5", "5.1∠-30°": such a column
 * becomes two of real numbers behind the others, in whose names and units the
 * general table of columns finds their meaning.
 */
#ifndef HC_FORMATS_COMPLEX_H
#define HC_FORMATS_COMPLEX_H

#include "core/decimal.h"
#include "formats/columns.h"

typedef enum {
    HC_COMPLEX_NO,
    HC_COMPLEX_PARTS,  /* real and imaginary */
    HC_COMPLEX_DEGREE, /* size and angle */
    HC_COMPLEX_RADIAN,
} hc_complex;

enum { HC_COMPLEX_SIZE = 48 };
typedef struct {
    char a[HC_COMPLEX_SIZE], b[HC_COMPLEX_SIZE];
    char padding[HC_PADDING]; /* see hc_sink.padded */
} hc_complex_text;

/* The two numbers of a text, with the digits they have there; HC_COMPLEX_NO:
 * it is something else (a real number too). */
hc_complex hc_complex_split(const char *s, size_t len, hc_complex_text *t);

/* Columns with two more for each complex one: "Z'" and "Z''" or "|Z|" and
 * "Phase(Z)" (Y for admittances) in its unit; *from[k] says which column the
 * k-th such pair comes from.  A name that is neither an impedance nor an
 * admittance (of the general table or `own`) gives none.  The names are those
 * of `columns`, or constants. */
typedef struct {
    hc_column *columns;   /* n of them */
    unsigned char *which; /* n: hc_complex; of the new ones NO */
    size_t n, n_pairs;
    size_t *from; /* n_pairs */
    char (*units)[64];
} hc_complex_columns;
hc_status hc_complex_widen(const hc_column *columns, size_t n,
                           const unsigned char *which, const hc_colmap *own,
                           hc_complex_columns *out, hc_err *err) HC_MUST_USE;
void hc_complex_columns_clear(hc_complex_columns *c);

/* The same of a row: cells[n] into wide[], whose texts stand in t[n_pairs].
 * False when one of the columns holds no complex number: *bad says which.  An
 * empty cell gives empty ones, a real number one without imaginary part. */
bool hc_complex_row(const hc_complex_columns *c, const hc_cell *cells,
                    hc_cell *wide, hc_complex_text *t, size_t *bad);

#endif
