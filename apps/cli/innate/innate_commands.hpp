#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "apps/cli/command.hpp"
#include "apps/cli/console.hpp"
#include "apps/cli/innate/innate_request.hpp"
#include "apps/cli/option.hpp"

namespace rheobase::cli {

// The commands below `rheobase innate`, as those of subcommands.hpp.
void add_innate_timing_command(Command innate, const Console& console);
void add_innate_words_command(Command innate, const Console& console);
void add_innate_capacity_command(Command innate, const Console& console);
void add_innate_run_command(Command innate, const Console& console);

/// Options of the network, of the trial, of training and of what is written, which timing and
/// words have in common.
void add_training_options(Command command, InnateRequest& request);

/// Refuses options that say nothing about a training that is resumed or starts from a file.
void check_training_options(Command command, const InnateRequest& request);

/// Adds an option for every field of a table but some.
template <class Options>
void add_fields_without(Command command, const FieldTable<Options>& table, Options& options,
                        const std::string& group, const std::vector<std::string_view>& left_out) {
  for (const Field<Options>& field : table) {
    const bool out = std::find(left_out.begin(), left_out.end(), field.name) != left_out.end();
    if (!field.option.empty() && !out) {
      add_field(command, table, field.name, options).group(group);
    }
  }
}

}  // namespace rheobase::cli
