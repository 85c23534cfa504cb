#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"

namespace rheobase::cli {

/// The work was done, but its result does not meet what was asked of it (exit code 3).
class ChecksFailed : public Error {
 public:
  /// @param lines  one for each check that failed
  explicit ChecksFailed(std::vector<std::string> lines)
      : Error("checks failed"), lines_(std::move(lines)) {}

  const std::vector<std::string>& lines() const noexcept { return lines_; }

 private:
  std::vector<std::string> lines_;
};

}  // namespace rheobase::cli
