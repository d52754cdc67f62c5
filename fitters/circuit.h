/* circuit.h: an equivalent circuit as a tree, its text and its parameters
 *
 * Two ways to write the same circuit (halfcell-circuit.7):
 *
 *     R0-p(R1,CPE1)-Wo1          series with '-', parallel p(a,b)
 *     R(RQ)([RW]C)               Boukamp: ( ) parallel, [ ] series
 *
 * An element may say more in braces: R1{10}, CPE1{Q=1e-5, n=0.8F, :bulk},
 * R1{10/1/100} (value, low, high), C2{=C1} (tied), Wo1{n} (exponent freed).
 */
#ifndef HC_FITTERS_CIRCUIT_H
#define HC_FITTERS_CIRCUIT_H

#include "core/status.h"
#include "core/text.h"
#include "fitters/elements.h"

#include <stdbool.h>

enum {
    HC_CIRCUIT_ELEMENTS = 48,
    HC_CIRCUIT_PARS = 64,
    HC_CIRCUIT_NODES = 128,
    HC_CIRCUIT_NAME = 32,
    HC_CIRCUIT_ROLE = 40,
    HC_CIRCUIT_DEPTH = 24
};

typedef enum {
    HC_NODE_ELEMENT,
    HC_NODE_SERIES,
    HC_NODE_PARALLEL,
    HC_NODE_LINE
} hc_node_kind;

/* Nodes stand in post-order: children before their parent, the root last,
 * and every sub-tree is a contiguous run of nodes, elements, parameters. */
typedef struct {
    hc_node_kind kind;
    int element;                   /* of HC_NODE_ELEMENT */
    const hc_line *line;           /* of HC_NODE_LINE */
    int first_child, next_sibling; /* -1: none */
    int parent;                    /* -1: root */
    int first_node;       /* of the sub-tree, which ends at the node itself */
    int par_first, par_n; /* of the sub-tree */
} hc_node;

typedef struct {
    const hc_element *type;
    int number;
    int par_first;
    char name[HC_CIRCUIT_NAME]; /* "CPE1" */
    char role[HC_CIRCUIT_ROLE]; /* "" when not said */
} hc_circuit_element;

typedef struct {
    const hc_par_spec *spec;
    int element;
    char name[HC_CIRCUIT_NAME]; /* "CPE1_Q" */
    double value;               /* start or held value; NaN when not said */
    double lo, hi;              /* NaN when not said */
    bool fixed;
    bool optional;  /* preset and not named: neither fitted nor reported */
    bool keep_log;  /* its own logarithm is the unknown, not an arc's tau */
    bool negative;  /* may be below zero (resistances, on request) */
    int tied_to;    /* -1 none */
    double tied_by; /* value = tied_by * value of tied_to */
} hc_par;

typedef struct {
    int n_nodes, n_elements, n_pars;
    hc_node nodes[HC_CIRCUIT_NODES];
    hc_circuit_element elements[HC_CIRCUIT_ELEMENTS];
    hc_par pars[HC_CIRCUIT_PARS];
} hc_circuit;

/* Parse either syntax.  HC_USAGE with a sentence that names the position
 * and what was expected. */
hc_status hc_circuit_parse(hc_circuit *c, const char *text,
                           hc_err *err) HC_MUST_USE;

/* The one canonical text, dash syntax, braces only where something is said.
 * Parsing it again gives the same circuit. */
void hc_circuit_print(const hc_circuit *c, hc_text *out);

/* Index of a parameter by name: "R1", "CPE1_Q", also "CPE1.Q", "n1" for the
 * exponent and "Q1" for the prefactor of the CPE of that number.  -1: none */
int hc_circuit_par(const hc_circuit *c, const char *name);

/* What --set, --fix, --bound, --tie, --role, --negative say:
 * "R1=10", "R1" or "R1=10", "n1=0.5:1", "C2=C1" or "C2=2*C1", "R1=bulk",
 * "R4" ("all" for every resistance). */
hc_status hc_circuit_set(hc_circuit *c, const char *text,
                         hc_err *err) HC_MUST_USE;
hc_status hc_circuit_fix(hc_circuit *c, const char *text,
                         hc_err *err) HC_MUST_USE;
hc_status hc_circuit_bound(hc_circuit *c, const char *text,
                           hc_err *err) HC_MUST_USE;
hc_status hc_circuit_tie(hc_circuit *c, const char *text,
                         hc_err *err) HC_MUST_USE;
hc_status hc_circuit_role(hc_circuit *c, const char *text,
                          hc_err *err) HC_MUST_USE;
hc_status hc_circuit_negative(hc_circuit *c, const char *text,
                              hc_err *err) HC_MUST_USE;

/* One of those for every item of a list parted by commas, "R1=10,C2=1e-6". */
typedef hc_status (*hc_circuit_say)(hc_circuit *c, const char *text,
                                    hc_err *err);
hc_status hc_circuit_each(hc_circuit *c, const char *list, hc_circuit_say say,
                          hc_err *err) HC_MUST_USE;

/* Can these n bytes be a role?  It must stand in a circuit's text and in a
 * table: no control characters, none of , : { }, at most HC_CIRCUIT_ROLE - 1
 * bytes. */
bool hc_circuit_is_role(const char *s, size_t n);

/* Check that values, bounds and ties fit together (after all of the above).
 */
hc_status hc_circuit_check(const hc_circuit *c, hc_err *err) HC_MUST_USE;

/* Role of an element: its own, or that of the resistance or finite element
 * in the same p(...), or "". */
const char *hc_circuit_role_of(const hc_circuit *c, int element);

/* Values of all parameters, following ties; NaN where none was said. */
void hc_circuit_values(const hc_circuit *c, double *p);

#endif
