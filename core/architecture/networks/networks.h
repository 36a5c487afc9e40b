#pragma once

#include "core/architecture/picture_model.h"

/// Networks that come as state dicts, each in a file of its own: how they are recognised, what they take and give,
/// and how their tensors make a graph. See PictureArchitecture.
namespace tritloom::networks {

bool isResnetCifar(const ModelFile&);
Result<PictureModel> describeResnetCifar(const ModelFile&);
Result<Graph> buildResnetCifar(const ModelFile&, const Shape& picture);

bool isQuickSrNet(const ModelFile&);
Result<PictureModel> describeQuickSrNet(const ModelFile&);
Result<Graph> buildQuickSrNet(const ModelFile&, const Shape& picture);

bool isSlimRlfn(const ModelFile&);
Result<PictureModel> describeSlimRlfn(const ModelFile&);
Result<Graph> buildSlimRlfn(const ModelFile&, const Shape& picture);

bool isDncnn(const ModelFile&);
void prepareDncnn(ModelFile&);
Result<PictureModel> describeDncnn(const ModelFile&);
Result<Graph> buildDncnn(const ModelFile&, const Shape& picture);

bool isTaesd(const ModelFile&);
Result<PictureModel> describeTaesd(const ModelFile&);
Result<Graph> buildTaesd(const ModelFile&, const Shape& picture);

bool isDdpmCnn(const ModelFile&);
Result<PictureModel> describeDdpmCnn(const ModelFile&);
Result<Graph> buildDdpmCnn(const ModelFile&, const Shape& picture);

bool isDdpmUnet(const ModelFile&);
void prepareDdpmUnet(ModelFile&);
Result<PictureModel> describeDdpmUnet(const ModelFile&);
Result<Graph> buildDdpmUnet(const ModelFile&, const Shape& picture);

bool isTernaryNetCnn(const ModelFile&);
void prepareTernaryNetCnn(ModelFile&);
Result<PictureModel> describeTernaryNetCnn(const ModelFile&);
Result<Graph> buildTernaryNetCnn(const ModelFile&, const Shape& picture);

bool isFastStyleTransfer(const ModelFile&);
void prepareFastStyleTransfer(ModelFile&);
Result<PictureModel> describeFastStyleTransfer(const ModelFile&);
Result<Graph> buildFastStyleTransfer(const ModelFile&, const Shape& picture);

bool isUltraLightFace(const ModelFile&);
Result<PictureModel> describeUltraLightFace(const ModelFile&);
Result<Graph> buildUltraLightFace(const ModelFile&, const Shape& picture);

bool isVisionTransformer(const ModelFile&);
Result<PictureModel> describeVisionTransformer(const ModelFile&);
Result<Graph> buildVisionTransformer(const ModelFile&, const Shape& picture);

/// Layers of Keras as TensorFlow.js has them: the topology that comes with the weights says what is computed.
bool isKeras(const ModelFile&);
void prepareKeras(ModelFile&);
Result<PictureModel> describeKeras(const ModelFile&);
Result<Graph> buildKeras(const ModelFile&, const Shape& picture);

/// Convolution weights become layers; networks without a transposed one need no more.
void prepareConvolutions(ModelFile&);

/// The shape of a tensor as the file has it; empty when there is none.
[[nodiscard]] Shape fileShapeOf(const ModelFile& file, std::string_view name);

} // namespace tritloom::networks
