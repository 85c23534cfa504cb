#pragma once

#include <string>

#include "core/memory.hpp"
#include "core/run_control.hpp"
#include "network/network.hpp"

namespace rheobase::network {

/// Validates a description and fills a network from it, part by part.
class NetworkBuilder {
 public:
  NetworkBuilder(NetworkSpec spec, Network& network, const RunControl& control = {})
      : spec_(std::move(spec)), network_(network), control_(control) {}

  void build();
  /// Adds the function nodes and edges of the description to a network that is built.
  void extend();

 private:
  void add_population(Population& population);
  void claim_rows(const Population& given, const NetworkPopulation& made);
  void add_parameters(const Population& given, NetworkPopulation& made);
  void add_initial_values(const Population& given, const NetworkPopulation& made);
  void add_noise(const Population& given, NetworkPopulation& made);
  void check_time_unit(const Population& given, const NetworkPopulation& made);
  void add_node(const FunctionNode& node);
  void add_edge(Edge& edge);
  WeightMatrix edge_weights(Edge& edge, const std::string& where, Eigen::Index rows,
                            Eigen::Index columns);
  void claim_weights(const Edge& edge, const std::string& where, Eigen::Index rows,
                     Eigen::Index columns);
  WeightMatrix stored(const Edge& edge, const std::string& where, WeightMatrix weights) const;
  void add_delay(const Edge& edge, NetworkEdge& made, const std::string& where);
  void add_filter(const Edge& edge, NetworkEdge& made, const std::string& where) const;
  void add_input(const InputPort& port);
  void order_nodes();
  void sign();
  Target target(const std::string& name, const std::string& where) const;
  void check_name(const std::string& name, const std::string& where) const;
  std::vector<std::string> owner_names() const;

  /// @throws Cancelled
  void require_going() const;
  /// Block by block, so that a stop is heard. @throws InputError
  void require_finite_weights(const Eigen::MatrixXd& weights, const std::string& where,
                              const std::string& field) const;

  NetworkSpec spec_;
  Network& network_;
  RunControl control_;
  MemoryBudget memory_;
};

}  // namespace rheobase::network
