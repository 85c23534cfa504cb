#include "rate/dynamics/internal/kernel_loop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rheobase::rate {

namespace {

constexpr std::size_t kRankPadding = 16;

std::size_t padded_lines(std::size_t lines) {
  return (lines + kRankPadding - 1) / kRankPadding * kRankPadding;
}

/// A lines x columns matrix in blocks of a pack of lines: value(line, column).
template <class Real, class Value>
void put_blocks(std::size_t lines, std::size_t columns, AlignedVector<Real>& to,
                const Value& value) {
  constexpr std::size_t lanes = kPanelTrials<Real>;
  for (std::size_t line = 0; line < lines; ++line) {
    Real* block = to.data() + line / lanes * lanes * columns + line % lanes;
    for (std::size_t column = 0; column < columns; ++column) {
      block[column * lanes] = value(line, column);
    }
  }
}

/// The first step that begins at `ms` or later. A tenth of a step forgives the rounding of products
/// of times, as the Stepper does.
std::size_t step_at(double ms, double step_ms) {
  const double steps = std::ceil(ms / step_ms - 0.1);
  return steps < 1e15 ? static_cast<std::size_t>(std::max(steps, 0.0))
                      : std::numeric_limits<std::size_t>::max();
}

}  // namespace

template <class Real>
KernelLoop<Real>::KernelLoop(const LowRankLoop& loop, double step_ms, std::size_t offset)
    : units_(static_cast<std::size_t>(loop.u.rows())),
      rank_(static_cast<std::size_t>(loop.u.cols())),
      offset_(offset),
      first_(step_at(loop.start_ms, step_ms)),
      last_(step_at(loop.end_ms, step_ms)),
      u_(padded_lines(units_) * rank_, Real{0}),
      v_(padded_lines(units_) * rank_, Real{0}),
      u_transposed_(padded_lines(rank_) * units_, Real{0}),
      v_transposed_(padded_lines(rank_) * units_, Real{0}) {
  using Matrix = Eigen::Matrix<Real, Eigen::Dynamic, Eigen::Dynamic>;
  const Matrix u = loop.u.cast<Real>();
  const Matrix v = loop.v.cast<Real>();
  load(u.data(), v.data());
}

template <class Real>
void KernelLoop<Real>::load(const Real* u, const Real* v) {
  const auto straight = [this](const Real* m) {
    return [this, m](std::size_t line, std::size_t column) { return m[line + units_ * column]; };
  };
  const auto transposed = [this](const Real* m) {
    return [this, m](std::size_t line, std::size_t column) { return m[column + units_ * line]; };
  };
  put_blocks(units_, rank_, u_, straight(u));
  put_blocks(units_, rank_, v_, straight(v));
  put_blocks(rank_, units_, u_transposed_, transposed(u));
  put_blocks(rank_, units_, v_transposed_, transposed(v));
}

template <class Real>
LoopView<Real> KernelLoop<Real>::view() const {
  return {.rank = rank_,
          .offset = offset_,
          .first = first_,
          .last = last_,
          .u = u_.data(),
          .v = v_.data(),
          .u_transposed = u_transposed_.data(),
          .v_transposed = v_transposed_.data()};
}

template <class Real>
std::size_t KernelLoop<Real>::padded_rank() const {
  return padded_lines(rank_);
}

FullOrder::FullOrder(std::size_t rows, std::size_t columns, std::size_t rows_of_block)
    : blocks((rows + rows_of_block - 1) / rows_of_block) {
  begin.push_back(0);
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t first = block * rows_of_block;
    for (std::size_t column = 0; column < columns; ++column) {
      for (std::size_t i = first; i < std::min(rows, first + rows_of_block); ++i) {
        row.push_back(static_cast<std::uint32_t>(i));
        entry.push_back(static_cast<std::uint32_t>(i + rows * column));
      }
      begin.push_back(static_cast<std::uint32_t>(row.size()));
    }
  }
}

template class KernelLoop<float>;
template class KernelLoop<double>;

}  // namespace rheobase::rate
