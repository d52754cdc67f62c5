/* neware.c: what the Neware formats share
 *
 * Codes and ranges: observed in files, and as fastnda 968d89c2 and NewareNDA
 * d895eb23 list them (facts only).
 */
#include "formats/neware.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int code;
    const char *name;
} step_types[] = {
    {1, "CC Chg"},   {2, "CC DChg"},  {3, "CV Chg"},     {4, "Rest"},
    {5, "Cycle"},    {6, "End"},      {7, "CCCV Chg"},   {8, "CP DChg"},
    {9, "CP Chg"},   {10, "CR DChg"}, {13, "Pause"},     {16, "Pulse Step"},
    {17, "SIM"},     {18, "PCCCV"},   {19, "CV DChg"},   {20, "CCCV DChg"},
    {21, "Control"}, {22, "OCV"},     {26, "CPCV DChg"}, {27, "CPCV Chg"},
};

const char *hc_neware_step_type(int code, char *buf)
{
    for (size_t i = 0; i < sizeof step_types / sizeof *step_types; i++)
        if (step_types[i].code == code)
            return step_types[i].name;
    snprintf(buf, 16, "type %d", code);
    return buf;
}

int hc_neware_exponent(int32_t range, bool *sure)
{
    int64_t size = range < 0 ? -(int64_t)range : range;
    *sure = range != 0 && size <= 200000;
    if (range == 0 || range < -2000000000)
        return -1;
    if (range > 0)
        return size < 10 ? -4 : size < 100 ? -3 : size < 1000 ? -2 : -1;
    if (size < 10)
        return -5;
    if (size < 100)
        return -4;
    if (size < 1000)
        return -3;
    if (size < 1000000)
        return -2;
    return size < 10000000 ? -8 : size < 100000000 ? -7 : -6;
}
