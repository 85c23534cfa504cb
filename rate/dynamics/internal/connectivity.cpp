#include "rate/dynamics/internal/connectivity.hpp"

#include <algorithm>

namespace rheobase::rate {

namespace {

/// The pattern is rebuilt once this fraction of its entries has died.
constexpr double kDeadFraction = 0.05;
/// Densities below which sparse products win (measured at 200 units).
constexpr double kTilesBelow = 0.5;
constexpr double kLinesBelow = 0.08;
constexpr double kStripsBelow = 0.6;
/// Deltas of a block of units that stay in the L1 cache.
constexpr std::size_t kDeltaBlockBytes = std::size_t{24} * 1024;

}  // namespace

WeightConstraint as_they_are(const Eigen::MatrixXd& w) {
  return {(w.array() != 0.0).cast<double>(), false};
}

template <class Real>
Connectivity<Real>::Connectivity(const WeightConstraint& constraint, ConnectivityUse use,
                                 SimdLevel level)
    : use_(use),
      level_(level),
      rectified_(constraint.rectified),
      allowed_(static_cast<std::size_t>(constraint.allowed.size())) {
  pattern_.units = static_cast<std::uint32_t>(constraint.allowed.rows());
  std::transform(constraint.allowed.data(), constraint.allowed.data() + constraint.allowed.size(),
                 allowed_.begin(), [](double value) { return static_cast<Real>(value); });
}

template <class Real>
std::size_t Connectivity<Real>::take_over(const Real* w) {
  std::size_t effective = 0;
  for (std::size_t k = 0; k < entries(); ++k) {
    const Real weight = w[parameter_[k]];
    const bool alive = !rectified_ || weight > Real{0};
    slope_[k] = alive ? factor_[k] : Real{0};
    value_[k] = alive ? factor_[k] * weight : Real{0};
    effective += alive ? 1 : 0;
  }
  return effective;
}

template <class Real>
void Connectivity<Real>::load(const Real* w) {
  if (!built_) {
    rebuild(w);
  }
  const std::size_t effective = take_over(w);
  const double dead = static_cast<double>(entries() - effective);
  // A weight outside the pattern may have become positive: none can with the present rules, but
  // nothing says that none ever will.
  const bool complete = !rectified_ || RHEOBASE_SIMD_DISPATCH(level_, count_effective<Real>)(
                                           w, allowed_.data(), allowed_.size()) == effective;
  if (!complete || dead > kDeadFraction * static_cast<double>(entries())) {
    rebuild(w);
    take_over(w);
  }
  forward_.put(value_);
  transposed_.put(value_);
}

template <class Real>
void Connectivity<Real>::parameter_gradient(std::span<const Real> of_entries,
                                            Real* gradient) const {
  std::fill_n(gradient, allowed_.size(), Real{0});
  for (std::size_t g = 0; g < entries(); ++g) {
    const std::uint32_t k = gradient_order_.entry[g];
    gradient[parameter_[k]] = of_entries[g] * slope_[k];
  }
}

template <class Real>
void Connectivity<Real>::rebuild(const Real* w) {
  pattern_.row.clear();
  pattern_.column.clear();
  parameter_.clear();
  factor_.clear();
  // Counted in 64 bits: 65536 units have 2^32 entries, which 32 bits never reach.
  for (std::size_t at = 0; at < allowed_.size(); ++at) {
    const auto p = static_cast<std::uint32_t>(at);
    if (allowed_[p] != Real{0} && (!rectified_ || w[p] > Real{0})) {
      pattern_.row.push_back(p % pattern_.units);
      pattern_.column.push_back(p / pattern_.units);
      parameter_.push_back(p);
      factor_.push_back(allowed_[p]);
    }
  }
  value_.resize(entries());
  slope_.resize(entries());
  forward_ = build(Orientation::rows);
  if (use_.backward) {
    transposed_ = build(Orientation::columns);
    gradient_order_ =
        GradientOrder(pattern_, std::max<std::size_t>(8, kDeltaBlockBytes / use_.delta_bytes));
  }
  built_ = true;
}

template <class Real>
ProductPath Connectivity<Real>::trial_path() const {
  const double density = pattern_.density();
  if (sizeof(Real) == sizeof(float) && level_ == SimdLevel::avx512 && density < kTilesBelow) {
    return ProductPath::tiles;
  }
  return density < kLinesBelow ? ProductPath::lines : ProductPath::dense;
}

template <class Real>
ProductPath Connectivity<Real>::panel_path() const {
  return pattern_.density() < kStripsBelow ? ProductPath::strips : ProductPath::dense;
}

template <class Real>
typename Connectivity<Real>::Forms Connectivity<Real>::build(Orientation orientation) const {
  Forms forms;
  forms.trial_path = trial_path();
  forms.panel_path = panel_path();
  const auto used = [&](ProductPath path) {
    return (use_.trials && forms.trial_path == path) || (use_.panels && forms.panel_path == path);
  };
  if (used(ProductPath::lines)) {
    forms.lines = LinesForm<Real>(pattern_, orientation);
  }
  if (used(ProductPath::tiles)) {
    forms.tiles = TilesForm<Real>(pattern_, orientation);
  }
  if (used(ProductPath::dense)) {
    forms.blocks = BlocksForm<Real>(pattern_, orientation);
  }
  if (used(ProductPath::strips)) {
    forms.strips = StripsForm<Real>(pattern_, orientation);
  }
  return forms;
}

template <class Real>
MatrixView<Real> Connectivity<Real>::Forms::view(const Pattern& pattern) const {
  return {.units = pattern.units,
          .trial_path = trial_path,
          .panel_path = panel_path,
          .lines = lines.view(),
          .tiles = tiles.view(),
          .blocks = blocks.view(),
          .strips = strips.view()};
}

template <class Real>
void Connectivity<Real>::Forms::put(const std::vector<Real>& values) {
  lines.slots.put(values);
  tiles.slots.put(values);
  blocks.slots.put(values);
  strips.slots.put(values);
}

template <class Real>
std::size_t Connectivity<Real>::bytes(std::size_t units) {
  const std::size_t entries = units * units;
  const std::size_t blocks = (units + 7) / 8;
  return entries * (5 * sizeof(std::uint32_t) + 4 * sizeof(Real)) +
         2 * matrix_forms_bytes<Real>(units, entries) +
         (blocks * units + 1) * sizeof(std::uint32_t);
}

template class Connectivity<float>;
template class Connectivity<double>;

}  // namespace rheobase::rate
