/* ndax_aux.c: auxiliary channels of a Neware .ndax
 *
 * data_AUX_a_b_c.ndc, a being the RealChlID that TestInfo.xml explains.
 */
#include "core/number.h"
#include "formats/ndax.h"
#include "formats/neware.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

hc_cell hc_ndax_tenth_mv(float v)
{
    if (v > -1e9f && v < 1e9f && v == floorf(v))
        return hc_cell_dec((int64_t)v, -4);
    return hc_cell_f8((double)v * 1e-4);
}

/* The value of an attribute inside <...>; -1 when it has none. */
static long attribute(const char *element, const char *end, const char *name)
{
    size_t n = strlen(name);
    for (const char *p = element; p + n + 2 < end; p++)
        if (p[-1] == ' ' && memcmp(p, name, n) == 0 && p[n] == '=' &&
            p[n + 1] == '"') {
            const char *s = p + n + 2, *q = memchr(s, '"', (size_t)(end - s));
            long v;
            return q != NULL &&
                           hc_integer_parse(s, (size_t)(q - s), 0, 1 << 24, &v)
                       ? v
                       : -1;
        }
    return -1;
}

/* TestInfo.xml: <Aux1 AuxID="1" RealChlID="9" ChlType="103" .../> */
static void explain_aux(hc_ndax *s, const char *xml, size_t len)
{
    const char *end = xml + len;
    size_t order = 0;
    for (const char *p = xml; p + 8 < end; p++) {
        if (memcmp(p, "<Aux", 4) != 0 && memcmp(p, "<AUX", 4) != 0)
            continue;
        const char *close = memchr(p, '>', (size_t)(end - p));
        if (close == NULL)
            return;
        long real = attribute(p + 1, close, "RealChlID");
        size_t i = 0;
        while (i < s->n_aux && (real < 0 || s->aux[i].numbers[0] != real))
            i++;
        if (i == s->n_aux && real < 0)
            i = order;
        order++;
        if (i >= s->n_aux)
            continue;
        long id = attribute(p + 1, close, "AuxID");
        long type = attribute(p + 1, close, "ChlType");
        if (id >= 0)
            s->aux[i].id = (int)id;
        if (type > 0)
            s->aux[i].type = (int)type;
    }
}

/* Where the values stand in a row, by version and first byte. */
static bool aux_layout(hc_ndax_aux *a, size_t len)
{
    int holds, version;
    if (!hc_ndc_head(a->data, len, &holds, &version) || holds != HC_NDC_AUX)
        return false;
    size_t item = 4;
    if (version == 2 || version == 4) {
        item = 94;
        a->index_at = 8;
        a->volt_at = 31;
        a->temp_at = 41;
    } else if (version == 5) {
        item = 87;
        a->index_at = 1;
        a->volt_at = 24;
        a->temp_at = 34;
    } else if (version == 9 || version == 11 || version == 13 ||
               version == 16) {
        bool long_row =
            len > 4096 + 132 && (unsigned char)a->data[4096 + 132] == 0x74;
        item = long_row ? 88 : 7;
        a->index_at = long_row ? 1 : 0;
        a->volt_at = long_row ? 0 : 1;
        a->temp_at = long_row ? 35 : 5;
        a->volt_f4 = !long_row;
        a->by_slot = !long_row;
    } else if (version == 8 || version == 12 || version == 14 ||
               version == 17) {
        a->f4 = a->by_slot = true;
    } else {
        return false;
    }
    return hc_ndc_open(&a->ndc, a->data, len, item);
}

static int by_numbers(const void *x, const void *y)
{
    const hc_ndax_aux *a = x, *b = y;
    for (int i = 0; i < 3; i++)
        if (a->numbers[i] != b->numbers[i])
            return a->numbers[i] < b->numbers[i] ? -1 : 1;
    return 0;
}

hc_status hc_ndax_aux_open(hc_ndax *s, hc_err *err)
{
    for (size_t i = 0; i < s->zip->count(s->archive); i++) {
        const char *name = s->zip->member(s->archive, i);
        const char *slash = strrchr(name, '/'); /* in a folder */
        int n[3] = {0, 0, 0};
        if (sscanf(slash == NULL ? name : slash + 1,
                   "data_AUX_%6d_%6d_%6d.ndc", &n[0], &n[1], &n[2]) < 1)
            continue;
        if (s->n_aux == HC_NDAX_AUX_MAX) {
            s->aux_left_out++;
            continue;
        }
        hc_ndax_aux *a = &s->aux[s->n_aux];
        size_t len;
        HC_TRY(s->zip->read(s->archive, i, HC_NDAX_MEMBER_MAX, &a->data, &len,
                            err));
        memcpy(a->numbers, n, sizeof n);
        if (aux_layout(a, len)) {
            s->n_aux++;
        } else {
            s->aux_left_out++;
            free(a->data);
            *a = (hc_ndax_aux){0};
        }
    }
    qsort(s->aux, s->n_aux, sizeof *s->aux, by_numbers);
    for (size_t i = 0; i < s->n_aux; i++)
        s->aux[i].id = (int)i + 1;
    long info = s->zip->find(s->archive, "TestInfo.xml");
    if (s->n_aux > 0 && info >= 0) {
        char *xml;
        size_t len;
        HC_TRY(
            s->zip->read(s->archive, (size_t)info, 1 << 24, &xml, &len, err));
        explain_aux(s, xml, len);
        free(xml);
    }
    return HC_OK;
}

/* The row of an index, NULL when there is none; indexes rise. */
static const unsigned char *aux_row(hc_ndax_aux *a, uint32_t index)
{
    if (a->by_slot)
        return index >= 1 && index <= a->ndc.slots
                   ? hc_ndc_row(&a->ndc, index - 1)
                   : NULL;
    for (; a->at < a->ndc.slots; a->at++) {
        const unsigned char *r = hc_ndc_row(&a->ndc, a->at);
        uint32_t here = r != NULL ? hc_le32(r + a->index_at) : 0;
        if (here == index)
            return r;
        if (here > index)
            return NULL;
    }
    return NULL;
}

void hc_ndax_aux_set(hc_ndax *s, uint32_t index)
{
    for (size_t i = 0; i < s->n_aux; i++) {
        hc_ndax_aux *a = &s->aux[i];
        const unsigned char *r = aux_row(a, index);
        if (r == NULL)
            continue;
        if (a->f4 && a->temp_slot >= 0)
            s->cells[a->temp_slot] = hc_cell_f4(hc_le_f4(r));
        else if (a->temp_slot >= 0)
            s->cells[a->temp_slot] =
                hc_cell_dec((int16_t)hc_le16(r + a->temp_at), -1);
        if (a->volt_slot >= 0)
            s->cells[a->volt_slot] =
                a->volt_f4 ? hc_ndax_tenth_mv(hc_le_f4(r + a->volt_at))
                           : hc_cell_dec((int32_t)hc_le32(r + a->volt_at), -4);
    }
}

void hc_ndax_column(hc_ndax *s, const char *name, const char *unit)
{
    s->columns[s->n_columns++] = (hc_column){name, unit};
}

void hc_ndax_aux_columns(hc_ndax *s, hc_ndax_aux *a)
{
    const char *what = "T%d";
    const char *unit = "degC";
    if (a->f4 && a->type == 335) {
        what = "T%d_set";
    } else if (a->f4 && a->type == 345) {
        what = "Humidity%d";
        unit = "%";
    } else if (a->f4 && a->type != 103) {
        what = "Aux%d";
        unit = NULL;
    }
    a->volt_slot = -1;
    snprintf(a->temp_name, sizeof a->temp_name, what, a->id);
    if (a->volt_at > 0) {
        snprintf(a->volt_name, sizeof a->volt_name, "Aux%d_Voltage(V)", a->id);
        a->volt_slot = (int)s->n_columns;
        hc_ndax_column(s, a->volt_name, NULL);
    }
    a->temp_slot = (int)s->n_columns;
    hc_ndax_column(s, a->temp_name, unit);
}
