#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"
#include "core/sensitivity/interaction.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Finds out which blocks make a measurement differ from its prediction, for the newest contradiction.
/// GUI thread only; measures on a thread of its own.
class InteractionController final : public QObject {
    Q_OBJECT

public:
    InteractionController(std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent = nullptr);

    /// chunkLimit: of the table's cells.
    void check(
        const SensitivityTable& table, const Allocation& allocation, const Measured& measured,
        std::size_t chunkLimit);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }

signals:
    void found(const tritloom::Contradiction& contradiction);
    void runningChanged();

private:
    struct Request {
        quint64 generation = 0;
        SensitivityTable table;
        Allocation allocation;
        Measured measured;
        std::size_t chunkLimit = 0;
        bool cancelOnly = false;
        std::shared_ptr<PictureEngine> pictures; ///< what the meter is of; null: text
    };
    std::shared_ptr<Engine> m_engine;
    ResultStore* m_store;
    quint64 m_newest = 0;
    bool m_running = false;
    std::unique_ptr<DivergenceMeter> m_meter; ///< the worker's
    std::shared_ptr<PictureEngine> m_meterPictures;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
