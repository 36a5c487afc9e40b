#pragma once

#include "core/file/json.h"
#include "core/file/model_file.h"

#include <span>

namespace tritloom::diffusers {

/// The config of one part of a pipeline ("unet", "vae", "text_encoder", "scheduler"), as its file has it.
/// Every error names the file, the field and what stands there.
class PartConfig {
public:
    /// Errors: NotFound (the folder has no such part), InvalidInput (no JSON object).
    [[nodiscard]] static Result<PartConfig> of(const ModelFile& file, const std::string& part);

    /// file: what messages call it. Errors: InvalidInput (no JSON object).
    [[nodiscard]] static Result<PartConfig> parsed(const std::string& json, std::string file);

    /// Whole numbers from 1 to 2^20; otherwise: for absent fields and null, without it those are an error.
    [[nodiscard]] Result<std::size_t>
    count(std::string_view key, std::optional<std::size_t> otherwise = {}) const;
    /// The same, as a list of 1 to 16; a single number is a list of `length` equal ones.
    [[nodiscard]] Result<std::vector<std::size_t>> counts(
        std::string_view key, std::optional<std::size_t> length,
        std::optional<std::size_t> otherwise = {}) const;
    [[nodiscard]] Result<double> number(std::string_view key, double otherwise) const; ///< finite
    /// The same, from least to most: beyond, nothing that comes out of a network would be finite.
    [[nodiscard]] Result<double>
    number(std::string_view key, double otherwise, double least, double most) const;
    [[nodiscard]] Result<bool> flag(std::string_view key, bool otherwise) const;
    [[nodiscard]] Result<std::string> text(std::string_view key, std::string_view otherwise) const;
    [[nodiscard]] Result<std::vector<std::string>> texts(std::string_view key) const;
    [[nodiscard]] const Json* find(std::string_view key) const; ///< null: absent or JSON null
    [[nodiscard]] bool isNull(std::string_view key) const; ///< the field is there and null

    /// Fields that must be absent, null or false, because what they ask for is not here. Errors: Unsupported.
    [[nodiscard]] Result<void> refuse(std::initializer_list<std::string_view> keys) const;
    /// A text that must be this one when it is there. Errors: Unsupported.
    [[nodiscard]] Result<void> only(std::string_view key, std::string_view value) const;

    [[nodiscard]] const std::string& file() const { return m_file; } ///< "unet/config.json"

private:
    Result<std::size_t> countOf(std::string_view key, const Json& value) const;

    std::string m_file;
    Json m_json;
};

} // namespace tritloom::diffusers
