#include "core/numbers_work.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>

hc_status hc_numbers_new(hc_numbers **out, hc_err *err)
{
    hc_numbers *n = calloc(1, sizeof *n);
    if (n == NULL)
        return hc_fail_nomem(err);
    *out = n;
    return HC_OK;
}

bool hc_numbers_width(hc_numbers *n, size_t columns)
{
    if (n->column != NULL)
        return columns == n->columns;
    n->column = calloc(columns + 1, sizeof *n->column);
    if (n->column == NULL)
        return false;
    n->columns = columns;
    return true;
}

void hc_numbers_free(hc_numbers *n)
{
    if (n == NULL)
        return;
    hc_frame_free(n->head);
    for (size_t i = 0; i < n->columns; i++)
        free(n->column[i]);
    free(n->column);
    free(n);
}

bool hc_numbers_grow(hc_numbers *n)
{
    enum { FIRST = 1024 };
    const size_t cap = n->cap == 0 ? FIRST : 2 * n->cap;
    if (cap > SIZE_MAX / 2 / sizeof(double))
        return false;
    for (size_t i = 0; i < n->columns; i++) {
        double *p = realloc(n->column[i], cap * sizeof *p);
        if (p == NULL)
            return false;
        n->column[i] = p;
    }
    n->cap = cap;
    return true;
}

hc_status hc_numbers_close(hc_numbers *n, hc_in *text, hc_err *err)
{
    hc_reader *r;
    hc_status st = hc_reader_new(&r, text, err);
    if (st != HC_OK)
        return st;
    hc_frame_free(n->head);
    n->head = NULL;
    st = hc_frame_read(&n->head, r, err);
    hc_reader_free(r);
    return st;
}

double hc_numbers_of_text(const char *s, size_t len)
{
    double x;
    if (hc_number_parse(s, len, &x))
        return x;
    hc_trim(&s, &len);
    return hc_number_parse(s, len, &x) ? x : NAN;
}

size_t hc_numbers_rows(const hc_numbers *n)
{
    return n->rows;
}

const hc_frame *hc_numbers_head(const hc_numbers *n)
{
    return n->head;
}

const double *hc_numbers_values(const hc_numbers *n, int column)
{
    return column < 0 || n->cap == 0 ? NULL : n->column[column];
}
