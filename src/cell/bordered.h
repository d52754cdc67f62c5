/* bordered.h: band matrices with a dense border, real and complex
 *
 *     [ core    right  ]   core: n x n, ml sub- and mu superdiagonals
 *     [ bottom  corner ]   k dense rows and columns
 *
 * Unknowns that every equation may see (current, potentials, temperature)
 * stand in the border, the mesh in the core.  Solved by LU of the core and
 * the Schur complement of the border: O(n).  The core must be regular, which
 * diffusion with its time derivative is.
 */
#ifndef HC_CELL_BORDERED_H
#define HC_CELL_BORDERED_H

#include "core/status.h"

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct {
    size_t n, k;
    size_t ml, mu, ld; /* ld rows of the band: ml + mu + 1 + ml of fill */
    double *band;      /* [n][ld], column by column, diagonal at ml + mu */
    double *right;     /* [k][n] border columns */
    double *bottom;    /* [k][n] border rows */
    double *corner;    /* [k][k] row by row */
    size_t *right_lo, *right_hi;   /* [k] rows that may not be 0 */
    size_t *bottom_lo, *bottom_hi; /* [k] columns that may not be 0 */
} hc_bordered;

hc_status hc_bordered_new(hc_bordered **out, size_t n, size_t k, size_t ml,
                          size_t mu, hc_err *err) HC_MUST_USE;
void hc_bordered_free(hc_bordered *b);
void hc_bordered_zero(hc_bordered *b);
void hc_bordered_copy(hc_bordered *to, const hc_bordered *from);

/* The same for an entry of the border. */
void hc_bordered_add_border(hc_bordered *b, size_t row, size_t col, double v);

/* b[row][col] += v; indexes from n on are the border. */
static inline void hc_bordered_add(hc_bordered *b, size_t row, size_t col,
                                   double v)
{
    if (row < b->n && col < b->n)
        b->band[col * b->ld + b->ml + b->mu + row - col] += v;
    else
        hc_bordered_add_border(b, row, col, v);
}
double hc_bordered_get(const hc_bordered *b, size_t row, size_t col);
/* to = columns of m where flags is not 0, of j elsewhere; one shape. */
void hc_bordered_select(hc_bordered *to, const hc_bordered *j,
                        const hc_bordered *m, const double *flags);
/* to += w m; one shape. */
void hc_bordered_accumulate(hc_bordered *to, double w, const hc_bordered *m);
/* y = b x, all n + k. */
void hc_bordered_times(const hc_bordered *b, const double *x, double *y);
/* y = (b + j w m) x; one shape. */
void hc_bordered_times_complex(const hc_bordered *b, double w,
                               const hc_bordered *m, const double complex *x,
                               double complex *y);

/* Factors, made once and used for several right sides. */
typedef struct hc_lu hc_lu;
hc_status hc_lu_new(hc_lu **out, const hc_bordered *shape,
                    hc_err *err) HC_MUST_USE;
void hc_lu_free(hc_lu *lu);
/* False when the matrix is singular. */
bool hc_lu_factor(hc_lu *lu, const hc_bordered *b);
/* x and f may be the same. */
void hc_lu_solve(const hc_lu *lu, const double *f, double *x);
/* m right sides one after the other in x [m][n + k], in place; quicker than
 * one by one. */
void hc_lu_solve_many(const hc_lu *lu, double *x, size_t m);

typedef struct hc_zlu hc_zlu;
hc_status hc_zlu_new(hc_zlu **out, const hc_bordered *shape,
                     hc_err *err) HC_MUST_USE;
void hc_zlu_free(hc_zlu *lu);
/* Factors of a + s m, both of one shape. */
bool hc_zlu_factor(hc_zlu *lu, const hc_bordered *a, double complex s,
                   const hc_bordered *m);
void hc_zlu_solve(const hc_zlu *lu, const double complex *f,
                  double complex *x);

#endif
