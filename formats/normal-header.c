/* normal-header.c: the columns and '#:' lines of the table */
#include "formats/normal.h"

#include "core/number.h"
#include "formats/listing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

hc_status hc_normal_add(hc_normal *n, const char *name, hc_from from,
                        int column, hc_err *err)
{
    hc_outcol *p;
    for (size_t i = 0; i < n->n_out; i++)
        if (strcmp(n->out[i].name, name) == 0)
            return HC_OK;
    p = hc_grow(n->out, &n->cap_out, n->n_out + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    n->out = p;
    p[n->n_out] = (hc_outcol){
        .from = from, .column = column, .watched = hc_watch_column(name)};
    snprintf(p[n->n_out].name, sizeof p->name, "%s", name);
    n->n_out++;
    return HC_OK;
}

/* Facts of cells.tsv: '#:' lines for one file, columns for many. */
static hc_status cell_lines(hc_normal *n)
{
    const hc_cells_row *c = n->cell;
    if (c == NULL || n->many)
        return HC_OK;
    hc_writer_meta(n->writer, "cell", "%s", c->cell);
    for (size_t k = 0; k < HC_CELLS_WORDS; k++)
        if (c->word[k] != NULL)
            hc_writer_meta(n->writer, hc_cells_word_key((hc_cells_word)k),
                           "%s", c->word[k]);
    for (size_t k = 0; k < HC_CELLS_NUMBERS; k++) {
        char text[HC_NUMBER_SIZE];
        if (isnan(c->number[k]))
            continue;
        hc_number_print_digits(c->number[k], 15, text);
        hc_writer_meta(n->writer, hc_cells_number_key((hc_cells_number)k),
                       "%s", text);
    }
    return HC_OK;
}

static hc_status cell_columns(hc_normal *n, hc_err *err)
{
    if (!n->many || n->options->cells == NULL)
        return HC_OK;
    HC_TRY(hc_normal_add(n, "cell", HC_FROM_CELL, -1, err));
    for (size_t k = 0; k < HC_CELLS_NUMBERS; k++)
        for (size_t i = 0; i < n->options->cells->n; i++)
            if (!isnan(n->options->cells->rows[i].number[k])) {
                HC_TRY(hc_normal_add(n,
                                     hc_cells_number_key((hc_cells_number)k),
                                     HC_FROM_FACT, (int)k, err));
                break;
            }
    return HC_OK;
}

static hc_status asked_columns(hc_normal *n, hc_err *err)
{
    const char *s = n->options->columns;
    while (s != NULL && *s != '\0') {
        char name[64];
        size_t len = strcspn(s, ",");
        snprintf(name, sizeof name, "%.*s", (int)(len < 63 ? len : 63), s);
        if (len > 0)
            HC_TRY(hc_normal_add(n, name, HC_FROM_COLUMN, -1, err));
        s += len + (s[len] == ',');
    }
    return HC_OK;
}

static hc_status other_columns(hc_normal *n, hc_err *err)
{
    hc_loggers *l = n->options->loggers;
    for (size_t k = 0; l != NULL && k < hc_loggers_columns(l); k++) {
        char name[64];
        bool taken = false;
        snprintf(name, sizeof name, "%s", hc_loggers_name(l, k));
        for (size_t i = 0; i < n->n_out; i++)
            taken = taken || strcmp(n->out[i].name, name) == 0;
        if (taken)
            snprintf(name, sizeof name, "aux_%.59s", hc_loggers_name(l, k));
        HC_TRY(hc_normal_add(n, name, HC_FROM_LOGGER, (int)k, err));
    }
    HC_TRY(asked_columns(n, err));
    for (size_t i = 0; n->options->all && !n->many && i < n->n_in; i++)
        HC_TRY(hc_normal_add(n, n->dataset->columns[i].name, HC_FROM_ALL,
                             (int)i, err));
    return HC_OK;
}

/* Strict BDF has its own columns only, by their labels, and needs three. */
static hc_status bdf_columns(hc_normal *n, hc_err *err)
{
    static const char *const needed[] = {"test_time_second", "voltage_volt",
                                         "current_ampere"};
    size_t kept = 0, found = 0;
    if (n->kind == HC_KIND_EIS)
        return hc_fail(err, HC_USAGE, "--to bdf writes series only");
    for (size_t i = 0; i < n->n_out; i++)
        if (hc_bdf_known(n->out[i].name) != NULL)
            n->out[kept++] = n->out[i];
    n->n_out = kept;
    for (size_t i = 0; i < kept; i++)
        for (size_t k = 0; k < 3; k++)
            found += strcmp(n->out[i].name, needed[k]) == 0;
    if (found < 3)
        return hc_fail(err, HC_DATA,
                       "BDF needs time, voltage and current; one is missing");
    return HC_OK;
}

static hc_status choose_columns(hc_normal *n, hc_err *err)
{
    if (n->many && !n->options->to_bdf)
        HC_TRY(
            hc_normal_add(n, "source_index", HC_FROM_SOURCE_INDEX, -1, err));
    HC_TRY(cell_columns(n, err));
    if (n->kind == HC_KIND_EIS)
        HC_TRY(hc_eis_columns(n, err));
    else
        HC_TRY(hc_series_columns(n, err));
    HC_TRY(other_columns(n, err));
    if (!n->many && n->n_out == 0)
        return hc_fail_at(err, HC_DATA, n->path, 0,
                          "none of its columns is known (--raw shows them): "
                          "'%.60s' ...",
                          n->n_in > 0 ? n->dataset->columns[0].name : "");
    return n->options->to_bdf ? bdf_columns(n, err) : HC_OK;
}

hc_status hc_normal_header(hc_normal *n, hc_err *err)
{
    bool bdf = n->options->to_bdf;
    HC_TRY(choose_columns(n, err));
    if (bdf)
        HC_TRY(hc_writer_new(&n->writer, n->session->out, HC_WRITE_CSV, err));
    else
        HC_TRY(hc_session_table(n->session, hc_kind_word(n->kind), &n->facts,
                                &n->writer, err));
    HC_TRY(cell_lines(n));
    for (size_t i = 0; i < n->n_out; i++)
        hc_writer_column(n->writer,
                         bdf ? hc_bdf_label(n->out[i].name) : n->out[i].name);
    return HC_OK;
}

/* The data set's column of this name: `known` where it still is one, -1 when
 * there is none. */
static int named(const hc_normal *n, const char *name, int known)
{
    const hc_column *c = n->dataset->columns;
    if (known >= 0 && (size_t)known < n->n_in &&
        strcmp(c[known].name, name) == 0)
        return known;
    for (size_t k = 0; k < n->n_in; k++)
        if (strcmp(c[k].name, name) == 0)
            return (int)k;
    return -1;
}

/* Where the columns of the header are in this data set. */
/* Voltage and current too are those of their columns, where there are any. */
static int read_from(const hc_normal *n, const hc_outcol *c)
{
    return c->from == HC_FROM_COLUMN    ? c->column
           : c->from == HC_FROM_VOLTAGE ? n->slot.volt
           : c->from == HC_FROM_CURRENT ? n->slot.amp
                                        : -1;
}

/* Not where the sign depends on another column. */
bool hc_normal_moves(const hc_normal *n, int column)
{
    const hc_incol *in = column < 0 ? NULL : &n->in[column];
    return in != NULL && in->number && in->m.exact && in->m.sign >= 0 &&
           in->m.shift >= -9 && in->m.shift <= 9 &&
           (n->direction < 0 || column != n->slot.amp);
}

static void set_moved(const hc_normal *n, hc_outcol *c)
{
    c->moved = hc_normal_moves(n, c->read);
    c->shift = c->moved ? n->in[c->read].m.shift : 0;
}

void hc_normal_rebind(hc_normal *n)
{
    hc_series_flat_clear(n);
    for (size_t i = 0; i < n->n_out; i++) {
        hc_outcol *c = &n->out[i];
        c->kept_cell.len = 0;
        if (c->from == HC_FROM_COLUMN)
            c->column = hc_normal_find(n, c->name);
        if (c->from == HC_FROM_ALL ||
            (c->from == HC_FROM_COLUMN && c->column < 0))
            c->column = named(n, c->name, c->column);
        c->read = n->options->by_cells ? -1 : read_from(n, c);
        set_moved(n, c);
    }
}
