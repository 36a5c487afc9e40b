#pragma once

#include "core/allocate/allocation.h"
#include "core/architecture/picture_model.h"
#include "core/base/key.h"
#include "core/graph/graph.h"
#include "core/text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tritloom {

/// A tensor that can be compressed: at least two dimensions, no norm, no table of positions.
struct Layer {
    TensorId tensor{};
    std::string name; ///< "blk.3.ffn_down.weight"
    std::string role; ///< "ffn_down", "token_embd"; the name itself where the architecture is unknown
    std::optional<std::size_t> block; ///< 3; none for embeddings and the head
    std::size_t rows = 0, columns = 0; ///< rows counts all leading dimensions
    /// Of what goes into its first product or convolution in the graph; 0: there is none.
    std::size_t channels = 0;
    std::string storedFormat; ///< number format id in the file
    std::size_t storedBytes = 0;
    int fusedSet = -1; ///< layers with the same number run as one product (q/k/v, gate/up); -1: alone

    [[nodiscard]] std::size_t parameters() const { return rows * columns; }
};

/// A model ready to be looked at, and where the architecture is known, to be run.
/// Immutable, shared between threads as shared_ptr<const Model>.
struct Model {
    std::shared_ptr<const ModelFile> file;
    std::vector<Layer> layers;
    std::optional<Graph> graph; ///< absent: cannot be evaluated, whyNotEvaluated says why
    std::string whyNotEvaluated;
    std::optional<PictureModel> picture; ///< of a network on pictures; `graph` is then for nominalPicture()
    std::shared_ptr<const Tokenizer> tokenizer; ///< null: whyNoTokenizer says why
    std::string whyNoTokenizer;
    std::size_t contextLength = 0; ///< trained context, 0 when unknown
    std::size_t kvBytesPerToken = 0; ///< key-value cache in 16 bit, 0 when unknown
    Key key; ///< identity by content: names, shapes, formats and a hash of sampled bytes (see contentKey)

    [[nodiscard]] const NamedTensor& tensor(TensorId id) const { return file->tensors[std::size_t(id)]; }
    [[nodiscard]] const Layer& layer(LayerId id) const { return layers[std::size_t(id)]; }
    [[nodiscard]] std::optional<LayerId> layerOf(TensorId id) const;
    [[nodiscard]] std::size_t parameters() const; ///< of all tensors
    [[nodiscard]] std::size_t bytes() const; ///< of all tensors as stored
    /// Everything as it is stored.
    [[nodiscard]] Allocation original() const { return {std::vector<LayerChoice>(layers.size())}; }
};

/// Identity of a model by content. Hashes names, shapes, formats and, per tensor, the whole bytes up to
/// 64 KiB and sixteen 4 KiB samples beyond, so that a 400 GB model takes milliseconds.
[[nodiscard]] Key contentKey(const ModelFile&);

/// Layers, graph and tokenizer of an opened file. Never fails: what is missing says why.
[[nodiscard]] std::shared_ptr<const Model> makeModel(ModelFile file);

/// The graph of a network on pictures for pictures of [1, C, H, W]. Its nodes read the same tensors in the same
/// stages whatever the size. Errors: those of the architecture, Unsupported for other models.
[[nodiscard]] Result<Graph> graphFor(const Model& model, const Shape& picture);

/// openModel() and makeModel() in one.
[[nodiscard]] Result<std::shared_ptr<const Model>> loadModel(const std::filesystem::path& path);

/// One row per architecture; core/architecture/architectures.cpp holds the only list.
struct Architecture {
    std::string_view id; ///< general.architecture
    std::string_view title;
    Result<Graph> (*build)(const ModelFile&);
};
[[nodiscard]] std::span<const Architecture> architectures();

} // namespace tritloom
