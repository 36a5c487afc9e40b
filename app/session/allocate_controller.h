#pragma once

#include "core/base/latest_wins.h"
#include "core/sensitivity/sensitivity_table.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Finds the allocation for a budget on a thread of its own: a thousand layers take longer than a frame.
/// GUI thread only.
class AllocateController final : public QObject {
    Q_OBJECT

public:
    explicit AllocateController(std::shared_ptr<const Model> model, QObject* parent = nullptr);

    void request(const SensitivityTable& table, const Allocation& current, const AllocationRules& rules);

signals:
    void solved(const tritloom::AllocationResult& result); ///< of the newest request
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        SensitivityTable table;
        Allocation current;
        AllocationRules rules;
    };
    std::shared_ptr<const Model> m_model;
    quint64 m_newest = 0;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
