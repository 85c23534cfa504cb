// Networks of motor motifs. On the grid t_n = n dt, with a = dt/tau,
//   x_{n+1} = (1 - a) x_n + a h_n + sigma xi_n,  r = tanh(x),  y = w . r,  J, w ~ N(0, 1/N)
// sigma per step, without a root of it. Prep: n < 50, the first 5 tau of a motif.
//
// | architecture | h | trained per motif | N |
// | --- | --- | --- | --- |
// | control | g J r + b | b; J and w, shared | 50 |
// | additive | g J r + b | b | 300 |
// | multiplicative | (g J + u v^T) r + b | b, u, v | 100 |
// | two-input | g J r + (b before 5 tau, b2 after) | b, b2 | 150 |
// | additive-preparation | (g J + prep U V^T) r + b | b | 300 |
// | multiplicative-preparation | (g J + prep U V^T + (1 - prep) u v^T) r + prep b | b, u, v | 100 |
//
// | symbol | name | unit | default |
// | --- | --- | --- | --- |
// | g | gain | | 1.4 (control: not published) |
// | g_ptb | loop_gain: u, v ~ N(0, g_ptb^2/N) at the start | | 1.5 |
// | P | preparation_rank | | 50 |
// | | preparation_gain: U, V ~ N(0, gain/sqrt(P N)) at the start | | 0.05 |
// | | preparation_tau | tau | 5 |
// | dt/tau | step_tau | | 0.1 |
// | tau | tau_ms | ms | 10 (the paper has no milliseconds) |
// | sigma | noise | | 0.001 |
// | | initial_std: x_0 ~ N(0, initial_std^2) | | 1 |
//
// Initial b are 0 (not stated in the paper). Logiaco & Escola, "Neural network models for zero-shot
// motor chaining" (2021), appendix A.3 to A.6.
#include "rate/models/motif/motif_library.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/range.hpp"
#include "rate/dynamics/internal/field_check.hpp"

namespace rheobase::rate {

namespace {

using enum MotifArchitecture;

constexpr const char* kPaperOfMotifs = "Logiaco & Escola 2021";

/// Lanes of the random numbers of a network (trial 0) and of a motif (trial k + 1).
enum class MotifLane : std::uint32_t { recurrent, readout, preparation, loop };

std::vector<Word<MotifArchitecture>> architecture_words() {
  std::vector<Word<MotifArchitecture>> words;
  for (const MotifArchitectureDefinition& one : motif_architectures()) {
    words.emplace_back(one.architecture, one.name);
  }
  return words;
}

template <class Values>
void fill_normal(Values&& values, double deviation, Seed seed, std::uint32_t trial,
                 MotifLane lane) {
  RandomStream stream(seed, trial, Purpose::initialisation, static_cast<std::uint32_t>(lane));
  for (double& value : values) {
    value = deviation * stream.normal();
  }
}

Motif untrained_motif(const MotifLibrary& library, const MotifTarget& target) {
  const Eigen::Index n = library.units();
  Motif motif{target, Eigen::VectorXd::Zero(n), {}, {}, {}};
  if (library.definition().second_input) {
    motif.b2 = Eigen::VectorXd::Zero(n);
  }
  if (library.definition().loop) {
    Eigen::MatrixXd both(n, 2);
    fill_normal(both.reshaped(), library.options.loop_gain / std::sqrt(static_cast<double>(n)),
                library.options.seed, static_cast<std::uint32_t>(library.motifs.size() + 1),
                MotifLane::loop);
    motif.u = both.col(0);
    motif.v = both.col(1);
  }
  return motif;
}

void require_target(const MotifLibrary& library, const MotifTarget& target,
                    const std::string& file) {
  const std::string where =
      fmt::format("{}motif '{}'", file.empty() ? "" : file + ": ", target.name);
  require_name(target, where);
  const Eigen::Index shortest = library.options.preparation_steps() + 1;
  if (target.samples.size() < shortest) {
    throw InputError(where, "", counted(target.samples.size(), "sample"),
                     fmt::format("must have {} or more, beyond the preparation; a motif is a "
                                 "column of samples",
                                 shortest));
  }
  for (Eigen::Index n = 0; n < target.samples.size(); ++n) {
    if (!std::isfinite(target.samples[n])) {
      throw InputError(where, fmt::format("sample {}", n + 1), fmt::format("{}", target.samples[n]),
                       "must be finite");
    }
  }
  for (const Motif& known : library.motifs) {
    if (known.name() == target.name) {
      throw InputError(where, "", "a motif of this name in the library", "must have a new name");
    }
  }
}

/// A loop in the window of some steps. Half a step keeps its ends apart from rounding.
LowRankLoop loop_in(const Eigen::MatrixXd& u, const Eigen::MatrixXd& v, Eigen::Index first,
                    Eigen::Index last, double step_ms) {
  return {u, v, static_cast<double>(first) * step_ms, static_cast<double>(last) * step_ms};
}

RateNetwork bare_network(const MotifLibrary& library) {
  const MotifOptions& options = library.options;
  const Eigen::Index n = library.units();
  RateNetwork network;
  network.w = options.gain * library.j;
  network.w_out = library.w.transpose();
  network.bias = Eigen::VectorXd::Zero(n);
  network.b_out = Eigen::VectorXd::Zero(1);
  network.tau_ms = Eigen::VectorXd::Constant(n, options.tau_ms);
  network.step_ms = options.step_tau * options.tau_ms;
  network.transfer = "tanh";
  network.noise.factor = options.noise;
  network.initial = {InitialState::Kind::normal, options.initial_std};
  return network;
}

/// Switches on the inputs, from row `input`, of one motif in the steps first ... first + steps - 1.
void switch_on(const MotifLibrary& library, Eigen::Index first, Eigen::Index steps,
               Eigen::Index input, Eigen::MatrixXd& inputs) {
  const MotifArchitectureDefinition& definition = library.definition();
  const Eigen::Index prepared = std::min(steps, library.options.preparation_steps());
  const bool b_ends = definition.second_input || (definition.loop && definition.preparation);
  inputs.row(input).segment(first, b_ends ? prepared : steps).setOnes();
  if (definition.second_input) {
    inputs.row(input + 1).segment(first + prepared, steps - prepared).setOnes();
  }
}

/// Loops of one motif that is on for the same steps.
void add_loops(const MotifLibrary& library, std::size_t index, Eigen::Index first,
               Eigen::Index steps, RateNetwork& network) {
  const Motif& motif = library.motifs[index];
  const MotifArchitectureDefinition& definition = library.definition();
  const Eigen::Index prepared = std::min(steps, library.options.preparation_steps());
  if (definition.preparation) {
    network.loops.push_back(loop_in(library.preparation_u, library.preparation_v, first,
                                    first + prepared, network.step_ms));
  }
  const Eigen::Index loop_from = definition.preparation ? first + prepared : first;
  if (definition.loop && first + steps > loop_from) {
    network.loops.push_back(loop_in(motif.u, motif.v, loop_from, first + steps, network.step_ms));
  }
}

/// Steps that a motif of a chain is played for. @throws InputError beyond the library or the motif
Eigen::Index played_steps(const MotifLibrary& library, const ChainLink& link) {
  if (link.motif >= library.motifs.size() || link.steps < 0 ||
      link.steps > library.motifs[link.motif].length()) {
    throw InputError("chain", "link",
                     fmt::format("motif {}, {}", link.motif, counted(link.steps, "step")),
                     "must be within the library and the motif");
  }
  return link.steps > 0 ? link.steps : library.motifs[link.motif].length();
}

Eigen::Index inputs_of_motif(const MotifLibrary& library) {
  return library.definition().second_input ? 2 : 1;
}

void put_inputs(const Motif& motif, Eigen::Index first, Eigen::MatrixXd& w_in) {
  w_in.col(first) = motif.b;
  if (motif.b2.size() > 0) {
    w_in.col(first + 1) = motif.b2;
  }
}

}  // namespace

const std::vector<MotifArchitectureDefinition>& motif_architectures() {
  static const std::vector<MotifArchitectureDefinition> table{
      {control, "control", "all weights trained on all motifs together", 50, true, false, false,
       false},
      {additive, "additive", "an input per motif", 300, false, false, false, false},
      {multiplicative, "multiplicative", "an input and a loop of rank one per motif", 100, false,
       false, true, false},
      {two_input, "two-input", "an input for the first 5 tau and another after, per motif", 150,
       false, true, false, false},
      {additive_preparation, "additive-preparation",
       "an input per motif; the preparatory module in the first 5 tau", 300, false, false, false,
       true},
      {multiplicative_preparation, "multiplicative-preparation",
       "an input with the preparatory module in the first 5 tau, then a loop, per motif", 100,
       false, false, true, true},
  };
  return table;
}

const MotifArchitectureDefinition& definition_of(MotifArchitecture architecture) {
  return motif_architectures()[static_cast<std::size_t>(architecture)];
}

Eigen::Index MotifOptions::preparation_steps() const {
  return std::lround(preparation_tau / step_tau);
}

const FieldTable<MotifOptions>& motif_fields() {
  using T = MotifOptions;
  static const FieldTable<T> table{
      field("architecture", &T::architecture, architecture_words(),
            {.option = "--architecture",
             .label = "architecture",
             .help = "What is trained for a motif",
             .citation = kPaperOfMotifs}),
      field("units", &T::units, {0.0, 20000.0},
            {.option = "--N",
             .label = "units",
             .help = "Units; 0: as published, 300 additive, 100 multiplicative, 150 two-input, 50 "
                     "control"}),
      field("gain", &T::gain, {0.0, 100.0},
            {.option = "--gain",
             .label = "gain g",
             .help = "Gain of the recurrent weights; that of the control network is not published",
             .citation = kPaperOfMotifs}),
      field("loop_gain", &T::loop_gain, {0.0, 100.0},
            {.option = "--loop-gain",
             .label = "gain of loops",
             .help = "Norm of a motif's loop vectors before training",
             .citation = kPaperOfMotifs}),
      field("preparation_rank", &T::preparation_rank, {1.0, 20000.0},
            {.option = "--P",
             .label = "rank of the preparatory module",
             .help = "Thalamic units of the preparatory module",
             .citation = kPaperOfMotifs}),
      field("preparation_gain", &T::preparation_gain, {0.0, 100.0},
            {.option = "--preparation-gain",
             .label = "gain of the preparatory module",
             .help = "Gain of the preparatory module before training",
             .citation = kPaperOfMotifs}),
      field("preparation_tau", &T::preparation_tau, {.low = 0.0, .high = 1e4, .above_low = true},
            {.option = "--preparation",
             .unit = "tau",
             .label = "preparation",
             .help = "Duration of preparation, and of the first of two inputs",
             .citation = kPaperOfMotifs}),
      field("step_tau", &T::step_tau, {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--step",
             .unit = "tau",
             .label = "step",
             .help = "Step in time constants; that of the motifs",
             .citation = kPaperOfMotifs}),
      field("tau_ms", &T::tau_ms, {.low = 0.0, .high = 1e6, .above_low = true},
            {.option = "--tau",
             .unit = "ms",
             .label = "time constant",
             .help = "Time constant: what the paper's unit of time is in milliseconds"}),
      field("noise", &T::noise, {0.0, 1e3},
            {.option = "--rate-noise",
             .label = "noise",
             .help = "Standard deviation of the noise of a unit in a step",
             .citation = kPaperOfMotifs}),
      field("initial_std", &T::initial_std, {0.0, 1e3},
            {.option = "--initial-std",
             .label = "spread of initial states",
             .help = "Standard deviation of the states that trials start from; 0: the origin",
             .citation = kPaperOfMotifs}),
      seed_field(&T::seed),
  };
  return table;
}

std::size_t MotifLibrary::index_of(std::string_view name, std::string_view where) const {
  std::string known;
  for (std::size_t k = 0; k < motifs.size(); ++k) {
    if (motifs[k].name() == name) {
      return k;
    }
    known += fmt::format("{}{}", k == 0 ? "" : ", ", motifs[k].name());
  }
  throw InputError(
      where, "motif", fmt::format("'{}'", name),
      known.empty() ? "must be in the library, which is empty" : "must be one of " + known);
}

MotifLibrary make_motif_library(const MotifOptions& options) {
  check(options, motif_fields(), "motif options");
  const Eigen::Index n = options.network_units();
  MotifLibrary library;
  library.options = options;
  if (library.definition().preparation && options.preparation_rank > n) {
    throw InputError("motif options", "preparation_rank (--P)",
                     fmt::format("{}", options.preparation_rank),
                     fmt::format("must not be more than the units, {}", n));
  }
  const double deviation = 1.0 / std::sqrt(static_cast<double>(n));
  library.j.resize(n, n);
  library.w.resize(n);
  fill_normal(library.j.reshaped(), deviation, options.seed, 0, MotifLane::recurrent);
  fill_normal(library.w, deviation, options.seed, 0, MotifLane::readout);
  if (library.definition().preparation) {
    const Eigen::Index p = options.preparation_rank;
    Eigen::MatrixXd both(n, 2 * p);
    fill_normal(both.reshaped(),
                std::sqrt(options.preparation_gain / std::sqrt(static_cast<double>(p * n))),
                options.seed, 0, MotifLane::preparation);
    library.preparation_u = both.leftCols(p);
    library.preparation_v = both.rightCols(p);
  }
  return library;
}

void add_motifs(MotifLibrary& library, const std::vector<MotifTarget>& targets,
                const std::string& file) {
  for (const MotifTarget& target : targets) {
    require_target(library, target, file);
    library.motifs.push_back(untrained_motif(library, target));
  }
}

void validate(const MotifLibrary& library, const std::string& where) {
  check(library.options, motif_fields(), where);
  const FieldCheck checked{where};
  const Eigen::Index n = library.options.network_units();
  checked.matrix("J", library.j, n, n);
  checked.matrix("w", library.w, n, 1);
  const Eigen::Index p = library.definition().preparation ? library.options.preparation_rank : 0;
  if (p > 0) {
    checked.matrix("U", library.preparation_u, n, p);
    checked.matrix("V", library.preparation_v, n, p);
  }
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    const Motif& motif = library.motifs[k];
    const auto name = [k](std::string_view part) { return fmt::format("{}{}", part, k + 1); };
    // What is shorter than the preparation has no loop of its own to train.
    checked.matrix(name("target_"), motif.target.samples,
                   std::max(motif.length(), library.options.preparation_steps() + 1), 1);
    checked.matrix(name("b_"), motif.b, n, 1);
    if (library.definition().second_input) {
      checked.matrix(name("b2_"), motif.b2, n, 1);
    }
    if (library.definition().loop) {
      checked.matrix(name("u_"), motif.u, n, 1);
      checked.matrix(name("v_"), motif.v, n, 1);
    }
  }
}

RateNetwork chain_network(const MotifLibrary& library, const std::vector<ChainLink>& links) {
  const Eigen::Index inputs = inputs_of_motif(library);
  RateNetwork network = bare_network(library);
  network.w_in = Eigen::MatrixXd::Zero(library.units(),
                                       inputs * static_cast<Eigen::Index>(library.motifs.size()));
  for (std::size_t k = 0; k < library.motifs.size(); ++k) {
    put_inputs(library.motifs[k], inputs * static_cast<Eigen::Index>(k), network.w_in);
  }
  Eigen::Index first = 0;
  for (const ChainLink& link : links) {
    const Eigen::Index steps = played_steps(library, link);
    add_loops(library, link.motif, first, steps, network);
    first += steps;
  }
  return network;
}

MotifChain chain_of(const MotifLibrary& library, const std::vector<ChainLink>& links) {
  MotifChain chain;
  chain.network = chain_network(library, links);
  std::vector<Eigen::Index> length;
  Eigen::Index total = 0;
  for (const ChainLink& link : links) {
    length.push_back(played_steps(library, link));
    chain.start.push_back(total);
    total += length.back();
  }
  chain.input = Eigen::MatrixXd::Zero(chain.network.inputs(), total + 1);
  chain.target = Eigen::MatrixXd::Zero(1, total);
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::size_t k = links[i].motif;
    switch_on(library, chain.start[i], length[i],
              inputs_of_motif(library) * static_cast<Eigen::Index>(k), chain.input);
    chain.target.row(0).segment(chain.start[i], length[i]) =
        library.motifs[k].target.samples.head(length[i]).transpose();
  }
  return chain;
}

MotifChain single_motif(const MotifLibrary& library, std::size_t motif, Eigen::Index steps) {
  MotifChain chain;
  chain.network = bare_network(library);
  chain.network.w_in.resize(library.units(), inputs_of_motif(library));
  put_inputs(library.motifs[motif], 0, chain.network.w_in);
  chain.input = Eigen::MatrixXd::Zero(chain.network.inputs(), steps);
  chain.target = Eigen::MatrixXd::Constant(1, steps, std::nan(""));
  const Eigen::Index known = std::min(steps, library.motifs[motif].length());
  chain.target.leftCols(known) = library.motifs[motif].target.samples.head(known).transpose();
  chain.start = {0};
  switch_on(library, 0, steps, 0, chain.input);
  add_loops(library, motif, 0, steps, chain.network);
  return chain;
}

double rms(const MotifTarget& target) {
  return std::sqrt(target.samples.squaredNorm() / static_cast<double>(target.samples.size()));
}

Eigen::VectorXd random_start(Eigen::Index units, double deviation, Seed seed, std::uint32_t trial) {
  RandomStream stream(seed, trial, Purpose::initial_state);
  Eigen::VectorXd x(units);
  for (double& value : x) {
    value = deviation * stream.normal();
  }
  return x;
}

}  // namespace rheobase::rate
