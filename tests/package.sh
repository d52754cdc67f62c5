#!/bin/sh
# package.sh: the Debian packages, built from the tarball and looked at
#
#     tests/package.sh BUILDDIR [OUTDIR]
#
# make dist, unpacked where no git is, dpkg-buildpackage (without the suite,
# which has run before), lintian without an error or a warning.  Needs
# debhelper and lintian; exits 77 without them.
set -eu
src=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "$1" && pwd)
for p in dh lintian dpkg-buildpackage; do
    command -v $p >/dev/null || {
        echo "package.sh: $p is missing"
        exit 77
    }
done
out=${2-$(mktemp -d)}
mkdir -p "$out"
out=$(cd "$out" && pwd)
unset MAKEFLAGS MAKELEVEL MFLAGS DESTDIR
make -s -C "$build" dist
version=$(sed -n 's/^VERSION = //p' "$build/Makefile")
mv "$build/halfcell-$version.tar.xz" "$out/halfcell_$version.orig.tar.xz"
cd "$out"
rm -rf "halfcell-$version"
tar xf "halfcell_$version.orig.tar.xz"
cp -r "$src/debian" "halfcell-$version/"
cd "halfcell-$version"
DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" \
    dpkg-buildpackage -us -uc -F >"$out/build.log" 2>&1 || {
    tail -30 "$out/build.log"
    exit 1
}
cd "$out"
# a package that was never uploaded has no bug of its upload to close
lintian --fail-on error,warning --allow-root \
    --suppress-tags initial-upload-closes-no-bugs ./*.changes
echo "package.sh: $(ls ./*.deb | wc -l) packages in $out, lintian is content"
