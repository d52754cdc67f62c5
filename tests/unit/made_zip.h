/* made_zip.h: zip archives made by this project */
#ifndef HC_TESTS_MADE_ZIP_H
#define HC_TESTS_MADE_ZIP_H

#include "core/text.h"

typedef struct {
    const char *name;
    hc_text bytes;
} made_member;

enum { MADE_MEMBERS_MAX = 16 };

/* A zip of n <= MADE_MEMBERS_MAX members, stored as they are; their bytes are
 * freed. */
void made_zip(hc_text *out, made_member *m, size_t n);

#endif
