/* folder.h: folders of the night; nothing here follows a symbolic link */
#ifndef HC_NIGHT_FOLDER_H
#define HC_NIGHT_FOLDER_H

#include "core/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

double hc_clock_s(void); /* monotonic */

/* Make a folder that may be there already (and must be one, no link). */
hc_status hc_folder_make(const char *path, hc_err *err) HC_MUST_USE;
/* Make it empty: what is there goes, and a process that an earlier night
 * left running in it is ended. */
hc_status hc_folder_make_new(const char *path, hc_err *err) HC_MUST_USE;
/* Remove it and all that is in it. */
hc_status hc_folder_remove(const char *path, hc_err *err) HC_MUST_USE;
/* Put it in the place of another, which is removed. */
hc_status hc_folder_move(const char *from, const char *to,
                         hc_err *err) HC_MUST_USE;

/* Write down which process works in the folder (for hc_folder_make_new). */
void hc_folder_note_process(const char *path, pid_t pid);

/* Regular files below a folder. */
typedef struct {
    char *path;
    int64_t size, mtime_ns;
} hc_found;

typedef struct {
    hc_found *found;
    size_t n, cap;
    char **problems; /* sentences about folders that cannot be read */
    size_t n_problems, cap_problems;
} hc_scan;

/* Add the files below `root` (or root itself, a file), sorted by path.  Left
 * out: hidden names, the folder `except` (real path), files of databases
 * (*.db, *.db-wal, *.db-shm). */
hc_status hc_scan_add(hc_scan *s, const char *root, const char *except,
                      hc_err *err) HC_MUST_USE;
void hc_scan_sort(hc_scan *s); /* and leave out what came twice */
void hc_scan_clear(hc_scan *s);

#endif
