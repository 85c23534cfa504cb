#pragma once

#include <string>

#include <pybind11/pybind11.h>

#include "rate/learning/force/force_targets.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::python {

/// What FORCE training is to learn, and a line that says where it comes from.
struct ForceTargets {
  rate::TargetSet set;
  std::string description;
};

/// Of sessions where nothing is asked for: the published program's for its own files.
rate::TrialRange default_range(bool of_file);

/// Selectivity is judged over at most so many steps before the cue, as published.
Eigen::Index steps_before_cue(const rate::TrialEpochs& epochs);

/// "right", "left" or "none" of every unit.
pybind11::list selectivity_list(const std::vector<analysis::Selectivity>& selectivity);

pybind11::dict epochs_dict(const rate::TrialEpochs& epochs);

void bind_force_session(pybind11::module_& module);
void bind_force_comparison(pybind11::module_& module);

}  // namespace rheobase::python
