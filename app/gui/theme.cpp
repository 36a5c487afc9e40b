#include "app/gui/theme.h"

#include "app/gui/recolour.h"

#include <QApplication>
#include <QFontDatabase>
#include <QHash>
#include <QPainter>
#include <QStyleFactory>

#include <algorithm>
#include <array>
#include <span>

/// Resources of a static library are only linked when somebody asks for them.
static void loadResources()
{
    Q_INIT_RESOURCE(tritloom);
}

namespace tritloom {
namespace {

struct ColorStop {
    double at;
    QRgb color;
};

QColor between(std::span<const ColorStop> stops, double at)
{
    if (at <= stops.front().at)
        return stops.front().color;
    for (std::size_t i = 1; i < stops.size(); ++i) {
        if (at > stops[i].at)
            continue;
        const double t = (at - stops[i - 1].at) / (stops[i].at - stops[i - 1].at);
        const QColor a(stops[i - 1].color), b(stops[i].color);
        return QColor::fromRgbF(
            float(a.redF() + t * (b.redF() - a.redF())), float(a.greenF() + t * (b.greenF() - a.greenF())),
            float(a.blueF() + t * (b.blueF() - a.blueF())));
    }
    return stops.back().color;
}

QPalette darkPalette()
{
    QPalette palette;
    palette.setColor(QPalette::Window, 0x1b1e25);
    palette.setColor(QPalette::WindowText, 0xdfe3ea);
    palette.setColor(QPalette::Base, 0x15181d);
    palette.setColor(QPalette::AlternateBase, 0x1a1d24);
    palette.setColor(QPalette::Text, 0xdfe3ea);
    palette.setColor(QPalette::PlaceholderText, 0x7d8592);
    palette.setColor(QPalette::Button, 0x272b34);
    palette.setColor(QPalette::ButtonText, 0xdfe3ea);
    palette.setColor(QPalette::BrightText, 0xffffff);
    palette.setColor(QPalette::ToolTipBase, 0x0e1014);
    palette.setColor(QPalette::ToolTipText, 0xe8ebf0);
    palette.setColor(QPalette::Highlight, 0x2b5fa8);
    palette.setColor(QPalette::HighlightedText, 0xffffff);
    palette.setColor(QPalette::Link, 0x5aa6ff);
    palette.setColor(QPalette::LinkVisited, 0x9d8cff);
    palette.setColor(QPalette::Light, 0x3a404c);
    palette.setColor(QPalette::Midlight, 0x2f343e);
    palette.setColor(QPalette::Mid, 0x2a2e37);
    palette.setColor(QPalette::Dark, 0x101216);
    palette.setColor(QPalette::Shadow, 0x08090b);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, 0x656c78);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, 0x3a404c);
    return palette;
}

QPalette lightPalette()
{
    QPalette palette;
    palette.setColor(QPalette::Window, 0xf3f4f6);
    palette.setColor(QPalette::WindowText, 0x1d2129);
    palette.setColor(QPalette::Base, 0xffffff);
    palette.setColor(QPalette::AlternateBase, 0xf7f8fa);
    palette.setColor(QPalette::Text, 0x1d2129);
    palette.setColor(QPalette::PlaceholderText, 0x78808c);
    palette.setColor(QPalette::Button, 0xfbfbfc);
    palette.setColor(QPalette::ButtonText, 0x1d2129);
    palette.setColor(QPalette::BrightText, 0xffffff);
    palette.setColor(QPalette::ToolTipBase, 0x1d2129);
    palette.setColor(QPalette::ToolTipText, 0xf3f4f6);
    palette.setColor(QPalette::Highlight, 0xcfe2fb);
    palette.setColor(QPalette::HighlightedText, 0x10151d);
    palette.setColor(QPalette::Link, 0x1f6fd6);
    palette.setColor(QPalette::LinkVisited, 0x6a4fc4);
    palette.setColor(QPalette::Light, 0xffffff);
    palette.setColor(QPalette::Midlight, 0xe9ebee);
    palette.setColor(QPalette::Mid, 0xd5d8de);
    palette.setColor(QPalette::Dark, 0xb4b9c2);
    palette.setColor(QPalette::Shadow, 0x8b919c);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, 0x9aa1ac);
    palette.setColor(QPalette::Disabled, QPalette::Highlight, 0xe2e5ea);
    return palette;
}

/// Fusion draws most of the window from the palette; these rules only give it the drawing's roundness and
/// air.
QString styleSheet(const QPalette& palette)
{
    const ThemeColors colors = themeColors(palette);
    QString sheet = QStringLiteral(R"(
        QMainWindow::separator { background: %line; width: 1px; height: 1px; }
        QMenuBar { background: %bar; border: none; padding: 2px 6px; }
        QMenuBar::item { padding: 4px 10px; background: transparent; border-radius: 4px; }
        QMenuBar::item:selected { background: %button; }
        QMenu { background: %panel; border: 1px solid %line; padding: 4px; }
        QMenu::item { padding: 5px 28px 5px 24px; border-radius: 4px; }
        QMenu::item:selected { background: %accent; color: %onAccent; }
        QMenu::item:disabled { color: %disabled; background: transparent; }
        QMenu::separator { height: 1px; background: %line; margin: 4px 8px; }
        QToolBar { background: %window; border: none; border-bottom: 1px solid %line; padding: 5px 8px; spacing: 6px; }
        QToolBar::separator { background: %line; width: 1px; margin: 4px 6px; }
        QStatusBar { background: %bar; border-top: 1px solid %line; }
        QStatusBar::item { border: none; }
        QToolButton, QPushButton { background: %button; border: 1px solid %line; border-radius: 6px; padding: 4px 9px;
            outline: none; }
        QToolButton:hover, QPushButton:hover { border-color: %muted; }
        QToolButton:pressed, QPushButton:pressed, QToolButton:checked, QPushButton:checked { background: %line; }
        QToolButton:disabled, QPushButton:disabled { color: %disabled; }
        QToolButton:focus, QPushButton:focus { border-color: %accent; }
        QToolButton[compact="true"] { padding: 4px 3px; }
        QToolButton[flat="true"] { background: transparent; border-color: transparent; padding: 2px; }
        QToolButton[flat="true"]:hover, QToolButton[flat="true"]:focus { border-color: %line; }
        QPushButton[primary="true"], QToolButton[primary="true"] {
            background: %accent; color: %onAccent; border-color: %accent; font-weight: 600; }
        QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled {
            background: %line; color: %disabled; border-color: %line; }
        QPushButton[primary="true"]:focus, QToolButton[primary="true"]:focus { border-color: %text; }
        QPushButton[flat="true"] { background: transparent; border-color: transparent; color: %link; padding: 2px 4px; }
        QPushButton[flat="true"]:hover { border-color: %line; }
        QPushButton[flat="true"]:focus { border-color: %accent; }
        QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
        QFileDialog QToolButton { padding: 2px; }
        QComboBox { background: %button; border: 1px solid %line; border-radius: 6px; padding: 4px 10px;
            combobox-popup: 0; }
        QComboBox:hover { border-color: %muted; }
        QComboBox:focus { border-color: %accent; }
        QComboBox::drop-down { border: none; width: 20px; }
        QComboBox[narrow="true"] { padding: 4px 2px 4px 7px; }
        QComboBox[narrow="true"]::drop-down { width: 16px; }
        QComboBox::down-arrow { image: url(:/icons/%mode/chevron-down.svg); width: 10px; height: 10px; }
        QComboBox QAbstractItemView { background: %panel; border: 1px solid %line; selection-background-color: %accent;
            selection-color: %onAccent; outline: none; padding: 2px; }
        QLineEdit, QAbstractSpinBox { background: %base; border: 1px solid %line; border-radius: 6px; padding: 4px 8px;
            selection-background-color: %accent; selection-color: %onAccent; }
        QLineEdit:focus, QAbstractSpinBox:focus { border-color: %accent; }
        QLineEdit[invalid="true"] { border-color: %bad; }
        QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }
        QTabBar { qproperty-drawBase: 0; }
        QTabBar::tab { background: transparent; color: %muted; padding: 7px 9px; border: none;
            border-bottom: 2px solid transparent; }
        QTabBar::tab:selected { color: %text; border-bottom-color: %accent; }
        QTabBar::tab:hover { color: %text; }
        QTabBar QToolButton { padding: 2px; }
        QHeaderView { background: %window; border: none; }
        QHeaderView::section { background: %window; color: %muted; border: none; border-bottom: 1px solid %line;
            padding: 4px 6px; }
        QTreeView { background: %window; border: none; outline: none; selection-background-color: %selection;
            selection-color: %text; }
        QTreeView::item { padding: 2px 0; }
        QTreeView::item:selected { background: %selection; color: %text; }
        QTreeView::branch:selected { background: %selection; }
        QTreeView::branch:has-children:closed { image: url(:/icons/%mode/chevron-right.svg); }
        QTreeView::branch:has-children:open { image: url(:/icons/%mode/chevron-down.svg); }
        QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
        QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
        QScrollBar::handle { background: %line; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
        QScrollBar::handle:hover { background: %muted; }
        QAbstractScrollArea::corner { background: transparent; border: none; }
        QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
        QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
        QSlider::groove:horizontal { height: 4px; background: %line; border-radius: 2px; }
        QSlider::sub-page:horizontal { background: %accent; border-radius: 2px; }
        QSlider::sub-page:horizontal:disabled { background: %line; }
        QSlider::handle:horizontal { width: 14px; margin: -5px 0; border-radius: 7px; background: %handle; }
        QSlider::handle:horizontal:focus { background: %accent; border: 1px solid %handle; }
        QSlider::handle:horizontal:disabled { background: %disabled; }
        QProgressBar { background: %line; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
        QProgressBar::chunk { background: %good; border-radius: 2px; }
        QDockWidget { color: %muted; titlebar-close-icon: url(:/icons/%mode/close.svg);
            titlebar-normal-icon: url(:/icons/%mode/float.svg); }
        QDockWidget::close-button, QDockWidget::float-button { border: none; background: transparent; padding: 0;
            icon-size: 12px; }
        QDockWidget::title { background: %window; padding: 7px 12px; text-align: left; }
        QFrame[card="true"] { background: %panel; border: 1px solid %line; border-radius: 8px; }
        QTextBrowser#originalText, QTextBrowser#compressedText, QListView#pictureList { background: %base;
            border: 1px solid %line; border-radius: 6px; }
        QTextBrowser#originalText, QTextBrowser#compressedText { padding: 4px; }
        QListWidget { background: transparent; border: none; outline: none; }
        QListWidget::item { padding: 2px 4px; border-radius: 4px; }
        QListWidget::indicator, QCheckBox::indicator { width: 13px; height: 13px; border: 1px solid %muted;
            border-radius: 3px; background: %base; }
        QCheckBox::indicator:focus { border-color: %accent; }
        QListWidget::indicator:checked, QCheckBox::indicator:checked { background: %accent; border-color: %accent;
            image: url(:/icons/%mode/check.svg); }
        QListWidget::item:selected { background: %selection; color: %text; }
        QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; }
        QToolTip { background: %tip; color: %tipText; border: 1px solid %line; padding: 4px 6px; }
    )");
    const auto set = [&](const char* name, const QString& value) {
        sheet.replace(QLatin1String(name), value);
    };
    const auto role = [&](QPalette::ColorRole r) { return palette.color(r).name(); };
    set("%mode", colors.dark ? QStringLiteral("dark") : QStringLiteral("light"));
    set("%onAccent", colors.dark ? QStringLiteral("#0b1220") : QStringLiteral("#ffffff"));
    set("%accent", colors.accent.name());
    set("%panel", colors.panel.name());
    set("%line", colors.line.name());
    set("%muted", colors.mutedText.name());
    set("%good", colors.good.name());
    set("%bad", colors.bad.name());
    set("%bar", colors.dark ? QStringLiteral("#121419") : QStringLiteral("#e9eaee"));
    set("%base", role(QPalette::Base));
    set("%button", role(QPalette::Button));
    set("%window", role(QPalette::Window));
    set("%disabled", palette.color(QPalette::Disabled, QPalette::Text).name());
    set("%link", role(QPalette::Link));
    set("%selection", colors.dark ? QStringLiteral("#24395a") : QStringLiteral("#dce9fb"));
    set("%handle", colors.dark ? QStringLiteral("#f2f4f8") : QStringLiteral("#1f6fd6"));
    set("%tipText", role(QPalette::ToolTipText));
    set("%tip", role(QPalette::ToolTipBase));
    set("%text", role(QPalette::Text));
    return sheet;
}

/// The program's own fonts, so that figures line up the same everywhere.
QFont applicationFont()
{
    static const bool loaded = [] {
        loadResources();
        for (const char* file : {"Inter-Regular.otf", "Inter-SemiBold.otf", "JetBrainsMono-Regular.ttf"})
            QFontDatabase::addApplicationFont(QStringLiteral(":/fonts/") + QLatin1String(file));
        return true;
    }();
    Q_UNUSED(loaded);
    QFont font(QStringLiteral("Inter"));
    font.setPixelSize(13);
    font.setHintingPreference(QFont::PreferNoHinting);
    return font;
}

/// between() by memory, in steps of 1/512: a frame paints thousands of bars and cells, and each colour takes
/// powers and angles. GUI thread only.
template <std::size_t Count>
QColor remembered(const std::array<ColorStop, Count>& stops, double value)
{
    static QHash<std::pair<const void*, int>, QColor> known;
    const std::pair<const void*, int> key(&stops, int(std::lround(value * 512)));
    const auto found = known.constFind(key);
    return found != known.constEnd() ? *found : *known.insert(key, between(stops, key.second / 512.0));
}

} // namespace

QColor ThemeColors::bits(double bitsPerWeight) const
{
    static constexpr std::array<ColorStop, 9> onDark{
        {{1, 0xffd8574a},
         {1.58, 0xffe0763c},
         {2, 0xffd99a35},
         {3, 0xffc7d04c},
         {4, 0xff5fb062},
         {5, 0xff3fbfa6},
         {6, 0xff45acd9},
         {8, 0xff6f8ff0},
         {16, 0xffa99bf2}}};
    static constexpr std::array<ColorStop, 9> onLight{
        {{1, 0xffb93226},
         {1.58, 0xffc9551a},
         {2, 0xffcc8411},
         {3, 0xffa3a91c},
         {4, 0xff3f9446},
         {5, 0xff179a83},
         {6, 0xff1e88ba},
         {8, 0xff4466d8},
         {16, 0xff7a68cf}}};
    return dark ? remembered(onDark, bitsPerWeight) : remembered(onLight, bitsPerWeight);
}

QColor ThemeColors::heat(double fraction) const
{
    static constexpr std::array<ColorStop, 4> onDark{
        {{0, 0xff5a4a24}, {0.35, 0xffe8b031}, {0.7, 0xfff0702c}, {1, 0xfff5333f}}};
    static constexpr std::array<ColorStop, 4> onLight{
        {{0, 0xfff0e3c0}, {0.35, 0xffe9ad2a}, {0.7, 0xffe2601f}, {1, 0xffc2182b}}};
    return dark ? remembered(onDark, fraction) : remembered(onLight, fraction);
}

ThemeColors themeColors(const QPalette& palette)
{
    ThemeColors colors;
    // By its text: the style sheet makes the window of what a scroll area holds transparent, which is black.
    colors.dark = palette.color(QPalette::Text).lightness() > 128;
    if (colors.dark) {
        colors.panel = 0x22262e;
        colors.line = 0x333944;
        colors.mutedText = 0x98a0ad;
        colors.accent = 0x58a4ff;
        colors.good = 0x5fd49a;
        colors.warning = 0xf0b44a;
        colors.bad = 0xf26a6a;
        colors.grid = 0x2a2f38;
    } else {
        colors.panel = 0xffffff;
        colors.line = 0xd9dce2;
        colors.mutedText = 0x5f6774;
        colors.accent = 0x1f6fd6;
        colors.good = 0x14804f;
        colors.warning = 0x9a6200;
        colors.bad = 0xc0392b;
        colors.grid = 0xe3e6ea;
    }
    return colors;
}

QIcon themeIcon(const char* name, Theme theme)
{
    const QIcon drawn(QStringLiteral(":/icons/%1/%2.svg")
                          .arg(
                              theme == Theme::Dark ? QStringLiteral("dark") : QStringLiteral("light"),
                              QLatin1String(name)));
    // What the style makes of light strokes for a disabled button can hardly be told from an enabled one's.
    QIcon made;
    for (const int side : {16, 24, 32, 48, 64}) {
        const QPixmap clear = drawn.pixmap(QSize(side, side), 1.0);
        QPixmap faint(clear.size());
        faint.fill(Qt::transparent);
        QPainter painter(&faint);
        painter.setOpacity(0.3);
        painter.drawPixmap(0, 0, clear);
        painter.end();
        made.addPixmap(clear);
        made.addPixmap(faint, QIcon::Disabled);
    }
    return made;
}

void applyTheme(Theme theme)
{
    const QPalette before = QApplication::palette();
    const TintedLabels tinted = tintedLabels();
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    const QPalette palette = theme == Theme::Dark ? darkPalette() : lightPalette();
    QApplication::setPalette(palette);
    QApplication::setFont(applicationFont());
    qApp->setStyleSheet(styleSheet(palette));
    recolourWidgets(tinted, before, palette);
}

} // namespace tritloom
