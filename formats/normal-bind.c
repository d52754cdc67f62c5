/* normal-bind.c: what the columns of a data set mean to the table */
#include "formats/normal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hc_normal_find(const hc_normal *n, const char *target)
{
    int best = -1;
    for (size_t i = 0; i < n->n_in; i++)
        if (n->in[i].m.target != NULL &&
            strcmp(n->in[i].m.target, target) == 0 &&
            (best < 0 || n->in[i].m.rank < n->in[best].m.rank))
            best = (int)i;
    return best;
}

static int find_pair(const hc_normal *n, const char *what, const char *pair)
{
    char target[64];
    snprintf(target, sizeof target, "%s%s", what, pair);
    return hc_normal_find(n, target);
}

static int find_in(const void *table, const char *target)
{
    return hc_normal_find(table, target);
}

static void fill_slots(hc_normal *n)
{
    static const char *const pairs[] = {"", "@we", "@ce"};
    hc_slots *s = &n->slot;
    s->time = hc_normal_find(n, "test_time_second");
    s->date = hc_normal_find(n, "date_time");
    s->unix_time = hc_normal_find(n, "unix_time_second");
    s->volt = hc_normal_find(n, "voltage_volt");
    s->working = hc_normal_find(n, "working_potential_volt");
    s->counter = hc_normal_find(n, "counter_potential_volt");
    s->amp = hc_normal_find(n, "current_ampere");
    s->amp_in = hc_normal_find(n, "charging_current_ampere");
    s->amp_out = hc_normal_find(n, "discharging_current_ampere");
    s->increment = hc_normal_find(n, "charge_increment_coulomb");
    s->control_amp = hc_normal_find(n, "control_ampere");
    s->control_mixed = hc_normal_find(n, "control_mixed");
    s->mode = hc_normal_find(n, "control_mode");
    s->cycle = hc_normal_find(n, "cycle_count");
    s->step = hc_normal_find(n, "step_count");
    s->step_id = hc_normal_find(n, "step_id");
    s->step_flag = hc_normal_find(n, "step_flag");
    s->step_time = hc_normal_find(n, "step_time_second");
    if (s->step < 0 && s->step_id < 0 && s->step_flag < 0)
        s->step_id = hc_normal_find(n, "step_type");
    s->record = hc_normal_find(n, "record_index");
    s->freq = hc_normal_find(n, "frequency_hertz");
    s->key = hc_normal_find(n, "spectrum_key");
    for (int k = 0; k < 3; k++) {
        s->re[k] = find_pair(n, "real_impedance_ohm", pairs[k]);
        s->im[k] = find_pair(n, "imaginary_impedance_ohm", pairs[k]);
        s->mod[k] = find_pair(n, "absolute_impedance_ohm", pairs[k]);
        s->phase[k] = find_pair(n, "phase_degree", pairs[k]);
    }
    n->form = HC_IMMITTANCE_NONE;
    s->form_a = s->form_b = -1;
    if (!hc_slots_impedance(s) && s->freq >= 0)
        n->form = hc_immittance_find(find_in, n, &s->form_a, &s->form_b);
    /* with Zwe-ce beside it, Z is that of the working electrode; with Zce
     * alone as well */
    if (find_pair(n, "real_impedance_ohm", "@cell") >= 0 || s->re[2] >= 0) {
        s->re[1] = s->re[0], s->im[1] = s->im[0];
        s->mod[1] = s->mod[0], s->phase[1] = s->phase[0];
        s->re[0] = find_pair(n, "real_impedance_ohm", "@cell");
        s->im[0] = find_pair(n, "imaginary_impedance_ohm", "@cell");
        s->mod[0] = find_pair(n, "absolute_impedance_ohm", "@cell");
        s->phase[0] = find_pair(n, "phase_degree", "@cell");
    }
}

static bool is_text_target(const char *target)
{
    return strcmp(target, "step_type") == 0 ||
           strcmp(target, "date_time") == 0 || strcmp(target, "step_id") == 0;
}

/* Columns whose values nothing is computed from keep their text. */
void hc_normal_mark_passed(hc_normal *n)
{
    const int *slots = (const int *)(const void *)&n->slot;
    for (size_t i = 0; i < n->n_in; i++)
        n->in[i].passed = n->in[i].number && n->in[i].m.exact &&
                          !n->in[i].clock && (int)i != n->counters.a &&
                          (int)i != n->counters.b;
    for (size_t k = 0; k < sizeof n->slot / sizeof *slots; k++)
        if (slots[k] >= 0)
            n->in[slots[k]].passed = false;
    if (n->kind != HC_KIND_EIS && n->slot.volt >= 0)
        n->in[n->slot.volt].passed = n->in[n->slot.volt].m.exact;
    if (n->kind != HC_KIND_EIS && n->slot.working >= 0 &&
        (n->slot.volt >= 0 || n->slot.counter < 0))
        n->in[n->slot.working].passed = n->in[n->slot.working].m.exact;
    if (n->dataset->judge_current && n->slot.volt >= 0)
        n->in[n->slot.volt].passed = false;
    if (n->dataset->judge_current && n->slot.working >= 0)
        n->in[n->slot.working].passed = false;
    for (size_t i = 0; i < n->n_in; i++)
        if (n->kind == HC_KIND_EIS && n->in[i].m.target != NULL &&
            hc_watch_column(n->in[i].m.target) != HC_WATCH_NOT)
            n->in[i].passed = false;
    /* impedances are handed on where both parts are there */
    for (int k = 0; k < 3; k++)
        if (n->slot.re[k] >= 0 && n->slot.im[k] >= 0)
            n->in[n->slot.re[k]].passed = n->in[n->slot.im[k]].passed =
                n->in[n->slot.re[k]].m.exact && n->in[n->slot.im[k]].m.exact;
}

/* The dates beside the times have shown another unit than the names say. */
static void scale_times(hc_normal *n)
{
    const int both[] = {n->slot.time, n->slot.step_time};
    for (size_t i = 0; i < 2; i++)
        if (both[i] >= 0) {
            hc_meaning *m = &n->in[both[i]].m;
            m->scale = hc_meaning_value(m, 1) * n->time_unit;
            m->divisor = 0;
            m->exact = false;
        }
    hc_normal_repaired(n,
                       "column '%s' is in units of %g s, as the dates beside "
                       "it show",
                       n->dataset->columns[n->slot.time].name, n->time_unit);
}

/* The rows have shown that positive currents discharge. */
static void turn_current(hc_normal *n, const hc_dataset *d)
{
    if (d->reversed == NULL || n->slot.amp < 0 || n->options->no_repair)
        return;
    n->in[n->slot.amp].m.sign = -n->in[n->slot.amp].m.sign;
    hc_normal_repaired(n, "column '%.60s' with its sign turned: %s",
                       d->columns[n->slot.amp].name, d->reversed);
}

/* Currents are without sign, and a column says the direction. */
static void find_direction(hc_normal *n, const hc_dataset *d)
{
    n->direction = -1;
    if (d->direction == NULL || d->reversed != NULL ||
        (d->direction_why != NULL && n->options->no_repair))
        return;
    for (size_t i = 0; i < n->n_in; i++)
        if (strcmp(d->columns[i].name, d->direction) == 0)
            n->direction = (int)i;
    if (n->direction >= 0 && n->slot.amp >= 0 && d->direction_why != NULL)
        hc_normal_repaired(
            n,
            "column '%.60s' has no sign, negative where '%.60s' "
            "is %s: %s",
            d->columns[n->slot.amp].name, d->direction, d->discharging,
            d->direction_why);
}

/* "Time (mm:ss)", "t [min:s]" */
static bool says_minutes(const char *name)
{
    return strstr(name, "(m:s") != NULL || strstr(name, "(mm:ss") != NULL ||
           strstr(name, "(min:s") != NULL || strstr(name, "[mm:ss") != NULL ||
           strstr(name, "[min:s") != NULL;
}

/* "1e-3" without its 1 */
static void set_suffix(hc_incol *c)
{
    char text[HC_NUMBER_SIZE];
    size_t len = hc_number_shift("1", 1, c->m.shift, text, sizeof text);
    c->suffix_len = 0;
    if (!c->m.exact || len < 2 || len - 1 > sizeof c->suffix)
        return;
    memcpy(c->suffix, text + 1, len - 1);
    c->suffix_len = (unsigned char)(len - 1);
}

hc_status hc_normal_bind(hc_normal *n, const hc_dataset *d, hc_err *err)
{
    free(n->in);
    free(n->num);
    free(n->shape);
    free(n->seen);
    free(n->wanted);
    hc_normal_mended_clear(n);
    n->n_in = d->n_columns;
    n->in = calloc(n->n_in + 1, sizeof *n->in);
    n->num = calloc(4 * n->n_in + 1, sizeof *n->num);
    n->shape = calloc(n->n_in + 1, 1);
    n->seen = calloc(n->n_in + 1, sizeof *n->seen);
    n->wanted = calloc(n->n_in + 1, sizeof *n->wanted);
    n->n_wanted = 0;
    n->changes.asked = n->changes.always = 0;
    n->changes.take = n->changes.put = UINT64_MAX;
    n->changes.settled = false;
    if (n->in == NULL || n->num == NULL || n->shape == NULL ||
        n->seen == NULL || n->wanted == NULL) {
        n->n_in = 0;
        return hc_fail_nomem(err);
    }
    for (size_t i = 0; i < n->n_in; i++) {
        hc_incol *c = &n->in[i];
        if (d->is_complex != NULL && d->is_complex[i] != HC_COMPLEX_NO)
            continue;
        c->m = hc_column_meaning(&d->columns[i], n->format->columns);
        if (c->m.target == NULL)
            continue;
        c->number = !is_text_target(c->m.target);
        c->clock = hc_ends_with(c->m.target, "_time_second");
        c->minutes = c->clock && says_minutes(d->columns[i].name);
    }
    fill_slots(n);
    if (n->time_unit != 1 && n->slot.time >= 0)
        scale_times(n);
    hc_counters_find(n);
    n->said.len = 0;
    turn_current(n, d);
    find_direction(n, d);
    n->amp_sign = n->slot.amp >= 0 ? n->in[n->slot.amp].m.sign : 1;
    if (n->direction >= 0 && n->slot.amp >= 0)
        n->changes.always = hc_bit((size_t)n->slot.amp);
    n->run.polarity = (hc_polarity){0};
    n->run.high_volts = 0;
    for (size_t i = 0; i < n->n_in; i++) {
        hc_incol *c = &n->in[i];
        c->plain = c->number && c->m.exact && c->m.shift == 0 &&
                   c->m.sign >= 0 &&
                   (n->direction < 0 || (int)i != n->slot.amp);
        if (c->number || (int)i == n->slot.step_id) {
            n->wanted[n->n_wanted++] = i;
            n->changes.asked |= hc_bit(i);
        }
        set_suffix(c);
    }
    return HC_OK;
}

bool hc_slots_impedance(const hc_slots *s)
{
    if (s->freq < 0)
        return false;
    for (int k = 0; k < 3; k++)
        if ((s->re[k] >= 0 && s->im[k] >= 0) ||
            (s->mod[k] >= 0 && s->phase[k] >= 0))
            return true;
    return s->form_a >= 0;
}
