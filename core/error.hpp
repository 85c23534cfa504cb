#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace rheobase {

/// Base of every exception thrown on purpose. The command line exits with code 1 for it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user's mistake: something given from outside does not meet a condition (exit code 2).
///
/// what() is one line: "<where>: <field>: found <found>; <required>". Bytes of files and names that
/// a terminal cannot show stand there as visible() has them.
class InputError : public Error {
 public:
  /// @param where     the file, option or object at fault ("model.mat", "--scaling")
  /// @param field     the part of it ("field 'w'"), may be empty
  /// @param found     what was there ("199 x 200")
  /// @param required  what must hold ("must be N x N with N = 200")
  InputError(std::string_view where, std::string_view field, std::string_view found,
             std::string_view required);

  const std::string& where() const noexcept { return where_; }
  const std::string& field() const noexcept { return field_; }
  const std::string& found() const noexcept { return found_; }
  const std::string& required() const noexcept { return required_; }

 private:
  std::string where_, field_, found_, required_;
};

/// A number left the range of finite values during a run; names the quantity, when and the unit.
class NonFiniteError : public Error {
 public:
  /// @param quantity  "membrane voltage", "loss", ...
  /// @param when      "12.05 ms", "step 3", "trial 7"
  /// @param unit      0-based unit, or -1 where no single unit is at fault
  NonFiniteError(std::string_view quantity, std::string_view when, long unit);

  const std::string& when() const noexcept { return when_; }
  long unit() const noexcept { return unit_; }

 private:
  std::string when_;
  long unit_;
};

/// The caller asked to stop (Ctrl-C); the work done so far was saved where the caller wanted it.
class Cancelled : public Error {
 public:
  using Error::Error;
};

}  // namespace rheobase
