// Targets, trajectories and gradients of motif networks against data of independent programs.
#include <cmath>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "core/analysis/signed_rank.hpp"
#include "io/mat/motif_file.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/optimisers/training_rule.hpp"
#include "rate/models/motif/internal/motif_parametrisation.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/models/motif/golden_motifs.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using golden::golden_library;
using golden::kMotifGolden;
using golden::kMotifTargets;
using golden::MotifFile;

namespace {

const std::vector<std::pair<MotifArchitecture, std::string>> kArchitectures{
    {MotifArchitecture::additive, "add"},
    {MotifArchitecture::additive_preparation, "add_prep"},
    {MotifArchitecture::multiplicative, "mult"},
    {MotifArchitecture::multiplicative_preparation, "mult_prep"},
    {MotifArchitecture::two_input, "two"},
    {MotifArchitecture::control, "control"},
};

/// The file's noise was rounded to single precision after the trajectories had been made, which
/// moves y by up to 1.2e-10; it ends after 100 steps, with a state that is stored in full. That it
/// is this rounding and nothing else: the case "before the noise, and one step into it".
constexpr double kRoundedNoise = 5e-10;
constexpr double kTrajectory = 1e-12;
constexpr Eigen::Index kNoisySteps = 100;

/// x_0 and the stored noise of a trial: column n is added to x_n.
Eigen::MatrixXd added_to(const MotifFile& file, Eigen::Index trial, Eigen::Index columns) {
  const Eigen::MatrixXd noise = file.last_slice("noise_x", trial);
  Eigen::MatrixXd added = Eigen::MatrixXd::Zero(noise.cols(), columns);
  added.col(0) = file("x0").col(trial);
  const Eigen::Index known = std::min(noise.rows(), columns - 1);
  added.middleCols(1, known) = noise.topRows(known).transpose();
  return added;
}

/// Output and last state of the kernels for `copies` repetitions of the stored trials.
struct KernelRun {
  std::vector<Eigen::MatrixXd> output;
  std::vector<Eigen::VectorXd> end;
};

KernelRun run_kernels(const MotifChain& chain, const std::vector<Eigen::MatrixXd>& added) {
  const std::vector<TrialGroup> groups = group_trials<double>(added.size());
  const auto kernel = kernel_network<double>(
      chain.network,
      {.trials = !groups.back().panel, .panels = groups.front().panel, .backward = false},
      simd_level());
  const std::vector<Trial> trials(added.size(), {chain.input, chain.target, 0});
  KernelRun run;
  for (const TrialGroup& group : groups) {
    ForwardPass<double> pass(kernel, static_cast<std::size_t>(chain.input.cols()), group.panel,
                             false);
    pass.run(kernel, trials, group, {.added = added});
    for (std::size_t lane = 0; lane < group.count; ++lane) {
      run.output.push_back(pass.output_from_start(group, lane));
      run.end.push_back(pass.last_state(group, lane));
    }
  }
  return run;
}

/// The equations as they stand, one unit vector after the other.
struct PlainRun {
  Eigen::VectorXd output;
  Eigen::VectorXd end;
};

PlainRun run_plainly(const MotifChain& chain, const Eigen::MatrixXd& added) {
  const RateNetwork& network = chain.network;
  const double a = network.step_ms / network.tau_ms[0];
  const Eigen::Index steps = added.cols() - 1;
  PlainRun run{Eigen::VectorXd(steps), added.col(0)};
  for (Eigen::Index n = 0; n < steps; ++n) {
    const Eigen::VectorXd r = run.end.unaryExpr([](double x) { return std::tanh(x); });
    run.output[n] = network.w_out.row(0).dot(r);
    Eigen::VectorXd drive = network.w * r + network.w_in * chain.input.col(n);
    for (const LowRankLoop& loop : network.loops) {
      const double now = static_cast<double>(n) * network.step_ms;
      if (loop.start_ms <= now && now < loop.end_ms) {
        drive += loop.u * (loop.v.transpose() * r);
      }
    }
    run.end = (1.0 - a) * run.end + a * drive + added.col(n + 1);
  }
  return run;
}

/// What brings a trajectory to the state that the file holds at the end of the noise.
Eigen::VectorXd missing_at_end_of_noise(const MotifFile& file, const std::string& name,
                                        const MotifLibrary& library, const Eigen::MatrixXd& added,
                                        Eigen::Index trial) {
  const MotifChain first = single_motif(library, 0, kNoisySteps + 1);
  const Eigen::VectorXd reached = run_kernels(first, {added.leftCols(kNoisySteps + 1)}).end.front();
  const Eigen::VectorXd steps = file("x_steps");
  Eigen::Index at = 0;
  while (steps[at] < static_cast<double>(kNoisySteps)) {
    ++at;
  }
  // States are stored as steps x N x trials.
  const Eigen::VectorXd stored = file.last_slice("x_" + name, trial).row(at).transpose();
  return stored - reached;
}

}  // namespace

TEST_SUITE_BEGIN("golden");

TEST_CASE("step motifs from given random numbers") {
  const MotifFile file("motif_targets");
  const Eigen::MatrixXd normals = file("xi");
  const Eigen::MatrixXd uniforms = file("u");
  for (Eigen::Index k = 0; k < normals.cols(); ++k) {
    const std::string number = std::to_string(k + 1);
    const StepMotif motif =
        step_motif({}, {normals.col(k).data(), 1200}, {uniforms.col(k).data(), 24});
    const Eigen::VectorXd intervals = file("intervals" + number);
    REQUIRE(static_cast<Eigen::Index>(motif.intervals.size()) == intervals.size());
    for (Eigen::Index i = 0; i < intervals.size(); ++i) {
      CHECK(motif.intervals[static_cast<std::size_t>(i)] == static_cast<int>(intervals[i]));
    }
    CHECK(largest_difference(motif.samples, file("motif" + number)) <= kMotifTargets);
    if (k == 0) {
      CHECK(largest_difference(motif.z, file("z1")) <= kMotifTargets);
    }
  }
}

TEST_CASE("oscillatory motifs keep four harmonics of their own length") {
  const MotifFile file("motif_targets");
  const Eigen::MatrixXd raw = file("osc_raw");
  for (Eigen::Index k = 0; k < raw.cols(); ++k) {
    CHECK(largest_difference(few_harmonics(raw.col(k), static_cast<int>(file.number("osc_K"))),
                             file("osc_motif").col(k)) <= kMotifTargets);
  }
}

TEST_CASE("motifs in cells have names and lengths of their own") {
  const io::MotifTargets read =
      io::read_motif_targets(std::string(RHEOBASE_TEST_DATA) + "/motifs/user_cells.mat");
  REQUIRE(read.targets.size() == 3);
  CHECK(read.targets[0].name == "reach");
  CHECK(read.targets[2].name == "lift");
  const std::vector<Eigen::Index> samples{120, 150, 90};
  for (std::size_t k = 0; k < 3; ++k) {
    REQUIRE(read.targets[k].samples.size() == samples[k]);
    const auto periods = static_cast<double>(k + 1);
    for (Eigen::Index n = 0; n < samples[k]; ++n) {
      const double phase = static_cast<double>(n) / static_cast<double>(samples[k]);
      CHECK(std::abs(read.targets[k].samples[n] -
                     std::sin(2.0 * std::numbers::pi * periods * phase)) <= 1e-12);
    }
  }
}

TEST_CASE("trajectories of every architecture, single trials and panels") {
  const MotifFile file("forward");
  const Eigen::Index steps = 400;
  for (const auto& [architecture, name] : kArchitectures) {
    CAPTURE(name);
    const MotifLibrary library = golden_library(file, architecture, Eigen::VectorXd::Zero(steps));
    const MotifChain chain = single_motif(library, 0, steps + 1);
    for (const std::size_t copies : {std::size_t{1}, std::size_t{4}}) {
      std::vector<Eigen::MatrixXd> added;
      for (std::size_t i = 0; i < 2 * copies; ++i) {
        added.push_back(added_to(file, static_cast<Eigen::Index>(i % 2), steps + 1));
      }
      const KernelRun run = run_kernels(chain, added);
      for (std::size_t i = 0; i < added.size(); ++i) {
        const auto trial = static_cast<Eigen::Index>(i % 2);
        const Eigen::VectorXd y = run.output[i].leftCols(steps).transpose();
        const Eigen::VectorXd known = file("y_" + name).col(trial);
        CHECK(largest_difference(y, known) <= kRoundedNoise);
        CHECK(largest_difference(run.end[i], file("xend_" + name).col(trial)) <= kRoundedNoise);
        const PlainRun plain = run_plainly(chain, added[i]);
        CHECK(largest_difference(y, plain.output) <= kTrajectory);
        CHECK(largest_difference(run.end[i], plain.end) <= kTrajectory);
      }
    }
  }
}

TEST_CASE("before the noise, and one step into it: as far off as its rounding allows") {
  const MotifFile file("forward");
  const Eigen::VectorXd w = file("w");
  for (const auto& [architecture, name] : kArchitectures) {
    CAPTURE(name);
    const MotifLibrary library = golden_library(file, architecture, Eigen::VectorXd::Zero(400));
    for (Eigen::Index trial = 0; trial < 2; ++trial) {
      const Eigen::MatrixXd added = added_to(file, trial, 3);
      const KernelRun run = run_kernels(single_motif(library, 0, 3), {added});
      const Eigen::VectorXd known = file("y_" + name).col(trial);
      CHECK(std::abs(run.output[0](0, 0) - known[0]) <= 1e-14);
      // Half a unit in the last place of a float is at most 2^-24 of it, and tanh has no slope
      // above 1.
      const double rounding = 0x1p-24 * w.cwiseAbs().dot(added.col(1).cwiseAbs());
      const double off = std::abs(run.output[0](0, 1) - known[1]);
      CHECK(off <= rounding);
      CHECK(off > 1e-13);
    }
  }
}

TEST_CASE("trajectories from the stored state at the end of the noise") {
  const MotifFile file("forward");
  const Eigen::Index steps = 400;
  const Eigen::Index quiet = steps - kNoisySteps;
  for (const auto& [architecture, name] : kArchitectures) {
    CAPTURE(name);
    const MotifLibrary library = golden_library(file, architecture, Eigen::VectorXd::Zero(steps));
    for (Eigen::Index trial = 0; trial < 2; ++trial) {
      Eigen::MatrixXd added = added_to(file, trial, steps + 1);
      const Eigen::VectorXd missing = missing_at_end_of_noise(file, name, library, added, trial);
      CHECK(max_abs(missing) <= kRoundedNoise);
      added.col(kNoisySteps) += missing;
      const KernelRun run = run_kernels(single_motif(library, 0, steps + 1), {added});
      const Eigen::VectorXd y = run.output[0].middleCols(kNoisySteps, quiet).transpose();
      CHECK(largest_difference(y, file("y_" + name).col(trial).tail(quiet)) <= kTrajectory);
      CHECK(largest_difference(run.end[0], file("xend_" + name).col(trial)) <= kTrajectory);
    }
  }
}

TEST_CASE("loss and gradient of every trained block, single trials and panels") {
  const MotifFile file("gradients");
  const Eigen::VectorXd target = file("target");
  const Eigen::Index steps = target.size();
  for (const auto& [architecture, name] : kArchitectures) {
    CAPTURE(name);
    const MotifLibrary library = golden_library(file, architecture, target);
    const bool shared = library.definition().shared;
    for (const std::size_t copies : {std::size_t{1}, std::size_t{3}}) {
      const MotifChain chain = single_motif(library, 0, steps);
      std::vector<Eigen::MatrixXd> added;
      std::vector<Trial> trials;
      for (std::size_t i = 0; i < 3 * copies; ++i) {
        added.push_back(added_to(file, static_cast<Eigen::Index>(i % 3), steps));
        trials.push_back({chain.input, chain.target, 0});
      }
      Bptt<double> bptt(shared ? control_parametrisation<double>(library)
                               : motif_parametrisation<double>(library, 0),
                        {.steps = static_cast<std::size_t>(steps),
                         .batch = trials.size(),
                         .loss = Loss::mean_square,
                         .first_step = 0});
      std::vector<double> parameters(bptt.blocks().size());
      for (const ParameterBlock& block : bptt.blocks().all()) {
        const Eigen::MatrixXd values = file(block.name);
        std::copy(values.data(), values.data() + values.size(),
                  parameters.begin() + static_cast<std::ptrdiff_t>(block.offset));
      }
      bptt.run(parameters, trials, {.added = added});
      double loss = 0.0;
      for (const double one : bptt.losses()) {
        loss += one / static_cast<double>(trials.size());
      }
      CHECK(std::abs(loss - file.number("loss_" + name)) <= kMotifGolden);
      for (const ParameterBlock& block : bptt.blocks().all()) {
        CAPTURE(block.name);
        const std::span<double> found = bptt.blocks().of(block.name, bptt.gradient());
        const Eigen::MatrixXd gradient =
            Eigen::Map<const Eigen::MatrixXd>(found.data(), static_cast<Eigen::Index>(block.rows),
                                              static_cast<Eigen::Index>(block.columns));
        const Eigen::MatrixXd known = file("d" + block.name + "_" + name);
        CHECK(max_abs(known) > 1e-4);
        CHECK(largest_difference(gradient, known) <= kMotifGolden);
      }
    }
  }
}

TEST_CASE("signed-rank p values of SciPy") {
  const MotifFile file("wilcoxon");
  const auto row = [&file](const std::string& name, Eigen::Index k) -> Eigen::VectorXd {
    return file(name).row(k).transpose();
  };
  for (Eigen::Index k = 0; k < 6; ++k) {
    for (const bool ties : {false, true}) {
      const Eigen::VectorXd a = row(ties ? "a_ties" : "a", k);
      const Eigen::VectorXd b = row(ties ? "b_ties" : "b", k);
      const Eigen::VectorXd known = row(ties ? "approx_stat_p" : "exact_stat_p", k);
      const analysis::SignedRank test = analysis::signed_rank_test({a.data(), 10}, {b.data(), 10});
      CHECK(std::abs(test.statistic - known[0]) <= 1e-12);
      CHECK(std::abs(test.p_value - known[1]) <= kMotifTargets);
    }
  }
}

TEST_CASE("the preparatory module: loss, gradient and steps of Adam") {
  const MotifFile file("prep_module_small");
  MotifLibrary library;
  library.options = {.architecture = MotifArchitecture::additive_preparation,
                     .units = 20,
                     .gain = file.number("g"),
                     .preparation_rank = 5,
                     .noise = 0.0};
  library.j = file("J");
  library.w = Eigen::VectorXd::Zero(20);
  library.preparation_u = file("U0");
  library.preparation_v = file("V0");
  const std::size_t states = 41;
  const std::size_t count = 4;
  const BpttOptions options{
      .steps = states, .batch = count, .l2_rates = static_cast<double>(20 * states)};
  const Trial silence{Eigen::MatrixXd::Zero(1, 41), Eigen::MatrixXd::Zero(1, 41), 0};
  const std::vector<Trial> trials(count, silence);
  const auto starts = [&](Eigen::Index k) {
    const Eigen::MatrixXd x0 = file.first_slice("x0", k);
    std::vector<Eigen::MatrixXd> added;
    for (Eigen::Index i = 0; i < x0.cols(); ++i) {
      added.emplace_back(x0.col(i));
    }
    return added;
  };

  SUBCASE("double precision") {
    Bptt<double> bptt(preparation_parametrisation<double>(library), options);
    std::vector<double> parameters;
    for (const Eigen::MatrixXd& m : {library.preparation_u, library.preparation_v}) {
      parameters.insert(parameters.end(), m.data(), m.data() + m.size());
    }
    const std::vector<Eigen::MatrixXd> added = starts(0);
    bptt.run(parameters, trials, {.added = added});
    CHECK(std::abs(bptt.penalty() - file("loss")(0, 0)) <= kMotifGolden);
    const Eigen::Map<const Eigen::MatrixXd> du(bptt.gradient().data(), 20, 5);
    const Eigen::Map<const Eigen::MatrixXd> dv(bptt.gradient().data() + 100, 20, 5);
    CHECK(largest_difference(du, file("dU")) <= kMotifGolden);
    CHECK(largest_difference(dv, file("dV")) <= kMotifGolden);
  }

  SUBCASE("five steps of Adam in single precision") {
    Bptt<float> bptt(preparation_parametrisation<float>(library), options);
    std::vector<float> parameters = preparation_parameters(library);
    std::vector<std::vector<float>> moments(2, std::vector<float>(parameters.size(), 0.0F));
    for (Eigen::Index k = 0; k < 5; ++k) {
      const std::vector<Eigen::MatrixXd> added = starts(k);
      bptt.run(parameters, trials, {.added = added});
      const double loss = file("loss")(k, 0);
      CHECK(std::abs(bptt.penalty() - loss) <= 1e-5 * loss);
      training_rule_named("adam").apply({.number = k + 1,
                                         .learning_rate = 1e-3,
                                         .gradient = bptt.gradient(),
                                         .parameters = parameters,
                                         .moments = {moments[0], moments[1]}});
      assign_preparation(parameters, library);
      CHECK(largest_difference(library.preparation_u, file.first_slice("U_after", k)) <= 1e-6);
      CHECK(largest_difference(library.preparation_v, file.first_slice("V_after", k)) <= 1e-6);
    }
  }
}

TEST_SUITE_END();
