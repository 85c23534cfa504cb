#include "rate/learning/motif/motif_evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "core/analysis/decompositions.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "core/shared_control.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"
#include "rate/models/motif/internal/positive_rates.hpp"

namespace rheobase::rate {

namespace {

/// Trials of an evaluation by use: starts and noise of random states, of first motifs, of second.
/// Training begins at 0 and does not come here.
constexpr std::uint32_t kRandomStates = kSearchTrials;
constexpr std::uint32_t kFirstMotifs = kSearchTrials + 0x4000000U;
constexpr std::uint32_t kSecondMotifs = kSearchTrials + 0x8000000U;
constexpr std::uint32_t kTrialsOfMotif = 1000;

MotifNoise noise_of(const MotifLibrary& library, const MotifEvaluationOptions& options) {
  return {options.noise >= 0.0 ? options.noise : library.options.noise, options.seed, 0,
          options.spike_noise};
}

MotifNoise numbered(MotifNoise noise, std::uint32_t first_trial) {
  noise.first_trial = first_trial;
  return noise;
}

double spread_of(const MotifLibrary& library, const MotifEvaluationOptions& options) {
  return options.initial_std >= 0.0 ? options.initial_std : library.options.initial_std;
}

std::vector<Eigen::VectorXd> starts_of(const MotifLibrary& library, double spread, Seed seed,
                                       std::uint32_t first, int count) {
  std::vector<Eigen::VectorXd> starts;
  for (int i = 0; i < count; ++i) {
    starts.push_back(
        random_start(library.units(), spread, seed, first + static_cast<std::uint32_t>(i)));
  }
  return starts;
}

void require_motifs(const MotifLibrary& library, const MotifEvaluationOptions& options) {
  if (library.motifs.empty()) {
    throw InputError("library", "motifs", "none", "must have a motif or more");
  }
  if (options.trials < 1 || options.trials > static_cast<int>(kTrialsOfMotif)) {
    throw InputError("motif evaluation", "trials", fmt::format("{}", options.trials),
                     fmt::format("must be 1 to {}", kTrialsOfMotif));
  }
}

double mean_squared_error(const Eigen::VectorXd& output, const MotifTarget& target) {
  return (output - target.samples.head(output.size())).squaredNorm() /
         static_cast<double>(output.size());
}

std::uint32_t number_of(std::size_t motif) {
  return static_cast<std::uint32_t>(motif) * (kTrialsOfMotif + 1);  // one that only ends
}

/// Squared errors of motif `second` after every other one that ended in ends[first].
Eigen::VectorXd squares_after(const MotifLibrary& library, std::size_t second,
                              const std::vector<Eigen::VectorXd>& ends, const MotifNoise& noise,
                              const RunControl& control) {
  std::vector<Eigen::VectorXd> starts;
  for (std::size_t k = 0; k < ends.size(); ++k) {
    if (k != second) {
      starts.push_back(ends[k]);
    }
  }
  Eigen::VectorXd squares =
      Eigen::VectorXd::Constant(static_cast<Eigen::Index>(ends.size()), std::nan(""));
  if (starts.empty()) {
    return squares;
  }
  const MotifTrials trials =
      play_motif(library, second, starts, numbered(noise, kSecondMotifs + number_of(second)), 0,
                 false, control);
  for (std::size_t k = 0, i = 0; k < ends.size(); ++k) {
    if (k != second) {
      squares[static_cast<Eigen::Index>(k)] =
          mean_squared_error(trials.output[i++], library.motifs[second].target);
    }
  }
  return squares;
}

double root_of_mean(const Eigen::VectorXd& squares) {
  double total = 0.0;
  int count = 0;
  for (const double square : squares) {
    total += std::isnan(square) ? 0.0 : square;
    count += std::isnan(square) ? 0 : 1;
  }
  return count > 0 ? std::sqrt(total / count) : std::nan("");
}

}  // namespace

MotifTrials play_motif(const MotifLibrary& library, std::size_t motif,
                       const std::vector<Eigen::VectorXd>& starts, const MotifNoise& noise,
                       Eigen::Index steps, bool with_norm, const RunControl& control) {
  const Eigen::Index played = steps > 0 ? steps : library.motifs[motif].length();
  MotifChain chain = single_motif(library, motif, played + 1);
  std::vector<Eigen::MatrixXd> added(starts.begin(), starts.end());
  double factor = noise.factor;
  if (noise.spikes > 0.0) {
    chain.network = with_positive_rates(std::move(chain.network), "motif evaluation");
    factor *= 2.0;
    for (Eigen::MatrixXd& start : added) {
      start *= 2.0;
    }
  }
  const std::vector<TrialGroup> groups = group_trials<float>(starts.size());
  auto kernel = kernel_network<float>(
      chain.network,
      {.trials = !groups.back().panel, .panels = groups.front().panel, .backward = false},
      simd_level());
  kernel.use_spike_noise(noise.spikes);
  const std::vector<Trial> trials(starts.size(), {chain.input, chain.target, 0});
  MotifTrials result;
  for (const TrialGroup& group : groups) {
    ForwardPass<float> pass(kernel, static_cast<std::size_t>(played + 1), group.panel, with_norm);
    pass.run(kernel, trials, group,
             {.factor = factor,
              .seed = noise.seed,
              .purpose = Purpose::evaluation_noise,
              .first_trial = noise.first_trial,
              .added = added},
             control);
    for (std::size_t lane = 0; lane < group.count; ++lane) {
      const Eigen::MatrixXd output = pass.output_from_start(group, lane);
      if (!output.allFinite()) {
        throw NonFiniteError("output",
                             fmt::format("motif '{}', trial {}", library.motifs[motif].name(),
                                         group.first + lane + 1),
                             -1);
      }
      result.output.emplace_back(output.row(0).head(played).transpose());
      result.end.push_back((noise.spikes > 0.0 ? 0.5 : 1.0) * pass.last_state(group, lane));
      if (with_norm) {
        Eigen::VectorXd& norm = result.norm.emplace_back(played);
        for (Eigen::Index n = 0; n < played; ++n) {
          const Eigen::VectorXd r = pass.rates(group, lane, static_cast<std::size_t>(n));
          norm[n] = noise.spikes > 0.0 ? (2.0 * r.array() - 1.0).matrix().norm() : r.norm();
        }
      }
    }
  }
  return result;
}

double root_mean_square_error(const MotifTrials& trials, const MotifTarget& target) {
  double total = 0.0;
  for (const Eigen::VectorXd& output : trials.output) {
    total += mean_squared_error(output, target);
  }
  return std::sqrt(total / static_cast<double>(trials.output.size()));
}

MotifScores evaluate_motifs(const MotifLibrary& library, const MotifEvaluationOptions& options,
                            const RunControl& control) {
  require_motifs(library, options);
  const std::size_t count = library.motifs.size();
  const auto size = static_cast<Eigen::Index>(count);
  const MotifNoise noise = noise_of(library, options);
  const RunControl asked = for_all_threads(control);
  MotifScores scores;
  scores.random.resize(size);
  scores.others.resize(size);
  scores.pair.resize(size, size);
  scores.end_states.resize(library.units(), size);
  std::vector<Eigen::VectorXd> ends(count);
  parallel_for(
      count, options.threads,
      [&](std::size_t k) {
        const auto at = static_cast<Eigen::Index>(k);
        // One trial more: the one that ends where the next motif starts.
        const MotifTrials all =
            play_motif(library, k,
                       starts_of(library, spread_of(library, options), options.seed,
                                 kRandomStates + number_of(k), options.trials + 1),
                       numbered(noise, kRandomStates + number_of(k)), 0, false, asked);
        MotifTrials own = all;
        own.output.pop_back();
        scores.random[at] = root_mean_square_error(own, library.motifs[k].target);
        scores.end_states.col(at) = all.end.front();
        ends[k] = all.end.back();
      },
      control);
  parallel_for(
      count, options.threads,
      [&](std::size_t k) {
        const auto at = static_cast<Eigen::Index>(k);
        const Eigen::VectorXd squares = squares_after(library, k, ends, noise, asked);
        scores.pair.col(at) = squares.cwiseSqrt();
        scores.others[at] = root_of_mean(squares);
      },
      control);
  if (count > 1) {
    scores.difference =
        analysis::signed_rank_test({scores.random.data(), count}, {scores.others.data(), count});
  }
  const Eigen::ArrayXXd ended = scores.end_states.array();
  scores.end_std = std::sqrt((ended - ended.mean()).square().mean());
  return scores;
}

Eigen::MatrixXd evaluate_interrupted(const MotifLibrary& library,
                                     const std::vector<double>& fractions,
                                     const MotifEvaluationOptions& options,
                                     const RunControl& control) {
  require_motifs(library, options);
  const std::size_t count = library.motifs.size();
  for (const double fraction : fractions) {
    if (!(fraction > 0.0 && fraction <= 1.0)) {
      throw InputError("motif evaluation", "fraction", fmt::format("{}", fraction),
                       "must be above 0 and at most 1");
    }
  }
  const MotifNoise noise = noise_of(library, options);
  const RunControl asked = for_all_threads(control);
  std::vector<std::vector<Eigen::VectorXd>> ends(fractions.size(),
                                                 std::vector<Eigen::VectorXd>(count));
  parallel_for(
      count * fractions.size(), options.threads,
      [&](std::size_t i) {
        const std::size_t k = i % count;
        const double fraction = fractions[i / count];
        const auto steps = static_cast<Eigen::Index>(
            std::lround(fraction * static_cast<double>(library.motifs[k].length())));
        ends[i / count][k] = play_motif(library, k,
                                        starts_of(library, spread_of(library, options),
                                                  options.seed, kFirstMotifs + number_of(k), 1),
                                        numbered(noise, kFirstMotifs + number_of(k)),
                                        std::max<Eigen::Index>(1, steps), false, asked)
                                 .end.front();
      },
      control);
  Eigen::MatrixXd errors(static_cast<Eigen::Index>(count),
                         static_cast<Eigen::Index>(fractions.size()));
  parallel_for(
      count * fractions.size(), options.threads,
      [&](std::size_t i) {
        const std::size_t k = i % count;
        errors(static_cast<Eigen::Index>(k), static_cast<Eigen::Index>(i / count)) =
            root_of_mean(squares_after(library, k, ends[i / count], noise, asked));
      },
      control);
  return errors;
}

ChainRun play_chain(const MotifLibrary& library, const std::vector<ChainLink>& links,
                    const Eigen::VectorXd& start, const MotifNoise& noise,
                    const RunControl& control) {
  std::vector<double> output;
  std::vector<double> norm;
  Eigen::VectorXd state = start;
  for (std::size_t i = 0; i < links.size(); ++i) {
    const MotifTrials trials =
        play_motif(library, links[i].motif, {state},
                   numbered(noise, noise.first_trial + static_cast<std::uint32_t>(i)),
                   links[i].steps, true, control);
    output.insert(output.end(), trials.output[0].begin(), trials.output[0].end());
    norm.insert(norm.end(), trials.norm[0].begin(), trials.norm[0].end());
    state = trials.end[0];
    control.progress(static_cast<double>(i + 1) / static_cast<double>(links.size()));
  }
  const auto steps = static_cast<Eigen::Index>(output.size());
  return {Eigen::Map<const Eigen::VectorXd>(output.data(), steps),
          Eigen::Map<const Eigen::VectorXd>(norm.data(), steps)};
}

std::vector<ChainLink> random_chain(std::size_t motifs, int count, Seed seed) {
  RandomStream stream(seed, 0, Purpose::evaluation_task);
  const auto choices = static_cast<std::uint32_t>(motifs);
  std::vector<ChainLink> links;
  for (int i = 0; i < count; ++i) {
    std::size_t next = stream.below(choices);
    if (!links.empty() && motifs > 1) {
      next = (links.back().motif + 1 + stream.below(choices - 1)) % motifs;
    }
    links.push_back({next, 0});
  }
  return links;
}

PreparationCourse preparation_course(const MotifLibrary& library, Eigen::Index steps, int trials,
                                     Seed seed) {
  const Eigen::MatrixXd recurrent =
      library.options.gain * library.j + library.preparation_u * library.preparation_v.transpose();
  const double a = library.options.step_tau;
  PreparationCourse course{Eigen::MatrixXd(steps, trials)};
  for (int i = 0; i < trials; ++i) {
    Eigen::VectorXd x = random_start(library.units(), library.options.initial_std, seed,
                                     kRandomStates + static_cast<std::uint32_t>(i));
    for (Eigen::Index n = 0; n < steps; ++n) {
      const Eigen::VectorXd r = x.unaryExpr(&elementary::tanh);
      course.norm(n, i) = r.norm();
      x = (1.0 - a) * x + a * (recurrent * r);
    }
  }
  return course;
}

PreparationSpectra preparation_spectra(const MotifLibrary& library) {
  if (!library.definition().preparation) {
    throw InputError("library", "architecture", std::string(library.definition().name),
                     "must be one with preparation");
  }
  MotifOptions other = library.options;
  other.seed += 1;
  const auto eigenvalues = [](const Eigen::MatrixXd& m) -> Eigen::VectorXcd {
    return analysis::eigenvalues(m);
  };
  const Eigen::MatrixXd loop = library.preparation_u * library.preparation_v.transpose();
  const double gain = library.options.gain;
  return {eigenvalues(gain * library.j), eigenvalues(gain * library.j + loop),
          eigenvalues(gain * make_motif_library(other).j + loop)};
}

}  // namespace rheobase::rate
