/* big.c: a file of any number of rows in the named format, on stdout
 *
 *     big FORMAT ROWS     the file
 *     big --list          the formats, one a line
 *
 * Text formats are a head and a row in which {n} is the number of all rows,
 * {i} that of the row, {k} one that grows every 1000 rows, {t} a time, {h}
 * the same as hours:minutes:seconds, {v} a voltage, {a} a current, {f} a
 * frequency that sweeps down and starts again.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name, *head, *row;
} text_format;

/* What some have before every 1000 rows, and behind the last. */
static const struct {
    const char *name, *part, *tail;
} extras[] = {
    {"neware-bts-layered", ",{k},CC_Chg,0:16:40.000,0.5\n", ""},
    {"versastudio-par", "", "</Segment1>\n"},
};

static const text_format texts[] = {
    {"biologic-mpt",
     "EC-Lab ASCII FILE\nNb header lines : 3\n"
     "mode\tNs\ttime/s\tcontrol/V/mA\tEwe/V\tI/mA\tcycle number\t\n",
     "1\t0\t{t}\t1.0\t{v}\t{a}\t1.0\t\n"},
    {"gamry-dta",
     "EXPLAIN\nTAG\tCHRONOP\nCURVE\tTABLE\n\tPt\tT\tVf\tIm\n\t#\ts\tV\tA\n",
     "\t{i}\t{t}\t{v}\t{a}\n"},
    {"neware-bts",
     "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,Current(A),"
     "Voltage(V),Chg. Cap.(Ah),DChg. Cap.(Ah),Date\n",
     "{i},1,2,CC Chg,{h},{h},{a},{v},0.001,0,2023-05-11 10:00:00\n"},
    {"arbin-text",
     "Data_Point,Test_Time(s),Step_Time(s),Step_Index,Cycle_Index,Current(A),"
     "Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah)\n",
     "{i},{t},{t},1,1,{a},{v},0.001,0\n"},
    {"maccor",
     "Today's Date\t01/02/2020\n"
     "Rec#\tCyc#\tStep\tTest (Sec)\tStep (Sec)\tAmp-hr\tWatt-hr\tAmps\tVolts\t"
     "State\tES\n",
     "{i}\t0\t1\t{t}\t{t}\t0.001\t0.003\t{a}\t{v}\tC\t1\n"},
    {"landt",
     "channel_index,cycle_index,step_index,test_time_s,step_time_s,current_A,"
     "voltage_V\n",
     "{i},1,1,{t},{t},{a},{v}\n"},
    {"novonix",
     "[Summary]\nNovonix Cycler File\n[End Summary]\n[Protocol]\n[Data]\n"
     "Date and Time,Cycle Number,Step Type,Run Time (h),Step Time (h),"
     "Current (A),Potential (V),Capacity (Ah)\n",
     "2019-07-15 04:05:06 PM,0,0,{t},{t},{a},{v},0.0\n"},
    {"basytec",
     "~Resultfile from Basytec Battery Test System\n"
     "~Time[s]\tDataSet\tLine\tCommand\tU[V]\tI[A]\n",
     "{t}\t{i}\t1\tCharge\t{v}\t{a}\n"},
    {"pec",
     "Test:,1\nTest,Cell,Step,Cycle,Total Time (Seconds),Step Time (Seconds),"
     "Voltage (V),Current (A),ReasonCode,Instruction Name\n",
     "1,2,3,1,{t},{t},{v},{a},1,CC\n"},
    {"digatron",
     "Step,Status,Program Duration#s,Step Duration#s,Voltage#V,Current#A\n",
     "1,CHA,{t},{t},{v},{a}\n"},
    {"bdf", "Test Time / s,Voltage / V,Current / A,Cycle Count / 1\n",
     "{t},{v},{a},1\n"},
    {"text", "Time (s);Voltage (V);Current (mA)\n", "{t};{v};{a}\n"},
    {"text-eis", "Frequency (Hz),Z' (Ohm),Z'' (Ohm)\n", "{f},{v},-{v}\n"},
    {"parstat",
     "Potential (V)\tCurrent (A)\tElapsed Time (s)\tFrequency (Hz)\t"
     "Zre (ohms)\tZim (ohms)\n",
     "{v}\t{a}\t{t}\t{f}\t{v}\t-{v}\n"},
    {"corrware", "CORRW ASCII\n  Type: one\nEnd Comments\n",
     "{v}\t{a}\t{t}\n"},
    {"zplot",
     "\"ZPlotW Data File: Version 3.5i\"\n\"\"\n100\n"
     "\"  Freq(Hz) Ampl Bias Time(Sec) Z'(a) Z''(b) GD Err Range\"\n",
     "{f}, 0.01, 0, {t}, {v}, -{v}, 0, 0, 1\n"},
    {"chi",
     "Nov. 9, 2016   12:11:59\nChronopotentiometry\nFile: a.bin\n"
     "Data Source: Experiment\nInstrument Model:  CHI660E\n\n"
     "Time/sec, Potential/V, Current/A\n\n",
     "{t}, {v}, {a}\n"},
    {"neware-bts-layered",
     "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)\n"
     ",Step ID,Step Name,Step Time(h:min:s.ms),Capacity(mAh)\n"
     ",,Record ID,Time(h:min:s.ms),Voltage(V),Current(mA),Capacity(mAh),"
     "Energy(mWh),Realtime\n"
     "1,0.5,0.25\n",
     ",,{i},{h},{v},{a},0.5,1.55,2020-01-02 03:04:05\n"},
    {"ivium-idf", "IviumStat data\nMconfig\nprimary_data\n3\n{n}\n",
     "{v}E+01  -{v}E+01\t{f}\n"},
    {"autolab-dfr", "VERSION8.0\n {n}\n 1\n",
     " {f}\n {v}\n {v}\n 0.0\n 0.0\n 0.0\n 0.0\n 0.0\n 0.0\n"},
    {"autolab-p00",
     "procedure.pzf\n01/02/20\nf/Hz\tZ'/Ohm\t-Z''/Ohm\tt/s\tEdc\tIdc\n"
     "{n}\n",
     "{f}\t{v}e+01\t{v}e+00\t{t}\t{v}\t{a}\n"},
    {"autolab-z60w",
     "\"Z60W Data File: Version 1.1\"\n\"\"\n\"\"\n\"\"\n\"\"\n\"\"\n\"\"\n"
     "\"\"\n0,2,0,1,0.1,10000\n{n}\n"
     "\"  Freq (Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   "
     "Err   Range\"\n",
     "{f},0,0,{t},{v},-{v},0,0,0\n"},
    {"elchemea-i2b", "Elchemea data\nSample: cell\n{n}\n",
     "{f} {v} -{v}\n"},
    {"relaxis",
     "RelaxIS 3.0 Spectrum export\nDate: 12/16/2025 2:29:15 PM\n"
     "Data: Frequency\tData: Z'\tData: Z''\tData: |Z|\t"
     "Data: Theta (Z)\nDC=-0.08, TM=33.7, J=-5E-6\tModel: none\tPEIS_1\t\t\n",
     "{f}\t{v}\t-{v}\t4.5\t-45\n"},
    {"versastudio-par",
     "<Application>\nName=VersaStudio\n</Application>\n<Segment1>\n"
     "Definition=Segment #, Point #, E(V), I(A), Elapsed Time(s), 0\n",
     "0,{i},{v},{a},{t},\n"},
    {"maccor-eis",
     "MACCOR, INC.    AC Impedance Test\n"
     "Freq(Hz)\tPolar(V)\ttime(sec)\tZ'(a)\tZ''(b)\n\n",
     "{f}\t1.0\t{t}\t{v}\t-{v}\n"},
    /* our own names, as a table from elsewhere has them */
    {"bare-table",
     "test_time_second\tvoltage_volt\tcurrent_ampere\tcycle_count\n",
     "{t}\t{v}\t{a}\t{k}\n"},
};

enum { N_TEXTS = sizeof texts / sizeof texts[0] };

static void value(char what, unsigned long i, unsigned long rows)
{
    switch (what) {
    case 'n':
        printf("%lu", rows);
        break;
    case 'k':
        printf("%lu", 1 + i / 1000);
        break;
    case 'i':
        printf("%lu", i + 1);
        break;
    case 't':
        printf("%lu.%lu", i / 10, i % 10);
        break;
    case 'h':
        printf("%lu:%02lu:%02lu", i / 3600, i / 60 % 60, i % 60);
        break;
    case 'v':
        printf("3.%04lu", i % 10000);
        break;
    case 'a':
        printf("0.00%lu", 1 + i % 9);
        break;
    default:
        printf("%lu", 100000 - 1000 * (i % 100));
    }
}

static void text_row(const char *row, unsigned long i, unsigned long rows)
{
    while (*row != '\0') {
        if (row[0] == '{' && row[1] != '\0' && row[2] == '}') {
            value(row[1], i, rows);
            row += 3;
        } else {
            putchar(*row++);
        }
    }
}

static void text(const text_format *f, unsigned long rows)
{
    const char *part = "", *tail = "";
    for (size_t k = 0; k < sizeof extras / sizeof *extras; k++)
        if (strcmp(extras[k].name, f->name) == 0) {
            part = extras[k].part;
            tail = extras[k].tail;
        }
    text_row(f->head, 0, rows);
    for (unsigned long i = 0; i < rows; i++) {
        if (i % 1000 == 0)
            text_row(part, i, rows);
        text_row(f->row, i, rows);
    }
    fputs(tail, stdout);
}

static void put(unsigned char *p, int n, uint64_t v)
{
    for (int i = 0; i < n; i++, v >>= 8)
        p[i] = (unsigned char)(v & 0xff);
}

static void put_f8(unsigned char *p, double x)
{
    uint64_t u;
    memcpy(&u, &x, sizeof u);
    put(p, 8, u);
}

static void put_f4(unsigned char *p, float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    put(p, 4, u);
}

static void module(const char *name, uint32_t length, uint32_t version)
{
    unsigned char h[57];
    memset(h, ' ', sizeof h);
    memcpy(h, "MODULE", 6);
    memcpy(h + 6, name, strlen(name));
    put(h + 41, 4, length);
    put(h + 45, 4, version);
    memcpy(h + 49, "01/02/20", 8);
    fwrite(h, 1, sizeof h, stdout);
}

/* EC-Lab, data module of version 3: time f8, Ewe f4, I f4. */
static void mpr(unsigned long rows)
{
    enum { START = 406, RECORD = 16 };
    static unsigned char head[START];
    unsigned char r[RECORD], magic[52];
    memset(magic, ' ', sizeof magic);
    memcpy(magic, "BIO-LOGIC MODULAR FILE\x1a", 23);
    memset(magic + 48, 0, 4);
    fwrite(magic, 1, sizeof magic, stdout);
    module("VMP data", (uint32_t)(START + RECORD * rows), 3);
    put(head, 4, rows);
    head[4] = 3;
    head[5] = 4;
    head[7] = 6;
    head[9] = 8;
    fwrite(head, 1, START, stdout);
    for (unsigned long i = 0; i < rows; i++) {
        put_f8(r, 0.1 * (double)i);
        put_f4(r + 8, 3 + (float)(i % 1000) / 1000);
        put_f4(r + 12, 1);
        fwrite(r, 1, RECORD, stdout);
    }
}

/* Neware .nda of version 29. */
static void nda(unsigned long rows)
{
    enum { HEAD = 2200, RECORD = 86 };
    static unsigned char head[HEAD];
    unsigned char r[RECORD];
    memcpy(head, "NEWARE20200325\x1d", 15);
    put(head + 16, 4, 2048);
    put(head + 64, 4, HEAD);
    fwrite(head, 1, HEAD, stdout);
    for (unsigned long i = 1; i <= rows; i++) {
        memset(r, 0, RECORD);
        r[0] = 0x55;
        put(r + 2, 4, i);
        r[10] = r[12] = r[13] = 1;
        put(r + 14, 8, i * 1000);
        put(r + 22, 4, 34000 + i % 1000);
        put(r + 26, 4, 2500);
        put(r + 38, 8, i * 2500);
        put(r + 70, 2, 2020);
        r[72] = r[73] = 1;
        put(r + 78, 4, 10);
        fwrite(r, 1, RECORD, stdout);
    }
}

int main(int argc, char **argv)
{
    unsigned long rows = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    const text_format *f = NULL;
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (int i = 0; i < N_TEXTS; i++)
            puts(texts[i].name);
        puts("biologic-mpr\nneware-nda");
        return 0;
    }
    for (int i = 0; argc == 3 && i < N_TEXTS; i++)
        if (strcmp(texts[i].name, argv[1]) == 0)
            f = &texts[i];
    if (f != NULL) {
        text(f, rows);
    } else if (argc == 3 && strcmp(argv[1], "biologic-mpr") == 0) {
        mpr(rows);
    } else if (argc == 3 && strcmp(argv[1], "neware-nda") == 0) {
        nda(rows);
    } else {
        return 64;
    }
    return fflush(stdout) == 0 ? 0 : 74;
}
