#include "report/pdf.h"

#include "core/program.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_S = 300 };

/* Is there an executable of that name in PATH? */
static bool in_path(const char *name)
{
    const char *p = getenv("PATH");
    for (; p && *p; p += *p == ':') {
        size_t len = strcspn(p, ":");
        char file[PATH_MAX];
        if (len > 0 && len < sizeof file / 2) {
            snprintf(file, sizeof file, "%.*s/%s", (int)len, p, name);
            if (access(file, X_OK) == 0)
                return true;
        }
        p += len;
    }
    return false;
}

static const char *browser(void)
{
    static const char *const names[] = {"chromium", "chromium-browser",
                                        "google-chrome-stable",
                                        "google-chrome", "chrome"};
    const char *asked = getenv("HC_CHROMIUM");
    if (asked && *asked)
        return strchr(asked, '/') ? access(asked, X_OK) == 0 ? asked : NULL
               : in_path(asked)   ? asked
                                  : NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (in_path(names[i]))
            return names[i];
    return NULL;
}

hc_status hc_report_can_pdf(hc_err *err)
{
    if (browser())
        return HC_OK;
    return hc_fail(err, HC_CREATE,
                   "a PDF is printed by Chromium, which is not here (Debian "
                   "package chromium); write the page as HTML and print it "
                   "from a browser");
}

/* ---- its folder ---- */

static int remove_one(const char *path, const struct stat *st, int flag,
                      struct FTW *ftw)
{
    (void)st;
    (void)flag;
    (void)ftw;
    return remove(path);
}

static hc_status make_folder(char *path, size_t cap, hc_err *err)
{
    const char *tmp = getenv("TMPDIR");
    int n =
        snprintf(path, cap, "%s/hc-report-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (n < 0 || (size_t)n >= cap || !mkdtemp(path))
        return hc_fail_at(err, HC_CREATE, path, 0, "cannot make a folder: %s",
                          strerror(errno));
    return HC_OK;
}

/* ---- the browser ---- */

static hc_status print_page(const char *folder, hc_err *err)
{
    enum { MOST = PATH_MAX + 40 };
    char profile[MOST], pdf[MOST], page[MOST], program[PATH_MAX];
    int code = 0;
    snprintf(program, sizeof program, "%s", browser());
    snprintf(profile, MOST, "--user-data-dir=%s/profile", folder);
    snprintf(pdf, MOST, "--print-to-pdf=%s/page.pdf", folder);
    snprintf(page, MOST, "file://%s/page.html", folder);
    /* root has no sandbox to give; the page is ours */
    const char *const argv[] = {program,
                                "--headless",
                                "--disable-gpu",
                                "--no-pdf-header-footer",
                                "--no-first-run",
                                profile,
                                pdf,
                                geteuid() == 0 ? "--no-sandbox" : page,
                                geteuid() == 0 ? page : NULL,
                                NULL};
    const hc_program p = {.argv = argv, .time_s = MOST_S};
    hc_status st = hc_program_run(&p, NULL, NULL, &code, err);
    if (st != HC_OK)
        return st;
    if (code == HC_PROGRAM_MISSING)
        return hc_fail(err, HC_CREATE, "cannot start %s", program);
    if (code == HC_PROGRAM_LATE)
        return hc_fail(err, HC_CREATE, "%s took longer than %d s to print",
                       program, MOST_S);
    if (code != 0)
        return hc_fail(err, HC_CREATE, "%s could not print the page", program);
    return HC_OK;
}

/* ---- what it made ---- */

/* The same page gives the same bytes: no clock in the file. */
static void fix_dates(char *data, size_t len)
{
    static const char *const keys[] = {"/CreationDate (D:", "/ModDate (D:"};
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t at = epoch ? (time_t)strtoll(epoch, NULL, 10) : 0;
    struct tm tm;
    char digits[16];
    if (!gmtime_r(&at, &tm) ||
        strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &tm) != 14)
        return;
    for (size_t k = 0; k < 2; k++) {
        char *p = memmem(data, len, keys[k], strlen(keys[k]));
        size_t to = p ? (size_t)(p - data) + strlen(keys[k]) : len;
        if (to + 14 <= len)
            memcpy(data + to, digits, 14);
    }
}

static hc_status copy_pdf(const char *folder, hc_out *pdf, hc_err *err)
{
    char path[PATH_MAX + 16];
    hc_text all = {0};
    hc_in *in = NULL;
    size_t got = 1;
    snprintf(path, sizeof path, "%s/page.pdf", folder);
    hc_status st = hc_in_open(&in, path, err);
    while (st == HC_OK && got > 0) {
        char buf[65536];
        st = hc_in_read(in, buf, sizeof buf, &got, err);
        if (st == HC_OK)
            hc_text_add(&all, buf, got);
    }
    hc_in_free(in);
    if (st == HC_OK)
        st = hc_text_status(&all, err);
    if (st == HC_OK && (all.len < 5 || memcmp(all.data, "%PDF-", 5) != 0))
        st = hc_fail(err, HC_CREATE, "Chromium made no PDF");
    if (st == HC_OK) {
        fix_dates(all.data, all.len);
        hc_out_write(pdf, all.data, all.len);
    }
    hc_text_clear(&all);
    return st;
}

hc_status hc_report_pdf(const char *page, size_t len, hc_out *pdf, hc_err *err)
{
    char folder[PATH_MAX], path[PATH_MAX + 16];
    hc_status st = hc_report_can_pdf(err);
    if (st == HC_OK)
        st = make_folder(folder, sizeof folder, err);
    if (st != HC_OK)
        return st;
    snprintf(path, sizeof path, "%s/page.html", folder);
    st = hc_out_file(path, page, len, err);
    if (st == HC_OK)
        st = print_page(folder, err);
    if (st == HC_OK)
        st = copy_pdf(folder, pdf, err);
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    return st;
}
