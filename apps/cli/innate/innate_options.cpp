#include <array>
#include <span>

#include "apps/cli/innate/innate_commands.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"

namespace rheobase::cli {

namespace {

constexpr std::array<std::string_view, 8> kOfEveryRun{
    "--resume",           "--output", "--plot",        "--threads",
    "--checkpoint-every", "--keep-p", "--no-lyapunov", "--json"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Options that a start from a file answers: network, clock and target.
std::vector<std::string> answered_by_start() {
  std::vector<std::string> names{"--words", "--targets"};
  const auto add = [&names](const auto& table) {
    for (const auto& field : table) {
      const std::string& option = field.option;
      if (!option.empty()) {
        names.push_back(option.substr(0, option.find(',')));
      }
    }
  };
  add(rate::reservoir_fields());
  add(rate::trial_clock_fields());
  add(rate::timing_target_fields());
  return names;
}

}  // namespace

void add_training_options(Command command, InnateRequest& request) {
  command.add_file("-o,--output", request.output, "File for the trained network (.mat)");
  command.add_file("--plot", request.plot, "Draw the figure of the publication (.png, .svg, .pdf)");
  command.add_flag("--keep-p", request.keep_p,
                   "Keep P in the file, so that training can go on from it");
  command.add_file("--resume", request.resume,
                   "Go on from a checkpoint, or from a file with P, bit for bit");
  add_integer(command, "--checkpoint-every", request.checkpoint_every, kNonNegative,
              "Training trials between checkpoints; 0: only on Ctrl-C");
  command.add_flag("--no-lyapunov", request.no_lyapunov,
                   "Leave out the Lyapunov exponents before and after");
  add_json(command, request.json);
  add_fields(command, rate::reservoir_fields(), request.setup.network, "Network");
  command
      .add_file("--from", request.from,
                "A given start: weights, start states, clock and targets of a .mat file "
                "(W_rec0, W_in, W_out0, mask, x0, target, ...; docs/formats.md)")
      .group("Network");
  add_fields(command, rate::trial_clock_fields(), request.clock, "Trial");
  add_fields(command, rate::innate_fields(), request.setup.experiment, "Training and tests");
}

void check_training_options(Command command, const InnateRequest& request) {
  const std::vector<std::string> given = command.given();
  if (!request.resume.empty()) {
    for (const std::string& name : given) {
      if (!is_one_of(name, kOfEveryRun)) {
        throw InputError(name, "", "--resume beside it",
                         "must be left out: the checkpoint has its options");
      }
    }
  }
  if (!request.from.empty()) {
    const std::vector<std::string> answered = answered_by_start();
    for (const std::string& name : given) {
      if (std::find(answered.begin(), answered.end(), name) != answered.end()) {
        throw InputError(name, "", "--from beside it",
                         "must be left out: the file has network, trial and target");
      }
    }
  }
}

}  // namespace rheobase::cli
