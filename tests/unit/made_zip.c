#include "made_zip.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

static void put(hc_text *t, uint64_t v, int bytes)
{
    for (; bytes > 0; bytes--, v >>= 8)
        hc_text_putc(t, (char)(v & 0xff));
}

/* What the head of a member and its entry in the directory share. */
static void put_facts(hc_text *t, const made_member *m)
{
    uint32_t size = (uint32_t)m->bytes.len;
    put(t, 20, 2);         /* version that it needs */
    put(t, 0, 4);          /* flags, stored */
    put(t, 0x21 << 16, 4); /* 1980-01-01 */
    put(t, crc32(0, (const Bytef *)m->bytes.data, size), 4);
    put(t, size, 4);
    put(t, size, 4);
    put(t, strlen(m->name), 2);
    put(t, 0, 2);
}

void made_zip(hc_text *out, made_member *m, size_t n)
{
    size_t at[MADE_MEMBERS_MAX];
    for (size_t i = 0; i < n; i++) {
        at[i] = out->len;
        put(out, 0x04034b50, 4);
        put_facts(out, &m[i]);
        hc_text_puts(out, m[i].name);
        hc_text_add(out, m[i].bytes.data, m[i].bytes.len);
    }
    size_t start = out->len;
    for (size_t i = 0; i < n; i++) {
        put(out, 0x02014b50, 4);
        put(out, 20, 2);
        put_facts(out, &m[i]);
        put(out, 0, 10);
        put(out, at[i], 4);
        hc_text_puts(out, m[i].name);
        hc_text_clear(&m[i].bytes);
    }
    size_t end = out->len;
    put(out, 0x06054b50, 4);
    put(out, 0, 4);
    put(out, n, 2);
    put(out, n, 2);
    put(out, end - start, 4);
    put(out, start, 4);
    put(out, 0, 2);
}
