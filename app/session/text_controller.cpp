#include "app/session/text_controller.h"

#include <QMetaObject>

namespace tritloom {

TextController::TextController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_worker([this](const Request& request, std::stop_token stop) {
        if (request.cancelOnly)
            return;
        const auto onGuiThread = [&](auto action) {
            QMetaObject::invokeMethod(
                this,
                [this, generation = request.generation, action] {
                    if (generation == m_newest)
                        action();
                },
                Qt::QueuedConnection);
        };
        const auto run = [&]() -> Result<void> {
            Generator original(
                m_engine->compressor(), TRY(m_engine->makeExecutor()), m_engine->model()->original());
            Generator compressed(m_engine->compressor(), TRY(m_engine->makeExecutor()), request.allocation);
            TRY_VOID(original.start(request.prompt, request.options, stop));
            TRY_VOID(compressed.start(request.prompt, request.options, stop));
            TextComparison comparison{.prompt = request.prompt};
            while (!comparison.complete) {
                const auto left = TRY(original.next(stop)), right = TRY(compressed.next(stop));
                if (left)
                    comparison.original.push_back(*left);
                if (right)
                    comparison.compressed.push_back(*right);
                if (!comparison.firstDifference && (left.has_value() != right.has_value() || (left && left->token != right->token)))
                    comparison.firstDifference
                        = std::max(comparison.original.size(), comparison.compressed.size()) - 1;
                comparison.complete = !left && !right;
                onGuiThread([this, comparison] { emit updated(comparison); });
            }
            return {};
        };
        if (const auto result = run(); !result && result.error().code != ErrorCode::Cancelled)
            onGuiThread([this, why = QString::fromStdString(result.error().message)] { emit failed(why); });
    })
{
}

void TextController::request(
    const std::string& prompt, const GenerateOptions& options, const Allocation& allocation)
{
    m_asked = {prompt, options};
    m_worker.post({++m_newest, prompt, options, allocation, false});
}

void TextController::cancel()
{
    m_worker.post({++m_newest, {}, {}, {}, true});
}

} // namespace tritloom
