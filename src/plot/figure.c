#include "plot/figure.h"

#include "core/text.h"
#include "plot/canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void clear_panel(hc_panel *p)
{
    for (size_t i = 0; i < p->n_curves; i++) {
        hc_curve *c = &p->curve[i];
        free(c->x);
        free(c->y);
        free(c->lo);
        free(c->hi);
        free(c->solid);
    }
    free(p->curve);
    free(p->note);
    free(p->rule);
    free(p->x.name);
    free(p->y.name);
    free(p->map.x);
    free(p->map.y);
    free(p->map.v);
}

void hc_figure_clear(hc_figure *f)
{
    for (size_t i = 0; i < f->n_panels; i++)
        clear_panel(&f->panel[i]);
    free(f->panel);
    *f = (hc_figure){0};
}

/* Room for one more in a growing array; NULL when there is none. */
static void *one_more(void *array, size_t n, size_t *cap, size_t size)
{
    return n < *cap ? array : hc_grow(array, cap, n + 1, size);
}

hc_status hc_figure_panel(hc_figure *f, hc_panel **out, hc_err *err)
{
    hc_panel *p =
        one_more(f->panel, f->n_panels, &f->cap_panels, sizeof *f->panel);
    if (!p)
        return hc_fail_nomem(err);
    f->panel = p;
    p += f->n_panels++;
    *p = (hc_panel){.height = 1};
    p->x.lo = p->x.hi = p->y.lo = p->y.hi = (double)NAN;
    *out = p;
    return HC_OK;
}

hc_status hc_panel_curve(hc_panel *p, size_t n, unsigned look, hc_curve **out,
                         hc_err *err)
{
    hc_curve *c =
        one_more(p->curve, p->n_curves, &p->cap_curves, sizeof *p->curve);
    if (!c)
        return hc_fail_nomem(err);
    p->curve = c;
    c += p->n_curves;
    *c = (hc_curve){.n = n, .look = look, .value = (double)NAN};
    c->colour = hc_palette(p->n_curves);
    c->x = malloc((n + 1) * sizeof *c->x);
    c->y = malloc((n + 1) * sizeof *c->y);
    if (!c->x || !c->y) {
        free(c->x);
        free(c->y);
        return hc_fail_nomem(err);
    }
    p->n_curves++;
    *out = c;
    return HC_OK;
}

hc_status hc_curve_errors(hc_curve *c, hc_err *err)
{
    c->lo = malloc((c->n + 1) * sizeof *c->lo);
    c->hi = malloc((c->n + 1) * sizeof *c->hi);
    if (!c->lo || !c->hi)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < c->n; i++)
        c->lo[i] = c->hi[i] = (double)NAN;
    return HC_OK;
}

hc_status hc_curve_solids(hc_curve *c, hc_err *err)
{
    c->solid = calloc(c->n + 1, 1);
    return c->solid ? HC_OK : hc_fail_nomem(err);
}

hc_status hc_panel_note(hc_panel *p, double x, double y, hc_rgba colour,
                        const char *text, hc_err *err)
{
    hc_note *n = one_more(p->note, p->n_notes, &p->cap_notes, sizeof *n);
    if (!n)
        return hc_fail_nomem(err);
    p->note = n;
    n += p->n_notes++;
    *n = (hc_note){.x = x, .y = y, .colour = colour};
    snprintf(n->text, sizeof n->text, "%s", text);
    return HC_OK;
}

hc_status hc_panel_rule(hc_panel *p, double at, bool vertical,
                        const char *text, hc_err *err)
{
    hc_rule *r = one_more(p->rule, p->n_rules, &p->cap_rules, sizeof *r);
    if (!r)
        return hc_fail_nomem(err);
    p->rule = r;
    r += p->n_rules++;
    *r = (hc_rule){.at = at, .vertical = vertical};
    snprintf(r->text, sizeof r->text, "%s", text);
    return HC_OK;
}

void hc_axis_title(hc_axis *a, const char *title, const char *unit)
{
    snprintf(a->title, sizeof a->title, "%s", title);
    snprintf(a->unit, sizeof a->unit, "%s", unit);
}

hc_status hc_axis_name(hc_axis *a, size_t at, const char *words, hc_err *err)
{
    char(*p)[HC_NAME_SIZE] =
        hc_grow(a->name, &a->cap_names, at + 1, sizeof *p);
    if (!p)
        return hc_fail_nomem(err);
    a->name = p;
    for (; a->n_names <= at; a->n_names++)
        p[a->n_names][0] = '\0';
    hc_canvas_escape(words, p[at], sizeof p[at]);
    return HC_OK;
}

double hc_figure_bar_place(const hc_figure *f, double value)
{
    double lo = f->bar_lo, hi = f->bar_hi;
    if (f->bar_log) {
        lo = log10(lo);
        hi = log10(hi);
        value = log10(value);
    }
    return hi > lo ? (value - lo) / (hi - lo) : 0.5;
}

void hc_figure_colour_by_value(hc_figure *f, const char *title)
{
    double lo = HUGE_VAL, hi = -HUGE_VAL;
    f->bar_whole = true;
    for (size_t i = 0; i < f->n_panels; i++)
        for (size_t k = 0; k < f->panel[i].n_curves; k++) {
            double v = f->panel[i].curve[k].value;
            if (isfinite(v)) {
                lo = fmin(lo, v);
                hi = fmax(hi, v);
                f->bar_whole = f->bar_whole && v == floor(v);
            }
        }
    if (!(hi > lo))
        return;
    f->bar_lo = lo;
    f->bar_hi = hi;
    snprintf(f->bar_title, sizeof f->bar_title, "%s", title);
    for (size_t i = 0; i < f->n_panels; i++)
        for (size_t k = 0; k < f->panel[i].n_curves; k++) {
            hc_curve *c = &f->panel[i].curve[k];
            if (isfinite(c->value))
                c->colour = hc_colour_map(hc_figure_bar_place(f, c->value));
        }
}

double hc_map_edge(const double *at, size_t n, size_t i, bool log)
{
    if (n < 2)
        return at[0];
    const bool inside = i > 0 && i < n;
    const size_t k = i == 0 ? 1 : inside ? i : n - 1;
    const double a = log ? log10(at[k - 1]) : at[k - 1];
    const double b = log ? log10(at[k]) : at[k];
    const double e = inside   ? 0.5 * (a + b)
                     : i == 0 ? a - 0.5 * (b - a)
                              : b + 0.5 * (b - a);
    return log ? pow(10, e) : e;
}
