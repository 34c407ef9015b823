# What can be chosen at configure time. The presets set these; see CMakePresets.json.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, RelWithDebInfo or Debug" FORCE)
endif()

# The warnings are clean with the compilers that CI runs; another compiler may know more of them,
# which must not keep a user from building.
set(tested_compiler OFF)
if((CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION MATCHES "^12\\.")
    OR (CMAKE_C_COMPILER_ID STREQUAL "Clang" AND CMAKE_C_COMPILER_VERSION MATCHES "^14\\."))
    set(tested_compiler ON)
endif()

option(BUILD_SHARED_LIBS "fitmatch::fitmatch is the shared library" OFF)
option(FITMATCH_TESTS "Build the tests" "${PROJECT_IS_TOP_LEVEL}")
option(FITMATCH_WERROR "Treat warnings as errors" "${tested_compiler}")
option(FITMATCH_FUZZ "Build the fuzzers with libFuzzer (clang); otherwise they replay their corpus" OFF)
option(FITMATCH_COVERAGE "Instrument for gcov" OFF)
option(FITMATCH_JEMALLOC "Link the tools with jemalloc" ON)
set(FITMATCH_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize: address,undefined or thread")
set(FITMATCH_RANDOM_WORKSPACES 2000 CACHE STRING "Random workspaces that the oracle compares")
set(FITMATCH_SHARED "${PROJECT_SOURCE_DIR}/../shared" CACHE PATH
    "Folder with golden/ and realdata/; the tests that need it are skipped without it")

if(FITMATCH_SANITIZE OR FITMATCH_FUZZ)
    set(FITMATCH_JEMALLOC OFF)
endif()
if(FITMATCH_FUZZ AND NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "FITMATCH_FUZZ needs clang")
endif()

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_C_FLAGS_RELEASE "-O3 -DNDEBUG")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O1 -g -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEBUG "-O1 -g")
