#include "core/options.h"

#include "core/number.h"
#include "core/text.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count(const hc_tool *tool)
{
    size_t n = 0;
    while (tool->options[n].type != HC_OPT_END)
        n++;
    return n;
}

/* ---- storing values ---- */

static bool one_of(const char *choices, const char *value)
{
    size_t len = strlen(value);
    for (const char *p = choices; p != NULL; p = strchr(p, '|')) {
        p += *p == '|';
        size_t n = strcspn(p, "|");
        if (n == len && memcmp(p, value, n) == 0)
            return true;
    }
    return false;
}

static hc_status store_list(hc_list *list, const char *value, hc_err *err)
{
    const char **p =
        realloc(list->items, (list->n + 1) * sizeof *list->items);
    if (p == NULL)
        return hc_fail_nomem(err);
    p[list->n++] = value;
    list->items = p;
    return HC_OK;
}

static hc_status check_range(const hc_option *o, double x, const char *value,
                             hc_err *err)
{
    if (o->max <= o->min || (x >= o->min && x <= o->max))
        return HC_OK;
    if (o->min > 0 && o->min <= HC_ABOVE_ZERO)
        return hc_fail(err, HC_USAGE, "--%s: %s is not above zero", o->name,
                       value);
    return hc_fail(err, HC_USAGE, "--%s: %s is outside %g to %g", o->name,
                   value, o->min, o->max);
}

static hc_status store_number(const hc_option *o, void *at, const char *value,
                              hc_err *err)
{
    double x = NAN;
    char name[80];
    hc_status st;

    if (o->type == HC_OPT_QUANTITY) {
        snprintf(name, sizeof name, "--%s", o->name);
        st = hc_quantity_parse(value, o->dim, name, &x, err);
        if (st != HC_OK)
            return st;
    } else if (!hc_number_parse(value, strlen(value), &x) || isnan(x)) {
        return hc_fail(err, HC_USAGE, "--%s: '%s' is not a number", o->name,
                       value);
    }
    st = check_range(o, x, value, err);
    if (st == HC_OK)
        *(double *)at = x;
    return st;
}

static hc_status store_integer(const hc_option *o, void *at,
                               const char *value, hc_err *err)
{
    long x;
    hc_status st;
    if (!hc_integer_parse(value, strlen(value), -4611686018427387904L,
                          4611686018427387904L, &x))
        return hc_fail(err, HC_USAGE, "--%s: '%s' is not a whole number",
                       o->name, value);
    st = check_range(o, (double)x, value, err);
    if (st == HC_OK)
        *(long *)at = x;
    return st;
}

static hc_status store(const hc_option *o, void *opts, const char *value,
                       hc_err *err)
{
    void *at = (char *)opts + o->offset;
    switch (o->type) {
    case HC_OPT_FLAG:
        *(bool *)at = true;
        return HC_OK;
    case HC_OPT_CHOICE:
        if (!one_of(o->choices, value))
            return hc_fail(err, HC_USAGE, "--%s: '%s' is none of %s", o->name,
                           value, o->choices);
        *(const char **)at = value;
        return HC_OK;
    case HC_OPT_TEXT:
        *(const char **)at = value;
        return HC_OK;
    case HC_OPT_LIST:
        return store_list(at, value, err);
    case HC_OPT_INTEGER:
        return store_integer(o, at, value, err);
    case HC_OPT_NUMBER:
    case HC_OPT_QUANTITY:
        return store_number(o, at, value, err);
    case HC_OPT_END:
        break;
    }
    return hc_fail(err, HC_INTERNAL, "option --%s has no type", o->name);
}

/* ---- parsing ---- */

enum { LONG_BASE = 1000 };

static void fill_getopt(const hc_tool *tool, size_t n, struct option *longs,
                        char *shorts)
{
    char *s = shorts;
    *s++ = ':';
    for (size_t i = 0; i < n; i++) {
        const hc_option *o = &tool->options[i];
        bool argument = o->type != HC_OPT_FLAG;
        longs[i] = (struct option){
            .name = o->name,
            .has_arg = argument ? required_argument : no_argument,
            .val = LONG_BASE + (int)i};
        if (o->letter != 0) {
            *s++ = o->letter;
            if (argument)
                *s++ = ':';
        }
    }
    *s = '\0';
}

static hc_status unknown(const hc_tool *tool, const char *word, hc_err *err)
{
    const char *best = NULL;
    char name[64];
    size_t distance = 4, len = strcspn(word, "=");

    if (!hc_starts_with(word, "--"))
        return hc_fail(err, HC_USAGE, "unknown option '%s'", word);
    snprintf(name, sizeof name, "%.*s", (int)(len > 60 ? 60 : len) - 2,
             word + 2);
    for (const hc_option *o = tool->options; o->type != HC_OPT_END; o++)
        if (hc_nearer(o->name, name, &distance))
            best = o->name;
    if (best == NULL)
        return hc_fail(err, HC_USAGE, "unknown option '--%s'", name);
    return hc_fail(err, HC_USAGE,
                   "unknown option '--%s'; did you mean '--%s'?", name, best);
}

static const hc_option *by_code(const hc_tool *tool, size_t n, int code)
{
    if (code >= LONG_BASE)
        return &tool->options[code - LONG_BASE];
    for (size_t i = 0; i < n; i++)
        if (tool->options[i].letter == code)
            return &tool->options[i];
    return NULL;
}

static hc_status each_option(const hc_tool *tool, int argc, char **argv,
                             void *opts, hc_err *err)
{
    size_t n = count(tool);
    struct option *longs = calloc(n + 1, sizeof *longs);
    char *shorts = malloc(2 * n + 2);
    hc_status st = HC_OK;
    int code;

    if (longs == NULL || shorts == NULL) {
        st = hc_fail_nomem(err);
        goto cleanup;
    }
    fill_getopt(tool, n, longs, shorts);
    optind = 0;
    opterr = 0;
    while (st == HC_OK &&
           (code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        const hc_option *o = by_code(tool, n, code == ':' ? optopt : code);
        if (code == '?' && optopt >= LONG_BASE)
            st = hc_fail(err, HC_USAGE, "--%s takes no argument",
                         tool->options[optopt - LONG_BASE].name);
        else if (code == '?' && optopt != 0)
            st = hc_fail(err, HC_USAGE, "unknown option '-%c'", optopt);
        else if (code == '?' || o == NULL)
            st = unknown(tool, argv[optind - 1], err);
        else if (code == ':')
            st = hc_fail(err, HC_USAGE, "--%s needs an argument (%s)",
                         o->name, o->arg == NULL ? "" : o->arg);
        else
            st = store(o, opts, optarg, err);
    }
cleanup:
    free(longs);
    free(shorts);
    return st;
}

hc_status hc_options_parse(const hc_tool *tool, int argc, char **argv,
                           void *opts, const char ***operands, size_t *n,
                           hc_err *err)
{
    const hc_common *common = opts;
    hc_status st = each_option(tool, argc, argv, opts, err);
    const char **list;
    int left;

    if (st != HC_OK)
        return st;
    left = argc - optind;
    if (!common->help && !common->version && left < tool->min_operands)
        return hc_fail(err, HC_USAGE, "expected %s", tool->operands);
    if (tool->max_operands >= 0 && left > tool->max_operands)
        return hc_fail(err, HC_USAGE, "unexpected argument '%s'",
                       argv[optind + tool->max_operands]);
    list = calloc((size_t)left + 1, sizeof *list);
    if (list == NULL)
        return hc_fail_nomem(err);
    for (int i = 0; i < left; i++)
        list[i] = argv[optind + i];
    *operands = list;
    *n = (size_t)left;
    return HC_OK;
}

void hc_list_clear(hc_list *list)
{
    free(list->items);
    *list = (hc_list){0};
}

/* ---- help ---- */

enum { HELP_WIDTH = 79, HELP_INDENT = 26 };

/* Words wrapped behind a left margin; the cursor stands at `at`.  A list of
 * choices a|b|c may be broken behind each '|'. */
static void wrap(hc_out *out, const char *text, size_t at, size_t margin)
{
    for (; at < margin; at++)
        hc_out_putc(out, ' ');
    for (size_t blank = 0, first = 1; *text != '\0'; first = 0) {
        size_t n = strcspn(text, " |");
        n += text[n] == '|';
        if (!first && at + blank + n > HELP_WIDTH) {
            hc_out_printf(out, "\n%*s", (int)margin, "");
            at = margin;
        } else if (blank != 0) {
            hc_out_putc(out, ' ');
            at++;
        }
        hc_out_write(out, text, n);
        at += n;
        blank = text[n] == ' ';
        text += n + blank;
    }
    hc_out_putc(out, '\n');
}

static void help_row(const hc_option *o, hc_out *out)
{
    char left[160];
    int n = 0;
    if (o->help == NULL)
        return; /* hidden */
    if (o->letter != 0)
        n = snprintf(left, sizeof left, "  -%c, --%s", o->letter, o->name);
    else
        n = snprintf(left, sizeof left, "      --%s", o->name);
    if (o->arg != NULL)
        n += snprintf(left + n, sizeof left - (size_t)n, " %s", o->arg);
    hc_out_write(out, left, (size_t)n);
    if (n + 2 > HELP_INDENT) {
        hc_out_putc(out, '\n');
        n = 0;
    }
    hc_text help = {0};
    hc_text_puts(&help, o->help);
    if (o->choices != NULL)
        hc_text_printf(&help, ": %s", o->choices);
    wrap(out, hc_text_get(&help), (size_t)n, HELP_INDENT);
    hc_text_clear(&help);
}

void hc_options_help(const hc_tool *tool, hc_out *out)
{
    hc_text head = {0};
    hc_text_printf(&head, "Usage: %s [OPTION...] %s", tool->name,
                   tool->operands);
    wrap(out, hc_text_get(&head), 0, 0);
    hc_text_reset(&head);
    hc_text_printf(&head, "%s.", tool->purpose);
    wrap(out, hc_text_get(&head), 0, 0);
    hc_text_clear(&head);
    hc_out_putc(out, '\n');
    for (const hc_option *o = tool->options; o->type != HC_OPT_END; o++)
        help_row(o, out);
    if (tool->notes != NULL)
        hc_out_printf(out, "\n%s\n", tool->notes);
    hc_out_printf(out,
                  "\nExit: 0 done, 1 the answer is no, 64 usage, 65 broken "
                  "data, 66 no input,\n73 cannot create, 74 read or write "
                  "error. See %s(1).\n",
                  tool->name);
}

void hc_options_rows(const hc_tool *tool, hc_out *out)
{
    static const char *const types[] = {
        "end", "flag", "text", "choice", "list", "integer", "number",
        "quantity"};
    for (const hc_option *o = tool->options; o->type != HC_OPT_END; o++) {
        if (o->help == NULL)
            continue;
        hc_out_printf(out, "--%s\t%c\t%s\t%s\t%s\t%s\n", o->name,
                      o->letter != 0 ? o->letter : '-', types[o->type],
                      o->arg == NULL ? "-" : o->arg,
                      o->choices == NULL ? "-" : o->choices, o->help);
    }
}

/* ---- ranges ---- */

/* One piece "3" or "2-5" of a list; returns what follows it, NULL if bad. */
static const char *range_piece(const char *p, long *lo, long *hi)
{
    size_t n = strspn(p, "0123456789");
    if (!hc_integer_parse(p, n, 0, 2000000000L, lo))
        return NULL;
    *hi = *lo;
    p += n;
    if (*p == '-') {
        p++;
        n = strspn(p, "0123456789");
        if (n == 0)
            *hi = 2000000000L;
        else if (!hc_integer_parse(p, n, *lo, 2000000000L, hi))
            return NULL;
        p += n;
    }
    return *p == ',' ? p + 1 : *p == '\0' ? p : NULL;
}

hc_status hc_range_check(const char *text, const char *option, hc_err *err)
{
    long lo, hi;
    for (const char *p = text; p != NULL && (p == text || *p != '\0');) {
        p = range_piece(p, &lo, &hi);
        if (p == NULL)
            return hc_fail(err, HC_USAGE,
                           "--%s: '%s' is not a list like 0,2-5", option,
                           text);
    }
    return HC_OK;
}

bool hc_range_has(const char *text, long value)
{
    long lo, hi;
    if (text == NULL)
        return true;
    for (const char *p = text; p != NULL && *p != '\0';) {
        p = range_piece(p, &lo, &hi);
        if (p != NULL && value >= lo && value <= hi)
            return true;
    }
    return false;
}
