#include <limits>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "rate/models/attractor/attractor_trials.hpp"

namespace rheobase::rate {

TEST_SUITE("unit") {
  TEST_CASE("an unknown type is refused with the names there are") {
    try {
      published_attractor("one-hemisphere");
      FAIL("must throw");
    } catch (const InputError& error) {
      CHECK(error.required().find("several-fixed-points") != std::string::npos);
      CHECK(error.found() == "'one-hemisphere'");
    }
  }

  TEST_CASE("all published types are valid and have names of their own") {
    REQUIRE(published_attractors().size() == 5);
    for (const AttractorModel& model : published_attractors()) {
      validate(model);
      CHECK(&published_attractor(model.name) == &model);
    }
  }

  TEST_CASE("parameters out of range are refused by name") {
    AttractorModel model = published_attractor("several-fixed-points");
    model.softness = 0.0;
    CHECK_THROWS_WITH_AS(validate(model), doctest::Contains("softness"), InputError);
    model = published_attractor("several-fixed-points");
    model.step_ms = 200.0;
    CHECK_THROWS_WITH_AS(validate(model), doctest::Contains("step_ms"), InputError);
    model = published_attractor("several-fixed-points");
    model.same = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_WITH_AS(validate(model), doctest::Contains("same"), InputError);
    model = published_attractor("several-fixed-points");
    model.across = 0.5;
    CHECK_THROWS_WITH_AS(validate(model), doctest::Contains("across"), InputError);
  }

  TEST_CASE("a delay beyond the trial is refused") {
    const AttractorModel& model = published_attractor("several-fixed-points");
    AttractorProtocol protocol;
    protocol.go_ms = 7000.0;
    CHECK_THROWS_WITH_AS(simulate_attractor(model, protocol, {}), doctest::Contains("go_ms"),
                         InputError);
    protocol = {};
    protocol.delay_ms = 1000.0;
    CHECK_THROWS_WITH_AS(validate(protocol, model), doctest::Contains("delay_ms"), InputError);
  }

  TEST_CASE("trials, noise and hemispheres that do not fit are refused") {
    const AttractorModel& model = published_attractor("several-fixed-points");
    CHECK_THROWS_WITH_AS(simulate_attractor(model, {}, {.trials = 1}), doctest::Contains("trials"),
                         InputError);
    CHECK_THROWS_WITH_AS(simulate_attractor(model, {}, {.photoinhibition = -1.0}),
                         doctest::Contains("photoinhibition"), InputError);
    CHECK_THROWS_WITH_AS(simulate_attractor(model, {}, {.hemispheres = PhotoinhibitedSide::first}),
                         doctest::Contains("hemispheres"), InputError);
    CHECK_THROWS_WITH_AS(simulate_attractor(model, {}, {.record_every_ms = 0.3}),
                         doctest::Contains("record_every_ms"), InputError);
    CHECK_THROWS_WITH_AS(run_attractor(model, {}, {.noise = Eigen::MatrixXd::Zero(2, 5)}),
                         doctest::Contains("noise"), InputError);
  }

  TEST_CASE("a state that leaves the finite numbers stops the run") {
    AttractorModel model = published_attractor("several-fixed-points");
    model.depression_s = 0.0;
    model.same = 400.0;
    CHECK_THROWS_AS(simulate_attractor(model, {}, {.trials = 4}), NonFiniteError);
  }

  TEST_CASE("a run stops when it is asked to") {
    const AttractorModel& model = published_attractor("several-fixed-points");
    RunControl control;
    control.cancelled = [] { return true; };
    CHECK_THROWS_AS(simulate_attractor(model, {}, {.trials = 40}, control), Cancelled);
  }
}

}  // namespace rheobase::rate
