/* made_own.h: the second half of the made files (made.h gives all) */
#ifndef HC_TESTS_MADE_OWN_H
#define HC_TESTS_MADE_OWN_H

#include "made.h"

#include <stdbool.h>

size_t made_own_count(void);
const made_file *made_own_at(size_t i);

#endif
