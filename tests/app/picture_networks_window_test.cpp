#include "tests/app/picture_window.h"
#include "tests/support/shared_data.h"

#include <QDir>
#include <QStandardPaths>

using namespace tritloom;

/// Networks that people use, in the real window. Prints how soon a picture comes; asserts no times.
class PictureNetworksWindowTest final : public QObject, PictureWindow {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        beginAs("picture_networks_window_test");
    }
    void init() { openWindow(); }
    void cleanup() { m_window.reset(); }

    void eachKindOfModelKeepsItsPages()
    {
        const auto text = [this] {
            QSignalSpy opened(m_window.get(), &MainWindow::opened);
            m_window->open(QString::fromStdString(sampleModelPath().string()));
            QVERIFY(opened.wait(60000));
            QVERIFY(!find<QWidget>("dock.text")->isHidden());
            QVERIFY(find<QWidget>("dock.pictures")->isHidden());
        };
        for (int turn = 0; turn < 2; ++turn) { // the second time what was remembered of each counts
            text();
            open(TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx");
            QVERIFY(find<QWidget>("dock.text")->isHidden());
        }
        text();
    }

    void realNetworksShowTheirPictures_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("pictures");
        QTest::newRow("mnist") << "img_mnist_onnx/opt-mnist.onnx"
                               << "imgs_mnist_t10k";
        QTest::newRow("resnet20") << "img_resnet20_cifar10/resnet20-12fca82f.th"
                                  << "imgs_cifar10_a";
        QTest::newRow("super-resolution") << "img_sr_x4/team11_EFQN.pt"
                                          << "imgs_set5_set12/Set5";
        QTest::newRow("denoiser") << "img_dncnn25/dncnn_25.pth"
                                  << "imgs_set5_set12/Set12";
        QTest::newRow("autoencoder") << "img_taef2_vae/taef2_decoder.pth"
                                     << "imgs_kodak_odd";
        QTest::newRow("diffusion") << "img_ddpm_unet_mnist/ddpm_mnist.pt"
                                   << "";
    }
    void realNetworksShowTheirPictures()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, network);
        QFETCH(QString, pictures);
        const QString folder = QString::fromStdString(data.string()) + "/";
        open(
            folder + network, pictures.isEmpty() ? QString() : folder + pictures,
            network.contains("mnist") || network.contains("resnet") ? 100 : 2);
        waitForAll();
        const auto first = [this](const char* what) {
            QSignalSpy updated(&workspace().picturePreview(), &PicturePreviewController::updated);
            if (*what == 'i')
                workspace().document().replace(uniform(workspace().model(), {what, "rtn", {}}), what);
            else
                workspace().document().undoStack().undo();
            const auto isThere = [&] {
                if (updated.isEmpty())
                    return false;
                const auto preview = updated.last()[0].value<PicturePreview>();
                return !preview.compressed.isNull() || !preview.compressedClasses.empty();
            };
            const bool came = QTest::qWaitFor(isThere, 60000);
            const auto elapsed = came ? updated.last()[0].value<PicturePreview>().elapsed.count() : -1;
            waitForAll();
            return elapsed;
        };
        const auto changed = first("int4row"), undone = first("undo");
        QVERIFY(changed >= 0 && undone >= 0);
        qInfo(
            "first picture %lld ms after the change, %lld ms after undo", (long long)changed,
            (long long)undone);
        const auto* const evaluation =
            workspace().evaluation().pictureEvaluation(workspace().model().original());
        QVERIFY(evaluation != nullptr && evaluation->isComplete());
        QCOMPARE(evaluation->divergence.value, 0.0);
    }
};

QTEST_MAIN(PictureNetworksWindowTest)
#include "picture_networks_window_test.moc"
