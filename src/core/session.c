#include "config.h"

#include "core/session.h"

#include "core/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const standard_input[] = {"-"};

/* "hc-kk 0.1 --method linkk": what was done, for the '#: step' line.  The
 * names of the files are left out: the source lines say what was read, and
 * the same work on the same data must describe itself the same.  Options
 * stand before operands, since getopt has sorted them. */
static void describe_step(hc_session *s, int argc, char **argv)
{
    size_t at = (size_t)snprintf(s->step, sizeof s->step, "%s %s",
                                 s->tool->name, PACKAGE_VERSION);
    int end = argc;
    if (s->n_operands > (size_t)s->tool->lead_operands)
        end -= (int)s->n_operands - s->tool->lead_operands;
    for (int i = 1; i < end && at + 1 < sizeof s->step; i++) {
        const char *a = argv[i];
        if (strcmp(a, "-o") == 0 || strcmp(a, "--output") == 0) {
            i++;
            continue;
        }
        if (hc_starts_with(a, "--output=") || strcmp(a, "--") == 0 ||
            (hc_starts_with(a, "-o") && a[2] != '\0'))
            continue;
        at += (size_t)snprintf(s->step + at, sizeof s->step - at, " %s", a);
    }
}

static bool print_and_stop(hc_session *s,
                           void (*print)(const hc_tool *, hc_out *))
{
    if (hc_out_open(&s->out, NULL, &s->err) == HC_OK)
        print(s->tool, s->out);
    else
        hc_session_note(s, s->err.status);
    return false;
}

static void print_version(const hc_tool *tool, hc_out *out)
{
    hc_out_printf(out, "%s %s\n", tool->name, PACKAGE_VERSION);
}

bool hc_session_begin(hc_session *s, const hc_tool *tool, int argc,
                      char **argv, void *opts, const hc_common *common)
{
    hc_status st;
    size_t skip = (size_t)tool->lead_operands;

    *s = (hc_session){.tool = tool, .common = common};
    s->talk.tool = tool->name;
    if (argc == 2 && strcmp(argv[1], "--completion") == 0)
        return print_and_stop(s, hc_options_rows);
    st = hc_options_parse(tool, argc, argv, opts, &s->operands, &s->n_operands,
                          &s->err);
    if (st == HC_OK && common->help)
        return print_and_stop(s, hc_options_help);
    if (st == HC_OK && common->version)
        return print_and_stop(s, print_version);
    s->talk.quiet = common->quiet;
    s->talk.verbose = common->verbose;
    if (st == HC_OK)
        st = hc_out_open(&s->out, common->output, &s->err);
    if (st != HC_OK) {
        hc_session_note(s, st);
        if (st == HC_USAGE)
            fprintf(stderr, "Try '%s --help'.\n", tool->name);
        return false;
    }
    describe_step(s, argc, argv);
    s->files = s->n_operands > skip ? s->operands + skip
                                    : (const char **)(void *)standard_input;
    s->n_files = s->n_operands > skip ? s->n_operands - skip : 1;
    return true;
}

bool hc_session_note(hc_session *s, hc_status st)
{
    if (st == HC_OK)
        return true;
    s->err.status = st;
    hc_say_error(&s->talk, &s->err);
    hc_err_clear(&s->err);
    s->worst = hc_status_worst(s->worst, st);
    if (st == HC_NOMEM || st == HC_INTERNAL ||
        (s->out != NULL && hc_out_failed(s->out)))
        return false;
    return !s->fail_fast;
}

hc_status hc_session_table(hc_session *s, const char *kind,
                           const hc_meta *from, hc_writer **w, hc_err *err)
{
    hc_status st = hc_writer_new(
        w, s->out, s->common->json ? HC_WRITE_JSON : HC_WRITE_TABLE, err);
    if (st != HC_OK)
        return st;
    hc_writer_set_tail(*w, &s->tail);
    if (s->numbers != NULL)
        hc_writer_to_numbers(*w, s->numbers);
    hc_writer_meta(*w, "kind", "%s", kind);
    if (from != NULL)
        hc_writer_copy_meta(*w, from);
    hc_writer_meta(*w, "step", "%s", s->step);
    return HC_OK;
}

long *hc_session_number(hc_session *s)
{
    s->first_source = s->n_sources;
    return &s->n_sources;
}

void hc_session_inherit(hc_session *s, const hc_meta *head,
                        const hc_meta *trailer, bool incomplete)
{
    if (s->first_source > 0)
        hc_tail_add_lines(&s->tail, head, "source", s->first_source);
    hc_tail_add(&s->tail, trailer, incomplete, s->first_source);
}

void hc_session_inherit_frame(hc_session *s, const hc_frame *f)
{
    hc_session_inherit(s, hc_frame_meta(f), hc_frame_trailer(f),
                       hc_frame_incomplete(f));
}

hc_status hc_session_spectra(hc_session *s, const hc_frame *f,
                             const hc_spectrum_filter *filter,
                             hc_spectrum **out, size_t *n, hc_err *err)
{
    const hc_status st = hc_spectra_of(f, filter, out, n, err);
    const long before = (*hc_session_number(s))++;
    for (size_t i = 0; i < *n && st == HC_OK; i++) {
        hc_spectrum *k = &(*out)[i];
        k->source_index += before;
        if (k->source_index >= s->n_sources)
            s->n_sources = k->source_index + 1;
    }
    return st;
}

/* A file is left alone when the run failed before its result was whole. */
static bool discard(const hc_session *s, const hc_out *out)
{
    const char *path = s->common->output;
    return path != NULL && strcmp(path, "-") != 0 && s->worst != HC_OK &&
           s->worst != HC_NO && !hc_out_is_whole(out);
}

void hc_session_end_table(hc_session *s, hc_writer *w)
{
    if (w != NULL)
        hc_session_note(s, hc_writer_end(w, &s->err));
    hc_writer_free(w);
}

int hc_session_end(hc_session *s)
{
    if (s->out != NULL) {
        hc_out *out = s->out;
        hc_status st = HC_OK;
        s->out = NULL;
        if (discard(s, out))
            hc_out_discard(out);
        else
            st = hc_out_close(out, &s->err);
        hc_session_note(s, st);
    }
    hc_tail_clear(&s->tail);
    free(s->operands);
    s->operands = NULL;
    return hc_status_exit(s->worst);
}

hc_status hc_session_missing(const hc_session *s, hc_status st,
                             const char *what, hc_err *err)
{
    if (st == HC_USAGE && s->n_operands > 0 &&
        access(s->operands[0], F_OK) == 0)
        return hc_fail(err, st, "%s is missing before the file '%s'", what,
                       s->operands[0]);
    return st;
}
