// rheobase-mpi PROGRAM study run ...: what `rheobase study run` becomes when mpirun started it. The
// only program that links MPI, so that no other command waits for its start.
#include <array>
#include <filesystem>
#include <iostream>
#include <sstream>

#include "apps/cli/command_line.hpp"
#include "apps/cli/study/study_commands.hpp"
#include "apps/study/mpi/mpi_schedule.hpp"

namespace rheobase::cli {

namespace {

/// What this process is among the others. MPI starts and ends once a process.
struct Rank {
  study::MpiSession session;
  std::filesystem::path program;
  bool at_work = false;  ///< past what goes wrong in all ranks alike
};

Rank& this_rank() {
  static Rank rank;
  return rank;
}

void add_shared_study_command(Command program, const Console& console) {
  const auto sharing = std::make_shared<StudySharing>();
  sharing->first = this_rank().session.rank() == 0;
  sharing->processes = this_rank().session.size();
  sharing->schedule = [](std::size_t cells) {
    this_rank().at_work = true;
    return std::make_unique<study::MpiSchedule>(this_rank().session, cells);
  };
  add_study_run_command(program.add_command("study", "Studies over MPI"), console, sharing);
}

int run_rank(const std::vector<std::string>& arguments) {
  constexpr std::array<AddCommand, 1> kCommands{add_shared_study_command};
  Rank& rank = this_rank();
  std::ostringstream unsaid;
  const bool first = rank.session.rank() == 0;
  const int code = run_command_line(kCommands, arguments, first ? std::cout : unsaid,
                                    first ? std::cerr : unsaid, rank.program);
  if (code != kSuccess) {
    rank.session.leave_without_waiting();
    if (!first && rank.at_work) {
      std::cerr << unsaid.str();
    }
  }
  return code;
}

}  // namespace

}  // namespace rheobase::cli

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "rheobase-mpi: is started by `mpirun -n K rheobase study run FILE -o DIR`\n";
    return rheobase::cli::kUserFault;
  }
  rheobase::cli::this_rank().program = argv[1];
  return rheobase::cli::run_rank({argv + 2, argv + argc});
}
