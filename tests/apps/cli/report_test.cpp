#include <filesystem>

#include <doctest/doctest.h>

#include "tests/apps/cli/cli_harness.hpp"

namespace rheobase {

using namespace cli_test;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kQuickReport{"--scaling", "50", "--trials", "6"};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A page is whole and needs nothing from elsewhere.
void check_page(const fs::path& path) {
  const std::string page = read_text(path);
  CHECK(contains(page, "<!doctype html>"));
  CHECK(contains(page, "</html>"));
  CHECK_FALSE(contains(page, "src=\"http"));
  CHECK_FALSE(contains(page, "href=\"http"));
  CHECK(page.size() < 5'000'000);
}

}  // namespace

TEST_SUITE("cli") {
  TEST_CASE("report of a model: one page that says how it was made") {
    const WorkingFolder folder;
    copy_model();
    const Outcome outcome =
        run(std::vector<std::string>{"report", "model.mat", "--seed", "3"} + kQuickReport);
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK(contains(outcome.out, "saved  report.html\n"));
    CHECK(folder.files() == std::vector<std::string>{"model.mat", "report.html"});
    check_page("report.html");
    CHECK(contains(read_text("report.html"),
                   "rheobase report model.mat --seed 3 --scaling 50 --trials 6"));
  }

  TEST_CASE("report of a comparison shows the trials that were saved, and figures for papers") {
    const WorkingFolder folder;
    copy_model();
    REQUIRE(
        run(std::vector<std::string>{"compare", "model.mat", "-o", "c.mat"} + kQuickReport).code ==
        0);
    const Outcome outcome = run({"report", "c.mat", "-o", "page.html", "--figures", "figures",
                                 "--format", "svg", "--json"});
    CAPTURE(outcome.err);
    REQUIRE(outcome.code == 0);
    check_page("page.html");
    const auto json = outcome.json();
    CHECK(json["report"] == "page.html");
    CHECK(json["figures"].size() >= 8);
    for (const auto& figure : json["figures"]) {
      CAPTURE(figure);
      CHECK(contains(read_text(figure.get<std::string>()), "</svg>"));
    }
    // Without its model file a comparison still gives a page.
    fs::remove("model.mat");
    CHECK(run({"report", "c.mat", "-o", "alone.html"}).code == 0);
    check_page("alone.html");
  }

  TEST_CASE("what a report cannot be made from or written to") {
    const WorkingFolder folder;
    copy_model();
    const auto refused = [&](const std::vector<std::string>& args, const std::string& part) {
      const auto before = folder.files();
      const Outcome outcome = run(args);
      CAPTURE(outcome.err);
      CHECK(outcome.code == 2);
      CHECK(contains(outcome.err, part));
      CHECK(folder.files() == before);
    };
    refused({"report", "model.mat"}, "run `rheobase map` first, or give --scaling");
    refused({"report", "none.mat"}, "none.mat: found no such file");
    refused(
        std::vector<std::string>{"report", "model.mat", "-o", "no/folder/r.html"} + kQuickReport,
        "no/folder");
    refused(std::vector<std::string>{"report", "model.mat", "-o", "model.mat"} + kQuickReport,
            "--output");
    REQUIRE(
        run(std::vector<std::string>{"compare", "model.mat", "-o", "c.mat"} + kQuickReport).code ==
        0);
    REQUIRE(
        run(std::vector<std::string>{"compare", "model.mat", "-o", "c.json"} + kQuickReport).code ==
        0);
    refused({"report", "c.mat", "--trials", "7"}, "--trials: found the comparison c.mat beside it");
    refused({"report", "c.json"}, "c.json: found a comparison without traces");
    std::string old = read_text("c.json");
    const std::string version = "\"format_version\": 1";
    REQUIRE(contains(old, version));
    old.replace(old.find(version), version.size(), "\"format_version\": 0");
    write_text("old.json", old);
    refused({"report", "old.json"}, "old.json: format_version: found 0");
  }

  TEST_CASE("report: no figure overwrites an input or the page") {
    const WorkingFolder folder;
    copy_model();
    std::filesystem::create_directory("figures");
    std::filesystem::create_symlink("../model.mat", "figures/outputs.svg");
    const std::string before = read_text("model.mat");
    const Outcome linked =
        run({"report", "model.mat", "--scaling", "40", "--figures", "figures", "--format", "svg"});
    CHECK(linked.code == 2);
    CHECK(linked.err ==
          "rheobase: --figures: figures/outputs.svg: found an input file; must be another file: "
          "name another folder\n");
    CHECK(read_text("model.mat") == before);
    std::filesystem::remove("figures/outputs.svg");
    const Outcome itself = run({"report", "model.mat", "--scaling", "40", "--figures", "figures",
                                "--format", "svg", "-o", "figures/trial.svg"});
    CHECK(itself.code == 2);
    CHECK(itself.err.find("found the page itself") != std::string::npos);
  }
}

}  // namespace rheobase
