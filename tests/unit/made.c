#include "made.h"

#include "made_own.h"
#include "made_zip.h"

#include <stdint.h>
#include <string.h>

/* ---- bytes ---- */

static void u1(hc_text *t, unsigned v)
{
    hc_text_putc(t, (char)(v & 0xff));
}

static void u2(hc_text *t, unsigned v)
{
    u1(t, v);
    u1(t, v >> 8);
}

static void u4(hc_text *t, uint32_t v)
{
    u2(t, v & 0xffff);
    u2(t, v >> 16);
}

static void u8(hc_text *t, uint64_t v)
{
    u4(t, (uint32_t)v);
    u4(t, (uint32_t)(v >> 32));
}

static void f4(hc_text *t, float f)
{
    union {
        float f;
        uint32_t u;
    } x = {f};
    u4(t, x.u);
}

static void zeros(hc_text *t, size_t n)
{
    while (n-- > 0)
        u1(t, 0);
}

/* Fill up to byte `at`. */
static void upto(hc_text *t, size_t at)
{
    while (t->len < at && !t->failed)
        u1(t, 0);
}

/* ---- Neware .nda ---- */

enum { NDA_ROWS = 12 };

static void nda_head(hc_text *t, unsigned version, uint32_t range)
{
    hc_text_puts(t, "NEWARE20200325");
    u1(t, version);
    u1(t, 0);
    u4(t, 2048); /* device block */
    u4(t, 42);
    zeros(t, 40);
    u4(t, 2200); /* records */
    u4(t, 0);
    upto(t, 2048);
    zeros(t, 26);
    u4(t, range);
    upto(t, 2200);
}

static void nda_8(hc_text *t)
{
    nda_head(t, 8, 50);
    for (uint32_t i = 1; i <= NDA_ROWS; i++) {
        size_t start = t->len;
        u1(t, 0);
        u4(t, i);
        u4(t, 1);
        u1(t, i < 4 ? 1 : 2);
        u1(t, i < 4 ? 4 : 2);
        u4(t, 10 * (i < 4 ? i - 1 : i - 4));
        u4(t, 36000 - 10 * i);
        u4(t, i < 4 ? 0 : (uint32_t)-1000);
        zeros(t, 8);
        u8(t, i < 4 ? 0 : 10000 * (i - 4));
        u8(t, i < 4 ? 0 : 36000 * (i - 4));
        u8(t, 1585134000 + 10 * i);
        u4(t, 0);
        (void)start;
    }
}

/* Versions 22 (stamp in seconds) and 26, 29 (date in fields). */
static void nda_86(hc_text *t, unsigned version)
{
    nda_head(t, version, 0);
    for (uint32_t i = 0; i <= NDA_ROWS; i++) {
        u1(t, i == 0 ? 0xAA : 0x55);
        u1(t, 0);
        u4(t, i == 0 ? 1 : i);
        u4(t, 0);
        u2(t, i < 7 ? 1 : 2);
        u1(t, i < 7 ? 1 : 2);
        u1(t, i < 7 ? 1 : 2);
        u8(t, 1000 * (i < 7 ? i : i - 6));
        u4(t, 35000 + 5 * i);
        u4(t, i < 7 ? 250 : (uint32_t)-250);
        zeros(t, 8);
        u8(t, i < 7 ? 250 * i : 0);
        u8(t, i < 7 ? 0 : 250 * (i - 6));
        u8(t, i < 7 ? 875 * i : 0);
        u8(t, i < 7 ? 0 : 875 * (i - 6));
        if (version < 26) {
            u8(t, 1585134000 + i);
        } else {
            u2(t, 2020);
            u1(t, 3);
            u1(t, 25);
            u1(t, 11);
            u1(t, 16);
            u1(t, i);
            u1(t, 0);
        }
        u4(t, 10); /* range 10: 1e-3 mA */
        u4(t, 0);
    }
}

static void nda_22(hc_text *t)
{
    nda_86(t, 22);
}

static void nda_26(hc_text *t)
{
    nda_86(t, 26);
}

/* Version 29 with a channel for temperature beside each record. */
static void nda_29(hc_text *t)
{
    hc_text plain = {0};
    nda_86(&plain, 29);
    hc_text_add(t, plain.data, 2200 + 86);
    for (size_t i = 1; i <= NDA_ROWS; i++) {
        const char *r = plain.data + 2200 + 86 * i;
        hc_text_add(t, r, 86);
        u1(t, 0x65);
        u1(t, 1);
        hc_text_add(t, r + 2, 4);
        zeros(t, 16);
        u4(t, 0);
        zeros(t, 8);
        u2(t, 250 + (unsigned)i);
        zeros(t, 50);
    }
    hc_text_clear(&plain);
}

static void nda_11(hc_text *t)
{
    nda_head(t, 11, 100);
    for (uint32_t i = 1; i <= NDA_ROWS; i++) {
        u1(t, 0x55);
        u1(t, 0);
        u4(t, i);
        u4(t, 0);
        u2(t, 1);
        u1(t, 1);
        u8(t, 500 * i);
        u4(t, 30000 + i);
        u4(t, 100);
        zeros(t, 8);
        u8(t, 50 * i);
        u8(t, 150 * i);
        u8(t, 1585134000 + i);
        u4(t, 0); /* range 0: that of the device, 100: 1e-2 mA */
        u4(t, 0);
    }
}

static void head_130(hc_text *t, uint64_t length)
{
    hc_text_puts(t, "NEWARE20240101");
    u1(t, 130);
    upto(t, 82);
    u8(t, 1024);
    u8(t, length);
    upto(t, 1024);
}

static void nda_130_0(hc_text *t)
{
    head_130(t, NDA_ROWS * 88);
    for (uint32_t i = 1; i <= NDA_ROWS; i++) {
        hc_text_add(t, "\x12\x50\x00\x07\x55\x81\x01\x06\x00", 9);
        u1(t, 1);
        u1(t, 2);
        zeros(t, 5);
        u4(t, i);
        zeros(t, 8);
        u8(t, 500000 * i);
        f4(t, 4.0f - 0.01f * (float)i);
        f4(t, -1700.0f);
        zeros(t, 16);
        f4(t, -850.0f * (float)i);
        f4(t, -3400.0f * (float)i);
        u8(t, UINT64_C(1585134000000000) + 500000 * i);
        zeros(t, 12);
    }
}

static void nda_130_1(hc_text *t)
{
    head_130(t, NDA_ROWS * 60);
    for (uint32_t i = 1; i <= NDA_ROWS; i++) {
        u1(t, 0x55);
        u1(t, 0x0f);
        u1(t, 1);
        u1(t, 1);
        zeros(t, 4);
        u4(t, i);
        u4(t, i);         /* seconds of the test */
        u4(t, 500000000); /* nanoseconds */
        f4(t, 100.0f);
        f4(t, 3.5f + 0.001f * (float)i);
        f4(t, 100.0f * (float)i);
        f4(t, 350.0f * (float)i);
        u4(t, 0);
        zeros(t, 4);
        u4(t, 1700000000 + i);
        u4(t, 250000000);
        f4(t, 25.5f);
        zeros(t, 4);
    }
}

/* ---- Neware .ndax ---- */

static void ndc_head(hc_text *t, unsigned holds, unsigned version, size_t page)
{
    u1(t, holds);
    u1(t, 0);
    u1(t, version);
    upto(t, page);
}

/* A page of 4096 bytes whose first `skip` slots are not used. */
static size_t page(hc_text *t, unsigned rows, unsigned skip)
{
    size_t start = t->len;
    zeros(t, 4);
    for (unsigned i = 0; i < 128; i++) {
        unsigned bits = 0;
        for (unsigned k = 0; k < 8; k++)
            if (8 * i + k >= skip && 8 * i + k < rows + skip)
                bits |= 1u << k;
        u1(t, bits);
    }
    return start;
}

enum { NDAX_ROWS = 20 };

static void old_row(hc_text *t, unsigned version, uint32_t i)
{
    zeros(t, version < 5 ? 8 : 1);
    u4(t, i);
    u4(t, 0);
    u1(t, 1);
    u1(t, 1);
    zeros(t, 5);
    u8(t, 1000 * i);
    u4(t, 35000 + i);
    u4(t, 120);
    zeros(t, 4);
    u8(t, 120 * i);
    u8(t, 0);
    u8(t, 420 * i);
    u8(t, 0);
    u2(t, 2024);
    u1(t, 2);
    u1(t, 1);
    u1(t, 20);
    u1(t, 24);
    u1(t, i);
    u4(t, 10);
    zeros(t, 8);
}

static void ndax_old(hc_text *out, unsigned version)
{
    made_member m[1] = {{"data.ndc", {0}}};
    hc_text *t = &m[0].bytes;
    if (version < 5) {
        ndc_head(t, 1, version, 512);
        for (uint32_t p = 0; p < (NDAX_ROWS + 4) / 5; p++) {
            size_t start = t->len;
            zeros(t, 5);
            for (uint32_t k = 0; k < 5; k++)
                old_row(t, version, 5 * p + k + 1);
            upto(t, start + 512);
        }
    } else {
        ndc_head(t, 1, version, 4096);
        size_t start = page(t, NDAX_ROWS, 0);
        for (uint32_t i = 1; i <= NDAX_ROWS; i++) {
            size_t at = t->len;
            old_row(t, version, i);
            /* rows are 87 bytes, the last 8 run into the next */
            if (t->len > at + 87)
                t->len = at + 87;
        }
        upto(t, start + 4096);
    }
    made_zip(out, m, 1);
}

static void run_row(hc_text *t, unsigned version, uint32_t index, uint32_t ms,
                    uint32_t dt, uint32_t step, float q)
{
    size_t at = t->len;
    u4(t, ms);
    u1(t, 0);
    f4(t, q);
    f4(t, 0);
    f4(t, 4 * q);
    f4(t, 0);
    zeros(t, 8);
    u4(t, dt);
    u4(t, 1700000000 + ms / 1000);
    u4(t, step);
    u4(t, index);
    u2(t, 250);
    upto(t, at + (version >= 16 ? 100 : version >= 13 ? 55 : 47));
}

/* Voltage and current apart from times; of those every fifth is kept. */
static void ndax_new(hc_text *out, unsigned version)
{
    bool tenths = version == 11 || version == 16;
    made_member m[4] = {{"data.ndc", {0}},
                        {"data_runInfo.ndc", {0}},
                        {"data_step.ndc", {0}},
                        {"TestInfo.xml", {0}}};
    hc_text *t = &m[0].bytes;
    ndc_head(t, 1, version, 4096);
    size_t start = page(t, NDAX_ROWS, 0);
    for (unsigned i = 1; i <= NDAX_ROWS; i++) {
        f4(t, tenths ? 35000.0f + (float)i : 3.5f + 0.0001f * (float)i);
        f4(t, tenths ? 36.0f : 0.036f);
    }
    upto(t, start + 4096);
    t = &m[1].bytes;
    ndc_head(t, 18, version, 4096);
    start = page(t, 4, 1);
    run_row(t, version, 0, 0, 0, 0, 0);
    for (unsigned i = 1; i <= NDAX_ROWS; i += 5) /* 36 mA for i seconds */
        run_row(t, version, i, 1000 * i, 1000, 1,
                tenths ? 36.0f * (float)i : 0.00001f * (float)i);
    upto(t, start + 4096);
    t = &m[2].bytes;
    ndc_head(t, 7, version, 4096);
    start = page(t, 1, 0);
    u4(t, 0);
    u4(t, 1);
    zeros(t, 16);
    u1(t, 1);
    upto(t, start + 4096);
    hc_text_puts(&m[3].bytes, "<?xml version=\"1.0\" encoding=\"GB2312\"?>"
                              "<root><config><TestInfo StartTime=\"2024-02-"
                              "01 20:24:23\"/></config></root>");
    made_zip(out, m, 4);
}

static void ndax_2(hc_text *t)
{
    ndax_old(t, 2);
}

static void ndax_5(hc_text *t)
{
    ndax_old(t, 5);
}

static void ndax_11(hc_text *t)
{
    ndax_new(t, 11);
}

static void ndax_14(hc_text *t)
{
    ndax_new(t, 14);
}

static void ndax_16(hc_text *t)
{
    ndax_new(t, 16);
}

static void ndax_17(hc_text *t)
{
    ndax_new(t, 17);
}

/* ---- a workbook ---- */

static void xlsx(hc_text *out)
{
    made_member m[6] = {{"[Content_Types].xml", {0}},
                        {"xl/workbook.xml", {0}},
                        {"xl/_rels/workbook.xml.rels", {0}},
                        {"xl/styles.xml", {0}},
                        {"xl/sharedStrings.xml", {0}},
                        {"xl/worksheets/sheet1.xml", {0}}};
    hc_text_puts(&m[0].bytes, "<Types/>");
    hc_text_puts(&m[1].bytes,
                 "<workbook xmlns:r=\"x\"><sheets><sheet name=\"Channel_1\" "
                 "sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>");
    hc_text_puts(&m[2].bytes,
                 "<Relationships><Relationship Id=\"rId1\" "
                 "Target=\"worksheets/sheet1.xml\"/></Relationships>");
    hc_text_puts(&m[3].bytes,
                 "<styleSheet><numFmts><numFmt numFmtId=\"164\" "
                 "formatCode=\"mm/dd/yyyy\\ hh:mm:ss\"/></numFmts><cellXfs>"
                 "<xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs>"
                 "</styleSheet>");
    hc_text_puts(&m[4].bytes,
                 "<sst><si><t>Date_Time</t></si><si><t>Test_Time(s)</t></si>"
                 "<si><t>Voltage(V)</t></si><si><t>Current</t><t>(A)</t>"
                 "</si></sst>");
    hc_text *t = &m[5].bytes;
    hc_text_puts(t, "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>0</v>"
                    "</c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\">"
                    "<v>2</v></c><c r=\"D1\" t=\"s\"><v>3</v></c></row>");
    for (int i = 0; i < 10; i++)
        hc_text_printf(t,
                       "<row><c s=\"1\"><v>44123.%d</v></c><c><v>%d</v></c>"
                       "<c><v>3.%d</v></c><c><v>1.5E-3</v></c></row>",
                       i + 1, 30 * i, i + 1);
    hc_text_puts(t, "</sheetData></worksheet>");
    made_zip(out, m, 6);
}

/* ---- Zahner ---- */

static void be8(hc_text *t, double x)
{
    union {
        double f;
        uint64_t u;
    } v = {x};
    for (int i = 7; i >= 0; i--)
        u1(t, (unsigned)(v.u >> 8 * i & 0xff));
}

static void ism(hc_text *t)
{
    static const double f[8] = {1000, 2000, 1000, 500, 200, 100, 50, 20};
    hc_text_add(t, "\0\0\xff\xff\xff\xfe", 6);
    hc_text_add(t, "\0\0\0\0\0\7", 6);
    for (int i = 0; i < 8; i++)
        be8(t, f[i]);
    for (int i = 0; i < 8; i++)
        be8(t, 10 + i);
    for (int i = 0; i < 8; i++)
        be8(t, -0.1 * i);
    for (int i = 0; i < 8; i++)
        be8(t, 1.3e9 + i);
    for (int i = 0; i < 8; i++)
        u2(t, 0xe803);
    hc_text_add(t, "\0\6", 2);
    hc_text_puts(t, "050509");
}

/* ---- texts ---- */

#define TEXT(NAME, WORDS)                                                     \
    static void NAME(hc_text *t)                                              \
    {                                                                         \
        hc_text_puts(t, WORDS);                                               \
    }

TEXT(arbin, "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,"
            "Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),"
            "Discharge_Capacity(Ah)\n"
            "1,10,2013-07-11 11:28:18,10,1,1,0.0,3.30,0,0\n"
            "2,20,2013-07-11 11:28:28,10,2,1,1.0,3.40,0.0028,0\n"
            "3,30,2013-07-11 11:28:38,20,2,1,1.0,3.50,0.0056,0\n"
            "4,40,2013-07-11 11:28:48,10,3,1,-1.0,3.45,0.0056,0.0028\n"
            "5,50,2013-07-11 11:28:58,20,3,1,-1.0,3.35,0.0056,0.0056\n")
TEXT(z60w, "\xef\xbb\xbf\"Z60W Data File: Version 1.1\"\n\"\"\n"
           "0,2,0,1,0.1,10000\n4\n"
           "\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    "
           "GD   Err   Range\"\n"
           "10000,0,0,0,0.0138,0.0072,0,0,0\n1000,0,0,1,0.0145,-0.0013,0,0,0\n"
           "100,0,0,2,0.0191,-0.0033,0,0,0\n10,0,0,3,0.0249,-0.0049,0,0,0\n")
TEXT(dfr, "VERSION8.0\n 2\n 1\n 10000.0\n 109.0\n 26.5\n 0.0\n 0.0\n 0.0\n "
          "0.0\n 0.0\n 0.0\n 1000.0\n 221.7\n 120.4\n 0.0\n 0.0\n 0.0\n "
          "0.0\n 0.0\n 0.0\n")
TEXT(p00, "Procedure : Some title\nDD.MM.YYYY HH:MM:SS\nDescription\n"
          "t =  736.4 s\n"
          " f/Hz       \t Z'/Ohm     \t -Z''/Ohm   \t time/s    \t Edc/V     "
          "\t Idc/A     \t\n 3 \n"
          " 10.000e+03\t 10.900e+01\t 26.556e+00\t 59.300e+00\t 30.981e-02\t "
          "18.311e-08\t\n"
          " 71.969e+02\t 11.210e+01\t 35.166e+00\t 59.300e+00\t 30.981e-02\t "
          "18.311e-08\t\n"
          " 10.000e-01\t 64.550e+01\t 90.618e+00\t 59.300e+00\t 30.981e-02\t "
          "18.311e-08\t\n")
TEXT(basytec, "~Resultfile from Basytec Battery Test System\n"
              "~Start of Test: 19.06.2023 17:56:53\n"
              "~Time[s]\tDataSet\tt-Step[s]\tLine\tCommand\tU[V]\tI[A]\t"
              "Ah[Ah]\tT1[\xb0"
              "C]\n"
              "0\t1\t0\t3\tPause\t3.52\t0\t0\t25.4\n"
              "10\t2\t10\t3\tPause\t3.52\t0\t0\t25.4\n"
              "20\t3\t0\t4\tCharge\t3.60\t0.5\t0.001\t25.5\n"
              "30\t4\t10\t4\tCharge\t3.61\t0.5\t0.002\t25.5\n")
TEXT(chi, "Feb. 20, 2020   15:55:08\nA.C. Impedance\nFile: a.txt\n"
          "Data Source:  Experiment\nInstrument Model:  CHI660E\nNote: \n\n"
          "Init E (V) = 0\n\nFreq/Hz, Z'/ohm, Z\"/ohm, Z/ohm, Phase/deg\n\n"
          "9.961e+4, 9.891e+1, -2.748e+0, 9.894e+1, -1.6\n"
          "1.001e+3, 1.212e+2, -4.991e+1, 1.310e+2, -22.4\n"
          "1.000e-1, 5.685e+3, -1.586e+4, 1.685e+4, -70.3\n")
TEXT(digatron, "Step,Status,Step Time,Prog Time,Cycle,Voltage,Current,"
               "AhAccu\n,,,,,[V],[A],[Ah]\n"
               "1,PAU,00:00:00,00:00:00,0,3.50,0,0\n"
               "1,PAU,00:00:10,00:00:10,0,3.50,0,0\n"
               "2,CHA,00:00:00,00:00:10,1,3.60,1.0,0\n"
               "2,CHA,00:00:10,00:00:20,1,3.61,1.0,0.0028\n")
TEXT(i2b, "Some metadata\nof the cell\n\n3\n10000.0 109.009 -26.556\n"
          "1000.0 221.69 -120.4\n1.0 645.48 -90.62\n")
TEXT(landt_csv,
     "cell model:,,,,,,,,,,\ncell id: ,,,,,,,,,,\n"
     "channel_index,cycle_index,step_index,date_time_iso_string,test_time_s,"
     "step_time_s,current_A,voltage_V,discharge_capacity_Ah,"
     "charge_capacity_Ah,step_name\n"
     "1,1,1,04/30/2024 14:33:19,0.020,0.020,0.0000,2.9215,0,0,rest,\n"
     "2,1,1,04/30/2024 14:33:34,15.020,15.020,0.0000,2.9215,0,0,rest,\n"
     "3,1,2,04/30/2024 14:33:49,30.020,0.020,-0.1000,2.90,0.0004,0,"
     "discharge,\n")
TEXT(landt_txt, "Rec# Cycle# Step# Test(Sec) Amps Volts DPt-Time\n"
                "1 1 1 0.0 0.0 3.30 12:00:00\n2 1 1 10.0 0.1 3.40 12:00:10\n"
                "3 1 1 20.0 0.1 3.50 12:00:20\n")
TEXT(maccor, "Today's Date 04/04/2016  Date of Test:\t03/31/2016\r\n"
             "Rec#\tCyc#\tStep\tTest (Min)\tStep (Min)\tAmp-hr\tWatt-hr\t"
             "Amps\tVolts\tState\tES\tDPt Time\r\n"
             "1\t0\t1\t0.0000\t0.0000\t0.00\t0.00\t0.00\t3.306\tR\t0\t"
             "03/31/2016 16:05:31\r\n"
             "2\t0\t2\t1.0000\t0.0000\t0.01\t0.03\t0.60\t3.406\tC\t1\t"
             "03/31/2016 16:06:31\r\n"
             "3\t0\t3\t2.0000\t0.0000\t0.01\t0.03\t0.60\t3.305\tD\t1\t"
             "03/31/2016 16:07:31\r\n")
TEXT(maccor_eis, "MACCOR, INC.    AC Impedance Test\r\nFrequency Sweep:   "
                 "Open Circut Voltage\r\n\r\n"
                 "Freq(Hz)\tPolar(V)\ttime(sec)\tZ'(a)\tZ''(b)\tPhase_Angle\t"
                 "Z-Mag\r\n\r\n"
                 "999999.0\t6283179.0\t38.2\t0.773\t-0.849\t-47.67\t1.148\r\n"
                 "1.25892\t7.91\t347.1\t22.09\t-0.307\t-0.797\t22.097\r\n")
TEXT(bts_flat,
     "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),"
     "Voltage(V),Capacity(Ah),Spec. Cap.(mAh/g),Chg. Cap.(Ah),"
     "DChg. Cap.(Ah),Date\n"
     "1,1,1,Rest,00:00:00,00:00:00,0.0,2.9170,0,0,0,0,2022-05-18 16:27:52\n"
     "2,1,1,Rest,00:01:00,00:01:00,0.0,2.9176,0,0,0,0,2022-05-18 16:28:52\n"
     "3,1,2,CC Chg,00:00:00,00:01:00,0.1,3.1,0,0,0,0,2022-05-18 16:28:52\n"
     "4,1,2,CC Chg,25:00:00,25:01:00,0.1,3.9,2.5,0,2.5,0,"
     "2022-05-19 17:28:52\n")
TEXT(bts_layered,
     "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)\n"
     ",Step ID,Step Name,Step Time(h:min:s.ms),Capacity(mAh)\n"
     ",,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),Capacity(mAh),"
     "Realtime\n"
     "1,2.5,2.4\n"
     ",1,Rest,0:01:00.000,0\n"
     ",,1,0:00:00.000,2.9170,0,0,2022-05-18 16:27:52\n"
     ",,2,0:01:00.000,2.9176,0,0,2022-05-18 16:28:52\n"
     ",2,CC_Chg,0:10:00.000,2.5\n"
     ",,3,0:00:00.000,3.1,15,0,2022-05-18 16:28:52\n"
     ",,4,0:10:00.000,3.9,15,2.5,2022-05-18 16:38:52\n")
TEXT(novonix, "[Summary]\nNovonix UHPC data file\nNovonix\n"
              "Started: 2025-07-19 15:26:20\n[End Summary]\n[Protocol]\n"
              "{\"Version\":1}\n[End Protocol]\n[Data]\n"
              "Date and Time,Cycle Number,Step Type,Run Time (h),"
              "Step Time (h),Current (A),Potential (V),Capacity (Ah),"
              "Temperature (\xc2\xb0"
              "C),Step Number\n"
              "2025-07-19 15:26:20,1,7,0.0,0.0,0.0,3.843,0.0,24.6,1\n"
              "2025-07-19 15:36:20,1,7,0.1666,0.1666,0.5,3.852,0.083,24.6,"
              "1\n")
TEXT(parstat, "Potential (V)\tCurrent (A)\tElapsed Time (s)\tFrequency (Hz)\t"
              "Zre (ohms)\tZim (ohms)\t\n"
              "3.49\t-0.15\t10\t0\t0\t0\t\n3.50\t0.02\t20\t10000\t0.01\t0.017"
              "\t\n3.50\t0.02\t30\t1000\t0.02\t-0.003\t\n"
              "3.50\t0.02\t40\t100\t0.03\t-0.004\t\n")
TEXT(pec, "Request Year:,2026\nTest:,25209\nNumber Of Cells:,1\n"
          "Test,Cell,Rack,Step,Instruction Name,Cycle,"
          "Total Time (Hours in hh:mm:ss.xxx),Step Time (Seconds),Real Time,"
          "Voltage (V),Current (A),Charge Capacity (mAh),"
          "Discharge Capacity (mAh),ReasonCode,\n"
          "25209,1,ACT4,0,Idle,0,00:00:00.002,0.002,01/09/2026 15:08:38,"
          "3.7525636,-6E-06,0,0,1,\n"
          "25209,1,ACT4,0,Idle,0,00:00:10.000,10,01/09/2026 15:08:48,"
          "3.7527308,0,0,0,30,\n")
TEXT(relaxis, "RelaxIS 3.0 Spectrum export\nDate: 12/16/2025 2:29:15 PM\n"
              "Data: Frequency\tData: Z'\tData: Z''\tData: |Z|\t"
              "Data: Theta (Z)\nDC=-0.08, TM=33.7\tModel: Unassigned\t"
              "(WE/RE Spectrum) a.mpr_1\t\t\n"
              "0.1\t1799427.6\t-8093785.5\t8291399.4\t-77.47\n"
              "10.5\t22832.5\t-133020.1\t134965.5\t-80.26\n"
              "7000018.5\t359.24\t-290.92\t462.27\t-39.0\n")
TEXT(versastudio,
     "<Application>\nName=VersaStudio\nVersion=2.52.3.0\n</Application>\n"
     "<Action1>\nName=Potentiostatic EIS\n</Action1>\n<Segment1>\nType=2\n"
     "Definition=Segment #, Point #, E(V), I(A), Elapsed Time(s), "
     "Frequency(Hz), Z Real, Z Imag, 0\n"
     "0,0,0,-3.28E-06,1.812,100000,55.3,4.57\n"
     "0,1,0,-3.28E-06,2.147,10000,56.9,1.66\n"
     "0,2,0,-3.28E-06,2.628,1000,58.3,-0.03\n</Segment1>\n")

static void idf(hc_text *t)
{
    zeros(t, 16);
    hc_text_puts(t, "\r\nPeaks=false\r\nTitle=Test\r\nMethod=Impedance\r\n"
                    "Mconfig=0\r\n");
    hc_text_add(t, ">\x0c\x01\x00\r\n", 6);
    hc_text_puts(t, "Data Objects    \r\n0         \r\nprimary_data    \r\n"
                    "3         \r\n3         \r\n"
                    "1.09009E+02  -2.65557E+01\t1.00000E+04 \r\n"
                    "2.21691E+02  -1.20399E+02\t1.00000E+03 \r\n"
                    "6.45479E+02  -9.06181E+01\t1.00000E+00 \r\n");
}

static void pssession(hc_text *t)
{
    static const char json[] =
        "{\"Type\":\"PalmSens.DataFiles.SessionFile\",\"CoreVersion\":\"5.9\","
        "\"Measurements\":[{\"Title\":\"a\",\"TimeStamp\":638283044195322907,"
        "\"Method\":\"METHOD_ID=eis\\r\\n\",\"EISDataList\":[{\"Title\":\"b\","
        "\"DataSet\":{\"Values\":["
        "{\"Description\":\"Frequency\",\"Unit\":{\"S\":\"Hz\"},"
        "\"DataValues\":[{\"V\":1000.0},{\"V\":100.0},{\"V\":10}]},"
        "{\"Description\":\"ZRe\",\"Unit\":{\"S\":\"\xce\xa9\"},"
        "\"DataValues\":[{\"V\":10.0},{\"V\":11.0},{\"V\":12.5}]},"
        "{\"Description\":\"ZIm\",\"Unit\":{\"S\":\"\xce\xa9\"},"
        "\"DataValues\":[{\"V\":1.0},{\"V\":2.0},{\"V\":3.5}]}]}}]}]}";
    hc_text_add(t, "\xff\xfe", 2);
    for (const char *s = json; *s != '\0'; s++) {
        if (*s == '\xce' && s[1] == '\xa9') {
            u2(t, 0x3a9);
            s++;
        } else {
            u2(t, (unsigned char)*s);
        }
    }
    u2(t, 0xfeff);
}

static const made_file files[] = {
    {"arbin", "arbin-text", 5, "Voltage(V)", 3.3, 3.35, arbin, "2-6", 0, 0},
    {"autolab-z60w", "autolab-z60w", 4, "Z''(b)", 0.0072, -0.0049, z60w, "6-9",
     0, 0},
    {"autolab-dfr", "autolab-dfr", 2, "-Z''/ohm", 26.5, 120.4, dfr, NULL, 0,
     0},
    {"autolab-p00", "autolab-p00", 3, "Z'/Ohm", 109, 645.5, p00, "7-9", 0, 0},
    {"basytec", "basytec", 4, "U[V]", 3.52, 3.61, basytec, "4-7", 0, 0},
    {"chi", "chi", 3, "Freq/Hz", 99610, 0.1, chi, "12-14", 0, 0},
    {"digatron", "digatron", 4, "Voltage", 3.5, 3.61, digatron, "3-6", 0, 0},
    {"elchemea-i2b", "elchemea-i2b", 3, "Z'/ohm", 109.009, 645.48, i2b, "5-7",
     0, 0},
    {"ivium", "ivium-idf", 3, "freq/Hz", 1e4, 1, idf, "12-14", 0, 0},
    {"landt-csv", "landt", 3, "voltage_V", 2.9215, 2.9, landt_csv, "4-6", 0,
     0},
    {"landt-txt", "landt", 3, "Volts", 3.3, 3.5, landt_txt, "2-4", 0, 0},
    {"maccor", "maccor", 3, "Volts", 3.306, 3.305, maccor, "3-5", 0, 0},
    {"maccor-eis", "maccor-eis", 2, "Z'(a)", 0.773, 22.09, maccor_eis, "6-7",
     0, 0},
    {"neware-bts-flat", "neware-bts", 4, "Voltage(V)", 2.917, 3.9, bts_flat,
     "2-5", 0, 0},
    {"neware-bts-layered", "neware-bts", 4, "Voltage(V)", 2.917, 3.9,
     bts_layered, "6-7,9-10", 0, 0},
    {"nda-8", "neware-nda", NDA_ROWS, "Voltage", 3.599, 3.588, nda_8, NULL,
     2200, 59},
    {"nda-11", "neware-nda", NDA_ROWS, "Current(mA)", 1, 1, nda_11, NULL, 2200,
     69},
    {"nda-22", "neware-nda", NDA_ROWS, "Current(mA)", 0.25, -0.25, nda_22,
     NULL, 2200 + 86, 86},
    {"nda-26", "neware-nda", NDA_ROWS, "Voltage", 3.5005, 3.506, nda_26, NULL,
     2200 + 86, 86},
    {"nda-29", "neware-nda", NDA_ROWS, "Aux1_T(degC)", 25.1, 26.2, nda_29,
     NULL, 0, 0},
    {"nda-130-0", "neware-nda", NDA_ROWS, "Current(mA)", -1700, -1700,
     nda_130_0, NULL, 1024, 88},
    {"nda-130-1", "neware-nda", NDA_ROWS, "Total_Time", 1.5, 12.5, nda_130_1,
     NULL, 1024, 60},
    {"ndax-2", "neware-ndax", NDAX_ROWS, "Voltage", 3.5001, 3.502, ndax_2,
     NULL, 0, 0},
    {"ndax-5", "neware-ndax", NDAX_ROWS, "Current(mA)", 0.12, 0.12, ndax_5,
     NULL, 0, 0},
    {"ndax-11", "neware-ndax", NDAX_ROWS, "Charge_Capacity(mAs)", 36, 720,
     ndax_11, NULL, 0, 0},
    {"ndax-14", "neware-ndax", NDAX_ROWS, "Time", 1, 20, ndax_14, NULL, 0, 0},
    {"ndax-16", "neware-ndax", NDAX_ROWS, "Voltage", 3.5001, 3.502, ndax_16,
     NULL, 0, 0},
    {"ndax-17", "neware-ndax", NDAX_ROWS, "Unix_Time(s)", 1700000001.25,
     1700000020.25, ndax_17, NULL, 0, 0},
    {"novonix", "novonix", 2, "Potential (V)", 3.843, 3.852, novonix, "11-12",
     0, 0},
    {"palmsens", "palmsens-pssession", 3, "ZIm", 1, 3.5, pssession, NULL, 0,
     0},
    {"parstat", "parstat", 4, "Zim (ohms)", 0, -0.004, parstat, "2-5", 0, 0},
    {"pec", "pec", 2, "Voltage (V)", 3.7525636, 3.7527308, pec, "5-6", 0, 0},
    {"relaxis", "relaxis", 3, "Data: Z''", -8093785.5, -290.92, relaxis, "5-7",
     0, 0},
    {"versastudio", "versastudio-par", 3, "Z Real", 55.3, 58.3, versastudio,
     "11-13", 0, 0},
    {"xlsx", "xlsx", 10, "Test_Time(s)", 0, 270, xlsx, NULL, 0, 0},
    {"zahner", "zahner-ism", 7, "freq/Hz", 2000, 20, ism, NULL, 0, 0},
};

enum { N_FILES = sizeof files / sizeof *files };

size_t made_count(void)
{
    return N_FILES + made_own_count();
}

const made_file *made_at(size_t i)
{
    return i < N_FILES ? &files[i] : made_own_at(i - N_FILES);
}
