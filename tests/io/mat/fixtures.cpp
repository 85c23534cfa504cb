#include "tests/io/mat/fixtures.hpp"

#include <algorithm>
#include <cmath>

#include <stdlib.h>

#include "core/random.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::test {

namespace fs = std::filesystem;

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "io-test-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

rate::DaleModel small_model(int units) {
  RandomStream random(7, 0, Purpose::initialisation);
  const auto normal = [&](Eigen::Index rows, Eigen::Index cols) {
    return Eigen::MatrixXd(
        Eigen::MatrixXd::NullaryExpr(rows, cols, [&] { return random.normal(); }));
  };
  const Eigen::Index n = units;
  rate::DaleModel model;
  model.w = normal(n, n).cwiseAbs();
  model.w0 = normal(n, n).cwiseAbs();
  model.inhibitory.assign(static_cast<std::size_t>(n), false);
  model.inhibitory[1] = true;
  model.inhibitory[static_cast<std::size_t>(n - 1)] = true;
  model.sign = Eigen::VectorXd::Ones(n);
  model.sign[1] = model.sign[n - 1] = -1.0;
  model.mask = Eigen::MatrixXd::Ones(n, n);
  model.mask(1, 1) = model.mask(1, n - 1) = 0.0;
  model.som_units = 1;
  model.w_in = normal(n, 2);
  model.w_out = normal(n, 1).transpose();
  model.b_out[0] = random.normal();
  model.tau_gate = normal(n, 1);
  model.tau_gate0 = normal(n, 1);
  model.tau_min_steps = 4.0;
  model.tau_max_steps = 20.0;
  model.transfer = "softplus";
  return model;
}

io::ModelFile small_model_file() {
  io::ModelFile file = io::model_file_of(small_model());
  file.task = "go-nogo";
  file.scaling_factor = 45.0;
  const Eigen::Index n = file.network.units();
  io::ModelProvenance& provenance = file.provenance;
  provenance.losses = {12.5, 9.25, 1.0 / 3.0};
  provenance.trials = 3;
  provenance.eval_accuracy = 0.97;
  provenance.eval_loss = 1.0 / 7.0;
  provenance.eval_outputs = Eigen::MatrixXd::Random(4, 9);
  provenance.eval_labels = Eigen::VectorXi{{0, 1, 1, 0}};
  provenance.evaluations = Eigen::MatrixXd{{1.0, 9.5, 0.5}, {3.0, 1.0 / 7.0, 0.97}};
  provenance.example.input = Eigen::MatrixXd::Random(2, 10);
  provenance.example.target = Eigen::MatrixXd::Random(1, 10);
  provenance.example.output = Eigen::MatrixXd::Random(1, 9);
  provenance.example.x = Eigen::MatrixXd::Random(n, 10);
  provenance.example.r = Eigen::MatrixXd::Random(n, 10);
  provenance.example.x0 = Eigen::MatrixXd::Random(n, 10);
  provenance.example.r0 = Eigen::MatrixXd::Random(n, 10);
  provenance.scaling_factors = {40.0, 45.0, 50.0};
  provenance.accuracies = {0.5, 1.0, 0.75};
  provenance.search_copies = {1.0, 1.0, 2.0};
  provenance.search_predicted = {0.625, 1.0, 0.875};
  provenance.task_parameters = {{"delay", 12.0}, {"input-noise", 0.1}};
  provenance.command = "rheobase train --task go-nogo -o 'Modell \u00fc\u03bc.mat'";
  provenance.map_command = "rheobase map model.mat";
  provenance.seed = 4294967295U;
  provenance.training_options = rate::recommended_training();
  provenance.training_options->schedule = rate::Schedule::cosine;
  file.transfer = mapping::TransferOptions{};
  file.transfer->neuron.refractory_ms = 0.0;
  file.transfer->rise_ms = 5.0;
  file.transfer->threshold_sd_mv = 1.5;
  file.transfer->bias_sd_mv = 0.5;
  file.transfer->unit_seed = 7;
  file.transfer->unit_tau_membrane_ms = {10.0, 11.0, 12.0, 13.0, 14.0, 15.5};
  file.transfer->unit_refractory_ms = {2.0, 1.0, 0.0, 3.0, 4.0, 5.5};
  file.transfer->unit_threshold_mv = {-40.0, -41.0, -42.0, -43.0, -44.0, -45.5};
  file.transfer->unit_reset_mv = {-65.0, -64.0, -63.0, -62.0, -61.0, -60.25};
  file.transfer->use_initial_weights = true;
  return file;
}

io::MatFields without(const io::MatFields& fields, std::string_view name) {
  io::MatFields rest;
  for (const io::MatField& field : fields.fields()) {
    if (field.name != name) {
      rest.add(field);
    }
  }
  REQUIRE(rest.fields().size() + 1 == fields.fields().size());
  return rest;
}

std::string input_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  } catch (const std::exception& error) {
    return std::string("another exception: ") + error.what();
  }
  return "no exception";
}

std::vector<std::byte> bytes_of(const io::MatFields& fields, io::MatVersion version) {
  const TemporaryFolder folder;
  io::write_mat(folder / "a.mat", fields, version);
  return io::read_bytes(folder / "a.mat");
}

bool same(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  const auto equal = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         std::equal(a.reshaped().begin(), a.reshaped().end(), b.reshaped().begin(), equal);
}

void check_same(const rate::DaleModel& a, const rate::DaleModel& b) {
  CHECK(same(a.w, b.w));
  CHECK(same(a.w0, b.w0));
  CHECK(same(a.sign, b.sign));
  CHECK(same(a.mask, b.mask));
  CHECK(same(a.w_in, b.w_in));
  CHECK(same(a.w_out, b.w_out));
  CHECK(a.b_out == b.b_out);
  CHECK(same(a.tau_gate, b.tau_gate));
  CHECK(same(a.tau_gate0, b.tau_gate0));
  CHECK(a.tau_min_steps == b.tau_min_steps);
  CHECK(a.tau_max_steps == b.tau_max_steps);
  CHECK(a.inhibitory == b.inhibitory);
  CHECK(a.som_units == b.som_units);
  CHECK(a.transfer == b.transfer);
  CHECK(a.dale == b.dale);
}

}  // namespace rheobase::test
