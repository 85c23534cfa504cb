#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/json_output.hpp"
#include "apps/cli/option.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"
#include "rate/models/motif/linear/linear_model.hpp"

namespace rheobase::cli {

// The commands below `rheobase motif`, one file each.
void add_motif_targets_command(Command group, const Console& console);
void add_motif_prepare_command(Command group, const Console& console);
void add_motif_train_command(Command group, const Console& console);
void add_motif_chain_command(Command group, const Console& console);
void add_motif_linear_command(Command group, const Console& console);
void add_motif_plot_command(Command group, const Console& console);

/// Adds the options of a table but for some fields.
template <class Options>
void add_fields_but(Command command, const FieldTable<Options>& table, Options& options,
                    std::initializer_list<std::string_view> left_out,
                    const std::string& group = {}) {
  for (const Field<Options>& field : table) {
    if (field.option.empty() ||
        std::find(left_out.begin(), left_out.end(), field.name) != left_out.end()) {
      continue;
    }
    const Option option = add_field(command, table, field.name, options);
    if (!group.empty()) {
      option.group(group);
    }
  }
}

/// "step1,step4" as motifs of a library. @throws InputError naming `option`
std::vector<std::size_t> motifs_named(const rate::MotifLibrary& library, const std::string& option,
                                      const std::string& text);

/// A training that is resumed keeps its options: refuses what is given but is not in `allowed`.
void refuse_beside_resume(Command command, std::initializer_list<std::string_view> allowed);

/// Errors of every motif as a table, with their means.
std::string scores_table(const std::vector<rate::MotifTarget>& targets,
                         const rate::MotifScores& scores);

/// The same of every motif: name, samples, rms, rmse_random, rmse_others (of two motifs or more).
Json motifs_json(const std::vector<rate::MotifTarget>& targets, const rate::MotifScores& scores);

std::vector<rate::MotifTarget> targets_of(const rate::MotifLibrary& library);
std::vector<rate::MotifTarget> targets_of(const rate::LinearModel& model);

}  // namespace rheobase::cli
