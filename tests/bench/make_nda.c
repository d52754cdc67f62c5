/* make_nda.c: a .nda of version 29 with N records, on stdout, for
 * neware.bench */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 2200, RECORD = 86 };

static void put(unsigned char *p, int n, uint64_t v)
{
    for (int i = 0; i < n; i++, v >>= 8)
        p[i] = (unsigned char)(v & 0xff);
}

static void record(unsigned char *r, uint32_t i)
{
    uint32_t step = (i - 1) / 300, in = (i - 1) % 300;
    int charging = step % 2 == 0;
    memset(r, 0, RECORD);
    r[0] = 0x55;
    put(r + 2, 4, i);
    put(r + 6, 4, step / 2);
    put(r + 10, 2, (uint64_t)charging + 1);
    r[12] = charging ? 1 : 2;
    r[13] = (unsigned char)(step & 0xff);
    put(r + 14, 8, (uint64_t)in * 1000);
    put(r + 22, 4, 34000 + in * 7);
    put(r + 26, 4, charging ? 2500 : (uint32_t)-2500);
    put(r + (charging ? 38 : 46), 8, (uint64_t)in * 2500);
    put(r + (charging ? 54 : 62), 8, (uint64_t)in * 8750);
    put(r + 70, 2, 2020);
    r[72] = 3;
    r[73] = (unsigned char)(1 + i / 86400 % 28);
    r[74] = (unsigned char)(i / 3600 % 24);
    r[75] = (unsigned char)(i / 60 % 60);
    r[76] = (unsigned char)(i % 60);
    put(r + 78, 4, 10);
}

int main(int argc, char **argv)
{
    static unsigned char head[HEAD];
    unsigned char r[RECORD];
    long n = argc == 2 ? atol(argv[1]) : 0;
    memcpy(head, "NEWARE20200325\x1d", 15);
    put(head + 16, 4, 2048);
    put(head + 64, 4, HEAD);
    if (n <= 0 || n > 100000000)
        return 64;
    fwrite(head, 1, HEAD, stdout);
    for (long i = 1; i <= n; i++) {
        record(r, (uint32_t)i);
        fwrite(r, 1, RECORD, stdout);
    }
    return fflush(stdout) == 0 ? 0 : 74;
}
