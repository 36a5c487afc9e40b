#include "app/session/contract_controller.h"

#include "core/export/export_target.h"

#include <QMetaObject>

namespace tritloom {

ContractController::ContractController(std::shared_ptr<const Model> model, QObject* parent)
    : QObject(parent)
    , m_model(std::move(model))
    , m_worker([this](const Request& request, std::stop_token stop) {
        std::vector<Verdict> verdicts;
        const std::vector<std::string> formats = tensorFormats(*m_model, request.allocation);
        for (const ExportTarget& target : exportTargets()) {
            if (stop.stop_requested())
                return;
            // What cannot hold this model at all says nothing about its bits.
            if (!target.check(*m_model->file, tensorFormats(*m_model, m_model->original())).empty())
                continue;
            Verdict verdict{
                QString::fromUtf8(target.id.data(), int(target.id.size())),
                QString::fromUtf8(target.title.data(), int(target.title.size())),
                {}};
            for (const std::string& problem : target.check(*m_model->file, formats))
                verdict.problems << QString::fromStdString(problem);
            verdicts.push_back(std::move(verdict));
        }
        QMetaObject::invokeMethod(
            this,
            [this, generation = request.generation, verdicts = std::move(verdicts)] {
                if (generation != m_newest || verdicts == m_verdicts)
                    return;
                m_verdicts = verdicts;
                emit changed();
            },
            Qt::QueuedConnection);
    })
{
}

void ContractController::request(const Allocation& allocation)
{
    m_worker.post({++m_newest, allocation});
}

std::vector<std::string> tensorFormats(const Model& model, const Allocation& allocation)
{
    std::vector<std::string> formats;
    for (const NamedTensor& tensor : model.file->tensors)
        formats.push_back(storedFormat(tensor)->id());
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (const std::string& chosen = allocation.layers[i].format; !chosen.empty())
            formats[std::size_t(model.layers[i].tensor)] = chosen;
    return formats;
}

} // namespace tritloom
