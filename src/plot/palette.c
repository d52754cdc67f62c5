#include "plot/palette.h"

#include <math.h>
#include <string.h>

hc_rgba hc_palette(size_t i)
{
    static const hc_rgba list[] = {
        {0, 114, 178, 1},   {213, 94, 0, 1},  {0, 158, 115, 1},
        {204, 121, 167, 1}, {230, 159, 0, 1}, {86, 180, 233, 1},
        {100, 60, 160, 1},  {90, 90, 90, 1},
    };
    return list[i % (sizeof list / sizeof *list)];
}

hc_rgba hc_colour_map(double t)
{
    /* every eighth of the map; its last part, too light on white, is cut */
    static const hc_rgba at[] = {
        {68, 1, 84, 1},    {71, 44, 122, 1},  {59, 81, 139, 1},
        {44, 113, 142, 1}, {33, 144, 141, 1}, {39, 173, 129, 1},
        {92, 200, 99, 1},  {170, 220, 50, 1}, {226, 208, 20, 1},
    };
    enum { LAST = sizeof at / sizeof *at - 1 };
    if (!(t > 0))
        t = 0;
    if (t > 1)
        t = 1;
    int i = (int)(t * LAST);
    if (i >= LAST)
        i = LAST - 1;
    double f = t * LAST - i;
    const hc_rgba *p = &at[i], *q = &at[i + 1];
    return (hc_rgba){(unsigned char)lround(p->r + f * (q->r - p->r)),
                     (unsigned char)lround(p->g + f * (q->g - p->g)),
                     (unsigned char)lround(p->b + f * (q->b - p->b)), 1};
}

hc_rgba hc_rgba_fade(hc_rgba c, double a)
{
    c.a *= a;
    return c;
}

const hc_theme *hc_theme_find(const char *name)
{
    static const hc_theme themes[] = {
        {"journal", 252, 504, 7, 6, 0.5, 0.9, 1.5, 2.8, 2.2},
        {"slide", 640, 960, 18, 15, 1.2, 2.4, 3.8, 7, 5.5},
        {"report", 400, 482, 9.5, 8.2, 0.7, 1.3, 2.0, 3.8, 3},
    };
    for (size_t i = 0; i < sizeof themes / sizeof *themes; i++)
        if (strcmp(themes[i].name, name) == 0)
            return &themes[i];
    return NULL;
}
