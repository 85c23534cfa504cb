#include "network/equations/text_equations.hpp"

#include <array>
#include <vector>

#include "network/equations/parser.hpp"
#include "network/equations/program.hpp"

namespace rheobase::network {

namespace {

struct PartPrograms {
  Program values;
  std::vector<Program> partials;  ///< by quantity
};

class TextEquations final : public NeuronEquations {
 public:
  explicit TextEquations(ParsedEquations parsed) : NeuronEquations(std::move(parsed.description)) {
    const NodeId never = parsed.graph.constant(-1.0);
    const std::vector<NodeId> margin{parsed.margin < 0 ? never : parsed.margin};
    compile(Part::derivative, parsed.graph, parsed.derivative);
    compile(Part::outputs, parsed.graph, parsed.outputs);
    compile(Part::margin, parsed.graph, margin);
    compile(Part::actions, parsed.graph, parsed.actions);
  }

  void evaluate(Part part, const UnitRows& rows, double* const* out) const override {
    programs_[static_cast<std::size_t>(part)].values.run(rows, out);
  }
  void partial(Part part, std::size_t q, const UnitRows& rows, double* const* out) const override {
    programs_[static_cast<std::size_t>(part)].partials[q].run(rows, out);
  }

 private:
  void compile(Part part, ExpressionGraph& graph, const std::vector<NodeId>& roots) {
    PartPrograms& programs = programs_[static_cast<std::size_t>(part)];
    programs.values = Program(graph, roots);
    const NeuronDescription& names = description();
    const auto add = [&](Operation kind, std::size_t count) {
      for (std::size_t index = 0; index < count; ++index) {
        std::vector<NodeId> slopes;
        for (const NodeId root : roots) {
          slopes.push_back(graph.derivative(root, kind, index));
        }
        programs.partials.emplace_back(graph, slopes);
      }
    };
    add(Operation::state, names.variables.size());
    add(Operation::parameter, names.parameters.size());
    add(Operation::input, names.inputs.size());
    add(Operation::mean, names.means.size());
  }

  std::array<PartPrograms, kParts> programs_;
};

}  // namespace

std::shared_ptr<const NeuronEquations> text_equations(std::string_view text,
                                                      const std::string& where) {
  return std::make_shared<TextEquations>(parse_equations(text, where));
}

}  // namespace rheobase::network
