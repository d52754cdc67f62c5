#include "plot/from_records.h"

#include "fitters/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PER_DECADE = 24 };

/* The last circuit named is that of the fit: the spectrum may have been made
 * from another one (hc-z). */
static const char *circuit_of(const hc_frame *f)
{
    const hc_meta *m = hc_frame_meta(f);
    for (size_t i = m->n; i-- > 0;)
        if (strncmp(m->lines[i], "circuit ", strlen("circuit ")) == 0)
            return m->lines[i] + strlen("circuit ");
    return NULL;
}

bool hc_plot_is_fit(const hc_frame *f)
{
    return strcmp(hc_frame_kind(f), "records") == 0 && circuit_of(f);
}

/* Rows [from, to) of one spectrum, and what they say. */
typedef struct {
    const hc_frame *f;
    size_t from, to;
    hc_circuit *c;
    double low, high; /* Hz */
    double p[HC_CIRCUIT_PARS];
    char role[HC_CIRCUIT_PARS][HC_CIRCUIT_ROLE];
} fitted;

static const char *text_of(const fitted *w, size_t row, const char *name)
{
    return hc_frame_text(w->f, row, hc_frame_column(w->f, name));
}

static bool same_spectrum(const hc_frame *f, size_t a, size_t b)
{
    static const char *const keys[] = {"source_index", "spectrum_index",
                                       "electrode"};
    for (size_t i = 0; i < 3; i++) {
        int c = hc_frame_column(f, keys[i]);
        if (c >= 0 &&
            strcmp(hc_frame_text(f, a, c), hc_frame_text(f, b, c)) != 0)
            return false;
    }
    return true;
}

static hc_status take_values(fitted *w, hc_err *err)
{
    int value = hc_frame_column(w->f, "value");
    w->low = w->high = (double)NAN;
    hc_circuit_values(w->c, w->p);
    memset(w->role, 0, sizeof w->role);
    for (size_t i = w->from; i < w->to; i++) {
        const char *q = text_of(w, i, "quantity");
        double v = hc_frame_number(w->f, i, value);
        if (strcmp(q, "frequency_low_hertz") == 0)
            w->low = v;
        if (strcmp(q, "frequency_high_hertz") == 0)
            w->high = v;
        for (int k = 0; k < w->c->n_pars; k++)
            if (strcmp(w->c->pars[k].name, q) == 0) {
                w->p[k] = v;
                strncpy(w->role[k], text_of(w, i, "role"),
                        HC_CIRCUIT_ROLE - 1);
            }
    }
    if (!(w->low > 0 && w->high > w->low)) {
        w->low = 1e-2;
        w->high = 1e6;
    }
    for (int k = 0; k < w->c->n_pars; k++)
        if (!isfinite(w->p[k]) && !w->c->pars[k].optional)
            return hc_fail_at(err, HC_DATA, hc_frame_name(w->f),
                              hc_frame_line(w->f, w->from),
                              "the records hold no value of %s of the circuit",
                              w->c->pars[k].name);
    return HC_OK;
}

/* ---- apexes ---- */

static const hc_circuit_element *child_of(const hc_circuit *c, int node,
                                          const char *type)
{
    for (int i = c->nodes[node].first_child; i >= 0;
         i = c->nodes[i].next_sibling)
        if (c->nodes[i].kind == HC_NODE_ELEMENT) {
            const hc_circuit_element *e = &c->elements[c->nodes[i].element];
            if (strcmp(e->type->name, type) == 0)
                return e;
        }
    return NULL;
}

/* Apex frequency of p(R,CPE) or p(R,C), 1/(2 pi (R Q)^(1/n)); NaN: no arc. */
static double apex_of(const fitted *w, int node, const char **role)
{
    const hc_circuit *c = w->c;
    if (c->nodes[node].kind != HC_NODE_PARALLEL)
        return (double)NAN;
    const hc_circuit_element *r = child_of(c, node, "R");
    const hc_circuit_element *q = child_of(c, node, "CPE");
    const hc_circuit_element *cap = q ? q : child_of(c, node, "C");
    if (!r || !cap)
        return (double)NAN;
    double n = q ? w->p[q->par_first + 1] : 1;
    double rq = w->p[r->par_first] * w->p[cap->par_first];
    *role = w->role[r->par_first];
    return 1 / (6.283185307179586 * pow(rq, 1 / n));
}

/* Row of the grid nearest to an apex that has a role, -1 for none. */
static const char *arc_at(const fitted *w, const double *f, size_t n, size_t i)
{
    double step = n > 1 ? log(f[0] / f[n - 1]) / (double)(n - 1) : 1;
    for (int k = 0; k < w->c->n_nodes; k++) {
        const char *role = "";
        double apex = apex_of(w, k, &role);
        if (role[0] && strcmp(role, "-") != 0 && isfinite(apex) &&
            fabs(log(apex / f[i])) <= 0.5 * step)
            return role;
    }
    return "-";
}

/* ---- the table ---- */

static const char *const copied[] = {
    "source_index", "spectrum_index",      "electrode",   "cycle_count",
    "soc",          "temperature_celsius", "pressure_pa", "dc_voltage_volt"};
enum { COPIED = sizeof copied / sizeof *copied };

static void put_row(hc_writer *w, const fitted *k, const double *f, size_t n,
                    size_t i, double re, double im)
{
    for (size_t j = 0; j < COPIED; j++)
        hc_writer_text(w, text_of(k, k->from, copied[j]));
    hc_writer_number(w, f[i]);
    hc_writer_number(w, re);
    hc_writer_number(w, im);
    hc_writer_text(w, arc_at(k, f, n, i));
    hc_writer_end_row(w);
}

static hc_status put_spectrum(hc_writer *w, fitted *k, hc_err *err)
{
    hc_status st = take_values(k, err);
    if (st != HC_OK)
        return st;
    double decades = log10(k->high / k->low);
    size_t n = (size_t)ceil(decades * PER_DECADE) + 1;
    double *f = calloc(3 * n, sizeof *f);
    if (!f)
        return hc_fail_nomem(err);
    for (size_t i = 0; i < n; i++)
        f[i] = k->high *
               pow(10, -decades * (double)i / (double)(n > 1 ? n - 1 : 1));
    st = hc_circuit_impedance(k->c, k->p, f, n, f + n, f + 2 * n, err);
    for (size_t i = 0; i < n && st == HC_OK; i++)
        put_row(w, k, f, n, i, f[n + i], f[2 * n + i]);
    free(f);
    return st;
}

/* Rows without a spectrum, such as those of hc-fit --auto on the circuits it
 * weighed, hold none of the circuit's parameters. */
static bool holds_parameters(const fitted *w)
{
    for (size_t i = w->from; i < w->to; i++)
        for (int k = 0; k < w->c->n_pars; k++)
            if (strcmp(w->c->pars[k].name, text_of(w, i, "quantity")) == 0)
                return true;
    return false;
}

static hc_status put_table(const hc_frame *r, hc_circuit *c, hc_out *memory,
                           hc_err *err)
{
    hc_writer *w;
    const char *area = hc_meta_get(hc_frame_meta(r), "area_m2");
    hc_status st = hc_writer_new(&w, memory, HC_WRITE_TABLE, err);
    if (st != HC_OK)
        return st;
    hc_writer_meta(w, "kind", "eis");
    hc_writer_meta(w, "curve", "fit");
    if (area)
        hc_writer_meta(w, "area_m2", "%s", area);
    for (size_t j = 0; j < COPIED; j++)
        hc_writer_column(w, copied[j]);
    hc_writer_column(w, "frequency_hertz");
    hc_writer_column(w, "real_impedance_ohm");
    hc_writer_column(w, "imaginary_impedance_ohm");
    hc_writer_column(w, "arc");
    bool any = false;
    for (size_t i = 0; i < hc_frame_rows(r) && st == HC_OK;) {
        fitted k = {.f = r, .from = i, .c = c};
        while (i < hc_frame_rows(r) && same_spectrum(r, k.from, i))
            i++;
        k.to = i;
        /* the last one says what is missing when all do */
        if (holds_parameters(&k) || (!any && i == hc_frame_rows(r))) {
            st = put_spectrum(w, &k, err);
            any = true;
        }
    }
    if (st == HC_OK)
        st = hc_writer_end(w, err);
    hc_writer_free(w);
    return st;
}

static hc_status read_back(hc_out *memory, const char *name, hc_frame **out,
                           hc_err *err)
{
    size_t len;
    const char *data = hc_out_data(memory, &len);
    hc_in *in;
    hc_reader *r;
    hc_status st = hc_in_memory(&in, data, len, name, err);
    if (st == HC_OK)
        st = hc_reader_new(&r, in, err);
    if (st != HC_OK)
        return st;
    st = hc_frame_read(out, r, err);
    hc_reader_free(r);
    return st;
}

hc_status hc_plot_curve_of_fit(const hc_frame *records, hc_frame **out,
                               hc_err *err)
{
    hc_out *memory = NULL;
    hc_circuit *c = calloc(1, sizeof *c);
    if (!c)
        return hc_fail_nomem(err);
    hc_status st = hc_circuit_parse(c, circuit_of(records), err);
    if (st != HC_OK && err && st == HC_USAGE)
        st = hc_fail_at(err, HC_DATA, hc_frame_name(records), 0,
                        "its circuit cannot be read");
    if (st == HC_OK)
        st = hc_out_memory(&memory, err);
    if (st == HC_OK)
        st = put_table(records, c, memory, err);
    if (st == HC_OK)
        st = read_back(memory, hc_frame_name(records), out, err);
    if (memory)
        hc_out_discard(memory);
    free(c);
    return st;
}
