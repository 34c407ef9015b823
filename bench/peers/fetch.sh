# What is pinned in pinned.sh, fetched into a cache folder. The script that sources this has `say` and `fail`.
# shellcheck shell=bash
# shellcheck source=bench/peers/pinned.sh
. "$(dirname "${BASH_SOURCE[0]}")/pinned.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/fitmatch-peers
duckdb_library=$cache/duckdb-${duckdb_sha256:0:12}/libduckdb.so

# fetch PACKAGE SHA256 FOLDER: the package's content in FOLDER, if its digest is the pinned one.
fetch() {
    local package=$1 sha256=$2 folder=$3 new
    [ -e "$folder/complete" ] && return
    say "fetching $package with npm pack"
    mkdir -p "$(dirname "$folder")"
    new=$(mktemp -d "$folder.XXXXXX")
    (cd "$new" && npm pack --silent "$package" >/dev/null 2>&1) || { rm -rf "$new"; fail "npm pack $package failed"; }
    if ! echo "$sha256  $(echo "$new"/*.tgz)" | sha256sum --check --status; then
        rm -rf "$new"
        fail "$package is not what was pinned in pinned.sh: its digest differs"
    fi
    tar -xzf "$new"/*.tgz -C "$new" --strip-components=1
    rm "$new"/*.tgz
    touch "$new/complete"
    rm -rf "$folder"
    mv "$new" "$folder"
}

# fetch_duckdb: $duckdb_library is there afterwards.
fetch_duckdb() {
    fetch "$duckdb_package" "$duckdb_sha256" "$(dirname "$duckdb_library")"
}
