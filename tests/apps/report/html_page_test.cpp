#include "apps/report/internal/html_page.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

#include <doctest/doctest.h>

#include "apps/report/html_report.hpp"
#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/html_captions.hpp"
#include "apps/report/internal/html_encoding.hpp"
#include "apps/report/internal/html_figures.hpp"
#include "core/error.hpp"
#include "tests/apps/report/html_example.hpp"

namespace rheobase {

namespace {

namespace fs = std::filesystem;

const report::ReportData& example() {
  static const report::ReportData data = example_report();
  return data;
}

/// Assets that do not depend on what was there when the program was built.
report::PageAssets assets(bool interactive) {
  report::PageAssets result = report::page_assets();
  result.charts = interactive ? "draw();" : "";
  return result;
}

std::string no_drawing(const std::string& id) {
  return "<svg id='" + id + "'/>";
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

report::Json json_of(const std::string& page) {
  const std::string mark = "id=\"report-data\">";
  const std::size_t start = page.find(mark) + mark.size();
  return report::Json::parse(page.substr(start, page.find("</script>", start) - start));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("the page is self-contained: nothing in it is loaded from elsewhere") {
    for (const bool interactive : {true, false}) {
      const std::string page = report::report_page(example(), assets(interactive), no_drawing);
      CHECK_FALSE(contains(page, "{{"));
      for (const char* loader : {"<link", "src=\"http", "src=\"/", "@import", "url(http"}) {
        CAPTURE(loader);
        CHECK_FALSE(contains(page, loader));
      }
      CHECK(contains(page, "default-src 'none'"));
    }
  }

  TEST_CASE("texts from outside are escaped, in the markup and in the data") {
    report::ReportData data = example();
    data.title = "</script><b>&\"";
    data.command_line = "rheobase report 'a<b>.mat'";
    data.conditions[0] = "</script>";
    const std::string page = report::report_page(data, assets(true), no_drawing);
    CHECK(contains(page, "<h1>&lt;/script&gt;&lt;b&gt;&amp;&quot;</h1>"));
    CHECK(contains(page, "'a&lt;b&gt;.mat'</code>"));
    CHECK(json_of(page)["conditions"][0] == "</script>");
    CHECK_FALSE(contains(page, "<b>"));
  }

  TEST_CASE("every option, seed, table and note is on the page") {
    const std::string page = report::report_page(example(), assets(true), no_drawing);
    for (const report::ReportFact& fact : example().facts) {
      CHECK(contains(page, ">" + fact.value + "</td>"));
    }
    for (const report::ReportStatistic& statistic : example().summary) {
      CHECK(contains(page, statistic.detail));
    }
    CHECK(contains(page, "<th scope=\"row\">nogo</th><td>20</td>"));
    CHECK(contains(page, "All numbers on this page are synthetic."));
  }

  TEST_CASE("figures without data are left out") {
    report::ReportData data = example();
    data.weights.resize(0, 0);
    data.spectrum.reset();
    data.scaling.clear();
    data.training = {};
    const std::vector<std::string> ids = report::figure_ids(data);
    for (const char* id : {"weights", "spectrum", "scaling", "loss", "accuracy"}) {
      CHECK(std::find(ids.begin(), ids.end(), id) == ids.end());
    }
    CHECK(ids.size() == 7);
    const std::string page = report::report_page(data, assets(true), no_drawing);
    CHECK_FALSE(contains(page, "section-network"));
    CHECK(json_of(page)["weights"].is_null());
  }

  TEST_CASE("without the chart library the page holds drawings and says so") {
    const std::string page = report::report_page(example(), assets(false), no_drawing);
    CHECK(contains(page, "Static figures"));
    CHECK_FALSE(contains(page, "report-data"));
    const std::string image = "src=\"data:image/svg+xml;base64,";
    std::size_t images = 0;
    for (auto at = page.find(image); at != std::string::npos; at = page.find(image, at + 1)) {
      ++images;
    }
    CHECK(images == report::figure_ids(example()).size());
    const std::string none =
        report::report_page(example(), assets(false), [](const std::string&) { return ""; });
    CHECK(contains(none, "This figure could not be drawn."));
  }

  TEST_CASE("sections of drawings and tables are the same with and without the chart library") {
    report::ReportData data = example();
    report::ReportSection section{"study-figures", "Figures & more"};
    section.notes = {"a <note>"};
    section.drawings = {{"dr\"awn\"", "n = 3 < 4", "<svg/>"}, {"missing", "", ""}};
    section.tables = {{"T", "", {"name", "text", "x"}, {{"a", "b<", "1"}}, 2}};
    section.commands_title = "Commands";
    section.commands = "rheobase 'a & b'\nrheobase c";
    data.sections = {section};
    for (const bool interactive : {true, false}) {
      const std::string page = report::report_page(data, assets(interactive), no_drawing);
      CHECK(contains(page, "<a href=\"#study-figures\">Figures &amp; more</a>"));
      // base64 of <svg/>
      CHECK(
          contains(page, "alt=\"dr&quot;awn&quot;\" src=\"data:image/svg+xml;base64,PHN2Zy8+\">"));
      CHECK(contains(page, "<figcaption>n = 3 &lt; 4</figcaption>"));
      CHECK(contains(page, "This figure could not be drawn."));
      CHECK(contains(page, "<th scope=\"row\">a</th><td class=\"words\">b&lt;</td><td>1</td>"));
      CHECK(contains(page, "<code>rheobase 'a &amp; b'\nrheobase c</code>"));
      CHECK(contains(page, "<li>a &lt;note&gt;</li>"));
      CHECK(contains(page, "report-data") == interactive);
    }
    // A page of such sections alone has no charts and lacks none.
    report::ReportData alone;
    alone.title = "Study";
    alone.sections = {section};
    const std::string page = report::report_page(alone, assets(true), no_drawing);
    CHECK(contains(page, "<body class=\"static\">"));
    CHECK_FALSE(contains(page, "report-data"));
    CHECK_FALSE(contains(page, "Static figures"));
    CHECK_FALSE(contains(page, "JavaScript."));
  }

  TEST_CASE("the data keep their shape and order") {
    const report::Json json = json_of(report::report_page(example(), assets(true), no_drawing));
    CHECK(json["outputs"].size() == 2);
    CHECK(json["outputs"][0]["rate"]["mean"].size() == 199);
    CHECK(json["outputs"][1]["rate"]["sd"].size() == 199);
    CHECK(json["trials"]["rate"]["shape"] == report::Json({40, 199}));
    CHECK(json["rasters"].size() == 6);
    CHECK(json["unit_rates"]["conditions"][1]["spiking"]["shape"] == report::Json({200, 200}));
    CHECK(json["state_space"]["trajectories"][0]["rate"]["shape"] == report::Json({200, 3}));
    CHECK(json["weights"]["matrix"]["shape"] == report::Json({200, 200}));
    CHECK(json["stimulus"] == report::Json({{{250.0, 375.0}}, report::Json::array()}));
    int spikes = 0;
    for (const int count : json["rasters"][0]["count"]) {
      spikes += count;
    }
    CHECK(spikes == static_cast<int>(example().rasters[0].unit.size()));
    const auto first = json["weights"]["unit"][0].get<std::size_t>();
    CHECK(example().unit_type[first] == rate::UnitType::excitatory);
  }

  TEST_CASE("large networks are thinned, and the page says how") {
    const ExampleSize size{.units = 450, .trials = 10, .steps = 600, .rasters_per_condition = 1};
    report::PageLimits limits;
    limits.spikes = 2000;
    limits.losses = 500;
    limits.trials = 4;
    const report::PageJson page = report::report_json(example_report(size), limits);
    const report::Json json = report::Json::parse(page.text);
    CHECK(json["unit_rates"]["conditions"][0]["rate"]["shape"] == report::Json({225, 200}));
    CHECK(json["unit_rates"]["step"] == 15.0);
    CHECK(json["unit_rates"]["start"] == -2.5);
    CHECK(json["weights"]["matrix"]["shape"] == report::Json({225, 225}));
    CHECK(json["training"]["group"] == 5);
    CHECK(json["training"]["losses"].size() == 440);
    CHECK(json["trials"]["rate"]["shape"][0] == 4);
    const auto drawn = json["rasters"][0]["time"]["shape"][1].get<int>();
    CHECK(drawn <= 1000);
    CHECK(drawn < json["rasters"][0]["spikes"].get<int>());
    CHECK(page.notes.size() == 6);
  }

  TEST_CASE("every figure of the page can be drawn for a paper") {
    const report::TemporaryFolder folder;
    for (const char* format : {"svg", "pdf", "png"}) {
      const fs::path target = folder.path() / format;
      const std::vector<fs::path> files =
          report::write_figures(example(), target, report::figure_format_from(format));
      CHECK(files.size() == report::figure_ids(example()).size());
      for (const fs::path& file : files) {
        CAPTURE(file.string());
        CHECK(fs::file_size(file) > 2000);
      }
      CHECK(std::distance(fs::directory_iterator(target), {}) ==
            static_cast<std::ptrdiff_t>(files.size()));
    }
    std::ifstream svg(folder.path() / "svg" / "outputs.svg");
    const std::string text{std::istreambuf_iterator<char>(svg), {}};
    for (const char* label :
         {"Time (ms)", "Output (a.u.)", "nogo, 20 trials", "LIF network", "Target (dashed)"}) {
      CHECK(contains(text, label));
    }
  }

  TEST_CASE("a search of one value has a readable axis, and a key for what is drawn alone") {
    report::ReportData data = example();
    data.copies = 4;
    data.scaling_factor = 80.0;
    data.scaling = {{80.0, 1.0, 0.2, 1.0, 4, {}}};
    const auto figure = [&data] {
      return report::draw_figures(data, {"scaling"}, report::FigureFormat::svg).front();
    };
    const std::string without = figure();
    CHECK(contains(without, "310</text>"));
    CHECK(contains(without, "330</text>"));
    CHECK_FALSE(contains(without, "320.02"));
    CHECK_FALSE(contains(without, "predicted"));
    data.scaling[0].predicted = 0.9;
    CHECK(contains(figure(), "predicted"));
  }

  TEST_CASE("mistakes are one clear error and leave no file") {
    const report::TemporaryFolder folder;
    CHECK_THROWS_WITH_AS(report::figure_format_from("gif"),
                         doctest::Contains("must be svg, pdf or png"), InputError);
    CHECK_THROWS_AS(report::write_report(example(), folder.path() / "missing" / "report.html"),
                    InputError);
    std::ofstream(folder.path() / "file") << "x";
    CHECK_THROWS_AS(
        report::write_figures(example(), folder.path() / "file", report::FigureFormat::svg),
        InputError);
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
  }

  TEST_CASE("the written page is below 5 MB with a million spikes") {
    const report::TemporaryFolder folder;
    report::ReportData data = example();
    report::ReportRaster& raster = data.rasters.front();
    while (raster.unit.size() < 1'000'000) {
      raster.unit.push_back(static_cast<int>(raster.unit.size() % 200));
      raster.time_ms.push_back(static_cast<double>(raster.unit.size() % 9973) / 10.0);
    }
    report::write_report(data, folder.path() / "report.html");
    CHECK(fs::file_size(folder.path() / "report.html") < 5'000'000);
  }
}

}  // namespace rheobase
