/* row_runs.c: see row_runs.h */
#include "formats/row_runs.h"

static uint64_t all_of(size_t n_columns)
{
    return n_columns == 0 ? 0 : UINT64_MAX >> (64 - n_columns);
}

void hc_row_runs_start(hc_row_runs *r, size_t n_columns)
{
    r->n_columns = n_columns;
    r->hot = r->missed = r->recent = 0;
    r->since_look = HC_RUNS_LOOK; /* no row fits before one was kept */
    r->ready = false;
}

bool hc_row_runs_look(hc_row_runs *r)
{
    if (!r->ready || (r->hot & ~r->recent) != 0)
        return false;
    r->recent = r->missed = 0;
    r->since_look = 0;
    return true;
}

/* Columns that did not change for long need not be printed any more; those
 * that were missed a second time do. */
static void choose_hot(hc_row_runs *r, uint64_t changed)
{
    const uint64_t new = changed & ~r->hot;
    r->hot |= new & r->missed;
    r->missed |= new;
    if (r->since_look >= HC_RUNS_LOOK) {
        r->hot &= r->recent;
        r->recent = r->missed = 0;
        r->since_look = 0;
    }
}

void hc_row_runs_keep(hc_row_runs *r, uint64_t changed, char *const *at)
{
    char *text = r->text;
    size_t from = 0;
    if (r->ready)
        choose_hot(r, changed & all_of(r->n_columns));
    r->n_hot = 0;
    for (size_t i = 0; i <= r->n_columns; i++) {
        if (i < r->n_columns && (r->hot >> i & 1) == 0)
            continue;
        hc_run *run = &r->runs[r->n_hot];
        run->len = (size_t)(at[i] - at[from]);
        run->text = text;
        memcpy(text, at[from], run->len);
        text += run->len;
        if (i == r->n_columns)
            break;
        r->runs[++r->n_hot].column = i;
        from = i + 1;
    }
    if (!r->ready)
        r->since_look = 0;
    r->ready = true;
}
