#!/bin/sh
# symbols.sh: the linker's version script: what the installed headers name
#
#     src/lib/symbols.sh HEADER... > libhalfcell.map
#
# Functions and constant tables are exported when a header declares them;
# everything else of the library stays its own.
set -eu
echo 'HALFCELL_0 {'
echo '  global:'
cat "$@" | awk '
    # comments out, over several lines as well
    { line = $0
      while (1) {
          if (inside) {
              i = index(line, "*/")
              if (!i) { line = ""; break }
              line = substr(line, i + 2); inside = 0
          }
          i = index(line, "/*")
          if (!i) break
          rest = substr(line, i + 2)
          line = substr(line, 1, i - 1) " "
          j = index(rest, "*/")
          if (!j) { inside = 1; break }
          line = line substr(rest, j + 2)
      }
      print line }' |
    grep -v '^#' | grep -oE '\bhc_[a-z0-9_]+(\(|\[|;)' |
    sed 's/.$//' | sort -u | sed 's/.*/    &;/'
echo '  local:'
echo '    *;'
echo '};'
