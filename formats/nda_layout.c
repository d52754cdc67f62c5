/* nda_layout.c: layouts of .nda records (sources: nda.c) */
#include "formats/nda_layout.h"

#include "formats/neware.h"

#include <stdio.h>
#include <string.h>

#define U1(at)                                                                \
    {                                                                         \
        HC_NDA_U1, at                                                         \
    }
#define U2(at)                                                                \
    {                                                                         \
        HC_NDA_U2, at                                                         \
    }
#define U4(at)                                                                \
    {                                                                         \
        HC_NDA_U4, at                                                         \
    }
#define I4(at)                                                                \
    {                                                                         \
        HC_NDA_I4, at                                                         \
    }
#define I8(at)                                                                \
    {                                                                         \
        HC_NDA_I8, at                                                         \
    }
#define U8(at)                                                                \
    {                                                                         \
        HC_NDA_U8, at                                                         \
    }
#define F4(at)                                                                \
    {                                                                         \
        HC_NDA_F4, at                                                         \
    }

static const hc_nda_layout layouts[] = {
    {.versions = ",5,7,",
     .record = 59,
     .id = U1(0),
     .index = U4(1),
     .cycle = U4(5),
     .step = U1(9),
     .type = U1(10),
     .time = U4(11),
     .volt = I4(15),
     .amp = I4(19),
     .cap = I8(31),
     .energy = I8(39),
     .when = U8(47),
     .when_is = HC_NDA_WHEN_UNIX,
     .cycle_base = 1,
     .zero_is_data = true},
    {.versions = ",6,8,",
     .record = 59,
     .id = U1(0),
     .index = U4(1),
     .cycle = U4(5),
     .step = U1(9),
     .type = U1(10),
     .time = U4(11),
     .volt = I4(15),
     .amp = I4(19),
     .cap = I8(31),
     .energy = I8(39),
     .when = U8(47),
     .when_is = HC_NDA_WHEN_UNIX,
     .zero_is_data = true},
    {.versions = ",9,",
     .record = 60,
     .id = U1(0),
     .index = U4(2),
     .cycle = U4(6),
     .step = U1(10),
     .type = U1(11),
     .time = U4(12),
     .volt = I4(16),
     .amp = I4(20),
     .cap = I8(32),
     .energy = I8(40),
     .when = U8(48),
     .when_is = HC_NDA_WHEN_UNIX,
     .cycle_base = 1},
    {.versions = ",11,12,13,15,18,",
     .record = 69,
     .id = U1(0),
     .aux = U1(1),
     .index = U4(2),
     .cycle = U4(6),
     .step = U2(10),
     .type = U1(12),
     .time = U8(13),
     .time_exp = -3,
     .volt = I4(21),
     .amp = I4(25),
     .cap = I8(37),
     .energy = I8(45),
     .when = U8(53),
     .when_is = HC_NDA_WHEN_UNIX,
     .range = I4(61),
     .cycle_base = 1},
    {.versions = ",14,16,17,20,22,23,24,",
     .record = 86,
     .id = U1(0),
     .aux = U1(1),
     .index = U4(2),
     .cycle = U4(6),
     .step = U2(10),
     .type = U1(12),
     .jump = U1(13),
     .time = U8(14),
     .time_exp = -3,
     .volt = I4(22),
     .amp = I4(26),
     .chg = I8(38),
     .dchg = I8(46),
     .echg = I8(54),
     .edchg = I8(62),
     .when = U8(70),
     .when_is = HC_NDA_WHEN_UNIX,
     .range = I4(78),
     .cycle_base = 1,
     .steps = HC_NDA_STEP_BY_BOTH,
     .aux_volt = I4(22),
     .aux_temp = {HC_NDA_I2, 34}},
    {.versions = ",26,28,29,",
     .record = 86,
     .id = U1(0),
     .aux = U1(1),
     .index = U4(2),
     .cycle = U4(6),
     .step = U2(10),
     .type = U1(12),
     .jump = U1(13),
     .time = U8(14),
     .time_exp = -3,
     .volt = I4(22),
     .amp = I4(26),
     .chg = I8(38),
     .dchg = I8(46),
     .echg = I8(54),
     .edchg = I8(62),
     .when = U2(70),
     .when_is = HC_NDA_WHEN_CIVIL,
     .range = I4(78),
     .cycle_base = 1,
     .steps = HC_NDA_STEP_BY_JUMP,
     .aux_volt = I4(22),
     .aux_temp = {HC_NDA_I2, 34}},
    /* BTS 9.0 */
    {.versions = ",130.0,",
     .record = 88,
     .id = U1(4),
     .index = U4(16),
     .step = U1(9),
     .type = U1(10),
     .time = U8(28),
     .time_exp = -6,
     .volt = F4(36),
     .amp = F4(40),
     .cap = F4(60),
     .energy = F4(64),
     .when = U8(68),
     .when_is = HC_NDA_WHEN_MICRO,
     .floats = true,
     .net = true},
    /* BTS 9.1: data and temperature in one record of varying length */
    {.versions = ",130.1,",
     .record = 0,
     .id = U1(0),
     .step = U1(2),
     .type = U1(3),
     .index = U4(8),
     .total = U4(12),
     .time_pair = true,
     .amp = F4(20),
     .volt = F4(24),
     .cap = F4(28),
     .energy = F4(32),
     .cycle = U4(36),
     .when = U4(44),
     .when_is = HC_NDA_WHEN_PAIR,
     .temp = F4(52),
     .floats = true,
     .net = true,
     .cycle_base = 1},
};

const hc_nda_layout *hc_nda_layout_of(int version, int sub)
{
    char key[16];
    if (version == 130)
        snprintf(key, sizeof key, ",130.%d,", sub);
    else
        snprintf(key, sizeof key, ",%d,", version);
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (strstr(layouts[i].versions, key) != NULL)
            return &layouts[i];
    return NULL;
}

hc_nda_whole hc_nda_whole_of(hc_nda_field f)
{
    static const struct {
        unsigned char bytes;
        bool has_sign;
    } types[] = {
        [HC_NDA_NO] = {0, false}, [HC_NDA_U1] = {1, false},
        [HC_NDA_U2] = {2, false}, [HC_NDA_U4] = {4, false},
        [HC_NDA_I4] = {4, true},  [HC_NDA_I8] = {8, false},
        [HC_NDA_U8] = {8, false}, [HC_NDA_F4] = {4, false},
        [HC_NDA_I2] = {2, true},
    };
    const int bits = 8 * types[f.type].bytes;
    return (hc_nda_whole){
        .mask = bits == 0 ? 0 : UINT64_MAX >> (64 - bits),
        .sign = types[f.type].has_sign ? UINT64_C(1) << (bits - 1) : 0,
        .at = f.at};
}
