#include "apps/cli/attractor/attractor_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/number_list.hpp"
#include "apps/cli/text_format.hpp"
#include "core/error.hpp"
#include "core/option_names.hpp"

namespace rheobase::cli {

namespace {

std::vector<std::string> attractor_types() {
  std::vector<std::string> names;
  for (const rate::AttractorModel& model : rate::published_attractors()) {
    names.push_back(model.name);
  }
  return names;
}

}  // namespace

void add_attractor_type(Command command, AttractorChoice& choice, const std::string& what) {
  command.add_value(
      "--type", "TYPE", {}, [&choice](const std::string& given) { choice.type = given; },
      fmt::format("{}: {} (default {})", what, joined(attractor_types(), ", "), choice.type));
}

const rate::AttractorModel& attractor_type(const AttractorChoice& choice) {
  const std::vector<std::string> names = attractor_types();
  if (std::find(names.begin(), names.end(), choice.type) == names.end()) {
    throw InputError("--type", "", fmt::format("'{}'", choice.type),
                     fmt::format("must be one of {}", joined(names, ", ")));
  }
  return rate::published_attractor(choice.type);
}

rate::AttractorModel attractor_of(const AttractorChoice& choice) {
  return with_option_names(
      [&] {
        rate::AttractorModel model = attractor_type(choice);
        set_given(choice.given, rate::attractor_fields(), model);
        validate(model);
        validate(choice.protocol, model);
        return model;
      },
      rate::attractor_fields(), rate::attractor_protocol_fields());
}

std::vector<double> attractor_levels(const AttractorChoice& choice,
                                     const rate::AttractorModel& model) {
  return choice.levels.empty() ? model.photoinhibition
                               : number_list("--levels", choice.levels, {.low = 0.0, .high = 1e3});
}

}  // namespace rheobase::cli
