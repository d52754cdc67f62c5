/* labels.c: the words that tell curves apart: files, cells, conditions */
#include "plot/input.h"

#include "core/number.h"
#include "plot/canvas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Conditions that set curves apart, in the order they are looked at. */
static const struct {
    const char *key, *title, *label;
    double factor;
} conditions[] = {
    {"temperature_celsius",
     "Temperature (\xC2\xB0"
     "C)",
     "%s \xC2\xB0"
     "C",
     1},
    {"soc", "State of charge (%)", "SOC %s %%", 100},
    {"cycle_count", "Cycle", "cycle %s", 1},
    {"pressure_pa", "Pressure (MPa)", "%s MPa", 1e-6},
    {"dc_voltage_volt", "Voltage (V)", "%s V", 1},
    {"c_rate", "C-rate (1/h)", "%s C", 1},
    {"source_index", "File", "file %s", 1},
    {"spectrum_index", "Spectrum", "spectrum %s", 1},
};
enum { CONDITIONS = sizeof conditions / sizeof *conditions };

/* More measured curves than this and a colour bar says what sets them apart;
 * files have names, which a legend shows as long as it can. */
enum { BAR_FROM = 6, BAR_FROM_FILES = 12 };

static bool varies(const hc_plot_input *in, const hc_rows *all, size_t n,
                   const char *key)
{
    double first = (double)NAN;
    for (size_t i = 0; i < n; i++) {
        double v = hc_plot_context(in, &all[i], key);
        if (!isfinite(v))
            continue;
        if (isfinite(first) && v != first)
            return true;
        first = v;
    }
    return false;
}

const char *hc_plot_colour_key(const hc_plot_input *in, const hc_rows *all,
                               size_t n, char *title, size_t cap)
{
    size_t measured = 0;
    for (size_t i = 0; i < n; i++)
        measured += !hc_plot_is_model(in->frame[all[i].frame]);
    for (size_t i = 0; i < CONDITIONS; i++) {
        bool files = strcmp(conditions[i].key, "source_index") == 0;
        bool chosen = in->colour_by
                          ? strcmp(in->colour_by, conditions[i].key) == 0
                          : measured > (files ? BAR_FROM_FILES : BAR_FROM) &&
                                varies(in, all, n, conditions[i].key);
        if (chosen) {
            snprintf(title, cap, "%s", conditions[i].title);
            return conditions[i].key;
        }
    }
    if (in->colour_by)
        hc_canvas_escape(in->colour_by, title, cap);
    return in->colour_by;
}

double hc_plot_colour_value(const hc_plot_input *in, const hc_rows *g,
                            const char *key)
{
    double factor = 1;
    for (size_t i = 0; i < CONDITIONS; i++)
        if (strcmp(key, conditions[i].key) == 0)
            factor = conditions[i].factor;
    return factor * hc_plot_context(in, g, key);
}

/* A file's name without folders and ending. */
static void short_name(const char *path, size_t len, char *buf, size_t cap)
{
    char name[HC_LABEL_SIZE];
    for (size_t i = len; i-- > 0;)
        if (path[i] == '/') {
            path += i + 1;
            len -= i + 1;
            break;
        }
    snprintf(name, sizeof name, "%.*s", (int)len, path);
    char *dot = strrchr(name, '.');
    if (dot && dot != name)
        *dot = '\0';
    hc_canvas_escape(name, buf, cap);
}

/* The name of the instrument file that a curve of a table with several of
 * them is from ("#: source 3 cell7.mpt format=..."); false if there is one. */
static bool source_of(const hc_plot_input *in, const hc_rows *all, size_t n,
                      const hc_rows *g, char *buf, size_t cap)
{
    const hc_meta *m = hc_frame_meta(in->frame[g->frame]);
    double mine = hc_plot_context(in, g, "source_index");
    bool several = false;
    for (size_t i = 0; i < n; i++)
        several =
            several || (all[i].frame == g->frame &&
                        hc_plot_context(in, &all[i], "source_index") != mine);
    for (size_t i = 0; several && i < m->n; i++) {
        char *path;
        const char *line = m->lines[i];
        if (strncmp(line, "source ", 7) != 0 ||
            (double)strtol(line + 7, &path, 10) != mine || *path != ' ')
            continue;
        const char *end = strstr(++path, " format=");
        short_name(path, end ? (size_t)(end - path) : strlen(path), buf, cap);
        return true;
    }
    return false;
}

/* The file's name without folders and ending, or its cell. */
static void name_of(const hc_plot_input *in, size_t frame, char *buf,
                    size_t cap)
{
    const hc_frame *f = in->frame[frame];
    const char *cell = hc_meta_get(hc_frame_meta(f), "cell");
    if (frame < in->n_labels && in->label[frame]) {
        hc_canvas_escape(in->label[frame], buf, cap);
        return;
    }
    if (cell && strcmp(cell, "-") != 0) {
        hc_canvas_escape(cell, buf, cap);
        return;
    }
    const char *path = hc_frame_name(f);
    short_name(path, strlen(path), buf, cap);
}

static void append(char *buf, size_t cap, const char *sep, const char *s)
{
    size_t at = strlen(buf);
    /* whole words only: half a letter cannot be drawn */
    if (at + strlen(sep) + strlen(s) + 1 <= cap)
        snprintf(buf + at, cap - at, "%s%s", at ? sep : "", s);
}

/* Is there another group of the same table under the same conditions? */
static bool has_twin(const hc_plot_input *in, const hc_rows *all, size_t n,
                     size_t which)
{
    for (size_t k = 0; k < n; k++) {
        bool same = k != which && all[k].frame == all[which].frame;
        for (size_t i = 0; i < CONDITIONS && same; i++) {
            if (strcmp(conditions[i].key, "spectrum_index") == 0)
                continue;
            double a = hc_plot_context(in, &all[k], conditions[i].key);
            double b = hc_plot_context(in, &all[which], conditions[i].key);
            same = a == b || (isnan(a) && isnan(b));
        }
        if (same)
            return true;
    }
    return false;
}

void hc_plot_label(const hc_plot_input *in, const hc_rows *all, size_t n,
                   size_t which, char *buf, size_t cap)
{
    const hc_rows *g = &all[which];
    char word[HC_LABEL_SIZE], number[HC_NUMBER_SIZE];
    size_t measured = 0, tables = 0;
    bool model = hc_plot_is_model(in->frame[g->frame]);
    for (size_t i = 0; i < in->n; i++)
        tables += !hc_plot_is_model(in->frame[i]);
    for (size_t i = 0; i < n; i++)
        measured += !hc_plot_is_model(in->frame[all[i].frame]);
    buf[0] = '\0';
    bool said = g->frame < in->n_labels && in->label[g->frame];
    if (said || (tables > 1 && !model)) {
        name_of(in, g->frame, word, sizeof word);
        append(buf, cap, ", ", word);
    }
    if (!model && source_of(in, all, n, g, word, sizeof word))
        append(buf, cap, ", ", word);
    int electrode = hc_plot_column(in, g, "electrode");
    if (in->electrode && strcmp(in->electrode, "all") == 0 && electrode >= 0) {
        hc_canvas_escape(
            hc_frame_text(in->frame[g->frame], g->row[0], electrode), word,
            sizeof word);
        append(buf, cap, ", ", word);
    }
    for (size_t i = 0; i < CONDITIONS && measured > 1 && !model; i++) {
        double v = hc_plot_context(in, g, conditions[i].key);
        if (!isfinite(v) || !varies(in, all, n, conditions[i].key) ||
            strcmp(conditions[i].key, "source_index") == 0)
            continue;
        if (strcmp(conditions[i].key, "spectrum_index") == 0 &&
            !has_twin(in, all, n, which))
            continue;
        hc_number_print_digits(v * conditions[i].factor, 3, number);
        snprintf(word, sizeof word, conditions[i].label, number);
        append(buf, cap, ", ", word);
    }
    if (buf[0] == '\0' && model)
        append(buf, cap, "", "fit");
    else if (buf[0] == '\0' && measured < n)
        append(buf, cap, "", "measured");
}
