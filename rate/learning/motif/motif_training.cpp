// Training of motifs: Adam (Kingma & Ba, ICLR 2015) on the mean over trials and samples of
// (y - y*)^2, each motif by itself from states x_0 ~ N(0, s^2) that are fresh in every trial. The
// control network takes all motifs in every batch. The minimum over training, on trials that stay
// the same, is kept. Logiaco & Escola (2021), appendix A.6; the paper does not state batch size,
// number of batches, stopping rule or initial b.
#include "rate/learning/motif/motif_training.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/parallel.hpp"
#include "rate/learning/internal/bptt.hpp"
#include "rate/learning/motif/internal/descent.hpp"
#include "rate/learning/motif/motif_evaluation.hpp"
#include "rate/models/motif/internal/motif_parametrisation.hpp"

namespace rheobase::rate {

namespace {

double inputs_rate(const MotifTrainingOptions& options, bool shared) {
  return options.learning_rate > 0.0 ? options.learning_rate : (shared ? 1e-3 : 1e-2);
}

DescentOptions descent_options(const MotifTrainingOptions& options, bool shared) {
  DescentOptions descent;
  descent.clip_norm = options.clip_norm;
  const double beta = options.beta > 0.0 ? options.beta : (shared ? 0.5 : 0.0);
  if (beta > 0.0) {
    descent.beta1 = descent.beta2 = beta;
  }
  const double rate = inputs_rate(options, shared);
  descent.rate_of = [rate, loops = options.loop_learning_rate](const std::string& block) {
    return block == "u" || block == "v" ? loops : rate;
  };
  return descent;
}

/// Batches of one motif or of the control network, and their evaluations.
class Batches {
 public:
  virtual ~Batches() = default;
  virtual double run(Bptt<float>& bptt, const MotifCourse& course, const RunControl& control) = 0;
  virtual double evaluate(std::span<const float> parameters, const RunControl& control) = 0;
  virtual std::unique_ptr<Bptt<float>> bptt() const = 0;
};

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Eigen::VectorXd start_of(const MotifLibrary& library, const MotifTrainingOptions& options,
                         std::uint32_t trial) {
  const double spread = options.start == MotifStart::origin ? 0.0 : library.options.initial_std;
  return random_start(library.units(), spread, options.seed, trial);
}

/// RMSE of a motif on the trials that stay the same.
double fixed_error(const MotifLibrary& library, std::size_t motif,
                   const MotifTrainingOptions& options, const RunControl& control) {
  std::vector<Eigen::VectorXd> starts;
  for (int i = 0; i < options.evaluation_trials; ++i) {
    starts.push_back(
        start_of(library, options, kStopCriterionTrials + static_cast<std::uint32_t>(i)));
  }
  const MotifNoise noise{library.options.noise, options.seed, kStopCriterionTrials,
                         options.spike_noise};
  return root_mean_square_error(play_motif(library, motif, starts, noise, 0, false, control),
                                library.motifs[motif].target);
}

class OneMotif final : public Batches {
 public:
  OneMotif(const MotifLibrary& library, std::size_t motif, const MotifTrainingOptions& options)
      : library_(library), motif_(motif), options_(options) {
    const MotifChain chain = single_motif(library, motif, library.motifs[motif].length());
    trials_.assign(static_cast<std::size_t>(options.batch), {chain.input, chain.target, 0});
    starts_.resize(trials_.size());
  }

  std::unique_ptr<Bptt<float>> bptt() const override {
    return std::make_unique<Bptt<float>>(
        motif_parametrisation<float>(library_, motif_, state_scale() > 1.0),
        BpttOptions{.steps = static_cast<std::size_t>(library_.motifs[motif_].length()),
                    .batch = trials_.size(),
                    .loss = Loss::mean_square,
                    .first_step = 0,
                    .spike_noise = options_.spike_noise});
  }

  double run(Bptt<float>& bptt, const MotifCourse& course, const RunControl& control) override {
    const auto first = static_cast<std::uint32_t>(course.batches_done) *
                       static_cast<std::uint32_t>(options_.batch);
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      starts_[i] =
          state_scale() * start_of(library_, options_, first + static_cast<std::uint32_t>(i));
    }
    bptt.run(course.parameters, trials_,
             {.factor = state_scale() * library_.options.noise,
              .seed = options_.seed,
              .first_trial = first,
              .added = starts_},
             control);
    return mean(bptt.losses());
  }

  double evaluate(std::span<const float> parameters, const RunControl& control) override {
    MotifLibrary one = library_;
    assign_motif(parameters, one, motif_);
    return fixed_error(one, motif_, options_, control);
  }

 private:
  /// Networks with spike-like noise have rates above 0, and states of twice the size.
  double state_scale() const { return options_.spike_noise > 0.0 ? 2.0 : 1.0; }

  const MotifLibrary& library_;
  std::size_t motif_;
  const MotifTrainingOptions& options_;
  std::vector<Trial> trials_;
  std::vector<Eigen::MatrixXd> starts_;
};

/// All motifs, or all ordered pairs of them, in every batch; shorter ones end early.
class AllMotifs final : public Batches {
 public:
  AllMotifs(const MotifLibrary& library, const std::vector<std::size_t>& motifs,
            const MotifTrainingOptions& options)
      : library_(library), motifs_(motifs), options_(options) {
    for (const std::vector<ChainLink>& links : chains()) {
      const MotifChain chain = chain_of(library, links);
      const Eigen::Index steps = chain.target.cols();
      trials_.insert(trials_.end(), static_cast<std::size_t>(options.batch),
                     {chain.input.leftCols(steps), chain.target, 0});
      steps_ = std::max(steps_, steps);
    }
    for (Trial& trial : trials_) {
      const Eigen::Index known = trial.target.cols();
      trial.input.conservativeResize(Eigen::NoChange, steps_);
      trial.target.conservativeResize(Eigen::NoChange, steps_);
      trial.input.rightCols(steps_ - known).setZero();
      trial.target.rightCols(steps_ - known).setConstant(std::nan(""));
    }
    starts_.resize(trials_.size());
  }

  std::unique_ptr<Bptt<float>> bptt() const override {
    return std::make_unique<Bptt<float>>(control_parametrisation<float>(library_),
                                         BpttOptions{.steps = static_cast<std::size_t>(steps_),
                                                     .batch = trials_.size(),
                                                     .loss = Loss::mean_square,
                                                     .first_step = 0,
                                                     .threads = options_.threads});
  }

  double run(Bptt<float>& bptt, const MotifCourse& course, const RunControl& control) override {
    const auto first = static_cast<std::uint32_t>(course.batches_done) *
                       static_cast<std::uint32_t>(trials_.size());
    for (std::size_t i = 0; i < starts_.size(); ++i) {
      starts_[i] = start_of(library_, options_, first + static_cast<std::uint32_t>(i));
    }
    bptt.run(course.parameters, trials_,
             {.factor = library_.options.noise,
              .seed = options_.seed,
              .first_trial = first,
              .added = starts_},
             control);
    return mean(bptt.losses());
  }

  double evaluate(std::span<const float> parameters, const RunControl& control) override {
    MotifLibrary network = library_;
    assign_control(parameters, network);
    std::vector<double> errors(motifs_.size());
    parallel_for(motifs_.size(), options_.threads, [&](std::size_t i) {
      errors[i] = fixed_error(network, motifs_[i], options_, control);
    });
    return mean(errors);
  }

 private:
  std::vector<std::vector<ChainLink>> chains() const {
    std::vector<std::vector<ChainLink>> all;
    for (const std::size_t first : motifs_) {
      if (options_.start != MotifStart::transitions || motifs_.size() == 1) {
        all.push_back({{first}});
        continue;
      }
      for (const std::size_t second : motifs_) {
        if (second != first) {
          all.push_back({{first}, {second}});
        }
      }
    }
    return all;
  }

  const MotifLibrary& library_;
  const std::vector<std::size_t>& motifs_;
  const MotifTrainingOptions& options_;
  Eigen::Index steps_ = 0;
  std::vector<Trial> trials_;
  std::vector<Eigen::MatrixXd> starts_;
};

void finish_where_enough(const MotifTrainingOptions& options, MotifCourse& course) {
  course.finished = course.batches_done >= options.batches ||
                    course.best_rmse < options.stop_error ||
                    (options.patience > 0 && course.since_best >= options.patience);
}

void note_evaluation(double rmse, const MotifTrainingOptions& options, MotifCourse& course) {
  course.evaluations.push_back({course.batches_done, rmse});
  ++course.since_best;
  if (rmse < course.best_rmse) {
    course.best_rmse = rmse;
    course.best = course.parameters;
    course.since_best = 0;
  }
  finish_where_enough(options, course);
}

bool evaluated(const MotifCourse& course) {
  return !course.evaluations.empty() && course.evaluations.back().batch == course.batches_done;
}

/// Batches up to and with the next evaluation, or the rest of them where a stop came between. The
/// parameters at the start are evaluated too: those of a motif trained before may be the minimum.
void advance_course(Batches& batches, const MotifTrainingOptions& options,
                    const DescentOptions& descent, const RunControl& control, MotifCourse& course) {
  if (course.batches_done == 0 && !evaluated(course)) {
    note_evaluation(batches.evaluate(course.parameters, control), options, course);
    if (course.finished) {
      return;
    }
  }
  const std::unique_ptr<Bptt<float>> bptt = batches.bptt();
  while (course.batches_done < options.batches &&
         (evaluated(course) || course.batches_done % options.evaluate_every != 0)) {
    const double loss = batches.run(*bptt, course, control);
    descend(bptt->blocks(), bptt->gradient(), loss, descent, course);
  }
  if (!evaluated(course)) {
    note_evaluation(batches.evaluate(course.parameters, control), options, course);
  }
}

/// Trials are numbered in 32 bits, and those of evaluations begin at kSearchTrials.
void check_sizes(const MotifTrainingOptions& options, std::size_t motifs, bool shared) {
  const auto count = static_cast<double>(motifs);
  const bool pairs = options.start == MotifStart::transitions && motifs > 1;
  const double chains = shared ? (pairs ? count * (count - 1.0) : count) : 1.0;
  const double most =
      std::min(kSearchTrials / (chains * options.batch), std::numeric_limits<int>::max() / count);
  if (options.batches > most) {
    throw InputError(
        "training options", "batches", fmt::format("{}", options.batches),
        fmt::format("must be at most {:.0f} for {} and {} of each in a batch", std::floor(most),
                    counted(motifs, "motif"), counted(options.batch, "trial")));
  }
}

void check_request(const MotifLibrary& library, const std::vector<std::size_t>& motifs,
                   const MotifTrainingOptions& options) {
  check(options, motif_training_fields(), "training options");
  validate(library, "library");
  std::vector<std::size_t> sorted = motifs;
  std::sort(sorted.begin(), sorted.end());
  if (motifs.empty() || sorted.back() >= library.motifs.size() ||
      std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    throw InputError("training", "motifs", counted(motifs.size(), "number"),
                     "must name motifs of the library, none twice");
  }
  const MotifArchitectureDefinition& definition = library.definition();
  if (options.spike_noise > 0.0 &&
      (definition.shared || definition.loop || definition.preparation)) {
    throw InputError("training options", "spike_noise", fmt::format("{:g}", options.spike_noise),
                     fmt::format("must be 0 for architecture '{}': only networks whose motifs are "
                                 "inputs alone are trained with it",
                                 definition.name));
  }
  if (options.start == MotifStart::transitions && !definition.shared) {
    throw InputError("training options", "start", "'transitions'",
                     fmt::format("must be random or origin for architecture '{}': only the control "
                                 "network learns transitions",
                                 definition.name));
  }
  check_sizes(options, motifs.size(), definition.shared);
}

}  // namespace

MotifLearner::MotifLearner(MotifLibrary library, std::vector<std::size_t> motifs,
                           const MotifTrainingOptions& options)
    : library_(std::move(library)), motifs_(std::move(motifs)), options_(options) {
  check_request(library_, motifs_, options_);
  if (library_.definition().shared) {
    courses_.push_back(initial_course(control_parameters(library_)));
    return;
  }
  for (const std::size_t motif : motifs_) {
    courses_.push_back(initial_course(motif_parameters(library_, motif)));
  }
}

int MotifLearner::done() const {
  int batches = 0;
  for (const MotifCourse& course : courses_) {
    batches += course.finished ? options_.batches : course.batches_done;
  }
  return batches;
}

int MotifLearner::total() const {
  return options_.batches * static_cast<int>(courses_.size());
}

void MotifLearner::advance() {
  const bool shared = library_.definition().shared;
  const DescentOptions descent = descent_options(options_, shared);
  if (shared) {
    AllMotifs batches(library_, motifs_, options_);
    advance_course(batches, options_, descent, abandon_, courses_.front());
    return;
  }
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < courses_.size(); ++i) {
    if (!courses_[i].finished) {
      open.push_back(i);
    }
  }
  parallel_for(open.size(), options_.threads, [&](std::size_t k) {
    OneMotif batches(library_, motifs_[open[k]], options_);
    advance_course(batches, options_, descent, abandon_, courses_[open[k]]);
  });
}

std::string MotifLearner::status() const {
  double total = 0.0;
  int batches = 0;
  for (const MotifCourse& course : courses_) {
    batches = std::max(batches, course.batches_done);
    total += std::isfinite(course.best_rmse) ? course.best_rmse : 0.0;
  }
  return fmt::format("batch {}, mean RMSE {:.3f}", batches,
                     total / static_cast<double>(courses_.size()));
}

NamedArrays MotifLearner::state() const {
  NamedArrays arrays;
  for (std::size_t i = 0; i < courses_.size(); ++i) {
    add_course(courses_[i], fmt::format("{}", i + 1), arrays);
  }
  return arrays;
}

void MotifLearner::restore(const NamedArrays& state) {
  std::vector<MotifCourse> courses;  // all of them or, where one does not fit, none
  for (const MotifCourse& now : courses_) {
    const std::string number = fmt::format("{}", courses.size() + 1);
    courses.push_back(course_from(state, number, now.parameters.size()));
    finish_where_enough(options_, courses.back());
  }
  courses_ = std::move(courses);
}

MotifLibrary MotifLearner::library() const {
  MotifLibrary trained = library_;
  for (std::size_t i = 0; i < courses_.size(); ++i) {
    if (courses_[i].best.empty()) {
      continue;
    }
    if (library_.definition().shared) {
      assign_control(courses_[i].best, trained);
    } else {
      assign_motif(courses_[i].best, trained, motifs_[i]);
    }
  }
  return trained;
}

}  // namespace rheobase::rate
