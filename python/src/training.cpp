#include <algorithm>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/checkpoint_file.hpp"
#include "io/mat/trained_model.hpp"
#include "mapping/conversion/network_fingerprint.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/choice.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/models/initialise.hpp"

namespace rheobase::python {

namespace {

/// A training, from its start or from a checkpoint.
struct Training {
  rate::Task task;
  std::string command;  ///< that began it
  rate::TrainingState state = {};
  rate::TrainingOptions options = {};
  std::string checkpoint = {};  ///< where it is written; empty: nowhere
  std::string origin = {};      ///< of the network that it goes on from
  bool without_spikes = false;  ///< the default's spike-like noise was left out
};

/// One number for all units, or the smallest and the largest, in steps.
void take_taus(Keywords& keywords, rate::NetworkOptions& network) {
  const py::object given = keywords.take("taus");
  if (given.is_none()) {
    return;
  }
  const Eigen::VectorXd taus =
      vector_from(at_least_a_vector(given), "taus", {.text = "(2,), or one number"});
  const auto& field = find_field(rate::network_fields(), "tau_min_steps");
  if (taus.size() < 1 || taus.size() > 2 || taus[0] > taus[taus.size() - 1]) {
    throw InputError("taus", "", py::cast<std::string>(py::repr(given)),
                     "must be one number, or the smallest and the largest");
  }
  require(field, taus[0], "taus", "");
  require(field, taus[taus.size() - 1], "taus", "");
  network.tau_min_steps = taus[0];
  network.tau_max_steps = taus[taus.size() - 1];
}

/// The published settings, or those with which networks of every task learn and convert.
void take_preset(Keywords& keywords, rate::NetworkOptions& network,
                 rate::TrainingOptions& training) {
  const py::object given = keywords.take("preset");
  const FieldInfo field{{}, "preset", FieldKind::word, {}, {"recommended", "paper"}};
  const bool paper =
      !given.is_none() && std::get<std::string>(value_from(given, field, "preset")) == "paper";
  if (!paper) {
    training = rate::recommended_training();
    network.initialisation = rate::Initialisation::balanced;
  }
  training.threads = 0;
}

/// A network that is drawn.
rate::DaleModel drawn_model(const rate::NetworkOptions& network, const FieldValues& given,
                            const rate::Task& task, Seed seed) {
  if (network.distribution == rate::WeightDistribution::gamma && given.contains("gain")) {
    throw InputError("gain", "", "weights='gamma' beside it",
                     "must be left out: that distribution has no gain");
  }
  return rate::make_dale_model(
      network, {.inputs = task.inputs(), .outputs = task.outputs(), .step_ms = task.step_ms()},
      seed);
}

/// The network of `start`, and what says where it comes from.
rate::DaleModel started_model(const io::ModelFile& file, const FieldValues& given,
                              const rate::Task& task, std::string& origin) {
  if (!given.empty()) {
    const FieldInfo& field = find_field(rate::network_fields(), given.begin()->first);
    throw InputError(keyword_of(field), "", "start beside it",
                     "must be left out: the network is that of start");
  }
  require_same_inputs(file, task);
  rate::DaleModel model =
      unlocked([&] { return file.dale ? *file.dale : rate::dale_model_of(file.network, "start"); });
  model.w0 = model.w;
  model.tau_gate0 = model.tau_gate;
  origin = fmt::format("start (fingerprint {})", mapping::network_fingerprint(file.network));
  return model;
}

/// The keyword `train`: what is trained, the rest stays as it is.
void choose_blocks(const py::object& given, rate::DaleModel& model,
                   rate::TrainingOptions& options) {
  if (given.is_none()) {
    rate::free_time_constants(model);
    return;
  }
  std::string known;
  for (const rate::TrainedBlock& block : rate::trained_blocks()) {
    options.*block.trained = false;
    if (std::string_view(block.name) != "taus_gaus" || !model.one_tau()) {
      known += (known.empty() ? "" : ", ") + std::string(block.name);
    }
  }
  for (const py::handle word : words_of(given, "train")) {
    const auto name = py::cast<std::string>(word);
    const auto block = std::ranges::find_if(rate::trained_blocks(),
                                            [&](const auto& one) { return name == one.name; });
    if (block == rate::trained_blocks().end() || (name == "taus_gaus" && model.one_tau())) {
      throw InputError("train", "", py::cast<std::string>(py::repr(word)),
                       "must be made of " + known);
    }
    options.*block->trained = true;
  }
  if (options.trains_tau) {
    rate::free_time_constants(model);
  }
  if (options.trains_w_in) {
    model.trains_input = true;
  }
}

/// As the command line does. @throws InputError in the words of the keywords
bool leave_out_spike_noise(const std::string& transfer, const FieldValues& learning,
                           rate::TrainingOptions& options) {
  const bool asked_for = learning.contains("spike_noise") ||
                         learning.contains("spike_noise_trials") ||
                         learning.contains("spike_noise_throughout");
  try {
    return rate::leave_out_spike_noise(transfer, asked_for, options);
  } catch (const InputError& error) {
    throw InputError(error.field(), "", error.found(), error.required());
  }
}

Training new_training(Keywords& keywords, const rate::Task& task, const std::string& command) {
  rate::NetworkOptions network;
  Training training{task, command};
  take_preset(keywords, network, training.options);
  const py::object start = keywords.take("start");
  const py::object blocks = keywords.take("train");
  const FieldValues given = keywords.take(rate::network_fields(), network);
  const FieldValues learning = keywords.take(rate::training_fields(), training.options);
  const py::object mask = keywords.take("mask");
  rate::DaleModel model;
  if (start.is_none()) {
    take_taus(keywords, network);
    if (!mask.is_none()) {
      network.mask = matrix_from(mask, "mask",
                                 {.rows = network.units,
                                  .cols = network.units,
                                  .text = fmt::format("({0}, {0})", network.units)});
    }
    model = run_apart([network, given, task, seed = training.options.seed](const Stop&) {
      return drawn_model(network, given, task, seed);
    });
  } else {
    if (!mask.is_none() || !keywords.take("taus").is_none()) {
      throw InputError(mask.is_none() ? "taus" : "mask", "", "start beside it",
                       "must be left out: the network is that of start");
    }
    model = started_model(py::cast<const io::ModelFile&>(start), given, task, training.origin);
    if (!learning.contains("noise")) {
      training.options.noise = model.noise;
    }
  }
  training.without_spikes = leave_out_spike_noise(model.transfer, learning, training.options);
  choose_blocks(blocks, model, training.options);
  training.state = run_apart([model = std::move(model), options = training.options](const Stop&) {
    return rate::initial_state(model, options);
  });
  return training;
}

double task_parameter(const rate::Task& task, const std::string& name) {
  const auto found = task.parameters().find(name);
  return found == task.parameters().end() ? 0.0 : found->second;  // only `balanced` may be missing
}

void require_same_parameters(const rate::Task& given, const rate::Task& before) {
  rate::TaskParameters all = before.parameters();
  all.insert(given.parameters().begin(), given.parameters().end());
  for (const auto& [name, ignored] : all) {
    const double needed = task_parameter(before, name);
    const double found = task_parameter(given, name);
    if (found != needed) {
      std::string keyword = name;
      std::ranges::replace(keyword, '-', '_');
      throw InputError("task", fmt::format("parameter '{}'", keyword), fmt::format("{}", found),
                       fmt::format("must be {}, that of the checkpoint", needed));
    }
  }
}

std::string split_text(const rate::TrialSplit& split) {
  return fmt::format("{} and {} held out", counted(split.training, "training trial"),
                     split.held_out);
}

/// Given trials, as far as the checkpoint knows its own: trials of arrays are in no file.
void require_same_trials(const std::optional<rate::TrialSplit>& given,
                         const std::optional<rate::TrialSplit>& before) {
  if (!given || !before) {
    return;
  }
  const std::string required =
      fmt::format("must hold the trials that the checkpoint was made with, those of {}: {}",
                  before->file, split_text(*before));
  if (!given->hash.empty() && given->hash != before->hash) {
    throw InputError("task", "", given->file, required);
  }
  require_known_split(before, given);
  if (given->training != before->training || given->held_out != before->held_out) {
    throw InputError("task", "", split_text(*given), required);
  }
}

/// The task of a checkpoint.
/// @param named  it was given by its name: parameters are the checkpoint's
rate::Task resumed_task(const rate::Task& given, bool named, const io::Checkpoint& checkpoint) {
  if (checkpoint.task != given.name()) {
    throw InputError("task", "", given.name(),
                     fmt::format("must be {}, that of the checkpoint", checkpoint.task));
  }
  rate::Task before = given.with(checkpoint.task_parameters);
  if (!named) {
    require_same_parameters(given, before);
    require_same_trials(given.split(), checkpoint.split);
  }
  return before;
}

Training resumed_training(Keywords& keywords, const std::string& path, const rate::Task& task,
                          bool named) {
  io::Checkpoint checkpoint = run_apart([path](const Stop&) { return io::read_checkpoint(path); });
  Training training{resumed_task(task, named, checkpoint),
                    checkpoint.command,
                    std::move(checkpoint.state),
                    checkpoint.options,
                    path,
                    checkpoint.trained_from};
  if (const auto trials = keywords.take_integer("trials", kCount)) {
    training.options.max_trials = static_cast<int>(*trials);
  }
  if (const auto threads = keywords.take_integer("threads", {0.0, 1024.0})) {
    training.options.threads = static_cast<int>(*threads);
  }
  if (training.options.max_trials < training.state.trials_done) {
    throw InputError(
        "trials", "", std::to_string(training.options.max_trials),
        fmt::format("must be at least {}, the trials already done", training.state.trials_done));
  }
  return training;
}

py::array evaluations_of(const std::vector<rate::EvaluationPoint>& points) {
  Eigen::MatrixXd table(static_cast<Eigen::Index>(points.size()), 3);
  for (std::size_t i = 0; i < points.size(); ++i) {
    table.row(static_cast<Eigen::Index>(i)) << points[i].trial, points[i].mean_loss,
        points[i].accuracy;
  }
  return array_of(std::move(table));
}

py::dict training_dict(const rate::TrainingResult& result) {
  py::dict dict;
  dict["losses"] = array_of(std::vector<double>(result.state.losses));
  dict["evaluations"] = evaluations_of(result.state.evaluations);
  dict["trained"] = result.trained;
  dict["criteria_met"] = result.trained;
  dict["unmet"] = result.unmet;
  dict["trials"] = result.state.trials_done;
  const Proportion& accuracy = result.last_evaluation.accuracy;
  dict["accuracy"] = accuracy.value;
  dict["accuracy_interval"] = py::make_tuple(accuracy.low, accuracy.high);
  dict["mean_loss"] = result.last_evaluation.mean_loss;
  dict["seconds"] = result.seconds;
  return dict;
}

py::tuple train(const rate::Task& given, bool named, const py::dict& options,
                const std::string& command, const py::object& progress) {
  Keywords keywords("train", options);
  const py::object resume = keywords.take("resume");
  const py::object checkpoint = keywords.take("checkpoint");
  Training training = resume.is_none()
                          ? new_training(keywords, given, command)
                          : resumed_training(keywords, py::cast<std::string>(resume), given, named);
  const rate::Task& task = training.task;
  keywords.finish();
  if (!checkpoint.is_none()) {
    training.checkpoint = py::cast<std::string>(checkpoint);
    io::require_writable(training.checkpoint);
  }
  const std::size_t bytes = in_one_piece([&] {
    return rate::training_memory_bytes(training.state.model, task.steps(), training.options);
  });
  require_memory(static_cast<double>(bytes), "units, batch", "",
                 fmt::format("{}, {} an update", counted(training.state.model.units(), "unit"),
                             counted(training.options.batch, "trial")),
                 "fewer units or a smaller batch take less");
  const rate::CheckpointSink sink = [&](const rate::TrainingState& state) {
    if (!training.checkpoint.empty()) {
      io::write_checkpoint(training.checkpoint,
                           {state, training.options, task.name(), task.parameters(),
                            training.command, task.split(), training.origin});
    }
  };
  Session session(progress);
  const rate::TrainingResult result = session.run([&] {
    return rate::train(std::move(training.state), task, training.options, session.control(), sink);
  });
  auto model = unlocked([&] {
    return std::make_shared<io::ModelFile>(
        io::trained_model(result, task, training.options, training.command));
  });
  model->provenance.trained_from = training.origin;
  py::dict facts = training_dict(result);
  facts["without_spikes"] = training.without_spikes;
  return py::make_tuple(model, facts);
}

}  // namespace

void bind_training(py::module_& module) {
  module.def("train", &train, py::arg("task"), py::arg("named"), py::arg("options"),
             py::arg("command"), py::arg("progress"),
             "Trains a new rate network, or goes on from a checkpoint.");
}

}  // namespace rheobase::python
