/* drt_circuit.c: from the peaks of a DRT to a circuit with start values */
#include "core/number.h"
#include "core/text.h"
#include "eis/drt_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Full width at half maximum, in decades, of the distribution of a ZARC of
 * exponent phi: gamma ~ 1/(cosh(phi x) - cos((1 - phi) pi)). */
static double zarc_width(double phi)
{
    const double c = cos((1 - phi) * M_PI);
    return 2 * acosh(2 - c) / phi / M_LN10;
}

/* The exponent whose distribution is that wide; the width falls with it. */
static double exponent_of(double width_decades)
{
    double lo = 0.4, hi = 0.98;
    for (int k = 0; k < 40; k++) {
        const double mid = (lo + hi) / 2;
        if (zarc_width(mid) > width_decades)
            lo = mid;
        else
            hi = mid;
    }
    return (lo + hi) / 2;
}

static void number(hc_text *t, double x)
{
    char buf[HC_NUMBER_SIZE];
    hc_number_print_digits(x, 5, buf);
    hc_text_puts(t, buf);
}

static void value(hc_text *t, const char *name, double x)
{
    hc_text_puts(t, name);
    hc_text_putc(t, '{');
    number(t, x);
    hc_text_putc(t, '}');
}

static void arc(hc_text *t, size_t k, const hc_drt_peak *p)
{
    const double n = exponent_of(p->width_decades);
    char name[32];
    hc_text_puts(t, "-p(");
    snprintf(name, sizeof name, "R%zu", k);
    value(t, name, p->r_ohm);
    hc_text_printf(t, ",CPE%zu{Q=", k);
    number(t, pow(p->tau_s, n) / p->r_ohm);
    hc_text_puts(t, ",n=");
    number(t, n);
    hc_text_puts(t, "})");
}

static void tail(hc_text *t, size_t k, double q, double n)
{
    hc_text_printf(t, "-CPE%zu{Q=", k);
    number(t, q);
    hc_text_puts(t, ",n=");
    number(t, n);
    hc_text_putc(t, '}');
}

hc_status hc_drt_circuit(const hc_drt *r, char *text, size_t cap, hc_err *err)
{
    hc_text t = {0};
    size_t k = 0, arcs = 0;
    if (r->l_h > 0) {
        if (r->l_n < 1) {
            hc_text_puts(&t, "La0{L=");
            number(&t, r->l_h);
            hc_text_puts(&t, ",n=");
            number(&t, r->l_n);
            hc_text_puts(&t, "}-");
        } else {
            value(&t, "L0", r->l_h);
            hc_text_putc(&t, '-');
        }
    }
    value(&t, "R0", fmax(r->r_inf, 1e-3 * r->r_pol));
    for (size_t i = 0; i < r->n_peaks; i++)
        if (!r->peaks[i].edge && r->peaks[i].r_ohm > 0) {
            arc(&t, ++k, &r->peaks[i]);
            arcs++;
        }
    /* what goes on beyond the lowest frequency: blocking, or diffusion */
    const hc_drt_peak *last = r->n_peaks ? &r->peaks[r->n_peaks - 1] : NULL;
    if (r->inv_c > 0) {
        tail(&t, k + 1, 1 / r->inv_c, fmin(r->c_n, 0.95));
        arcs++;
    } else if (last && last->edge && last->r_ohm > 0) {
        tail(&t, k + 1, pow(last->tau_s, 0.7) / last->r_ohm, 0.7);
        arcs++;
    }
    hc_status st = hc_text_status(&t, err);
    if (st == HC_OK && arcs == 0)
        st = hc_fail(err, HC_NO,
                     "no peak inside the measured frequencies, "
                     "so no circuit to propose");
    if (st == HC_OK && t.len >= cap)
        st = hc_fail(err, HC_NO, "too many peaks for a circuit");
    if (st == HC_OK)
        memcpy(text, hc_text_get(&t), t.len + 1);
    hc_text_clear(&t);
    return st;
}
