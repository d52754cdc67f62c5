# html.sh: is a page valid HTML?  To be sourced after lib.sh.
#
# Two validators of Debian look at it: tidy (elements, attributes, ids twice)
# and html5lib (the parser of the standard, with its list of errors).

html_can() { # why not, and false
    command -v tidy >/dev/null || {
        echo "no tidy"
        return 1
    }
    /usr/bin/python3 -c 'import html5lib' 2>/dev/null || {
        echo "no html5lib (python3-html5lib)"
        return 1
    }
}

html_faults() { # FILE: what they find, a line each
    tidy -q -e -utf8 --mute-id yes "$1" 2>&1
    /usr/bin/python3 - "$1" <<'EOF'
import sys
import html5lib

with open(sys.argv[1], "rb") as page:
    parser = html5lib.HTMLParser()
    parser.parse(page)
for place, code, more in parser.errors:
    print("line", place[0], code, more)
EOF
}

# valid_html NAME FILE
valid_html() {
    if html_why=$(html_can); then
        is "$1" "$(html_faults "$2" | head -8)" ""
    else
        skip "$1" "$html_why"
    fi
}
