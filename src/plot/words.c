#include "plot/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

enum { MOST = 256 };

/* Where each letter begins: an escaped mark and the bytes of one UTF-8 letter
 * stay together. */
static size_t letters(const char *text, size_t *start)
{
    size_t n = 0;
    for (size_t i = 0; text[i] && n + 1 < MOST; n++) {
        start[n] = i;
        if (text[i] == '\\' && text[i + 1])
            i++;
        i++;
        while (((unsigned char)text[i] & 0xC0) == 0x80)
            i++;
        start[n + 1] = i;
    }
    return n;
}

static bool has_group(const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\\' && p[1])
            p++;
        else if (*p == '{')
            return true;
    }
    return false;
}

void hc_words_fit(hc_canvas *c, double size_pt, double room_pt,
                  const char *text, char *buf, size_t cap)
{
    size_t start[MOST + 1] = {0};
    snprintf(buf, cap, "%s", text);
    if (has_group(text) || hc_canvas_text_width(c, size_pt, text) <= room_pt)
        return;
    size_t n = letters(text, start);
    for (size_t keep = n; keep-- > 0;) {
        size_t head = (keep + 1) / 2, tail = keep - head;
        snprintf(buf, cap, "%.*s" ELLIPSIS "%s", (int)start[head], text,
                 text + start[n - tail]);
        if (hc_canvas_text_width(c, size_pt, buf) <= room_pt)
            return;
    }
}
