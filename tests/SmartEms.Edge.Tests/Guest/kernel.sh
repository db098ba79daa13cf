#!/usr/bin/env bash
# Builds the guest's kernel once from Debian's linux-source and prints the folder that holds bzImage and i2c-stub.ko.
# The folder's name is the hash of configuration, source and compiler. `can` only asks whether it can be built. Exit 77: it cannot be built here, and the last line on stderr says why.
set -euo pipefail
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
source=${SMARTEMS_LINUX_SOURCE:-/usr/src/linux-source-6.1.tar.xz}
cannot() { echo "$*" >&2; exit 77; }

[ "$(uname -m)" = x86_64 ] || cannot "the guest kernel is built on x86_64 only, this is $(uname -m)"
[ -r "$source" ] || cannot "no $source: apt install linux-source-6.1"
for tool in gcc make flex bison bc cpio xz; do
    command -v "$tool" >/dev/null || cannot "no $tool: apt install gcc make flex bison bc cpio xz-utils"
done
[ -e /usr/include/gelf.h ] || cannot "no gelf.h: apt install libelf-dev"

[ "${1:-}" != can ] || exit 0

hash=$({ cat "$here/kernel.config"; stat -Lc %s "$source"; basename "$source"; gcc -dumpfullversion; } | sha256sum | cut -c1-16)
kept=${XDG_CACHE_HOME:-$HOME/.cache}/smartems-edge/guest-kernel-$hash
mkdir -p "$(dirname "$kept")"
exec 9>"$kept.lock"
flock 9
if [ -e "$kept/bzImage" ] && [ -e "$kept/i2c-stub.ko" ]; then echo "$kept"; exit; fi

work=$(mktemp -d "${TMPDIR:-/tmp}/smartems-kernel.XXXXXX")
trap 'rm -rf "$work"' EXIT
exec 3>&1 1>&2 # stdout is for the folder's name alone
started=$SECONDS
# Only what the configuration can reach is unpacked: sources of other processors and of unused drivers are half of all files.
tar xf "$source" -C "$work" --strip-components=1 --exclude='*/Documentation/*/*' --exclude='*/arch/[!x]*/*.[chS]' --exclude='*/arch/*/boot/dts' \
    --exclude='*/sound/*.[ch]' --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/net/*/*.[ch]' --exclude='*/drivers/media/*.[ch]' \
    --exclude='*/drivers/staging/*.[ch]' --exclude='*/drivers/infiniband/*.[ch]' --exclude='*/tools/perf' --exclude='*/tools/testing'
cd "$work"
make -s tinyconfig
scripts/kconfig/merge_config.sh -m .config "$here/kernel.config" >/dev/null
make -s olddefconfig
while read -r line; do
    case "$line" in CONFIG_*) grep -qxF "$line" .config || { echo "the kernel did not take $line"; exit 1; } ;; esac
done <"$here/kernel.config"
nice -n 15 make -s -j2 bzImage modules
mkdir -p "$kept"
cp drivers/i2c/i2c-stub.ko "$kept/"
cp arch/x86/boot/bzImage "$kept/.bzImage"
echo "$((SECONDS - started))" >"$kept/build-seconds"
mv "$kept/.bzImage" "$kept/bzImage"
echo "$kept" >&3
