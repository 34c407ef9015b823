# How every target of the project is compiled.

# -ffp-contract=off: a fused multiply-add would round differently on the machines that have one.
# -fno-semantic-interposition: the library calls its own public functions without asking the dynamic linker.
set(FITMATCH_COMPILE_OPTIONS
    -ffp-contract=off
    -fno-semantic-interposition
    -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wcast-align -Wcast-qual -Wwrite-strings -Wformat=2 -Wundef -Wvla -Wdouble-promotion -Wpointer-arith
    -Wno-psabi
    $<$<BOOL:${FITMATCH_WERROR}>:-Werror>)
set(FITMATCH_LINK_OPTIONS "")

if(FITMATCH_SANITIZE)
    list(APPEND FITMATCH_COMPILE_OPTIONS -fsanitize=${FITMATCH_SANITIZE} -fno-sanitize-recover=all)
    list(APPEND FITMATCH_LINK_OPTIONS -fsanitize=${FITMATCH_SANITIZE})
endif()
if(FITMATCH_FUZZ)
    list(APPEND FITMATCH_COMPILE_OPTIONS -fsanitize=fuzzer-no-link)
    list(APPEND FITMATCH_LINK_OPTIONS -fsanitize=fuzzer-no-link)
endif()
if(FITMATCH_COVERAGE)
    list(APPEND FITMATCH_COMPILE_OPTIONS --coverage -fprofile-update=atomic)
    list(APPEND FITMATCH_LINK_OPTIONS --coverage)
endif()

# fitmatch_target(TARGET): warnings, sanitizers, the version, and all that glibc declares.
function(fitmatch_target target)
    target_compile_options(${target} PRIVATE ${FITMATCH_COMPILE_OPTIONS})
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE= FM_VERSION="${PROJECT_VERSION}")
    get_target_property(type ${target} TYPE)
    if(type MATCHES "EXECUTABLE|SHARED_LIBRARY")
        target_link_options(${target} PRIVATE ${FITMATCH_LINK_OPTIONS})
    endif()
endfunction()

# fitmatch_sources(OUT PATTERN...): the sources that match, found again at each build.
function(fitmatch_sources out)
    set(patterns ${ARGN})
    list(TRANSFORM patterns PREPEND "${PROJECT_SOURCE_DIR}/")
    file(GLOB sources CONFIGURE_DEPENDS ${patterns})
    set(${out} "${sources}" PARENT_SCOPE)
endfunction()
