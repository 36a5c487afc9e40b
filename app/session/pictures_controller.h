#pragma once

#include "app/session/picture_request.h"
#include "core/base/latest_wins.h"

#include <QObject>

#include <memory>

namespace tritloom {

/// The pictures of an open project: reads others on a thread of its own and hands them to the engine. The
/// newest request wins. GUI thread only.
class PicturesController final : public QObject {
    Q_OBJECT

public:
    explicit PicturesController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);
    ~PicturesController() override;

    /// For networks on pictures only. changed() or failed() follows.
    void load(const PictureOptions& options);
    [[nodiscard]] bool isLoading() const { return m_loading; }
    /// What was asked for last, or what the engine came with: what to change a part of.
    [[nodiscard]] const PictureOptions& options() const { return m_options; }
    /// Null while there are none.
    [[nodiscard]] std::shared_ptr<PictureEngine> current() const { return m_engine->pictures(); }

signals:
    void loadingChanged();
    void changed(); ///< the engine has other pictures
    void failed(const QString& why); ///< the ones before stay

private:
    struct Request {
        quint64 generation = 0;
        PictureOptions options;
    };
    std::shared_ptr<Engine> m_engine;
    PictureOptions m_options;
    quint64 m_newest = 0;
    bool m_loading = false;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
