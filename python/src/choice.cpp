#include "python/src/choice.hpp"

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "python/src/arrays.hpp"
#include "rate/learning/evaluate.hpp"
#include "rate/tasks/combined_task.hpp"

namespace rheobase::python {

void require_known_split(const std::optional<rate::TrialSplit>& known,
                         const std::optional<rate::TrialSplit>& given) {
  if (!known || !given || known->hash.empty() || known->hash != given->hash) {
    return;
  }
  if (known->test_hash != given->test_hash) {
    throw InputError("test_file", "", given->test_file.empty() ? "nothing" : given->test_file,
                     fmt::format("must be {}: the model was made with these held-out trials",
                                 known->test_file.empty() ? "left out" : known->test_file));
  }
  if (known->test_hash.empty() && known->test_fraction != given->test_fraction) {
    throw InputError("test_fraction", "", fmt::format("{:g}", given->test_fraction),
                     fmt::format("must be {:g}: the model learnt from the other trials of {}",
                                 known->test_fraction, known->file));
  }
}

mapping::SpikingChoice choice_from(Keywords& keywords, const io::ModelFile& file, bool searches) {
  mapping::SpikingChoice choice;
  mapping::TransferOptions checked;  // complete() sets them, once the kind of neuron is known
  choice.given = keywords.take(mapping::transfer_fields(), checked);
  choice.given.merge(keywords.take(spiking::simulation_fields(), choice.simulation));
  choice.noise_sd_mv = keywords.take_number("noise_sd", kNonNegative);
  mapping::complete(choice, file.transfer);
  if (!searches) {
    mapping::require_copies_of_fit(choice);
  }
  if (choice.transfer.use_initial_weights && file.network.w_initial.size() == 0) {
    throw InputError("use_initial_weights", "", "a model without them",
                     "must come with a model that holds its weights before training");
  }
  return choice;
}

double scaling_from(Keywords& keywords, const io::ModelFile& file) {
  const double given = keywords.take_number("scaling", kNonNegative).value_or(0.0);
  if (given == 0.0 && !file.scaling_factor) {
    throw InputError("model", "", "a rate network without a scaling factor",
                     "must be one that convert() made spiking, or come with scaling=");
  }
  return given == 0.0 ? *file.scaling_factor : given;
}

std::vector<Eigen::Index> unit_numbers(py::handle value, const std::string& argument,
                                       Eigen::Index units) {
  std::vector<Eigen::Index> numbers;
  std::vector<bool> named(static_cast<std::size_t>(units), false);
  if (py::isinstance<py::array>(value) && py::cast<py::array>(value).dtype().kind() == 'b') {
    throw InputError(argument, "", "truths", "must be numbers: numpy.flatnonzero() of them");
  }
  for (const std::int64_t unit : integers_from(value, argument, -1)) {
    if (unit < 0 || unit >= units) {
      throw InputError(argument, "", fmt::format("unit {}", unit),
                       fmt::format("must be within 0 ... {}", units - 1));
    }
    if (named[static_cast<std::size_t>(unit)]) {
      throw InputError(argument, "", fmt::format("unit {} twice", unit),
                       "must name every unit once");
    }
    named[static_cast<std::size_t>(unit)] = true;
    numbers.push_back(static_cast<Eigen::Index>(unit));
  }
  return numbers;
}

int threads_from(Keywords& keywords) {
  return static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0));
}

void require_same_inputs(const io::ModelFile& file, const rate::Task& task) {
  if (task.name() != file.task && rate::has_parts_of(task.name(), file.task)) {
    throw InputError("task", "", task.name(),
                     fmt::format("must be {}, the order in which the model has its channels of "
                                 "context",
                                 file.task));
  }
  if (task.inputs() != file.network.inputs()) {
    throw InputError("task", "", counted(task.inputs(), "input"),
                     fmt::format("must have {}, the inputs of the model", file.network.inputs()));
  }
  rate::require_fit(file.network, task);
  require_known_split(file.provenance.split, task.split());
}

}  // namespace rheobase::python
