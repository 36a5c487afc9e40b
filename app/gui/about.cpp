#include "app/gui/about.h"

#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QIcon>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <array>

namespace tritloom {
namespace {

QString say(const char* text)
{
    return QCoreApplication::translate("About", text);
}

QDialog* makeDialog(QWidget* parent, const QString& title, const char* name)
{
    auto* const dialog = new QDialog(parent);
    dialog->setObjectName(QLatin1String(name));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    return dialog;
}

void finish(QDialog* dialog, QVBoxLayout* column)
{
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    buttons->button(QDialogButtonBox::Close)->setText(QCoreApplication::translate("About", "Close"));
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    column->addWidget(buttons);
    dialog->show();
}

} // namespace

void showAbout(QWidget* parent)
{
    QDialog* const dialog =
        makeDialog(parent, say(QT_TRANSLATE_NOOP("About", "About Tritloom")), "aboutDialog");
    auto* const column = new QVBoxLayout(dialog);
    column->setContentsMargins(22, 20, 22, 16);
    auto* const icon = new QLabel(dialog);
    icon->setPixmap(QIcon(QStringLiteral(":/icons/tritloom.svg")).pixmap(64, 64));
    auto* const text = new QLabel(
        say(QT_TRANSLATE_NOOP(
                "About",
                "<h3>Tritloom %1</h3><p>A studio for compressing neural networks.</p>"
                "<p>Free software under the GNU General Public License, version 3 or later. It comes without "
                "any "
                "warranty.</p><p>Built with Qt %2, under the LGPL and, for its charts, the GPL. Fonts: Inter "
                "(SIL Open Font License) and JetBrains Mono (Apache License).</p>"))
            .arg(QCoreApplication::applicationVersion(), QLatin1String(qVersion())),
        dialog);
    text->setWordWrap(true);
    text->setMinimumWidth(380);
    column->addWidget(icon);
    column->addWidget(text);
    finish(dialog, column);
}

void showShortcuts(QWidget* parent)
{
    // The only list of keys that are no menu entries; menus show their own.
    static constexpr std::array<std::pair<const char*, const char*>, 16> keys{{
        {QT_TRANSLATE_NOOP("About", "Loom: ← →"),
         QT_TRANSLATE_NOOP("About", "choose a layer; Shift extends, Ctrl goes to the next block")},
        {QT_TRANSLATE_NOOP("About", "Loom: ↑ ↓"), QT_TRANSLATE_NOOP("About", "one stop more or fewer bits")},
        {QT_TRANSLATE_NOOP("About", "Layers: ↑ ↓"), QT_TRANSLATE_NOOP("About", "choose a layer")},
        {QT_TRANSLATE_NOOP("About", "Layers: ← →"),
         QT_TRANSLATE_NOOP("About", "one stop fewer or more bits; on a block: fold and unfold")},
        {QT_TRANSLATE_NOOP("About", "1 to 9"),
         QT_TRANSLATE_NOOP("About", "the stop nearest to so many bits; 0: as stored")},
        {QT_TRANSLATE_NOOP("About", "Alt with any of these"),
         QT_TRANSLATE_NOOP("About", "without the layers that run as one product with it")},
        {QT_TRANSLATE_NOOP("About", "P"), QT_TRANSLATE_NOOP("About", "pin or unpin")},
        {QT_TRANSLATE_NOOP("About", "Space"),
         QT_TRANSLATE_NOOP("About", "flip between original and compressed")},
        {QT_TRANSLATE_NOOP("About", "Esc"),
         QT_TRANSLATE_NOOP("About", "take a drag back; otherwise cancel what runs")},
        {QT_TRANSLATE_NOOP("About", "Ctrl+Z, Ctrl+Shift+Z"), QT_TRANSLATE_NOOP("About", "undo, redo")},
        {QT_TRANSLATE_NOOP("About", "F5"), QT_TRANSLATE_NOOP("About", "measure sensitivity, or stop")},
        {QT_TRANSLATE_NOOP("About", "Ctrl+Return"), QT_TRANSLATE_NOOP("About", "allocate the budget")},
        {QT_TRANSLATE_NOOP("About", "Ctrl+wheel, Ctrl++, Ctrl+−"),
         QT_TRANSLATE_NOOP("About", "zoom the loom; the wheel alone scrolls")},
        {QT_TRANSLATE_NOOP("About", "F2, double-click"),
         QT_TRANSLATE_NOOP("About", "choose a format in the layer table")},
        {QT_TRANSLATE_NOOP("About", "Pictures: + − 0 1"),
         QT_TRANSLATE_NOOP("About", "zoom, the whole picture, pixel by pixel; arrow keys move it")},
        {QT_TRANSLATE_NOOP("About", "Pictures: hold Space"),
         QT_TRANSLATE_NOOP("About", "the original’s picture in the place of the compressed one")},
    }};
    QDialog* const dialog =
        makeDialog(parent, say(QT_TRANSLATE_NOOP("About", "Keyboard shortcuts")), "shortcutsDialog");
    auto* const column = new QVBoxLayout(dialog);
    column->setContentsMargins(22, 18, 22, 16);
    auto* const grid = new QGridLayout;
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(6);
    int row = 0;
    for (const auto& [key, what] : keys) {
        auto* const label = new QLabel(say(key), dialog);
        QFont bold = label->font();
        bold.setWeight(QFont::DemiBold);
        label->setFont(bold);
        grid->addWidget(label, row, 0);
        grid->addWidget(new QLabel(say(what), dialog), row++, 1);
    }
    column->addLayout(grid);
    finish(dialog, column);
}

} // namespace tritloom
