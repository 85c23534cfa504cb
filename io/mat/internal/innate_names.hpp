#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace rheobase::io {

inline constexpr std::string_view kInnateKind = "innate";  ///< of the learner's state
inline constexpr int kInnateVersion = 1;
inline constexpr const char* kInnateOptions = "innate_options.";
inline constexpr const char* kInnateNetwork = "innate_network.";

/// "innate.kind"
inline std::string innate_member(std::string_view name) {
  return "innate." + std::string(name);
}
/// "innate_trial_1.target"; `k` counts from 0.
inline std::string innate_trial_member(std::size_t k, std::string_view name) {
  return "innate_trial_" + std::to_string(k + 1) + "." + std::string(name);
}
inline std::string innate_test_member(std::size_t k, std::string_view name) {
  return "innate_test_" + std::to_string(k + 1) + "." + std::string(name);
}

}  // namespace rheobase::io
