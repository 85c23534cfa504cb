#!/usr/bin/env bash
# Builds Debian packages of the committed tree into DIR, has lintian judge them, and tries them in a
# root of their own: scripts/debian_package.sh DIR. As root, Debian 12. JOBS: processes of the build
# (default: one a core).
set -euo pipefail
if [ $# -ne 1 ]; then
  echo "debian_package.sh: give the folder for the packages" >&2
  exit 2
fi
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$source/debian/changelog")
tree=$folder/rheobase-$version

"$source/scripts/install_dependencies.sh" --tests
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
  debhelper dh-python dpkg-dev debootstrap fakeroot lintian > "$folder/apt.log"

rm -rf "$tree"
mkdir "$tree"
git -C "$source" archive HEAD | tar -x -C "$tree"
# The report's interactive charts need what scripts/install_page.sh got from npm; nothing is fetched
# here, and without it reports hold static figures.
modules=apps/report/page/node_modules
if [ -d "$source/$modules" ]; then
  cp -a "$source/$modules" "$tree/$modules"
else
  echo "Note: no $modules (scripts/install_page.sh): reports will hold static figures." >&2
fi
(cd "$tree" && DEB_BUILD_OPTIONS="nocheck parallel=${JOBS:-$(nproc)}" dpkg-buildpackage -us -uc -b -j"${JOBS:-$(nproc)}") > "$folder/build.log" 2>&1 ||
  { tail -n 30 "$folder/build.log" >&2; exit 1; }
lintian --fail-on error,warning "$folder"/rheobase_"$version"_*.changes

root=$folder/root
rm -rf "$root"
debootstrap --variant=minbase bookworm "$root" > "$folder/debootstrap.log"
cp "$folder"/*.deb "$root/tmp"
cp "$source/data/models/go-nogo_N200_seed1.lif.mat" "$root/tmp/model.mat"
cp "$source/tests/data/reference/models/go-nogo_N200_s1.mat" "$root/tmp/published.mat"
cp -r "$source/tests/package/consumer" "$root/tmp"
mount -t proc proc "$root/proc"
trap 'umount "$root/proc"' EXIT
chroot "$root" bash -euc '
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -q -y --no-install-recommends /tmp/*.deb cmake g++ make > /tmp/install.log
  cd /tmp
  rheobase --version
  rheobase train --task go-nogo -N 30 --trials 60 --evaluate-every 60 -o trained.mat
  rheobase map trained.mat --scaling 50 --trials 2 --mapping published -o trained.lif.mat
  rheobase eval model.mat --trials 20
  rheobase report model.mat -o page.html
  python3 -c "import rheobase; print(rheobase.evaluate(rheobase.load(\"model.mat\"), trials=20))"
  test -s /usr/share/man/man1/rheobase.1.gz
  test -s /usr/share/bash-completion/completions/rheobase
  test -x /usr/libexec/rheobase/rheobase-mpi
  cmake -S consumer -B consumer/build > consumer.log
  cmake --build consumer/build >> consumer.log
  consumer/build/consumer published.mat
'
ls "$folder"/*.deb
