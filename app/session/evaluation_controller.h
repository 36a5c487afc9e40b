#pragma once

#include "app/session/picture_measurement.h"
#include "core/base/latest_wins.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// Keeps a measurement of the newest allocation on its way: on text, or on pictures. Pictures come as an
/// Evaluation too, whose `kl` is their divergence, whose chunks are pictures and which has no perplexity;
/// pictureEvaluation() has the rest.
///
/// Lives on the GUI thread; the session lives on a worker of its own and is never shared. request() returns
/// at once and overtakes what is running. Results arrive on the GUI thread, never out of order.
class EvaluationController final : public QObject {
    Q_OBJECT

public:
    /// store: of the worker's own thread use only; may be null.
    EvaluationController(std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent = nullptr);
    ~EvaluationController() override;

    void request(const Allocation& allocation);
    void cancel(); ///< what is running stops; what was measured stays

    [[nodiscard]] bool isRunning() const { return m_running; }
    /// Whether anything asked for is still worked on, the qualities of single pictures that follow finished()
    /// among it; what was found may be a queued call away.
    [[nodiscard]] bool isBusy() { return !m_worker.isIdle(); }
    [[nodiscard]] const std::optional<Evaluation>& latest() const { return m_latest; } ///< of the newest request
    /// Every complete measurement of this project so far, oldest first; true of their own allocations.
    [[nodiscard]] const std::vector<Evaluation>& measuredPoints() const { return m_points; }
    [[nodiscard]] double fraction() const; ///< of the running request, 0 to 1

    /// What was measured of this allocation on pictures, complete or (of the newest request) so far; null:
    /// nothing.
    [[nodiscard]] const PictureEvaluation* pictureEvaluation(const Allocation& allocation) const;
    /// Of the newest request, by picture; unknown ones have not come yet. Empty for text.
    [[nodiscard]] const std::vector<PictureOutcome>& outcomes() const { return m_outcomes; }
    void forget(); ///< other pictures: what was measured on the ones before says nothing of them

signals:
    void started();
    void measured(const tritloom::Evaluation& evaluation); ///< after every chunk of the newest request
    void outcomesArrived(); ///< of pictures of the newest request, and after finished() their qualities
    void finished(); ///< complete, failed or cancelled
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        Allocation allocation;
        bool cancelOnly = false;
        std::shared_ptr<PictureEngine> pictures;
    };
    void measureText(const Request& request, std::stop_token stop);
    void measurePictures(const Request& request, std::stop_token stop);
    void takePoint(const PictureEvaluation& evaluation);
    void takeOutcomes(const std::vector<PictureMeasurement::Arrival>& arrivals);
    void deliver(quint64 generation, const Evaluation& evaluation);
    void end(quint64 generation, const Result<Evaluation>& result);

    std::shared_ptr<Engine> m_engine;
    ResultStore* m_store;
    quint64 m_newest = 0;
    bool m_running = false;
    std::optional<Evaluation> m_latest;
    std::vector<Evaluation> m_points;
    std::vector<PictureEvaluation> m_picturePoints; ///< one an allocation
    std::vector<PictureOutcome> m_outcomes;
    std::unique_ptr<EvaluationSession> m_session; ///< the worker's
    std::unique_ptr<PictureMeasurement> m_measurement; ///< the worker's
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
