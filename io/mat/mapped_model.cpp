#include "io/mat/mapped_model.hpp"

namespace rheobase::io {

ModelFile mapped_model(const ModelFile& file, const rate::Task& task,
                       const mapping::Conversion& result, const mapping::ConversionOptions& options,
                       const std::string& command) {
  const mapping::ConversionCandidate& chosen = result.candidates[result.chosen];
  ModelFile mapped = file;
  mapped.transfer = chosen.transfer;
  mapped.scaling_factor = chosen.measured.scaling_factor;
  mapped.task = task.name();
  mapped.provenance.task_parameters = task.parameters();
  mapped.provenance.split = task.split();
  mapped.provenance.scaling_factors.clear();
  mapped.provenance.accuracies.clear();
  for (const mapping::ScalingPoint& point : mapping::chosen_points(result)) {
    mapped.provenance.scaling_factors.push_back(point.scaling_factor);
    mapped.provenance.accuracies.push_back(point.accuracy.value);
  }
  mapped.provenance.search_trials = task.evaluation_trials(options.search.trials, kSearchTrials);
  mapped.provenance.map_command = command;
  return mapped;
}

}  // namespace rheobase::io
