#include "plot/canvas.h"

#include "core/number.h"
#include "core/text.h"
#include "plot/thin_svg.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <plplot/plplot.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Units of the record along the longer side of the page.  Pango rounds the
 * advance of every letter to a whole unit, so a unit must be small beside a
 * letter; beyond 8191 units PLplot 5.15 puts text in wrong places. */
#define UNITS    5040.0
#define SANS     "Liberation Sans"
#define FAMILIES SANS ", Arimo, Arial, Helvetica, DejaVu Sans, sans-serif"
/* PLplot's text stands this part of the letter size above its base line, and
 * its character height is 3/4 of the size pango is told (96 against 72 dpi);
 * both measured on extcairo of PLplot 5.15. */
#define BASE_LINE 0.377
#define CHARACTER 0.75
#define RAISED    0.72 /* size of ^{} and _{} against the text */

struct hc_canvas {
    double width_pt, height_pt;
    double unit; /* of the record, per point */
    hc_picture as;
    double dpi;
    cairo_surface_t *record;
    cairo_t *cairo;
    bool started;  /* PLplot was */
    double x0, y0; /* where coordinates begin on the page */
};

#ifdef __has_feature /* clang's way to say it */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
/* PLplot, pango and fontconfig keep what they loaded until the process ends:
 * their leaks are not ours to mend. */
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
    return 1;
}
#endif

/* plexit() ends the process unless its handler does not come back.  PLplot is
 * one global state itself, so this is one, too. */
static jmp_buf leave;

static int on_exit_of_plplot(const char *text)
{
    (void)text;
    longjmp(leave, 1);
}

/* An unknown device makes PLplot ask for another one on stdin: look first. */
static bool has_extcairo(void)
{
    enum { MOST = 128 };
    const char *names[MOST + 1] = {NULL}, *menu[MOST + 1] = {NULL};
    const char **pn = names, **pm = menu;
    int n = MOST;
    plgDevs(&pm, &pn, &n);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], "extcairo") == 0)
            return true;
    return false;
}

static hc_status start_plplot(hc_canvas *c, hc_err *err)
{
    setenv("PLPLOT_FREETYPE_SANS_FAMILY", FAMILIES, 1);
    plsexit(on_exit_of_plplot);
    if (setjmp(leave))
        return hc_fail(err, HC_INTERNAL, "PLplot gave up");
    if (!has_extcairo())
        return hc_fail(err, HC_INTERNAL,
                       "PLplot has no device 'extcairo': install its cairo "
                       "driver (plplot-driver-cairo)");
    plsdev("extcairo");
    plspage(0, 0, (PLINT)(c->width_pt * c->unit),
            (PLINT)(c->height_pt * c->unit), 0, 0);
    plscolbg(255, 255, 255);
    plinit();
    c->started = true;
    pl_cmd(PLESC_DEVINIT, c->cairo);
    pladv(0);
    plsfont(PL_FCI_SANS, PL_FCI_UPRIGHT, PL_FCI_MEDIUM);
    hc_canvas_clip(c, NULL);
    return HC_OK;
}

/* Units per point.  When cairo 1.16 plays a record into an image it rounds
 * the scale to 1/256, so this one is made a multiple of it. */
static double unit_of(const hc_canvas *c)
{
    double longer = c->width_pt > c->height_pt ? c->width_pt : c->height_pt;
    double unit = UNITS / longer, pixels = c->dpi / 72;
    if (c->as != HC_PICTURE_PNG)
        return unit;
    double steps = ceil(256 * pixels / unit);
    return 256 * pixels / steps;
}

hc_status hc_canvas_new(hc_canvas **out, double width_pt, double height_pt,
                        hc_picture as, double dpi, hc_err *err)
{
    hc_canvas *c = calloc(1, sizeof *c);
    if (!c)
        return hc_fail_nomem(err);
    c->width_pt = width_pt;
    c->height_pt = height_pt;
    c->as = as;
    c->dpi = dpi;
    c->unit = unit_of(c);
    cairo_rectangle_t page = {0, 0, width_pt * c->unit, height_pt * c->unit};
    c->record =
        cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &page);
    c->cairo = cairo_create(c->record);
    hc_status st = HC_OK;
    if (cairo_status(c->cairo) != CAIRO_STATUS_SUCCESS)
        st = hc_fail_nomem(err);
    if (st == HC_OK)
        st = start_plplot(c, err);
    if (st != HC_OK) {
        hc_canvas_free(c);
        return st;
    }
    *out = c;
    return HC_OK;
}

void hc_canvas_free(hc_canvas *c)
{
    if (!c)
        return;
    if (c->started && !setjmp(leave))
        plend();
    cairo_destroy(c->cairo);
    cairo_surface_destroy(c->record);
    free(c);
}

/* ---- the file ---- */

static cairo_status_t to_stream(void *ctx, const unsigned char *data,
                                unsigned int n)
{
    hc_out *out = ctx;
    hc_out_write(out, data, n);
    return hc_out_failed(out) ? CAIRO_STATUS_WRITE_ERROR
                              : CAIRO_STATUS_SUCCESS;
}

static cairo_status_t to_text(void *ctx, const unsigned char *data,
                              unsigned int n)
{
    hc_text *text = ctx;
    hc_text_add(text, (const char *)data, n);
    return text->failed ? CAIRO_STATUS_NO_MEMORY : CAIRO_STATUS_SUCCESS;
}

/* The date in a PDF: SOURCE_DATE_EPOCH, else the epoch, so that the same
 * input gives the same bytes. */
static void creation_date(char *buf, size_t cap)
{
    const char *text = getenv("SOURCE_DATE_EPOCH");
    long at = 0;
    if (text && !hc_integer_parse(text, strlen(text), 0, 253402300799, &at))
        at = 0;
    time_t t = (time_t)at;
    struct tm tm;
    if (!gmtime_r(&t, &tm) || !strftime(buf, cap, "%Y-%m-%dT%H:%M:%SZ", &tm))
        buf[0] = '\0';
}

static cairo_surface_t *new_surface(const hc_canvas *c, const char *title,
                                    hc_text *svg, hc_out *out)
{
    double w = c->width_pt, h = c->height_pt;
    cairo_surface_t *s;
    char date[40];
    switch (c->as) {
    case HC_PICTURE_SVG:
        return cairo_svg_surface_create_for_stream(to_text, svg, w, h);
    case HC_PICTURE_PDF:
        s = cairo_pdf_surface_create_for_stream(to_stream, out, w, h);
        creation_date(date, sizeof date);
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_TITLE, title);
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATOR,
                                       "halfcell");
        cairo_pdf_surface_set_metadata(s, CAIRO_PDF_METADATA_CREATE_DATE,
                                       date);
        return s;
    case HC_PICTURE_PNG:
    default:
        s = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                       (int)(w * c->dpi / 72 + 0.5),
                                       (int)(h * c->dpi / 72 + 0.5));
        return s;
    }
}

static hc_status status_of(cairo_status_t st, hc_err *err)
{
    switch (st) {
    case CAIRO_STATUS_SUCCESS:
        return HC_OK;
    case CAIRO_STATUS_WRITE_ERROR:
        return hc_fail(err, HC_IO, "cannot write the picture: %s",
                       strerror(errno));
    case CAIRO_STATUS_NO_MEMORY:
    case CAIRO_STATUS_INVALID_SIZE:
        return hc_fail_nomem(err);
    default:
        return hc_fail(err, HC_INTERNAL, "cairo: %s",
                       cairo_status_to_string(st));
    }
}

hc_status hc_canvas_write(hc_canvas *c, const char *title, hc_out *out,
                          hc_err *err)
{
    hc_text svg = {0}, thin = {0};
    cairo_surface_t *file = new_surface(c, title, &svg, out);
    cairo_t *page = cairo_create(file);
    cairo_set_source_rgb(page, 1, 1, 1);
    cairo_paint(page);
    double scale = c->as == HC_PICTURE_PNG ? c->dpi / 72 : 1;
    cairo_scale(page, scale / c->unit, scale / c->unit);
    cairo_set_source_surface(page, c->record, 0, 0);
    cairo_paint(page);
    cairo_status_t st = cairo_status(page);
    cairo_destroy(page);
    if (st == CAIRO_STATUS_SUCCESS && c->as == HC_PICTURE_PNG)
        st = cairo_surface_write_to_png_stream(file, to_stream, out);
    cairo_surface_finish(file);
    if (st == CAIRO_STATUS_SUCCESS)
        st = cairo_surface_status(file);
    cairo_surface_destroy(file);
    if (c->as == HC_PICTURE_SVG && st == CAIRO_STATUS_SUCCESS) {
        hc_svg_thin(svg.data, svg.len, &thin);
        hc_out_write(out, hc_text_get(&thin), thin.len);
        if (thin.failed)
            st = CAIRO_STATUS_NO_MEMORY;
    }
    hc_text_clear(&svg);
    hc_text_clear(&thin);
    return status_of(st, err);
}

/* ---- drawing ---- */

void hc_canvas_clip(hc_canvas *c, const hc_box *box)
{
    double w = c->width_pt, h = c->height_pt;
    hc_box b = {-c->x0, -c->y0, w - c->x0, h - c->y0};
    if (box)
        b = *box;
    plvpor((b.x0 + c->x0) / w, (b.x1 + c->x0) / w, (b.y0 + c->y0) / h,
           (b.y1 + c->y0) / h);
    plwind(b.x0, b.x1, b.y0, b.y1);
}

void hc_canvas_begin_at(hc_canvas *c, double x0, double y0)
{
    c->x0 = x0;
    c->y0 = y0;
    hc_canvas_clip(c, NULL);
}

void hc_canvas_pen(hc_canvas *c, hc_rgba colour, double width_pt)
{
    plscol0a(1, colour.r, colour.g, colour.b, colour.a);
    plcol0(1);
    plwidth(width_pt * c->unit);
}

void hc_canvas_dash(hc_canvas *c, double on_pt, double off_pt)
{
    double d[2] = {on_pt * c->unit, off_pt * c->unit};
    cairo_set_dash(c->cairo, d, on_pt > 0 ? 2 : 0, 0);
}

void hc_canvas_line(hc_canvas *c, const double *x, const double *y, size_t n)
{
    (void)c;
    if (n > 1)
        plline((PLINT)n, x, y);
}

void hc_canvas_area(hc_canvas *c, const double *x, const double *y, size_t n)
{
    (void)c;
    if (n > 2)
        plfill((PLINT)n, x, y);
}

void hc_canvas_segment(hc_canvas *c, double x0, double y0, double x1,
                       double y1)
{
    (void)c;
    pljoin(x0, y0, x1, y1);
}

void hc_canvas_rectangle(hc_canvas *c, hc_box b, bool filled)
{
    const double x[] = {b.x0, b.x1, b.x1, b.x0, b.x0};
    const double y[] = {b.y0, b.y0, b.y1, b.y1, b.y0};
    if (filled)
        hc_canvas_area(c, x, y, 4);
    else
        hc_canvas_line(c, x, y, 5);
}

void hc_canvas_circle(hc_canvas *c, double x, double y, double r, bool filled)
{
    (void)c;
    plarc(x, y, r, r, 0, 360, 0, filled);
}

/* ---- text ---- */

/* A piece of text of one style. */
typedef struct {
    char text[256];
    size_t len;
    char style; /* '^', '_', '~' or 0 */
} run;

/* Next piece of *s; false at its end. */
static bool next_run(const char **s, run *r)
{
    const char *p = *s;
    r->len = 0;
    r->style = 0;
    if (*p == '\0')
        return false;
    if (strchr("^_~", *p) && p[1] == '{') {
        r->style = *p;
        p += 2;
    }
    while (*p) {
        if (r->style && *p == '}') {
            p++;
            break;
        }
        if (!r->style && strchr("^_~", *p) && p[1] == '{')
            break;
        if (*p == '\\' && p[1])
            p++;
        /* never cut inside a letter of several bytes */
        if (r->len + 8 > sizeof r->text && ((unsigned char)*p & 0xC0) != 0x80)
            break;
        r->text[r->len++] = *p++;
    }
    r->text[r->len] = '\0';
    *s = p;
    return true;
}

static double run_size(const run *r, double size_pt)
{
    return r->style == '^' || r->style == '_' ? size_pt * RAISED : size_pt;
}

static double run_width(const hc_canvas *c, const run *r, double size_pt)
{
    cairo_text_extents_t e;
    cairo_select_font_face(c->cairo, SANS,
                           r->style == '~' ? CAIRO_FONT_SLANT_ITALIC
                                           : CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(c->cairo, run_size(r, size_pt) * c->unit);
    cairo_text_extents(c->cairo, r->text, &e);
    return e.x_advance / c->unit;
}

double hc_canvas_text_width(hc_canvas *c, double size_pt, const char *text)
{
    double w = 0;
    run r;
    while (next_run(&text, &r))
        w += run_width(c, &r, size_pt);
    return w;
}

/* One piece with its left end on (x, y); '#' is PLplot's own mark. */
static void put_run(const hc_canvas *c, const run *r, double x, double y,
                    double size_pt, bool up)
{
    char text[2 * sizeof r->text + 1];
    size_t n = 0;
    for (size_t i = 0; i < r->len; i++) {
        if (r->text[i] == '#')
            text[n++] = '#';
        text[n++] = r->text[i];
    }
    text[n] = '\0';
    double size = run_size(r, size_pt);
    double rise = BASE_LINE * size;
    if (r->style == '^')
        rise += 0.38 * size_pt;
    if (r->style == '_')
        rise -= 0.16 * size_pt;
    plsfont(PL_FCI_SANS, r->style == '~' ? PL_FCI_ITALIC : PL_FCI_UPRIGHT,
            PL_FCI_MEDIUM);
    plschr(size * CHARACTER * c->unit * 25.4 / 72, 1);
    if (up)
        plptex(x - rise, y, 0, 1, 0, text);
    else
        plptex(x, y + rise, 1, 0, 0, text);
}

void hc_canvas_text(hc_canvas *c, double x, double y, double size_pt,
                    double just, bool up, const char *text)
{
    double before = just * hc_canvas_text_width(c, size_pt, text);
    if (up)
        y -= before;
    else
        x -= before;
    run r;
    while (next_run(&text, &r)) {
        if (r.len)
            put_run(c, &r, x, y, size_pt, up);
        double w = run_width(c, &r, size_pt);
        if (up)
            y += w;
        else
            x += w;
    }
}

void hc_canvas_escape(const char *text, char *buf, size_t cap)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t n = 0;
    while (*s && n + 6 < cap) {
        size_t len =
            hc_utf8_letter((const char *)s, strnlen((const char *)s, 4));
        if (len <= 1) {
            if (len && strchr("^_~\\{}", *s))
                buf[n++] = '\\';
            bool plain = len && *s >= 0x20 && *s != 0x7F;
            buf[n++] = plain ? (char)*s : len ? ' ' : '?';
            s++;
            continue;
        }
        memcpy(buf + n, s, len);
        n += len;
        s += len;
    }
    buf[n] = '\0';
}
