#include "spiking/event/event_protocol.hpp"

#include <cmath>

#include <fmt/format.h>

#include "core/error.hpp"

namespace rheobase::spiking {

namespace {

constexpr std::string_view kWhere = "event engine";

[[noreturn]] void reject(std::string_view field, double found, std::string_view required) {
  throw InputError(kWhere, field, fmt::format("{}", found), required);
}

}  // namespace

void validate(const EventProtocol& protocol, Eigen::Index units) {
  if (protocol.drive.empty()) {
    throw InputError(kWhere, "input times", "none", "must be at least one, at 0 ms");
  }
  if (protocol.drive.front().start_ms != 0.0) {
    reject("first input time (ms)", protocol.drive.front().start_ms, "must be 0");
  }
  double before = -1.0;
  for (const DriveSegment& segment : protocol.drive) {
    if (!(segment.start_ms > before) || !std::isfinite(segment.start_ms)) {
      reject("input time (ms)", segment.start_ms,
             fmt::format("must be finite and above the one before it, {} ms", before));
    }
    if (segment.drive.size() != units) {
      throw InputError(kWhere, "drive", fmt::format("{} values", segment.drive.size()),
                       fmt::format("must be N = {} values", units));
    }
    before = segment.start_ms;
  }
  if (protocol.initial_voltage.size() != units) {
    throw InputError(kWhere, "initial voltage",
                     fmt::format("{} values", protocol.initial_voltage.size()),
                     fmt::format("must be N = {} values", units));
  }
}

}  // namespace rheobase::spiking
