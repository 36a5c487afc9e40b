#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint function = 0u; // a UnaryFunction of core/graph/op.h, or 33: max(0, x)^2

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    float a; // the parameters of the op
    float b;
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

float notANumber()
{
    return uintBitsToFloat(0x7fc00000u);
}

// The tanh of more than 10 is 1; some devices overflow there.
float boundedTanh(float v)
{
    return tanh(clamp(v, -10.0, 10.0));
}

float sigmoid(float v)
{
    return 1.0 / (1.0 + exp(-v));
}

float softplus(float v)
{
    const float e = exp(-abs(v)); // small ones are their own logarithm of 1 + e
    return max(v, 0.0) + (e < 1e-4 ? e * (1.0 - 0.5 * e) : log(1.0 + e));
}

// The power series below 1, else Abramowitz and Stegun, 7.1.26: off by less than 2e-7.
float errorFunction(float v)
{
    const float size = abs(v);
    if (size < 1.0) {
        float term = v, sum = v;
        for (int n = 1; n < 11; ++n) {
            term *= -v * v / float(n);
            sum += term / float(2 * n + 1);
        }
        return 1.1283791670955126 * sum;
    }
    const float t = 1.0 / (1.0 + 0.3275911 * size);
    const float tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(v) * (1.0 - tail * exp(-size * size));
}

float valueOf(float v)
{
    switch (function) {
    case 0u: // Relu
        return v < 0.0 ? 0.0 : v; // NaN stays
    case 1u: // LeakyRelu
        return v < 0.0 ? a * v : v;
    case 2u: // Elu
        return v < 0.0 ? a * (exp(v) - 1.0) : v;
    case 3u: // Selu
        return b * (v < 0.0 ? a * (exp(v) - 1.0) : v);
    case 4u: // Celu
        return max(0.0, v) + min(0.0, a * (exp(v / a) - 1.0));
    case 5u: // ThresholdedRelu
        return v > a ? v : 0.0;
    case 6u: // Sigmoid
        return sigmoid(v);
    case 7u: // Tanh
        return boundedTanh(v);
    case 8u: // Silu
        return v * sigmoid(v);
    case 9u: // GeluErf
        return 0.5 * v * (1.0 + errorFunction(0.7071067811865476 * v));
    case 10u: // GeluTanh
        return 0.5 * v * (1.0 + boundedTanh(0.7978845608028654 * (v + 0.044715 * v * v * v)));
    case 11u: // HardSigmoid
        return clamp(a * v + b, 0.0, 1.0);
    case 12u: // HardSwish
        return v * clamp(v / 6.0 + 0.5, 0.0, 1.0);
    case 13u: // Clip
        return min(max(v, a), b);
    case 14u: // Softplus
        return softplus(v);
    case 15u: // Softsign
        return v / (1.0 + abs(v));
    case 16u: // Shrink
        return v < -a ? v + b : v > a ? v - b : 0.0;
    case 17u: // Mish
        return v * boundedTanh(softplus(v));
    case 18u: // Exp
        return exp(v);
    case 19u: // Log
        return v < 0.0 ? notANumber() : log(v);
    case 20u: // Sqrt
        return v < 0.0 ? notANumber() : sqrt(v);
    case 21u: // Reciprocal
        return 1.0 / v;
    case 22u: // Abs
        return abs(v);
    case 23u: // Negate
        return -v;
    case 24u: // Floor
        return floor(v);
    case 25u: // Ceil
        return ceil(v);
    case 26u: // Round
        return roundEven(v);
    case 27u: // Sign
        return sign(v);
    case 28u: // Erf
        return errorFunction(v);
    case 29u: // Sin
        return sin(v);
    case 30u: // Cos
        return cos(v);
    case 31u: // Truncate
        return trunc(v);
    case 32u: // Not
        return v == 0.0 ? 1.0 : 0.0;
    default:
        return v > 0.0 ? v * v : 0.0;
    }
}

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * columnCount; i += gl_NumWorkGroups.x * 64u)
        y[i] = valueOf(x[i]);
}
