// For many tokens: tiles of 64 rows and 64 tokens. Each invocation holds 8 x 8 outputs, so that a value read from
// shared memory is used eight times.

const uint tile = 64u, depth = 16u; // outputs along an edge; columns taken at a time
const uint vectors = tile / 4u + 1u; // of a column; one more against bank conflicts
#ifdef HALVES
#define Element float16_t
#define Elements f16vec4
#else
#define Element float
#define Elements vec4
#endif
shared Elements weightTile[depth * vectors]; // [column][row / 4]
shared Elements inputTile[depth * vectors]; // [column][token / 4]

float inputAt(uint token, uint column)
{
    return token < tokenCount && column < columnCount ? x[token * columnCount + column] : 0.0;
}

vec4 inputsAt(uint token, uint column)
{
    return vec4(
        inputAt(token, column), inputAt(token, column + 1u), inputAt(token, column + 2u),
        inputAt(token, column + 3u));
}

void storeColumn(uint row, uint token, vec4 low, vec4 high) // 4 rows of a token, and 4 rows behind 32 others
{
    if (token >= tokenCount)
        return;
    uint at = token * allRows + firstRow + row, step = 1u;
    if (mode == 3u) { // rows are planes, and those of a group
        const uint plane = gl_WorkGroupID.z * rowCount + row, far = plane + 32u;
        at = outputAt(token, plane);
        step = outputArea();
        low += vec4(biasOf(plane), biasOf(plane + 1u), biasOf(plane + 2u), biasOf(plane + 3u));
        high += vec4(biasOf(far), biasOf(far + 1u), biasOf(far + 2u), biasOf(far + 3u));
    }
    for (uint n = 0u; n < 4u; ++n) {
        if (row + n < rowCount)
            y[at + n * step] = low[n];
        if (row + n + 32u < rowCount)
            y[at + (n + 32u) * step] = high[n];
    }
}

// What a window of each token sees of 16 columns; an invocation has a token.
void loadWindows(Place place, uint firstColumn)
{
    const uint id = gl_LocalInvocationID.x;
    Tap tap = tapOf(firstColumn);
    for (uint column = 0u; column < depth; ++column) {
        inputTile[column * vectors + id / 4u][id % 4u] =
            Element(firstColumn + column < columnCount ? seenBy(place, tap, gl_WorkGroupID.z) : 0.0);
        advance(tap);
    }
}

void multiplyTile(uint tokenBegin)
{
    const uint id = gl_LocalInvocationID.x;
    const uint rowBegin = gl_WorkGroupID.x * tile;
    const uint ownRow = id % 8u, ownToken = id / 8u; // vectors of four, and those behind eight others
    // [token][row]: the own four and those behind 32 others, of tokens and of rows
    mat4 nearNear = mat4(0.0), nearFar = mat4(0.0), farNear = mat4(0.0), farFar = mat4(0.0);
    const uint firstOfGroup = mode == 3u ? gl_WorkGroupID.z * rowCount : 0u;
    Place place;
    if (mode == 3u)
        place = placeOf(tokenBegin + id);

    for (uint firstColumn = 0u; firstColumn < columnCount; firstColumn += depth) {
        for (uint part = id; part < tile * 2u; part += 64u) { // a row has 2 parts of 8 columns
            const uint row = part % tile, column = part / tile * 8u;
            Eight values = Eight(vec4(0.0), vec4(0.0));
            if (rowBegin + row < rowCount && firstColumn + column < columnCount)
                values = decode8(firstOfGroup + rowBegin + row, firstColumn + column);
            const uint to = column * vectors + row / 4u;
            for (uint n = 0u; n < 4u; ++n) {
                weightTile[to + n * vectors][row % 4u] = Element(values.low[n]);
                weightTile[to + (n + 4u) * vectors][row % 4u] = Element(values.high[n]);
            }
        }
        if (mode == 3u)
            loadWindows(place, firstColumn);
        for (uint i = id; mode == 1u && i < tile * depth; i += 64u) {
            const uint token = i / depth, column = i % depth;
            inputTile[column * vectors + token / 4u][token % 4u] =
                Element(inputAt(tokenBegin + token, firstColumn + column));
        }
        barrier();
        for (uint column = 0u; column < depth; ++column) {
            const vec4 nearRows = vec4(weightTile[column * vectors + ownRow]);
            const vec4 farRows = vec4(weightTile[column * vectors + ownRow + 8u]);
            const vec4 nearTokens = vec4(inputTile[column * vectors + ownToken]);
            const vec4 farTokens = vec4(inputTile[column * vectors + ownToken + 8u]);
            nearNear += outerProduct(nearRows, nearTokens);
            nearFar += outerProduct(farRows, nearTokens);
            farNear += outerProduct(nearRows, farTokens);
            farFar += outerProduct(farRows, farTokens);
        }
        barrier();
    }
    for (uint n = 0u; n < 4u; ++n) {
        const uint row = rowBegin + ownRow * 4u, token = tokenBegin + ownToken * 4u + n;
        storeColumn(row, token, nearNear[n], nearFar[n]);
        storeColumn(row, token + 32u, farNear[n], farFar[n]);
    }
}
