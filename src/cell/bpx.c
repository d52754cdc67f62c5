/* bpx.c: the Battery Parameter eXchange format, as far as a half cell with a
 * lithium electrode and our cathodes have a place in it (BPX 1.x, MIT).
 *
 * BPX knows no film, no solid electrolyte and no source of a value; a BPX
 * cell is a composite cathode, and what our model needs beyond (electrolyte
 * layer conductivity) is taken from its separator. */
#include "cell/cellfile.h"
#include "cell/cellfile_private.h"
#include "core/number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool hc_cellfile_is_bpx(const hc_cellfile *f)
{
    return json_object_get(json_object_get(f->root, "Header"), "BPX") != NULL;
}

/* BPX field -> ours, number taken as it is. */
typedef struct {
    const char *section, *field;
    hc_parameter to;
} bpx_row;

static const bpx_row rows[] = {
    {"Cell", "Electrode area [m2]", HC_P_AREA},
    {"Cell", "Lower voltage cut-off [V]", HC_P_V_MIN},
    {"Cell", "Upper voltage cut-off [V]", HC_P_V_MAX},
    {"Cell", "Reference temperature [K]", HC_P_TEMPERATURE},
    {"Cell", "Nominal cell capacity [A.h]", HC_P_C_RATE},
    {"Separator", "Thickness [m]", HC_P_L_SE},
    {"Positive electrode", "Thickness [m]", HC_P_L_P},
    {"Positive electrode", "Particle radius [m]", HC_P_RADIUS},
    {"Positive electrode", "Diffusivity [m2.s-1]", HC_P_D},
    {"Positive electrode", "Maximum concentration [mol.m-3]", HC_P_C_MAX},
    {"Positive electrode", "Conductivity [S.m-1]", HC_P_SIGMA_E},
    {"Negative electrode", "Thickness [m]", HC_P_L_N},
    {"User-defined", "Solid electrolyte conductivity [S.m-1]", HC_P_SIGMA},
    {"User-defined", "Cathode electrolyte conductivity [S.m-1]", HC_P_KAPPA_P},
    {"User-defined", "Initial cathode stoichiometry", HC_P_X0},
    {"User-defined", "Cathode exchange current density [A.m-2]", HC_P_I0_P},
    {"User-defined", "Lithium exchange current density [A.m-2]", HC_P_I0_N},
    {"User-defined", "Series resistance [ohm.m2]", HC_P_R_S},
    {"User-defined", "Cathode double-layer capacity [F.m-2]", HC_P_C_P},
    {"User-defined", "Lithium double-layer capacity [F.m-2]", HC_P_C_N},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const json_t *field(const json_t *par, const char *section,
                           const char *name)
{
    return json_object_get(json_object_get(par, section), name);
}

/* eps_s from the surface area per volume: a = 3 eps/R. */
static hc_status active_fraction(hc_cellfile *f, const json_t *par,
                                 const hc_provenance *from, hc_err *err)
{
    const json_t *a =
        field(par, "Positive electrode", "Surface area per unit volume [m-1]");
    const json_t *r = field(par, "Positive electrode", "Particle radius [m]");
    if (!json_is_number(a) || !json_is_number(r))
        return HC_OK;
    return hc_cellfile_set(f, HC_P_EPS_S,
                           json_number_value(a) * json_number_value(r) / 3,
                           NULL, from, err);
}

static hc_status ocv(hc_cellfile *f, const json_t *par, const char *name,
                     const hc_provenance *from, hc_err *err)
{
    const json_t *u = field(par, "Positive electrode", "OCP [V]");
    double *x = NULL, *y = NULL;
    size_t nx, ny;
    if (!u)
        return HC_OK;
    if (!json_is_object(u))
        return hc_fail_at(err, HC_DATA, name, 0,
                          "Positive electrode.OCP [V]: a table {x, y} is "
                          "needed, not %s",
                          json_is_string(u) ? "an expression" : "a number");
    hc_status st = hc_cellfile_numbers(json_object_get(u, "x"), "OCP [V] x",
                                       name, &x, &nx, err);
    if (st == HC_OK)
        st = hc_cellfile_numbers(json_object_get(u, "y"), "OCP [V] y", name,
                                 &y, &ny, err);
    if (st == HC_OK && nx != ny)
        st = hc_fail_at(err, HC_DATA, name, 0,
                        "OCP [V]: %zu values of x but %zu of y", nx, ny);
    if (st == HC_OK)
        st = hc_cellfile_set_table(f, "cathode.OCV", x, y, nx, "V", from, err);
    free(x);
    free(y);
    return st;
}

hc_status hc_bpx_read(hc_cellfile **out, const hc_cellfile *bpx, hc_err *err)
{
    static const char start[] = "{\"schema\":\"halfcell-cell 1\",\"cathode\":"
                                "{\"model\":\"composite\"}}";
    hc_provenance from = {
        .status = "literature", .source = bpx->name, .sd_ln = (double)NAN};
    const json_t *par = json_object_get(bpx->root, "Parameterisation");
    hc_cellfile *f;
    if (!json_is_object(par))
        return hc_fail_at(err, HC_DATA, bpx->name, 0,
                          "BPX: 'Parameterisation' is missing");
    hc_status st =
        hc_cellfile_parse(&f, start, sizeof start - 1, bpx->name, err);
    if (st != HC_OK)
        return st;
    bool film = !field(par, "Positive electrode", "Particle radius [m]");
    if (film)
        st = hc_cellfile_set_word(f, "cathode.model", "film", err);
    for (size_t i = 0; st == HC_OK && i < ROWS; i++) {
        const json_t *v = field(par, rows[i].section, rows[i].field);
        if (!v)
            continue;
        if (!json_is_number(v))
            st = hc_fail_at(err, HC_DATA, bpx->name, 0,
                            "%s.%s: only a number can be taken over",
                            rows[i].section, rows[i].field);
        else
            st = hc_cellfile_set(f, rows[i].to, json_number_value(v), NULL,
                                 &from, err);
    }
    if (st == HC_OK)
        st = active_fraction(f, par, &from, err);
    if (st == HC_OK)
        st = ocv(f, par, bpx->name, &from, err);
    const char *title = json_string_value(
        json_object_get(json_object_get(bpx->root, "Header"), "Title"));
    if (st == HC_OK && title)
        st = hc_cellfile_set_word(f, "name", title, err);
    if (st != HC_OK) {
        hc_cellfile_free(f);
        return st;
    }
    *out = f;
    return HC_OK;
}

static void put_number(json_t *par, const char *section, const char *name,
                       double v)
{
    json_t *s = json_object_get(par, section);
    if (!s) {
        json_object_set_new(par, section, json_object());
        s = json_object_get(par, section);
    }
    if (isfinite(v))
        json_object_set_new(s, name, json_real(v));
}

static json_t *ocv_table(const hc_cell *c)
{
    enum { POINTS = 101 };
    json_t *x = json_array(), *y = json_array();
    bool table = c->ocv.kind == HC_CURVE_TABLE;
    size_t n = table ? c->ocv.n : POINTS;
    for (size_t i = 0; i < n; i++) {
        double at = table ? c->ocv.x[i]
                          : c->ocv.x_min + (c->ocv.x_max - c->ocv.x_min) *
                                               (double)i / (POINTS - 1);
        json_array_append_new(x, json_real(at));
        json_array_append_new(y, json_real(hc_curve_at(&c->ocv, at, NULL)));
    }
    return json_pack("{s:o,s:o}", "x", x, "y", y);
}

static int dump(const char *buffer, size_t size, void *out)
{
    hc_out_write(out, buffer, size);
    return 0;
}

hc_status hc_bpx_write(const hc_cellfile *f, hc_out *out, hc_err *err)
{
    hc_cell c;
    hc_status st = hc_cellfile_cell(f, &c, false, NULL, err);
    if (st != HC_OK)
        return st;
    json_t *par = json_object();
    json_t *root = json_pack("{s:{s:s,s:s,s:s},s:o}", "Header", "BPX", "1.0.0",
                             "Title", c.name, "Model",
                             c.cathode == HC_CATHODE_COMPOSITE ? "DFN" : "SPM",
                             "Parameterisation", par);
    for (size_t i = 0; root && i < ROWS; i++)
        put_number(par, rows[i].section, rows[i].field, c.value[rows[i].to]);
    if (root && c.cathode == HC_CATHODE_COMPOSITE)
        put_number(par, "Positive electrode",
                   "Surface area per unit volume [m-1]",
                   3 * c.value[HC_P_EPS_S] / c.value[HC_P_RADIUS]);
    if (root && c.has_ocv)
        json_object_set_new(json_object_get(par, "Positive electrode"),
                            "OCP [V]", ocv_table(&c));
    if (!root || json_dump_callback(root, dump, out,
                                    JSON_INDENT(1) | JSON_PRESERVE_ORDER |
                                        JSON_REAL_PRECISION(12)) != 0)
        st = hc_fail_nomem(err);
    hc_out_putc(out, '\n');
    json_decref(root);
    hc_cell_clear(&c);
    return st;
}
