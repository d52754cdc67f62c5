/* lines.c: transmission lines, one row each
 *
 * Total impedances of rail and interface; y = sqrt(rail/interface).
 * de Levie 1963, 10.1016/0013-4686(63)80042-0; Bisquert 2000,
 * 10.1039/b001708f; Landesfeind et al. 2016, 10.1149/2.1141607jes.
 */
#include "fitters/elements.h"

static void point_tlo(const cx *zc, cx *z, cx *f)
{
    cx y = cx_sqrt(cx_div(zc[0], zc[1])), t, m, d;
    hc_tanhc(y, &t, &m, &d);
    cx q = cx_inv(t);
    *z = cx_mul(zc[1], q);
    f[0] = cx_mul(cx_div(*z, zc[0]), cx_scale(d, -0.5));
    f[1] = cx_mul(q, cx_make(1 + 0.5 * d.re, 0.5 * d.im));
}

static void point_tls(const cx *zc, cx *z, cx *f)
{
    cx y = cx_sqrt(cx_div(zc[0], zc[1])), t, m, d;
    hc_tanhc(y, &t, &m, &d);
    *z = cx_mul(zc[0], t);
    f[0] = cx_mul(t, cx_make(1 + 0.5 * d.re, 0.5 * d.im));
    f[1] = cx_mul(cx_div(*z, zc[1]), cx_scale(d, -0.5));
}

/* Far end closed by an impedance e, m = sqrt(rail interface):
 * z = m (e + m tanh y)/(m + e tanh y); with t = tanh(y)/y that is
 * zi (e + a t)/(zi + e t), a the rail and zi the interface. */
static void point_tle(const cx *zc, cx *z, cx *f)
{
    const cx a = zc[0], zi = zc[1], e = zc[2];
    cx y = cx_sqrt(cx_div(a, zi)), t, m, d;
    hc_tanhc(y, &t, &m, &d);
    cx num = cx_add(e, cx_mul(a, t)), den = cx_add(zi, cx_mul(e, t));
    cx q = cx_inv(den);
    *z = cx_mul(zi, cx_mul(num, q));
    cx half_t = cx_scale(cx_mul(t, d), 0.5); /* dt/dln a = -dt/dln zi */
    cx zt = cx_mul(cx_sub(cx_mul(zi, a), cx_mul(*z, e)), q); /* dz/dt */
    cx by_a = cx_mul(zt, half_t);
    f[0] = cx_add(cx_mul(cx_mul(zi, t), q), cx_div(by_a, a));
    f[1] = cx_sub(cx_mul(cx_sub(num, *z), q), cx_div(by_a, zi));
    f[2] = cx_mul(cx_sub(zi, cx_mul(*z, t)), q);
}

/* Rails a and b contacted at opposite ends, interface c between them:
 * z = ab/S (1 + 2/(y sinh y)) + (a^2 + b^2)/S coth(y)/y, S = a + b. */
static void point_tl(const cx *zc, cx *z, cx *f)
{
    const cx a = zc[0], b = zc[1];
    cx s = cx_add(a, b), y = cx_sqrt(cx_div(s, zc[2])), t, m, d;
    hc_tanhc(y, &t, &m, &d);
    cx is = cx_inv(s), ab = cx_mul(a, b);
    cx a2 = cx_mul(a, a), b2 = cx_mul(b, b);
    cx pp = cx_mul(ab, is), qq = cx_mul(cx_add(a2, b2), is);
    cx e = y.re > 700 ? cx_make(0, 0) : cx_exp(cx_scale(y, -1));
    cx e2 = cx_mul(e, e);
    cx is_y = cx_div(cx_scale(e, 2), cx_make(1 - e2.re, -e2.im));
    cx iy = cx_inv(y), h = cx_scale(cx_mul(is_y, iy), 2); /* 2/(y sinh y) */
    cx v = cx_inv(cx_mul(cx_mul(y, y), t));               /* coth(y)/y */
    cx u = cx_make(1 + h.re, h.im);
    cx yc = cx_mul(cx_mul(y, y), v); /* y coth y */
    cx du = cx_scale(cx_mul(h, cx_make(1 + yc.re, yc.im)), -1);
    cx dv = cx_scale(cx_add(v, cx_mul(is_y, is_y)), -1);
    *z = cx_add(cx_mul(pp, u), cx_mul(qq, v));
    cx dy = cx_scale(cx_add(cx_mul(pp, du), cx_mul(qq, dv)), 0.5);
    cx is2 = cx_mul(is, is), dys = cx_mul(dy, is), ab2 = cx_scale(ab, 2);
    cx qa = cx_sub(cx_add(a2, ab2), b2), qb = cx_sub(cx_add(b2, ab2), a2);
    f[0] = cx_add(cx_mul(is2, cx_add(cx_mul(b2, u), cx_mul(qa, v))), dys);
    f[1] = cx_add(cx_mul(is2, cx_add(cx_mul(a2, u), cx_mul(qb, v))), dys);
    f[2] = cx_scale(cx_div(dy, zc[2]), -1);
}

const hc_line hc_lines[] = {
    {"tlo", 2, point_tlo,
     "sqrt(rail interface) coth(sqrt(rail/interface)), open far end",
     "de Levie 1963, 10.1016/0013-4686(63)80042-0"},
    {"tls", 2, point_tls,
     "sqrt(rail interface) tanh(sqrt(rail/interface)), shorted far end",
     "Bisquert 2000, 10.1039/b001708f"},
    {"tle", 3, point_tle,
     "m (end + m tanh y)/(m + end tanh y), m = sqrt(rail interface), "
     "y = sqrt(rail/interface): far end closed by any circuit",
     "Bisquert 2000, 10.1039/b001708f"},
    {"tl", 3, point_tl,
     "two rails a, b contacted at opposite ends, interface c: "
     "ab/(a+b) (1 + 2/(y sinh y)) + (a^2+b^2)/(a+b) coth(y)/y, "
     "y = sqrt((a+b)/c)",
     "Landesfeind et al. 2016, 10.1149/2.1141607jes"},
};
const size_t hc_lines_n = sizeof hc_lines / sizeof hc_lines[0];
