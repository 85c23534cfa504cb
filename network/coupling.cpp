#include "network/coupling.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <numeric>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "network/kernels/unit_rows.hpp"
#include "network/kernels/vector_kernels.hpp"

namespace rheobase::network {

namespace {

/// More than caches hold; smaller matrices are faster in blocks.
constexpr std::size_t kLargeBytes = std::size_t{64} << 20;

std::size_t size_of(Eigen::Index n) {
  return static_cast<std::size_t>(n);
}

/// Asks for large pages before memory is written, and for all of them at once: a matrix of 4000 x
/// 4000 takes no page fault rather than 30,000. Where the system has neither, nothing happens.
void prepare_pages(void* memory, std::size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE) && defined(MADV_POPULATE_WRITE)
  constexpr std::uintptr_t page = 4096;
  const auto begin = (reinterpret_cast<std::uintptr_t>(memory) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(memory) + bytes) / page * page;
  if (bytes >= (std::size_t{4} << 20)) {
    static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE));
    static_cast<void>(madvise(reinterpret_cast<void*>(begin), end - begin, MADV_POPULATE_WRITE));
  }
#else
  static_cast<void>(memory);
  static_cast<void>(bytes);
#endif
}

/// Looks no further than the first weight that is one.
template <class Weights>
bool all_of_zero(const Weights& weights) {
  return std::all_of(weights.begin(), weights.end(), [](auto weight) { return weight == 0; });
}

}  // namespace

template <class Weight>
Coupling::Dense<Weight> Coupling::pack(const Eigen::MatrixXd& weights) {
  const std::size_t rows = size_of(weights.rows());
  const std::size_t columns = size_of(weights.cols());
  const std::size_t packs = (rows + kLanes - 1) / kLanes;
  const std::size_t blocks = block_count(packs);
  Dense<Weight> dense;
  dense.weight.resize(packs * kLanes * columns);
  prepare_pages(dense.weight.data(), dense.weight.size() * sizeof(Weight));
  // Column by column: what is read then lies side by side.
  for (std::size_t column = 0; column < columns; ++column) {
    const double* from = weights.data() + column * rows;
    std::size_t first = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::size_t width = block_width(packs, blocks, block) * kLanes;
      const std::size_t present = std::min(width, rows - first);
      Weight* to = dense.weight.data() + first * columns + column * width;
      std::transform(from + first, from + first + present, to,
                     [](double w) { return static_cast<Weight>(w); });
      std::fill(to + present, to + width, Weight{0});
      first += width;
    }
  }
  return dense;
}

/// Eight rows of similar length side by side, the longest rows first.
Coupling::Grouped Coupling::group(const SparseWeights& given, bool by_columns) {
  SparseWeights weights = given;
  weights.makeCompressed();
  const std::size_t rows = size_of(weights.rows());
  const auto length = [&](std::size_t row) {
    return size_of(weights.outerIndexPtr()[row + 1] - weights.outerIndexPtr()[row]);
  };
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::stable_sort(order, [&](auto a, auto b) { return length(a) > length(b); });

  Grouped out;
  out.connections = size_of(weights.nonZeros());
  out.begin.push_back(0);
  for (std::size_t first = 0; first < rows; first += kLanes) {
    const std::size_t longest = length(order[first]);
    const std::size_t base = kLanes * out.begin.back();
    out.begin.push_back(out.begin.back() + longest);
    out.weight.resize(kLanes * out.begin.back(), 0.0);
    out.column.resize(kLanes * out.begin.back(), 0U);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const bool present = first + lane < rows;
      out.row.push_back(present ? order[first + lane] : static_cast<std::uint32_t>(rows));
      if (!present) {
        continue;
      }
      std::size_t at = base + lane;
      for (SparseWeights::InnerIterator entry(weights, order[first + lane]); entry; ++entry) {
        out.weight[at] = entry.value();
        out.column[at] = static_cast<std::uint32_t>(entry.col());
        at += kLanes;
      }
    }
  }
  out.stride = kLanes;
  const bool full = out.connections == out.weight.size();  // no entry of weight 0 fills a row up
  if (full && std::ranges::adjacent_find(out.weight, std::not_equal_to{}) == out.weight.end()) {
    out.weight.resize(std::min(out.weight.size(), kLanes));
    out.weight.shrink_to_fit();
    out.stride = 0;
  }
  if (by_columns) {
    const Eigen::SparseMatrix<double> columns = weights;
    const auto* begin = columns.outerIndexPtr();
    out.column_begin.assign(begin, begin + columns.cols() + 1);
    out.column_row.assign(columns.innerIndexPtr(), columns.innerIndexPtr() + columns.nonZeros());
    out.column_weight.assign(columns.valuePtr(), columns.valuePtr() + columns.nonZeros());
  }
  return out;
}

Coupling::Coupling(WeightMatrix weights, Eigen::Index rows, Eigen::Index columns,
                   bool single_precision, bool by_columns, SimdLevel level)
    : rows_(size_of(rows)), columns_(size_of(columns)), level_(level), form_(AllToAll{0.0}) {
  if (const auto* all = std::get_if<double>(&weights)) {
    form_ = AllToAll{*all};
  } else if (const auto* diagonal = std::get_if<OneToOne>(&weights)) {
    form_ = Diagonal{diagonal->weight};
  } else if (const auto* sparse = std::get_if<SparseWeights>(&weights)) {
    form_ = group(*sparse, by_columns);
  } else if (single_precision) {
    form_ = pack<float>(std::get<Eigen::MatrixXd>(weights));
  } else if (rows_ * columns_ * sizeof(double) >= kLargeBytes) {
    form_ = Columns{std::move(std::get<Eigen::MatrixXd>(weights))};
  } else {
    form_ = pack<double>(std::get<Eigen::MatrixXd>(weights));
  }
}

template <class Weight>
DenseView<Weight> Coupling::view(const Dense<Weight>& dense) const {
  return {dense.weight.data(), (rows_ + kLanes - 1) / kLanes, columns_};
}

GroupedView Coupling::view(const Grouped& grouped) const {
  return {grouped.weight.data(), grouped.stride,     grouped.column.data(),
          grouped.begin.data(),  grouped.row.data(), grouped.begin.size() - 1};
}

ColumnsView Coupling::view(const Columns& columns) const {
  return {columns.weight.data(), rows_, columns_};
}

std::size_t Coupling::connections() const {
  if (const auto* grouped = std::get_if<Grouped>(&form_)) {
    return grouped->connections;
  }
  return std::holds_alternative<Diagonal>(form_) ? rows_ : rows_ * columns_;
}

bool Coupling::all_zero() const {
  struct Visitor {
    bool operator()(const AllToAll& all) const { return all.weight == 0.0; }
    bool operator()(const Diagonal& diagonal) const { return diagonal.weight == 0.0; }
    bool operator()(const Columns& columns) const { return all_of_zero(columns.weight.reshaped()); }
    bool operator()(const Dense<double>& dense) const { return all_of_zero(dense.weight); }
    bool operator()(const Dense<float>& dense) const { return all_of_zero(dense.weight); }
    bool operator()(const Grouped& grouped) const { return all_of_zero(grouped.weight); }
  };
  return std::visit(Visitor{}, form_);
}

void Coupling::add_product(const double* x, double* y) const {
  const std::size_t padded = padded_to_packs<double>(rows_);
  if (const auto* dense = std::get_if<Dense<double>>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::add_dense)(view(*dense), x, y);
  } else if (const auto* single = std::get_if<Dense<float>>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::add_dense_single)(view(*single), x, y);
  } else if (const auto* columns = std::get_if<Columns>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::add_columns)(view(*columns), x, y);
  } else if (const auto* grouped = std::get_if<Grouped>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::add_grouped)(view(*grouped), x, y);
  } else if (const auto* diagonal = std::get_if<Diagonal>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::accumulate)(y, x, diagonal->weight, padded);
  } else {
    const double total = std::get<AllToAll>(form_).weight *
                         RHEOBASE_SIMD_DISPATCH(level_, network::sum_row)(x, columns_);
    std::for_each(y, y + rows_, [total](double& value) { value += total; });
  }
}

void Coupling::add_column(std::size_t column, double factor, double* y) const {
  if (const auto* dense = std::get_if<Dense<double>>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::add_dense_column)(view(*dense), column, factor, y);
  } else if (const auto* single = std::get_if<Dense<float>>(&form_)) {
    RHEOBASE_SIMD_DISPATCH(level_, network::add_dense_single_column)
    (view(*single), column, factor, y);
  } else if (const auto* columns = std::get_if<Columns>(&form_)) {
    const ColumnsView one{columns->weight.col(static_cast<Eigen::Index>(column)).data(), rows_, 1};
    RHEOBASE_SIMD_DISPATCH(level_, network::add_columns)(one, &factor, y);
  } else if (const auto* grouped = std::get_if<Grouped>(&form_)) {
    for (std::size_t k = grouped->column_begin[column]; k < grouped->column_begin[column + 1];
         ++k) {
      y[grouped->column_row[k]] += grouped->column_weight[k] * factor;
    }
  } else if (const auto* diagonal = std::get_if<Diagonal>(&form_)) {
    y[column] += diagonal->weight * factor;
  } else {
    const double each = std::get<AllToAll>(form_).weight * factor;
    std::for_each(y, y + rows_, [each](double& value) { value += each; });
  }
}

template <class Weight>
Eigen::MatrixXd Coupling::unpack(const Dense<Weight>& dense) const {
  const DenseView<Weight> from = view(dense);
  const std::size_t blocks = block_count(from.packs);
  Eigen::MatrixXd out(rows_, columns_);
  std::size_t first = 0;
  const Weight* weight = from.weight;
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t width = block_width(from.packs, blocks, block) * kLanes;
    for (std::size_t column = 0; column < columns_; ++column, weight += width) {
      std::transform(weight, weight + std::min(width, rows_ - first),
                     out.data() + column * rows_ + first,
                     [](Weight w) { return static_cast<double>(w); });
    }
    first += width;
  }
  return out;
}

Eigen::MatrixXd Coupling::dense() const {
  const auto rows = static_cast<Eigen::Index>(rows_);
  const auto columns = static_cast<Eigen::Index>(columns_);
  if (const auto* all = std::get_if<AllToAll>(&form_)) {
    return Eigen::MatrixXd::Constant(rows, columns, all->weight);
  }
  if (const auto* diagonal = std::get_if<Diagonal>(&form_)) {
    return diagonal->weight * Eigen::MatrixXd::Identity(rows, columns);
  }
  if (const auto* dense_form = std::get_if<Dense<double>>(&form_)) {
    return unpack(*dense_form);
  }
  if (const auto* single = std::get_if<Dense<float>>(&form_)) {
    return unpack(*single);
  }
  if (const auto* given = std::get_if<Columns>(&form_)) {
    return given->weight;
  }
  const Grouped& grouped = std::get<Grouped>(form_);
  Eigen::MatrixXd out = Eigen::MatrixXd::Zero(rows, columns);
  for (std::size_t group = 0; group + 1 < grouped.begin.size(); ++group) {
    for (std::size_t k = kLanes * grouped.begin[group]; k < kLanes * grouped.begin[group + 1];
         ++k) {
      const std::uint32_t row = grouped.row[kLanes * group + k % kLanes];
      if (row < rows_) {
        out(row, grouped.column[k]) += grouped.weight[grouped.stride == 0 ? k % kLanes : k];
      }
    }
  }
  return out;
}

}  // namespace rheobase::network
