/* bench_cell: CPU time of the cell model, row by row
 *
 * Prints tool, work, figure, unit, bar, verdict.  The bars are those of the
 * model's notes (section 12).  With an argument it prints only the CPU time
 * of a half cycle by IDA and by the fast stepper [ms], for cell.bench.
 */
#include "cell/cellfile.h"
#include "cell/fast.h"
#include "cell/ident.h"
#include "cell/impedance.h"
#include "core/table.h"
#include "tests/bench/timing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void row(const char *tool, const char *work, double figure,
                const char *unit, double bar)
{
    printf("%s\t%s\t%.4g\t%s\t%.4g\t%s\n", tool, work, figure, unit, bar,
           figure <= bar ? "ok" : "short");
}

static void check(hc_status st, const hc_err *err)
{
    if (st == HC_OK)
        return;
    printf("bench_cell: %s\n", err->text);
    exit(1);
}

static hc_status ignore(void *ctx, const hc_sim_point *p, hc_err *err)
{
    (void)ctx, (void)p, (void)err;
    return HC_OK;
}

/* The 18 cells of Table 1, charge and discharge. */
static double table_1(hc_cell *c, bool fast)
{
    static const double d[] = {1e-13, 1e-14, 1e-15};
    hc_sim_options o = hc_sim_default();
    hc_talk talk = {0};
    hc_err err;
    double start = cpu_ms();
    for (int a = 0; a < 3; a++)
        for (int b = 1; b <= 6; b++) {
            hc_protocol p = {0};
            c->value[HC_P_D] = d[a];
            c->value[HC_P_L_P] = 5e-6 * b;
            check(hc_protocol_add(&p, c,
                                  "Charge at 1 A/m2 until 4.2 V\n"
                                  "Discharge at 1 A/m2 until 2.7 V",
                                  "bench", &err),
                  &err);
            check(fast ? hc_fast_simulate(c, &p, &o, ignore, NULL, &err)
                       : hc_simulate(c, &p, &o, ignore, NULL, &talk, &err),
                  &err);
            hc_protocol_clear(&p);
        }
    c->value[HC_P_D] = 1e-14;
    c->value[HC_P_L_P] = 1e-5;
    return cpu_ms() - start;
}

static double spectrum(hc_cell *c)
{
    enum { POINTS = 60, TIMES = 50 };
    double freq[POINTS], start = cpu_ms();
    double complex z[POINTS];
    hc_cell_grid g = hc_cell_grid_default();
    hc_err err;
    for (int k = 0; k < POINTS; k++)
        freq[k] = 1e6 * pow(10, -k / 7.5);
    for (int k = 0; k < TIMES; k++)
        check(hc_impedance(c, &g, 0.7, freq, POINTS, z, NULL, 0, NULL, &err),
              &err);
    return (cpu_ms() - start) / TIMES;
}

static double thousand_cycles(const hc_cell *c)
{
    hc_fast *f;
    hc_fast_end e;
    hc_err err;
    double start = cpu_ms();
    check(hc_fast_new(&f, c, 40, &err), &err);
    hc_fast_rest(f, 0.957);
    for (int k = 0; k < 1000; k++) {
        check(hc_fast_run(f, 1, 4.2, (double)NAN, &e, &err), &err);
        check(hc_fast_run(f, -1, 2.7, (double)NAN, &e, &err), &err);
    }
    hc_fast_free(f);
    return cpu_ms() - start;
}

/* A table in memory from a run or a spectrum, for hc-ident. */
typedef struct {
    hc_writer *w;
    double area;
} sheet;

static hc_status write_row(void *ctx, const hc_sim_point *p, hc_err *err)
{
    sheet *s = ctx;
    (void)err;
    hc_writer_number(s->w, p->t_s);
    hc_writer_number(s->w, p->seen.current * s->area);
    hc_writer_number(s->w, p->seen.voltage +
                               1e-3 * sin(1e4 * p->t_s + p->seen.voltage));
    hc_writer_integer(s->w, p->step);
    hc_writer_end_row(s->w);
    return HC_OK;
}

static hc_frame *to_frame(hc_out *out)
{
    hc_in *in;
    hc_reader *r;
    hc_frame *f;
    hc_err err;
    size_t len;
    const char *text = hc_out_data(out, &len);
    check(hc_in_memory(&in, text, len, "bench", &err), &err);
    check(hc_reader_new(&r, in, &err), &err);
    check(hc_frame_read(&f, r, &err), &err);
    hc_reader_free(r);
    return f;
}

static hc_frame *curve(const hc_cell *c, double rate)
{
    static const char *const names[] = {"test_time_second", "current_ampere",
                                        "voltage_volt", "step_count"};
    sheet s = {.area = c->value[HC_P_AREA]};
    hc_protocol p = {0};
    hc_talk talk = {0};
    hc_sim_options o = hc_sim_default();
    hc_out *out;
    hc_err err;
    char text[96];
    o.every_s = 90 / rate;
    check(hc_out_memory(&out, &err), &err);
    check(hc_writer_new(&s.w, out, HC_WRITE_TABLE, &err), &err);
    for (int k = 0; k < 4; k++)
        hc_writer_column(s.w, names[k]);
    snprintf(text, sizeof text, "Charge at %gC for %g s\nRest for %g s", rate,
             1500 / rate, 300 / rate);
    check(hc_protocol_add(&p, c, text, "bench", &err), &err);
    check(hc_simulate(c, &p, &o, write_row, &s, &talk, &err), &err);
    check(hc_writer_end(s.w, &err), &err);
    hc_frame *f = to_frame(out);
    hc_writer_free(s.w);
    hc_out_discard(out);
    hc_protocol_clear(&p);
    return f;
}

static hc_frame *eis(hc_cell *c)
{
    static const char *const names[] = {"soc", "frequency_hertz",
                                        "real_impedance_ohm",
                                        "imaginary_impedance_ohm"};
    hc_writer *w;
    hc_out *out;
    hc_err err;
    hc_cell_grid g = hc_cell_grid_default();
    check(hc_out_memory(&out, &err), &err);
    check(hc_writer_new(&w, out, HC_WRITE_TABLE, &err), &err);
    for (int k = 0; k < 4; k++)
        hc_writer_column(w, names[k]);
    for (int k = 0; k < 60; k++) {
        double f = 1e6 * pow(10, -k / 7.5);
        double complex z;
        check(hc_impedance(c, &g, hc_cell_x_of_soc(c, 0.5), &f, 1, &z, NULL, 0,
                           NULL, &err),
              &err);
        z *= (1 + 0.005 * sin(1e3 * k)) / c->value[HC_P_AREA];
        hc_writer_number(w, 0.5);
        hc_writer_number(w, f);
        hc_writer_number(w, creal(z));
        hc_writer_number(w, cimag(z));
        hc_writer_end_row(w);
    }
    check(hc_writer_end(w, &err), &err);
    hc_frame *f = to_frame(out);
    hc_writer_free(w);
    hc_out_discard(out);
    return f;
}

static double identification(hc_cell *c)
{
    static const hc_parameter p[] = {HC_P_D,     HC_P_I0_P, HC_P_SIGMA,
                                     HC_P_I0_N,  HC_P_C_P,  HC_P_C_N,
                                     HC_P_C_GEO, HC_P_X0};
    hc_frame *frames[11];
    hc_ident_options o = hc_ident_default();
    hc_ident_result r;
    hc_ident *f;
    hc_talk talk = {0};
    hc_err err;
    c->value[HC_P_C_P] = 0.3;
    c->value[HC_P_C_N] = 0.01;
    c->value[HC_P_C_GEO] = 1e-4;
    c->value[HC_P_I0_P] = 5;
    c->value[HC_P_R_S] = 1e-6;
    for (int k = 0; k < 10; k++)
        frames[k] = curve(c, 0.2 + 0.08 * k);
    frames[10] = eis(c);
    memcpy(o.p, p, sizeof p);
    o.n = 8;
    for (int k = 0; k < 8; k++)
        c->value[p[k]] *= k == 7 ? 0.99 : k % 2 ? 1.4 : 0.7;
    double start = cpu_ms();
    check(hc_ident_new(&f, c, &o, &err), &err);
    for (int k = 0; k < 11; k++)
        check(hc_ident_data(f, frames[k], &talk, &err), &err);
    check(hc_ident_run(f, &r, &talk, &err), &err);
    double took = cpu_ms() - start;
    hc_ident_free(f);
    for (int k = 0; k < 11; k++)
        hc_frame_free(frames[k]);
    return took;
}

int main(int argc, char **argv)
{
    (void)argv;
    char path[1024];
    const char *src = getenv("HC_SRCDIR");
    hc_cellfile *file;
    hc_cell c;
    hc_err err;
    snprintf(path, sizeof path, "%s/samples/cells/wang2023-best.json",
             src ? src : ".");
    check(hc_cellfile_load(&file, path, &err), &err);
    check(hc_cellfile_cell(file, &c, true, NULL, &err), &err);
    hc_cellfile_free(file);
    double ida = table_1(&c, false), fast = table_1(&c, true);
    for (int k = 0; k < 4; k++) { /* the least of five, against noise */
        ida = fmin(ida, table_1(&c, false));
        fast = fmin(fast, table_1(&c, true));
    }
    if (argc > 1) {
        printf("%.6g %.6g\n", ida / 36, fast / 36);
        hc_cell_clear(&c);
        return 0;
    }
    row("hc-sim", "IDA half cycle (N=40, rtol 1e-5)", ida / 36, "ms", 1);
    row("hc-sim", "fast half cycle (N=40)", fast / 36 * 1e3, "us", 60);
    row("hc-sim", "Table 1, 18 cells by IDA", ida, "ms", 60);
    row("hc-sim", "Table 1, 18 cells, fast", fast, "ms", 5);
    row("hc-sim", "60-point spectrum (N=40)", spectrum(&c) * 1e3, "us", 300);
    row("hc-sim", "1000 cycles, fast", thousand_cycles(&c), "ms", 300);
    row("hc-ident", "8 parameters, 10 curves, 1 spectrum", identification(&c),
        "ms", 500);
    hc_cell_clear(&c);
    return 0;
}
