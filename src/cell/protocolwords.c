#include "cell/protocol_private.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <string.h>

double hc_protocol_c_rate(const hc_cell *c)
{
    double base = c->value[HC_P_C_RATE] / c->value[HC_P_AREA];
    if (!isnan(base))
        return base;
    double empty, full;
    hc_cell_window(c, &empty, &full);
    return hc_cell_capacity(c) * fabs(empty - full) / 3600;
}

hc_status hc_words_expected(hc_words *s, const char *what)
{
    const char *found = s->at < s->n ? s->words[s->at] : "the end of line";
    return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                      "%s expected, found '%s'", what, found);
}

hc_status hc_words_split(hc_words *s, const char *text, size_t len)
{
    s->n = s->at = 0;
    for (size_t i = 0; i < len;) {
        char c = text[i];
        if (hc_isspace(c) || c == ',') {
            i++;
            continue;
        }
        if (c == '#')
            break;
        size_t j = i;
        if (c == '[' || c == ']')
            j++;
        else
            while (j < len && !hc_isspace(text[j]) && !strchr(",[]#", text[j]))
                j++;
        if (s->n == HC_WORDS || j - i >= HC_WORD)
            return hc_fail_at(s->err, HC_DATA, s->name, s->line,
                              "the line is too long");
        memcpy(s->words[s->n], text + i, j - i);
        s->words[s->n++][j - i] = '\0';
        i = j;
    }
    return HC_OK;
}

bool hc_words_next_is(const hc_words *s, const char *word)
{
    return s->at < s->n && hc_strcasecmp(s->words[s->at], word) == 0;
}

bool hc_words_take(hc_words *s, const char *word)
{
    if (!hc_words_next_is(s, word))
        return false;
    s->at++;
    return true;
}

static bool unit_word(const char *w, double *factor, hc_dim *dim)
{
    static const struct {
        const char *word;
        double s;
    } times[] = {{"second", 1},   {"seconds", 1},  {"sec", 1},
                 {"minute", 60},  {"minutes", 60}, {"hour", 3600},
                 {"hours", 3600}, {"hr", 3600},    {"day", 86400},
                 {"days", 86400}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++)
        if (hc_strcasecmp(w, times[i].word) == 0) {
            *factor = times[i].s;
            *dim = HC_DIM_TIME;
            return true;
        }
    return hc_unit_parse(w, strlen(w), factor, dim);
}

/* "C/10", "2C", "C", "0.1 mA/cm2", "30min", "4.2 V", "50 % soc" */
hc_status hc_words_quantity(hc_words *s, hc_amount *a)
{
    *a = (hc_amount){0};
    if (s->at >= s->n)
        return hc_words_expected(s, "a quantity");
    const char *w = s->words[s->at];
    size_t len = strlen(w);
    if ((w[0] == 'C' || w[0] == 'c') && (len == 1 || w[1] == '/')) {
        double by = 1;
        if (len > 1 && (!hc_number_parse(w + 2, len - 2, &by) || !(by > 0)))
            return hc_words_expected(s, "a C-rate such as C/10");
        s->at++;
        *a = (hc_amount){.si = 1 / by, .c_rate = true};
        return HC_OK;
    }
    double x;
    size_t used = hc_number_prefix(w, len, &x);
    if (used == 0 || !isfinite(x))
        return hc_words_expected(s, "a number with its unit");
    s->at++;
    const char *unit = w + used;
    if (*unit == '\0') {
        if (s->at >= s->n)
            return hc_words_expected(s, "a unit");
        unit = s->words[s->at++];
    }
    if (strcmp(unit, "C") == 0) {
        *a = (hc_amount){.si = x, .c_rate = true};
        return HC_OK;
    }
    double factor;
    a->si = x;
    if (!unit_word(unit, &factor, &a->dim)) {
        s->at--;
        return hc_words_expected(s, "a unit");
    }
    a->si *= factor;
    a->soc = hc_dim_equal(a->dim, HC_DIM_NONE) && hc_words_take(s, "soc");
    return HC_OK;
}

bool hc_amount_is(const hc_amount *a, hc_dim d)
{
    return !a->c_rate && hc_dim_equal(a->dim, d);
}

/* A current of any kind into A/m2. */
bool hc_words_density(const hc_words *s, const hc_amount *a, double *i)
{
    if (a->c_rate)
        *i = a->si * hc_protocol_c_rate(s->cell);
    else if (hc_amount_is(a, HC_DIM_CURRENT))
        *i = a->si / s->cell->value[HC_P_AREA];
    else if (hc_amount_is(a, HC_DIM_CURRENT_DENSITY))
        *i = a->si;
    else
        return false;
    return isfinite(*i);
}
