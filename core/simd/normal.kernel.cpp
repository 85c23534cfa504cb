#include "core/simd/normal.hpp"

#include "core/simd/fast_normal.hpp"
#include "core/simd/normal_kernels.hpp"

namespace rheobase::RHEOBASE_SIMD {

namespace {

/// Blocks of fast normals drawn at a time: more hide the latency of the products, but where packs
/// are several registers they do not fit.
constexpr std::size_t kBlocksAtATime = Floats::parts == 1 ? 2 : 1;

template <std::size_t B>
RHEOBASE_INLINE void store_blocks(const NormalOctet (&blocks)[B], float* out, std::size_t stride) {
  for (std::size_t i = 0; i < B; ++i) {
    for (std::size_t k = 0; k < 4; ++k) {
      blocks[i].first[k].store(out + (8 * i + 2 * k) * stride);
      blocks[i].second[k].store(out + (8 * i + 2 * k + 1) * stride);
    }
  }
}

}  // namespace

void fill_normals_kernel(std::uint32_t seed, std::uint32_t trial, std::uint32_t purpose,
                         std::uint32_t block, std::size_t units, float* out, std::size_t stride) {
  const Words trials = Words::all(trial);
  for (std::size_t unit = 0; unit < units; unit += Floats::lanes) {
    const FloatBlock xi =
        normals(Words::iota(static_cast<std::uint32_t>(unit)), block, purpose, seed, trials);
    for (std::size_t k = 0; k < 4; ++k) {
      xi.value[k].store(out + k * stride + unit);
    }
  }
}

void fill_fast_normals_kernel(std::uint32_t seed, std::uint32_t trial, std::uint32_t purpose,
                              std::uint32_t block, std::uint32_t blocks, std::size_t units,
                              float* out, std::size_t stride) {
  const PhiloxKeys keys(seed, Longs::all(trial));
  for (std::size_t unit = 0; unit < units; unit += Floats::lanes) {
    const FastNormals stream(Words::iota(static_cast<std::uint32_t>(unit)), seed, purpose, keys);
    std::uint32_t i = 0;
    for (; i + kBlocksAtATime <= blocks; i += kBlocksAtATime) {
      NormalOctet drawn[kBlocksAtATime];
      stream.draw(block + i, keys, drawn);
      store_blocks(drawn, out + 8 * i * stride + unit, stride);
    }
    for (; i < blocks; ++i) {
      NormalOctet drawn[1];
      stream.draw(block + i, keys, drawn);
      store_blocks(drawn, out + 8 * i * stride + unit, stride);
    }
  }
}

void box_muller_of_halves_kernel(const std::uint32_t* words, std::size_t count, float* first,
                                 float* second) {
  for (std::size_t i = 0; i < count; i += Floats::lanes) {
    const Words word[] = {Words::load(words + i)};
    Floats x[1];
    Floats y[1];
    box_muller_of_halves(word, x, y);
    x[0].store(first + i);
    y[0].store(second + i);
  }
}

void elementary_functions_kernel(const float* x, std::size_t count, float* exponential,
                                 float* logarithm, float* sigmoid_of, float* softplus_of) {
  for (std::size_t i = 0; i < count; i += Floats::lanes) {
    const Floats value = Floats::load(x + i);
    exp(value).store(exponential + i);
    log(max(value, Floats::all(1.17549435e-38F))).store(logarithm + i);
    sigmoid(value).store(sigmoid_of + i);
    softplus(value).store(softplus_of + i);
  }
}

}  // namespace rheobase::RHEOBASE_SIMD
