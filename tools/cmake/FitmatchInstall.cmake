# What is installed: headers, both forms of the library, a CMake package and pkg-config files.
include(CMakePackageConfigHelpers)

set(package_folder "${CMAKE_INSTALL_LIBDIR}/cmake/fitmatch")

install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/fitmatch" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    FILES_MATCHING PATTERN "*.h")
install(TARGETS fitmatch_static fitmatch_shared EXPORT fitmatch
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}")
if(TARGET fitmatch_io)
    install(TARGETS fitmatch_io EXPORT fitmatch ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
endif()
install(EXPORT fitmatch NAMESPACE fitmatch:: FILE fitmatch-targets.cmake DESTINATION "${package_folder}")

configure_package_config_file("${PROJECT_SOURCE_DIR}/tools/cmake/fitmatch-config.cmake.in"
    "${PROJECT_BINARY_DIR}/fitmatch-config.cmake" INSTALL_DESTINATION "${package_folder}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/fitmatch-config-version.cmake"
    COMPATIBILITY SameMinorVersion)
install(FILES
    "${PROJECT_BINARY_DIR}/fitmatch-config.cmake"
    "${PROJECT_BINARY_DIR}/fitmatch-config-version.cmake"
    DESTINATION "${package_folder}")

# pkg-config: --static needs the run-time libraries as well.
list(JOIN FITMATCH_STATIC_NEEDS " " FITMATCH_PRIVATE_LIBS)
foreach(folder LIBDIR INCLUDEDIR)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_${folder}}")
        set(FITMATCH_PC_${folder} "${CMAKE_INSTALL_${folder}}")
    else()
        set(FITMATCH_PC_${folder} "\${prefix}/${CMAKE_INSTALL_${folder}}")
    endif()
endforeach()
foreach(pc fitmatch fitmatch-io)
    configure_file("${PROJECT_SOURCE_DIR}/tools/cmake/${pc}.pc.in" "${PROJECT_BINARY_DIR}/${pc}.pc" @ONLY)
    install(FILES "${PROJECT_BINARY_DIR}/${pc}.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
endforeach()
