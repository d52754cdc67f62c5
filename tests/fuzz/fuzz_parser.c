/* fuzz_parser.c: libFuzzer target for everything that is read besides
 * instrument files
 *
 * HC_FUZZ_PARSER names one of parsers[].  Beyond crashes, some answers are
 * held to what their header promises: a circuit printed and parsed again is
 * the same, a number printed reads back equal.
 */
#include "cell/cellfile.h"
#include "cell/protocol.h"
#include "compare/compare.h"
#include "core/number.h"
#include "core/options.h"
#include "core/records.h"
#include "core/spectrum.h"
#include "eis/grid.h"
#include "fitters/circuit.h"
#include "formats/cells.h"
#include "night/recipe.h"
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* the lines of a text, as strings of their own */
enum { LINES = 32 };
typedef struct {
    char *line[LINES];
    int n;
} lines;

static lines split(char *text)
{
    lines l = {0};
    for (char *s = text; s != NULL && l.n < LINES;) {
        l.line[l.n++] = s;
        s = strchr(s, '\n');
        if (s != NULL)
            *s++ = '\0';
    }
    return l;
}

static bool open_frame(hc_frame **f, const char *text, size_t len)
{
    hc_in *in;
    hc_reader *r;
    hc_err err = {0};
    bool ok;
    if (hc_in_memory(&in, text, len, "fuzz", &err) != HC_OK ||
        hc_reader_new(&r, in, &err) != HC_OK)
        return false;
    ok = hc_frame_read(f, r, &err) == HC_OK;
    hc_reader_free(r);
    return ok;
}

static void table(char *text, size_t len)
{
    hc_frame *f;
    hc_record *rec;
    hc_spectrum *s;
    hc_err err = {0};
    size_t n;
    hc_spectrum_filter none = hc_spectrum_filter_none();
    if (!open_frame(&f, text, len))
        return;
    for (size_t i = 0; i < hc_frame_rows(f); i++)
        for (size_t k = 0; k < hc_frame_columns(f); k++)
            (void)hc_frame_number(f, i, (int)k);
    if (hc_records_of(f, &rec, &n, &err) == HC_OK)
        free(rec);
    if (hc_spectra_of(f, &none, &s, &n, &err) == HC_OK)
        hc_spectra_free(s, n);
    hc_frame_free(f);
}

/* first line the circuit, the others what options say of it */
static void circuit(char *text, size_t len)
{
    typedef hc_status (*say)(hc_circuit *, const char *, hc_err *);
    static const say says[] = {hc_circuit_set,  hc_circuit_fix,
                               hc_circuit_bound, hc_circuit_tie,
                               hc_circuit_role, hc_circuit_negative};
    static hc_circuit c, again;
    hc_text one = {0}, two = {0};
    hc_err err = {0};
    lines l = split(text);
    (void)len;
    if (hc_circuit_parse(&c, l.line[0], &err) != HC_OK)
        return;
    for (int i = 1; i < l.n; i++)
        if (l.line[i][0] != '\0')
            (void)says[(unsigned char)l.line[i][0] % 6](&c, l.line[i] + 1,
                                                        &err);
    if (hc_circuit_check(&c, &err) == HC_OK) {
        hc_circuit_print(&c, &one);
        if (hc_circuit_parse(&again, hc_text_get(&one), &err) != HC_OK) {
            fprintf(stderr, "'%s' does not parse: %s\n", hc_text_get(&one),
                    err.text);
            abort();
        }
        hc_circuit_print(&again, &two);
        if (strcmp(hc_text_get(&one), hc_text_get(&two)) != 0) {
            fprintf(stderr, "'%s' became '%s'\n", hc_text_get(&one),
                    hc_text_get(&two));
            abort();
        }
    }
    hc_text_clear(&one);
    hc_text_clear(&two);
}

/* the cell that protocols are read for: HC_FUZZ_CELL */
static const hc_cell *the_cell(void)
{
    static hc_cell cell;
    static bool ready;
    hc_cellfile *f = NULL;
    hc_talk quiet = {.quiet = true};
    hc_err err = {0};
    if (!ready &&
        (hc_cellfile_load(&f, getenv("HC_FUZZ_CELL"), &err) != HC_OK ||
         hc_cellfile_cell(f, &cell, true, &quiet, &err) != HC_OK)) {
        fprintf(stderr, "no cell: %s\n", err.text);
        abort();
    }
    hc_cellfile_free(f);
    ready = true;
    return &cell;
}

static void protocol(char *text, size_t len)
{
    hc_protocol p = {0};
    hc_err err = {0};
    (void)len;
    (void)hc_protocol_add(&p, the_cell(), text, "fuzz", &err);
    hc_protocol_clear(&p);
}

static void like(char *text, size_t len)
{
    hc_protocol p = {0};
    hc_err err = {0};
    hc_frame *f;
    if (!open_frame(&f, text, len))
        return;
    (void)hc_protocol_like(&p, the_cell(), f, &err);
    hc_protocol_clear(&p);
    hc_frame_free(f);
}

static void json(char *text, size_t len)
{
    hc_talk quiet = {.quiet = true};
    hc_cellfile *f, *bpx;
    hc_cell cell;
    hc_out *out;
    hc_err err = {0};
    if (hc_cellfile_parse(&f, text, len, "fuzz", &err) != HC_OK)
        return;
    if (hc_cellfile_is_bpx(f) && hc_bpx_read(&bpx, f, &err) == HC_OK) {
        hc_cellfile_free(f);
        f = bpx;
    }
    if (hc_out_memory(&out, &err) == HC_OK) {
        (void)hc_cellfile_write(f, out, &err);
        (void)hc_bpx_write(f, out, &err);
        hc_out_discard(out);
    }
    if (hc_cellfile_cell(f, &cell, false, &quiet, &err) == HC_OK)
        hc_cell_clear(&cell);
    hc_cellfile_free(f);
}

typedef struct {
    hc_common common;
    double area_m2, n;
    long i;
    bool flag;
    const char *word, *text;
    hc_list list;
} opts;

static void options(char *text, size_t len)
{
    static const hc_option rows[] = {
        HC_OPTION_AREA(opts, area_m2),
        {"number", 'n', HC_OPT_NUMBER, "N", "", offsetof(opts, n), NULL, 0, 1,
         {0}},
        {"integer", 'i', HC_OPT_INTEGER, "I", "", offsetof(opts, i), NULL, -9,
         9, {0}},
        {"flag", 'f', HC_OPT_FLAG, NULL, "", offsetof(opts, flag), NULL, 0, 0,
         {0}},
        {"word", 'w', HC_OPT_CHOICE, "W", "", offsetof(opts, word),
         "one|two|three", 0, 0, {0}},
        {"text", 't', HC_OPT_TEXT, "T", "", offsetof(opts, text), NULL, 0, 0,
         {0}},
        {"list", 'l', HC_OPT_LIST, "L", "", offsetof(opts, list), NULL, 0, 0,
         {0}},
        HC_OPTIONS_COMMON(opts),
        HC_OPTIONS_END};
    static const hc_tool tool = {"hc-fuzz", "", "A [B]", NULL, rows, 1, 2};
    char *argv[LINES + 2] = {(char *)"hc-fuzz"};
    opts o = {0};
    hc_err err = {0};
    const char **operands = NULL;
    size_t n;
    lines l = split(text);
    (void)len;
    for (int i = 0; i < l.n; i++)
        argv[i + 1] = l.line[i];
    if (hc_options_parse(&tool, l.n + 1, argv, &o, &operands, &n, &err) ==
            HC_OK &&
        o.text != NULL && hc_range_check(o.text, "--text", &err) == HC_OK)
        (void)hc_range_has(o.text, o.i);
    free(operands);
    hc_list_clear(&o.list);
}

/* numbers, units, quantities, grids of frequencies, parts of noise */
static void quantity(char *text, size_t len)
{
    static const hc_dim dims[] = {HC_DIM_AREA, HC_DIM_LENGTH,
                                  HC_DIM_TEMPERATURE, HC_DIM_PRESSURE, {0}};
    hc_err err = {0};
    hc_dim dim;
    double x, y, *grid;
    size_t n;
    char buf[HC_NUMBER_SIZE], shifted[64];
    for (size_t i = 0; i < sizeof dims / sizeof dims[0]; i++)
        (void)hc_quantity_parse(text, dims[i], "--fuzz", &x, &err);
    (void)hc_unit_parse(text, len, &x, &dim);
    (void)hc_number_parse_comma(text, len, &x);
    (void)hc_number_shift(text, len, -3, shifted, sizeof shifted);
    if (hc_eis_grid_parse(text, &grid, &n, &err) == HC_OK)
        free(grid);
    (void)hc_eis_noise_parse(text, &x, &err);
    if (!hc_number_parse(text, len, &x) || isnan(x))
        return;
    n = hc_number_print(x, buf);
    if (!hc_number_parse(buf, n, &y) || x != y) {
        fprintf(stderr, "%a is printed as %s\n", x, buf);
        abort();
    }
}

/* hc-cmp --check */
static void check(char *text, size_t len)
{
    static const char series[] =
        "test_time_second\tvoltage_volt\tcurrent_ampere\n0\t3\t1\n1\t3.1\t1\n"
        "2\t3.2\t1\n";
    hc_talk quiet = {.quiet = true};
    hc_frame *f;
    hc_comparison c;
    bool holds;
    hc_err err = {0};
    (void)len;
    if (!open_frame(&f, series, sizeof series - 1))
        return;
    if (hc_compare(&c, f, f, HC_AXIS_TIME, &err) == HC_OK) {
        (void)hc_comparison_check(&c, 0.01, text, &holds, &quiet, &err);
        hc_comparison_clear(&c);
    }
    hc_frame_free(f);
}

/* hc-db query */
static void filter(char *text, size_t len)
{
    static hc_store *store;
    hc_store_filter f = {text};
    hc_out *out;
    hc_writer *w;
    hc_err err = {0};
    size_t n;
    (void)len;
    if (store == NULL &&
        hc_store_open(&store, ":memory:", true, 0, &err) != HC_OK)
        abort();
    for (int list = 0; list < 2; list++) {
        if (hc_out_memory(&out, &err) != HC_OK)
            return;
        if (hc_writer_new(&w, out, HC_WRITE_TABLE, &err) == HC_OK) {
            if (list)
                (void)hc_store_list(store, &f, w, &n, &err);
            else
                (void)hc_store_records(store, &f, w, &n, &err);
            hc_writer_free(w);
        }
        hc_out_discard(out);
    }
}

/* A file of the text, under a path of this process; -1: none. */
static int file_of(const char *text, size_t len, char path[64])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd >= 0 && write(fd, text, len) != (ssize_t)len) {
        close(fd);
        fd = -1;
    }
    snprintf(path, 64, "/proc/self/fd/%d", fd);
    return fd;
}

static void cells(char *text, size_t len)
{
    char path[64];
    int fd = file_of(text, len, path);
    const hc_cells_row *row;
    hc_cells *c;
    hc_err err = {0};
    if (fd < 0)
        return;
    if (hc_cells_open(&c, path, &err) == HC_OK) {
        (void)hc_cells_find(c, "cell7_PEIS.mpr", &row, &err);
        hc_cells_free(c);
    }
    close(fd);
}

static void recipe(char *text, size_t len)
{
    char path[64];
    int fd = file_of(text, len, path);
    hc_recipe *r;
    size_t n;
    hc_err err = {0};
    if (fd < 0)
        return;
    if (hc_recipes_open(&r, &n, path, "/nowhere", &err) == HC_OK) {
        for (size_t i = 0; i < n; i++)
            (void)hc_recipe_wants(&r[i], "eis gcpl");
        hc_recipes_free(r, n);
    }
    close(fd);
}

static const struct {
    const char *name;
    void (*run)(char *text, size_t len);
} parsers[] = {{"cells", cells},       {"check", check},
               {"circuit", circuit},   {"filter", filter},
               {"json", json},         {"like", like},
               {"options", options},   {"protocol", protocol},
               {"quantity", quantity}, {"recipe", recipe},
               {"table", table}};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *name = getenv("HC_FUZZ_PARSER");
    char *text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < sizeof parsers / sizeof parsers[0]; i++)
        if (name != NULL && strcmp(name, parsers[i].name) == 0)
            parsers[i].run(text, size);
    free(text);
    return 0;
}
