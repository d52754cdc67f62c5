/* make-samples.c: writes the instrument files of this folder
 *
 *     make-samples FOLDER
 *
 * The numbers are ours: a solid-state cell after the circuit
 * R0-p(R1,CPE1)-p(R2,CPE2)-CPE3 with 0.2 % noise of fixed seed, and a
 * galvanostatic cycle of the same cell.  The form is that of the
 * instruments' exports.
 */
#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* What the fit should find again. */
#define R0_OHM 28.0
#define R1_OHM 310.0 /* grain boundaries of the separator */
#define Q1     9.0e-9
#define N1     0.92
#define R2_OHM 145.0 /* interphase with the anode */
#define Q2     2.2e-6
#define N2     0.83
#define Q3     3.1e-3 /* cathode */
#define N3     0.62

static double uniform(uint64_t *s)
{
    uint64_t z = *s += UINT64_C(0x9e3779b97f4a7c15); /* splitmix64 */
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static double normal(uint64_t *s)
{
    double a = uniform(s), b = uniform(s);
    return sqrt(-2 * log(a + 0x1p-54)) * cos(2 * M_PI * b);
}

static double complex arc(double r, double q, double n, double w)
{
    return 1 / (1 / r + q * cpow(I * w, n));
}

static double complex cell(double f, uint64_t *seed)
{
    double w = 2 * M_PI * f;
    double complex z = R0_OHM + arc(R1_OHM, Q1, N1, w) +
                       arc(R2_OHM, Q2, N2, w) + 1 / (Q3 * cpow(I * w, N3));
    return z + 0.002 * cabs(z) * (normal(seed) + I * normal(seed)) / M_SQRT2;
}

static FILE *create(const char *folder, const char *name)
{
    char path[4096];
    FILE *f;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    f = fopen(path, "w");
    if (f == NULL) {
        perror(path);
        exit(73);
    }
    return f;
}

static void finish(FILE *f)
{
    if (fclose(f) != 0) {
        perror("make-samples");
        exit(74);
    }
}

/* EC-Lab writes exponents of three digits. */
static void exp3(FILE *f, double x, int digits)
{
    char text[64];
    char *e;
    snprintf(text, sizeof text, "%.*E", digits, x);
    for (e = text; *e != 'E'; e++)
        ;
    fprintf(f, "%.*sE%c%03d\t", (int)(e - text), text, e[1], atoi(e + 2));
}

static void ec_lab_head(FILE *f, int lines, const char *technique,
                        const char *file)
{
    fprintf(f, "EC-Lab ASCII FILE\r\nNb header lines : %-20d\r\n\r\n", lines);
    fprintf(f, "%s\r\n\r\nRun on channel : 3 (SN 0)\r\nUser : \r\n",
            technique);
    fprintf(f,
            "Electrode connection : standard\r\n"
            "Acquisition started on : 09/14/2026 08:30:00.000\r\n"
            "Saved on :\r\n\tFile : %s\r\n"
            "Device : SP-300 (SN 0)\r\n"
            "EC-Lab for windows v11.50 (software)\r\n"
            "Comments : cell 7, made data\r\n"
            "Electrode surface area : 0.001 cm\xb2\r\n"
            "Characteristic mass : 0.001 g\r\n",
            file);
}

enum { POINTS = 61 }; /* 1 MHz to 0.1 Hz, evenly in the logarithm */

static double frequency(int i)
{
    return pow(10, 6 - 7.0 * i / (POINTS - 1));
}

static void peis_mpt(const char *folder)
{
    FILE *f = create(folder, "peis_cell7.mpt");
    uint64_t seed = 7;
    double t = 605;
    ec_lab_head(f, 22, "Potentio Electrochemical Impedance Spectroscopy",
                "peis_cell7.mpr");
    fprintf(f, "Mode                Single sine         \r\n"
               "Va (mV)             10.0                \r\n"
               "Nd                  61                  \r\n"
               "Points              from fi to ff       \r\n\r\n"
               "freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\t|Z|/Ohm\tPhase(Z)/deg\t"
               "time/s\t<Ewe>/V\t<I>/mA\tcycle number\t\r\n");
    for (int i = 0; i < POINTS; i++) {
        double hz = frequency(i);
        double complex z = cell(hz, &seed);
        t += 0.4 + 3 / hz;
        exp3(f, hz, 7);
        exp3(f, creal(z), 7);
        exp3(f, -cimag(z), 7);
        exp3(f, cabs(z), 7);
        exp3(f, carg(z) * 180 / M_PI, 7);
        exp3(f, t, 15);
        exp3(f, 3.6211 + 2e-5 * normal(&seed), 7);
        exp3(f, 1e-6 * normal(&seed), 7);
        exp3(f, 1, 15);
        fprintf(f, "\r\n");
    }
    finish(f);
}

/* The same cell in Gamry's form, at 40 degrees: all resistances smaller. */
static void eispot_dta(const char *folder)
{
    FILE *f = create(folder, "eispot_cell8.DTA");
    uint64_t seed = 8;
    double t = 1;
    fprintf(f, "EXPLAIN\r\nTAG\tEISPOT\r\n"
               "TITLE\tLABEL\tPotentiostatic EIS\tTest &Identifier\r\n"
               "DATE\tLABEL\t9/15/2026\tDate\r\n"
               "TIME\tLABEL\t08:30:00\tTime\r\n"
               "NOTES\tNOTES\t1\t&Notes...\r\n\tcell 8, made data\r\n"
               "PSTAT\tPSTAT\tIFC1010-00000\tPotentiostat\r\n"
               "VAC\tQUANT\t1.00000E+001\tAC &Voltage (mV rms)\r\n"
               "AREA\tQUANT\t1.00000E+000\t&Area (cm^2)\r\n"
               "OCVCURVE\tTABLE\t11\r\n"
               "\tPt\tT\tVf\tVm\r\n\t#\ts\tV vs. Ref.\tV\r\n");
    for (int i = 0; i < 11; i++)
        fprintf(f, "\t%d\t%d\t%.5E\t%.5E\r\n", i, i, 3.6203 + 2e-6 * i,
                3.6203 + 2e-6 * i);
    fprintf(f, "EOC\tQUANT\t3.62032\tOpen Circuit (V)\r\n"
               "ZCURVE\tTABLE\r\n"
               "\tPt\tTime\tFreq\tZreal\tZimag\tZsig\tZmod\tZphz\tIdc\tVdc\t"
               "IERange\r\n\t#\ts\tHz\tohm\tohm\tV\tohm\t\xb0\tA\tV\t#\r\n");
    for (int i = 0; i < POINTS; i++) {
        double hz = frequency(i);
        double complex z = 0.55 * cell(hz, &seed);
        t += 0.4 + 3 / hz;
        fprintf(f,
                "\t%d\t%.0f\t%.6E\t%.6E\t%.6E\t1\t%.6E\t%.6E\t%.4E\t"
                "%.5E\t7\r\n",
                i, t, hz, creal(z), cimag(z), cabs(z), carg(z) * 180 / M_PI,
                1e-9 * normal(&seed), 3.6203);
    }
    finish(f);
}

/* Two galvanostatic cycles at 0.5 mA between 3.0 and 4.2 V. */
static double open_circuit(double x)
{
    return 3.05 + 1.05 * x + 0.12 * tanh((x - 0.5) / 0.15) +
           0.06 * exp((x - 1) / 0.04);
}

static void gcpl_row(FILE *f, double t, double v, double ma, double dq,
                     int mode, int ns, int flag, int half)
{
    fprintf(f, "%d\t%d\t0\t%d\t%d\t0\t%d\t", mode, ma > 0, flag, flag, ns);
    exp3(f, t, 15);
    exp3(f, dq, 15);
    exp3(f, v, 7);
    exp3(f, ma, 7);
    fprintf(f, "%d\t", half);
    exp3(f, half / 2, 15);
    fprintf(f, "\r\n");
}

static void gcpl_mpt(const char *folder)
{
    FILE *f = create(folder, "gcpl_cell7.mpt");
    uint64_t seed = 9;
    double t = 0, x = 0.02, capacity_mah = 2.4, ma, v;
    int ns = 0, half = 0, flag = 1;
    ec_lab_head(f, 18, "Galvanostatic Cycling with Potential Limitation",
                "gcpl_cell7.mpr");
    fprintf(f, "\r\nmode\tox/red\terror\tcontrol changes\tNs changes\t"
               "counter inc.\tNs\ttime/s\tdq/mA.h\tEwe/V\t<I>/mA\t"
               "half cycle\tcycle number\t\r\n");
    for (; t < 600; t += 60, flag = 0)
        gcpl_row(f, t, open_circuit(x) + 1e-5 * normal(&seed), 0, 0, 3, 0,
                 flag, 0);
    for (half = 0; half < 4; half++) {
        ma = half % 2 == 0 ? 0.5 : -0.5;
        ns = 1 + half % 2;
        for (flag = 1; half < 4; flag = 0, t += 60) {
            double dq = flag ? 0 : ma / 60;
            x += dq / capacity_mah;
            v = open_circuit(x) + ma * 1e-3 * (R0_OHM + R1_OHM + R2_OHM) / 4 +
                2e-5 * normal(&seed);
            gcpl_row(f, t, v, ma, dq, 1, ns, flag, half);
            if (ma > 0 ? v > 4.2 : v < 3.0)
                break;
        }
        for (flag = 1, ns = 3; flag < 11; flag++, t += 60)
            gcpl_row(f, t, open_circuit(x) + 1e-5 * normal(&seed), 0, 0, 3, ns,
                     flag == 1, half);
    }
    finish(f);
}

/* Four periods of ten odd lines from 1 Hz, 1 mA each, with drift and noise:
 * 10 ohm and 50 ohm parallel to 0.2 mF. */
static void multisine_tsv(const char *folder)
{
    static const int lines[] = {1, 3, 5, 7, 11, 17, 25, 37, 57, 85};
    enum { SAMPLES = 256, PERIODS = 4 };
    FILE *f = create(folder, "multisine.tsv");
    uint64_t seed = 11;
    fprintf(f, "test_time_second\tcurrent_ampere\tvoltage_volt\n");
    for (int n = 0; n < SAMPLES * PERIODS; n++) {
        const double t = (double)n / SAMPLES;
        double i = 0, v = 3.7 + 1e-3 * t;
        for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
            const double w = 2 * M_PI * lines[k];
            const double complex e =
                1e-3 * cexp(I * (w * t + 2.5 * (double)(k * k)));
            i += creal(e);
            v += creal(e * (10 + 50 / (1 + I * w * 0.01)));
        }
        fprintf(f, "%.9g\t%.6e\t%.6f\n", t, i + 2e-5 * normal(&seed),
                v + 1e-3 * normal(&seed));
    }
    finish(f);
}

int main(int argc, char **argv)
{
    const char *folder = argc > 1 ? argv[1] : ".";
    peis_mpt(folder);
    eispot_dta(folder);
    gcpl_mpt(folder);
    multisine_tsv(folder);
    return 0;
}
