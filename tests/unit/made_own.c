/* made_own.c: made files of BioLogic, Gamry, ZPlot, BDF and plain text */
#include "made_own.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define TEXT(NAME, WORDS)                                                     \
    static void NAME(hc_text *t)                                              \
    {                                                                         \
        hc_text_puts(t, WORDS);                                               \
    }

#define PEIS_NAMES "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\ttime/s\tcycle number\t\n"
#define PEIS_ROWS                                                             \
    "1.0000000E+005\t1.0100000E+001\t1.0000000E-001\t1.0\t1.0\t\n"            \
    "1.0000000E+004\t1.1100000E+001\t2.0000000E+000\t2.0\t1.0\t\n"            \
    "1.0000000E+003\t1.3100000E+001\t3.5000000E+000\t3.0\t1.0\t\n"

TEXT(mpt_long,
     "EC-Lab ASCII FILE\nNb header lines : 10                          \n\n"
     "Potentio Electrochemical Impedance Spectroscopy\n\n"
     "Acquisition started on : 03/02/2021 16:17:59.000\n"
     "Device : SP-240 (SN 0200)\nComments : a\xb5\n\n" PEIS_NAMES PEIS_ROWS)
TEXT(mpt_short,
     "EC-Lab ASCII FILE\nNb header lines : 3\n" PEIS_NAMES PEIS_ROWS)
TEXT(mpt_none, PEIS_NAMES PEIS_ROWS)
TEXT(mpt_blank, "\r\nmode\tNs\ttime/s\tEwe/V\tI/mA\t\r\n"
                "3\t0\t0,0E+000\t3,6E+000\t0,0E+000\t\r\n"
                "1\t1\t1,0E+001\t3,7E+000\t5,0E-001\t\r\n"
                "1\t1\t2,0E+001\t3,8E+000\t5,0E-001\t\r\n")
TEXT(mpt_bt, "BT-Lab ASCII FILE\nNb header lines : 6\n\nModulo Bat\n\n"
             "Ns changes\tNs\ttime/s\tEcell/V\tI/mA\tTemperature/\xb0"
             "C\t\n"
             "1\t0\t0.5\t3.1\t0\t25.5\t\n0\t0\t1.5\t3.2\t1\t25.6\t\n")
TEXT(mps, "EC-LAB SETTING FILE\n\nNumber of linked techniques : 1\n\n"
          "Device : VSP\nCharacteristic mass : 1.500 mg\n\nTechnique : 1\n"
          "Galvanostatic Cycling with Potential Limitation\n"
          "Ns                  0                   1                   \n"
          "Is                  0.000               0.400               \n")
TEXT(mpl, "BT-Lab LOG FILE\n\nGalvanostatic Cycling\n\nUser : a\n"
          "Device : BCS-805 (SN 0709)\n")
TEXT(loop, "VMP EXPERIMENT LOOP INDEXES\n0\n709\n1104\n")
TEXT(gamry_eis,
     "EXPLAIN\nTAG\tEISPOT\nTITLE\tLABEL\tEIS\tTest &Identifier\n"
     "DATE\tLABEL\t3/18/2020\tDate\nTIME\tLABEL\t16:54:44\tTime\n"
     "NOTES\tNOTES\t2\t&Notes...\n\tone\n\ttwo\n"
     "OCVCURVE\tTABLE\t2\n\tPt\tT\tVf\n\t#\ts\tV vs. Ref.\n"
     "\t0\t0.25\t3.61\n\t1\t0.5\t3.62\nEOC\tQUANT\t3.62\tOpen Circuit (V)\n"
     "ZCURVE\tTABLE\n\tPt\tTime\tFreq\tZreal\tZimag\tIdc\n"
     "\t#\ts\tHz\tohm\tohm\tA\n\t0\t1\t1000\t10.5\t-1.5\t1E-9\n"
     "\t1\t2\t100\t11.5\t-2.5\t1E-9\n\t2\t3\t10\t12.5\t-3.5\t1E-9\n")
TEXT(gamry_cv,
     "EXPLAIN\r\nTAG\tCV\r\nDATE\tLABEL\t10-2-2020\tDate\r\n"
     "CURVE1\tTABLE\t9\r\n\tPt\tT\tVf\tIm\tOver\r\n\t#\ts\tV\tA\tbits\r\n"
     "\t0\t0,1\t4,9E-001\t7,8E-009\t......\r\n"
     "\t1\t0,2\t4,8E-001\t5,3E-009\t......\r\n"
     "CURVE2\tTABLE\r\n\tPt\tT\tVf\tIm\tOver\r\n\t#\ts\tV\tA\tbits\r\n"
     "\t0\t0,3\t4,7E-001\t2,8E-009\t......\r\n"
     "EXPERIMENTABORTED\tTOGGLE\tT\tExperiment Aborted\r\n")
TEXT(corrware, "CORRW ASCII\nCORRWARE 3.5i\nBegin Experiment: one\n"
               "  Type: Potentiodynamic\n  Scan Rate: 10\n"
               "  Comment Lines: 1\nEnd Comments\n"
               "  0.100\t1.5E-3\t1.0\n  0.200\t2.5E-3\t2.0\n"
               "  0.300\t3.5E-3\t3.0\n")
TEXT(zplot_a, "ZPLOT2 ASCII\n  Measured Data, ZPlot:       3.2c\n"
              "  Date:                       10-12-2018\n"
              "  Time:                       11:04:34\n"
              "  Data Points:                3\n"
              "  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\n"
              "End Comments\n"
              "1.0E+05\t0\t0\t1\t1.5E+02\t-1.0E+01\t0\n"
              "1.0E+04\t0\t0\t2\t1.6E+02\t-2.0E+01\t0\n"
              "1.0E+03\t0\t0\t3\t1.7E+02\t-3.0E+01\t0\n")
TEXT(zplot_b, "\"ZPlotW Data File: Version 3.2c\"\n\"Raw Data\"\n"
              "Date: 12-17-2019    Time: 16:24:35\n\"Frequency\"\n"
              "0,3,0,1\n9\n\"  Freq(Hz)    Ampl     Z'(a)    Z''(b)\"\n"
              "1.0E+05, 0, 1.5E+02, -1.0E+01\n"
              "1.0E+04, 0, 1.6E+02, -2.0E+01\n")
TEXT(bdf_labels, "Test Time / s,Voltage / V,Current / A\n0,3.7,0.1\n"
                 "1,3.6,0.1\n2,3.5,0.1\n")
TEXT(bdf_machine, "test_time_second,voltage_volt,current_ampere,cycle_count\n"
                  "0.0,3.7,0.1,1\n10.0,3.6,0.1,1\n20.0,3.5,-0.1,2\n")
TEXT(text_semicolon, "# my cell;;\nf;Z';Z''\n1000,5;10,5;-1,5\n"
                     "100,5;11,5;-2,5\n10,5;12,5;-3,5\n1,5;13,5;-4,5\n")
TEXT(text_none, "1000.0 10.5 -1.5\n300.0 10.9 -1.8\n100.0 11.5 -2.5\n"
                "30.0 11.9 -2.9\n10.0 12.5 -3.5\n3.0 13.5 -4.5\n")
TEXT(text_cycling, "operator,me\n\nTime,Potential,Current\ns,V,mA\n"
                   "0,3.1,0.0\n10,3.2,1.5\n20,3.3,1.5\n30,3.2,-1.5\n")

/* ---- .mpr ---- */

static void u1(hc_text *t, unsigned v)
{
    hc_text_putc(t, (char)v);
}

static void u2(hc_text *t, unsigned v)
{
    u1(t, v & 255);
    u1(t, v >> 8 & 255);
}

static void u4(hc_text *t, uint32_t v)
{
    u2(t, v & 65535);
    u2(t, v >> 16);
}

static void f4(hc_text *t, float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    u4(t, u);
}

static void f8(hc_text *t, double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    u4(t, (uint32_t)u);
    u4(t, (uint32_t)(u >> 32));
}

static void fill(hc_text *t, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hc_text_putc(t, '\0');
}

static void padded(hc_text *t, const char *s, size_t width)
{
    size_t n = strlen(s);
    hc_text_add(t, s, n);
    for (; n < width; n++)
        hc_text_putc(t, ' ');
}

static void module(hc_text *t, bool is_new, const char *name, unsigned version,
                   const hc_text *body)
{
    hc_text_puts(t, "MODULE");
    padded(t, name, 10);
    padded(t, name, 25);
    if (is_new)
        u4(t, UINT32_MAX);
    u4(t, (uint32_t)body->len);
    u4(t, version);
    if (is_new)
        u4(t, 10);
    hc_text_puts(t, "09/14/26");
    hc_text_add(t, body->data, body->len);
}

enum { MPR_ROWS = 5 };

/* flags (1, 2, 21, 31), Ns, time, Ewe, I; `odd` is an id that nobody knows,
 * of four bytes. */
static void records(hc_text *t, bool odd)
{
    for (int i = 0; i < MPR_ROWS; i++) {
        u1(t, i == 0 ? 0x13 : 0x01);
        u2(t, i > 2);
        f8(t, 10.0 * i);
        if (odd)
            f4(t, 7.5f);
        f4(t, 3.5f + 0.25f * (float)i);
        f4(t, 0.5f);
    }
}

static void data_module(hc_text *t, bool is_new, unsigned version, bool odd)
{
    static const unsigned ids[] = {1, 2, 21, 31, 131, 4, 999, 6, 8};
    hc_text b = {0};
    size_t start = is_new         ? 1007
                   : version == 2 ? 405
                   : version == 3 ? 406
                                  : 100;
    unsigned n = odd ? 9 : 8;
    u4(&b, MPR_ROWS);
    if (is_new)
        u2(&b, n);
    else
        u1(&b, n);
    for (size_t i = 0; i < 9; i++) {
        if (ids[i] == 999 && !odd)
            continue;
        if (version == 0 && !is_new)
            u1(&b, ids[i]);
        else
            u2(&b, ids[i]);
    }
    fill(&b, start - b.len);
    records(&b, odd);
    module(t, is_new, "VMP data", version, &b);
    hc_text_clear(&b);
}

static void mpr(hc_text *t, bool is_new, unsigned version, bool odd)
{
    hc_text b = {0};
    hc_text_puts(t, "BIO-LOGIC MODULAR FILE\x1a");
    padded(t, "", 25);
    fill(t, 4);
    u1(&b, 4);
    fill(&b, 400);
    module(t, is_new, "VMP Set", 0, &b);
    data_module(t, is_new, version, odd);
    hc_text_reset(&b);
    fill(&b, 585);
    f8(&b, 46279.354166666664); /* 2026-09-14 08:30 */
    fill(&b, 400);
    module(t, is_new, "VMP LOG", 0, &b);
    hc_text_reset(&b);
    u4(&b, 2);
    u4(&b, 0);
    u4(&b, MPR_ROWS);
    module(t, is_new, "VMP loop", 0, &b);
    hc_text_clear(&b);
}

static void mpr_2(hc_text *t)
{
    mpr(t, false, 2, false);
}

static void mpr_3(hc_text *t)
{
    mpr(t, false, 3, false);
}

static void mpr_0_old(hc_text *t)
{
    mpr(t, false, 0, false);
}

static void mpr_0_new(hc_text *t)
{
    mpr(t, true, 0, false);
}

static void mpr_odd(hc_text *t)
{
    mpr(t, true, 0, true);
}

static const made_file files[] = {
    {"mpt-long", "biologic-mpt", 3, "-Im(Z)/Ohm", 0.1, 3.5, mpt_long, "11-13",
     0, 0},
    {"mpt-short", "biologic-mpt", 3, "freq/Hz", 1e5, 1e3, mpt_short, "4-6", 0,
     0},
    {"mpt-none", "biologic-mpt", 3, "Re(Z)/Ohm", 10.1, 13.1, mpt_none, "2-4",
     0, 0},
    {"mpt-blank", "biologic-mpt", 3, "Ewe/V", 3.6, 3.8, mpt_blank, "3-5", 0,
     0},
    {"mpt-btlab", "biologic-mpt", 2, "Ecell/V", 3.1, 3.2, mpt_bt, "7-8", 0, 0},
    {"mpr-2", "biologic-mpr", MPR_ROWS, "Ewe/V", 3.5, 4.5, mpr_2, NULL,
     567 + 405, 19},
    {"mpr-3", "biologic-mpr", MPR_ROWS, "time/s", 0, 40, mpr_3, NULL,
     567 + 406, 19},
    {"mpr-0-old", "biologic-mpr", MPR_ROWS, "Ns", 0, 1, mpr_0_old, NULL,
     567 + 100, 19},
    {"mpr-0-new", "biologic-mpr", MPR_ROWS, "I/mA", 0.5, 0.5, mpr_0_new, NULL,
     583 + 1007, 19},
    {"mpr-odd-id", "biologic-mpr", MPR_ROWS, "id 999", 7.5, 7.5, mpr_odd, NULL,
     583 + 1007, 23},
    {"mps", "biologic-mps", 5, "technique number", 0, 1, mps, NULL, 0, 0},
    {"mpl", "biologic-mpl", 3, "technique number", 0, 0, mpl, NULL, 0, 0},
    {"loop", "biologic-loop", 3, "first row", 0, 1104, loop, "2-4", 0, 0},
    {"gamry-eis", "gamry-dta", 3, "Zimag", -1.5, -3.5, gamry_eis, "18-20", 0,
     0},
    {"gamry-cv", "gamry-dta", 2, "Im", 7.8e-9, 5.3e-9, gamry_cv, "7-8", 0, 0},
    {"corrware", "corrware", 3, "E (V)", 0.1, 0.3, corrware, "8-10", 0, 0},
    {"zplot-comments", "zplot", 3, "Z''(b)", -10, -30, zplot_a, "8-10", 0, 0},
    {"zplot-quoted", "zplot", 2, "Z'(a)", 150, 160, zplot_b, "8-9", 0, 0},
    {"bdf-labels", "bdf", 3, "Voltage / V", 3.7, 3.5, bdf_labels, "2-4", 0, 0},
    {"bdf-machine", "bdf", 3, "current_ampere", 0.1, -0.1, bdf_machine, "2-4",
     0, 0},
    {"text-semicolon", "text", 4, "f", 1000.5, 1.5, text_semicolon, "3-6", 0,
     0},
    {"text-no-names", "text", 6, "col3", -1.5, -4.5, text_none, "1-6", 0, 0},
    {"text-cycling", "text", 4, "Current", 0, -1.5, text_cycling, "5-8", 0, 0},
};

size_t made_own_count(void)
{
    return sizeof files / sizeof *files;
}

const made_file *made_own_at(size_t i)
{
    return &files[i];
}
