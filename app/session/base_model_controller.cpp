#include "app/session/base_model_controller.h"

#include "app/session/base_remarks.h"

namespace tritloom {

BaseModelController::BaseModelController(std::shared_ptr<Engine> engine, QObject* parent)
    : QObject(parent)
    , m_engine(std::move(engine))
{
}

void BaseModelController::load(const std::filesystem::path& path)
{
    m_job.start([this, path](const MethodContext& context) -> Job::Delivery {
        auto model = path.empty() ? Result<std::shared_ptr<const Model>>() : loadModel(path);
        std::vector<std::string> remarks;
        if (model && *model)
            remarks = baseRemarks(*m_engine->model(), **model, context.stop).value_or(remarks);
        return [this, model = std::move(model), remarks = std::move(remarks)] {
            const auto taken = model ? m_engine->setBase(*model) : tl::make_unexpected(model.error());
            if (!taken) {
                emit failed(QString::fromStdString(taken.error().message));
                return;
            }
            m_remarks = remarks;
            emit changed();
        };
    });
}

std::filesystem::path BaseModelController::path() const
{
    const auto base = m_engine->base();
    return base ? std::filesystem::absolute(base->file->path) : std::filesystem::path();
}

} // namespace tritloom
