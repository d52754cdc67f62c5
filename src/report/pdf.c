#include "report/pdf.h"

#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { WAIT_MS = 20, MOST_S = 300 };

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

static int start(const char *program, char **argv, pid_t *pid)
{
    posix_spawn_file_actions_t a;
    int e = posix_spawn_file_actions_init(&a);
    if (e)
        return e;
    posix_spawn_file_actions_addopen(&a, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&a, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&a, 2, "/dev/null", O_WRONLY, 0);
    e = posix_spawnp(pid, program, &a, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&a);
    return e;
}

/* Wait for it, but not for ever. */
static bool has_ended(pid_t pid, int *status)
{
    struct timespec wait = {0, WAIT_MS * 1000000L};
    for (long ms = 0; ms < 1000L * MOST_S; ms += WAIT_MS) {
        pid_t got = waitpid(pid, status, WNOHANG);
        if (got == pid || (got < 0 && errno != EINTR))
            return true;
        nanosleep(&wait, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, status, 0);
    return false;
}

static hc_status print_page(const char *folder, hc_err *err)
{
    enum { MOST = PATH_MAX + 40 };
    char profile[MOST], pdf[MOST], page[MOST], program[PATH_MAX];
    char name[] = "chromium", headless[] = "--headless",
         gpu[] = "--disable-gpu", plain[] = "--no-pdf-header-footer",
         first[] = "--no-first-run", root[] = "--no-sandbox";
    pid_t pid = -1;
    int status = 0;
    snprintf(program, sizeof program, "%s", browser());
    snprintf(profile, MOST, "--user-data-dir=%s/profile", folder);
    snprintf(pdf, MOST, "--print-to-pdf=%s/page.pdf", folder);
    snprintf(page, MOST, "file://%s/page.html", folder);
    /* root has no sandbox to give; the page is ours */
    char *argv[] = {name,    headless, gpu,  plain, first,
                    profile, pdf,      page, NULL,  NULL};
    if (geteuid() == 0) {
        argv[7] = root;
        argv[8] = page;
    }
    int e = start(program, argv, &pid);
    if (e)
        return hc_fail(err, HC_CREATE, "cannot start %s: %s", program,
                       strerror(e));
    if (!has_ended(pid, &status))
        return hc_fail(err, HC_CREATE, "%s took longer than %d s to print",
                       program, MOST_S);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
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
