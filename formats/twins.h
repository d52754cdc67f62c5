/* twins.h: names of columns that stand beside the first of their kind */
#ifndef HC_FORMATS_TWINS_H
#define HC_FORMATS_TWINS_H

#include "formats/columns.h"

/* What the column would mean without the number or letter behind its name
 * ("Z'.1", "f_B/Hz"); target NULL: nothing, or there is none. */
hc_meaning hc_twin_meaning(const hc_column *c, const hc_colmap *own);

#endif
