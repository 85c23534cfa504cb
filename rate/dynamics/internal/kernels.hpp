// What the vectorised kernels of this module read and write: pointers only, so that kernel files
// need no other header. Real is float (training, evaluation) or double (gradient checks).
//
// A kernel call advances either one trial or a panel of trials:
//   one trial  lanes = units.  An array over units has `padded` values (units rounded up to 16).
//   panel      lanes = trials. An array over units has units * lanes values, lane fastest.
// Every recurrent sum is taken in the order of the presynaptic index, starting from the input
// drive. So one trial and panel, dense and sparse, and every instruction set give the same bits.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rheobase::rate {

/// Trials a panel holds; float and double packs differ.
template <class Real>
inline constexpr std::size_t kPanelTrials = 64 / sizeof(Real);

/// Rate below which spike-like noise fades out.
inline constexpr double kSpikeNoiseGuard = 1e-4;

/// How a recurrent product is computed.
enum class ProductPath {
  dense,   ///< blocks of lines, every column; one trial: bound by the L2 cache
  lines,   ///< one trial: compressed sparse lines, scalar
  tiles,   ///< one trial: 16 lines at a time, rates permuted inside registers (AVX-512, float)
  strips,  ///< panels: eight sparse lines at a time
};

/// Compressed sparse lines: entries begin[l] ... begin[l + 1] of line l, in increasing index.
template <class Real>
struct LinesView {
  const std::uint32_t* begin = nullptr;
  const std::uint32_t* index = nullptr;
  const Real* weight = nullptr;
};

/// Slots of 16 lines x 1 entry each, grouped by tile of 32 columns, then by group of 16 lines:
/// slots begin[tile * groups + group] ... belong to one tile and group; unused lanes weigh 0.
template <class Real>
struct TilesView {
  std::size_t tiles = 0;
  std::size_t groups = 0;
  const std::uint32_t* begin = nullptr;
  const std::uint8_t* index = nullptr;  ///< column inside the tile
  const Real* weight = nullptr;
};

/// Blocks of up to four packs of lines; block b holds width[b] packs of every column in turn.
template <class Real>
struct BlocksView {
  std::size_t blocks = 0;
  const std::uint32_t* width = nullptr;  ///< packs of lines, 1 to 4
  const Real* weight = nullptr;
};

inline constexpr std::size_t kStripLines = 8;

/// Strips of eight lines of about the same length. Slots begin[s] ... begin[s + 1] of strip s hold
/// one entry of each line; unused places weigh 0.
template <class Real>
struct StripsView {
  std::size_t strips = 0;
  const std::uint32_t* line = nullptr;  ///< strips x 8; unused ones repeat the last line
  const std::uint32_t* begin = nullptr;
  const std::uint32_t* offset = nullptr;  ///< slots x 8: index times the lanes of a pack
  const Real* weight = nullptr;           ///< slots x 8
};

/// A units x units matrix in the forms that were built; y += M x.
template <class Real>
struct MatrixView {
  std::size_t units = 0;
  ProductPath trial_path = ProductPath::lines;
  ProductPath panel_path = ProductPath::strips;
  LinesView<Real> lines;
  TilesView<Real> tiles;
  BlocksView<Real> blocks;
  StripsView<Real> strips;
};

/// Entries of the matrix in the order of the weight gradient: blocks of rows, inside them column
/// by column; entries begin[block * units + column] ... belong to one of both.
struct EntriesView {
  std::size_t blocks = 0;
  const std::uint32_t* begin = nullptr;
  const std::uint32_t* row = nullptr;
};

/// A loop of low rank: U (V^T r_{t-1}) is added to the drive of x_t where first < t <= last. Its
/// four matrices stand in blocks of a pack of lines, each block column by column.
template <class Real>
struct LoopView {
  std::size_t rank = 0;
  std::size_t offset = 0;  ///< of its sums V^T r and U^T delta in a row of all loops' sums
  std::size_t first = 0, last = 0;
  const Real* u = nullptr;             ///< units lines x rank
  const Real* v = nullptr;             ///< units lines x rank
  const Real* u_transposed = nullptr;  ///< rank lines x units
  const Real* v_transposed = nullptr;  ///< rank lines x units
};

/// The loops of a network; a row of their sums has `rows` values, a whole number of packs a loop.
template <class Real>
struct LoopsView {
  std::size_t count = 0, rows = 0;
  const LoopView<Real>* loop = nullptr;
};

template <class Real>
struct ForwardArguments {
  bool panel = false;
  std::size_t transfer = 0;  ///< position in the registry
  std::size_t units = 0, padded = 0, inputs = 0, outputs = 1, steps = 0;
  /// Steps first ... last - 1 of this call, the next one goes on at `last`; first is a multiple of
  /// 4, since noise is drawn for four steps.
  std::size_t first = 0, last = 0;
  MatrixView<Real> recurrent;
  LoopsView<Real> loops;
  const Real* decay = nullptr;          ///< 1 - 1/tau, padded
  const Real* gain = nullptr;           ///< 1/tau, padded
  const Real* input_weights = nullptr;  ///< inputs x padded
  const Real* unit_bias = nullptr;      ///< padded; null: none
  const Real* readout = nullptr;        ///< outputs x padded
  const Real* output_bias = nullptr;    ///< outputs
  const Real* input = nullptr;          ///< steps x inputs (x lanes)

  /// Spike-like noise: the network sees r + scale (sqrt(r + guard) - sqrt(guard)) n, n an
  /// Ornstein-Uhlenbeck process of unit variance; all padded; scale null: none.
  const Real* spike_scale = nullptr;
  const Real* spike_decay = nullptr;  ///< n_t = decay n_{t-1} + kick xi_t
  const Real* spike_kick = nullptr;
  Real* spike_state = nullptr;  ///< workspace: n, state
  float* spike_xi = nullptr;    ///< workspace as xi
  std::uint32_t spike_purpose = 0;

  /// Row n is added to x_n for n < added_steps, in place of the noise at n = 0; null: none.
  const Real* added = nullptr;  ///< added_steps x state
  std::size_t added_steps = 0;

  Real noise = 0;          ///< factor of xi
  Real initial_noise = 0;  ///< factor of xi_0
  std::uint32_t seed = 0, purpose = 0;
  const std::uint32_t* trial = nullptr;  ///< 16 trial numbers; one trial uses the first

  bool record = false;    ///< keep rate, slope and pull of every step; else rate is two steps long
  Real* rate = nullptr;   ///< r, steps (or 2) x state
  Real* slope = nullptr;  ///< phi'(x), steps x state
  Real* pull = nullptr;   ///< W r + W_in u - x of the step before, steps x state; may be null
  Real* loop_sums = nullptr;   ///< V^T r of every loop, steps (or 1) x loops.rows (x lanes)
  Real* output = nullptr;      ///< steps x outputs (x lanes), from step 0 on
  Real* total_rate = nullptr;  ///< r summed over units and steps, 1 (x lanes)
  Real* current = nullptr;     ///< workspace: x, state
  Real* drive = nullptr;       ///< workspace: state
  float* xi = nullptr;         ///< workspace: 4 x padded, or 4 x units x 16
};

template <class Real>
struct BackwardArguments {
  bool panel = false;
  std::size_t units = 0, padded = 0, outputs = 1;
  std::size_t first = 0, last = 0;  ///< steps of this call, walked from last down to first >= 1
  MatrixView<Real> transposed;
  LoopsView<Real> loops;
  const Real* decay = nullptr;
  const Real* gain = nullptr;
  const Real* readout = nullptr;  ///< outputs x padded
  const Real* rate = nullptr;     ///< as recorded by forward, from step 0
  const Real* slope = nullptr;
  const Real* pull = nullptr;       ///< null where tau is fixed
  const Real* error = nullptr;      ///< dL/do, steps x outputs (x lanes)
  const Real* rate_cost = nullptr;  ///< rates cost rate_cost / 2 r^2 each, 1 (x lanes)

  Real* adjoint = nullptr;           ///< dL/dx of the step after, carried between calls, state
  Real* feedback = nullptr;          ///< W^T (adjoint / tau), carried between calls, state
  Real* scaled = nullptr;            ///< workspace: adjoint / tau, 16 x padded, or state
  Real* gain_gradient = nullptr;     ///< += dL/d(1/tau), state; null where tau is fixed
  Real* readout_gradient = nullptr;  ///< += dL/dW_out, outputs x state
  /// adjoint / tau and presynaptic rates of these steps, one line of `width` values per unit:
  /// their dot products are the weight gradient.
  std::size_t width = 0;
  Real* delta = nullptr;
  Real* presynaptic = nullptr;

  /// U^T (adjoint / tau) of every loop: workspace, 16 (or 1) x loops.rows (x lanes).
  Real* loop_back = nullptr;
  /// The same and V^T r as lines of `width` values per rank; null where no loop is trained.
  const Real* loop_sums = nullptr;  ///< as recorded by forward
  Real* back_lines = nullptr;
  Real* sum_lines = nullptr;
};

template <class Real>
struct WeightGradientArguments {
  std::size_t units = 0, width = 0;
  EntriesView entries;
  const Real* delta = nullptr;
  const Real* presynaptic = nullptr;
  Real* gradient = nullptr;  ///< += per entry
};

struct AdamArguments {
  std::size_t count = 0;
  float step = 0.0F;  ///< learning rate with the bias correction folded in
  float beta1 = 0.0F, beta2 = 0.0F, epsilon = 0.0F;
  float keep = 1.0F;  ///< parameters are multiplied by this first: 1 - rate * decay
  const float* gradient = nullptr;
  float* parameter = nullptr;
  float* mean = nullptr;
  float* square = nullptr;
};

// count_effective: how many weights are positive and allowed (not 0 in `allowed`).
#define RHEOBASE_DECLARE(variant)                                                     \
  namespace variant {                                                                 \
  template <class Real>                                                               \
  void forward(const ForwardArguments<Real>& arguments);                              \
  template <class Real>                                                               \
  void backward(const BackwardArguments<Real>& arguments);                            \
  template <class Real>                                                               \
  void weight_gradient(const WeightGradientArguments<Real>& arguments);               \
  void adam(const AdamArguments& arguments);                                          \
  double squared_norm(const float* values, std::size_t count);                        \
  template <class Real>                                                               \
  std::size_t count_effective(const Real* w, const Real* allowed, std::size_t count); \
  }
RHEOBASE_DECLARE(portable)
RHEOBASE_DECLARE(avx2)
RHEOBASE_DECLARE(avx512)
#undef RHEOBASE_DECLARE

}  // namespace rheobase::rate
