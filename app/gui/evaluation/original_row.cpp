#include "app/gui/evaluation/original_row.h"

#include "app/gui/number_text.h"
#include "app/gui/widgets/elided_label.h"
#include "app/session/original_note.h"

#include <QDir>
#include <QHBoxLayout>
#include <QPushButton>

namespace tritloom {

OriginalRow::OriginalRow(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("originalRow"));
    const auto note = originalOf(*workspace.model().file);
    setVisible(note.has_value());
    if (!note)
        return;
    const QString name = QString::fromStdString(note->name),
                  place = QString::fromStdString(workspace.originalPlace().string());
    auto* const text = new ElidedLabel(
        note->bytes == 0
            ? tr("Made from %1").arg(name)
            : tr("Made from %1, %2 bits then").arg(name, formatBits(note->bitsThen(workspace.model()))),
        this);
    text->setObjectName(QStringLiteral("originalText"));
    text->setForegroundRole(QPalette::PlaceholderText);
    text->setShorter({tr("Made from %1").arg(name)});
    text->setToolTip(
        tr("This file was made from %1. What is measured here is held against this file as it is stored; open "
           "the original to hold the same bits against that. Over all tensors this file has %2 bits a weight%3.")
            .arg(
                name, formatBits(OriginalNote::bitsNow(workspace.model())),
                note->bytes == 0
                    ? QString()
                    : tr(", the original %1").arg(formatBits(note->bitsThen(workspace.model()))))
        + (place.isEmpty() ? QLatin1Char(' ')
                   + tr("No file of this name with the same content lies beside this one or beside a recent file.")
                           : QString()));
    auto* const open = new QPushButton(tr("Open it"), this);
    open->setObjectName(QStringLiteral("openOriginal"));
    open->setAccessibleName(tr("Open the original"));
    open->setProperty("flat", true);
    open->setVisible(!place.isEmpty());
    open->setToolTip(QDir::toNativeSeparators(place));
    connect(open, &QPushButton::clicked, this, [this, place] { emit openAsked(place); });
    auto* const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(text, 1);
    row->addWidget(open);
}

} // namespace tritloom
