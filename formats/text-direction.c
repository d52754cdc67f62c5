/* text-direction.c: the sign of the current of a table that nobody described
 *
 * Words beside the rows ("Discharge") tell most, then the columns of charge
 * that count up, then the voltage (polarity.h): which sign of the current it
 * follows, or, where that has none, which of the codes of a column (1, 2).
 */
#include "formats/codes.h"
#include "formats/generic.h"
#include "formats/polarity.h"
#include "formats/quantity.h"
#include "formats/text-lines.h"

#include "core/number.h"
#include "core/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char discharging[] =
    "*DChg*Dchg*DCH*dch*ischarg*ISCHARG*放电*放電*방전*ntlad*NTLAD*écharge"
    "*Decharge*escarga*DESCARGA*Scarica*scarica*ontlad*ozład*ybíj*urladd"
    "*Urladd*eşarj*азряд*=D*=d*=Dis*=DIS*=dis*D_C*=DIS_*DISCH*Disch*disch";

/* "recharge" and "Aufladen" among them */
static const char charging[] =
    "*harg*HARG*Chg*CHG*chg*CHRG*CCCV*C_C*充电*充電*충전*Laden*laden*LADEN*"
    "Ladung*ladung"
    "*arica*ARICA*arga*ARGA*ładow*abíj*ppladd*şarj*Şarj*аряд*=C*=c*=Cha*=CHA"
    "*=cha";

const char *hc_discharge_words(void)
{
    return discharging;
}

const char *hc_charge_words(void)
{
    return charging;
}

typedef struct {
    int state, amp, volt, in, out; /* columns, -1 none */
    hc_meaning amp_is, volt_is;
} places;

/* Counters of charge, of the test, a cycle or a step. */
static bool is_counter(const char *target, bool in)
{
    const char *tail = in ? "charging_capacity_ah" : "discharging_capacity_ah";
    return hc_ends_with(target, tail) &&
           (!in || !hc_ends_with(target, "discharging_capacity_ah"));
}

static places find(const hc_dataset *d, const hc_colmap *own)
{
    places w = {.state = -1, .amp = -1, .volt = -1, .in = -1, .out = -1};
    int rank = 99;
    for (size_t i = 0; i < d->n_columns; i++) {
        hc_meaning m = hc_column_meaning(&d->columns[i], own);
        int at = (int)i;
        if (m.target == NULL)
            continue;
        if (strcmp(m.target, "step_type") == 0 && m.rank < rank) {
            w.state = at;
            rank = m.rank;
        } else if (strcmp(m.target, "current_ampere") == 0) {
            if (w.amp < 0 || m.rank < w.amp_is.rank) {
                w.amp = at;
                w.amp_is = m;
            }
        } else if (strcmp(m.target, "voltage_volt") == 0 ||
                   (w.volt < 0 &&
                    strcmp(m.target, "working_potential_volt") == 0)) {
            w.volt = at;
            w.volt_is = m;
        } else if (is_counter(m.target, true)) {
            w.in = at;
        } else if (is_counter(m.target, false)) {
            w.out = at;
        }
    }
    return w;
}

/* What the rows show. */
typedef struct {
    double largest; /* |current| */
    /* rows with words of a discharge or a charge, by the current's sign */
    unsigned out_plus, out_minus, in_plus, in_minus, else_minus;
    /* rows in which a counter of charge rose */
    unsigned up_in_plus, up_in_minus, up_out_plus, up_out_minus;
    double last_in, last_out;
    hc_polarity polarity;
    hc_codes codes;
} evidence;

static double number(const hc_cell *cells, size_t got, int at)
{
    double x = NAN;
    if (at < 0 || got <= (size_t)at || !hc_quantity_number(&cells[at], &x))
        return NAN;
    return x;
}

static void count_words(evidence *e, const hc_cell *state, double amp)
{
    if (hc_cell_says(state, discharging)) {
        e->out_plus += amp > 0;
        e->out_minus += amp < 0;
    } else if (hc_cell_says(state, charging)) {
        e->in_plus += amp > 0;
        e->in_minus += amp < 0;
    } else {
        e->else_minus += amp < 0;
    }
}

/* The code of a row (codes.h), NaN: none. */
static double code_of(const hc_cell *cells, size_t got, int at)
{
    const hc_cell *c = at < 0 || got <= (size_t)at ? NULL : &cells[at];
    if (c != NULL && c->type == HC_CELL_TEXT && c->len == 1)
        return *c->u.s == '+'   ? HC_CODE_PLUS
               : *c->u.s == '-' ? HC_CODE_MINUS
                                : number(cells, got, at);
    return number(cells, got, at);
}

static void add_row(evidence *e, const places *w, const hc_cell *cells,
                    size_t got)
{
    double amp = number(cells, got, w->amp),
           volt = number(cells, got, w->volt);
    double in = number(cells, got, w->in), out = number(cells, got, w->out);
    if (isnan(amp))
        return;
    amp = hc_meaning_value(&w->amp_is, amp);
    if (!isnan(volt)) {
        volt = hc_meaning_value(&w->volt_is, volt);
        hc_polarity_add(&e->polarity, amp, volt);
    }
    if (fabs(amp) > 50 * e->largest) /* all before was noise */
        *e = (evidence){.last_in = e->last_in,
                        .last_out = e->last_out,
                        .polarity = e->polarity};
    if (fabs(amp) > e->largest)
        e->largest = fabs(amp);
    bool flows = fabs(amp) > 0.02 * e->largest;
    hc_codes_add(&e->codes, code_of(cells, got, w->state), flows, volt);
    if (flows) {
        if (w->state >= 0 && got > (size_t)w->state)
            count_words(e, &cells[w->state], amp);
        e->up_in_plus += in > e->last_in && amp > 0;
        e->up_in_minus += in > e->last_in && amp < 0;
        e->up_out_plus += out > e->last_out && amp > 0;
        e->up_out_minus += out > e->last_out && amp < 0;
    }
    e->last_in = in;
    e->last_out = out;
}

/* How many of the n columns have to be looked at. */
static size_t last_of(const places *w, size_t n)
{
    const int at[] = {w->state, w->amp, w->volt, w->in, w->out};
    size_t last = 0;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++)
        if (at[i] >= 0 && (size_t)at[i] >= last)
            last = (size_t)at[i] + 1;
    return last < n ? last : n;
}

static bool look(const hc_probe *p, size_t at, hc_dialect dialect,
                 const places *w, size_t n, evidence *e)
{
    const char *line, *end = p->text + p->text_len;
    size_t len;
    n = last_of(w, n);
    hc_cell *cells = calloc(n + 1, sizeof *cells);
    if (cells == NULL || !hc_probe_line(p, at, &line, &len)) {
        free(cells);
        return false;
    }
    while (line < end) {
        const char *nl = memchr(line, '\n', (size_t)(end - line));
        if (nl == NULL && !p->whole)
            break; /* cut by the end of the probe */
        len = (size_t)((nl == NULL ? end : nl) - line);
        char *copy = hc_strndup(line, len);
        if (copy != NULL)
            add_row(e, w, cells, hc_split(copy, len, dialect, cells, n));
        free(copy);
        line = nl == NULL ? end : nl + 1;
    }
    free(cells);
    return true;
}

/* What the cells of a column say of discharges. */
typedef struct {
    bool discharge, other;
} said;

/* Can there be words at all behind that line?  Not among digits and their
 * exponents. */
static bool may_speak(const hc_probe *p, size_t at)
{
    const char *s, *end = p->text + p->text_len;
    size_t len;
    if (!hc_probe_line(p, at, &s, &len))
        return false;
    for (; s < end; s++) {
        unsigned lower = (unsigned char)*s | 0x20;
        if (lower >= 0x80 || (lower >= 'a' && lower <= 'z' && lower != 'e'))
            return true;
    }
    return false;
}

/* The words of a line, by columns. */
static void hear(const hc_cell *cells, size_t got, said *s)
{
    for (size_t i = 0; i < got; i++) {
        double x;
        if (cells[i].type != HC_CELL_TEXT || hc_text_is_digits(&cells[i]) ||
            hc_cell_number(&cells[i], &x))
            continue;
        if (hc_cell_says(&cells[i], discharging))
            s[i].discharge = true;
        else
            s[i].other = true;
    }
}

/* The column that says the direction: the one of the state where it says
 * "Discharge" in any row, or one that does in some rows and says something
 * else in others, whatever its name ("Step", "Betriebsart"). */
static int by_its_words(const hc_probe *p, size_t at, hc_dialect dialect,
                        const hc_dataset *d, int state)
{
    hc_cell *cells = calloc(d->n_columns + 1, sizeof *cells);
    said *s = calloc(d->n_columns + 1, sizeof *s);
    const char *line;
    size_t len;
    int found = state;
    for (size_t k = at; cells != NULL && s != NULL &&
                        (k == at ? hc_probe_line(p, at, &line, &len)
                                 : hc_probe_next(p, &line, &len));
         k++) {
        char *copy = hc_strndup(line, len);
        if (copy != NULL) {
            size_t got = hc_split(copy, len, dialect, cells, d->n_columns);
            hear(cells, got < d->n_columns ? got : d->n_columns, s);
        }
        free(copy);
    }
    bool says = s == NULL || (state >= 0 && s[state].discharge);
    for (size_t i = d->n_columns; !says && i-- > 0;)
        if (s[i].discharge && s[i].other)
            found = (int)i;
    free(cells);
    free(s);
    return found;
}

/* Many more of one than of the other. */
static bool mostly(unsigned many, unsigned few)
{
    return many > 0 && many > 8 * few;
}

/* A current without sign beside a column of codes (codes.h). */
static bool by_codes(const evidence *e, const places *w, hc_dataset *d)
{
    const char *why, *code = hc_codes_discharge(&e->codes, &why);
    if (w->state < 0 || e->polarity.negative || code == NULL)
        return false;
    d->direction = d->columns[w->state].name;
    d->discharging = code;
    d->direction_why = why;
    return true;
}

void hc_text_direction(const hc_probe *p, size_t at, hc_dialect dialect,
                       const hc_colmap *own, hc_dataset *d)
{
    places w = find(d, own);
    evidence e = {.last_in = NAN, .last_out = NAN};
    if (w.amp >= 0 && may_speak(p, at))
        w.state = by_its_words(p, at, dialect, d, w.state);
    if (w.amp < 0 || !look(p, at, dialect, &w, d->n_columns, &e))
        return;
    d->judge_current = true;
    if (mostly(e.out_minus, e.out_plus)) /* as it should be */
        return;
    if (mostly(e.in_minus, e.in_plus)) {
        d->reversed = "it is negative in the steps of a charge";
        return;
    }
    if (by_codes(&e, &w, d))
        return;
    d->codes =
        w.state >= 0 && !e.polarity.negative && hc_codes_differ(&e.codes);
    if (w.state >= 0 && e.else_minus == 0 && e.in_minus == 0) {
        d->direction = d->columns[w.state].name;
        d->discharging = discharging;
        if (e.in_plus + e.out_plus > 0)
            return;
    }
    unsigned up_wrong = e.up_in_minus + e.up_out_plus;
    unsigned up_right = e.up_in_plus + e.up_out_minus;
    bool one_sign = !e.polarity.negative;
    if (mostly(up_wrong, up_right) && !(one_sign && e.up_in_plus > 0))
        d->reversed = "the columns of charge count the other way";
    else if (up_right == 0 &&
             hc_polarity_says(&e.polarity) == HC_POLARITY_REVERSED)
        d->reversed = "the voltage falls while it is positive";
}
