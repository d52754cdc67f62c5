/* hc-fixture: open, short and load correction of cell holders and leads */
#include "core/session.h"
#include "eis/fixture_run.h"

#include <math.h>

typedef struct {
    hc_common common;
    const char *open, *shorted, *load;
    double load_ohm;
    bool fail_fast;
} opts;

/* clang-format off */
static const hc_option options[] = {
    {"open", 0, HC_OPT_TEXT, "FILE", "spectrum of the open holder",
     offsetof(opts, open), NULL, 0, 0, {0}},
    {"short", 0, HC_OPT_TEXT, "FILE", "spectrum of the shorted holder",
     offsetof(opts, shorted), NULL, 0, 0, {0}},
    {"load", 0, HC_OPT_TEXT, "FILE", "spectrum of a known resistor",
     offsetof(opts, load), NULL, 0, 0, {0}},
    HC_OPTION_QUANTITY("load-value", "RESISTANCE",
                       "its resistance, e.g. 100ohm", HC_DIM_RESISTANCE,
                       opts, load_ohm),
    HC_OPTION_FAIL_FAST(opts, fail_fast),
    HC_OPTIONS_COMMON(opts),
    HC_OPTIONS_END};
/* clang-format on */

static const hc_tool tool = {
    .name = "hc-fixture",
    .purpose = "take the cell holder out of impedance spectra",
    .operands = "[FILE...]",
    .notes = "Comes before everything else:\n"
             "hc-fixture --open o.tsv --short s.tsv cell.tsv | hc-kk | "
             "hc-fit ...",
    .options = options,
    .max_operands = -1};

static hc_status prepare(hc_session *s, const opts *o, hc_fixture_setup *k)
{
    if (o->load != NULL && (o->open == NULL || o->shorted == NULL))
        return hc_fail(&s->err, HC_USAGE, "--load needs --open and --short");
    if (o->open == NULL && o->shorted == NULL)
        return hc_fail(&s->err, HC_USAGE,
                       "nothing to correct with: give "
                       "--open, --short or both");
    if ((o->load != NULL) != !isnan(o->load_ohm))
        return hc_fail(&s->err, HC_USAGE,
                       "--load and --load-value belong "
                       "together");
    if (o->load_ohm <= 0)
        return hc_fail(&s->err, HC_USAGE, "--load-value must be above zero");
    k->load_ohm = o->load_ohm;
    hc_status st = hc_calibration_read(o->open, &k->open, &s->err);
    if (st == HC_OK)
        st = hc_calibration_read(o->shorted, &k->shorted, &s->err);
    if (st == HC_OK)
        st = hc_calibration_read(o->load, &k->load, &s->err);
    return st;
}

static hc_status one(hc_session *s, const hc_fixture_setup *k,
                     const char *path, hc_pass *pass, hc_writer **w)
{
    hc_frame *f = NULL;
    hc_status st = hc_frame_open(&f, path, &s->err);
    if (st == HC_OK)
        st = hc_fixture_rows(s, f, k, pass, w, &s->err);
    if (f != NULL)
        hc_session_inherit_frame(s, f);
    hc_frame_free(f);
    return st;
}

int main(int argc, char **argv)
{
    opts o = {.load_ohm = NAN};
    hc_session s;
    hc_fixture_setup k = {.load_ohm = NAN};
    hc_pass pass = {0};
    hc_writer *w = NULL;
    if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
        return hc_session_end(&s);
    s.fail_fast = o.fail_fast;
    hc_status st = prepare(&s, &o, &k);
    hc_session_note(&s, st);
    for (size_t i = 0; i < s.n_files && st == HC_OK; i++)
        if (!hc_session_note(&s, one(&s, &k, s.files[i], &pass, &w)))
            break;
    hc_session_end_table(&s, w);
    hc_pass_clear(&pass);
    hc_calibration_clear(&k.open);
    hc_calibration_clear(&k.shorted);
    hc_calibration_clear(&k.load);
    return hc_session_end(&s);
}
