#include "network/equations/expression_parser.hpp"

#include <algorithm>
#include <array>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "core/nearest_name.hpp"

namespace rheobase::network {

namespace {

struct Function {
  const char* name;
  Operation operation;
  int arguments = 1;
};

constexpr std::array kFunctions{
    Function{"tanh", Operation::tanh},      Function{"sigmoid", Operation::sigmoid},
    Function{"exp", Operation::exp},        Function{"log", Operation::log},
    Function{"sqrt", Operation::sqrt},      Function{"sin", Operation::sin},
    Function{"cos", Operation::cos},        Function{"abs", Operation::abs},
    Function{"sign", Operation::sign},      Function{"step", Operation::step},
    Function{"min", Operation::minimum, 2}, Function{"max", Operation::maximum, 2},
};

constexpr std::array kWords{"variable", "parameter",  "input", "event", "on",
                            "spike",    "refractory", "mean",  "pi",    "any"};

/// Deep nesting would exhaust the stack.
constexpr int kDeepest = 200;

}  // namespace

bool is_reserved(const std::string& name) {
  return std::ranges::any_of(kWords, [&](const char* word) { return name == word; }) ||
         std::ranges::any_of(kFunctions, [&](const Function& f) { return name == f.name; });
}

ExpressionParser::ExpressionParser(const std::string& where, NeuronDescription& description,
                                   ExpressionGraph& graph,
                                   std::map<std::string, AlgebraicEquation>& algebraic)
    : where_(where), description_(description), graph_(graph), algebraic_(algebraic) {
  const auto add = [this](Operation kind, const auto& entries) {
    for (std::size_t index = 0; index < entries.size(); ++index) {
      quantities_.emplace(entries[index].name, NamedQuantity{kind, index});
    }
  };
  add(Operation::state, description.variables);
  add(Operation::parameter, description.parameters);
  add(Operation::input, description.inputs);
}

void ExpressionParser::enter() {
  if (++depth_ > kDeepest) {
    fail(peek(), fmt::format("expressions nest at most {} deep, those of the names that they use "
                             "included",
                             kDeepest));
  }
}

void ExpressionParser::fail(const Token& token, const std::string& required) const {
  fail_at(
      where_, token,
      token.kind == Token::Kind::end ? "the end of the statement" : fmt::format("'{}'", token.text),
      required);
}

bool ExpressionParser::accept(const char* symbol) {
  if (peek().kind != Token::Kind::symbol || peek().text != symbol) {
    return false;
  }
  ++at_;
  return true;
}

void ExpressionParser::expect(const char* symbol) {
  if (!accept(symbol)) {
    fail(peek(), fmt::format("must be '{}'", symbol));
  }
}

NodeId ExpressionParser::part(const Statement& statement, std::size_t& at, Scope scope) {
  const auto outer = std::make_pair(statement_, at_);
  const Scope outer_scope = std::exchange(scope_, scope);
  statement_ = &statement;
  at_ = at;
  const NodeId node = sum();
  at = at_;
  std::tie(statement_, at_) = outer;
  scope_ = outer_scope;
  return node;
}

NodeId ExpressionParser::whole(const Statement& statement, std::size_t at, Scope scope) {
  const NodeId node = part(statement, at, scope);
  if (statement.tokens[at].kind != Token::Kind::end) {
    fail(statement.tokens[at], "must be an operator or the end of the statement");
  }
  return node;
}

NodeId ExpressionParser::comparison(const Statement& statement, std::size_t at) {
  const Token& first = statement.tokens[at];
  const NodeId left = part(statement, at, {});
  if (statement.tokens[at].text != ">=") {
    fail(statement.tokens[at], "must be >=: a spike is at or above threshold");
  }
  const NodeId margin = graph_.apply(Operation::subtract, left, whole(statement, at + 1, {}));
  if (graph_.depends_on(margin, Operation::input) || graph_.depends_on(margin, Operation::mean)) {
    fail(first, "a spike condition depends on variables and parameters alone");
  }
  return margin;
}

NodeId ExpressionParser::algebraic(const std::string& name) {
  AlgebraicEquation& equation = algebraic_.at(name);
  if (equation.node < 0) {
    if (equation.open) {
      fail(equation.statement->tokens[0], "depends on itself: a cycle of equations");
    }
    equation.open = true;
    equation.node = whole(*equation.statement, 2, {});
    equation.open = false;
  }
  return equation.node;
}

NodeId ExpressionParser::sum() {
  enter();
  NodeId node = product();
  for (;;) {
    if (accept("+")) {
      node = graph_.apply(Operation::add, node, product());
    } else if (accept("-")) {
      node = graph_.apply(Operation::subtract, node, product());
    } else {
      --depth_;
      return node;
    }
  }
}

NodeId ExpressionParser::product() {
  NodeId node = signed_factor();
  for (;;) {
    if (accept("*")) {
      node = graph_.apply(Operation::multiply, node, signed_factor());
    } else if (accept("/")) {
      node = graph_.apply(Operation::divide, node, signed_factor());
    } else {
      return node;
    }
  }
}

NodeId ExpressionParser::signed_factor() {
  bool negative = false;
  for (;;) {
    if (accept("-")) {
      negative = !negative;
    } else if (!accept("+")) {
      break;
    }
  }
  const NodeId node = power();
  return negative ? graph_.apply(Operation::negate, node) : node;
}

/// Binds to the right and stronger than a sign in front: -a^b = -(a^b).
NodeId ExpressionParser::power() {
  const NodeId base = primary();
  if (!accept("^") && !accept("**")) {
    return base;
  }
  enter();
  const NodeId exponent = signed_factor();
  --depth_;
  return graph_.power(base, exponent);
}

NodeId ExpressionParser::primary() {
  const Token& token = peek();
  switch (token.kind) {
    case Token::Kind::number:
      ++at_;
      return graph_.constant(token.value);
    case Token::Kind::name:
      ++at_;
      if (accept("(")) {
        return call(token);
      }
      return named(token);
    default:
      break;
  }
  if (!accept("(")) {
    fail(token, "must be a number, a name or '('");
  }
  const NodeId node = sum();
  expect(")");
  return node;
}

NodeId ExpressionParser::call(const Token& name) {
  if (name.text == "mean") {
    return mean(name);
  }
  const auto* function =
      std::ranges::find_if(kFunctions, [&](const Function& f) { return name.text == f.name; });
  if (function == kFunctions.end()) {
    std::vector<std::string> known{"mean"};
    for (const Function& f : kFunctions) {
      known.emplace_back(f.name);
    }
    fail(name, "a function " + must_be_one_of(name.text, known));
  }
  const NodeId first = sum();
  NodeId second = -1;
  if (function->arguments == 2) {
    expect(",");
    second = sum();
  }
  expect(")");
  return graph_.apply(function->operation, first, second);
}

NodeId ExpressionParser::mean(const Token& name) {
  const Token& of = peek();
  if (of.kind != Token::Kind::name) {
    fail(of, "mean() takes a variable, one with a state equation");
  }
  ++at_;
  expect(")");
  std::size_t variable = kSpikeMean;
  if (of.text == "spike") {
    if (!scope_.spike_mean) {
      fail(name, "mean(spike) belongs to 'on any spike'");
    }
  } else {
    const auto found = quantities_.find(of.text);
    if (found == quantities_.end() || found->second.kind != Operation::state) {
      fail(of, "mean() takes a variable, one with a state equation");
    }
    variable = found->second.index;
  }
  auto& means = description_.means;
  const auto known = std::ranges::find(means, variable);
  const auto index = static_cast<std::size_t>(known - means.begin());
  if (known == means.end()) {
    means.push_back(variable);
  }
  return graph_.quantity(Operation::mean, index);
}

NodeId ExpressionParser::named(const Token& name) {
  if (const auto found = quantities_.find(name.text); found != quantities_.end()) {
    const auto [kind, index] = found->second;
    if (kind == Operation::input && description_.inputs[index].event && scope_.events != index) {
      fail(name, fmt::format("an event input is used in 'on {}:' only", name.text));
    }
    return graph_.quantity(kind, index);
  }
  if (algebraic_.contains(name.text)) {
    return algebraic(name.text);
  }
  if (name.text == "pi") {
    return graph_.constant(std::numbers::pi);
  }
  std::vector<std::string> known;
  const auto add = [&](const auto& entries) {
    for (const auto& entry : entries) {
      known.push_back(entry.name);
    }
  };
  add(description_.variables);
  add(description_.parameters);
  add(description_.inputs);
  for (const auto& [algebraic_name, equation] : algebraic_) {
    known.push_back(algebraic_name);
  }
  fail(name, must_be_one_of(name.text, known));
}

}  // namespace rheobase::network
