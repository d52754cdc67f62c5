/* Numbers printed and tables read per second, on one core. */
#include "core/number.h"
#include "core/table.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static double cpu_s(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void row(const char *work, double figure, const char *unit, double bar)
{
    printf("core\t%s\t%.3g\t%s\t%g\t%s\n", work, figure, unit, bar,
           figure >= bar ? "pass" : "FAIL");
}

static void printing(void)
{
    enum { N = 1000, ROUNDS = 3000 };
    double x[N];
    char buf[HC_NUMBER_SIZE];
    size_t total = 0;
    unsigned long long seed = 1;
    for (int i = 0; i < N; i++) {
        seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
        x[i] = (double)(seed >> 11) * 0x1p-46;
    }
    double t = cpu_s();
    for (int r = 0; r < ROUNDS; r++)
        for (int i = 0; i < N; i++)
            total += hc_number_print(x[i], buf);
    t = cpu_s() - t;
    row("17-digit numbers printed", N * ROUNDS / t / 1e6, "M/s", 10);
    if (total == 0)
        puts("");
}

/* A table of five columns in memory, read with every cell as a number. */
static void reading(void)
{
    enum { ROWS = 400000 };
    hc_err err;
    hc_out *out = NULL;
    hc_writer *w = NULL;
    hc_in *in = NULL;
    hc_reader *r = NULL;
    bool got = true;
    size_t len;
    double sum = 0, x, t;

    if (hc_out_memory(&out, &err) != HC_OK ||
        hc_writer_new(&w, out, HC_WRITE_TABLE, &err) != HC_OK)
        return;
    for (int i = 0; i < 5; i++)
        hc_writer_column(w, (const char *[]){"a", "b", "c", "d", "e"}[i]);
    t = cpu_s();
    for (int i = 0; i < ROWS; i++) {
        hc_writer_number(w, i * 0.125);
        hc_writer_number(w, 3.2 + (i % 8000) * 1e-4);
        hc_writer_number(w, 1e-3 + i * 1e-9);
        hc_writer_integer(w, i / 1000);
        hc_writer_integer(w, i / 20000);
        hc_writer_end_row(w);
    }
    if (hc_writer_end(w, &err) != HC_OK)
        return;
    row("table rows written", ROWS / (cpu_s() - t) / 1e6, "Mrow/s", 1.5);
    const char *text = hc_out_data(out, &len);
    t = cpu_s();
    if (hc_in_memory(&in, text, len, "memory", &err) != HC_OK ||
        hc_reader_new(&r, in, &err) != HC_OK)
        return;
    while (hc_reader_next(r, &got, &err) == HC_OK && got)
        for (int i = 0; i < 5; i++)
            if (hc_reader_number(r, i, &x, &err) == HC_OK)
                sum += x;
    t = cpu_s() - t;
    row("table rows read", ROWS / t / 1e6, "Mrow/s", 3);
    if (sum < 0)
        puts("");
    hc_reader_free(r);
    hc_writer_free(w);
    hc_out_discard(out);
}

int main(void)
{
    printing();
    reading();
    return 0;
}
