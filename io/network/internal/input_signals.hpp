#pragma once

#include <functional>
#include <string>
#include <vector>

#include <Eigen/Core>

#include "io/network/internal/matrix_values.hpp"
#include "network/network_spec.hpp"

namespace rheobase::io {

/// The [[input]] or [[fit.target]] tables of a network file: numbers for every step, or functions
/// of time. Times count from the beginning of the state, in the unit of the network's step; rows of
/// numbers begin with the run.
class InputSignals {
 public:
  struct Read {
    network::InputPort port;
    TextPosition target{};  ///< where it is named
    TextPosition value{};   ///< where its values are said
  };

  /// @param part  names the table in messages: "input 1"; only an input says what it goes to
  /// @throws InputError
  Read add(const DocumentValue& table, const SourceMap& map, const MatrixValues& values,
           double step, const std::string& part, bool target = false);

  /// Steps for which there are numbers; 0: any number of them.
  long rows() const;
  /// steps x columns; one row where nothing changes; empty without inputs.
  /// @param first  step of the state that the run begins at
  /// @throws InputError for fewer values than steps
  Eigen::MatrixXd matrix(long steps, long first = 0) const;
  /// The same with a row for every step, whatever changes.
  Eigen::MatrixXd rows_of(long steps) const;
  /// Pulses and sines that are 0 in so many steps from `first` on, with their places.
  std::vector<std::string> silent(long steps, long first = 0) const;

 private:
  struct InputSignal {
    Eigen::MatrixXd values;              ///< rows x columns, one row: constant
    std::function<double(double)> wave;  ///< of time, one column; empty: values
    std::string where;                   ///< of its values
  };

  void require_room(long steps, Eigen::Index columns) const;

  double step_ = 0.0;
  std::vector<InputSignal> signals_;
};

}  // namespace rheobase::io
