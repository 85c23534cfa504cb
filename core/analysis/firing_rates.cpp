#include "core/analysis/firing_rates.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/exponential_cascade.hpp"
#include "core/run_control.hpp"
#include "core/whole_number.hpp"

namespace rheobase::analysis {

namespace {

constexpr std::string_view kWhere = "firing rates";
constexpr double kGaussianReach = 6.0;  // standard deviations; the rest holds 2e-9 of the area
constexpr double kMsPerSecond = 1000.0;

void check_kernel(const RateKernel& kernel) {
  const bool rises = kernel.shape == KernelShape::double_exponential;
  if (!(kernel.width_ms > 0.0) || !std::isfinite(kernel.width_ms)) {
    throw InputError(kWhere, "kernel width (ms)", fmt::format("{}", kernel.width_ms),
                     "must be positive");
  }
  if (rises && (!(kernel.rise_ms > 0.0) || !std::isfinite(kernel.rise_ms))) {
    throw InputError(kWhere, "kernel rise (ms)", fmt::format("{}", kernel.rise_ms),
                     "must be positive");
  }
}

void check_spikes(const SpikeList& spikes, Eigen::Index units) {
  if (spikes.unit.size() != spikes.time_ms.size()) {
    throw InputError(
        kWhere, "spikes",
        fmt::format("{} and {} times", counted(spikes.unit.size(), "unit"), spikes.time_ms.size()),
        "must be as many units as times");
  }
  for (std::size_t k = 0; k < spikes.unit.size(); ++k) {
    if (spikes.unit[k] < 0 || spikes.unit[k] >= units) {
      throw InputError(kWhere, fmt::format("unit of spike {}", k),
                       fmt::format("{}", spikes.unit[k]),
                       fmt::format("must be within 0 ... {}", units - 1));
    }
    if (!std::isfinite(spikes.time_ms[k])) {
      throw InputError(kWhere, fmt::format("time of spike {} (ms)", k),
                       fmt::format("{}", spikes.time_ms[k]), "must be finite");
    }
  }
}

/// Index of the first sample at or after `time_ms`, not limited to the grid's samples.
double sample_position(const SampleGrid& grid, double time_ms) {
  return std::ceil((time_ms - grid.start_ms) / grid.step_ms - 1e-9);
}

Eigen::Index clamped(const SampleGrid& grid, double position) {
  return to_integer<Eigen::Index>(std::clamp(position, 0.0, static_cast<double>(grid.samples)));
}

double time_at(const SampleGrid& grid, Eigen::Index sample) {
  return grid.start_ms + static_cast<double>(sample) * grid.step_ms;
}

bool causal(KernelShape shape) {
  return shape == KernelShape::exponential || shape == KernelShape::double_exponential;
}

/// Adds a kernel of finite reach around one spike.
void add_centred(const RateKernel& kernel, double time_ms, const SampleGrid& grid,
                 Eigen::MatrixXd& rates, Eigen::Index unit) {
  const bool box = kernel.shape == KernelShape::boxcar;
  const double reach = (box ? 0.5 : kGaussianReach) * kernel.width_ms;
  const Eigen::Index first = clamped(grid, sample_position(grid, time_ms - reach));
  const Eigen::Index end = clamped(grid, sample_position(grid, time_ms + reach) + (box ? 0 : 1));
  const double height = box ? 1.0 / kernel.width_ms : 0.0;
  for (Eigen::Index k = first; k < end; ++k) {
    rates(unit, k) += box ? height : kernel_value(kernel, time_at(grid, k) - time_ms);
  }
}

/// Places every spike with its own age at the next sample, for the sweep that follows.
/// The cascade h -> r of the double exponential: h enters `rises`, r enters `rates`.
void add_causal(const RateKernel& kernel, double time_ms, const SampleGrid& grid,
                Eigen::MatrixXd& rates, Eigen::MatrixXd& rises, Eigen::Index unit) {
  const double position = std::max(0.0, sample_position(grid, time_ms));
  if (position >= static_cast<double>(grid.samples)) {
    return;
  }
  const auto sample = static_cast<Eigen::Index>(position);
  const double age_ms = std::max(0.0, time_at(grid, sample) - time_ms);
  rates(unit, sample) += kernel_value(kernel, age_ms);
  if (kernel.shape == KernelShape::double_exponential) {
    rises(unit, sample) += elementary::exp(-age_ms / kernel.rise_ms);
  }
}

/// @throws Cancelled where stopped; asked for some of the `step`s alone
void stop_now_and_then(const std::function<bool()>& stop, std::size_t step) {
  constexpr std::size_t kEvery = 256;
  if (step % kEvery == 0) {
    end_if_stopped(stop, "firing rates were stopped");
  }
}

/// Exact propagation of both filters from sample to sample.
void sweep(std::span<const RateKernel> kernels, const SampleGrid& grid, Eigen::MatrixXd& rates,
           Eigen::MatrixXd& rises, const std::function<bool()>& stop) {
  const Eigen::Index units = rates.rows();
  Eigen::ArrayXd decay = Eigen::ArrayXd::Zero(units);
  Eigen::ArrayXd rise = Eigen::ArrayXd::Zero(units);
  Eigen::ArrayXd coupling = Eigen::ArrayXd::Zero(units);
  for (Eigen::Index unit = 0; unit < units; ++unit) {
    const RateKernel& kernel = kernels[kernels.size() == 1 ? 0 : static_cast<std::size_t>(unit)];
    if (causal(kernel.shape)) {
      decay[unit] = elementary::exp(-grid.step_ms / kernel.width_ms);
    }
    if (kernel.shape == KernelShape::double_exponential) {
      rise[unit] = elementary::exp(-grid.step_ms / kernel.rise_ms);
      coupling[unit] = kernel_value(kernel, grid.step_ms);
    }
  }
  for (Eigen::Index k = 1; k < grid.samples; ++k) {
    stop_now_and_then(stop, static_cast<std::size_t>(k));
    rates.col(k).array() += decay * rates.col(k - 1).array() + coupling * rises.col(k - 1).array();
    rises.col(k).array() += rise * rises.col(k - 1).array();
  }
}

}  // namespace

double kernel_value(const RateKernel& kernel, double lag_ms) {
  const double width = kernel.width_ms;
  switch (kernel.shape) {
    case KernelShape::gaussian: {
      const double z = lag_ms / width;
      return std::abs(z) > kGaussianReach
                 ? 0.0
                 : elementary::exp(-0.5 * z * z) / (std::sqrt(2.0 * std::numbers::pi) * width);
    }
    case KernelShape::boxcar:
      return lag_ms >= -0.5 * width && lag_ms < 0.5 * width ? 1.0 / width : 0.0;
    case KernelShape::exponential:
      return lag_ms < 0.0 ? 0.0 : elementary::exp(-lag_ms / width) / width;
    case KernelShape::double_exponential:
      return lag_ms < 0.0 ? 0.0
                          : exponential_cascade(1.0 / width, 1.0 / kernel.rise_ms, lag_ms) /
                                (width * kernel.rise_ms);
  }
  return 0.0;
}

Eigen::MatrixXd firing_rates(const SpikeList& spikes, Eigen::Index units, const SampleGrid& grid,
                             std::span<const RateKernel> kernels,
                             const std::function<bool()>& stop) {
  check_spikes(spikes, units);
  if (!(grid.step_ms > 0.0) || !std::isfinite(grid.step_ms) || grid.samples < 0) {
    throw InputError(kWhere, "sample grid",
                     fmt::format("{}, {} ms apart", counted(grid.samples, "sample"), grid.step_ms),
                     "must have a positive distance of samples");
  }
  if (kernels.size() != 1 && kernels.size() != static_cast<std::size_t>(units)) {
    throw InputError(kWhere, "kernels", fmt::format("{}", kernels.size()),
                     fmt::format("must be 1 or N = {}", units));
  }
  std::for_each(kernels.begin(), kernels.end(), check_kernel);

  // Units with a causal kernel are filtered in one sweep, the others spike by spike after it.
  Eigen::MatrixXd rates = Eigen::MatrixXd::Zero(units, grid.samples);
  Eigen::MatrixXd rises = Eigen::MatrixXd::Zero(units, grid.samples);
  const auto kernel_of = [&](std::int32_t unit) -> const RateKernel& {
    return kernels[kernels.size() == 1 ? 0 : static_cast<std::size_t>(unit)];
  };
  for (std::size_t k = 0; k < spikes.unit.size(); ++k) {
    stop_now_and_then(stop, k);
    if (causal(kernel_of(spikes.unit[k]).shape)) {
      add_causal(kernel_of(spikes.unit[k]), spikes.time_ms[k], grid, rates, rises, spikes.unit[k]);
    }
  }
  sweep(kernels, grid, rates, rises, stop);
  for (std::size_t k = 0; k < spikes.unit.size(); ++k) {
    stop_now_and_then(stop, k);
    if (!causal(kernel_of(spikes.unit[k]).shape)) {
      add_centred(kernel_of(spikes.unit[k]), spikes.time_ms[k], grid, rates, spikes.unit[k]);
    }
  }
  return rates * kMsPerSecond;
}

Eigen::MatrixXd firing_rates(const SpikeList& spikes, Eigen::Index units, const SampleGrid& grid,
                             const RateKernel& kernel) {
  return firing_rates(spikes, units, grid, std::span(&kernel, 1));
}

Eigen::VectorXd mean_rates(const SpikeList& spikes, Eigen::Index units, double start_ms,
                           double end_ms) {
  check_spikes(spikes, units);
  if (!(end_ms > start_ms) || !std::isfinite(end_ms - start_ms)) {
    throw InputError(kWhere, "interval (ms)", fmt::format("[{}, {})", start_ms, end_ms),
                     "must end after it starts");
  }
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(units);
  for (std::size_t k = 0; k < spikes.unit.size(); ++k) {
    if (spikes.time_ms[k] >= start_ms && spikes.time_ms[k] < end_ms) {
      counts[spikes.unit[k]] += 1.0;
    }
  }
  return counts * (kMsPerSecond / (end_ms - start_ms));
}

}  // namespace rheobase::analysis
