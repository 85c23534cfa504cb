#include "apps/report/html_collect.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "apps/report/internal/html_captions.hpp"
#include "apps/report/internal/html_text.hpp"
#include "core/error.hpp"
#include "mapping/conversion/siegert.hpp"
#include "tests/reference.hpp"
#include "tests/tolerances.hpp"

namespace rheobase {

namespace {

const rate::Task& task() {
  static const rate::Task go_nogo("go-nogo");
  return go_nogo;
}

const io::ModelFile& model() {
  static const io::ModelFile file = [] {
    io::ModelFile read = io::read_model(reference::path("models/go-nogo_N200_s1.mat"));
    read.provenance.scaling_factors = {20.0, 25.0, 30.0};
    read.provenance.accuracies = {0.45, 0.95, 0.85};
    read.provenance.search_trials = 20;
    read.provenance.map_command = "rheobase map model.mat -o model.lif.mat";
    return read;
  }();
  return file;
}

const mapping::Comparison& comparison() {
  static const mapping::Comparison result = [] {
    mapping::CompareOptions options;
    options.scaling_factor = 25.0;
    options.trials = 8;
    options.simulation.seed = 5;
    options.simulation.trial = 3;
    options.example_trials = 1;
    return mapping::compare(model().network, task(), options);
  }();
  return result;
}

report::ReportData data() {
  return report::report_data(comparison(), task(), &model(),
                             {"model.mat", "rheobase report model.mat", "1"});
}

bool has_fact(const report::ReportData& report, const std::string& name, const std::string& value) {
  return std::any_of(report.facts.begin(), report.facts.end(), [&](const report::ReportFact& fact) {
    return fact.name == name && fact.value == value;
  });
}

}  // namespace

TEST_SUITE("numeric") {
  TEST_CASE("outputs are averaged over the trials of their condition") {
    const report::ReportData report = data();
    REQUIRE(report.outputs.size() == 2);
    int trials = 0;
    for (const report::ReportOutputs& outputs : report.outputs) {
      Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(report.trials.spiking.cols());
      for (std::size_t k = 0; k < report.trials.condition.size(); ++k) {
        if (report.trials.condition[k] == outputs.condition) {
          sum += report.trials.spiking.row(static_cast<Eigen::Index>(k));
        }
      }
      CHECK((outputs.spiking.mean.values - sum.transpose() / outputs.trials).norm() < 1e-12);
      CHECK(outputs.target.size() == 199);
      CHECK(outputs.rate.mean.time_ms(0) == 5.0);
      trials += outputs.trials;
    }
    CHECK(trials == 8);
    CHECK(report.outputs[0].target[100] == 1.0);
    CHECK(report.outputs[1].target.isZero());
    CHECK(report.trials.name.front() == "trial 3");
  }

  TEST_CASE("given trials have the name of their file and their place in it, from 1") {
    mapping::Comparison given = comparison();
    given.split.emplace();
    given.split->file = "folder/choice.mat";
    given.traces.index.assign(8, 16);
    given.traces.index[1] = -1;  // of another task
    const auto names = [&] {
      return report::report_data(given, task(), nullptr, {"c.mat", "rheobase report c.mat", "1"})
          .trials.name;
    };
    CHECK(names()[0] == "trial 17 of choice.mat");
    CHECK(names()[1] == "trial 4");
    given.split->test_file = "test.mat";
    given.split->evaluated = rate::EvaluatedTrials::held_out;
    CHECK(names()[0] == "trial 17 of test.mat");
  }

  TEST_CASE("every trial has its own target, a condition the mean of them") {
    const report::ReportData report = data();
    REQUIRE(report.trials.target.rows() == 8);
    for (Eigen::Index k = 0; k < 8; ++k) {
      const rate::Trial trial =
          task().random_trial(5, 3 + static_cast<std::uint32_t>(k), Purpose::evaluation_task);
      CHECK(report.trials.target.row(k) == trial.target.leftCols(199));
    }
  }

  TEST_CASE("lesions and the rate network's noise are on the page") {
    mapping::Comparison lesioned = comparison();
    lesioned.intervention = "lesion of 10 units (inh@0.25)";
    const report::ReportData report = report::report_data(lesioned, task(), nullptr, {});
    CHECK(has_fact(report, "lesions and drives", lesioned.intervention));
    CHECK(report.subtitle.find("noise 0.1") != std::string::npos);
    CHECK(report.subtitle.find(lesioned.intervention) != std::string::npos);
    REQUIRE(report.notes.size() == 2);
    CHECK(report.notes[0].find(lesioned.intervention) != std::string::npos);
  }

  TEST_CASE("the stimulus is shaded where a trial has one") {
    const report::ReportData report = data();
    REQUIRE(report.stimulus.size() == 2);
    REQUIRE(report.stimulus[0].size() == 1);
    CHECK(report.stimulus[0][0].start_ms == 250.0);
    CHECK(report.stimulus[0][0].end_ms == 375.0);
    CHECK(report.stimulus[1].empty());
  }

  TEST_CASE("filtered spike trains keep the number of spikes: their mean is the firing rate") {
    const report::ReportData report = data();
    double filtered = 0.0;
    for (std::size_t c = 0; c < 2; ++c) {
      const Eigen::MatrixXd& scaled = report.unit_rates[c].spiking;
      filtered +=
          scaled.rightCols(160).mean() * report.scaling_factor * report.outputs[c].trials / 8.0;
    }
    // The filter delays spikes by up to 100 ms, hence the margin.
    CHECK(filtered == near(report.mean_hz.mean(), 0.1));
  }

  TEST_CASE("components of the spiking network have the signs of the rate network's") {
    for (const Eigen::Index component : {0, 1, 2}) {
      double agreement = 0.0;
      for (const report::ReportTrajectory& path : data().state_space.trajectories) {
        agreement += path.rate.row(component).dot(path.spiking.row(component));
      }
      CHECK(agreement >= 0.0);
    }
    const report::ReportStateSpace space = data().state_space;
    CHECK(space.start_ms == 200.0);
    CHECK(space.trajectories[0].rate.cols() == 160);
  }

  TEST_CASE(
      "intervals of the scaling search follow from its number of trials, which the file says") {
    const report::ReportData report = data();
    REQUIRE(report.scaling.size() == 3);
    const Proportion expected = wilson_interval(19, 20);
    CHECK(report.scaling[1].low == expected.low);
    CHECK(report.scaling[1].high == expected.high);

    io::ModelFile odd = model();
    odd.provenance.accuracies[0] = 0.123;
    const report::ReportData without = report::report_data(comparison(), task(), &odd, {});
    CHECK(without.scaling[1].low == 0.95);
    CHECK(without.scaling[1].high == 0.95);
    CHECK(without.notes.size() == report.notes.size() + 1);

    io::ModelFile older = model();
    older.provenance.search_trials = 0;
    const report::ReportData unknown = report::report_data(comparison(), task(), &older, {});
    CHECK(unknown.scaling[1].low == 0.95);
    CHECK(unknown.scaling[1].high == 0.95);
    CHECK(unknown.notes.size() == report.notes.size() + 1);
  }

  TEST_CASE("the rate curve is Siegert's at the compared point, beside the transfer function") {
    const report::ReportData report = data();
    REQUIRE(report.rate_curve);
    const report::RateCurves& curves = report.rate_curve->curves;
    const Eigen::Index last = curves.table.rows() - 1;
    CHECK(curves.table(0, 0) < curves.low);
    CHECK(curves.low < curves.high);
    CHECK(curves.high < curves.table(last, 0));
    for (const Eigen::Index k : {Eigen::Index{0}, last / 2, last}) {
      const double x = curves.table(k, 0);
      CHECK(curves.table(k, 1) == near(1.0 / (1.0 + std::exp(-x)), 1e-12));
      // Published: x mV above the threshold under noise of 1 mV.
      CHECK(curves.table(k, 2) == near(mapping::siegert_rate({}, x, 1.0) / 25.0, 1e-12));
    }
    const std::vector<std::string> ids = report::figure_ids(report);
    CHECK(std::find(ids.begin(), ids.end(), "curve") != ids.end());
    // Copies that differ in bias: their mean.
    mapping::TransferOptions transfer;
    transfer.copies = 2;
    transfer.copy_bias_mv = {-3.0, 3.0};
    const report::RateCurves both =
        report::rate_curves(transfer, 50.0, "sigmoid", {{}, {}, -2.0, 2.0});
    const double x = both.table(100, 0);
    const double mean =
        0.5 * (mapping::siegert_rate({}, x - 3.0, 1.0) + mapping::siegert_rate({}, x + 3.0, 1.0));
    CHECK(both.table(100, 2) == near(mean / 50.0, 1e-12));
  }

  TEST_CASE("of a fitted search: copies and what the rate network predicts") {
    io::ModelFile fitted = model();
    fitted.provenance.search_copies = {1.0, 1.0, 2.0};
    fitted.provenance.search_predicted = {0.75, 1.0, std::nan("")};
    const report::ReportData report = report::report_data(comparison(), task(), &fitted, {});
    CHECK(report.scaling[2].copies == 2);
    CHECK(report.scaling[0].predicted == 0.75);
    CHECK_FALSE(report.scaling[2].predicted);
    CHECK(report::is_fitted_search(report.scaling));
    CHECK_FALSE(report::is_fitted_search(data().scaling));
  }

  TEST_CASE("means are over the trials that are as long") {
    Eigen::MatrixXd trials{{1.0, 4.0, 2.0}, {3.0, 6.0, 0.0}, {2.0, 0.0, 0.0}};
    trials(0, 2) = trials(1, 2) = trials(2, 2) = trials(2, 1) = std::nan("");
    const report::OutputBand band = report::output_band("go", trials, 5.0, 5.0);
    CHECK(band.mean.values[0] == 2.0);
    CHECK(band.mean.values[1] == 5.0);
    CHECK(std::isnan(band.mean.values[2]));
    CHECK(band.sd[0] == near(1.0, 1e-12));
    CHECK(band.sd[1] == near(std::sqrt(2.0), 1e-12));
  }

  TEST_CASE("means over fewer trials behind the end of a shorter one are told") {
    mapping::Comparison shorter = comparison();
    const auto ended = static_cast<Eigen::Index>(shorter.traces.conditions.size()) - 1;
    const int condition = shorter.traces.conditions.back();
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    for (Eigen::MatrixXd* outputs : {&shorter.traces.rate_output, &shorter.traces.spiking_output}) {
      outputs->row(ended).tail(99).setConstant(kNone);  // of 199, from 5 ms on in steps of 5 ms
    }
    const report::ReportData report = report::report_data(shorter, task(), &model(), {});
    int others = 0;
    for (const report::ReportOutputs& outputs : report.outputs) {
      if (outputs.condition != condition) {
        CHECK(outputs.fewer.empty());
        continue;
      }
      REQUIRE(outputs.fewer.size() == 1);
      CHECK(outputs.fewer[0].from_ms == 505.0);
      CHECK(outputs.fewer[0].trials == outputs.trials - 1);
      others = outputs.trials - 1;
    }
    const std::string said =
        fmt::format("{}: {} trials, fewer from 505 ms on, {} at the end",
                    task().conditions()[static_cast<std::size_t>(condition)], others + 1, others);
    int figures = 0;
    int counts = 0;
    for (const report::PageSection& section : report::page_sections(report)) {
      for (const report::PageFigure& figure : section.figures) {
        figures +=
            figure.caption.find(" on shorter trials have ended") != std::string::npos ? 1 : 0;
        counts += figure.caption.find(said) != std::string::npos ? 1 : 0;
      }
    }
    CHECK(counts == 1);
    CHECK(figures == 3);  // outputs, heat maps, trajectories
    for (const report::PageSection& section : report::page_sections(data())) {
      for (const report::PageFigure& figure : section.figures) {
        CHECK(figure.caption.find("shorter trials") == std::string::npos);
      }
    }
  }

  TEST_CASE("the head of the page has no p where no difference is seen; the table has it") {
    mapping::Comparison found = comparison();
    const auto page = [&](double p) {
      found.all.paired.p_value = p;
      return report::report_data(found, task(), &model(), {"model.mat", "rheobase report", "1"});
    };
    for (const double p : {1.0, 0.05}) {
      CHECK(page(p).summary[2].value == "none seen");
    }
    CHECK(page(0.049).summary[2].value == "p = 0.049");
    CHECK(page(1e-4).summary[2].value == "p < 0.001");
    CHECK(page(1.0).summary[2].name == "Difference in accuracy");
    CHECK(page(1.0).tables[0].rows.back()[4] == "1.000");
  }

  TEST_CASE("no difference is seen in trials that are too few to see one") {
    mapping::Comparison found = comparison();
    const auto said = [&](int trials, double p) {
      found.all.trials = trials;
      found.all.paired.p_value = p;
      return report::report_summary(found)[2].value;
    };
    CHECK(said(1, 1.0) == "too few trials");     // 100 % against 0 %
    CHECK(said(5, 0.0625) == "too few trials");  // five that one network alone got right
    CHECK(said(6, 1.0) == "none seen");
    CHECK(said(6, 0.03125) == "p = 0.031");
  }

  TEST_CASE("facts of network and synapses have no sentinel and no span of one value") {
    io::ModelFile plain = model();
    plain.dale.reset();
    plain.network.tau_ms.setConstant(50.0);
    mapping::Comparison found = comparison();
    const auto facts = [&] {
      report::ReportData page;
      page.facts = report::report_facts(found, &plain);
      return page;
    };
    CHECK(has_fact(facts(), "time constants", "50 ms"));
    plain.network.tau_ms[0] = 20.0;
    CHECK(has_fact(facts(), "time constants", "20 to 50 ms"));
    CHECK(has_fact(facts(), "synaptic delay of inhibition", "0 ms"));
    found.options.transfer.synaptic_delay_ms = 1.5;
    CHECK(has_fact(facts(), "synaptic delay of inhibition", "1.5 ms"));
    found.options.transfer.inhibitory_delay_ms = 0.5;
    CHECK(has_fact(facts(), "synaptic delay of inhibition", "0.5 ms"));
  }

  TEST_CASE("a transfer function has one name on the page") {
    CHECK(report::transfer_text("sigmoid") == "sigmoid");
    io::ModelFile signed_model = model();
    signed_model.network.transfer = "tanh";
    const std::string text = report::transfer_text("tanh");
    CHECK(text == "tanh, in spikes as a sigmoid of 2x");
    report::ReportData page = data();
    page.facts = report::report_facts(comparison(), &signed_model);
    CHECK(has_fact(page, "transfer function", text));
    CHECK(data().rate_curve->transfer_function == "sigmoid");
  }

  TEST_CASE("the caption of a fitted search names a prediction where there is one") {
    report::ReportData page = data();
    const auto caption = [&] {
      for (const report::PageSection& section : report::page_sections(page)) {
        for (const report::PageFigure& figure : section.figures) {
          if (figure.id == "scaling") {
            return figure.caption;
          }
        }
      }
      return std::string();
    };
    page.scaling = {{80.0, 1.0, 0.2, 1.0, 4, {}}};
    CHECK(caption().find("LIF networks that were tried") != std::string::npos);
    CHECK(caption().find("predicted") == std::string::npos);
    page.scaling[0].predicted = 0.9;
    CHECK(caption().find("predicted") != std::string::npos);
  }

  TEST_CASE("options and seeds are listed, and the summary says what was measured") {
    const report::ReportData report = data();
    CHECK(has_fact(report, "seed", "5"));
    CHECK(has_fact(report, "first trial", "3"));
    CHECK(has_fact(report, "noise intensity", "0.2 mV²/ms"));
    CHECK(has_fact(report, "threshold", "−40 mV"));
    CHECK(has_fact(report, "time step", "0.05 ms"));
    CHECK(has_fact(report, "readout bias used", "no"));
    CHECK(has_fact(report, "mapped by", model().provenance.map_command));
    const Proportion& accuracy = comparison().all.rate_accuracy;
    CHECK(report.summary[0].value == (accuracy.value == 1.0 ? "100 %" : report.summary[0].value));
    CHECK(report.tables.front().rows.size() == 3);
    CHECK(report.tables.front().rows.back().front() == "all");
    for (const report::ReportTable& table : report.tables) {
      for (const auto& row : table.rows) {
        CHECK(row.size() == table.header.size());
      }
    }
  }

  TEST_CASE("without the model's file its figures are missing and the page says so") {
    const report::ReportData report = report::report_data(comparison(), task(), nullptr, {});
    CHECK(report.weights.size() == 0);
    CHECK(report.scaling.empty());
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes[0].find("comparison file") != std::string::npos);
  }

  TEST_CASE("a comparison of another task or network is refused") {
    CHECK_THROWS_WITH_AS(
        report::report_data(comparison(), rate::Task("xor"), nullptr, {"a.mat", "", ""}),
        doctest::Contains("must be 'xor'"), InputError);
    io::ModelFile other = model();
    other.network.b_out[0] += 0.25;
    other.network.w_out(0, 0) += 0.25;
    CHECK_THROWS_AS(report::report_data(comparison(), task(), &other, {}), InputError);
  }
}

}  // namespace rheobase
