/* biologic-mpr-columns.c: the columns of the .mpr data module by their ids
 *
 * No vendor document lists them; names are those EC-Lab gives the same data
 * in its text exports, types follow from twins of the same run and from the
 * size of the records.
 */
#include "formats/biologic-mpr.h"

/* By rising id. */
static const hc_mpr_column columns[] = {
    {4, HC_MPR_F8, "time/s"},
    {5, HC_MPR_F4, "control/V/mA"},
    {6, HC_MPR_F4, "Ewe/V"},
    {7, HC_MPR_F8, "dq/mA.h"},
    {8, HC_MPR_F4, "I/mA"},
    {9, HC_MPR_F4, "Ece/V"},
    {11, HC_MPR_F8, "<I>/mA"},
    {13, HC_MPR_F8, "(Q-Qo)/mA.h"},
    {16, HC_MPR_F4, "Analog IN 1/V"},
    {17, HC_MPR_F4, "Analog IN 2/V"},
    {19, HC_MPR_F4, "control/V"},
    {20, HC_MPR_F4, "control/mA"},
    {23, HC_MPR_F8, "dQ/mA.h"},
    {24, HC_MPR_F8, "cycle number"},
    {26, HC_MPR_F4, "Rapp/Ohm"},
    {27, HC_MPR_F4, "Ewe-Ece/V"},
    {32, HC_MPR_F4, "freq/Hz"},
    {33, HC_MPR_F4, "|Ewe|/V"},
    {34, HC_MPR_F4, "|I|/A"},
    {35, HC_MPR_F4, "Phase(Z)/deg"},
    {36, HC_MPR_F4, "|Z|/Ohm"},
    {37, HC_MPR_F4, "Re(Z)/Ohm"},
    {38, HC_MPR_F4, "-Im(Z)/Ohm"},
    {39, HC_MPR_U2, "I Range"},
    {69, HC_MPR_F4, "R/Ohm"},
    {70, HC_MPR_F4, "P/W"},
    {74, HC_MPR_F8, "|Energy|/W.h"},
    {75, HC_MPR_F4, "Analog OUT/V"},
    {76, HC_MPR_F4, "<I>/mA"},
    {77, HC_MPR_F4, "<Ewe>/V"},
    {78, HC_MPR_F4,
     "Cs-2/\xc2\xb5"
     "F-2"},
    {96, HC_MPR_F4, "|Ece|/V"},
    {98, HC_MPR_F4, "Phase(Zce)/deg"},
    {99, HC_MPR_F4, "|Zce|/Ohm"},
    {100, HC_MPR_F4, "Re(Zce)/Ohm"},
    {101, HC_MPR_F4, "-Im(Zce)/Ohm"},
    {110, HC_MPR_F8, "Energy ce/W.h"},
    {112, HC_MPR_F8, "Energy we/W.h"},
    {115, HC_MPR_F8, "Energy ce charge/W.h"},
    {116, HC_MPR_F8, "Energy ce discharge/W.h"},
    {123, HC_MPR_F8, "Energy charge/W.h"},
    {124, HC_MPR_F8, "Energy discharge/W.h"},
    {125, HC_MPR_F8,
     "Capacitance charge/\xc2\xb5"
     "F"},
    {126, HC_MPR_F8,
     "Capacitance discharge/\xc2\xb5"
     "F"},
    {131, HC_MPR_U2, "Ns"},
    {163, HC_MPR_F4, "|Estack|/V"},
    {168, HC_MPR_F4, "Rcmp/Ohm"},
    {169, HC_MPR_F4,
     "Cs/\xc2\xb5"
     "F"},
    {172, HC_MPR_F4,
     "Cp/\xc2\xb5"
     "F"},
    {173, HC_MPR_F4,
     "Cp-2/\xc2\xb5"
     "F-2"},
    {174, HC_MPR_F4, "<Ewe>/V"},
    {178, HC_MPR_F4, "(Q-Qo)/C"},
    {179, HC_MPR_F4, "dQ/C"},
    {182, HC_MPR_F8, "step time/s"},
    {185, HC_MPR_F4, "<Ece>/V"},
    {206, HC_MPR_F4,
     "Temperature/\xc2\xb0"
     "C"},
    {211, HC_MPR_F8, "Q charge/discharge/mA.h"},
    {212, HC_MPR_U4, "half cycle"},
    {213, HC_MPR_U4, "z cycle"},
    {215, HC_MPR_F4, "<Ece>/V"},
    {217, HC_MPR_F4, "THD Ewe/%"},
    {218, HC_MPR_F4, "THD I/%"},
    {219, HC_MPR_F4, "THD Ece/%"},
    {220, HC_MPR_F4, "NSD Ewe/%"},
    {221, HC_MPR_F4, "NSD I/%"},
    {222, HC_MPR_F4, "NSD Ece/%"},
    {223, HC_MPR_F4, "NSR Ewe/%"},
    {224, HC_MPR_F4, "NSR I/%"},
    {225, HC_MPR_F4, "NSR Ece/%"},
    {230, HC_MPR_F4, "|Ewe h2|/V"},
    {231, HC_MPR_F4, "|Ewe h3|/V"},
    {232, HC_MPR_F4, "|Ewe h4|/V"},
    {233, HC_MPR_F4, "|Ewe h5|/V"},
    {234, HC_MPR_F4, "|Ewe h6|/V"},
    {235, HC_MPR_F4, "|Ewe h7|/V"},
    {236, HC_MPR_F4, "|I h2|/A"},
    {237, HC_MPR_F4, "|I h3|/A"},
    {238, HC_MPR_F4, "|I h4|/A"},
    {239, HC_MPR_F4, "|I h5|/A"},
    {240, HC_MPR_F4, "|I h6|/A"},
    {241, HC_MPR_F4, "|I h7|/A"},
    {242, HC_MPR_F4, "|Ece h2|/V"},
    {243, HC_MPR_F4, "|Ece h3|/V"},
    {244, HC_MPR_F4, "|Ece h4|/V"},
    {245, HC_MPR_F4, "|Ece h5|/V"},
    {246, HC_MPR_F4, "|Ece h6|/V"},
    {247, HC_MPR_F4, "|Ece h7|/V"},
    {248, HC_MPR_F4, "Rac/Ohm"},
    {249, HC_MPR_F4, "Rdc/Ohm"},
    {253, HC_MPR_U1, "Acir/Dcir control"},
    {271, HC_MPR_F4, "Phase(Z1)/deg"},
    {272, HC_MPR_F4, "Phase(Z2)/deg"},
    {301, HC_MPR_F4, "|Z1|/Ohm"},
    {302, HC_MPR_F4, "|Z2|/Ohm"},
    {331, HC_MPR_F4, "Re(Z1)/Ohm"},
    {332, HC_MPR_F4, "Re(Z2)/Ohm"},
    {361, HC_MPR_F4, "-Im(Z1)/Ohm"},
    {362, HC_MPR_F4, "-Im(Z2)/Ohm"},
    {391, HC_MPR_F4, "<E1>/V"},
    {392, HC_MPR_F4, "<E2>/V"},
    {422, HC_MPR_F4, "Phase(Zstack)/deg"},
    {423, HC_MPR_F4, "|Zstack|/Ohm"},
    {424, HC_MPR_F4, "Re(Zstack)/Ohm"},
    {425, HC_MPR_F4, "-Im(Zstack)/Ohm"},
    {426, HC_MPR_F4, "<Estack>/V"},
    {430, HC_MPR_F4, "Phase(Zwe-ce)/deg"},
    {431, HC_MPR_F4, "|Zwe-ce|/Ohm"},
    {432, HC_MPR_F4, "Re(Zwe-ce)/Ohm"},
    {433, HC_MPR_F4, "-Im(Zwe-ce)/Ohm"},
    {434, HC_MPR_F4, "(Q-Qo)/C"},
    {435, HC_MPR_F4, "dQ/C"},
    {438, HC_MPR_F8, "step time/s"},
    {441, HC_MPR_F4, "<Ecv>/V"},
    {462, HC_MPR_F4,
     "Temperature/\xc2\xb0"
     "C"},
    {467, HC_MPR_F8, "Q charge/discharge/mA.h"},
    {468, HC_MPR_U4, "half cycle"},
    {469, HC_MPR_U4, "z cycle"},
    {471, HC_MPR_F4, "<Ece>/V"},
    {473, HC_MPR_F4, "THD Ewe/%"},
    {474, HC_MPR_F4, "THD I/%"},
    {475, HC_MPR_F4, "THD Ece/%"},
    {476, HC_MPR_F4, "NSD Ewe/%"},
    {477, HC_MPR_F4, "NSD I/%"},
    {478, HC_MPR_F4, "NSD Ece/%"},
    {479, HC_MPR_F4, "NSR Ewe/%"},
    {480, HC_MPR_F4, "NSR I/%"},
    {481, HC_MPR_F4, "NSR Ece/%"},
    {486, HC_MPR_F4, "|Ewe h2|/V"},
    {487, HC_MPR_F4, "|Ewe h3|/V"},
    {488, HC_MPR_F4, "|Ewe h4|/V"},
    {489, HC_MPR_F4, "|Ewe h5|/V"},
    {490, HC_MPR_F4, "|Ewe h6|/V"},
    {491, HC_MPR_F4, "|Ewe h7|/V"},
    {492, HC_MPR_F4, "|I h2|/A"},
    {493, HC_MPR_F4, "|I h3|/A"},
    {494, HC_MPR_F4, "|I h4|/A"},
    {495, HC_MPR_F4, "|I h5|/A"},
    {496, HC_MPR_F4, "|I h6|/A"},
    {497, HC_MPR_F4, "|I h7|/A"},
    {498, HC_MPR_F8, "Q charge/mA.h"},
    {499, HC_MPR_F8, "Q discharge/mA.h"},
    {500, HC_MPR_F8, "step time/s"},
    {501, HC_MPR_F8, "Efficiency/%"},
    {502, HC_MPR_F8, "Capacity/mA.h"},
    {505, HC_MPR_F4, "Rdc/Ohm"},
    {509, HC_MPR_U1, "Acir/Dcir control"},
    {880, HC_MPR_F8, "Energy we/W.h"},
    {883, HC_MPR_F8, "Energy ce charge/W.h"},
    {884, HC_MPR_F8, "Energy ce discharge/W.h"},
};

/* These share one byte, placed where the first of them stands. */
static const hc_mpr_flag flags[] = {
    {1, 0x03, 0, "mode"},        {2, 0x04, 2, "ox/red"},
    {3, 0x08, 3, "error"},       {21, 0x10, 4, "control changes"},
    {31, 0x20, 5, "Ns changes"}, {65, 0x80, 7, "counter inc."},
};

const hc_mpr_column *hc_mpr_column_of(unsigned id)
{
    size_t lo = 0, hi = sizeof columns / sizeof columns[0];
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (columns[mid].id == id)
            return &columns[mid];
        if (columns[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

const hc_mpr_flag *hc_mpr_flag_of(unsigned id)
{
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (flags[i].id == id)
            return &flags[i];
    return NULL;
}

/* First byte of the settings module. */
static const struct {
    unsigned char code;
    const char *name;
} techniques[] = {
    {4, "Galvanostatic Cycling with Potential Limitation"},
    {6, "Cyclic Voltammetry"},
    {11, "Open Circuit Voltage"},
    {22, "Modular Potentio"},
    {24, "Chronoamperometry / Chronocoulometry"},
    {25, "Chronopotentiometry"},
    {28, "Wait"},
    {29, "Potentio Electrochemical Impedance Spectroscopy"},
    {30, "Galvano Electrochemical Impedance Spectroscopy"},
    {48, "Cyclic Voltammetry"},
    {50, "IR compensation (PZIR)"},
    {51, "Cyclic Voltammetry Advanced"},
    {108, "Linear Sweep Voltammetry"},
    {117, "Constant Voltage"},
    {118, "Constant Current"},
    {119, "Galvanostatic Cycling with Potential Limitation"},
    {127, "Modulo Bat"},
    {136, "Battery Capacity Determination"},
};

const char *hc_mpr_technique(unsigned char code)
{
    for (size_t i = 0; i < sizeof techniques / sizeof techniques[0]; i++)
        if (techniques[i].code == code)
            return techniques[i].name;
    return "";
}
