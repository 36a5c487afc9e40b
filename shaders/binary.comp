#version 450
#extension GL_GOOGLE_include_directive : require

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint function = 0u; // a BinaryFunction of core/graph/op.h

layout(push_constant) uniform Sizes {
    uint rowCount;
    uint firstRow;
    uint columnCount;
    uint dimensionCount;
    uint sizes[6]; // of the result, the innermost first
    uint stepsA[6]; // between neighbours along a dimension; 0 where it repeats
    uint stepsB[6];
};
layout(binding = 0, std430) readonly buffer First { float first[]; };
layout(binding = 1, std430) readonly buffer Second { float second[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

// A quotient may be off in its last bit, which must not move a whole number.
float wholeQuotient(float a, float b)
{
    float quotient = trunc(a / b);
    float rest = a - quotient * b;
    if (abs(rest) >= abs(b))
        quotient += sign(rest) * sign(b);
    else if (rest * a < 0.0)
        quotient -= sign(a) * sign(b);
    return quotient;
}

float modulo(float a, float b)
{
    const float rest = a - wholeQuotient(a, b) * b;
    return rest * b < 0.0 ? rest + b : rest; // of the sign of b
}

// GLSL's pow knows no negative bases.
float power(float a, float b)
{
    if (b == 0.0)
        return 1.0;
    if (a >= 0.0)
        return a == 0.0 ? (b > 0.0 ? 0.0 : 1.0 / 0.0) : pow(a, b);
    if (b != trunc(b))
        return uintBitsToFloat(0x7fc00000u); // not a number
    const float size = pow(-a, b);
    return mod(abs(b), 2.0) == 1.0 ? -size : size;
}

float valueOf(float a, float b)
{
    switch (function) {
    case 0u: // Add
        return a + b;
    case 1u: // Subtract
        return a - b;
    case 2u: // Multiply
        return a * b;
    case 3u: // Divide
        return a / b;
    case 4u: // IntegerDivide
        return b == 0.0 ? 0.0 : wholeQuotient(a, b);
    case 5u: // Power
        return power(a, b);
    case 6u: // Maximum
        return max(a, b);
    case 7u: // Minimum
        return min(a, b);
    case 8u: // Modulo
        return b == 0.0 ? 0.0 : modulo(a, b);
    case 9u: // PRelu
        return a < 0.0 ? a * b : a;
    case 10u: // Equal
        return a == b ? 1.0 : 0.0;
    case 11u: // Greater
        return a > b ? 1.0 : 0.0;
    case 12u: // Less
        return a < b ? 1.0 : 0.0;
    case 13u: // GreaterOrEqual
        return a >= b ? 1.0 : 0.0;
    case 14u: // LessOrEqual
        return a <= b ? 1.0 : 0.0;
    case 15u: // And
        return a != 0.0 && b != 0.0 ? 1.0 : 0.0;
    case 16u: // Or
        return a != 0.0 || b != 0.0 ? 1.0 : 0.0;
    default: // Xor
        return (a != 0.0) != (b != 0.0) ? 1.0 : 0.0;
    }
}

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < rowCount * columnCount; i += gl_NumWorkGroups.x * 64u) {
        uint rest = i, atA = 0u, atB = 0u;
        for (uint d = 0u; d < dimensionCount; ++d) {
            const bool isLast = d + 1u == dimensionCount;
            const uint place = isLast ? rest : rest % sizes[d];
            atA += place * stepsA[d];
            atB += place * stepsB[d];
            if (!isLast)
                rest /= sizes[d];
        }
        y[i] = valueOf(first[atA], second[atB]);
    }
}
