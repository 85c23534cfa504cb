#include <doctest/doctest.h>

#include "rate/tasks/task_registry.hpp"
#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;

TEST_SUITE("cli") {
  TEST_CASE("task lists every registered task") {
    const Outcome outcome = run({"task"});
    CHECK(outcome.code == 0);
    const auto tasks = run({"task", "--json"}).json().at("tasks");
    REQUIRE(tasks.size() == rate::registered_tasks().size());
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      CHECK(tasks[i].at("name") == rate::registered_tasks()[i]->name);
      CHECK(outcome.out.find(rate::registered_tasks()[i]->help) != std::string::npos);
    }
  }

  TEST_CASE("task NAME shows conditions and every parameter with unit and range") {
    for (const rate::TaskDefinition* task : rate::registered_tasks()) {
      CAPTURE(task->name);
      const Outcome outcome = run({"task", task->name});
      CHECK(outcome.code == 0);
      for (const std::string& condition : task->conditions) {
        CHECK(outcome.out.find(condition) != std::string::npos);
      }
      const auto json = run({"task", task->name, "--json"}).json();
      REQUIRE(json.at("parameters").size() == task->parameters.size());
      for (std::size_t i = 0; i < task->parameters.size(); ++i) {
        CHECK(outcome.out.find("--" + task->parameters[i].name) != std::string::npos);
        CHECK(json["parameters"][i].at("default") == task->parameters[i].value);
        CHECK(json["parameters"][i].at("maximum") == task->parameters[i].maximum);
      }
    }
  }

  TEST_CASE("every task parameter is an option of train with its range in the help") {
    const std::string help = run({"train", "--help-all"}).out;
    for (const rate::TaskDefinition* task : rate::registered_tasks()) {
      for (const rate::TaskParameterInfo& parameter : task->parameters) {
        CAPTURE(parameter.name);
        CHECK(help.find("--" + parameter.name + " NUMBER") != std::string::npos);
      }
    }
  }

  TEST_CASE("task --plot draws a panel for every condition") {
    const WorkingFolder folder;
    const Outcome outcome = run({"task", "xor", "--delay", "20", "--plot", "xor.svg"});
    CHECK(outcome.out == "saved  xor.svg\n");
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(run({"task", "xor", "--delay", "20", "--plot", "xor.svg", "--json"}).json()["plot"] ==
          "xor.svg");
    const Outcome nameless = run({"task", "--trials-file", "nowhere.mat"});
    CHECK(nameless.code == 2);
    CHECK(nameless.err.find("NAME: found nothing; must name the task") != std::string::npos);
    const std::string picture = read_text("xor.svg");
    for (const char* part : {"</svg>", "same-plus", "different-minus-plus", "input 2", "target"}) {
      CAPTURE(part);
      CHECK(picture.find(part) != std::string::npos);
    }
    CHECK(run({"task", "mante", "--plot", "mante.png"}).code == 0);
    CHECK(read_text("mante.png").substr(1, 3) == "PNG");
    CHECK(run({"task", "xor", "--plot", "xor.gif"}).code == 2);
    CHECK(run({"task", "xor", "--delay", "-1", "--plot", "other.png"}).code == 2);
    CHECK(run({"task", "--plot", "other.png"}).code == 2);
    CHECK(folder.files() == std::vector<std::string>{"mante.png", "xor.svg"});
  }
}

}  // namespace rheobase
