/* ndax.c: Neware .ndax, a zip of .ndc parts (ndc.h)
 *
 * Up to version 5 data.ndc holds everything.  From version 8 it holds only
 * voltage and current; data_runInfo.ndc has the time, the capacities and the
 * step of some rows (step_time u4 ms, capacities and energies f4, interval
 * dt i4 ms, Unix time u4 s and u2 ms, step u4, index u4), and the rows
 * between two of them are rebuilt: time and date go on by dt, capacity and
 * energy by I dt and V I dt.  data_step.ndc tells cycle, step index and type
 * of each step.  data_AUX_a_b_c.ndc are auxiliary channels, a being the
 * RealChlID that TestInfo.xml explains.  Layouts: observed in files of
 * versions 5 and 14; 2, 11, 16 and 17 as fastnda 968d89c2 and NewareNDA
 * d895eb23 describe them (facts only).
 */
#include "core/text.h"
#include "formats/archive.h"
#include "formats/format.h"
#include "formats/ndax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 30 /* bytes of the archive */ };

/* ---- the archive ---- */

static hc_status say_layout(hc_sink *sink, int version, hc_err *err)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%d", version);
    return hc_sink_metan(sink, "format version", 14, text, (size_t)n, err);
}

static hc_status member(hc_ndax *s, const char *name, char **data, size_t *len,
                        hc_err *err)
{
    long i = s->zip->find(s->archive, name);
    *data = NULL;
    if (i < 0)
        return HC_OK;
    return s->zip->read(s->archive, (size_t)i, HC_NDAX_MEMBER_MAX, data, len,
                        err);
}

/* Attributes worth telling, one of them in each XML part. */
static hc_status say_attribute(hc_ndax *s, const char *file,
                               const char *element, const char *att,
                               const char *key, bool fact, hc_err *err)
{
    char *xml, find[64], value[128];
    size_t len;
    HC_TRY(member(s, file, &xml, &len, err));
    if (xml == NULL)
        return HC_OK;
    const char *p = strstr(xml, element);
    const char *end = p != NULL ? strchr(p, '>') : NULL;
    snprintf(find, sizeof find, " %s=\"", att);
    const char *v = end != NULL ? strstr(p, find) : NULL;
    const char *q = NULL;
    if (v != NULL && v < end) {
        v += strlen(find);
        q = strchr(v, '"');
    }
    hc_status st = HC_OK;
    if (q != NULL && q < end && q > v && (size_t)(q - v) < sizeof value) {
        memcpy(value, v, (size_t)(q - v));
        value[q - v] = '\0';
        st = fact ? hc_sink_fact(s->sink, key, value, err)
                  : hc_sink_metan(s->sink, key, strlen(key), value,
                                  strlen(value), err);
    }
    free(xml);
    return st;
}

static hc_status say_all(hc_ndax *s, hc_err *err)
{
    HC_TRY(say_attribute(s, "VersionInfo.xml", "<ZwjVersion", "SvrVer",
                         "software", true, err));
    HC_TRY(say_attribute(s, "VersionInfo.xml", "<ZwjVersion", "MainXwjVer",
                         "device", true, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "StartTime",
                         "start_time_text", true, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "Barcode", "barcode",
                         false, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "StepName",
                         "step file", false, err));
    HC_TRY(say_attribute(s, "TestInfo.xml", "<TestInfo", "ChlID", "channel",
                         false, err));
    HC_TRY(say_attribute(s, "Step.xml", "<SCQ", "Value",
                         "active material (ug)", false, err));
    return say_attribute(s, "Step.xml", "<Remark", "Value", "remark", false,
                         err);
}

static hc_status read_archive(hc_ndax *s, hc_err *err)
{
    int holds, version;
    bool known;
    HC_TRY(say_all(s, err));
    HC_TRY(member(s, "data.ndc", &s->data, &s->data_len, err));
    if (s->data == NULL)
        return hc_fail_at(err, HC_DATA, s->name, 0,
                          "no data.ndc in this archive: not a .ndax");
    HC_TRY(member(s, "data_runInfo.ndc", &s->run, &s->run_len, err));
    HC_TRY(member(s, "data_step.ndc", &s->step, &s->step_len, err));
    HC_TRY(hc_ndax_aux_open(s, err));
    if (!hc_ndc_head(s->data, s->data_len, &holds, &version))
        return hc_fail_at(err, HC_DATA, s->name, 0, "data.ndc is empty");
    HC_TRY(say_layout(s->sink, version, err));
    if (s->aux_left_out > 0)
        hc_sink_warn(s->sink, 0, "%zu auxiliary channels could not be read",
                     s->aux_left_out);
    HC_TRY(hc_ndax_records(s, version, &known, err));
    if (known)
        return HC_OK;
    return hc_fail_at(err, HC_DATA, s->name, 0,
                      "data.ndc is of version %d, whose layout is not known; "
                      "export it as csv from BTSDA",
                      version);
}

static hc_status read(hc_source *src, hc_sink *sink, hc_err *err)
{
    char *bytes = NULL;
    size_t len;
    hc_ndax *s = calloc(1, sizeof *s);
    if (s == NULL)
        return hc_fail_nomem(err);
    s->sink = sink;
    s->name = src->name;
    hc_status st = hc_zip_module(&s->zip, err);
    if (st == HC_OK)
        st = hc_source_slurp(src, FILE_MAX, &bytes, &len, err);
    if (st == HC_OK)
        st = s->zip->open(&s->archive, bytes, len, src->name, err);
    if (st == HC_OK)
        st = read_archive(s, err);
    if (s->archive != NULL)
        s->zip->close(s->archive);
    for (size_t i = 0; i < HC_NDAX_AUX_MAX; i++)
        free(s->aux[i].data);
    free(s->data);
    free(s->run);
    free(s->step);
    free(s);
    free(bytes);
    return st;
}

static void detect(const hc_probe *p, hc_verdict *v)
{
    if (!hc_probe_bytes(p, 0, "PK\3\4", 4)) {
        hc_say_no(v, 0, "is no zip archive");
        return;
    }
    /* Local headers name the members as they come. */
    for (size_t i = 0; i + 8 < p->len; i++)
        if (memcmp(p->data + i, "data.ndc", 8) == 0) {
            hc_say_yes(v, 95);
            return;
        }
    for (size_t i = 0; i + 11 < p->len; i++)
        if (memcmp(p->data + i, "VersionInfo", 11) == 0 ||
            memcmp(p->data + i, "TestInfo.xml", 12) == 0) {
            hc_say_yes(v, 80);
            return;
        }
    hc_say_no(v, 20, "is a zip archive without data.ndc");
}

static const hc_colmap columns[] = {
    {"Index", "record_index", NULL, 0, 0},
    {"Cycle", "cycle_count", NULL, 0, 0},
    {"Step", "step_count", NULL, 0, 0},
    {"Step_Index", "step_id", NULL, 0, 0},
    {"Status", "step_type", NULL, 0, 0},
    {"Time", "step_time_second", "s", 0, 0},
    {"Voltage", "voltage_volt", "V", 0, 0},
    {"Current(mA)", "current_ampere", "mA", 0, 0},
    {"Current(A)", "current_ampere", "A", 0, 0},
    {"Charge_Capacity(mAs)", "step_charging_capacity_ah", "mA s", 0, 0},
    {"Discharge_Capacity(mAs)", "step_discharging_capacity_ah", "mA s", 0, 0},
    {"Charge_Energy(mWs)", "step_charging_energy_wh", "mW s", 0, 0},
    {"Discharge_Energy(mWs)", "step_discharging_energy_wh", "mW s", 0, 0},
    {"Charge_Capacity(Ah)", "step_charging_capacity_ah", "Ah", 0, 0},
    {"Discharge_Capacity(Ah)", "step_discharging_capacity_ah", "Ah", 0, 0},
    {"Charge_Energy(Wh)", "step_charging_energy_wh", "Wh", 0, 0},
    {"Discharge_Energy(Wh)", "step_discharging_energy_wh", "Wh", 0, 0},
    {"Timestamp", "date_time", NULL, 0, 0},
    {"Unix_Time(s)", "unix_time_second", "s", 0, 0},
    {"T1", "temperature_t1_celsius", "degC", 0, 0},
    {"T2", "temperature_t2_celsius", "degC", 0, 0},
    {"T3", "temperature_t3_celsius", "degC", 0, 0},
    {"T4", "temperature_t4_celsius", "degC", 0, 0},
    {"T5", "temperature_t5_celsius", "degC", 0, 0},
    {NULL, NULL, NULL, 0, 0}};

const hc_format hc_format_neware_ndax = {.name = "neware-ndax",
                                         .title = "Neware .ndax",
                                         .detect = detect,
                                         .most = 95,
                                         .read = read,
                                         .columns = columns,
                                         .verified = true};
