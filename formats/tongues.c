/* tongues.c: names of columns in other languages than English
 *
 * In plain form, as in spellings.c, and only what means the same everywhere.
 * Words that one language writes as another does stand under the first.
 */
#include "formats/columns.h"

#define FREQ(name) {name, "frequency_hertz", "Hz", 1, 0}
#define RE(name) {name, "real_impedance_ohm", "ohm", 1, 0}
#define IM(name) {name, "imaginary_impedance_ohm", "ohm", 1, 0}
#define MOD(name, rank) {name, "absolute_impedance_ohm", "ohm", 1, rank}
#define PHASE(name) {name, "phase_degree", "deg", 1, 0}
#define TIME(name, rank) {name, "test_time_second", "s", 1, rank}
#define STEP_TIME(name) {name, "step_time_second", "s", 1, 0}
#define DATE(name, rank) {name, "date_time", "", 1, rank}
#define VOLT(name, rank) {name, "voltage_volt", "V", 1, rank}
#define AMP(name, rank) {name, "current_ampere", "A", 1, rank}
#define CYCLE(name, rank) {name, "cycle_count", "", 1, rank}
#define STEP(name, rank) {name, "step_id", "", 1, rank}
#define STATE(name, rank) {name, "step_type", "", 1, rank}
#define RECORD(name, rank) {name, "record_index", "", 1, rank}
#define TEMP(name) {name, "temperature_t1_celsius", "degC", 1, 0}
#define CHARGED(name) {name, "schedule_charging_capacity_ah", "Ah", 1, 1}
#define DISCHARGED(name) {name, "schedule_discharging_capacity_ah", "Ah", 1, 1}

/* clang-format off */
static const hc_colmap tongues[] = {
    /* German */
    FREQ("frequenz"), RE("realteil"), RE("realteil z"),
    IM("imaginärteil"), IM("imaginaerteil"), IM("imaginärteil z"),
    MOD("impedanz", 1), MOD("betrag", 1), MOD("impedanzbetrag", 0),
    MOD("betrag der impedanz", 0), MOD("betrag z", 0),
    PHASE("phasenwinkel"), PHASE("phasenverschiebung"),
    TIME("zeit", 1), TIME("uhrzeit", 2), TIME("testzeit", 0),
    TIME("gesamtzeit", 0), TIME("laufzeit", 0), TIME("prüfzeit", 0),
    TIME("messzeit", 0), TIME("versuchszeit", 0), TIME("zeitpunkt", 2),
    STATE("richtung", 4), STATE("betriebsart", 3), STATE("modus", 3),
    STEP_TIME("schrittzeit"), STEP_TIME("zeit im schritt"),
    DATE("datum", 1), DATE("zeitstempel", 0), DATE("datum/zeit", 0),
    DATE("datum und uhrzeit", 0),
    VOLT("spannung", 0), VOLT("zellspannung", 0), VOLT("potenzial", 1),
    VOLT("potential", 1), VOLT("klemmenspannung", 0),
    AMP("strom", 0), AMP("zellstrom", 0), AMP("stromstärke", 0),
    AMP("stromdichte", 2),
    CYCLE("zyklus", 0), CYCLE("zyklusnummer", 0), CYCLE("zyklen", 1),
    CYCLE("zykluszahl", 0),
    STEP("schritt", 1), STEP("schrittnummer", 0), STATE("zustand", 1),
    STATE("schrittart", 0), RECORD("datensatz", 0),
    TEMP("temperatur"), TEMP("zelltemperatur"),
    TEMP("zellentemperatur"), VOLT("zellenspannung", 0), AMP("zellenstrom", 0),
    {"druck", "applied_pressure_pa", "Pa", 1, 1},
    CHARGED("ladekapazität"), DISCHARGED("entladekapazität"),
    CHARGED("ladungskapazität"), DISCHARGED("entladungskapazität"),
    /* French */
    FREQ("fréquence"), FREQ("frequence"), RE("partie réelle"),
    RE("partie reelle"), IM("partie imaginaire"), MOD("module", 1),
    MOD("impédance", 1), PHASE("déphasage"), PHASE("angle de phase"),
    TIME("temps", 1), TIME("temps total", 0), TIME("temps écoulé", 0),
    STEP_TIME("temps d'étape"),
    DATE("horodatage", 0), DATE("date et heure", 0), DATE("date heure", 0),
    VOLT("tension", 0), VOLT("potentiel", 1), AMP("courant", 0),
    AMP("intensité", 1), CYCLE("numéro de cycle", 0),
    STEP("étape", 1), STEP("etape", 1), STEP("numéro d'étape", 0),
    STATE("état", 1), TEMP("température"),
    CHARGED("capacité de charge"), DISCHARGED("capacité de décharge"),
    /* Spanish, Portuguese */
    FREQ("frecuencia"), FREQ("frequência"), FREQ("frequencia"),
    RE("parte real"), IM("parte imaginaria"), IM("parte imaginária"),
    MOD("módulo", 1), MOD("impedancia", 1), MOD("impedância", 1),
    PHASE("fase"), PHASE("ángulo de fase"), PHASE("ângulo de fase"),
    TIME("tiempo", 1), TIME("tempo", 1), TIME("tiempo total", 0),
    TIME("tempo total", 0), TIME("tiempo de prueba", 0),
    TIME("tempo de teste", 0), STEP_TIME("tiempo de paso"),
    DATE("fecha", 1), DATE("fecha y hora", 0), DATE("fecha/hora", 0),
    DATE("data e hora", 0), DATE("data/hora", 0),
    VOLT("voltaje", 0), VOLT("tensión", 0), VOLT("tensão", 0),
    VOLT("potencial", 1), VOLT("voltagem", 0),
    AMP("corriente", 0), AMP("corrente", 0), AMP("intensidad", 1),
    CYCLE("ciclo", 0), CYCLE("número de ciclo", 0),
    STEP("paso", 1), STEP("passo", 1), STEP("etapa", 1),
    STATE("estado", 1), TEMP("temperatura"),
    CHARGED("capacidad de carga"), CHARGED("capacidade de carga"),
    DISCHARGED("capacidad de descarga"), DISCHARGED("capacidade de descarga"),
    /* Italian */
    FREQ("frequenza"), RE("parte reale"), IM("parte immaginaria"),
    MOD("modulo", 1), MOD("impedenza", 1), PHASE("sfasamento"),
    TIME("tempo totale", 0), TIME("tempo di prova", 0),
    DATE("data e ora", 0), DATE("data ora", 0),
    VOLT("tensione", 0), VOLT("potenziale", 1), STATE("stato", 1),
    CHARGED("capacità di carica"), DISCHARGED("capacità di scarica"),
    /* Dutch */
    FREQ("frequentie"), RE("reëel deel"), RE("reëel"),
    IM("imaginair deel"), IM("imaginair"), MOD("impedantie", 1),
    PHASE("fasehoek"), TIME("tijd", 1), TIME("totale tijd", 0),
    DATE("datum en tijd", 0), DATE("tijdstip", 1),
    VOLT("spanning", 0), VOLT("celspanning", 0), VOLT("potentiaal", 1),
    AMP("stroom", 0), CYCLE("cyclus", 0), STEP("stap", 1),
    TEMP("temperatuur"),
    CHARGED("laadcapaciteit"), DISCHARGED("ontlaadcapaciteit"),
    /* Swedish, Danish, Norwegian */
    FREQ("frekvens"), RE("realdel"), IM("imaginärdel"), MOD("impedans", 1),
    PHASE("fas"), PHASE("fasvinkel"), PHASE("fasevinkel"),
    TIME("tid", 1), TIME("total tid", 0),
    VOLT("spänning", 0), VOLT("spænding", 0), VOLT("spenning", 0),
    AMP("ström", 0), AMP("strøm", 0), CYCLE("cykel", 0), CYCLE("syklus", 0),
    STEP("steg", 1), STEP("trin", 1),
    /* Polish */
    FREQ("częstotliwość"), FREQ("czestotliwosc"), FREQ("częstość"),
    RE("część rzeczywista"), IM("część urojona"), MOD("moduł impedancji", 0),
    MOD("impedancja", 1), MOD("moduł", 1), PHASE("faza"),
    PHASE("kąt fazowy"), TIME("czas", 1), TIME("czas testu", 0),
    TIME("czas całkowity", 0), STEP_TIME("czas kroku"),
    DATE("data i czas", 0), DATE("data i godzina", 0),
    VOLT("napięcie", 0), VOLT("napiecie", 0), VOLT("potencjał", 1),
    AMP("prąd", 0), AMP("prad", 0), AMP("natężenie prądu", 0),
    CYCLE("cykl", 0), CYCLE("numer cyklu", 0), STEP("krok", 1),
    CHARGED("pojemność ładowania"), DISCHARGED("pojemność rozładowania"),
    /* Czech, Slovak */
    FREQ("frekvence"), FREQ("kmitočet"), FREQ("frekvencia"),
    RE("reálná část"), RE("reálná složka"), RE("reálna časť"),
    IM("imaginární část"), IM("imaginární složka"), IM("imaginárna časť"),
    PHASE("fáze"), PHASE("fáza"), TIME("čas", 1), TIME("celkový čas", 0),
    DATE("datum a čas", 0), VOLT("napětí", 0), VOLT("napätie", 0),
    VOLT("potenciál", 1), AMP("proud", 0), AMP("prúd", 0),
    CYCLE("cyklus", 0), TEMP("teplota"),
    /* Turkish */
    FREQ("frekans"), RE("gerçek kısım"), RE("reel kısım"),
    IM("sanal kısım"), IM("imajiner kısım"), MOD("empedans", 1),
    PHASE("faz"), PHASE("faz açısı"), TIME("zaman", 1), TIME("süre", 1),
    TIME("toplam süre", 0), DATE("tarih", 1), VOLT("gerilim", 0),
    VOLT("voltaj", 0), AMP("akım", 0), CYCLE("çevrim", 0),
    CYCLE("döngü", 0), STEP("adım", 1), TEMP("sıcaklık"),
    /* Russian */
    FREQ("частота"), RE("действительная часть"), RE("вещественная часть"),
    IM("мнимая часть"), MOD("импеданс", 1), MOD("модуль импеданса", 0),
    PHASE("фаза"), TIME("время", 1), DATE("дата", 1), DATE("дата и время", 0),
    VOLT("напряжение", 0), VOLT("потенциал", 1), AMP("ток", 0),
    CYCLE("цикл", 0), CYCLE("номер цикла", 0), STEP("шаг", 0),
    RECORD("номер записи", 0), TEMP("температура"),
    CHARGED("емкость заряда"), DISCHARGED("емкость разряда"),
    CHARGED("ёмкость заряда"), DISCHARGED("ёмкость разряда"),
    /* Chinese, as written on the mainland and in Taiwan */
    FREQ("频率"), FREQ("頻率"), RE("实部"), RE("實部"), RE("阻抗实部"),
    RE("阻抗實部"), RE("实部阻抗"), RE("z实部"), IM("虚部"), IM("虛部"),
    IM("阻抗虚部"), IM("阻抗虛部"), IM("虚部阻抗"), IM("z虚部"),
    MOD("阻抗模", 0), MOD("阻抗模值", 0), MOD("模值", 1), MOD("幅值", 1),
    MOD("阻抗幅值", 0), MOD("阻抗", 1), PHASE("相位"), PHASE("相位角"),
    PHASE("相角"), PHASE("阻抗角"),
    TIME("时间", 2), TIME("總時間", 0), TIME("总时间", 0),
    TIME("测试时间", 0), TIME("測試時間", 0), TIME("累计时间", 0),
    TIME("運行時間", 0), TIME("运行时间", 0),
    STEP_TIME("工步时间"), STEP_TIME("步骤时间"), STEP_TIME("步次时间"),
    STEP_TIME("工步時間"),
    DATE("绝对时间", 0), DATE("絕對時間", 0), DATE("系统时间", 0),
    DATE("系統時間", 0), DATE("日期时间", 0), DATE("日期", 1),
    DATE("采集时间", 0), DATE("记录时间", 0),
    VOLT("电压", 0), VOLT("電壓", 0), VOLT("电池电压", 0), VOLT("电势", 1),
    VOLT("电位", 1), VOLT("单体电压", 0), AMP("电流", 0), AMP("電流", 0),
    CYCLE("循环", 1), CYCLE("循环号", 0), CYCLE("循环序号", 0),
    CYCLE("循环次数", 0), CYCLE("循環", 1), CYCLE("循環號", 0),
    CYCLE("循環次數", 0), CYCLE("循环数", 0), CYCLE("循环编号", 0),
    STEP("工步", 1), STEP("工步号", 0), STEP("工步序号", 0),
    STEP("工步號", 0), STEP("步次", 0), STEP("步骤", 1), STEP("步骤号", 0),
    STATE("状态", 1), STATE("狀態", 1), STATE("工步类型", 0),
    STATE("工步名称", 0), STATE("步骤状态", 0),
    STATE("步次状态", 0), STATE("步骤名称", 0),
    STATE("步骤类型", 0), STATE("充放电状态", 0), STATE("工步状态", 0), STATE("工作模式", 0),
    RECORD("记录序号", 0), RECORD("记录号", 0), RECORD("数据序号", 0),
    RECORD("序号", 1), RECORD("序號", 1),
    TEMP("温度"), TEMP("溫度"), TEMP("电池温度"),
    {"功率", "power_watt", "W", 1, 0},
    CHARGED("充电容量"), DISCHARGED("放电容量"),
    /* Japanese; the characters of Chinese are not repeated */
    FREQ("周波数"), RE("実部"), RE("実数部"), RE("インピーダンス実部"),
    IM("虚数部"), IM("インピーダンス虚部"), MOD("インピーダンス", 1),
    PHASE("位相"), PHASE("位相角"), TIME("時間", 1), TIME("経過時間", 1),
    TIME("全経過時間", 0), TIME("総経過時間", 0), TIME("試験時間", 0),
    TIME("総時間", 0), TIME("トータル時間", 0), STEP_TIME("ステップ時間"),
    STEP_TIME("モード時間"), DATE("日時", 0), DATE("日付", 1),
    DATE("測定日時", 0), VOLT("電圧", 0), VOLT("電位", 1),
    CYCLE("サイクル", 1), CYCLE("サイクル数", 0), CYCLE("サイクル番号", 0),
    CYCLE("サイクルno", 0), STEP("ステップ", 1), STEP("ステップ番号", 0),
    STEP("ステップno", 0), STATE("モード", 3), STATE("状態", 1),
    RECORD("データ番号", 0), RECORD("データno", 0),
    CHARGED("充電容量"), DISCHARGED("放電容量"),
    /* Korean */
    FREQ("주파수"), RE("실수부"), IM("허수부"), MOD("임피던스", 1),
    PHASE("위상"), PHASE("위상각"), TIME("시간", 1), TIME("경과시간", 0),
    TIME("경과 시간", 0), TIME("총시간", 0), STEP_TIME("스텝시간"),
    DATE("날짜", 1), DATE("일시", 0), VOLT("전압", 0), VOLT("전위", 1),
    AMP("전류", 0), CYCLE("사이클", 0), CYCLE("사이클 번호", 0),
    STEP("스텝", 0), STATE("상태", 1), RECORD("데이터번호", 0),
    TEMP("온도"), CHARGED("충전용량"), DISCHARGED("방전용량"),
    CHARGED("충전 용량"), DISCHARGED("방전 용량"),
    {NULL, NULL, NULL, 0, 0},
};
/* clang-format on */

const hc_colmap *hc_tongues(void)
{
    return tongues;
}
