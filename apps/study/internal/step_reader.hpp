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
  std::string text;   ///< that it stands in
  std::string key;    ///< of the option that has this text; "arguments" for those
  bool flag = false;  ///< an option that takes no value
};

/// @param steps  those of `top`, as read_steps made them
std::vector<PlaceholderUse> placeholder_uses(const StudyTable& top, const std::vector<Step>& steps);

}  // namespace rheobase::study
