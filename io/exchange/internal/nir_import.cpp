#include "io/exchange/internal/nir_import.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kMsPerSecond = 1e3;
constexpr double kSinglePrecision = 1e-6;

/// From a source to a target through weights and currents, as the signal goes.
struct Path {
  std::string source;
  std::vector<std::string> before;  ///< LI nodes between source and weights
  std::string weights;              ///< empty: none
  std::vector<std::string> behind;  ///< LI nodes between weights and target
};

class NirGraphReader {
 public:
  NirGraphReader(const Hdf5Reader& file, const std::string& where,
                 std::optional<double> spike_step_ms)
      : file_(file), where_(where) {
    for (const std::string& name : file.members("/node/nodes")) {
      types_[name] = file.values(path_of(name) + "type").text;
    }
    const std::vector<std::string> names = file.texts("/node/edges");
    for (std::size_t i = 0; i + 1 < names.size(); i += 2) {
      if (!types_.contains(names[i]) || !types_.contains(names[i + 1])) {
        throw InputError(where_, "'/node/edges'",
                         fmt::format("'{}' to '{}'", names[i], names[i + 1]),
                         "must connect nodes of the graph");
      }
      sources_[names[i + 1]].push_back(names[i]);
    }
    find_neurons();
    spike_step_ms_ = spike_step_ms ? *spike_step_ms : spike_step_of_file();
  }

  NirNetwork read() {
    read_membrane();
    read_currents();
    read_readout();
    network_.w = w_;
    network_.tau_ms = decay_ms_;
    network_.step_ms = std::min(5.0, decay_ms_.minCoeff());
    network_.bias = VectorXd::Zero(units());
    std::vector<double> rests;
    transfer_.neuron.bias_mv = of_all(rest_, rests);
    for (const double rest : rests) {
      transfer_.unit_bias_mv.push_back(rest - transfer_.neuron.bias_mv);
    }
    notes_.emplace_back(
        "the graph is a spiking network, with scaling factor 1: `simulate` runs it. Its voltages "
        "are taken for mV; without the noise of other models: --noise 0");
    NirNetwork result;
    result.file.network = std::move(network_);
    result.file.scaling_factor = 1.0;
    result.file.transfer = transfer_;
    result.notes = std::move(notes_);
    return result;
  }

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& found,
                         const std::string& required) const {
    throw InputError(where_, fmt::format("node '{}'", name), found, required);
  }

  static std::string path_of(const std::string& name) { return "/node/nodes/" + name + "/"; }
  Index units() const { return static_cast<Index>(rest_.size()); }
  bool is(const std::string& name, std::initializer_list<std::string_view> types) const {
    return std::ranges::find(types, types_.at(name)) != types.end();
  }

  void find_neurons() {
    for (const auto& [name, type] : types_) {
      if (!is(name, {"Input", "Output", "Affine", "Linear", "LI", "LIF", "CubaLIF"})) {
        fail(name, type, "must be one of Input, Output, Affine, Linear, LIF, CubaLIF, LI");
      }
      if (is(name, {"LIF", "CubaLIF"})) {
        if (!neurons_.empty()) {
          fail(name, fmt::format("a second population beside '{}'", neurons_),
               "must be the only LIF or CubaLIF node: models here are one population");
        }
        neurons_ = name;
      }
    }
    if (neurons_.empty()) {
      throw InputError(where_, "'/node/nodes'", "no spiking neurons",
                       "must hold one LIF or CubaLIF node");
    }
  }

  /// A parameter of all units; one number stands for all.
  VectorXd numbers(const std::string& name, const std::string& field, Index size) const {
    const Hdf5Values values = file_.values(path_of(name) + field);
    const auto count = static_cast<Index>(values.numbers.size());
    const VectorXd given = Eigen::Map<const VectorXd>(values.numbers.data(), count);
    if (size >= 0 && count == 1) {
      return VectorXd::Constant(size, given[0]);
    }
    if ((size >= 0 && count != size) || !given.allFinite()) {
      fail(name, fmt::format("{} with {} numbers", field, count),
           fmt::format("must have {} finite numbers", size));
    }
    return given;
  }

  /// The mean of the units; those themselves where they differ by more than single precision.
  static double of_all(const VectorXd& values, std::vector<double>& of_units) {
    const double smallest = values.minCoeff();
    const double largest = values.maxCoeff();
    if (largest - smallest > kSinglePrecision * (1.0 + std::abs(largest))) {
      of_units.assign(values.begin(), values.end());
    }
    return std::clamp(values.mean(), smallest, largest);  // rounding puts it beyond equal values
  }

  /// What a spike is by the metadata of our exporter; 0: a pulse of area 1.
  double spike_step_of_file() {
    const std::string field = "metadata/spike_step_s";
    if (!file_.has(path_of(neurons_) + field)) {
      return 0.0;
    }
    const double step_s = numbers(neurons_, field, 1)[0];
    if (step_s <= 0.0) {
      fail(neurons_, fmt::format("{} of {}", field, step_s), "must be a positive step in seconds");
    }
    notes_.push_back(
        fmt::format("a spike counts as 1 in a step of {:g} ms, as the metadata of {} say",
                    kMsPerSecond * step_s, neurons_));
    return kMsPerSecond * step_s;
  }

  void read_membrane() {
    const bool cuba = is(neurons_, {"CubaLIF"});
    const std::string tau = cuba ? "tau_mem" : "tau";
    rest_ = numbers(neurons_, tau, -1);
    spiking::NeuronParameters& neuron = transfer_.neuron;
    neuron.tau_membrane_ms = of_all(kMsPerSecond * rest_, transfer_.unit_tau_membrane_ms);
    const VectorXd threshold = numbers(neurons_, "v_threshold", units());
    neuron.threshold_mv = of_all(threshold, transfer_.unit_threshold_mv);
    neuron.peak_mv = threshold.maxCoeff();
    const bool has_reset = file_.has(path_of(neurons_) + "v_reset");  // older files have none
    neuron.reset_mv =
        has_reset ? of_all(numbers(neurons_, "v_reset", units()), transfer_.unit_reset_mv) : 0.0;
    const bool rests = file_.has(path_of(neurons_) + "metadata/refractory_s");
    neuron.refractory_ms =
        rests ? of_all(kMsPerSecond * numbers(neurons_, "metadata/refractory_s", units()),
                       transfer_.unit_refractory_ms)
              : 0.0;
    gain_ = numbers(neurons_, "r", units());
    rest_ = numbers(neurons_, "v_leak", units());
  }

  /// Weights and bias of an Affine or Linear node, with the shape that its ends ask for.
  std::pair<MatrixXd, VectorXd> weights(const std::string& name) const {
    const Hdf5Values weight = file_.values(path_of(name) + "weight");
    if (weight.shape.size() != 2) {
      fail(name, fmt::format("a weight of {} dimensions", weight.shape.size()),
           "must have two, out x in");
    }
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    MatrixXd matrix =
        Eigen::Map<const RowMajor>(weight.numbers.data(), static_cast<Index>(weight.shape[0]),
                                   static_cast<Index>(weight.shape[1]));
    const bool affine = is(name, {"Affine"});
    VectorXd bias = affine ? numbers(name, "bias", matrix.rows()) : VectorXd::Zero(matrix.rows());
    return {std::move(matrix), std::move(bias)};
  }

  const std::string& only_source(const std::string& name) const {
    const auto found = sources_.find(name);
    const std::size_t count = found == sources_.end() ? 0 : found->second.size();
    if (count != 1) {
      fail(name, fmt::format("{} incoming edges", count), "must have one");
    }
    return found->second.front();
  }

  /// Backwards from what ends at a target.
  Path path_from(std::string name) const {
    Path path;
    std::set<std::string> passed;
    const auto pass_currents = [&](std::vector<std::string>& currents) {
      while (is(name, {"LI"})) {
        if (!passed.insert(name).second) {
          fail(name, "a current that feeds itself", "must come from the input or the neurons");
        }
        currents.insert(currents.begin(), name);
        name = only_source(name);
      }
    };
    pass_currents(path.behind);
    if (is(name, {"Affine", "Linear"})) {
      path.weights = name;
      name = only_source(name);
      pass_currents(path.before);
    }
    if (!is(name, {"Input"}) && name != neurons_) {
      fail(name, types_.at(name), "must be the input or the neurons: one layer of weights each");
    }
    path.source = name;
    return path;
  }

  void read_currents() {
    w_ = MatrixXd::Zero(units(), units());
    decay_ms_ = VectorXd::Constant(units(), 5.0);
    transfer_.synapse = spiking::SynapseKind::single_exponential;
    if (is(neurons_, {"CubaLIF"})) {
      decay_ms_ = kMsPerSecond * numbers(neurons_, "tau_syn", units());
      gain_.array() *= numbers(neurons_, "w_in", units()).array();
      notes_.emplace_back("CubaLIF filters the input by the synapse too; here it acts at once");
    }
    bool recurrent = false;
    for (const std::string& source : sources_[neurons_]) {
      const Path path = path_from(source);
      if (path.source == neurons_) {
        read_recurrent(path, recurrent);
        recurrent = true;
      } else {
        read_input(path);
      }
    }
    if (network_.w_in.size() == 0) {
      fail(neurons_, "no input", "must have one, through an Affine or Linear node");
    }
  }

  void read_input(const Path& path) {
    if (path.weights.empty() || !path.before.empty() || !path.behind.empty() ||
        network_.w_in.size() > 0) {
      fail(neurons_, "another way from the input than through one node of weights",
           "must be input -> Affine or Linear -> neurons");
    }
    const auto [matrix, bias] = weights(path.weights);
    require_rows(path.weights, matrix, units());
    network_.w_in = gain_.asDiagonal() * matrix;
    rest_ += gain_.cwiseProduct(bias);
  }

  void read_recurrent(const Path& path, bool again) {
    const bool cuba = is(neurons_, {"CubaLIF"});
    const std::size_t fewest = cuba ? 0 : 1;
    const std::size_t most = cuba ? 0 : 2;
    if (again || path.weights.empty() || !path.before.empty() || path.behind.size() < fewest ||
        path.behind.size() > most) {
      fail(neurons_, fmt::format("recurrent currents through {} LI nodes", path.behind.size()),
           cuba ? "must be CubaLIF -> Affine or Linear -> CubaLIF"
                : "must be LIF -> Affine or Linear -> LI -> (LI ->) LIF: a synapse of one or two "
                  "exponentials");
    }
    auto [matrix, bias] = weights(path.weights);
    require_rows(path.weights, matrix, units());
    if (matrix.cols() != units()) {
      fail(path.weights, counted(matrix.cols(), "column"),
           fmt::format("must be one per neuron: {}", units()));
    }
    const VectorXd gain = gain_.cwiseProduct(current_gain(path.behind, units()));
    read_synapse(path.behind);
    w_ = spike_area() * gain.asDiagonal() * matrix;
    rest_ += gain.cwiseProduct(bias);
  }

  void read_synapse(const std::vector<std::string>& currents) {
    std::vector<VectorXd> tau_ms;
    for (const std::string& current : currents) {
      tau_ms.push_back(kMsPerSecond * numbers(current, "tau", units()));
      if (numbers(current, "v_leak", units()).cwiseAbs().maxCoeff() > 0.0) {
        fail(current, "a v_leak that is not 0", "must be 0 in a synapse");
      }
    }
    if (tau_ms.size() == 2) {
      const auto uniform = [](const VectorXd& tau) { return tau.maxCoeff() == tau.minCoeff(); };
      if (!uniform(tau_ms[0])) {
        std::swap(tau_ms[0], tau_ms[1]);  // in a row, their order does not matter
      }
      if (!uniform(tau_ms[0])) {
        fail(currents[0], "rise and decay times that both differ between units",
             "must have one rise time for all units");
      }
      transfer_.synapse = spiking::SynapseKind::double_exponential;
      transfer_.rise_ms = tau_ms[0][0];
    }
    if (!tau_ms.empty()) {
      decay_ms_ = tau_ms.back();
    }
  }

  void read_readout() {
    const auto output =
        std::ranges::find_if(types_, [](const auto& node) { return node.second == "Output"; });
    if (output == types_.end()) {
      throw InputError(where_, "'/node/nodes'", "no Output", "must have one");
    }
    const Path path = path_from(only_source(output->first));
    if (path.source != neurons_) {
      fail(output->first, "an output that does not come from the neurons", "must come from them");
    }
    network_.b_out = VectorXd::Zero(1);
    if (path.weights.empty()) {
      network_.w_out = MatrixXd::Constant(1, units(), 1.0 / static_cast<double>(units()));
      notes_.emplace_back("the graph gives out the spikes: the readout here is their mean rate");
      return;
    }
    const auto [matrix, bias] = weights(path.weights);
    if (matrix.cols() != units() || matrix.rows() < 1) {
      fail(path.weights, fmt::format("{} x {} weights", matrix.rows(), matrix.cols()),
           fmt::format("must be outputs x neurons: {}", counted(units(), "column")));
    }
    const VectorXd behind = current_gain(path.behind, matrix.rows());
    const bool filtered = !path.before.empty() || !path.behind.empty();
    // Our exporter leaves the weights of a readout without currents as they are.
    const bool as_written = !filtered && file_.has(path_of(neurons_) + "metadata/rheobase_version");
    network_.w_out = (as_written ? 1.0 : spike_area()) * behind.asDiagonal() * matrix *
                     current_gain(path.before, units()).asDiagonal();
    network_.b_out = behind.cwiseProduct(bias);
    transfer_.readout_bias = !bias.isZero(0.0);
    if (!path.behind.empty() || !is_synapse(path.before)) {
      notes_.emplace_back("the readout here filters spikes by the synapse of every unit");
    }
  }

  /// What LI nodes in a row make of a constant current. @throws InputError for currents at rest
  VectorXd current_gain(const std::vector<std::string>& currents, Index size) const {
    VectorXd gain = VectorXd::Ones(size);
    for (const std::string& current : currents) {
      gain.array() *= numbers(current, "r", size).array();
      if (!numbers(current, "v_leak", size).isZero(0.0)) {
        fail(current, "v_leak other than 0", "must be 0: currents decay to nothing");
      }
    }
    return gain;
  }

  /// Whether LI nodes have the time constants of the recurrent currents, to single precision.
  bool is_synapse(const std::vector<std::string>& currents) const {
    std::vector<VectorXd> known{decay_ms_};
    if (transfer_.synapse == spiking::SynapseKind::double_exponential) {
      known.push_back(VectorXd::Constant(units(), transfer_.rise_ms));
    }
    std::vector<VectorXd> found;
    for (const std::string& current : currents) {
      found.push_back(kMsPerSecond * numbers(current, "tau", units()));
    }
    return std::is_permutation(
        found.begin(), found.end(), known.begin(), known.end(),
        [](const VectorXd& a, const VectorXd& b) { return a.isApprox(b, kSinglePrecision); });
  }

  void require_rows(const std::string& name, const MatrixXd& matrix, Index rows) const {
    if (matrix.rows() != rows) {
      fail(name, counted(matrix.rows(), "row"), fmt::format("must be one per neuron: {}", rows));
    }
  }

  /// Of a spike, as the weights count it.
  double spike_area() const { return spike_step_ms_ > 0.0 ? spike_step_ms_ / kMsPerSecond : 1.0; }

  const Hdf5Reader& file_;
  const std::string& where_;
  double spike_step_ms_ = 0.0;
  std::map<std::string, std::string> types_;
  std::map<std::string, std::vector<std::string>> sources_;
  std::string neurons_;
  VectorXd gain_, rest_, decay_ms_;
  MatrixXd w_;
  rate::RateNetwork network_;
  mapping::TransferOptions transfer_;
  std::vector<std::string> notes_;
};

}  // namespace

NirNetwork read_nir(const Hdf5Reader& reader, const std::string& where,
                    std::optional<double> spike_step_ms) {
  return NirGraphReader(reader, where, spike_step_ms).read();
}

}  // namespace rheobase::io
