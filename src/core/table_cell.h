/* table_cell.h: a cell of a table as the reader of a file finds it */
#ifndef HC_CORE_TABLE_CELL_H
#define HC_CORE_TABLE_CELL_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    HC_CELL_NONE, /* no value: prints NaN */
    HC_CELL_TEXT, /* as read: keeps its digits; decimal mark is '.' */
    HC_CELL_F8,
    HC_CELL_F4, /* printed with the nine digits that tell it from others */
    HC_CELL_INT,
    HC_CELL_DEC, /* u.i times a power of ten: no digit lost or made up */
} hc_cell_type;

typedef struct {
    hc_cell_type type;
    uint32_t len; /* of text; of HC_CELL_DEC the exponent, as int32_t */
    union {
        const char *s; /* text, UTF-8, not NUL-terminated; borrowed */
        double f8;
        float f4;
        int64_t i;
    } u;
} hc_cell;

static inline hc_cell hc_cell_text(const char *s, size_t len)
{
    return (hc_cell){HC_CELL_TEXT, (uint32_t)len, {.s = s}};
}

static inline hc_cell hc_cell_f8(double x)
{
    return (hc_cell){HC_CELL_F8, 0, {.f8 = x}};
}

static inline hc_cell hc_cell_f4(float x)
{
    hc_cell c = {HC_CELL_F4, 0, {.i = 0}}; /* all bytes of u, see same_cell */
    c.u.f4 = x;
    return c;
}

static inline hc_cell hc_cell_int(int64_t i)
{
    return (hc_cell){HC_CELL_INT, 0, {.i = i}};
}

static inline hc_cell hc_cell_dec(int64_t i, int exponent)
{
    return (hc_cell){HC_CELL_DEC, (uint32_t)exponent, {.i = i}};
}

static inline hc_cell hc_cell_none(void)
{
    return (hc_cell){HC_CELL_NONE, 0, {.i = 0}};
}

/* Type and length (or exponent) of a cell in one number, 0 of an empty one. */
static inline uint64_t hc_cell_what(const hc_cell *c)
{
    return (uint64_t)c->type << 32 | (c->type == HC_CELL_NONE ? 0 : c->len);
}

#endif
