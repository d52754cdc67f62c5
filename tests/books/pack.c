/* pack.c: a zip archive of files, stored as they are
 *
 *     pack NAME=FILE... > ARCHIVE
 */
#include "made_zip.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    made_member m[MADE_MEMBERS_MAX] = {{0}};
    hc_text out = {0};
    for (int i = 1; i < argc && i <= MADE_MEMBERS_MAX; i++) {
        char *file = strchr(argv[i], '='), buf[4096];
        size_t n;
        FILE *f = file == NULL ? NULL : fopen(file + 1, "rb");
        if (f == NULL) {
            fputs("usage: pack NAME=FILE... > ARCHIVE\n", stderr);
            return 64;
        }
        *file = '\0';
        m[i - 1].name = argv[i];
        while ((n = fread(buf, 1, sizeof buf, f)) > 0)
            hc_text_add(&m[i - 1].bytes, buf, n);
        fclose(f);
    }
    made_zip(&out, m, (size_t)argc - 1);
    int code =
        fwrite(out.data, 1, out.len, stdout) != out.len || fclose(stdout) != 0;
    hc_text_clear(&out);
    return code;
}
