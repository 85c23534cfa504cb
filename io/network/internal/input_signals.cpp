#include "io/network/internal/input_signals.hpp"

#include <algorithm>
#include <numbers>

#include <fmt/format.h>

#include "core/counted.hpp"
#include "core/elementary.hpp"
#include "core/error.hpp"
#include "core/memory.hpp"

namespace rheobase::io {

namespace {

/// amplitude from `start` to below `stop`, else 0.
std::function<double(double)> pulse_of(const TomlFields& fields, double step) {
  const double amplitude = fields.number_or("amplitude", 1.0);
  const double start = fields.number_or("start", 0.0);
  const double stop = fields.number("stop");
  if (!(stop > start)) {
    fields.fail(fields.find("stop")->position, "stop", fmt::format("{:g}", stop),
                fmt::format("must be later than start, {:g}", start));
  }
  const double slack = 1e-6 * step;  // times are n * step, rounded
  return [=](double time) { return time > start - slack && time < stop - slack ? amplitude : 0.0; };
}

/// offset + amplitude sin(2 pi t / period + phase).
std::function<double(double)> sine_of(const TomlFields& fields) {
  const double amplitude = fields.number_or("amplitude", 1.0);
  const double period = fields.number("period", kPositive);
  const double phase = fields.number_or("phase", 0.0);
  const double offset = fields.number_or("offset", 0.0);
  return [=](double time) {
    const double angle = 2.0 * std::numbers::pi * time / period + phase;
    return offset + amplitude * elementary::sine_cosine(angle).sine;
  };
}

}  // namespace

InputSignals::Read InputSignals::add(const DocumentValue& table, const SourceMap& map,
                                     const MatrixValues& values, double step,
                                     const std::string& part, bool target) {
  step_ = step;
  std::vector<std::string> known{"value", "values", "pulse", "sine"};
  if (!target) {
    known.insert(known.begin(), "to");
  }
  const TomlFields fields(table, map, part, known);
  Read read{{}, table.position, table.position};
  if (!target) {
    read.port.target = fields.text("to", "must name a target, such as \"exc.I_ext\"");
    read.target = fields.find("to")->position;
  }
  int given = 0;
  InputSignal made;
  for (const char* key : {"value", "values", "pulse", "sine"}) {
    if (!fields.has(key)) {
      continue;
    }
    ++given;
    const std::string_view word = key;
    const DocumentValue& value = *fields.find(key);
    read.value = value.position;
    if (word == "value") {
      made.values = values.vector(fields, value, key).transpose();
    } else if (word == "values") {
      made.values = values.matrix(fields, value, key);
    } else {
      const bool pulse = word == "pulse";
      const TomlFields of(value, map, fields.part() + ": " + key,
                          pulse
                              ? std::vector<std::string>{"amplitude", "start", "stop"}
                              : std::vector<std::string>{"amplitude", "period", "phase", "offset"});
      made.wave = pulse ? pulse_of(of, step) : sine_of(of);
      made.values = Eigen::MatrixXd::Zero(1, 1);
    }
  }
  if (given != 1) {
    fields.fail(table.position, "", fmt::format("{} of value, values, pulse and sine", given),
                "must have one of them");
  }
  made.where = map.where(read.value) + ": " + fields.part();
  read.port.columns = made.values.cols();
  signals_.push_back(std::move(made));
  return read;
}

long InputSignals::rows() const {
  long rows = 0;
  for (const InputSignal& signal : signals_) {
    if (signal.values.rows() > 1) {
      const auto own = static_cast<long>(signal.values.rows());
      rows = rows == 0 ? own : std::min(rows, own);
    }
  }
  return rows;
}

std::vector<std::string> InputSignals::silent(long steps, long first) const {
  std::vector<std::string> lines;
  for (const InputSignal& signal : signals_) {
    long n = 0;
    while (signal.wave && n < steps && signal.wave(static_cast<double>(first + n) * step_) == 0.0) {
      ++n;
    }
    if (signal.wave && n == steps && steps > 0) {
      lines.push_back(signal.where + ": it is 0 in every step of the run");
    }
  }
  return lines;
}

/// As they are made, and as a run lays them out.
void InputSignals::require_room(long steps, Eigen::Index columns) const {
  if (columns > 0) {
    require_memory(2.0 * sizeof(double) * static_cast<double>(steps) * static_cast<double>(columns),
                   signals_.front().where, "",
                   fmt::format("{} of {}", counted(steps, "step"), counted(columns, "column")),
                   "a shorter run takes less");
  }
}

Eigen::MatrixXd InputSignals::rows_of(long steps) const {
  Eigen::Index columns = 0;
  for (const InputSignal& signal : signals_) {
    columns += signal.values.cols();
  }
  require_room(steps, columns);
  const Eigen::MatrixXd rows = matrix(steps);
  return rows.rows() == 1 ? Eigen::MatrixXd(rows.replicate(steps, 1)) : rows;
}

Eigen::MatrixXd InputSignals::matrix(long steps, long first) const {
  Eigen::Index columns = 0;
  bool constant = true;
  for (const InputSignal& signal : signals_) {
    columns += signal.values.cols();
    constant = constant && !signal.wave && signal.values.rows() == 1;
    if (signal.values.rows() > 1 && signal.values.rows() < steps) {
      throw InputError(signal.where, "values", counted(signal.values.rows(), "row"),
                       fmt::format("must be one row, or at least {}, a row a step", steps));
    }
  }
  if (!constant) {
    require_room(steps, columns);
  }
  Eigen::MatrixXd inputs(columns == 0 ? 0 : constant ? 1 : steps, columns);
  Eigen::Index column = 0;
  for (const InputSignal& signal : signals_) {
    auto block = inputs.middleCols(column, signal.values.cols());
    if (signal.wave) {
      for (Eigen::Index n = 0; n < block.rows(); ++n) {
        block(n, 0) = signal.wave(static_cast<double>(first + n) * step_);
      }
    } else if (signal.values.rows() == 1) {
      block.rowwise() = signal.values.row(0);
    } else {
      block = signal.values.topRows(block.rows());
    }
    column += signal.values.cols();
  }
  return inputs;
}

}  // namespace rheobase::io
