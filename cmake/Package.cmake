# install() and export(): find_package(Rheobase) gives Rheobase::core ... Rheobase::report.
include(CMakePackageConfigHelpers)
get_property(modules GLOBAL PROPERTY RHEOBASE_MODULES)
install(TARGETS ${modules} EXPORT RheobaseTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
# Public headers only: those in folders named internal, in core/simd and in the folders of single
# engines are parts of the libraries (docs/architecture.md).
set(RHEOBASE_PRIVATE_FOLDERS "/(internal|simd|page|clock|event|bridge|odeint)(/|$)")
foreach(folder core rate spiking mapping network io apps/report)
  install(
    DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}/"
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rheobase/${folder}
    FILES_MATCHING
    PATTERN "*.hpp"
    REGEX "${RHEOBASE_PRIVATE_FOLDERS}" EXCLUDE)
endforeach()
install(EXPORT RheobaseTargets NAMESPACE Rheobase::
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Rheobase)
configure_package_config_file(
  "${PROJECT_SOURCE_DIR}/cmake/RheobaseConfig.cmake.in" "${PROJECT_BINARY_DIR}/RheobaseConfig.cmake"
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Rheobase)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/RheobaseConfigVersion.cmake"
                                 COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/generated/core/version.hpp"
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rheobase/core)
install(FILES "${PROJECT_BINARY_DIR}/RheobaseConfig.cmake" "${PROJECT_SOURCE_DIR}/cmake/Lapack.cmake"
              "${PROJECT_BINARY_DIR}/RheobaseConfigVersion.cmake"
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/Rheobase)
