/* formats.c: the table of formats, and which one a file is */
#include "formats/format.h"

#include "core/text.h"
#include "formats/strangers.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One row a format, in alphabetical order of their names. */
#define HC_FORMAT_LIST(X)                                                     \
    X(hc_format_arbin_res)                                                    \
    X(hc_format_arbin_text)                                                   \
    X(hc_format_autolab_dfr)                                                  \
    X(hc_format_autolab_p00)                                                  \
    X(hc_format_autolab_text)                                                 \
    X(hc_format_basytec)                                                      \
    X(hc_format_bdf)                                                          \
    X(hc_format_biologic_loop)                                                \
    X(hc_format_biologic_mpl)                                                 \
    X(hc_format_biologic_mpr)                                                 \
    X(hc_format_biologic_mps)                                                 \
    X(hc_format_biologic_mpt)                                                 \
    X(hc_format_chi)                                                          \
    X(hc_format_corrware)                                                     \
    X(hc_format_digatron)                                                     \
    X(hc_format_elchemea)                                                     \
    X(hc_format_gamry)                                                        \
    X(hc_format_generic)                                                      \
    X(hc_format_table)                                                        \
    X(hc_format_ivium)                                                        \
    X(hc_format_landt)                                                        \
    X(hc_format_maccor)                                                       \
    X(hc_format_maccor_eis)                                                   \
    X(hc_format_neware_bts)                                                   \
    X(hc_format_neware_nda)                                                   \
    X(hc_format_neware_ndax)                                                  \
    X(hc_format_novonix)                                                      \
    X(hc_format_palmsens)                                                     \
    X(hc_format_parstat)                                                      \
    X(hc_format_pec)                                                          \
    X(hc_format_relaxis)                                                      \
    X(hc_format_versastudio)                                                  \
    X(hc_format_xlsx)                                                         \
    X(hc_format_zahner)                                                       \
    X(hc_format_zplot)

#define DECLARE(f) extern const hc_format f;
HC_FORMAT_LIST(DECLARE)

#define ROW(f) &f,
static const hc_format *const formats[] = {HC_FORMAT_LIST(ROW)};

enum { N_FORMATS = sizeof formats / sizeof formats[0] };

const hc_format *hc_format_at(size_t i)
{
    return i < N_FORMATS ? formats[i] : NULL;
}

const hc_format *hc_format_named(const char *name)
{
    for (size_t i = 0; i < N_FORMATS; i++)
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    return NULL;
}

void hc_say_yes(hc_verdict *v, int score)
{
    v->is = HC_DETECT_YES;
    v->score = score;
}

static void say(hc_verdict *v, hc_detected is, int score, const char *fmt,
                va_list ap)
{
    v->is = is;
    v->score = score;
    vsnprintf(v->why, sizeof v->why, fmt, ap);
}

void hc_say_no(hc_verdict *v, int score, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(v, HC_DETECT_NO, score, fmt, ap);
    va_end(ap);
}

void hc_say_broken(hc_verdict *v, int score, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(v, HC_DETECT_BROKEN, score, fmt, ap);
    va_end(ap);
}

/* The three nearest that said no, in one sentence. */
static void tell_nearest(const hc_verdict *v, char *text, size_t cap)
{
    bool told[N_FORMATS] = {false};
    size_t at = 0;
    for (int k = 0; k < 3 && at < cap; k++) {
        size_t best = N_FORMATS;
        for (size_t i = 0; i < N_FORMATS; i++)
            if (!told[i] && (best == N_FORMATS || v[i].score > v[best].score))
                best = i;
        if (best == N_FORMATS)
            break;
        told[best] = true;
        int n = snprintf(text + at, cap - at, "%s%s (%s)", k == 0 ? "" : "; ",
                         formats[best]->name, v[best].why);
        at += n < 0 ? 0 : (size_t)n;
    }
}

/* The formats with the surest signs first, in the order of the table where
 * these are alike. */
static void put_in_order(size_t *order)
{
    for (size_t i = 0; i < N_FORMATS; i++) {
        size_t k = i;
        for (; k > 0 && formats[order[k - 1]]->most < formats[i]->most; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
}

/* Is the verdict of i better than that of `best` (N_FORMATS: none)?  The first
 * of the table wins where they are alike. */
static bool better(const hc_verdict *v, size_t i, size_t best)
{
    return best == N_FORMATS || v[i].score > v[best].score ||
           (v[i].score == v[best].score && i < best);
}

/* Can nothing that i says change what was found? */
static bool too_late(const hc_verdict *v, size_t i, size_t yes)
{
    return yes < N_FORMATS &&
           (formats[i]->most < v[yes].score ||
            (formats[i]->most == v[yes].score && i > yes));
}

hc_status hc_format_detect(const hc_probe *p, const hc_format **out,
                           hc_err *err)
{
    hc_verdict v[N_FORMATS];
    size_t order[N_FORMATS], yes = N_FORMATS, broken = N_FORMATS;
    char nearest[640];
    if (p->len == 0)
        return hc_fail(err, HC_DATA, "empty file");
    put_in_order(order);
    for (size_t k = 0; k < N_FORMATS; k++) {
        size_t i = order[k];
        v[i].is = HC_DETECT_NO;
        if (too_late(v, i, yes))
            continue;
        formats[i]->detect(p, &v[i]);
        if (v[i].is == HC_DETECT_YES && better(v, i, yes))
            yes = i;
        if (v[i].is == HC_DETECT_BROKEN && better(v, i, broken))
            broken = i;
    }
    if (yes < N_FORMATS &&
        (broken == N_FORMATS || v[yes].score >= v[broken].score)) {
        *out = formats[yes];
        return HC_OK;
    }
    if (broken < N_FORMATS)
        return hc_fail(err, HC_DATA, "%s: %s", formats[broken]->title,
                       v[broken].why);
    if (hc_stranger(p) != NULL)
        return hc_fail(err, HC_DATA, "this is %s", hc_stranger(p));
    tell_nearest(v, nearest, sizeof nearest);
    return hc_fail(err, HC_DATA, "no known format; nearest: %s", nearest);
}
