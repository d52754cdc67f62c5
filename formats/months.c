/* months.c: the names of months */
#include "formats/cursor.h"

/* Months in English, German, French, Spanish, Italian, Portuguese, Dutch,
 * Swedish, Polish, Czech, Turkish, Russian, as far as it takes to tell them
 * apart; some languages have two spellings.  UTF-8. */
static const char *const month_names[] = {
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "jan feb mrz apr mai jun jul aug sept okt nov dez",
    "janv fév mars avr mai juin juil aoû sep oct nov déc",
    "ene fev mär abr may jun jul ago set oct nov dic",
    "gen feb mar apr mag giu lug ago sett ott nov dic",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "jan feb mars apr maj juni juli aug sep okt nov dec",
    "sty lut mar kwi maj cze lip sie wrz paź lis gru",
    "led úno bře dub kvě čvn čvc srp zář říj lis pro",
    "oca şub mar nis may haz tem ağu eyl eki kas ara",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "янв фев мар апр мая июн июл авг сен окт ноя дек",
};

/* Number of the month with the longest name that c begins with, 0 none. */
int hc_month_of(const hc_cursor *c, size_t *length)
{
    int month = 0;
    *length = 0;
    for (size_t i = 0; i < sizeof month_names / sizeof month_names[0]; i++) {
        const char *name = month_names[i];
        for (int m = 1; m <= 12; m++) {
            size_t n = strcspn(name, " "), k = 0;
            while (k < n && c->s + k < c->end &&
                   hc_tolower(c->s[k]) == name[k])
                k++;
            if (k == n && n > *length) {
                *length = n;
                month = m;
            }
            name += n + (name[n] == ' ');
        }
    }
    return month;
}

int hc_month_word(hc_cursor *c)
{
    size_t length;
    int month = hc_month_of(c, &length);
    c->s += length;
    while (month > 0 && c->s < c->end &&
           (hc_isalpha(*c->s) || (unsigned char)*c->s >= 0x80))
        c->s++;
    if (month > 0 && c->s + 1 < c->end && *c->s == '.' && !hc_isdigit(c->s[1]))
        c->s++; /* "Nov. 9", "Okt.-23" */
    return month;
}
