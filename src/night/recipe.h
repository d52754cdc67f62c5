/* recipe.h: what is done with the files, see hc-night(1)
 *
 * A recipe is an executable file whose first lines say what it wants:
 *
 *     #!/bin/sh
 *     #: technique eis
 *     #: tool hc-read hc-kk hc-fit
 *     #: after NAME
 */
#ifndef HC_NIGHT_RECIPE_H
#define HC_NIGHT_RECIPE_H

#include "core/messages.h"
#include "core/sha256.h"

typedef struct {
    char *path, *name;
    char sum[HC_SHA256_HEX]; /* of the recipe and of its tools */
    char *techniques;        /* words; "any" takes every file that is known */
    char *after;             /* names of recipes, words */
    int stage;               /* 0: needs no other */
} hc_recipe;

/* All recipes of a folder (or one file), by name; files that are not
 * executable are left out, one that says no technique is HC_USAGE.  `tools`
 * is the folder looked into before PATH for the tools they name. */
hc_status hc_recipes_open(hc_recipe **out, size_t *n, const char *path,
                          const char *tools, hc_err *err) HC_MUST_USE;
void hc_recipes_free(hc_recipe *r, size_t n);

/* Does the recipe want a file with these techniques?  *word is the one it is
 * for (borrowed from the recipe, "any" for all). */
bool hc_recipe_wants(const hc_recipe *r, const char *techniques);

/* A word in a text of words separated by blanks. */
bool hc_has_word(const char *words, const char *word, size_t len);

#endif
