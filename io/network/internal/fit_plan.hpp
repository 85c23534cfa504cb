#pragma once

#include <string>
#include <vector>

#include "io/network/internal/input_signals.hpp"
#include "io/network/network_file.hpp"

namespace rheobase::io {

/// What the keys `train` of populations and edges name.
class TrainedNames {
 public:
  void add_parameters(const TomlFields& population, const DocumentValue& train,
                      const std::string& name, SourceMap& map);
  void add_edge(const TomlFields& edge, const DocumentValue& train, const network::Edge& of);

  const std::vector<std::string>& parameters() const { return parameters_; }
  const std::vector<network::TrainedEdge>& edges() const { return edges_; }

 private:
  std::vector<std::string> parameters_;
  std::vector<network::TrainedEdge> edges_;
};

/// Reads the table [fit]. @param run  whose noise the trials of the fit have
/// @throws InputError
FitPlan read_fit(const DocumentValue& table, SourceMap& map, const MatrixValues& values,
                 const network::NetworkSpec& spec, const network::RunOptions& run,
                 const TrainedNames& trained, const InputSignals& signals);

}  // namespace rheobase::io
