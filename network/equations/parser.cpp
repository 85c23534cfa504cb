#include "network/equations/parser.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "core/error.hpp"
#include "network/equations/expression_parser.hpp"

namespace rheobase::network {

namespace {

std::string quoted(const Token& token) {
  return token.kind == Token::Kind::end    ? "the end of the statement"
         : token.kind == Token::Kind::unit ? fmt::format("'[{}]'", token.text)
                                           : fmt::format("'{}'", token.text);
}

/// The unit of time that a unit is made with, such as "ms" of "mV/ms"; empty: none.
std::string time_in(const std::string& unit) {
  static constexpr std::array kTimes{"us", "ms", "s", "min", "h"};
  static constexpr const char* kBetween = " */^()-0123456789";
  for (std::size_t at = 0; (at = unit.find_first_not_of(kBetween, at)) != std::string::npos;) {
    const std::size_t end = std::min(unit.find_first_of(kBetween, at), unit.size());
    const std::string part = unit.substr(at, end - at);
    if (std::ranges::find(kTimes, part) != kTimes.end()) {
      return part;
    }
    at = end;
  }
  return {};
}

/// Reads statements in two passes: names first, then expressions, which may use names declared
/// below.
class Parser {
 public:
  Parser(std::string_view text, const std::string& where)
      : where_(where), statements_(split_statements(text, where)) {}

  ParsedEquations run() {
    for (const Statement& statement : statements_) {
      declare(statement);
    }
    require_equations();
    ExpressionParser expressions(where_, out_.description, out_.graph, algebraic_);
    out_.derivative.resize(out_.description.variables.size());
    for (const auto& [variable, place] : slopes_) {
      out_.derivative[variable] = expressions.whole(*place, 3, {});
    }
    collect_outputs(expressions);
    for (const Statement* event : events_) {
      read_event(*event, expressions);
    }
    return std::move(out_);
  }

 private:
  void declare(const Statement& statement);
  void declare_number(const Statement& statement, bool is_variable);
  void declare_input(const Statement& statement, std::size_t name_at, bool event);
  void declare_equation(const Statement& statement);
  void declare_time(const Statement& statement);
  const std::string& unit_of(const Token& token);
  std::size_t variable_named(const Token& token);
  void claim(const Token& token);
  void require_equations() const;
  void collect_outputs(ExpressionParser& expressions);
  void read_event(const Statement& statement, ExpressionParser& expressions);
  void read_actions(const Statement& statement, std::size_t at, Action action,
                    ExpressionParser& expressions);
  void read_refractory(const Statement& statement);
  const Token& expect_name(const Statement& statement, std::size_t at, const char* what) const;

  const std::string& where_;
  std::vector<Statement> statements_;
  ParsedEquations out_;
  std::set<std::string> taken_;
  std::map<std::string, std::size_t> variables_;
  std::map<std::size_t, const Statement*> slopes_;  ///< by variable
  std::map<std::string, AlgebraicEquation> algebraic_;
  std::vector<std::string> algebraic_order_;
  std::vector<const Statement*> events_;
  std::set<std::tuple<Trigger, std::size_t, std::size_t>> assigned_;  ///< with input and variable
};

const Token& Parser::expect_name(const Statement& statement, std::size_t at,
                                 const char* what) const {
  const Token& token = statement.tokens[std::min(at, statement.tokens.size() - 1)];
  if (token.kind != Token::Kind::name) {
    fail_at(where_, token, quoted(token), fmt::format("must be {}", what));
  }
  return token;
}

void Parser::claim(const Token& token) {
  if (is_reserved(token.text)) {
    fail_at(where_, token, quoted(token), "is a word of the language, choose another name");
  }
  if (!taken_.insert(token.text).second) {
    fail_at(where_, token, quoted(token), "is declared twice");
  }
}

/// A unit; its part of time must be that of the others.
const std::string& Parser::unit_of(const Token& token) {
  const std::string time = time_in(token.text);
  std::string& known = out_.description.time_unit;
  if (!time.empty() && !known.empty() && time != known) {
    fail_at(where_, token, quoted(token),
            fmt::format("times of these equations are in {}: one unit of time for all", known));
  }
  known = time.empty() ? known : time;
  return token.text;
}

void Parser::declare_time(const Statement& statement) {
  const Token& unit = statement.tokens[1];
  if (time_in(unit.text).empty() || unit.text != time_in(unit.text)) {
    fail_at(where_, unit, quoted(unit), "must be [us], [ms], [s], [min] or [h]");
  }
  unit_of(unit);
  const Token& end = statement.tokens[2];
  if (end.kind != Token::Kind::end) {
    fail_at(where_, end, quoted(end), "must be the end of the statement");
  }
}

void Parser::declare(const Statement& statement) {
  const std::string& first = expect_name(statement, 0, "a name").text;
  const std::string second = statement.tokens[1].text;
  const bool keyword = statement.tokens[1].kind == Token::Kind::name;
  if (first == "time" && statement.tokens[1].kind == Token::Kind::unit) {
    declare_time(statement);
  } else if (keyword && (first == "variable" || first == "parameter")) {
    declare_number(statement, first == "variable");
  } else if (keyword && first == "event" && second == "input") {
    declare_input(statement, 2, true);
  } else if (keyword && first == "input") {
    declare_input(statement, 1, false);
  } else if (keyword && (first == "on" || first == "spike" || first == "refractory")) {
    events_.push_back(&statement);
  } else {
    declare_equation(statement);
  }
}

void Parser::declare_number(const Statement& statement, bool is_variable) {
  const std::vector<Token>& tokens = statement.tokens;
  const Token& name = expect_name(statement, 1, "a name");
  std::size_t at = 2;
  Quantity quantity{.name = name.text, .help = statement.comment};
  if (tokens[at].text == "=" && tokens[at].kind == Token::Kind::symbol) {
    ++at;
    const bool negative = tokens[at].kind == Token::Kind::symbol && tokens[at].text == "-";
    at += negative ? 1 : 0;
    if (tokens[at].kind != Token::Kind::number) {
      fail_at(where_, tokens[at], quoted(tokens[at]), "must be a number");
    }
    quantity.value = negative ? -tokens[at].value : tokens[at].value;
    ++at;
  } else if (!is_variable) {
    fail_at(where_, tokens[at], quoted(tokens[at]), "a parameter needs a default: '= number'");
  }
  if (tokens[at].kind == Token::Kind::unit) {
    quantity.unit = unit_of(tokens[at++]);
  }
  if (tokens[at].kind != Token::Kind::end) {
    fail_at(where_, tokens[at], quoted(tokens[at]), "must be the end of the statement");
  }
  if (!is_variable) {
    claim(name);
    out_.description.parameters.push_back(quantity);
    return;
  }
  // v' may stand above.
  out_.description.variables[variable_named(name)] = quantity;
}

void Parser::declare_input(const Statement& statement, std::size_t name_at, bool event) {
  const Token& name = expect_name(statement, name_at, "the name of an input");
  claim(name);
  InputQuantity input{.name = name.text, .help = statement.comment, .event = event};
  const Token& next = statement.tokens[name_at + 1];
  if (next.kind == Token::Kind::unit) {
    input.unit = unit_of(next);
  } else if (next.kind != Token::Kind::end) {
    fail_at(where_, next, quoted(next), "must be the end of the statement");
  }
  out_.description.inputs.push_back(input);
}

std::size_t Parser::variable_named(const Token& token) {
  if (const auto known = variables_.find(token.text); known != variables_.end()) {
    return known->second;
  }
  claim(token);
  const std::size_t index = out_.description.variables.size();
  variables_.emplace(token.text, index);
  out_.description.variables.push_back({.name = token.text});
  return index;
}

void Parser::declare_equation(const Statement& statement) {
  const std::vector<Token>& tokens = statement.tokens;
  const Token& name = tokens[0];
  const bool slope = tokens[1].kind == Token::Kind::symbol && tokens[1].text == "'";
  const Token& equals = tokens[slope ? 2 : 1];
  if (equals.kind != Token::Kind::symbol || equals.text != "=") {
    fail_at(where_, equals, quoted(equals),
            "a statement is a declaration, an equation v' = ... or r = ..., or an event");
  }
  if (slope) {
    const std::size_t variable = variable_named(name);
    if (!slopes_.emplace(variable, &statement).second) {
      fail_at(where_, name, quoted(name), "has two state equations");
    }
    return;
  }
  claim(name);
  algebraic_.emplace(name.text, AlgebraicEquation{&statement});
  algebraic_order_.push_back(name.text);
}

void Parser::require_equations() const {
  if (out_.description.variables.empty()) {
    throw InputError(where_, "", "no state equation", "must hold at least one like v' = -v/tau");
  }
  for (std::size_t i = 0; i < out_.description.variables.size(); ++i) {
    if (!slopes_.contains(i)) {
      throw InputError(where_, fmt::format("variable '{}'", out_.description.variables[i].name),
                       "no state equation",
                       fmt::format("must have one: {}' = ...", out_.description.variables[i].name));
    }
  }
}

/// Algebraic equations of variables and parameters alone are outputs.
void Parser::collect_outputs(ExpressionParser& expressions) {
  for (const std::string& name : algebraic_order_) {
    const NodeId node = expressions.algebraic(name);
    if (!out_.graph.depends_on(node, Operation::input) &&
        !out_.graph.depends_on(node, Operation::mean)) {
      out_.description.outputs.push_back(
          {.name = name, .help = algebraic_.at(name).statement->comment});
      out_.outputs.push_back(node);
    }
  }
}

void Parser::read_event(const Statement& statement, ExpressionParser& expressions) {
  const std::vector<Token>& tokens = statement.tokens;
  const std::string& first = tokens[0].text;
  const Token& second = tokens[1];
  if (first == "refractory") {
    read_refractory(statement);
    return;
  }
  if (first == "spike") {
    if (second.text != "when") {
      fail_at(where_, second, quoted(second), "must be 'when'");
    }
    if (out_.description.spikes) {
      fail_at(where_, tokens[0], "a second spike condition", "there is one");
    }
    out_.margin = expressions.comparison(statement, 2);
    out_.description.spikes = true;
    return;
  }
  if (second.text == "spike") {
    read_actions(statement, 2, {.trigger = Trigger::spike}, expressions);
  } else if (second.text == "any" && tokens[2].text == "spike") {
    read_actions(statement, 3, {.trigger = Trigger::population_spike}, expressions);
  } else {
    const auto input = find_named(out_.description.inputs, second.text);
    if (!input || !out_.description.inputs[*input].event) {
      fail_at(where_, second, quoted(second), "must be 'spike', 'any spike' or an event input");
    }
    read_actions(statement, 2, {.trigger = Trigger::arrival, .input = *input}, expressions);
  }
}

void Parser::read_actions(const Statement& statement, std::size_t at, Action action,
                          ExpressionParser& expressions) {
  const std::vector<Token>& tokens = statement.tokens;
  if (tokens[at].text != ":") {
    fail_at(where_, tokens[at], quoted(tokens[at]), "must be ':'");
  }
  if (action.trigger != Trigger::arrival && out_.margin < 0) {
    fail_at(where_, tokens[0], "no spike condition above", "must have 'spike when v >= ...'");
  }
  do {
    const Token& name = expect_name(statement, ++at, "a variable");
    const auto variable = variables_.find(name.text);
    if (variable == variables_.end()) {
      fail_at(where_, name, quoted(name), "must be a variable, one with a state equation");
    }
    const Token& sign = tokens[++at];
    if (sign.text != "=" && sign.text != "+=" && sign.text != "-=") {
      fail_at(where_, sign, quoted(sign), "must be =, += or -=");
    }
    action.variable = variable->second;
    action.assigns = sign.text == "=";
    if (action.assigns &&
        !assigned_.emplace(action.trigger, action.input, action.variable).second) {
      fail_at(where_, name, quoted(name), "is set twice at one event: must be set once");
    }
    const ExpressionParser::Scope scope{
        .events = action.trigger == Trigger::arrival ? std::optional(action.input) : std::nullopt,
        .spike_mean = action.trigger == Trigger::population_spike};
    NodeId value = expressions.part(statement, ++at, scope);
    for (const std::size_t input : out_.graph.quantities(value, Operation::input)) {
      if (scope.events != input) {
        fail_at(where_, name,
                fmt::format("input '{}' in a jump", out_.description.inputs[input].name),
                "acts over time: must be part of state equations and outputs alone");
      }
    }
    if (sign.text == "-=") {
      value = out_.graph.apply(Operation::negate, value);
    }
    out_.description.actions.push_back(action);
    out_.actions.push_back(value);
  } while (tokens[at].text == ",");
  if (tokens[at].kind != Token::Kind::end) {
    fail_at(where_, tokens[at], quoted(tokens[at]), "must be ',' or the end of the statement");
  }
}

void Parser::read_refractory(const Statement& statement) {
  const Token& name = statement.tokens[1];
  if (out_.description.refractory) {
    fail_at(where_, statement.tokens[0], "a second refractory period", "there is one");
  }
  out_.description.refractory = find_named(out_.description.parameters, name.text);
  if (!out_.description.refractory) {
    fail_at(where_, name, quoted(name), "must be a parameter, the time");
  }
  const double period = out_.description.parameters[*out_.description.refractory].value;
  if (period < 0.0) {
    fail_at(where_, name, fmt::format("'{}' = {}", name.text, period),
            "is a refractory period: it must not be negative");
  }
  if (statement.tokens[2].kind != Token::Kind::end) {
    fail_at(where_, statement.tokens[2], quoted(statement.tokens[2]),
            "must be the end of the statement");
  }
}

}  // namespace

ParsedEquations parse_equations(std::string_view text, const std::string& where) {
  return Parser(text, where).run();
}

}  // namespace rheobase::network
