#include <cmath>
#include <filesystem>

#include <fmt/format.h>
#include <pybind11/stl.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "io/exchange/model_state.hpp"
#include "io/mat/mapped_model.hpp"
#include "io/mat/rate_model_file.hpp"
#include "mapping/conversion/network_fingerprint.hpp"
#include "mapping/conversion/transfer_fields.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"
#include "python/src/options.hpp"
#include "python/src/session.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/dynamics/transfer/transfer.hpp"

namespace rheobase::python {

namespace {

using io::ModelFile;
using Model = py::class_<ModelFile, std::shared_ptr<ModelFile>>;

std::string square(Eigen::Index n) {
  return fmt::format("(N, N) with N = {}", n);
}

/// Weights as they act, from weights without signs or with those of the presynaptic units.
Eigen::MatrixXd signed_weights(Eigen::MatrixXd w, const Eigen::VectorXd& signs) {
  for (Eigen::Index j = 0; j < w.cols(); ++j) {
    if (signs[j] != 1.0 && signs[j] != -1.0) {
      throw InputError("signs", "", fmt::format("{} at [{}]", signs[j], j), "must be 1 or -1");
    }
    if ((w.col(j).array() >= 0.0).all()) {
      w.col(j) *= signs[j];
    } else if ((w.col(j).array() * signs[j] < 0.0).any()) {
      throw InputError("w", "",
                       fmt::format("weights of both signs or the other sign in column {}", j),
                       "must be 0 or more, or carry the sign of their presynaptic unit");
    }
  }
  return w;
}

void apply_mask(Eigen::MatrixXd& w, py::handle given) {
  const Eigen::MatrixXd mask =
      matrix_from(given, "mask", {.rows = w.rows(), .cols = w.cols(), .text = square(w.rows())});
  if (!((mask.array() == 0.0) || (mask.array() == 1.0)).all()) {
    throw InputError("mask", "", "other numbers than 0 and 1", "must be made of 0 and 1");
  }
  w.array() *= mask.array();
}

/// A rate network of whatever origin.
std::shared_ptr<ModelFile> model_from(const py::dict& given) {
  const auto has = [&given](const char* name) {
    return given.contains(name) && !given[name].is_none();
  };
  ModelFile file;
  rate::RateNetwork& network = file.network;
  network.w = matrix_from(given["w"], "w", {.text = "(N, N)"});
  const Eigen::Index n = network.w.rows();
  if (n < 1 || network.w.cols() != n) {
    throw InputError("w", "", fmt::format("shape ({}, {})", n, network.w.cols()),
                     "must be of shape (N, N)");
  }
  const std::string units = fmt::format("({},), one a unit, or one number", n);
  if (has("signs")) {
    const Eigen::VectorXd signs = vector_from(given["signs"], "signs", {.rows = n, .text = units});
    network.w = signed_weights(std::move(network.w), signs);
    for (const double sign : signs) {
      network.unit_type.push_back(sign > 0.0 ? rate::UnitType::excitatory
                                             : rate::UnitType::inhibitory);
    }
  }
  if (has("mask")) {
    apply_mask(network.w, given["mask"]);
  }
  network.w_in =
      py::array::ensure(given["w_in"]) && py::array::ensure(given["w_in"]).ndim() == 1
          ? Eigen::MatrixXd(vector_from(given["w_in"], "w_in",
                                        {.rows = n, .text = fmt::format("({}, inputs)", n)}))
          : matrix_from(given["w_in"], "w_in", {.rows = n, .text = fmt::format("({}, inputs)", n)});
  network.w_out =
      rows_from(given["w_out"], "w_out", {.cols = n, .text = fmt::format("(outputs, {})", n)});
  const Eigen::Index outputs = network.w_out.rows();
  network.tau_ms = vector_from(given["tau_ms"], "tau_ms", {.rows = n, .text = units});
  network.bias = has("bias") ? vector_from(given["bias"], "bias", {.rows = n, .text = units})
                             : Eigen::VectorXd::Zero(n);
  network.b_out = has("b_out")
                      ? vector_from(given["b_out"], "b_out",
                                    {.rows = outputs, .text = fmt::format("({},)", outputs)})
                      : Eigen::VectorXd::Zero(outputs);
  const FieldInfo step{{}, "step_ms", FieldKind::number, kPositive, {}};
  network.step_ms = number_of(value_from(given["step_ms"], step, "step_ms"));
  const FieldInfo noise{{}, "noise", FieldKind::number, kNonNegative, {}};
  network.noise.factor = number_of(value_from(given["noise"], noise, "noise"));
  network.transfer = rate::transfer_named(py::cast<std::string>(given["activation"])).name;
  return unlocked([&] {
    rate::validate(network, "RateModel");
    return std::make_shared<ModelFile>(std::move(file));
  });
}

/// The model of another one with a scaling factor.
std::shared_ptr<ModelFile> with_scaling(const ModelFile& file, double scaling_factor) {
  return unlocked([&] {
    auto scaled = std::make_shared<ModelFile>(file);
    scaled->scaling_factor = scaling_factor;
    return scaled;
  });
}

py::dict run_dict(rate::RateRun&& run) {
  py::dict dict;
  dict["x"] = array_of(std::move(run.x));
  dict["r"] = array_of(std::move(run.r));
  dict["output"] = array_of(std::move(run.output));
  return dict;
}

/// Runs of many trials as N x T x trials, a trial behind the other in memory.
class RunArrays {
 public:
  RunArrays(const rate::RateNetwork& network, Eigen::Index steps, std::size_t trials)
      : x_(made(network.units(), steps, trials)),
        r_(made(network.units(), steps, trials)),
        output_(made(network.outputs(), steps - 1, trials)),
        x_data_(x_.mutable_data()),
        r_data_(r_.mutable_data()),
        output_data_(output_.mutable_data()) {}

  /// From any thread, without the interpreter's lock.
  void put(const rate::RateRun& run, std::size_t trial) {
    put(run.x, x_data_, trial);
    put(run.r, r_data_, trial);
    put(run.output, output_data_, trial);
  }
  py::dict dict() const {
    py::dict dict;
    dict["x"] = read_only(x_);
    dict["r"] = read_only(r_);
    dict["output"] = read_only(output_);
    return dict;
  }

 private:
  using Array = py::array_t<double, py::array::f_style>;

  static Array made(Eigen::Index rows, Eigen::Index cols, std::size_t trials) {
    return Array(std::vector<py::ssize_t>{rows, cols, static_cast<py::ssize_t>(trials)});
  }
  static void put(const Eigen::MatrixXd& values, double* data, std::size_t trial) {
    std::copy_n(values.data(), values.size(),
                data + trial * static_cast<std::size_t>(values.size()));
  }

  Array x_, r_, output_;
  double *x_data_, *r_data_, *output_data_;
};

py::dict run(const ModelFile& file, py::handle input, const py::dict& options,
             const py::object& progress) {
  Keywords keywords("run", options);
  rate::RateNoise noise;
  noise.factor = keywords.take_number("noise", kNonNegative);
  noise.seed = static_cast<Seed>(
      keywords.take_integer("seed", {.low = 0.0, .high = 4294967295.0}).value_or(1));
  const auto first = static_cast<std::uint32_t>(
      keywords.take_integer("trial", {.low = 0.0, .high = 4294967295.0}).value_or(0));
  const int threads = static_cast<int>(keywords.take_integer("threads", {0.0, 1024.0}).value_or(0));
  keywords.finish();
  const std::vector<Eigen::MatrixXd> inputs =
      trials_from(input, "u",
                  {.rows = file.network.inputs(),
                   .text = fmt::format("({}, T) or ({}, T, trials)", file.network.inputs(),
                                       file.network.inputs())});
  if (inputs.front().cols() < 2) {
    throw InputError("u", "", counted(inputs.front().cols(), "step"), "must have at least 2 steps");
  }
  require_memory(2.0 * sizeof(double) * static_cast<double>(file.network.units()) *
                     static_cast<double>(inputs.front().cols()) *
                     static_cast<double>(inputs.size()),
                 "u", "", counted(inputs.size(), "trial"), "fewer trials take less");
  Session session(progress);
  const auto run_one = [&](std::size_t k) {
    rate::RateNoise own = noise;
    own.trial = first + static_cast<std::uint32_t>(k);
    return rate::run_rate(file.network, inputs[k], own, session.stop());
  };
  if (!has_trials(input)) {
    return run_dict(session.run([&] { return run_one(0); }));
  }
  RunArrays arrays(file.network, inputs.front().cols(), inputs.size());
  session.run([&] {
    parallel_for(
        inputs.size(), threads, [&](std::size_t k) { arrays.put(run_one(k), k); },
        session.control());
    return true;
  });
  return arrays.dict();
}

py::dict transfer_dict(const ModelFile& file) {
  py::dict dict;
  const mapping::TransferOptions transfer = file.transfer.value_or(mapping::TransferOptions{});
  for (const auto& field : mapping::transfer_fields()) {
    dict[py::str(field.name)] = object_of(field.get(transfer));
  }
  return dict;
}

/// The spiking network itself, as it is simulated.
py::dict spiking_network(const std::shared_ptr<ModelFile>& file) {
  spiking::SpikingModel model = run_apart([file](const Stop&) {
    return mapping::map_to_spiking(file->network, *file->scaling_factor,
                                   file->transfer.value_or(mapping::TransferOptions{}));
  });
  py::dict dict;
  dict["w"] = array_of(std::move(model.w));
  dict["w_in"] = array_of(std::move(model.w_in));
  dict["w_out"] = array_of(std::move(model.w_out));
  dict["b_out"] = array_of(std::move(model.b_out));
  dict["decay_ms"] = array_of(std::move(model.synapse.decay_ms));
  dict["unit_bias_mv"] = array_of(std::move(model.unit_bias_mv));
  dict["unit_threshold_mv"] = array_of(std::move(model.unit_threshold_mv));
  dict["unit_reset_mv"] = array_of(std::move(model.unit_reset_mv));
  dict["unit_tau_membrane_ms"] = array_of(std::move(model.unit_tau_membrane_ms));
  dict["unit_refractory_ms"] = array_of(std::move(model.unit_refractory_ms));
  dict["copies"] = model.copies;
  dict["copy_bias_mv"] = array_of(std::move(model.copy_bias_mv));
  return dict;
}

template <class Get>
auto viewed(const Get& get) {
  return [get](const py::object& self) {
    return view_of(get(py::cast<const ModelFile&>(self)), self);
  };
}

void add_network(Model& model) {
  model.def_property_readonly("w", viewed([](const ModelFile& f) -> auto& { return f.network.w; }))
      .def_property_readonly("w_in",
                             viewed([](const ModelFile& f) -> auto& { return f.network.w_in; }))
      .def_property_readonly("w_out",
                             viewed([](const ModelFile& f) -> auto& { return f.network.w_out; }))
      .def_property_readonly("bias",
                             viewed([](const ModelFile& f) -> auto& { return f.network.bias; }))
      .def_property_readonly("b_out",
                             viewed([](const ModelFile& f) -> auto& { return f.network.b_out; }))
      .def_property_readonly("tau_ms",
                             viewed([](const ModelFile& f) -> auto& { return f.network.tau_ms; }))
      .def_property_readonly(
          "w_initial", viewed([](const ModelFile& f) -> auto& { return f.network.w_initial; }))
      .def_property_readonly("step_ms", [](const ModelFile& f) { return f.network.step_ms; })
      .def_property_readonly("activation", [](const ModelFile& f) { return f.network.transfer; })
      .def_property_readonly("noise", [](const ModelFile& f) { return f.network.noise.factor; })
      .def_property_readonly("unit_types", [](const ModelFile& f) {
        std::vector<std::string> types;
        for (const rate::UnitType type : unlocked([&] { return rate::unit_types(f.network); })) {
          types.emplace_back(rate::to_string(type));
        }
        return types;
      });
}

void add_records(Model& model) {
  model.def_property_readonly("task", [](const ModelFile& f) { return f.task; })
      .def_property_readonly("task_parameters",
                             [](const ModelFile& f) { return f.provenance.task_parameters; })
      .def_property_readonly("scaling_factor", [](const ModelFile& f) { return f.scaling_factor; })
      .def_property_readonly(
          "losses", viewed([](const ModelFile& f) -> auto& { return f.provenance.losses; }))
      .def_property_readonly("evaluations", viewed([](const ModelFile& f) -> auto& {
                               return f.provenance.evaluations;
                             }))
      .def_property_readonly("scaling_factors", viewed([](const ModelFile& f) -> auto& {
                               return f.provenance.scaling_factors;
                             }))
      .def_property_readonly(
          "accuracies", viewed([](const ModelFile& f) -> auto& { return f.provenance.accuracies; }))
      .def_property_readonly("search_copies", viewed([](const ModelFile& f) -> auto& {
                               return f.provenance.search_copies;
                             }))
      .def_property_readonly("search_accuracy", &io::search_accuracy)
      .def_property_readonly("search_trials",
                             [](const ModelFile& f) { return f.provenance.search_trials; })
      .def_property_readonly("trials", [](const ModelFile& f) { return f.provenance.trials; })
      .def_property_readonly("accuracy",
                             [](const ModelFile& f) { return f.provenance.eval_accuracy; })
      .def_property_readonly("seed", [](const ModelFile& f) { return f.provenance.seed; })
      .def_property_readonly("command", [](const ModelFile& f) { return f.provenance.command; })
      .def_property_readonly("map_command",
                             [](const ModelFile& f) { return f.provenance.map_command; })
      .def_property_readonly("transfer", &transfer_dict)
      .def_property_readonly("doubts", [](const ModelFile& f) { return f.doubts; })
      .def_property_readonly("fingerprint", [](const std::shared_ptr<ModelFile>& file) {
        return run_apart(
            [file](const Stop&) { return mapping::network_fingerprint(file->network); });
      });
}

}  // namespace

void bind_models(py::module_& module) {
  Model model(module, "Model", "A rate network with what is known of it.");
  add_network(model);
  add_records(model);
  model
      .def(
          "save",
          [](const std::shared_ptr<ModelFile>& file, const std::string& path, bool level73) {
            run_apart([file, path, level73](const Stop& stop) {
              io::write_model(path, *file,
                              level73 ? io::MatVersion::level73 : io::MatVersion::level5, {}, stop);
            });
          },
          py::arg("path"), py::arg("level73"))
      .def("run", &run, py::arg("u"), py::arg("options"), py::arg("progress"))
      .def("with_scaling", &with_scaling, py::arg("scaling_factor"))
      .def("spiking_network", &spiking_network);
  module.def(
      "import_model",
      [](const std::string& path, std::optional<double> spike_step) {
        io::ImportedModel imported = run_apart(
            [path, spike_step](const Stop&) { return io::import_model(path, spike_step); });
        return py::make_tuple(std::make_shared<ModelFile>(std::move(imported.file)),
                              imported.notes);
      },
      py::arg("path"), py::arg("spike_step"), "A model of another format, and notes.");
  module.def("model_from", &model_from, py::arg("arrays"), "A rate network from its arrays.");
  module.def(
      "read_model",
      [](const std::string& path) {
        return run_apart(
            [path](const Stop&) { return std::make_shared<ModelFile>(io::read_model(path)); });
      },
      py::arg("path"), "The model of a file.");
  module.def(
      "parse_model",
      [](const py::bytes& contents) {
        return run_apart([text = static_cast<std::string>(contents)](const Stop&) {
          return std::make_shared<ModelFile>(
              io::parse_model(std::as_bytes(std::span(text.data(), text.size())), "pickled model"));
        });
      },
      py::arg("contents"), "The model of a file's contents.");
}

}  // namespace rheobase::python
