#include "formats/strangers.h"

#include <string.h>

/* Signs at the very start. */
static const struct {
    const char *magic;
    size_t len;
    const char *says;
} starts[] = {
#define SIGN(magic, says)                                                     \
    {                                                                         \
        magic, sizeof(magic) - 1, says                                        \
    }
    SIGN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
         "an old Excel workbook (.xls) or another OLE file: save it as .xlsx "
         "or csv"),
    SIGN("PAR1", "a Parquet file: write it as csv"),
    SIGN("\x89HDF\r\n\x1a\n",
         "an HDF5 file (cellpy, MATLAB 7.3, NeXus): export the table as csv"),
    SIGN("MATLAB 5.0 MAT-file",
         "a MATLAB file (.mat): export the table as csv"),
    SIGN("SQLite format 3", "an SQLite database: export its table as csv"),
    /* a byte 0xff at offset 5, as users of .nox report */
    SIGN("\0\1\0\0\0\xff\xff\xff\xff\1\0\0\0",
         "a stream of .NET objects, as the .nox of Nova (Autolab) is: export "
         "the data as text from Nova"),
    SIGN("%PDF-", "a PDF document"),
    SIGN("\x89PNG\r\n", "a PNG picture"),
    SIGN("\xff\xd8\xff", "a JPEG picture"),
    SIGN("7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it first"),
    SIGN("Rar!", "a RAR archive: unpack it first"),
    SIGN("BZh", "a bzip2 archive: unpack it with bunzip2 first"),
    SIGN("\xfd"
         "7zXZ",
         "an xz archive: unpack it with unxz first"),
    SIGN("\x28\xb5\x2f\xfd", "a zstd archive: unpack it with unzstd first"),
    SIGN("version https://git-lfs",
         "a pointer of Git LFS and no data: fetch the file with 'git lfs "
         "pull'"),
    SIGN("<!DOCTYPE html", "a web page (a failed download?)"),
    SIGN("<html", "a web page (a failed download?)"),
    SIGN("\x7f"
         "ELF",
         "a program"),
#undef SIGN
};

/* Words in the first bytes of texts. */
static const struct {
    const char *word, *says;
} words[] = {
    {"MIMETYPE=\"application/vnd.ms-excel",
     "an Excel table in HTML: save it as .xlsx or csv"},
    {"urn:schemas-microsoft-com:office:spreadsheet",
     "an Excel table in XML: save it as .xlsx or csv"},
    {"EC-Lab for windows", "settings or a log of EC-Lab without its first "
                           "line"},
    {"BaSyTec", "a BaSyTec file without its line of names"},
};

const char *hc_stranger(const hc_probe *p)
{
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++)
        if (hc_probe_bytes(p, 0, starts[i].magic, starts[i].len))
            return starts[i].says;
    if (p->len > 260 && hc_probe_bytes(p, 257, "ustar", 5))
        return "a tar archive: unpack it first";
    for (size_t i = 0; !p->binary && i < sizeof words / sizeof words[0]; i++)
        if (hc_probe_find(p, words[i].word) != NULL)
            return words[i].says;
    return NULL;
}
