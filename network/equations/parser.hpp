#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "network/equations/expression_graph.hpp"
#include "network/neuron_description.hpp"

namespace rheobase::network {

/// Equations as a graph: the roots of every part (kernels/unit_rows.hpp), in the order of the
/// description.
struct ParsedEquations {
  NeuronDescription description;
  ExpressionGraph graph;
  std::vector<NodeId> derivative;
  std::vector<NodeId> outputs;
  NodeId margin = -1;  ///< -1: never spikes
  std::vector<NodeId> actions;
};

/// Reads the equations of a neuron. One statement a line (or separated by ';'), '#' starts a
/// comment, which becomes the help of what the line declares. Units in brackets are for readers,
/// but for times: they say the unit of t, and all must be one.
///
///   time [ms]                      the unit of t, where no other unit says it
///   variable v = -60 [mV]          an initial value other than 0; every v' makes a variable v
///   parameter tau = 10 [ms]        with its default
///   input I_ext [pA]               what edges and inputs add up in
///   event input x_in               takes spikes
///   v' = -v/tau + k*r_in + I_ext   a state equation
///   r = tanh(v)                    an output; where it depends on inputs, a name for use below
///   spike when v >= threshold
///   on spike: v = reset, s += 1    jumps of the unit, of the values before the step
///   on any spike: u += kappa*mean(spike)    jumps of all units when any of the population spikes
///   on x_in: h += x_in/tau         jumps of the units that an event reaches
///   refractory t_ref               how long the variables that a spike sets stay
///
/// Expressions: + - * / ^, parentheses, numbers, pi, tanh sigmoid exp log sqrt sin cos abs sign
/// step min max, and mean(v), the mean of a variable over the population.
///
/// @param where  names the text in messages
/// @throws InputError with line and column of what cannot be read
ParsedEquations parse_equations(std::string_view text, const std::string& where);

}  // namespace rheobase::network
