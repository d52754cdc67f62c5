/* hc-z: the impedance of a circuit */
#include "core/session.h"
#include "core/spectrum.h"
#include "eis/grid.h"
#include "fitters/model.h"
#include "fitters/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    const char *freq, *noise, *like;
    hc_list set;
    long seed;
    bool print, elements;
} opts;

/* clang-format off */
static const hc_option options[] = {
    {"freq", 'f', HC_OPT_TEXT, "HIGH:LOW:N",
     "from HIGH to LOW hertz, N points a decade (1e6:1e-2:10)",
     offsetof(opts, freq), NULL, 0, 0, {0}},
    {"like", 0, HC_OPT_TEXT, "FILE",
     "at the frequencies of this eis table instead", offsetof(opts, like),
     NULL, 0, 0, {0}},
    {"set", 's', HC_OPT_LIST, "NAME=VALUE", "value of a parameter",
     offsetof(opts, set), NULL, 0, 0, {0}},
    {"noise", 0, HC_OPT_TEXT, "PART",
     "normal noise on Re and Im, e.g. 0.5% of |Z|", offsetof(opts, noise),
     NULL, 0, 0, {0}},
    HC_OPTION_SEED(opts, seed),
    {"canonical", 0, HC_OPT_FLAG, NULL,
     "print the circuit in its canonical form and stop",
     offsetof(opts, print), NULL, 0, 0, {0}},
    {"elements", 0, HC_OPT_FLAG, NULL, "list the circuit elements and exit",
     offsetof(opts, elements), NULL, 0, 0, {0}},
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};
/* clang-format on */

static const hc_tool tool = {
    .name = "hc-z",
    .purpose = "impedance spectrum of an equivalent circuit",
    .operands = "CIRCUIT",
    .notes = "Example: hc-z 'R0{10}-p(R1{50},CPE1{1e-5,n=0.9})' "
             "--noise 0.1%\n"
             "halfcell-circuit(7) has the language and all elements.",
    .options = options,
    .min_operands = 1,
    .lead_operands = 1,
    .max_operands = 1};

/* A table of what a circuit may be made of. */
static hc_status list_elements(hc_session *s)
{
    hc_writer *w = NULL;
    hc_status st = hc_session_table(s, "elements", NULL, &w, &s->err);
    if (st != HC_OK)
        return st;
    hc_writer_column(w, "element");
    hc_writer_column(w, "boukamp");
    hc_writer_column(w, "parameters");
    hc_writer_column(w, "equation");
    for (size_t i = 0; i < hc_elements_n; i++) {
        const hc_element *e = &hc_elements[i];
        hc_text names = {0};
        for (int k = 0; k < e->n_par; k++)
            hc_text_printf(&names, "%s%s1%s%s", k ? "," : "", e->name,
                           e->par[k].suffix[0] ? "_" : "", e->par[k].suffix);
        hc_writer_text(w, e->name);
        hc_writer_text(w, e->boukamp ? e->boukamp : "-");
        hc_writer_text(w, hc_text_get(&names));
        hc_writer_text(w, e->equation);
        hc_writer_end_row(w);
        hc_text_clear(&names);
    }
    for (size_t i = 0; i < hc_lines_n; i++) {
        hc_writer_text(w, hc_lines[i].name);
        hc_writer_text(w, "-");
        hc_writer_text(w, hc_lines[i].n_children == 2 ? "(circuit,circuit)"
                                                      : "(circuit,circuit,"
                                                        "circuit)");
        hc_writer_text(w, hc_lines[i].equation);
        hc_writer_end_row(w);
    }
    st = hc_writer_end(w, &s->err);
    hc_writer_free(w);
    return st;
}

static hc_status write(hc_session *s, const hc_circuit *c,
                       const double *freq_hz, size_t n, const double *re,
                       const double *im)
{
    hc_writer *w = NULL;
    hc_text text = {0};
    hc_circuit_print(c, &text);
    hc_status st = hc_text_status(&text, &s->err);
    if (st == HC_OK)
        st = hc_session_table(s, "eis", NULL, &w, &s->err);
    if (st == HC_OK) {
        hc_writer_meta(w, "circuit", "%s", hc_text_get(&text));
        hc_writer_column(w, "spectrum_index");
        hc_writer_column(w, HC_COL_FREQ);
        hc_writer_column(w, HC_COL_RE);
        hc_writer_column(w, HC_COL_IM);
        for (size_t i = 0; i < n; i++) {
            hc_writer_integer(w, 0);
            hc_writer_number(w, freq_hz[i]);
            hc_writer_number(w, re[i]);
            hc_writer_number(w, im[i]);
            hc_writer_end_row(w);
        }
        st = hc_writer_end(w, &s->err);
    }
    hc_writer_free(w);
    hc_text_clear(&text);
    return st;
}

static hc_status work(hc_session *s, const opts *o)
{
    hc_circuit c;
    double p[HC_CIRCUIT_PARS], noise, *freq_hz = NULL, *z = NULL;
    size_t n = 0;
    hc_random rng;
    if (o->elements)
        return list_elements(s);
    hc_status st = hc_circuit_parse(&c, s->operands[0], &s->err);
    for (size_t i = 0; i < o->set.n && st == HC_OK; i++)
        st = hc_circuit_each(&c, o->set.items[i], hc_circuit_set, &s->err);
    if (st == HC_OK)
        st = hc_circuit_check(&c, &s->err);
    if (st == HC_OK && o->print) {
        hc_text text = {0};
        hc_circuit_print(&c, &text);
        hc_out_printf(s->out, "%s\n", hc_text_get(&text));
        hc_text_clear(&text);
        return HC_OK;
    }
    if (st == HC_OK)
        st = hc_eis_noise_parse(o->noise, &noise, &s->err);
    if (st == HC_OK)
        st = o->like != NULL
                 ? hc_eis_grid_like(o->like, &freq_hz, &n, &s->err)
                 : hc_eis_grid_parse(o->freq, &freq_hz, &n, &s->err);
    if (st == HC_OK && (z = malloc(2 * n * sizeof *z)) == NULL)
        st = hc_fail_nomem(&s->err);
    hc_circuit_values(&c, p);
    if (st == HC_OK)
        st = hc_circuit_impedance(&c, p, freq_hz, n, z, z + n, &s->err);
    if (st == HC_OK) {
        hc_random_seed(&rng, (uint64_t)o->seed);
        for (size_t i = 0; i < n && noise > 0; i++) {
            double m = noise * hypot(z[i], z[n + i]);
            z[i] += m * hc_random_normal(&rng);
            z[n + i] += m * hc_random_normal(&rng);
        }
        st = write(s, &c, freq_hz, n, z, z + n);
    }
    free(freq_hz);
    free(z);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.freq = "1e6:1e-2:10", .seed = 1};
    hc_tool t = tool;
    hc_session s;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--elements") == 0)
            t.min_operands = t.lead_operands = 0; /* a list needs no circuit */
    if (hc_session_begin(&s, &t, argc, argv, &o, &o.common))
        hc_session_note(&s, work(&s, &o));
    hc_list_clear(&o.set);
    return hc_session_end(&s);
}
