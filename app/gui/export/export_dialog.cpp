#include "app/gui/export/export_dialog.h"

#include "app/gui/core_words.h"
#include "app/gui/export/export_checks.h"
#include "app/gui/model_name.h"
#include "app/gui/number_text.h"
#include "app/gui/settings.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/gui/widgets/quiet_progress.h"

#include <QComboBox>
#include <QCoreApplication>
#include <QDesktopServices>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QUrl>

#include <algorithm>
#include <array>
#include <cmath>

namespace tritloom {

namespace {

constexpr double surprising = 0.05; ///< of the predicted size: more than that is explained

/// Titles are the targets' own; here is what they are good for.
QString titleOf(const ExportTarget& target)
{
    static const std::array<std::pair<std::string_view, const char*>, 11> titles{{
        {"gguf", QT_TRANSLATE_NOOP("ExportKinds", "GGUF, for llama.cpp")},
        {"diffusion-gguf", QT_TRANSLATE_NOOP("ExportKinds", "GGUF, for stable-diffusion.cpp and ComfyUI")},
        {"tritloom", QT_TRANSLATE_NOOP("ExportKinds", "Tritloom, holds every method")},
        {"tritloom-delta",
         QT_TRANSLATE_NOOP("ExportKinds", "Tritloom, differences to a base model in its own file")},
        {"onnx", QT_TRANSLATE_NOOP("ExportKinds", "ONNX, codes in 8 bits, for every onnxruntime")},
        {"onnx-int4", QT_TRANSLATE_NOOP("ExportKinds", "ONNX, codes in 4 or 8 bits, operator set 21")},
        {"onnx-matmulnbits",
         QT_TRANSLATE_NOOP("ExportKinds", "ONNX, matrices as MatMulNBits, onnxruntime's own operator")},
        {"safetensors", QT_TRANSLATE_NOOP("ExportKinds", "safetensors, for PyTorch")},
        {"compressed-tensors", QT_TRANSLATE_NOOP("ExportKinds", "Folder of compressed-tensors, for vLLM")},
        {"gptq", QT_TRANSLATE_NOOP("ExportKinds", "Folder of GPTQ, for GPTQModel and vLLM")},
        {"bitnet", QT_TRANSLATE_NOOP("ExportKinds", "Folder of BitNet, for Transformers")},
    }};
    const auto found = std::ranges::find(titles, target.id, &std::pair<std::string_view, const char*>::first);
    return found == titles.end() ? QString::fromUtf8(target.title.data(), qsizetype(target.title.size()))
                                 : QCoreApplication::translate("ExportKinds", found->second);
}

} // namespace

ExportDialog::ExportDialog(Workspace& workspace, const QString& modelName, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_kinds(exportKindsFor(workspace.model()))
    , m_path(new QLineEdit(this))
    , m_kind(new QComboBox(this))
    , m_browse(new QPushButton(tr("Browse…"), this))
    , m_start(new QPushButton(this))
    , m_close(new QPushButton(tr("Close"), this))
    , m_showFolder(new QPushButton(tr("Show in folder"), this))
    , m_narrower(new QPushButton(tr("Write INT4 instead"), this))
    , m_summary(new QLabel(this))
    , m_list(new ExportChecks(workspace.model(), this))
    , m_progress(new QProgressBar(this))
    , m_left(makeMutedLabel({}, this))
    , m_result(new QLabel(this))
{
    setObjectName(QStringLiteral("exportDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("Export"));
    const Estimate estimate = workspace.estimate(workspace.document().allocation());
    fillKinds();
    m_kind->setCurrentIndex(firstThatCan());
    const QString name = QStringLiteral("%1-%2bpw%3")
                             .arg(withoutModelSuffix(QFileInfo(modelName).fileName()))
                             .arg(estimate.bitsPerWeight, 0, 'f', 2)
                             .arg(QString::fromStdString(suffixOf(kind())));
    m_path->setObjectName(QStringLiteral("exportPath"));
    m_path->setText(QDir(lastFolder("export")).filePath(name));
    m_path->setAccessibleName(tr("File to write"));
    m_start->setObjectName(QStringLiteral("exportStart"));
    m_start->setProperty("primary", true);
    m_start->setDefault(true); // Enter in the path exports: it would press the first button, "Browse…"
    m_list->setObjectName(QStringLiteral("exportChecks"));
    m_left->setObjectName(QStringLiteral("exportTimeLeft"));
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_result->setWordWrap(true);
    m_result->setObjectName(QStringLiteral("exportResult"));
    m_result->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_summary->setText(
        tr("%1 tensors, %2 as their formats pack them; layers at %3 bits a weight")
            .arg(workspace.model().file->tensors.size())
            .arg(formatBytes(estimate.bytes), QLocale().toString(estimate.bitsPerWeight, 'f', 2)));

    auto* const pathRow = new QHBoxLayout;
    pathRow->addWidget(m_path, 1);
    pathRow->addWidget(m_browse);
    m_showFolder->setObjectName(QStringLiteral("exportShowFolder"));
    m_showFolder->setToolTip(tr("Opens the folder that the file lies in"));
    m_showFolder->hide();
    m_narrower->setObjectName(QStringLiteral("exportNarrower"));
    m_narrower->setToolTip(
        tr("The same codes in half the room; what runs the file has to know operator set 21"));
    connect(m_narrower, &QPushButton::clicked, this, [this] {
        m_kind->setCurrentIndex(usualFor("model.onnx"));
        refresh();
    });
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_showFolder);
    buttons->addStretch(1);
    buttons->addWidget(m_close);
    buttons->addWidget(m_start);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(9);
    column->addWidget(makeMutedLabel(tr("Kind of file"), this));
    column->addWidget(m_kind);
    column->addWidget(makeMutedLabel(tr("File"), this));
    column->addLayout(pathRow);
    column->addWidget(m_summary);
    column->addWidget(makeMutedLabel(tr("Rules of the format"), this));
    column->addWidget(m_list, 1);
    column->addWidget(m_narrower, 0, Qt::AlignLeft);
    auto* const progress = new QHBoxLayout;
    progress->addWidget(m_progress, 1);
    progress->addWidget(m_left);
    column->addLayout(progress);
    column->addWidget(m_result);
    column->addLayout(buttons);
    resize(600, 420);

    connect(m_browse, &QPushButton::clicked, this, &ExportDialog::choosePath);
    connect(m_start, &QPushButton::clicked, this, &ExportDialog::startOrCancel);
    connect(m_close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_showFolder, &QPushButton::clicked, this, [this] {
        QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(m_written).absolutePath()));
    });
    connect(m_kind, &QComboBox::activated, this, &ExportDialog::chooseKind);
    connect(m_path, &QLineEdit::textChanged, this, [this] {
        followPath();
        m_start->setDefault(true);
        refresh();
    });
    connect(&workspace.exporter(), &ExportController::runningChanged, this, &ExportDialog::refresh);
    connect(&workspace.exporter(), &ExportController::finished, this, &ExportDialog::showReport);
    connect(&workspace.exporter(), &ExportController::failed, this, [this](const QString& why) {
        say(tr("Not exported: %1").arg(coreWords(why)), false);
    });
    connect(&workspace.exporter(), &ExportController::cancelled, this, [this] {
        say(tr("Cancelled; nothing was written"), false);
    });
    connect(&workspace, &Workspace::left, this, &QDialog::close);
    connect(&workspace.document(), &AllocationDocument::changed, this, &ExportDialog::refresh);
    m_poll.setInterval(100);
    connect(&m_poll, &QTimer::timeout, this, [this] {
        const ExportController& exporter = m_workspace.exporter();
        showProgress(*m_progress, int(exporter.fraction() * 1000));
        const auto left = exporter.timeLeft();
        m_left->setText(left.count() > 0 ? tr("%1 left").arg(formatDuration(left)) : QString());
    });
    refresh();
}

void ExportDialog::fillKinds()
{
    m_kind->setObjectName(QStringLiteral("exportKind"));
    m_kind->setAccessibleName(tr("Kind of file"));
    for (const ExportTarget* const target : m_kinds)
        m_kind->addItem(titleOf(*target));
}

QString ExportDialog::settingsKey() const
{
    // Models that can become the same files are of one kind.
    QStringList ids;
    for (const ExportTarget* const target : m_kinds)
        ids << QString::fromUtf8(target->id.data(), qsizetype(target->id.size()));
    return QStringLiteral("export/kind/") + ids.join(QLatin1Char('+'));
}

int ExportDialog::firstThatCan() const
{
    const auto canWrite = [this](const ExportTarget* target) {
        return m_workspace.exporter()
            .problems(m_workspace.document().allocation(), std::filesystem::path(), target->id)
            .empty();
    };
    const std::string last = QSettings().value(settingsKey()).toString().toStdString();
    const auto kept = std::ranges::find(m_kinds, last, &ExportTarget::id);
    if (kept != m_kinds.end() && canWrite(*kept))
        return int(kept - m_kinds.begin());
    const auto can = std::ranges::find_if(m_kinds, canWrite);
    if (can == m_kinds.end())
        return 0;
    const int usual = usualFor("model" + suffixOf(**can));
    return usual >= 0 && canWrite(m_kinds[std::size_t(usual)]) ? usual : int(can - m_kinds.begin());
}

int ExportDialog::usualFor(const std::filesystem::path& path) const
{
    const auto target = exportTargetOf({}, path, m_workspace.model(), m_workspace.document().allocation());
    const auto found = target ? std::ranges::find(m_kinds, *target) : m_kinds.end();
    return found == m_kinds.end() ? -1 : int(found - m_kinds.begin());
}

const ExportTarget& ExportDialog::kind() const
{
    return *m_kinds[std::size_t(std::max(0, m_kind->currentIndex()))];
}

void ExportDialog::chooseKind()
{
    QString path = m_path->text();
    for (const ExportTarget& target : exportTargets())
        if (const QString suffix = QString::fromStdString(suffixOf(target)); path.endsWith(suffix)) {
            path.chop(suffix.size());
            break;
        }
    m_path->setText(path + QString::fromStdString(suffixOf(kind())));
    refresh(); // of the same ending the path says nothing
}

void ExportDialog::followPath()
{
    const std::string path = m_path->text().toStdString();
    if (std::filesystem::path(path).extension() == suffixOf(kind()))
        return;
    if (const int named = usualFor(path); named >= 0)
        m_kind->setCurrentIndex(named);
}

void ExportDialog::choosePath()
{
    QStringList kinds;
    for (const ExportTarget* const target : m_kinds)
        kinds << QStringLiteral("%1 (%2)").arg(
            titleOf(*target), QString::fromUtf8(target->patterns.data(), qsizetype(target->patterns.size())));
    QString chosen = kinds[m_kind->currentIndex()];
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export"), m_path->text(), kinds.join(";;"), &chosen);
    if (path.isEmpty())
        return;
    if (const qsizetype at = kinds.indexOf(chosen); at >= 0)
        m_kind->setCurrentIndex(int(at));
    m_path->setText(path);
}

QStringList ExportDialog::whyOtherSize(const ExportReport& report) const
{
    const double predicted = double(report.predictedBytes);
    if (predicted <= 0 || std::abs(double(report.bytes) / predicted - 1) <= surprising)
        return {};
    QStringList why{tr("Predicted were %1.").arg(formatBytes(report.predictedBytes))};
    const double weights = double(report.weightBytes) / predicted - 1;
    if (weights > 0.01)
        why << tr("The weights take %1: this kind of file holds some of them in wider types.")
                   .arg(formatBytes(report.weightBytes));
    else if (weights < -0.01)
        why << tr("The weights take %1: this kind of file holds some of them in narrower types.")
                   .arg(formatBytes(report.weightBytes));
    if (report.bytes > report.weightBytes)
        why << tr("%1 are what the file carries beside them: names, graph, tokenizer, settings.")
                   .arg(formatBytes(report.bytes - report.weightBytes));
    return {why.join(QLatin1Char(' '))};
}

void ExportDialog::startOrCancel()
{
    ExportController& exporter = m_workspace.exporter();
    if (exporter.isRunning()) {
        exporter.cancel();
        return;
    }
    m_result->clear();
    m_showFolder->hide();
    setLastFolder("export", m_path->text());
    m_written = m_path->text();
    exporter.start(m_workspace.document().allocation(), m_path->text().toStdString(), kind().id);
}

void ExportDialog::refresh()
{
    const bool running = m_workspace.exporter().isRunning();
    m_progress->setVisible(running);
    m_left->setVisible(running);
    running ? m_poll.start() : m_poll.stop();
    m_path->setEnabled(!running);
    m_kind->setEnabled(!running);
    m_browse->setEnabled(!running);
    m_start->setText(
        running                                 ? tr("Cancel")
            : QFileInfo::exists(m_path->text()) ? tr("Overwrite")
                                                : tr("Export"));
    const auto problems = m_workspace.exporter().problems(
        m_workspace.document().allocation(), m_path->text().toStdString(), kind().id);
    m_start->setEnabled(running || (problems.empty() && !m_path->text().isEmpty()));
    const int usual = kind().id == "onnx" ? usualFor("model.onnx") : -1;
    m_narrower->setVisible(!running && usual >= 0 && usual != m_kind->currentIndex());
    if (running || !m_result->text().isEmpty())
        return;
    m_list->clear();
    const ThemeColors colors = themeColors(palette());
    m_list->add(u'✗', problems, colors.bad);
    if (problems.empty()) {
        auto* const item = new QListWidgetItem(tr("✓  Every tensor's format can be written"), m_list);
        item->setForeground(colors.good);
    }
    m_list->add(
        u'!',
        m_workspace.exporter().remarks(
            m_workspace.document().allocation(), m_path->text().toStdString(), kind().id),
        colors.warning);
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
    QSettings().setValue(settingsKey(), QString::fromUtf8(kind().id.data(), qsizetype(kind().id.size())));
    m_list->clear();
    const ThemeColors colors = themeColors(palette());
    m_list->add(u'✓', report.checks, colors.good);
    m_list->add(u'!', report.remarks, colors.warning);
    QStringList sentences = whyOtherSize(report);
    sentences.prepend(tr("Written and read back: %1, %2 tensors, in %3. Hash of the data: %4")
                          .arg(formatBytes(report.bytes))
                          .arg(report.tensors)
                          .arg(formatDuration(report.elapsed), QString::fromStdString(report.hash)));
    say(sentences.join(QLatin1Char('\n')), true);
    m_showFolder->show();
    refresh();
    m_close->setDefault(true); // nor does a second Enter write it again
    m_close->setFocus(); // the path, which could not be edited meanwhile, has lost the keyboard to the button
}

} // namespace tritloom
