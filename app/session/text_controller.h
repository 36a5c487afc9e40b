#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"
#include "core/evaluate/generate.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// The same prompt and seed through the original and the compressed model. A value.
struct TextComparison {
    std::string prompt;
    std::vector<GeneratedToken> original, compressed; ///< grow together
    std::optional<std::size_t> firstDifference; ///< index of the first differing token
    bool complete = false;
};

/// Generates both texts for the newest request. GUI thread only; works on a thread of its own.
class TextController final : public QObject {
    Q_OBJECT

public:
    explicit TextController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);

    void request(const std::string& prompt, const GenerateOptions& options, const Allocation& allocation);
    void cancel();
    /// What was asked for last, whatever became of it; nullopt: nothing yet.
    struct Asked {
        std::string prompt;
        GenerateOptions options;
    };
    [[nodiscard]] const std::optional<Asked>& asked() const { return m_asked; }
    void setAsked(std::optional<Asked> asked)
    {
        m_asked = std::move(asked);
    } ///< of the model before this one
    /// Whether something asked for is still worked on; what it found may be a queued call away.
    [[nodiscard]] bool isRunning() { return !m_worker.isIdle(); }

signals:
    void updated(const tritloom::TextComparison& comparison); ///< after every token
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        std::string prompt;
        GenerateOptions options;
        Allocation allocation;
        bool cancelOnly = false;
    };
    std::shared_ptr<Engine> m_engine;
    std::optional<Asked> m_asked;
    quint64 m_newest = 0;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
