#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "io/mat/mapped_model.hpp"
#include "mapping/conversion/conversion_notes.hpp"
#include "mapping/conversion/siegert.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/choice.hpp"
#include "python/src/session.hpp"

namespace rheobase::python {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::string in_words(mapping::FailingPart part) {
  switch (part) {
    case mapping::FailingPart::task:
      return "task";
    case mapping::FailingPart::budget:
      return "budget";
    case mapping::FailingPart::fit:
      return "fit";
    case mapping::FailingPart::rate:
      return "rate";
    case mapping::FailingPart::none:
      break;
  }
  return "";
}

py::tuple point_row(const mapping::ScalingPoint& point) {
  return py::make_tuple(point.scaling_factor, point.accuracy.value, point.accuracy.low,
                        point.accuracy.high, point.mean_rate_hz, point.output_rmse);
}

py::dict candidate_dict(const mapping::ConversionCandidate& candidate) {
  const auto value = [](const std::optional<Proportion>& proportion) {
    return proportion ? proportion->value : kUnknown;
  };
  const mapping::TransferOptions& transfer = candidate.transfer;
  py::dict dict;
  dict["mapping"] = std::string(mapping::to_string(transfer.mapping));
  dict["scaling_factor"] = candidate.measured.scaling_factor;
  dict["copies"] = transfer.copies;
  dict["delay_ms"] = transfer.delay_ms;
  dict["gain_mv"] = transfer.gain;
  dict["bias_mv"] = candidate.bias_mv();
  dict["noise_sd_mv"] =
      mapping::membrane_noise_sd(transfer.noise_intensity, transfer.neuron.tau_membrane_ms);
  dict["fit_error"] = candidate.fit_error.value_or(kUnknown);
  dict["predicted"] = value(candidate.predicted);
  dict["accuracy"] = candidate.measured.accuracy.value;
  dict["confirmed"] = value(candidate.confirmed);
  dict["mean_rate_hz"] = candidate.measured.mean_rate_hz;
  dict["spikes_per_trial"] = candidate.measured.spikes_per_trial;
  return dict;
}

py::dict conversion_dict(const mapping::ConversionOptions& options,
                         const mapping::Conversion& result, const rate::Task& task) {
  py::list table;
  for (const mapping::ScalingPoint& point : mapping::chosen_points(result)) {
    table.append(point_row(point));
  }
  py::list candidates;
  for (const mapping::ConversionCandidate& candidate : result.candidates) {
    candidates.append(candidate_dict(candidate));
  }
  py::dict dict;
  dict["table"] = table;
  dict["candidates"] = candidates;
  dict["chosen"] = result.chosen;
  dict["reached"] = mapping::target_reached(result);
  dict["failing"] = in_words(result.failing);
  dict["rate_accuracy"] = result.rate_accuracy.value;
  dict["notes"] = mapping::conversion_notes(options, result, task);
  dict["engine"] = result.engine.engine;
  dict["target"] = options.target;
  dict["trials"] = options.search.trials;
  dict["seconds"] = result.seconds;
  return dict;
}

/// Scaling factors to try: increasing numbers.
void take_grid(Keywords& keywords, mapping::ScalingSearchOptions& search) {
  const py::object given = keywords.take("scaling");
  if (given.is_none()) {
    return;
  }
  const Eigen::VectorXd grid =
      vector_from(at_least_a_vector(given), "scaling", {.text = "(n,), or one number"});
  for (Eigen::Index i = 0; i < grid.size(); ++i) {
    if (!(grid[i] > (i == 0 ? 0.0 : grid[i - 1]))) {
      throw InputError("scaling", "", fmt::format("{} at [{}]", grid[i], i),
                       "must be positive and increase");
    }
  }
  if (grid.size() == 0) {
    throw InputError("scaling", "", "an empty array", "must hold a number");
  }
  search.scaling_factors.assign(grid.begin(), grid.end());
  search.extend = false;
}

py::tuple convert(const io::ModelFile& file, const rate::Task& task, const py::dict& given,
                  const std::string& command, const py::object& progress) {
  mapping::require_mappable(file.network);
  require_same_inputs(file, task);
  Keywords keywords("convert", given);
  mapping::ConversionOptions options;
  keywords.take(mapping::conversion_fields(), options);
  keywords.take(mapping::search_fields(), options.search);
  options.search.threads = threads_from(keywords);
  take_grid(keywords, options.search);
  mapping::SpikingChoice choice = choice_from(keywords, file, true);
  keywords.finish();
  mapping::set_search(choice, options);
  Session session(progress);
  const mapping::Conversion result =
      session.run([&] { return mapping::convert(file.network, task, options, session.control()); });
  auto mapped = unlocked([&] {
    return std::make_shared<io::ModelFile>(io::mapped_model(file, task, result, options, command));
  });
  return py::make_tuple(std::move(mapped), conversion_dict(options, result, task));
}

}  // namespace

void bind_conversion(py::module_& module) {
  module.def("convert", &convert, py::arg("model"), py::arg("task"), py::arg("options"),
             py::arg("command"), py::arg("progress"),
             "Finds a spiking network for a rate network.");
}

}  // namespace rheobase::python
