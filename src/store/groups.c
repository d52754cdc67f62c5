#include "store/groups.h"

#include "core/lab.h"
#include "core/sort.h"
#include "store/sql.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Published with the score: Iglewicz and Hoaglin (1993), section 4. */
static const double limit = 3.5, scale = 0.6745, gap_celsius = 2;
enum { LEAST = 4, DIGITS = 10 };

static const char *const compared[] = {
    "conductivity_s_m",          "area_specific_resistance_ohm_m2",
    "ccd_last_safe_a_m2",        "ccd_first_failing_a_m2",
    "first_coulombic_efficiency", "capacity_retention"};

/* A record on its way to its point. */
typedef struct {
    hc_record r;
    char group[64], reason[128];
    bool excluded;
    size_t class;
} row;

typedef struct {
    row *rows;
    size_t n, cap;
} rows;

static bool is_compared(const char *quantity)
{
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++)
        if (strcmp(quantity, compared[i]) == 0)
            return true;
    return false;
}

/* What the registry calls an exclusion (halfcell-cells.5). */
static bool is_exclusion(const char *text)
{
    return text[0] != '\0' && strcmp(text, "-") != 0 &&
           hc_strcasecmp(text, "no") != 0 &&
           hc_strcasecmp(text, "false") != 0 && strcmp(text, "0") != 0;
}

static hc_status take_row(rows *all, sqlite3_stmt *q, bool any_quantity,
                          hc_err *err)
{
    row x = {.r = hc_sql_record(q)};
    const char *group = hc_sql_get_text(q, 20);
    const char *exclude = hc_sql_get_text(q, 21);
    if (!isfinite(x.r.value) || strcmp(x.r.at.cell, "-") == 0 ||
        (!any_quantity && !is_compared(x.r.quantity)))
        return HC_OK;
    if (group[0] == '\0')
        group = "-";
    hc_copy(x.group, sizeof x.group, group, strlen(group));
    x.excluded = is_exclusion(exclude);
    if (x.excluded)
        hc_copy(x.reason, sizeof x.reason, exclude, strlen(exclude));
    row *p = hc_grow(all->rows, &all->cap, all->n + 1, sizeof *p);
    if (p == NULL)
        return hc_fail_nomem(err);
    all->rows = p;
    p[all->n++] = x;
    return HC_OK;
}

static hc_status collect(hc_store *s, const hc_store_filter *filter,
                         const char *by, rows *all, hc_err *err)
{
    sqlite3_stmt *q = NULL;
    hc_text select = {0};
    bool more = true;
    bool any_quantity = filter != NULL && filter->words != NULL &&
                        strstr(filter->words, "quantity") != NULL;
    hc_status st = HC_OK;

    if (strspn(by, "abcdefghijklmnopqrstuvwxyz_") != strlen(by))
        return hc_fail(err, HC_USAGE, "'%s' is no fact of cells", by);
    hc_text_printf(&select,
                   "SELECT " HC_SQL_RECORD
                   ", (SELECT value FROM cell_fact f WHERE f.cell ="
                   " records.cell AND fact = '%s')"
                   ", (SELECT value FROM cell_fact f WHERE f.cell ="
                   " records.cell AND fact = 'exclude') FROM records",
                   by);
    st = hc_text_status(&select, err);
    if (st == HC_OK)
        st = hc_sql_filtered(s, select.data, HC_OF_RECORDS, filter,
                             "ORDER BY run_key, row", &q, err);
    hc_text_clear(&select);
    while (st == HC_OK && more) {
        st = hc_sql_step(s, q, &more, err);
        if (st == HC_OK && more)
            st = take_row(all, q, any_quantity, err);
    }
    sqlite3_finalize(q);
    return st;
}

/* ---- order ---- */

static int by_number(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int by_key(const row *a, const row *b)
{
    int c = strcmp(a->r.quantity, b->r.quantity);
    c = c != 0 ? c : strcmp(a->r.unit, b->r.unit);
    c = c != 0 ? c : strcmp(a->r.role, b->r.role);
    c = c != 0 ? c : strcmp(a->r.at.electrode, b->r.at.electrode);
    return c != 0 ? c : strcmp(a->group, b->group);
}

static int by_temperature(const void *x, const void *y)
{
    const row *a = x, *b = y;
    int c = by_key(a, b);
    return c != 0 ? c
                  : by_number(a->r.at.temperature_celsius,
                              b->r.at.temperature_celsius);
}

/* Cells of a class together, last cycle first. */
static int by_cell(const void *x, const void *y)
{
    const row *a = x, *b = y;
    int c = (a->class > b->class) - (a->class < b->class);
    c = c != 0 ? c : strcmp(a->r.at.cell, b->r.at.cell);
    if (c != 0)
        return c;
    double p = a->r.at.cycle_count, q = b->r.at.cycle_count;
    if (isnan(p) || isnan(q))
        return isnan(p) - isnan(q);
    return (p < q) - (p > q);
}

/* Quantile of sorted numbers, linear between them. */
static double quantile(const double *x, size_t n, double p)
{
    double at = p * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? x[i] + (at - (double)i) * (x[i + 1] - x[i]) : x[i];
}

/* Number the classes: equal keys, temperatures near their neighbour's. */
static void classify(rows *all)
{
    qsort(all->rows, all->n, sizeof *all->rows, by_temperature);
    for (size_t i = 1; i < all->n; i++) {
        row *a = &all->rows[i - 1], *b = &all->rows[i];
        double ta = a->r.at.temperature_celsius;
        double tb = b->r.at.temperature_celsius;
        bool same = by_key(a, b) == 0 && isnan(ta) == isnan(tb) &&
                    !(tb - ta > gap_celsius);
        b->class = a->class + !same;
    }
    qsort(all->rows, all->n, sizeof *all->rows, by_cell);
}

/* ---- points and groups ---- */

/* The rows of one cell in one class, which stand together; *n are those of
 * its last cycle. */
static hc_point point_of(const row *r, size_t n, double *work)
{
    hc_point p = {.cycle_count = r->r.at.cycle_count,
                  .score = NAN,
                  .std_error = NAN,
                  .excluded = r->excluded};
    size_t used = 1;
    while (used < n && by_number(r[used].r.at.cycle_count,
                                 p.cycle_count) == 0)
        used++;
    for (size_t i = 0; i < used; i++)
        work[i] = r[i].r.value;
    hc_sort_rising(work, used);
    p.value = quantile(work, used, 0.5);
    p.records = used;
    if (used == 1)
        p.std_error = r->r.std_error;
    hc_copy(p.cell, sizeof p.cell, r->r.at.cell, strlen(r->r.at.cell));
    hc_copy(p.reason, sizeof p.reason, r->reason, strlen(r->reason));
    return p;
}

/* Median, spread, quartiles over what counts; work has room for all. */
static void summarize(hc_group *g, hc_point *p, double *work)
{
    double mad, mean = 0;
    size_t n = 0;

    for (size_t i = 0; i < g->points; i++) {
        g->n_excluded += p[i].excluded;
        if (!p[i].excluded)
            work[n++] = p[i].value;
    }
    g->n = n;
    g->median = g->spread = g->q25 = g->q75 = g->min = g->max = NAN;
    if (n == 0)
        return;
    hc_sort_rising(work, n);
    g->median = quantile(work, n, 0.5);
    g->q25 = quantile(work, n, 0.25);
    g->q75 = quantile(work, n, 0.75);
    g->min = work[0];
    g->max = work[n - 1];
    for (size_t i = 0; i < n; i++) {
        work[i] = fabs(work[i] - g->median);
        mean += work[i] / (double)n;
    }
    hc_sort_rising(work, n);
    mad = quantile(work, n, 0.5);
    if (n > 1)
        g->spread = 1.4826 * mad;
    /* more than half alike: the mean deviation stands in for the MAD, as
     * the same authors say (1.2533 = sqrt(pi/2)) */
    double unit = mad > 0 ? mad / scale : 1.253314 * mean;
    for (size_t i = 0; i < g->points; i++) {
        p[i].score = unit > 0 ? (p[i].value - g->median) / unit : NAN;
        p[i].outlier = !p[i].excluded && n >= LEAST &&
                       fabs(p[i].score) > limit;
        g->n_outliers += p[i].outlier;
    }
}

static hc_group group_of(const row *r)
{
    hc_group g = {0};
    memcpy(g.group, r->group, sizeof g.group);
    memcpy(g.quantity, r->r.quantity, sizeof g.quantity);
    memcpy(g.role, r->r.role, sizeof g.role);
    memcpy(g.electrode, r->r.at.electrode, sizeof g.electrode);
    memcpy(g.unit, r->r.unit, sizeof g.unit);
    return g;
}

static void build(const rows *all, hc_groups *out, double *work)
{
    for (size_t i = 0; i < all->n;) {
        hc_group *g = &out->group[out->n++];
        size_t class = all->rows[i].class, t = 0, end = i;
        *g = group_of(&all->rows[i]);
        g->first = out->n_points;
        for (; end < all->n && all->rows[end].class == class; end++)
            work[t++] = all->rows[end].r.at.temperature_celsius;
        hc_sort_rising(work, t);
        g->temperature_celsius = quantile(work, t, 0.5);
        while (i < end) {
            size_t n = 1;
            while (i + n < end && strcmp(all->rows[i].r.at.cell,
                                         all->rows[i + n].r.at.cell) == 0)
                n++;
            out->point[out->n_points++] = point_of(&all->rows[i], n, work);
            i += n;
        }
        g->points = out->n_points - g->first;
        summarize(g, out->point + g->first, work);
    }
}

hc_status hc_store_groups(hc_store *s, const hc_store_filter *filter,
                          const char *by, hc_groups *out, hc_err *err)
{
    rows all = {0};
    hc_groups g = {0};
    double *work = NULL;
    hc_status st = collect(s, filter, by, &all, err);

    if (st == HC_OK) {
        g.group = calloc(all.n + 1, sizeof *g.group);
        g.point = calloc(all.n + 1, sizeof *g.point);
        work = calloc(all.n + 1, sizeof *work);
        if (g.group == NULL || g.point == NULL || work == NULL)
            st = hc_fail_nomem(err);
    }
    if (st == HC_OK) {
        if (all.n > 0)
            classify(&all);
        build(&all, &g, work);
        *out = g;
    } else {
        hc_groups_clear(&g);
    }
    free(all.rows);
    free(work);
    return st;
}

void hc_groups_clear(hc_groups *g)
{
    free(g->group);
    free(g->point);
    *g = (hc_groups){0};
}

/* ---- tables ---- */

static void put_columns(hc_writer *w, const char *const *names)
{
    static const char *const key[] = {"group",     "quantity",
                                      "role",      "electrode",
                                      "temperature_celsius", "unit", NULL};
    for (size_t i = 0; key[i] != NULL; i++)
        hc_writer_column(w, key[i]);
    for (size_t i = 0; names[i] != NULL; i++)
        hc_writer_column(w, names[i]);
}

static hc_lab unit_of(const hc_group *g, bool lab)
{
    return lab ? hc_lab_of(g->unit) : (hc_lab){1, g->unit};
}

static void put_key(hc_writer *w, const hc_group *g, bool lab)
{
    hc_lab u = unit_of(g, lab);
    char name[sizeof g->quantity];
    hc_lab_name(g->quantity, lab ? g->unit : "-", name, sizeof name);
    hc_writer_text(w, g->group);
    hc_writer_text(w, name);
    hc_writer_text(w, g->role);
    hc_writer_text(w, g->electrode);
    hc_writer_digits(w, g->temperature_celsius, DIGITS);
    hc_writer_text(w, u.unit[0] != '\0' ? u.unit : "-");
}

void hc_groups_write(const hc_groups *g, hc_writer *w, bool lab)
{
    static const char *const names[] = {"n",   "median",   "spread",
                                        "q25", "q75",      "min",
                                        "max", "outliers", "excluded", NULL};
    put_columns(w, names);
    for (size_t i = 0; i < g->n; i++) {
        const hc_group *x = &g->group[i];
        double f = unit_of(x, lab).factor;
        const double v[] = {x->median, x->spread, x->q25,
                            x->q75,    x->min,    x->max};
        put_key(w, x, lab);
        hc_writer_integer(w, (long)x->n);
        for (size_t k = 0; k < sizeof v / sizeof v[0]; k++)
            hc_writer_digits(w, f * v[k], DIGITS);
        hc_writer_integer(w, (long)x->n_outliers);
        hc_writer_integer(w, (long)x->n_excluded);
        hc_writer_end_row(w);
    }
}

void hc_groups_write_points(const hc_groups *g, hc_writer *w, bool lab)
{
    static const char *const names[] = {
        "cell",    "value", "std_error", "cycle_count",
        "records", "score", "status",    "reason", NULL};
    put_columns(w, names);
    for (size_t i = 0; i < g->n; i++) {
        const hc_group *x = &g->group[i];
        double f = unit_of(x, lab).factor;
        for (size_t k = x->first; k < x->first + x->points; k++) {
            const hc_point *p = &g->point[k];
            put_key(w, x, lab);
            hc_writer_text(w, p->cell);
            hc_writer_digits(w, f * p->value, DIGITS);
            hc_writer_digits(w, f * p->std_error, DIGITS);
            hc_writer_digits(w, p->cycle_count, DIGITS);
            hc_writer_integer(w, (long)p->records);
            hc_writer_digits(w, p->score, DIGITS);
            hc_writer_text(w, p->excluded  ? "excluded"
                              : p->outlier ? "outlier"
                                           : "ok");
            hc_writer_text(w, p->reason[0] != '\0' ? p->reason : "-");
            hc_writer_end_row(w);
        }
    }
}
