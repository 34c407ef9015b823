# libarcher tells the thread sanitizer what OpenMP's barriers and joins order; without it, every
# parallel loop looks like a race.
get_filename_component(openmp_folder "${OpenMP_omp_LIBRARY}" DIRECTORY)
find_library(FITMATCH_ARCHER archer HINTS "${openmp_folder}")
if(NOT FITMATCH_ARCHER)
    message(FATAL_ERROR "libarcher is missing: tools/setup.sh installs it (libomp-dev)")
endif()

set(FITMATCH_ARCHER_ENVIRONMENT
    "OMP_TOOL_LIBRARIES=${FITMATCH_ARCHER}"
    "ARCHER_OPTIONS=verbose=1"
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1:second_deadlock_stack=1")
