# FITMATCH_COMMIT: what is checked out, for --version; empty outside a checkout. A commit configures again.
set(FITMATCH_COMMIT "")
if(EXISTS "${PROJECT_SOURCE_DIR}/.git")
    find_program(FITMATCH_GIT git)
    if(FITMATCH_GIT)
        execute_process(COMMAND "${FITMATCH_GIT}" rev-parse --short=10 HEAD
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
            OUTPUT_VARIABLE FITMATCH_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        execute_process(COMMAND "${FITMATCH_GIT}" rev-parse --git-path logs/HEAD
            WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
            OUTPUT_VARIABLE log OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        get_filename_component(log "${log}" ABSOLUTE BASE_DIR "${PROJECT_SOURCE_DIR}")
        if(EXISTS "${log}")
            set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${log}")
        endif()
    endif()
endif()
