#include "app/session/evaluation_controller.h"

#include <QMetaObject>

namespace tritloom {

EvaluationController::EvaluationController(std::shared_ptr<Engine> engine, ResultStore* store, QObject* parent)
    : QObject(parent)
    , m_worker([this](const Request& request, std::stop_token stop) {
        if (request.cancelOnly || !m_session)
            return;
        const auto result = m_session->evaluate(request.allocation, stop, [&](const Evaluation& evaluation) {
            QMetaObject::invokeMethod(
                this, [this, generation = request.generation, evaluation] { deliver(generation, evaluation); },
                Qt::QueuedConnection);
        });
        QMetaObject::invokeMethod(
            this, [this, generation = request.generation, result] { end(generation, result); },
            Qt::QueuedConnection);
    })
{
    if (auto session = engine->makeSession(store))
        m_session = std::move(*session);
    else
        m_whyNot = QString::fromStdString(session.error().message);
}

EvaluationController::~EvaluationController() = default;

void EvaluationController::request(const Allocation& allocation)
{
    if (!m_session) {
        emit failed(m_whyNot);
        return;
    }
    m_running = true;
    m_latest.reset();
    m_worker.post({++m_newest, allocation, false});
    emit started();
}

void EvaluationController::cancel()
{
    if (!m_running)
        return;
    m_running = false;
    m_worker.post({++m_newest, {}, true});
    emit finished();
}

double EvaluationController::fraction() const
{
    return m_latest && m_latest->chunksTotal > 0 ? double(m_latest->chunksDone) / double(m_latest->chunksTotal) : 0;
}

void EvaluationController::deliver(quint64 generation, const Evaluation& evaluation)
{
    if (generation != m_newest)
        return; // overtaken while it was on its way
    m_latest = evaluation;
    emit measured(evaluation);
}

void EvaluationController::end(quint64 generation, const Result<Evaluation>& result)
{
    if (result) { // true of its own allocation even when overtaken
        const auto same = [&](const Evaluation& known) { return known.allocation == result->allocation; };
        std::erase_if(m_points, same);
        m_points.push_back(*result);
    }
    if (generation != m_newest)
        return;
    m_running = false;
    if (!result && result.error().code != ErrorCode::Cancelled)
        emit failed(QString::fromStdString(result.error().message));
    emit finished();
}

} // namespace tritloom
