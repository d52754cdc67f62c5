#!/bin/sh
# check.sh: every check there is short of a release, after ./autogen.sh check
#
#     tests/check.sh BUILDDIR
#
# The suite as built, where a warning is an error, and as the other compiler
# builds it, with ASan and UBSan, where a warning is an error too: two
# compilers and two suites of two builds, whose tests run side by side.
# The last line is 'N passed, N failed'.
set -u
src=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd) || exit 99
san=$build/san
: "${HALFCELL_SHARED=$src/../shared}"
export HALFCELL_SHARED
# one more than processors: some tests wait for another program
jobs=$(($(nproc) + 1))
log=$(mktemp) || exit 99
trap 'rm -f "$log" "$log.san"' EXIT
passed=0 failed=0
# the compiler of BUILDDIR and the other one
case $(grep "^CC='" "$build/config.log") in
*clang*) first=clang other=gcc ;;
*) first=gcc other=clang ;;
esac

# The tests that run in one of the two suites only, and why nothing is lost.
once() {
    cat <<'END'
tests/build.test	plain	reads the tree of the sources
tests/completion.test	plain	asks the shells; everytool.test runs what they run
tests/coverage.test	plain	counts lines, before a release
tests/examples.test	sanitized	judges alike what the pages say, and sees more
tests/expected.test	plain	robust.test reads the same files, sanitized
tests/faults.test	plain	under a sanitizer the allocator is another
tests/fuzz.test	plain	the fuzzers are sanitized in either
tests/hardening.test	plain	a sanitized build has no hardening
tests/hostile.test	sanitized	judges each file alike, and sees more
tests/library.test	plain	installs, and compiles against what it installed
tests/lint.test	plain	reads the sources
tests/locale.test	plain	commands of everytool.test, files of expected.test
tests/memcheck.test	plain	another memory checker, before a release
tests/memory.test	plain	under a sanitizer memory is its shadow's
tests/morning.test	plain	looks at the page; report.test makes it
tests/night-kill.test	plain	when the night is killed; night.test runs it
tests/night-slurm.test	sanitized	judges the jobs alike, and sees more
tests/parsers.test	plain	the fuzzers are sanitized in either
tests/plot.test	sanitized	judges the figures alike, and sees more
tests/readme.test	plain	commands as those of examples.test
tests/robust.test	sanitized	judges each cut and flip alike, and sees more
tests/unit/test_account	sanitized	counts rows alike, and sees more
tests/unit/test_made	sanitized	judges each cut and flip alike, and sees more
tests/whole-night.test	plain	of many files; night.test runs all it uses
END
}

# tests_of plain|sanitized: those of that suite
tests_of() {
    make -C "$build" -s tests-listed | tr ' ' '\n' | while read -r t; do
        once | awk -F'\t' -v t="$t" -v s="$1" \
            '$1 == t && $2 != s { no = 1 } END { exit no }' && echo "$t"
    done
}

one() { # NAME STATUS [LOG]
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
        echo "ok - $1"
    else
        failed=$((failed + 1))
        echo "not ok - $1"
        [ $# -lt 3 ] || tail -30 "$3"
    fi
}

# all programs and tests of a folder, quietly
build_in() {
    make -C "$1" -s -j"$jobs" all && make -C "$1" -s -j"$jobs" tests-built
}

configure_san() {
    mkdir -p "$san" && cd "$san" &&
        CONFIG_SHELL=/bin/sh /bin/sh "$src/configure" --quiet CC="$other" \
            --enable-werror --enable-sanitizers CFLAGS=-g1
}

echo "== two builds"
configure_san >"$log.san" 2>&1 &
build_in "$build" >"$log" 2>&1
one "builds with $first without a warning" $? "$log"
grep -q 'enable-werror' "$build/config.log"
one "where a warning is an error" $?
wait
build_in "$san" >>"$log.san" 2>&1
one "builds with $other and sanitizers without a warning" $? "$log.san"

echo "== two suites: as built, and under ASan and UBSan"
rm -f "$build/goals.log" "$san/goals.log"
# shellcheck disable=SC2046
HC_TEST_JOBS=$jobs HC_FUZZ_JOBS=1 "$src/tests/run" \
    "$build" $(tests_of plain) -- "$san" $(tests_of sanitized) >"$log" 2>&1
cat "$log"
counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, .* skipped$/\1 \2/p' \
    "$log" | tail -1)
[ -n "$counts" ] || counts="0 1"
passed=$((passed + ${counts% *}))
failed=$((failed + ${counts#* }))
"$src/tests/goals" "$build" "$san" >"$log" 2>&1
one "the goals of goals.tsv are met" $?
cat "$log"
echo "run in one of the two suites only:"
once | sed 's/^/    /'

echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
