#pragma once

#include <string>
#include <vector>

#include "apps/study/catalogue.hpp"
#include "apps/study/internal/study_table.hpp"

namespace rheobase::study {

/// The steps of a study, [[step]], checked against the commands that there are.
/// @param listed  names of the conditions of the list, for `only`
std::vector<Step> read_steps(const StudyTable& top, const Catalogue& catalogue,
                             const std::vector<std::string>& listed);

/// What a step's placeholders name, with the place of each.
struct PlaceholderUse {
  std::string name;
  TextPosition place{};
  std::size_t step = 0;
};

std::vector<PlaceholderUse> placeholder_uses(const StudyTable& top);

}  // namespace rheobase::study
