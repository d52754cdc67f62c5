/* circuit_parse.c: the two circuit languages, read by one descent */
#include "fitters/circuit_parser.h"

#include "core/number.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static hc_status parse_series(parser *p, int *node, char close);

hc_status parser_complain(parser *p, const char *fmt, ...)
{
    char what[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    hc_fail(p->err, HC_USAGE, "circuit '%.200s': position %zu: %s", p->text,
            p->at + 1, what);
    if (p->err != NULL)
        p->err->column = (long)p->at + 1;
    return HC_USAGE;
}

char parser_look(parser *p)
{
    while (hc_isspace(p->text[p->at]))
        p->at++;
    return p->text[p->at];
}

const char *parser_shown(char ch, char buf[8])
{
    if (ch == '\0')
        return "the end";
    if ((unsigned char)ch < 0x20 || (unsigned char)ch >= 0x7f)
        return "a character that is not plain ASCII";
    snprintf(buf, 8, "'%c'", ch);
    return buf;
}

static hc_status new_node(parser *p, hc_node_kind kind, int *out)
{
    hc_circuit *c = p->c;
    if (c->n_nodes == HC_CIRCUIT_NODES)
        return parser_complain(p, "the circuit has more than %d parts",
                               HC_CIRCUIT_NODES);
    *out = c->n_nodes++;
    c->nodes[*out] = (hc_node){.kind = kind,
                               .element = -1,
                               .first_child = -1,
                               .next_sibling = -1,
                               .parent = -1,
                               .first_node = *out};
    return HC_OK;
}

/* ---- elements ---- */

static void add_pars(hc_circuit *c, int e)
{
    const hc_element *t = c->elements[e].type;
    for (int i = 0; i < t->n_par; i++) {
        const hc_par_spec *spec = &t->par[i];
        bool preset = !isnan(spec->preset);
        c->pars[c->n_pars++] = (hc_par){.spec = spec,
                                        .element = e,
                                        .value = spec->preset,
                                        .lo = NAN,
                                        .hi = NAN,
                                        .optional = preset,
                                        .tied_to = -1,
                                        .tied_by = 1};
    }
}

static hc_status unknown_element(parser *p)
{
    hc_text list = {0};
    const char *s = p->text + p->at;
    size_t n = 0;
    while (hc_isalpha(s[n]))
        n++;
    for (size_t i = 0; i < hc_elements_n; i++)
        hc_text_printf(&list, " %s", hc_elements[i].name);
    hc_status st =
        parser_complain(p, "no element is called '%.*s'; there are%s", (int)n,
                        s, hc_text_get(&list));
    hc_text_clear(&list);
    return st;
}

static bool function_begins(const char *s)
{
    bool found = strncmp(s, "p(", 2) == 0;
    for (size_t i = 0; i < hc_lines_n; i++) {
        size_t n = strlen(hc_lines[i].name);
        found |= strncmp(s, hc_lines[i].name, n) == 0 && s[n] == '(';
    }
    return found;
}

static hc_status parse_element(parser *p, int *node)
{
    hc_circuit *c = p->c;
    size_t len;
    const char *s = p->text + p->at;
    const hc_element *t = hc_element_match(s, &len);
    if (t == NULL)
        return unknown_element(p);
    /* a longer word that only begins like an element is a slip */
    if (s[len] >= 'a' && s[len] <= 'z' && !function_begins(s + len))
        return unknown_element(p);
    if (c->n_elements == HC_CIRCUIT_ELEMENTS ||
        c->n_pars + t->n_par > HC_CIRCUIT_PARS)
        return parser_complain(p,
                               "the circuit has more than %d elements or %d "
                               "parameters",
                               HC_CIRCUIT_ELEMENTS, HC_CIRCUIT_PARS);
    int e = c->n_elements++;
    c->elements[e] =
        (hc_circuit_element){.type = t, .number = -1, .par_first = c->n_pars};
    snprintf(c->elements[e].name, HC_CIRCUIT_NAME, "%s", t->name);
    p->at += len;
    size_t digits = 0;
    while (hc_isdigit(p->text[p->at + digits]))
        digits++;
    if (digits > 0) {
        long number;
        if (digits > 6 ||
            !hc_integer_parse(p->text + p->at, digits, 0, 999999, &number))
            return parser_complain(p, "the number of %s is too long", t->name);
        c->elements[e].number = (int)number;
        p->numbered[e] = true;
        p->at += digits;
    }
    add_pars(c, e);
    hc_status st = new_node(p, HC_NODE_ELEMENT, node);
    if (st != HC_OK)
        return st;
    c->nodes[*node].element = e;
    c->nodes[*node].par_first = c->elements[e].par_first;
    c->nodes[*node].par_n = t->n_par;
    if (parser_look(p) == '{')
        return parser_braces(p, e);
    return HC_OK;
}

/* ---- combinations ---- */

/* Make a node of the children kids[0..n). */
static hc_status join(parser *p, hc_node_kind kind, const hc_line *line,
                      const int *kids, int n, int *node)
{
    hc_circuit *c = p->c;
    hc_status st = new_node(p, kind, node);
    if (st != HC_OK)
        return st;
    hc_node *me = &c->nodes[*node];
    me->line = line;
    me->first_child = kids[0];
    me->first_node = c->nodes[kids[0]].first_node;
    me->par_first = c->nodes[kids[0]].par_first;
    me->par_n = 0;
    for (int i = 0; i < n; i++) {
        c->nodes[kids[i]].parent = *node;
        c->nodes[kids[i]].next_sibling = i + 1 < n ? kids[i + 1] : -1;
        me->par_n += c->nodes[kids[i]].par_n;
    }
    return HC_OK;
}

/* "a,b,c)" after the opening bracket */
static hc_status parse_list(parser *p, const char *what, int *kids, int *n)
{
    char buf[8];
    for (;;) {
        if (*n == HC_CIRCUIT_ELEMENTS)
            return parser_complain(p, "too many branches in %s(", what);
        hc_status st = parse_series(p, &kids[*n], ')');
        if (st != HC_OK)
            return st;
        (*n)++;
        char ch = parser_look(p);
        if (ch == ')')
            break;
        if (ch == '\0')
            return parser_complain(p, "the '%s(' is not closed by ')'", what);
        if (ch != ',')
            return parser_complain(p, "',' or ')' was expected, found %s",
                                   parser_shown(ch, buf));
        p->at++;
    }
    p->at++;
    return HC_OK;
}

static hc_status parse_term(parser *p, int *node);

/* Boukamp's "( )": every item is a branch; commas are taken as well */
static hc_status parse_bare(parser *p, int *node)
{
    int kids[HC_CIRCUIT_ELEMENTS], n = 0;
    size_t start = p->at++;
    for (;;) {
        char ch = parser_look(p);
        if (ch == ')')
            break;
        if (ch == '\0') {
            p->at = start;
            return parser_complain(p, "this '(' is not closed by ')'");
        }
        if (ch == '-')
            return parser_complain(
                p, "inside '( )' every item is a branch of its "
                   "own; write p(a-b,c) or ([ab]c)");
        if (ch == ',' && n > 0)
            p->at++;
        if (n == HC_CIRCUIT_ELEMENTS)
            return parser_complain(p, "too many branches in '('");
        hc_status st = parse_term(p, &kids[n]);
        if (st != HC_OK)
            return st;
        n++;
    }
    p->at++;
    if (n == 0) {
        p->at = start;
        return parser_complain(p, "this '( )' is empty");
    }
    if (n == 1) {
        *node = kids[0];
        return HC_OK;
    }
    return join(p, HC_NODE_PARALLEL, NULL, kids, n, node);
}

static hc_status parse_square(parser *p, int *node)
{
    size_t start = p->at++;
    hc_status st = parse_series(p, node, ']');
    if (st != HC_OK)
        return st;
    if (parser_look(p) != ']') {
        p->at = start;
        return parser_complain(p, "this '[' is not closed by ']'");
    }
    p->at++;
    return HC_OK;
}

/* p(...) and the lines of lines.c */
static hc_status parse_function(parser *p, int *node)
{
    int kids[HC_CIRCUIT_ELEMENTS], n = 0;
    const char *s = p->text + p->at;
    size_t len = strcspn(s, "(");
    const hc_line *line = NULL;
    bool parallel = len == 1 && s[0] == 'p';
    for (size_t i = 0; i < hc_lines_n; i++)
        if (strlen(hc_lines[i].name) == len &&
            strncmp(hc_lines[i].name, s, len) == 0)
            line = &hc_lines[i];
    if (s[len] != '(' || (line == NULL && !parallel))
        return parser_complain(
            p, "p(, tl(, tle(, tlo(, tls( or an element was expected");
    p->at += len + 1;
    char name[8];
    snprintf(name, sizeof name, "%s", parallel ? "p" : line->name);
    hc_status st = parse_list(p, name, kids, &n);
    if (st != HC_OK)
        return st;
    if (parallel && n == 1) {
        *node = kids[0];
        return HC_OK;
    }
    if (line != NULL && n != line->n_children)
        return parser_complain(p, "%s( needs %d sub-circuits, found %d", name,
                               line->n_children, n);
    return join(p, parallel ? HC_NODE_PARALLEL : HC_NODE_LINE, line, kids, n,
                node);
}

static hc_status parse_term(parser *p, int *node)
{
    char ch = parser_look(p), buf[8];
    hc_status st;
    if (p->depth == HC_CIRCUIT_DEPTH)
        return parser_complain(p, "brackets are nested deeper than %d",
                               HC_CIRCUIT_DEPTH);
    p->depth++;
    if (ch == '(')
        st = parse_bare(p, node);
    else if (ch == '[')
        st = parse_square(p, node);
    else if (ch >= 'a' && ch <= 'z')
        st = parse_function(p, node);
    else if (ch >= 'A' && ch <= 'Z')
        st = parse_element(p, node);
    else
        st = parser_complain(p, "an element was expected, found %s",
                             parser_shown(ch, buf));
    p->depth--;
    return st;
}

static bool term_begins(char ch)
{
    return ch == '(' || ch == '[' || hc_isalpha(ch);
}

/* Terms with or without dashes up to `close`, ',' or the end.  A series
 * inside a series is one series. */
static hc_status parse_series(parser *p, int *node, char close)
{
    int kids[HC_CIRCUIT_ELEMENTS], n = 0;
    for (;;) {
        int one;
        hc_status st = parse_term(p, &one);
        if (st != HC_OK)
            return st;
        int from = one;
        bool flat = p->c->nodes[one].kind == HC_NODE_SERIES;
        if (flat)
            from = p->c->nodes[one].first_child;
        for (int k = from; k >= 0;
             k = flat ? p->c->nodes[k].next_sibling : -1) {
            if (n == HC_CIRCUIT_ELEMENTS)
                return parser_complain(p, "too many elements in series");
            kids[n++] = k;
        }
        char ch = parser_look(p);
        if (ch == '-') {
            p->at++;
            continue;
        }
        if (!term_begins(ch))
            break;
    }
    (void)close;
    if (n == 1) {
        *node = kids[0];
        return HC_OK;
    }
    return join(p, HC_NODE_SERIES, NULL, kids, n, node);
}

/* Joining flattened series leaves unused nodes; number the tree anew. */
static int copy_tree(const hc_circuit *from, int node, hc_circuit *to)
{
    int kids[HC_CIRCUIT_ELEMENTS], n = 0;
    const hc_node *src = &from->nodes[node];
    for (int k = src->first_child; k >= 0; k = from->nodes[k].next_sibling)
        kids[n++] = copy_tree(from, k, to);
    int me = to->n_nodes++;
    to->nodes[me] = *src;
    to->nodes[me].parent = to->nodes[me].next_sibling = -1;
    to->nodes[me].first_child = n > 0 ? kids[0] : -1;
    to->nodes[me].first_node = n > 0 ? to->nodes[kids[0]].first_node : me;
    for (int i = 0; i < n; i++) {
        to->nodes[kids[i]].parent = me;
        to->nodes[kids[i]].next_sibling = i + 1 < n ? kids[i + 1] : -1;
    }
    return me;
}

hc_status hc_circuit_parse(hc_circuit *c, const char *text, hc_err *err)
{
    hc_circuit raw = {0}, made;
    parser p = {.c = &raw, .text = text, .err = err};
    int root;
    char buf[8];
    if (parser_look(&p) == '\0')
        return hc_fail(err, HC_USAGE, "the circuit is empty");
    hc_status st = parse_series(&p, &root, '\0');
    if (st != HC_OK)
        return st;
    char ch = parser_look(&p);
    if (ch == ')' || ch == ']')
        return parser_complain(&p, "this '%c' closes nothing", ch);
    if (ch == ',')
        return parser_complain(&p, "',' stands outside of p( )");
    if (ch != '\0')
        return parser_complain(&p, "'-' or an element was expected, found %s",
                               parser_shown(ch, buf));
    if ((st = parser_name_all(&p)) != HC_OK ||
        (st = parser_resolve_ties(&p)) != HC_OK)
        return st;
    made = raw;
    made.n_nodes = 0;
    copy_tree(&raw, root, &made);
    if ((st = hc_circuit_check(&made, err)) != HC_OK) {
        hc_err_prefix(err, "circuit '%.200s': ", text);
        return st;
    }
    *c = made;
    return HC_OK;
}
