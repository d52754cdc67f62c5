/* circuit_parser.h: the state of a descent through a circuit's text, shared by
 * circuit_parse.c (the structure), circuit_braces.c (what stands in braces)
 * and circuit_names.c (numbers, names, ties)
 */
#ifndef HC_FITTERS_CIRCUIT_PARSER_H
#define HC_FITTERS_CIRCUIT_PARSER_H

#include "fitters/circuit.h"

typedef struct {
    hc_circuit *c;
    const char *text;
    size_t at;
    hc_err *err;
    int depth;
    bool numbered[HC_CIRCUIT_ELEMENTS];
    struct {
        char target[HC_CIRCUIT_NAME];
        int par;
        size_t at;
    } ties[HC_CIRCUIT_PARS];
    int n_ties;
} parser;

/* HC_USAGE: the circuit, the position, and what was expected there. */
hc_status parser_complain(parser *p, const char *fmt, ...) HC_PRINTF(2, 3);
/* The next character that is not blank. */
char parser_look(parser *p);
/* That character as a message names it. */
const char *parser_shown(char ch, char buf[8]);
/* Length of the name that s begins with. */
size_t parser_word(const char *s);

/* What stands in braces behind element e, if anything does. */
hc_status parser_braces(parser *p, int e);
/* Numbers for elements without one, then the names of all parameters. */
hc_status parser_name_all(parser *p);
/* Ties by name, when all names are known. */
hc_status parser_resolve_ties(parser *p);

#endif
