/* circuit_names.c: numbers and names of elements, ties between them */
#include "fitters/circuit_parser.h"

#include "core/number.h"

#include <stdio.h>
#include <string.h>

static bool number_taken(const hc_circuit *c, const hc_element *t, int number)
{
    for (int i = 0; i < c->n_elements; i++)
        if (c->elements[i].type == t && c->elements[i].number == number)
            return true;
    return false;
}

hc_status parser_name_all(parser *p)
{
    hc_circuit *c = p->c;
    for (int i = 0; i < c->n_elements; i++) {
        hc_circuit_element *e = &c->elements[i];
        for (int k = 0; k < i && p->numbered[i]; k++)
            if (c->elements[k].type == e->type &&
                c->elements[k].number == e->number)
                return parser_complain(p, "two elements are called %s%d",
                                       e->type->name, e->number);
    }
    for (int i = 0; i < c->n_elements; i++) {
        hc_circuit_element *e = &c->elements[i];
        int number = 1;
        while (e->number < 0 && number_taken(c, e->type, number))
            number++;
        if (e->number < 0)
            e->number = number;
        snprintf(e->name, HC_CIRCUIT_NAME, "%.12s%d", e->type->name,
                 e->number);
    }
    for (int i = 0; i < c->n_pars; i++) {
        hc_par *q = &c->pars[i];
        const char *suffix = q->spec->suffix;
        char element[24];
        memcpy(element, c->elements[q->element].name, sizeof element - 1);
        element[sizeof element - 1] = '\0';
        snprintf(q->name, HC_CIRCUIT_NAME, "%s%s%.6s", element,
                 suffix[0] ? "_" : "", suffix);
    }
    return HC_OK;
}

hc_status parser_resolve_ties(parser *p)
{
    for (int i = 0; i < p->n_ties; i++) {
        int to = hc_circuit_par(p->c, p->ties[i].target);
        p->at = p->ties[i].at;
        if (to < 0)
            return parser_complain(p, "no parameter is called '%s'",
                                   p->ties[i].target);
        p->c->pars[p->ties[i].par].tied_to = to;
    }
    return HC_OK;
}
