/* fuzz_format.c: libFuzzer target for one reader
 *
 * HC_FUZZ_FORMAT names the reader (hc-read --formats); unset: the content
 * decides.  The first byte of the input chooses raw, plain or EIS reading, and
 * whether the file is read as numbers too, which must be those of the text.
 */
#include "../unit/twice.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const selects[] = {NULL, "0", "eis", "series"};
    hc_read_options o = {.max_bad = 10};
    char what[512];
    if (size == 0)
        return 0;
    o.raw = (data[0] & 1) != 0;
    o.all = (data[0] & 2) != 0;
    o.select = selects[data[0] >> 2 & 3];
    o.growing = (data[0] & 16) != 0;
    if ((data[0] & 32) == 0) {
        (void)hc_try_memory(data + 1, size - 1, getenv("HC_FUZZ_FORMAT"), &o,
                            NULL);
        return 0;
    }
    twice(data + 1, size - 1, getenv("HC_FUZZ_FORMAT"), &o, what,
          sizeof what);
    if (what[0] != '\0') {
        fprintf(stderr, "as text and as numbers: %s\n", what);
        abort();
    }
    return 0;
}
