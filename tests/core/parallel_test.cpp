#include "core/parallel.hpp"

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.hpp"
#include "core/shared_control.hpp"

using namespace rheobase;

TEST_SUITE("unit") {
  TEST_CASE("every index is visited exactly once on any number of threads") {
    for (const int threads : {0, 1, 2, 5}) {
      std::vector<std::atomic<int>> visits(1000);
      parallel_for(visits.size(), threads, [&](std::size_t i) { ++visits[i]; });
      for (const auto& count : visits) {
        REQUIRE(count == 1);
      }
    }
  }

  TEST_CASE("what one thread is asked, every thread hears of") {
    int asked = 0;
    RunControl control;
    control.cancelled = [&asked] { return ++asked == 2; };
    const RunControl shared = for_all_threads(control);
    const auto elsewhere = [&shared] {
      bool stopped = false;
      std::thread([&] { stopped = shared.stop_requested(); }).join();
      return stopped;
    };
    CHECK_FALSE(elsewhere());
    CHECK_FALSE(shared.stop_requested());
    CHECK_FALSE(elsewhere());
    CHECK(asked == 1);  // other threads do not ask
    CHECK(shared.stop_requested());
    CHECK(elsewhere());
    CHECK(shared.stop_requested());  // what was once said holds
    CHECK_FALSE(for_all_threads({}).stop_requested());
  }

  TEST_CASE("progress grows to the end and comes from the calling thread") {
    for (const int threads : {1, 2}) {
      const std::thread::id caller = std::this_thread::get_id();
      double last = 0.0;
      RunControl control;
      control.report = [&](const Progress& progress) {
        CHECK(std::this_thread::get_id() == caller);
        CHECK(progress.fraction >= last);
        last = progress.fraction;
      };
      parallel_for(
          100, threads, [](std::size_t) {}, control);
      CHECK(last <= 1.0);
      CHECK((threads > 1 || last == 1.0));
    }
  }

  TEST_CASE("a wish to stop ends the work early, or leaves complete work alone") {
    for (const int threads : {1, 2}) {
      std::atomic<int> visits = 0;
      RunControl control;
      control.cancelled = [&] { return visits >= 5; };
      const auto body = [&](std::size_t) {
        ++visits;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      };
      CHECK_THROWS_AS(parallel_for(1000, threads, body, control), Cancelled);
      CHECK(visits < 1000);
      visits = 0;
      CHECK_NOTHROW(parallel_for(1, threads, body, control));
    }
  }

  TEST_CASE("a wish to stop that comes with the last piece of work leaves it complete") {
    int visits = 0;
    RunControl control;
    control.cancelled = [&] { return visits == 100; };
    CHECK_NOTHROW(parallel_for(
        100, 1, [&](std::size_t) { ++visits; }, control));
    CHECK(visits == 100);
  }

  TEST_CASE("an exception of the body reaches the caller") {
    for (const int threads : {1, 2}) {
      CHECK_THROWS_AS(parallel_for(10, threads,
                                   [](std::size_t i) {
                                     if (i == 7) {
                                       throw std::runtime_error("seven");
                                     }
                                   }),
                      std::runtime_error);
    }
  }
}
