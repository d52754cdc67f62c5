/* nda.c: Neware .nda
 *
 * "NEWARE", date as text, version byte at offset 14, then pointers to blocks;
 * the block of records is {u4 begin, u4 length} at offset 64, from version
 * 129 {u8 begin, u8 length} at offset 82.  A length of 0 (versions up to 8,
 * tests still running) means: up to the end of the file.  All integers are
 * little-endian.  Layouts: observed in real files of versions 8, 29 and 130
 * (BTS 9.0); the others as fastnda 968d89c2 and NewareNDA d895eb23 describe
 * them (facts only).
 */
#include "formats/format.h"
#include "formats/nda_layout.h"
#include "formats/nda_records.h"

static void detect(const hc_probe *p, hc_verdict *v)
{
    hc_nda_head h = {0};
    if (!hc_probe_bytes(p, 0, "NEWARE", 6)) {
        hc_say_no(v, 0, "does not start with NEWARE");
    } else if (!hc_nda_head_read(p, &h)) {
        hc_say_broken(v, 100,
                      "a Neware .nda file cut or damaged in its "
                      "first bytes");
    } else if (hc_nda_layout_of(h.version, h.sub) == NULL) {
        hc_say_broken(v, 100,
                      "a Neware .nda file of version %d, whose layout is "
                      "not known; export it as csv or ndax from BTSDA",
                      h.version);
    } else {
        hc_say_yes(v, 100);
    }
}

static hc_status skip(hc_source *src, uint64_t n, bool *there, hc_err *err)
{
    *there = true;
    while (n > 0) {
        const char *data;
        size_t len, want = n < 65536 ? (size_t)n : 65536;
        HC_TRY(hc_in_peek(src->in, want, &data, &len, err));
        if (len > want)
            len = want;
        if (len == 0) {
            *there = false;
            return HC_OK;
        }
        hc_in_skip(src->in, len);
        n -= len;
    }
    return HC_OK;
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    hc_nda_head h;
    bool there;
    if (!hc_nda_head_read(&src->probe, &h))
        return hc_fail_at(err, HC_DATA, src->name, 0,
                          "cut or damaged in its first bytes");
    const hc_nda_layout *l = hc_nda_layout_of(h.version, h.sub);
    if (l == NULL)
        return hc_fail_at(err, HC_DATA, src->name, 0,
                          ".nda version %d is not known", h.version);
    hc_status st = hc_nda_head_facts(sink, &src->probe, h.version, err);
    if (st == HC_OK)
        st = skip(src, h.begin, &there, err);
    if (st == HC_OK && !there)
        hc_sink_incomplete(sink, "ends in its head");
    if (st == HC_OK)
        st = hc_nda_records(src, sink, l, &h, err);
    return st;
}

static const hc_colmap columns[] = {
    {"Index", "record_index", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Step", "step_count", NULL, 0, 0},
    {"Step_Index", "step_id", NULL, 0, 0},
    {"Status", "step_type", NULL, 0, 0},
    {"Time", "step_time_second", "s", 0, 0},
    {"Total_Time", "test_time_second", "s", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Current(mA)", "current_ampere", "mA", 0, 0},
    {"Capacity(mAs)", "step_cumulative_capacity_ah", "mA s", 0, 0},
    {"Energy(mWs)", "step_cumulative_energy_wh", "mW s", 0, 0},
    {"Net_Capacity(mAs)", "step_net_capacity_ah", "mA s", 0, 0},
    {"Net_Energy(mWs)", "step_net_energy_wh", "mW s", 0, 0},
    {"Charge_Capacity(mAs)", "step_charging_capacity_ah", "mA s", 0, 0},
    {"Discharge_Capacity(mAs)", "step_discharging_capacity_ah", "mA s", 0, 0},
    {"Charge_Energy(mWs)", "step_charging_energy_wh", "mW s", 0, 0},
    {"Discharge_Energy(mWs)", "step_discharging_energy_wh", "mW s", 0, 0},
    {"Timestamp", "date_time", NULL, 0, 0},
    {"Unix_Time(s)", "unix_time_second", "s", 0, 0},
    {"T1", "temperature_t1_celsius", "degC", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_neware_nda = {.name = "neware-nda",
                                        .title = "Neware .nda",
                                        .detect = detect,
                                        .most = 100,
                                        .read = read,
                                        .columns = columns,
                                        .verified = true};
