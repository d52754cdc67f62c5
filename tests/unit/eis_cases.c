#include "tests/unit/eis_cases.h"

#include "core/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5, LINE = 2048 };

static FILE *open_shared(const char *path)
{
    char full[1024];
    const char *shared = getenv("HALFCELL_SHARED");
    const char *src = getenv("HC_SRCDIR");
    if (shared != NULL)
        snprintf(full, sizeof full, "%s/data/eis/%s", shared, path);
    else
        snprintf(full, sizeof full, "%s/../shared/data/eis/%s",
                 src == NULL ? ".." : src, path);
    return fopen(full, "r");
}

static double number(const char *s)
{
    double x = NAN;
    if (s == NULL || !hc_number_parse(s, strlen(s), &x))
        return NAN;
    return x;
}

bool eis_spectrum_load(const char *path, bool capacitive, size_t *n,
                       double **freq_hz, double **re, double **im)
{
    char line[LINE], name[256];
    snprintf(name, sizeof name, "%s.csv", path);
    FILE *f = open_shared(name);
    if (f == NULL)
        return false;
    size_t cap = 0;
    *n = 0;
    *freq_hz = *re = *im = NULL;
    while (fgets(line, sizeof line, f) != NULL) {
        char *save = NULL;
        double v[3];
        char *s = strtok_r(line, ",\r\n", &save);
        for (int i = 0; i < 3; i++) {
            v[i] = number(s);
            s = strtok_r(NULL, ",\r\n", &save);
        }
        if (isnan(v[0]) || (capacitive && v[2] >= 0))
            continue;
        if (*n == cap) {
            cap = cap == 0 ? 128 : 2 * cap;
            *freq_hz = realloc(*freq_hz, cap * sizeof **freq_hz);
            *re = realloc(*re, cap * sizeof **re);
            *im = realloc(*im, cap * sizeof **im);
        }
        (*freq_hz)[*n] = v[0];
        (*re)[*n] = v[1];
        (*im)[(*n)++] = v[2];
    }
    fclose(f);
    return *n > 0;
}

static int split(char *line, char **column)
{
    int n = 0;
    for (char *s = line; s != NULL && n < COLUMNS;) {
        column[n++] = s;
        s = strpbrk(s, "\t\n");
        if (s != NULL)
            *s++ = '\0';
    }
    return n;
}

static bool load_spectrum(eis_case *e)
{
    static const char *folders[] = {"", "spectra/", "synthetic/"};
    char path[256];
    for (int i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s%s", folders[i], e->name);
        if (eis_spectrum_load(path, e->capacitive, &e->n, &e->freq_hz, &e->re,
                              &e->im))
            return true;
    }
    return false;
}

size_t eis_values_load(const char *name, const char *circuit,
                       eis_value **values)
{
    char line[LINE], *col[COLUMNS];
    size_t n = 0;
    FILE *f = open_shared("expected.tsv");
    *values = NULL;
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (split(line, col) < 5 || strcmp(col[0], name) != 0 ||
            strncmp(col[1], circuit, strlen(circuit)) != 0)
            continue;
        *values = realloc(*values, (n + 1) * sizeof **values);
        eis_value *v = &(*values)[n++];
        snprintf(v->key, sizeof v->key, "%s", col[2]);
        snprintf(v->tolerance, sizeof v->tolerance, "%s", col[4]);
        v->value = number(col[3]);
    }
    if (f != NULL)
        fclose(f);
    return n;
}

bool eis_cases_load(eis_cases *c)
{
    char line[LINE], *col[COLUMNS];
    FILE *f = open_shared("expected.tsv");
    *c = (eis_cases){NULL, 0};
    if (f == NULL)
        return false;
    while (fgets(line, sizeof line, f) != NULL) {
        if (split(line, col) < 5 || strncmp(col[2], "ssr_", 4) != 0)
            continue;
        c->items = realloc(c->items, (c->n + 1) * sizeof *c->items);
        eis_case *e = &c->items[c->n];
        *e = (eis_case){.capacitive = strstr(col[1], "Im<0") != NULL,
                        .modulus = strcmp(col[2], "ssr_modulus") == 0,
                        .batch = strncmp(col[0], "batch", 5) == 0};
        snprintf(e->name, sizeof e->name, "%s", col[0]);
        snprintf(e->circuit, sizeof e->circuit, "%.*s",
                 (int)strcspn(col[1], " "), col[1]);
        e->ssr = number(col[3]);
        e->tolerance = e->batch ? 1e-3 : 1e-4;
        e->n_values = eis_values_load(e->name, col[1], &e->values);
        if (load_spectrum(e))
            c->n++;
    }
    fclose(f);
    return c->n > 0;
}

void eis_cases_free(eis_cases *c)
{
    for (size_t i = 0; i < c->n; i++) {
        free(c->items[i].freq_hz);
        free(c->items[i].re);
        free(c->items[i].im);
        free(c->items[i].values);
    }
    free(c->items);
}
