#include "app/gui/methods/base_model_row.h"

#include "app/gui/core_words.h"
#include "app/gui/settings.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>

namespace tritloom {

BaseModelRow::BaseModelRow(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_name(new QLabel(this))
    , m_choose(new QPushButton(tr("Choose…"), this))
{
    m_name->setObjectName(QStringLiteral("baseModelName"));
    m_name->setTextFormat(Qt::PlainText);
    m_name->setWordWrap(true);
    m_choose->setObjectName(QStringLiteral("baseModelChoose"));
    m_choose->setAccessibleName(tr("Choose the base model"));
    m_choose->setToolTip(tr("The model that this one was tuned from, with the same layers"));
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(new QLabel(tr("Base model"), this));
    row->addWidget(m_name, 1);
    row->addWidget(m_choose);
    connect(m_choose, &QPushButton::clicked, this, &BaseModelRow::choose);
    connect(&workspace.baseModel(), &BaseModelController::changed, this, [this] { refresh(); });
    connect(&workspace.baseModel(), &BaseModelController::failed, this, &BaseModelRow::refresh);
    refresh();
}

void BaseModelRow::choose()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Choose the base model"), lastFolder("open"),
        tr("Models (*.gguf *.safetensors *.bin *.onnx *.pt *.pth *.hdf5 *.h5 *.tritloom);;All files (*)"));
    if (path.isEmpty())
        return;
    setLastFolder("open", path);
    m_workspace.baseModel().load(path.toStdString());
    m_name->setText(tr("opening…"));
    m_choose->setEnabled(false);
}

void BaseModelRow::refresh(const QString& failure)
{
    const std::filesystem::path path = m_workspace.baseModel().path();
    QString name = QString::fromStdString(path.filename().string());
    const std::vector<std::string>& remarks = m_workspace.baseModel().remarks();
    for (const std::string& remark : remarks)
        name += u'\n' + coreWords(remark);
    const bool isFine = failure.isEmpty() && remarks.empty();
    tint(m_name, isFine ? palette().color(QPalette::WindowText) : themeColors(palette()).warning);
    m_name->setText(!failure.isEmpty() ? coreWords(failure) : path.empty() ? tr("none yet") : name);
    m_name->setToolTip(QString::fromStdString(path.string()));
    m_choose->setEnabled(true);
}

} // namespace tritloom
