#include "rate/learning/rls/rls.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/error.hpp"
#include "core/parallel.hpp"
#include "rate/learning/rls/half_matrix.hpp"
#include "rate/learning/rls/internal/rls_kernels.hpp"

namespace rheobase::rate {

namespace {

/// Units a thread takes at a time.
constexpr std::size_t kUnitsAtATime = 32;

std::string step_name(std::int64_t step) {
  return fmt::format("step {}", step);
}

template <class Real>
Real gain_denominator(const RlsOptions& options, Real q) {
  const Real factor = options.gain == RlsGain::rls ? Real{1} : Real{2};
  return static_cast<Real>(options.forgetting) + factor * q;
}

/// q = r . P r may be negative by rounding, but not by so much that P - k k' / (lambda + q) grows.
template <class Real>
bool indefinite(const RlsOptions& options, const RlsOutcome<Real>& outcome) {
  return static_cast<double>(outcome.raw_q) < -0.5 * options.forgetting;
}

[[noreturn]] void fail_indefinite(std::int64_t step, std::string_view whose) {
  throw IndefiniteError(
      fmt::format("the inverse correlation matrix {}lost its positive definiteness at step {}: use "
                  "double precision or a larger delta",
                  whose, step));
}

template <class Real>
void fill_rates(std::span<const Real> rates, std::span<const std::int32_t> columns, Real* out) {
  for (std::size_t k = 0; k < columns.size(); ++k) {
    out[k] = rates[static_cast<std::size_t>(columns[k])];
  }
  std::fill(out + columns.size(), out + padded_to_packs<Real>(columns.size()), Real{0});
}

}  // namespace

void validate(const RlsOptions& options) {
  const auto require = [](bool holds, const char* field, double found, const char* required) {
    if (!holds) {
      throw InputError("recursive least squares", field, fmt::format("{}", found), required);
    }
  };
  require(options.delta > 0.0 && std::isfinite(1.0 / options.delta), "delta", options.delta,
          "must be positive and finite");
  require(options.forgetting > 0.0 && options.forgetting <= 1.0, "forgetting", options.forgetting,
          "must be in (0, 1]");
}

template <class Real>
std::size_t rls_memory_bytes(std::span<const std::size_t> inputs) {
  std::size_t numbers = 0;
  for (const std::size_t n : inputs) {
    numbers += half_matrix_size<Real>(n);
  }
  return numbers * sizeof(Real);
}

template std::size_t rls_memory_bytes<float>(std::span<const std::size_t>);
template std::size_t rls_memory_bytes<double>(std::span<const std::size_t>);

template <class Real>
SharedRls<Real>::SharedRls(std::size_t inputs, const RlsOptions& options, SimdLevel level)
    : options_(options),
      level_(level),
      inputs_(inputs),
      p_(half_matrix_size<Real>(inputs)),
      rate_(padded_to_packs<Real>(inputs)),
      direction_(rate_.size()),
      root_(rate_.size()),
      scale_(rate_.size()) {
  validate(options);
  if (inputs == 0) {
    throw InputError("recursive least squares", "inputs", "0", "must be at least 1");
  }
  set_identity<Real>(p_, inputs, 1.0 / options.delta);
}

template <class Real>
Eigen::Map<const typename SharedRls<Real>::Vector> SharedRls<Real>::advance(std::span<const Real> r,
                                                                            std::int64_t step) {
  if (r.size() != inputs_) {
    throw InputError("recursive least squares", "r", counted(r.size(), "number"),
                     fmt::format("must be {}", inputs_));
  }
  std::copy(r.begin(), r.end(), rate_.begin());
  const RlsOutcome<Real> outcome = RHEOBASE_SIMD_DISPATCH(level_, rls_update<Real>)(
      {.inputs = inputs_,
       .p = p_.data(),
       .rate = rate_.data(),
       .direction = direction_.data(),
       .root = root_.data(),
       .scale = scale_.data(),
       .forgetting = static_cast<Real>(options_.forgetting),
       .root_inverse_forgetting = static_cast<Real>(1.0 / std::sqrt(options_.forgetting))});
  if (!outcome.finite) {
    throw NonFiniteError("inverse correlation", step_name(step), -1);
  }
  if (indefinite(options_, outcome)) {
    fail_indefinite(step, "");
  }
  Eigen::Map<Vector> gain(direction_.data(), static_cast<Eigen::Index>(inputs_));
  gain /= gain_denominator(options_, outcome.q);
  return Eigen::Map<const Vector>(direction_.data(), gain.size());
}

template <class Real>
void SharedRls<Real>::update(std::span<const Real> r, std::span<const Real> errors,
                             Eigen::Ref<Matrix> weights, std::int64_t step) {
  const Eigen::Map<const Vector> e(errors.data(), static_cast<Eigen::Index>(errors.size()));
  if (weights.rows() != e.size() || weights.cols() != static_cast<Eigen::Index>(inputs_)) {
    throw InputError("recursive least squares", "weights",
                     fmt::format("{} x {}", weights.rows(), weights.cols()),
                     fmt::format("must be {} x {}", e.size(), inputs_));
  }
  for (Eigen::Index output = 0; output < e.size(); ++output) {
    if (!std::isfinite(e[output])) {
      throw NonFiniteError("error", step_name(step), output);
    }
  }
  const Eigen::Map<const Vector> gain = advance(r, step);
  const Matrix updated = weights - e * gain.transpose();
  if (!updated.allFinite()) {
    Eigen::Index output = 0;
    while (updated.row(output).allFinite()) {
      ++output;
    }
    throw NonFiniteError("weight", step_name(step), output);
  }
  weights = updated;
}

template <class Real>
Eigen::MatrixXd SharedRls<Real>::inverse_correlation() const {
  return full_matrix<Real>(p_, inputs_);
}

template <class Real>
NamedArrays SharedRls<Real>::state(std::string name) const {
  NamedArray p{std::move(name), {}};
  p.values.reserve(lower_half_size(inputs_));
  for_lower_half<const Real>(p_, inputs_, [&](std::size_t, std::size_t, Real entry) {
    p.values.push_back(static_cast<double>(entry));
  });
  return {std::move(p)};
}

template <class Real>
void SharedRls<Real>::restore(const NamedArrays& state, std::string_view name) {
  const std::vector<double>& p = named_array(state, name, lower_half_size(inputs_));
  auto next = p.begin();
  for_lower_half<Real>(p_, inputs_, [&](std::size_t, std::size_t, Real& entry) {
    entry = static_cast<Real>(*next++);
  });
  mirror_diagonal_packs<Real>(p_, inputs_);
}

template <class Real>
struct UnitRls<Real>::Workspace {
  explicit Workspace(std::size_t inputs)
      : length(padded_to_packs<Real>(inputs)), numbers(4 * length) {}
  Real* part(std::size_t k) { return numbers.data() + k * length; }
  std::size_t length;
  AlignedVector<Real> numbers;
};

template <class Real>
UnitRls<Real>::UnitRls(const SparseRows<Real>& weights, std::size_t units,
                       const RlsOptions& options, SimdLevel level)
    : options_(options), level_(level) {
  validate(options);
  if (units > weights.rows()) {
    throw InputError("recursive least squares", "plastic units", fmt::format("{}", units),
                     fmt::format("must be at most {}, the units there are", weights.rows()));
  }
  std::size_t end = 0;
  for (std::size_t unit = 0; unit < units; ++unit) {
    inputs_.push_back(weights.count[unit]);
    begin_.push_back(end);
    end += half_matrix_size<Real>(inputs_.back());
    most_inputs_ = std::max(most_inputs_, inputs_.back());
  }
  p_.resize(end);
  for (std::size_t unit = 0; unit < units; ++unit) {
    set_identity<Real>(std::span(p_).subspan(begin_[unit]), inputs_[unit], 1.0 / options.delta);
  }
}

template <class Real>
typename UnitRls<Real>::Fault UnitRls<Real>::update_unit(std::size_t unit,
                                                         std::span<const Real> rates, Real error,
                                                         SparseRows<Real>& weights,
                                                         Workspace& workspace) {
  if (!std::isfinite(error)) {
    return Fault::error;
  }
  Real* const rate = workspace.part(0);
  Real* const direction = workspace.part(1);
  fill_rates(rates, weights.columns_of(unit), rate);
  const RlsOutcome<Real> outcome = RHEOBASE_SIMD_DISPATCH(level_, rls_update<Real>)(
      {.inputs = inputs_[unit],
       .p = p_.data() + begin_[unit],
       .rate = rate,
       .direction = direction,
       .root = workspace.part(2),
       .scale = workspace.part(3),
       .forgetting = static_cast<Real>(options_.forgetting),
       .root_inverse_forgetting = static_cast<Real>(1.0 / std::sqrt(options_.forgetting))});
  if (!outcome.finite) {
    return Fault::correlation;
  }
  if (indefinite(options_, outcome)) {
    return Fault::indefinite;
  }
  const Real factor = error / gain_denominator(options_, outcome.q);
  return RHEOBASE_SIMD_DISPATCH(level_, rls_weights<Real>)(
             direction, factor, inputs_[unit], weights.value.data() + weights.start[unit])
             ? Fault::none
             : Fault::weight;
}

template <class Real>
void UnitRls<Real>::update(std::span<const Real> rates, std::span<const Real> errors,
                           SparseRows<Real>& weights, std::int64_t step, int threads) {
  if (errors.size() != units() || rates.size() != weights.columns || weights.rows() < units()) {
    throw InputError("recursive least squares", "",
                     fmt::format("{}, {} rates, {} of weights", counted(errors.size(), "error"),
                                 rates.size(), counted(weights.rows(), "row")),
                     fmt::format("must be {}, {}, at least {}", units(), weights.columns, units()));
  }
  struct Chunk {
    Fault fault = Fault::none;
    std::size_t unit = 0;
  };
  std::vector<Chunk> chunks((units() + kUnitsAtATime - 1) / kUnitsAtATime);
  const auto body = [&](std::size_t c) {
    Workspace workspace(most_inputs_);
    const std::size_t end = std::min((c + 1) * kUnitsAtATime, units());
    for (std::size_t unit = c * kUnitsAtATime; unit < end; ++unit) {
      const Fault fault = update_unit(unit, rates, errors[unit], weights, workspace);
      if (fault != Fault::none) {
        chunks[c] = {fault, unit};
        return;
      }
    }
  };
  if (threads == 1) {
    for (std::size_t c = 0; c < chunks.size(); ++c) {
      body(c);
    }
  } else {
    parallel_for(chunks.size(), threads, body);
  }
  for (const Chunk& chunk : chunks) {
    switch (chunk.fault) {
      case Fault::none:
        break;
      case Fault::indefinite:
        fail_indefinite(step, fmt::format("of unit {} ", chunk.unit));
      case Fault::error:
        throw NonFiniteError("error", step_name(step), static_cast<long>(chunk.unit));
      case Fault::correlation:
        throw NonFiniteError("inverse correlation", step_name(step), static_cast<long>(chunk.unit));
      case Fault::weight:
        throw NonFiniteError("weight", step_name(step), static_cast<long>(chunk.unit));
    }
  }
}

template <class Real>
Eigen::MatrixXd UnitRls<Real>::inverse_correlation(std::size_t unit) const {
  return full_matrix<Real>(std::span(p_).subspan(begin_.at(unit)), inputs_[unit]);
}

template <class Real>
NamedArrays UnitRls<Real>::state(std::string name) const {
  NamedArray p{std::move(name), {}};
  for (std::size_t unit = 0; unit < units(); ++unit) {
    for_lower_half<const Real>(std::span(p_).subspan(begin_[unit]), inputs_[unit],
                               [&](std::size_t, std::size_t, Real entry) {
                                 p.values.push_back(static_cast<double>(entry));
                               });
  }
  return {std::move(p)};
}

template <class Real>
void UnitRls<Real>::restore(const NamedArrays& state, std::string_view name) {
  std::size_t length = 0;
  for (const std::size_t n : inputs_) {
    length += lower_half_size(n);
  }
  auto next = named_array(state, name, length).begin();
  for (std::size_t unit = 0; unit < units(); ++unit) {
    const std::span<Real> half = std::span(p_).subspan(begin_[unit]);
    for_lower_half<Real>(half, inputs_[unit], [&](std::size_t, std::size_t, Real& entry) {
      entry = static_cast<Real>(*next++);
    });
    mirror_diagonal_packs<Real>(half, inputs_[unit]);
  }
}

template class SharedRls<float>;
template class SharedRls<double>;
template class UnitRls<float>;
template class UnitRls<double>;

}  // namespace rheobase::rate
