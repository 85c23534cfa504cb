#pragma once

#include <filesystem>

namespace rheobase::cli {

/// Whether mpirun (or srun with PMI) started this process, so that there are others beside it.
bool started_by_mpi();

/// Becomes rheobase-mpi, which lies beside this program or in libexec/rheobase, with the same
/// arguments. @param own  this program. @throws InputError where this build has none
[[noreturn]] void become_mpi_program(const std::filesystem::path& own);

}  // namespace rheobase::cli
