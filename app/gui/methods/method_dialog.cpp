#include "app/gui/methods/method_dialog.h"

#include "app/gui/allocation/loom_text.h"
#include "app/gui/core_words.h"
#include "app/gui/methods/base_model_row.h"
#include "app/gui/methods/plugin_chooser.h"
#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"
#include "app/session/comparison.h"
#include "app/session/written_formats.h"
#include "core/format/row_group.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QListWidget>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {
namespace {

struct OfferedFormat {
    std::string id;
    double bits = 0;
};

/// What the method can write, smallest first: the table's own formats, then examples of every family.
std::vector<OfferedFormat> formatsOf(const LayerMethod& method, const std::vector<Candidate>& candidates)
{
    std::vector<OfferedFormat> formats;
    for (const Candidate& candidate : candidates) {
        const auto format = parseOfAnyRow(candidate.format);
        if (format && compresses(method, **format)
            && std::ranges::find(formats, candidate.format, &OfferedFormat::id) == formats.end())
            formats.push_back({candidate.format, (*format)->bitsPerWeight()});
    }
    for (const NumberFormatPtr& format : writtenFormats(method))
        if (std::ranges::find(formats, format->id(), &OfferedFormat::id) == formats.end())
            formats.push_back({format->id(), format->bitsPerWeight()});
    std::ranges::stable_sort(formats, {}, &OfferedFormat::bits);
    return formats;
}

} // namespace

MethodDialog::MethodDialog(Workspace& workspace, const PluginChoice& method, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_chooser(new PluginChooser(workspace.plugins(), PluginKind::LayerMethod, this))
    , m_format(new QComboBox(this))
    , m_base(new BaseModelRow(workspace, this))
    , m_state(new QLabel(this))
    , m_fallback(new QLabel(this))
    , m_everywhere(new QPushButton(tr("Use for the loom"), this))
    , m_apply(new QPushButton(tr("Apply"), this))
{
    setObjectName(QStringLiteral("methodDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(false);
    setWindowTitle(tr("Method for layers"));
    m_chooser->list().setAccessibleName(tr("Methods"));
    m_format->setObjectName(QStringLiteral("methodFormat"));
    m_format->setAccessibleName(tr("Format"));
    m_format->setMinimumWidth(190);
    m_format->setMaxVisibleItems(18);
    m_state->setObjectName(QStringLiteral("methodState"));
    m_state->setWordWrap(true);
    m_fallback->setObjectName(QStringLiteral("methodFallback"));
    m_fallback->setWordWrap(true);
    m_fallback->setTextFormat(Qt::PlainText);
    tint(m_fallback, themeColors(palette()).warning);
    m_fallback->hide();
    m_apply->setObjectName(QStringLiteral("methodApply"));
    m_apply->setProperty("primary", true);
    m_apply->setDefault(true);
    m_everywhere->setObjectName(QStringLiteral("methodEverywhere"));
    m_everywhere->setToolTip(
        tr("Fit all stops of the loom and all columns of the sensitivity table by this method from now on"));
    auto* const close = new QPushButton(tr("Close"), this);
    auto* const format = new QHBoxLayout;
    format->addWidget(new QLabel(tr("Format"), this));
    format->addWidget(m_format);
    format->addWidget(m_state, 1);
    auto* const buttons = new QHBoxLayout;
    buttons->addWidget(m_everywhere);
    buttons->addStretch(1);
    buttons->addWidget(close);
    buttons->addWidget(m_apply);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(m_chooser, 1);
    column->addWidget(m_base);
    column->addLayout(format);
    column->addWidget(m_fallback);
    column->addLayout(buttons);
    resize(720, 520);

    connect(close, &QPushButton::clicked, this, &QDialog::close);
    connect(m_apply, &QPushButton::clicked, this, &MethodDialog::apply);
    connect(m_everywhere, &QPushButton::clicked, this, &MethodDialog::useEverywhere);
    connect(m_chooser, &PluginChooser::changed, this, [this] {
        fillFormats();
        refresh();
    });
    connect(m_format, &QComboBox::currentIndexChanged, this, &MethodDialog::refresh);
    connect(&workspace.baseModel(), &BaseModelController::changed, this, [this] {
        m_chooser->setWhyNot([this](const MethodInfo& info) { return whyNot(info); });
        refresh();
    });
    connect(&workspace.selection(), &Selection::changed, this, &MethodDialog::refresh);
    connect(&workspace.document(), &AllocationDocument::changed, this, &MethodDialog::refresh);
    connect(&workspace, &Workspace::left, this, [this] {
        disconnect(m_chooser, nullptr, this, nullptr);
        QDialog::close();
    });
    m_chooser->setWhyNot([this](const MethodInfo& info) { return whyNot(info); });
    m_chooser->setChoice(method.id.empty() ? workspace.method() : method);
    fillFormats();
    refresh();
}

QString MethodDialog::whyNot(const MethodInfo& info) const
{
    const LayerMethod* const method = m_workspace.plugins().find(info.id);
    if (method->needsBase() && m_workspace.engine().base() == nullptr)
        return tr("it stores the difference to the model that this one was tuned from: choose that below");
    return coreWords(whyNotAnywhere(m_workspace.model(), *method));
}

std::vector<LayerId> MethodDialog::layers() const
{
    std::vector<LayerId> layers;
    for (const LayerId layer : m_workspace.selection().layers())
        if (!m_workspace.document().pinned()[std::size_t(layer)])
            layers.push_back(layer);
    return layers;
}

Candidate MethodDialog::candidate() const
{
    const PluginChoice choice = m_chooser->choice();
    return {m_format->currentData().toString().toStdString(), choice.id, choice.parameters};
}

void MethodDialog::fillFormats()
{
    const LayerMethod* const method = m_workspace.plugins().find(m_chooser->choice().id);
    const QString before = m_format->currentData().toString();
    const QSignalBlocker quiet(m_format);
    m_format->clear();
    if (method == nullptr)
        return;
    for (const auto& [id, bits] : formatsOf(*method, m_workspace.sensitivity().table().candidates)) {
        const QString name = QString::fromStdString(id);
        m_format->addItem(tr("%1 — %2 bits").arg(name, formatBits(bits)), name);
    }
    // What the layer has, or what was looked at before, else what the method takes where nothing was said.
    const LayerChoice& now = m_workspace.document().allocation()[m_workspace.selection().current()];
    const PluginChoice choice = m_chooser->choice();
    const std::string preferred =
        preferredCandidate(m_workspace.model(), choice.id, choice.parameters, m_workspace.methods()).format;
    for (const QString& wanted :
         {before, QString::fromStdString(now.format), QString::fromStdString(preferred)})
        if (const int at = wanted.isEmpty() ? -1 : m_format->findData(wanted); at >= 0) {
            m_format->setCurrentIndex(at);
            return;
        }
    m_format->setCurrentIndex(m_format->count() / 2);
}

QStringList MethodDialog::fallbacks(const std::vector<LayerId>& layers, const Candidate& wanted) const
{
    const auto format = parseNumberFormat(wanted.format);
    if (!format)
        return {}; // "int4row" has a block for every row
    struct Other {
        std::size_t columns;
        std::string format;
        QStringList names;
    };
    std::vector<Other> others;
    for (const LayerId layer : layers) {
        const Layer& what = m_workspace.model().layer(layer);
        const LayerChoice choice = choiceFor(what, wanted);
        if (choice.format == wanted.format)
            continue;
        auto found = std::ranges::find_if(others, [&](const Other& other) {
            return other.columns == what.columns && other.format == choice.format;
        });
        if (found == others.end())
            found = others.insert(others.end(), {what.columns, choice.format, {}});
        found->names << shortName(what);
    }
    QStringList sentences;
    for (const Other& other : others) {
        QString names = other.names.mid(0, 3).join(QStringLiteral(", "));
        if (const int more = int(other.names.size()) - 3; more > 0)
            names = tr("%1 and %n more", nullptr, more).arg(names);
        sentences << tr("%n layer(s) get %1 instead of %2, whose blocks of %3 do not divide rows of %4: %5.",
                        nullptr, int(other.names.size()))
                         .arg(
                             QString::fromStdString(other.format), QString::fromStdString(wanted.format),
                             QLocale().toString(qulonglong((*format)->blockElements())),
                             QLocale().toString(qulonglong(other.columns)), names);
    }
    return sentences;
}

void MethodDialog::refresh()
{
    const std::vector<LayerId> chosen = layers();
    const Candidate wanted = candidate();
    const QStringList others = fallbacks(chosen, wanted);
    m_fallback->setText(others.join(QLatin1Char('\n')));
    m_fallback->setVisible(!others.isEmpty());
    const LayerMethod* const method = m_workspace.plugins().find(wanted.method);
    m_base->setVisible(method != nullptr && method->needsBase());
    const bool usable = m_chooser->whyNot().isEmpty() && !wanted.format.empty();
    m_everywhere->setEnabled(usable);
    m_apply->setEnabled(usable && !chosen.empty());
    m_apply->setText(
        chosen.size() > 1 ? tr("Apply to %n layer(s)", nullptr, int(chosen.size())) : tr("Apply"));
    if (wanted.format.empty()) {
        m_state->setText(tr("This method writes none of the known formats."));
        return;
    }
    if (chosen.empty()) {
        m_state->setText(
            m_workspace.selection().layers().empty() ? tr("Select layers in the window.")
                                                     : tr("All selected layers are pinned."));
        return;
    }
    std::uint64_t before = 0, after = 0;
    for (const LayerId layer : chosen) {
        const Layer& what = m_workspace.model().layer(layer);
        before += bytesOf(what, m_workspace.document().allocation()[layer], m_workspace.methods());
        after += bytesOf(what, choiceFor(what, wanted), m_workspace.methods());
    }
    m_state->setText(
        tr("%1: %2 now, %3 then")
            .arg(layersTitle(m_workspace.model(), chosen), formatBytes(before), formatBytes(after)));
}

void MethodDialog::apply()
{
    const Candidate wanted = candidate();
    std::vector<AllocationDocument::Change> changes;
    for (const LayerId layer : layers())
        changes.emplace_back(layer, choiceFor(m_workspace.model().layer(layer), wanted));
    m_workspace.document().setChoices(
        changes,
        tr("%1 to %2 by %3")
            .arg(
                layersTitle(m_workspace.model(), layers()), QString::fromStdString(wanted.format),
                QString::fromStdString(methodText(wanted, m_workspace.plugins().lookup()))),
        AllocationDocument::Pins::Respected);
}

void MethodDialog::useEverywhere()
{
    m_workspace.setMethod(m_chooser->choice());
}

void chooseMethod(Workspace& workspace, const PluginChoice& method, QWidget* parent)
{
    if (workspace.model().layers.empty()) {
        QMessageBox::information(
            parent->window(), MethodDialog::tr("Methods"),
            MethodDialog::tr("The model has no layers that can be compressed."));
        return;
    }
    auto* const dialog = new MethodDialog(workspace, method, parent->window());
    dialog->show();
}

} // namespace tritloom
