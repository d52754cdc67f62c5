/* normal-tell.c: what is to be said of the columns of a data set */
#include "formats/normal.h"
#include "formats/twins.h"

#include "core/text.h"
#include "core/units.h"

#include <stdio.h>
#include <string.h>

/* A quantity whose unit is of another kind (mA/cm2) is not what it seems. */
static void tell_other_units(hc_normal *n, const hc_dataset *d)
{
    for (size_t i = 0; i < n->n_in; i++) {
        const char *other = n->in[i].m.other;
        if (other != NULL && hc_target_unit(other)[0] != '\0' &&
            hc_normal_find(n, other) < 0)
            hc_sink_warn(n->sink, 0,
                         "column '%.60s' is not read as %s: its unit cannot "
                         "be turned into %s; convert the column first",
                         d->columns[i].name, other, hc_target_unit(other));
    }
}

/* A series without a voltage or a current, and a column in its unit that is
 * not known: it may have it. */
static void tell_unknown(hc_normal *n, const hc_dataset *d)
{
    const hc_slots *s = &n->slot;
    bool volt = s->volt >= 0 || s->working >= 0 || s->counter >= 0;
    bool amp = hc_series_has_current(n);
    for (size_t i = 0; (!volt || !amp) && i < n->n_in; i++) {
        char base[256], unit[64];
        double scale;
        hc_dim dim, volts, amps;
        hc_column_split(d->columns[i].name, base, sizeof base, unit,
                        sizeof unit);
        if (d->columns[i].unit != NULL)
            hc_copy_trimmed(unit, sizeof unit, d->columns[i].unit,
                            strlen(d->columns[i].unit));
        const char *u = hc_plain_unit(unit);
        if (n->in[i].m.target != NULL || unit[0] == '\0' ||
            !hc_unit_parse(u, strlen(u), &scale, &dim) ||
            !hc_unit_parse("V", 1, &scale, &volts) ||
            !hc_unit_parse("A", 1, &scale, &amps))
            continue;
        bool is_volt = !volt && hc_dim_equal(dim, volts);
        if (!is_volt && (amp || !hc_dim_equal(dim, amps)))
            continue;
        hc_sink_warn(n->sink, 0,
                     "no column is known to be the %s: '%.60s' is not read",
                     is_volt ? "voltage" : "current", d->columns[i].name);
        return;
    }
}

/* Units that a table of no known instrument does not say. */
static hc_status note_assumed(hc_normal *n, const hc_dataset *d, hc_err *err)
{
    const int slots[] = {n->slot.time, n->slot.volt, n->slot.working,
                         n->slot.amp};
    for (size_t i = 0; d->judge_current && !n->many && i < 4; i++) {
        char base[256], unit[64], text[128];
        const hc_column *c = slots[i] < 0 ? NULL : &d->columns[slots[i]];
        if (c == NULL || c->unit != NULL || hc_bdf_known(c->name) != NULL ||
            hc_bdf_machine(c->name) != NULL || hc_is_unit(c->name))
            continue;
        hc_column_split(c->name, base, sizeof base, unit, sizeof unit);
        if (unit[0] != '\0')
            continue;
        snprintf(text, sizeof text, "column '%.60s' is in %s", c->name,
                 hc_target_unit(n->in[slots[i]].m.target));
        HC_TRY(hc_normal_keep(n, "assumed", text, err));
    }
    return HC_OK;
}

/* Is it what a table of that kind is about? */
static bool is_measured(const hc_normal *n, const char *target)
{
    static const char *const of_eis[] = {
        "frequency_hertz", "real_impedance_ohm", "imaginary_impedance_ohm",
        "absolute_impedance_ohm", "phase_degree"};
    static const char *const of_series[] = {"test_time_second", "voltage_volt",
                                            "current_ampere"};
    bool eis = hc_slots_impedance(&n->slot);
    const char *const *list = eis ? of_eis : of_series;
    size_t count = eis ? sizeof of_eis / sizeof of_eis[0]
                       : sizeof of_series / sizeof of_series[0];
    for (size_t i = 0; i < count; i++)
        if (strcmp(target, list[i]) == 0)
            return true;
    return false;
}

/* Tables beside each other: what stands there once more under the same name
 * would be lost without a word. */
static void tell_twins(hc_normal *n, const hc_dataset *d)
{
    for (size_t i = 0; i < n->n_in; i++)
        for (size_t k = 0; k < i && n->in[i].m.target != NULL; k++)
            if (n->in[k].m.target != NULL &&
                strcmp(d->columns[i].name, d->columns[k].name) == 0) {
                hc_sink_warn(n->sink, 0,
                             "column '%.60s' is there twice, the first is "
                             "read: cut tables that stand beside each other "
                             "into files of their own",
                             d->columns[i].name);
                break;
            }
}

/* The same under a name that is numbered (twins.h).  Cyclers number probes
 * too (Neware's V1, T1), of one kind each; a table has two. */
static void tell_numbered_twin(hc_normal *n, const hc_dataset *d)
{
    const char *first = NULL;
    size_t at = 0;
    if (strcmp(n->format->name, "text") != 0 &&
        strcmp(n->format->name, "xlsx") != 0)
        return;
    for (size_t i = 0; i < n->n_in; i++) {
        const char *target =
            n->in[i].m.target != NULL
                ? NULL
                : hc_twin_meaning(&d->columns[i], n->format->columns).target;
        if (target == NULL || !is_measured(n, target) ||
            hc_normal_find(n, target) < 0)
            continue;
        if (first == NULL) {
            first = target;
            at = i;
        }
        if (strcmp(first, target) == 0)
            continue;
        hc_sink_warn(n->sink, 0,
                     "column '%.60s' looks like that of another table beside "
                     "the first, which alone is read: cut them into files of "
                     "their own",
                     d->columns[at].name);
        return;
    }
}

hc_status hc_normal_tell(hc_normal *n, const hc_dataset *d, hc_kind kind,
                         hc_err *err)
{
    tell_other_units(n, d);
    tell_twins(n, d);
    tell_numbered_twin(n, d);
    if (kind != HC_KIND_SERIES)
        return HC_OK;
    tell_unknown(n, d);
    return note_assumed(n, d, err);
}
