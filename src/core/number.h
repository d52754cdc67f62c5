/* number.h: doubles from and to text, always in the C locale
 *
 * The only home of conversions between doubles and text.  Reading is
 * correctly rounded (Eisel-Lemire, strtod_l behind it); printing gives the
 * shortest text that reads back equal (shortest.h).  Source: D. Lemire,
 * "Number parsing at a gigabyte per second", 10.1002/spe.2984; R. Giulietti,
 * "The Schubfach way to render doubles" (2020).
 */
#ifndef HC_CORE_NUMBER_H
#define HC_CORE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any printed number and its NUL, and for printing it in blocks. */
enum { HC_NUMBER_SIZE = 48 };

/* Parse all of s[0..len) as a decimal number: sign, digits, '.', exponent,
 * or nan, inf, infinity in any case.  No white space, no hex, no locale.
 * True on success.  1e400 gives inf, 1e-400 gives 0, both true. */
bool hc_number_parse(const char *s, size_t len, double *out);

/* The same with ',' as decimal mark. */
bool hc_number_parse_comma(const char *s, size_t len, double *out);

/* A number at s that any other byte ends, as the next delimiter of a table:
 * returns where it ends, or NULL unless it is plain (a '-', at most 18
 * digits with a point among them, a short exponent).  Eight bytes behind the
 * end are read. */
const char *hc_number_plain(const char *s, double *out);

/* The number at the start of s[0..len); returns how many bytes it took, 0
 * when there is none ("1.5mA" gives 3). */
size_t hc_number_prefix(const char *s, size_t len, double *out);

/* Whole number in [lo, hi]; all of s must be used. */
bool hc_integer_parse(const char *s, size_t len, long lo, long hi,
                      long *out);

/* Shortest text that reads back equal, written to buf (HC_NUMBER_SIZE),
 * NUL-terminated; returns its length.  "NaN", "inf", "-inf".  1e-5 <= |x| <
 * 1e17 without exponent, otherwise like 1.25e-7. */
size_t hc_number_print(double x, char *buf);

/* At most `digits` significant digits (1..17), trailing zeros cut: what
 * fitted and derived quantities are printed with (10). */
size_t hc_number_print_digits(double x, int digits, char *buf);

/* The number that text is: x rounded to so many significant digits. */
double hc_number_round(double x, int digits);
/* The same for numbers that mostly are of the size of the one before; {0} to
 * begin with. */
typedef struct {
    double tens; /* power of ten that makes so many digits of it */
} hc_rounding;
double hc_number_round_again(hc_rounding *r, double x, int digits);

/* A whole number, the same for its buffer. */
size_t hc_whole_print(uint64_t x, char *buf);

/* i times 10^e, |e| <= HC_DECIMAL_MOST, digit by digit and without exponent;
 * zeros at the end of a fraction go.  Writes into buf (HC_DECIMAL_SIZE),
 * without a NUL; returns the length. */
enum { HC_DECIMAL_MOST = 60, HC_DECIMAL_SIZE = 112 };
size_t hc_decimal_print(int64_t i, int e, char *buf);

/* Text of a decimal number times 10^shift, by moving the exponent of the
 * text, so that no digit changes ("1.50" by -3 gives "1.50e-3").  Writes to
 * buf[cap] and returns the length, 0 when it does not fit or s is not a
 * number. */
size_t hc_number_shift(const char *s, size_t len, int shift, char *buf,
                       size_t cap);

#endif
