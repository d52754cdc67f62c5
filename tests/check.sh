#!/bin/sh
# check.sh: every check there is short of a release, after ./autogen.sh check
#
#     tests/check.sh BUILDDIR
#
# The suite as built, where a warning is an error, then again as the other
# compiler builds it, with ASan and UBSan, where a warning is an error too:
# two compilers and two suites of two builds.  The last line is
# 'N passed, N failed'.
set -u
src=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd) || exit 99
: "${HALFCELL_SHARED=$src/../shared}"
export HALFCELL_SHARED
jobs=$(nproc)
log=$(mktemp) || exit 99
trap 'rm -f "$log"' EXIT
passed=0 failed=0
# the compiler of BUILDDIR and the other one
case $(grep "^CC='" "$build/config.log") in
*clang*) first=clang other=gcc ;;
*) first=gcc other=clang ;;
esac

# add the counts of a run of the suite, kept in $log
add_counts() {
    cat "$log"
    counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed.*/\1 \2/p' \
        "$log" | tail -1)
    [ -n "$counts" ] || counts="0 1"
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
}

one() { # NAME STATUS
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "ok - $1"
    else
        failed=$((failed + 1))
        echo "not ok - $1"
        tail -30 "$log"
    fi
}

# build_in DIR CONFIGURE-ARGS...: all programs and tests, quietly
build_in() {
    mkdir -p "$1" || return 1
    (cd "$1" && shift && "$src/configure" --quiet "$@" &&
        make -s -j"$jobs" all && make -s -j"$jobs" tests-built) \
        >"$log" 2>&1
}

echo "== the suite"
{
    make -C "$build" -s -j"$jobs" all &&
        make -C "$build" -s -j"$jobs" tests-built
} >"$log" 2>&1
one "builds with $first without a warning" $?
grep -q 'enable-werror' "$build/config.log"
one "where a warning is an error" $?
make -C "$build" -s check >"$log" 2>&1
add_counts

echo "== the suite under ASan and UBSan"
build_in "$build/san" CC="$other" --enable-werror --enable-sanitizers \
    CFLAGS='-O1 -g1'
one "builds with $other and sanitizers without a warning" $?
make -C "$build/san" -s check HC_SANITIZED=1 >"$log" 2>&1
add_counts

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
