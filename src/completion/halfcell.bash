# bash completion for halfcell and its tools                -*- sh -*-
#
# Nothing is written down twice: options, their choices and their words come
# from the tool itself (hc-x --completion prints its option table), formats
# from hc-read --formats, figures from hc-plot --kinds, circuit elements from
# hc-z --elements, column names and cells from the file on the line.

# first column of a listing, which may be a table with its names
_halfcell_rows() {
    "$@" 2>/dev/null | awk -F'\t' '/^#:/ { table = 1; next }
        table && !names { names = 1; next } { print $1 }'
}

# column names of the tables on the line
_halfcell_columns() {
    local word
    for word in "${COMP_WORDS[@]:1}"; do
        [[ -f $word ]] && sed -n '/^#/!{s/\t/\n/g;p;q}' "$word" 2>/dev/null
    done
}

# cells of the database on the line
_halfcell_cells() {
    local word
    for word in "${COMP_WORDS[@]:1}"; do
        [[ -f $word ]] || continue
        hc-db cells "$word" 2>/dev/null | awk -F'\t' '/^#/ { next }
            !c { for (i = 1; i <= NF; i++) if ($i == "cell") c = i; next }
            { print $c }'
    done
}

# parameters of the circuit on the line, as --set and --fix name them
_halfcell_parameters() {
    local word name
    for word in "${COMP_WORDS[@]:1}"; do
        name=${word//[\'\"]/}
        [[ $name == *[A-Za-z][0-9]* ]] || continue
        hc-z --elements 2>/dev/null | awk -F'\t' -v circuit="$name" '
            /^#/ || $3 !~ /1/ { next }
            { rest = circuit
              while (match(rest, "(^|[^A-Za-z])" $1 "[0-9]+")) {
                  at = substr(rest, RSTART, RLENGTH)
                  sub(/^[^A-Za-z]/, "", at)
                  n = split($3, p, ",")
                  for (i = 1; i <= n; i++) {
                      sub("^" $1 "1", at, p[i]); print p[i] }
                  rest = substr(rest, RSTART + RLENGTH) } }'
    done
}

# what may follow the option OPTION of TOOL
_halfcell_value() { # TOOL OPTION CURRENT
    local row arg choices
    row=$("$1" --completion 2>/dev/null | awk -F'\t' -v o="$2" '
        $1 == o || "-" $2 == o { print $4 "\t" $5; exit }')
    arg=${row%%$'\t'*} choices=${row#*$'\t'}
    if [[ $choices != - && -n $choices ]]; then
        COMPREPLY=($(compgen -W "${choices//|/ }" -- "$3"))
        return
    fi
    case $1:$2:$arg in
    hc-read:--format:*)
        COMPREPLY=($(compgen -W "$(_halfcell_rows hc-read --formats)" -- \
            "$3")) ;;
    *:--columns:* | *:COLUMN)
        COMPREPLY=($(compgen -W "$(_halfcell_columns)" -- "$3")) ;;
    *:--cell:*)
        COMPREPLY=($(compgen -W "$(_halfcell_cells)" -- "$3")) ;;
    *:NAME | *:NAME=*)
        COMPREPLY=($(compgen -W "$(_halfcell_parameters)" -- "$3"))
        [[ $arg == *=* ]] && compopt -o nospace ;;
    *:FILE | *:LOG | *:LIST | *:*.json)
        COMPREPLY=($(compgen -f -- "$3")) ;;
    esac
}

# elements behind what is written of a circuit so far
_halfcell_circuit() { # CURRENT
    local head=${1%"${1##*[-(,\'\"]}"} element
    COMPREPLY=()
    for element in $(_halfcell_rows hc-z --elements) 'p('; do
        [[ $element == "${1##*[-(,\'\"]}"* ]] &&
            COMPREPLY+=("$head$element")
    done
    compopt -o nospace
}

# operands: the first one of hc-plot, hc-fit, hc-z, hc-db, hc-dc has words
_halfcell_operand() { # TOOL CURRENT NUMBER
    local usage first
    usage=$("$1" --help 2>/dev/null | head -1)
    first=${usage#*] }
    first=${first%% *}
    COMPREPLY=()
    if [[ $3 == 1 ]]; then
        case $first in
        KIND*) # one, or several with commas between
            COMPREPLY=($(compgen -P "${2%"${2##*,}"}" \
                -W "$(_halfcell_rows hc-plot --kinds)" -- "${2##*,}"))
            return ;;
        CIRCUIT) _halfcell_circuit "$2"; return ;;
        COMMAND)
            COMPREPLY=($(compgen -W "$("$1" --help | sed -n \
                's/^  \([a-z]*\) [A-Z].*/\1/p')" -- "$2"))
            return ;;
        *\|*)
            COMPREPLY=($(compgen -W "${first//|/ }" -- "$2"))
            return ;;
        esac
    elif [[ $1 == hc-db && $2 == cell=* ]]; then
        COMPREPLY=($(compgen -P cell= -W "$(_halfcell_cells)" -- \
            "${2#cell=}"))
        return
    fi
    COMPREPLY=($(compgen -f -- "$2"))
    compopt -o filenames
}

_halfcell() {
    local tool=${1##*/} cur=$2 prev=$3 i number=1 first=1
    COMPREPLY=()
    if [[ $tool == halfcell ]]; then
        if ((COMP_CWORD == 1)); then
            COMPREPLY=($(compgen -W "$(halfcell 2>/dev/null | sed -n \
                's/^  \([a-z]*\) .*/\1/p') --help --version" -- "$cur"))
            return
        fi
        tool=hc-${COMP_WORDS[1]} first=2
    fi
    local takes
    takes=" $("$tool" --completion 2>/dev/null | awk -F'\t' \
        '$3 != "flag" { printf "%s ", $1; if ($2 != "-") printf "-%s ", $2 }')"
    if [[ $cur == --*=* ]]; then
        _halfcell_value "$tool" "${cur%%=*}" "${cur#*=}"
        return
    fi
    # readline splits at '=': the option stands two words before
    if [[ $prev == = && ${COMP_WORDS[COMP_CWORD - 2]} == --* ]]; then
        _halfcell_value "$tool" "${COMP_WORDS[COMP_CWORD - 2]}" "$cur"
        return
    elif [[ $cur == = && $prev == --* ]]; then
        _halfcell_value "$tool" "$prev" ""
        return
    fi
    if [[ $prev == -* && $takes == *" $prev "* ]]; then
        _halfcell_value "$tool" "$prev" "$cur"
        return
    fi
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$("$tool" --completion 2>/dev/null |
            cut -f1)" -- "$cur"))
        return
    fi
    for ((i = first; i < COMP_CWORD; i++)); do
        if [[ $takes == *" ${COMP_WORDS[i]} "* ]]; then
            ((i++))
        elif [[ ${COMP_WORDS[i]} != -* ]]; then
            ((number++))
        fi
    done
    _halfcell_operand "$tool" "$cur" "$number"
}

complete -F _halfcell halfcell @TOOLS@
