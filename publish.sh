#!/usr/bin/env bash
# Publishes the Native AOT bundle: ./publish.sh [rid]   (linux-x64, the default, or linux-arm64)
# Result: artifacts/bundle-<rid>/, which runs on a bare Debian 12 as it lies; debug symbols in artifacts/symbols-<rid>/.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

# --- Native libraries the bundle carries: Debian package and soname. The only list ---
native_libraries="
libsqlite3-0 libsqlite3.so.0
libmosquitto1 libmosquitto.so.1
libssl3 libssl.so.3
libssl3 libcrypto.so.3
"

rid=${1:-linux-x64}
root=$PWD
bundle=artifacts/bundle-$rid
symbols=artifacts/symbols-$rid
work=artifacts/aot-$rid

say() { printf 'publish: %s\n' "$*"; }
die() { printf 'publish: %s\n' "$*" >&2; exit 1; }

case "$rid" in
    linux-x64)   triple=x86_64-linux-gnu;  debian=amd64; machine=x86_64 ;;
    linux-arm64) triple=aarch64-linux-gnu; debian=arm64; machine=aarch64 ;;
    *) die "no bundle for '$rid'; there are linux-x64 and linux-arm64" ;;
esac
cross=no
[ "$(uname -m)" = "$machine" ] || cross=yes

aot_properties() {
    printf '%s\n' "-p:EdgeFramework=$1" -p:PublishAot=true -p:IlcTreatWarningsAsErrors=true -p:ILLinkTreatWarningsAsErrors=true
    # The same sources give the same bytes wherever the checkout lies.
    printf '%s\n' "-p:PathMap=$root=/smartems" -p:ContinuousIntegrationBuild=true -p:IncludeSourceRevisionInInformationalVersion=false
    # The SDK passes clang --target for a foreign RID by itself; clang then finds Debian's cross gcc without a sysroot.
    # Naming objcopy keeps the SDK from taking llvm-objcopy where it happens to be installed: the two lay the file out differently.
    if [ "$cross" = yes ]; then printf '%s\n' "-p:ObjCopyName=$triple-objcopy"; else printf '%s\n' -p:ObjCopyName=objcopy; fi
}

# Does the framework's AOT toolchain restore? Prints the packages that do not, or what else went wrong.
probe() {
    local log
    mapfile -t properties < <(aot_properties "$1")
    log=$(dotnet restore src/SmartEms.Edge -r "$rid" "${properties[@]}" --artifacts-path "$work-probe" -v quiet </dev/null 2>&1) && return 0
    grep -o 'Unable to find package [^ ]*[^ .]' <<<"$log" | sort -u | sed 's/^Unable to find package //' | grep . || tail -n 5 <<<"$log"
    return 1
}

missing_tools() {
    command -v clang >/dev/null || echo "clang (package clang)"
    if [ "$cross" = yes ]; then
        command -v "$triple-objcopy" >/dev/null || echo "$triple-objcopy (package binutils-$triple)"
        command -v "$triple-gcc" >/dev/null || echo "$triple-gcc (package gcc-$triple)"
        [ -e "/usr/$triple/lib/libc.so" ] || echo "the C library for $debian (package libc6-dev-$debian-cross)"
    else
        command -v objcopy >/dev/null || echo "objcopy (package binutils)"
    fi
}

# Chooses the framework, or says everything that is missing at once and ends.
choose_framework() {
    local missing10 missing9 tools
    tools=$(missing_tools)
    framework=
    if missing10=$(probe net10.0); then
        framework=net10.0
    elif missing9=$(probe net9.0); then
        framework=net9.0
        say "falling back to net9.0: what net10.0 needs for $rid does not restore:" $missing10
    fi
    [ -n "$framework" ] && [ -z "$tools" ] && return
    say "cannot publish $rid here." >&2
    [ -n "$framework" ] || printf '  these do not restore, for net10.0:\n%s\n  and for net9.0:\n%s\n' \
        "$(sed 's/^/    /' <<<"$missing10")" "$(sed 's/^/    /' <<<"$missing9")" >&2
    [ -z "$tools" ] || printf '  this machine lacks:\n%s\n' "$(sed 's/^/    /' <<<"$tools")" >&2
    exit 1
}

compile() {
    mapfile -t properties < <(aot_properties "$framework")
    rm -rf "$work/publish"
    dotnet publish src/SmartEms.Edge -c Release -r "$rid" "${properties[@]}" --artifacts-path "$work" --nologo -v quiet </dev/null
    local out
    out=$(echo "$work"/publish/SmartEms.Edge/*/)
    [ -x "$out/smartems" ] || die "the compiler left no smartems in $out"
    rm -rf "$bundle" "$symbols"
    mkdir -p "$bundle/lib/licences" "$bundle/systemd" "$symbols"
    install -m 755 "$out/smartems" "$bundle/smartems"
    cp "$out/smartems.dbg" "$symbols/"
}

# Unpacks a package of the target's architecture without touching the system's own package state.
unpack_foreign() {
    local package=$1 into=$2 apt=$PWD/$work/apt
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$into"
    local options=(-qq -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Architectures::=$debian" -o "APT::Sandbox::User=$(id -un)")
    [ -n "$(find "$apt/lists" -maxdepth 1 -name '*_Packages*' -print -quit)" ] || apt-get "${options[@]}" update
    (cd "$apt" && apt-get "${options[@]}" download "$package:$debian")
    dpkg-deb -x "$apt/$package"_*_"$debian".deb "$into"
}

copy_native_libraries() {
    local package soname from
    while read -r package soname; do
        [ -n "$package" ] || continue
        from=
        if [ "$cross" = yes ]; then
            from=$work/native/$package
            unpack_foreign "$package" "$from" || die "could not download $package:$debian from the Debian mirror"
        fi
        local library=$from/usr/lib/$triple/$soname
        [ -e "$library" ] || die "$soname is missing (package $package)"
        # Follows the symbolic link: one plain file under the soname that the binding asks for.
        install -m 644 "$(readlink -f "$library")" "$bundle/lib/$soname"
        install -m 644 "$from/usr/share/doc/$package/copyright" "$bundle/lib/licences/$package.copyright"
    done <<<"$native_libraries"
}

copy_texts() {
    cp LICENSE "$bundle/"
    cp docs/third-party-notices.md "$bundle/lib/licences/packages.md"
    local runtime
    runtime=$(find "${NUGET_PACKAGES:-$HOME/.nuget/packages}/runtime.$rid.microsoft.dotnet.ilcompiler" -maxdepth 2 -name THIRD-PARTY-NOTICES.TXT -path "*/${framework#net}*" 2>/dev/null | sort -V | tail -n 1)
    [ -z "$runtime" ] || install -m 644 "$runtime" "$bundle/lib/licences/dotnet-third-party-notices.txt"
    cp systemd/smartems.service systemd/smartems-tune.service systemd/smartems-tune.timer systemd/smartems.sysusers.conf systemd/smartems.tmpfiles.conf systemd/kernel-clock.conf "$bundle/systemd/"
    [ ! -e hw/demo/site.yaml ] || cp hw/demo/site.yaml "$bundle/site.example.yaml"
}

check() {
    file -b "$bundle/smartems" 2>/dev/null | grep -q . && say "$(file -b "$bundle/smartems" | cut -d, -f1-2)"
    local size
    size=$(stat -c %s "$bundle/smartems")
    say "$bundle ready: $framework, smartems $((size / 1000)) kB, whole bundle $(du -sk --apparent-size "$bundle" | cut -f1) KiB"
}

choose_framework
compile
copy_native_libraries
copy_texts
check
