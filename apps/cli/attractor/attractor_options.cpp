#include "apps/cli/attractor/attractor_options.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "apps/cli/number_list.hpp"
#include "core/error.hpp"

namespace rheobase::cli {

std::vector<std::string> attractor_types() {
  std::vector<std::string> names;
  for (const rate::AttractorModel& model : rate::published_attractors()) {
    names.push_back(model.name);
  }
  return names;
}

rate::AttractorModel attractor_of(const AttractorChoice& choice) {
  rate::AttractorModel model = rate::published_attractor(choice.type);
  set_given(choice.given, rate::attractor_fields(), model);
  validate(model);
  validate(choice.protocol, model);
  return model;
}

std::vector<double> attractor_levels(const AttractorChoice& choice,
                                     const rate::AttractorModel& model) {
  return choice.levels.empty() ? model.photoinhibition
                               : number_list("--levels", choice.levels, {.low = 0.0, .high = 1e3});
}

}  // namespace rheobase::cli
