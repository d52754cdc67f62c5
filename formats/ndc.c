#include "formats/ndc.h"

bool hc_ndc_head(const void *data, size_t len, int *holds, int *version)
{
    const unsigned char *d = data;
    if (len < 16)
        return false;
    *holds = d[0];
    *version = d[2];
    return true;
}

bool hc_ndc_open(hc_ndc *n, const void *data, size_t len, size_t item)
{
    int holds, version;
    if (!hc_ndc_head(data, len, &holds, &version))
        return false;
    bool old = version < 5;
    *n = (hc_ndc){.data = data,
                  .len = len,
                  .holds = holds,
                  .version = version,
                  .item = item,
                  .page = old ? 512 : 4096,
                  .start = old ? 5 : 132,
                  .bits = !old};
    if (item == 0 || item > n->page - n->start - 1)
        return false;
    n->per_page = (n->page - n->start - 1) / item;
    size_t pages = len / n->page;
    n->slots = pages > 0 ? (pages - 1) * n->per_page : 0;
    n->cut = len % n->page != 0 || pages == 0;
    return true;
}

const unsigned char *hc_ndc_row(const hc_ndc *n, size_t i)
{
    size_t in_page = i % n->per_page;
    const unsigned char *p = n->data + (i / n->per_page + 1) * n->page;
    if (n->bits && (p[4 + in_page / 8] >> in_page % 8 & 1) == 0)
        return NULL;
    return p + n->start + in_page * n->item;
}
