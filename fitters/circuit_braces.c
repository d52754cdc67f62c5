/* circuit_braces.c: values, bounds, ties and roles behind an element */
#include "fitters/circuit_parser.h"

#include "core/number.h"

#include <stdio.h>
#include <string.h>

size_t parser_word(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0' && strchr(",}/ \t=:", s[n]) == NULL)
        n++;
    return n;
}

static hc_status brace_number(parser *p, double *x)
{
    parser_look(p);
    const char *s = p->text + p->at;
    size_t n = hc_number_prefix(s, parser_word(s), x);
    if (n == 0 || !isfinite(*x))
        return parser_complain(p, "a number was expected, found '%.*s'",
                               (int)parser_word(s), s);
    p->at += n;
    return HC_OK;
}

/* "=C1" or "=2*C1": resolved when all elements are known */
static hc_status brace_tie(parser *p, int par)
{
    hc_par *q = &p->c->pars[par];
    const char *s = p->text + p->at;
    double by;
    size_t n = hc_number_prefix(s, parser_word(s), &by);
    if (n > 0 && s[n] == '*') {
        q->tied_by = by;
        p->at += n + 1;
        s += n + 1;
    }
    n = parser_word(s);
    if (n == 0 || n >= HC_CIRCUIT_NAME)
        return parser_complain(p, "a parameter's name was expected after '='");
    p->ties[p->n_ties].par = par;
    p->ties[p->n_ties].at = p->at;
    snprintf(p->ties[p->n_ties].target, HC_CIRCUIT_NAME, "%.*s", (int)n, s);
    p->n_ties++;
    p->at += n;
    return HC_OK;
}

/* 10, 10F, 10/1/100, /1/100 */
static hc_status brace_value(parser *p, int par)
{
    hc_par *q = &p->c->pars[par];
    hc_status st;
    q->optional = false;
    if (hc_isalpha(parser_look(p)) ||
        (p->text[p->at] != '\0' && strchr("}/,", p->text[p->at]) == NULL &&
         strchr(p->text + p->at, '*') != NULL &&
         strcspn(p->text + p->at, "*") < strcspn(p->text + p->at, ",}")))
        return brace_tie(p, par);
    if (p->text[p->at] != '/') {
        if ((st = brace_number(p, &q->value)) != HC_OK)
            return st;
        if (p->text[p->at] == 'F' || p->text[p->at] == 'f') {
            q->fixed = true;
            p->at++;
        }
        if (q->value < 0)
            q->negative = true;
    }
    if (parser_look(p) == '/') {
        p->at++;
        if (parser_look(p) != '/' && (st = brace_number(p, &q->lo)) != HC_OK)
            return st;
        if (parser_look(p) != '/')
            return HC_OK;
        p->at++;
        if ((st = brace_number(p, &q->hi)) != HC_OK)
            return st;
    }
    return HC_OK;
}

/* Parameter of element e called by its suffix, or the first one. */
static int suffix_par(const hc_circuit *c, int e, const char *s, size_t n)
{
    const hc_element *t = c->elements[e].type;
    for (int i = 0; i < t->n_par; i++)
        if (strlen(t->par[i].suffix) == n &&
            strncmp(t->par[i].suffix, s, n) == 0)
            return c->elements[e].par_first + i;
    if (t->n_par == 1 && n == strlen(t->name) && strncmp(t->name, s, n) == 0)
        return c->elements[e].par_first;
    return -1;
}

static hc_status brace_role(parser *p, int e)
{
    const char *s = p->text + p->at;
    size_t n = strcspn(s, ",}");
    hc_trim(&s, &n);
    if (n == 0 || !hc_circuit_is_role(s, n))
        return parser_complain(p,
                               "a label of 1 to %d letters, none of them "
                               ", : { }, was expected",
                               HC_CIRCUIT_ROLE - 1);
    snprintf(p->c->elements[e].role, HC_CIRCUIT_ROLE, "%.*s", (int)n, s);
    p->at += strcspn(p->text + p->at, ",}");
    return HC_OK;
}

/* name, name=value, or a value alone */
static hc_status brace_item(parser *p, int e)
{
    hc_circuit *c = p->c;
    const hc_element *t = c->elements[e].type;
    const char *s = p->text + p->at;
    size_t n = parser_word(s);
    int par = c->elements[e].par_first;
    if (hc_isalpha(s[0])) {
        par = suffix_par(c, e, s, n);
        if (par < 0) {
            hc_text list = {0};
            for (int i = 0; i < t->n_par; i++)
                hc_text_printf(&list, " %s",
                               t->n_par == 1 ? t->name : t->par[i].suffix);
            hc_status st = parser_complain(
                p, "%s has no parameter '%.*s'; it has%s", c->elements[e].name,
                (int)n, s, hc_text_get(&list));
            hc_text_clear(&list);
            return st;
        }
        p->at += n;
        c->pars[par].optional = false;
        if (parser_look(p) == '/')
            return brace_value(p, par);
        if (parser_look(p) != '=')
            return HC_OK;
        p->at++;
    } else if (s[0] == '=') {
        p->at++;
    }
    return brace_value(p, par);
}

hc_status parser_braces(parser *p, int e)
{
    char buf[8];
    hc_status st = HC_OK;
    p->at++;
    for (;;) {
        char ch = parser_look(p);
        if (ch == '}')
            break;
        if (ch == '\0')
            return parser_complain(p, "the '{' of %s is not closed by '}'",
                                   p->c->elements[e].name);
        if (ch == ':') {
            p->at++;
            st = brace_role(p, e);
        } else {
            st = brace_item(p, e);
        }
        if (st != HC_OK)
            return st;
        ch = parser_look(p);
        if (ch == ',')
            p->at++;
        else if (ch != '}' && ch != '\0')
            return parser_complain(p, "',' or '}' was expected, found %s",
                                   parser_shown(ch, buf));
    }
    p->at++;
    return HC_OK;
}
