#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/motif/motif_commands.hpp"
#include "apps/cli/subcommands.hpp"
#include "apps/cli/text_table.hpp"
#include "apps/cli/value_syntax.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

namespace {

constexpr const char* kMotifExamples =
    "Examples:\n"
    "  rheobase motif targets -o targets.mat --plot targets.png\n"
    "  rheobase motif prepare -o network.mat\n"
    "  rheobase motif train network.mat --targets targets.mat -o library.mat\n"
    "  rheobase motif chain library.mat\n"
    "  rheobase motif plot library.mat -o library.png\n"
    "  rheobase motif linear targets.mat -o linear.mat\n"
    "  rheobase motif plot linear.mat --beside library.mat -o linear.png";

}  // namespace

std::vector<std::size_t> motifs_named(const rate::MotifLibrary& library, const std::string& option,
                                      const std::string& text) {
  std::vector<std::size_t> motifs;
  for (const std::string& name : split(text, ',')) {
    motifs.push_back(library.index_of(name, option));
  }
  return motifs;
}

void refuse_beside_resume(Command command, std::initializer_list<std::string_view> allowed) {
  for (const std::string& name : command.given()) {
    if (std::find(allowed.begin(), allowed.end(), name) == allowed.end()) {
      throw InputError(name, "", "--resume beside it",
                       "must be left out: a resumed training keeps the options it began with");
    }
  }
}

std::string scores_table(const std::vector<rate::MotifTarget>& targets,
                         const rate::MotifScores& scores) {
  const bool chained = targets.size() > 1;
  TextTable table({"motif", "samples", "rms", "from random states", "after others"});
  double size = 0.0;
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const auto at = static_cast<Eigen::Index>(k);
    size += rate::rms(targets[k]) / static_cast<double>(targets.size());
    table.add_row({targets[k].name, fmt::format("{}", targets[k].samples.size()),
                   fmt::format("{:.3f}", rate::rms(targets[k])),
                   fmt::format("{:.4f}", scores.random[at]),
                   chained ? fmt::format("{:.4f}", scores.others[at]) : "-"});
  }
  table.add_row({"mean", "", fmt::format("{:.3f}", size),
                 fmt::format("{:.4f}", scores.random.mean()),
                 chained ? fmt::format("{:.4f}", scores.others.mean()) : "-"});
  return table.text();
}

Json motifs_json(const std::vector<rate::MotifTarget>& targets, const rate::MotifScores& scores) {
  Json list = Json::array();
  for (std::size_t k = 0; k < targets.size(); ++k) {
    const auto at = static_cast<Eigen::Index>(k);
    Json one{{"name", targets[k].name},
             {"samples", targets[k].samples.size()},
             {"rms", rate::rms(targets[k])},
             {"rmse_random", scores.random[at]}};
    if (targets.size() > 1) {
      one["rmse_others"] = scores.others[at];
    }
    list.push_back(one);
  }
  return list;
}

std::vector<rate::MotifTarget> targets_of(const rate::MotifLibrary& library) {
  std::vector<rate::MotifTarget> targets;
  for (const rate::Motif& motif : library.motifs) {
    targets.push_back(motif.target);
  }
  return targets;
}

std::vector<rate::MotifTarget> targets_of(const rate::LinearModel& model) {
  std::vector<rate::MotifTarget> targets;
  for (const rate::LinearMotif& motif : model.motifs) {
    targets.push_back(motif.target);
  }
  return targets;
}

void add_motif_command(Command program, const Console& console) {
  const Command group = program.add_command(
      "motif",
      "Motor motifs that a network chains without having learnt their transitions\n"
      "Libraries of motifs by Logiaco & Escola (2021): a fixed recurrent network to which every "
      "motif adds an input, or an input and a loop of rank one, and a preparatory module that "
      "makes "
      "any transition; and the linear thalamocortical model. Library files are rate networks for "
      "every other command.");
  group.examples(kMotifExamples);
  add_motif_targets_command(group, console);
  add_motif_prepare_command(group, console);
  add_motif_train_command(group, console);
  add_motif_chain_command(group, console);
  add_motif_linear_command(group, console);
  add_motif_plot_command(group, console);
}

}  // namespace rheobase::cli
