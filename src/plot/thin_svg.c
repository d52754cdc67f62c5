#include "plot/thin_svg.h"

#include "core/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *s;
    size_t len;
} span;

/* A point in tenths of a unit. */
typedef struct {
    long x, y;
} point;

/* y' = sign y + dy, x' = x + dx */
typedef struct {
    double sign, dx, dy;
} shift;

/* ---- numbers ---- */

static const double most = 1e9; /* tenths fit a long */

/* The next number of *in, blanks before it skipped. */
static bool take_number(span *in, double *x)
{
    size_t n = 0;
    while (in->len > 0 && (*in->s == ' ' || *in->s == ',')) {
        in->s++;
        in->len--;
    }
    while (n < in->len && strchr("+-.0123456789eE", in->s[n]) != NULL)
        n++;
    if (n == 0 || !hc_number_parse(in->s, n, x) || !(fabs(*x) < most))
        return false;
    in->s += n;
    in->len -= n;
    return true;
}

/* Tenths as short as can be; `apart`: a blank unless a sign separates. */
static void put_tenths(hc_text *out, long k, bool apart)
{
    char buf[32];
    long whole = labs(k) / 10, tenth = labs(k) % 10;
    int n = tenth == 0 ? snprintf(buf, sizeof buf, "%ld", whole)
            : whole == 0
                ? snprintf(buf, sizeof buf, ".%ld", tenth)
                : snprintf(buf, sizeof buf, "%ld.%ld", whole, tenth);
    if (k < 0)
        hc_text_putc(out, '-');
    else if (apart)
        hc_text_putc(out, ' ');
    hc_text_add(out, buf, (size_t)n);
}

/* ---- paths ---- */

static bool take_point(span *in, const shift *by, point *p)
{
    double x, y;
    if (!take_number(in, &x) || !take_number(in, &y))
        return false;
    p->x = lround(10 * (x + by->dx));
    p->y = lround(10 * (by->sign * y + by->dy));
    return true;
}

typedef struct {
    hc_text *out;
    point at, begin; /* now; where this part of the path began */
    char last;       /* command written last, 0 none */
    bool moved;      /* `begin` is not written yet */
} pen;

static void command(pen *p, char c)
{
    if (p->moved) {
        hc_text_putc(p->out, 'M');
        put_tenths(p->out, p->begin.x, false);
        put_tenths(p->out, p->begin.y, true);
        p->moved = false;
        p->last = 'M';
    }
    if (p->last != c || c == 'z')
        hc_text_putc(p->out, c);
}

/* n points relative to where the pen is; it is at the last one then. */
static bool draw(pen *p, char c, int n, span *in, const shift *by)
{
    point to = p->at;
    bool first;
    command(p, c);
    first = p->last != c;
    for (int i = 0; i < n; i++) {
        if (!take_point(in, by, &to))
            return false;
        put_tenths(p->out, to.x - p->at.x, !first);
        put_tenths(p->out, to.y - p->at.y, true);
        first = false;
    }
    p->at = to;
    p->last = c;
    return true;
}

/* False when the path has something else than M L C Z in it; *closed: it
 * ends where it began. */
static bool thin_path(hc_text *out, span in, const shift *by, bool *closed)
{
    pen p = {.out = out};
    while (in.len > 0) {
        char c = *in.s;
        bool fine = true;
        in.s++;
        in.len--;
        switch (c) {
        case ' ':
            break;
        case 'M':
            fine = take_point(&in, by, &p.begin);
            p.at = p.begin;
            p.moved = true;
            break;
        case 'L':
            fine = draw(&p, 'l', 1, &in, by);
            break;
        case 'C':
            fine = draw(&p, 'c', 3, &in, by);
            break;
        case 'Z':
            command(&p, 'z');
            p.at = p.begin;
            p.last = 'z';
            break;
        default:
            fine = false;
        }
        if (!fine)
            return false;
    }
    *closed = labs(p.at.x - p.begin.x) <= 1 && labs(p.at.y - p.begin.y) <= 1;
    return true;
}

/* ---- tags ---- */

/* The next ` name="value"` of a tag; false at its end or where it is odd. */
static bool next_attribute(span *in, span *name, span *value)
{
    if (in->len == 0)
        return false;
    const char *end = in->s + in->len, *p = in->s, *eq, *close;
    while (p < end && (*p == ' ' || *p == '\n'))
        p++;
    eq = memchr(p, '=', (size_t)(end - p));
    if (eq == NULL || eq + 1 >= end || eq[1] != '"' ||
        (close = memchr(eq + 2, '"', (size_t)(end - eq - 2))) == NULL)
        return false;
    *name = (span){p, (size_t)(eq - p)};
    *value = (span){eq + 2, (size_t)(close - eq - 2)};
    *in = (span){close + 1, (size_t)(end - close - 1)};
    return true;
}

static bool is(span s, const char *word)
{
    return s.len == strlen(word) && memcmp(s.s, word, s.len) == 0;
}

/* A transform that is no more than a shift and perhaps a mirror in y. */
static bool is_shift(span t, shift *by)
{
    static const char before[] = "matrix(";
    double m[6];
    size_t n = sizeof before - 1;
    if (t.len <= n || memcmp(t.s, before, n) != 0)
        return false;
    t.s += n;
    t.len -= n;
    for (int i = 0; i < 6; i++)
        if (!take_number(&t, &m[i]))
            return false;
    *by = (shift){m[3], m[4], m[5]};
    return t.len == 1 && *t.s == ')' && m[0] == 1 && m[1] == 0 && m[2] == 0 &&
           fabs(m[3]) == 1;
}

/* "rgb(0%,44.7%,69.8%)" at *in as "#0072b2". */
static bool thin_colour(span *in, hc_text *out)
{
    static const char before[] = "rgb(";
    span t = *in;
    double part[3];
    size_t n = sizeof before - 1;
    if (t.len <= n || memcmp(t.s, before, n) != 0)
        return false;
    t.s += n;
    t.len -= n;
    for (int i = 0; i < 3; i++) {
        if (!take_number(&t, &part[i]) || t.len == 0 || *t.s != '%' ||
            part[i] < 0 || part[i] > 100)
            return false;
        t.s++;
        t.len--;
    }
    if (t.len == 0 || *t.s != ')')
        return false;
    hc_text_printf(out, "#%02lx%02lx%02lx", lround(part[0] * 2.55),
                   lround(part[1] * 2.55), lround(part[2] * 2.55));
    *in = (span){t.s + 1, t.len - 1};
    return true;
}

static void thin_style(span in, hc_text *out)
{
    static const char *const rules[] = {
        "fill-rule:nonzero;", "fill-opacity:1;", "stroke-opacity:1;",
        "stroke-linecap:butt;", "stroke-linejoin:miter;"};
    while (in.len > 0) {
        size_t n = 0;
        for (size_t i = 0; i < sizeof rules / sizeof *rules && n == 0; i++)
            if (in.len >= strlen(rules[i]) &&
                memcmp(in.s, rules[i], strlen(rules[i])) == 0)
                n = strlen(rules[i]);
        if (n == 0 && thin_colour(&in, out))
            continue;
        if (n == 0) {
            hc_text_putc(out, *in.s);
            n = 1;
        }
        in.s += n;
        in.len -= n;
    }
}

/* Where the path is drawn; false when its transform has to stay, as with
 * patterns and clips, which count from the path's own zero. */
static bool find_shift(span tag, shift *by)
{
    span name, value;
    bool fine = false, holds = memmem(tag.s, tag.len, "url(", 4) == NULL;
    *by = (shift){1, 0, 0};
    while (next_attribute(&tag, &name, &value))
        if (is(name, "transform"))
            fine = holds && is_shift(value, by);
    if (!fine)
        *by = (shift){1, 0, 0};
    return fine;
}

/* A line of full colour: where two of one style follow each other, one path
 * shows the same as two. */
static bool is_line(span in, span *style)
{
    span name, value;
    *style = (span){NULL, 0};
    while (next_attribute(&in, &name, &value))
        if (is(name, "style"))
            *style = value;
        else if (!is(name, "d") && !is(name, "transform"))
            return false;
    return style->s != NULL &&
           memmem(style->s, style->len, "fill:none;", 10) != NULL &&
           memmem(style->s, style->len, "stroke-opacity:1;", 17) != NULL;
}

static const char head[] = "<path", tail[] = "/>", merged_tail[] = "\"/>";
enum { HEAD = sizeof head - 1, TAIL = sizeof tail - 1 };

/* The attributes of a path, thinned. */
static bool thin_attributes(span in, bool shifted, const shift *by,
                            hc_text *out, bool *closed)
{
    span name, value;
    while (next_attribute(&in, &name, &value)) {
        if (shifted && is(name, "transform"))
            continue;
        hc_text_printf(out, " %.*s=\"", (int)name.len, name.s);
        if (is(name, "style"))
            thin_style(value, out);
        else if (!is(name, "d"))
            hc_text_add(out, value.s, value.len);
        else if (!thin_path(out, value, by, closed))
            return false;
        hc_text_putc(out, '"');
    }
    return in.len == 0;
}

static span attribute(span in, const char *which)
{
    span name, value;
    while (next_attribute(&in, &name, &value))
        if (is(name, which))
            return value;
    return (span){NULL, 0};
}

/* What was written last, and nothing after it. */
typedef struct {
    span style; /* of a line, as cairo has it; NULL: it is none */
    size_t end; /* of the output, 0: neither line nor area */
    size_t begin, d, d_len; /* of an area of one colour: where it stands, and
                               its path; begin == end: it is none */
    char fill[8];
} last_path;

/* The colour of an area that is all of one colour; "" for other paths. */
static void area_colour(span style, char fill[8])
{
    static const char mark[] = "fill:#", line[] = "stroke:";
    const char *f = style.s ? memmem(style.s, style.len, mark, 6) : NULL;
    const char *l = style.s ? memmem(style.s, style.len, line, 7) : NULL;
    fill[0] = '\0';
    if (f == NULL || l == NULL ||
        memmem(style.s, style.len, "opacity", 7) != NULL)
        return;
    const char *end = style.s + style.len;
    if (end - f < 13 || end - l < 12)
        return;
    if (memcmp(l + 7, "none;", 5) != 0 &&
        (end - l < 15 || memcmp(l + 7, f + 5, 8) != 0))
        return;
    memcpy(fill, f + 5, 7);
    fill[7] = '\0';
}

/* Does the area's path say no more than the line d around it?  What may
 * follow is one segment back, which a shape that is closed does not need. */
static bool is_around(const char *area, size_t len, span d, bool closed)
{
    if (len < d.len || memcmp(area, d.s, d.len) != 0)
        return false;
    for (size_t i = d.len; i < len; i++)
        if (strchr("lz-. 0123456789", area[i]) == NULL ||
            (i > d.len && area[i] == 'l'))
            return false;
    return len == d.len || area[d.len] == 'z' ||
           (closed && area[d.len] == 'l');
}

/* An area and the line around it, as one path in place of the area. */
static bool merge_area(const last_path *last, span line, bool closed,
                       hc_text *out)
{
    static const char none[] = "fill:none;";
    span style = attribute(line, "style"), d = attribute(line, "d");
    const char *at =
        style.s ? memmem(style.s, style.len, none, sizeof none - 1) : NULL;
    if (last->end != out->len || last->begin == last->end || at == NULL ||
        d.s == NULL ||
        !is_around(out->data + last->d, last->d_len, d, closed))
        return false;
    out->len = last->begin;
    hc_text_printf(out, "<path style=\"fill:%s;%.*s\" d=\"", last->fill,
                   (int)(style.s + style.len - at) - (int)sizeof none + 1,
                   at + sizeof none - 1);
    hc_text_add(out, d.s, d.len);
    hc_text_puts(out, merged_tail);
    return true;
}

/* The path is written; what it was. */
static last_path wrote(hc_text *out, size_t begin, span all, span style)
{
    last_path p = {.style = style, .end = style.s ? out->len : 0};
    span d = attribute(all, "d");
    area_colour(attribute(all, "style"), p.fill);
    if (style.s == NULL && p.fill[0] != '\0' && d.s != NULL) {
        p.begin = begin;
        p.end = out->len;
        p.d = begin + HEAD + (size_t)(d.s - all.s);
        p.d_len = d.len;
    } else {
        p.begin = p.end;
    }
    return p;
}

/* `<path` and what follows, up to `/>`; false when it is to stay. */
static bool thin_path_tag(span tag, last_path *last, hc_text *out)
{
    span in, style;
    shift by;
    hc_text all = {0};
    bool closed = false;
    if (tag.len < HEAD + TAIL ||
        memcmp(tag.s + tag.len - TAIL, tail, TAIL) != 0)
        return false;
    in = (span){tag.s + HEAD, tag.len - HEAD - TAIL};
    bool shifted = find_shift(in, &by);
    bool line = is_line(in, &style) &&
                (shifted || memmem(in.s, in.len, "transform=", 10) == NULL);
    bool join = line && last->end > 0 && last->style.s != NULL &&
                last->style.len == style.len &&
                memcmp(last->style.s, style.s, style.len) == 0;
    bool fine = thin_attributes(in, shifted, &by, &all, &closed) &&
                !all.failed;
    span thin = {all.data, all.len};
    size_t begin = out->len;
    if (!line)
        style = (span){NULL, 0};
    if (fine && join) {
        span path = attribute(thin, "d");
        out->len = last->end - (sizeof merged_tail - 1);
        hc_text_add(out, path.s, path.len);
        hc_text_puts(out, merged_tail);
    } else if (fine && line && merge_area(last, thin, closed, out)) {
        fine = true;
        style = (span){NULL, 0};
        thin = (span){NULL, 0};
    } else if (fine) {
        hc_text_puts(out, head);
        hc_text_add(out, all.data, all.len);
        hc_text_puts(out, tail);
    }
    out->failed |= all.failed; /* no memory is no reason to stay thick */
    *last = fine ? wrote(out, begin, thin, style) : (last_path){.end = 0};
    hc_text_clear(&all);
    return fine;
}

static bool is_blank(const char *s, const char *end)
{
    while (s < end && (*s == '\n' || *s == ' '))
        s++;
    return s == end;
}

void hc_svg_thin(const char *svg, size_t len, hc_text *out)
{
    const char *end = svg + len;
    last_path last = {.end = 0};
    while (svg < end) {
        const char *p = memmem(svg, (size_t)(end - svg), "<path ", 6), *stop;
        if (p == NULL) {
            hc_text_add(out, svg, (size_t)(end - svg));
            return;
        }
        if (last.end == 0 || !is_blank(svg, p)) {
            last.end = 0;
            hc_text_add(out, svg, (size_t)(p - svg));
        }
        stop = memchr(p, '>', (size_t)(end - p));
        stop = stop == NULL ? end : stop + 1;
        if (!thin_path_tag((span){p, (size_t)(stop - p)}, &last, out)) {
            last.end = 0;
            hc_text_add(out, p, (size_t)(stop - p));
        }
        svg = stop;
    }
}
