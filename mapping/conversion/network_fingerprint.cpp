#include "mapping/conversion/network_fingerprint.hpp"

#include <bit>
#include <cstdint>

#include <fmt/format.h>

namespace rheobase::mapping {

namespace {

/// Fowler-Noll-Vo hash, variant 1a, 64 bits.
class Fnv1a {
 public:
  void add(double value) {
    // 0 and -0 are the same weight.
    std::uint64_t bits = std::bit_cast<std::uint64_t>(value + 0.0);
    for (int byte = 0; byte < 8; ++byte) {
      hash_ = (hash_ ^ (bits & 0xFFU)) * 0x100000001B3U;
      bits >>= 8;
    }
  }
  void add(const Eigen::MatrixXd& matrix) {
    add(static_cast<double>(matrix.rows()));
    for (Eigen::Index i = 0; i < matrix.size(); ++i) {
      add(matrix.data()[i]);
    }
  }
  std::uint64_t value() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

}  // namespace

std::string network_fingerprint(const rate::RateNetwork& network) {
  Fnv1a hash;
  for (const Eigen::MatrixXd* matrix : {&network.w, &network.w_in, &network.w_out}) {
    hash.add(*matrix);
  }
  for (const Eigen::VectorXd* vector : {&network.bias, &network.b_out, &network.tau_ms}) {
    hash.add(Eigen::MatrixXd(*vector));
  }
  hash.add(network.step_ms);
  for (const char letter : network.transfer) {
    hash.add(static_cast<double>(letter));
  }
  for (const rate::LowRankLoop& loop : network.loops) {
    hash.add(loop.u);
    hash.add(loop.v);
    hash.add(loop.start_ms);
    hash.add(loop.end_ms);
  }
  return fmt::format("{:016x}", hash.value());
}

}  // namespace rheobase::mapping
