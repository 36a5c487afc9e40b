#include "app/session/pictures_controller.h"

#include <QMetaObject>

namespace tritloom {

PicturesController::PicturesController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
    , m_worker([this](const Request& request, std::stop_token stop) {
        auto made = PictureEngine::create(m_engine->model(), m_engine->methods(), request.options, stop);
        if (made)
            (*made)->makeThumbnails();
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, made = std::move(made)] {
                if (generation != m_newest)
                    return;
                m_loading = false;
                if (made)
                    m_engine->setPictures(*made);
                else if (const auto before = m_engine->pictures())
                    m_options = before->options();
                emit loadingChanged();
                if (made)
                    emit changed();
                else if (made.error().code != ErrorCode::Cancelled)
                    emit failed(QString::fromStdString(made.error().message));
            },
            Qt::QueuedConnection);
    })
{
    if (const auto pictures = m_engine->pictures())
        m_options = pictures->options();
    else if (m_engine->model()->picture)
        m_options = windowPictureOptions(*m_engine->model()->picture, m_engine->options());
}

PicturesController::~PicturesController() = default;

void PicturesController::load(const PictureOptions& options)
{
    m_options = options;
    m_loading = true;
    m_worker.post({++m_newest, options});
    emit loadingChanged();
}

} // namespace tritloom
