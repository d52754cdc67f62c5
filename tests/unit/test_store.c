/* schema.c: databases of an older halfcell, of a newer one, of others */
#include "unit.h"

#include "core/frame.h"
#include "store/store.h"

#include <sqlite3.h>
#include <unistd.h>

static char path[64];

static int new_path(void **state)
{
    int fd;
    (void)state;
    snprintf(path, sizeof path, "/tmp/hc-store.XXXXXX");
    fd = mkstemp(path);
    return fd < 0 || close(fd) != 0 || unlink(path) != 0;
}

static int remove_path(void **state)
{
    char side[80];
    (void)state;
    unlink(path);
    snprintf(side, sizeof side, "%s-wal", path);
    unlink(side);
    snprintf(side, sizeof side, "%s-shm", path);
    unlink(side);
    return 0;
}

static void run_sql(const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", sql, why);
    sqlite3_close(db);
}

static long count(const char *sql)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    long n;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    n = (long)sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

/* A database with one run of two records. */
static void make_database(void)
{
    static const char text[] = "#: halfcell-table 1\n#: kind records\n"
                               "#: step made 1\nquantity\tvalue\nR1\t50\n"
                               "R2\t60\n#: sha256 0 abcd\n#: end rows=2\n";
    hc_store *s = NULL;
    hc_in *in = NULL;
    hc_reader *r = NULL;
    hc_frame *f = NULL;
    hc_added what;
    char key[HC_SHA256_HEX];
    hc_err e = {0};
    assert_ok(hc_in_memory(&in, text, strlen(text), "t.rec", &e), e);
    assert_ok(hc_reader_new(&r, in, &e), e);
    assert_ok(hc_frame_read(&f, r, &e), e);
    assert_ok(hc_store_open(&s, path, true, 1000, &e), e);
    assert_ok(hc_store_begin(s, &e), e);
    assert_ok(hc_store_put(s, f, NULL, &what, key, &e), e);
    assert_ok(hc_store_end(s, HC_OK, &e), e);
    hc_store_close(s);
    hc_frame_free(f);
    hc_reader_free(r);
}

static void an_older_database_is_brought_up_to_date(void **state)
{
    hc_store *s = NULL;
    hc_err e = {0};
    (void)state;
    make_database();
    /* as schema 1 left it: without what the second migration made */
    run_sql("DROP TABLE finding; DROP TABLE job_run; DROP TABLE job;"
            "DROP TABLE file; DROP TABLE night; PRAGMA user_version=1");
    assert_ok(hc_store_open(&s, path, false, 1000, &e), e);
    hc_store_close(s);
    assert_int_equal(count("PRAGMA user_version"), HC_STORE_SCHEMA);
    assert_int_equal(count("SELECT count(*) FROM record"), 2);
    assert_int_equal(count("SELECT count(*) FROM source"), 1);
    assert_int_equal(count("SELECT count(*) FROM sqlite_schema WHERE name IN"
                           " ('night', 'file', 'job', 'job_run', 'finding')"
                           " AND type = 'table'"),
                     5);
    /* and is opened again as it is */
    assert_ok(hc_store_open(&s, path, false, 1000, &e), e);
    hc_store_close(s);
}

static void a_migration_happens_wholly_or_not_at_all(void **state)
{
    hc_store *s = NULL;
    hc_err e = {0};
    (void)state;
    make_database();
    /* a table in the way of the last that the migration makes */
    run_sql("DROP TABLE finding; DROP TABLE job_run; DROP TABLE job;"
            "DROP TABLE file; DROP TABLE night;"
            "CREATE TABLE finding (x); PRAGMA user_version=1");
    assert_int_not_equal(hc_store_open(&s, path, false, 1000, &e), HC_OK);
    assert_int_equal(count("PRAGMA user_version"), 1);
    assert_int_equal(count("SELECT count(*) FROM sqlite_schema"
                           " WHERE name = 'night'"),
                     0);
    assert_int_equal(count("SELECT count(*) FROM record"), 2);
}

static void what_is_not_ours_is_left_alone(void **state)
{
    hc_store *s = NULL;
    hc_err e = {0};
    (void)state;
    make_database();
    run_sql("PRAGMA user_version=999");
    assert_int_equal(hc_store_open(&s, path, false, 1000, &e), HC_DATA);
    assert_non_null(strstr(e.text, "made by a newer halfcell"));
    remove_path(NULL);
    run_sql("CREATE TABLE songs (title TEXT)");
    assert_int_equal(hc_store_open(&s, path, true, 1000, &e), HC_DATA);
    assert_non_null(strstr(e.text, "table 'songs'"));
    assert_int_equal(count("SELECT count(*) FROM sqlite_schema"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_older_database_is_brought_up_to_date, new_path, remove_path),
        cmocka_unit_test_setup_teardown(
            a_migration_happens_wholly_or_not_at_all, new_path, remove_path),
        cmocka_unit_test_setup_teardown(what_is_not_ours_is_left_alone,
                                        new_path, remove_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
