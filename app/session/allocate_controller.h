#pragma once

#include "app/session/allocate_by.h"
#include "core/base/latest_wins.h"

#include <QObject>

#include <memory>
#include <optional>

namespace tritloom {

/// Finds the allocation for a budget on a thread of its own: a thousand layers take longer than a frame.
/// GUI thread only.
class AllocateController final : public QObject {
    Q_OBJECT

public:
    AllocateController(
        std::shared_ptr<const Model> model, AllocatorLookup allocators, QObject* parent = nullptr);

    /// scores: as allocateBy() has them.
    void request(
        const SensitivityTable& table, const Allocation& current, const AllocationRules& rules,
        const AllocatorChoice& choice = {}, std::optional<MetricScores> scores = {});

signals:
    void solved(const tritloom::AllocatedBy& made); ///< of the newest request
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        SensitivityTable table;
        Allocation current;
        AllocationRules rules;
        AllocatorChoice choice;
        std::optional<MetricScores> scores;
    };
    std::shared_ptr<const Model> m_model;
    AllocatorLookup m_allocators;
    quint64 m_newest = 0;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
