#pragma once

#include "app/session/picture_labels.h"

#include <string>
#include <vector>

namespace tritloom {

/// What each picture of a set is called: its file name, with as many of its folders in front ("left/001.png")
/// as tell pictures of equal names apart.
[[nodiscard]] std::vector<std::string> namesOf(const std::vector<PictureFile>& files);

/// Which of `count` pictures are taken: `limit` of them, evenly spread; 0: all.
[[nodiscard]] std::vector<std::size_t> chosen(std::size_t count, std::size_t limit);

} // namespace tritloom
