#!/bin/sh
# autogen.sh: make configure; `demo` and `check` do the whole set-up as well.
#
#   ./autogen.sh          only makes configure
#   ./autogen.sh demo     installs what is missing, builds in build/, runs the
#                         main job on samples/, leaves demo/report.html
#   ./autogen.sh check    the same set-up, then every test; the last line is
#                         'N passed, N failed'
set -eu
cd "$(dirname "$0")"

packages="autoconf automake libtool pkg-config make gcc libc6-dev
libcsv-dev zlib1g-dev libzip-dev libexpat1-dev libgsl-dev libfftw3-dev
libsundials-dev libjansson-dev libsqlite3-dev libplplot-dev
plplot-driver-cairo libcairo2-dev fontconfig fonts-liberation2 mdbtools-dev"
check_packages="chromium libcmocka-dev mandoc clang libclang-rt-14-dev
libfuzzer-14-dev locales-all poppler-utils python3-html5lib
python3-minimal sqlite3 strace tidy zsh
slurmctld slurmd slurm-client munge procps"

missing() {
    for p in "$@"; do
        dpkg-query -W -f='${Status}' "$p" 2>/dev/null |
            grep -q 'ok installed' || printf '%s ' "$p"
    done
}

install() {
    command -v apt-get >/dev/null 2>&1 || return 0
    want=$(missing "$@")
    [ -n "$want" ] || return 0
    echo "autogen.sh: installing $want"
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $want >/dev/null
}

# configured_with OPTION...: build/ was configured with each of them
configured_with() {
    for o in "$@"; do
        build/config.status --config | grep -q -e "$o" || return 1
    done
}

configure_build() { # CONFIGURE-OPTION...
    [ -x configure ] && [ configure -nt configure.ac ] &&
        [ Makefile.in -nt Makefile.am ] || autoreconf -fi
    mkdir -p build
    if [ ! -f build/Makefile ] || [ configure -nt build/Makefile ] ||
        ! configured_with "$@"; then
        # libtool runs a thousand times in the shell that configure picks
        (cd build && CONFIG_SHELL=/bin/sh /bin/sh ../configure --quiet "$@")
        make -C build -s clean >/dev/null
    fi
    make -C build -s -j"$(nproc)"
}

case ${1-} in
'')
    autoreconf -fi
    ;;
demo)
    install $packages
    configure_build
    exec samples/demo.sh build
    ;;
check)
    install $packages $check_packages
    configure_build --enable-werror CFLAGS=-O2
    exec tests/check.sh build
    ;;
*)
    echo "usage: ./autogen.sh [demo|check]" >&2
    exit 64
    ;;
esac
