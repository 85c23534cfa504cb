#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "core/option_names.hpp"
#include "io/mat/force_file.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/checkpoints.hpp"
#include "python/src/force_session.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/learning/force/force_robustness.hpp"
#include "rate/learning/force/session.hpp"

namespace rheobase::python {

namespace {

using io::ForceFile;
using Force = std::shared_ptr<ForceFile>;

/// Rates of both sides as targets; scaled by each unit's extremes over both.
rate::TargetSet given_targets(const py::object& right, const py::object& left,
                              rate::TrialEpochs epochs) {
  rate::TargetSet set;
  std::vector<Eigen::MatrixXd> rates{matrix_from(right, "targets[0]", {.text = "(units, T)"})};
  rates.push_back(
      matrix_from(left, "targets[1]",
                  {rates[0].rows(), rates[0].cols(),
                   fmt::format("({}, {}), as targets[0]", rates[0].rows(), rates[0].cols())}));
  epochs.steps = rates[0].cols();
  rate::validate(epochs);
  set.epochs = epochs;
  set.target = rate::normalised_jointly(rates);
  set.selectivity = rate::selectivity_before_cue(set.target, epochs.cue, steps_before_cue(epochs));
  return set;
}

/// P, J with its start, and inputs, targets, their logit and the test's rates of two sides.
void require_force_memory(Eigen::Index units, Eigen::Index steps) {
  const auto n = static_cast<double>(units);
  const double numbers = 5.0 * n * n + 8.0 * n * static_cast<double>(steps);
  require_memory(sizeof(double) * numbers, "units", "", counted(units, "unit"),
                 "fewer units take less");
}

/// All that training starts from.
ForceFile force_start(const py::object& targets, bool suppress, Keywords& keywords) {
  ForceFile file;
  rate::GeneratedTargetOptions generated;
  rate::ForceNetworkOptions network;
  rate::ForceInputOptions input;
  keywords.take(rate::force_training_fields(), file.options);
  keywords.take(rate::generated_target_fields(), generated);
  const FieldValues epochs = keywords.take(rate::trial_epoch_fields(), generated.epochs);
  keywords.take(rate::force_network_fields(), network);
  keywords.take(rate::force_input_fields(), input);
  keywords.finish();
  rate::TargetSet set;
  if (py::isinstance<ForceTargets>(targets)) {
    if (!epochs.empty()) {
      throw InputError(keyword_of(find_field(rate::trial_epoch_fields(), epochs.begin()->first)),
                       "", "targets with epochs of their own", "must be left out");
    }
    const auto& chosen = py::cast<const ForceTargets&>(targets);
    set = chosen.set;
    file.targets = chosen.description;
  } else if (targets.is_none()) {
    require_force_memory(generated.units, generated.epochs.steps);
    set = run_apart([generated](const Stop&) {
      return with_option_names([&] { return rate::generated_targets(generated); },
                               rate::generated_target_fields(), rate::trial_epoch_fields());
    });
    file.targets = fmt::format("generated from the structured model, {} units, seed {}",
                               generated.units, generated.seed);
  } else {
    const auto sides = py::cast<py::sequence>(targets);
    if (sides.size() != 2) {
      throw InputError("targets", "", fmt::format("{} arrays", sides.size()),
                       "must be 2: right and left");
    }
    set = with_option_names([&] { return given_targets(sides[0], sides[1], generated.epochs); },
                            rate::trial_epoch_fields());
    file.targets = fmt::format("arrays, {} units", set.target[0].rows());
  }
  if (suppress) {
    set.target = rate::suppressed_targets(std::move(set.target), set.selectivity);
    file.targets += ", the other side suppressed";
    file.suppressed = true;
  }
  const Eigen::Index units = set.target[0].rows();
  require_force_memory(units, set.epochs.steps);
  const auto draw = [units, network, input, epochs = set.epochs,
                     seed = file.options.seed](const Stop&) {
    return with_option_names(
        [&] {
          return std::pair(rate::make_force_network(units, network, seed),
                           rate::frozen_inputs(epochs, units, seed, input));
        },
        rate::force_network_fields(), rate::force_input_fields());
  };
  auto [drawn, frozen] = run_apart(draw);
  file.network = std::move(drawn);
  file.task = {set.epochs, std::move(frozen), set.target};
  file.selectivity = set.selectivity;
  file.options.schedule.seed = file.options.seed;
  file.initial = file.network.recurrent;
  file.seed = file.options.seed;
  return file;
}

/// A training at its start, or where its file's was stopped.
std::unique_ptr<rate::ForceTraining> training_of(const ForceFile& file) {
  auto training = std::make_unique<rate::ForceTraining>(
      rate::ForceNetwork{file.initial, file.network.tau_ms, file.network.step_ms,
                         file.network.threshold},
      file.task, file.options);
  if (file.learner) {
    training->restore(*file.learner);
  }
  return training;
}

/// A checkpoint. @throws InputError for a file without the state of a training
ForceFile stopped_force(const std::string& path, const py::object& targets, Keywords& keywords) {
  ForceFile file = run_apart([path](const Stop&) { return io::read_force(path); });
  if (!file.learner) {
    throw InputError(path, "field 'learner_state'", "nothing",
                     "must be a checkpoint of force.train, or a result of the command line's "
                     "--keep-p");
  }
  if (!targets.is_none()) {
    throw InputError("targets", "", "resume beside it", "must be left out: they are in the file");
  }
  if (const auto iterations = keywords.take_integer("iterations", {1.0, 1e6})) {
    file.options.iterations = static_cast<int>(*iterations);
  }
  keywords.finish();
  return file;
}

/// Trains to the end. An iteration that Ctrl-C gives up leaves the state before it.
void run_force(ForceFile& file, const Checkpoints& checkpoints, const py::object& progress) {
  const auto put = [&file](const rate::ForceTraining& training) {
    file.network = training.network();
    file.pvar = training.pvar();
    file.converged = training.converged();
  };
  const auto save = [&](rate::NamedArrays state) {
    file.learner = std::move(state);
    put(*training_of(file));
    io::write_force(checkpoints.path, file);
  };
  Session session(progress);
  const std::unique_ptr<rate::ForceTraining> made = in_one_piece([&] { return training_of(file); });
  rate::ForceTraining& training = *made;
  training.abandon_when(session.stop());
  const bool keeps = !checkpoints.path.empty();
  rate::NamedArrays last = keeps ? training.state() : rate::NamedArrays();
  session.run([&] {
    try {
      rate::train_force(
          training, session.control(),
          [&](const rate::ForceTraining& now, const rate::ForceIteration&) {
            last = keeps ? now.state() : rate::NamedArrays();
            if (keeps && checkpoints.every > 0 && now.done() % checkpoints.every == 0) {
              save(last);
            }
          });
    } catch (const Cancelled&) {
      if (keeps) {
        save(std::move(last));
      }
      throw;
    }
    return true;
  });
  put(training);
  file.learner.reset();
}

Force force_train(const py::object& targets, bool suppress, const py::dict& given,
                  const std::string& command, const py::object& progress) {
  Keywords keywords("train", given);
  const std::optional<std::string> resume = resume_from(keywords);
  if (resume && suppress) {
    throw InputError("suppress", "", "resume beside it",
                     "must be left out: targets are in the file");
  }
  const Checkpoints checkpoints = checkpoints_from(keywords, resume);
  auto file = std::make_shared<ForceFile>(resume ? stopped_force(*resume, targets, keywords)
                                                 : force_start(targets, suppress, keywords));
  if (!resume) {
    file->command = command;
  }
  run_force(*file, checkpoints, progress);
  return file;
}

py::list arrays_of(const std::vector<Eigen::MatrixXd>& matrices) {
  py::list list;
  for (const Eigen::MatrixXd& matrix : matrices) {
    list.append(array_of(Eigen::MatrixXd(matrix)));
  }
  return list;
}

/// Rates of both sides from x = 0, and what they explain of the targets.
py::dict force_test(const ForceFile& file) {
  Session session;
  const rate::ForceTest test = session.run([&] {
    return rate::test_force(file.network, file.task, file.options.pvar, 0.0, {}, session.control());
  });
  const Eigen::Index cue = file.task.epochs.cue;
  const Eigen::Index before = steps_before_cue(file.task.epochs);
  const auto mean = [&](std::size_t side) -> Eigen::VectorXd {
    return test.rate[side].middleCols(cue - before, before).rowwise().mean();
  };
  py::dict dict;
  dict["pvar"] = test.pvar;
  dict["recovered"] = rate::recovered_selectivity(
      rate::selectivity_before_cue(file.task.target, cue, before), mean(0), mean(1));
  dict["rates"] = arrays_of(test.rate);
  return dict;
}

/// Trials of both sides at one amplitude of noise, or with a fraction of the units clamped.
py::dict force_noise(const ForceFile& file, double noise, double clamped, const py::dict& given,
                     const py::object& progress) {
  Keywords keywords("robustness", given);
  rate::NoiseTestOptions options;
  options.pvar = file.options.pvar;
  options.trials.mean_steps = steps_before_cue(file.task.epochs);
  keywords.take(rate::force_trial_fields(), options.trials);
  if (const py::object common = keywords.take("common_noise"); !common.is_none()) {
    const FieldInfo field{{}, "common_noise", FieldKind::truth, {}, {}};
    options.trials.common_noise = std::get<bool>(value_from(common, field, "common_noise"));
  }
  if (clamped > 0.0) {
    options.trials.clamp = {
        .fraction = clamped, .from = file.task.epochs.delay, .to = file.task.epochs.cue};
    keywords.take(rate::force_clamp_fields(), options.trials.clamp);
  }
  keywords.finish();
  options.trials.noise = noise;
  Session session(progress);
  rate::NoiseTest test = session.run([&] {
    return with_option_names(
        [&] {
          return rate::noise_test(file.network, file.task, file.selectivity, options,
                                  session.control());
        },
        rate::force_trial_fields(), rate::force_clamp_fields());
  });
  py::dict dict;
  py::list correct, collapsed, projection;
  for (std::size_t side = 0; side < 2; ++side) {
    correct.append(test.correct[side].value);
    collapsed.append(test.collapsed[side].value);
    projection.append(array_of(std::move(test.projection[side])));
  }
  dict["correct"] = correct;
  dict["collapsed"] = collapsed;
  dict["projection"] = projection;
  dict["pvar"] = py::make_tuple(test.pvar[0], test.pvar[1]);
  dict["recovered"] = test.recovered;
  return dict;
}

py::dict force_facts(const ForceFile& file) {
  Eigen::MatrixXd pvar(static_cast<Eigen::Index>(file.pvar.size()), 2);
  for (Eigen::Index i = 0; i < pvar.rows(); ++i) {
    const std::vector<double>& sides = file.pvar[static_cast<std::size_t>(i)];
    pvar.row(i) << sides.at(0), sides.at(1);
  }
  py::dict dict;
  dict["pvar"] = array_of(std::move(pvar));
  dict["converged"] = file.converged;
  dict["initial"] = array_of(Eigen::MatrixXd(file.initial));
  dict["targets"] = arrays_of(file.task.target);
  dict["inputs"] = arrays_of(file.task.input);
  dict["selectivity"] = selectivity_list(file.selectivity);
  dict["epochs"] = epochs_dict(file.task.epochs);
  dict["description"] = file.targets;
  return dict;
}

py::list force_options(const std::string& function) {
  py::list list;
  if (function == "Session" || function == "read_session") {
    rate::SessionOptions options;
    options.range = default_range(function == "read_session");
    describe_options(list, rate::session_fields(), options);
    return list;
  }
  if (function == "robustness") {
    describe_options(list, rate::force_trial_fields(), rate::ForceTrialOptions{});
    describe_options(list, rate::force_clamp_fields(), rate::ForceClamp{});
    return list;
  }
  describe_options(list, rate::force_training_fields(), rate::ForceTrainingOptions{});
  describe_options(list, rate::generated_target_fields(), rate::GeneratedTargetOptions{});
  describe_options(list, rate::trial_epoch_fields(), rate::TrialEpochs{});
  describe_options(list, rate::force_network_fields(), rate::ForceNetworkOptions{});
  describe_options(list, rate::force_input_fields(), rate::ForceInputOptions{});
  return list;
}

}  // namespace

void bind_force(py::module_& module) {
  bind_force_session(module);
  bind_force_comparison(module);
  py::class_<ForceFile, Force>(module, "ForceFile", "A network trained by FORCE.")
      .def("facts", &force_facts)
      .def(
          "model",
          [](const ForceFile& file) {
            return unlocked([&] { return std::make_shared<io::ModelFile>(io::force_model(file)); });
          })
      .def("test", &force_test)
      .def("robustness", &force_noise, py::arg("noise"), py::arg("clamped"), py::arg("options"),
           py::arg("progress"))
      .def(
          "save",
          [](const Force& file, const std::string& path) {
            run_apart([file, path](const Stop& stop) { io::write_force(path, *file, stop); });
          },
          py::arg("path"));
  module.def("force_train", &force_train, py::arg("targets"), py::arg("suppress"),
             py::arg("options"), py::arg("command"), py::arg("progress"),
             "FORCE training of all recurrent weights.");
  module.def(
      "read_force",
      [](const std::string& path) {
        return run_apart(
            [path](const Stop&) { return std::make_shared<ForceFile>(io::read_force(path)); });
      },
      py::arg("path"), "The network of a file.");
  module.def("force_options", &force_options, py::arg("function"),
             "Keyword arguments of train, robustness, Session and read_session.");
}

}  // namespace rheobase::python
