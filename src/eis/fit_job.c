#include "eis/fit_job.h"

#include "core/roles.h"
#include "core/sort.h"
#include "eis/fit_auto.h"
#include "eis/fit_collect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A chained fit is taken when its noise stays below this times that of the
 * spectra before; above it an alarm is given. */
static const double chain_limit = 1.5, alarm_limit = 4;
enum { search_every = 10 };

hc_fit_options hc_fit_options_default(void)
{
    return (hc_fit_options){.weight = "modulus",
                            .order = "tau",
                            .effort = "default",
                            .robust = "none",
                            .ci = "linear",
                            .seed = 1,
                            .filter = hc_spectrum_filter_none()};
}

void hc_fit_options_clear(hc_fit_options *o)
{
    hc_list_clear(&o->set);
    hc_list_clear(&o->fix);
    hc_list_clear(&o->bound);
    hc_list_clear(&o->tie);
    hc_list_clear(&o->role);
    hc_list_clear(&o->negative);
}

/* ---- options to setup ---- */

/* Every item may hold several, parted by commas. */
static hc_status apply(hc_circuit *c, const hc_list *list, hc_circuit_say say,
                       hc_err *err)
{
    hc_status st = HC_OK;
    for (size_t i = 0; i < list->n && st == HC_OK; i++)
        st = hc_circuit_each(c, list->items[i], say, err);
    return st;
}

static hc_fit_weight weight_of(const char *name)
{
    switch (name[0]) {
    case 'p':
        return HC_WEIGHT_PROPORTIONAL;
    case 'u':
        return HC_WEIGHT_UNIT;
    case 's':
    case 'k':
        return HC_WEIGHT_SIGMA;
    default:
        return HC_WEIGHT_MODULUS;
    }
}

static hc_status make_setup(hc_fit_job *job, const char *circuit, hc_err *err)
{
    const hc_fit_options *o = job->options;
    hc_fit_setup *s = &job->setup;
    hc_circuit *c = &s->circuit;
    hc_status st = hc_circuit_parse(c, circuit, err);
    if (st != HC_OK || (st = apply(c, &o->set, hc_circuit_set, err)) ||
        (st = apply(c, &o->fix, hc_circuit_fix, err)) ||
        (st = apply(c, &o->bound, hc_circuit_bound, err)) ||
        (st = apply(c, &o->tie, hc_circuit_tie, err)) ||
        (st = apply(c, &o->role, hc_circuit_role, err)) ||
        (st = apply(c, &o->negative, hc_circuit_negative, err)) ||
        (st = hc_circuit_check(c, err)))
        return st;
    s->weight = weight_of(o->weight);
    s->kk_weight = o->weight[0] == 'k';
    s->thorough = strcmp(o->effort, "thorough") == 0;
    s->effort = s->thorough           ? hc_fit_thorough()
                : o->effort[0] == 'q' ? hc_fit_quick()
                                      : hc_fit_default();
    s->effort.seed = (uint64_t)o->seed;
    s->effort.sort_arcs = strcmp(o->order, "tau") == 0;
    s->robust = o->robust[0] == 'h'   ? HC_ROBUST_HUBER
                : o->robust[0] == 'b' ? HC_ROBUST_BISQUARE
                                      : HC_ROBUST_NONE;
    s->ask =
        (hc_fit_ask){.probes = true, .profile = strcmp(o->ci, "profile") == 0};
    s->correlations = o->correlation;
    return HC_OK;
}

/* Any word may be a role; those of no other tool's may be slips. */
static void doubt_roles(const hc_circuit *c, hc_session *s)
{
    for (int i = 0; i < c->n_elements; i++) {
        const char *role = hc_circuit_role_of(c, i);
        if (role[0] != '\0' && !hc_role_is_known(role))
            hc_say_warning(&s->talk, NULL, 0,
                           "hc-sigma and hc-params know no role '%s' (of "
                           "%s); they know %s",
                           role, c->elements[i].name, HC_ROLES);
    }
}

hc_status hc_fit_job_begin(hc_fit_job *job, const char *circuit, hc_err *err)
{
    hc_status st = make_setup(job, circuit, err);
    if (st == HC_OK)
        doubt_roles(&job->setup.circuit, job->session);
    if (st == HC_OK && job->options->append != NULL)
        st = hc_out_memory(&job->memory, err);
    if (st == HC_OK && job->options->curve != NULL)
        st = hc_out_open(&job->curve_out, job->options->curve, err);
    job->ready = st == HC_OK;
    return st;
}

/* ---- tables ---- */

static hc_status open_table(hc_fit_job *job, hc_out *to, const char *kind,
                            const hc_meta *from, hc_writer **w, hc_err *err)
{
    hc_session *s = job->session;
    hc_out *own = s->out;
    hc_text text = {0};
    hc_circuit_print(&job->setup.circuit, &text);
    hc_status st = hc_text_status(&text, err);
    if (to != NULL)
        s->out = to;
    if (st == HC_OK)
        st = hc_session_table(s, kind, from, w, err);
    s->out = own;
    if (st == HC_OK) {
        hc_writer_meta(*w, "circuit", "%s", hc_text_get(&text));
        hc_writer_meta(*w, "weight", "%s", job->options->weight);
    }
    hc_text_clear(&text);
    return st;
}

hc_status hc_fit_job_tables(hc_fit_job *job, const hc_meta *from, hc_err *err)
{
    hc_status st = HC_OK;
    if (job->records == NULL) {
        st = open_table(job, job->memory, "records", from, &job->records, err);
        if (st == HC_OK)
            hc_records_begin(job->records);
    }
    if (st == HC_OK && job->curve_out != NULL && job->curve == NULL) {
        st = open_table(job, job->curve_out, "eis", from, &job->curve, err);
        if (st == HC_OK)
            hc_fit_curve_begin(job->curve, job->options->dense > 0);
    }
    return st;
}

/* ---- spectra ---- */

static double usual_noise(const hc_fit_job *job)
{
    double sorted[8];
    int n = job->n_noise < 8 ? job->n_noise : 8;
    memcpy(sorted, job->noise, sizeof sorted);
    hc_sort_rising(sorted, (size_t)n);
    return n == 0 ? NAN : sorted[n / 2];
}

static void warn(hc_fit_job *job, const hc_spectrum *s,
                 const hc_fit_outcome *out, const char *file)
{
    hc_talk *talk = &job->session->talk;
    const hc_fit_report *r = &out->report;
    const hc_circuit *c = &job->setup.circuit;
    hc_text bad = {0}, unseen = {0};
    double usual = usual_noise(job);
    for (int i = 0; i < r->n_free; i++) {
        const hc_par *p = &c->pars[r->index[i]];
        const hc_fit_par *q = &r->par[r->index[i]];
        if (hc_par_is_unseen(q, p->spec->kind == HC_PAR_EXP))
            hc_text_printf(&unseen, " %s", p->name);
        else if (q->state == HC_PAR_NOT_IDENTIFIABLE ||
                 q->state == HC_PAR_NOT_SEPARABLE)
            hc_text_printf(&bad, " %s", p->name);
    }
    if (unseen.len > 0)
        hc_say_warning(talk, file, 0,
                       "%s: no frequency of the data depends on%s", s->name,
                       hc_text_get(&unseen));
    if (bad.len > 0)
        hc_say_warning(talk, file, 0, "%s: the data do not determine%s",
                       s->name, hc_text_get(&bad));
    if (!out->chained && out->result.agreed <= 1 && !job->setup.thorough)
        hc_say_warning(talk, file, 0,
                       "%s: %d of %d starts ended at the best "
                       "minimum; --effort thorough looks harder",
                       s->name, out->result.agreed, out->result.starts);
    if (out->result.best.degenerate)
        hc_say_warning(talk, file, 0,
                       "%s: the best fit is degenerate (an "
                       "exponent near 0, a time far outside, or a vanished "
                       "resistance)",
                       s->name);
    if (job->n_noise >= 3 && r->noise_relative > alarm_limit * usual)
        hc_say_warning(talk, file, 0,
                       "%s: an outlier, its residuals are %.1f "
                       "times those of the spectra before",
                       s->name, r->noise_relative / usual);
    hc_text_clear(&bad);
    hc_text_clear(&unseen);
}

static hc_status one_spectrum(hc_fit_job *job, const hc_spectrum *s,
                              const char *file, hc_fit_outcome *out,
                              hc_err *err)
{
    /* now and then the whole search, lest a better minimum be missed */
    bool chain = job->options->chain && job->n_done > 0;
    bool search = job->n_done % search_every == 0;
    double usual = usual_noise(job);
    hc_status st = hc_fit_spectrum(&job->setup, s, chain ? &job->last : NULL,
                                   search ? 0 : chain_limit * usual, out,
                                   &job->session->talk, file, err);
    if (st != HC_OK)
        return st;
    warn(job, s, out, file);
    hc_fit_records(job->records, &job->setup, s, out);
    if (job->n_noise < 3 ||
        out->report.noise_relative <= alarm_limit * usual) {
        job->last = out->result;
        job->noise[job->n_noise++ % 8] = out->report.noise_relative;
        job->n_done++;
    }
    if (job->curve != NULL)
        st = hc_fit_curve(job->curve, &job->setup, s, out, job->options->dense,
                          err);
    return st;
}

static hc_status fit_frame(hc_fit_job *job, const hc_frame *f, hc_err *err)
{
    hc_spectrum *s = NULL;
    size_t n = 0;
    hc_fit_outcome *out = malloc(sizeof *out);
    job->setup.area_m2 = hc_meta_number(hc_frame_meta(f), "area_m2");
    job->setup.thickness_m =
        hc_meta_number(hc_frame_meta(f), "se_thickness_m");
    hc_status st =
        out == NULL ? hc_fail_nomem(err)
                    : hc_session_spectra(job->session, f,
                                         &job->options->filter, &s, &n, err);
    if (st == HC_OK)
        st = hc_fit_job_tables(job, hc_frame_meta(f), err);
    for (size_t i = 0; i < n && st == HC_OK; i++) {
        st = one_spectrum(job, &s[i], hc_frame_name(f), out, err);
        if (st == HC_DATA || st == HC_NO) {
            /* the other spectra of the file are still worth a fit */
            snprintf(err->file, sizeof err->file, "%s", hc_frame_name(f));
            hc_session_note(job->session, st);
            st = HC_OK;
        }
    }
    hc_spectra_free(s, n);
    free(out);
    return st;
}

hc_status hc_fit_job_file(hc_fit_job *job, const char *path, hc_err *err)
{
    hc_frame *f = NULL;
    hc_status st = hc_frame_open(&f, path, err);
    if (st == HC_OK) {
        st = fit_frame(job, f, err);
        hc_session_inherit_frame(job->session, f);
    }
    hc_frame_free(f);
    return st;
}

/* ---- --auto: all files together ---- */

/* What all spectra have in common: one circuit speaks for them all. */
static hc_conditions in_common(const hc_spectrum *const *s, size_t n)
{
    hc_conditions all = hc_conditions_of(s[0]);
    const hc_conditions none = hc_conditions_none();
    for (size_t i = 1; i < n; i++) {
        const hc_conditions c = hc_conditions_of(s[i]);
        hc_conditions both = none;
        if (strcmp(c.cell, all.cell) == 0)
            memcpy(both.cell, c.cell, sizeof both.cell);
        if (strcmp(c.electrode, all.electrode) == 0)
            memcpy(both.electrode, c.electrode, sizeof both.electrode);
        if (c.source_index == all.source_index)
            both.source_index = c.source_index;
        all = both;
    }
    return all;
}

hc_status hc_fit_job_auto(hc_fit_job *job, hc_err *err)
{
    hc_session *s = job->session;
    hc_fit_collection k;
    hc_fit_choice choice;
    hc_status st = hc_fit_collect(s, &job->options->filter, &k, err);
    if (st == HC_OK && k.n_all > 0)
        st = hc_fit_auto(&job->setup, k.all, k.n_all, &choice, err);
    if (st == HC_OK && k.n_all > 0) {
        for (size_t i = 0; i < choice.n; i++)
            hc_say_note(&s->talk,
                        "%s: BIC %.1f, residuals %.3g, %zu of %zu "
                        "spectra unsound, %zu with a trend",
                        choice.items[i].text, choice.items[i].bic,
                        choice.items[i].mean_noise, choice.items[i].unsound,
                        choice.spectra, choice.items[i].trends);
        st = make_setup(job, choice.items[0].text, err);
        if (st == HC_OK)
            st = hc_fit_job_tables(job, hc_frame_meta(k.frames[0]), err);
        const hc_conditions at = in_common(k.all, k.n_all);
        if (st == HC_OK)
            hc_fit_auto_records(job->records, &choice, &at);
    }
    for (size_t i = 0; i < k.n_frames && st == HC_OK; i++)
        st = fit_frame(job, k.frames[i], err);
    hc_fit_collection_clear(&k);
    return st;
}

static hc_status close_table(hc_writer *w, hc_err *err)
{
    hc_status st = HC_OK;
    if (w == NULL)
        return HC_OK;
    st = hc_writer_end(w, err);
    hc_writer_free(w);
    return st;
}

hc_status hc_fit_job_end(hc_fit_job *job, hc_err *err)
{
    bool written = job->records != NULL;
    hc_status st = close_table(job->records, err);
    hc_status second = close_table(job->curve, err);
    st = hc_status_worst(st, second);
    if (job->memory != NULL) {
        size_t len;
        const char *data = hc_out_data(job->memory, &len);
        if (st == HC_OK && written)
            st = hc_records_append(job->options->append, data, len, err);
        hc_out_discard(job->memory);
    }
    if (job->curve_out != NULL && job->curve == NULL)
        hc_out_discard(job->curve_out);
    else if (job->curve_out != NULL) {
        second = hc_out_close(job->curve_out, err);
        st = hc_status_worst(st, second);
    }
    return st;
}
