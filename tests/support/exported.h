#pragma once

#include "core/architecture/model.h"
#include "core/export/export_target.h"
#include "core/file/replaced_tensor.h"

#include <QtGlobal>

namespace tritloom {

/// Every layer in the format, by its plain encoder.
inline WrittenFile
exported(const Model& model, std::string_view target, const std::string& format, const std::string& path)
{
    std::vector<std::string> formats;
    for (const NamedTensor& tensor : model.file->tensors)
        formats.push_back(
            tensor.role == NamedTensor::Role::Layer ? format : tensor.stored.type().format->id());
    for (const ExportTarget& row : exportTargets()) {
        if (row.id != target)
            continue;
        const auto written = row.write(
            {.model = *model.file,
             .formats = formats,
             .tensor = [&](std::size_t i,
                           std::string_view id) { return encodedTensor(model.file->tensors[i], id); },
             .path = path});
        if (!written)
            qFatal("%s", written.error().message.c_str());
        return *written;
    }
    qFatal("no target is called so");
}

} // namespace tritloom
