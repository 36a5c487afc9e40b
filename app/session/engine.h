#pragma once

#include "app/session/plugin_choice.h"
#include "core/evaluate/evaluation_session.h"
#include "core/evaluate/text_probe.h"
#include "core/method/model_transform.h"
#include "core/sensitivity/sensitivity_table.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace tritloom {

class PictureEngine;

/// A transform that a model has gone through. A value.
struct AppliedTransform {
    PluginChoice transform;
    Candidate preparedFor; ///< no format: for nothing in particular
};

/// What runs where, and on which text. A value.
struct EngineOptions {
    std::string device = "cpu"; ///< an id of devices()
    std::size_t threads = 0; ///< 0: all cores
    Protocol evaluation{
        .contextLength = 0, .chunkCount = 8}; ///< contextLength 0: the model's own, at most 512
    std::size_t calibrationChunks = 32;
    std::string evaluationText; ///< empty: the text that comes with the program
    std::string calibrationText; ///< empty: the calibration text that comes with the program
    std::filesystem::path imatrix; ///< mean squares from a file of llama.cpp's instead of the text's own
    std::size_t memoBytes = std::size_t{1} << 30;
    std::shared_ptr<const Model>
        base; ///< that the model was tuned from at first, see Engine::base()
};

/// A device that products can run on.
struct Device {
    std::string id; ///< "reference", "cpu", "cpu:8bit", "vulkan:0"
    std::string title; ///< "CPU, AVX-512", "llvmpipe (LLVM 15)"
};
[[nodiscard]] std::vector<Device> devices();

/// Backends for a device id, best first, the reference last. Errors: NotFound, Unsupported.
[[nodiscard]] Result<std::unique_ptr<Executor>> makeExecutor(const std::string& device);

/// Everything that measures one model: shared by window and command line. Not a thread of its own: each
/// EvaluationSession it makes belongs to the thread that uses it.
class Engine : public std::enable_shared_from_this<Engine> {
public:
    /// Errors: those of the texts (too short) and devices. A model without graph gets an engine without
    /// sessions.
    [[nodiscard]] static Result<std::shared_ptr<Engine>>
    create(std::shared_ptr<const Model> model, MethodLookup methods, EngineOptions options);

    [[nodiscard]] const std::shared_ptr<const Model>& model() const { return m_model; }
    [[nodiscard]] const MethodLookup& methods() const { return m_methods; }
    /// Of the pictures, where there are some. Any thread.
    [[nodiscard]] std::shared_ptr<Compressor> compressor() const;
    [[nodiscard]] const EngineOptions& options() const { return m_options; }
    [[nodiscard]] const std::vector<Chunk>& chunks() const { return m_chunks; } ///< of the evaluation text
    [[nodiscard]] std::string whyNotEvaluated() const; ///< "" when it can be

    /// What a network on pictures is measured on; null for language models, and until pictures were given.
    /// Any thread.
    [[nodiscard]] std::shared_ptr<PictureEngine> pictures() const;
    /// Other pictures, and with them what methods learn from; sessions that were made before keep the old
    /// ones.
    void setPictures(std::shared_ptr<PictureEngine> pictures);

    /// The model that this one was tuned from; null: none is known. Any thread. Errors: InvalidInput (it has
    /// other layers).
    [[nodiscard]] std::shared_ptr<const Model> base() const { return m_compressor->base(); }
    [[nodiscard]] Result<void> setBase(std::shared_ptr<const Model> base);

    /// The model as a transform rewrites it, measured against the one before all transforms: same texts or
    /// pictures, same options. Errors: those of the transform.
    [[nodiscard]] Result<std::shared_ptr<Engine>> transformed(
        const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
        const MethodContext& context) const;
    /// What the transforms that led to this model could not do, one sentence each.
    [[nodiscard]] const std::vector<std::string>& notices() const { return m_notices; }

    /// What led from the file to this model, in order; empty: it is as the file has it.
    [[nodiscard]] const std::vector<AppliedTransform>& transforms() const { return m_transforms; }

    /// The model on its calibration text or pictures, for metrics and analyses; one that cannot be run still
    /// shows its tensors. Errors: Unsupported.
    [[nodiscard]] Result<std::unique_ptr<ModelProbe>>
    makeModelProbe(std::vector<Candidate> candidates, std::stop_token stop) const;
    /// The model on its calibration text, for metrics, transforms and analyses. Errors: Unsupported.
    [[nodiscard]] Result<std::unique_ptr<TextProbe>>
    makeProbe(std::vector<Candidate> candidates, std::stop_token stop) const;

    /// A session with an executor and a memo of its own. reference: null for the model before its transforms.
    /// memoBytes: as the options say, if not given; 0 where nobody comes back to what was measured.
    /// Errors: Unsupported (see whyNotEvaluated).
    [[nodiscard]] Result<std::unique_ptr<EvaluationSession>> makeSession(
        ResultStore* store, std::shared_ptr<ForwardPass> reference = {},
        std::optional<std::size_t> memoBytes = {}) const;
    /// The same for whatever it is that the model works on: text or pictures.
    [[nodiscard]] Result<std::unique_ptr<DivergenceMeter>> makeMeter(ResultStore* store) const;
    [[nodiscard]] Result<std::unique_ptr<Executor>> makeExecutor() const;

private:
    std::shared_ptr<const Model> m_model;
    EngineOptions m_options;
    std::vector<Chunk> m_chunks, m_calibrationChunks;
    std::shared_ptr<const Engine> m_original; ///< before transforms; null when there were none
    std::vector<std::string> m_notices;
    std::vector<AppliedTransform> m_transforms;
    std::shared_ptr<Compressor> m_compressor; ///< of text, or before there are pictures
    MethodLookup m_methods;
    std::string m_whyNot;
    mutable std::mutex m_mutex; ///< guards m_pictures
    std::shared_ptr<PictureEngine> m_pictures;
};

/// Where files that come with the program lie: the installed share folder, or the source tree.
[[nodiscard]] std::filesystem::path resourceFolder();
[[nodiscard]] std::filesystem::path sampleModelPath();

} // namespace tritloom
