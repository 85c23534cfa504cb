#include <array>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/field_table.hpp"
#include "mapping/conversion/conversion_search.hpp"

namespace rheobase::mapping {

namespace {

constexpr std::array<Word<MappingChoice>, 3> kMappingChoices{
    {{MappingChoice::published, "published"},
     {MappingChoice::fitted, "fitted"},
     {MappingChoice::automatic, "auto"}}};
constexpr std::array<Word<FitScope>, 4> kFitScopes{{{FitScope::global, "global"},
                                                    {FitScope::type, "type"},
                                                    {FitScope::unit, "unit"},
                                                    {FitScope::copy, "copy"}}};

}  // namespace

const FieldTable<ConversionOptions>& conversion_fields() {
  using C = ConversionOptions;
  static const FieldTable<C> table{
      field("mapping", &C::mapping, kMappingChoices,
            {.option = "--mapping",
             .label = "mapping",
             .help = "published searches the scaling factor alone; fitted also makes gain, bias "
                     "and noise of the membranes such that their rate curve is the rate units' "
                     "transfer function; auto takes published where it reaches the target, else "
                     "fitted, with copies of the units where one of each is not enough",
             .citation = "published: Kim, Li & Sejnowski, PNAS 2019; fitted: Siegert, Phys Rev "
                         "1951"}),
      field("target", &C::target, {.low = 0.0, .high = 1.0, .above_low = true, .below_high = true},
            {.option = "--target",
             .label = "accuracy to reach",
             .help = "Accuracy that fresh trials must show, by its lower 95 % bound, before auto "
                     "and fitted stop searching"}),
      field(
          "max_rate_hz", &C::max_rate_hz, kPositive,
          {.option = "--max-rate",
           .unit = "Hz",
           .label = "highest mean rate",
           .help = "Mean rate that the LIF units may have, in auto also of the published mapping"}),
      field("max_copies", &C::max_copies, {1.0, 1000.0},
            {.option = "--max-copies",
             .label = "most copies of a unit",
             .help = "LIF units that may stand for one rate unit"}),
      field("fit", &C::fit, kFitScopes,
            {.option = "--fit",
             .label = "scope of the fit",
             .help = "What shares a gain and a bias: all units, those of a type, or none (auto "
                     "chooses where it is not given); copy: "
                     "all units share a gain, their copies differ in bias, so that together they "
                     "follow the transfer function closely"}),
  };
  return table;
}

void check_conversion(const ConversionOptions& options) {
  check(options, conversion_fields(), "mapping");
  const ConversionOptions defaults;
  // What the mapping has no use for would be passed over without a word.
  const auto require = [](bool as_default, const char* option, const char* given,
                          const char* needed) {
    if (!as_default) {
      throw InputError(option, "", fmt::format("--mapping {} beside it", given),
                       fmt::format("must come with --mapping {} or auto", needed));
    }
  };
  if (options.mapping == MappingChoice::published) {
    require(options.fit == defaults.fit, "--fit", "published", "fitted");
    require(options.target == defaults.target, "--target", "published", "fitted");
    require(options.max_rate_hz == defaults.max_rate_hz, "--max-rate", "published", "fitted");
    require(options.max_copies == defaults.max_copies, "--max-copies", "published", "fitted");
  }
  if (options.mapping == MappingChoice::fitted) {
    require(options.search.refine == defaults.search.refine, "--refine", "fitted", "published");
    require(options.search.selection == defaults.search.selection, "--selection", "fitted",
            "published");
  }
  if (options.max_copies != defaults.max_copies &&
      (options.copies_given || !options.search.scaling_factors.empty())) {
    throw InputError("--max-copies", "",
                     fmt::format("{} beside it", options.copies_given ? "--copies" : "--scaling"),
                     "must be left out: --copies and --scaling fix the copies that are tried");
  }
}

}  // namespace rheobase::mapping
