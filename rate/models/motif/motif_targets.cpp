// Targets of motor motifs, on a grid of step dt (in time constants).
//
// Step motif: z <- z - dt z + gamma sqrt(dt) xi from z = 0, 200 steps dropped; intervals uniform on
// 50 ... 500 steps while their sum stays below 1000; the value of a segment is the mean of z over
// its interval; 50 zeros are appended and the first sample is 0. The stationary standard deviation
// of z is gamma / sqrt(2 - dt).
//
// Oscillatory motif: L samples of w . tanh(x) of a chaotic network (tau dx/dt = -x + g J tanh x, J
// and w normal with variance 1/N, 1000 warm-up steps), of which the harmonics 1 ... 4 of its own
// length are kept, moved so that it starts (and ends) at 0:
// (a network that settled, standard deviation of the motif below 0.2, is drawn again)
//   y_n = c_0 + sum_{k=1..4} 2 Re(c_k e^{2 pi i k n / L}),  c_0 such that y_0 = 0
//
// | symbol | name | unit | default |
// | --- | --- | --- | --- |
// | dt | step_tau | tau | 0.1 |
// | gamma | gamma | | 3 sqrt 2 |
// | | shortest_interval, longest_interval | steps | 50, 500 |
// | | samples, silence | steps | 1000, 50 |
// | L | period | steps | 942 |
// | N, g | units, gain | | 200, 1.5 (not stated in the paper) |
// | | scale | | 1.3, the size of the published motifs |
//
// Logiaco & Escola, "Neural network models for zero-shot motor chaining" (2021), appendix A.2.
#include "rate/models/motif/motif_targets.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/range.hpp"

namespace rheobase::rate {

namespace {

constexpr int kStepWarmUp = 200;
constexpr int kChaosWarmUp = 1000;
constexpr const char* kMotifPaper = "Logiaco & Escola 2021, appendix A.2";

constexpr std::array<Word<MotifKind>, 2> kMotifKinds{
    {{MotifKind::step, "step"}, {MotifKind::oscillatory, "oscillatory"}}};

/// Lanes of a target's random numbers.
constexpr std::uint32_t kUniformLane = 1;
constexpr std::uint32_t kChaosLane = 2;  ///< and on, for networks drawn again
constexpr std::uint32_t kMostDraws = 50;
/// Standard deviation of an oscillatory motif before it is scaled; the published ones have 0.36 to
/// 0.61.
constexpr double kLeastDeviation = 0.2;

Eigen::VectorXd chaotic_output(const MotifTargetOptions& options, std::uint32_t number,
                               std::uint32_t draw) {
  RandomStream stream(options.seed, number, Purpose::task, kChaosLane + draw);
  const Eigen::Index n = options.units;
  const double deviation = 1.0 / std::sqrt(static_cast<double>(n));
  const auto normals = [&stream](auto&& values, double scale) {
    for (double& value : values) {
      value = scale * stream.normal();
    }
  };
  Eigen::MatrixXd j(n, n);
  Eigen::VectorXd w(n);
  Eigen::VectorXd x(n);
  normals(j.reshaped(), options.gain * deviation);
  normals(w, deviation);
  normals(x, 1.0);
  Eigen::VectorXd output(options.period);
  for (int t = -kChaosWarmUp; t < options.period; ++t) {
    const Eigen::VectorXd r = x.unaryExpr(&elementary::tanh);
    if (t >= 0) {
      output[t] = w.dot(r);
    }
    x = (1.0 - options.step_tau) * x + options.step_tau * (j * r);
  }
  return output;
}

/// A network of few units may settle: then another is drawn.
Eigen::VectorXd drawn_oscillation(const MotifTargetOptions& options, std::uint32_t number) {
  for (std::uint32_t draw = 0; draw < kMostDraws; ++draw) {
    const Eigen::VectorXd motif =
        few_harmonics(chaotic_output(options, number, draw), options.harmonics);
    const double variance = (motif.array() - motif.mean()).square().mean();
    if (variance >= kLeastDeviation * kLeastDeviation) {
      return options.scale * motif;
    }
  }
  throw InputError(
      "motif options", "gain",
      fmt::format("{:g}, networks of {} that settle", options.gain, counted(options.units, "unit")),
      "must be higher, for a network that is chaotic");
}

Eigen::VectorXd drawn_step_motif(const MotifTargetOptions& options, std::uint32_t number) {
  RandomStream noise(options.seed, number, Purpose::task);
  RandomStream lengths(options.seed, number, Purpose::task, kUniformLane);
  std::vector<double> normals(static_cast<std::size_t>(kStepWarmUp + options.samples));
  std::vector<double> uniforms(
      static_cast<std::size_t>(options.samples / options.shortest_interval + 1));
  for (double& value : normals) {
    value = noise.normal();
  }
  for (double& value : uniforms) {
    value = lengths.uniform();
  }
  return step_motif(options, normals, uniforms).samples;
}

void check_targets(const MotifTargetOptions& options) {
  check(options, motif_target_fields(), "motif options");
  if (options.longest_interval < options.shortest_interval ||
      options.longest_interval >= options.samples) {
    throw InputError("motif options", "longest_interval",
                     fmt::format("{}", options.longest_interval),
                     fmt::format("must be at least the shortest, {}, and less than the samples, {}",
                                 options.shortest_interval, options.samples));
  }
  if (2 * options.harmonics >= options.period) {
    throw InputError("motif options", "harmonics", fmt::format("{}", options.harmonics),
                     fmt::format("must be less than half of the period, {}", options.period));
  }
}

}  // namespace

void require_name(const MotifTarget& target, const std::string& where) {
  const std::string& name = target.name;
  if (name.empty() || name.find_first_of(",\n") != std::string::npos || name.front() == ' ' ||
      name.back() == ' ') {
    throw InputError(where, "name", fmt::format("'{}'", name),
                     "must have letters, no comma and no blank at its ends");
  }
}

std::string_view to_string(MotifKind kind) {
  return word_of(kMotifKinds, kind);
}

MotifKind motif_kind_from(std::string_view name) {
  return value_of(kMotifKinds, name, "kind of motif");
}

const FieldTable<MotifTargetOptions>& motif_target_fields() {
  using T = MotifTargetOptions;
  static const FieldTable<T> table{
      field("kind", &T::kind, kMotifKinds,
            {.option = "--kind",
             .label = "kind of motif",
             .help = "Step motifs or oscillatory ones",
             .citation = kMotifPaper}),
      field("count", &T::count, {1.0, 10000.0},
            {.option = "--count", .label = "motifs", .help = "How many motifs"}),
      seed_field(&T::seed),
      field("step_tau", &T::step_tau, {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--step",
             .unit = "tau",
             .label = "sampling step",
             .help = "Sampling step in time constants",
             .citation = kMotifPaper}),
      field("gamma", &T::gamma, {0.0, 1e6},
            {.option = "--gamma",
             .label = "noise of step motifs",
             .help = "Step motifs: strength of the noise whose means are the steps",
             .citation = kMotifPaper}),
      field("shortest_interval", &T::shortest_interval, {1.0, 1e6},
            {.option = "--shortest", .unit = "steps", .help = "Step motifs: shortest interval"}),
      field("longest_interval", &T::longest_interval, {1.0, 1e6},
            {.option = "--longest", .unit = "steps", .help = "Step motifs: longest interval"}),
      field("samples", &T::samples, {2.0, 1e6},
            {.option = "--samples",
             .unit = "steps",
             .help = "Step motifs: what the sum of the intervals stays below"}),
      field("silence", &T::silence, {0.0, 1e6},
            {.option = "--silence", .unit = "steps", .help = "Step motifs: zeros at the end"}),
      field("period", &T::period, {3.0, 1e6},
            {.option = "--period", .unit = "steps", .help = "Oscillatory motifs: length"}),
      field("harmonics", &T::harmonics, {1.0, 1000.0},
            {.option = "--harmonics",
             .help = "Oscillatory motifs: harmonics of their length that are kept"}),
      field("units", &T::units, {2.0, 10000.0},
            {.option = "--chaos-units",
             .help = "Oscillatory motifs: units of the chaotic network they come from"}),
      field("gain", &T::gain, {0.0, 100.0},
            {.option = "--chaos-gain",
             .help = "Oscillatory motifs: gain of that network; not stated in the paper"}),
      field("scale", &T::scale, {0.0, 1e6},
            {.option = "--scale",
             .help = "Oscillatory motifs: factor; 1.3 brings them to the size of the published "
                     "ones"}),
  };
  return table;
}

StepMotif step_motif(const MotifTargetOptions& options, std::span<const double> normals,
                     std::span<const double> uniforms) {
  const auto needed = static_cast<std::size_t>(kStepWarmUp + options.samples);
  if (normals.size() < needed) {
    throw InputError("step motif", "normals", counted(normals.size(), "value"),
                     fmt::format("must have {}", needed));
  }
  StepMotif motif;
  motif.z.resize(options.samples);
  double z = 0.0;
  for (int t = 0; t < kStepWarmUp + options.samples; ++t) {
    z += -options.step_tau * z +
         options.gamma * std::sqrt(options.step_tau) * normals[static_cast<std::size_t>(t)];
    if (t >= kStepWarmUp) {
      motif.z[t - kStepWarmUp] = z;
    }
  }
  const int choices = options.longest_interval - options.shortest_interval + 1;
  int total = 0;
  for (std::size_t k = 0;; ++k) {
    if (k == uniforms.size()) {
      throw InputError("step motif", "uniforms", counted(k, "value"),
                       "must suffice for intervals up to the number of samples");
    }
    const int interval =
        options.shortest_interval + static_cast<int>(std::floor(choices * uniforms[k]));
    if (total + interval >= options.samples) {
      break;
    }
    motif.intervals.push_back(interval);
    total += interval;
  }
  motif.samples = Eigen::VectorXd::Zero(total + options.silence);
  int first = 0;
  for (const int interval : motif.intervals) {
    motif.samples.segment(first, interval).setConstant(motif.z.segment(first, interval).mean());
    first += interval;
  }
  motif.samples[0] = 0.0;
  return motif;
}

Eigen::VectorXd few_harmonics(const Eigen::VectorXd& signal, int harmonics) {
  const auto length = static_cast<double>(signal.size());
  Eigen::VectorXd kept = Eigen::VectorXd::Zero(signal.size());
  for (int k = 1; k <= harmonics; ++k) {
    Eigen::VectorXd cosine(signal.size());
    Eigen::VectorXd sine(signal.size());
    for (Eigen::Index t = 0; t < signal.size(); ++t) {
      const double turns = static_cast<double>(t) * k / length;
      const elementary::SineCosine phase = elementary::sine_cosine_of_turns(turns);
      cosine[t] = phase.cosine;
      sine[t] = phase.sine;
    }
    kept += 2.0 / length * (signal.dot(cosine) * cosine + signal.dot(sine) * sine);
  }
  return kept.array() - kept[0];
}

std::vector<MotifTarget> make_motif_targets(const MotifTargetOptions& options) {
  check_targets(options);
  std::vector<MotifTarget> targets;
  for (int k = 0; k < options.count; ++k) {
    const auto number = static_cast<std::uint32_t>(k);
    if (options.kind == MotifKind::step) {
      targets.push_back({fmt::format("step{}", k + 1), drawn_step_motif(options, number)});
    } else {
      targets.push_back({fmt::format("oscillation{}", k + 1), drawn_oscillation(options, number)});
    }
  }
  return targets;
}

}  // namespace rheobase::rate
