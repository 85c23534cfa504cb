#include "io/mat/rate_model_file.hpp"

#include <limits>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "core/version.hpp"
#include "io/mat/atomic_file.hpp"
#include "io/mat/internal/model_fields.hpp"
#include "tests/io/mat/fixtures.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::mapping;
using namespace rheobase::rate;
using namespace rheobase::spiking;
using namespace rheobase::test;

namespace {

const std::filesystem::path kReference = std::filesystem::path(RHEOBASE_TEST_DATA) / "reference";
const std::filesystem::path kForeign = RHEOBASE_IO_TEST_DATA;

ModelFile parse(const MatFields& fields, MatVersion version = MatVersion::level5) {
  return parse_model(bytes_of(fields, version), "model.mat");
}

void check_same(const ExampleTrial& a, const ExampleTrial& b) {
  CHECK(same(a.input, b.input));
  CHECK(same(a.target, b.target));
  CHECK(same(a.output, b.output));
  CHECK(same(a.x, b.x));
  CHECK(same(a.r, b.r));
  CHECK(same(a.x0, b.x0));
  CHECK(same(a.r0, b.r0));
}

void check_same(const ModelProvenance& a, const ModelProvenance& b) {
  CHECK(a.losses == b.losses);
  CHECK(a.trials == b.trials);
  CHECK(a.eval_accuracy == b.eval_accuracy);
  CHECK(a.eval_loss == b.eval_loss);
  CHECK(same(a.eval_outputs, b.eval_outputs));
  CHECK(same(a.eval_labels.cast<double>(), b.eval_labels.cast<double>()));
  CHECK(same(a.evaluations, b.evaluations));
  check_same(a.example, b.example);
  CHECK(a.scaling_factors == b.scaling_factors);
  CHECK(a.accuracies == b.accuracies);
  CHECK(a.search_copies == b.search_copies);
  CHECK(a.search_predicted == b.search_predicted);
  CHECK(a.task_parameters == b.task_parameters);
  CHECK(a.command == b.command);
  CHECK(a.map_command == b.map_command);
  CHECK(a.seed == b.seed);
  REQUIRE(a.training_options.has_value() == b.training_options.has_value());
  if (a.training_options) {
    for (const auto& field : rate::training_fields()) {
      CAPTURE(field.name);
      CHECK(field.get(*a.training_options) == field.get(*b.training_options));
    }
  }
}

/// The field's values as another class; numbers must be whole where the class is.
template <class T>
MatField as_class(const MatField& field, MatField::Kind kind) {
  MatField converted = field;
  converted.kind = kind;
  const std::size_t count = field.data.size() / sizeof(double);
  std::vector<T> values;
  for (std::size_t i = 0; i < count; ++i) {
    double value = 0.0;
    std::memcpy(&value, field.data.data() + i * sizeof value, sizeof value);
    values.push_back(static_cast<T>(value));
  }
  const auto bytes = std::as_bytes(std::span(values));
  converted.data.assign(bytes.begin(), bytes.end());
  return converted;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a model and all that belongs to it come back as they were, in both levels") {
    const TemporaryFolder folder;
    const ModelFile file = small_model_file();
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      write_model(folder / "model.mat", file, version);
      const ModelFile back = read_model(folder / "model.mat");
      test::check_same(back.dale.value(), file.dale.value());
      check_same(back.provenance, file.provenance);
      CHECK(back.transfer == file.transfer);
      CHECK(back.provenance.version == kVersion);
    }
    CHECK(folder.names() == std::vector<std::string>{"model.mat"});
  }

  TEST_CASE("the smallest model, with nothing optional, comes back too") {
    ModelFile file = model_file_of(small_model());
    file.dale.value().w0.resize(0, 0);
    file.dale.value().tau_gate0.resize(0);
    file.dale.value().tau_gate.resize(0);
    file.dale.value().tau_min_steps = file.dale.value().tau_max_steps = 7.5;
    file.task.clear();
    file.scaling_factor.reset();
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      const ModelFile back = parse(model_fields(file), version);
      test::check_same(back.dale.value(), file.dale.value());
      check_same(back.provenance, ModelProvenance{});
      CHECK(!back.transfer);
    }
  }

  TEST_CASE("the reference's names, shapes and types") {
    const ModelFile file = small_model_file();
    const MatFile mat(bytes_of(model_fields(file), MatVersion::level5), "model.mat");
    std::map<std::string, std::string> expected{
        {"w", "6 x 6 double"},
        {"w0", "6 x 6 double"},
        {"m", "6 x 6 double"},
        {"som_m", "6 x 6 double"},
        {"w_in", "6 x 2 double"},
        {"w_out", "1 x 6 double"},
        {"b_out", "1 x 1 double"},
        {"N", "1 x 1 int64"},
        {"som_N", "1 x 1 int64"},
        {"exc", "6 x 1 logical"},
        {"inh", "6 x 1 logical"},
        {"taus", "1 x 2 double"},
        {"taus_gaus", "6 x 1 double"},
        {"taus_gaus0", "6 x 1 double"},
        {"activation", "1 x 8 char"},
        {"x0", "10 x 6 double"},
        {"r0", "10 x 6 double"},
        {"x", "10 x 6 double"},
        {"r", "10 x 6 double"},
        {"u", "2 x 10 double"},
        {"o", "1 x 9 double"},
        {"target", "1 x 10 double"},
        {"losses", "1 x 3 double"},
        {"tr", "1 x 1 int64"},
        {"eval_perf_mean", "1 x 1 double"},
        {"eval_loss_mean", "1 x 1 double"},
        {"eval_os", "4 x 9 double"},
        {"eval_labels", "1 x 4 double"},
        {"evaluations", "2 x 3 double"},
        {"opt_scaling_factor", "1 x 1 double"},
        {"all_perfs", "3 x 1 double"},
        {"scaling_factors", "1 x 3 double"},
        {"search_copies", "1 x 3 double"},
        {"search_predicted", "1 x 3 double"},
        {"task", "1 x 7 char"},
        {"apply_dale", "1 x 1 logical"},
        {"task_parameters", "1 x 1 struct"},
        {"seed", "1 x 1 double"},
        {"command", "1 x 48 char"},
        {"map_command", "1 x 22 char"},
        {"rheobase_version", "1 x 5 char"},
        {"task_parameters.delay", "1 x 1 double"},
        {"task_parameters.input_noise", "1 x 1 double"},
        {"spiking_network", "1 x 1 struct"},
        {"spiking_network.neuron", "1 x 3 char"},
        {"spiking_network.tau_membrane_ms", "1 x 1 double"},
        {"spiking_network.threshold_mv", "1 x 1 double"},
        {"spiking_network.reset_mv", "1 x 1 double"},
        {"spiking_network.refractory_ms", "1 x 1 double"},
        {"spiking_network.bias_mv", "1 x 1 double"},
        {"spiking_network.peak_mv", "1 x 1 double"},
        {"spiking_network.synapse", "1 x 6 char"},
        {"spiking_network.rise_ms", "1 x 1 double"},
        {"spiking_network.readout_bias", "1 x 1 logical"},
        {"spiking_network.initial_weights", "1 x 1 logical"},
        {"spiking_network.mapping", "1 x 9 char"},
        {"spiking_network.drive_gain", "1 x 1 double"},
        {"spiking_network.membrane_noise_mv2_per_ms", "1 x 1 double"},
        {"spiking_network.copies", "1 x 1 double"},
        {"spiking_network.refractory_noise", "1 x 1 logical"},
        {"spiking_network.filter_input", "1 x 1 logical"},
        {"spiking_network.delay_ms", "1 x 1 double"},
        {"spiking_network.synaptic_delay_ms", "1 x 1 double"},
        {"spiking_network.inhibitory_delay_ms", "1 x 1 double"},
        {"spiking_network.readout_decay_ms", "1 x 1 double"},
        {"spiking_network.threshold_sd_mv", "1 x 1 double"},
        {"spiking_network.bias_sd_mv", "1 x 1 double"},
        {"spiking_network.unit_seed", "1 x 1 double"},
        {"spiking_network.delay_spread_ms", "1 x 1 double"},
        {"spiking_network.unit_threshold_mv", "6 x 1 double"},
        {"spiking_network.unit_tau_membrane_ms", "6 x 1 double"},
        {"spiking_network.unit_refractory_ms", "6 x 1 double"},
        {"spiking_network.tau_membrane_sd_ms", "1 x 1 double"},
        {"spiking_network.refractory_sd_ms", "1 x 1 double"},
        {"spiking_network.unit_reset_mv", "6 x 1 double"},
        {"training_options", "1 x 1 struct"}};
    for (const auto& field : rate::training_fields()) {
      expected["training_options." + std::string(field.name)] = "1 x 1 double";
    }
    expected["training_options.rule"] = "1 x 4 char";
    expected["training_options.loss"] = "1 x 2 char";
    expected["training_options.schedule"] = "1 x 6 char";
    for (const char* name : {"spike_noise_throughout", "trains_w", "trains_w_out", "trains_b_out",
                             "trains_taus_gaus", "trains_w_in"}) {
      expected[std::string("training_options.") + name] = "1 x 1 logical";
    }
    std::map<std::string, std::string> found;
    for (const MatArray& array : mat.arrays()) {
      found[array.name] = array.describe();
    }
    for (const auto& [name, description] : expected) {
      CAPTURE(name);
      CHECK(found[name] == description);
    }
    for (const auto& [name, description] : found) {
      CAPTURE(name);
      CHECK(expected.contains(name));
    }
  }

  TEST_CASE("delays of connections come back as they were, and no other shape is read") {
    ModelFile file = small_model_file();
    file.transfer->delay_spread_ms = 2.5;
    for (int k = 0; k < 36; ++k) {
      file.transfer->connection_delay_ms.push_back(0.25 * k);
    }
    CHECK(parse(model_fields(file)).transfer == file.transfer);
    const MatFields whole = model_fields(file);
    MatFields fields;
    for (const MatField& field : whole.fields()) {
      if (field.name != "spiking_network.connection_delay_ms") {
        fields.add(field);
      }
    }
    fields.matrix("spiking_network.connection_delay_ms", Eigen::MatrixXd::Zero(6, 5));
    try {
      parse(fields);
      FAIL("read");
    } catch (const InputError& error) {
      CHECK(error.found() == "6 x 5");
      CHECK(error.required() == "must be N x N finite delays in ms");
    }
  }

  TEST_CASE("under Dale's principle weights are saved rectified, without it as they are") {
    ModelFile file = small_model_file();
    file.dale.value().w(2, 3) = -0.5;
    file.dale.value().w0(3, 2) = -0.25;
    ModelFile back = parse(model_fields(file));
    CHECK(back.dale.value().w(2, 3) == 0.0);
    CHECK(back.dale.value().w0(3, 2) == 0.0);
    CHECK(same(effective_weights(back.dale.value()), effective_weights(file.dale.value())));
    file.dale.value().dale = false;
    file.dale.value().sign.setOnes();
    file.dale.value().inhibitory.assign(6, false);
    file.dale.value().som_units = 0;
    back = parse(model_fields(file));
    test::check_same(back.dale.value(), file.dale.value());
    CHECK(back.dale.value().w(2, 3) == -0.5);
  }

  TEST_CASE("single precision, whole numbers, plain numbers for flags: all classes are read") {
    const ModelFile file = small_model_file();
    const MatFields fields = model_fields(file);
    MatFields mixed;
    for (const MatField& field : fields.fields()) {
      if (field.name == "m" || field.name == "som_m") {
        mixed.add(as_class<std::int32_t>(field, MatField::Kind::int32));
      } else if (field.name == "N" || field.name == "som_N") {
        mixed.number(field.name, field.name == "N" ? 6.0 : 1.0);
      } else if (field.name == "inh") {
        mixed.column("inh", std::vector<double>{0, 1, 0, 0, 0, 1});
      } else if (field.name == "exc") {
        mixed.int32_column("exc", std::vector<std::int32_t>{1, 0, 1, 1, 1, 0});
      } else if (field.kind == MatField::Kind::float64 && !field.name.starts_with("task_")) {
        mixed.add(as_class<float>(field, MatField::Kind::float32));
      } else {
        mixed.add(field);
      }
    }
    for (const MatVersion version : {MatVersion::level5, MatVersion::level73}) {
      const DaleModel model = parse(mixed, version).dale.value();
      CHECK(same(model.w, file.dale.value().w.cast<float>().cast<double>()));
      CHECK(same(model.tau_gate, file.dale.value().tau_gate.cast<float>().cast<double>()));
      CHECK(same(model.sign, file.dale.value().sign));
      CHECK(same(model.mask, file.dale.value().mask));
      CHECK(model.inhibitory == file.dale.value().inhibitory);
      CHECK(model.som_units == 1);
    }
  }

  TEST_CASE("fields that may be missing") {
    const ModelFile file = small_model_file();
    MatFields fields = model_fields(file);
    for (const char* name : {"w0", "taus_gaus0", "som_m", "activation", "exc", "task", "apply_dale",
                             "opt_scaling_factor", "x0", "r0", "u", "losses", "tr"}) {
      fields = without(fields, name);
    }
    const ModelFile read = parse(fields);
    const DaleModel& model = *read.dale;
    CHECK(model.w0.size() == 0);
    CHECK(model.tau_gate0.size() == 0);
    CHECK(same(model.mask, Eigen::MatrixXd::Ones(6, 6)));
    CHECK(model.transfer == "sigmoid");
    CHECK(model.inhibitory == file.dale.value().inhibitory);
    CHECK(model.dale);
    CHECK(read.task.empty());
    CHECK(!read.scaling_factor);

    const DaleModel from_exc = parse(without(model_fields(file), "inh")).dale.value();
    CHECK(from_exc.inhibitory == file.dale.value().inhibitory);
  }

  TEST_CASE("without the field apply_dale, signs and weights say what holds") {
    ModelFile file = small_model_file();
    file.dale.value().dale = false;
    file.dale.value().sign.setOnes();
    file.dale.value().inhibitory.assign(6, false);
    file.dale.value().som_units = 0;
    CHECK(parse(without(model_fields(file), "apply_dale")).dale->dale);
    file.dale.value().w(0, 0) = -0.1;
    CHECK(!parse(without(model_fields(file), "apply_dale")).dale->dale);
    file.dale.value().sign[2] = -1.0;
    file.dale.value().inhibitory[2] = true;
    CHECK(parse(without(model_fields(file), "apply_dale")).dale->dale);
  }

  TEST_CASE("not-a-number as scaling factor is the reference's lock: no factor") {
    MatFields fields = without(model_fields(small_model_file()), "opt_scaling_factor");
    fields.number("opt_scaling_factor", std::numeric_limits<double>::quiet_NaN());
    CHECK(!parse(fields).scaling_factor);
  }

  TEST_CASE("records of another form are left out, the network is read") {
    MatFields fields = model_fields(small_model_file());
    for (const char* name : {"eval_labels", "x", "losses", "tr", "seed"}) {
      fields = without(fields, name);
    }
    fields.text("eval_labels", "same");
    fields.matrix("x", Eigen::MatrixXd::Zero(10, 5));
    fields.text("losses", "none");
    fields.number("tr", -1.5);
    fields.number("seed", 4294967296.0);
    fields = without(fields, "training_options.batch");
    fields.number("training_options.batch", 0.0);
    const ModelProvenance provenance = parse(fields).provenance;
    CHECK(provenance.eval_labels.size() == 0);
    CHECK(provenance.example.x.size() == 0);
    CHECK(provenance.example.r.size() == 60);
    CHECK(provenance.losses.empty());
    CHECK(provenance.trials == 0);
    CHECK(!provenance.seed);
    CHECK(!provenance.training_options);
  }
}

TEST_SUITE("golden") {
  TEST_CASE("the reference's models are read, the single-precision one equals the double one") {
    const DaleModel model = read_model(kReference / "models/go-nogo_N200_s1.mat").dale.value();
    const DaleModel single =
        read_model(kReference / "models/go-nogo_N200_s1_single.mat").dale.value();
    CHECK(model.units() == 200);
    CHECK(model.inputs() == 1);
    CHECK(model.dale);
    CHECK(model.b_out[0] == near(0.04911618, 1e-7));
    CHECK(std::count(model.inhibitory.begin(), model.inhibitory.end(), false) == 168);
    CHECK(same(single.w, model.w.cast<float>().cast<double>()));
    CHECK(same(single.w0, model.w0.cast<float>().cast<double>()));
    CHECK(same(single.w_in, model.w_in.cast<float>().cast<double>()));
    CHECK(same(single.w_out, model.w_out.cast<float>().cast<double>()));
    CHECK(same(single.tau_gate, model.tau_gate.cast<float>().cast<double>()));
    CHECK(same(single.sign, model.sign));
    CHECK(same(single.mask, model.mask));
    CHECK(single.inhibitory == model.inhibitory);
    for (const char* name : {"xor_N200_s4.mat", "mante_N250_s5.mat"}) {
      const ModelFile file = read_model(kReference / "models" / name);
      CHECK(file.network.inputs() == (name[0] == 'x' ? 2 : 4));
      CHECK(file.provenance.eval_accuracy >= 0.95);
      CHECK(file.provenance.trials > 0);
    }
  }

  TEST_CASE("the same small model as other programs write it") {
    const DaleModel expected = read_model(kForeign / "scipy_compressed.mat").dale.value();
    CHECK(expected.units() == 3);
    CHECK(expected.w(2, 0) == 0.125);
    CHECK(expected.transfer == "clipped_relu");
    CHECK(expected.tau_min_steps == 4.0);
    for (const char* name : {"scipy_plain.mat", "octave_compressed.mat", "octave_plain.mat",
                             "hdf5_matlab_layout.mat"}) {
      CAPTURE(name);
      test::check_same(read_model(kForeign / name).dale.value(), expected);
    }
  }
}
