/* raw.h: the sink that writes every column as the file has it */
#ifndef HC_FORMATS_RAW_H
#define HC_FORMATS_RAW_H

#include "core/session.h"
#include "core/text.h"
#include "formats/reading.h"
#include "formats/row_runs.h"

typedef struct {
    hc_session *session;
    const hc_read_options *options;
    hc_writer *writer; /* NULL until the first data set */
    hc_meta facts;     /* until then */
    char **names;      /* columns of the table */
    size_t n_names;
    const hc_format *format;
    const char *path;
    long source_index;
    bool many;
    size_t n_datasets;
    bool active, selected_any, conflict;
    size_t n_columns;
    hc_plain_want *wants; /* where only numbers are asked for: all of them */
    double *values;       /* [n_columns] of the present row */
    hc_row_runs runs;     /* where the reader says what changed */
    hc_sink *sink;
    hc_text list;
} hc_raw;

extern const hc_sink_ops hc_raw_ops;

void hc_raw_open(hc_raw *r, const hc_format *format, const char *path,
                 long source_index, hc_sink *sink);
hc_status hc_raw_finish(hc_raw *r, hc_err *err) HC_MUST_USE;
void hc_raw_clear(hc_raw *r);

#endif
