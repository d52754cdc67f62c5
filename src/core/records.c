#include "core/records.h"

#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { DIGITS = 10 }; /* what derived quantities are printed with */

static const char *const column_names[] = {
    "source_index", "cell",          "electrode",   "spectrum_index",
    "cycle_count",  "step_count",    "temperature_celsius",
    "pressure_pa",  "soc",           "dc_voltage_volt",
    "method",       "role",          "stoichiometry",
    "quantity",     "value",         "std_error",   "ci95_low",
    "ci95_high",    "unit",          "status"};

enum { N_COLUMNS = sizeof column_names / sizeof column_names[0] };

static void set(char *to, size_t cap, const char *from)
{
    hc_copy(to, cap, from, strlen(from));
}

hc_conditions hc_conditions_none(void)
{
    return (hc_conditions){.source_index = -1,
                           .cell = "-",
                           .electrode = "-",
                           .spectrum_index = NAN,
                           .cycle_count = NAN,
                           .step_count = NAN,
                           .temperature_celsius = NAN,
                           .pressure_pa = NAN,
                           .soc = NAN,
                           .dc_voltage_volt = NAN};
}

hc_conditions hc_conditions_of(const hc_spectrum *s)
{
    hc_conditions c = hc_conditions_none();
    c.source_index = s->source_index;
    set(c.cell, sizeof c.cell, s->cell);
    set(c.electrode, sizeof c.electrode, s->electrode);
    c.spectrum_index = (double)s->spectrum_index;
    c.cycle_count = s->cycle_count;
    c.step_count = s->step_count;
    c.temperature_celsius = s->temperature_celsius;
    c.pressure_pa = s->pressure_pa;
    c.soc = s->soc;
    c.dc_voltage_volt = s->dc_voltage_volt;
    return c;
}

hc_record hc_record_make(const hc_conditions *at, const char *method,
                         const char *quantity, double value,
                         const char *unit)
{
    hc_record r = {.at = *at,
                   .role = "-",
                   .stoichiometry = "NaN",
                   .value = value,
                   .std_error = NAN,
                   .ci95_low = NAN,
                   .ci95_high = NAN,
                   .status = "-"};
    set(r.method, sizeof r.method, method);
    set(r.quantity, sizeof r.quantity, quantity);
    set(r.unit, sizeof r.unit, unit);
    return r;
}

hc_record hc_record_word(const hc_conditions *at, const char *method,
                         const char *quantity, const char *word)
{
    hc_record r = hc_record_make(at, method, quantity, NAN, "-");
    set(r.status, sizeof r.status, word);
    return r;
}

void hc_records_begin(hc_writer *w)
{
    for (size_t i = 0; i < N_COLUMNS; i++)
        hc_writer_column(w, column_names[i]);
}

static const char *or_dash(const char *s)
{
    return s[0] == '\0' ? "-" : s;
}

void hc_records_put(hc_writer *w, const hc_record *rec)
{
    const hc_conditions *c = &rec->at;
    if (c->source_index < 0)
        hc_writer_number(w, NAN);
    else
        hc_writer_integer(w, c->source_index);
    hc_writer_text(w, or_dash(c->cell));
    hc_writer_text(w, or_dash(c->electrode));
    hc_writer_number(w, c->spectrum_index);
    hc_writer_number(w, c->cycle_count);
    hc_writer_number(w, c->step_count);
    hc_writer_number(w, c->temperature_celsius);
    hc_writer_number(w, c->pressure_pa);
    hc_writer_number(w, c->soc);
    hc_writer_number(w, c->dc_voltage_volt);
    hc_writer_text(w, or_dash(rec->method));
    hc_writer_text(w, or_dash(rec->role));
    hc_writer_raw(w, rec->stoichiometry, strlen(rec->stoichiometry));
    hc_writer_text(w, or_dash(rec->quantity));
    hc_writer_digits(w, rec->value, DIGITS);
    hc_writer_digits(w, rec->std_error, DIGITS);
    hc_writer_digits(w, rec->ci95_low, DIGITS);
    hc_writer_digits(w, rec->ci95_high, DIGITS);
    hc_writer_text(w, or_dash(rec->unit));
    hc_writer_text(w, or_dash(rec->status));
    hc_writer_end_row(w);
}

/* ---- reading ---- */

static hc_record record_of(const hc_frame *f, size_t row, const int *c)
{
    hc_conditions at = hc_conditions_none();
    hc_record r;
    double source = hc_frame_number(f, row, c[0]);

    at.source_index = source >= 0 && source < 2e9 ? (long)source : -1;
    if (c[1] >= 0)
        set(at.cell, sizeof at.cell, hc_frame_text(f, row, c[1]));
    if (c[2] >= 0)
        set(at.electrode, sizeof at.electrode, hc_frame_text(f, row, c[2]));
    at.spectrum_index = hc_frame_number(f, row, c[3]);
    at.cycle_count = hc_frame_number(f, row, c[4]);
    at.step_count = hc_frame_number(f, row, c[5]);
    at.temperature_celsius = hc_frame_number(f, row, c[6]);
    at.pressure_pa = hc_frame_number(f, row, c[7]);
    at.soc = hc_frame_number(f, row, c[8]);
    at.dc_voltage_volt = hc_frame_number(f, row, c[9]);
    r = hc_record_make(&at, c[10] < 0 ? "-" : hc_frame_text(f, row, c[10]),
                       hc_frame_text(f, row, c[13]),
                       hc_frame_number(f, row, c[14]),
                       c[18] < 0 ? "-" : hc_frame_text(f, row, c[18]));
    if (c[11] >= 0)
        set(r.role, sizeof r.role, hc_frame_text(f, row, c[11]));
    set(r.stoichiometry, sizeof r.stoichiometry,
        hc_frame_text(f, row, c[12]));
    r.std_error = hc_frame_number(f, row, c[15]);
    r.ci95_low = hc_frame_number(f, row, c[16]);
    r.ci95_high = hc_frame_number(f, row, c[17]);
    if (c[19] >= 0)
        set(r.status, sizeof r.status, hc_frame_text(f, row, c[19]));
    return r;
}

hc_status hc_records_of(const hc_frame *f, hc_record **out, size_t *n,
                        hc_err *err)
{
    hc_record *r = NULL;
    int c[N_COLUMNS];
    hc_status st = HC_OK;

    if (hc_frame_kind(f)[0] != '\0' &&
        strcmp(hc_frame_kind(f), "records") != 0)
        st = hc_fail_at(err, HC_DATA, hc_frame_name(f), 0,
                        "is a table of kind '%s'; expected records",
                        hc_frame_kind(f));
    for (size_t i = 0; i < N_COLUMNS && st == HC_OK; i++)
        c[i] = hc_frame_column(f, column_names[i]);
    if (st == HC_OK)
        st = hc_frame_need(f, "quantity", &c[13], err);
    if (st == HC_OK)
        st = hc_frame_need(f, "value", &c[14], err);
    if (st == HC_OK) {
        r = calloc(hc_frame_rows(f) + 1, sizeof *r);
        st = r == NULL ? hc_fail_nomem(err) : HC_OK;
    }
    if (st == HC_OK) {
        for (size_t i = 0; i < hc_frame_rows(f); i++)
            r[i] = record_of(f, i, c);
        *out = r;
        *n = hc_frame_rows(f);
    }
    return st;
}

hc_status hc_records_read(const char *path, hc_record **out, size_t *n,
                          hc_err *err)
{
    hc_frame *f = NULL;
    hc_status st = hc_frame_open(&f, path, err);

    if (st == HC_OK)
        st = hc_records_of(f, out, n, err);
    hc_frame_free(f);
    return st;
}

/* ---- appending under a lock ---- */

/* The folder of the file is what is locked, since the file itself is
 * replaced. */
static int lock_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash == NULL ? hc_strdup(".")
                   : slash == path
                       ? hc_strdup("/")
                       : hc_strndup(path, (size_t)(slash - path));
    int fd = folder == NULL
                 ? -1
                 : open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    while (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        if (errno == EINTR)
            continue;
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Copy all rows of a table to w, by column name. */
static hc_status copy_rows(hc_reader *r, hc_writer *w, hc_err *err)
{
    int c[N_COLUMNS];
    bool got = true;
    hc_status st = HC_OK;

    for (size_t i = 0; i < N_COLUMNS; i++)
        c[i] = hc_reader_column(r, column_names[i]);
    while (st == HC_OK && got) {
        st = hc_reader_next(r, &got, err);
        if (st != HC_OK || !got)
            break;
        for (size_t i = 0; i < N_COLUMNS; i++) {
            size_t len = 3;
            const char *s =
                c[i] < 0 ? "NaN" : hc_reader_text(r, (size_t)c[i], &len);
            hc_writer_raw(w, s, len);
        }
        hc_writer_end_row(w);
    }
    return st;
}

/* What both pass on behind their rows goes behind all rows. */
static void add_tail(hc_tail *tail, const hc_reader *r)
{
    hc_tail_add(tail, hc_reader_trailer(r), hc_reader_incomplete(r), 0);
}

/* '#:' lines of `add` that `have` does not hold. */
static void new_meta(hc_writer *w, const hc_meta *have, const hc_meta *add)
{
    for (size_t i = 0; i < add->n; i++) {
        size_t k = 0;
        while (k < have->n && strcmp(have->lines[k], add->lines[i]) != 0)
            k++;
        if (k == have->n && !hc_starts_with(add->lines[i], "kind "))
            hc_writer_meta(w, add->lines[i], "%s", "");
    }
}

static hc_status merge(const char *path, hc_reader *add, hc_out *out,
                       hc_err *err)
{
    hc_reader *old = NULL;
    hc_writer *w = NULL;
    hc_tail tail = {0};
    const hc_meta none = {0};
    hc_status st = HC_OK;

    if (access(path, F_OK) == 0)
        st = hc_reader_open(&old, path, err);
    if (st == HC_OK && old != NULL &&
        strcmp(hc_reader_kind(old), "records") != 0)
        st = hc_fail_at(err, HC_DATA, path, 0,
                        "is no table of records; nothing was appended");
    if (st == HC_OK)
        st = hc_writer_new(&w, out, HC_WRITE_TABLE, err);
    if (st == HC_OK) {
        hc_writer_meta(w, "kind", "records");
        if (old != NULL)
            hc_writer_copy_meta(w, hc_reader_meta(old));
        new_meta(w, old != NULL ? hc_reader_meta(old) : &none,
                 hc_reader_meta(add));
        hc_writer_set_tail(w, &tail);
        hc_records_begin(w);
        if (old != NULL)
            st = copy_rows(old, w, err);
        if (old != NULL)
            add_tail(&tail, old);
    }
    if (st == HC_OK)
        st = copy_rows(add, w, err);
    if (st == HC_OK) {
        add_tail(&tail, add);
        st = hc_writer_end(w, err);
    }
    hc_tail_clear(&tail);
    hc_reader_free(old);
    hc_writer_free(w);
    return st;
}

hc_status hc_records_append(const char *path, const char *text, size_t len,
                            hc_err *err)
{
    hc_in *in = NULL;
    hc_reader *add = NULL;
    hc_out *out = NULL;
    int lock = lock_folder(path);
    hc_status st;

    if (lock < 0)
        return hc_fail_at(err, HC_CREATE, path, 0, "cannot lock: %s",
                          strerror(errno));
    st = hc_in_memory(&in, text, len, "(records)", err);
    if (st == HC_OK)
        st = hc_reader_new(&add, in, err);
    if (st == HC_OK)
        st = hc_out_open(&out, path, err);
    if (st == HC_OK)
        st = merge(path, add, out, err);
    if (st == HC_OK)
        st = hc_out_close(out, err);
    else
        hc_out_discard(out);
    hc_reader_free(add);
    close(lock);
    return st;
}
