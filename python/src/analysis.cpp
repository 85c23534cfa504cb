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
#include "core/error.hpp"
#include "core/field_table.hpp"
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

/// Runs without the interpreter's lock.
template <class Body>
auto unlocked(const Body& body) {
  const py::gil_scoped_release free;
  return body();
}

py::dict pca(py::handle activity) {
  const Eigen::MatrixXd values = matrix_from(activity, "activity", {.text = "(N, samples)"});
  analysis::Pca result = unlocked([&] { return analysis::pca(values); });
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
  const Eigen::MatrixXd a = matrix_from(first, "first", {.text = "(N, p)"});
  const Eigen::MatrixXd b =
      matrix_from(second, "second", {.rows = a.rows(), .text = fmt::format("({}, q)", a.rows())});
  return array_of(unlocked([&] { return analysis::principal_angles(a, b); }));
}

std::optional<double> synchrony(py::handle activity) {
  return analysis::synchrony_chi(matrix_from(activity, "activity", {.text = "(N, samples)"}));
}

py::dict spectrum(py::handle weights) {
  const Eigen::MatrixXd w = matrix_from(weights, "weights", {.text = "(N, N)"});
  const analysis::Spectrum result = unlocked([&] { return analysis::eigenvalue_spectrum(w); });
  py::dict dict;
  dict["eigenvalues"] =
      std::vector<std::complex<double>>(result.eigenvalues.begin(), result.eigenvalues.end());
  dict["spectral_radius"] = result.spectral_radius;
  dict["random_radius"] = result.random_radius;
  dict["outliers"] = analysis::outliers(result);
  return dict;
}

std::vector<std::int32_t> units_of(py::handle units, Eigen::Index size) {
  const std::vector<std::int64_t> whole = integers_from(units, "units", size);
  return {whole.begin(), whole.end()};
}

py::array firing_rates(py::handle units, py::handle times, Eigen::Index count, double start_ms,
                       double step_ms, Eigen::Index samples, const std::string& shape,
                       double width_ms, double rise_ms) {
  using Shape = analysis::KernelShape;
  constexpr std::array<Word<Shape>, 4> kShapes{{{Shape::gaussian, "gaussian"},
                                                {Shape::boxcar, "boxcar"},
                                                {Shape::exponential, "exponential"},
                                                {Shape::double_exponential, "double exponential"}}};
  const Eigen::VectorXd time = sample_from(times, "times_ms");
  const std::vector<std::int32_t> unit = units_of(units, time.size());
  const analysis::RateKernel kernel{value_of(kShapes, shape, "kernel"), width_ms, rise_ms};
  return array_of(unlocked([&] {
    return analysis::firing_rates({unit, span_of(time)}, count, {start_ms, step_ms, samples},
                                  kernel);
  }));
}

py::dict isi_statistics(const std::vector<py::object>& given) {
  std::vector<std::vector<double>> trials;
  for (const py::object& one : given) {
    const Eigen::VectorXd times = sample_from(one, "trials");
    trials.emplace_back(times.begin(), times.end());
  }
  const analysis::IsiStatistics result = analysis::isi_statistics(trials);
  py::dict dict;
  dict["intervals"] = result.intervals;
  dict["mean_ms"] = result.mean_ms;
  dict["cv"] = result.cv;
  dict["cv2"] = result.cv2;
  return dict;
}

py::dict targeted_reduction(py::handle activity, py::handle variables, py::handle conditions,
                            int components) {
  const std::vector<Eigen::MatrixXd> trials =
      trials_from(activity, "activity", {.text = "(N, T, trials)"});
  const auto count = static_cast<Eigen::Index>(trials.size());
  const Eigen::MatrixXd values =
      matrix_from(variables, "variables", {.rows = count, .text = fmt::format("({}, V)", count)});
  std::vector<int> labels;
  for (const std::int64_t label : integers_from(conditions, "conditions", count)) {
    labels.push_back(static_cast<int>(label));
  }
  analysis::TargetedReduction result =
      unlocked([&] { return analysis::targeted_reduction(trials, values, labels, {components}); });
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
  const Eigen::MatrixXd y = matrix_from(responses, "responses", {.text = "(N, trials)"});
  const Eigen::MatrixXd x =
      matrix_from(factors, "factors", {.rows = y.cols(), .text = fmt::format("({}, F)", y.cols())});
  analysis::MixedSelectivity result =
      unlocked([&] { return analysis::mixed_selectivity(y, x, alpha); });
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

double roc_area(py::handle first, py::handle second) {
  const Eigen::VectorXd a = sample_from(first, "first");
  const Eigen::VectorXd b = sample_from(second, "second");
  return analysis::roc_area(span_of(a), span_of(b));
}

std::optional<double> d_prime(py::handle first, py::handle second) {
  const Eigen::VectorXd a = sample_from(first, "first");
  const Eigen::VectorXd b = sample_from(second, "second");
  return analysis::d_prime(span_of(a), span_of(b));
}

py::dict rank_sum(py::handle first, py::handle second) {
  const Eigen::VectorXd a = sample_from(first, "first");
  const Eigen::VectorXd b = sample_from(second, "second");
  const analysis::RankSum test = analysis::rank_sum_test(span_of(a), span_of(b));
  return py::dict(py::arg("statistic") = test.rank_sum, py::arg("z") = test.z,
                  py::arg("p_value") = test.p_value);
}

py::dict signed_rank(py::handle first, py::handle second) {
  const Eigen::VectorXd a = sample_from(first, "first");
  const Eigen::VectorXd b =
      vector_from(second, "second", {.rows = a.size(), .text = fmt::format("({},)", a.size())});
  const analysis::SignedRank test = analysis::signed_rank_test(span_of(a), span_of(b));
  return py::dict(py::arg("pairs") = test.pairs, py::arg("statistic") = test.statistic,
                  py::arg("p_value") = test.p_value, py::arg("exact") = test.exact);
}

py::dict mcnemar(const std::vector<bool>& first, const std::vector<bool>& second) {
  const analysis::McNemar test = analysis::mcnemar_test(first, second);
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
