# lib.sh: what bench scripts that read files share
#
#     row TOOL WORK FIGURE UNIT BAR up|down     bar 0: none
#     cpu COMMAND...      user and system seconds, the median of five runs
#     peak COMMAND...     most memory it held, MiB
#     over A B            the quotient
#     has MODULE          HC_PEERS names a Python environment with it

row() {
    awk -v t="$1" -v w="$2" -v f="$3" -v u="$4" -v b="$5" -v way="$6" 'BEGIN {
        ok = way == "up" ? f + 0 >= b + 0 : f + 0 <= b + 0
        printf "%s\t%s\t%.4g\t%s\t%g\t%s\n", t, w, f, u, b,
            b == 0 ? "-" : ok ? "pass" : "FAIL" }'
}

cpu() {
    for k in 1 2 3 4 5; do
        { bash -c 'TIMEFORMAT="%U %S"; time "$@" >/dev/null 2>&1' \
            bench "$@"; } 2>&1
    done | awk '{ print $1 + $2 }' | sort -g | sed -n 3p
}

peak() {
    /usr/bin/time -f '%M' "$@" 2>&1 >/dev/null |
        awk 'END { print $1 / 1024 }'
}

over() { awk -v a="$1" -v b="$2" 'BEGIN { print a / (b > 0 ? b : 1e-3) }'; }

peer=${HC_PEERS-}/bin/python
has() {
    [ -x "$peer" ] && "$peer" -W ignore -c "import $1" 2>/dev/null && return
    echo "$(basename "$0"): skipped: $1 (HC_PEERS)" >&2
    return 1
}

# peer_cpu PYTHON ARGUMENT...: CPU seconds of `work()` defined in it, the
# median of three
peer_cpu() {
    code=$1
    shift
    "$peer" -W ignore -c "import logging, os, resource, sys
logging.disable(logging.CRITICAL)
$code
def once():
    used = lambda: resource.getrusage(resource.RUSAGE_SELF)
    a = used(); work(); b = used()
    return b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime
print(sorted(once() for k in range(3))[1])" "$@" 2>/dev/null | tail -1
}

# against TOOL WORK PEER PEER_SECONDS OUR_SECONDS BAR: how many times faster
against() {
    row "$1" "$2: $(printf '%.3g' "$5") s, $3 $(printf '%.3g' "$4") s, CPU" \
        "$(over "$4" "$5")" times "$6" up
}
