#include "io/mat/mapped_model.hpp"

#include <limits>

namespace rheobase::io {

namespace {

/// Values of the search behind the chosen network; of fitted mappings with copies and predictions.
void add_search(ModelProvenance& provenance, const mapping::Conversion& result) {
  provenance.scaling_factors.clear();
  provenance.accuracies.clear();
  provenance.search_copies.clear();
  provenance.search_predicted.clear();
  for (const mapping::ScalingPoint& point : mapping::chosen_points(result)) {
    provenance.scaling_factors.push_back(point.scaling_factor);
    provenance.accuracies.push_back(point.accuracy.value);
  }
  if (!result.candidates[result.chosen].fit_error) {
    return;
  }
  for (const mapping::ConversionCandidate& candidate : result.candidates) {
    if (candidate.fit_error) {
      provenance.search_copies.push_back(candidate.transfer.copies);
      provenance.search_predicted.push_back(candidate.predicted
                                                ? candidate.predicted->value
                                                : std::numeric_limits<double>::quiet_NaN());
    }
  }
}

}  // namespace

ModelFile mapped_model(const ModelFile& file, const rate::Task& task,
                       const mapping::Conversion& result, const mapping::ConversionOptions& options,
                       const std::string& command) {
  const mapping::ConversionCandidate& chosen = result.candidates[result.chosen];
  ModelFile mapped = file;
  mapped.transfer = chosen.transfer;
  mapped.scaling_factor = chosen.measured.scaling_factor;
  mapped.task = task.name();
  mapped.provenance.task_parameters = task.parameters();
  // Trials of another file that are held out here may be those that the network learnt from.
  const std::optional<rate::TrialSplit>& learnt = file.provenance.split;
  if (!learnt || !task.split() || learnt->hash == task.split()->hash) {
    mapped.provenance.split = task.split();
  }
  add_search(mapped.provenance, result);
  mapped.provenance.search_trials = task.evaluation_trials(options.search.trials, kSearchTrials);
  mapped.provenance.map_command = command;
  return mapped;
}

std::optional<double> search_accuracy(const ModelFile& file) {
  const ModelProvenance& search = file.provenance;
  const std::size_t count = search.scaling_factors.size();
  if (search.accuracies.size() != count) {
    return std::nullopt;
  }
  const bool with_copies = file.transfer && search.search_copies.size() == count;
  std::optional<double> accuracy;
  for (std::size_t i = 0; i < count; ++i) {
    if (search.scaling_factors[i] != file.scaling_factor ||
        (with_copies && search.search_copies[i] != file.transfer->copies)) {
      continue;
    }
    // Two that differ in what the file does not hold, such as the input's filter.
    if (accuracy && *accuracy != search.accuracies[i]) {
      return std::nullopt;
    }
    accuracy = search.accuracies[i];
  }
  return accuracy;
}

}  // namespace rheobase::io
