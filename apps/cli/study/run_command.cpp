#include <algorithm>
#include <cstdlib>
#include <memory>

#include <fmt/format.h>

#include "apps/cli/interrupt.hpp"
#include "apps/cli/option.hpp"
#include "apps/cli/progress_bar.hpp"
#include "apps/cli/study/mpi_program.hpp"
#include "apps/cli/study/study_commands.hpp"
#include "apps/cli/study/study_progress.hpp"
#include "apps/cli/study/study_request.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"

namespace rheobase::cli {

namespace {

constexpr double kBytesPerGigabyte = 1e9;

struct StudyRunRequest : StudyRequest {
  int jobs = 0;
  bool retry = false;
  std::optional<double> memory_gb;
  std::filesystem::path work;
  std::string shard;
};

/// "3/10": the third of ten parts.
struct Shard {
  std::size_t part = 1, parts = 1;
};

Shard parsed_shard(const std::string& option, const std::string& text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const std::string rest = slash == text.size() ? "" : text.substr(slash + 1);
  const Shard shard{csv_number<std::size_t>(text.substr(0, slash)).value_or(0),
                    csv_number<std::size_t>(rest).value_or(0)};
  if (shard.part < 1 || shard.part > shard.parts) {
    throw InputError(option, "", fmt::format("'{}'", text),
                     "must be I/K with 1 <= I <= K, such as 3/10");
  }
  return shard;
}

std::size_t variable_or(const char* name, std::size_t fallback) {
  const char* value = std::getenv(name);
  return value == nullptr ? fallback : csv_number<std::size_t>(value).value_or(fallback);
}

/// The part that a task of a Slurm array takes: its place among the array's numbers, which are a
/// range. @throws InputError for others: a task does not know those between its own and the ends
std::optional<Shard> slurm_shard() {
  const char* const text = std::getenv("SLURM_ARRAY_TASK_ID");
  if (text == nullptr || std::getenv("SLURM_ARRAY_TASK_COUNT") == nullptr) {
    return std::nullopt;
  }
  const std::size_t count = variable_or("SLURM_ARRAY_TASK_COUNT", 0);
  const std::size_t first = variable_or("SLURM_ARRAY_TASK_MIN", 0);
  const std::size_t step = std::max<std::size_t>(1, variable_or("SLURM_ARRAY_TASK_STEP", 1));
  const std::size_t last =
      variable_or("SLURM_ARRAY_TASK_MAX", first + (std::max<std::size_t>(1, count) - 1) * step);
  const bool range = count >= 1 && last >= first && (last - first) / step + 1 == count;
  const std::optional<std::size_t> own = csv_number<std::size_t>(text);
  if (!range || !own || *own < first || *own > last || (*own - first) % step != 0) {
    throw InputError("SLURM_ARRAY_TASK_ID", "",
                     fmt::format("'{}' in an array of {} numbers from {} to {} with step {}", text,
                                 count, first, last, step),
                     "must be in an array FIRST-LAST or FIRST-LAST:STEP without gaps: for others, "
                     "give --shard I/K");
  }
  return Shard{(*own - first) / step + 1, count};
}

std::unique_ptr<study::Schedule> make_schedule(const StudyRunRequest& request,
                                               const StudySharing* sharing,
                                               const std::vector<study::Cell>& cells) {
  if (sharing != nullptr && sharing->processes > 1) {
    if (!request.shard.empty()) {
      throw InputError("--shard", "", request.shard, "must be left out under mpirun");
    }
    return sharing->schedule(cells.size());
  }
  const Shard shard = request.shard.empty() ? slurm_shard().value_or(Shard{})
                                            : parsed_shard("--shard", request.shard);
  return std::make_unique<study::ShardSchedule>(cells, shard.part, shard.parts);
}

study::RunOptions run_options(const StudyRunRequest& request, const StudySharing* sharing,
                              const Console& console) {
  study::RunOptions options;
  options.program = console.program;
  options.jobs = request.jobs > 0 ? request.jobs : sharing != nullptr ? 1 : hardware_threads();
  options.retry = request.retry;
  options.work = request.work;
  if (request.memory_gb) {
    options.memory_bytes = static_cast<std::uint64_t>(*request.memory_gb * kBytesPerGigabyte);
  }
  return options;
}

/// @param own   the cells of this process and of those that it shares with
/// @param part  they are a shard of the study's
void require_all_done(const std::vector<study::ConditionStatus>& own, bool part) {
  std::size_t cells = 0;
  std::size_t failed = 0;
  std::size_t missing = 0;
  for (const study::ConditionStatus& status : own) {
    cells += status.cells;
    failed += status.failed;
    missing += status.missing();
  }
  const std::string all = fmt::format("{} cells{}", cells, part ? " of this shard" : "");
  if (failed > 0) {
    throw Error(fmt::format("{} of {} failed; --retry runs them again", failed, all));
  }
  if (missing > 0) {
    throw Error(
        fmt::format("{} of {} are missing; the same command goes on with them", missing, all));
  }
}

void run_study_run(const StudyRunRequest& request, const StudySharing* sharing,
                   const Console& console) {
  if (sharing == nullptr && started_by_mpi()) {
    become_mpi_program(console.program);
  }
  const study::Study study = load_study(request);
  const study::ResultFolder results(request.folder);
  const study::RunOptions options = run_options(request, sharing, console);
  if (sharing == nullptr || sharing->first) {
    results.open_for_run(study);
  }
  const std::vector<study::Cell> cells = study::cells_of(study);
  const std::unique_ptr<study::Schedule> schedule = make_schedule(request, sharing, cells);
  {
    const InterruptGuard guard;
    ProgressBar bar(console, study.name);
    study::run_study(study, results, options, *schedule, bar.control(guard));
  }
  if (sharing != nullptr && !sharing->first) {
    return;
  }
  const std::vector<study::ConditionStatus> conditions = study::status_of(study, results);
  print_study_status(study, conditions, request.json, console);
  const bool part = schedule->cells().size() < cells.size();
  require_all_done(part ? study::status_of(study, results, schedule->cells()) : conditions, part);
}

}  // namespace

void add_study_run_command(Command group, const Console& console,
                           const std::shared_ptr<const StudySharing>& sharing) {
  const auto request = std::make_shared<StudyRunRequest>();
  const Command command = group.add_command(
      "run",
      "Run the cells of a study that have no result yet\n"
      "Every cell runs its steps in a folder of its own, one process each, on one core. What fails "
      "is recorded with its message and the rest goes on. Ctrl-C, or a killed process, loses only "
      "the cells it was at; the same command goes on. Under mpirun, processes take cells as they "
      "come free; a task of a Slurm array takes its part of them.");
  command.examples(
      "Examples:\n"
      "  rheobase study run study.toml -o results\n"
      "  rheobase study run study.toml -o results --jobs 8 --memory 4 --retry\n"
      "  mpirun -n 64 rheobase study run study.toml -o results\n"
      "  sbatch --array=1-100\n"
      "      --wrap 'rheobase study run study.toml -o results --jobs 1'");
  add_study_file(command, *request);
  add_study_folder(command, *request);
  add_integer(command, "--jobs", request->jobs, kNonNegative,
              "Cells at a time in this process; 0: one for each core, under mpirun one");
  add_text(command, "--shard", request->shard, "I/K",
           "Run part I of K of the cells (default: the place of this task in its Slurm array; "
           "else all)");
  command.add_flag("--retry", request->retry, "Run cells that failed once more");
  add_optional_number(command, "--memory", request->memory_gb, kPositive,
                      "Memory that a step may take; a cell that needs more fails", "GB",
                      "no limit");
  command.add_folder("--work", request->work,
                     "Where cells have their working folders, such as a disk of the machine "
                     "(default: in the folder of results)");
  add_json(command, request->json);
  command.action([request, sharing, &console] { run_study_run(*request, sharing.get(), console); });
}

}  // namespace rheobase::cli
