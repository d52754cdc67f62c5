#!/bin/sh
# demo.sh: the main job on the samples, as `./autogen.sh demo` runs it
#
#     samples/demo.sh BUILDDIR [OUTDIR]
#
# Reads instrument files (and a real one when the folder of real data is
# there: HALFCELL_SHARED or ../shared), checks, fits, draws, and leaves one
# page, demo/report.html, beside the tables and figures it was made from; then
# runs a night over a folder of the samples and leaves its page,
# demo/night.html.
set -eu
src=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
out=${2-$src/demo}
shared=${HALFCELL_SHARED-$src/../shared}
export PATH="$build:$PATH" LC_ALL=C
mkdir -p "$out"
cd "$out"
rm -f -- *.tsv *.rec *.svg *.pdf report.html night.html
: >pages

# page FILE HEADING: one more section of the report
page() {
    printf '%s\t%s\n' "$1" "$2" >>pages
}

# has TOOL: is it part of this build?
has() {
    [ -x "$build/$1" ]
}

# spectrum NAME FILE CIRCUIT [FIT-OPTION...]: read, test, fit, draw
spectrum() {
    name=$1 file=$2 circuit=$3
    shift 3
    echo "demo: $name: hc-read | hc-kk, hc-fit '$circuit'"
    hc-read -q "$file" -o "$name.tsv"
    hc-kk -q "$name.tsv" -o "$name-kk.tsv" || [ $? = 1 ]
    hc-kk -q --records "$name.tsv" -o "$name-kk.rec" || [ $? = 1 ]
    hc-fit -q "$circuit" "$@" "$name.tsv" --curve "$name-fit.tsv" \
        --dense 20 -o "$name-fit.rec"
    hc-plot nyquist "$name.tsv" "$name-fit.tsv" -o "$name-nyquist.svg"
    hc-plot nyquist "$name.tsv" "$name-fit.tsv" -o "$name-nyquist.pdf"
    page "$name-kk.tsv" "$name: spectrum"
    page "$name-fit.tsv" "$name: fit of $circuit"
    page "$name-fit.rec" "$name: parameters"
    page "$name-kk.rec" "$name: Kramers-Kronig test"
    if has hc-drt; then
        hc-drt -q "$name.tsv" -o "$name-drt.tsv" &&
            page "$name-drt.tsv" "$name: relaxation times"
        hc-plot nyquist,bode,drt "$name.tsv" "$name-fit.rec" \
            "$name-drt.tsv" --title "$name" -o "$name-all.pdf"
    fi
}

spectrum cell7 "$src/samples/peis_cell7.mpt" \
    'R0-p(R1,CPE1)-p(R2,CPE2)-CPE3' \
    --role R0=series --role R1=gb --role R2=interphase
if has hc-sigma; then
    hc-sigma -q --area 0.785cm2 --se-thickness 0.8mm cell7-fit.rec \
        -o cell7-sigma.rec && page cell7-sigma.rec "cell7: conductivity"
fi

if has hc-cycles; then
    echo "demo: cell7: hc-read | hc-cycles"
    hc-read -q "$src/samples/gcpl_cell7.mpt" -o cell7-cycling.tsv
    hc-cycles -q cell7-cycling.tsv -o cell7-cycles.tsv
    page cell7-cycling.tsv "cell7: cycling"
    page cell7-cycles.tsv "cell7: cycles"
fi

if has hc-gitt; then
    echo "demo: film: hc-gitt"
    hc-gitt -q "$src/samples/gitt_film.tsv" -o film-gitt.rec || [ $? = 1 ]
    page film-gitt.rec "film: diffusivity"
fi

real="$shared/data/biologic-mpt/ssb_PEIS_LPSCl_-25C_v1161.txt"
if [ -f "$real" ]; then
    spectrum lpscl "$real" 'R0-p(R1,CPE1)-p(R2,CPE2)-CPE3'
fi

set --
while IFS='	' read -r file heading; do
    [ -s "$file" ] && set -- "$@" -L "$heading" "$file"
done <pages
rm -f pages
hc-report -q --title 'halfcell demo' -o report.html "$@"

if has hc-night; then
    echo "demo: a night: hc-night, hc-report --db"
    rm -rf lab night
    mkdir lab
    cp "$src"/samples/*_cell* lab
    for name in ccd_li_li gitt_film; do
        grep -v '^#' "$src/samples/$name.tsv" >"lab/$name.tsv"
    done
    printf 'cell\tmatch\tgroup\tarea\tse_thickness\tfilm_thickness\n' >lab.tsv
    printf '%s\t%s\tdemo\t%s\t%s\t%s\n' \
        cell7 '*_cell7*' 0.785cm2 0.8mm - cell8 '*_cell8*' 0.785cm2 0.8mm - \
        film 'gitt_film*' 1cm2 - 25um li 'ccd_li*' 0.785cm2 0.8mm - >>lab.tsv
    hc-night -q -r "$src/samples/recipes" -O night --cells lab.tsv lab \
        >night.tsv || echo "demo: the page says what failed"
    hc-report -q --db night/night.db --title 'halfcell demo: a night' \
        -o night.html
fi

echo
echo "The parameters of cell 7 (made with R0 = 28, R1 = 310, R2 = 145 ohm):"
awk -F'\t' '/^#/ { next } !k { for (i = 1; i <= NF; i++) c[$i] = i; k = 1
        printf "  %-8s %12s %12s  %s\n", "quantity", "value", "std. error",
            "unit"; next }
    $c["status"] == "ok" && $c["std_error"] != "NaN" {
        printf "  %-8s %12.5g %12.2g  %s\n", $c["quantity"], $c["value"],
            $c["std_error"], $c["unit"] }' cell7-fit.rec
echo
echo "The report: $out/report.html"
if [ -f night.html ]; then
    echo "A night's report: $out/night.html"
fi
