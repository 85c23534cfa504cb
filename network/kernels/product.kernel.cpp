#include "core/simd/mask.hpp"
#include "network/kernels/product_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD::network {

namespace {

using ::rheobase::network::ColumnsView;
using ::rheobase::network::DenseView;
using ::rheobase::network::GroupedView;

constexpr std::size_t kStep = Doubles::lanes;

RHEOBASE_INLINE Doubles load_weights(const double* from) {
  return Doubles::load(from);
}
RHEOBASE_INLINE Doubles load_weights(const float* from) {
  return load_floats<double>(from);
}

template <std::size_t Width, class Weight>
RHEOBASE_INLINE void add_block(const Weight* weight, std::size_t columns, const double* x,
                               double* y) {
  Doubles total[Width];
  for (std::size_t p = 0; p < Width; ++p) {
    total[p] = Doubles::load(y + p * kStep);
  }
  for (std::size_t j = 0; j < columns; ++j, weight += Width * kStep) {
    const Doubles factor = Doubles::all(x[j]);
    for (std::size_t p = 0; p < Width; ++p) {
      total[p] = total[p] + load_weights(weight + p * kStep) * factor;
    }
  }
  for (std::size_t p = 0; p < Width; ++p) {
    total[p].store(y + p * kStep);
  }
}

template <class Weight>
RHEOBASE_INLINE void add_blocks(const DenseView<Weight>& m, const double* x, double* y) {
  const Weight* weight = m.weight;
  const std::size_t blocks = ::rheobase::network::block_count(m.packs);
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t width = ::rheobase::network::block_width(m.packs, blocks, block);
    switch (width) {
      case 1:
        add_block<1>(weight, m.columns, x, y);
        break;
      case 2:
        add_block<2>(weight, m.columns, x, y);
        break;
      case 3:
        add_block<3>(weight, m.columns, x, y);
        break;
      case 4:
        add_block<4>(weight, m.columns, x, y);
        break;
      case 5:
        add_block<5>(weight, m.columns, x, y);
        break;
      default:
        add_block<6>(weight, m.columns, x, y);
    }
    weight += width * kStep * m.columns;
    y += width * kStep;
  }
}

template <class Weight>
RHEOBASE_INLINE void add_column(const DenseView<Weight>& m, std::size_t column, double factor,
                                double* y) {
  const Weight* weight = m.weight;
  const std::size_t blocks = ::rheobase::network::block_count(m.packs);
  for (std::size_t block = 0; block < blocks; ++block) {
    const std::size_t width = ::rheobase::network::block_width(m.packs, blocks, block);
    const Weight* from = weight + column * width * kStep;
    for (std::size_t p = 0; p < width; ++p, y += kStep, from += kStep) {
      (Doubles::load(y) + load_weights(from) * factor).store(y);
    }
    weight += width * kStep * m.columns;
  }
}

/// Neighbouring columns in one sweep over y.
template <std::size_t Count>
RHEOBASE_INLINE void add_neighbours(const double* weight, std::size_t rows, const double* x,
                                    double* y) {
  Doubles factor[Count];
  for (std::size_t c = 0; c < Count; ++c) {
    factor[c] = Doubles::all(x[c]);
  }
  std::size_t i = 0;
  for (; i + kStep <= rows; i += kStep) {
    Doubles total = Doubles::load(y + i);
    for (std::size_t c = 0; c < Count; ++c) {
      total = total + Doubles::load(weight + c * rows + i) * factor[c];
    }
    total.store(y + i);
  }
  for (; i < rows; ++i) {
    double total = y[i];
    for (std::size_t c = 0; c < Count; ++c) {
      total += weight[c * rows + i] * x[c];
    }
    y[i] = total;
  }
}

RHEOBASE_INLINE Doubles gather(const double* from, const std::uint32_t* index) {
#if defined(__AVX512F__)
  Doubles out;
  out.part[0] =
      _mm512_i32gather_pd(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(index)), from, 8);
  return out;
#elif defined(__AVX2__)
  Doubles out;
  for (std::size_t i = 0; i < Doubles::parts; ++i) {
    // Masked with all lanes: the plain intrinsic reads an uninitialised register (GCC 12 warns).
    out.part[i] = _mm256_mask_i32gather_pd(
        _mm256_setzero_pd(), from, _mm_loadu_si128(reinterpret_cast<const __m128i*>(index + 4 * i)),
        _mm256_castsi256_pd(_mm256_set1_epi64x(-1)), 8);
  }
  return out;
#else
  double value[kStep];
  for (std::size_t i = 0; i < kStep; ++i) {
    value[i] = from[index[i]];
  }
  return Doubles::load(value);
#endif
}

}  // namespace

void add_dense(const DenseView<double>& m, const double* x, double* y) {
  add_blocks(m, x, y);
}

void add_dense_single(const DenseView<float>& m, const double* x, double* y) {
  add_blocks(m, x, y);
}

void add_dense_column(const DenseView<double>& m, std::size_t column, double factor, double* y) {
  add_column(m, column, factor, y);
}

void add_dense_single_column(const DenseView<float>& m, std::size_t column, double factor,
                             double* y) {
  add_column(m, column, factor, y);
}

void add_columns(const ColumnsView& m, const double* x, double* y) {
  constexpr std::size_t kNeighbours = 8;
  std::size_t j = 0;
  for (; j + kNeighbours <= m.columns; j += kNeighbours) {
    add_neighbours<kNeighbours>(m.weight + j * m.rows, m.rows, x + j, y);
  }
  for (; j < m.columns; ++j) {
    add_neighbours<1>(m.weight + j * m.rows, m.rows, x + j, y);
  }
}

void add_grouped(const GroupedView& m, const double* x, double* y) {
  for (std::size_t group = 0; group < m.groups; ++group) {
    Doubles total = Doubles::all(0.0);
    for (std::size_t k = m.begin[group]; k < m.begin[group + 1]; ++k) {
      total = total + Doubles::load(m.weight + k * m.stride) * gather(x, m.column + k * kStep);
    }
    double value[kStep];
    total.store(value);
    const std::uint32_t* row = m.row + group * kStep;
    for (std::size_t i = 0; i < kStep; ++i) {
      y[row[i]] += value[i];
    }
  }
}

}  // namespace rheobase::RHEOBASE_SIMD::network
