#include <filesystem>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/mat/innate_file.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/learning/innate/innate_experiment.hpp"

namespace rheobase::python {

namespace {

using io::InnateFile;

/// The network and the trials of figure 1: a pulse a time after a cue.
InnateFile timing_start(const py::dict& given, const std::string& command) {
  Keywords keywords("timing", given);
  rate::InnateSetup setup = rate::timing_setup();
  rate::TrialClock clock;
  clock.window_ms = 0.0;  // that of the delay, unless it is given
  rate::TimingTarget target;
  setup.experiment.rule.threads = 0;
  keywords.take(rate::timing_target_fields(), target);
  keywords.take(rate::reservoir_fields(), setup.network);
  keywords.take(rate::trial_clock_fields(), clock);
  keywords.take(rate::innate_fields(), setup.experiment);
  keywords.finish();
  if (setup.network.inputs < 2) {
    throw InputError("inputs", "", fmt::format("{}", setup.network.inputs),
                     "must be at least 2: a cue and a perturbation");
  }
  InnateFile file;
  file.names = {"pulse"};
  file.experiment = setup.experiment;
  file.experiment.trials =
      rate::timing_setup(target, clock, setup.network.step_ms).experiment.trials;
  rate::require_memory(setup.network, file.experiment);
  file.drawn_with = setup.network;
  file.start = rate::make_reservoir(setup.network, file.experiment.seed);
  file.experiment.rule.schedule.seed = file.experiment.seed;
  file.command = command;
  rate::validate(file.experiment, file.start);
  int& threads = file.experiment.rule.threads;
  threads = threads == 0 ? hardware_threads() : threads;
  return file;
}

py::dict innate_dict(const InnateFile& file) {
  py::list tests;
  for (const rate::InnateTest& test : file.result.tests) {
    tests.append(py::dict(py::arg("trained") = test.trained, py::arg("perturbed") = test.perturbed,
                          py::arg("r2") = test.r2(),
                          py::arg("output") = array_of(Eigen::MatrixXd(test.output)),
                          py::arg("rates") = array_of(Eigen::MatrixXd(test.rates))));
  }
  const rate::InnateTrial& trial = file.experiment.trials.front();
  py::dict dict;
  dict["tests"] = tests;
  dict["innate"] = array_of(Eigen::MatrixXd(file.result.innate.front()));
  dict["target"] = array_of(Eigen::MatrixXd(trial.target));
  dict["window"] = py::make_tuple(trial.window_start, trial.window_stop);
  dict["recurrent_loss"] = array_of(std::vector<double>(file.result.state.recurrent_loss));
  dict["readout_loss"] = array_of(std::vector<double>(file.result.state.readout_loss));
  dict["loss_fell"] = file.result.loss_fell();
  dict["step_ms"] = file.start.step_ms;
  dict["seconds"] = file.result.seconds;
  return dict;
}

/// Trains and tests; Ctrl-C ends it without a result.
py::tuple timing(const py::dict& given, const std::string& command, const py::object& progress) {
  auto file = std::make_shared<InnateFile>(timing_start(given, command));
  Session session(progress);
  rate::InnateCheckpoints none;
  none.abandon = true;
  file->result = session.run(
      [&] { return rate::run_innate(file->start, file->experiment, session.control(), none); });
  auto model = std::make_shared<io::ModelFile>();
  model->network = rate::network_of(file->result.network, file->experiment.noise);
  model->provenance.command = command;
  return py::make_tuple(file, model, innate_dict(*file));
}

py::list innate_options() {
  const rate::InnateSetup setup = rate::timing_setup();
  py::list list;
  describe_options(list, rate::timing_target_fields(), rate::TimingTarget{});
  describe_options(list, rate::reservoir_fields(), setup.network);
  describe_options(list, rate::trial_clock_fields(), rate::TrialClock{});
  describe_options(list, rate::innate_fields(), setup.experiment);
  return list;
}

}  // namespace

void bind_innate(py::module_& module) {
  py::class_<InnateFile, std::shared_ptr<InnateFile>>(module, "InnateFile",
                                                      "A training of innate trajectories.")
      .def(
          "save",
          [](const InnateFile& file, const std::string& path, bool keep_state) {
            io::write_innate_file(path, file, keep_state);
          },
          py::arg("path"), py::arg("keep_state"));
  module.def("innate_timing", &timing, py::arg("options"), py::arg("command"), py::arg("progress"),
             "Innate training on a pulse a time after a cue.");
  module.def("innate_options", &innate_options, "The keyword arguments of innate_timing.");
}

}  // namespace rheobase::python
