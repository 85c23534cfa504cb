// Innate training against the published program, with its start states and weights supplied
// (tests/data/rls/README.md). Largest deviations allowed: the README's tolerance.
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "io/mat/mat_file.hpp"
#include "rate/learning/innate/innate_training.hpp"
#include "rate/learning/innate/trial_measures.hpp"
#include "tests/max_abs.hpp"

using namespace rheobase;
using namespace rheobase::io;
using namespace rheobase::rate;
using rate::InnateTraining;
using rate::InnateTrial;
using rate::TrialRecord;
using rate::TrialStart;
using rate::UpdateEvent;

namespace {

constexpr double kTolerance = 1e-10;

class Golden {
 public:
  explicit Golden(const std::string& name)
      : file_(std::string(RHEOBASE_TEST_DATA) + "/rls/" + name + ".mat") {}

  bool has(const std::string& field) const { return file_.has(field); }
  Eigen::MatrixXd operator()(const std::string& field) const {
    return file_.matrix(field, "must be a matrix");
  }

 private:
  MatFile file_;
};

double distance(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  REQUIRE(a.rows() == b.rows());
  REQUIRE(a.cols() == b.cols());
  return max_abs(a - b);
}

double distance(std::span<const double> a, const Eigen::MatrixXd& b) {
  return distance(
      Eigen::Map<const Eigen::RowVectorXd>(a.data(), static_cast<Eigen::Index>(a.size())), b);
}

rate::Reservoir network(const Golden& golden) {
  const Eigen::MatrixXd w = golden("W_rec0");
  const Eigen::Index plastic = static_cast<Eigen::Index>(golden("N_plastic")(0));
  return rate::reservoir_from(w, golden("W_in"), golden("W_out0"),
                              golden.has("mask") ? golden("mask") : w.topRows(plastic));
}

InnateTrial trial_of(int steps, double amplitude, int channel, int window_stop) {
  InnateTrial trial;
  trial.steps = steps;
  trial.cue = {channel, amplitude, 100, 50};
  trial.window_start = 150;
  trial.window_stop = window_stop;
  return trial;
}

InnateTrial small_trial(const Golden& golden) {
  InnateTrial trial = trial_of(600, 5.0, 0, 550);
  trial.perturbation = {1, 0.5, 300, 10};
  trial.target = golden("target").transpose();
  return trial;
}

/// The starts of the published run, one after the other, without noise.
class Starts {
 public:
  explicit Starts(const Golden& golden) : x0_(golden("x0")) {}
  TrialStart next(bool perturbed = false) {
    return {.x0 = x0_.row(row_++).transpose(), .perturbed = perturbed};
  }
  TrialStart at(Eigen::Index row) const { return {.x0 = x0_.row(row).transpose()}; }

 private:
  Eigen::MatrixXd x0_;
  Eigen::Index row_ = 0;
};

/// Compares weights and P of three units after the updates that the file holds.
void check_recurrent(const Golden& golden, const InnateTraining<double>& training,
                     const std::string& prefix, const std::string& suffix) {
  const Eigen::MatrixXd w = training.network().recurrent().dense();
  CHECK(distance(w, golden(prefix + "W_rec" + suffix)) <= kTolerance);
  for (const std::size_t unit : {0U, 29U, 59U}) {
    const std::string field = prefix + "P_unit" + std::to_string(unit) + suffix;
    if (prefix.empty()) {
      CHECK(distance(training.recurrent_rule().inverse_correlation(unit), golden(field)) <=
            kTolerance);
    }
  }
}

struct Updates {
  std::vector<double> mean_square;
  std::vector<Eigen::VectorXd> error;
};

Eigen::MatrixXd rows_of(const std::vector<Eigen::VectorXd>& columns,
                        const std::vector<Eigen::Index>& units) {
  Eigen::MatrixXd out(static_cast<Eigen::Index>(columns.size()),
                      static_cast<Eigen::Index>(units.size()));
  for (std::size_t k = 0; k < columns.size(); ++k) {
    out.row(static_cast<Eigen::Index>(k)) = columns[k](units).transpose();
  }
  return out;
}

rate::UpdateObserver<double> recorder(Updates& updates, const std::function<void(int)>& each) {
  return [&updates, each](const UpdateEvent<double>& event) {
    updates.mean_square.push_back(event.mean_square);
    updates.error.emplace_back(Eigen::Map<const Eigen::VectorXd>(
        event.error.data(), static_cast<Eigen::Index>(event.error.size())));
    each(static_cast<int>(updates.error.size()));
  };
}

std::string after(int update) {
  return "_after" + std::to_string(update);
}

bool kept(int update) {
  return update == 1 || update == 2 || update == 10 || update == 200;
}

void check_innate(const Golden& golden, InnateTraining<double>& training, const TrialStart& start) {
  training.record_innate(0, start);
  const Eigen::MatrixXd& innate = training.innate(0);
  CHECK(distance(innate.topRows(4).transpose(), golden("innate_r")) <= kTolerance);
  CHECK(distance(innate.rightCols(1).transpose(), golden("innate_r_end")) <= kTolerance);
  const Eigen::MatrixXd every10 =
      innate.middleCols(150, 400)(Eigen::all, Eigen::seqN(0, 40, 10)).transpose();
  CHECK(distance(every10, golden("innate_r_all_window_every10")) <= kTolerance);
  CHECK(distance((golden("W_out0") * innate).transpose(), golden("innate_z")) <= kTolerance);
}

void check_test(const Golden& golden, InnateTraining<double>& training, const TrialStart& start,
                const std::string& z, const std::string& r, const std::string& r2) {
  const InnateTrial& trial = training.trials()[0];
  const TrialRecord record = record_trial(training.runner(), trial, start, 4);
  CHECK(distance(record.output.transpose(), golden(z)) <= kTolerance);
  if (!r.empty()) {
    CHECK(distance(record.rates.transpose(), golden(r)) <= kTolerance);
  }
  const Eigen::VectorXd squared = window_correlation(record.output, trial).array().square();
  CHECK(distance(squared.transpose(), golden(r2).reshaped(1, squared.size())) <= kTolerance);
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("every step of the rule: weights, P, errors, losses, tests (innate_small_n100)") {
    const Golden golden("innate_small_n100");
    InnateTraining<double> training(network(golden), {small_trial(golden)}, {});
    Starts starts(golden);
    check_innate(golden, training, starts.next());
    check_test(golden, training, starts.next(), "pretest_z", "", "R2_pre");

    Updates recurrent;
    std::vector<double> loss;
    for (int i = 0; i < 6; ++i) {
      loss.push_back(
          training.train_recurrent(0, starts.next(), 0, recorder(recurrent, [&](int update) {
                                     if (kept(update)) {
                                       check_recurrent(golden, training, "", after(update));
                                     }
                                   })));
    }
    CHECK(distance(loss, golden("rec_trial_loss")) <= kTolerance);
    CHECK(distance(recurrent.mean_square, golden("rec_step_mse")) <= kTolerance);
    CHECK(distance(rows_of(recurrent.error, {0, 29, 59, 99}), golden("rec_err_units_0_29_59_99")) <=
          kTolerance);
    check_recurrent(golden, training, "", "_final");

    Updates readout;
    loss.clear();
    for (int i = 0; i < 4; ++i) {
      loss.push_back(training.train_readout(
          0, starts.next(), 0, recorder(readout, [&](int update) {
            if (kept(update)) {
              CHECK(distance(training.network().readout(), golden("W_out" + after(update))) <=
                    kTolerance);
            }
            const std::string p_field = "P_out0" + after(update) + "_diag_and_row0";
            if (update == 1 || update == 10 || update == 200) {
              const Eigen::MatrixXd p = training.readout_rule().inverse_correlation();
              Eigen::MatrixXd shown(2, p.cols());
              shown << p.diagonal().transpose(), p.row(0);
              CHECK(distance(shown, golden(p_field)) <= kTolerance);
            }
          })));
    }
    CHECK(distance(loss, golden("out_trial_loss")) <= kTolerance);
    CHECK(distance(readout.mean_square, golden("out_step_mse")) <= kTolerance);
    CHECK(distance(rows_of(readout.error, {0, 1}), golden("out_err")) <= kTolerance);
    CHECK(distance(training.network().readout(), golden("W_out_final")) <= kTolerance);

    check_test(golden, training, starts.next(), "test_z", "test_r", "R2_post");
    check_test(golden, training, starts.next(true), "pert_z", "", "R2_pert");
  }

  TEST_CASE("a training trial with supplied noise (innate_small_n100, noisy_*)") {
    const Golden golden("innate_small_n100");
    InnateTraining<double> training(network(golden), {small_trial(golden)}, {});
    const Starts starts(golden);
    training.record_innate(0, starts.at(0));
    const Eigen::MatrixXf xi = (golden("noise_q") / 32.0).transpose().cast<float>();
    TrialStart start = starts.at(2);
    start.noise = 0.001;
    start.xi = &xi;
    Updates updates;
    const double loss =
        training.train_recurrent(0, start, 0, recorder(updates, [&](int update) {
                                   if (kept(update)) {
                                     check_recurrent(golden, training, "noisy_", after(update));
                                   }
                                 }));
    CHECK(std::abs(loss - golden("noisy_loss")(0)) <= kTolerance);
    CHECK(distance(updates.mean_square, golden("noisy_step_mse")) <= kTolerance);

    // The noisy trial's rates at the updates: error plus innate trajectory.
    const Eigen::MatrixXd innate = training.innate(0)(Eigen::seqN(0, 4), Eigen::seqN(150, 200, 2));
    const Eigen::MatrixXd r = rows_of(updates.error, {0, 1, 2, 3}) + innate.transpose();
    const Eigen::MatrixXd published = golden("noisy_r")(Eigen::seqN(150, 200, 2), Eigen::all);
    CHECK(distance(r, published) <= kTolerance);
  }

  TEST_CASE("two trajectories in one network (innate_two_paths_n100)") {
    const Golden golden("innate_two_paths_n100");
    std::vector<InnateTrial> trials{trial_of(530, 2.0, 0, 480), trial_of(470, 2.0, 2, 420)};
    trials[0].perturbation = {1, 0.2, 300, 10};
    trials[1].perturbation = {3, 0.2, 300, 10};
    trials[0].target = window_target(golden("path_a"), trials[0]);
    trials[1].target = window_target(golden("path_b"), trials[1]);
    InnateTraining<double> training(network(golden), trials, {});
    Starts starts(golden);
    const std::array<std::string, 2> names{"_a", "_b"};
    for (const std::size_t k : {0U, 1U}) {
      training.record_innate(k, starts.next());
      const Eigen::MatrixXd& innate = training.innate(k);
      CHECK(distance(innate.topRows(3).transpose(), golden("innate_r" + names[k])) <= kTolerance);
      CHECK(distance((golden("W_out0") * innate).transpose(), golden("innate_z" + names[k])) <=
            kTolerance);
      CHECK(distance(time_marks(trials[k], 20), golden("mark_index" + names[k])) == 0.0);
    }
    std::vector<double> loss;
    for (std::size_t i = 0; i < 8; ++i) {
      loss.push_back(training.train_recurrent(i % 2, starts.next()));
    }
    CHECK(distance(loss, golden("rec_trial_loss")) <= kTolerance);
    CHECK(distance(training.network().recurrent().dense(), golden("W_rec_final")) <= kTolerance);
    loss.clear();
    for (std::size_t i = 0; i < 6; ++i) {
      loss.push_back(training.train_readout(i % 2, starts.next()));
    }
    CHECK(distance(loss, golden("out_trial_loss")) <= kTolerance);
    CHECK(distance(training.network().readout(), golden("W_out_final")) <= kTolerance);
    const Eigen::MatrixXd rmse = golden("path_rmse_test_a_b_pert_a_b");
    for (Eigen::Index i = 0; i < 4; ++i) {
      const auto k = static_cast<std::size_t>(i % 2);
      const TrialRecord record = record_trial(training.runner(), trials[k], starts.next(i >= 2), 0);
      const std::string field = (i < 2 ? "test_z" : "pert_z") + names[k];
      CHECK(distance(record.output.transpose(), golden(field)) <= kTolerance);
      CHECK(std::abs(path_rmse(record.output, trials[k]) - rmse(i)) <= kTolerance);
    }
  }
}
