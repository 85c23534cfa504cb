// The loop that keeps child processes busy: those of a study's cells, of `train --seeds` and of
// `map`.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "apps/study/child_process.hpp"

namespace rheobase::study {

/// Runs jobs, some at a time. A job has its processes one after the other: child() is the present
/// one. An exception ends those that run.
/// @param next         makes a job (std::unique_ptr); nothing: there are no more
/// @param advance      of a job: goes on where its process has ended, and says whether there is one
///                     to wait for
/// @param between      called before every look at the processes; throws to stop
/// @param patience_ms  at most, from one such call to the next
template <class Next, class Advance, class Between>
void run_processes(int jobs, int patience_ms, const Next& next, const Advance& advance,
                   const Between& between) {
  std::vector<decltype(next())> running;
  bool more = true;
  while (more || !running.empty()) {
    between();
    std::erase_if(running, [&](const auto& job) { return !advance(*job); });
    while (more && running.size() < static_cast<std::size_t>(jobs)) {
      auto job = next();
      more = job != nullptr;
      if (more && advance(*job)) {
        running.push_back(std::move(job));
      }
    }
    if (!running.empty()) {
      std::vector<const ChildProcess*> children;
      for (const auto& job : running) {
        children.push_back(job->child());
      }
      ChildProcess::wait_for_any(children, patience_ms);
    }
  }
}

}  // namespace rheobase::study
