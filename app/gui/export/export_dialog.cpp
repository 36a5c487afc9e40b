#include "app/gui/export/export_dialog.h"

#include "app/gui/number_text.h"
#include "app/gui/settings.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>

namespace tritloom {

namespace {

/// Of the file that runtimes for this kind of model read.
QString usualSuffix(const Model& model)
{
    if (model.file->operators)
        return QStringLiteral("onnx");
    return model.picture ? QStringLiteral("safetensors") : QStringLiteral("gguf");
}

} // namespace

ExportDialog::ExportDialog(Workspace& workspace, const QString& modelName, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_path(new QLineEdit(this))
    , m_browse(new QPushButton(tr("Browse…"), this))
    , m_start(new QPushButton(this))
    , m_close(new QPushButton(tr("Close"), this))
    , m_summary(new QLabel(this))
    , m_list(new QListWidget(this))
    , m_progress(new QProgressBar(this))
    , m_result(new QLabel(this))
{
    setObjectName(QStringLiteral("exportDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("Export"));
    const Estimate estimate = workspace.estimate(workspace.document().allocation());
    const QString name = QStringLiteral("%1-%2bpw.%3")
                             .arg(QFileInfo(modelName).completeBaseName())
                             .arg(estimate.bitsPerWeight, 0, 'f', 2)
                             .arg(usualSuffix(workspace.model()));
    m_path->setObjectName(QStringLiteral("exportPath"));
    m_path->setText(QDir(lastFolder("export")).filePath(name));
    m_path->setAccessibleName(tr("File to write"));
    m_start->setObjectName(QStringLiteral("exportStart"));
    m_start->setProperty("primary", true);
    m_list->setObjectName(QStringLiteral("exportChecks"));
    m_list->setWordWrap(true);
    m_list->setSelectionMode(QAbstractItemView::NoSelection);
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_result->setWordWrap(true);
    m_result->setObjectName(QStringLiteral("exportResult"));
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_summary->setText(
        tr("%1 tensors, %2 at %3 bits a weight (exact, without the file's header)")
            .arg(workspace.model().file->tensors.size())
            .arg(formatBytes(estimate.bytes), QLocale().toString(estimate.bitsPerWeight, 'f', 2)));

    auto* const pathRow = new QHBoxLayout;
    pathRow->addWidget(m_path, 1);
    pathRow->addWidget(m_browse);
    auto* const buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_close);
    buttons->addWidget(m_start);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(9);
    column->addWidget(makeMutedLabel(tr("File"), this));
    column->addLayout(pathRow);
    column->addWidget(m_summary);
    column->addWidget(makeMutedLabel(tr("Rules of the format"), this));
    column->addWidget(m_list, 1);
    column->addWidget(m_progress);
    column->addWidget(m_result);
    column->addLayout(buttons);
    resize(600, 420);

    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::choosePath);
    connect(m_start, &QPushButton::clicked, this, &ExportDialog::startOrCancel);
    connect(m_close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_path, &QLineEdit::textChanged, this, &ExportDialog::refresh);
    connect(&workspace.exporter(), &ExportController::runningChanged, this, &ExportDialog::refresh);
    connect(&workspace.exporter(), &ExportController::finished, this, &ExportDialog::showReport);
    connect(&workspace.exporter(), &ExportController::failed, this, [this](const QString& why) {
        say(tr("Not exported: %1").arg(why), false);
    });
    connect(&workspace.exporter(), &ExportController::cancelled, this, [this] {
        say(tr("Cancelled; nothing was written"), false);
    });
    connect(&workspace, &Workspace::left, this, &QDialog::close);
    connect(&workspace.document(), &AllocationDocument::changed, this, &ExportDialog::refresh);
    m_poll.setInterval(100);
    connect(&m_poll, &QTimer::timeout, this, [this] {
        m_progress->setValue(int(m_workspace.exporter().fraction() * 1000));
    });
    refresh();
}

void ExportDialog::choosePath()
{
    QStringList kinds{
        tr("GGUF, for llama.cpp (*.gguf)"), tr("Tritloom, holds every method (*.tritloom)"),
        tr("Folder of compressed-tensors, for vLLM (*.compressed-tensors)"),
        tr("Folder of GPTQ, for GPTQModel and vLLM (*.gptq)"),
        tr("Folder of BitNet, for Transformers (*.bitnet)")};
    if (m_workspace.model().picture)
        kinds = {
            tr("safetensors, for PyTorch (*.safetensors)"), tr("Tritloom, holds every method (*.tritloom)")};
    if (m_workspace.model().picture && m_workspace.model().picture->latent)
        kinds.prepend(tr("GGUF, for stable-diffusion.cpp and ComfyUI (*.gguf)"));
    if (m_workspace.model().file->operators)
        kinds.prepend(tr("ONNX, for onnxruntime (*.onnx)"));
    const QString path = QFileDialog::getSaveFileName(this, tr("Export"), m_path->text(), kinds.join(";;"));
    if (!path.isEmpty())
        m_path->setText(path);
}

void ExportDialog::startOrCancel()
{
    ExportController& exporter = m_workspace.exporter();
    if (exporter.isRunning()) {
        exporter.cancel();
        return;
    }
    m_result->clear();
    setLastFolder("export", m_path->text());
    exporter.start(m_workspace.document().allocation(), m_path->text().toStdString());
}

void ExportDialog::refresh()
{
    const bool running = m_workspace.exporter().isRunning();
    m_progress->setVisible(running);
    running ? m_poll.start() : m_poll.stop();
    m_path->setEnabled(!running);
    m_browse->setEnabled(!running);
    m_start->setText(
        running                                 ? tr("Cancel")
            : QFileInfo::exists(m_path->text()) ? tr("Overwrite")
                                                : tr("Export"));
    const auto problems =
        m_workspace.exporter().problems(m_workspace.document().allocation(), m_path->text().toStdString());
    m_start->setEnabled(running || (problems.empty() && !m_path->text().isEmpty()));
    if (running || !m_result->text().isEmpty())
        return;
    m_list->clear();
    const ThemeColors colors = themeColors(palette());
    for (const std::string& problem : problems) {
        auto* const item =
            new QListWidgetItem(QStringLiteral("✗  ") + QString::fromStdString(problem), m_list);
        item->setForeground(colors.bad);
    }
    if (problems.empty()) {
        auto* const item = new QListWidgetItem(tr("✓  Every tensor's format can be written"), m_list);
        item->setForeground(colors.good);
    }
}

void ExportDialog::say(const QString& sentence, bool good)
{
    const ThemeColors colors = themeColors(palette());
    QPalette tinted = m_result->palette();
    tinted.setColor(QPalette::WindowText, good ? colors.good : colors.bad);
    m_result->setPalette(tinted);
    m_result->setText(sentence);
}

void ExportDialog::showReport(const ExportReport& report)
{
    m_list->clear();
    for (const std::string& check : report.checks)
        (new QListWidgetItem(QStringLiteral("✓  ") + QString::fromStdString(check), m_list))
            ->setForeground(themeColors(palette()).good);
    say(tr("Written and read back: %1, %2 tensors, in %3. Hash of the data: %4")
            .arg(formatBytes(report.bytes))
            .arg(report.tensors)
            .arg(formatDuration(report.elapsed), QString::fromStdString(report.sha)),
        true);
    refresh();
}

} // namespace tritloom
