# lib.sh: what every tests/*.test starts with
#
#     . "${HC_SRCDIR:?}/tests/lib.sh"
#     is "prints the version" "$(hc-z --version | head -1)" "hc-z 0.1"
#     exits 64 "unknown element" hc-z 'R0-Q9x'
#     done_testing
#
# Each test runs in an empty folder of its own, $PWD, with the tools of the
# build in PATH.  HC_SRCDIR and HC_BUILDDIR are set by tests/run; $SHARED is
# the folder of real data, or empty.
set -u
: "${HC_SRCDIR:?}" "${HC_BUILDDIR:?}"
SAMPLES=$HC_SRCDIR/samples
SHARED=${HALFCELL_SHARED-$HC_SRCDIR/../shared}
[ -d "$SHARED/data" ] || SHARED=
PATH=$HC_BUILDDIR:$PATH
unset POSIXLY_CORRECT NO_COLOR
export LC_ALL=${HC_TEST_LOCALE:-C} TZ=${HC_TEST_ZONE:-UTC} PATH
T_COUNT=0
T_FAILED=0
T_DIR=$(mktemp -d "${TMPDIR:-/tmp}/hc-test.XXXXXX") || exit 99
trap 'cd / && rm -rf "$T_DIR"' EXIT
trap 'exit 130' INT TERM
cd "$T_DIR" || exit 99

t_result() { # STATUS NAME
    T_COUNT=$((T_COUNT + 1))
    if [ "$1" = 0 ]; then
        printf 'ok %d - %s\n' "$T_COUNT" "$2"
    else
        T_FAILED=$((T_FAILED + 1))
        printf 'not ok %d - %s\n' "$T_COUNT" "$2"
    fi
}

t_note() { # lines of an explanation
    printf '%s\n' "$@" | sed 's/^/# /'
}

pass() { t_result 0 "$1"; }
fail() { t_result 1 "$1"; shift; [ $# -eq 0 ] || t_note "$@"; }

# ok NAME COMMAND...: the command exits 0
ok() {
    t_name=$1
    shift
    if "$@" >t.out 2>t.err </dev/null; then
        pass "$t_name"
    else
        fail "$t_name" "exit $?: $*" "$(head -5 t.err)"
    fi
}

# exits CODE NAME COMMAND...: the command exits CODE; its output is in t.out
# and t.err
exits() {
    t_want=$1 t_name=$2
    shift 2
    "$@" >t.out 2>t.err </dev/null
    t_got=$?
    if [ "$t_got" = "$t_want" ]; then
        pass "$t_name"
    else
        fail "$t_name" "exit $t_got, wanted $t_want: $*" "$(head -5 t.err)"
    fi
}

# says CODE TEXT NAME COMMAND...: exits CODE and stderr has TEXT (fixed)
says() {
    t_want=$1 t_text=$2 t_name=$3
    shift 3
    "$@" >t.out 2>t.err </dev/null
    t_got=$?
    if [ "$t_got" = "$t_want" ] && grep -qF -- "$t_text" t.err; then
        pass "$t_name"
    else
        fail "$t_name" "exit $t_got, wanted $t_want and '$t_text': $*" \
            "$(head -5 t.err)"
    fi
}

# is NAME GOT WANT: equal texts
is() {
    if [ "$2" = "$3" ]; then
        pass "$1"
    else
        fail "$1" "got:    $2" "wanted: $3"
    fi
}

# like NAME TEXT PATTERN: TEXT matches the extended regular expression
like() {
    if printf '%s\n' "$2" | grep -qE -- "$3"; then
        pass "$1"
    else
        fail "$1" "got:     $(printf '%s' "$2" | head -3)" "pattern: $3"
    fi
}

# near NAME GOT WANT RELATIVE [ABSOLUTE]: numbers agree
near() {
    if awk -v a="$2" -v b="$3" -v r="$4" -v s="${5:-0}" 'BEGIN {
        if (a !~ /[0-9]/) exit 1
        d = a - b; if (d < 0) d = -d
        m = b < 0 ? -b : b; exit !(d <= r * m + s + 0) }'; then
        pass "$1"
    else
        fail "$1" "got $2, wanted $3 within ${4} relative, ${5:-0} absolute"
    fi
}

# at_most GOAL FIGURE BAR, at_least GOAL FIGURE BAR: a promise as measured;
# the line '# figure<TAB>goal<TAB>figure<TAB>bar' is shown by tests/run
at_most() { t_bar "$1" "$2" "$3" '<='; }
at_least() { t_bar "$1" "$2" "$3" '>='; }

t_bar() { # GOAL FIGURE BAR RELATION
    awk -v a="$2" -v b="$3" -v r="$4" 'BEGIN {
        exit !(a ~ /[0-9]/ && (r == "<=" ? a + 0 <= b + 0 : a + 0 >= b + 0)) }'
    t_result $? "$1: $2 $4 $3"
    printf '# figure\t%s\t%s\t%s %s\n' "$1" "$2" "$4" "$3"
}

# goal FIGURE-NAME FIGURE: a figure of goals.tsv beside its bar, kept for
# tests/goals to print
goal() {
    t_goal=$(awk -F'\t' -v name="$1" -v c="${HC_RELEASE:+6}" '
        $2 == name && /^[0-9]/ { print $4, $(c == "" ? 5 : c), $3 }' \
        "$HC_SRCDIR/tests/goals.tsv")
    [ -n "$t_goal" ] || {
        fail "goals.tsv has the figure $1"
        return
    }
    t_rest=${t_goal#* }
    t_bar "${t_rest#* }" "$2" "${t_rest%% *}" "${t_goal%% *}"
    printf '%s\t%s\n' "$1" "$2" \
        >>"${HC_GOALS_LOG-$HC_BUILDDIR/goals.log}"
}

# same NAME FILE FILE: equal bytes
same() {
    if cmp -s "$2" "$3"; then
        pass "$1"
    else
        fail "$1" "$(cmp "$2" "$3" 2>&1)" "$(diff "$2" "$3" 2>&1 | head -6)"
    fi
}

# skip NAME WHY
skip() {
    T_COUNT=$((T_COUNT + 1))
    printf 'ok %d - %s # SKIP %s\n' "$T_COUNT" "$1" "$2"
}

# need_shared NAME: false, and one named skip, when the real data is absent
need_shared() {
    [ -n "$SHARED" ] && return 0
    skip "$1" "no shared data folder (HALFCELL_SHARED)"
    return 1
}

# column FILE NAME: that column of a halfcell table, a value a line
column() {
    awk -F'\t' -v name="$2" '/^#:/ { next }
        !head { for (i = 1; i <= NF; i++) if ($i == name) c = i; head = 1
                if (!c) exit 1; next }
        { print $c }' "$1"
}

# record FILE QUANTITY [COLUMN]: a column (value) of that record's row
record() {
    awk -F'\t' -v q="$2" -v want="${3:-value}" '/^#:/ { next }
        $0 ~ /(^|\t)quantity\t/ {
            for (i = 1; i <= NF; i++) {
                if ($i == "quantity") k = i
                if ($i == want) c = i } next }
        $k == q { print $c; exit }' "$1"
}

# LeakSanitizer cannot look at a process that is being traced
strace() { ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" command strace "$@"; }

# the files that the commands of everytool.cases read
everytool_inputs() {
    hc-read "$SAMPLES/peis_cell7.mpt" >eis.tsv 2>/dev/null
    hc-read "$SAMPLES/gcpl_cell7.mpt" >series.tsv 2>/dev/null
    hc-fit 'R0-p(R1,CPE1)-p(R2,CPE2)-CPE3' eis.tsv \
        --role R0=series --role R1=bulk --role R2=interphase >fit.rec 2>/dev/null
    export SAMPLES
}

done_testing() {
    printf '1..%d\n' "$T_COUNT"
    [ "$T_FAILED" = 0 ]
    exit $?
}
