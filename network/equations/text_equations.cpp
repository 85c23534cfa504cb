#include "network/equations/text_equations.hpp"

#include <array>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "network/equations/parser.hpp"
#include "network/equations/program.hpp"

namespace rheobase::network {

namespace {

/// The derivatives of a part with respect to one quantity.
struct PartialProgram {
  std::once_flag compiled;
  Program program;
};

struct PartPrograms {
  std::vector<NodeId> roots;
  Program values;
  /// By quantity. Compiled when a fit or a solver first asks for them: all of them take the square
  /// of what the equations take.
  mutable std::deque<PartialProgram> partials;
};

class TextEquations final : public NeuronEquations {
 public:
  explicit TextEquations(ParsedEquations parsed)
      : NeuronEquations(std::move(parsed.description)), graph_(std::move(parsed.graph)) {
    const NodeId never = graph_.constant(-1.0);
    compile(Part::derivative, std::move(parsed.derivative));
    compile(Part::outputs, std::move(parsed.outputs));
    compile(Part::margin, {parsed.margin < 0 ? never : parsed.margin});
    compile(Part::actions, std::move(parsed.actions));
  }

  void evaluate(Part part, const UnitRows& rows, double* const* out) const override {
    programs_[static_cast<std::size_t>(part)].values.run(rows, out);
  }
  void partial(Part part, std::size_t q, const UnitRows& rows, double* const* out) const override {
    const PartPrograms& programs = programs_[static_cast<std::size_t>(part)];
    PartialProgram& partial = programs.partials[q];
    std::call_once(partial.compiled, [&] { partial.program = derivative(programs.roots, q); });
    partial.program.run(rows, out);
  }

 private:
  void compile(Part part, std::vector<NodeId> roots) {
    PartPrograms& programs = programs_[static_cast<std::size_t>(part)];
    programs.values = Program(graph_, roots);
    programs.roots = std::move(roots);
    const NeuronDescription& names = description();
    programs.partials.resize(names.variables.size() + names.parameters.size() +
                             names.inputs.size() + names.means.size());
  }

  /// @param q  counted through variables, parameters, inputs and means
  Program derivative(const std::vector<NodeId>& roots, std::size_t q) const {
    const NeuronDescription& names = description();
    Operation kind = Operation::mean;
    for (const auto& [of, count] : {std::pair{Operation::state, names.variables.size()},
                                    {Operation::parameter, names.parameters.size()},
                                    {Operation::input, names.inputs.size()}}) {
      if (q < count) {
        kind = of;
        break;
      }
      q -= count;
    }
    const std::scoped_lock locked(deriving_);
    const std::size_t known = graph_.size();
    std::vector<NodeId> slopes;
    slopes.reserve(roots.size());
    for (const NodeId root : roots) {
      slopes.push_back(graph_.derivative(root, kind, q));
    }
    Program program(graph_, slopes);
    graph_.truncate(known);
    return program;
  }

  mutable std::mutex deriving_;
  mutable ExpressionGraph graph_;  ///< derivatives are added and taken away again
  std::array<PartPrograms, kParts> programs_;
};

}  // namespace

std::shared_ptr<const NeuronEquations> text_equations(std::string_view text,
                                                      const std::string& where) {
  return std::make_shared<TextEquations>(parse_equations(text, where));
}

}  // namespace rheobase::network
