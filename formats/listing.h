/* listing.h: the sink that finds out what is in a file */
#ifndef HC_FORMATS_LISTING_H
#define HC_FORMATS_LISTING_H

#include "core/stream.h"
#include "core/table.h"
#include "formats/format.h"

#include <stdint.h>

typedef struct {
    char *name, *technique;
    hc_kind kind; /* what a plain read gives */
    bool can_eis; /* has spectra in it */
    bool side;
    hc_column *columns; /* copies */
    size_t n_columns;
    uint64_t rows, rejected;
    long cycle_count;
} hc_listed;

typedef struct {
    const hc_format *format;
    hc_meta facts, metas; /* "key value" */
    hc_listed *sets;
    size_t n, cap;
    hc_sink sink;
} hc_listing;

extern const hc_sink_ops hc_listing_ops;

/* Read all of src with the format; the listing is filled as far as it came
 * even when this fails. */
hc_status hc_listing_read(hc_listing *l, hc_source *src,
                          const hc_format *format, bool growing,
                          hc_err *err) HC_MUST_USE;
void hc_listing_clear(hc_listing *l);

/* One JSON object, or one row per data set of a table that has the columns
 * of hc_listing_columns. */
hc_status hc_listing_json(const hc_listing *l, const char *path, hc_out *out,
                          hc_err *err) HC_MUST_USE;
void hc_listing_columns(hc_writer *w);
void hc_listing_rows(const hc_listing *l, long source_index, hc_writer *w);

/* What a plain read of a data set gives, and whether spectra are in it. */
hc_kind hc_dataset_kind(const hc_dataset *d, const hc_format *format,
                        bool *can_eis);
const char *hc_kind_word(hc_kind k);
/* Does --select mean this data set, and as what? */
bool hc_dataset_selected(const char *name, const char *technique, bool side,
                         size_t index, hc_kind own, bool can_eis,
                         const char *select, hc_kind *kind);

#endif
