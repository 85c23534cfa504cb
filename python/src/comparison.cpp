#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "apps/report/html_collect.hpp"
#include "apps/report/html_report.hpp"
#include "apps/report/palette.hpp"
#include "core/version.hpp"
#include "io/comparison/comparison_file.hpp"
#include "io/comparison/comparison_json.hpp"
#include "io/exchange/exporter_registry.hpp"
#include "io/mat/atomic_file.hpp"
#include "mapping/comparison/compare_bounds.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/choice.hpp"
#include "python/src/intervention.hpp"
#include "python/src/session.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::python {

namespace {

using mapping::Comparison;

std::shared_ptr<Comparison> compare(const io::ModelFile& intact, const rate::Task& given_task,
                                    const py::dict& given, const std::string& command,
                                    const py::object& progress) {
  require_same_inputs(intact, given_task);
  Keywords keywords("compare", given);
  const Intervention intervention(keywords, intact);
  const io::ModelFile& file = intervention.file();
  const rate::Task task = intervention.task(given_task);
  mapping::CompareOptions options;
  const FieldValues own = keywords.take(mapping::compare_fields(), options);
  if (options.scaling_factor == 0.0) {
    options.scaling_factor = scaling_from(keywords, file);
  }
  if (!own.contains("components")) {
    options.components =
        static_cast<int>(std::min<Eigen::Index>(options.components, file.network.units()));
  }
  options.threads = threads_from(keywords);
  mapping::SpikingChoice choice = choice_from(keywords, file);
  keywords.finish();
  options.simulation = choice.simulation;
  options.transfer = choice.transfer;
  Session session(progress);
  Comparison comparison = session.run([&] {
    mapping::CompareOptions asked = options;
    asked.simulation.stop = session.stop();
    return mapping::compare(file.network, task, asked, session.control());
  });
  comparison.options.simulation.stop = {};
  comparison.command = command;
  return std::make_shared<Comparison>(std::move(comparison));
}

py::list matrices(const std::vector<Eigen::MatrixXd>& all, py::handle owner) {
  py::list list;
  for (const Eigen::MatrixXd& one : all) {
    list.append(view_of(one, owner));
  }
  return list;
}

py::dict traces(const py::object& self) {
  const mapping::ComparisonTraces& traces = py::cast<const Comparison&>(self).traces;
  py::dict dict;
  dict["step_ms"] = traces.step_ms;
  dict["conditions"] =
      array_of(std::vector<std::int32_t>(traces.conditions.begin(), traces.conditions.end()));
  dict["rate_correct"] = array_of(traces.rate_correct);
  dict["spiking_correct"] = array_of(traces.spiking_correct);
  dict["rate_output"] = view_of(traces.rate_output, self);
  dict["spiking_output"] = view_of(traces.spiking_output, self);
  dict["rate_average"] = matrices(traces.rate_average, self);
  dict["spiking_average"] = matrices(traces.spiking_average, self);
  dict["rate_trajectory"] = matrices(traces.rate_trajectory, self);
  dict["spiking_trajectory"] = matrices(traces.spiking_trajectory, self);
  py::list spikes;
  for (const mapping::TrialSpikes& trial : traces.spikes) {
    spikes.append(
        py::make_tuple(trial.trial, view_of(trial.unit, self), view_of(trial.time_ms, self)));
  }
  dict["spikes"] = spikes;
  return dict;
}

void write_report(const std::shared_ptr<Comparison>& comparison, const rate::Task& task,
                  const std::shared_ptr<io::ModelFile>& model, const std::string& path,
                  const std::string& name) {
  io::require_writable(path);
  run_apart([comparison, task, model, path, name](const Stop& stop) {
    report::write_report(
        report::report_data(*comparison, task, model.get(), {name, comparison->command, kVersion}),
        path, stop);
  });
}

std::vector<std::string> check(const Comparison& comparison, std::optional<double> min_accuracy,
                               std::optional<double> max_output_rmse,
                               std::optional<double> min_rate_correlation,
                               std::optional<double> max_accuracy_drop, const Comparison* baseline,
                               double tolerance) {
  std::vector<std::string> failed = mapping::check_bounds(
      comparison, {min_accuracy, max_output_rmse, min_rate_correlation, max_accuracy_drop});
  if (baseline != nullptr) {
    const auto worse = mapping::check_baseline(comparison, *baseline, tolerance);
    failed.insert(failed.end(), worse.begin(), worse.end());
  }
  return failed;
}

/// Writes a model, runs or a comparison in another format. @returns notes on what it cannot hold
std::vector<std::string> export_to(const io::ModelFile* model,
                                   const std::vector<std::shared_ptr<io::RunFile>>& runs,
                                   const Comparison* comparison, const std::string& path,
                                   const std::string& format, const py::dict& given) {
  Keywords keywords("export", given);
  io::ExportSource source{.where = "model", .model = {}, .runs = {}};
  unlocked([&] {
    for (const std::shared_ptr<io::RunFile>& run : runs) {
      source.runs.push_back(*run);
    }
    if (model != nullptr) {
      source.model = *model;
    }
    if (comparison != nullptr) {
      source.comparison = *comparison;
    }
  });
  io::ExportOptions options;
  const auto text = [&keywords](const char* name, std::string& value,
                                std::vector<std::string> words = {}) {
    const py::object one = keywords.take(name);
    if (!one.is_none()) {
      FieldInfo field{{}, name, FieldKind::word, {}, std::move(words)};
      value = field.words.empty() ? py::cast<std::string>(py::str(one))
                                  : std::get<std::string>(value_from(one, field, name));
    }
  };
  text("profile", options.profile, {"exact", "portable", "snntorch"});
  text("table", options.table);
  text("subject", options.subject);
  text("institution", options.institution);
  const FieldInfo shift{{}, "shift_voltages", FieldKind::truth, {}, {}};
  if (const py::object one = keywords.take("shift_voltages"); !one.is_none()) {
    options.shift_voltages = std::get<bool>(value_from(one, shift, "shift_voltages"));
  }
  options.spike_step_ms = keywords.take_number("spike_step", kNonNegative).value_or(0.0);
  if (const py::object words = keywords.take("keywords"); !words.is_none()) {
    for (const py::handle word : words_of(words, "keywords")) {
      options.keywords.push_back(py::cast<std::string>(word));
    }
  }
  keywords.finish();
  return run_apart([source = std::move(source), options, path, format](const Stop& stop) {
    const io::ExportResult result = io::find_exporter(format).make(source, options);
    io::write_atomically(path, result.contents, stop);
    return result.notes;
  });
}

/// Colours of the figures by what they mean; those of unit types by their names.
py::dict palette() {
  py::dict colours;
  for (const rate::UnitType type : rate::kUnitTypes) {
    colours[py::str(std::string(rate::to_string(type)))] =
        report::kTypeColours[static_cast<std::size_t>(type)];
  }
  colours["rate"] = report::kRateColour;
  colours["spiking"] = report::kSpikingColour;
  return colours;
}

}  // namespace

void bind_comparison(py::module_& module) {
  py::class_<Comparison, std::shared_ptr<Comparison>>(module, "Comparison",
                                                      "A rate network beside its spiking one.")
      .def_property_readonly("json", &io::comparison_to_json)
      .def_property_readonly("traces", &traces)
      .def(
          "save",
          [](const std::shared_ptr<Comparison>& comparison, const std::string& path) {
            run_apart([comparison, path](const Stop& stop) {
              io::write_comparison(path, *comparison, stop);
            });
          },
          py::arg("path"))
      .def("report", &write_report, py::arg("task"), py::arg("model"), py::arg("path"),
           py::arg("name"))
      .def("check", &check, py::arg("min_accuracy"), py::arg("max_output_rmse"),
           py::arg("min_rate_correlation"), py::arg("max_accuracy_drop"), py::arg("baseline"),
           py::arg("tolerance"));
  module.def("compare", &compare, py::arg("model"), py::arg("task"), py::arg("options"),
             py::arg("command"), py::arg("progress"),
             "Runs the same trials through both networks.");
  module.def(
      "read_comparison",
      [](const std::string& path) {
        return run_apart([path](const Stop&) {
          return std::make_shared<Comparison>(io::read_comparison(path, io::TaskNames::any));
        });
      },
      py::arg("path"), "The comparison of a file.");
  module.def(
      "parse_comparison",
      [](const py::bytes& contents) {
        return run_apart([text = static_cast<std::string>(contents)](const Stop&) {
          constexpr const char* kWhere = "pickled comparison";
          return std::make_shared<Comparison>(
              text.starts_with('{')  // without traces
                  ? io::comparison_from_json(text, kWhere, io::TaskNames::any)
                  : io::parse_comparison(std::as_bytes(std::span(text.data(), text.size())), kWhere,
                                         io::TaskNames::any));
        });
      },
      py::arg("contents"), "The comparison of a file's contents.");
  module.def("palette", &palette, "Colours that mean the same in every figure.");
  module.def("export_to", &export_to, py::arg("model"), py::arg("runs"), py::arg("comparison"),
             py::arg("path"), py::arg("format"), py::arg("options"),
             "Writes a model, runs or a comparison in another format.");
}

}  // namespace rheobase::python
