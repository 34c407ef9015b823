#!/usr/bin/env bash
# headers.sh COMPILER SHARED: each public header compiles alone, in strict C17 and as C++, and everything
# that the shared library exports is declared in one of them with C linkage.
set -euo pipefail

compiler=$1
shared=$2
warnings=(-Wall -Wextra -pedantic -Wundef -Wcast-qual -Werror)
headers=("$SOURCE_DIR"/include/fitmatch/*.h)

for header in "${headers[@]}"; do
    echo "#include <fitmatch/$(basename "$header")>" >alone.c
    "$compiler" -std=c17 "${warnings[@]}" -Wstrict-prototypes -I"$SOURCE_DIR/include" -fsyntax-only alone.c
    for standard in c++11 c++20; do
        g++ -std=$standard "${warnings[@]}" -I"$SOURCE_DIR/include" -fsyntax-only -x c++ alone.c
    done
done

# The addresses of all exports, taken from C++, must link against their plain names.
{
    for header in "${headers[@]}"; do
        echo "#include <fitmatch/$(basename "$header")>"
    done
    echo 'typedef void (*function)();'
    echo 'extern const function exports[];'
    echo 'const function exports[] = {'
    nm --dynamic --defined-only --format=posix "$shared" | awk '$2 == "T" { print "    (function)" $1 "," }'
    echo '};'
    echo 'int main() { return exports[0] == nullptr; }'
} >exports.cc
g++ -std=c++11 -I"$SOURCE_DIR/include" exports.cc -o exports "$shared" -Wl,-rpath,"$(dirname "$shared")"
./exports
echo "${#headers[@]} headers"
