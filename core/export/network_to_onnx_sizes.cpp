#include "core/export/network_to_onnx.h"

// Ops whose results may be as large as other values, for pictures of any size.
namespace tritloom::onnx {

Result<std::string> emitResize(Emitter& e)
{
    static constexpr const char* modes[] = {"nearest", "linear", "cubic"};
    static constexpr const char* transforms[] = {
        "half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"};
    static constexpr const char* nearest[] = {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"};
    const Op& op = e.op();
    if (op.count("transform") == 4)
        return fail(ErrorCode::Unsupported, "{}: half_pixel_symmetric came with operator set 19", e.shown());
    Emitter::Names inputs{e.operands()[0], ""};
    if (const auto like = e.sizedLike()) {
        const std::string own = e.emit("Shape", {inputs[0]}, {{"end", std::int64_t(2)}}),
                          others = e.emit("Shape", {*like}, {{"start", std::int64_t(2)}});
        inputs.insert(inputs.end(), {"", e.emit("Concat", {own, others}, {{"axis", std::int64_t(0)}})});
    } else {
        std::vector<float> scales;
        for (std::size_t d = 0; d < e.shapes()[0].size(); ++d)
            scales.push_back(float(op.number(fmt::format("scale{}", d), 1)));
        inputs.push_back(e.floats(scales));
    }
    return e.emit(
        "Resize", inputs,
        {{"mode", std::string(modes[op.count("mode")])},
         {"coordinate_transformation_mode", std::string(transforms[op.count("transform")])},
         {"nearest_mode", std::string(nearest[op.count("nearest")])},
         {"cubic_coeff_a", op.number("cubic", -0.75)},
         {"exclude_outside", std::int64_t(op.count("excludeOutside"))}});
}

Result<std::string> emitReshape(Emitter& e)
{
    std::vector<std::int64_t> shape = e.op().list("shape");
    if (const auto open = e.openDimension()) {
        shape[*open] = -1;
    } else if (const auto like = e.sizedLike()) {
        shape.resize(2);
        const std::string others = e.emit("Shape", {*like}, {{"start", std::int64_t(2)}});
        const std::string sizes = e.emit("Concat", {e.whole(shape), others}, {{"axis", std::int64_t(0)}});
        return e.emit("Reshape", {e.operands()[0], sizes});
    }
    return e.emit("Reshape", {e.operands()[0], e.whole(shape)});
}

} // namespace tritloom::onnx
