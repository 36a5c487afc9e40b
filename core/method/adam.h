#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace tritloom {

/// Adam (arXiv 1412.6980) over some numbers, by its usual moments. One caller at a time.
class Adam {
public:
    /// epsilon: slopes well below it move little.
    explicit Adam(std::size_t count, float epsilon = 1e-8f)
        : m_first(count)
        , m_second(count)
        , m_epsilon(epsilon)
    {
    }
    void nextStep() ///< before the first change() of a step
    {
        m_powerFirst *= keepFirst;
        m_powerSecond *= keepSecond;
    }
    /// Moves value number `index` by at most about `rate`. One whose slopes overflow stays.
    void change(float& value, std::size_t index, float slope, float rate)
    {
        float &first = m_first[index], &second = m_second[index];
        first = keepFirst * first + (1 - keepFirst) * slope;
        second = keepSecond * second + (1 - keepSecond) * slope * slope;
        const float move =
            (first / (1 - m_powerFirst)) / (std::sqrt(second / (1 - m_powerSecond)) + m_epsilon);
        if (std::isfinite(move))
            value -= rate * move;
    }

private:
    static constexpr float keepFirst = 0.9f, keepSecond = 0.999f;
    std::vector<float> m_first, m_second;
    float m_epsilon;
    float m_powerFirst = 1, m_powerSecond = 1;
};

} // namespace tritloom
