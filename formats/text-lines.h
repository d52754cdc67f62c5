/* text-lines.h: the lines of a text as the search for its table sees them */
#ifndef HC_FORMATS_TEXT_LINES_H
#define HC_FORMATS_TEXT_LINES_H

#include "formats/lines.h"

#include <stdbool.h>
#include <stddef.h>

enum { HC_TEXT_FIELDS = 400 };

typedef struct {
    size_t fields, numbers, empty;
} hc_text_shape;

/* A line of the probe without its end; one whose fields in quotes go on in
 * the lines below ("Time\n(s)") with those. */
typedef struct {
    const char *s;
    size_t len;
    size_t number; /* of its first line in the file, from 0 */
    bool looked;   /* its shape in that dialect is known */
    hc_dialect dialect;
    hc_text_shape shape;
} hc_text_line;

/* At most `cap` lines of the probe, without a last one that has no end unless
 * there is no other or `open` asks for it; returns how many. */
size_t hc_text_lines(const hc_probe *p, hc_text_line *lines, size_t cap,
                     bool open);

/* Length of the line of the probe at `line` with those that its fields in
 * quotes go on in. */
size_t hc_text_joined(const hc_probe *p, const char *line, size_t len);

hc_text_shape hc_text_look(hc_text_line line, hc_dialect d);
bool hc_text_is_blank(hc_text_line line);
/* Digits with at most a minus and a point, as most cells of most tables are;
 * false for other numbers. */
bool hc_text_is_digits(const hc_cell *c);
/* A row of numbers, if need be with some words or dates. */
bool hc_text_is_row(hc_text_shape s);
bool hc_text_is_words(hc_text_shape s);

#endif
