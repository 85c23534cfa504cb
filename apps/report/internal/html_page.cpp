#include "apps/report/internal/html_page.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "apps/report/internal/html_captions.hpp"
#include "apps/report/internal/html_encoding.hpp"

namespace rheobase::report {

namespace {

/// A closing tag or comment inside a script element would end it.
std::string inside_script(std::string_view text) {
  std::string result;
  for (const char c : text) {
    result += c == '<' ? std::string("\\u003c") : std::string(1, c);
  }
  return result;
}

/// Replaces every {{name}} of `page` once, from left to right.
std::string filled(std::string_view page, const std::map<std::string, std::string>& values) {
  std::string result;
  for (std::size_t at = 0; at < page.size();) {
    const std::size_t open = page.find("{{", at);
    const std::size_t close = open == std::string_view::npos ? open : page.find("}}", open);
    if (close == std::string_view::npos) {
      return result += page.substr(at);
    }
    result += page.substr(at, open - at);
    result += values.at(std::string(page.substr(open + 2, close - open - 2)));
    at = close + 2;
  }
  return result;
}

std::string summary_html(const std::vector<ReportStatistic>& summary) {
  std::string html;
  for (const ReportStatistic& statistic : summary) {
    html += fmt::format(
        "<div><dt>{}</dt><dd class=\"value\">{}</dd><dd class=\"detail\">{}</dd></div>\n",
        escaped_html(statistic.name), escaped_html(statistic.value),
        escaped_html(statistic.detail));
  }
  return html;
}

std::string facts_html(const std::vector<ReportFact>& facts) {
  std::string html;
  for (std::size_t i = 0; i < facts.size(); ++i) {
    if (i == 0 || facts[i].group != facts[i - 1].group) {
      html += fmt::format("{}<table><caption>{}</caption>\n", i == 0 ? "" : "</table>\n",
                          escaped_html(facts[i].group));
    }
    html += fmt::format("<tr><th scope=\"row\">{}</th><td>{}</td></tr>\n",
                        escaped_html(facts[i].name), escaped_html(facts[i].value));
  }
  return html + (facts.empty() ? "" : "</table>\n");
}

std::string table_html(const ReportTable& table) {
  std::string html =
      fmt::format("<div class=\"table\"><h3>{}</h3>\n<div class=\"wide\"><table>\n<tr>",
                  escaped_html(table.title));
  const auto kind = [&table](std::size_t column) {
    return column > 0 && column < table.words ? " class=\"words\"" : "";
  };
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    html += fmt::format("<th scope=\"col\"{}>{}</th>", kind(i), escaped_html(table.header[i]));
  }
  html += "</tr>\n";
  for (const std::vector<std::string>& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) {
      html += i == 0 ? fmt::format("<th scope=\"row\">{}</th>", escaped_html(row[i]))
                     : fmt::format("<td{}>{}</td>", kind(i), escaped_html(row[i]));
    }
    html += "</tr>\n";
  }
  return html + fmt::format("</table></div>\n<p>{}</p></div>\n", escaped_html(table.note));
}

std::string tables_html(const std::vector<ReportTable>& tables) {
  if (tables.empty()) {
    return {};
  }
  std::string html = "<section id=\"section-numbers\">\n<h2>Numbers</h2>\n<div class=\"tables\">\n";
  for (const ReportTable& table : tables) {
    html += table_html(table);
  }
  return html + "</div>\n</section>\n";
}

std::string notes_html(const std::vector<std::string>& notes) {
  if (notes.empty()) {
    return {};
  }
  std::string html = "<ul class=\"notes\">\n";
  for (const std::string& note : notes) {
    html += fmt::format("<li>{}</li>\n", escaped_html(note));
  }
  return html + "</ul>\n";
}

std::string navigation_html(const std::vector<PageSection>& sections, const ReportData& data) {
  std::string html;
  for (const PageSection& section : sections) {
    html += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, section.title);
  }
  if (!data.tables.empty()) {
    html += "<li><a href=\"#section-numbers\">Numbers</a></li>\n";
  }
  for (const ReportSection& section : data.sections) {
    html +=
        fmt::format("<li><a href=\"#{}\">{}</a></li>\n", section.id, escaped_html(section.title));
  }
  return html + "<li><a href=\"#provenance\">How it was made</a></li>\n";
}

/// Three figures that do not need the full width share a line, otherwise two do.
std::string figure_class(const PageFigure& figure, const PageSection& section) {
  if (figure.full_width) {
    return "full";
  }
  const auto narrow = std::count_if(section.figures.begin(), section.figures.end(),
                                    [](const PageFigure& other) { return !other.full_width; });
  return narrow % 3 == 0 ? "third" : "half";
}

std::string figure_html(const PageFigure& figure, const std::string& css_class,
                        const std::string& plot) {
  return fmt::format(
      "<figure id=\"figure-{0}\" class=\"{1}\">\n<div class=\"head\"><h3>{2}</h3></div>\n"
      "<div class=\"plot\">{3}</div>\n<figcaption>{4}</figcaption>\n</figure>\n",
      figure.id, css_class, escaped_html(figure.title), plot, escaped_html(figure.caption));
}

/// An image that keeps its own styles and identifiers to itself.
std::string static_figure(const std::string& svg, const std::string& title) {
  if (svg.empty()) {
    return "<p>This figure could not be drawn.</p>";
  }
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(svg.data());
  return fmt::format(
      "<img class=\"static-figure\" alt=\"{}\" src=\"data:image/svg+xml;base64,{}\">",
      escaped_html(title), base64({bytes, svg.size()}));
}

std::string sections_html(const std::vector<PageSection>& sections, const FigureDrawer& draw) {
  std::string html;
  for (const PageSection& section : sections) {
    html += fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n<div class=\"figures\">\n", section.id,
                        section.title);
    for (const PageFigure& figure : section.figures) {
      std::string plot;
      if (draw) {
        plot = static_figure(draw(figure.id), figure.title);
      }
      html += figure_html(figure, figure_class(figure, section), plot);
    }
    html += "</div>\n</section>\n";
  }
  return html;
}

std::string drawings_html(const ReportSection& section) {
  if (section.drawings.empty()) {
    return {};
  }
  const char* css_class = section.drawings.size() == 1 ? "drawn" : "drawn half";
  std::string html = "<div class=\"figures\">\n";
  for (std::size_t i = 0; i < section.drawings.size(); ++i) {
    const ReportDrawing& drawing = section.drawings[i];
    html += figure_html({fmt::format("{}-{}", section.id, i + 1), drawing.title, drawing.caption},
                        css_class, static_figure(drawing.svg, drawing.title));
  }
  return html + "</div>\n";
}

/// Sections that are the same with and without the chart library.
std::string more_sections_html(const std::vector<ReportSection>& sections) {
  std::string html;
  for (const ReportSection& section : sections) {
    html +=
        fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n", section.id, escaped_html(section.title));
    html += drawings_html(section);
    if (!section.tables.empty()) {
      html += "<div class=\"tables below\">\n";
      for (const ReportTable& table : section.tables) {
        html += table_html(table);
      }
      html += "</div>\n";
    }
    html += notes_html(section.notes);
    if (!section.commands.empty()) {
      html +=
          fmt::format("<h3 class=\"apart\">{}</h3>\n<div class=\"command\"><code>{}</code></div>\n",
                      escaped_html(section.commands_title), escaped_html(section.commands));
    }
    html += "</section>\n";
  }
  return html;
}

/// What the reader must know of the figures before looking at them.
std::string warning_html(bool interactive, bool any_figure) {
  if (!any_figure) {
    return {};
  }
  return interactive ? "<noscript><p class=\"warning\">The figures need JavaScript.</p>"
                       "</noscript>\n"
                     : "<p class=\"warning\">Static figures: Rheobase was built without the chart "
                       "library of the interactive page.</p>\n";
}

}  // namespace

std::string report_page(const ReportData& data, const PageAssets& assets, const FigureDrawer& draw,
                        const PageLimits& limits) {
  const std::vector<PageSection> sections = page_sections(data);
  const bool interactive = !assets.charts.empty() && !sections.empty();
  std::vector<std::string> notes = data.notes;
  std::string scripts;
  if (interactive) {
    const PageJson json = report_json(data, limits);
    notes.insert(notes.end(), json.notes.begin(), json.notes.end());
    scripts = fmt::format(
        "<script type=\"application/json\" id=\"report-data\">{}</script>\n<!--\nuPlot\n{}-->\n"
        "<script>{}</script>\n",
        inside_script(json.text), assets.library_licence, assets.charts);
  }
  return filled(assets.page,
                {{"version", escaped_html(data.version)},
                 {"title", escaped_html(data.title)},
                 {"subtitle", escaped_html(data.subtitle)},
                 {"style", fmt::format("{}{}", assets.library_style, assets.style)},
                 {"mode", interactive ? "interactive" : "static"},
                 {"summary", summary_html(data.summary)},
                 {"warning", warning_html(interactive, !sections.empty())},
                 {"navigation", navigation_html(sections, data)},
                 {"sections", sections_html(sections, interactive ? FigureDrawer{} : draw)},
                 {"tables", tables_html(data.tables) + more_sections_html(data.sections)},
                 {"command", escaped_html(data.command_line)},
                 {"notes", notes_html(notes)},
                 {"facts", facts_html(data.facts)},
                 {"credits", interactive ? " · charts: uPlot (MIT licence)" : ""},
                 {"copy", fmt::format("{}{}", assets.copy, interactive ? "" : assets.still)},
                 {"data", scripts}});
}

}  // namespace rheobase::report
