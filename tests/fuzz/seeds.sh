#!/bin/sh
# seeds.sh: seeds of the parsers' fuzzers, FOLDER/PARSER/N
#
#     tests/fuzz/seeds.sh FOLDER        hc-read and hc-fit in PATH
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
to=$1
seed() { # PARSER: from stdin
    mkdir -p "$to/$1"
    n=$(ls "$to/$1" | wc -l)
    cat >"$to/$1/$n"
}
# a seed a line of stdin, '|' for the ends of its lines
lines() { # PARSER
    while read -r line; do printf '%s' "$line" | tr '|' '\n' | seed "$1"; done
}

hc-read "$src/samples/peis_cell7.mpt" 2>/dev/null | head -20 | seed table
hc-read "$src/samples/peis_cell7.mpt" 2>/dev/null |
    hc-fit 'R0-p(R1,CPE1)' 2>/dev/null | seed table
head -20 "$src/samples/gitt_film.tsv" | tee /dev/null | seed table
printf 'frequency_hertz,real_impedance_ohm\n1,2\n' | seed table
printf '#: halfcell-table 1\n#: kind eis\nspectrum_index\tfrequency_hertz\t%s\n0\t1\t2\t-3\n#: incomplete\n#: end rows=1\n' \
    'real_impedance_ohm	imaginary_impedance_ohm' | seed table
head -20 "$src/samples/gitt_film.tsv" | seed like
printf 'test_time_second\tcurrent_ampere\tstep_count\n0\t1\t1\n1\t1\t1\n2\t0\t2\n3\t0\t2\n' |
    seed like
for f in "$src"/samples/cells/*.json; do seed json <"$f"; done
cat <<'BPX' | seed json
{"Header": {"BPX": 0.4, "Model": "DFN"}, "Parameterisation": {
"Cell": {"Electrode area [m2]": 0.01, "Reference temperature [K]": 298.15},
"Negative electrode": {"Particle radius [m]": 5e-06, "Thickness [m]": 5e-05,
"Diffusivity [m2.s-1]": "1e-14 * x + exp(-x)", "OCP [V]": {"x": [0, 1],
"y": [1, 0]}, "Minimum stoichiometry": 0.01}}}
BPX
lines circuit <<'EOF'
R0-p(R1,CPE1)-p(R2,CPE2)-Wo1
R0{10}-p(R1{50:1:100},C1{1e-5})|aR0=10|bR1|cn1=0.5:1
R(RQ)(RQ)W
L0-R0-p(R1,CPE1{Q=1e-6,n=0.9})-Zarc1-HN1-G1|dR1=R0|eR1=bulk|fR0
R0{label=bulk}-La1-Ws1-C2
p(p(R1,C1)-W1,R2)
EOF
lines protocol <<'EOF'
Charge at 0.1 mA/cm2 until 4.2 V|Hold at 4.2 V until C/50 or for 2 h
Rest for 30 min;Discharge at C/10 for 1 h or until 2.7 V
Charge at 1 mW until 4.2 V|Load 1 kohm for 2 h # comment
GITT 10x [charge C/10 10 min, rest 2 h] until 4.2 V
Staircase from 3.6 V to 4.2 V by 50 mV for 10 min
Repeat 3|Charge at C/10 for 1 h|Repeat 2|Rest for 1 s|End|End
Drive drive.tsv
Discharge at 1C until SOC 0.2 or for 3 mAh/cm2
EOF
lines options <<'EOF'
--area=1.44cm2|-n|0.5|x
-fi3|--word|two|--|-y
--text=0,2-5|-l|a|--list=b|a|b
--help
--no-such|--nu=2|--output|o.tsv|-q|x|y|z
EOF
lines quantity <<'EOF'
1.44cm2
25degC
1e6:1e-2:10
0.5%
3.0e-5 mA/cm2
-1,5
1e308
kg m^-3 s-2/mol
0x1p3
nan
EOF
lines check <<'EOF'
rmse<10mV
max<5%,capacity<2%
rmse<1e-3V,bias<1mV
EOF
lines filter <<'EOF'
cell=c7 quantity=R* value>10
cell="c 7*" value<=1e-3 quantity!=R1
run=abc kind=eis group=g1
temperature_celsius>=25 status=ok
EOF
lines recipe <<'EOF'
#!/bin/sh|#: technique eis|#: tool hc-read hc-kk|#: after first|hc-read "$1"
#!/bin/sh|#: technique any
EOF
{
    printf 'cell\tmatch\tgroup\tarea\tmass\ttemperature\texclude\tnote\n'
    printf 'cell7\tcell7_*\ta\t1.44cm2\t12mg\t25degC\t\tfirst\n'
    printf 'cell8\t\tb\t\t\t\tyes\t\n'
} | seed cells
printf 'cell,theory_capacity,se_thickness\nc1,170mAh/g,0.5mm\n' | seed cells
