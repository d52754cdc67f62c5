/* cellread.c: from the document to the cell in SI, with units checked */
#include "cell/cellfile.h"
#include "cell/cellfile_private.h"
#include "cell/physics.h"
#include "core/text.h"
#include "core/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const hc_cellfile *f;
    hc_cell *cell;
    hc_talk *talk;
    hc_err *err;
    double t_ref;
} reader;

static hc_status fail(reader *r, const char *path, const char *text,
                      const char *found)
{
    return hc_fail_at(r->err, HC_DATA, r->f->name, 0, "%s: %s%s%s%s", path,
                      text, found ? " '" : "", found ? found : "",
                      found ? "'" : "");
}

/* A number with its unit into SI; `dim` is what is expected. */
static hc_status quantity(reader *r, const char *path, const json_t *value,
                          const json_t *unit, hc_dim dim, double *si)
{
    const char *u = json_string_value(unit);
    if (!json_is_number(value))
        return fail(r, path, "the value is not a number", NULL);
    *si = json_number_value(value);
    bool bare = hc_dim_equal(dim, HC_DIM_NONE);
    if (!u) {
        if (bare)
            return HC_OK;
        return fail(r, path, "a unit is missing", NULL);
    }
    if (hc_dim_equal(dim, HC_DIM_TEMPERATURE) &&
        (strcmp(u, "degC") == 0 || strcmp(u, "C") == 0 ||
         strcmp(u, "\xc2\xb0"
                   "C") == 0)) {
        *si += 273.15;
        return HC_OK;
    }
    size_t len = strcspn(u, "\t\n");
    if (hc_starts_with(u, "V vs"))
        len = 1;
    if (bare && (strcmp(u, "1") == 0 || strcmp(u, "-") == 0))
        return HC_OK;
    double factor;
    hc_dim found;
    if (!hc_unit_parse(u, len, &factor, &found))
        return fail(r, path, "unknown unit", u);
    if (!hc_dim_equal(found, dim))
        return hc_fail_at(r->err, HC_DATA, r->f->name, 0,
                          "%s: '%s' is no unit of %s", path, u,
                          hc_dim_name(dim));
    *si *= factor;
    return HC_OK;
}

static hc_status activation(reader *r, const char *path, const json_t *v,
                            hc_arrhenius *law)
{
    const json_t *ea = json_object_get(v, "Ea");
    *law = (hc_arrhenius){.t_ref_k = r->t_ref, .sign = 1};
    if (!ea)
        return HC_OK;
    char name[128];
    snprintf(name, sizeof name, "%s.Ea", path);
    const json_t *unit = json_object_get(ea, "unit");
    const char *u = json_string_value(unit);
    hc_status st;
    if (u && strchr(u, 'V')) { /* eV per particle */
        st = quantity(r, name, json_object_get(ea, "value"), unit,
                      (hc_dim){.kg = 1, .m = 2, .s = -2}, &law->ea_j_mol);
        law->ea_j_mol *= 6.02214076e23;
    } else {
        st = quantity(r, name, json_object_get(ea, "value"), unit,
                      HC_DIM_MOLAR_ENERGY, &law->ea_j_mol);
    }
    const json_t *t = json_object_get(v, "T_ref");
    if (st == HC_OK && t) {
        snprintf(name, sizeof name, "%s.T_ref", path);
        st = quantity(r, name, json_object_get(t, "value"),
                      json_object_get(t, "unit"), HC_DIM_TEMPERATURE,
                      &law->t_ref_k);
    }
    if (st != HC_OK)
        return st;
    const char *form = json_string_value(json_object_get(v, "form"));
    static const char *const plain[] = {"value", "sigma", "D", "i0", "k"};
    if (!form)
        return HC_OK;
    if (strcmp(form, "sigmaT") == 0) {
        law->power = 1;
    } else if (strcmp(form, "R") == 0) {
        law->sign = -1;
    } else if (strcmp(form, "R/T") == 0) {
        law->sign = -1;
        law->power = -1;
    } else if (strcmp(form, "i0/T") == 0) {
        law->power = -1;
    } else {
        for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
            if (strcmp(form, plain[i]) == 0)
                return HC_OK;
        return fail(r, path, "unknown Arrhenius form", form);
    }
    return HC_OK;
}

static hc_status scalar(reader *r, hc_parameter p, const json_t *v)
{
    const hc_parameter_info *about = hc_parameter_about(p);
    hc_dim dim = hc_parameter_dim(p);
    double si;
    hc_status st;
    hc_arrhenius law = {.t_ref_k = r->t_ref, .sign = 1};
    if (json_is_null(v))
        return HC_OK;
    if (json_is_string(v)) {
        st = hc_quantity_parse(json_string_value(v), dim, about->path, &si,
                               r->err);
        if (st != HC_OK)
            return fail(r, about->path,
                        "not a quantity:", json_string_value(v));
        if (hc_dim_equal(dim, HC_DIM_TEMPERATURE))
            si += 273.15;
    } else if (json_is_number(v)) {
        st = quantity(r, about->path, v, NULL, dim, &si);
    } else if (json_is_object(v)) {
        const json_t *value = json_object_get(v, "value");
        if (!value)
            return fail(r, about->path, "'value' is missing", NULL);
        if (json_is_null(value))
            return HC_OK;
        st = quantity(r, about->path, value, json_object_get(v, "unit"), dim,
                      &si);
        if (st == HC_OK)
            st = activation(r, about->path, v, &law);
        const json_t *sd = json_object_get(v, "sd_ln");
        if (json_is_number(sd))
            r->cell->sd_ln[p] = json_number_value(sd);
    } else {
        return fail(r, about->path, "a value with its unit is expected", NULL);
    }
    if (st != HC_OK)
        return st;
    if (!isfinite(si))
        return fail(r, about->path, "the value is not finite", NULL);
    r->cell->value[p] = si;
    r->cell->law[p] = law;
    return HC_OK;
}

/* {x: [...], y: [...]} (V, D, i0 in place of y), {form, b}, or a number. */
static hc_status curve(reader *r, const char *path, const json_t *v,
                       const char *y_name, bool potential, hc_dim dim,
                       hc_curve *out)
{
    hc_curve c = {0};
    double *x = NULL, *y = NULL, scale = 1;
    size_t nx = 0, ny = 0;
    hc_status st = HC_OK;
    const json_t *unit = json_object_get(v, "unit");
    const json_t *one = json_integer(1);
    if (!one)
        return hc_fail_nomem(r->err);
    if (unit)
        st = quantity(r, path, one, unit, dim, &scale);
    json_decref((json_t *)one);
    const char *form = json_string_value(json_object_get(v, "form"));
    if (st == HC_OK && form) {
        st = hc_cellfile_numbers(json_object_get(v, "b"), path, r->f->name, &y,
                                 &ny, r->err);
        const json_t *lo = json_object_get(v, "x_min");
        const json_t *hi = json_object_get(v, "x_max");
        if (st == HC_OK)
            st = hc_curve_form(&c, form, y, ny, lo ? json_number_value(lo) : 0,
                               hi ? json_number_value(hi) : 1, r->err);
    } else if (st == HC_OK && json_is_number(v)) {
        c = hc_curve_constant(json_number_value(v));
    } else if (st == HC_OK) {
        const json_t *ys = json_object_get(v, y_name);
        if (!ys)
            ys = json_object_get(v, "y");
        st = hc_cellfile_numbers(json_object_get(v, "x"), path, r->f->name, &x,
                                 &nx, r->err);
        if (st == HC_OK)
            st = hc_cellfile_numbers(ys, path, r->f->name, &y, &ny, r->err);
        if (st == HC_OK && nx != ny)
            st = hc_fail(r->err, HC_DATA, "%zu values of x but %zu of %s", nx,
                         ny, y_name);
        for (size_t i = 0; st == HC_OK && i < ny; i++)
            y[i] *= scale;
        if (st == HC_OK)
            st = hc_curve_table(&c, x, y, nx, potential, r->err);
    }
    c.positive = !potential;
    free(x);
    free(y);
    if (st == HC_OK) {
        hc_curve_clear(out);
        *out = c;
        return HC_OK;
    }
    if (r->err && r->err->file[0] == '\0') {
        hc_err_prefix(r->err, "%s: ", path);
        snprintf(r->err->file, sizeof r->err->file, "%s", r->f->name);
    }
    return st;
}

/* U(x) must fall, or soc and cutoffs have no meaning. */
static hc_status falling(reader *r, const char *path, const hc_curve *c)
{
    double before = INFINITY;
    for (int i = 0; i <= 400; i++) {
        double x = c->x_min + (c->x_max - c->x_min) * i / 400;
        double u = hc_curve_at(c, x, NULL);
        if (!(u < before + 1e-9))
            return hc_fail_at(r->err, HC_DATA, r->f->name, 0,
                              "%s rises (or is no number) at x = %g: U(x) "
                              "must fall with x; smooth it",
                              path, x);
        before = u;
    }
    return HC_OK;
}

typedef struct {
    const char *path, *words; /* "a|b" */
    size_t offset;
    bool is_bool; /* second word is true */
} word_row;

static const word_row word_rows[] = {
    {"cathode.model", "film|composite|lithium", offsetof(hc_cell, cathode),
     false},
    {"electrolyte.model", "ohmic|two-species", offsetof(hc_cell, se), false},
    {"electrolyte.geometric", "electrolyte|cell",
     offsetof(hc_cell, geometric_on_cell), true},
    {"interface_p.kinetics", "bv|linear|none|frumkin",
     offsetof(hc_cell, kin_p), false},
    {"interface_n.kinetics", "bv|linear|none|frumkin",
     offsetof(hc_cell, kin_n), false},
    {"interface_p.capacitor", "psi|eta", offsetof(hc_cell, capacitor_on_eta),
     true},
    {"electrolyte.order", "no|yes", offsetof(hc_cell, electrolyte_order),
     true},
};

static hc_status word(reader *r, const word_row *row, const json_t *v)
{
    const char *s = json_string_value(v);
    if (!s)
        return fail(r, row->path, "a word is expected, one of", row->words);
    int index = 0;
    for (const char *w = row->words; *w; index++) {
        size_t len = strcspn(w, "|");
        if (strlen(s) == len && strncmp(w, s, len) == 0) {
            char *at = (char *)r->cell + row->offset;
            if (row->is_bool)
                *(bool *)at = index == 1;
            else
                memcpy(at, &index, sizeof index);
            return HC_OK;
        }
        w += len + (w[len] == '|');
    }
    return hc_fail_at(r->err, HC_DATA, r->f->name, 0,
                      "%s: '%s' is unknown (known: %s)", row->path, s,
                      row->words);
}

static bool is_comment(const char *key)
{
    static const char *const known[] = {
        "schema",  "units",         "sign",     "description", "note",
        "notes",   "source",        "status",   "derived",     "expected",
        "warning", "protocol_note", "warnings", "protocol",    "doi",
        "sd_ln",   "uncertainty"};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(key, known[i]) == 0)
            return true;
    return false;
}

static hc_status unknown(reader *r, const char *path)
{
    const char *best = NULL;
    size_t least = 4;
    for (int i = 0; i < HC_P_COUNT; i++) {
        const char *name = hc_parameter_about((hc_parameter)i)->path;
        if (hc_nearer(name, path, &least))
            best = name;
    }
    if (best)
        return hc_fail_at(r->err, HC_DATA, r->f->name, 0,
                          "unknown name '%s' (did you mean '%s'?)", path,
                          best);
    return hc_fail_at(r->err, HC_DATA, r->f->name, 0,
                      "unknown name '%s' (see halfcell-cell(5))", path);
}

static hc_status special(reader *r, const char *path, const json_t *v,
                         bool *done)
{
    hc_cell *c = r->cell;
    *done = true;
    for (size_t i = 0; i < sizeof word_rows / sizeof word_rows[0]; i++)
        if (strcmp(path, word_rows[i].path) == 0)
            return word(r, &word_rows[i], v);
    if (strcmp(path, "cathode.OCV") == 0) {
        hc_status st = curve(r, path, v, "V", true, HC_DIM_VOLTAGE, &c->ocv);
        c->has_ocv = true;
        return st == HC_OK ? falling(r, path, &c->ocv) : st;
    }
    if (strcmp(path, "interface_n.OCV") == 0) {
        hc_status st = curve(r, path, v, "V", true, HC_DIM_VOLTAGE, &c->u_n);
        c->has_u_n = true;
        return st == HC_OK ? falling(r, path, &c->u_n) : st;
    }
    if (strcmp(path, "cathode.D_shape") == 0)
        return curve(r, path, v, "shape", false, HC_DIM_NONE, &c->d_shape);
    if (strcmp(path, "cathode.dUdT") == 0) {
        c->has_entropy = true;
        return curve(r, path, v, "V_K", false,
                     (hc_dim){.kg = 1, .m = 2, .s = -3, .a = -1, .k = -1},
                     &c->entropy);
    }
    if (strcmp(path, "interface_p.i0_shape") == 0) {
        c->has_i0_shape = true;
        return curve(r, path, v, "shape", false, HC_DIM_NONE, &c->i0_p_shape);
    }
    if (strcmp(path, "interface_n.reference") == 0 ||
        strcmp(path, "name") == 0) {
        char *to = path[0] == 'n' ? c->name : c->negative_reference;
        size_t cap =
            path[0] == 'n' ? sizeof c->name : sizeof c->negative_reference;
        const char *s = json_string_value(v);
        if (!s)
            return fail(r, path, "a text is expected", NULL);
        snprintf(to, cap, "%s", s);
        return HC_OK;
    }
    *done = false;
    return HC_OK;
}

static hc_status entry(reader *r, const char *path, const json_t *v)
{
    bool done;
    hc_status st = special(r, path, v, &done);
    if (done)
        return st;
    for (int i = 0; i < HC_P_COUNT; i++)
        if (strcmp(hc_parameter_about((hc_parameter)i)->path, path) == 0)
            return scalar(r, (hc_parameter)i, v);
    return unknown(r, path);
}

static hc_status document(reader *r, const json_t *root)
{
    static const char *const sections[] = {
        "geometry",   "electrolyte", "cathode", "interface_p", "interface_n",
        "interphase", "series",      "thermal", "window"};
    const char *key, *inner;
    json_t *value, *v;
    json_object_foreach((json_t *)root, key, value)
    {
        hc_status st = HC_OK;
        bool section = false;
        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
            section = section || strcmp(sections[i], key) == 0;
        if (is_comment(key))
            continue;
        if (!section) {
            st = entry(r, key, value);
        } else if (!json_is_object(value)) {
            st = fail(r, key, "an object is expected", NULL);
        } else {
            json_object_foreach(value, inner, v)
            {
                char path[128];
                snprintf(path, sizeof path, "%s.%s", key, inner);
                if (st == HC_OK && !is_comment(inner))
                    st = entry(r, path, v);
            }
        }
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

static hc_status read_cell(reader *r, bool complete)
{
    const json_t *root = r->f->root;
    const char *schema = json_string_value(json_object_get(root, "schema"));
    if (!schema || !hc_starts_with(schema, "halfcell-cell "))
        return fail(r, "schema", "'halfcell-cell 1' is expected, found",
                    schema ? schema : "nothing");
    if (strcmp(schema, "halfcell-cell 1") != 0)
        return fail(r, "schema", "unknown version", schema);
    r->t_ref = 298.15;
    const json_t *t = json_object_get(root, "temperature");
    hc_status st = HC_OK;
    if (t)
        st = scalar(r, HC_P_TEMPERATURE, t);
    if (st == HC_OK && !isnan(r->cell->value[HC_P_TEMPERATURE]))
        r->t_ref = r->cell->value[HC_P_TEMPERATURE];
    if (st == HC_OK)
        st = document(r, root);
    if (st == HC_OK && complete) {
        st = hc_cell_check(r->cell, r->err);
        if (st != HC_OK && r->err)
            snprintf(r->err->file, sizeof r->err->file, "%s", r->f->name);
    }
    return st;
}

hc_status hc_cellfile_cell(const hc_cellfile *f, hc_cell *cell, bool complete,
                           hc_talk *talk, hc_err *err)
{
    hc_cell c;
    hc_cell_init(&c);
    reader r = {.f = f, .cell = &c, .talk = talk, .err = err};
    hc_status st = read_cell(&r, complete);
    if (st != HC_OK) {
        hc_cell_clear(&c);
        return st;
    }
    *cell = c;
    return HC_OK;
}
