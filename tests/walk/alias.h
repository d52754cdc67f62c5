/* alias.h: facts that peers state under other names and in other units
 *
 * tests/expected/aliases.tsv: file (may end in *), the column as the fact
 * calls it, what it is here, how to compare (number, text, date, rows), scale
 * (number: ours times it is theirs; date: seconds to add), absolute tolerance
 * in the fact's unit, and why.  "What it is here" is a column of --raw;
 * "=NAME" a column of a plain read, "+NAME" one of --raw where the frequency
 * is above 0.
 */
#ifndef HC_TESTS_ALIAS_H
#define HC_TESTS_ALIAS_H

#include "core/frame.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct alias_list alias_list;

alias_list *alias_read(const char *path);
void alias_free(alias_list *l);

/* How a frame is got: raw, or by a plain read. */
typedef const hc_frame *(*alias_frame)(void *ctx, bool plain);

/* Does the fact hold under one of the aliases?  got[256] says what was found
 * ("" when no alias fits). */
bool alias_holds(alias_list *l, const char *file, const char *key,
                 const char *want, alias_frame frame, void *ctx, char *got);

/* Names an alias that no fact needed, NULL when there is none. */
const char *alias_unused(const alias_list *l);

#endif
