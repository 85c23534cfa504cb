#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "io/mat/run_file.hpp"
#include "io/mat/run_trials_file.hpp"
#include "mapping/conversion/evaluate_spiking.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/choice.hpp"
#include "python/src/intervention.hpp"
#include "python/src/mapped_network.hpp"
#include "python/src/session.hpp"
#include "rate/dynamics/unit_type.hpp"

namespace rheobase::python {

namespace {

using io::RunFile;
using Run = py::class_<RunFile, std::shared_ptr<RunFile>>;

/// What drives the network: one input a trial, those of a task with their answers.
struct Drive {
  std::vector<Eigen::MatrixXd> inputs;
  std::vector<rate::Trial> trials;  ///< of a task; else empty
};

void take_recording(Keywords& keywords, Eigen::Index units, spiking::Recording& record) {
  py::object words = keywords.take("record");
  if (words.is_none()) {
    words = py::make_tuple("spikes");
  } else if (PyUnicode_Check(words.ptr())) {
    words = py::make_tuple(words);
  }
  for (const py::handle word : py::tuple(words)) {
    const std::string text = PyUnicode_Check(word.ptr()) ? py::cast<std::string>(word) : "";
    if (text != "spikes" && text != "output" && text != "voltage" && text != "rate" &&
        text != "input") {
      throw InputError("record", "", py::cast<std::string>(py::repr(word)),
                       "must be made of 'spikes', 'output', 'voltage', 'rate', 'input'");
    }
    record.spikes = record.spikes || text == "spikes";
    record.voltage = record.voltage || text == "voltage";
    record.rate = record.rate || text == "rate";
    record.input = record.input || text == "input";
  }
  const py::object chosen = keywords.take("voltage_units");
  if (!chosen.is_none()) {
    if (!record.voltage) {
      throw InputError("voltage_units", "", "no 'voltage' in record", "must come with it");
    }
    record.voltage_units = unit_numbers(chosen, "voltage_units", units);
  }
}

void take_stimulation(Keywords& keywords, Eigen::Index units,
                      std::optional<spiking::Stimulation>& stimulation) {
  const py::object mode = keywords.take("stimulate");
  const py::object which = keywords.take("stimulate_units");
  const py::object window = keywords.take("stimulate_window");
  if (mode.is_none() && which.is_none() && window.is_none()) {
    return;
  }
  if (mode.is_none() || which.is_none() || window.is_none()) {
    throw InputError("stimulate", "", "a part of it",
                     "must come with stimulate_units and stimulate_window");
  }
  const auto& field = find_field(spiking::stimulation_fields(), "mode");
  stimulation.emplace();
  field.set(*stimulation, value_from(mode, field, "stimulate"));
  stimulation->units = unit_numbers(which, "stimulate_units", units);
  const Eigen::VectorXd ends =
      vector_from(window, "stimulate_window", {.rows = 2, .text = "(2,), start and end in ms"});
  if (!(ends[0] >= 0.0 && ends[1] >= ends[0])) {
    throw InputError("stimulate_window", "", fmt::format("{} to {}", ends[0], ends[1]),
                     "must be a start of 0 or more and a later end, in ms");
  }
  stimulation->start_ms = ends[0];
  stimulation->stop_ms = ends[1];
}

Drive given_drive(const io::ModelFile& file, py::handle input) {
  const Eigen::Index rows = file.network.inputs();
  Drive drive;
  drive.inputs = trials_from(
      input, "u", {.rows = rows, .text = fmt::format("({0}, T) or ({0}, T, trials)", rows)});
  if (drive.inputs.front().cols() < 2) {
    throw InputError("u", "", counted(drive.inputs.front().cols(), "step"),
                     "must have at least 2 steps");
  }
  return drive;
}

void require_going_on(Session& session) {
  if (session.stop()()) {
    throw Cancelled("stopped before the first trial");
  }
}

/// Of given trials there are no more than were given, each once.
Drive task_drive(const rate::Task& task, std::optional<int> condition, int wanted,
                 const spiking::SimulationOptions& options, Session& session) {
  Drive drive;
  const int count = condition ? task.evaluation_trials_of(*condition, wanted)
                              : task.evaluation_trials(wanted, options.trial);
  for (int k = 0; k < count; ++k) {
    require_going_on(session);
    const std::uint32_t number = options.trial + static_cast<std::uint32_t>(k);
    drive.trials.push_back(
        condition ? task.trial_of(*condition, options.seed, number, Purpose::evaluation_task)
                  : task.random_trial(options.seed, number, Purpose::evaluation_task));
    drive.inputs.push_back(rate::spiking_input(drive.trials.back()));
  }
  return drive;
}

/// The task with the drive as one more input; none: inputs are given.
std::optional<rate::Task> checked_task(const rate::Task* task, const io::ModelFile& intact,
                                       const Intervention& intervention) {
  if (task == nullptr) {
    return std::nullopt;
  }
  require_same_inputs(intact, *task);
  return intervention.task(*task);
}

void add_drive_input(Drive& drive, const Intervention& intervention, Session& session) {
  for (Eigen::MatrixXd& one : drive.inputs) {
    require_going_on(session);
    one = intervention.input(std::move(one));
  }
}

void check_stimulation(const spiking::SimulationOptions& options, const Drive& drive,
                       double step_ms) {
  const auto longest = std::ranges::max_element(drive.inputs, {}, &Eigen::MatrixXd::cols);
  const double duration_ms = step_ms * static_cast<double>(longest->cols() - 1);
  if (options.stimulation && options.stimulation->start_ms >= duration_ms) {
    throw InputError("stimulate_window", "",
                     fmt::format("a start at {:g} ms", options.stimulation->start_ms),
                     fmt::format("must start within the trial, which lasts {:g} ms", duration_ms));
  }
}

/// What a run file says of every trial of a call.
io::RunDescription description_of(const MappedNetwork& mapped, const std::string& command) {
  io::RunDescription description;
  description.scaling_factor = mapped.scaling_factor;
  description.command = command;
  description.transfer = mapped.transfer;
  description.unit_type = mapped.unit_type;
  return description;
}

void describe_answer(const rate::Task& task, const rate::Trial& trial, RunFile& run) {
  run.description.task = task.name();
  run.description.trial_index = trial.index;
  run.description.condition = task.conditions()[static_cast<std::size_t>(trial.condition)];
  run.description.correct = mapping::is_correct(task, trial, run.result);
}

/// Trials of `input`, or `count` of the task's where the input is None.
py::list simulate(MappedModel& model, const py::object& input, const rate::Task* task,
                  std::optional<int> condition, int count, const py::dict& given,
                  const std::string& command, const py::object& progress) {
  const io::ModelFile& intact = model.file();
  Keywords keywords("simulate", given);
  const Intervention intervention(keywords, intact);
  const io::ModelFile& file = intervention.file();
  const Eigen::Index units = file.network.units();
  const double scaling = scaling_from(keywords, file);
  mapping::SpikingChoice choice = choice_from(keywords, file);
  spiking::SimulationOptions& options = choice.simulation;
  take_recording(keywords, units, options.record);
  take_stimulation(keywords, units, options.stimulation);
  if (const py::object voltage = keywords.take("initial_voltage"); !voltage.is_none()) {
    options.initial_voltage = vector_from(voltage, "initial_voltage",
                                          {.rows = units, .text = fmt::format("({},)", units)});
  }
  const int threads = threads_from(keywords);
  keywords.finish();
  const std::optional<rate::Task> driven = checked_task(task, intact, intervention);
  Drive drive = task == nullptr ? given_drive(intact, input) : Drive{};
  Session session(progress);
  std::vector<std::shared_ptr<RunFile>> runs = session.run([&] {
    if (driven) {
      drive = task_drive(*driven, condition, count, options, session);
    } else {
      add_drive_input(drive, intervention, session);
    }
    check_stimulation(options, drive, file.network.step_ms);
    const std::shared_ptr<const MappedNetwork> mapped =
        intervention.changes_nothing() ? model.mapped(scaling, choice.transfer)
                                       : mapped_network(file.network, scaling, choice.transfer);
    const io::RunDescription description = description_of(*mapped, command);
    std::vector<std::shared_ptr<RunFile>> done(drive.inputs.size());
    parallel_for(
        done.size(), threads,
        [&](std::size_t k) {
          spiking::SimulationOptions own = options;
          own.trial += static_cast<std::uint32_t>(k);
          auto run = std::make_shared<RunFile>();
          run->description = description;
          run->description.simulation = own;
          own.stop = session.stop();
          run->result = spiking::simulate(mapped->network, drive.inputs[k], own);
          if (!drive.trials.empty()) {
            describe_answer(*driven, drive.trials[k], *run);
          }
          done[k] = std::move(run);
        },
        session.control());
    return done;
  });
  py::list list;
  for (std::shared_ptr<RunFile>& run : runs) {
    list.append(std::move(run));
  }
  return list;
}

template <class Get>
auto recorded_view(const Get& get) {
  return [get](const py::object& self) {
    return view_of(get(py::cast<const RunFile&>(self).result), self);
  };
}

void add_recordings(Run& run) {
  using Result = spiking::SimulationResult;
  run.def_property_readonly("spike_units",
                            recorded_view([](const Result& r) -> auto& { return r.spike_unit; }))
      .def_property_readonly(
          "spike_times_ms", recorded_view([](const Result& r) -> auto& { return r.spike_time_ms; }))
      .def_property_readonly("spike_copies",
                             recorded_view([](const Result& r) -> auto& { return r.spike_copy; }))
      .def_property_readonly("spike_count",
                             recorded_view([](const Result& r) -> auto& { return r.spike_count; }))
      .def_property_readonly(
          "output", recorded_view([](const Result& r) -> auto& { return r.output.values; }))
      .def_property_readonly("outputs",
                             [](const RunFile& f) { return array_of(f.result.all_outputs()); })
      .def_property_readonly("voltage",
                             recorded_view([](const Result& r) -> auto& { return r.voltage; }))
      .def_property_readonly("rate", recorded_view([](const Result& r) -> auto& { return r.rate; }))
      .def_property_readonly("input",
                             recorded_view([](const Result& r) -> auto& { return r.input; }))
      .def_property_readonly("output_start_ms",
                             [](const RunFile& f) { return f.result.output.start_ms; })
      .def_property_readonly("output_step_ms",
                             [](const RunFile& f) { return f.result.output.step_ms; })
      .def_property_readonly("voltage_step_ms",
                             [](const RunFile& f) { return f.result.voltage_step_ms; });
}

void add_facts(Run& run) {
  run.def_property_readonly("duration_ms", [](const RunFile& f) { return f.result.duration_ms; })
      .def_property_readonly("copies", [](const RunFile& f) { return f.result.copies; })
      .def_property_readonly("mean_rate_hz",
                             [](const RunFile& f) { return array_of(f.result.mean_rate_hz()); })
      .def_property_readonly("engine", [](const RunFile& f) { return f.result.engine; })
      .def_property_readonly("engine_reason",
                             [](const RunFile& f) { return f.result.engine_reason; })
      .def_property_readonly("seed", [](const RunFile& f) { return f.result.seed; })
      .def_property_readonly("trial",
                             [](const RunFile& f) { return f.description.simulation.trial; })
      .def_property_readonly("scaling_factor",
                             [](const RunFile& f) { return f.description.scaling_factor; })
      .def_property_readonly("task", [](const RunFile& f) { return f.description.task; })
      .def_property_readonly("condition", [](const RunFile& f) { return f.description.condition; })
      .def_property_readonly("correct", [](const RunFile& f) { return f.description.correct; })
      .def_property_readonly("unit_types", [](const RunFile& f) {
        std::vector<std::string> types;
        for (const int type : f.description.unit_type) {
          types.emplace_back(rate::to_string(static_cast<rate::UnitType>(type)));
        }
        return types;
      });
}

}  // namespace

void bind_simulation(py::module_& module) {
  Run run(module, "Run", "One trial of a spiking network.");
  add_recordings(run);
  add_facts(run);
  run.def(
      "save",
      [](const std::shared_ptr<RunFile>& file, const std::string& path, bool level73) {
        run_apart([file, path, level73](const Stop& stop) {
          io::write_run(path, file->result, file->description,
                        level73 ? io::MatVersion::level73 : io::MatVersion::level5, stop);
        });
      },
      py::arg("path"), py::arg("level73"));
  py::class_<MappedModel, std::shared_ptr<MappedModel>>(
      module, "MappedModel", "A model and the spiking network that it was mapped to last.");
  module.def(
      "mapped_model",
      [](std::shared_ptr<io::ModelFile> file) {
        return std::make_shared<MappedModel>(std::move(file));
      },
      py::arg("model"),
      "Keeps the spiking network of a model from one call of simulate to the next.");
  module.def("simulate", &simulate, py::arg("model"), py::arg("u"), py::arg("task"),
             py::arg("condition"), py::arg("count"), py::arg("options"), py::arg("command"),
             py::arg("progress"), "Runs a spiking network.");
  module.def(
      "read_run",
      [](const std::string& path) {
        return run_apart(
            [path](const Stop&) { return std::make_shared<RunFile>(io::read_run(path)); });
      },
      py::arg("path"), "The run of a file.");
  module.def(
      "write_runs",
      [](const std::string& path, const std::vector<std::shared_ptr<RunFile>>& runs) {
        run_apart([path, runs](const Stop& stop) {
          std::vector<RunFile> files;
          for (const std::shared_ptr<RunFile>& one : runs) {
            files.push_back(*one);
          }
          io::write_run_trials(path, files, stop);
        });
      },
      py::arg("path"), py::arg("runs"), "Runs of many trials in one file.");
  module.def(
      "read_runs",
      [](const std::string& path) {
        return run_apart([path](const Stop&) {
          std::vector<std::shared_ptr<RunFile>> runs;
          for (RunFile& one : io::read_run_trials(path)) {
            runs.push_back(std::make_shared<RunFile>(std::move(one)));
          }
          return runs;
        });
      },
      py::arg("path"), "The runs of a file of many trials.");
  module.def(
      "holds_runs",
      [](const std::string& path) {
        return run_apart([path](const Stop&) { return io::holds_run_trials(path); });
      },
      py::arg("path"), "Whether a file holds runs of many trials.");
  module.def(
      "parse_run",
      [](const py::bytes& contents) {
        return run_apart([text = static_cast<std::string>(contents)](const Stop&) {
          return std::make_shared<RunFile>(
              io::parse_run(std::as_bytes(std::span(text.data(), text.size())), "pickled run"));
        });
      },
      py::arg("contents"), "The run of a file's contents.");
}

}  // namespace rheobase::python
