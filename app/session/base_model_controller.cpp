#include "app/session/base_model_controller.h"

namespace tritloom {

BaseModelController::BaseModelController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
{
}

void BaseModelController::load(const std::filesystem::path& path)
{
    m_job.start([this, path](const MethodContext&) -> Job::Delivery {
        auto model = path.empty() ? Result<std::shared_ptr<const Model>>() : loadModel(path);
        return [this, model = std::move(model)] {
            const auto taken = model ? m_engine->setBase(*model) : tl::make_unexpected(model.error());
            if (taken)
                emit changed();
            else
                emit failed(QString::fromStdString(taken.error().message));
        };
    });
}

std::filesystem::path BaseModelController::path() const
{
    const auto base = m_engine->base();
    return base ? std::filesystem::absolute(base->file->path) : std::filesystem::path();
}

} // namespace tritloom
