/* book.c: an Excel workbook from a text that says what is in it
 *
 *     book FILE.book > FILE.xlsx
 *
 * Each line is a row of cells with tabs between, an empty line a row that is
 * not there.  A cell is a number, a text, or
 *
 *     @N:45000.5    a number shown in the number format N
 *     =s:12         a text, whatever it reads as
 *     =f:Time       a text that a formula gave
 *     =d:2024-05-01 a date of its own type
 *     =e:#N/A       an error
 *     =r:Vol|tage   a text of two pieces, the first with its pronunciation
 *
 * and lines that begin with ! are no rows: "!sheet NAME", "!hidden NAME",
 * "!1904", "!format N CODE", "!book PATH" (of the workbook's part).
 */
#include "core/number.h"
#include "made_zip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHEETS_MAX = 8, FORMATS_MAX = 32 };

typedef struct {
    hc_text list, links, styles, sheets[SHEETS_MAX];
    int formats[FORMATS_MAX]; /* style i + 1 shows format [i] */
    int n_sheets, n_formats, row, since_1904;
    const char *path;
} book;

static void escaped(hc_text *t, const char *s)
{
    for (; *s != '\0'; s++) {
        if (*s == '&' || *s == '<')
            hc_text_puts(t, *s == '&' ? "&amp;" : "&lt;");
        else
            hc_text_putc(t, *s);
    }
}

/* <c r="B7" ATTS><OPEN>text<CLOSE></c> */
static void put_cell(book *b, int column, const char *atts, const char *open,
                     const char *text, const char *close)
{
    hc_text *t = &b->sheets[b->n_sheets - 1];
    hc_text_printf(t, "<c r=\"%c%d\"%s>%s", 'A' + column, b->row, atts, open);
    escaped(t, text);
    hc_text_printf(t, "%s</c>", close);
}

static int style_of(book *b, int format)
{
    int i = 0;
    while (i < b->n_formats && b->formats[i] != format)
        i++;
    if (i == b->n_formats && i < FORMATS_MAX)
        b->formats[b->n_formats++] = format;
    return i + 1;
}

static void cell(book *b, int column, char *s)
{
    char style[32];
    double x;
    if (*s == '@') {
        snprintf(style, sizeof style, " s=\"%d\"", style_of(b, atoi(s + 1)));
        put_cell(b, column, style, "<v>", strchr(s, ':') + 1, "</v>");
    } else if (*s == '=' && s[1] == 'f') {
        put_cell(b, column, " t=\"str\"", "<f>A1</f><v>", s + 3, "</v>");
    } else if (*s == '=' && s[1] == 'd') {
        put_cell(b, column, " t=\"d\"", "<v>", s + 3, "</v>");
    } else if (*s == '=' && s[1] == 'e') {
        put_cell(b, column, " t=\"e\"", "<v>", s + 3, "</v>");
    } else if (*s == '=' && s[1] == 'r') {
        char *bar = strchr(s, '|');
        *bar = '\0';
        put_cell(b, column, " t=\"inlineStr\"", "<is><r><t>", s + 3,
                 "</t></r><r><t>");
        hc_text *t = &b->sheets[b->n_sheets - 1];
        t->len -= strlen("</c>");
        escaped(t, bar + 1);
        hc_text_puts(t, "</t></r><rPh sb=\"0\" eb=\"1\"><t>(read so)</t>"
                        "</rPh></is></c>");
    } else if (*s == '=' || !hc_number_parse(s, strlen(s), &x)) {
        put_cell(b, column, " t=\"inlineStr\"", "<is><t>",
                 *s == '=' ? s + 3 : s, "</t></is>");
    } else {
        put_cell(b, column, "", "<v>", s, "</v>");
    }
}

static void new_sheet(book *b, const char *name, const char *state)
{
    if (b->n_sheets == SHEETS_MAX)
        return;
    int n = ++b->n_sheets;
    b->row = 0;
    hc_text_puts(&b->list, "<sheet name=\"");
    escaped(&b->list, name);
    hc_text_printf(&b->list, "\" sheetId=\"%d\"%s r:id=\"rId%d\"/>", n, state,
                   n);
    hc_text_printf(&b->links,
                   "<Relationship Id=\"rId%d\" Type=\"x/worksheet\" Target=\""
                   "worksheets/sheet%d.xml\"/>",
                   n, n);
}

static void directive(book *b, char *s)
{
    char *rest = strchr(s, ' ');
    rest = rest == NULL ? s : rest + 1;
    if (strncmp(s, "sheet ", 6) == 0) {
        new_sheet(b, rest, "");
    } else if (strncmp(s, "hidden ", 7) == 0) {
        new_sheet(b, rest, " state=\"hidden\"");
    } else if (strncmp(s, "format ", 7) == 0) {
        hc_text_printf(&b->styles, "<numFmt numFmtId=\"%d\" formatCode=\"",
                       atoi(rest));
        escaped(&b->styles, strchr(rest, ' ') + 1);
        hc_text_puts(&b->styles, "\"/>");
    } else if (strncmp(s, "book ", 5) == 0) {
        b->path = strdup(rest);
    } else {
        b->since_1904 = 1;
    }
}

static void row(book *b, char *s)
{
    if (*s == '!') {
        directive(b, s + 1);
        return;
    }
    b->row++;
    if (*s == '\0' || b->n_sheets == 0)
        return;
    hc_text *t = &b->sheets[b->n_sheets - 1];
    hc_text_printf(t, "<row r=\"%d\">", b->row);
    for (int column = 0; s != NULL; column++) {
        char *tab = strchr(s, '\t');
        if (tab != NULL)
            *tab = '\0';
        if (*s != '\0')
            cell(b, column, s);
        s = tab == NULL ? NULL : tab + 1;
    }
    hc_text_puts(t, "</row>");
}

static void write_book(book *b, hc_text *out)
{
    made_member m[6 + SHEETS_MAX] = {{"[Content_Types].xml", {0}},
                                     {"_rels/.rels", {0}},
                                     {b->path, {0}},
                                     {"", {0}},
                                     {"xl/styles.xml", {0}}};
    char names[SHEETS_MAX][40], links[128];
    const char *file = strrchr(b->path, '/') + 1;
    snprintf(links, sizeof links, "xl/_rels/%s.rels", file);
    m[3].name = links;
    hc_text_puts(&m[0].bytes, "<Types/>");
    hc_text_printf(&m[1].bytes,
                   "<Relationships><Relationship Id=\"rId1\" Type=\"x/"
                   "officeDocument\" Target=\"%s\"/></Relationships>",
                   b->path);
    hc_text_printf(&m[2].bytes,
                   "<workbook xmlns:r=\"r\"><workbookPr%s/><sheets>%s</sheets>"
                   "</workbook>",
                   b->since_1904 ? " date1904=\"1\"" : "",
                   hc_text_get(&b->list));
    hc_text_printf(&m[3].bytes, "<Relationships>%s</Relationships>",
                   hc_text_get(&b->links));
    hc_text_printf(&m[4].bytes,
                   "<styleSheet><numFmts>%s</numFmts><cellXfs>"
                   "<xf numFmtId=\"0\"/>",
                   hc_text_get(&b->styles));
    for (int i = 0; i < b->n_formats; i++)
        hc_text_printf(&m[4].bytes, "<xf numFmtId=\"%d\"/>", b->formats[i]);
    hc_text_puts(&m[4].bytes, "</cellXfs></styleSheet>");
    for (int i = 0; i < b->n_sheets; i++) {
        snprintf(names[i], sizeof names[i], "xl/worksheets/sheet%d.xml",
                 i + 1);
        m[5 + i].name = names[i];
        hc_text_printf(&m[5 + i].bytes,
                       "<worksheet><sheetData>%s</sheetData></worksheet>",
                       hc_text_get(&b->sheets[i]));
    }
    made_zip(out, m, (size_t)(5 + b->n_sheets));
}

int main(int argc, char **argv)
{
    char line[4096];
    book b = {.path = "xl/workbook.xml"};
    hc_text out = {0};
    FILE *f = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (f == NULL) {
        fputs("usage: book FILE.book > FILE.xlsx\n", stderr);
        return 64;
    }
    while (fgets(line, sizeof line, f) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        row(&b, line);
    }
    fclose(f);
    write_book(&b, &out);
    hc_text_clear(&b.list);
    hc_text_clear(&b.links);
    hc_text_clear(&b.styles);
    for (int i = 0; i < SHEETS_MAX; i++)
        hc_text_clear(&b.sheets[i]);
    size_t written = fwrite(out.data, 1, out.len, stdout);
    bool whole = written == out.len;
    hc_text_clear(&out);
    return fclose(stdout) != 0 || !whole;
}
