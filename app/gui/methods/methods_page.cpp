#include "app/gui/methods/methods_page.h"

#include "app/gui/methods/card_delegate.h"
#include "app/gui/methods/glossary.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/widgets/card.h"
#include "app/session/written_formats.h"

#include <QAbstractItemView>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSplitter>
#include <QTextBrowser>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {
namespace {

struct Width {
    const char* title;
    double least, most; ///< bits per weight, scales counted
};
// Scales of groups count, so that a format of "4 bits" has a little more.
constexpr Width widths[] = {
    {QT_TRANSLATE_NOOP("Methods", "Any width"), 0, 1e9},
    {QT_TRANSLATE_NOOP("Methods", "Below 3 bits"), 0, 2.999},
    {QT_TRANSLATE_NOOP("Methods", "3 to 4 bits"), 3, 4.999},
    {QT_TRANSLATE_NOOP("Methods", "5 bits and more"), 5, 1e9},
};

QString say(const char* text)
{
    return QCoreApplication::translate("Methods", text);
}

QPushButton* makeChip(const QString& title, const char* name, QWidget* parent)
{
    auto* const chip = new QPushButton(title, parent);
    chip->setObjectName(QLatin1String(name));
    chip->setCheckable(true);
    chip->setAutoDefault(false);
    return chip;
}

const GlossaryTerm* termOf(const QString& id)
{
    const auto all = glossary();
    const auto found = std::ranges::find_if(all, [&](const GlossaryTerm& term) { return id == term.id; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace

MethodsPage::MethodsPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_facts(methodFacts(workspace.plugins()))
    , m_search(new QLineEdit(this))
    , m_noData(makeChip(tr("No data needed"), "chipNoData", this))
    , m_glossary(makeChip(tr("Glossary"), "glossary", this))
    , m_use(new QPushButton(tr("Use…"), this))
    , m_family(new QComboBox(this))
    , m_bits(new QComboBox(this))
    , m_count(makeMutedLabel({}, this))
    , m_list(new QListWidget(this))
    , m_detail(new QTextBrowser(this))
{
    setObjectName(QStringLiteral("methodsPage"));
    m_search->setObjectName(QStringLiteral("methodSearch"));
    m_search->setPlaceholderText(tr("Search titles, papers, words"));
    m_search->setAccessibleName(tr("Search methods"));
    m_search->setClearButtonEnabled(true);
    m_family->setObjectName(QStringLiteral("methodFamily"));
    m_family->setAccessibleName(tr("Formats it writes"));
    m_family->addItem(tr("Any format"), -1);
    for (std::size_t i = 0; i < formatFamilies().size(); ++i) {
        m_family->addItem(say(formatFamilies()[i].title), int(i));
        if (const GlossaryTerm* const term = termOf(QLatin1String(formatFamilies()[i].term)))
            m_family->setItemData(m_family->count() - 1, meaningOf(*term), Qt::ToolTipRole);
    }
    m_bits->setObjectName(QStringLiteral("methodBits"));
    m_bits->setAccessibleName(tr("Bits per weight"));
    for (const Width& width : widths)
        m_bits->addItem(say(width.title));
    for (QComboBox* const filter : {m_family, m_bits}) { // long words of a language stand in the list
        filter->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        filter->setMinimumContentsLength(9);
        filter->view()->setMinimumWidth(filter->view()->sizeHintForColumn(0) + 16);
    }
    if (const GlossaryTerm* const term = termOf("calibration"))
        m_noData->setToolTip(meaningOf(*term));
    m_glossary->setToolTip(tr("The words of the field, one sentence each"));
    m_use->setObjectName(QStringLiteral("useMethod"));
    m_use->setToolTip(tr("Where this is used: for the selected layers, or on its page (double-click)"));
    m_list->setObjectName(QStringLiteral("methodCards"));
    m_list->setAccessibleName(tr("Methods"));
    m_list->setItemDelegate(new CardDelegate(m_list));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setMinimumWidth(240);
    m_detail->setObjectName(QStringLiteral("methodDetail"));
    m_detail->setAccessibleName(tr("About the method"));
    m_detail->setFrameShape(QFrame::NoFrame);
    m_detail->setOpenLinks(false);
    m_detail->setMinimumWidth(200);

    auto* const filters = new QHBoxLayout;
    filters->addWidget(m_search, 1);
    filters->addWidget(m_family);
    filters->addWidget(m_bits);
    filters->addWidget(m_noData);
    auto* const chips = new QHBoxLayout;
    chips->setSpacing(5);
    static constexpr const char* names[] = {
        "chipMethods", "chipTransforms", "chipMetrics", "chipAllocators", "chipAnalyses"};
    const QString titles[] = {
        tr("Methods"), tr("Transforms"), tr("Metrics"), tr("Allocators"), tr("Analyses")};
    for (int kind = 0; kind <= int(PluginKind::Analysis); ++kind) {
        m_kinds.push_back(makeChip(titles[kind], names[kind], this));
        chips->addWidget(m_kinds.back());
        connect(m_kinds.back(), &QPushButton::toggled, this, &MethodsPage::filter);
    }
    chips->addWidget(m_count, 1);
    // What acts on the method that is described stands with the description.
    auto* const about = new QWidget(this);
    auto* const acts = new QHBoxLayout;
    acts->addStretch(1);
    acts->addWidget(m_glossary);
    acts->addWidget(m_use);
    auto* const right = new QVBoxLayout(about);
    right->setContentsMargins(0, 0, 0, 0);
    right->addLayout(acts);
    right->addWidget(m_detail, 1);
    auto* const split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(m_list);
    split->addWidget(about);
    split->setSizes({380, 420});
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->addLayout(filters);
    layout->addLayout(chips);
    layout->addWidget(split, 1);

    connect(m_search, &QLineEdit::textChanged, this, &MethodsPage::filter);
    connect(m_family, &QComboBox::currentIndexChanged, this, &MethodsPage::filter);
    connect(m_bits, &QComboBox::currentIndexChanged, this, &MethodsPage::filter);
    connect(m_noData, &QPushButton::toggled, this, &MethodsPage::filter);
    connect(m_list, &QListWidget::currentItemChanged, this, &MethodsPage::showCard);
    connect(m_list, &QListWidget::itemActivated, this, &MethodsPage::use);
    connect(m_use, &QPushButton::clicked, this, &MethodsPage::use);
    connect(m_glossary, &QPushButton::toggled, this, [this](bool on) { on ? showGlossary({}) : showCard(); });
    // As figures everywhere: what the system calls its monospaced font differs.
    m_detail->document()->setDefaultStyleSheet(
        QStringLiteral("code { font-family: '%1'; }").arg(figureFont(font(), 12).family()));
    connect(m_detail, &QTextBrowser::anchorClicked, this, &MethodsPage::follow);
    fill();
    filter();
}

void MethodsPage::fill()
{
    for (std::size_t i = 0; i < m_facts.size(); ++i) {
        const MethodInfo& info = m_facts[i].info;
        auto* const item = new QListWidgetItem(pluginWords(info.title), m_list);
        item->setData(Qt::UserRole, int(i));
        item->setData(CardDelegate::KindRole, kindTitle(info.kind));
        item->setData(CardDelegate::SummaryRole, pluginWords(info.summary));
        item->setData(
            Qt::AccessibleTextRole,
            tr("%1, %2. %3").arg(pluginWords(info.title), kindTitle(info.kind), pluginWords(info.summary)));
    }
    m_list->setCurrentRow(0);
}

bool MethodsPage::passes(const MethodFacts& facts) const
{
    const bool anyKind = std::ranges::none_of(m_kinds, &QPushButton::isChecked);
    if (!anyKind && !m_kinds[std::size_t(facts.info.kind)]->isChecked())
        return false;
    const bool isMethod = facts.info.kind == PluginKind::LayerMethod;
    if (const int family = m_family->currentData().toInt();
        family >= 0 && (!isMethod || (facts.families >> family & 1U) == 0))
        return false;
    const Width& width = widths[m_bits->currentIndex()];
    if (m_bits->currentIndex() > 0
        && (!isMethod || facts.mostBits < width.least || facts.leastBits > width.most))
        return false;
    if (m_noData->isChecked() && (!isMethod || facts.data != Calibration::None || facts.needsBase))
        return false;
    const MethodInfo& info = facts.info;
    const QString all =
        QStringList{
            QString::fromStdString(info.id),
            info.title,
            pluginWords(info.title),
            info.summary,
            pluginWords(info.summary),
            info.paper,
            info.covers,
            pluginWords(info.covers),
            QString::fromStdString(info.spec)}
            .join(QLatin1Char('\n'));
    const QStringList words = m_search->text().split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return std::ranges::all_of(
        words, [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

void MethodsPage::filter()
{
    int shown = 0, first = -1;
    for (int row = 0; row < m_list->count(); ++row) {
        const bool passing = passes(m_facts[std::size_t(m_list->item(row)->data(Qt::UserRole).toInt())]);
        m_list->item(row)->setHidden(!passing);
        shown += passing ? 1 : 0;
        if (passing && first < 0)
            first = row;
    }
    m_count->setText(tr("%1 of %2").arg(shown).arg(m_list->count()));
    if (m_list->currentItem() == nullptr || m_list->currentItem()->isHidden())
        m_list->setCurrentRow(first);
    showCard();
}

const MethodFacts* MethodsPage::current() const
{
    const QListWidgetItem* const item = m_list->currentItem();
    return item == nullptr || item->isHidden() ? nullptr
                                               : &m_facts[std::size_t(item->data(Qt::UserRole).toInt())];
}

QString MethodsPage::formatsText(const MethodFacts& facts) const
{
    constexpr qsizetype most = 6;
    QString text = facts.formats.mid(0, most).join(QStringLiteral(", "));
    if (const qsizetype more = facts.formats.size() - most; more > 0)
        text = tr("%1 and %2 more").arg(text).arg(more);
    const std::string preferred =
        preferredCandidate(m_workspace.model(), facts.info.id, {}, m_workspace.methods()).format;
    if (facts.formats.size() > 1 && !preferred.empty())
        text += tr("; first of all %1").arg(QString::fromStdString(preferred));
    return text;
}

QString MethodsPage::cardHtml(const MethodFacts& facts) const
{
    const MethodInfo& info = facts.info;
    QString html =
        QStringLiteral("<h3>%1</h3><p>%2</p>")
            .arg(pluginWords(info.title).toHtmlEscaped(), pluginWords(info.summary).toHtmlEscaped());
    const auto row = [&](const QString& name, const QString& text) {
        if (!text.isEmpty())
            html += QStringLiteral("<p><b>%1</b> %2</p>").arg(name, text);
    };
    row(tr("Paper:"), info.paper.toHtmlEscaped());
    row(tr("What of it is here:"), pluginWords(info.covers).toHtmlEscaped());
    row(tr("Data:"), dataTitle(facts).toHtmlEscaped());
    if (facts.mostBits > 0)
        row(tr("Writes:"),
            (facts.mostBits > facts.leastBits
                 ? tr("formats of %1 to %2 bits per weight")
                       .arg(formatBits(facts.leastBits), formatBits(facts.mostBits))
                 : tr("planes of %1 bits per weight").arg(formatBits(facts.leastBits)))
                + (facts.makesReplacements ? tr(", and what only Tritloom's own file can hold") : QString()));
    if (!facts.formats.isEmpty())
        row(tr("Formats:"), formatsText(facts).toHtmlEscaped());
    QStringList settings;
    for (const ParameterSpec& spec : facts.parameters)
        settings << QStringLiteral("%1 <code>%2=%3</code>")
                        .arg(
                            pluginWords(spec.title).toHtmlEscaped(),
                            QString::fromStdString(spec.key).toHtmlEscaped(),
                            QString::fromStdString(parameterText({spec}, spec.key, spec.standard)));
    row(tr("Settings:"), settings.join(QStringLiteral("; ")));
    row(tr("On the command line:"),
        QStringLiteral("<code>%1</code>").arg(QString::fromStdString(info.id).toHtmlEscaped()));
    QStringList terms;
    for (const GlossaryTerm& term : glossary())
        if (occursIn(term, info.summary + QLatin1Char(' ') + info.covers + QLatin1Char(' ') + info.title))
            terms << QStringLiteral("<a href=\"term:%1\" title=\"%3\">%2</a>")
                         .arg(
                             QLatin1String(term.id), titleOf(term).toHtmlEscaped(),
                             meaningOf(term).toHtmlEscaped());
    row(tr("Words:"), terms.join(QStringLiteral(" · ")));
    return html;
}

void MethodsPage::showCard()
{
    const MethodFacts* const facts = current();
    m_use->setEnabled(facts != nullptr);
    if (m_glossary->isChecked())
        return; // it is being read
    m_detail->setHtml(
        facts != nullptr ? cardHtml(*facts)
                         : QStringLiteral("<p>%1</p>").arg(tr("Nothing passes all filters.")));
}

void MethodsPage::showGlossary(const QString& term)
{
    QString html = QStringLiteral("<h3>%1</h3>").arg(tr("Glossary"));
    for (const GlossaryTerm& known : glossary())
        html += QStringLiteral("<p><a name=\"%1\"></a><b>%2</b><br>%3</p>")
                    .arg(
                        QLatin1String(known.id), titleOf(known).toHtmlEscaped(),
                        meaningOf(known).toHtmlEscaped());
    m_detail->setHtml(html);
    if (!term.isEmpty())
        m_detail->scrollToAnchor(term);
}

void MethodsPage::follow(const QUrl& link)
{
    if (link.scheme() != QLatin1String("term"))
        return;
    const QSignalBlocker quiet(m_glossary);
    m_glossary->setChecked(true);
    showGlossary(link.path());
}

void MethodsPage::use()
{
    if (const MethodFacts* const facts = current())
        emit useAsked(facts->info.kind, QString::fromStdString(facts->info.id));
}

QWidget* makeMethodsPage(Workspace& workspace, QWidget* parent)
{
    return new MethodsPage(workspace, parent);
}

} // namespace tritloom
