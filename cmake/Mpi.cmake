# RHEOBASE_MPI: whether `mpirun -n K rheobase study run FILE` works. On by default where an MPI
# library is found (libopenmpi-dev). One program of its own links it, rheobase-mpi, which rheobase
# becomes when mpirun started it.
set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI QUIET COMPONENTS CXX)
set(default OFF)
if(MPI_CXX_FOUND)
  set(default ON)
endif()
option(RHEOBASE_MPI "Build the studies over MPI" ${default})
if(RHEOBASE_MPI AND NOT MPI_CXX_FOUND)
  message(FATAL_ERROR "RHEOBASE_MPI is on, but missing: an MPI library (libopenmpi-dev)")
elseif(RHEOBASE_MPI)
  message(STATUS "Studies over MPI: version ${MPI_CXX_VERSION} of the standard")
else()
  message(STATUS "No studies over MPI: missing libopenmpi-dev, or RHEOBASE_MPI is off")
endif()
