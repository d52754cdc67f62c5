/* nda_layout.h: how the records of each version of Neware's .nda are laid out
 */
#ifndef HC_FORMATS_NDA_LAYOUT_H
#define HC_FORMATS_NDA_LAYOUT_H

#include "formats/bytes.h"
#include "formats/sink.h"
#include "formats/source.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    HC_NDA_NO,
    HC_NDA_U1,
    HC_NDA_U2,
    HC_NDA_U4,
    HC_NDA_I4,
    HC_NDA_I8,
    HC_NDA_U8,
    HC_NDA_F4,
    HC_NDA_I2
} hc_nda_type;

typedef struct {
    unsigned char type, at;
} hc_nda_field;

typedef enum {
    HC_NDA_WHEN_NO,
    HC_NDA_WHEN_UNIX,  /* u8 seconds, UTC */
    HC_NDA_WHEN_MICRO, /* u8 microseconds, UTC */
    HC_NDA_WHEN_PAIR,  /* u4 seconds, u4 nanoseconds, UTC */
    HC_NDA_WHEN_CIVIL, /* u2 year, u1 month, day, hour, minute, second; local
                        */
} hc_nda_when;

typedef enum {
    HC_NDA_STEP_BY_INDEX,
    HC_NDA_STEP_BY_JUMP,
    HC_NDA_STEP_BY_BOTH
} hc_nda_steps;

typedef struct {
    const char *versions; /* ",8," */
    size_t record;        /* bytes; 0: up to the next record's mark */
    hc_nda_field id, aux, index, cycle, step, type, jump, time, volt, amp, cap,
        energy, chg, dchg, echg, edchg, range, total, aux_volt, aux_temp, temp;
    hc_nda_field when;
    hc_nda_when when_is;
    short time_exp; /* unit of time is 10^this s */
    bool time_pair; /* total is u4 seconds, u4 nanoseconds behind */
    bool floats;    /* V, mA, mA s, mW s as they are, else integers */
    bool net;       /* capacity and energy are signed */
    unsigned char cycle_base; /* added to the stored cycle */
    hc_nda_steps steps;       /* what shows a new step */
    bool zero_is_data;        /* identifier 0 is data as well as 0x55 */
} hc_nda_layout;

/* The layout of a version, NULL when it is not known; sub is 1 for BTS 9.1,
 * otherwise 0. */
const hc_nda_layout *hc_nda_layout_of(int version, int sub);

/* A whole number of a record. */
static inline int64_t hc_nda_get(const unsigned char *r, hc_nda_field f)
{
    switch ((hc_nda_type)f.type) {
    case HC_NDA_U1:
        return r[f.at];
    case HC_NDA_U2:
        return hc_le16(r + f.at);
    case HC_NDA_I2:
        return (int16_t)hc_le16(r + f.at);
    case HC_NDA_U4:
        return hc_le32(r + f.at);
    case HC_NDA_I4:
        return (int32_t)hc_le32(r + f.at);
    case HC_NDA_I8:
    case HC_NDA_U8:
        return (int64_t)hc_le64(r + f.at);
    default:
        return 0;
    }
}

/* The same made ready: its bits of the eight bytes at `at`, and the one of
 * them that is its sign; of no field both are 0. */
typedef struct {
    uint64_t mask, sign;
    size_t at;
} hc_nda_whole;

hc_nda_whole hc_nda_whole_of(hc_nda_field f);

/* Its bits, and what they say.  HC_PADDING bytes behind the record can be
 * read. */
static inline uint64_t hc_nda_bits(const unsigned char *r,
                                   const hc_nda_whole *w)
{
    return hc_le64(r + w->at) & w->mask;
}

static inline int64_t hc_nda_signed(uint64_t bits, const hc_nda_whole *w)
{
    return (int64_t)((bits ^ w->sign) - w->sign);
}

static inline int64_t hc_nda_get_whole(const unsigned char *r,
                                       const hc_nda_whole *w)
{
    return hc_nda_signed(hc_nda_bits(r, w), w);
}

/* Marks of the records. */
enum { HC_NDA_DATA = 0x55, HC_NDA_AUX = 0x65 };

/* What the head says of the records. */
typedef struct {
    int version, sub;
    uint64_t begin, length; /* of the records; length 0: not said */
    int fixed_range;        /* of the device; 0: not said */
} hc_nda_head;

/* false: cut or damaged. */
bool hc_nda_head_read(const hc_probe *p, hc_nda_head *h);

/* Version, software, what the test is called. */
hc_status hc_nda_head_facts(hc_sink *sink, const hc_probe *p, int version,
                            hc_err *err) HC_MUST_USE;

#endif
