/* palmsens.c: PalmSens PSTrace .pssession
 *
 * UTF-16LE with BOM, one JSON object, a trailing U+FEFF.  Spectra stand in
 * Measurements[].EISDataList[].DataSet.Values[]; each of these has a
 * Description, a Unit.S and DataValues[].V.  ZIm holds minus Im(Z) and Idc
 * microampere whatever Unit.S says (Unit.Type does say it).  Curves of other
 * techniques stand in Measurements[].DataSet the same way.
 */
#include "core/json.h"
#include "core/text.h"
#include "formats/dates.h"
#include "formats/decode.h"
#include "formats/format.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 28, COLUMNS_MAX = 256 };

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (hc_probe_find(p, "PalmSens.DataFiles.SessionFile") != NULL)
        hc_say_yes(v, 100);
    else if (hc_probe_find(p, "PalmSens") != NULL)
        hc_say_no(v, 40, "names PalmSens and is no session of PSTrace");
    else
        hc_say_no(v, 0, "no session of PalmSens PSTrace");
}

/* ---- one data set ---- */

typedef struct {
    hc_column columns[COLUMNS_MAX];
    const json_t *values[COLUMNS_MAX]; /* arrays of {"V": x} */
    char units[COLUMNS_MAX][16];
    size_t n, rows;
} table;

/* Does a unit begin with the prefix already ("uA", "µA", "mV")? */
static bool is_prefixed(const char *s, const char *prefix)
{
    return hc_starts_with(s, prefix) ||
           (*prefix == 'u' &&
            (hc_starts_with(s, "\xc2\xb5") || hc_starts_with(s, "\xce\xbc")));
}

/* "PalmSens.Units.MicroAmpere" with S "A": the values are in uA. */
static void unit_of(const json_t *unit, char *out, size_t cap)
{
    static const struct {
        const char *word, *prefix;
    } sizes[] = {{".Milli", "m"},
                 {".Micro", "u"},
                 {".Nano", "n"},
                 {".Pico", "p"},
                 {".Kilo", "k"}};
    const char *s = json_string_value(json_object_get(unit, "S"));
    const char *type = json_string_value(json_object_get(unit, "Type"));
    const char *prefix = "";
    if (s == NULL)
        s = "";
    for (size_t i = 0; type != NULL && i < sizeof sizes / sizeof *sizes; i++)
        if (strstr(type, sizes[i].word) != NULL &&
            !is_prefixed(s, sizes[i].prefix))
            prefix = sizes[i].prefix;
    snprintf(out, cap, "%s%s", prefix, s);
}

static void collect(const json_t *values, table *t)
{
    size_t i;
    json_t *v;
    t->n = t->rows = 0;
    json_array_foreach(values, i, v)
    {
        const char *name =
            json_string_value(json_object_get(v, "Description"));
        const json_t *data = json_object_get(v, "DataValues");
        if (name == NULL || !json_is_array(data) || t->n == COLUMNS_MAX)
            continue;
        unit_of(json_object_get(v, "Unit"), t->units[t->n],
                sizeof t->units[0]);
        t->columns[t->n] = (hc_column){name, t->units[t->n]};
        t->values[t->n++] = data;
        if (json_array_size(data) > t->rows)
            t->rows = json_array_size(data);
    }
}

static hc_cell cell_of(const json_t *data, size_t row)
{
    const json_t *v = json_object_get(json_array_get(data, row), "V");
    if (json_is_integer(v))
        return hc_cell_int(json_integer_value(v));
    if (json_is_real(v))
        return hc_cell_f8(json_real_value(v));
    if (json_is_string(v))
        return hc_cell_text(json_string_value(v), json_string_length(v));
    if (v != NULL && !json_is_null(v)) /* no number, and not nothing */
        return hc_cell_text("not a JSON number", 17);
    return hc_cell_none();
}

static hc_status data_set(const json_t *values, const char *title,
                          const char *technique, hc_kind kind, hc_sink *sink,
                          hc_err *err)
{
    table *t = calloc(1, sizeof *t);
    hc_cell *cells = calloc(COLUMNS_MAX, sizeof *cells);
    hc_status st = HC_OK;
    if (t == NULL || cells == NULL) {
        free(t);
        free(cells);
        return hc_fail_nomem(err);
    }
    collect(values, t);
    if (t->n > 0) {
        hc_dataset d = hc_dataset_make(title, t->columns, t->n);
        d.kind = kind;
        d.technique = technique;
        st = hc_sink_begin(sink, &d, err);
        for (size_t r = 0; st == HC_OK && r < t->rows; r++) {
            for (size_t c = 0; c < t->n; c++)
                cells[c] = cell_of(t->values[c], r);
            st = hc_sink_row(sink, cells, err);
        }
        if (st == HC_OK)
            st = hc_sink_end(sink, err);
    }
    free(t);
    free(cells);
    return st;
}

/* ---- the session ---- */

/* Ticks of 100 ns since the year 1. */
static hc_status start_time(const json_t *m, hc_sink *sink, hc_err *err)
{
    const json_t *utc = json_object_get(m, "UTCTimeStamp");
    const json_t *own = json_object_get(m, "TimeStamp");
    const json_t *t = json_is_integer(utc) ? utc : own;
    char iso[48];
    if (!json_is_integer(t) || json_integer_value(t) <= 0)
        return HC_OK;
    hc_moment when = {.seconds = (double)json_integer_value(t) / 1e7 +
                                 hc_civil_seconds(1, 1, 1),
                      .has_date = true,
                      .has_offset = t == utc};
    hc_moment_iso(&when, iso);
    return hc_sink_fact(sink, "start_time", iso, err);
}

static const char *technique_of(const json_t *m, char *buf, size_t cap)
{
    const char *method = json_string_value(json_object_get(m, "Method"));
    const char *id = method != NULL ? strstr(method, "METHOD_ID=") : NULL;
    if (id == NULL)
        return "";
    id += strlen("METHOD_ID=");
    snprintf(buf, cap, "%.*s", (int)strcspn(id, "\r\n"), id);
    return buf;
}

static hc_status measurement(const json_t *m, bool first, hc_sink *sink,
                             hc_err *err)
{
    char technique[32], device[96];
    const char *title = json_string_value(json_object_get(m, "Title"));
    const char *serial = json_string_value(json_object_get(m, "DeviceSerial"));
    const json_t *list = json_object_get(m, "EISDataList"), *e;
    size_t i;
    const char *t = technique_of(m, technique, sizeof technique);
    if (title == NULL)
        title = "data";
    if (first) {
        HC_TRY(start_time(m, sink, err));
        HC_TRY(hc_sink_metan(sink, "title", 5, title, strlen(title), err));
        if (serial != NULL) {
            snprintf(device, sizeof device, "PalmSens (SN %.64s)", serial);
            HC_TRY(hc_sink_fact(sink, "device", device, err));
        }
    }
    json_array_foreach(list, i, e)
    {
        const char *name = json_string_value(json_object_get(e, "Title"));
        const json_t *set = json_object_get(e, "DataSet");
        HC_TRY(data_set(json_object_get(set, "Values"),
                        name != NULL ? name : title, t, HC_KIND_EIS, sink,
                        err));
    }
    if (json_array_size(list) == 0) {
        const json_t *set = json_object_get(m, "DataSet");
        HC_TRY(data_set(json_object_get(set, "Values"), title, t, HC_KIND_AUTO,
                        sink, err));
    }
    return HC_OK;
}

static hc_status session(const json_t *root, hc_sink *sink, hc_err *err)
{
    const json_t *list = json_object_get(root, "Measurements"), *m;
    const char *version =
        json_string_value(json_object_get(root, "CoreVersion"));
    size_t i;
    if (version != NULL) {
        HC_TRY(hc_sink_factf(sink, err, "software", "PSTrace %s", version));
        HC_TRY(hc_sink_metan(sink, "core_version", 12, version,
                             strlen(version), err));
    }
    if (!json_is_array(list))
        return hc_fail(err, HC_DATA, "no list of Measurements in the session");
    json_array_foreach(list, i, m) HC_TRY(measurement(m, i == 0, sink, err));
    return HC_OK;
}

/* Text of the file as UTF-8, without BOM and what trails the object. */
static hc_status decode(char *bytes, size_t len, char **text, size_t *n,
                        hc_err *err)
{
    const unsigned char *b = (const unsigned char *)bytes;
    hc_text out = {0};
    bool utf16 = len >= 2 && b[0] == 0xFF && b[1] == 0xFE;
    bool bom = len >= 3 && memcmp(b, "\xef\xbb\xbf", 3) == 0;
    hc_decode_text(&out, bytes, len,
                   utf16 ? HC_ENC_UTF16LE
                   : bom ? HC_ENC_UTF8_BOM
                         : HC_ENC_UTF8);
    HC_TRY(hc_text_status(&out, err));
    char *s = out.data;
    size_t k = out.len;
    while (k > 0 && s[k - 1] != '}')
        k--;
    if (s != NULL)
        s[k] = '\0';
    *text = s;
    *n = k;
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char *bytes, *text = NULL;
    size_t len, n = 0;
    json_error_t why;
    HC_TRY(hc_source_slurp(src, FILE_MAX, &bytes, &len, err));
    hc_status st = decode(bytes, len, &text, &n, err);
    free(bytes);
    if (st == HC_OK)
        st = hc_sink_fact(sink, "encoding",
                          hc_encoding_name(src->probe.encoding), err);
    if (st != HC_OK)
        return st;
    json_t *root = NULL;
    if (n > 0)
        st = hc_json_parse(text, n, JSON_DISABLE_EOF_CHECK, &root, &why, err);
    if (st == HC_NOMEM) {
        free(text);
        return st;
    }
    if (root == NULL) {
        hc_sink_incomplete(sink, "the session is cut or damaged: %s",
                           n > 0 ? why.text : "no JSON object");
        st = HC_OK;
    } else {
        st = session(root, sink, err);
    }
    json_decref(root);
    free(text);
    return st;
}

static const hc_colmap columns[] = {
    {"Frequency", "frequency_hertz", "Hz", 0, 0},
    {"ZRe", "real_impedance_ohm", "ohm", 0, 0},
    {"ZIm", "imaginary_impedance_ohm", "ohm", -1, 0},
    {"Z", "absolute_impedance_ohm", "ohm", 0, 0},
    {"Phase", "phase_degree", "deg", -1, 0},
    {"Idc", "current_ampere", NULL, 0, 0},
    {"mEdc", "voltage_volt", "V", 0, 0},
    {"potential", "voltage_volt", "V", 0, 1},
    {"time", "test_time_second", "s", 0, 0},
    {"YRe", NULL, NULL, 0, 0},
    {"YIm", NULL, NULL, 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_palmsens = {.name = "palmsens-pssession",
                                      .title = "PalmSens PSTrace .pssession",
                                      .detect = detect,
                                      .most = 100,
                                      .read = read,
                                      .columns = columns,
                                      .verified = true};
