#pragma once

#include "core/base/latest_wins.h"
#include "core/sensitivity/sensitivity_table.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Solves the knapsack over the newest table on a thread of its own. GUI thread only.
class FrontierController final : public QObject {
    Q_OBJECT

public:
    explicit FrontierController(std::shared_ptr<const Model> model, QObject* parent = nullptr);

    void request(const SensitivityTable& table, const Allocation& current, const AllocationRules& rules);
    /// Best trade-offs by size, ascending; empty until solved, or while nothing is measured.
    [[nodiscard]] const std::vector<AllocationResult>& points() const { return m_points; }

signals:
    void ready();

private:
    struct Request {
        quint64 generation = 0;
        SensitivityTable table;
        Allocation current;
        AllocationRules rules;
    };
    std::shared_ptr<const Model> m_model;
    quint64 m_newest = 0;
    std::vector<AllocationResult> m_points;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
