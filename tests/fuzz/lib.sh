# lib.sh: what the tests that fuzz share
#
#     fuzz_how                how much and from which seed, for tests/fuzz/one
#     old_finds FOLDER        each of FOLDER/NAME/* alone
#     fuzz_all NAME...        all of them; fuzzed and bad count
#
# In the check the seed and the number of runs are fixed (runs.tsv), so that
# the same commit has the same verdict on any machine, and time is a limit
# only.  With HC_RELEASE=1 it is a minute each from a fresh seed, which is
# printed: HC_FUZZ_SEED=N repeats it.  HC_FUZZ_SECONDS=S is so long each.
# HC_FUZZ_JOBS (one a processor) are fuzzed at a time.

fuzz_how() {
    HC_FUZZ_RUNS=$HC_SRCDIR/tests/fuzz/runs.tsv
    HC_FUZZ_LIMIT=${HC_FUZZ_SECONDS-${HC_FUZZ_LIMIT-8}}
    if [ -n "${HC_RELEASE-}" ]; then
        HC_FUZZ_RUNS= HC_FUZZ_LIMIT=${HC_FUZZ_SECONDS-60}
        : "${HC_FUZZ_SEED=$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}"
    fi
    [ -z "${HC_FUZZ_SECONDS-}" ] || HC_FUZZ_RUNS=
    : "${HC_FUZZ_SEED=1}"
    export HC_FUZZ_RUNS HC_FUZZ_LIMIT HC_FUZZ_SEED
    t_bar "fuzzing from HC_FUZZ_SEED" "$HC_FUZZ_SEED" 0 '>='
}

old_finds() {
    for find in "$1"/*/*; do
        [ -f "$find" ] || continue
        name=$(basename "$(dirname "$find")")
        HC_FUZZ_FORMAT=$name HC_FUZZ_PARSER=$name "$target" "$find" \
            >t.out 2>&1
        t_result $? "old find $name/$(basename "$find")"
    done
}

fuzz_all() {
    printf '%s\n' "$@" | xargs -P "${HC_FUZZ_JOBS:-$(nproc)}" -n 1 \
        "$HC_SRCDIR/tests/fuzz/one" "$target"
    fuzzed=0 bad=0
    for name in "$@"; do
        fuzzed=$((fuzzed + 1))
        if [ "$(cat "$name.code")" = 0 ]; then
            pass "fuzz $name"
        else
            bad=$((bad + 1))
            fail "fuzz $name" "$(grep -E \
                'ERROR|runtime error|SUMMARY|^ +#[0-9]|(became|does not)' \
                "$name.out" | head -12)" \
                "$(base64 -w0 found-"$name"-* 2>/dev/null | head -c 2000)"
        fi
    done
    is "each has its number of runs in tests/fuzz/runs.tsv" \
        "$(for name in "$@"; do
            grep -q "^$name	[0-9]" "$HC_SRCDIR/tests/fuzz/runs.tsv" ||
                echo "$name"
        done)" ""
}
