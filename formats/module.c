/* module.c: modules opened when a file needs them */
#include "formats/archive.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef HC_MODULE_DIR
#define HC_MODULE_DIR "/usr/local/lib/halfcell"
#endif

/* The folder of the running program; false when it cannot be told. */
static bool program_dir(char *buf, size_t cap)
{
    ssize_t n = readlink("/proc/self/exe", buf, cap - 1);
    if (n <= 0 || (size_t)n >= cap - 1)
        return false;
    buf[n] = '\0';
    char *slash = strrchr(buf, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

static void *open_in(const char *dir, const char *sub, const char *file)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s%s/%s", dir, sub, file);
    if (n <= 0 || (size_t)n >= sizeof path || access(path, R_OK) != 0)
        return NULL;
    return dlopen(path, RTLD_NOW | RTLD_LOCAL);
}

static void *open_module(const char *file)
{
    /* In the build tree programs stand in ., .libs or tests/unit. */
    static const char *const subs[] = {"/.libs", "", "/../.libs",
                                       "/../../.libs", "/../lib/halfcell"};
    const char *dir = getenv("HALFCELL_MODULES");
    void *m = dir != NULL ? open_in(dir, "", file) : NULL;
    char own[PATH_MAX];
    if (m == NULL && program_dir(own, sizeof own))
        for (size_t i = 0; m == NULL && i < sizeof subs / sizeof *subs; i++)
            m = open_in(own, subs[i], file);
    return m != NULL ? m : open_in(HC_MODULE_DIR, "", file);
}

hc_status hc_module_symbol(const char *file, const char *symbol,
                           const void **out, hc_err *err)
{
    void *m = open_module(file);
    if (m == NULL) {
        const char *why = dlerror();
        return hc_fail(err, HC_INTERNAL,
                       "module %s cannot be opened (%s); it belongs in %s "
                       "or the folder HALFCELL_MODULES names",
                       file, why != NULL ? why : "not found", HC_MODULE_DIR);
    }
    const void *p = dlsym(m, symbol);
    if (p == NULL)
        return hc_fail(err, HC_INTERNAL, "module %s has no %s", file, symbol);
    *out = p;
    return HC_OK;
}

/* Tests and fuzzers link the module instead of opening it. */
extern const hc_zip_ops hc_module_zip __attribute__((weak));

hc_status hc_zip_module(const hc_zip_ops **out, hc_err *err)
{
    const void *p = &hc_module_zip;
    if (&hc_module_zip == NULL) {
        hc_status st = hc_module_symbol("hc-zip.so", "hc_module_zip", &p, err);
        if (st != HC_OK)
            return st;
    }
    *out = p;
    return HC_OK;
}
