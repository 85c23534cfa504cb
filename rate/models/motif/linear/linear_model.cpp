// The linear thalamocortical model of motifs, time in time constants:
//   dx/dt = A x + (loop) x,  A = g (J_cc - 1) = R diag(lambda) L,  y = w . x,  J_cc, w ~ N(0, 1/N)
// A motif's loop u v^T gives J = A + u v^T the eigenvalues l_k of its exponential sum:
//   sum_j d_j / (l_k - lambda_j) = 1,  d_j = (L u)_j (R^T v)_j
//   d = Q^+ 1 with Q_kj = 1/(l_k - lambda_j),  v = L^T diag(L u)^-1 d for any u
// d fixes all N eigenvalues; u turns the eigenvectors. For the eigenvalue l_i they are
//   r_i = sum_j R_:j (L u)_j / (l_i - lambda_j),
//   left row sum_j (R^T v)_j / (l_i - lambda_j) L_j: / sum_j d_j / (l_i - lambda_j)^2
// Initial state x_init = R' diag(R'^T w)^-1 alpha (0 for eigenvalues that are not placed): w . x(t)
// = sum alpha e^(l t). u minimises C = sqrt(activity * gain) over the motif's duration T:
//   activity = 1/(N T) int |x|^2 dt,  gain = 1/T w^T R' ((L' L'^T) o Lam) R'^T w
//   Lam_ij = (e^((l_i + l_j) T) - 1) / (l_i + l_j)
// Preparation: dx/dt = J_p x - J_p x_init, J_p = A + U V^T, minimises
//   Tr P + beta N w^T J_p P J_p^T w,  J_p P + P J_p^T + 1 = 0
//   G = 1 + beta N (J_p^T w)(J_p^T w)^T,  J_p^T Q + Q J_p + G = 0
//   dC/dJ_p = 2 Q P + 2 beta N w (P J_p^T w)^T,  dC/dU = (dC/dJ_p) V,  dC/dV = (dC/dJ_p)^T U
// with columns of U and V of norm 1.
//
// | symbol | name | unit | default |
// | --- | --- | --- | --- |
// | N | units | | 99 |
// | g | gain | | 0.5 |
// | K | terms | | 10 |
// | P | preparation_rank | | 50 |
// | beta | beta | | 1/20 |
// | | preparation_tau | tau | 5 |
//
// Logiaco, Abbott & Escola, Cell Rep 35:109090 (2021); Logiaco & Escola (2021), appendix A.4.
#include "rate/models/motif/linear/linear_model.hpp"

#include <cmath>
#include <set>
#include <string>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "core/parallel.hpp"
#include "core/range.hpp"
#include "core/shared_control.hpp"
#include "rate/dynamics/internal/field_check.hpp"
#include "rate/models/motif/linear/internal/lbfgs.hpp"
#include "rate/models/motif/linear/internal/linear_costs.hpp"
#include "rate/models/motif/linear/internal/lyapunov_equation.hpp"

namespace rheobase::rate {

namespace {

constexpr const char* kLinearPaper = "Logiaco, Abbott & Escola, Cell Rep 2021";

/// Lanes of the random numbers of the linear model.
enum class LinearLane : std::uint32_t { recurrent = 16, readout, loop, preparation };

void fill_linear(auto&& values, double deviation, const LinearOptions& options,
                 std::uint32_t number, LinearLane lane) {
  RandomStream stream(options.seed, number, Purpose::initialisation,
                      static_cast<std::uint32_t>(lane));
  for (double& value : values) {
    value = deviation * stream.normal();
  }
}

void stop_within_search(const RunControl& control) {
  if (control.stop_requested()) {
    throw Cancelled("stopped within a search");
  }
}

LinearMotif made_motif(const LinearModel& model, const LinearSpectrum& spectrum,
                       const MotifTarget& target, std::uint32_t number, const RunControl& control) {
  const LinearOptions& options = model.options;
  LinearMotif motif;
  motif.target = target;
  motif.fit = fit_exponentials(
      target.samples, options.step_tau,
      {.terms = options.terms, .starts = options.starts, .seed = options.seed + number}, control);
  const double duration = static_cast<double>(target.samples.size()) * options.step_tau;
  const NoiseCost cost(spectrum, model.w, motif.fit, duration);
  Eigen::VectorXd start(options.units);
  fill_linear(start, 1.0 / std::sqrt(static_cast<double>(options.units)), options, number,
              LinearLane::loop);
  const LbfgsResult found = minimise(
      [&](const Eigen::VectorXd& u, Eigen::VectorXd& gradient) {
        stop_within_search(control);
        gradient.resize(u.size());
        return cost.log_cost(u, &gradient);
      },
      start, {.iterations = options.loop_iterations, .relative = 1e-6}, {});
  // C does not depend on the size of u.
  const PlacedLoop loop = place_eigenvalues(spectrum, motif.fit.lambda, found.x.normalized());
  motif.u = loop.u;
  motif.v = loop.v;
  motif.x_init = initial_state_of(model.a, loop, motif.fit, model.w);
  motif.random_cost = std::exp(cost.log_cost(start, nullptr));
  motif.cost = std::exp(found.value);
  return motif;
}

/// U and V with columns of norm 1, and the way back of gradients.
struct UnitColumns {
  Eigen::MatrixXd u, v;
  Eigen::RowVectorXd u_norm, v_norm;

  UnitColumns(const Eigen::VectorXd& x, Eigen::Index n, Eigen::Index p)
      : u(Eigen::Map<const Eigen::MatrixXd>(x.data(), n, p)),
        v(Eigen::Map<const Eigen::MatrixXd>(x.data() + n * p, n, p)),
        u_norm(u.colwise().norm()),
        v_norm(v.colwise().norm()) {
    u.array().rowwise() /= u_norm.array();
    v.array().rowwise() /= v_norm.array();
  }

  Eigen::VectorXd back(const Eigen::MatrixXd& of_u, const Eigen::MatrixXd& of_v) const {
    const auto tangent = [](const Eigen::MatrixXd& unit, const Eigen::MatrixXd& gradient,
                            const Eigen::RowVectorXd& norm) -> Eigen::MatrixXd {
      const Eigen::RowVectorXd along = unit.cwiseProduct(gradient).colwise().sum();
      return ((gradient - unit * along.asDiagonal()).array().rowwise() / norm.array()).matrix();
    };
    const Eigen::MatrixXd u_part = tangent(u, of_u, u_norm);
    const Eigen::MatrixXd v_part = tangent(v, of_v, v_norm);
    Eigen::VectorXd all(u_part.size() + v_part.size());
    all << u_part.reshaped(), v_part.reshaped();
    return all;
  }
};

/// exp of the affine system d/dt (x, 1) = (J x + c, 0).
Eigen::MatrixXd affine_step(const Eigen::MatrixXd& j, const Eigen::VectorXd& c, double t) {
  const Eigen::Index n = j.rows();
  Eigen::MatrixXd m = Eigen::MatrixXd::Zero(n + 1, n + 1);
  m.topLeftCorner(n, n) = j;
  m.topRightCorner(n, 1) = c;
  return matrix_exponential(m, t);
}

void require_prepared(const LinearModel& model) {
  if (model.preparation_u.size() == 0) {
    throw InputError("linear model", "preparation", "none", "must have been found first");
  }
}

Eigen::MatrixXd preparing_matrix(const LinearModel& model) {
  require_prepared(model);
  return model.a + model.preparation_u * model.preparation_v.transpose();
}

}  // namespace

const FieldTable<LinearOptions>& linear_fields() {
  using T = LinearOptions;
  static const FieldTable<T> table{
      field("units", &T::units, {12.0, 2000.0},
            {.option = "--N", .label = "units", .help = "Units", .citation = kLinearPaper}),
      field("gain", &T::gain, {.low = 0.0, .high = 100.0, .above_low = true},
            {.option = "--gain", .label = "gain g", .help = "Gain", .citation = kLinearPaper}),
      field("terms", &T::terms, {4.0, 100.0},
            {.option = "--terms",
             .label = "exponentials",
             .help = "Exponentials of a motif: eigenvalues that its loop places; even",
             .citation = kLinearPaper}),
      field("starts", &T::starts, {1.0, 1000.0},
            {.option = "--starts", .help = "Random starts of a fit of exponentials"}),
      field("preparation_rank", &T::preparation_rank, {1.0, 2000.0},
            {.option = "--P",
             .label = "rank of the preparatory module",
             .help = "Thalamic units of the preparatory module",
             .citation = kLinearPaper}),
      field("beta", &T::beta, {0.0, 1e6},
            {.option = "--beta",
             .label = "weight of the readout's movement",
             .help = "Weight of the readout's movement in the cost of preparation",
             .citation = kLinearPaper}),
      field("preparation_tau", &T::preparation_tau, {.low = 0.0, .high = 1e4, .above_low = true},
            {.option = "--preparation",
             .unit = "tau",
             .label = "preparation",
             .help = "Duration of preparation",
             .citation = kLinearPaper}),
      field("loop_iterations", &T::loop_iterations, {0.0, 1e6},
            {.option = "--loop-iterations", .help = "Steps of the search for a motif's loop"}),
      field("preparation_iterations", &T::preparation_iterations, {0.0, 1e6},
            {.option = "--preparation-iterations",
             .help = "Steps of the search for the preparatory weights"}),
      field("step_tau", &T::step_tau, {.low = 0.0, .high = 1.0, .above_low = true},
            {.option = "--step", .unit = "tau", .help = "Sampling step of the motifs"}),
      seed_field(&T::seed),
      threads_field(&T::threads),
  };
  return table;
}

LinearModel make_linear_model(const LinearOptions& options) {
  check(options, linear_fields(), "linear model options");
  if (options.terms % 2 != 0 || options.terms >= options.units) {
    throw InputError("linear model options", "terms", fmt::format("{}", options.terms),
                     fmt::format("must be even and less than the units, {}", options.units));
  }
  if (options.preparation_rank > options.units) {
    throw InputError("linear model options", "preparation_rank (--P)",
                     fmt::format("{}", options.preparation_rank),
                     fmt::format("must not be more than the units, {}", options.units));
  }
  const Eigen::Index n = options.units;
  const double deviation = 1.0 / std::sqrt(static_cast<double>(n));
  LinearModel model;
  model.options = options;
  model.a.resize(n, n);
  model.w.resize(n);
  fill_linear(model.a.reshaped(), deviation, options, 0, LinearLane::recurrent);
  fill_linear(model.w, deviation, options, 0, LinearLane::readout);
  model.a = options.gain * (model.a - Eigen::MatrixXd::Identity(n, n));
  return model;
}

void add_linear_motifs(LinearModel& model, const std::vector<MotifTarget>& targets,
                       const RunControl& control) {
  std::set<std::string> names;
  for (const LinearMotif& known : model.motifs) {
    names.insert(known.target.name);
  }
  for (const MotifTarget& target : targets) {
    const std::string where = fmt::format("motif '{}'", target.name);
    require_name(target, where);
    if (!names.insert(target.name).second) {
      throw InputError(where, "", "another motif of this name", "must have a name of its own");
    }
  }
  const LinearSpectrum spectrum = spectrum_of(model.a);
  const std::size_t before = model.motifs.size();
  model.motifs.resize(before + targets.size());
  const RunControl asked = for_all_threads(control);
  parallel_for(
      targets.size(), model.options.threads,
      [&](std::size_t i) {
        model.motifs[before + i] = made_motif(model, spectrum, targets[i],
                                              static_cast<std::uint32_t>(before + i + 1), asked);
      },
      control);
}

void prepare_linear_model(LinearModel& model, const RunControl& control) {
  const LinearOptions& options = model.options;
  const Eigen::Index n = options.units;
  const Eigen::Index p = options.preparation_rank;
  const Objective objective = [&](const Eigen::VectorXd& x, Eigen::VectorXd& gradient) {
    stop_within_search(control);
    const UnitColumns columns(x, n, p);
    const std::optional<PreparatoryCost> cost =
        preparatory_cost(model.a, model.w, options.beta, columns.u, columns.v);
    if (!cost) {
      return std::numeric_limits<double>::infinity();
    }
    gradient = columns.back(cost->u_gradient, cost->v_gradient);
    return cost->distance + cost->movement;
  };
  Eigen::MatrixXd both(n, 2 * p);
  fill_linear(both.reshaped(), 1.0 / std::sqrt(static_cast<double>(n)), options, 0,
              LinearLane::preparation);
  Eigen::VectorXd start;
  Eigen::VectorXd gradient;
  double value = std::numeric_limits<double>::infinity();
  // A is slightly unstable: the module must hold it from the start.
  for (double hold = 0.6; hold < 40.0 && !std::isfinite(value); hold *= 2.0) {
    Eigen::MatrixXd stable = both;
    stable.rightCols(p) -= hold * both.leftCols(p);
    start = stable.reshaped();
    value = objective(start, gradient);
  }
  if (!std::isfinite(value)) {
    throw InputError("linear model", "preparation", "no stable start",
                     "must be stabilised by loops of this rank: raise it or lower the gain");
  }
  bool stopped = false;
  const LbfgsResult found =
      minimise(objective, start, {.iterations = options.preparation_iterations, .relative = 1e-6},
               [&](int iteration) {
                 control.progress(static_cast<double>(iteration) / options.preparation_iterations,
                                  fmt::format("step {} of the preparatory weights", iteration));
                 stopped = stopped || control.stop_requested();
                 return stopped;
               });
  if (stopped) {
    throw Cancelled("stopped before the preparatory weights were found");
  }
  const UnitColumns columns(found.x, n, p);
  model.preparation_u = columns.u;
  model.preparation_v = columns.v;
  model.random_preparation_cost = value / static_cast<double>(n);
  model.preparation_cost = found.value / static_cast<double>(n);
}

void validate(const LinearModel& model, const std::string& where) {
  check(model.options, linear_fields(), where);
  const FieldCheck checked{where};
  const Eigen::Index n = model.options.units;
  checked.matrix("A", model.a, n, n);
  checked.matrix("w", model.w, n, 1);
  checked.matrix("U", model.preparation_u, n, model.options.preparation_rank);
  checked.matrix("V", model.preparation_v, n, model.options.preparation_rank);
  for (std::size_t k = 0; k < model.motifs.size(); ++k) {
    const LinearMotif& motif = model.motifs[k];
    checked.matrix(fmt::format("u_{}", k + 1), motif.u, n, 1);
    checked.matrix(fmt::format("v_{}", k + 1), motif.v, n, 1);
    checked.matrix(fmt::format("x_init_{}", k + 1), motif.x_init, n, 1);
    checked.matrix(fmt::format("target_{}", k + 1), motif.target.samples,
                   std::max<Eigen::Index>(1, motif.target.samples.size()), 1);
  }
  const double growth = spectrum_of(preparing_matrix(model)).lambda.real().maxCoeff();
  if (!(growth < 0.0)) {
    throw InputError(where, "fields 'A', 'U', 'V'",
                     fmt::format("an unstable preparation, largest real eigenvalue {:.3g}", growth),
                     "must have negative real parts of all eigenvalues of A + U V^T");
  }
}

Eigen::Index preparation_steps(const LinearModel& model) {
  return std::lround(model.options.preparation_tau / model.options.step_tau);
}

LinearTrials play_linear_motif(const LinearModel& model, std::size_t motif,
                               const Eigen::MatrixXd& starts) {
  const Eigen::MatrixXd preparing = preparing_matrix(model);
  if (motif >= model.motifs.size()) {
    throw InputError("chain", "motif", fmt::format("{}", motif + 1),
                     fmt::format("must be 1 to {}", model.motifs.size()));
  }
  const LinearMotif& played = model.motifs[motif];
  const Eigen::Index n = model.a.rows();
  const Eigen::Index prepared = preparation_steps(model);
  const double dt = model.options.step_tau;
  LinearTrials trials{.y = Eigen::MatrixXd(prepared + played.target.samples.size(), starts.cols()),
                      .norm = {},
                      .prepared = {},
                      .end = starts};
  trials.norm.resizeLike(trials.y);
  const auto note = [&](Eigen::Index t) {
    trials.y.row(t) = model.w.transpose() * trials.end;
    trials.norm.row(t) = trials.end.colwise().norm();
  };
  const Eigen::MatrixXd step = affine_step(preparing, -preparing * played.x_init, dt);
  for (Eigen::Index t = 0; t < prepared; ++t) {
    note(t);
    trials.end = ((step.topLeftCorner(n, n) * trials.end).colwise() + step.col(n).head(n)).eval();
  }
  trials.prepared = trials.end;
  const Eigen::MatrixXd loop = matrix_exponential(model.a + played.u * played.v.transpose(), dt);
  for (Eigen::Index t = prepared; t < trials.y.rows(); ++t) {
    note(t);
    trials.end = (loop * trials.end).eval();
  }
  return trials;
}

LinearRun play_linear_chain(const LinearModel& model, const std::vector<std::size_t>& links,
                            const Eigen::VectorXd& start) {
  require_prepared(model);
  const auto count = static_cast<Eigen::Index>(links.size());
  LinearRun run{{}, {}, Eigen::VectorXd(count), Eigen::VectorXd(count), start};
  std::vector<double> y;
  std::vector<double> norm;
  for (Eigen::Index i = 0; i < count; ++i) {
    const LinearTrials link = play_linear_motif(model, links[static_cast<std::size_t>(i)], run.end);
    const LinearMotif& motif = model.motifs[links[static_cast<std::size_t>(i)]];
    const Eigen::VectorXd& wanted = motif.target.samples;
    run.distance[i] = (link.prepared - motif.x_init).norm() / motif.x_init.norm();
    run.rmse[i] = std::sqrt((link.y.col(0).tail(wanted.size()) - wanted).squaredNorm() /
                            static_cast<double>(wanted.size()));
    run.end = link.end;
    y.insert(y.end(), link.y.data(), link.y.data() + link.y.size());
    norm.insert(norm.end(), link.norm.data(), link.norm.data() + link.norm.size());
  }
  y.push_back(model.w.dot(run.end));
  norm.push_back(run.end.norm());
  run.norm = Eigen::Map<const Eigen::VectorXd>(norm.data(), static_cast<Eigen::Index>(norm.size()));
  run.y = Eigen::Map<const Eigen::VectorXd>(y.data(), static_cast<Eigen::Index>(y.size()));
  return run;
}

double preparation_distance(const LinearModel& model, double tau) {
  return matrix_exponential(preparing_matrix(model), tau).norm() /
         std::sqrt(static_cast<double>(model.a.rows()));
}

}  // namespace rheobase::rate
