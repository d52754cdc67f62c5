#include "core/plain_row.h"

#include "core/number.h"
#include "core/scan.h"

#include <stdbool.h>
#include <stdlib.h>

/* One wanted column.  The last short text that stood in it is kept with its
 * value: counters and settings say the same in row after row. */
typedef struct {
    size_t place;        /* in the line */
    size_t skip;         /* columns before it, behind the last one wanted */
    size_t to;           /* in x */
    bool again;          /* the same column as the one before */
    char end;            /* what stands behind it */
    uint64_t text, mask; /* with the byte behind it */
    size_t len;          /* of the text */
    double value;
} wanted;

struct hc_plain_row {
    char delimiter;
    size_t rest; /* columns behind the last one wanted */
    size_t n;
    wanted at[]; /* in the order of the line */
};

static int by_place(const void *a, const void *b)
{
    const wanted *p = a, *q = b;
    return (p->place > q->place) - (p->place < q->place);
}

hc_plain_row *hc_plain_row_new(size_t width, char delimiter, const size_t *at,
                               const size_t *to, size_t n)
{
    hc_plain_row *c = calloc(1, sizeof *c + n * sizeof *c->at);
    size_t next = 0;

    if (c == NULL)
        return NULL;
    c->delimiter = delimiter;
    c->n = n;
    for (size_t k = 0; k < n; k++) {
        c->at[k].place = at[k];
        c->at[k].to = to[k];
    }
    qsort(c->at, n, sizeof *c->at, by_place);
    for (size_t k = 0; k < n; k++) {
        wanted *w = &c->at[k];
        w->again = w->place < next;
        w->skip = w->again ? 0 : w->place - next;
        next = w->place + 1;
        w->end = next == width ? '\n' : delimiter;
        /* "0" and what ends it, for a beginning */
        w->text = (uint64_t)'0' | (uint64_t)w->end << 8;
        w->mask = 0xffff;
        w->len = 1;
    }
    c->rest = width - next;
    return c;
}

void hc_plain_row_free(hc_plain_row *c)
{
    free(c);
}

/* 0x80 in the bytes that end a cell or a line, or make a cell quoted. */
static inline uint64_t marks(const hc_plain_row *c, uint64_t w)
{
    uint64_t m = hc_word_equal(w, hc_word_of((unsigned char)c->delimiter)) |
                 hc_word_equal(w, hc_word_of('\n'));
    return c->delimiter == ',' ? m | hc_word_equal(w, hc_word_of('"')) : m;
}

/* Behind n cells, of which the last ends with `end`; NULL when they do not
 * stand there so. */
static const char *step_over(const hc_plain_row *c, const char *s, size_t n,
                             char end)
{
    for (;; s += 8) {
        uint64_t m = marks(c, hc_word(s));
        for (; m != 0; m &= m - 1) {
            const char *p = s + (size_t)__builtin_ctzll(m) / 8;
            n--;
            if (*p != (n == 0 ? end : c->delimiter))
                return NULL;
            if (n == 0)
                return p + 1;
        }
    }
}

/* A number that is not the one kept; returns behind what ends it. */
static const char *take_number(wanted *w, const char *s, double *x)
{
    const char *p = hc_number_plain(s, x);

    if (p == NULL)
        return NULL;
    if (*p != w->end) /* a line may end like those of Windows */
        return *p == '\r' && w->end == '\n' && p[1] == '\n' ? p + 2 : NULL;
    w->len = (size_t)(p - s);
    if (w->len < 8) {
        w->mask = ~UINT64_C(0) >> 8 * (7 - w->len);
        w->text = hc_word(s) & w->mask;
        w->value = *x;
    } else {
        w->mask = 0; /* too long to be kept */
        w->text = 1;
    }
    return p + 1;
}

const char *hc_plain_row_take(hc_plain_row *c, const char *s, double *x)
{
    wanted *end = c->at + c->n;

    for (wanted *w = c->at; w < end; w++) {
        if (w->again) {
            x[w->to] = x[w[-1].to];
            continue;
        }
        if (w->skip > 0 &&
            (s = step_over(c, s, w->skip, c->delimiter)) == NULL)
            return NULL;
        if ((hc_word(s) & w->mask) == w->text) {
            x[w->to] = w->value;
            s += w->len + 1;
        } else if ((s = take_number(w, s, &x[w->to])) == NULL) {
            return NULL;
        }
    }
    return c->rest > 0 ? step_over(c, s, c->rest, '\n') : s;
}
