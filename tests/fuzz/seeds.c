/* seeds.c: writes the made files as seeds of the fuzzers
 *
 *     seeds FOLDER      FOLDER/FORMAT/NAME, each behind the byte that chooses
 *                       how it is read (fuzz_format.c)
 */
#include "../unit/made.h"

#include <stdio.h>
#include <sys/stat.h>

static int write_seed(const char *folder, const made_file *m, int how)
{
    char path[4096];
    hc_text t = {0};
    FILE *f;
    size_t wrote;
    snprintf(path, sizeof path, "%s/%s", folder, m->format);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%s/%s-%d", folder, m->format, m->name,
             how);
    f = fopen(path, "wb");
    if (f == NULL)
        return 1;
    m->make(&t);
    fputc(how, f);
    wrote = fwrite(t.data, 1, t.len, f);
    fclose(f);
    hc_text_clear(&t);
    return wrote == 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    if (argc != 2)
        return 64;
    for (size_t i = 0; i < made_count(); i++)
        for (int how = 0; how < 2; how++)
            bad += write_seed(argv[1], made_at(i), how);
    return bad > 0;
}
