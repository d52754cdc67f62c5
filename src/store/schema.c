/* schema.c: opening a database, making it, bringing it up to date */
#include "store/sql.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>
#include <unistd.h>

/* Migration i leads from schema i to i + 1; the first makes everything.  See
 * halfcell-db(5), which documents every column. */
static const char *const migrations[HC_STORE_SCHEMA] = {
    "CREATE TABLE source ("
    "  sha256 TEXT PRIMARY KEY,"
    "  name TEXT NOT NULL,"
    "  format TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE cell_fact ("
    "  cell TEXT NOT NULL,"
    "  fact TEXT NOT NULL,"
    "  value TEXT NOT NULL,"
    "  PRIMARY KEY (cell, fact)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE run ("
    "  id INTEGER PRIMARY KEY,"
    "  run_key TEXT NOT NULL UNIQUE,"
    "  content_sha256 TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  tool TEXT NOT NULL,"
    "  cell TEXT NOT NULL,"
    "  source TEXT NOT NULL,"
    "  n_rows INTEGER NOT NULL,"
    "  incomplete INTEGER NOT NULL,"
    "  head TEXT NOT NULL,"
    "  tail TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX run_by_cell ON run (cell, kind);"
    "CREATE TABLE run_source ("
    "  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,"
    "  source_index INTEGER NOT NULL,"
    "  sha256 TEXT NOT NULL REFERENCES source (sha256),"
    "  PRIMARY KEY (run_id, source_index, sha256)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX run_source_by_sha256 ON run_source (sha256);"
    "CREATE TABLE record ("
    "  run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,"
    "  row INTEGER NOT NULL,"
    "  source_index INTEGER,"
    "  cell TEXT NOT NULL,"
    "  electrode TEXT NOT NULL,"
    "  spectrum_index REAL,"
    "  cycle_count REAL,"
    "  step_count REAL,"
    "  temperature_celsius REAL,"
    "  pressure_pa REAL,"
    "  soc REAL,"
    "  dc_voltage_volt REAL,"
    "  method TEXT NOT NULL,"
    "  role TEXT NOT NULL,"
    "  stoichiometry TEXT NOT NULL,"
    "  quantity TEXT NOT NULL,"
    "  value REAL,"
    "  std_error REAL,"
    "  ci95_low REAL,"
    "  ci95_high REAL,"
    "  unit TEXT NOT NULL,"
    "  status TEXT NOT NULL,"
    "  PRIMARY KEY (run_id, row)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX record_by_quantity ON record (quantity, cell);"
    "CREATE INDEX record_by_cell ON record (cell);"
    "CREATE TABLE curve ("
    "  run_id INTEGER PRIMARY KEY REFERENCES run (id) ON DELETE CASCADE,"
    "  body TEXT NOT NULL"
    ") STRICT;"
    /* for people with other tools: what belongs together in one place */
    "CREATE VIEW records AS SELECT run.run_key, run.kind, run.tool,"
    " run.source, record.* FROM record JOIN run ON run.id = record.run_id;"
    "CREATE VIEW curves AS SELECT run.run_key, run.kind, run.tool,"
    " run.source, run.cell, run.n_rows, curve.body"
    " FROM curve JOIN run ON run.id = curve.run_id;",
    /* 2: the night's files, jobs and findings */
    "CREATE TABLE night ("
    "  id INTEGER PRIMARY KEY,"
    "  started TEXT NOT NULL,"
    "  finished TEXT,"
    "  files INTEGER NOT NULL,"
    "  done INTEGER NOT NULL,"
    "  failed INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE file ("
    "  path TEXT PRIMARY KEY,"
    "  size INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  sha256 TEXT NOT NULL,"
    "  format TEXT NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  technique TEXT NOT NULL,"
    "  cell TEXT NOT NULL,"
    "  facts TEXT NOT NULL,"
    "  registry TEXT NOT NULL,"
    "  exit_code INTEGER NOT NULL,"
    "  message TEXT NOT NULL,"
    "  night INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE job ("
    "  path TEXT NOT NULL,"
    "  recipe TEXT NOT NULL,"
    "  job_key TEXT NOT NULL,"
    "  state TEXT NOT NULL CHECK (state IN"
    "    ('queued', 'started', 'done', 'failed')),"
    "  attempts INTEGER NOT NULL,"
    "  exit_code INTEGER NOT NULL,"
    "  message TEXT NOT NULL,"
    "  seconds REAL NOT NULL,"
    "  night INTEGER NOT NULL,"
    "  PRIMARY KEY (path, recipe)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE job_run ("
    "  path TEXT NOT NULL,"
    "  recipe TEXT NOT NULL,"
    "  run_key TEXT NOT NULL,"
    "  PRIMARY KEY (path, recipe, run_key)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX job_run_by_key ON job_run (run_key);"
    "CREATE TABLE finding ("
    "  night INTEGER NOT NULL REFERENCES night (id) ON DELETE CASCADE,"
    "  what TEXT NOT NULL,"
    "  cell TEXT NOT NULL,"
    "  detail TEXT NOT NULL,"
    "  run_key TEXT NOT NULL,"
    "  PRIMARY KEY (night, what, cell, detail)"
    ") STRICT, WITHOUT ROWID;",
};

/* File systems on which locks between machines are not to be trusted; the
 * numbers are those of statfs(2). */
static const struct {
    unsigned long magic;
    const char *name;
} network[] = {{0x6969, "NFS"},        {0x517b, "SMB"},
               {0xff534d42, "CIFS"},   {0xfe534d42, "SMB2"},
               {0x0bd00bd0, "Lustre"}, {0x47504653, "GPFS"},
               {0x5346414f, "AFS"},    {0x6b414653, "AFS"},
               {0x00c36400, "Ceph"},   {0x01021997, "9P"},
               {0x19830326, "BeeGFS"}, {0x7461636f, "OCFS2"},
               {0x01161970, "GFS2"},   {0x65735546, "FUSE, as of sshfs"},
               {0x73757245, "Coda"},   {0x564c, "NCP"}};

static hc_status refuse_network(const char *path, hc_err *err)
{
    char *folder = hc_strdup(path), *slash;
    struct statfs fs;
    hc_status st = HC_OK;

    if (folder == NULL)
        return hc_fail_nomem(err);
    slash = strrchr(folder, '/');
    if (slash == NULL)
        strcpy(folder, path[0] == '\0' ? "" : ".");
    else
        slash[slash == folder] = '\0';
    if (statfs(folder, &fs) == 0)
        for (size_t i = 0; i < sizeof network / sizeof network[0]; i++)
            if (((unsigned long)fs.f_type & 0xffffffffUL) == network[i].magic)
                st = hc_fail_at(err, HC_CREATE, path, 0,
                                "lies on a network file system (%s), where "
                                "SQLite's locks do not hold; put the "
                                "database on a local disk",
                                network[i].name);
    free(folder);
    return st;
}

static hc_status schema_of(hc_store *s, int *version, hc_err *err)
{
    sqlite3_stmt *stmt = NULL;
    bool row = false;
    hc_status st = hc_sql_prepare(s, "PRAGMA user_version", &stmt, err);
    if (st == HC_OK)
        st = hc_sql_step(s, stmt, &row, err);
    if (st == HC_OK)
        *version = row ? sqlite3_column_int(stmt, 0) : 0;
    sqlite3_finalize(stmt);
    return st;
}

/* Somebody else's tables are no place for ours. */
static hc_status refuse_foreign(hc_store *s, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    bool row = false;
    hc_status st = hc_sql_prepare(
        s, "SELECT name FROM sqlite_schema WHERE type = 'table' LIMIT 1", &q,
        err);
    if (st == HC_OK)
        st = hc_sql_step(s, q, &row, err);
    if (st == HC_OK && row)
        st = hc_fail_at(err, HC_DATA, s->path, 0,
                        "is an SQLite database of something else (it has a "
                        "table '%s'); it was not touched",
                        hc_sql_get_text(q, 0));
    sqlite3_finalize(q);
    return st;
}

static hc_status migrate(hc_store *s, hc_err *err)
{
    char pragma[64];
    int version = 0;
    hc_status st = hc_sql_begin(s, err);

    if (st != HC_OK)
        return st;
    st = schema_of(s, &version, err);
    if (st == HC_OK && version == 0)
        st = refuse_foreign(s, err);
    while (st == HC_OK && version < HC_STORE_SCHEMA)
        st = hc_sql_run(s, migrations[version++], err);
    sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA user_version=%d", version);
    if (st == HC_OK)
        st = hc_sql_run(s, pragma, err);
    return hc_sql_end(s, st, err);
}

/* Changing the journal mode does not wait for other openers by itself. */
static hc_status use_wal(hc_store *s, hc_err *err)
{
    hc_status st = HC_AGAIN;
    for (int i = 0; i <= s->wait_ms / 10 && st == HC_AGAIN; i++) {
        if (i > 0)
            usleep(10000);
        st = hc_sql_run(s, "PRAGMA journal_mode=WAL", err);
    }
    return st;
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Others write: look again soon, the longer the wait the sooner, until it has
 * taken wait_ms.  SQLite's own handler looks ever more seldom, so that among
 * many writers those that wait longest come last, and some never. */
static int wait_turn(void *ctx, int tries)
{
    hc_store *s = ctx;
    int64_t now = now_ms(), waited;
    if (tries == 0)
        s->waits_since_ms = now;
    waited = now - s->waits_since_ms;
    if (waited >= s->wait_ms)
        return 0;
    usleep(waited < 100 ? 5000 : waited < 1000 ? 2000 : 500);
    return 1;
}

static hc_status set_up(hc_store *s, hc_err *err)
{
    int version = 0;
    hc_status st;

    sqlite3_busy_handler(s->db, wait_turn, s);
    st = schema_of(s, &version, err);
    if (st == HC_OK && version > HC_STORE_SCHEMA)
        return hc_fail_at(err, HC_DATA, s->path, 0,
                          "has schema %d, made by a newer halfcell; this one "
                          "knows %d",
                          version, HC_STORE_SCHEMA);
    if (st == HC_OK)
        st = hc_sql_run(s, "PRAGMA foreign_keys=ON; PRAGMA synchronous=FULL",
                        err);
    if (st == HC_OK && version < HC_STORE_SCHEMA) {
        st = use_wal(s, err);
        if (st == HC_OK)
            st = migrate(s, err);
    }
    return st;
}

/* What cannot be one is not made one: SQLite takes an empty file for a new
 * database, and would write into what was only to be looked at. */
static hc_status is_database(const char *path, bool create, hc_err *err)
{
    struct stat sb;
    if (stat(path, &sb) != 0)
        return create ? HC_OK
                      : hc_fail_open(err, HC_NOINPUT, path);
    if (S_ISDIR(sb.st_mode))
        return hc_fail_at(err, HC_NOINPUT, path, 0,
                          "is a folder; expected a database");
    if (!create && S_ISREG(sb.st_mode) && sb.st_size == 0)
        return hc_fail_at(err, HC_DATA, path, 0,
                          "is empty; expected a database");
    return HC_OK;
}

hc_status hc_store_open(hc_store **out, const char *path, bool create,
                        int wait_ms, hc_err *err)
{
    hc_store *s;
    hc_status st = refuse_network(path, err);

    if (st == HC_OK)
        st = is_database(path, create, err);
    if (st != HC_OK)
        return st;
    s = calloc(1, sizeof *s);
    if (s == NULL || (s->path = hc_strdup(path)) == NULL) {
        free(s);
        return hc_fail_nomem(err);
    }
    s->wait_ms = wait_ms;
    if (sqlite3_open_v2(path, &s->db,
                        SQLITE_OPEN_READWRITE |
                            (create ? SQLITE_OPEN_CREATE : 0),
                        NULL) != SQLITE_OK)
        st = s->db == NULL ? hc_fail_nomem(err)
                           : hc_sql_fail(s, "cannot open", err);
    else
        st = set_up(s, err);
    if (st != HC_OK)
        hc_store_close(s);
    else
        *out = s;
    return st;
}

void hc_store_close(hc_store *s)
{
    if (s == NULL)
        return;
    sqlite3_close(s->db);
    free(s->path);
    free(s);
}
