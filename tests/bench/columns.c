/* columns.c: a file into columns of doubles in memory, nothing else: what
 * tests/bench/read.bench sets beside pandas.read_csv
 *
 *     columns [--raw | --all] FILE
 */
#include "formats/frames.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    hc_frame_options o = {0};
    hc_numbers *n;
    hc_err err;
    if (argc == 3)
        o.raw = strcmp(argv[1], "--raw") == 0;
    if (argc == 3)
        o.all = strcmp(argv[1], "--all") == 0;
    if (argc < 2 || argc > 3 || (argc == 3 && !o.raw && !o.all)) {
        fprintf(stderr, "usage: columns [--raw | --all] FILE\n");
        return 64;
    }
    if (hc_read_numbers(argv[argc - 1], &o, &n, &err) != HC_OK) {
        fprintf(stderr, "columns: %s: %s\n", err.file, err.text);
        return hc_status_exit(err.status);
    }
    printf("%zu columns, %zu rows\n",
           hc_frame_columns(hc_numbers_head(n)), hc_numbers_rows(n));
    hc_numbers_free(n);
    return 0;
}
