#include "app/session/picture_preview_controller.h"

#include "app/session/picture_image.h"
#include "core/image/maps.h"

#include <QMetaObject>

#include <algorithm>
#include <numeric>

namespace tritloom {
namespace {

constexpr std::size_t keptBytes = std::size_t{96} << 20;

std::size_t bytesOf(const PicturePreview& preview)
{
    std::size_t bytes = sizeof preview;
    for (const QImage* const image :
         {&preview.given, &preview.target, &preview.original, &preview.compressed})
        bytes += std::size_t(image->sizeInBytes());
    return bytes + (preview.map ? std::size_t(preview.map->image.sizeInBytes()) : 0);
}

PicturePreview::Map mapOf(std::size_t index, const Picture& reference, const Picture& test)
{
    const Picture map = errorMaps()[index].make(reference, test);
    PicturePreview::Map result{.index = index};
    result.mean = std::accumulate(map.values.begin(), map.values.end(), 0.0)
        / double(std::max<std::size_t>(1, map.values.size()));
    for (const float value : map.values)
        result.largest = std::max(result.largest, double(value));
    result.image = toHeat(map, result.largest);
    return result;
}

} // namespace

PicturePreviewController::PicturePreviewController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_known(keptBytes)
    , m_worker([this](const Request& request, std::stop_token stop) {
        if (request.pictures == nullptr)
            return;
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, result = makeAwaited(request, std::move(stop))] {
                if (generation != m_newest)
                    return;
                m_running = false;
                if (!result && result.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(result.error().message));
                emit runningChanged();
            },
            Qt::QueuedConnection);
    })
{
}

PicturePreviewController::~PicturePreviewController() = default;

void PicturePreviewController::send(const Request& request, const PicturePreview& preview)
{
    QMetaObject::invokeMethod(
        this,
        [this, generation = request.generation, preview] {
            if (generation == m_newest)
                emit updated(preview);
        },
        Qt::QueuedConnection);
}

Result<void> PicturePreviewController::makeAwaited(const Request& request, std::stop_token stop)
{
    auto result = make(request, std::move(stop));
    endWait(request);
    return result;
}

void PicturePreviewController::endWait(const Request& request)
{
    std::uint64_t own = request.generation; // a newer request's wait goes on
    request.pictures->awaited().compare_exchange_strong(own, 0);
}

Result<void> PicturePreviewController::make(const Request& request, std::stop_token stop)
{
    const auto keep = NetworkPass::Keep::Everything;
    if (m_pictures != request.pictures || !m_session || m_session->options() != request.task) {
        m_session = TRY(request.pictures->makeSessionOf(request.pictures->pictures().samples, request.task));
        m_set += m_pictures != request.pictures ? 1 : 0;
        if (m_pictures != request.pictures || !m_meter)
            m_meter = std::make_unique<QualityMeter>(
                request.pictures->options().features, request.pictures->options().device);
        m_pictures = request.pictures;
    }
    const PictureModel& model = *m_pictures->model()->picture;
    const TaskRow& row = taskRow(model.task);
    if (request.isThumbnail) {
        const QImage image = toImage(row.shown(
            model, m_session->samples()[request.sample],
            TRY(m_session->referenceOutput(request.sample, stop))));
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, sample = request.sample, image] {
                if (generation == m_newest)
                    emit thumbnailMade(sample, image);
            },
            Qt::QueuedConnection);
        return {};
    }
    const PictureSample& sample = m_session->samples()[request.sample];
    const Key key = keyOf(
        "preview", m_set, m_session->dataKey(0), m_session->pass().keyOf(sample.key, request.allocation),
        std::uint64_t(request.sample), std::uint64_t(request.map));
    if (auto known = m_known.find(key)) {
        known->allocation = request.allocation; // equal in what it stores, perhaps not in how it is written
        known->elapsed = std::chrono::milliseconds(request.since.elapsed());
        send(request, *known);
        return {};
    }
    PicturePreview preview{.sample = request.sample, .allocation = request.allocation, .task = request.task};
    preview.given = toImage(sample.given);
    preview.target = toImage(sample.target);
    const TaskOutput expected = TRY(m_session->referenceOutput(request.sample, stop));
    const Picture reference = row.shown(model, sample, expected);
    const bool isClassifier = model.task == PictureTask::Classification;
    if (isClassifier)
        preview.originalClasses = likelyClasses(expected[0]);
    preview.original = toImage(reference);
    send(request, preview);
    const TaskOutput actual = TRY(m_session->output(request.sample, request.allocation, keep, stop));
    const Picture made = row.shown(model, sample, actual);
    if (isClassifier)
        preview.compressedClasses = likelyClasses(actual[0]);
    preview.compressed = toImage(made);
    for (std::size_t step = 1; step < actual.size(); ++step)
        preview.stepErrors.push_back(relativeError(expected[step], actual[step]));
    preview.elapsed = std::chrono::milliseconds(request.since.elapsed());
    send(request, preview);
    endWait(request);
    preview.scores = TRY(row.judge(model, sample, expected, actual));
    if (!isClassifier) {
        preview.map = mapOf(request.map, reference, made);
        send(request, preview);
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled");
        if (makesPictures(model.task)) // boxes that were drawn are no picture to judge
            preview.quality = TRY(m_meter->of(reference, made, stop));
    }
    preview.isComplete = true;
    m_known.put(key, preview, bytesOf(preview));
    send(request, preview);
    return {};
}

void PicturePreviewController::request(
    std::size_t sample, const Allocation& allocation, const TaskOptions& task, std::size_t map)
{
    const auto pictures = m_engine->pictures();
    if (pictures == nullptr || sample >= pictures->pictures().samples.size())
        return;
    m_running = true;
    QElapsedTimer since;
    since.start();
    pictures->awaited() = ++m_newest;
    m_worker.post(
        {m_newest, pictures, sample, allocation, task, std::min(map, errorMaps().size() - 1), since, false});
    emit runningChanged();
}

void PicturePreviewController::requestThumbnail(std::size_t sample, const TaskOptions& task)
{
    const auto pictures = m_engine->pictures();
    if (pictures == nullptr || sample >= pictures->pictures().samples.size())
        return;
    m_running = true;
    m_worker.post({++m_newest, pictures, sample, {}, task, 0, {}, true});
    emit runningChanged();
}

void PicturePreviewController::cancel()
{
    if (!std::exchange(m_running, false))
        return;
    if (const auto pictures = m_engine->pictures())
        pictures->awaited() = 0;
    m_worker.post({++m_newest, {}, 0, {}, {}, 0, {}, false});
    emit runningChanged();
}

} // namespace tritloom
