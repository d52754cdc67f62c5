/* json.c: see json.h
 *
 * Where its string buffer cannot grow, jansson 2.14 drops the character and
 * reports success, and elsewhere calls a failed allocation a wrong token.  So
 * its allocator is asked: the one it gets here notes a failure, for the
 * thread that had it.
 */
#include "core/json.h"

#include <stdbool.h>
#include <stdlib.h>

static _Thread_local bool memory_ended;

static void *allocate(size_t size)
{
    void *block = malloc(size);
    if (block == NULL)
        memory_ended = true;
    return block;
}

hc_status hc_json_parse(const char *text, size_t len, size_t flags,
                        json_t **root, json_error_t *why, hc_err *err)
{
    json_malloc_t old_malloc;
    json_free_t old_free;
    json_t *value;
    json_get_alloc_funcs(&old_malloc, &old_free);
    json_set_alloc_funcs(allocate, old_free);
    memory_ended = false;
    value = json_loadb(text, len, flags, why);
    json_set_alloc_funcs(old_malloc, old_free);
    if (memory_ended) {
        json_decref(value);
        return hc_fail_nomem(err);
    }
    if (value == NULL)
        return HC_DATA;
    *root = value;
    return HC_OK;
}
