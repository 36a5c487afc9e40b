#pragma once

#include <string>

namespace sample {

std::string readFile(const std::string& path);
void writeFile(const std::string& path, const std::string& bytes);

/// Without byte order marks, invisible joiners and footnote arrows, and without the paragraphs
/// whose quotation marks were decoded wrongly.
std::string cleaned(const std::string& text);

} // namespace sample
