#pragma once

#include <vector>

#include <pybind11/pybind11.h>

#include "core/random.hpp"
#include "python/src/options.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"
#include "rate/models/motif/motif_library.hpp"

/// What both kinds of models of motifs take and give.
namespace rheobase::python {

/// (name, samples) of every motif.
py::list motif_target_list(std::vector<rate::MotifTarget>&& targets);

/// Motifs from a list of (name, samples). @throws InputError that names the motif
std::vector<rate::MotifTarget> motif_targets_from(const py::list& given);

Seed motif_seed_from(Keywords& keywords);

py::dict motif_scores_dict(rate::MotifScores&& scores);

void bind_linear_motifs(py::module_& module);

}  // namespace rheobase::python
