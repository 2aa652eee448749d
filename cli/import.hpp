// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "cli/settings.hpp"

namespace qinglu::cli {

struct ImportOptions {
  std::vector<std::string> files;
  std::string journal;          ///< directory of signed batches; default: under the state directory
  bool resume = false;          ///< send what an interrupted run left in the journal
  bool dry_run = false;         ///< read, map and check only
  std::string role;             ///< default IPO
  bool green = false;           ///< also file patent.green_tag for CPC Y02 and Y04S classes
  std::string event_map;        ///< published table FOREIGN_EVENT_MAP: events are filed too, as it maps them
};

/// `qinglu patent import FILE...`: real patent files as foreign.register records, and what their offices
/// recorded of these rights as foreign.event records.
int patent_import(const Settings& settings, const ImportOptions& options);

}  // namespace qinglu::cli
