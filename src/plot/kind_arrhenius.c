/* kind_arrhenius.c: activated quantities against the inverse temperature */
#include "fitters/arrhenius.h"
#include "plot/canvas.h"
#include "plot/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KELVIN 273.15
#define EV     96485.33212 /* J/mol in 1 eV, CODATA 2018 */

/* What records may hold that follows a law. */
static const struct {
    const char *quantity, *title, *unit;
    double factor;

} shown[] = {
    {"conductivity_s_m", "~{\xCF\x83}",
     "S cm^{\xE2\x88\x92"
     "1}",
     0.01},
    {"conductivity_apparent_s_m", "~{\xCF\x83}",
     "S cm^{\xE2\x88\x92"
     "1}",
     0.01},
    {"area_specific_resistance_ohm_m2", "ASR", "\xCE\xA9 cm\xC2\xB2", 1e4},
    {"diffusivity_m2_s", "~{D}", "cm\xC2\xB2/s", 1e4},
};
enum { SHOWN = sizeof shown / sizeof *shown };

typedef struct {
    const hc_plot_input *in;
    const hc_rows *g; /* one role of one table */
    size_t what;
} law;

static const char *text_of(const law *w, size_t i, const char *name)
{
    return hc_frame_text(w->in->frame[w->g->frame], w->g->row[i],
                         hc_plot_column(w->in, w->g, name));
}

static double number_of(const law *w, size_t i, const char *name)
{
    return hc_plot_number(w->in, w->g, i, hc_plot_column(w->in, w->g, name));
}

static bool from_law(const law *w, size_t i)
{
    return strncmp(text_of(w, i, "method"), "arrhenius", 9) == 0;
}

static bool is_point(const law *w, size_t i)
{
    return !from_law(w, i) && number_of(w, i, "value") > 0 &&
           isfinite(number_of(w, i, "temperature_celsius")) &&
           strcmp(text_of(w, i, "quantity"), shown[w->what].quantity) == 0;
}

/* The form of the law among the records of this role, NULL without one. */
static const hc_arrhenius_form *form_of(const law *w)
{
    for (size_t i = 0; i < w->g->n; i++)
        if (strcmp(text_of(w, i, "quantity"), "arrhenius_form") == 0)
            return hc_arrhenius_form_of(text_of(w, i, "status"));
    return NULL;
}

/* The temperatures of the points, in K, and which were reached by heating
 * (1) and which by cooling (-1), both [n] (or more); NULL without memory. */
static double *temperatures(const law *w, int **way, size_t *n)
{
    double *t = calloc(w->g->n + 1, sizeof *t);
    *way = calloc(w->g->n + 1, sizeof **way);
    *n = 0;
    for (size_t i = 0; i < w->g->n && t && *way; i++)
        if (is_point(w, i))
            t[(*n)++] = number_of(w, i, "temperature_celsius") + KELVIN;
    if (t && *way) {
        hc_arrhenius_ways(*n, t, *way);
        return t;
    }
    free(t);
    free(*way);
    return NULL;
}

/* Does a point belong to the branch?  0 takes all, one temperature alone
 * counts as heating; the turning point is part
 * of both, as it is of both laws. */
static bool on_branch(const int *way, size_t i, size_t n, int branch)
{
    return branch == 0 || way[i] == branch || (way[i] == 0 && branch > 0) ||
           (i + 1 < n && way[i + 1] == branch);
}

static hc_status add_points(const law *w, const hc_arrhenius_form *form,
                            int branch, hc_panel *p, hc_curve **out,
                            hc_err *err)
{
    size_t n, count = 0, to = 0, k = 0;
    int *way;
    double *t = temperatures(w, &way, &n);
    hc_curve *c;
    if (!t)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
        count += on_branch(way, i, n, branch);
    hc_status st =
        hc_panel_curve(p, count, HC_LOOK_POINTS | HC_LOOK_ERRORS, &c, err);
    if (st == HC_OK)
        st = hc_curve_errors(c, err);
    for (size_t i = 0; i < w->g->n && st == HC_OK; i++) {
        if (!is_point(w, i) || !on_branch(way, k++, n, branch))
            continue;
        double f =
            shown[w->what].factor * pow(t[k - 1], form ? form->power : 0);
        c->x[to] = 1000 / t[k - 1];
        c->y[to] = f * number_of(w, i, "value");
        c->lo[to] = f * number_of(w, i, "ci95_low");
        c->hi[to++] = f * number_of(w, i, "ci95_high");
    }
    free(t);
    free(way);
    if (st == HC_OK)
        *out = c;
    return st;
}

/* A law of this role: energy, reference and its temperature. */
typedef struct {
    double e, sd, reference, t_ref;
} parameters;

static bool find_law(const law *w, const char *method, parameters *q)
{
    *q = (parameters){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    for (size_t i = 0; i < w->g->n; i++) {
        if (strcmp(text_of(w, i, "method"), method) != 0)
            continue;
        if (strcmp(text_of(w, i, "quantity"), "activation_energy_j_mol") ==
            0) {
            q->e = number_of(w, i, "value");
            q->sd = number_of(w, i, "std_error");
        }
        if (strcmp(text_of(w, i, "quantity"), shown[w->what].quantity) == 0) {
            q->reference = number_of(w, i, "value");
            q->t_ref = number_of(w, i, "temperature_celsius") + KELVIN;
        }
    }
    return isfinite(q->e) && q->reference > 0 && q->t_ref > 0;
}

static hc_status add_law(const law *w, const hc_arrhenius_form *form,
                         const parameters *q, size_t points, hc_panel *p,
                         hc_err *err)
{
    enum { N = 40 };
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    for (size_t i = 0; i < p->curve[points].n; i++) {
        lo = fmin(lo, p->curve[points].x[i]);
        hi = fmax(hi, p->curve[points].x[i]);
    }
    hc_curve *c;
    hc_status st = hc_panel_curve(p, N, HC_LOOK_LINE, &c, err);
    for (size_t i = 0; i < N && st == HC_OK; i++) {
        c->x[i] = lo + (hi - lo) * (double)i / (N - 1);
        double t = 1000 / c->x[i];
        c->y[i] = shown[w->what].factor * pow(t, form->power) *
                  hc_arrhenius_at(form, q->reference, q->e, q->t_ref, t);
    }
    if (st == HC_OK)
        c->colour = p->curve[points].colour;
    return st;
}

/* ", 0.374 +- 0.002 eV" with as many decimals as the error has meaning */
static void put_energy(char *label, size_t cap, const parameters *q)
{
    double e = q->e / EV, sd = q->sd / EV;
    int decimals = sd > 0 ? (int)ceil(-log10(sd) + 0.5) : 3;
    decimals = decimals < 2 ? 2 : decimals > 4 ? 4 : decimals;
    char text[64];
    if (sd >= 5e-5)
        snprintf(text, sizeof text, ", %.*f \xC2\xB1 %.*f eV", decimals, e,
                 decimals, sd);
    else
        snprintf(text, sizeof text, ", %.4f eV", e);
    if (strlen(label) + strlen(text) < cap)
        strcat(label, text);
}

/* The points of one branch with their law, under one entry of the legend. */
static hc_status add_branch(const law *w, const hc_arrhenius_form *form,
                            int branch, size_t colour, hc_panel *p,
                            hc_err *err)
{
    static const char *const methods[] = {"arrhenius-cooling", "arrhenius",
                                          "arrhenius-heating"};
    static const char *const words[] = {", cooling", "", ", heating"};
    hc_curve *c = NULL;
    parameters q;
    size_t at = p->n_curves;
    hc_status st = add_points(w, form, branch, p, &c, err);
    if (st != HC_OK || c->n == 0)
        return st;
    c->colour = hc_palette(colour);
    c->mark = (hc_mark)(colour % HC_MARK_COUNT);
    hc_canvas_escape(text_of(w, 0, "role"), c->label, sizeof c->label);
    if (strlen(c->label) + strlen(words[branch + 1]) < sizeof c->label)
        strcat(c->label, words[branch + 1]);
    if (branch < 0)
        c->look |= HC_LOOK_OPEN;
    if (!form || !find_law(w, methods[branch + 1], &q))
        return HC_OK;
    put_energy(c->label, sizeof c->label, &q);
    st = add_law(w, form, &q, at, p, err);
    if (st == HC_OK && branch < 0)
        p->curve[at + 1].look |= HC_LOOK_DASHED;
    return st;
}

/* Heating and cooling apart where the records have laws of both. */
static hc_status add_role(const law *w, const hc_arrhenius_form *form,
                          size_t colour, hc_panel *p, hc_err *err)
{
    parameters q;
    if (!find_law(w, "arrhenius-heating", &q) ||
        !find_law(w, "arrhenius-cooling", &q))
        return add_branch(w, form, 0, colour, p, err);
    hc_status st = add_branch(w, form, 1, colour, p, err);
    return st == HC_OK ? add_branch(w, form, -1, colour, p, err) : st;
}

static bool has_points(const law *w)
{
    for (size_t i = 0; i < w->g->n; i++)
        if (is_point(w, i))
            return true;
    return false;
}

/* Titles: what was fitted is what is drawn (sigma T for the form sigmaT). */
static void name_axes(hc_panel *p, size_t what, const hc_arrhenius_form *form)
{
    char title[64], unit[64];
    int power = form ? form->power : 0;
    snprintf(title, sizeof title, "%s%s", shown[what].title,
             power == 1    ? "~{T}"
             : power == -1 ? "/~{T}"
                           : "");
    snprintf(unit, sizeof unit, "%s%s", shown[what].unit,
             power == 1    ? "\xC2\xB7K"
             : power == -1 ? "/K"
                           : "");
    p->y.log = true;
    hc_axis_title(&p->x, "1000/~{T}", "1/K");
    hc_axis_title(&p->y, title, unit);
}

static hc_status build_arrhenius(const hc_plot_input *in, hc_figure *f,
                                 hc_err *err)
{
    static const char *const needed[] = {
        "quantity", "value", "method", "role", "temperature_celsius", NULL};
    hc_rows *g = NULL;
    size_t n = 0, drawn = 0;
    hc_panel *p = NULL;
    hc_status st = hc_plot_need(in, needed, err);
    if (st == HC_OK)
        st = hc_plot_by(in, "role", &g, &n, err);
    if (st == HC_OK)
        st = hc_figure_panel(f, &p, err);
    for (size_t what = 0; what < SHOWN && st == HC_OK && !drawn; what++)
        for (size_t k = 0; k < n && st == HC_OK; k++) {
            law w = {in, &g[k], what};
            if (!has_points(&w))
                continue;
            const hc_arrhenius_form *form = form_of(&w);
            if (!drawn)
                name_axes(p, what, form);
            st = add_role(&w, form, drawn++, p, err);
        }
    if (st == HC_OK && !drawn)
        st = hc_fail(err, HC_NO,
                     "nothing to draw: no conductivity, resistance or "
                     "diffusivity with a temperature in the records");
    hc_rows_free(g, n);
    return st;
}

const hc_plot_kind hc_plot_arrhenius = {
    "arrhenius", "conductivities against 1/T with their laws", "records",
    build_arrhenius};
