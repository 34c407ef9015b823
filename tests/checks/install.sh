#!/usr/bin/env bash
# install.sh CMAKE COMPILER VERSION: installs into a folder of its own, moves it (nothing may depend on where it
# was built), and builds and runs a consumer with the CMake package and with pkg-config, shared and static.
set -euo pipefail

cmake=$1
compiler=$2
version=$3

"$cmake" --install "$BUILD_DIR" --prefix "$PWD/first prefix" >install.log
mv "first prefix" prefix
prefix=$PWD/prefix
libdir=$(dirname "$(find "$prefix" -name libfitmatch.a)")
if grep -rIlF -e "$SOURCE_DIR" -e "$BUILD_DIR" "$prefix"; then
    echo "installed files name the folder they were built in" >&2
    exit 1
fi

mkdir consumer
cat >consumer/main.c <<'EOF'
#include <fitmatch/fitmatch.h>
#include <stdio.h>

int main(void) {
    return puts(fm_version()) < 0;
}
EOF
cat >consumer/io.c <<'EOF'
#include <fitmatch/fitmatch.h>
#include <fitmatch/workspace.h>
#include <stdio.h>

int main(void) {
    fm_workspace *workspace = NULL;
    if (fm_workspace_open("no such folder/fit.yaml", NULL, &workspace, NULL) == FM_OK) {
        return 1;
    }
    return puts(fm_version()) < 0;
}
EOF
cat >consumer/CMakeLists.txt <<'EOF'
cmake_minimum_required(VERSION 3.21)
project(consumer LANGUAGES C)
find_package(fitmatch 0.1 REQUIRED CONFIG)
add_executable(by_default main.c)
target_link_libraries(by_default PRIVATE fitmatch::fitmatch)
add_executable(by_static main.c)
target_link_libraries(by_static PRIVATE fitmatch::fitmatch_static)
add_executable(by_io io.c)
target_link_libraries(by_io PRIVATE fitmatch::io)
foreach(source IN LISTS EXAMPLES)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(example_${name} "${source}")
    target_link_libraries(example_${name} PRIVATE fitmatch::io)
endforeach()
EOF

expect_version() {
    local said
    said=$("$@")
    if [ "$said" != "$version" ]; then
        echo "$1 printed '$said', not $version" >&2
        exit 1
    fi
}

shopt -s nullglob
examples=("$SOURCE_DIR"/tools/examples/*.c)
"$cmake" -S consumer -B cmake-build -G Ninja -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" \
    -DEXAMPLES="$(IFS=';'; echo "${examples[*]}")" >cmake.log
"$cmake" --build cmake-build --parallel 2 >>cmake.log
for program in by_default by_static by_io; do
    expect_version "./cmake-build/$program"
done

export PKG_CONFIG_PATH=$libdir/pkgconfig
[ "$(pkg-config --modversion fitmatch)" = "$version" ]
flags() {
    # Split into words by xargs, which honours pkg-config's quoting of blanks in paths.
    mapfile -t words < <(pkg-config "$@" | xargs -n1 printf '%s\n')
}
flags --define-prefix --cflags --libs fitmatch
"$compiler" -std=c17 consumer/main.c -o pc_shared "${words[@]}" -Wl,-rpath,"$libdir"
expect_version ./pc_shared
flags --define-prefix --static --cflags --libs fitmatch
words=("${words[@]/#-lfitmatch/-l:libfitmatch.a}")
"$compiler" -std=c17 consumer/main.c -o pc_static "${words[@]}"
expect_version ./pc_static
flags --define-prefix --cflags --libs fitmatch-io
"$compiler" -std=c17 consumer/io.c -o pc_io "${words[@]}"
expect_version ./pc_io
for source in "${examples[@]}"; do
    name=$(basename "$source" .c)
    "$compiler" -std=c17 "$source" -o "pc_$name" "${words[@]}"
    "./pc_$name" "$SOURCE_DIR/data/fit.yaml" >"$name.pc.txt"
    "./cmake-build/example_$name" "$SOURCE_DIR/data/fit.yaml" | cmp - "$name.pc.txt"
done

"$prefix/bin/fitmatch" --version | grep -F "$version"
echo "${#examples[@]} examples"
