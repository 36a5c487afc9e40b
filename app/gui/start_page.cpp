#include "app/gui/start_page.h"

#include "app/gui/model_name.h"
#include "app/gui/settings.h"
#include "app/gui/widgets/card.h"
#include "app/session/samples.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QIcon>
#include <QPushButton>

namespace tritloom {

StartPage::StartPage(QWidget* parent)
    : QWidget(parent)
    , m_recent(new QVBoxLayout)
{
    setObjectName(QStringLiteral("startPage"));
    setSizePolicy(
        QSizePolicy::Preferred, QSizePolicy::Ignored); // behind a project it takes no height of docks
    auto* const icon = new QLabel(this);
    icon->setPixmap(QIcon(QStringLiteral(":/icons/tritloom.svg")).pixmap(72, 72));
    auto* const title = new QLabel(tr("Tritloom"), this);
    QFont large = font();
    large.setPixelSize(26);
    large.setWeight(QFont::DemiBold);
    title->setFont(large);
    auto* const what =
        makeMutedLabel(tr("See where a network’s bits go, move them, and watch what it costs."), this);
    auto* const open = new QPushButton(tr("Open a model…"), this);
    open->setObjectName(QStringLiteral("startOpen"));
    open->setProperty("primary", true);
    auto* const sample = new QPushButton(tr("Open the sample"), this);
    sample->setObjectName(QStringLiteral("startSample"));
    sample->setToolTip(tr("A small language model that comes with the program"));
    auto* const hint = makeMutedLabel(
        tr("Or drop a file or folder here: GGUF, safetensors with its config.json, a llama2.c checkpoint, or "
           "a "
           "network on pictures as ONNX or PyTorch file."),
        this);
    hint->setWordWrap(true); // in one line it would push the docks beside this page together
    hint->setMinimumWidth(520);

    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(open);
    buttons->addWidget(sample);
    buttons->addStretch(1);
    auto* const middle = new QVBoxLayout;
    middle->setSpacing(8);
    middle->addStretch(2);
    middle->addWidget(icon);
    middle->addWidget(title);
    middle->addWidget(what);
    middle->addSpacing(14);
    middle->addLayout(buttons);
    middle->addSpacing(4);
    middle->addWidget(hint);
    middle->addSpacing(22);
    auto* const samples = new QVBoxLayout;
    samples->setSpacing(2);
    samples->addWidget(makeMutedLabel(tr("Samples"), this));
    for (const SampleModel& one : sampleModels())
        addFile(
            *samples, "sampleFile", one.translatedTitle().remove('&'),
            QString::fromStdString(one.path().string()));
    middle->addLayout(samples);
    middle->addSpacing(14);
    m_recent->setSpacing(2);
    middle->addLayout(m_recent);
    middle->addStretch(3);
    auto* const row = new QHBoxLayout(this);
    row->addStretch(1);
    row->addLayout(middle);
    row->addStretch(1);
    connect(open, &QPushButton::clicked, this, &StartPage::openAsked);
    connect(sample, &QPushButton::clicked, this, &StartPage::sampleAsked);
    refresh();
}

QPushButton*
StartPage::addFile(QVBoxLayout& list, const char* name, const QString& title, const QString& path)
{
    auto* const button = new QPushButton(title, this);
    button->setObjectName(QLatin1String(name));
    button->setProperty("flat", true);
    button->setToolTip(path);
    connect(button, &QPushButton::clicked, this, [this, path] { emit fileAsked(path); });
    list.addWidget(button, 0, Qt::AlignLeft);
    return button;
}

void StartPage::refresh()
{
    while (QLayoutItem* const item = m_recent->takeAt(0)) {
        if (item->widget() != nullptr)
            item->widget()->deleteLater();
        delete item;
    }
    const QStringList files = recentFiles();
    if (files.isEmpty())
        return;
    m_recent->addWidget(makeMutedLabel(tr("Recent"), this));
    for (const QString& file : files.mid(0, 6)) {
        const QFileInfo info(file);
        QPushButton* const button = addFile(*m_recent, "recentFile", modelName(file), file);
        button->setEnabled(info.exists());
        if (!info.exists())
            button->setToolTip(tr("%1 is not there any more").arg(file));
    }
}

} // namespace tritloom
