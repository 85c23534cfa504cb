#include "rate/learning/rls/rls.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

#include "core/analysis/linear_solve.hpp"
#include "core/error.hpp"
#include "tests/rate/learning/rls/regressors.hpp"

using namespace rheobase;
using namespace rheobase::rate;
using rate::RlsGain;
using rate::RlsOptions;
using rate::SharedRls;
using rate::SparseRows;
using rate::UnitRls;

namespace {

using testing::column;
using testing::normals;

constexpr Eigen::Index kSteps = 300;

/// argmin over w of sum_t lambda^(T-1-t) (w r_t - d_t)^2 + lambda^T delta |w - w0|^2, a row an
/// output.
Eigen::MatrixXd ridge(const Eigen::MatrixXd& r, const Eigen::MatrixXd& target,
                      const Eigen::MatrixXd& w0, const RlsOptions& options) {
  const auto steps = static_cast<double>(r.cols());
  Eigen::VectorXd weight(r.cols());
  for (Eigen::Index t = 0; t < r.cols(); ++t) {
    weight[t] = std::pow(options.forgetting, steps - 1.0 - static_cast<double>(t));
  }
  Eigen::MatrixXd gram = r * weight.asDiagonal() * r.transpose();
  gram.diagonal().array() += options.delta * std::pow(options.forgetting, steps);
  const Eigen::MatrixXd rest = (target - w0 * r) * weight.asDiagonal() * r.transpose();
  return w0 + analysis::solve_positive_definite(gram, rest.transpose()).transpose();
}

double relative_distance(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b) {
  return (a - b).norm() / b.norm();
}

/// What the rule makes of `outputs` shared readouts of the regressors.
template <class Real>
Eigen::MatrixXd learn_shared(const Eigen::MatrixXd& r, const Eigen::MatrixXd& target,
                             const Eigen::MatrixXd& w0, const RlsOptions& options,
                             SimdLevel level = simd_level()) {
  SharedRls<Real> rule(static_cast<std::size_t>(r.rows()), options, level);
  typename SharedRls<Real>::Matrix w = w0.cast<Real>();
  for (Eigen::Index t = 0; t < r.cols(); ++t) {
    const std::vector<Real> rates = column<Real>(r, t);
    const Eigen::Map<const typename SharedRls<Real>::Vector> vector(rates.data(), r.rows());
    const typename SharedRls<Real>::Vector error = w * vector - target.col(t).cast<Real>();
    rule.update(rates, {error.data(), static_cast<std::size_t>(error.size())}, w, t);
  }
  return w.template cast<double>();
}

/// Sparse weights whose rows have 1, 15, 16, 17, 40, ... inputs.
Eigen::MatrixXd sparse_weights(Eigen::Index columns) {
  Eigen::MatrixXd w = Eigen::MatrixXd::Zero(12, columns);
  RandomStream stream(5, 0, Purpose::task);
  const std::vector<int> inputs{1, 7, 8, 9, 15, 16, 17, 24, 25, 31, 33, 40};
  for (Eigen::Index i = 0; i < w.rows(); ++i) {
    for (int k = 0; k < inputs[static_cast<std::size_t>(i)]; ++k) {
      w(i, (3 * i + k) % columns) = stream.normal();
    }
  }
  return w;
}

/// Drives the first units of sparse weights towards `target` for all steps of r.
template <class Real>
void learn_units(UnitRls<Real>& rule, SparseRows<Real>& w, const Eigen::MatrixXd& r,
                 const Eigen::MatrixXd& target, int threads = 1, Eigen::Index from = 0) {
  for (Eigen::Index t = from; t < r.cols(); ++t) {
    const std::vector<Real> rates = column<Real>(r, t);
    std::vector<Real> error(rule.units());
    for (std::size_t i = 0; i < rule.units(); ++i) {
      Real sum = 0;
      for (std::size_t k = 0; k < w.count[i]; ++k) {
        sum += w.values_of(i)[k] * rates[static_cast<std::size_t>(w.columns_of(i)[k])];
      }
      error[i] = sum - static_cast<Real>(target(static_cast<Eigen::Index>(i), t));
    }
    rule.update(rates, error, w, t, threads);
  }
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("one P for several readouts: ridge regression with the start weights as centre") {
    const Eigen::MatrixXd w0 = normals(3, 37, 1);
    const Eigen::MatrixXd r = normals(37, kSteps, 2);
    const Eigen::MatrixXd target = normals(3, kSteps, 3);
    for (const RlsOptions options :
         {RlsOptions{}, RlsOptions{.delta = 20.0}, RlsOptions{.forgetting = 0.97}}) {
      CAPTURE(options.delta);
      CAPTURE(options.forgetting);
      const Eigen::MatrixXd exact = ridge(r, target, w0, options);
      CHECK(relative_distance(learn_shared<double>(r, target, w0, options), exact) <= 1e-11);
      CHECK(relative_distance(learn_shared<float>(r, target, w0, options), exact) <= 2e-4);
    }
  }

  TEST_CASE("one P per unit: ridge regression over each unit's presynaptic units") {
    const Eigen::MatrixXd w0 = sparse_weights(45);
    const Eigen::MatrixXd r = normals(45, kSteps, 4);
    const Eigen::MatrixXd target = normals(12, kSteps, 5);
    const rate::PresynapticLists lists = rate::nonzero_columns(w0);
    SparseRows<double> w(w0, lists);
    UnitRls<double> rule(w, 11, {.delta = 0.5});
    learn_units(rule, w, r, target);
    const Eigen::MatrixXd learnt = w.dense();
    for (Eigen::Index i = 0; i < 11; ++i) {
      CAPTURE(i);
      const std::vector<std::int32_t>& list = lists[static_cast<std::size_t>(i)];
      const Eigen::MatrixXd own = r(list, Eigen::all);
      const Eigen::MatrixXd exact =
          ridge(own, target.row(i), w0.row(i)(Eigen::all, list), {.delta = 0.5});
      CHECK(relative_distance(learnt.row(i)(Eigen::all, list), exact) <= 1e-11);
      const auto n = static_cast<Eigen::Index>(list.size());
      const Eigen::MatrixXd correlation =
          own * own.transpose() + 0.5 * Eigen::MatrixXd::Identity(n, n);
      const Eigen::MatrixXd p = rule.inverse_correlation(static_cast<std::size_t>(i));
      CHECK((p * correlation - Eigen::MatrixXd::Identity(n, n)).norm() <= 1e-10);
    }
    CHECK(learnt.row(11) == w0.row(11));  // not trained
  }

  TEST_CASE("gain updated_p is the rule with the new P as direction and in its factor") {
    const Eigen::MatrixXd r = 3.0 * normals(20, 50, 6);
    const Eigen::MatrixXd target = normals(2, 50, 7);
    Eigen::MatrixXd p = Eigen::MatrixXd::Identity(20, 20) * 10.0;
    Eigen::MatrixXd w = normals(2, 20, 8);
    const Eigen::MatrixXd learnt =
        learn_shared<double>(r, target, w, {.delta = 0.1, .gain = RlsGain::updated_p});
    for (Eigen::Index t = 0; t < r.cols(); ++t) {
      const Eigen::VectorXd rate = r.col(t);
      const Eigen::VectorXd v = p * rate;
      p -= v * v.transpose() / (1.0 + rate.dot(v));
      const Eigen::VectorXd error = w * rate - target.col(t);
      const double factor = 1.0 / (1.0 + rate.dot(p * rate));
      w -= factor * error * (p * rate).transpose();
    }
    CHECK(relative_distance(learnt, w) <= 1e-12);
  }

  TEST_CASE("every instruction set and number of threads gives the same bits") {
    const Eigen::MatrixXd w0 = sparse_weights(45).replicate(10, 1);
    const Eigen::MatrixXd r = normals(45, 60, 9);
    const Eigen::MatrixXd target = normals(120, 60, 10);
    const auto run = [&]<class Real>(Real, SimdLevel level, int threads, double forgetting) {
      SparseRows<Real> w(w0, rate::nonzero_columns(w0));
      UnitRls<Real> rule(w, 118, {.forgetting = forgetting}, level);
      learn_units(rule, w, r, target, threads);
      return std::pair(w.dense(), rule.state().front().values);
    };
    for (const double forgetting : {1.0, 0.98}) {
      const auto single = run(1.0F, SimdLevel::portable, 1, forgetting);
      const auto precise = run(1.0, SimdLevel::portable, 1, forgetting);
      for (const SimdLevel level : testing::supported_levels()) {
        for (const int threads : {1, 2, 4}) {
          CHECK(run(1.0F, level, threads, forgetting) == single);
          CHECK(run(1.0, level, threads, forgetting) == precise);
        }
        CHECK(learn_shared<float>(r, target, w0, {}, level) ==
              learn_shared<float>(r, target, w0, {}, SimdLevel::portable));
      }
    }
  }

  TEST_CASE("a rule goes on from its named arrays bit for bit") {
    const Eigen::MatrixXd w0 = sparse_weights(45);
    const Eigen::MatrixXd r = normals(45, 80, 11);
    const Eigen::MatrixXd target = normals(12, 80, 12);
    SparseRows<float> straight(w0, rate::nonzero_columns(w0));
    UnitRls<float> rule(straight, 12, {});
    learn_units(rule, straight, r, target);

    SparseRows<float> w(w0, rate::nonzero_columns(w0));
    UnitRls<float> first(w, 12, {});
    learn_units(first, w, r.leftCols(33), target);
    UnitRls<float> second(w, 12, {});
    second.restore(first.state());
    learn_units(second, w, r, target, 1, 33);
    CHECK(w.dense() == straight.dense());
    CHECK(second.state().front().values == rule.state().front().values);
    UnitRls<float> fewer(w, 11, {});
    CHECK_THROWS_AS(fewer.restore(first.state()), InputError);

    SharedRls<double> shared(45, {});
    shared.advance(column<double>(r, 0), 0);
    SharedRls<double> restored(45, {});
    restored.restore(shared.state());
    CHECK(restored.advance(column<double>(r, 1), 1) == shared.advance(column<double>(r, 1), 1));
    CHECK(restored.inverse_correlation() == shared.inverse_correlation());
  }
}

TEST_SUITE("unit") {
  TEST_CASE("silent inputs change nothing, also under forgetting") {
    for (const double forgetting : {1.0, 0.9}) {
      Eigen::MatrixXd r = normals(30, 20000, 13);
      r.row(4).setZero();
      r.row(29).setZero();
      const Eigen::MatrixXd w0 = Eigen::MatrixXd::Ones(1, 30);
      SharedRls<float> rule(30, {.delta = 2.0, .forgetting = forgetting});
      SharedRls<float>::Matrix w = w0.cast<float>();
      const std::vector<float> silent(30, 0.0F);
      for (Eigen::Index t = 0; t < r.cols(); ++t) {
        const float error[] = {static_cast<float>(std::sin(0.1 * static_cast<double>(t)))};
        rule.update(column<float>(r, t), error, w, t);
        if (t % 100 == 0) {
          const Eigen::MatrixXd p = rule.inverse_correlation();
          const SharedRls<float>::Matrix before = w;
          rule.update(silent, error, w, t);
          CHECK(rule.inverse_correlation() == p);
          CHECK(w == before);
        }
      }
      CHECK(w(0, 4) == 1.0F);
      CHECK(w(0, 29) == 1.0F);
      CHECK(w(0, 3) != 1.0F);
      const Eigen::MatrixXd p = rule.inverse_correlation();
      CHECK(p(4, 4) == 0.5);
      CHECK(p.col(4).cwiseAbs().sum() == 0.5);
    }
  }

  TEST_CASE("the first number that is not finite stops with unit and step") {
    const Eigen::MatrixXd w0 = sparse_weights(45).replicate(10, 1);
    SparseRows<double> w(w0, rate::nonzero_columns(w0));
    UnitRls<double> rule(w, 120, {});
    std::vector<double> r = column<double>(normals(45, 1, 14), 0);
    std::vector<double> error(120, 0.1);
    const auto fault = [&](int threads) {
      try {
        rule.update(r, error, w, 77, threads);
      } catch (const NonFiniteError& caught) {
        return std::string(caught.what()) + " / " + std::to_string(caught.unit());
      }
      return std::string("nothing");
    };
    error[100] = error[41] = std::numeric_limits<double>::quiet_NaN();
    for (const int threads : {1, 2}) {
      const std::string message = fault(threads);
      INFO(message);
      CHECK(message.find("error") != std::string::npos);
      CHECK(message.find("step 77") != std::string::npos);
      CHECK(message.ends_with("/ 41"));
    }
    error[100] = error[41] = 0.1;
    CHECK(fault(1) == "nothing");
    r[static_cast<std::size_t>(w.columns_of(2)[3])] = std::numeric_limits<double>::infinity();
    CHECK(fault(1).find("inverse correlation") != std::string::npos);
    rule = UnitRls<double>(w, 120, {});
    r.assign(45, 0.5);
    error.assign(120, 1e308);
    w.values_of(9)[0] = -1.797e308;
    CHECK(fault(1).ends_with("/ 9"));
  }

  TEST_CASE("a shared rule that meets a wrong error leaves weights and P as they were") {
    SharedRls<float> rule(5, {});
    SharedRls<float>::Matrix w = SharedRls<float>::Matrix::Ones(2, 5);
    const std::vector<float> r(5, 1.0F);
    const float error[] = {0.5F, std::numeric_limits<float>::infinity()};
    try {
      rule.update(r, error, w, 12);
      FAIL("an infinite error was learnt");
    } catch (const NonFiniteError& caught) {
      CHECK(caught.unit() == 1);
      CHECK(caught.when() == "step 12");
    }
    CHECK(w == SharedRls<float>::Matrix::Ones(2, 5));
    CHECK(rule.inverse_correlation() == Eigen::MatrixXd::Identity(5, 5));
  }

  TEST_CASE("a shared rule stops where a weight leaves the finite numbers, all weights kept") {
    SharedRls<double> rule(5, {});
    SharedRls<double>::Matrix w = SharedRls<double>::Matrix::Ones(3, 5);
    w(2, 3) = -1.797e308;
    const SharedRls<double>::Matrix before = w;
    const std::vector<double> r(5, 1.0);
    const double error[] = {0.5, 0.5, 1e308};
    try {
      rule.update(r, error, w, 31);
      FAIL("an infinite weight was made");
    } catch (const NonFiniteError& caught) {
      CHECK(caught.unit() == 2);
      CHECK(caught.when() == "step 31");
    }
    CHECK(w == before);
  }

  TEST_CASE("a P that lost its definiteness stops the run, a rounding error below 0 is no update") {
    SharedRls<double> rule(2, {});
    const std::vector<double> r{1.0, 0.0};
    rule.restore({{"P", {-0.1, 0.0, 1.0}}});
    CHECK(rule.advance(r, 3).norm() == 0.0);
    CHECK(rule.inverse_correlation()(0, 0) == -0.1);
    rule.restore({{"P", {-0.6, 0.0, 1.0}}});
    CHECK_THROWS_WITH_AS(rule.advance(r, 3),
                         "the inverse correlation matrix lost its positive definiteness at step 3: "
                         "use double precision or a larger delta",
                         Error);
  }

  TEST_CASE("options and sizes that cannot be used are named") {
    CHECK_THROWS_WITH_AS(SharedRls<double>(5, {.delta = 0.0}),
                         "recursive least squares: delta: found 0; must be positive and finite",
                         InputError);
    CHECK_THROWS_AS(SharedRls<double>(5, {.delta = 1e-320}), InputError);
    CHECK_THROWS_AS(SharedRls<double>(5, {.forgetting = 1.1}), InputError);
    CHECK_THROWS_AS(SharedRls<double>(5, {.forgetting = 0.0}), InputError);
    CHECK_THROWS_AS(SharedRls<double>(0, {}), InputError);
    const SparseRows<double> w(Eigen::MatrixXd::Ones(3, 3), {{0}, {1}, {2}});
    CHECK_THROWS_WITH_AS(UnitRls<double>(w, 4, {}),
                         "recursive least squares: plastic units: found 4; must be at most 3, the "
                         "units there are",
                         InputError);
    SharedRls<double> rule(5, {});
    CHECK_THROWS_AS(rule.advance(std::vector<double>(4, 1.0), 0), InputError);
  }
}
