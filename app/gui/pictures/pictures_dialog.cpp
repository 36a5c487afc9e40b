#include "app/gui/pictures/pictures_dialog.h"

#include "app/gui/core_words.h"
#include "app/gui/pictures/picture_words.h"
#include "app/gui/settings.h"
#include "app/gui/widgets/card.h"
#include "app/session/feature_depot.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QImageReader>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {
namespace {

QSpinBox* makeSpin(const char* name, int low, int high, std::size_t value, QWidget* parent)
{
    auto* const spin = new QSpinBox(parent);
    spin->setObjectName(QLatin1String(name));
    spin->setRange(low, high);
    spin->setValue(int(std::min<std::size_t>(value, std::size_t(high))));
    return spin;
}

QString sizeText(std::size_t height, std::size_t width)
{
    return QStringLiteral("%1 × %2").arg(width).arg(height);
}

} // namespace

PicturesDialog::PicturesDialog(Workspace& workspace, QWidget* parent)
    : QDialog(parent)
    , m_workspace(workspace)
    , m_before(workspace.pictures().options())
    , m_files(m_before.source.files)
{
    setObjectName(QStringLiteral("picturesDialog"));
    setWindowTitle(tr("Pictures"));
    setAttribute(Qt::WA_DeleteOnClose);
    const PictureModel& model = *workspace.model().picture;
    auto* const form = new QFormLayout;
    auto* const what = new QLabel(taskText(model), this);
    form->addRow(tr("The network is for"), what);
    const QString channels = model.channels == 1 ? tr("grey") : tr("coloured");
    form->addRow(
        tr("It takes"),
        new QLabel(
            model.height == 0 || model.width == 0 ? tr("%1 pictures of any size").arg(channels)
                                                  : tr("%1 pictures of %2 pixels; others are fitted")
                                                        .arg(channels, sizeText(model.height, model.width)),
            this));
    if (model.task == PictureTask::Restoration || model.task == PictureTask::Autoencoding) {
        m_task = new QComboBox(this);
        m_task->setObjectName(QStringLiteral("pictureTask"));
        m_task->addItem(tr("take noise away (restoration)"), int(PictureTask::Restoration));
        m_task->addItem(tr("give back what it gets (autoencoding)"), int(PictureTask::Autoencoding));
        m_task->setCurrentIndex(m_task->findData(int(m_before.as.value_or(model.task))));
        form->addRow(tr("Measured at"), m_task);
    }
    if (model.task != PictureTask::Generation)
        addPlace(*form);
    addNumbers(*form);
    addRange(*form);
    if (makesPictures(model.task))
        addFeatures(*form);
    auto* const buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("Use these"));
    buttons->button(QDialogButtonBox::Cancel)->setText(tr("Cancel")); // Qt's own words need not be installed
    connect(buttons, &QDialogButtonBox::accepted, this, &PicturesDialog::take);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->addLayout(form);
    column->addWidget(buttons);
    setMinimumWidth(670); // what the first field is for is read as a whole
    refresh();
}

void PicturesDialog::addPlace(QFormLayout& form)
{
    const auto withButtons = [&](QLineEdit* field,
                                 std::initializer_list<std::pair<QString, std::function<void()>>> buttons) {
        auto* const row = new QHBoxLayout;
        row->addWidget(field, 1);
        for (const auto& [text, action] : buttons) {
            auto* const button = new QPushButton(text, this);
            connect(button, &QPushButton::clicked, this, action);
            row->addWidget(button);
        }
        return row;
    };
    m_images = new QLineEdit(QString::fromStdString(m_before.source.images.string()), this);
    m_images->setObjectName(QStringLiteral("imagesPath"));
    m_images->setPlaceholderText(tr("A folder of pictures, of MNIST’s idx files, or one picture"));
    m_images->setAccessibleName(tr("Folder of pictures"));
    if (!m_files.empty())
        m_images->setText(tr("%n picture(s)", nullptr, int(m_files.size())));
    connect(m_images, &QLineEdit::textEdited, this, [this] {
        m_files.clear();
        refresh();
    });
    form.addRow(
        tr("Pictures"),
        withButtons(
            m_images,
            {{tr("Folder…"),
              [this] {
                  const QString path =
                      QFileDialog::getExistingDirectory(this, tr("Pictures"), lastFolder("pictures"));
                  if (path.isEmpty())
                      return;
                  setLastFolder("pictures", path + QLatin1Char('/'));
                  m_files.clear();
                  m_images->setText(path);
                  refresh();
              }},
             {tr("Files…"), [this] {
                  QStringList patterns;
                  for (const QByteArray& format : QImageReader::supportedImageFormats())
                      patterns << QStringLiteral("*.") + QString::fromLatin1(format);
                  const QStringList files = QFileDialog::getOpenFileNames(
                      this, tr("Pictures"), lastFolder("pictures"),
                      tr("Pictures (%1)").arg(patterns.join(QLatin1Char(' '))));
                  if (files.isEmpty())
                      return;
                  setLastFolder("pictures", files.front());
                  m_files.clear();
                  for (const QString& file : files)
                      m_files.push_back(file.toStdString());
                  m_images->setText(tr("%n picture(s)", nullptr, int(files.size())));
                  refresh();
              }}}));
    if (m_workspace.model().picture->task != PictureTask::Classification)
        return;
    m_labels = new QLineEdit(QString::fromStdString(m_before.source.labels.string()), this);
    m_labels->setObjectName(QStringLiteral("labelsPath"));
    m_labels->setAccessibleName(tr("File of labels"));
    m_labels->setPlaceholderText(tr("One folder a class, or the class in the file name"));
    m_labels->setToolTip(tr("Lines of 'file,class', or the names of the classes in the network’s order"));
    form.addRow(tr("Labels"), withButtons(m_labels, {{tr("File…"), [this] {
                                                          const QString file = QFileDialog::getOpenFileName(
                                                              this, tr("Labels"), lastFolder("pictures"));
                                                          if (!file.isEmpty())
                                                              m_labels->setText(file);
                                                      }}}));
}

void PicturesDialog::addNumbers(QFormLayout& form)
{
    const PictureModel& model = *m_workspace.model().picture;
    const PictureSource& source = m_before.source;
    if (model.task == PictureTask::Generation) {
        addGeneration(form);
        return;
    }
    m_limit = makeSpin("pictureLimit", 0, 1'000'000, source.limit, this);
    m_limit->setSpecialValueText(tr("all"));
    m_limit->setToolTip(tr("At most so many, evenly spread; 0 takes all"));
    form.addRow(tr("How many"), m_limit);
    const bool anySize = model.height == 0 || model.width == 0;
    if (model.task == PictureTask::Autoencoding && anySize) {
        m_size = makeSpin("pictureSize", 16, 8192, source.size, this);
        form.addRow(tr("Size: the middle of"), m_size);
    } else if (makesPictures(model.task) && anySize) {
        m_size = makeSpin("pictureSize", 0, 8192, source.largest, this);
        m_size->setSpecialValueText(tr("whole pictures"));
        form.addRow(tr("Size: the middle of"), m_size);
    } else if (anySize) {
        m_size = makeSpin("pictureSize", 0, 8192, source.largest, this);
        m_size->setSpecialValueText(tr("as they are"));
        form.addRow(tr("Side"), m_size);
    }
    if (m_size != nullptr) {
        m_size->setSuffix(tr(" pixels"));
        m_size->setSingleStep(32);
        m_size->setToolTip(
            makesPictures(model.task)
                ? tr("The network takes any size; smaller pictures are measured faster")
                : tr("The network takes any size: give the one it was trained for, often 224"));
    }
    if (model.task == PictureTask::Restoration || model.task == PictureTask::Autoencoding) {
        m_noise = new QDoubleSpinBox(this);
        m_noise->setObjectName(QStringLiteral("pictureNoise"));
        m_noise->setRange(0, 255);
        m_noise->setDecimals(1);
        m_noise->setValue(source.noise);
        m_noise->setSpecialValueText(
            model.noise > 0 ? tr("as it was made for, %1").arg(model.noise)
                            : tr("25, as nothing else is known"));
        form.addRow(tr("Noise, of 255"), m_noise);
        connect(m_task, &QComboBox::currentIndexChanged, this, &PicturesDialog::refresh);
    }
}

void PicturesDialog::addGeneration(QFormLayout& form)
{
    const PictureModel& model = *m_workspace.model().picture;
    const TaskOptions& task = m_before.task;
    if (model.promptTokens > 0) {
        m_prompt = new QLineEdit(QString::fromStdString(task.prompt), this);
        m_prompt->setObjectName(QStringLiteral("picturePrompt"));
        m_prompt->setPlaceholderText(tr("What the pictures should show"));
        m_negative = new QLineEdit(QString::fromStdString(task.negativePrompt), this);
        m_negative->setObjectName(QStringLiteral("pictureNegativePrompt"));
        m_negative->setPlaceholderText(tr("What they should not show"));
        m_guidance = new QDoubleSpinBox(this);
        m_guidance->setObjectName(QStringLiteral("pictureGuidance"));
        m_guidance->setRange(0, 50);
        m_guidance->setDecimals(1);
        m_guidance->setSingleStep(0.5);
        m_guidance->setValue(task.guidance);
        m_guidance->setToolTip(tr("How strongly the prompt counts; with 1 every step takes half as long"));
        form.addRow(tr("Prompt"), m_prompt);
        form.addRow(tr("Not"), m_negative);
        form.addRow(tr("Guidance"), m_guidance);
    }
    m_samples = makeSpin("pictureSamples", 1, 1000, m_before.source.samples, this);
    m_seed = makeSpin("pictureSeed", 0, 1'000'000'000, m_before.source.seed, this);
    m_steps = makeSpin("pictureSteps", 1, int(model.schedule.steps), task.steps, this);
    m_steps->setToolTip(tr("Of the sampler, where quality is measured; the page can show more"));
    form.addRow(tr("Pictures"), m_samples);
    form.addRow(tr("First seed"), m_seed);
    form.addRow(tr("Steps"), m_steps);
    m_sampler = new QComboBox(this);
    m_sampler->setObjectName(QStringLiteral("pictureSampler"));
    const auto own = std::size_t(model.schedule.sampler);
    m_sampler->addItem(
        tr("as the model says: %1")
            .arg(QString::fromUtf8(samplerNames[own].data(), qsizetype(samplerNames[own].size()))));
    for (const std::string_view name : samplerNames)
        m_sampler->addItem(QString::fromUtf8(name.data(), qsizetype(name.size())));
    m_sampler->setCurrentIndex(task.sampler ? int(*task.sampler) + 1 : 0);
    form.addRow(tr("Sampler"), m_sampler);
    if (model.latent) {
        const int multiple = int(model.multiple);
        m_side = makeSpin("pictureSide", 0, 64 * multiple, m_before.pictureSize, this);
        m_side->setSingleStep(multiple);
        m_side->setSpecialValueText(tr("as trained, %1").arg(sizeText(model.height, model.width)));
        m_side->setSuffix(tr(" pixels"));
        m_side->setToolTip(
            tr("Multiples of %1; smaller pictures are made faster, and are less good").arg(multiple));
        form.addRow(tr("Side"), m_side);
    }
}

void PicturesDialog::addRange(QFormLayout& form)
{
    m_range = new QComboBox(this);
    m_range->setObjectName(QStringLiteral("pictureRange"));
    m_range->setToolTip(tr("How a picture of 0 to 1 becomes the numbers that the network was trained on"));
    const bool known = m_workspace.model().picture->normalisation.isKnown;
    m_range->addItem(known ? tr("as the architecture says") : tr("what does best on these pictures"));
    for (const Normalisation& way : usualNormalisations())
        m_range->addItem(QString::fromStdString(describe(way)));
    const auto usual = usualNormalisations();
    const auto now = m_before.normalisation ? std::ranges::find(usual, *m_before.normalisation) : usual.end();
    m_range->setCurrentIndex(now == usual.end() ? 0 : int(now - usual.begin()) + 1);
    form.addRow(tr("Numbers it takes"), m_range);
}

void PicturesDialog::addFeatures(QFormLayout& form)
{
    m_features = new QLineEdit(QString::fromStdString(m_before.features), this);
    m_features->setObjectName(QStringLiteral("featureNetwork"));
    m_features->setAccessibleName(tr("Feature network for LPIPS"));
    m_features->setPlaceholderText(tr("None: LPIPS is left out"));
    m_features->setToolTip(tr("A network on pictures, e.g. VGG as ONNX; layers may follow: "
                              "net.onnx:relu1,relu2. LPIPS compares what "
                              "they make of two pictures"));
    auto* const choose = new QPushButton(tr("File…"), this);
    connect(choose, &QPushButton::clicked, this, [this] {
        const QString file = QFileDialog::getOpenFileName(
            this, tr("Feature network"), lastFolder("features"),
            tr("Networks (*.onnx *.safetensors *.pt *.pth)"));
        if (file.isEmpty())
            return;
        setLastFolder("features", file);
        m_features->setText(file);
    });
    auto* const row = new QHBoxLayout;
    row->addWidget(m_features, 1);
    row->addWidget(choose);
    form.addRow(tr("Feature network"), row);
}

void PicturesDialog::refresh()
{
    m_ok->setEnabled(m_images == nullptr || !m_images->text().trimmed().isEmpty());
    if (m_noise != nullptr)
        m_noise->setEnabled(m_task->currentData().toInt() == int(PictureTask::Restoration));
}

PictureOptions PicturesDialog::chosen() const
{
    PictureOptions options = m_before;
    PictureSource& source = options.source;
    if (m_images != nullptr) {
        source.files = m_files;
        source.images = m_files.empty() ? std::filesystem::path(m_images->text().trimmed().toStdString())
                                        : std::filesystem::path();
    }
    if (m_labels != nullptr)
        source.labels = m_labels->text().trimmed().toStdString();
    if (m_limit != nullptr)
        source.limit = std::size_t(m_limit->value());
    if (m_size != nullptr) {
        source.largest = std::size_t(m_size->value());
        if (source.largest != 0) // autoencoding has no whole pictures: a codec's memory grows with them
            source.size = source.largest;
    }
    if (m_noise != nullptr)
        source.noise = m_noise->value();
    if (m_samples != nullptr) {
        source.samples = std::size_t(m_samples->value());
        source.seed = std::uint64_t(m_seed->value());
        options.task.steps = std::size_t(m_steps->value());
        options.task.sampler.reset();
        if (m_sampler->currentIndex() > 0)
            options.task.sampler = SamplerKind(m_sampler->currentIndex() - 1);
    }
    if (m_prompt != nullptr) {
        options.task.prompt = m_prompt->text().trimmed().toStdString();
        options.task.negativePrompt = m_negative->text().trimmed().toStdString();
        options.task.guidance = m_guidance->value();
    }
    if (m_side != nullptr) // to the nearest side that can be made
        options.pictureSize = std::size_t(
            (m_side->value() + m_side->singleStep() / 2) / m_side->singleStep() * m_side->singleStep());
    options.normalisation.reset();
    if (m_range->currentIndex() > 0)
        options.normalisation = usualNormalisations()[std::size_t(m_range->currentIndex() - 1)];
    if (m_features != nullptr)
        options.features = m_features->text().trimmed().toStdString();
    if (m_task != nullptr)
        options.as = PictureTask(m_task->currentData().toInt());
    return options;
}

void PicturesDialog::take()
{
    const PictureOptions wanted = chosen();
    if (!wanted.features.empty()) { // a name that is none would be found again at every opening
        if (const auto opens = checkFeatureNetwork(wanted.features, wanted.device); !opens) {
            QMessageBox::warning(this, tr("Feature network"), coreWords(opens.error().message));
            m_features->setFocus();
            return;
        }
    }
    m_workspace.pictures().load(wanted);
    accept();
}

} // namespace tritloom
