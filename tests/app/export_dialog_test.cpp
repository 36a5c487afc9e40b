#include "app/gui/export/export_dialog.h"
#include "app/gui/number_text.h"
#include "app/session/samples.h"
#include "tests/app/window_fixture.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

using namespace tritloom;

/// What the dialog offers for a model, and what it says of the file that came out.
class ExportDialogTest final : public QObject, WindowFixture {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::shared_ptr<Workspace> open(const std::filesystem::path& path)
    {
        return Workspace::create(loadModel(path).value(), m_plugins, EngineOptions()).value();
    }
    static const SampleModel& classifier() { return sampleModels()[1]; }
    static void setAll(Workspace& workspace, const Candidate& candidate)
    {
        workspace.document().replace(uniform(workspace.model(), candidate), "all");
    }

private slots:
    void initTestCase() { beginAs("export_dialog_test"); }
    void init() { QSettings().clear(); }

    void offersTheKindsThatAModelCanBecome()
    {
        const auto text = open(sampleModelPath());
        for (const ExportTarget* const kind : exportKindsFor(text->model()))
            QVERIFY2(!kind->id.starts_with("onnx"), kind->id.data());
        const auto picture = open(classifier().path());
        QStringList ids;
        for (const ExportTarget* const kind : exportKindsFor(picture->model()))
            ids << QString::fromUtf8(kind->id.data(), qsizetype(kind->id.size()));
        for (const char* const id : {"onnx", "onnx-int4", "onnx-matmulnbits"})
            QVERIFY2(ids.contains(id), id);
        ExportDialog dialog(*picture, "shapes.onnx", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(find<QComboBox>(dialog, "exportKind")->count(), ids.size());
    }

    void opensOnTheFirstKindThatCanHoldTheModel()
    {
        const auto text = open(sampleModelPath());
        const auto shown = [&](QWidget& dialog) {
            return find<QComboBox>(dialog, "exportKind")->currentIndex();
        };
        {
            ExportDialog dialog(*text, "sample.gguf", nullptr);
            dialog.setAttribute(Qt::WA_DeleteOnClose, false);
            QCOMPARE(shown(dialog), 0);
        }
        setAll(*text, {"int4g32", "rtn", {}}); // GGUF has no type for it
        ExportDialog dialog(*text, "sample.gguf", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QVERIFY(shown(dialog) > 0);
        QVERIFY(find<QPushButton>(dialog, "exportStart")->isEnabled());
        QVERIFY(!find<QLineEdit>(dialog, "exportPath")->text().endsWith(".gguf"));
    }

    void opensOnWhatTheCommandLineWrites()
    {
        const auto picture = open(classifier().path());
        const auto shownId = [](QDialog& dialog, const Workspace& workspace) {
            const int row = find<QComboBox>(dialog, "exportKind")->currentIndex();
            return exportKindsFor(workspace.model())[std::size_t(row)]->id;
        };
        for (const char* const format : {"int8row", "int4row"}) {
            setAll(*picture, {format, "rtn", {}});
            ExportDialog dialog(*picture, "shapes.onnx", nullptr);
            dialog.setAttribute(Qt::WA_DeleteOnClose, false);
            const auto usual =
                exportTargetOf({}, "shapes.onnx", picture->model(), picture->document().allocation());
            QVERIFY(usual.has_value());
            QCOMPARE(shownId(dialog, *picture), (*usual)->id);
            QVERIFY(find<QPushButton>(dialog, "exportNarrower")->isHidden());
        }
        // Who chose 8 bits gets back by one button.
        ExportDialog dialog(*picture, "shapes.onnx", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(shownId(dialog, *picture), std::string_view("onnx-int4"));
        auto* const kinds = find<QComboBox>(dialog, "exportKind");
        kinds->setCurrentIndex(0);
        emit kinds->activated(0);
        auto* const narrower = find<QPushButton>(dialog, "exportNarrower");
        QVERIFY(!narrower->isHidden());
        narrower->click();
        QCOMPARE(shownId(dialog, *picture), std::string_view("onnx-int4"));
        QVERIFY(narrower->isHidden());
        // A name that is typed says the same as it does on the command line.
        auto* const path = find<QLineEdit>(dialog, "exportPath");
        path->setText(m_folder.filePath("a.safetensors"));
        path->setText(m_folder.filePath("a.onnx"));
        QCOMPARE(shownId(dialog, *picture), std::string_view("onnx-int4"));
    }

    void saysBeforeWhatTheFileWillHoldInstead()
    {
        const auto picture = open(classifier().path());
        setAll(*picture, {"int4g32", "rtn", {}});
        ExportDialog dialog(*picture, "shapes.onnx", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const path = find<QLineEdit>(dialog, "exportPath");
        const auto* const list = find<QListWidget>(dialog, "exportChecks");
        const auto said = [&] {
            QStringList lines;
            for (int i = 0; i < list->count(); ++i)
                lines << list->item(i)->text();
            return lines.join(QLatin1Char('\n'));
        };
        path->setText(m_folder.filePath("codes.onnx"));
        QVERIFY2(!said().contains("cannot hold"), qPrintable(said()));
        path->setText(m_folder.filePath("codes.safetensors"));
        QVERIFY2(
            said().contains("tensors are int4g32, which this kind of file cannot hold"), qPrintable(said()));
        QVERIFY(find<QPushButton>(dialog, "exportStart")->isEnabled());
        if (qEnvironmentVariableIsSet("TRITLOOM_PICTURE")) {
            dialog.show();
            QVERIFY(dialog.grab().save(qEnvironmentVariable("TRITLOOM_PICTURE")));
        }
    }

    void whatIsSaidOfManyTensorsIsOneLine()
    {
        const auto text = open(sampleModelPath());
        setAll(*text, {"int4g32", "rtn", {}}); // GGUF has no type for it
        const std::size_t layers = text->model().layers.size();
        ExportDialog dialog(*text, "sample.gguf", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const list = find<QListWidget>(dialog, "exportChecks");
        find<QLineEdit>(dialog, "exportPath")->setText(m_folder.filePath("codes.gguf"));
        QVERIFY(!find<QPushButton>(dialog, "exportStart")->isEnabled());
        QVERIFY2(list->count() < 4, qPrintable(QString::number(list->count()))); // q, k, v may be told apart
        int told = 0;
        for (int i = 0; i < list->count(); ++i)
            told += 1
                + QRegularExpression("\\((\\d+) more likewise\\)")
                      .match(list->item(i)->text())
                      .captured(1)
                      .toInt();
        QVERIFY2(told >= int(layers), qPrintable(list->item(0)->text()));
        // Which they are is shown on demand, and goes again.
        const QString last = QString::fromStdString(text->model().layers.back().name);
        list->setCurrentRow(0);
        QVERIFY(!list->item(0)->text().contains(last));
        QTest::keyClick(list, Qt::Key_Space);
        QVERIFY2(list->item(0)->text().contains(last), qPrintable(list->item(0)->text()));
        emit list->itemClicked(list->item(0));
        QVERIFY(!list->item(0)->text().contains(last));
        if (qEnvironmentVariableIsSet("TRITLOOM_PICTURE")) {
            QTest::keyClick(list, Qt::Key_Space);
            dialog.show();
            QVERIFY(dialog.grab().save(qEnvironmentVariable("TRITLOOM_PICTURE")));
        }
    }

    void remembersTheKindForModelsOfOneKind()
    {
        const auto picture = open(classifier().path());
        {
            ExportDialog dialog(*picture, "shapes.onnx", nullptr);
            dialog.setAttribute(Qt::WA_DeleteOnClose, false);
            find<QLineEdit>(dialog, "exportPath")->setText(m_folder.filePath("kept.safetensors"));
            QSignalSpy finished(&picture->exporter(), &ExportController::finished);
            find<QPushButton>(dialog, "exportStart")->click();
            QVERIFY(finished.wait(60000));
            QVERIFY(!find<QPushButton>(dialog, "exportShowFolder")->isHidden());
        }
        ExportDialog again(*picture, "shapes.onnx", nullptr);
        again.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(find<QComboBox>(again, "exportKind")->currentIndex(), 3);
        const auto text = open(sampleModelPath());
        ExportDialog other(*text, "sample.gguf", nullptr);
        other.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(find<QComboBox>(other, "exportKind")->currentIndex(), 0);
    }

    void nameAndKindFollowEachOther()
    {
        const auto picture = open(classifier().path());
        ExportDialog dialog(*picture, "shapes-1.1.onnx", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const kind = find<QComboBox>(dialog, "exportKind");
        auto* const path = find<QLineEdit>(dialog, "exportPath");
        QVERIFY2(path->text().contains("shapes-1.1-"), qPrintable(path->text()));
        QVERIFY(path->text().endsWith(".onnx"));
        const auto choose = [&](int row) {
            kind->setCurrentIndex(row);
            emit kind->activated(row);
        };
        choose(3);
        QVERIFY2(path->text().endsWith("bpw.safetensors"), qPrintable(path->text()));
        choose(1);
        QVERIFY2(path->text().endsWith("bpw.onnx"), qPrintable(path->text()));
        path->setText("/tmp/elsewhere.onnx");
        QCOMPARE(kind->currentIndex(), 1); // the name says nothing against it
        path->setText("/tmp/elsewhere.tritloom");
        QCOMPARE(kind->currentIndex(), 4);
    }

    void whatOnlyOurFileHoldsIsWritten() // rounded inputs of a network on pictures
    {
        const auto picture = open(classifier().path());
        setAll(*picture, {"int4g32", "int-activations", {}});
        ExportDialog dialog(*picture, "shapes.onnx", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        const QString path = m_folder.filePath("rounded.tritloom");
        find<QLineEdit>(dialog, "exportPath")->setText(path);
        QSignalSpy finished(&picture->exporter(), &ExportController::finished);
        QVERIFY(find<QPushButton>(dialog, "exportStart")->isEnabled());
        find<QPushButton>(dialog, "exportStart")->click();
        QVERIFY(finished.wait(60000));
        const auto written = loadModel(path.toStdString());
        QVERIFY2(written, written ? "" : written.error().message.c_str());
        QVERIFY((*written)->graph && (*written)->tensor((*written)->layers[0].tensor).replacement);
    }

    void aSizeThatWasNotPredictedIsExplained_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<bool>("isWider");
        QTest::newRow("codes of 4 bits in 8") << 0 << true;
        QTest::newRow("codes of 4 bits in 4") << 1 << false;
    }
    void aSizeThatWasNotPredictedIsExplained()
    {
        QFETCH(int, kind);
        QFETCH(bool, isWider);
        const auto picture = open(classifier().path());
        setAll(*picture, {"int4row", "rtn", {}});
        ExportDialog dialog(*picture, "shapes.onnx", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        auto* const kinds = find<QComboBox>(dialog, "exportKind");
        kinds->setCurrentIndex(kind);
        emit kinds->activated(kind);
        find<QLineEdit>(dialog, "exportPath")->setText(m_folder.filePath(QString("%1.onnx").arg(kind)));
        QCOMPARE(kinds->currentIndex(), kind);
        ExportReport report;
        connect(&picture->exporter(), &ExportController::finished, &dialog, [&](const ExportReport& made) {
            report = made;
        });
        find<QPushButton>(dialog, "exportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(report.bytes > 0, 60000);
        const QFileInfo written(m_folder.filePath(QString("%1.onnx").arg(kind)));
        QCOMPARE(std::uint64_t(written.size()), report.bytes);
        QCOMPARE(report.predictedBytes, picture->estimate(picture->document().allocation()).bytes);
        QVERIFY(report.weightBytes < report.bytes && report.weightBytes > report.bytes / 2);
        const QString text = find<QLabel>(dialog, "exportResult")->text();
        QVERIFY2(text.contains(formatBytes(report.bytes)), qPrintable(text));
        QVERIFY2(text.contains(formatBytes(report.predictedBytes)), qPrintable(text));
        QVERIFY2(text.contains(formatBytes(report.bytes - report.weightBytes)), qPrintable(text));
        // Codes of 4 bits in 8 take about twice the room; in 4 the scales alone are wider than predicted.
        QCOMPARE(double(report.weightBytes) > 1.5 * double(report.predictedBytes), isWider);
        QVERIFY2(text.contains(formatBytes(report.weightBytes)), qPrintable(text));
    }

    void aSizeAsPredictedNeedsNoWords()
    {
        const auto text = open(sampleModelPath());
        ExportDialog dialog(*text, "sample.gguf", nullptr);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        find<QLineEdit>(dialog, "exportPath")->setText(m_folder.filePath("same.gguf"));
        QSignalSpy finished(&text->exporter(), &ExportController::finished);
        find<QPushButton>(dialog, "exportStart")->click();
        QVERIFY(finished.wait(120000));
        const QString said = find<QLabel>(dialog, "exportResult")->text();
        QVERIFY2(!said.contains("Predicted"), qPrintable(said));
    }
};

QTEST_MAIN(ExportDialogTest)
#include "export_dialog_test.moc"
