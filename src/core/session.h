/* session.h: what every main does, in one place
 *
 *     int main(int argc, char **argv)
 *     {
 *         opts o = {...defaults...};
 *         hc_session s;
 *         if (!hc_session_begin(&s, &tool, argc, argv, &o, &o.common))
 *             return hc_session_end(&s);
 *         for (size_t i = 0; i < s.n_files; i++)
 *             if (!hc_session_note(&s, work(&s, s.files[i], &o, &s.err)))
 *                 break;
 *         return hc_session_end(&s);
 *     }
 */
#ifndef HC_CORE_SESSION_H
#define HC_CORE_SESSION_H

#include "core/frame.h"
#include "core/messages.h"
#include "core/options.h"
#include "core/spectrum.h"
#include "core/table.h"

typedef struct {
    const hc_tool *tool;
    const hc_common *common;
    hc_talk talk;
    hc_err err;
    hc_status worst;
    hc_out *out;            /* -o FILE or stdout, opened by begin */
    hc_numbers *numbers;    /* rows go here instead, or NULL */
    const char **operands;  /* all operands (owned) */
    size_t n_operands;
    const char **files;     /* operands from lead_operands on, or {"-"} */
    size_t n_files;
    bool fail_fast;         /* note() returns false after a failure */
    char step[512];         /* "hc-kk 0.1 --method linkk", for '#: step' */
    hc_tail tail;           /* what its inputs pass on to its tables */
    long n_sources;         /* of the inputs read so far */
    long first_source;      /* of the input at hand */
} hc_session;

/* Parse, answer --help and --version, open the output.  False: nothing more
 * to do but hc_session_end (help printed, or wrong use reported). */
bool hc_session_begin(hc_session *s, const hc_tool *tool, int argc,
                      char **argv, void *opts, const hc_common *common);

/* Report a failure, remember the worst; false when the main should stop
 * (fail-fast, no memory, output broken). */
bool hc_session_note(hc_session *s, hc_status st);

/* A writer on s->out, TSV or JSON as asked for, with the lines every table
 * starts with: version, kind, those of `from` (may be NULL), this step.  It
 * ends with what is in s->tail by then. */
hc_status hc_session_table(hc_session *s, const char *kind,
                           const hc_meta *from, hc_writer **w, hc_err *err)
    HC_MUST_USE;

/* The sources of the next input count on from those before, so that no two
 * rows of a run have the same keys: the count, which goes on with them. */
long *hc_session_number(hc_session *s);

/* Work on the first operand, which is no file, ended with `st`: where it is
 * the name of a file, another sentence, that `what` was left out before it. */
hc_status hc_session_missing(const hc_session *s, hc_status st,
                             const char *what, hc_err *err) HC_MUST_USE;

/* An input was read to its end: its trailer passes on, and what its head says
 * of its sources unless it is the first, whose head is that of the output. */
void hc_session_inherit(hc_session *s, const hc_meta *head,
                        const hc_meta *trailer, bool incomplete);
void hc_session_inherit_frame(hc_session *s, const hc_frame *f);

/* hc_spectra_of for one file after another, numbered so. */
hc_status hc_session_spectra(hc_session *s, const hc_frame *f,
                             const hc_spectrum_filter *filter,
                             hc_spectrum **out, size_t *n,
                             hc_err *err) HC_MUST_USE;

/* Close or discard the output, free, return the exit code.  An output file
 * appears unless the run failed before anything could be written. */
int hc_session_end(hc_session *s);

/* End the table of w (NULL: none was begun) and free it, with a message where
 * that fails. */
void hc_session_end_table(hc_session *s, hc_writer *w);

#endif
