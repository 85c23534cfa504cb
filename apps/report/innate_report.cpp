#include "apps/report/innate_report.hpp"

#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "apps/report/innate_picture.hpp"
#include "apps/report/internal/gnuplot.hpp"
#include "apps/report/internal/plain_page.hpp"
#include "core/error.hpp"
#include "core/field_table.hpp"
#include "io/mat/atomic_file.hpp"

namespace rheobase::report {

namespace fs = std::filesystem;

namespace {

struct InnateFigure {
  const char* id;
  void (*draw)(const io::InnateFile&, const fs::path&);
  const char* caption;
};

std::vector<InnateFigure> figures_of(const io::InnateFile& file) {
  std::vector<InnateFigure> figures{
      {"rates", [](const auto& file_of, const auto& path) { draw_innate_rates(file_of, path); },
       "Before and after training, from above: rates of the recorded units; three units and the "
       "readout in the innate trial and in a noisy test; readouts of perturbed tests (arrow: the "
       "perturbation; black: the target). Grey: the cue."}};
  if (file.experiment.trials.front().target.rows() == 2) {
    figures.push_back(
        {"paths", [](const auto& file_of, const auto& path) { draw_innate_paths(file_of, path); },
         "Paths of tests above and of perturbed tests below, after training. Grey: "
         "the target; circles: twenty marks at equal distances in time."});
  }
  figures.push_back({"loss", draw_innate_loss,
                     "Mean squared error of each training trial, over its updates; recurrent: of "
                     "all units, also of those that cannot learn."});
  return figures;
}

std::string tests_html(const io::InnateFile& file) {
  std::string html =
      "<table><caption>Tests</caption>\n<tr><th>trajectory</th><th>tests</th><th>trials</th>"
      "<th>mean R²</th><th>lowest R²</th><th>path RMSE</th></tr>\n";
  for (std::size_t k = 0; k < file.experiment.trials.size(); ++k) {
    for (const bool trained : {false, true}) {
      for (const bool perturbed : {false, true}) {
        const rate::InnateScores scores = rate::scores_of(file.result.tests, k, trained, perturbed);
        if (scores.trials > 0) {
          html += fmt::format(
              "<tr><th scope=\"row\">{}</th><td>{} training{}</td><td>{}</td><td>{:.4f}</td>"
              "<td>{:.4f}</td><td>{:.4f}</td></tr>\n",
              escaped_html(file.names[k]), trained ? "after" : "before",
              perturbed ? ", perturbed" : "", scores.trials, scores.mean_r2, scores.lowest_r2,
              scores.path_rmse);
        }
      }
    }
  }
  return html + "</table>\n";
}

std::string exponents_html(const io::InnateFile& file) {
  if (!file.exponents) {
    return {};
  }
  const rate::TrainingExponents& e = *file.exponents;
  std::string html =
      "<table><caption>Largest Lyapunov exponent (1/s)</caption>\n<tr><th></th><th>before</th>"
      "<th>after</th></tr>\n";
  const auto add = [&html](const std::string& name, double before, double after) {
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{:.2f}</td><td>{:.2f}</td></tr>\n",
                        escaped_html(name), before, after);
  };
  add("without input", e.free_before, e.free_after);
  for (Eigen::Index k = 0; k < e.trial_before.size(); ++k) {
    add("along " + file.names[static_cast<std::size_t>(k)], e.trial_before[k], e.trial_after[k]);
  }
  return html + "</table>\n";
}

std::string trials_html(const io::InnateFile& file) {
  std::string html;
  for (std::size_t k = 0; k < file.experiment.trials.size(); ++k) {
    html += row_html("trial of " + file.names[k],
                     innate_trial_text(file, k) + "; " + innate_perturbation_text(file, k));
  }
  return html;
}

std::string facts_html(const io::InnateFile& file) {
  std::string html = "<table><caption>Network and training</caption>\n";
  html += row_html("units",
                   fmt::format("{} ({} plastic)", file.start.units(), file.start.plastic_units));
  const auto add = [&html](const auto& table, const auto& options) {
    for (const auto& field : table) {
      if (!field.label.empty() && field.name != "threads" && field.name != "memory_gb" &&
          field.name != "units") {
        html += row_html(field.label, value_text(field.get(options)) +
                                          (field.unit.empty() ? "" : " " + field.unit));
      }
    }
  };
  if (file.drawn_with) {
    add(rate::reservoir_fields(), *file.drawn_with);
  }
  add(rate::innate_fields(), file.experiment);
  html += trials_html(file);
  return html + row_html("made by", file.command) + "</table>\n";
}

std::string span_text(const io::InnateFile& file, int first, int end) {
  return fmt::format("from {:g} to {:g} ms", first * file.start.step_ms, end * file.start.step_ms);
}

}  // namespace

std::string innate_trial_text(const io::InnateFile& file, std::size_t trajectory) {
  const rate::InnateTrial& trial = file.experiment.trials.at(trajectory);
  const int cue_end = trial.cue.start + trial.cue.steps;
  std::string text =
      fmt::format("{:g} ms; cue of {:g} {}; learnt and scored {}", trial.steps * file.start.step_ms,
                  trial.cue.amplitude, span_text(file, trial.cue.start, cue_end),
                  span_text(file, trial.window_start, trial.window_stop));
  if (file.kind == "timing") {
    Eigen::Index column = 0;
    trial.target.row(0).maxCoeff(&column);
    // Targets run from 0 to the trial's end, both included, as the published program has them.
    const double peak = std::round(static_cast<double>(column) * trial.steps / (trial.steps - 1.0));
    text += fmt::format(", pulse {:g} ms after the cue", (peak - cue_end) * file.start.step_ms);
  }
  return text;
}

std::string innate_perturbation_text(const io::InnateFile& file, std::size_t trajectory) {
  const rate::InnateTrial& trial = file.experiment.trials.at(trajectory);
  const rate::Pulse& pulse = trial.perturbation;
  if (pulse.steps == 0 || pulse.amplitude == 0.0) {
    return "no perturbation";
  }
  return fmt::format(
      "perturbed by {:g} {}{}", pulse.amplitude,
      span_text(file, pulse.start, pulse.start + pulse.steps),
      pulse.start < trial.window_stop ? "" : ", behind the window: scores do not see it");
}

void write_innate_report(const io::InnateFile& file, const std::string& model,
                         const std::string& command, const fs::path& path) {
  io::require_writable(path);
  const TemporaryFolder folder;
  std::string figures;
  for (const InnateFigure& figure : figures_of(file)) {
    const fs::path image = folder.path() / fmt::format("{}.svg", figure.id);
    figure.draw(file, image);
    figures += figure_html(figure.id, image, figure.caption);
  }
  const std::string title = fmt::format("Innate training: {}", file.kind);
  const bool tamed = file.result.state.recurrent_loss.size() < 2 || file.result.loss_fell();
  const std::string note =
      tamed ? ""
            : "<p class=\"note\">The loss of the recurrent trials did not fall by a fifth: the "
              "network is not tamed, whatever an unperturbed test shows.</p>\n";
  write_plain_page({title, model, command,
                    note + tests_html(file) + exponents_html(file) + figures + facts_html(file)},
                   path);
}

std::vector<fs::path> innate_figure_files(const io::InnateFile& file, const fs::path& folder,
                                          const std::string& format) {
  std::vector<fs::path> paths;
  for (const InnateFigure& figure : figures_of(file)) {
    paths.push_back(folder / fmt::format("{}.{}", figure.id, format));
  }
  return paths;
}

std::vector<fs::path> write_innate_figures(const io::InnateFile& file, const fs::path& folder,
                                           const std::string& format) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw InputError(folder.string(), "", failure.message(), "must be a folder that can be made");
  }
  const std::vector<InnateFigure> figures = figures_of(file);
  const std::vector<fs::path> paths = innate_figure_files(file, folder, format);
  for (std::size_t k = 0; k < figures.size(); ++k) {
    figures[k].draw(file, paths[k]);
  }
  return paths;
}

}  // namespace rheobase::report
