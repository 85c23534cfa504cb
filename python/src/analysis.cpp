#include <fmt/format.h>
#include <pybind11/complex.h>
#include <pybind11/stl.h>

#include "core/analysis/agreement.hpp"
#include "core/analysis/firing_rates.hpp"
#include "core/analysis/isi_statistics.hpp"
#include "core/analysis/mcnemar.hpp"
#include "core/analysis/mixed_selectivity.hpp"
#include "core/analysis/pca.hpp"
#include "core/analysis/rank_sum.hpp"
#include "core/analysis/selectivity.hpp"
#include "core/analysis/signed_rank.hpp"
#include "core/analysis/spectrum.hpp"
#include "core/analysis/subspace.hpp"
#include "core/analysis/synchrony.hpp"
#include "core/analysis/targeted_reduction.hpp"
#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/memory.hpp"
#include "python/src/apart.hpp"
#include "python/src/arrays.hpp"
#include "python/src/bind.hpp"

namespace rheobase::python {

namespace {

Eigen::VectorXd sample_from(py::handle value, const char* argument) {
  return vector_from(value, argument, {.text = "(n,)"});
}

std::span<const double> span_of(const Eigen::VectorXd& values) {
  return {values.data(), static_cast<std::size_t>(values.size())};
}

double size_of(const Eigen::MatrixXd& values) {
  return static_cast<double>(values.size());
}

py::dict pca(py::handle activity) {
  Eigen::MatrixXd values = matrix_from(activity, "activity", {.text = "(N, samples)"});
  const double units = static_cast<double>(values.rows());
  const double operations = units * (size_of(values) + 10.0 * units * units);
  analysis::Pca result = run_apart(operations, [values = std::move(values)](const Stop& stop) {
    return analysis::pca(values, stop);
  });
  py::dict dict;
  dict["participation_ratio"] = analysis::participation_ratio(result);
  dict["mean"] = array_of(std::move(result.mean));
  dict["components"] = array_of(std::move(result.components));
  dict["variance"] = array_of(std::move(result.variance));
  dict["explained"] = array_of(std::move(result.explained));
  dict["projections"] = array_of(std::move(result.projections));
  return dict;
}

py::array principal_angles(py::handle first, py::handle second) {
  Eigen::MatrixXd a = matrix_from(first, "first", {.text = "(N, p)"});
  Eigen::MatrixXd b =
      matrix_from(second, "second", {.rows = a.rows(), .text = fmt::format("({}, q)", a.rows())});
  const double operations = 10.0 * (size_of(a) * static_cast<double>(a.cols()) +
                                    size_of(b) * static_cast<double>(b.cols()));
  return array_of(run_apart(operations, [a = std::move(a), b = std::move(b)](const Stop&) {
    return analysis::principal_angles(a, b);
  }));
}

std::optional<double> synchrony(py::handle activity) {
  Eigen::MatrixXd values = matrix_from(activity, "activity", {.text = "(N, samples)"});
  const double operations = 4.0 * size_of(values);
  return run_apart(operations, [values = std::move(values)](const Stop&) {
    return analysis::synchrony_chi(values);
  });
}

py::dict spectrum(py::handle weights) {
  Eigen::MatrixXd w = matrix_from(weights, "weights", {.text = "(N, N)"});
  const double operations = 10.0 * size_of(w) * static_cast<double>(w.rows());
  const analysis::Spectrum result = run_apart(
      operations, [w = std::move(w)](const Stop&) { return analysis::eigenvalue_spectrum(w); });
  py::dict dict;
  dict["eigenvalues"] =
      std::vector<std::complex<double>>(result.eigenvalues.begin(), result.eigenvalues.end());
  dict["spectral_radius"] = result.spectral_radius;
  dict["random_radius"] = result.random_radius;
  dict["outliers"] = analysis::outliers(result);
  return dict;
}

struct SpikesOf {
  std::vector<std::int32_t> unit;
  Eigen::VectorXd time;
};

py::array firing_rates(py::handle units, py::handle times, Eigen::Index count, double start_ms,
                       double step_ms, Eigen::Index samples, const std::string& shape,
                       double width_ms, double rise_ms) {
  using Shape = analysis::KernelShape;
  constexpr std::array<Word<Shape>, 4> kShapes{{{Shape::gaussian, "gaussian"},
                                                {Shape::boxcar, "boxcar"},
                                                {Shape::exponential, "exponential"},
                                                {Shape::double_exponential, "double exponential"}}};
  Eigen::VectorXd time = sample_from(times, "times_ms");
  std::vector<std::int32_t> unit = ints_from(units, "units", time.size());
  const double numbers = static_cast<double>(count) * static_cast<double>(samples);
  require_memory(3.0 * sizeof(double) * numbers, "count", "",
                 fmt::format("{} of {}", counted(count, "unit"), counted(samples, "sample")),
                 "fewer units or longer steps take less");
  const analysis::RateKernel kernel{value_of(kShapes, shape, "kernel"), width_ms, rise_ms};
  const analysis::SampleGrid grid{start_ms, step_ms, samples};
  const double reach = std::min(12.0 * width_ms / step_ms, static_cast<double>(samples));
  const double operations = 10.0 * numbers + 10.0 * size_of(time) * reach;
  SpikesOf spikes{std::move(unit), std::move(time)};
  return array_of(
      run_apart(operations, [spikes = std::move(spikes), count, grid, kernel](const Stop& stop) {
        return analysis::firing_rates({spikes.unit, span_of(spikes.time)}, count, grid,
                                      std::span(&kernel, 1), stop);
      }));
}

py::dict isi_statistics(const std::vector<py::object>& given) {
  std::vector<std::vector<double>> trials;
  double spikes = 0.0;
  for (const py::object& one : given) {
    const Eigen::VectorXd times = sample_from(one, "trials");
    unlocked([&] { trials.emplace_back(times.begin(), times.end()); });
    spikes += size_of(times);
  }
  const analysis::IsiStatistics result = run_apart(
      10.0 * spikes,
      [trials = std::move(trials)](const Stop&) { return analysis::isi_statistics(trials); });
  py::dict dict;
  dict["intervals"] = result.intervals;
  dict["mean_ms"] = result.mean_ms;
  dict["cv"] = result.cv;
  dict["cv2"] = result.cv2;
  return dict;
}

py::dict targeted_reduction(py::handle activity, py::handle variables, py::handle conditions,
                            int components) {
  std::vector<Eigen::MatrixXd> trials =
      trials_from(activity, "activity", {.text = "(N, T, trials)"});
  const auto count = static_cast<Eigen::Index>(trials.size());
  Eigen::MatrixXd values =
      matrix_from(variables, "variables", {.rows = count, .text = fmt::format("({}, V)", count)});
  std::vector<int> labels = ints_from(conditions, "conditions", count);
  const double units = static_cast<double>(trials[0].rows());
  const double operations = 10.0 * size_of(trials[0]) * static_cast<double>(count) +
                            units * (size_of(trials[0]) + 10.0 * units * units);
  analysis::TargetedReduction result =
      run_apart(operations, [trials = std::move(trials), values = std::move(values),
                             labels = std::move(labels), components](const Stop& stop) {
        return analysis::targeted_reduction(trials, values, labels, {components}, stop);
      });
  py::dict dict;
  dict["axes"] = array_of(std::move(result.axes));
  dict["regression_axes"] = array_of(std::move(result.regression_axes));
  dict["peak"] = result.peak;
  dict["coefficient_norm"] = array_of(std::move(result.coefficient_norm));
  dict["denoised_variance"] = result.denoised_variance;
  dict["conditions"] = result.conditions;
  py::list projections;
  for (Eigen::MatrixXd& one : result.projections) {
    projections.append(array_of(std::move(one)));
  }
  dict["projections"] = projections;
  return dict;
}

py::dict mixed_selectivity(py::handle responses, py::handle factors, double alpha) {
  Eigen::MatrixXd y = matrix_from(responses, "responses", {.text = "(N, trials)"});
  Eigen::MatrixXd x =
      matrix_from(factors, "factors", {.rows = y.cols(), .text = fmt::format("({}, F)", y.cols())});
  const double terms = static_cast<double>(x.cols() * x.cols());
  const double operations = (size_of(y) + size_of(x) * terms) * (terms + 1.0);
  analysis::MixedSelectivity result =
      run_apart(operations, [y = std::move(y), x = std::move(x), alpha](const Stop&) {
        return analysis::mixed_selectivity(y, x, alpha);
      });
  constexpr std::array<const char*, 4> kNames{"unselective", "pure", "linear mixed",
                                              "nonlinear mixed"};
  py::list classes;
  for (const analysis::SelectivityClass one : result.classes) {
    classes.append(kNames[static_cast<std::size_t>(one)]);
  }
  py::dict dict;
  dict["terms"] = result.terms;
  dict["coefficients"] = array_of(std::move(result.coefficients));
  dict["p_values"] = array_of(std::move(result.p_values));
  dict["r_squared"] = array_of(std::move(result.r_squared));
  dict["classes"] = classes;
  return dict;
}

/// test(first, second) of two samples, of which each is sorted.
template <class Test>
auto of_samples(Eigen::VectorXd first, Eigen::VectorXd second, Test test) {
  const double operations = 50.0 * (size_of(first) + size_of(second));
  return run_apart(operations, [first = std::move(first), second = std::move(second), test](
                                   const Stop&) { return test(span_of(first), span_of(second)); });
}

double roc_area(py::handle first, py::handle second) {
  return of_samples(sample_from(first, "first"), sample_from(second, "second"),
                    &analysis::roc_area);
}

std::optional<double> d_prime(py::handle first, py::handle second) {
  return of_samples(sample_from(first, "first"), sample_from(second, "second"), &analysis::d_prime);
}

py::dict rank_sum(py::handle first, py::handle second) {
  const analysis::RankSum test = of_samples(
      sample_from(first, "first"), sample_from(second, "second"), &analysis::rank_sum_test);
  return py::dict(py::arg("statistic") = test.rank_sum, py::arg("z") = test.z,
                  py::arg("p_value") = test.p_value);
}

py::dict signed_rank(py::handle first, py::handle second) {
  Eigen::VectorXd a = sample_from(first, "first");
  Eigen::VectorXd b =
      vector_from(second, "second", {.rows = a.size(), .text = fmt::format("({},)", a.size())});
  const analysis::SignedRank test =
      of_samples(std::move(a), std::move(b), &analysis::signed_rank_test);
  return py::dict(py::arg("pairs") = test.pairs, py::arg("statistic") = test.statistic,
                  py::arg("p_value") = test.p_value, py::arg("exact") = test.exact);
}

std::vector<bool> truths_of(const Eigen::VectorXd& values) {
  std::vector<bool> truths(static_cast<std::size_t>(values.size()));
  for (std::size_t i = 0; i < truths.size(); ++i) {
    truths[i] = values[static_cast<Eigen::Index>(i)] != 0.0;
  }
  return truths;
}

py::dict mcnemar(py::handle first, py::handle second) {
  Eigen::VectorXd a = sample_from(first, "first");
  Eigen::VectorXd b = sample_from(second, "second");
  const double operations = 10.0 * (size_of(a) + size_of(b));
  const analysis::McNemar test =
      run_apart(operations, [a = std::move(a), b = std::move(b)](const Stop&) {
        return analysis::mcnemar_test(truths_of(a), truths_of(b));
      });
  return py::dict(py::arg("both") = test.both, py::arg("only_first") = test.only_first,
                  py::arg("only_second") = test.only_second, py::arg("neither") = test.neither,
                  py::arg("p_value") = test.p_value);
}

}  // namespace

void bind_analysis(py::module_& module) {
  module.def("pca", &pca, py::arg("activity"), "Principal components.");
  module.def("principal_angles", &principal_angles, py::arg("first"), py::arg("second"),
             "Principal angles of two subspaces.");
  module.def("synchrony", &synchrony, py::arg("activity"), "Synchrony chi.");
  module.def("spectrum", &spectrum, py::arg("weights"), "Eigenvalues.");
  module.def("firing_rates", &firing_rates, py::arg("units"), py::arg("times_ms"), py::arg("count"),
             py::arg("start_ms"), py::arg("step_ms"), py::arg("samples"), py::arg("kernel"),
             py::arg("width_ms"), py::arg("rise_ms"), "Firing rates by kernel smoothing.");
  module.def("isi_statistics", &isi_statistics, py::arg("trials"), "Interspike intervals.");
  module.def("targeted_reduction", &targeted_reduction, py::arg("activity"), py::arg("variables"),
             py::arg("conditions"), py::arg("components"), "Targeted dimensionality reduction.");
  module.def("mixed_selectivity", &mixed_selectivity, py::arg("responses"), py::arg("factors"),
             py::arg("alpha"), "Pure and mixed selectivity.");
  module.def("roc_area", &roc_area, py::arg("first"), py::arg("second"),
             "Area under the receiver operating characteristic.");
  module.def("d_prime", &d_prime, py::arg("first"), py::arg("second"), "Discriminability.");
  module.def("rank_sum", &rank_sum, py::arg("first"), py::arg("second"), "Rank-sum test.");
  module.def("signed_rank", &signed_rank, py::arg("first"), py::arg("second"), "Signed-rank test.");
  module.def("mcnemar", &mcnemar, py::arg("first"), py::arg("second"), "McNemar's exact test.");
}

}  // namespace rheobase::python
