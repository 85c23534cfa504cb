#pragma once

#include <filesystem>

namespace rheobase::cli {

/// The file of the running program.
std::filesystem::path own_program();

/// Whether mpirun (or srun with PMI) started this process, so that there are others beside it.
bool started_by_mpi();

/// Becomes rheobase-mpi, which lies beside this program or in libexec/rheobase, with the same
/// arguments. @throws InputError where this build has none
[[noreturn]] void become_mpi_program();

}  // namespace rheobase::cli
