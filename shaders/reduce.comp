#version 450
#extension GL_GOOGLE_include_directive : require
#include "rows.glsl"

layout(constant_id = 0) const uint function = 0u; // a ReduceFunction of core/graph/op.h

layout(push_constant) uniform Sizes {
    uint rowCount; // elements of the result, a workgroup each
    uint firstRow;
    uint reducedCount; // elements behind each of them
    uint keptDimensions;
    uint reducedDimensions;
    uint keptSizes[6]; // the innermost first
    uint keptSteps[6];
    uint reducedSizes[6];
    uint reducedSteps[6];
};
layout(binding = 0, std430) readonly buffer Input { float x[]; };
layout(binding = 1, std430) writeonly buffer Output { float y[]; };

float elementAt(uint first, uint i)
{
    uint at = first;
    for (uint d = 0u; d < reducedDimensions; ++d) {
        at += i % reducedSizes[d] * reducedSteps[d];
        i /= reducedSizes[d];
    }
    return x[at];
}

float productOfAll(float mine)
{
    const uint id = gl_LocalInvocationID.x;
    barrier();
    partial[id] = mine;
    for (uint step = 32u; step > 0u; step /= 2u) {
        barrier();
        if (id < step)
            partial[id] *= partial[id + step];
    }
    barrier();
    return partial[0];
}

const uint meanOf = 0u, sumOf = 1u, maximumOf = 2u, minimumOf = 3u, productOf = 4u, l1Of = 5u, l2Of = 6u,
           logSumOf = 7u, logSumExpOf = 8u, sumSquareOf = 9u;

float reduced(uint first)
{
    const uint id = gl_LocalInvocationID.x;
    const bool isMinimum = function == minimumOf;
    if (function == productOf) {
        float product = 1.0;
        for (uint i = id; i < reducedCount; i += 64u)
            product *= elementAt(first, i);
        return productOfAll(product);
    }
    float largest = 0.0;
    if (function == maximumOf || isMinimum || function == logSumExpOf) {
        largest = isMinimum ? -x[first] : x[first];
        for (uint i = id; i < reducedCount; i += 64u)
            largest = max(largest, isMinimum ? -elementAt(first, i) : elementAt(first, i));
        largest = largestOfAll(largest);
        if (function != logSumExpOf)
            return isMinimum ? -largest : largest;
    }
    float sum = 0.0;
    for (uint begin = id; begin < reducedCount; begin += 64u * 64u) { // sums of sums: the small ones stay exact
        float some = 0.0;
        for (uint i = begin; i < min(reducedCount, begin + 64u * 64u); i += 64u) {
            const float value = elementAt(first, i);
            if (function == l1Of)
                some += abs(value);
            else if (function == l2Of || function == sumSquareOf)
                some += value * value;
            else
                some += function == logSumExpOf ? exp(value - largest) : value;
        }
        sum += some;
    }
    sum = sumOfAll(sum);
    if (function == meanOf)
        return sum / float(reducedCount);
    if (function == l2Of)
        return sqrt(sum);
    if (function == logSumOf && sum < 0.0)
        return uintBitsToFloat(0x7fc00000u); // not a number
    return function == logSumOf || function == logSumExpOf ? largest + log(sum) : sum;
}

void main()
{
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        uint rest = row, first = 0u;
        for (uint d = 0u; d < keptDimensions; ++d) {
            first += rest % keptSizes[d] * keptSteps[d];
            rest /= keptSizes[d];
        }
        const float result = reduced(first);
        if (gl_LocalInvocationID.x == 0u)
            y[row] = result;
    }
}
