#include "plot/panels.h"

#include "core/options.h"
#include "core/text.h"
#include "plot/canvas.h"
#include "plot/from_records.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void hc_plot_plan_clear(hc_plot_plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->plan[i].frame);
        free(p->plan[i].label);
    }
    *p = (hc_plot_plan){.n = 0};
}

/* A further figure with room for n tables. */
static hc_status add(hc_plot_plan *p, const hc_plot_kind *kind, size_t n,
                     hc_panel_plan **out, hc_err *err)
{
    if (p->n == HC_PLOT_MOST)
        return hc_fail(err, HC_USAGE, "more than %d figures on a page",
                       HC_PLOT_MOST);
    hc_panel_plan *q = &p->plan[p->n];
    *q = (hc_panel_plan){.kind = kind};
    q->frame = calloc(n + 1, sizeof *q->frame);
    q->label = calloc(n + 1, sizeof *q->label);
    if (!q->frame || !q->label) {
        free(q->frame);
        free(q->label);
        return hc_fail_nomem(err);
    }
    p->n++;
    *out = q;
    return HC_OK;
}

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);
    for (const char *p = words; (p = strstr(p, word)) != NULL; p += len)
        if ((p == words || p[-1] == ' ') && (p[len] == ' ' || !p[len]))
            return true;
    return false;
}

/* What a table made by hand is, from a column that only such ones have. */
static const char *kind_of(const hc_frame *f)
{
    static const struct {
        const char *column, *kind;
    } telling[] = {{"frequency_hertz", "eis"},
                   {"tau_second", "drt"},
                   {"cycle_discharging_capacity_ah", "cycles"},
                   {"discharging_rate_per_hour", "rates"},
                   {"quantity", "records"},
                   {"test_time_second", "series"}};
    const char *kind = hc_frame_kind(f);
    for (size_t i = 0; i < sizeof telling / sizeof *telling && !kind[0]; i++)
        if (hc_frame_column(f, telling[i].column) >= 0)
            kind = telling[i].kind;
    return kind;
}

/* Does a kind take this table when there are other kinds beside it? */
static bool takes(const hc_plot_kind *kind, const hc_frame *f)
{
    const char *of = kind_of(f);
    return of[0] == '\0' || has_word(kind->tables, of);
}

/* The tables that one kind takes, in their order. */
static hc_status gather(const hc_plot_kind *kind, bool all,
                        const hc_plot_request *r, hc_frame **frames, size_t n,
                        hc_panel_plan *q, hc_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (all || takes(kind, frames[i])) {
            q->label[q->n] = i < r->n_labels ? r->label[i] : NULL;
            q->frame[q->n++] = frames[i];
        }
    if (q->n == 0)
        return hc_fail(err, HC_USAGE,
                       "none of the tables is of a kind that '%s' takes (%s)",
                       kind->name, kind->tables);
    return HC_OK;
}

/* A figure for each table; a computed curve goes with the one before it. */
static hc_status by_table(hc_plot_plan *p, const hc_panel_plan *all,
                          hc_err *err)
{
    hc_panel_plan *q = NULL;
    hc_status st = HC_OK;
    for (size_t i = 0; i < all->n && st == HC_OK; i++) {
        if (!q || !hc_plot_is_model(all->frame[i])) {
            const char *cell =
                hc_meta_get(hc_frame_meta(all->frame[i]), "cell");
            const char *name = all->label[i] ? all->label[i]
                               : cell        ? cell
                                             : hc_frame_name(all->frame[i]);
            st = add(p, all->kind, all->n, &q, err);
            if (st == HC_OK)
                hc_canvas_escape(name, q->title, sizeof q->title);
        }
        if (st == HC_OK) {
            /* the first one's words are the title */
            q->label[q->n] = q->n > 0 ? all->label[i] : NULL;
            q->frame[q->n++] = all->frame[i];
        }
    }
    return st;
}

/* The least spectrum after `last` that the request wants; NaN at the end. */
static double next_spectrum(const hc_panel_plan *all, const char *wanted,
                            double last)
{
    double next = (double)NAN;
    for (size_t i = 0; i < all->n; i++) {
        int c = hc_frame_column(all->frame[i], "spectrum_index");
        for (size_t k = 0; k < hc_frame_rows(all->frame[i]); k++) {
            double v = hc_frame_number(all->frame[i], k, c);
            if (v > last && !(v >= next) && fabs(v) < 1e9 &&
                (!wanted || hc_range_has(wanted, (long)v)))
                next = v;
        }
    }
    return next;
}

static hc_status by_spectrum(hc_plot_plan *p, const hc_panel_plan *all,
                             const char *wanted, hc_err *err)
{
    hc_status st = HC_OK;
    double v = next_spectrum(all, wanted, -1);
    if (isnan(v))
        return hc_fail(err, HC_USAGE,
                       "--panels spectrum: the tables of '%s' have no such "
                       "spectrum_index",
                       all->kind->name);
    for (; isfinite(v) && st == HC_OK; v = next_spectrum(all, wanted, v)) {
        hc_panel_plan *q;
        st = add(p, all->kind, all->n, &q, err);
        if (st != HC_OK)
            break;
        snprintf(q->spectra, sizeof q->spectra, "%.0f", v);
        snprintf(q->title, sizeof q->title, "spectrum %.0f", v);
        q->n = all->n;
        memcpy(q->frame, all->frame, all->n * sizeof *q->frame);
        memcpy(q->label, all->label, all->n * sizeof *q->label);
    }
    return st;
}

/* The figures of one kind. */
static hc_status plan_kind(hc_plot_plan *p, const hc_plot_kind *kind, bool all,
                           const hc_plot_request *r, hc_frame **frames,
                           size_t n, hc_err *err)
{
    hc_plot_plan one = {.n = 0};
    hc_panel_plan *q;
    hc_status st = add(r->panels ? &one : p, kind, n, &q, err);
    if (st == HC_OK)
        st = gather(kind, all, r, frames, n, q, err);
    if (st == HC_OK && r->panels)
        st = strcmp(r->panels, "table") == 0
                 ? by_table(p, q, err)
                 : by_spectrum(p, q, r->spectra, err);
    hc_plot_plan_clear(&one);
    return st;
}

hc_status hc_plot_plan_make(hc_plot_plan *p, const hc_plot_kind *const *kind,
                            size_t n_kinds, const hc_plot_request *r,
                            hc_frame **frames, size_t n, hc_err *err)
{
    hc_status st = HC_OK;
    p->n = 0;
    for (size_t i = 0; i < n_kinds && st == HC_OK; i++)
        st = plan_kind(p, kind[i], n_kinds == 1, r, frames, n, err);
    if (st != HC_OK)
        hc_plot_plan_clear(p);
    return st;
}
