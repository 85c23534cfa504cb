# rheobase::lapack: Armadillo's headers with the reference LAPACK and BLAS as static libraries.
#
# Shared, a system's BLAS may be one that starts a thread a core, with gigabytes of address space, as
# soon as the program starts, whatever it is asked for: too much under limits, and no company for
# child processes that are forked. It would also make results depend on the machine.
find_path(RHEOBASE_ARMADILLO_INCLUDE_DIR armadillo REQUIRED)
find_library(RHEOBASE_LAPACK liblapack.a PATH_SUFFIXES lapack REQUIRED)
find_library(RHEOBASE_BLAS libblas.a PATH_SUFFIXES blas REQUIRED)
find_library(RHEOBASE_GFORTRAN NAMES libgfortran.so.5 gfortran REQUIRED)
mark_as_advanced(RHEOBASE_ARMADILLO_INCLUDE_DIR RHEOBASE_LAPACK RHEOBASE_BLAS RHEOBASE_GFORTRAN)

if(NOT TARGET rheobase::lapack)
  add_library(rheobase::lapack INTERFACE IMPORTED GLOBAL)
  target_include_directories(rheobase::lapack SYSTEM
                             INTERFACE "${RHEOBASE_ARMADILLO_INCLUDE_DIR}")
  target_compile_definitions(
    rheobase::lapack INTERFACE ARMA_DONT_USE_WRAPPER ARMA_DONT_USE_ARPACK ARMA_DONT_USE_SUPERLU
                               ARMA_DONT_USE_HDF5)
  target_link_libraries(rheobase::lapack INTERFACE "${RHEOBASE_LAPACK}" "${RHEOBASE_BLAS}"
                                                   "${RHEOBASE_GFORTRAN}")
endif()
