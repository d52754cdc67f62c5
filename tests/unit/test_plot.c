/* ticks.c, occupancy.c, layout.c, palette.c, input.c, canvas.c */
#include "unit.h"

#include "plot/canvas.h"
#include "plot/input.h"
#include "plot/layout.h"
#include "plot/occupancy.h"
#include "plot/palette.h"
#include "plot/thin_svg.h"
#include "plot/ticks.h"

/* Labels of the major ticks, joined by blanks. */
static const char *labels(const hc_ticks *t)
{
    static char buf[2048];
    buf[0] = '\0';
    for (size_t i = 0; i < t->n; i++)
        if (t->tick[i].label[0]) {
            if (buf[0])
                strcat(buf, " ");
            strcat(buf, t->tick[i].label);
        }
    return buf;
}

static void linear_ticks_read_well(void **state)
{
    (void)state;
    hc_ticks t;
    hc_ticks_linear(0, 10, 5, &t);
    assert_string_equal(labels(&t), "0 2 4 6 8 10");
    hc_ticks_linear(-1, 1, 4, &t);
    assert_string_equal(labels(&t), "\xE2\x88\x92"
                                    "1.0 \xE2\x88\x92"
                                    "0.5 0.0 0.5 1.0");
    hc_ticks_linear(2.97, 4.23, 6, &t);
    assert_string_equal(labels(&t), "3.0 3.2 3.4 3.6 3.8 4.0 4.2");
    hc_ticks_linear(0, 1000, 4, &t);
    assert_string_equal(labels(&t), "0 200 400 600 800 1000");
    hc_ticks_linear(0.30, 0.3004, 3, &t);
    assert_string_equal(labels(&t), "0.3000 0.3002 0.3004");
}

static void logarithmic_ticks_are_decades(void **state)
{
    (void)state;
    hc_ticks t;
    hc_ticks_log(1e-2, 1e6, 8, &t);
    assert_string_equal(labels(&t),
                        "10^{\xE2\x88\x92"
                        "2} 10^{\xE2\x88\x92"
                        "1} 1 10^{1} 10^{2} 10^{3} 10^{4} 10^{5} 10^{6}");
    hc_ticks_log(1e-2, 1e6, 4, &t);
    assert_string_equal(labels(&t), "10^{\xE2\x88\x92"
                                    "2} 1 10^{2} 10^{4} 10^{6}");
    hc_ticks_log(15, 60, 4, &t);
    assert_string_equal(labels(&t), "20 30 40 50 60");
    /* one value: a part of a decade reads like a linear axis */
    hc_ticks_log(8.7, 17.4, 4, &t);
    assert_string_equal(labels(&t), "10 12 14 16");
}

static void ticks_of_any_range_stay_few(void **state)
{
    (void)state;
    static const double ranges[][2] = {{1e-300, 1e300}, {1, 1 + 1e-9},
                                       {-1e30, 1e30},   {1e-12, 2e-12},
                                       {0, 1e-300},     {1e15, 1e15 + 8}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        hc_ticks t;
        double lo = ranges[i][0], hi = ranges[i][1];
        hc_ticks_linear(lo, hi, 5, &t);
        assert_true(t.n <= HC_TICKS_MAX);
        if (lo > 0) {
            hc_ticks_log(lo, hi, 5, &t);
            assert_true(t.n <= HC_TICKS_MAX);
        }
    }
}

static void words_find_a_free_place(void **state)
{
    (void)state;
    hc_err e;
    hc_occupancy *o;
    hc_box area = {0, 0, 100, 60}, at;
    assert_ok(hc_occupancy_new(&o, area, 0.5, &e), e);
    /* a line right through, five words near one point */
    hc_occupancy_segment(o, 0, 0, 100, 60);
    for (int i = 0; i < 5; i++) {
        assert_true(hc_occupancy_near(o, 50, 30, 14, 5, 2, 60, &at));
        assert_int_equal(hc_occupancy_count(o, at), 0);
        assert_true(at.x0 >= 0 && at.x1 <= 100 && at.y0 >= 0 && at.y1 <= 60);
        hc_occupancy_words(o, at);
        assert_true(hc_occupancy_count(o, at) > 0);
    }
    hc_occupancy_box(o, area);
    assert_false(hc_occupancy_near(o, 50, 30, 14, 5, 2, 60, &at));
    hc_occupancy_free(o);
    assert_ok(hc_occupancy_new(&o, area, 0.5, &e), e);
    hc_occupancy_box(o, (hc_box){40, 25, 100, 60});
    assert_int_equal(hc_occupancy_corner(o, 30, 20, 2, &at), 0);
    assert_true(at.x1 <= 40 || at.y1 <= 25);
    hc_occupancy_free(o);
}

/* A length is the same along both axes of an equal panel. */
static void equal_scales_are_equal(void **state)
{
    (void)state;
    hc_err e;
    hc_figure f = {0};
    hc_panel *p;
    hc_curve *c;
    hc_canvas *page;
    hc_layout l = {.theme = hc_theme_find("journal"), .width = 252};
    assert_ok(hc_figure_panel(&f, &p, &e), e);
    p->equal = true;
    hc_axis_title(&p->x, "x", "");
    hc_axis_title(&p->y, "y", "");
    assert_ok(hc_panel_curve(p, 3, HC_LOOK_LINE, &c, &e), e);
    for (size_t i = 0; i < 3; i++) {
        c->x[i] = 100.0 * (double)i;
        c->y[i] = 7.0 * (double)i;
    }
    assert_ok(hc_layout_ranges(&l, &f, &e), e);
    l.height = hc_layout_height(&l, &f);
    assert_ok(hc_canvas_new(&page, l.width, l.height, HC_PICTURE_SVG, 72, &e),
              e);
    hc_layout_boxes(&l, &f, page);
    const hc_pane *q = &l.pane[0];
    assert_near(hc_pane_x(q, 10) - hc_pane_x(q, 0),
                hc_pane_y(q, 10) - hc_pane_y(q, 0), 1e-12);
    for (size_t i = 0; i < 3; i++) {
        double x = hc_pane_x(q, c->x[i]), y = hc_pane_y(q, c->y[i]);
        assert_true(x > q->box.x0 && x < q->box.x1);
        assert_true(y > q->box.y0 && y < q->box.y1);
    }
    /* the canvas measures what it draws: marks take no room of their own */
    assert_near(hc_canvas_text_width(page, 7, "10^{4}"),
                hc_canvas_text_width(page, 7, "10") +
                    0.72 * hc_canvas_text_width(page, 7, "4"),
                1e-3);
    hc_canvas_free(page);
    hc_layout_clear(&l);
    hc_figure_clear(&f);
}

/* A blocking or inductive spectrum stands upright, off the frame. */
static void an_upright_curve_keeps_off_the_frame(void **state)
{
    (void)state;
    hc_err e;
    hc_figure f = {0};
    hc_panel *p;
    hc_curve *c;
    hc_canvas *page;
    hc_layout l = {.theme = hc_theme_find("journal"), .width = 252};
    assert_ok(hc_figure_panel(&f, &p, &e), e);
    p->equal = true;
    assert_ok(hc_panel_curve(p, 3, HC_LOOK_POINTS, &c, &e), e);
    for (size_t i = 0; i < 3; i++) {
        c->x[i] = 10 + 1e-3 * (double)i;
        c->y[i] = -40.0 * (double)i;
    }
    assert_ok(hc_layout_ranges(&l, &f, &e), e);
    l.height = hc_layout_height(&l, &f);
    assert_ok(hc_canvas_new(&page, l.width, l.height, HC_PICTURE_SVG, 72, &e),
              e);
    hc_layout_boxes(&l, &f, page);
    const hc_pane *q = &l.pane[0];
    for (size_t i = 0; i < 3; i++)
        assert_true(hc_pane_x(q, c->x[i]) > q->box.x0 + l.theme->marker);
    hc_canvas_free(page);
    hc_layout_clear(&l);
    hc_figure_clear(&f);
}

static void any_text_can_be_drawn(void **state)
{
    (void)state;
    char buf[64];
    hc_canvas_escape("a_{b}^~\\", buf, sizeof buf);
    assert_string_equal(buf, "a\\_\\{b\\}\\^\\~\\\\");
    hc_canvas_escape("\xFF\xC0\x80\xE2\x82\xAC\n", buf, sizeof buf);
    assert_string_equal(buf, "???\xE2\x82\xAC ");
    char small[10];
    hc_canvas_escape("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC", small,
                     sizeof small);
    assert_int_equal(strlen(small) % 3, 0);
}

static void units_of_the_lab(void **state)
{
    (void)state;
    hc_lab_unit u = hc_lab_resistance(0.0123, false);
    assert_string_equal(u.unit, "m\xCE\xA9");
    assert_near(0.0123 * u.factor, 12.3, 1e-12);
    u = hc_lab_resistance(0.05, true); /* ohm m2 */
    assert_near(0.05 * u.factor, 500, 1e-12);
    u = hc_lab_current(10, true); /* A/m2 */
    assert_string_equal(u.unit, "mA/cm\xC2\xB2");
    assert_near(10 * u.factor, 1, 1e-12);
    u = hc_lab_time(7201);
    assert_string_equal(u.unit, "h");
    u = hc_lab_charge(0.0017, false);
    assert_string_equal(u.unit, "mAh");
    assert_near(0.0017 * u.factor, 1.7, 1e-12);
}

/* ---- colours ---- */

static double linear(unsigned char v)
{
    double s = v / 255.0;
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double cube(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16 / 116.0;
}

/* CIE L*a*b* of a colour as seen with the rows of m applied to linear RGB. */
static void seen(hc_rgba c, const double m[9], double lab[3])
{
    double v[3] = {linear(c.r), linear(c.g), linear(c.b)}, w[3];
    for (int i = 0; i < 3; i++)
        w[i] = fmax(0, m[3 * i] * v[0] + m[3 * i + 1] * v[1] +
                           m[3 * i + 2] * v[2]);
    double x = (0.4124 * w[0] + 0.3576 * w[1] + 0.1805 * w[2]) / 0.9505;
    double y = 0.2126 * w[0] + 0.7152 * w[1] + 0.0722 * w[2];
    double z = (0.0193 * w[0] + 0.1192 * w[1] + 0.9505 * w[2]) / 1.089;
    lab[0] = 116 * cube(y) - 16;
    lab[1] = 500 * (cube(x) - cube(y));
    lab[2] = 200 * (cube(y) - cube(z));
}

/* Matrices for full protanopia and deuteranopia: Machado, Oliveira,
 * Fernandes 2009, 10.1109/TVCG.2009.113.  A difference of 10 in CIELAB is
 * seen at a glance. */
static void the_first_six_colours_differ_for_all_eyes(void **state)
{
    (void)state;
    static const double eyes[][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216,
         -0.003882, -0.048116, 1.051998},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413,
         -0.011820, 0.042940, 0.968881}};
    for (size_t eye = 0; eye < 3; eye++)
        for (size_t i = 0; i < 6; i++)
            for (size_t k = 0; k < i; k++) {
                double a[3], b[3], d = 0;
                seen(hc_palette(i), eyes[eye], a);
                seen(hc_palette(k), eyes[eye], b);
                for (int j = 0; j < 3; j++)
                    d += (a[j] - b[j]) * (a[j] - b[j]);
                if (sqrt(d) < 10)
                    print_error("eye %zu: colours %zu and %zu differ by %g\n",
                                eye, k, i, sqrt(d));
                assert_true(sqrt(d) >= 10);
            }
}

/* The thinned text of `svg` is `want`. */
static void thins_to(const char *svg, const char *want)
{
    hc_text out = {0};
    hc_svg_thin(svg, strlen(svg), &out);
    assert_string_equal(hc_text_get(&out), want);
    hc_text_clear(&out);
}

static void an_svg_keeps_its_picture_in_fewer_bytes(void **state)
{
    (void)state;
    /* relative, to a tenth, the mirror in y done; a last M draws nothing */
    thins_to("<a><path style=\" stroke:none;fill-rule:nonzero;"
             "fill:rgb(0%,44.705882%,69.803922%);fill-opacity:1;\" "
             "d=\"M 1.04 2 L 11.06 2.26 Z M 1 2 \" "
             "transform=\"matrix(1,0,0,-1,3,100)\"/></a>",
             "<a><path style=\" stroke:none;fill:#0072b2;\" "
             "d=\"M4 98l10.1-.3z\"/></a>");
    /* rounding does not add up along a line: ten steps of 0.24 are 2.4 */
    thins_to("<path d=\"M 0 0 L 0.24 0 L 0.48 0 L 0.72 0 L 0.96 0 L 1.2 0 "
             "L 1.44 0 L 1.68 0 L 1.92 0 L 2.16 0 L 2.4 0\"/>",
             "<path d=\"M0 0l.2 0 .3 0 .2 0 .3 0 .2 0 .2 0 .3 0 .2 0 .3 0 "
             ".2 0\"/>");
    /* curves */
    thins_to("<path d=\"M 10 10 C 10 15 15 20 20 20 C 25 20 30 15 30 10\"/>",
             "<path d=\"M10 10c0 5 5 10 10 10 5 0 10-5 10-10\"/>");
    /* full lines of one style become one path, others do not */
#define LINE "fill:none;stroke:#000;stroke-opacity:1;"
#define THIN "fill:none;stroke:#000;"
    thins_to("<path style=\"" LINE "\" d=\"M 0 0 L 1 0\"/>\n"
             "<path style=\"" LINE "\" d=\"M 5 5 L 6 5\"/>\n"
             "<path style=\"fill:#fff;\" d=\"M 5 5 L 6 5\"/>\n"
             "<path style=\"fill:#fff;\" d=\"M 7 5 L 8 5\"/>",
             "<path style=\"" THIN "\" d=\"M0 0l1 0M5 5l1 0\"/>"
             "<path style=\"fill:#fff;\" d=\"M5 5l1 0\"/>\n"
             "<path style=\"fill:#fff;\" d=\"M7 5l1 0\"/>");
    /* what is not understood stays */
    static const char *const odd[] = {
        "<path d=\"M 0 0 A 5 5 0 0 1 10 10\"/>",
        "<path d=\"M 0 0 L 1\"/>",
        "<path d=\"M 0 0 L 1 1\">x</path>",
        "<path d=\"M 0 0 L nan 1\"/>",
        "<path d=\"M 0 0",
        "<path d='M 0 0 L 1 1'/>"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        thins_to(odd[i], odd[i]);
    /* nor is a scale or what a clip counts from folded into the path */
    thins_to("<path d=\"M 0 0 L 1 1\" transform=\"matrix(2,0,0,2,0,0)\"/>",
             "<path d=\"M0 0l1 1\" transform=\"matrix(2,0,0,2,0,0)\"/>");
    thins_to("<path clip-path=\"url(#c)\" d=\"M 0 0 L 1 1\" "
             "transform=\"matrix(1,0,0,-1,0,9)\"/>",
             "<path clip-path=\"url(#c)\" d=\"M0 0l1 1\" "
             "transform=\"matrix(1,0,0,-1,0,9)\"/>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(linear_ticks_read_well),
        cmocka_unit_test(logarithmic_ticks_are_decades),
        cmocka_unit_test(ticks_of_any_range_stay_few),
        cmocka_unit_test(words_find_a_free_place),
        cmocka_unit_test(equal_scales_are_equal),
        cmocka_unit_test(an_upright_curve_keeps_off_the_frame),
        cmocka_unit_test(any_text_can_be_drawn),
        cmocka_unit_test(units_of_the_lab),
        cmocka_unit_test(an_svg_keeps_its_picture_in_fewer_bytes),
        cmocka_unit_test(the_first_six_colours_differ_for_all_eyes)};
    return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
