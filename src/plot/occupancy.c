#include "plot/occupancy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INK = 1, WORDS = 2 };

struct hc_occupancy {
    hc_box area;
    double cell;
    int nx, ny;
    unsigned char *taken; /* [ny * nx] 0, INK or WORDS */
};

hc_status hc_occupancy_new(hc_occupancy **out, hc_box area, double cell,
                           hc_err *err)
{
    hc_occupancy *o = calloc(1, sizeof *o);
    if (!o)
        return hc_fail_nomem(err);
    o->area = area;
    o->cell = cell;
    o->nx = (int)ceil((area.x1 - area.x0) / cell) + 1;
    o->ny = (int)ceil((area.y1 - area.y0) / cell) + 1;
    o->taken = calloc((size_t)o->nx * (size_t)o->ny, 1);
    if (!o->taken) {
        free(o);
        return hc_fail_nomem(err);
    }
    *out = o;
    return HC_OK;
}

void hc_occupancy_free(hc_occupancy *o)
{
    if (o)
        free(o->taken);
    free(o);
}

static void mark(hc_occupancy *o, double x, double y)
{
    double i = floor((x - o->area.x0) / o->cell);
    double k = floor((y - o->area.y0) / o->cell);
    if (i >= 0 && k >= 0 && i < o->nx && k < o->ny)
        o->taken[(size_t)k * (size_t)o->nx + (size_t)i] |= INK;
}

void hc_occupancy_segment(hc_occupancy *o, double x0, double y0, double x1,
                          double y1)
{
    double far = 1e4; /* a page is smaller: what lies beyond is cut */
    if (!(fabs(x0) < far && fabs(y0) < far && fabs(x1) < far &&
          fabs(y1) < far))
        return;
    int n = (int)(hypot(x1 - x0, y1 - y0) / (0.5 * o->cell)) + 1;
    for (int i = 0; i <= n; i++) {
        double t = (double)i / n;
        mark(o, x0 + t * (x1 - x0), y0 + t * (y1 - y0));
    }
}

/* Cells from floor of the low edge to floor of the high one. */
static void cells_of(const hc_occupancy *o, hc_box b, int lo[2], int hi[2])
{
    lo[0] = (int)floor((b.x0 - o->area.x0) / o->cell);
    lo[1] = (int)floor((b.y0 - o->area.y0) / o->cell);
    hi[0] = (int)floor((b.x1 - o->area.x0) / o->cell);
    hi[1] = (int)floor((b.y1 - o->area.y0) / o->cell);
}

static void mark_box(hc_occupancy *o, hc_box b, unsigned char what)
{
    int lo[2], hi[2];
    cells_of(o, b, lo, hi);
    for (int k = lo[1] < 0 ? 0 : lo[1]; k <= hi[1] && k < o->ny; k++)
        for (int i = lo[0] < 0 ? 0 : lo[0]; i <= hi[0] && i < o->nx; i++)
            o->taken[(size_t)k * (size_t)o->nx + (size_t)i] |= what;
}

void hc_occupancy_box(hc_occupancy *o, hc_box b)
{
    mark_box(o, b, INK);
}

void hc_occupancy_words(hc_occupancy *o, hc_box b)
{
    mark_box(o, b, WORDS);
}

/* Is the way from (x, y) to the box free of words? */
static bool way_is_free(const hc_occupancy *o, double x, double y, hc_box b)
{
    double tx = fmax(b.x0, fmin(x, b.x1)), ty = fmax(b.y0, fmin(y, b.y1));
    int n = (int)(hypot(tx - x, ty - y) / (0.5 * o->cell)) + 1;
    for (int i = 0; i <= n; i++) {
        double t = (double)i / n;
        double a = floor((x + t * (tx - x) - o->area.x0) / o->cell);
        double c = floor((y + t * (ty - y) - o->area.y0) / o->cell);
        if (a >= 0 && c >= 0 && a < o->nx && c < o->ny &&
            o->taken[(size_t)c * (size_t)o->nx + (size_t)a] & WORDS)
            return false;
    }
    return true;
}

size_t hc_occupancy_count(const hc_occupancy *o, hc_box b)
{
    int lo[2], hi[2];
    size_t n = 0;
    cells_of(o, b, lo, hi);
    bool outside = b.x0 < o->area.x0 || b.y0 < o->area.y0 ||
                   b.x1 > o->area.x1 || b.y1 > o->area.y1;
    for (int k = lo[1] < 0 ? 0 : lo[1]; k <= hi[1] && k < o->ny; k++)
        for (int i = lo[0] < 0 ? 0 : lo[0]; i <= hi[0] && i < o->nx; i++)
            n += o->taken[(size_t)k * (size_t)o->nx + (size_t)i] != 0;
    return outside ? n + 1000000 : n;
}

bool hc_occupancy_near(const hc_occupancy *o, double x, double y, double w,
                       double h, double clear, double reach, hc_box *out)
{
    /* above, right above, right ... : the order in which eyes look */
    enum { DIRECTIONS = 16 };
    static const int order[DIRECTIONS] = {4, 3,  5,  2,  6,  1,  7,  0,
                                          8, 12, 13, 11, 14, 10, 15, 9};
    for (double r = clear; r <= reach; r += 0.5 * h)
        for (int i = 0; i < DIRECTIONS; i++) {
            double a = order[i] * 6.283185307179586 / DIRECTIONS;
            double cx = cos(a), cy = sin(a);
            /* the box's nearest point to (x, y) lies r away */
            double mx = x + cx * r + 0.5 * w * cx;
            double my = y + cy * r + 0.5 * h * cy;
            hc_box b = {mx - 0.5 * w, my - 0.5 * h, mx + 0.5 * w,
                        my + 0.5 * h};
            if (hc_occupancy_count(o, b) == 0 && way_is_free(o, x, y, b)) {
                *out = b;
                return true;
            }
        }
    return false;
}

size_t hc_occupancy_corner(const hc_occupancy *o, double w, double h,
                           double margin, hc_box *out)
{
    static const double at[][2] = {{1, 1},   {0, 1},   {1, 0},   {0, 0},
                                   {0.5, 1}, {0.5, 0}, {1, 0.5}, {0, 0.5}};
    hc_box a = o->area;
    size_t best = (size_t)-1;
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        double x = a.x0 + margin + at[i][0] * (a.x1 - a.x0 - w - 2 * margin);
        double y = a.y0 + margin + at[i][1] * (a.y1 - a.y0 - h - 2 * margin);
        hc_box b = {x, y, x + w, y + h};
        size_t n = hc_occupancy_count(o, b);
        if (n < best) {
            best = n;
            *out = b;
        }
    }
    return best;
}
