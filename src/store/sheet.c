#include "store/sheet.h"

#include "core/number.h"

#include <math.h>
#include <string.h>

hc_sheet hc_sheet_make(const hc_export *how, hc_out *out)
{
    bool csv = how->to == HC_EXPORT_CSV;
    return (hc_sheet){.out = out,
                      .separator = !csv ? '\t' : how->comma ? ';' : ',',
                      .quotes = csv,
                      .comma = how->comma,
                      .first = true};
}

static void begin_field(hc_sheet *s)
{
    if (!s->first)
        hc_out_putc(s->out, s->separator);
    s->first = false;
}

void hc_sheet_text(hc_sheet *s, const char *text)
{
    char special[] = {'"', '\n', '\r', s->separator, '\0'};
    bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL &&
                   text[1] != '\0';
    bool quote = s->quotes && strpbrk(text, special) != NULL;

    begin_field(s);
    if (quote)
        hc_out_putc(s->out, '"');
    if (formula)
        hc_out_putc(s->out, '\'');
    for (; *text != '\0'; text++) {
        if (s->quotes && *text == '"')
            hc_out_puts(s->out, "\"\"");
        else if (!s->quotes && strchr("\t\n\r", *text) != NULL)
            hc_out_putc(s->out, ' ');
        else
            hc_out_putc(s->out, *text);
    }
    if (quote)
        hc_out_putc(s->out, '"');
}

void hc_sheet_value(hc_sheet *s, const char *text)
{
    double x;
    if (!hc_number_parse(text, strlen(text), &x)) {
        hc_sheet_text(s, text);
        return;
    }
    begin_field(s);
    for (; !isnan(x) && *text != '\0'; text++)
        hc_out_putc(s->out, s->comma && *text == '.' ? ',' : *text);
}

void hc_sheet_number(hc_sheet *s, double x)
{
    char buf[HC_NUMBER_SIZE];
    hc_number_print_digits(x, 10, buf);
    hc_sheet_value(s, buf);
}

void hc_sheet_end_row(hc_sheet *s)
{
    hc_out_putc(s->out, '\n');
    s->first = true;
}
