#include "core/architecture/onnx/onnx_network.h"

#include "core/architecture/model.h"
#include "core/architecture/normalisations.h"
#include "core/architecture/onnx/onnx_builder.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <locale>
#include <map>
#include <sstream>
#include <tuple>

namespace tritloom::onnx {
namespace {

const char* const normalisationKey = "onnx.tritloom.normalisation";
const char* const scheduleKey = "onnx.tritloom.schedule";
const char* const taskKey = "onnx.tritloom.task";

std::string lowered(std::string text)
{
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return text;
}

Shape shapeOf(const OperatorValue& value, const Shape& dynamic)
{
    Shape shape;
    for (std::size_t i = 0; i < value.shape.size(); ++i)
        shape.push_back(value.shape[i] ? std::size_t(*value.shape[i]) : i < dynamic.size() ? dynamic[i] : 1);
    return shape;
}

bool isPicture(const OperatorValue& value)
{
    return value.shape.size() == 4 && (!value.shape[1] || *value.shape[1] == 1 || *value.shape[1] == 3);
}

/// The numbers a network takes: as we wrote them ("tritloom.normalisation"), or when the file has ONNX's
/// metadata about pictures ("Image.NominalPixelRange"), whose keys and values are case insensitive.
std::optional<Normalisation> statedRange(const ModelFile& file)
{
    static const std::map<std::string, Normalisation, std::less<>> known{
        {"nominalrange_0_255", normalisations::bytes},
        {"normalized_0_1", normalisations::unit},
        {"normalized_1_1", normalisations::signedUnit},
    };
    if (const auto own = file.metadata.text(normalisationKey)) { // range, means, deviations
        Normalisation stated{.isKnown = true};
        std::istringstream in(*own);
        in.imbue(std::locale::classic());
        in >> stated.range;
        for (double* const numbers : {stated.mean.data(), stated.deviation.data()})
            for (std::size_t c = 0; c < 3; ++c)
                in >> numbers[c];
        const auto isUsable = [](double number) { return std::isfinite(number) && number != 0; };
        if (in && isUsable(stated.range) && std::ranges::all_of(stated.deviation, isUsable)
            && std::ranges::all_of(stated.mean, [](double mean) { return std::isfinite(mean); }))
            return stated;
    }
    for (const auto& [key, value] : file.metadata.entries()) {
        const auto* const text = std::get_if<std::string>(&value);
        if (text == nullptr || lowered(key) != "onnx.image.nominalpixelrange")
            continue;
        const auto found = known.find(lowered(*text));
        if (found != known.end())
            return found->second;
    }
    return std::nullopt;
}

/// The schedule and the scale of time as we wrote them; what is no schedule is as if it were not there.
std::optional<std::pair<NoiseSchedule, double>> statedSchedule(const ModelFile& file)
{
    constexpr std::size_t mostSteps = std::size_t{1} << 20;
    const auto own = file.metadata.text(scheduleKey);
    if (!own)
        return std::nullopt;
    std::istringstream in(*own);
    in.imbue(std::locale::classic());
    NoiseSchedule s;
    double timeScale = 0;
    unsigned betas = 0, prediction = 0, sampler = 0, spacing = 0, variance = 0;
    std::size_t trained = 0;
    in >> timeScale >> s.steps >> betas >> s.firstBeta >> s.lastBeta >> prediction >> sampler >> spacing
        >> s.offset >> s.endsClean >> s.clips >> variance >> s.endsAtZero >> s.lowerOrderLast >> trained;
    const auto isShare = [](double beta) { return beta > 0 && beta < 1; };
    if (!in || !std::isfinite(timeScale) || timeScale <= 0 || s.steps == 0 || s.steps > mostSteps
        || s.offset >= s.steps || !isShare(s.firstBeta) || !isShare(s.lastBeta)
        || betas > unsigned(BetaKind::SquaredCosine) || prediction > unsigned(Prediction::Picture)
        || sampler > unsigned(SamplerKind::Ddpm) || spacing > unsigned(Spacing::Trailing)
        || variance > unsigned(StepVariance::FixedLarge) || (trained != 0 && trained != s.steps))
        return std::nullopt;
    s.betas = BetaKind(betas);
    s.prediction = Prediction(prediction);
    s.sampler = SamplerKind(sampler);
    s.spacing = Spacing(spacing);
    s.variance = StepVariance(variance);
    s.trainedBetas.resize(trained);
    for (double& beta : s.trainedBetas)
        in >> beta;
    if (!in || !std::ranges::all_of(s.trainedBetas, isShare))
        return std::nullopt;
    return std::pair(std::move(s), timeScale);
}

/// Whether what comes out went through a sigmoid, whatever shape it was given afterwards.
bool endsWithSigmoid(const Graph& graph)
{
    ValueId value = graph.output;
    for (std::size_t n = graph.nodes.size(); n-- > 0;) {
        const Node& node = graph.nodes[n];
        if (node.output != value)
            continue;
        if (node.op.kind == OpKind::Unary)
            return node.op.count("function") == std::size_t(UnaryFunction::Sigmoid);
        if ((node.op.kind != OpKind::Reshape && node.op.kind != OpKind::Transpose) || node.inputs.empty())
            return false;
        value = node.inputs[0];
    }
    return false;
}

/// The operator that makes a value, behind those that only move numbers; "" where none does.
std::string makerOf(const OperatorGraph& operators, std::string value)
{
    for (std::size_t n = operators.nodes.size(); n-- > 0;) {
        const OperatorNode& node = operators.nodes[n];
        if (std::ranges::find(node.outputs, value) == node.outputs.end())
            continue;
        static constexpr std::array<std::string_view, 7> moving{
            "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Identity", "Concat", "Flatten"};
        if (node.inputs.empty() || std::ranges::find(moving, node.type) == moving.end())
            return node.type;
        value = node.inputs[0];
    }
    return {};
}

/// Whether a detector's two outputs can be read: probabilities of classes, the first of which is the
/// background, and boxes, not what a layer says of anchors that the file does not hold.
bool tellsBoxes(const OperatorGraph& operators)
{
    const auto isBoxes = [](const OperatorValue& value) {
        return !value.shape.empty() && value.shape.back() == 4;
    };
    const bool boxesFirst = isBoxes(operators.outputs[0]);
    const std::string& scores = operators.outputs[boxesFirst ? 1 : 0].name;
    const std::string ofBoxes = makerOf(operators, operators.outputs[boxesFirst ? 0 : 1].name);
    return makerOf(operators, scores) == "Softmax" && ofBoxes != "Conv" && ofBoxes != "Gemm"
        && ofBoxes != "MatMul";
}

/// What the file, or who opened it, says the network is for ("tritloom.task").
std::optional<PictureTask> statedTask(const ModelFile& file)
{
    const auto text = file.metadata.text(taskKey);
    return text ? pictureTask(*text) : std::nullopt;
}

/// The same, which its shapes must allow.
Result<void> applyStatedTask(const ModelFile& file, PictureModel& model)
{
    const auto task = statedTask(file);
    if (!task || *task == model.task)
        return {};
    const bool isOpen = model.task == PictureTask::Restoration
        && (*task == PictureTask::Autoencoding || *task == PictureTask::StyleTransfer);
    if (!isOpen)
        return fail(
            ErrorCode::InvalidInput, "{} says it is for {}, its inputs and outputs are those of {}",
            file.path.filename().string(), nameOf(*task), nameOf(model.task));
    model.task = *task;
    return {};
}

} // namespace

std::string textOf(const Normalisation& n)
{
    return fmt::format("{} {} {}", n.range, fmt::join(n.mean, " "), fmt::join(n.deviation, " "));
}

std::string textOf(const NoiseSchedule& s, double timeScale)
{
    std::string text = fmt::format(
        "{} {} {} {} {} {} {} {} {} {:d} {:d} {} {:d} {:d} {}", timeScale, s.steps, unsigned(s.betas),
        s.firstBeta, s.lastBeta, unsigned(s.prediction), unsigned(s.sampler), unsigned(s.spacing), s.offset,
        s.endsClean, s.clips, unsigned(s.variance), s.endsAtZero, s.lowerOrderLast, s.trainedBetas.size());
    for (const double beta : s.trainedBetas)
        text += fmt::format(" {}", beta);
    return text;
}

void stateNormalisation(ModelFile& file, const Normalisation& normalisation)
{
    file.metadata.set(normalisationKey, textOf(normalisation));
}

void stateTask(ModelFile& file, PictureTask task)
{
    file.metadata.set(taskKey, std::string(nameOf(task)));
}

std::shared_ptr<const Model> modelFor(PictureTask task, ModelFile file)
{
    stateTask(file, task);
    return makeModel(std::move(file));
}

Result<Graph> buildGraph(const ModelFile& file, const std::vector<Shape>& inputs)
{
    if (file.operators == nullptr)
        return fail(ErrorCode::InvalidInput, "{}: no operators were read", file.path.filename().string());
    if (inputs.size() != file.operators->inputs.size())
        return fail(
            ErrorCode::InvalidInput, "{}: {} shapes for {} inputs", file.path.filename().string(),
            inputs.size(), file.operators->inputs.size());
    return Builder(file, *file.operators).build(inputs);
}

Result<Graph> buildNetwork(const ModelFile& file, const Shape& picture)
{
    std::vector<Shape> inputs;
    for (const OperatorValue& input : file.operators->inputs) {
        const bool isFirst = inputs.empty();
        inputs.push_back(shapeOf(input, isFirst ? picture : Shape()));
        if (isFirst && inputs[0] != picture)
            return fail(
                ErrorCode::InvalidInput, "{}: the input '{}' is [{}], not [{}]",
                file.path.filename().string(), input.name, fmt::join(inputs[0], ", "),
                fmt::join(picture, ", "));
    }
    return buildGraph(file, inputs);
}

Result<PictureModel> describeNetwork(const ModelFile& file)
{
    if (file.operators == nullptr) // a file may say of itself what it likes
        return fail(ErrorCode::InvalidInput, "{}: no operators were read", file.path.filename().string());
    const auto& inputs = file.operators->inputs;
    if (inputs.empty() || !isPicture(inputs[0]))
        return fail(
            ErrorCode::Unsupported, "the first input of {} is no picture of one or three channels",
            file.path.filename().string());
    PictureModel model;
    model.channels = std::size_t(inputs[0].shape[1].value_or(3));
    model.height = std::size_t(inputs[0].shape[2].value_or(0));
    model.width = std::size_t(inputs[0].shape[3].value_or(0));
    if (inputs[0].shape[0].value_or(1) != 1)
        return fail(
            ErrorCode::Unsupported, "{} takes {} pictures at once, only one at a time can be run",
            file.path.filename().string(), *inputs[0].shape[0]);
    Shape picture = nominalPicture(model);
    auto graph = buildNetwork(file, picture);
    for (const std::size_t side : {std::size_t{224}, std::size_t{32}, std::size_t{28}}) {
        if (graph || (model.height != 0 && model.width != 0) || graph.error().code == ErrorCode::Unsupported)
            break;
        picture[2] = model.height == 0 ? side : model.height;
        picture[3] = model.width == 0 ? side : model.width;
        graph = buildNetwork(file, picture);
    }
    if (!graph)
        return tl::make_unexpected(graph.error());
    if (TensorType{nullptr, graph->outputShape}.elements() == 0)
        return fail(
            ErrorCode::Unsupported, "{}: what comes out, [{}], holds no numbers",
            file.path.filename().string(), fmt::join(graph->outputShape, ", "));
    // CNTK's networks take bytes; others leave open what they take.
    if (file.operators->producer == "CNTK")
        model.normalisation = normalisations::bytes;
    const Shape& output = graph->outputShape;
    const bool isPlane = output.size() == 4 && output[2] > 1 && output[3] > 1;
    if (inputs.size() == 2 && isPlane && output == picture) {
        model.task = PictureTask::Generation;
        // A time step of whole numbers is counted, one of floats goes from 0 to 1.
        model.timeScale = inputs[1].elementType == 1 ? 1.0 / double(model.schedule.steps) : 1.0;
        model.normalisation = guessed(normalisations::signedUnit);
        if (inputs[1].elementType == 1)
            model.normalisation = guessed(normalisations::aroundZero);
        if (auto stated = statedSchedule(file))
            std::tie(model.schedule, model.timeScale) = std::move(*stated);
    } else if (inputs.size() > 1) {
        return fail(ErrorCode::Unsupported, "{} has {} inputs", file.path.filename().string(), inputs.size());
    } else if (const auto scale = enlargement(picture, output); isPlane && scale) {
        model.scale = *scale;
        model.task = model.scale > 1 ? PictureTask::SuperResolution : PictureTask::Restoration;
    } else if (output.size() == 3 && output[0] == 1 && output[1] > 1 && output[2] > 4) {
        model.task = PictureTask::Detection;
        model.places = output[1];
        if (file.operators->outputs.size() == 2) { // scores and boxes, as the network joined them
            if (tellsBoxes(*file.operators))
                model.classes = output[2] - 4;
            // The usual way of single-shot detectors; nothing in a file says so.
            model.normalisation = guessed(normalisations::signedBytes);
        } else if (file.metadata.text("onnx.tritloom.classes") == std::to_string(output[2] - 4)) {
            model.classes = output[2] - 4; // as we wrote it
        }
    } else if (const auto stated = statedTask(file); stated != PictureTask::Classification
               && std::ranges::count_if(output, [](std::size_t size) { return size > 1; }) > 1) {
        return fail(
            ErrorCode::Unsupported,
            "{}: what comes out, [{}], is no list of classes, no list of boxes and no picture of one or "
            "three channels that is a whole number of times as large as what goes in; with --task "
            "classification each number of it is a class",
            file.path.filename().string(), fmt::join(output, ", "));
    } else {
        model.task = PictureTask::Classification;
        model.classes = TensorType{nullptr, output}.elements();
        if (model.classes == 1) { // class 1 against class 0
            if (endsWithSigmoid(*graph))
                return fail(
                    ErrorCode::Unsupported,
                    "{} ends with a sigmoid of a single number: a classifier of two classes gives the number "
                    "before it",
                    file.path.filename().string());
            model.classes = 2;
        }
    }
    if (const auto range = statedRange(file))
        model.normalisation = *range;
    TRY_VOID(applyStatedTask(file, model));
    return model;
}

} // namespace tritloom::onnx
