#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "network/equations/expression_graph.hpp"
#include "network/equations/token.hpp"
#include "network/neuron_description.hpp"

namespace rheobase::network {

/// An equation r = ...: its node once it has been read.
struct AlgebraicEquation {
  const Statement* statement = nullptr;
  NodeId node = -1;
  bool open = false;  ///< being read: its own use would be a cycle
};

/// Words that no quantity may be named by.
bool is_reserved(const std::string& name);

/// Reads expressions by recursive descent into a graph.
class ExpressionParser {
 public:
  /// What may be used beyond variables, parameters and inputs that last. (Jumps take no input that
  /// lasts: their reader refuses them.)
  struct Scope {
    std::optional<std::size_t> events;  ///< the event input whose arrival is handled
    bool spike_mean = false;
  };

  /// @param description  with all variables, parameters and inputs; means are added to it
  ExpressionParser(const std::string& where, NeuronDescription& description, ExpressionGraph& graph,
                   std::map<std::string, AlgebraicEquation>& algebraic);

  /// The expression from token `at` up to the end of the statement.
  NodeId whole(const Statement& statement, std::size_t at, Scope scope);
  /// An expression; `at` is left behind it.
  NodeId part(const Statement& statement, std::size_t& at, Scope scope);
  /// a - b of "a >= b".
  NodeId comparison(const Statement& statement, std::size_t at);
  NodeId algebraic(const std::string& name);

 private:
  /// One level deeper. @throws InputError where that is too deep
  void enter();
  NodeId sum();
  NodeId product();
  NodeId signed_factor();
  NodeId power();
  NodeId primary();
  NodeId call(const Token& name);
  NodeId mean(const Token& name);
  NodeId named(const Token& name);
  const Token& peek() const { return statement_->tokens[at_]; }
  bool accept(const char* symbol);
  void expect(const char* symbol);
  [[noreturn]] void fail(const Token& token, const std::string& required) const;

  /// A variable, a parameter or an input by its name.
  struct NamedQuantity {
    Operation kind = Operation::state;
    std::size_t index = 0;
  };

  const std::string& where_;
  NeuronDescription& description_;
  ExpressionGraph& graph_;
  std::map<std::string, AlgebraicEquation>& algebraic_;
  std::unordered_map<std::string, NamedQuantity> quantities_;
  const Statement* statement_ = nullptr;
  std::size_t at_ = 0;
  Scope scope_;
  int depth_ = 0;
};

}  // namespace rheobase::network
