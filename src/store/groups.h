/* groups.h: cells of a group side by side: n, median, spread, outliers */
#ifndef HC_STORE_GROUPS_H
#define HC_STORE_GROUPS_H

#include "store/store.h"

/* One quantity of one group of cells under one condition. */
typedef struct {
    char group[64]; /* the fact of the cells, "-" those without */
    char quantity[64], role[64], electrode[16], unit[32];
    double temperature_celsius;     /* median of the class; NaN: not said */
    size_t first, points;           /* its points in hc_groups.point */
    size_t n;                       /* cells that count */
    size_t n_outliers, n_excluded;  /* outliers count in n */
    double median, spread;          /* spread: 1.4826 times the median
                                     * absolute deviation, NaN below n = 2 */
    double q25, q75, min, max;
} hc_group;

/* What one cell has to say: the median of its records (of the last cycle
 * where they have cycles). */
typedef struct {
    char cell[128];
    double value, std_error; /* SI */
    double cycle_count;      /* NaN: not said */
    size_t records;
    double score;  /* 0.6745 (value - median) / MAD, NaN when undefined */
    bool outlier;  /* |score| > 3.5 with n >= 4: Iglewicz and Hoaglin, "How
                    * to Detect and Handle Outliers" (1993) */
    bool excluded; /* by the registry alone; such a point counts nowhere */
    char reason[128]; /* the registry's, when excluded */
} hc_point;

typedef struct {
    hc_group *group;
    size_t n;
    hc_point *point;
    size_t n_points;
} hc_groups;

/* All groups by a fact of the cells (`group`, `batch`, ...).  A filter
 * without `quantity` gives those a lab compares: conductivity, area-specific
 * resistance, critical current density, first efficiency, retention.
 * Temperatures no more than 2 degrees apart are one class. */
hc_status hc_store_groups(hc_store *s, const hc_store_filter *filter,
                          const char *by, hc_groups *out, hc_err *err)
    HC_MUST_USE;
void hc_groups_clear(hc_groups *g);

/* As tables of kind groups or points; `lab`: in the laboratory's units. */
void hc_groups_write(const hc_groups *g, hc_writer *w, bool lab);
void hc_groups_write_points(const hc_groups *g, hc_writer *w, bool lab);

#endif
