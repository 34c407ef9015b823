# fitmatch (the engine: C17, OpenMP, xxHash) and fitmatch_io (models and workspaces: YAML).

set(rooms support tables model base match analysis)
list(TRANSFORM rooms REPLACE "(.+)" "core/\\1/*.c" OUTPUT_VARIABLE room_patterns)
fitmatch_sources(core_sources ${room_patterns})
list(FILTER core_sources EXCLUDE REGEX "/core/match/kernel_(scalar|sse|avx2|avx512)\\.c$")
list(FILTER core_sources EXCLUDE REGEX "/core/tables/csv_index_(portable|sse2|avx2|avx512)\\.c$")

# fitmatch_objects(NAME SOURCE...): compiled once, for both forms of the library.
function(fitmatch_objects name)
    add_library(${name} OBJECT ${ARGN})
    fitmatch_target(${name})
    target_compile_options(${name} PRIVATE ${OpenMP_C_OPTIONS})
    target_compile_definitions(${name} PRIVATE FM_BUILD_SHARED)
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/core")
    target_include_directories(${name} SYSTEM PRIVATE "${FITMATCH_XXHASH_INCLUDE}")
endfunction()

separate_arguments(OpenMP_C_OPTIONS UNIX_COMMAND "${OpenMP_C_FLAGS}")

# What an installed static library asks of its user's linker, whatever compiler that user has: the run-time
# library that our compiler called for. gcc and clang both find gcc's by name; clang's has no place of its own.
set(FITMATCH_STATIC_NEEDS "")
foreach(library IN LISTS OpenMP_C_LIB_NAMES)
    if(CMAKE_C_COMPILER_ID STREQUAL "GNU" OR library STREQUAL "pthread")
        list(APPEND FITMATCH_STATIC_NEEDS -l${library})
    else()
        list(APPEND FITMATCH_STATIC_NEEDS "${OpenMP_${library}_LIBRARY}")
    endif()
endforeach()
list(APPEND FITMATCH_STATIC_NEEDS -lm)

# Kernels: one body, one unit for each instruction set, chosen at run time. The flags name what the choice
# asks the CPU for and no more.
set(kernel_scalar_options "")
set(kernel_sse_options -msse4.2 -mpopcnt)
set(kernel_avx2_options -mavx2 -mbmi -mbmi2 -mpopcnt)
set(kernel_avx512_options ${kernel_avx2_options}
    -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512cd -mprefer-vector-width=512)
set(kernels scalar)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    list(APPEND kernels sse avx2 avx512)
endif()

set(fitmatch_object_files "")
if(core_sources)
    fitmatch_objects(fitmatch_core ${core_sources})
    list(APPEND fitmatch_object_files $<TARGET_OBJECTS:fitmatch_core>)
endif()
foreach(kernel IN LISTS kernels)
    fitmatch_sources(kernel_source core/match/kernel_${kernel}.c)
    if(kernel_source)
        fitmatch_objects(fitmatch_kernel_${kernel} ${kernel_source})
        target_compile_options(fitmatch_kernel_${kernel} PRIVATE ${kernel_${kernel}_options})
        list(APPEND fitmatch_object_files $<TARGET_OBJECTS:fitmatch_kernel_${kernel}>)
    endif()
endforeach()

# Scanners of CSV text likewise.
set(scanner_portable_options "")
set(scanner_sse2_options "")
set(scanner_avx2_options -mavx2 -mbmi -mbmi2 -mpopcnt)
set(scanner_avx512_options ${scanner_avx2_options} -mavx512f -mavx512bw -mavx512vl -mavx512vbmi2)
set(scanners portable)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
    list(APPEND scanners sse2 avx2 avx512)
endif()
foreach(scanner IN LISTS scanners)
    fitmatch_objects(fitmatch_scanner_${scanner} "${PROJECT_SOURCE_DIR}/core/tables/csv_index_${scanner}.c")
    target_compile_options(fitmatch_scanner_${scanner} PRIVATE ${scanner_${scanner}_options})
    list(APPEND fitmatch_object_files $<TARGET_OBJECTS:fitmatch_scanner_${scanner}>)
endforeach()

if(NOT fitmatch_object_files)
    message(STATUS "No sources in core/ yet")
    return()
endif()

foreach(form static shared)
    string(TOUPPER ${form} FORM)
    add_library(fitmatch_${form} ${FORM} ${fitmatch_object_files})
    fitmatch_target(fitmatch_${form})
    target_include_directories(fitmatch_${form} PUBLIC
        "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
        "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
    set_target_properties(fitmatch_${form} PROPERTIES OUTPUT_NAME fitmatch LINKER_LANGUAGE C)
    add_library(fitmatch::fitmatch_${form} ALIAS fitmatch_${form})
endforeach()
set_target_properties(fitmatch_shared PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_link_libraries(fitmatch_shared PRIVATE $<BUILD_INTERFACE:OpenMP::OpenMP_C> $<BUILD_INTERFACE:m>)
if(NOT FITMATCH_SANITIZE)
    target_link_options(fitmatch_shared PRIVATE -Wl,--no-undefined -Wl,--as-needed)
endif()
target_link_libraries(fitmatch_static
    PRIVATE $<BUILD_INTERFACE:OpenMP::OpenMP_C> $<BUILD_INTERFACE:m>
    INTERFACE "$<INSTALL_INTERFACE:${FITMATCH_STATIC_NEEDS}>")

if(BUILD_SHARED_LIBS)
    add_library(fitmatch::fitmatch ALIAS fitmatch_shared)
else()
    add_library(fitmatch::fitmatch ALIAS fitmatch_static)
endif()

fitmatch_sources(io_sources core/workspace/*.c)
if(io_sources)
    add_library(fitmatch_io STATIC ${io_sources})
    fitmatch_target(fitmatch_io)
    target_include_directories(fitmatch_io PRIVATE "${PROJECT_SOURCE_DIR}/core")
    target_link_libraries(fitmatch_io PUBLIC fitmatch_static PRIVATE $<BUILD_INTERFACE:PkgConfig::YAML>
        INTERFACE $<INSTALL_INTERFACE:yaml>)
    set_target_properties(fitmatch_io PROPERTIES EXPORT_NAME io)
    add_library(fitmatch::io ALIAS fitmatch_io)
endif()

include(FitmatchInstall)
