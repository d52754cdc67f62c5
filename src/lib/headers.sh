#!/bin/sh
# headers.sh: the installed header of one area, made of the sources' own
#
#     src/lib/headers.sh SRCDIR AREA       prints halfcell/AREA.h
#     src/lib/headers.sh SRCDIR --areas    lists the areas
#
# An area names the headers that are its promise; what they include comes
# with them, each once, unless an area further down holds it, which is then
# included.  So there is one file an area, and no declaration is kept twice.
set -eu
src=$1
areas='core fitters formats eis cycle cell'

# roots AREA: the headers that users of the area are meant to read
roots() {
    case $1 in
    core) echo core/status.h core/messages.h core/text.h core/number.h \
        core/units.h core/stream.h core/table.h core/frame.h \
        core/numbers.h core/spectrum.h core/records.h ;;
    fitters) echo fitters/circuit.h fitters/model.h fitters/fit.h \
        fitters/kk.h fitters/drt.h fitters/nnls.h fitters/arrhenius.h \
        fitters/diffusion.h fitters/monotone.h ;;
    formats) echo formats/frames.h ;;
    eis) echo eis/fit_run.h ;;
    cycle) echo cycle/series.h cycle/steps.h cycle/cycles.h cycle/dqdv.h \
        cycle/gitt.h cycle/ccd.h ;;
    cell) echo cell/cellfile.h cell/protocol.h cell/simulate.h \
        cell/impedance.h ;;
    *) echo "headers.sh: no area '$1'; there are: $areas" >&2; exit 64 ;;
    esac
}

path() { # "core/status.h" where it stands
    case $1 in
    formats/* | fitters/*) echo "$src/$1" ;;
    *) echo "$src/src/$1" ;;
    esac
}

# closure HEADER...: they and what they include, included ones first
closure() {
    while [ $# -gt 0 ]; do # positional ones are a call's own
        case " $seen " in
        *" $1 "*) ;;
        *)
            seen="$seen $1"
            # shellcheck disable=SC2046
            closure $(sed -n 's/^#include "\(.*\)"$/\1/p' "$(path "$1")")
            order="$order $1"
            ;;
        esac
        shift
    done
}

if [ "$2" = --areas ]; then
    echo "$areas"
    exit
fi
area=$2
below=
for a in $areas; do
    [ "$a" != "$area" ] || break
    below="$below $a"
done
seen= order=
for a in $below; do
    # shellcheck disable=SC2046
    closure $(roots "$a")
done
order=
# shellcheck disable=SC2046
closure $(roots "$area")

guard=HALFCELL_$(echo "$area" | tr a-z A-Z)_H
cat <<END
/* halfcell/$area.h: see halfcell(3)
 *
 * Copyright (C) the halfcell authors; GPL-3.0-or-later.
 * Made from: $(echo $order | fold -s -w 60 | sed '2,$s/^/ *   /')
 */
#ifndef $guard
#define $guard

END
case $area in
core) ;;
fitters | formats) echo '#include <halfcell/core.h>' ;;
*) echo '#include <halfcell/fitters.h>' ;;
esac
for h in $order; do
    sed -n 's/^#include <.*>$/&/p' "$(path "$h")"
done | sort -u
for h in $order; do
    echo
    grep -v '^#include ' "$(path "$h")"
done
printf '\n#endif\n'
