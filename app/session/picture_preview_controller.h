#pragma once

#include "app/session/picture_engine.h"
#include "app/session/picture_outcome.h"
#include "core/base/latest_wins.h"

#include <QElapsedTimer>
#include <QImage>
#include <QObject>

#include <memory>

namespace tritloom {

/// One picture through the original and the compressed network, ready to be drawn. A value.
struct PicturePreview {
    std::size_t sample = 0;
    Allocation allocation;
    TaskOptions task;
    QImage given, target; ///< null where the task has none
    QImage original, compressed; ///< null for classifiers, and until they have been made
    std::vector<ClassGuess> originalClasses, compressedClasses; ///< classification
    std::optional<PictureQuality> quality; ///< compressed against original
    std::optional<PictureScores> scores;
    struct Map {
        std::size_t index = 0; ///< of errorMaps()
        QImage image;
        double mean = 0, largest = 0;
    };
    std::optional<Map> map;
    std::vector<double> stepErrors; ///< generation: relative error of the predicted noise, first step first
    std::chrono::milliseconds elapsed{}; ///< from the request until both pictures were there
    bool isComplete = false;
};

/// Makes the newest preview asked for: the picture first, then its figures. What was made is kept by content,
/// so that an undone change shows at once. GUI thread only; works on a thread of its own.
class PicturePreviewController final : public QObject {
    Q_OBJECT

public:
    explicit PicturePreviewController(std::shared_ptr<Engine> engine, QObject* parent = nullptr);
    ~PicturePreviewController() override;

    /// map: of errorMaps(). Does nothing while the engine has no pictures.
    void request(std::size_t sample, const Allocation& allocation, const TaskOptions& task, std::size_t map);
    /// The original's picture alone, small figures of it in a list; whatever is asked for goes before.
    void requestThumbnail(std::size_t sample, const TaskOptions& task);
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }

signals:
    void updated(const tritloom::PicturePreview& preview); ///< of the newest request, as parts of it come
    void thumbnailMade(std::size_t sample, const QImage& image);
    void runningChanged();
    void failed(const QString& why);

private:
    struct Request {
        quint64 generation = 0;
        std::shared_ptr<PictureEngine> pictures; ///< null: stop
        std::size_t sample = 0;
        Allocation allocation;
        TaskOptions task;
        std::size_t map = 0;
        QElapsedTimer since;
        bool isThumbnail = false; ///< nothing but the original's picture
    };
    Result<void> makeAwaited(const Request& request, std::stop_token stop);
    void endWait(const Request& request); ///< others may measure again
    Result<void> make(const Request& request, std::stop_token stop);
    void send(const Request& request, const PicturePreview& preview);

    std::shared_ptr<Engine> m_engine;
    quint64 m_newest = 0;
    bool m_running = false;
    // The worker's:
    std::shared_ptr<PictureEngine> m_pictures;
    std::unique_ptr<PictureSession> m_session;
    std::unique_ptr<QualityMeter> m_meter;
    std::uint64_t m_set = 0; ///< which pictures: verdicts by other labels and targets are others
    Memo<PicturePreview> m_known;
    LatestWins<Request> m_worker; // last: joined before what it uses goes away
};

} // namespace tritloom
