/* failing_malloc.c: an allocator that fails on request, for LD_PRELOAD
 *
 *     HC_FAIL_TOOL=T   only the program of this name is touched
 *     HC_FAIL_AT=N     its Nth allocation after the start of main fails
 *     HC_FAIL_ON=1     and every one after it
 *     HC_FAIL_OWN=1    allocations within shared libraries do not count: how
 *                      many of those stay differs from run to run
 *     HC_FAIL_TELL=F   at the end, "ALLOCATIONS LIVE" is written to file F:
 *                      how many there were, how many were not freed
 *
 * glibc exports its own allocator as __libc_malloc and so on, so nothing has
 * to be looked up while the dynamic loader is still at work.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static bool watching;
static long fail_at;
static bool fail_on;
static bool own_only;
static const void *program;
static long allocations;
static long live;

/* Where the program or library starts that holds this address. */
static const void *image_of(const void *address)
{
    Dl_info info;
    return dladdr(address, &info) != 0 ? info.dli_fbase : NULL;
}

/* Constructors of preloaded objects run after those of the libraries. */
__attribute__((constructor)) static void watch(void)
{
    const char *at = getenv("HC_FAIL_AT");
    const char *tool = getenv("HC_FAIL_TOOL");
    if (tool == NULL || strcmp(tool, program_invocation_short_name) != 0)
        return;
    fail_at = at != NULL ? atol(at) : 0;
    fail_on = getenv("HC_FAIL_ON") != NULL;
    own_only = getenv("HC_FAIL_OWN") != NULL;
    program = image_of((const void *)getauxval(AT_ENTRY));
    watching = true;
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("HC_FAIL_TELL");
    char text[64];
    int fd;
    if (!watching || path == NULL)
        return;
    watching = false;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return;
    int n = snprintf(text, sizeof text, "%ld %ld\n", allocations, live);
    if (write(fd, text, (size_t)n) != n)
        _exit(99);
    close(fd);
}

static bool fails(const void *caller)
{
    long n;
    if (!watching || (own_only && image_of(caller) != program))
        return false;
    n = __atomic_add_fetch(&allocations, 1, __ATOMIC_RELAXED);
    if (fail_at == 0 || n < fail_at || (n > fail_at && !fail_on))
        return false;
    errno = ENOMEM;
    return true;
}

/* The program's own blocks, where only those count: a table by address, in
 * which a freed one leaves GONE behind. */
enum { SLOTS = 1 << 18 };
static const void *own[SLOTS];
static const char GONE[1];
static char busy;

/* Where the block stands, or the place for it; NULL: neither. */
static const void **slot_of(const void *block, bool to_add)
{
    size_t at = (size_t)((uintptr_t)block >> 4) * 2654435761u;
    for (size_t i = 0; i < SLOTS; i++, at++) {
        const void **slot = &own[at % SLOTS];
        if (*slot == block || (to_add && (*slot == NULL || *slot == GONE)))
            return slot;
        if (*slot == NULL)
            return NULL;
    }
    return NULL;
}

/* Write `as` where the block stands or may stand; false: it is not there. */
static bool put(const void *block, bool to_add, const void *as)
{
    while (__atomic_test_and_set(&busy, __ATOMIC_ACQUIRE))
        ;
    const void **slot = slot_of(block, to_add);
    if (slot != NULL)
        *slot = as;
    __atomic_clear(&busy, __ATOMIC_RELEASE);
    return slot != NULL;
}

static void *counted_of(void *block, const void *caller)
{
    bool counts = !own_only || image_of(caller) == program;
    if (watching && block != NULL && counts &&
        (!own_only || put(block, true, block)))
        __atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
    return block;
}
#define counted(block) counted_of((block), __builtin_return_address(0))

static void forget(const void *block)
{
    if (watching && block != NULL && (!own_only || put(block, false, GONE)))
        __atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
}

void *malloc(size_t size)
{
    bool fail = fails(__builtin_return_address(0));
    return fail ? NULL : counted(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    bool fail = fails(__builtin_return_address(0));
    return fail ? NULL : counted(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    if (fails(__builtin_return_address(0)))
        return NULL;
    if (block == NULL)
        return counted(__libc_malloc(size));
    bool was_own = watching && own_only && put(block, false, GONE);
    void *moved = __libc_realloc(block, size);
    const void *now = moved != NULL ? moved : block;
    if (was_own)
        put(now, true, now);
    return moved;
}

/* Aligned blocks are FFTW's, which ends the process without memory: they
 * are counted, and never fail. */
void *memalign(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return counted(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    void *block = counted(__libc_memalign(alignment, size));
    if (block == NULL)
        return ENOMEM;
    *out = block;
    return 0;
}

void free(void *block)
{
    forget(block); /* before another thread can be given it */
    __libc_free(block);
}
