#include "apps/cli/study/study_page.hpp"

#include <doctest/doctest.h>

#include "apps/report/html_report.hpp"
#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_encoding.hpp"
#include "tests/apps/study/study_harness.hpp"

namespace rheobase {

using namespace study_test;
namespace fs = std::filesystem;

namespace {

bool on_page(const std::string& page, const std::string& part) {
  return page.find(part) != std::string::npos;
}

std::size_t times_on_page(const std::string& page, const std::string& part) {
  std::size_t times = 0;
  for (auto at = page.find(part); at != std::string::npos; at = page.find(part, at + 1)) {
    ++times;
  }
  return times;
}

/// How a page holds a drawing.
std::string image_of(const std::string& svg) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(svg.data());
  return "src=\"data:image/svg+xml;base64," + report::base64({bytes, svg.size()}) + "\"";
}

/// Two conditions with names that HTML would take for markup; a published value, a comparison and
/// three figures, one of them without a value.
study::Study awkward_study() {
  study::Study study;
  study.name = "awkward";
  study.title = "Loss & gain";
  study.text = "abc";
  study.conditions = {{"a <b> & \"c\"", "a", "a", {{"N", std::int64_t{5}}}, {1, 2, 3}},
                      {"d", "d", "d", {{"N", std::int64_t{8}}}, {1, 2, 3}}};
  study.steps = {{"s", {"train"}, {}, {{"--seed", {std::string("{seed}")}}}, {}}};
  study.measures = {{.name = "loss", .step = "s", .path = "p", .label = "loss <x>"},
                    {.name = "good", .step = "s", .path = "p", .label = "good"},
                    {.name = "best", .step = "s", .path = "p", .label = "best", .among = "good"}};
  study.published = {{"loss", "d", 0.75, 0.125, std::nullopt, "table <1>"}};
  study.comparisons = {{"loss", "", "a <b> & \"c\"", "d"}};
  study.plots = {{"loss", "loss", "condition", ""},
                 {"size", "loss", "N", ""},
                 {"best", "best", "N", ""},
                 {"good", "good", "condition", ""}};
  return study;
}

/// Writes results: one cell failed, one is missing.
study::Collected awkward_results(const study::Study& study) {
  const study::ResultFolder results("results");
  results.open_for_run(study);
  using study::CellResult;
  for (const auto& [cell, loss] :
       {std::pair{study::Cell{0, 1}, 0.25}, std::pair{study::Cell{0, 2}, 0.5},
        std::pair{study::Cell{1, 1}, 1.0}, std::pair{study::Cell{1, 2}, 2.0},
        std::pair{study::Cell{1, 3}, 3.0}}) {
    results.write(
        study, cell,
        {CellResult::Status::done, "", {{"loss", loss}, {"good", false}, {"best", loss}}});
  }
  return study::collect(study, results);
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the page of a study holds every figure, row, failed cell and command, escaped") {
    const Folder folder;
    const study::Study study = awkward_study();
    awkward_results(study);
    const study::ResultFolder results("results");
    results.write(study, {0, 3},
                  {study::CellResult::Status::failed, "step 's': no \"<memory>\" & more", {}});
    const study::Collected all = study::collect(study, results);
    const report::ReportData data =
        cli::study_page(study, all, "awkward.toml", "rheobase study plot 'a<b>.toml'");
    report::write_report(data, "page.html");
    const std::string page = file_text("page.html");
    CHECK(on_page(page, "<h1>Loss &amp; gain</h1>"));
    CHECK(on_page(page, "'a&lt;b&gt;.toml'</code>"));
    // sha256sum of "abc" (FIPS 180-4).
    CHECK(on_page(page, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad</td>"));
    CHECK(on_page(page, "<td>awkward.toml</td>"));
    const std::string name = "<th scope=\"row\">a &lt;b&gt; &amp; &quot;c&quot;</th>";
    CHECK(on_page(page, name + "<td class=\"words\">loss &lt;x&gt;</td><td>2</td>"
                               "<td>0.375 ± 0.1768</td><td>-</td><td>-</td>"));
    CHECK(on_page(page,
                  "<th scope=\"row\">d</th><td class=\"words\">loss &lt;x&gt;</td><td>3</td>"
                  "<td>2 ± 1</td><td>-</td><td>0.75 ± 0.125 [table &lt;1&gt;]</td>"));
    // 0 of 3: Wilson's interval ends at z^2 / (3 + z^2) = 0.5615.
    CHECK(on_page(page,
                  "<th scope=\"row\">d</th><td class=\"words\">good</td><td>3</td>"
                  "<td>0 ± 0</td><td>0.0 % (0.0 to 56.1 %)</td>"));
    // Rank sum of 2 against 3 values, all lower: 2 of 10 arrangements; two pairs: p = 1/2.
    CHECK(on_page(page, name + "<td class=\"words\">d</td><td class=\"words\">loss</td>"
                               "<td>2, 3</td><td>0.2</td><td>2</td><td>0.5</td>"));
    CHECK(on_page(page, name + "<td class=\"words\">step 's': no &quot;&lt;memory&gt;&quot; &amp; "
                               "more</td><td>3</td><td>failed</td>"));
    CHECK(on_page(page, "<code>rheobase train --seed 1</code>"));
    CHECK(on_page(page, "seed 1</h3>"));
    CHECK(on_page(page, "5 of 6 cells done; 1 failed."));
    CHECK_FALSE(on_page(page, "<b>"));
    CHECK_FALSE(on_page(page, "Static figures"));
    CHECK_FALSE(on_page(page, "report-data"));
    for (const char* loader : {"<link", "src=\"http", "src=\"/", "@import", "url("}) {
      CAPTURE(loader);
      CHECK_FALSE(on_page(page, loader));
    }
  }

  TEST_CASE("captions say what dots, bars and rings are, and n of every condition") {
    const Folder folder;
    const study::Study study = awkward_study();
    const study::Collected all = awkward_results(study);
    const std::vector<report::ReportSection> sections = cli::study_sections(study, all);
    REQUIRE(sections.size() == 3);
    const std::vector<report::ReportDrawing>& drawings = sections[0].drawings;
    REQUIRE(drawings.size() == 3);
    CHECK(drawings[0].title == "loss <x> by condition");
    CHECK(drawings[0].caption ==
          "Dots: single networks. Points with bars: their mean ± standard deviation. Rings: "
          "published values. n = 2 in each condition but d (3).");
    CHECK(drawings[1].title == "size: loss <x> over N");
    CHECK(drawings[2].caption ==
          "Dots: single networks, at 1 where it is true and at 0 where it is not. Points with "
          "bars: the fraction that is true and Wilson's 95 % interval. n = 2 in each condition but "
          "d (3).");
    REQUIRE(sections[0].notes.size() == 1);  // of the figure without values
    CHECK(on_page(sections[0].notes[0], "no value of best"));
    CHECK(sections[1].tables.size() == 2);
    CHECK(sections[2].tables.empty());  // none failed
    CHECK(sections[2].notes[0] ==
          "5 of 6 cells done; 1 not run yet. A cell is a condition with a seed.");
    if (!report::gnuplot_available()) {
      return;
    }
    report::write_report(cli::study_page(study, all, "awkward.toml", "c"), "page.html");
    const std::string page = file_text("page.html");
    CHECK(times_on_page(page, "<figure ") == 3);
    for (const report::ReportDrawing& drawing : drawings) {
      CHECK(on_page(drawing.svg, "Loss &amp; gain"));
      CHECK(on_page(page, image_of(drawing.svg)));
    }
    CHECK(on_page(page, "alt=\"size: loss &lt;x&gt; over N\""));
    CHECK(on_page(page, "n = 2 in each condition but d (3).</figcaption>"));
    // Names of conditions stand at the axis: d at its place.
    CHECK(on_page(drawings[0].svg, ">d</text>"));
  }
}

TEST_SUITE("cli") {
  TEST_CASE("study plot leaves a page with its own figures, and a model's page takes them") {
    const Folder folder;
    write("study.toml", tiny_study() + "[[plot]]\nmeasure = \"loss\"\nover = \"noise\"\n");
    const Ended ran = run_studies({"run", "study.toml", "-o", "r"});
    CAPTURE(ran.err);
    REQUIRE(ran.code == 0);
    const Ended plot = run_studies({"plot", "study.toml", "-o", "r"});
    CAPTURE(plot.err);
    REQUIRE(plot.code == 0);
    CHECK(plot.out == "r/loss.svg\nr/study.html\n");
    const std::string page = file_text("r/study.html");
    const std::string image = image_of(file_text("r/loss.svg"));
    CHECK(on_page(page, image));
    CHECK(on_page(page, "8 of 8 cells done."));
    CHECK(on_page(page, "rheobase train --task go-nogo -N 5"));
    // One figure of the command line is no page.
    fs::remove("r/study.html");
    CHECK(run_studies({"plot", "study.toml", "-o", "r", "--measure", "loss"}).code == 0);
    CHECK_FALSE(fs::exists("r/study.html"));
    const Ended report = Program({RHEOBASE_PROGRAM, "report", RHEOBASE_MODEL, "--trials", "4",
                                  "--study", "r", "-o", "model.html"})
                             .wait();
    CAPTURE(report.err);
    REQUIRE(report.code == 0);
    const std::string both = file_text("model.html");
    CHECK(on_page(both, image));
    CHECK(on_page(both, "<a href=\"#study-figures\">Figures of the study</a>"));
    CHECK(on_page(both, "<th scope=\"row\">noise=0.1</th><td class=\"words\">loss</td><td>4</td>"));
    CHECK(on_page(both, "<h2>Numbers</h2>"));  // of the model
    // The folder says itself that it holds the quick version.
    write("study.toml", file_text("study.toml") + "[quick]\nseeds = \"1:1\"\n");
    REQUIRE(run_studies({"run", "study.toml", "--quick", "-o", "q"}).code == 0);
    const Ended quick = Program({RHEOBASE_PROGRAM, "report", RHEOBASE_MODEL, "--trials", "4",
                                 "--study", "q", "-o", "quick.html"})
                            .wait();
    CAPTURE(quick.err);
    REQUIRE(quick.code == 0);
    CHECK(on_page(file_text("quick.html"), "<li>The quick version of the study"));
    CHECK(on_page(file_text("quick.html"), "2 of 2 cells done."));
    const Ended none = Program({RHEOBASE_PROGRAM, "report", RHEOBASE_MODEL, "--trials", "4",
                                "--study", ".", "-o", "none.html"})
                           .wait();
    CHECK(none.code == 2);
    CHECK(none.err ==
          "rheobase: .: found no plan.json; must be the folder of a study: `rheobase "
          "study run` makes it\n");
    CHECK_FALSE(fs::exists("none.html"));
  }
}

}  // namespace rheobase
