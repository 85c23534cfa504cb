// Libraries of motifs: training, what it must not touch, chains, and the preparatory module.
#include "rate/learning/motif/motif_training.hpp"

#include <cmath>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/dynamics/internal/forward_pass.hpp"
#include "rate/dynamics/run.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"
#include "tests/max_abs.hpp"
#include "tests/rate/models/motif/golden_motifs.hpp"
#include "tests/tolerances.hpp"

using namespace rheobase;
using namespace rheobase::rate;

namespace {

/// Sines of one period and of two: easy to learn.
std::vector<MotifTarget> sines(int count, int samples) {
  std::vector<MotifTarget> targets;
  for (int k = 0; k < count; ++k) {
    const Eigen::ArrayXd t = Eigen::ArrayXd::LinSpaced(samples, 0.0, 1.0 - 1.0 / samples);
    targets.push_back({"sine" + std::to_string(k + 1), (6.283185307179586 * (k + 1) * t).sin()});
  }
  return targets;
}

MotifLibrary small_library(MotifArchitecture architecture, int units, int motifs) {
  MotifLibrary library = make_motif_library({.architecture = architecture,
                                             .units = units,
                                             .preparation_rank = 10,
                                             .preparation_tau = 2.0,
                                             .seed = 3});
  add_motifs(library, sines(motifs, 120));
  return library;
}

MotifTrainingOptions quick(int batches) {
  return {.batches = batches, .batch = 8, .evaluation_trials = 8, .threads = 1};
}

MotifLibrary trained(const MotifLibrary& library, const std::vector<std::size_t>& motifs,
                     const MotifTrainingOptions& options) {
  MotifLearner learner(library, motifs, options);
  learn(learner, {}, {});
  return learner.library();
}

bool same_motif(const Motif& a, const Motif& b) {
  return a.b == b.b && a.b2 == b.b2 && a.u == b.u && a.v == b.v;
}

/// Output of one motif by the kernels in double precision; `state` goes on.
Eigen::VectorXd play_exactly(const MotifLibrary& library, std::size_t motif, Eigen::Index steps,
                             Eigen::VectorXd& state) {
  const MotifChain chain = single_motif(library, motif, steps + 1);
  const std::vector<TrialGroup> groups = group_trials<double>(1);
  const auto kernel = kernel_network<double>(
      chain.network, {.trials = true, .panels = false, .backward = false}, simd_level());
  ForwardPass<double> pass(kernel, static_cast<std::size_t>(steps + 1), false, false);
  const std::vector<Eigen::MatrixXd> added{state};
  pass.run(kernel, std::vector<Trial>{{chain.input, chain.target, 0}}, groups[0], {.added = added});
  state = pass.last_state(groups[0], 0);
  return pass.output_from_start(groups[0], 0).row(0).head(steps).transpose();
}

}  // namespace

TEST_SUITE_BEGIN("numeric");

TEST_CASE("training learns motifs in every architecture that keeps its weights") {
  for (const MotifArchitecture architecture :
       {MotifArchitecture::additive, MotifArchitecture::two_input,
        MotifArchitecture::multiplicative_preparation}) {
    const MotifLibrary library = small_library(architecture, 60, 1);
    const double untrained = evaluate_motifs(library, {}).random[0];
    MotifLearner learner(library, {0}, quick(120));
    CHECK(learn(learner, {}, {}) == LearningOutcome::all_done);
    const MotifCourse& course = learner.courses()[0];
    CHECK(course.best_rmse < 0.6 * untrained);
    CHECK(course.losses.back() < course.losses.front());
    CHECK(learner.library().j == library.j);
    CHECK(learner.library().preparation_u == library.preparation_u);
  }
}

TEST_CASE("a motif more changes no bit of another's parameters and outputs") {
  const MotifLibrary two = small_library(MotifArchitecture::multiplicative, 40, 2);
  const MotifLibrary one = small_library(MotifArchitecture::multiplicative, 40, 1);
  const MotifLibrary together = trained(two, {0, 1}, quick(20));
  MotifLibrary grown = trained(one, {0}, quick(20));
  const Motif before = grown.motifs[0];
  add_motifs(grown, {sines(2, 120)[1]});
  grown = trained(grown, {1}, quick(20));
  CHECK(same_motif(grown.motifs[0], before));
  CHECK(same_motif(grown.motifs[0], together.motifs[0]));
  CHECK(same_motif(grown.motifs[1], together.motifs[1]));
  CHECK(before.b != one.motifs[0].b);
  const std::vector<Eigen::VectorXd> start{random_start(40, 1.0, 1, 0)};
  CHECK(play_motif(grown, 0, start, {}).output[0] == play_motif(together, 0, start, {}).output[0]);
}

TEST_CASE("random states of an evaluation are none that training starts from") {
  const MotifLibrary library = small_library(MotifArchitecture::additive, 30, 1);
  const MotifEvaluationOptions options{.noise = 0.0};
  const double evaluated = evaluate_motifs(library, options).random[0];
  std::vector<Eigen::VectorXd> starts;
  for (std::uint32_t trial = 0; trial < 9; ++trial) {
    starts.push_back(random_start(library.units(), 1.0, options.seed, trial));
  }
  const double of_training =
      root_mean_square_error(play_motif(library, 0, starts, {}), library.motifs[0].target);
  CHECK(evaluated != of_training);
}

TEST_CASE("the control network forgets a motif when it learns another") {
  MotifLibrary library = small_library(MotifArchitecture::control, 30, 2);
  library = trained(library, {0}, quick(150));
  const double learnt = evaluate_motifs(library, {}).random[0];
  library = trained(library, {1}, quick(150));
  const double later = evaluate_motifs(library, {}).random[0];
  CHECK(learnt < 0.5);
  CHECK(later > 1.5 * learnt);
}

TEST_CASE("training goes on from a checkpoint bit for bit, on any number of threads") {
  const MotifLibrary library = small_library(MotifArchitecture::additive_preparation, 40, 2);
  MotifTrainingOptions options = quick(30);
  MotifLearner whole(library, {0, 1}, options);
  learn(whole, {}, {});
  int asked = 0;
  MotifLearner half(library, {0, 1}, options);
  CHECK(learn(half, {}, {.report = {}, .cancelled = [&asked] { return ++asked > 1; }}) ==
        LearningOutcome::cancelled);
  CHECK(half.done() < half.total());
  options.threads = 2;
  MotifLearner resumed(library, {0, 1}, options);
  resumed.restore(half.state());
  learn(resumed, {}, {});
  for (std::size_t k = 0; k < 2; ++k) {
    CHECK(resumed.courses()[k].parameters == whole.courses()[k].parameters);
    CHECK(resumed.courses()[k].losses == whole.courses()[k].losses);
    CHECK(same_motif(resumed.library().motifs[k], whole.library().motifs[k]));
  }
  MotifLearner other(library, {0}, options);
  CHECK_THROWS_AS(MotifLearner(library, {0, 1}, options).restore(other.state()), InputError);
}

TEST_CASE("a stop between evaluations keeps the batches that are done and goes on bit for bit") {
  const MotifLibrary library = small_library(MotifArchitecture::additive, 30, 2);
  MotifTrainingOptions options = quick(12);
  options.evaluate_every = 12;
  MotifLearner whole(library, {0, 1}, options);
  learn(whole, {}, {});
  int kept = 0;
  bool stopped = true;
  for (int most = 100; stopped; most = most * 3 / 2) {
    MotifLearner half(library, {0, 1}, options);
    int asked = 0;
    half.abandon_when([&] { return ++asked > most; });
    stopped = learn(half, {}, {}) == LearningOutcome::cancelled;
    const int done = half.courses()[0].batches_done;
    kept += done > 0 && done < 12 ? 1 : 0;
    MotifLearner resumed(half.library(), {0, 1}, options);
    resumed.restore(half.state());
    learn(resumed, {}, {});
    for (std::size_t k = 0; k < 2; ++k) {
      CAPTURE(most);
      REQUIRE(resumed.courses()[k].parameters == whole.courses()[k].parameters);
      REQUIRE(resumed.courses()[k].losses == whole.courses()[k].losses);
      REQUIRE(resumed.courses()[k].evaluations.size() == 2);
      REQUIRE(same_motif(resumed.library().motifs[k], whole.library().motifs[k]));
    }
  }
  CHECK(kept > 0);
}

TEST_CASE("a motif that is trained again stays where nothing better is found") {
  const MotifLibrary library =
      trained(small_library(MotifArchitecture::additive, 40, 2), {0, 1}, quick(100));
  MotifTrainingOptions options = quick(5);
  options.learning_rate = 3.0;  // away from the minimum
  MotifLearner learner(library, {0}, options);
  learn(learner, {}, {});
  REQUIRE(learner.courses()[0].evaluations.size() == 2);
  CHECK(learner.courses()[0].evaluations[0].batch == 0);
  CHECK(learner.courses()[0].evaluations[1].rmse > learner.courses()[0].evaluations[0].rmse);
  CHECK(same_motif(learner.library().motifs[0], library.motifs[0]));
}

TEST_CASE("training of the preparatory module goes on from its state bit for bit") {
  const MotifLibrary library = small_library(MotifArchitecture::additive_preparation, 30, 0);
  const PreparationOptions options{.batches = 8, .batch = 8, .duration_tau = 3.0};
  PreparationLearner whole(library, options);
  learn(whole, {}, {});
  PreparationLearner half(library, options);
  for (int i = 0; i < 3; ++i) {
    half.advance();
  }
  PreparationLearner resumed(half.library(), options);
  resumed.restore(half.state());
  CHECK(resumed.done() == 3);
  learn(resumed, {}, {});
  CHECK(resumed.library().preparation_u == whole.library().preparation_u);
  CHECK(resumed.library().preparation_v == whole.library().preparation_v);
  CHECK(resumed.course().losses == whole.course().losses);
  CHECK(half.library().preparation_u != whole.library().preparation_u);
}

TEST_CASE("the minimum over training is kept and patience ends it") {
  const MotifLibrary library = small_library(MotifArchitecture::additive, 40, 1);
  MotifTrainingOptions options = quick(400);
  options.learning_rate = 0.3;  // restless
  options.patience = 3;
  MotifLearner learner(library, {0}, options);
  learn(learner, {}, {});
  const MotifCourse& course = learner.courses()[0];
  CHECK(course.batches_done < 400);
  CHECK(course.evaluations.back().rmse > course.best_rmse);
  double least = 1e9;
  for (const MotifEvaluationPoint& point : course.evaluations) {
    least = std::min(least, point.rmse);
  }
  CHECK(course.best_rmse == least);
  CHECK(course.best != course.parameters);
  CHECK(learner.library().motifs[0].b[0] == static_cast<double>(course.best[0]));
}

TEST_CASE("the preparatory module brings any state to the origin") {
  const MotifLibrary library =
      make_motif_library({.architecture = MotifArchitecture::additive_preparation,
                          .units = 60,
                          .preparation_rank = 20,
                          .seed = 2});
  const Eigen::MatrixXd before = preparation_course(library, 80, 4, 9).norm;
  PreparationOptions options{.batches = 150, .batch = 16, .learning_rate = 4e-3, .threads = 1};
  PreparationLearner learner(library, options);
  learn(learner, {}, {});
  const std::vector<double>& losses = learner.course().losses;
  CHECK(losses.back() < 0.3 * losses.front());
  const MotifLibrary prepared = learner.library();
  const Eigen::MatrixXd after = preparation_course(prepared, 80, 4, 9).norm;
  CHECK(after.row(70).maxCoeff() < 0.1 * after.row(0).minCoeff());
  CHECK(before.row(70).maxCoeff() > after.row(70).maxCoeff());
  const PreparationSpectra spectra = preparation_spectra(prepared);
  CHECK(spectra.with.real().maxCoeff() < spectra.without.real().maxCoeff());
  CHECK(spectra.with.real().maxCoeff() < spectra.with_random.real().maxCoeff());
  options.batches = 152;
  PreparationLearner more(library, options);
  more.restore(learner.state());
  learn(more, {}, {});
  PreparationLearner at_once(library, options);
  learn(at_once, {}, {});
  CHECK(more.course().parameters == at_once.course().parameters);
}

TEST_CASE("a chain of motifs is a rate network like any other") {
  for (const MotifArchitectureDefinition& definition : motif_architectures()) {
    CAPTURE(definition.name);
    MotifLibrary library = small_library(definition.architecture, 24, 2);
    library.options.noise = 0.0;
    for (std::size_t k = 0; k < 2; ++k) {
      library.motifs[k].b = random_start(24, 0.3, 7, static_cast<std::uint32_t>(k));
      if (definition.second_input) {
        library.motifs[k].b2 = random_start(24, 0.3, 8, static_cast<std::uint32_t>(k));
      }
    }
    const std::vector<ChainLink> links{{1, 0}, {0, 60}, {1, 0}};
    const MotifChain chain = chain_of(library, links);
    validate(chain.network, "chain");
    Stepper stepper(chain.network, {});
    const Eigen::VectorXd start = stepper.x();
    Eigen::VectorXd plain(chain.target.cols());
    for (Eigen::Index n = 0; n < plain.size(); ++n) {
      plain[n] = stepper.output()[0];
      stepper.step(chain.input.col(n));
    }
    double reported = 0.0;
    RunControl control;
    control.report = [&reported](const Progress& progress) { reported = progress.fraction; };
    const Eigen::VectorXd played = play_chain(library, links, start, {}, control).output;
    CHECK(reported == 1.0);
    control.cancelled = [] { return true; };
    CHECK_THROWS_AS(play_chain(library, links, start, {}, control), Cancelled);
    // Single precision over 300 steps of a network that amplifies.
    CHECK(largest_difference(played, plain) <= 1e-3);
    Eigen::VectorXd state = start;
    Eigen::VectorXd exact(plain.size());
    for (std::size_t i = 0; i < links.size(); ++i) {
      const Eigen::Index steps =
          links[i].steps > 0 ? links[i].steps : library.motifs[links[i].motif].length();
      exact.segment(chain.start[i], steps) = play_exactly(library, links[i].motif, steps, state);
    }
    CHECK(largest_difference(exact, plain) <= 1e-9);
  }
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("statistical");

TEST_CASE("oscillatory motifs come from networks that go on") {
  const std::vector<MotifTarget> motifs = make_motif_targets({.kind = MotifKind::oscillatory});
  REQUIRE(motifs.size() == 10);
  for (const MotifTarget& motif : motifs) {
    const Eigen::ArrayXd y = motif.samples.array();
    CAPTURE(motif.name);
    CHECK(std::sqrt((y - y.mean()).square().mean()) > 1.3 * 0.2);
    CHECK(y[0] == 0.0);
  }
  CHECK_THROWS_AS(
      make_motif_targets(
          {.kind = MotifKind::oscillatory, .count = 1, .period = 100, .units = 20, .gain = 0.5}),
      InputError);
}

TEST_CASE("values of step motifs are means of noise of one time constant") {
  // Variance of the mean of n values of z <- f z + g sqrt(dt) xi, f = 0.9, g^2 = 18.
  const double f = 0.9;
  const std::vector<MotifTarget> motifs = make_motif_targets({.count = 400, .seed = 11});
  double ratio = 0.0;
  int count = 0;
  for (const MotifTarget& motif : motifs) {
    Eigen::Index first = 1;
    while (first < motif.samples.size() - 50) {
      Eigen::Index last = first;
      while (last < motif.samples.size() && motif.samples[last] == motif.samples[first]) {
        ++last;
      }
      const auto n = static_cast<double>(last - (first == 1 ? 0 : first));
      const double variance =
          18.0 / 1.9 / (n * n) *
          (n * (1.0 + f) / (1.0 - f) - 2.0 * f * (1.0 - std::pow(f, n)) / ((1.0 - f) * (1.0 - f)));
      ratio += motif.samples[first] * motif.samples[first] / variance;
      ++count;
      first = last;
    }
  }
  CHECK(count > 1000);
  // Squares of normal numbers: variance 2.
  CHECK(std::abs(ratio / count - 1.0) <= tolerance::kSigmas * std::sqrt(2.0 / count));
}

TEST_CASE("recurrent weights, readout and loops have the published spread") {
  MotifLibrary library = make_motif_library(
      {.architecture = MotifArchitecture::multiplicative_preparation, .units = 300, .seed = 5});
  add_motifs(library, sines(1, 100));
  const auto variance = [](const Eigen::MatrixXd& m) {
    return m.squaredNorm() / static_cast<double>(m.size());
  };
  const auto near = [](double found, double expected, double count) {
    return std::abs(found / expected - 1.0) <= tolerance::kSigmas * std::sqrt(2.0 / count);
  };
  CHECK(near(variance(library.j), 1.0 / 300.0, 90000.0));
  CHECK(near(variance(library.w), 1.0 / 300.0, 300.0));
  CHECK(near(library.motifs[0].u.squaredNorm(), 2.25, 300.0));
  CHECK(near(variance(library.preparation_u), 0.05 / std::sqrt(50.0 * 300.0), 15000.0));
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("unit");

TEST_CASE("published numbers of units and parameters (table 1)") {
  const auto parameters = [](MotifArchitecture architecture) {
    MotifLibrary library = make_motif_library({.architecture = architecture});
    add_motifs(library, {{"one", Eigen::VectorXd::Zero(100)}});
    const Motif& motif = library.motifs[0];
    return motif.b.size() + motif.b2.size() + motif.u.size() + motif.v.size();
  };
  CHECK(parameters(MotifArchitecture::additive) == 300);
  CHECK(parameters(MotifArchitecture::multiplicative) == 300);
  CHECK(parameters(MotifArchitecture::two_input) == 300);
  CHECK(parameters(MotifArchitecture::control) == 50);
}

TEST_CASE("what cannot be learnt is refused") {
  MotifLibrary library = make_motif_library({.units = 60});
  CHECK_THROWS_AS(add_motifs(library, {{"short", Eigen::VectorXd::Zero(50)}}), InputError);
  Eigen::VectorXd holes = Eigen::VectorXd::Zero(100);
  holes[7] = std::nan("");
  CHECK_THROWS_AS(add_motifs(library, {{"holes", holes}}), InputError);
  add_motifs(library, {{"fine", Eigen::VectorXd::Zero(100)}});
  CHECK_THROWS_AS(add_motifs(library, {{"fine", Eigen::VectorXd::Zero(100)}}), InputError);
  for (const char* name : {"", "reach, left", " reach", "reach\nleft"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(add_motifs(library, {{name, Eigen::VectorXd::Zero(100)}}), InputError);
  }
  CHECK_THROWS_AS(library.index_of("unknown", "--chain"), InputError);
  CHECK_THROWS_AS(make_motif_library({.units = 20, .preparation_rank = 50}), InputError);
  CHECK_THROWS_AS(MotifLearner(library, {0, 0}, {}), InputError);
  CHECK_THROWS_AS(MotifLearner(library, {1}, {}), InputError);
  CHECK_THROWS_AS(
      PreparationLearner(make_motif_library({.architecture = MotifArchitecture::additive}), {}),
      InputError);
  MotifTrainingOptions options;
  options.start = MotifStart::transitions;
  CHECK_THROWS_AS(MotifLearner(library, {0}, options), InputError);
  CHECK_THROWS_AS(evaluate_interrupted(library, {0.0}, {}), InputError);
  options = {};
  options.batches = 1'000'000'000;  // trials that evaluations have
  CHECK_THROWS_AS(MotifLearner(library, {0}, options), InputError);
  CHECK_THROWS_AS(PreparationLearner(library, {.batches = 1'000'000'000}), InputError);
  options.batch = 1;
  add_motifs(library, {{"second", Eigen::VectorXd::Zero(100)},
                       {"third", Eigen::VectorXd::Zero(100)}});  // 3e9 batches in all
  CHECK_THROWS_AS(MotifLearner(library, {0, 1, 2}, options), InputError);
  library.motifs[0].target.samples.conservativeResize(20);  // within the preparation
  CHECK_THROWS_AS(validate(library, "library"), InputError);
  library.motifs[0].target.samples = holes;
  CHECK_THROWS_AS(validate(library, "library"), InputError);
}

TEST_SUITE_END();
