#include <algorithm>
#include <filesystem>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/error.hpp"
#include "core/option_names.hpp"
#include "core/parallel.hpp"
#include "core/partial_progress.hpp"
#include "io/mat/innate_file.hpp"
#include "io/mat/innate_start_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/checkpoints.hpp"
#include "python/src/choice.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/learning/innate/innate_capacity.hpp"
#include "rate/learning/innate/innate_robustness.hpp"
#include "rate/learning/innate/lyapunov.hpp"
#include "rate/learning/innate/stroke_path.hpp"

namespace rheobase::python {

namespace {

using io::InnateFile;

/// A training that several threads may use.
struct InnateTraining {
  InnateFile file;
  std::shared_mutex exponents;  ///< guards those of `file`, which alone come later
};
using Innate = std::shared_ptr<InnateTraining>;

/// Options of a training by the names of the command line.
struct InnateOptions {
  rate::InnateSetup setup;
  rate::TrialClock clock;
  rate::TimingTarget target;
  std::vector<std::string> names{"pulse"};
  bool words = false;
  std::vector<Eigen::MatrixXd> paths;  ///< of words: outputs x window steps; none: written words
};

/// Figure 1: a pulse a time after a cue.
InnateOptions timing_options() {
  InnateOptions options;
  options.setup = rate::timing_setup();
  options.clock.window_ms = 0.0;  // that of the delay, unless it is given
  options.setup.experiment.rule.threads = 0;
  return options;
}

/// Figure 2: paths of a pen.
InnateOptions words_options() {
  InnateOptions options;
  options.words = true;
  options.setup = rate::words_setup({rate::word_path("chaos"), rate::word_path("neuron")});
  options.clock = rate::words_clock();
  options.setup.experiment.rule.threads = 0;
  return options;
}

/// Trials, and the network's inputs and outputs that they need.
void set_trials(InnateOptions& options, InnateFile& file) {
  rate::ReservoirOptions& network = options.setup.network;
  if (!options.words) {
    file.experiment.trials =
        rate::timing_setup(options.target, options.clock, network.step_ms).experiment.trials;
  } else {
    std::vector<Eigen::MatrixXd> paths = options.paths;
    for (std::size_t k = paths.size(); k < options.names.size(); ++k) {
      paths.push_back(rate::word_path(options.names[k], network.step_ms));
    }
    rate::InnateSetup made = rate::words_setup(paths, options.clock, network.step_ms);
    file.experiment.trials = std::move(made.experiment.trials);
    network.outputs = made.network.outputs;
  }
  file.names = options.names;
  const int needed = static_cast<int>(2 * file.experiment.trials.size());
  if (network.inputs < needed) {
    throw InputError("inputs", "", fmt::format("{}", network.inputs),
                     fmt::format("must be at least {}: a cue and a perturbation for each of {} "
                                 "trajectories",
                                 needed, needed / 2));
  }
}

/// A network that is drawn, with the trials that it learns.
void draw_start(InnateOptions& options, InnateFile& file) {
  rate::ReservoirOptions& network = options.setup.network;
  set_trials(options, file);
  rate::require_memory(network, file.experiment);
  file.drawn_with = network;
  file.start = run_apart([network, seed = file.experiment.seed](const Stop&) {
    return rate::make_reservoir(network, seed);
  });
}

/// Weights, trials and start states of a file.
void set_given_start(const std::string& path, InnateFile& file) {
  io::InnateStart start = run_apart([path](const Stop&) { return io::read_innate_start(path); });
  file.experiment.trials = std::move(start.trials);
  file.experiment.x0 = std::move(start.x0);
  file.names = std::move(start.names);
  file.start = std::move(start.network);
  const int trials = rate::number_of_trials(file.experiment);
  if (file.experiment.x0.size() > 0 && file.experiment.x0.rows() != trials) {
    throw InputError(path, "field 'x0'", fmt::format("{} start states", file.experiment.x0.rows()),
                     fmt::format("must be {}, one a trial; recurrent_trials and others change "
                                 "their number",
                                 trials));
  }
}

/// A start has a network, a trial and targets: others beside it would be passed over.
template <class Options>
void require_none_beside_start(const FieldTable<Options>& table, const FieldValues& taken) {
  if (!taken.empty()) {
    throw InputError(keyword_of(find_field(table, taken.begin()->first)), "", "start beside it",
                     "must be left out: the file has network, trial and target");
  }
}

/// All that a training starts from.
InnateFile new_training(const std::string& kind, InnateOptions options, Keywords& keywords,
                        const std::string& command) {
  const FieldValues target = kind == "timing"
                                 ? keywords.take(rate::timing_target_fields(), options.target)
                                 : FieldValues();
  const FieldValues network = keywords.take(rate::reservoir_fields(), options.setup.network);
  const FieldValues clock = keywords.take(rate::trial_clock_fields(), options.clock);
  keywords.take(rate::innate_fields(), options.setup.experiment);
  const py::object start = keywords.take("start");
  keywords.finish();
  if (!start.is_none()) {
    require_none_beside_start(rate::timing_target_fields(), target);
    require_none_beside_start(rate::reservoir_fields(), network);
    require_none_beside_start(rate::trial_clock_fields(), clock);
  }
  InnateFile file;
  file.kind = kind;
  file.experiment = options.setup.experiment;
  if (start.is_none()) {
    with_option_names([&] { draw_start(options, file); }, rate::reservoir_fields(),
                      rate::timing_target_fields(), rate::trial_clock_fields(),
                      rate::innate_fields());
  } else {
    set_given_start(py::cast<std::string>(start), file);
  }
  file.experiment.rule.schedule.seed = file.experiment.seed;
  file.command = command;
  unlocked([&] { rate::validate(file.experiment, file.start); });
  return file;
}

/// A checkpoint, with the threads that are given.
InnateFile resumed_training(const std::string& kind, const std::string& path, Keywords& keywords) {
  InnateFile file = run_apart([path](const Stop&) { return io::read_innate_file(path); });
  io::require_state(file, path);
  if (file.kind != kind) {
    throw InputError("resume", "", "a checkpoint of innate." + file.kind,
                     "must be one of innate." + kind);
  }
  file.experiment.rule.threads = threads_from(keywords);
  keywords.finish();
  return file;
}

/// Trains and tests. Ctrl-C gives the trial up, and leaves the state before it where there are
/// checkpoints.
void run_training(InnateFile& file, const Checkpoints& checkpoints, const py::object& progress) {
  int& threads = file.experiment.rule.threads;
  threads = threads == 0 ? hardware_threads() : threads;
  const rate::InnateState state = std::move(file.result.state);
  const bool resumed = !state.arrays.empty();
  rate::InnateCheckpoints saving;
  saving.every = checkpoints.every;
  saving.abandon = true;
  if (!checkpoints.path.empty()) {
    saving.save = [&](const rate::InnateState& now) {
      InnateFile part = file;
      part.result = {};
      part.result.state = now;
      part.result.network = rate::network_with(file.start, now);
      part.exponents.reset();
      io::write_innate_file(checkpoints.path, part, true);
    };
  }
  Session session(progress);
  file.result = session.run([&] {
    rate::InnateResult result = rate::run_innate(file.start, file.experiment, session.control(),
                                                 saving, resumed ? &state : nullptr);
    if (result.cancelled) {
      throw Cancelled("stopped behind a trial");
    }
    return result;
  });
}

Innate innate_train(const std::string& kind, const std::vector<std::string>& names,
                    const std::vector<py::object>& paths, const py::dict& given,
                    const std::string& command, const py::object& progress) {
  Keywords keywords(kind, given);
  const std::optional<std::string> resume = resume_from(keywords);
  const Checkpoints checkpoints = checkpoints_from(keywords, resume);
  auto training = std::make_shared<InnateTraining>();
  InnateFile& file = training->file;
  if (resume) {
    file = resumed_training(kind, *resume, keywords);
  } else {
    InnateOptions options = kind == "words" ? words_options() : timing_options();
    if (kind == "words") {
      options.names = names;
      for (std::size_t k = 0; k < paths.size(); ++k) {
        options.paths.push_back(
            matrix_from(paths[k], "paths['" + names[k] + "']", {.text = "(outputs, steps)"}));
      }
    }
    file = new_training(kind, std::move(options), keywords, command);
  }
  run_training(file, checkpoints, progress);
  return training;
}

py::list tests_of(const InnateFile& file) {
  py::list tests;
  for (const rate::InnateTest& test : file.result.tests) {
    tests.append(py::dict(py::arg("trajectory") = test.trajectory,
                          py::arg("trained") = test.trained, py::arg("perturbed") = test.perturbed,
                          py::arg("r2") = test.r2(), py::arg("path_rmse") = test.path_rmse,
                          py::arg("output") = array_of(Eigen::MatrixXd(test.output)),
                          py::arg("rates") = array_of(Eigen::MatrixXd(test.rates))));
  }
  return tests;
}

py::dict innate_facts(const InnateTraining& training) {
  const InnateFile& file = training.file;
  py::list trajectories;
  for (std::size_t k = 0; k < file.experiment.trials.size(); ++k) {
    const rate::InnateTrial& trial = file.experiment.trials[k];
    trajectories.append(
        py::dict(py::arg("name") = file.names[k],
                 py::arg("innate") =
                     array_of(k < file.result.innate.size() ? Eigen::MatrixXd(file.result.innate[k])
                                                            : Eigen::MatrixXd()),
                 py::arg("target") = array_of(Eigen::MatrixXd(trial.target)),
                 py::arg("window") = py::make_tuple(trial.window_start, trial.window_stop)));
  }
  py::dict dict;
  dict["kind"] = file.kind;
  dict["tests"] = tests_of(file);
  dict["trajectories"] = trajectories;
  dict["recurrent_loss"] = array_of(std::vector<double>(file.result.state.recurrent_loss));
  dict["readout_loss"] = array_of(std::vector<double>(file.result.state.readout_loss));
  dict["loss_fell"] = file.result.loss_fell();
  dict["step_ms"] = file.start.step_ms;
  dict["seconds"] = file.result.seconds;
  return dict;
}

std::shared_ptr<io::ModelFile> model_of(const InnateTraining& training) {
  return unlocked([&file = training.file] {
    auto model = std::make_shared<io::ModelFile>();
    model->network = rate::network_of(file.result.network, file.experiment.noise);
    model->provenance.command = file.command;
    return model;
  });
}

/// Exponents per second before and after training.
py::dict lyapunov(InnateTraining& training, const py::object& progress) {
  InnateFile& file = training.file;
  std::optional<rate::TrainingExponents> known = unlocked([&] {
    const std::shared_lock guard(training.exponents);
    return file.exponents;
  });
  if (!known) {
    Session session(progress);
    known = session.run([&] {
      return rate::training_exponents(file.start, file.result.network, file.experiment,
                                      file.experiment.rule.threads, session.control());
    });
    unlocked([&] {
      const std::unique_lock guard(training.exponents);
      file.exponents = known;
    });
  }
  const rate::TrainingExponents& found = *known;
  return py::dict(py::arg("free_before") = found.free_before,
                  py::arg("free_after") = found.free_after,
                  py::arg("trial_before") = array_of(Eigen::VectorXd(found.trial_before)),
                  py::arg("trial_after") = array_of(Eigen::VectorXd(found.trial_after)));
}

/// Options that the figure has fixed.
constexpr std::string_view kNotOfCapacity[] = {"delay_ms",
                                               "window_ms",
                                               "perturbation_ms",
                                               "perturbation_offset_ms",
                                               "noisy_tests_before",
                                               "perturbation_amplitude",
                                               "recorded_units",
                                               "perturbed_tests_before",
                                               "threads",
                                               "perturbed_tests_after"};

/// Whether networks of every delay can be made and fit into memory.
void check_networks(const rate::CapacityOptions& options) {
  rate::validate(options.setup.network);
  for (const double delay : options.delays_ms) {
    if (!(delay > 0.0 && delay <= 1e6)) {
      throw InputError("delays", "", fmt::format("{:g} ms", delay),
                       "must be above 0 and at most 1000 s");
    }
    rate::TimingTarget target = options.target;
    target.delay_ms = delay;
    rate::InnateExperiment experiment = options.setup.experiment;
    experiment.trials = rate::capacity_setup(target, options.clock, options.setup.network.step_ms)
                            .experiment.trials;
    rate::require_memory(options.setup.network, experiment);
  }
}

/// Rows of (delay, network), each a function of options, delay and number alone.
py::list innate_capacity(const py::object& delays, int networks, const py::dict& given,
                         const py::object& progress) {
  Keywords keywords("capacity", given);
  rate::CapacityOptions options;
  const Eigen::VectorXd wanted = vector_from(delays, "delays", {.text = "(n,), in ms"});
  options.delays_ms.assign(wanted.begin(), wanted.end());
  options.networks = networks;
  const int jobs = static_cast<int>(keywords.take_integer("jobs", {0.0, 1024.0}).value_or(0));
  keywords.take(rate::reservoir_fields(), options.setup.network);
  keywords.take(rate::timing_target_fields(), options.target, kNotOfCapacity);
  keywords.take(rate::trial_clock_fields(), options.clock, kNotOfCapacity);
  keywords.take(rate::innate_fields(), options.setup.experiment, kNotOfCapacity);
  keywords.finish();
  with_option_names([&] { check_networks(options); }, rate::reservoir_fields(),
                    rate::timing_target_fields(), rate::trial_clock_fields(),
                    rate::innate_fields());
  std::vector<rate::CapacityRow> rows(options.delays_ms.size() *
                                      static_cast<std::size_t>(networks));
  Session session(progress);
  session.run_aside([&] {
    parallel_for(
        rows.size(), jobs,
        [&](std::size_t i) {
          const auto count = static_cast<std::size_t>(networks);
          rows[i] = rate::capacity_row(options, options.delays_ms[i / count],
                                       static_cast<int>(i % count), {{}, session.stop()});
        },
        session.control());
    return true;
  });
  py::list list;
  for (const rate::CapacityRow& row : rows) {
    list.append(py::make_tuple(row.delay_ms, row.network, row.seed, row.correlation, row.r2,
                               row.first_loss, row.last_loss, row.seconds));
  }
  return list;
}

/// R^2 of every trajectory under every noise and every size of its perturbation.
py::list innate_robustness(const InnateTraining& training, const py::object& noise,
                           const py::object& perturbation, const py::dict& given,
                           const py::object& progress) {
  const InnateFile& file = training.file;
  Keywords keywords("robustness", given);
  rate::RobustnessOptions options;
  const auto levels = [](const py::object& value, const char* argument) {
    const Eigen::VectorXd numbers =
        vector_from(at_least_a_vector(value), argument, {.text = "(n,), or one number"});
    if (numbers.size() == 0 || !(numbers.array() >= 0.0).all()) {
      throw InputError(argument, "", numbers.size() == 0 ? "an empty array" : "a number below 0",
                       "must hold numbers of 0 or more");
    }
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  options.noise = noise.is_none() ? std::vector{file.experiment.noise} : levels(noise, "noise");
  options.perturbation = levels(perturbation, "perturbation");
  options.spike_noise =
      keywords.take_number("spike_noise", kNonNegative).value_or(file.experiment.spike_noise);
  options.trials = static_cast<int>(keywords.take_integer("trials", {1.0, 1e6}).value_or(10));
  options.seed = static_cast<Seed>(keywords.take_integer("seed", {0.0, 4294967295.0}).value_or(1));
  options.threads = static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0));
  keywords.finish();
  Session session(progress);
  const std::vector<rate::InnateTrial>& trials = file.experiment.trials;
  const auto count = static_cast<double>(trials.size());
  const auto grids = session.run([&] {
    std::vector<std::vector<rate::RobustnessPoint>> found;
    for (const rate::InnateTrial& trial : trials) {
      const auto done = static_cast<double>(found.size());
      found.push_back(
          rate::robustness(file.result.network, trial, options,
                           part_of(session.control(), done / count, (done + 1.0) / count)));
    }
    return found;
  });
  py::list rows;
  for (std::size_t k = 0; k < grids.size(); ++k) {
    for (const rate::RobustnessPoint& point : grids[k]) {
      rows.append(py::make_tuple(k, point.noise, point.perturbation, point.mean_r2, point.sd_r2,
                                 point.path_rmse));
    }
  }
  return rows;
}

py::list innate_options(const std::string& function) {
  py::list list;
  if (function == "capacity") {
    const rate::CapacityOptions options;
    describe_options(list, rate::reservoir_fields(), options.setup.network, kNotOfCapacity);
    describe_options(list, rate::timing_target_fields(), options.target, kNotOfCapacity);
    describe_options(list, rate::trial_clock_fields(), options.clock, kNotOfCapacity);
    describe_options(list, rate::innate_fields(), options.setup.experiment, kNotOfCapacity);
    return list;
  }
  const InnateOptions options = function == "words" ? words_options() : timing_options();
  if (function == "timing") {
    describe_options(list, rate::timing_target_fields(), options.target);
  }
  describe_options(list, rate::reservoir_fields(), options.setup.network);
  describe_options(list, rate::trial_clock_fields(), options.clock);
  describe_options(list, rate::innate_fields(), options.setup.experiment);
  return list;
}

}  // namespace

void bind_innate(py::module_& module) {
  py::class_<InnateTraining, Innate>(module, "InnateFile", "A training of innate trajectories.")
      .def("facts", &innate_facts)
      .def("model", &model_of)
      .def("lyapunov", &lyapunov, py::arg("progress"))
      .def("robustness", &innate_robustness, py::arg("noise"), py::arg("perturbation"),
           py::arg("options"), py::arg("progress"))
      .def(
          "save",
          [](const Innate& training, const std::string& path, bool keep_state) {
            run_apart([training, path, keep_state](const Stop& stop) {
              const std::shared_lock guard(training->exponents);
              io::write_innate_file(path, training->file, keep_state, stop);
            });
          },
          py::arg("path"), py::arg("keep_state"));
  module.def("innate_train", &innate_train, py::arg("kind"), py::arg("names"), py::arg("paths"),
             py::arg("options"), py::arg("command"), py::arg("progress"),
             "Innate training: of a pulse (timing) or of paths (words).");
  module.def("innate_capacity", &innate_capacity, py::arg("delays"), py::arg("networks"),
             py::arg("options"), py::arg("progress"), "How long a delay networks can learn.");
  module.def(
      "read_innate",
      [](const std::string& path) {
        return run_apart([path](const Stop&) {
          auto training = std::make_shared<InnateTraining>();
          training->file = io::read_innate_file(path);
          return training;
        });
      },
      py::arg("path"), "The training of a file.");
  module.def("innate_options", &innate_options, py::arg("function"),
             "The keyword arguments of timing, words and capacity.");
}

}  // namespace rheobase::python
