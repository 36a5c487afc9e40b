#include "app/gui/text/text_page.h"

#include "app/gui/core_words.h"
#include "app/gui/notice.h"
#include "app/gui/number_text.h"
#include "app/gui/recipes/blame_dialog.h"
#include "app/gui/theme.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSpinBox>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace tritloom {

TextPage::TextPage(Workspace& workspace, QWidget* parent)
    : QWidget(parent)
    , m_workspace(workspace)
    , m_prompt(new QLineEdit(tr("The river rose all night, and by morning"), this))
    , m_tokens(new QSpinBox(this))
    , m_seed(new QSpinBox(this))
    , m_temperature(new QDoubleSpinBox(this))
    , m_run(new QPushButton(tr("Generate"), this))
    , m_original(new QTextBrowser(this))
    , m_compressed(new QTextBrowser(this))
    , m_difference(new QLabel(this))
    , m_blame(new QPushButton(tr("Which layers?"), this))
{
    setObjectName("textPage");
    m_prompt->setObjectName("prompt");
    m_prompt->setCursorPosition(0); // a narrow field shows the beginning
    m_run->setObjectName("generate");
    m_original->setObjectName("originalText");
    m_compressed->setObjectName("compressedText");
    m_original->setAccessibleName(tr("Text of the original model"));
    m_compressed->setAccessibleName(tr("Text of the compressed model"));
    m_tokens->setAccessibleName(tr("Number of tokens"));
    m_seed->setAccessibleName(tr("Seed"));
    m_temperature->setAccessibleName(tr("Temperature"));
    m_tokens->setRange(1, 512);
    m_tokens->setValue(48);
    m_tokens->setSuffix(tr(" tokens"));
    m_seed->setRange(1, 1'000'000);
    m_seed->setPrefix(tr("seed "));
    m_temperature->setRange(0, 2);
    m_temperature->setSingleStep(0.1);
    m_temperature->setPrefix(tr("temperature "));
    if (const auto& asked = workspace.text().asked()) { // of the model that was shown before this one
        m_prompt->setText(QString::fromStdString(asked->prompt));
        m_tokens->setValue(int(asked->options.tokenCount));
        m_seed->setValue(int(asked->options.seed));
        m_temperature->setValue(asked->options.temperature);
    }
    m_temperature->setToolTip(tr("0 takes the most likely token each time"));
    m_difference->setWordWrap(true);
    m_difference->setTextFormat(Qt::RichText);
    m_difference->setMinimumSize(1, 1); // what a wrapped text says it needs at least is a narrow column
    for (QWidget* const field : {static_cast<QWidget*>(m_tokens), static_cast<QWidget*>(m_seed)})
        field->setMaximumWidth(96); // the prompt has the longer words

    auto* const label = new QLabel(tr("&Prompt"), this);
    label->setBuddy(m_prompt);
    auto* const header = new QHBoxLayout;
    header->addWidget(label);
    header->addWidget(m_prompt, 1);
    for (QWidget* const widget :
         {static_cast<QWidget*>(m_tokens), static_cast<QWidget*>(m_temperature),
          static_cast<QWidget*>(m_seed), static_cast<QWidget*>(m_run)})
        header->addWidget(widget);
    auto* const texts = new QHBoxLayout;
    for (const auto& [title, browser] :
         {std::pair(tr("Original"), m_original), std::pair(tr("Compressed"), m_compressed)}) {
        auto* const column = new QVBoxLayout;
        column->addWidget(new QLabel(title, this));
        browser->setMinimumHeight(64); // a low dock scrolls the text, not the page
        browser->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Ignored);
        column->addWidget(browser, 1);
        texts->addLayout(column, 1);
    }
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    auto* const samples = new QWidget(this);
    auto* const column = new QVBoxLayout(samples);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(header);
    column->addLayout(texts, 1);
    layout->addWidget(samples, 1);
    auto* const footer = new QHBoxLayout;
    footer->addWidget(m_difference, 1);
    footer->addWidget(m_blame);
    m_blame->setObjectName("blameToken");
    m_blame->setToolTip(tr("Find the layers that cost the token in which the texts first differ"));
    m_blame->hide();
    connect(m_blame, &QPushButton::clicked, this, &TextPage::blameFirstDifference);

    const bool onPictures = workspace.model().picture.has_value();
    const QString why = coreWords(workspace.engine().whyNotEvaluated());
    const bool canRun = why.isEmpty() && !onPictures;
    m_run->setEnabled(canRun);
    m_difference->setText(
        onPictures
            ? tr("Here the original and the compressed language model continue one prompt. This network "
                 "works on pictures: what it makes of them is on the page “Pictures”.")
            : canRun
            ? tr("Both models continue the same prompt; the first token in which they differ is marked.")
            : tr("Cannot generate: %1").arg(why.toHtmlEscaped()));
    samples->setVisible(canRun); // no empty boxes: the sentence takes their place
    if (!canRun)
        m_difference->setAlignment(Qt::AlignCenter);
    layout->addLayout(footer, canRun ? 0 : 1);
    connect(m_run, &QPushButton::clicked, this, &TextPage::run);
    connect(m_prompt, &QLineEdit::returnPressed, this, &TextPage::run);
    connect(&workspace.text(), &TextController::updated, this, &TextPage::show);
    // A new measurement means new bits: a page somebody looks at follows.
    connect(&workspace.evaluation(), &EvaluationController::finished, this, [this] {
        if (isVisible())
            run();
    });
    connect(&workspace.text(), &TextController::failed, this, [this](const QString& failure) {
        showNotice(this, coreWords(failure));
    });
}

void TextPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (!m_hasRun)
        run();
}

void TextPage::run()
{
    if (!m_run->isEnabled())
        return;
    m_hasRun = true;
    GenerateOptions options;
    options.tokenCount = std::size_t(m_tokens->value());
    options.temperature = m_temperature->value();
    options.seed = std::uint64_t(m_seed->value());
    m_difference->setText(tr("Reading the prompt…"));
    m_blame->hide();
    m_allocation = m_workspace.document().allocation();
    m_workspace.text().request(m_prompt->text().toStdString(), options, m_allocation);
}

QString TextPage::html(const TextComparison& comparison, const std::vector<GeneratedToken>& tokens) const
{
    const Tokenizer& tokenizer = *m_workspace.model().tokenizer;
    std::vector<TokenId> before, after;
    for (std::size_t t = 0; t < tokens.size(); ++t)
        (comparison.firstDifference && t >= *comparison.firstDifference ? after : before)
            .push_back(tokens[t].token);
    const auto text = [&](std::span<const TokenId> part) {
        return QString::fromStdString(tokenizer.decode(part, false)).toHtmlEscaped().replace('\n', "<br>");
    };
    QString page = QString("<span style='color:%1'>%2</span>%3")
                       .arg(
                           themeColors(palette()).mutedText.name(),
                           QString::fromStdString(comparison.prompt).toHtmlEscaped(), text(before));
    if (!after.empty())
        page += QString("<span style='background:%1;color:%2'>%3</span>%4")
                    .arg(
                        themeColors(palette()).warning.name(), themeColors(palette()).panel.name(),
                        text(std::span(after).first(1)), text(std::span(after).subspan(1)));
    return page;
}

void TextPage::blameFirstDifference()
{
    const Model& model = m_workspace.model();
    const Tokenizer& tokenizer = *model.tokenizer;
    const std::size_t at = *m_shown.firstDifference;
    std::vector<TokenId> tokens = tokenizer.encode(m_shown.prompt);
    for (std::size_t t = 0; t <= at; ++t) // the original's own next token, or the end of its text
        tokens.push_back(t < m_shown.original.size() ? m_shown.original[t].token : tokenizer.eos);
    const auto chunk = chunkBefore(
        tokenizer, tokens, tokens.size() - 1,
        model.contextLength == 0 ? tokens.size() + 1 : model.contextLength);
    if (!chunk) {
        showNotice(this, coreWords(chunk.error().message));
        return;
    }
    const QString token = QString::fromStdString(tokenizer.display(tokens.back())).trimmed();
    auto* const dialog = new BlameDialog(
        m_workspace, tr("the token “%1”").arg(token), {*chunk}, BlameQuestion::Measure::Loss, m_allocation,
        window());
    dialog->QDialog::show();
}

void TextPage::show(const TextComparison& comparison)
{
    m_shown = comparison;
    m_blame->setVisible(comparison.firstDifference.has_value());
    m_original->setHtml(html(comparison, comparison.original));
    m_compressed->setHtml(html(comparison, comparison.compressed));
    if (!comparison.firstDifference && comparison.original.empty()) { // nothing was written yet, or ever
        m_difference->setText(
            comparison.complete
                ? tr("Both models end the text at once: their first token is the end of the text. "
                     "Try another prompt, or a higher temperature.")
                : QString());
        return;
    }
    if (!comparison.firstDifference) {
        m_difference->setText(
            comparison.complete
                ? tr("All %n token(s) are the same.", nullptr, int(comparison.original.size()))
                : tr("The same so far: %n token(s).", nullptr, int(comparison.original.size())));
        return;
    }
    const auto candidates = [&](const std::vector<GeneratedToken>& tokens) {
        QStringList list;
        if (*comparison.firstDifference < tokens.size())
            for (const auto& candidate : tokens[*comparison.firstDifference].candidates)
                list << QString("%1\u00a0%2")
                            .arg(
                                QLocale()
                                    .quoteString(QString::fromStdString(
                                        m_workspace.model().tokenizer->display(candidate.token)))
                                    .toHtmlEscaped()
                                    .replace(u' ', QChar::Nbsp), // no line ends in the midst of a token
                                formatShare(candidate.probability));
        return list.isEmpty() ? tr("the end of the text") : list.join(", ");
    };
    m_difference->setText(tr("First difference at token %1. <b>Original:</b> %2. <b>Compressed:</b> %3.")
                              .arg(*comparison.firstDifference + 1)
                              .arg(candidates(comparison.original), candidates(comparison.compressed)));
}

QWidget* makeTextPage(Workspace& workspace, QWidget* parent)
{
    return new TextPage(workspace, parent);
}

} // namespace tritloom
