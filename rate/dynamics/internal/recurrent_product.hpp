// y += M x for one trial and for a panel of trials; for kernel files only. Every element is a sum
// in the order of the columns, so all forms give the same bits.
#pragma once

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include "core/simd/pack.hpp"
#include "rate/dynamics/internal/kernels.hpp"

namespace rheobase::rate::RHEOBASE_SIMD {

using namespace rheobase::RHEOBASE_SIMD;

/// `Width` packs of lines stay in registers while the columns stream by.
template <std::size_t Width, class Real>
RHEOBASE_INLINE const Real* product_block(std::size_t columns, const Real* weight, const Real* x,
                                          Real* y) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  Pack<Real> total[Width];
  for (std::size_t p = 0; p < Width; ++p) {
    total[p] = Pack<Real>::load(y + p * lanes);
  }
  for (std::size_t j = 0; j < columns; ++j, weight += Width * lanes) {
    const Pack<Real> factor = Pack<Real>::all(x[j]);
    for (std::size_t p = 0; p < Width; ++p) {
      total[p] = total[p] + Pack<Real>::load(weight + p * lanes) * factor;
    }
  }
  for (std::size_t p = 0; p < Width; ++p) {
    total[p].store(y + p * lanes);
  }
  return weight;
}

template <class Real>
RHEOBASE_INLINE void product_blocks_of_trial(const BlocksView<Real> m, std::size_t units,
                                             const Real* x, Real* y) {
  const Real* weight = m.weight;
  for (std::size_t block = 0; block < m.blocks; ++block) {
    switch (m.width[block]) {
      case 1:
        weight = product_block<1>(units, weight, x, y);
        break;
      case 2:
        weight = product_block<2>(units, weight, x, y);
        break;
      case 3:
        weight = product_block<3>(units, weight, x, y);
        break;
      default:
        weight = product_block<4>(units, weight, x, y);
    }
    y += m.width[block] * Pack<Real>::lanes;
  }
}

template <class Real>
RHEOBASE_INLINE void product_lines(const LinesView<Real> m, std::size_t units, const Real* x,
                                   Real* y) {
  for (std::size_t line = 0; line < units; ++line) {
    Real total = y[line];
    for (std::uint32_t k = m.begin[line]; k < m.begin[line + 1]; ++k) {
      total += m.weight[k] * x[m.index[k]];
    }
    y[line] = total;
  }
}

#if defined(__AVX512F__)
RHEOBASE_INLINE void product_tiles(const TilesView<float> m, std::size_t padded, const float* x,
                                   float* y) {
  const std::uint32_t* begin = m.begin;
  const std::uint8_t* index = m.index;
  const float* weight = m.weight;
  for (std::size_t tile = 0; tile < m.tiles; ++tile) {
    const float* columns = x + 32 * tile;
    const __m512 low = _mm512_loadu_ps(columns);
    const __m512 high = 32 * tile + 16 < padded ? _mm512_loadu_ps(columns + 16) : low;
    for (std::size_t group = 0; group < m.groups; ++group, ++begin) {
      __m512 total = _mm512_loadu_ps(y + 16 * group);
      const std::uint8_t* end = index + 16 * std::size_t{begin[1] - begin[0]};
      for (; index < end; index += 16, weight += 16) {
        const __m512i lane =
            _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(index)));
        const __m512 rate = _mm512_permutex2var_ps(low, lane, high);
        total = total + _mm512_loadu_ps(weight) * rate;
      }
      _mm512_storeu_ps(y + 16 * group, total);
    }
  }
}
#endif

/// One trial: x and y hold one value per unit.
template <class Real>
RHEOBASE_INLINE void product_trial(const MatrixView<Real>& m, std::size_t padded, const Real* x,
                                   Real* y) {
#if defined(__AVX512F__)
  if constexpr (sizeof(Real) == sizeof(float)) {
    if (m.trial_path == ProductPath::tiles) {
      return product_tiles(m.tiles, padded, x, y);
    }
  }
#endif
  static_cast<void>(padded);
  if (m.trial_path == ProductPath::dense) {
    return product_blocks_of_trial(m.blocks, m.units, x, y);
  }
  product_lines(m.lines, m.units, x, y);
}

/// Eight lines at a time, since each is one chain of additions.
template <class Real>
RHEOBASE_INLINE void product_strips(const StripsView<Real> m, const Real* x, Real* y) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  for (std::size_t strip = 0; strip < m.strips; ++strip) {
    const std::uint32_t* line = m.line + strip * kStripLines;
    Pack<Real> total[kStripLines];
    for (std::size_t l = 0; l < kStripLines; ++l) {
      total[l] = Pack<Real>::load(y + line[l] * lanes);
    }
    const std::uint32_t* offset = m.offset + m.begin[strip] * kStripLines;
    const std::uint32_t* end = m.offset + m.begin[strip + 1] * kStripLines;
    const Real* weight = m.weight + m.begin[strip] * kStripLines;
    for (; offset < end; offset += kStripLines, weight += kStripLines) {
      for (std::size_t l = 0; l < kStripLines; ++l) {
        total[l] = total[l] + Pack<Real>::load(x + offset[l]) * weight[l];
      }
    }
    for (std::size_t l = kStripLines; l-- > 0;) {
      total[l].store(y + line[l] * lanes);
    }
  }
}

/// `Lines` lines of a block from `line` on share every load of x.
template <std::size_t Lines, class Real>
RHEOBASE_INLINE void product_shared(const Real* weight, std::size_t stride, std::size_t units,
                                    std::size_t lines, const Real* x, Real* y) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  Pack<Real> total[Lines];
  for (std::size_t l = 0; l < Lines; ++l) {
    total[l] = l < lines ? Pack<Real>::load(y + l * lanes) : Pack<Real>::all(0);
  }
  for (std::size_t j = 0; j < units; ++j, weight += stride) {
    const Pack<Real> rate = Pack<Real>::load(x + j * lanes);
    for (std::size_t l = 0; l < Lines; ++l) {
      total[l] = total[l] + rate * weight[l];
    }
  }
  for (std::size_t l = 0; l < Lines; ++l) {
    if (l < lines) {
      total[l].store(y + l * lanes);
    }
  }
}

template <class Real>
RHEOBASE_INLINE void product_blocks_of_panel(const BlocksView<Real> m, std::size_t units,
                                             const Real* x, Real* y) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  // As many accumulators as leave registers for the operands.
  constexpr std::size_t at_once = kRegisterBytes == 64 ? 8 : kRegisterBytes == 32 ? 4 : 2;
  const Real* weight = m.weight;
  std::size_t first = 0;
  for (std::size_t block = 0; block < m.blocks; ++block) {
    const std::size_t stride = m.width[block] * lanes;
    for (std::size_t line = 0; line < stride && first + line < units; line += at_once) {
      product_shared<at_once>(weight + line, stride, units, units - first - line, x,
                              y + (first + line) * lanes);
    }
    weight += stride * units;
    first += stride;
  }
}

/// y += M x for a lines x columns matrix of a loop; `panel` as for the state. y is padded to packs.
template <bool panel, class Real>
RHEOBASE_INLINE void product_of_loop(const Real* weight, std::size_t lines, std::size_t columns,
                                     const Real* x, Real* y) {
  constexpr std::size_t lanes = Pack<Real>::lanes;
  constexpr std::size_t at_once = kRegisterBytes == 64 ? 8 : kRegisterBytes == 32 ? 4 : 2;
  for (std::size_t first = 0; first < lines; first += lanes, weight += lanes * columns) {
    if constexpr (panel) {
      for (std::size_t line = 0; line < lanes && first + line < lines; line += at_once) {
        product_shared<at_once>(weight + line, lanes, columns, lines - first - line, x,
                                y + (first + line) * lanes);
      }
    } else {
      product_block<1>(columns, weight, x, y + first);
    }
  }
}

/// A panel: x and y hold one pack of trials per unit.
template <class Real>
RHEOBASE_INLINE void product_panel(const MatrixView<Real>& m, const Real* x, Real* y) {
  if (m.panel_path == ProductPath::dense) {
    return product_blocks_of_panel(m.blocks, m.units, x, y);
  }
  product_strips(m.strips, x, y);
}

}  // namespace rheobase::rate::RHEOBASE_SIMD
