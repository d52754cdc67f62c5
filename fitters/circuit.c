#include "fitters/circuit.h"

#include "core/number.h"

#include <stdio.h>
#include <string.h>

/* ---- print ---- */

static void print_number(hc_text *out, double x)
{
    char buf[HC_NUMBER_SIZE];
    hc_text_add(out, buf, hc_number_print(x, buf));
}

static bool says_something(const hc_par *q)
{
    bool preset = !isnan(q->spec->preset);
    if (q->optional)
        return false;
    return preset || !isnan(q->value) || q->fixed || !isnan(q->lo) ||
           !isnan(q->hi) || q->tied_to >= 0;
}

static void print_par(const hc_circuit *c, const hc_par *q, hc_text *out)
{
    const char *suffix = q->spec->suffix;
    hc_text_puts(out, suffix);
    if (q->tied_to >= 0) {
        hc_text_putc(out, '=');
        if (q->tied_by != 1) {
            print_number(out, q->tied_by);
            hc_text_putc(out, '*');
        }
        hc_text_puts(out, c->pars[q->tied_to].name);
        return;
    }
    bool bounds = !isnan(q->lo) || !isnan(q->hi);
    if (!isnan(q->value)) {
        if (suffix[0] != '\0')
            hc_text_putc(out, '=');
        print_number(out, q->value);
        if (q->fixed)
            hc_text_putc(out, 'F');
    }
    if (!bounds)
        return;
    hc_text_putc(out, '/');
    if (!isnan(q->lo))
        print_number(out, q->lo);
    if (!isnan(q->hi)) {
        hc_text_putc(out, '/');
        print_number(out, q->hi);
    }
}

static void print_element(const hc_circuit *c, int e, hc_text *out)
{
    const hc_circuit_element *el = &c->elements[e];
    bool open = false;
    hc_text_puts(out, el->name);
    for (int i = 0; i < el->type->n_par; i++) {
        const hc_par *q = &c->pars[el->par_first + i];
        if (!says_something(q))
            continue;
        hc_text_puts(out, open ? "," : "{");
        open = true;
        print_par(c, q, out);
    }
    if (el->role[0] != '\0') {
        hc_text_puts(out, open ? ",:" : "{:");
        hc_text_puts(out, el->role);
        open = true;
    }
    if (open)
        hc_text_putc(out, '}');
}

static void print_node(const hc_circuit *c, int node, hc_text *out)
{
    const hc_node *n = &c->nodes[node];
    const char *between = n->kind == HC_NODE_SERIES ? "-" : ",";
    if (n->kind == HC_NODE_ELEMENT) {
        print_element(c, n->element, out);
        return;
    }
    if (n->kind == HC_NODE_PARALLEL)
        hc_text_puts(out, "p(");
    if (n->kind == HC_NODE_LINE)
        hc_text_printf(out, "%s(", n->line->name);
    for (int k = n->first_child; k >= 0; k = c->nodes[k].next_sibling) {
        if (k != n->first_child)
            hc_text_puts(out, between);
        print_node(c, k, out);
    }
    if (n->kind != HC_NODE_SERIES)
        hc_text_putc(out, ')');
}

void hc_circuit_print(const hc_circuit *c, hc_text *out)
{
    print_node(c, c->n_nodes - 1, out);
}

/* ---- names ---- */

/* "n1", "Q1": exponent and prefactor of CPE1 */
static int short_name(const hc_circuit *c, const char *name)
{
    long number;
    const char *suffix = name[0] == 'n' ? "n" : name[0] == 'Q' ? "Q" : NULL;
    if (suffix == NULL ||
        !hc_integer_parse(name + 1, strlen(name + 1), 0, 999999, &number))
        return -1;
    for (int i = 0; i < c->n_pars; i++) {
        const hc_circuit_element *e = &c->elements[c->pars[i].element];
        if (strcmp(e->type->name, "CPE") == 0 && e->number == number &&
            strcmp(c->pars[i].spec->suffix, suffix) == 0)
            return i;
    }
    return -1;
}

int hc_circuit_par(const hc_circuit *c, const char *name)
{
    char plain[HC_CIRCUIT_NAME];
    snprintf(plain, sizeof plain, "%s", name);
    for (char *s = plain; *s != '\0'; s++)
        if (*s == '.')
            *s = '_';
    for (int i = 0; i < c->n_pars; i++)
        if (strcmp(c->pars[i].name, plain) == 0)
            return i;
    return short_name(c, plain);
}

static hc_status find_par(const hc_circuit *c, const char *option,
                          const char *s, size_t len, int *par, hc_err *err)
{
    char name[HC_CIRCUIT_NAME];
    hc_trim(&s, &len);
    snprintf(name, sizeof name, "%.*s", (int)(len < 31 ? len : 31), s);
    *par = hc_circuit_par(c, name);
    if (*par >= 0)
        return HC_OK;
    hc_text list = {0};
    for (int i = 0; i < c->n_pars; i++)
        hc_text_printf(&list, " %s", c->pars[i].name);
    hc_fail(err, HC_USAGE, "%s: the circuit has no parameter '%s'; it has%s",
            option, name, hc_text_get(&list));
    hc_text_clear(&list);
    return HC_USAGE;
}

static hc_status split(const char *option, const char *text, size_t *name_len,
                       const char **rest, const char *want, hc_err *err)
{
    const char *eq = strchr(text, '=');
    if (eq == NULL || eq == text || eq[1] == '\0')
        return hc_fail(err, HC_USAGE, "%s %s: NAME=%s was expected", option,
                       text, want);
    *name_len = (size_t)(eq - text);
    *rest = eq + 1;
    return HC_OK;
}

static hc_status number_of(const char *option, const char *s, size_t len,
                           double *x, hc_err *err)
{
    hc_trim(&s, &len);
    if (!hc_number_parse(s, len, x) || !isfinite(*x))
        return hc_fail(err, HC_USAGE, "%s: '%.*s' is not a number", option,
                       (int)len, s);
    return HC_OK;
}

/* ---- what options say ---- */

hc_status hc_circuit_set(hc_circuit *c, const char *text, hc_err *err)
{
    size_t n;
    const char *rest;
    int par;
    double x;
    hc_status st = split("--set", text, &n, &rest, "VALUE", err);
    if (st != HC_OK || (st = find_par(c, "--set", text, n, &par, err)) ||
        (st = number_of("--set", rest, strlen(rest), &x, err)))
        return st;
    c->pars[par].value = x;
    c->pars[par].optional = false;
    if (x < 0)
        c->pars[par].negative = true;
    return HC_OK;
}

hc_status hc_circuit_fix(hc_circuit *c, const char *text, hc_err *err)
{
    int par;
    hc_status st;
    const char *eq = strchr(text, '=');
    if (eq != NULL && (st = hc_circuit_set(c, text, err)) != HC_OK)
        return st;
    size_t n = eq == NULL ? strlen(text) : (size_t)(eq - text);
    if ((st = find_par(c, "--fix", text, n, &par, err)) != HC_OK)
        return st;
    if (isnan(c->pars[par].value))
        return hc_fail(err, HC_USAGE,
                       "--fix %s: to which value? write "
                       "--fix %s=VALUE",
                       text, text);
    c->pars[par].fixed = true;
    c->pars[par].optional = false;
    return HC_OK;
}

hc_status hc_circuit_bound(hc_circuit *c, const char *text, hc_err *err)
{
    size_t n;
    const char *rest;
    int par;
    double lo = NAN, hi = NAN;
    hc_status st = split("--bound", text, &n, &rest, "LOW:HIGH", err);
    if (st != HC_OK || (st = find_par(c, "--bound", text, n, &par, err)))
        return st;
    const char *colon = strchr(rest, ':');
    if (colon == NULL)
        return hc_fail(err, HC_USAGE,
                       "--bound %s: NAME=LOW:HIGH was "
                       "expected, one of the two may be empty",
                       text);
    if (colon > rest &&
        (st = number_of("--bound", rest, (size_t)(colon - rest), &lo, err)))
        return st;
    if (colon[1] != '\0' &&
        (st = number_of("--bound", colon + 1, strlen(colon + 1), &hi, err)))
        return st;
    c->pars[par].lo = lo;
    c->pars[par].hi = hi;
    c->pars[par].optional = false;
    return HC_OK;
}

hc_status hc_circuit_tie(hc_circuit *c, const char *text, hc_err *err)
{
    size_t n;
    const char *rest;
    int par, to;
    double by = 1;
    hc_status st = split("--tie", text, &n, &rest, "OTHER", err);
    if (st != HC_OK || (st = find_par(c, "--tie", text, n, &par, err)))
        return st;
    const char *star = strchr(rest, '*');
    if (star != NULL) {
        st = number_of("--tie", rest, (size_t)(star - rest), &by, err);
        if (st != HC_OK)
            return st;
        rest = star + 1;
    }
    if ((st = find_par(c, "--tie", rest, strlen(rest), &to, err)) != HC_OK)
        return st;
    c->pars[par].tied_to = to;
    c->pars[par].tied_by = by;
    c->pars[par].optional = false;
    return HC_OK;
}

bool hc_circuit_is_role(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < ' ' || s[i] == 0x7f ||
            strchr(",:{}", s[i]) != NULL)
            return false;
    return n < HC_CIRCUIT_ROLE;
}

hc_status hc_circuit_role(hc_circuit *c, const char *text, hc_err *err)
{
    size_t n;
    const char *rest;
    hc_status st = split("--role", text, &n, &rest, "ROLE", err);
    if (st != HC_OK)
        return st;
    for (int i = 0; i < c->n_elements; i++) {
        if (strlen(c->elements[i].name) != n ||
            strncmp(c->elements[i].name, text, n) != 0)
            continue;
        size_t len = strlen(rest);
        hc_trim(&rest, &len);
        if (!hc_circuit_is_role(rest, len))
            return hc_fail(err, HC_USAGE,
                           "--role %s: a role has at most %d letters, none "
                           "of them , : { }",
                           text, HC_CIRCUIT_ROLE - 1);
        snprintf(c->elements[i].role, HC_CIRCUIT_ROLE, "%.*s", (int)len, rest);
        return HC_OK;
    }
    hc_text list = {0};
    for (int i = 0; i < c->n_elements; i++)
        hc_text_printf(&list, " %s", c->elements[i].name);
    hc_fail(err, HC_USAGE,
            "--role: the circuit has no element '%.*s'; it "
            "has%s",
            (int)n, text, hc_text_get(&list));
    hc_text_clear(&list);
    return HC_USAGE;
}

static bool is_resistance(const hc_circuit *c, int par)
{
    return strcmp(c->elements[c->pars[par].element].type->name, "R") == 0;
}

hc_status hc_circuit_negative(hc_circuit *c, const char *text, hc_err *err)
{
    int par;
    if (strcmp(text, "all") == 0) {
        for (int i = 0; i < c->n_pars; i++)
            if (is_resistance(c, i))
                c->pars[i].negative = true;
        return HC_OK;
    }
    hc_status st = find_par(c, "--negative", text, strlen(text), &par, err);
    if (st != HC_OK)
        return st;
    if (!is_resistance(c, par))
        return hc_fail(err, HC_USAGE,
                       "--negative %s: only a resistance may "
                       "be negative",
                       text);
    c->pars[par].negative = true;
    return HC_OK;
}

hc_status hc_circuit_each(hc_circuit *c, const char *list, hc_circuit_say say,
                          hc_err *err)
{
    while (*list != '\0') {
        char one[256];
        size_t n = strcspn(list, ",");
        snprintf(one, sizeof one, "%.*s", (int)n, list);
        hc_status st = say(c, one, err);
        if (st != HC_OK)
            return st;
        list += n + (list[n] == ',');
    }
    return HC_OK;
}

/* ---- consistency ---- */

static hc_status check_par(const hc_circuit *c, int i, hc_err *err)
{
    const hc_par *q = &c->pars[i];
    bool exponent = q->spec->kind == HC_PAR_EXP;
    const double three[] = {q->value, q->lo, q->hi};
    for (int k = 0; k < 3; k++) {
        double x = three[k];
        if (isnan(x))
            continue;
        if (exponent && (x < q->spec->lo || x > q->spec->hi))
            return hc_fail(err, HC_USAGE,
                           "%s = %g: an exponent lies between "
                           "%g and %g",
                           q->name, x, q->spec->lo, q->spec->hi);
        if (!exponent && k == 0 && x < 0 && !is_resistance(c, i))
            return hc_fail(err, HC_USAGE, "%s = %g must be above zero",
                           q->name, x);
        if (!exponent && (k == 0 ? x == 0 : x < 0))
            return hc_fail(err, HC_USAGE, "%s: %g is not above zero", q->name,
                           x);
    }
    if (q->lo >= q->hi)
        return hc_fail(err, HC_USAGE,
                       "%s: the low bound %g is not below the "
                       "high bound %g",
                       q->name, q->lo, q->hi);
    if (!q->fixed && (q->value < q->lo || q->value > q->hi))
        return hc_fail(err, HC_USAGE, "%s = %g lies outside its bounds",
                       q->name, q->value);
    if (q->tied_to < 0)
        return HC_OK;
    if (q->tied_to == i)
        return hc_fail(err, HC_USAGE, "%s is tied to itself", q->name);
    if (c->pars[q->tied_to].tied_to >= 0)
        return hc_fail(err, HC_USAGE,
                       "%s is tied to %s, which is itself "
                       "tied; tie both to the same one",
                       q->name, c->pars[q->tied_to].name);
    if ((c->pars[q->tied_to].spec->kind == HC_PAR_EXP) != exponent)
        return hc_fail(err, HC_USAGE,
                       "%s cannot be tied to %s: one is an "
                       "exponent",
                       q->name, c->pars[q->tied_to].name);
    if (!(q->tied_by > 0) || (exponent && q->tied_by != 1))
        return hc_fail(err, HC_USAGE,
                       "%s: the factor of a tie must be "
                       "%s",
                       q->name, exponent ? "1 for exponents" : "above zero");
    return HC_OK;
}

hc_status hc_circuit_check(const hc_circuit *c, hc_err *err)
{
    for (int i = 0; i < c->n_pars; i++) {
        hc_status st = check_par(c, i, err);
        if (st != HC_OK)
            return st;
    }
    return HC_OK;
}

/* ---- roles, values ---- */

const char *hc_circuit_role_of(const hc_circuit *c, int element)
{
    if (c->elements[element].role[0] != '\0')
        return c->elements[element].role;
    int node = 0;
    while (c->nodes[node].element != element)
        node++;
    int up = c->nodes[node].parent;
    if (up < 0 || c->nodes[up].kind == HC_NODE_SERIES)
        return "";
    /* the first labelled resistance beside it, at the head of a branch */
    for (int k = c->nodes[up].first_child; k >= 0;
         k = c->nodes[k].next_sibling) {
        int head = k;
        while (c->nodes[head].first_child >= 0)
            head = c->nodes[head].first_child;
        const char *role = c->elements[c->nodes[head].element].role;
        if (role[0] != '\0')
            return role;
    }
    return "";
}

void hc_circuit_values(const hc_circuit *c, double *p)
{
    for (int i = 0; i < c->n_pars; i++)
        p[i] = c->pars[i].value;
    for (int i = 0; i < c->n_pars; i++)
        if (c->pars[i].tied_to >= 0)
            p[i] = c->pars[i].tied_by * p[c->pars[i].tied_to];
}
