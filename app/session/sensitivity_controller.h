#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"

#include <QElapsedTimer>
#include <QObject>

#include <memory>

namespace tritloom {

/// The sensitivity table of the open model and the sweep that fills it, on a thread of its own.
/// GUI thread only. Allocation and frontier are solved on the worker as well.
class SensitivityController final : public QObject {
    Q_OBJECT

public:
    SensitivityController(std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent = nullptr);
    ~SensitivityController() override;

    [[nodiscard]] const SensitivityTable& table() const { return m_table; }
    void setCandidates(std::vector<Candidate> candidates); ///< keeps what is known of candidates that stay
    void
    setCompany(std::vector<double> company); ///< SensitivityTable::company; ignored where it does not fit
    void start(); ///< goes on where it was
    void recall(); ///< fetches what earlier runs have measured, in the background
    void cancel();
    void forget(); ///< other pictures: cells say nothing of them; what is known of these is recalled
    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] std::chrono::milliseconds timeLeft() const; ///< see timeLeft()

    /// How many chunks of the evaluation text, or pictures, each cell is measured on; 0: all.
    void setChunkLimit(std::size_t chunks) { m_chunkLimit = chunks; }
    [[nodiscard]] std::size_t chunkLimit() const { return m_chunkLimit; }

signals:
    void tableChanged(); ///< other candidates
    void cellMeasured(tritloom::LayerId layer, int candidate);
    void corrected(); ///< other predictions from the same cells
    void runningChanged();
    void failed(const QString& why);

private:
    struct Request {
        SensitivityTable table;
        quint64 generation = 0;
        bool run = false, recallOnly = false;
        std::size_t chunkLimit = 0;
        std::shared_ptr<PictureEngine> pictures; ///< what the meter is of; null: text
    };
    struct Arrival {
        LayerId layer{};
        std::size_t candidate = 0;
        SensitivityCell cell;
    };
    Result<void> needMeter(const Request& request); ///< on the worker
    void take(quint64 generation, const std::vector<Arrival>& cells);

    std::shared_ptr<Engine> m_engine;
    ResultStore* m_store;
    SensitivityTable m_table;
    std::size_t m_chunkLimit = 2;
    quint64 m_generation = 0;
    bool m_running = false;
    std::size_t m_measuredInRun = 0;
    QElapsedTimer m_runTime;
    std::unique_ptr<DivergenceMeter> m_meter; ///< the worker's
    std::shared_ptr<PictureEngine> m_meterPictures;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
