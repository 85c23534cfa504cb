// A rate network as it runs, made by any program:
//
// | field | shape | default |
// | --- | --- | --- |
// | w | N x N, row = postsynaptic | |
// | w_in | N x inputs | |
// | w_out | outputs x N, or N numbers for one output | |
// | bias | N | 0 |
// | b_out | outputs | 0 |
// | tau_ms | one number, or N; it tells such a file from a Dale model's | |
// | step_ms | one number | 5 |
// | activation | text, a registered transfer function | sigmoid |
// | noise, noise_process, noise_entry, noise_tau_ms | number, text, text, number | 0, white, state
// | | initial_state, initial_scale | text (noise, normal, uniform), number | noise, 0 | | w0 | N x
// N, the weights before training | none | | loop_1.u, loop_1.v, loop_1.window_ms, loop_2 ... | N x
// P, N x P, 2 | none |
#include "io/mat/internal/rate_network_fields.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "io/mat/internal/field_names.hpp"

namespace rheobase::io {

namespace {

using Eigen::Index;
using Noise = rate::NoiseModel;
using Initial = rate::InitialState;

template <class Enum, std::size_t Count>
using Words = std::array<std::pair<Enum, std::string_view>, Count>;

constexpr Words<Noise::Process, 2> kProcesses{
    {{Noise::Process::white, "white"}, {Noise::Process::ornstein_uhlenbeck, "ornstein-uhlenbeck"}}};
constexpr Words<Noise::Entry, 2> kEntries{
    {{Noise::Entry::state, "state"}, {Noise::Entry::drive, "drive"}}};
constexpr Words<Initial::Kind, 3> kInitial{{{Initial::Kind::noise, "noise"},
                                            {Initial::Kind::normal, "normal"},
                                            {Initial::Kind::uniform, "uniform"}}};

template <class Enum, std::size_t Count>
Enum read_word(const MatFile& file, std::string_view name, const Words<Enum, Count>& words) {
  if (!file.has(name)) {
    return words.front().first;
  }
  std::string known;
  const std::string text = file.text(name, "must be text");
  for (const auto& [value, word] : words) {
    if (word == text) {
      return value;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", word);
  }
  file.fail(name, fmt::format("'{}'", text), "must be one of " + known);
}

template <class Enum, std::size_t Count>
std::string_view word_of(Enum value, const Words<Enum, Count>& words) {
  for (const auto& [candidate, word] : words) {
    if (candidate == value) {
      return word;
    }
  }
  return "";
}

double optional_number(const MatFile& file, std::string_view name, double otherwise) {
  return file.has(name) ? file.number(name, "must be one number") : otherwise;
}

/// One value for all, or one each.
Eigen::VectorXd spread(const MatFile& file, std::string_view name, Index count, double otherwise) {
  if (!file.has(name)) {
    return Eigen::VectorXd::Constant(count, otherwise);
  }
  const std::string required = fmt::format("must be one number, or {}", count);
  const Eigen::VectorXd values = file.vector(name, -1, required);
  if (values.size() == 1) {
    return Eigen::VectorXd::Constant(count, values[0]);
  }
  if (values.size() != count) {
    file.fail(name, counted(values.size(), "number"), required);
  }
  return values;
}

std::string loop_name(std::size_t number, std::string_view part) {
  return fmt::format("loop_{}.{}", number, part);
}

void read_loops(const MatFile& file, rate::RateNetwork& network) {
  const std::vector<std::string> members{"u", "v", "window_ms"};
  for (std::size_t k = 1; k <= kMostLoops; ++k) {
    if (std::ranges::none_of(file.arrays(), [&](const MatArray& array) {
          return array.name.starts_with(loop_name(k, ""));
        })) {
      continue;
    }
    require_known_members(file, loop_name(k, ""), members);
    rate::LowRankLoop loop;
    loop.u = file.matrix(loop_name(k, "u"), network.units(), -1, "must be N x P");
    loop.v =
        file.matrix(loop_name(k, "v"), network.units(), loop.u.cols(), "must be of the shape of u");
    if (file.has(loop_name(k, "window_ms"))) {
      const Eigen::VectorXd window =
          file.vector(loop_name(k, "window_ms"), 2, "must be start and end in ms");
      loop.start_ms = window[0];
      loop.end_ms = window[1];
    }
    network.loops.push_back(std::move(loop));
  }
}

}  // namespace

bool holds_rate_network(const MatFile& file) {
  return file.has("tau_ms");
}

Eigen::MatrixXd read_input_weights(const MatFile& file, Index units) {
  const std::string required = fmt::format("must be N x inputs with N = {}", units);
  Eigen::MatrixXd w_in = file.matrix("w_in", required);
  if (w_in.rows() == 1 && w_in.cols() == units) {
    w_in.transposeInPlace();
  }
  return w_in.rows() == units ? w_in : file.matrix("w_in", units, -1, required);
}

rate::RateNetwork read_rate_network(const MatFile& file) {
  rate::RateNetwork network;
  network.w = file.matrix("w", "must be N x N numbers");
  const Index n = network.w.rows();
  if (n == 0) {
    file.fail("w", file.find("w")->describe(), "must be N x N numbers, N at least 1");
  }
  network.w_in = read_input_weights(file, n);
  network.w_out = file.matrix("w_out", fmt::format("must be outputs x N with N = {}", n));
  if (network.w_out.cols() == 1 && network.w_out.rows() == n && n > 1) {
    network.w_out.transposeInPlace();
  } else {
    network.w_out = file.matrix("w_out", -1, n, fmt::format("must be outputs x N with N = {}", n));
  }
  network.bias = spread(file, "bias", n, 0.0);
  network.b_out = spread(file, "b_out", network.w_out.rows(), 0.0);
  network.tau_ms = spread(file, "tau_ms", n, 0.0);
  network.step_ms = optional_number(file, "step_ms", network.step_ms);
  if (file.has("activation")) {
    network.transfer = file.text("activation", "must be the name of an activation");
  }
  network.noise.factor = optional_number(file, "noise", 0.0);
  network.noise.process = read_word(file, "noise_process", kProcesses);
  network.noise.entry = read_word(file, "noise_entry", kEntries);
  network.noise.tau_ms = optional_number(file, "noise_tau_ms", 0.0);
  network.initial.kind = read_word(file, "initial_state", kInitial);
  network.initial.scale = optional_number(file, "initial_scale", 0.0);
  if (file.has("w0")) {
    network.w_initial = file.matrix("w0", n, n, fmt::format("must be N x N with N = {}", n));
  }
  read_loops(file, network);
  validate(network, file.where());
  return network;
}

void add_rate_network(MatFields& fields, const rate::RateNetwork& network) {
  if (network.loops.size() > kMostLoops) {
    throw InputError("network", "loops",
                     fmt::format("{} of low rank", counted(network.loops.size(), "loop")),
                     fmt::format("must be at most {} in a file", kMostLoops));
  }
  if (network.w_initial.size() > 0) {
    fields.matrix("w0", network.w_initial);
  }
  fields.matrix("w", network.w);
  fields.matrix("w_in", network.w_in);
  fields.matrix("w_out", network.w_out);
  fields.matrix("bias", network.bias);
  fields.matrix("b_out", network.b_out);
  fields.integer("N", network.units());
  fields.matrix("tau_ms", network.tau_ms);
  fields.number("step_ms", network.step_ms);
  fields.text("activation", network.transfer);
  fields.number("noise", network.noise.factor);
  fields.text("noise_process", word_of(network.noise.process, kProcesses));
  fields.text("noise_entry", word_of(network.noise.entry, kEntries));
  fields.number("noise_tau_ms", network.noise.tau_ms);
  fields.text("initial_state", word_of(network.initial.kind, kInitial));
  fields.number("initial_scale", network.initial.scale);
  for (std::size_t k = 0; k < network.loops.size(); ++k) {
    const rate::LowRankLoop& loop = network.loops[k];
    fields.matrix(loop_name(k + 1, "u"), loop.u);
    fields.matrix(loop_name(k + 1, "v"), loop.v);
    const std::array window{loop.start_ms, loop.end_ms};
    fields.row(loop_name(k + 1, "window_ms"), window);
  }
}

}  // namespace rheobase::io
