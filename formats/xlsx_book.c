#include "formats/xlsx_book.h"

#include "core/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *hc_xlsx_attribute(const char **atts, const char *name)
{
    for (; *atts != NULL; atts += 2) {
        const char *colon = strrchr(atts[0], ':');
        if (strcmp(colon != NULL ? colon + 1 : atts[0], name) == 0)
            return atts[1];
    }
    return NULL;
}

static void copy(char *to, size_t cap, const char *s)
{
    snprintf(to, cap, "%s", s != NULL ? s : "");
}

static hc_status on_workbook(void *ctx, const char *name, const char **atts,
                             hc_err *err)
{
    hc_xlsx_book *w = ctx;
    (void)err;
    if (strcmp(name, "workbookPr") == 0) {
        const char *v = hc_xlsx_attribute(atts, "date1904");
        w->since_1904 = v != NULL && (*v == '1' || *v == 't');
    }
    if (strcmp(name, "sheet") != 0 || w->n_sheets == HC_XLSX_SHEETS_MAX)
        return HC_OK;
    hc_xlsx_sheet *s = &w->sheets[w->n_sheets++];
    copy(s->name, sizeof s->name, hc_xlsx_attribute(atts, "name"));
    copy(s->id, sizeof s->id, hc_xlsx_attribute(atts, "id"));
    const char *state = hc_xlsx_attribute(atts, "state");
    s->hidden = state != NULL && strcmp(state, "visible") != 0;
    return HC_OK;
}

/* A part as the archive calls it, from one as the workbook does: from the root
 * or from its own folder. */
static void part_path(const hc_xlsx_book *w, char *to, size_t cap,
                      const char *target)
{
    snprintf(to, cap, "%s%s", *target == '/' ? "" : w->folder,
             *target == '/' ? target + 1 : target);
}

static hc_status on_relation(void *ctx, const char *name, const char **atts,
                             hc_err *err)
{
    hc_xlsx_book *w = ctx;
    const char *id = hc_xlsx_attribute(atts, "Id"),
               *target = hc_xlsx_attribute(atts, "Target"),
               *type = hc_xlsx_attribute(atts, "Type");
    (void)err;
    if (strcmp(name, "Relationship") != 0 || id == NULL || target == NULL)
        return HC_OK;
    for (size_t i = 0; i < w->n_sheets; i++)
        if (strcmp(w->sheets[i].id, id) == 0)
            part_path(w, w->sheets[i].path, sizeof w->sheets[i].path, target);
    if (type != NULL && hc_ends_with(type, "/styles"))
        part_path(w, w->styles, sizeof w->styles, target);
    if (type != NULL && hc_ends_with(type, "/sharedStrings"))
        part_path(w, w->shared, sizeof w->shared, target);
    return HC_OK;
}

/* Where the workbook itself is; nearly always in xl/workbook.xml. */
static hc_status on_root(void *ctx, const char *name, const char **atts,
                         hc_err *err)
{
    hc_xlsx_book *w = ctx;
    const char *target = hc_xlsx_attribute(atts, "Target"),
               *type = hc_xlsx_attribute(atts, "Type");
    (void)err;
    if (strcmp(name, "Relationship") == 0 && target != NULL && type != NULL &&
        hc_ends_with(type, "/officeDocument"))
        copy(w->book, sizeof w->book, *target == '/' ? target + 1 : target);
    return HC_OK;
}

/* ---- shared strings ---- */

static hc_status on_string_start(void *ctx, const char *name,
                                 const char **atts, hc_err *err)
{
    hc_xlsx_book *w = ctx;
    (void)atts, (void)err;
    if (strcmp(name, "si") == 0)
        hc_text_reset(&w->string);
    w->phonetic |= strcmp(name, "rPh") == 0; /* how characters are read */
    w->in_text = strcmp(name, "t") == 0 && !w->phonetic;
    return HC_OK;
}

static hc_status on_string_end(void *ctx, const char *name, hc_err *err)
{
    hc_xlsx_book *w = ctx;
    w->in_text = false;
    if (strcmp(name, "rPh") == 0)
        w->phonetic = false;
    if (strcmp(name, "si") != 0)
        return HC_OK;
    char **more =
        hc_grow(w->strings, &w->cap_strings, w->n_strings + 1, sizeof *more);
    if (more == NULL)
        return hc_fail_nomem(err);
    w->strings = more;
    more[w->n_strings] = hc_strdup(hc_text_get(&w->string));
    if (more[w->n_strings] == NULL)
        return hc_fail_nomem(err);
    w->n_strings++;
    return HC_OK;
}

static hc_status on_string_text(void *ctx, const char *s, size_t len,
                                hc_err *err)
{
    hc_xlsx_book *w = ctx;
    (void)err;
    if (w->in_text && w->string.len < 1 << 16)
        hc_text_add(&w->string, s, len);
    return HC_OK;
}

/* ---- styles ---- */

/* What a number format shows: a date or a time by its letters and the colon
 * of a time, outside quotes; hours in brackets count on. */
static hc_xlsx_shows shows(const char *f)
{
    bool quoted = false, bracket = false, date = false;
    for (; *f != '\0'; f++) {
        if (*f == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (strchr("\\_*", *f) != NULL && f[1] != '\0')
            f++; /* the next one stands for itself */
        else if (*f == ']')
            bracket = false;
        else if (*f == '[') {
            bracket = true;
            f++;
            size_t n = strspn(f, "hHmMsS");
            if (n > 0 && f[n] == ']')
                return HC_XLSX_DURATION;
            if (*f == '\0')
                break;
        } else if (!bracket && strchr("yYdD:", *f) != NULL)
            date = true;
    }
    return date ? HC_XLSX_DATE : HC_XLSX_NUMBER;
}

/* Of the formats that have only a number. */
static hc_xlsx_shows built_in(long n)
{
    return n == 46                                      ? HC_XLSX_DURATION
           : (n >= 14 && n <= 22) || n == 45 || n == 47 ? HC_XLSX_DATE
           : (n >= 27 && n <= 36) || (n >= 50 && n <= 58)
               ? HC_XLSX_DATE /* in Chinese and Japanese versions */
               : HC_XLSX_NUMBER;
}

static hc_status on_style(void *ctx, const char *name, const char **atts,
                          hc_err *err)
{
    hc_xlsx_book *w = ctx;
    const char *id = hc_xlsx_attribute(atts, "numFmtId"),
               *code = hc_xlsx_attribute(atts, "formatCode");
    long n = -1;
    (void)err;
    if (id != NULL)
        (void)!hc_integer_parse(id, strlen(id), 0, HC_XLSX_STYLES_MAX - 1, &n);
    if (strcmp(name, "numFmt") == 0 && n >= 0 && code != NULL)
        w->format_shows[n] = shows(code);
    else if (strcmp(name, "cellXfs") == 0)
        w->in_styles = true;
    else if (strcmp(name, "cellStyles") == 0 || strcmp(name, "dxfs") == 0)
        w->in_styles = false;
    else if (strcmp(name, "xf") == 0 && w->in_styles &&
             w->n_styles < HC_XLSX_STYLES_MAX)
        w->style_shows[w->n_styles++] = n < 0 ? HC_XLSX_NUMBER
                                        : w->format_shows[n] != HC_XLSX_NUMBER
                                            ? w->format_shows[n]
                                            : built_in(n);
    return HC_OK;
}

hc_status hc_xlsx_part(hc_xlsx_book *w, const char *path,
                       const hc_xml_handler *h, void *ctx, bool needed,
                       hc_err *err)
{
    long i = w->zip->find(w->archive, path);
    hc_in *in;
    if (i < 0)
        return needed ? hc_fail_at(err, HC_DATA, w->name, 0,
                                   "no %s in this archive: no workbook of "
                                   "Excel",
                                   path)
                      : HC_OK;
    HC_TRY(w->zip->stream(w->archive, (size_t)i, &in, err));
    hc_status st = w->zip->xml(in, h, ctx, err);
    hc_in_free(in);
    return st;
}

/* ---- opening ---- */

/* "xl/workbook.xml": "xl/", and "xl/_rels/workbook.xml.rels". */
static void find_folder(hc_xlsx_book *w, char *relations, size_t cap)
{
    const char *slash = strrchr(w->book, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash + 1 - w->book);
    hc_copy(w->folder, sizeof w->folder, w->book, n);
    snprintf(relations, cap, "%s_rels/%s.rels", w->folder, w->book + n);
}

static hc_status find_book(hc_xlsx_book *w, hc_err *err)
{
    static const hc_xml_handler root = {.start = on_root};
    copy(w->book, sizeof w->book, NULL);
    HC_TRY(hc_xlsx_part(w, "_rels/.rels", &root, w, false, err));
    if (w->zip->find(w->archive, w->book) < 0)
        copy(w->book, sizeof w->book, "xl/workbook.xml");
    if (hc_ends_with(w->book, ".bin"))
        return hc_fail_at(err, HC_DATA, w->name, 0,
                          "a binary workbook (.xlsb): save it as .xlsx");
    return HC_OK;
}

hc_status hc_xlsx_open(hc_xlsx_book *w, const void *bytes, size_t len,
                       const char *name, hc_err *err)
{
    static const hc_xml_handler book = {.start = on_workbook};
    static const hc_xml_handler relations = {.start = on_relation};
    static const hc_xml_handler styles = {.start = on_style};
    static const hc_xml_handler strings = {on_string_start, on_string_end,
                                           on_string_text};
    char path[600];
    w->name = name;
    w->sheets = calloc(HC_XLSX_SHEETS_MAX, sizeof *w->sheets);
    if (w->sheets == NULL)
        return hc_fail_nomem(err);
    HC_TRY(hc_zip_module(&w->zip, err));
    HC_TRY(w->zip->open(&w->archive, bytes, len, name, err));
    HC_TRY(find_book(w, err));
    find_folder(w, path, sizeof path);
    part_path(w, w->styles, sizeof w->styles, "styles.xml");
    part_path(w, w->shared, sizeof w->shared, "sharedStrings.xml");
    HC_TRY(hc_xlsx_part(w, w->book, &book, w, true, err));
    HC_TRY(hc_xlsx_part(w, path, &relations, w, true, err));
    HC_TRY(hc_xlsx_part(w, w->styles, &styles, w, false, err));
    HC_TRY(hc_xlsx_part(w, w->shared, &strings, w, false, err));
    return hc_text_status(&w->string, err);
}

void hc_xlsx_close(hc_xlsx_book *w)
{
    if (w->archive != NULL)
        w->zip->close(w->archive);
    for (size_t i = 0; i < w->n_strings; i++)
        free(w->strings[i]);
    free(w->strings);
    free(w->sheets);
    hc_text_clear(&w->string);
}
