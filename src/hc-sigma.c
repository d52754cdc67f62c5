/* hc-sigma: conductivities and what follows from them */
#include "core/session.h"
#include "eis/sigma_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    hc_common common;
    hc_sigma_setup setup;
    const char *form, *append, *roles;
    bool arrhenius, records, fail_fast;
} opts;

#define QUANTITY(name, arg, help, dim, member)                                \
    HC_OPTION_QUANTITY(name, arg, help, dim, opts, setup.member)

/* clang-format off */
static const hc_option options[] = {
    HC_OPTION_AREA(opts, setup.area_m2),
    HC_OPTION_SE_THICKNESS(opts, setup.thickness_m),
    QUANTITY("area-sd", "AREA", "standard deviation of the area",
             HC_DIM_AREA, area_sd_m2),
    QUANTITY("se-thickness-sd", "LENGTH",
             "standard deviation of the thickness", HC_DIM_LENGTH,
             thickness_sd_m),
    {"interfaces", 0, HC_OPT_NUMBER, "N",
     "interfaces of each kind in the cell, 1 or 2",
     offsetof(opts, setup.interfaces), NULL, 1, 2, {0}},
    {"roles", 0, HC_OPT_CHOICE, "WHICH",
     "said by the user, or also those the capacitances suggest",
     offsetof(opts, roles), "said|suggested", 0, 0, {0}},
    QUANTITY("stray", "CAPACITANCE",
             "stray capacitance of the holder, for the permittivity",
             HC_DIM_CAPACITANCE, stray_f),
    QUANTITY("carriers", "DENSITY",
             "mobile ions per volume, for the Debye length, e.g. 1e22/cm3",
             ((hc_dim){.m = -3}), carriers_m3),
    QUANTITY("pressure", "PRESSURE",
             "pressure for the Li-Monroe check, e.g. 5MPa",
             HC_DIM_PRESSURE, pressure_pa),
    {"arrhenius", 0, HC_OPT_FLAG, NULL, "activation energies",
     offsetof(opts, arrhenius), NULL, 0, 0, {0}},
    {"arrhenius-form", 0, HC_OPT_CHOICE, "FORM",
     "what is activated; implies --arrhenius", offsetof(opts, form),
     "sigmaT|sigma|R|D|i0", 0, 0, {0}},
    QUANTITY("reference-temperature", "TEMP",
             "temperature of the law's value (25degC)", HC_DIM_TEMPERATURE,
             t_ref_c),
    {"records", 0, HC_OPT_FLAG, NULL, "no change: records it prints always",
     offsetof(opts, records), NULL, 0, 0, {0}},
    HC_OPTION_APPEND(opts, append),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};
/* clang-format on */

static const hc_tool tool = {
    .name = "hc-sigma",
    .purpose = "conductivity, area-specific resistance, Arrhenius laws",
    .operands = "[FILE...]",
    .notes = "Reads the records of hc-fit, whose resistances have roles "
             "(bulk, gb ...).\n"
             "Example: hc-sigma --se-thickness 0.8mm --area 0.785cm2 "
             "cell.rec",
    .options = options,
    .max_operands = -1};

static double known(double option, const hc_meta *meta, const char *key)
{
    return isnan(option) ? hc_meta_number(meta, key) : option;
}

/* Options first, then what the file says of its cell. */
static hc_sigma_setup setup_of(const opts *o, const hc_meta *meta)
{
    hc_sigma_setup s = o->setup;
    const char *what = hc_meta_get(meta, "configuration");
    s.area_m2 = known(s.area_m2, meta, "area_m2");
    s.area_sd_m2 = known(s.area_sd_m2, meta, "area_sd_m2");
    s.thickness_m = known(s.thickness_m, meta, "se_thickness_m");
    s.pressure_pa = known(s.pressure_pa, meta, "pressure_pa");
    if (isnan(s.interfaces))
        s.interfaces = what != NULL && strstr(what, "symm") != NULL ? 2 : 1;
    s.form = NULL;
    if (o->form != NULL)
        s.form = hc_arrhenius_form_of(o->form);
    else if (o->arrhenius)
        s.form = hc_arrhenius_form_of("sigmaT");
    return s;
}

typedef struct {
    hc_record_list raw, out;
    hc_meta meta; /* of the first file, for the table */
    hc_sigma_setup setup;
    bool any;
} work;

static hc_status read_file(hc_session *s, const opts *o, const char *path,
                           work *k)
{
    hc_frame *f = NULL;
    hc_record *r = NULL;
    size_t n = 0;
    hc_status st = hc_frame_open(&f, path, &s->err);
    if (st == HC_OK)
        st = hc_records_of(f, &r, &n, &s->err);
    if (st == HC_OK) {
        hc_session_inherit_frame(s, f);
        k->setup = setup_of(o, hc_frame_meta(f));
        if (o->roles != NULL && strcmp(o->roles, "suggested") == 0)
            hc_sigma_suggest(r, n);
        st = hc_sigma_spectra(&k->setup, r, n, &k->out, &s->talk, &s->err);
    }
    if (st == HC_OK && !k->any)
        st = hc_meta_copy(&k->meta, hc_frame_meta(f));
    k->any |= st == HC_OK;
    for (size_t i = 0; i < n && st == HC_OK; i++)
        st = hc_record_list_add(&k->raw, &r[i], &s->err);
    free(r);
    hc_frame_free(f);
    return st;
}

static hc_status write_all(hc_session *s, const opts *o, const work *k)
{
    hc_writer *w = NULL;
    hc_out *memory = NULL, *own = s->out;
    hc_status st = HC_OK;
    if (o->append != NULL) {
        if ((st = hc_out_memory(&memory, &s->err)) != HC_OK)
            return st;
        s->out = memory;
    }
    st = hc_session_table(s, "records", &k->meta, &w, &s->err);
    s->out = own;
    if (st == HC_OK) {
        hc_records_begin(w);
        for (size_t i = 0; i < k->out.n; i++)
            hc_records_put(w, &k->out.items[i]);
        st = hc_writer_end(w, &s->err);
    }
    hc_writer_free(w);
    if (memory != NULL && st == HC_OK) {
        size_t len;
        const char *data = hc_out_data(memory, &len);
        st = hc_records_append(o->append, data, len, &s->err);
    }
    if (memory != NULL)
        hc_out_discard(memory);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.setup = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, 25, NULL}};
    work k = {.any = false};
    hc_session s;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    for (size_t i = 0; i < s.n_files; i++)
        if (!hc_session_note(&s, read_file(&s, &o, s.files[i], &k)))
            break;
    if (k.any) {
        hc_session_note(&s, hc_sigma_laws(&k.setup, k.raw.items, k.raw.n,
                                          &k.out, &s.talk, &s.err));
        if (k.out.n == 0)
            hc_session_note(&s, hc_fail(&s.err, HC_NO,
                                        "no conductivity or "
                                        "resistance could be formed"));
        hc_session_note(&s, write_all(&s, &o, &k));
    }
    hc_record_list_clear(&k.raw);
    hc_record_list_clear(&k.out);
    hc_meta_clear(&k.meta);
    return hc_session_end(&s);
}
