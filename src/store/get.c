/* get.c: tables out of the database */
#include "store/sql.h"

#include "core/text.h"

#include <string.h>

static void set(char *to, size_t cap, const char *from)
{
    hc_copy(to, cap, from, strlen(from));
}

/* Columns 0 to 19 of a row as a record, in the order of the table. */
hc_record hc_sql_record(sqlite3_stmt *q)
{
    hc_conditions at = hc_conditions_none();
    hc_record r;

    if (sqlite3_column_type(q, 0) != SQLITE_NULL)
        at.source_index = (long)sqlite3_column_int64(q, 0);
    set(at.cell, sizeof at.cell, hc_sql_get_text(q, 1));
    set(at.electrode, sizeof at.electrode, hc_sql_get_text(q, 2));
    at.spectrum_index = hc_sql_get_real(q, 3);
    at.cycle_count = hc_sql_get_real(q, 4);
    at.step_count = hc_sql_get_real(q, 5);
    at.temperature_celsius = hc_sql_get_real(q, 6);
    at.pressure_pa = hc_sql_get_real(q, 7);
    at.soc = hc_sql_get_real(q, 8);
    at.dc_voltage_volt = hc_sql_get_real(q, 9);
    r = hc_record_make(&at, hc_sql_get_text(q, 10), hc_sql_get_text(q, 13),
                       hc_sql_get_real(q, 14), hc_sql_get_text(q, 18));
    set(r.role, sizeof r.role, hc_sql_get_text(q, 11));
    set(r.stoichiometry, sizeof r.stoichiometry, hc_sql_get_text(q, 12));
    r.std_error = hc_sql_get_real(q, 15);
    r.ci95_low = hc_sql_get_real(q, 16);
    r.ci95_high = hc_sql_get_real(q, 17);
    set(r.status, sizeof r.status, hc_sql_get_text(q, 19));
    return r;
}

hc_status hc_store_records(hc_store *s, const hc_store_filter *filter,
                           hc_writer *w, size_t *n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    size_t count = 0;
    bool row = true;
    hc_status st = hc_sql_filtered(s, "SELECT " HC_SQL_RECORD " FROM records",
                                   HC_OF_RECORDS, filter,
                                   "ORDER BY run_key, row", &q, err);

    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st == HC_OK && row) {
            hc_record r = hc_sql_record(q);
            hc_records_put(w, &r);
            count++;
        }
    }
    sqlite3_finalize(q);
    if (st == HC_OK)
        *n = count;
    return st;
}

hc_status hc_store_list(hc_store *s, const hc_store_filter *filter,
                        hc_writer *w, size_t *n, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    size_t count = 0;
    bool row = true;
    hc_status st = hc_sql_filtered(
        s, "SELECT run_key, kind, tool, cell, n_rows, source FROM run",
        HC_OF_RUNS, filter, "ORDER BY cell, kind, tool, run_key", &q, err);

    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        for (int i = 0; i < 4; i++)
            hc_writer_text(w, hc_sql_get_text(q, i));
        hc_writer_integer(w, (long)sqlite3_column_int64(q, 4));
        hc_writer_text(w, hc_sql_get_text(q, 5));
        hc_writer_end_row(w);
        count++;
    }
    sqlite3_finalize(q);
    if (st == HC_OK)
        *n = count;
    return st;
}

hc_status hc_store_list_cells(hc_store *s, hc_writer *w, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_sql_prepare(
        s, "SELECT cell, fact, value FROM cell_fact ORDER BY cell, fact", &q,
        err);
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st != HC_OK || !row)
            break;
        for (int i = 0; i < 3; i++)
            hc_writer_text(w, hc_sql_get_text(q, i));
        hc_writer_end_row(w);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- one run ---- */

static bool is_key(const char *s)
{
    size_t n = strlen(s);
    return n >= 4 && n <= 64 && strspn(s, "0123456789abcdef") == n;
}

/* Text lines "a\nb\n" as '#:' lines. */
static void put_lines(hc_out *out, const char *lines)
{
    while (*lines != '\0') {
        size_t n = strcspn(lines, "\n");
        hc_out_puts(out, "#: ");
        hc_out_write(out, lines, n + 1);
        lines += n + 1;
    }
}

static hc_status put_curve(hc_store *s, sqlite3_int64 id, hc_out *out,
                           hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st =
        hc_sql_prepare(s, "SELECT body FROM curve WHERE run_id = ?1", &q,
                       err);
    if (st == HC_OK) {
        sqlite3_bind_int64(q, 1, id);
        st = hc_sql_step(s, q, &row, err);
    }
    if (st == HC_OK && row)
        hc_out_puts(out, hc_sql_get_text(q, 0));
    sqlite3_finalize(q);
    return st;
}

hc_status hc_sql_records_table(hc_store *s, sqlite3_int64 run_id,
                               hc_out **table, hc_err *err)
{
    hc_out *out = NULL;
    hc_writer *w = NULL;
    sqlite3_stmt *q = NULL;
    bool row = true;
    hc_status st = hc_out_memory(&out, err);

    if (st == HC_OK)
        st = hc_writer_new(&w, out, HC_WRITE_TABLE, err);
    if (st == HC_OK) {
        hc_records_begin(w);
        st = hc_sql_prepare(s,
                            "SELECT " HC_SQL_RECORD
                            " FROM record WHERE run_id = ?1 ORDER BY row",
                            &q, err);
    }
    if (st == HC_OK)
        sqlite3_bind_int64(q, 1, run_id);
    while (st == HC_OK && row) {
        st = hc_sql_step(s, q, &row, err);
        if (st == HC_OK && row) {
            hc_record r = hc_sql_record(q);
            hc_records_put(w, &r);
        }
    }
    if (st == HC_OK)
        st = hc_writer_end(w, err);
    sqlite3_finalize(q);
    hc_writer_free(w);
    if (st == HC_OK)
        *table = out;
    else if (out != NULL)
        hc_out_discard(out);
    return st;
}

hc_status hc_sql_records_sum(hc_store *s, sqlite3_int64 run_id,
                             char hex[HC_SHA256_HEX], hc_err *err)
{
    hc_out *table = NULL;
    hc_status st = hc_sql_records_table(s, run_id, &table, err);
    hc_sha256 sum;
    size_t len;

    if (st != HC_OK)
        return st;
    const char *text = hc_out_data(table, &len);
    hc_sha256_init(&sum);
    hc_sha256_add(&sum, text, len);
    hc_sha256_hex(&sum, hex);
    hc_out_discard(table);
    return HC_OK;
}

static hc_status put_records(hc_store *s, sqlite3_int64 id, hc_out *out,
                             hc_err *err)
{
    hc_out *table = NULL;
    hc_status st = hc_sql_records_table(s, id, &table, err);
    size_t len;

    if (st != HC_OK)
        return st;
    /* between the version line and the end line */
    const char *text = hc_out_data(table, &len);
    size_t head = (size_t)((const char *)memchr(text, '\n', len) - text) + 1;
    while (len > head && text[len - 2] != '\n')
        len--;
    hc_out_write(out, text + head, len - 1 - head);
    hc_out_discard(table);
    return HC_OK;
}

static hc_status put_run(hc_store *s, sqlite3_stmt *q, hc_out *out,
                         hc_err *err)
{
    sqlite3_int64 id = sqlite3_column_int64(q, 0);
    bool records = strcmp(hc_sql_get_text(q, 1), "records") == 0;
    hc_status st;

    hc_out_puts(out, "#: halfcell-table 1\n");
    put_lines(out, hc_sql_get_text(q, 2));
    st = records ? put_records(s, id, out, err) : put_curve(s, id, out, err);
    put_lines(out, hc_sql_get_text(q, 3));
    if (sqlite3_column_int(q, 4))
        hc_out_puts(out, "#: incomplete\n");
    hc_out_printf(out, "#: end rows=%lld\n",
                  (long long)sqlite3_column_int64(q, 5));
    hc_out_mark_whole(out);
    return st;
}

hc_status hc_store_get(hc_store *s, const char *key_or_words, hc_out *out,
                       hc_err *err)
{
    hc_store_filter filter = {.words = key_or_words};
    sqlite3_stmt *q = NULL;
    bool row = false;
    const char *columns =
        "SELECT id, kind, head, tail, incomplete, n_rows FROM run";
    hc_status st;

    if (is_key(key_or_words)) {
        hc_text sql = {0};
        hc_text_printf(&sql, "%s WHERE run_key GLOB ?1 || '*'", columns);
        st = hc_text_status(&sql, err);
        if (st == HC_OK)
            st = hc_sql_prepare(s, sql.data, &q, err);
        if (st == HC_OK)
            hc_sql_text(q, 1, key_or_words);
        hc_text_clear(&sql);
    } else {
        st = hc_sql_filtered(s, columns, HC_OF_RUNS, &filter,
                             "ORDER BY run_key", &q, err);
    }
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    if (st == HC_OK && !row)
        st = hc_fail(err, HC_NO, "no run is '%s'", key_or_words);
    if (st == HC_OK)
        st = put_run(s, q, out, err);
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    if (st == HC_OK && row)
        st = hc_fail(err, HC_USAGE,
                     "several runs are '%s'; `hc-db list` shows their keys",
                     key_or_words);
    sqlite3_finalize(q);
    return st;
}
