/* kind_cell.c: the cell model: against the measurement, inside, in sweeps */
#include "plot/canvas.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What stands on the x axis: time, charge, frequency or state of charge. */
typedef struct {
    const char *column, *title;
    hc_lab_unit unit;
    bool log;
} axis;

static bool moves(const hc_plot_input *in, const hc_rows *g, const char *name)
{
    return hc_plot_column(in, g, name) >= 0 &&
           hc_plot_largest(in, g, 1, name) > 0;
}

static axis choose_axis(const hc_plot_input *in, const hc_rows *g, size_t n,
                        bool charge_first)
{
    double time = hc_plot_largest(in, g, n, "test_time_second");
    axis t = {"test_time_second", "Time", hc_lab_time(time), false};
    static const char *const charges[] = {"capacity_ah", "net_capacity_ah"};
    if (hc_plot_column(in, g, "frequency_hertz") >= 0)
        return (axis){"frequency_hertz", "Frequency", {1, "Hz"}, true};
    for (size_t i = 0; i < 2; i++)
        if ((charge_first || !(time > 0)) && moves(in, g, charges[i]))
            return (axis){
                charges[i], "Charge passed",
                hc_lab_prefix(hc_plot_largest(in, g, n, charges[i]), "Ah"),
                false};
    return t;
}

static hc_status add(const hc_plot_input *in, const hc_rows *g, const axis *a,
                     const char *y, double factor, unsigned look,
                     const char *label, hc_rgba colour, hc_panel *p,
                     hc_err *err)
{
    hc_curve *c;
    hc_status st =
        hc_plot_xy(in, g, p, hc_plot_column(in, g, a->column), a->unit.factor,
                   hc_plot_column(in, g, y), factor, look, &c, err);
    if (st != HC_OK)
        return st;
    c->colour = colour;
    snprintf(c->label, sizeof c->label, "%s", label);
    return HC_OK;
}

/* ---- measured and simulated ---- */

typedef struct {
    const char *measured, *simulated, *residual, *title;
} trio;

static hc_status fill_cmp(const hc_plot_input *in, const hc_rows *g, size_t n,
                          const trio *w, hc_figure *f, hc_err *err)
{
    axis a = choose_axis(in, g, n, false);
    bool eis = a.log;
    hc_lab_unit unit = {1, "V"};
    if (eis)
        unit =
            hc_lab_prefix(hc_plot_largest(in, g, n, w->measured), "\xCE\xA9");
    hc_lab_unit small = hc_lab_prefix(hc_plot_largest(in, g, n, w->residual),
                                      eis ? "\xCE\xA9" : "V");
    hc_panel *p;
    hc_status st =
        hc_plot_panel(f, a.title, a.unit.unit, w->title, unit.unit, &p, err);
    for (size_t k = 0; k < n && st == HC_OK; k++) {
        unsigned look =
            g[k].n > 150 ? HC_LOOK_LINE : HC_LOOK_POINTS | HC_LOOK_OPEN;
        st = add(in, &g[k], &a, w->measured, unit.factor, look, "measured",
                 hc_palette(0), p, err);
        if (st == HC_OK)
            st = add(in, &g[k], &a, w->simulated, unit.factor,
                     HC_LOOK_LINE | (g[k].n > 150 ? HC_LOOK_DASHED : 0),
                     "simulated", hc_palette(1), p, err);
    }
    if (st == HC_OK)
        st = hc_plot_panel(f, a.title, a.unit.unit,
                           "Measured \xE2\x88\x92 simulated", small.unit, &p,
                           err);
    for (size_t k = 0; k < n && st == HC_OK; k++)
        st = add(in, &g[k], &a, w->residual, small.factor,
                 HC_LOOK_LINE | HC_LOOK_THIN, "", HC_GREY, p, err);
    if (st == HC_OK)
        st = hc_panel_rule(p, 0, false, "", err);
    if (st == HC_OK) {
        f->share_x = true;
        f->panel[0].height = 1.7;
        f->panel[0].x.log = f->panel[1].x.log = f->panel[0].y.log = eis;
    }
    return st;
}

static hc_status build_cmp(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const trio volts = {"measured_voltage_volt",
                               "simulated_voltage_volt",
                               "voltage_residual_volt", "Voltage"};
    static const trio ohms = {"measured_absolute_impedance_ohm",
                              "simulated_absolute_impedance_ohm",
                              "impedance_residual_ohm", "|~{Z}|"};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_status st = hc_plot_groups(in, NULL, &g, &n, err);
    if (st != HC_OK)
        return st;
    const trio *w =
        hc_plot_column(in, &g[0], ohms.measured) >= 0 ? &ohms : &volts;
    const char *const needed[] = {w->measured, w->simulated, w->residual,
                                  NULL};
    st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = fill_cmp(in, g, n, w, f, err);
    hc_rows_free(g, n);
    return st;
}

/* ---- profiles ---- */

static hc_status build_profile(const hc_plot_input *in, hc_figure *f,
                               hc_err *err)
{
    static const char *const needed[] = {"depth_meter", "test_time_second",
                                         "concentration_mol_m3", NULL};
    static const struct {
        const char *column, *title, *unit;
        double factor;
    } shown[] = {
        {"concentration_mol_m3", "Concentration", "mol/cm\xC2\xB3", 1e-6},
        {"concentration_gradient_mol_m4", "Gradient", "mol/cm\xE2\x81\xB4",
         1e-8}};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, "test_time_second", &g, &n, err);
    hc_lab_unit time = hc_lab_time(
        st == HC_OK ? hc_plot_largest(in, g, n, "test_time_second") : 0);
    axis a = {"depth_meter",
              "Depth",
              {1e6, "\xC2\xB5"
                    "m"},
              false};
    for (size_t i = 0; i < 2 && st == HC_OK; i++) {
        hc_panel *p;
        if (hc_plot_column(in, &g[0], shown[i].column) < 0)
            continue;
        st = hc_plot_panel(f, a.title, a.unit.unit, shown[i].title,
                           shown[i].unit, &p, err);
        for (size_t k = 0; k < n && st == HC_OK; k++) {
            char label[HC_LABEL_SIZE];
            double at = hc_plot_context(in, &g[k], "test_time_second");
            snprintf(label, sizeof label, "%.3g %s", at * time.factor,
                     time.unit);
            st = add(in, &g[k], &a, shown[i].column, shown[i].factor,
                     HC_LOOK_LINE, n <= 4 && i == 0 ? label : "",
                     hc_palette(k), p, err);
            if (st == HC_OK && n > 4)
                p->curve[k].value = at * time.factor;
        }
    }
    if (st == HC_OK) {
        char title[HC_LABEL_SIZE];
        snprintf(title, sizeof title, "Time (%s)", time.unit);
        f->share_x = true;
        if (n > 4)
            hc_figure_colour_by_value(f, title);
    }
    hc_rows_free(g, n);
    return st;
}

/* ---- overpotentials ---- */

#define TAIL "_overpotential_volt"

/* "charge transfer positive" from charge_transfer_positive_overpotential... */
static void words_of(const char *column, char *buf, size_t cap)
{
    size_t n = strlen(column) - strlen(TAIL);
    if (n >= cap)
        n = cap - 1;
    for (size_t i = 0; i < n; i++)
        buf[i] = column[i] == '_' ? ' ' : column[i];
    buf[n] = '\0';
}

static hc_status add_parts(const hc_plot_input *in, const hc_rows *g,
                           const axis *a, hc_panel *p, hc_err *err)
{
    const hc_frame *f = in->frame[g->frame];
    hc_status st = HC_OK;
    size_t colour = 0;
    for (size_t i = 0; i < hc_frame_columns(f) && st == HC_OK; i++) {
        const char *name = hc_frame_column_name(f, i);
        size_t len = strlen(name);
        if (len <= strlen(TAIL) ||
            strcmp(name + len - strlen(TAIL), TAIL) != 0 ||
            !moves(in, g, name))
            continue;
        char label[HC_LABEL_SIZE];
        words_of(name, label, sizeof label);
        st = add(in, g, a, name, 1000, HC_LOOK_LINE, label,
                 hc_palette(colour++), p, err);
    }
    if (st == HC_OK && colour == 0)
        st = hc_fail_at(err, HC_DATA, hc_frame_name(f), 0,
                        "no column ends in " TAIL
                        " with a value: is it a table of hc-sim?");
    return st;
}

static hc_status build_overpotential(const hc_plot_input *in, hc_figure *f,
                                     hc_err *err)
{
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_groups(in, "sweep_index", &g, &n, err);
    if (st == HC_OK) {
        axis a = choose_axis(in, g, n, false);
        st = hc_plot_panel(f, a.title, a.unit.unit, "Overpotential", "mV", &p,
                           err);
        if (st == HC_OK)
            st = add_parts(in, &g[0], &a, p, err);
    }
    hc_rows_free(g, n);
    return st;
}

/* ---- sweeps ---- */

/* The column of the swept parameter stands behind sweep_index. */
static const char *swept_column(const hc_plot_input *in, const hc_rows *g)
{
    const hc_frame *f = in->frame[g->frame];
    int i = hc_plot_column(in, g, "sweep_index");
    return hc_frame_column_name(f, (size_t)i + 1);
}

/* Rows of a table of steps that discharged something. */
static void keep_discharges(const hc_plot_input *in, hc_rows *g, int column)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->n; i++)
        if (hc_plot_number(in, g, i, column) > 0)
            g->row[kept++] = g->row[i];
    g->n = kept;
}

/* Capacity of each discharge over the last swept parameter, a line for each
 * value of the one before (Wang 2023, Fig. 4). */
static hc_status build_ends(const hc_plot_input *in, hc_figure *f, hc_err *err)
{
    static const char *const q = "step_discharging_capacity_ah";
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    const hc_frame *frame = in->frame[0];
    int at = hc_frame_column(frame, "sweep_index");
    const char *first = hc_frame_column_name(frame, (size_t)at + 1);
    const char *last = hc_frame_column_name(frame, (size_t)at + 2);
    bool two = strcmp(last, "cycle_count") != 0;
    char x_title[HC_LABEL_SIZE], title[HC_LABEL_SIZE];
    hc_canvas_escape(two ? last : first, x_title, sizeof x_title);
    hc_canvas_escape(first, title, sizeof title);
    hc_status st = hc_plot_groups(in, two ? first : NULL, &g, &n, err);
    if (st != HC_OK)
        return st;
    bool length = strncmp(two ? last : first, "geometry_l", 10) == 0;
    hc_lab_unit x = {1, ""};
    if (length)
        x = hc_lab_prefix(hc_plot_largest(in, g, n, two ? last : first), "m");
    hc_lab_unit y = hc_lab_charge(hc_plot_largest(in, g, n, q), false);
    axis a = {two ? last : first, length ? "Thickness" : x_title, x, false};
    st = hc_plot_panel(f, a.title, x.unit, "Discharge capacity", y.unit, &p,
                       err);
    double lo = HUGE_VAL, hi = 0;
    for (size_t k = 0; k < n && st == HC_OK; k++) {
        keep_discharges(in, &g[k], hc_plot_column(in, &g[k], q));
        st = add(in, &g[k], &a, q, y.factor, HC_LOOK_LINE | HC_LOOK_POINTS, "",
                 hc_palette(k), p, err);
        if (st != HC_OK || !two)
            continue;
        double v = hc_plot_context(in, &g[k], first);
        p->curve[k].value = v;
        lo = fmin(lo, v);
        hi = fmax(hi, v);
    }
    f->bar_log = lo > 0 && hi > 20 * lo;
    if (st == HC_OK && two)
        hc_figure_colour_by_value(f, title);
    hc_rows_free(g, n);
    return st;
}

static hc_status build_sweep(const hc_plot_input *in, hc_figure *f,
                             hc_err *err)
{
    static const char *const needed[] = {"sweep_index", "voltage_volt", NULL};
    hc_rows *g = NULL;
    size_t n = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK &&
        hc_frame_column(in->frame[0], "step_discharging_capacity_ah") >= 0)
        return build_ends(in, f, err);
    if (st == HC_OK)
        st = hc_plot_groups(in, "sweep_index", &g, &n, err);
    if (st == HC_OK) {
        axis a = choose_axis(in, g, n, true);
        const char *key = swept_column(in, &g[0]);
        char title[HC_LABEL_SIZE];
        hc_canvas_escape(key, title, sizeof title);
        st = hc_plot_panel(f, a.title, a.unit.unit, "Voltage", "V", &p, err);
        double lo = HUGE_VAL, hi = 0;
        for (size_t k = 0; k < n && st == HC_OK; k++) {
            st = add(in, &g[k], &a, "voltage_volt", 1, HC_LOOK_LINE, "",
                     hc_palette(k), p, err);
            if (st != HC_OK)
                break;
            double v = hc_plot_context(in, &g[k], key);
            p->curve[k].value = v;
            lo = fmin(lo, v);
            hi = fmax(hi, v);
        }
        f->bar_log = lo > 0 && hi > 20 * lo;
        if (st == HC_OK)
            hc_figure_colour_by_value(f, title);
    }
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_cmp = {
    "cmp", "measured and simulated, and their difference", "cmp", build_cmp};
const hc_plot_kind hc_plot_profile = {
    "profile", "concentration over depth at several times", "profile",
    build_profile};
const hc_plot_kind hc_plot_overpotential = {"overpotential",
                                            "where the cell's voltage is lost",
                                            "series", build_overpotential};
const hc_plot_kind hc_plot_sweep = {"sweep", "curves of a parameter sweep",
                                    "series", build_sweep};
