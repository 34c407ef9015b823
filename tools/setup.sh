#!/usr/bin/env bash
# Installs the Debian packages that fitmatch needs and that are missing.
set -euo pipefail

usage() {
    cat <<'EOF'
Usage: tools/setup.sh [build | test | all]

  build   what building and running fitmatch needs (the default)
  test    what the tests and checks need beyond that
  all     both

Does nothing when everything is there. Needs apt-get (Debian, Ubuntu), and root or sudo when a package
is missing.
EOF
}

build_packages=(gcc libc6-dev cmake ninja-build pkg-config libyaml-dev libxxhash-dev libjansson-dev libjemalloc-dev)
test_packages=(g++ clang clang-format clang-tidy libclang-rt-dev libomp-dev libcriterion-dev git python3 util-linux
    valgrind)

case ${1:-build} in
build) packages=("${build_packages[@]}") ;;
test) packages=("${test_packages[@]}") ;;
all) packages=("${build_packages[@]}" "${test_packages[@]}") ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac

# missing_things GROUP: what the packages bring and is not here, for where packages cannot be asked or installed.
missing_things() {
    local group=$1 thing
    local commands=(gcc cmake ninja pkg-config) modules=(yaml-0.1 libxxhash jansson jemalloc)
    if [ "$group" != build ]; then
        commands+=(g++ clang clang-format clang-tidy git python3)
        modules+=(criterion)
    fi
    for thing in "${commands[@]}"; do
        command -v "$thing" >/dev/null || echo "$thing"
    done
    for thing in "${modules[@]}"; do
        pkg-config --exists "$thing" 2>/dev/null || echo "$thing (pkg-config)"
    done
}

group=${1:-build}
if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    missing=$(missing_things "$group")
    [ -z "$missing" ] && exit 0
    {
        echo "setup: apt-get is not here, so nothing can be installed. Not found:"
        while read -r thing; do echo "    $thing"; done <<<"$missing"
        echo "Install what these Debian packages hold, then try again:"
        echo "    ${packages[*]}"
    } >&2
    exit 1
fi

# A package counts when it is installed, by name or as what another one provides.
installed=$(dpkg-query --show --showformat='${db:Status-Status} ${binary:Package} ${Provides}\n' |
    sed -n 's/^installed //p' | sed -e 's/([^)]*)//g' | tr -s ', ' '\n' | sed 's/:.*//')
missing=()
for package in "${packages[@]}"; do
    grep -qxF "$package" <<<"$installed" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        # Perhaps it is all here by other means.
        [ -z "$(missing_things "$group")" ] && exit 0
        echo "setup: these packages are missing; run this as root, then try again:" >&2
        echo "    apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
as_root+=(env DEBIAN_FRONTEND=noninteractive)

echo "setup: installing ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"${as_root[@]}" apt-get update >"$log" 2>&1 || {
    tail -n 5 "$log"
    echo "setup: the package lists could not be refreshed; trying with those at hand"
} >&2
if ! "${as_root[@]}" apt-get -o DPkg::Lock::Timeout=120 install --yes --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    echo "setup: installing ${missing[*]} failed" >&2
    exit 1
fi
echo "setup: installed ${#missing[@]} packages" >&2
