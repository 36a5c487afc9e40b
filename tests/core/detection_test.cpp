#include "core/task/detection.h"

#include "core/task/task.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

/// [1, places, 2 scores + 4 sides]
Tensor outputOf(const std::vector<std::array<float, 6>>& places)
{
    std::vector<float> numbers;
    for (const auto& place : places)
        numbers.insert(numbers.end(), place.begin(), place.end());
    return Tensor::adoptFloats({1, places.size(), 6}, std::move(numbers));
}

} // namespace

/// Boxes of detectors, and how many of them another network finds too.
class DetectionTest : public QObject {
    Q_OBJECT

private slots:
    void overlapIsIntersectionOverUnion()
    {
        const Box a{0, 0, 0.5f, 0.5f, 1, 1}, b{0.25f, 0, 0.75f, 0.5f, 1, 1}, apart{0.6f, 0.6f, 1, 1, 1, 1};
        QVERIFY(std::abs(overlapOf(a, b) - 1.0 / 3) < 1e-6);
        QCOMPARE(overlapOf(a, a), 1.0);
        QCOMPARE(overlapOf(a, apart), 0.0);
        const Box empty{0.5f, 0.5f, 0.5f, 0.5f, 1, 1}, reversed{0.9f, 0.9f, 0.1f, 0.1f, 1, 1};
        QCOMPARE(overlapOf(empty, empty), 0.0);
        QCOMPARE(overlapOf(a, reversed), 0.0);
    }

    void ofOverlappingBoxesTheBestStays()
    {
        const Tensor output = outputOf(
            {{0.2f, 0.8f, 0.1f, 0.1f, 0.4f, 0.4f}, // overlaps the next, less sure
             {0.1f, 0.9f, 0.1f, 0.1f, 0.4f, 0.42f},
             {0.25f, 0.75f, 0.6f, 0.6f, 0.9f, 0.9f},
             {0.6f, 0.4f, 0.6f, 0.1f, 0.9f, 0.3f}}); // not sure enough
        const std::vector<Box> boxes = boxesOf(output, 2);
        QCOMPARE(boxes.size(), std::size_t(2));
        QCOMPARE(boxes[0].score, 0.9f);
        QCOMPARE(boxes[0].label, std::size_t(1));
        QCOMPARE(boxes[1].score, 0.75f);
        QVERIFY(boxesOf(output, 0).empty()); // nothing tells which numbers are scores
    }

    void agreementCountsPairs()
    {
        const Box a{0, 0, 0.2f, 0.2f, 0.9f, 1}, b{0.5f, 0.5f, 0.7f, 0.7f, 0.8f, 1},
            c{0.8f, 0, 1, 0.2f, 0.7f, 1};
        Box other = a;
        other.label = 2;
        const std::vector<Box> both{a, b}, none, twice{a, a}, wrong{other};
        QCOMPARE(agreementOf(both, both), 1.0);
        QCOMPARE(agreementOf(none, none), 1.0);
        QCOMPARE(agreementOf(both, none), 0.0);
        QCOMPARE(agreementOf(none, both), 0.0);
        QCOMPARE(agreementOf(both, std::vector<Box>{a, c}), 0.5);
        QVERIFY(std::abs(agreementOf(std::vector<Box>{a}, twice) - 2.0 / 3) < 1e-12); // one pair a box
        QCOMPARE(agreementOf(std::vector<Box>{a}, wrong), 0.0);
    }

    void boxesAreDrawnInsideThePicture()
    {
        const Picture picture(1, 10, 20);
        const Picture drawn =
            withBoxes(picture, std::vector<Box>{{-1, 0.5f, 2, 5, 1, 1}, {0.9f, 0.9f, 0.1f, 0.1f, 1, 1}});
        QCOMPARE(drawn.channels, std::size_t(3));
        QCOMPARE(drawn.at(0, 5, 0), 1.0f);
        QCOMPARE(drawn.at(0, 9, 19), 1.0f);
        QCOMPARE(drawn.at(0, 2, 10), 0.0f);
    }

    void aFaceDetectorIsNoClassifier()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        for (const char* const name : {"version-RFB-320", "version-RFB-320_simplified", "version-slim-320"}) {
            const auto model = loadModel(data / "img_face_onnx" / (std::string(name) + ".onnx")).value();
            QVERIFY2(model->picture, model->whyNotEvaluated.c_str());
            QCOMPARE(model->picture->task, PictureTask::Detection);
            QCOMPARE(model->picture->places, std::size_t(4420));
            // The simplified file gives what its layers say of anchors, which it does not hold: no boxes.
            const bool hasAnchors = !QByteArray(name).endsWith("simplified");
            QCOMPARE(model->picture->classes, std::size_t(hasAnchors ? 2 : 0));
            QCOMPARE(model->graph->outputShape, (Shape{1, 4420, 6}));
            // Scores and boxes are of the same places: both heads are part of what is measured.
            for (const Layer& layer : model->layers)
                QVERIFY2(model->graph->firstStageOf(layer.tensor), layer.name.c_str());
        }
    }

    void lostBoxesAreToldFromFoundOnes()
    {
        PictureModel model{.task = PictureTask::Detection};
        model.classes = 2;
        model.places = 2;
        const TaskOutput reference{
            outputOf({{0.1f, 0.9f, 0, 0, 0.5f, 0.5f}, {0.2f, 0.8f, 0.6f, 0.6f, 1, 1}})},
            actual{outputOf({{0.1f, 0.9f, 0, 0, 0.5f, 0.5f}, {0.8f, 0.2f, 0.6f, 0.6f, 1, 1}})};
        const TaskRow& row = taskRow(PictureTask::Detection);
        const auto scores = row.judge(model, {}, reference, actual).value();
        QCOMPARE(scores.boxes, 1.0f);
        QCOMPARE(scores.referenceBoxes, 2.0f);
        QVERIFY(std::abs(scores.boxAgreement - 2.0f / 3) < 1e-6f);
        QVERIFY(scores.divergence > 0);
        QVERIFY(std::isnan(scores.top1) && std::isnan(scores.psnr));
        const auto same = row.judge(model, {}, reference, reference).value();
        QCOMPARE(same.divergence, 0.0f);
        QCOMPARE(same.boxAgreement, 1.0f);
    }
};

QTEST_APPLESS_MAIN(DetectionTest)
#include "detection_test.moc"
