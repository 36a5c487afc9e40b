#pragma once

#include "app/session/engine.h"
#include "core/base/latest_wins.h"

#include <QObject>
#include <QStringList>

#include <memory>

namespace tritloom {

/// Which runtimes would load the newest allocation: the rules of every export target, checked while bits
/// move. GUI thread only; works on a thread of its own, since a check reads the whole vocabulary.
class ContractController final : public QObject {
    Q_OBJECT

public:
    struct Verdict {
        QString id, title; ///< of the target
        QStringList problems; ///< empty: it would load
        friend bool operator==(const Verdict&, const Verdict&) = default;
    };
    explicit ContractController(std::shared_ptr<const Model> model, QObject* parent = nullptr);

    void request(const Allocation& allocation);
    [[nodiscard]] const std::vector<Verdict>& verdicts() const { return m_verdicts; }

signals:
    void changed(); ///< other verdicts than before

private:
    struct Request {
        quint64 generation = 0;
        Allocation allocation;
    };
    std::shared_ptr<const Model> m_model;
    quint64 m_newest = 0;
    std::vector<Verdict> m_verdicts;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

/// The format of every tensor of the file: layers as chosen, everything else as stored.
[[nodiscard]] std::vector<std::string> tensorFormats(const Model& model, const Allocation& allocation);

} // namespace tritloom
