// Which process runs which cell. Whatever the answer, the results are the same.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "apps/study/study.hpp"

namespace rheobase::study {

/// Gives out the cells of a study, each once, to the processes that share it.
class Schedule {
 public:
  Schedule() = default;
  virtual ~Schedule() = default;
  Schedule(const Schedule&) = delete;
  Schedule& operator=(const Schedule&) = delete;

  /// The next cell for this process; nothing when all were given out.
  virtual std::optional<std::size_t> next() = 0;
  /// Cells that are given out to this process and those that share with it.
  virtual const std::vector<std::size_t>& cells() const = 0;
  /// How many processes share them.
  virtual int processes() const { return 1; }
  /// Called every few milliseconds, so that a process that computes answers the others.
  virtual void serve() {}
  /// How long a process may sleep between two calls of serve().
  virtual int patience_ms() const { return 200; }
  /// Called when this process has no more to do, until it answers true: the others need it no more.
  virtual bool finished() { return true; }
};

/// A part of all cells for one process: 1 of 1, or a shard of a Slurm array. Cells are dealt to the
/// shards in turn, one condition after the other, so that every condition with as many seeds as
/// there are shards is in all of them, equally often to within one cell, and shards are equally
/// large to within one cell. A function of the study alone, not of what is done.
class ShardSchedule final : public Schedule {
 public:
  /// @param cells  of the study: places in this list are what it gives out, in its order
  /// @param shard  from 1 to `shards`
  ShardSchedule(const std::vector<Cell>& cells, std::size_t shard, std::size_t shards);

  std::optional<std::size_t> next() override;
  const std::vector<std::size_t>& cells() const override { return cells_; }

 private:
  std::vector<std::size_t> cells_;
  std::size_t given_ = 0;
};

}  // namespace rheobase::study
