#include "formats/cells.h"

#include "core/frame.h"
#include "core/text.h"
#include "core/units.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *column, *key;
    hc_dim dim;
} number_spec;

static const number_spec numbers[HC_CELLS_NUMBERS] = {
    [HC_CELLS_AREA] = {"area", "area_m2", {.m = 2}},
    [HC_CELLS_CATHODE_AREA] = {"cathode_area", "cathode_area_m2", {.m = 2}},
    [HC_CELLS_AREA_SD] = {"area_sd", "area_sd_m2", {.m = 2}},
    [HC_CELLS_SE_THICKNESS] = {"se_thickness", "se_thickness_m", {.m = 1}},
    [HC_CELLS_FILM_THICKNESS] = {"film_thickness",
                                 "film_thickness_m",
                                 {.m = 1}},
    [HC_CELLS_PARTICLE_RADIUS] = {"particle_radius",
                                  "particle_radius_m",
                                  {.m = 1}},
    [HC_CELLS_MASS] = {"mass", "mass_kg", {.kg = 1}},
    [HC_CELLS_ACTIVE_FRACTION] = {"active_fraction", "active_fraction", {0}},
    [HC_CELLS_THEORY_CAPACITY] = {"theory_capacity",
                                  "theory_capacity_c",
                                  {.a = 1, .s = 1}},
    [HC_CELLS_LITHIUM_THICKNESS] = {"lithium_thickness",
                                    "lithium_thickness_m",
                                    {.m = 1}},
    [HC_CELLS_PRESSURE] = {"pressure",
                           "pressure_pa",
                           {.kg = 1, .m = -1, .s = -2}},
    [HC_CELLS_TEMPERATURE] = {"temperature", "temperature_celsius", {.k = 1}},
};

static const char *const words[HC_CELLS_WORDS] = {
    "batch",   "group",     "configuration", "working",
    "counter", "reference", "se_material",   "note"};

const char *hc_cells_number_key(hc_cells_number i)
{
    return numbers[i].key;
}

const char *hc_cells_word_key(hc_cells_word i)
{
    return words[i];
}

static bool said(const char *text)
{
    return text[0] != '\0' && strcmp(text, "-") != 0 &&
           hc_strcasecmp(text, "nan") != 0;
}

static hc_status read_number(const hc_frame *f, size_t i, hc_cells_number k,
                             hc_cells_row *row, hc_err *err)
{
    const number_spec *spec = &numbers[k];
    int c = hc_frame_column(f, spec->column);
    const char *text = c < 0 ? "" : hc_frame_text(f, i, c);
    hc_status st;
    row->number[k] = NAN;
    if (!said(text))
        return HC_OK;
    st =
        hc_quantity_parse(text, spec->dim, spec->column, &row->number[k], err);
    /* a theoretical capacity may be per mass of active material */
    if (st != HC_OK && k == HC_CELLS_THEORY_CAPACITY &&
        hc_quantity_parse(text, HC_DIM_SPECIFIC_CHARGE, spec->column,
                          &row->number[k], NULL) == HC_OK) {
        row->specific = true;
        return HC_OK;
    }
    if (st == HC_OK)
        return HC_OK;
    if (err != NULL) {
        hc_err what = *err;
        hc_fail_at(err, HC_DATA, hc_frame_name(f), hc_frame_line(f, i), "%s",
                   what.text);
    }
    return HC_DATA;
}

static hc_status copy_word(char **to, const hc_frame *f, size_t i,
                           const char *column, hc_err *err)
{
    int c = hc_frame_column(f, column);
    const char *text = c < 0 ? "" : hc_frame_text(f, i, c);
    if (!said(text))
        return HC_OK;
    *to = hc_strdup(text);
    return *to == NULL ? hc_fail_nomem(err) : HC_OK;
}

static hc_status read_row(const hc_frame *f, size_t i, hc_cells_row *row,
                          hc_err *err)
{
    char *exclude = NULL;
    hc_status st = copy_word(&row->cell, f, i, "cell", err);
    row->line = hc_frame_line(f, i);
    if (st == HC_OK && row->cell == NULL)
        return hc_fail_at(err, HC_DATA, hc_frame_name(f), row->line,
                          "a row without a name in column cell");
    if (st == HC_OK)
        st = copy_word(&row->match, f, i, "match", err);
    for (size_t k = 0; k < HC_CELLS_WORDS && st == HC_OK; k++)
        st = copy_word(&row->word[k], f, i, words[k], err);
    for (size_t k = 0; k < HC_CELLS_NUMBERS && st == HC_OK; k++)
        st = read_number(f, i, (hc_cells_number)k, row, err);
    if (st == HC_OK)
        st = copy_word(&exclude, f, i, "exclude", err);
    row->exclude = exclude != NULL && hc_strcasecmp(exclude, "no") != 0 &&
                   hc_strcasecmp(exclude, "false") != 0 &&
                   strcmp(exclude, "0") != 0;
    free(exclude);
    return st;
}

/* A misspelt column would be lost silently. */
static hc_status check_columns(const hc_frame *f, hc_err *err)
{
    for (size_t i = 0; i < hc_frame_columns(f); i++) {
        const char *name = hc_frame_column_name(f, i);
        bool known = strcmp(name, "cell") == 0 || strcmp(name, "match") == 0 ||
                     strcmp(name, "exclude") == 0;
        for (size_t k = 0; k < HC_CELLS_WORDS; k++)
            known = known || strcmp(name, words[k]) == 0;
        for (size_t k = 0; k < HC_CELLS_NUMBERS; k++)
            known = known || strcmp(name, numbers[k].column) == 0;
        if (!known)
            return hc_fail_at(err, HC_DATA, hc_frame_name(f), 0,
                              "column '%s' is none of a table of cells, see "
                              "halfcell-cells(5)",
                              name);
    }
    return HC_OK;
}

hc_status hc_cells_open(hc_cells **out, const char *path, hc_err *err)
{
    hc_frame *f = NULL;
    hc_cells *c = calloc(1, sizeof *c);
    hc_status st;
    int column;
    if (c == NULL)
        return hc_fail_nomem(err);
    st = hc_frame_open(&f, path, err);
    if (st == HC_OK)
        st = hc_frame_need(f, "cell", &column, err);
    if (st == HC_OK)
        st = check_columns(f, err);
    if (st == HC_OK) {
        c->path = hc_strdup(path);
        c->rows = calloc(hc_frame_rows(f) + 1, sizeof *c->rows);
        if (c->path == NULL || c->rows == NULL)
            st = hc_fail_nomem(err);
    }
    for (size_t i = 0; st == HC_OK && i < hc_frame_rows(f); i++) {
        c->n = i + 1;
        st = read_row(f, i, &c->rows[i], err);
    }
    hc_frame_free(f);
    if (st != HC_OK)
        hc_cells_free(c);
    else
        *out = c;
    return st;
}

void hc_cells_free(hc_cells *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->n; i++) {
        free(c->rows[i].cell);
        free(c->rows[i].match);
        for (size_t k = 0; k < HC_CELLS_WORDS; k++)
            free(c->rows[i].word[k]);
    }
    free(c->rows);
    free(c->path);
    free(c);
}

static bool is_word(char c)
{
    return hc_isalpha(c) || hc_isdigit(c);
}

static bool matches(const hc_cells_row *row, const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *base = slash == NULL ? file : slash + 1;
    if (row->match != NULL)
        return fnmatch(row->match,
                       strchr(row->match, '/') != NULL ? file : base, 0) == 0;
    /* cell7 takes cell7_PEIS.mpr, not cell70_PEIS.mpr */
    return hc_starts_with(base, row->cell) &&
           !is_word(base[strlen(row->cell)]);
}

hc_status hc_cells_find(const hc_cells *c, const char *file,
                        const hc_cells_row **row, hc_err *err)
{
    *row = NULL;
    for (size_t i = 0; i < c->n; i++) {
        if (!matches(&c->rows[i], file))
            continue;
        if (*row != NULL)
            return hc_fail_at(err, HC_DATA, file, 0,
                              "two rows of %s match: %s (line %ld) and %s "
                              "(line %ld)",
                              c->path, (*row)->cell, (*row)->line,
                              c->rows[i].cell, c->rows[i].line);
        *row = &c->rows[i];
    }
    return HC_OK;
}
