// For many tokens: tiles of 64 rows and 64 tokens. Each invocation holds 8 x 8 outputs, so that a value read from
// shared memory is used eight times.

const uint tile = 64u, depth = 16u; // outputs along an edge; columns taken at a time
const uint vectors = tile / 4u + 1u; // of a column; one more against bank conflicts
shared vec4 weightTile[depth * vectors]; // [column][row / 4]
shared vec4 inputTile[depth * vectors]; // [column][token / 4]

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
    const uint at = token * allRows + firstRow + row;
    for (uint n = 0u; n < 4u; ++n) {
        if (row + n < rowCount)
            y[at + n] = low[n];
        if (row + n + 32u < rowCount)
            y[at + n + 32u] = high[n];
    }
}

void multiplyTile()
{
    const uint id = gl_LocalInvocationID.x;
    const uint rowBegin = gl_WorkGroupID.x * tile, tokenBegin = gl_WorkGroupID.y * tile;
    const uint ownRow = id % 8u, ownToken = id / 8u; // vectors of four, and those behind eight others
    // [token][row]: the own four and those behind 32 others, of tokens and of rows
    mat4 nearNear = mat4(0.0), nearFar = mat4(0.0), farNear = mat4(0.0), farFar = mat4(0.0);

    for (uint firstColumn = 0u; firstColumn < columnCount; firstColumn += depth) {
        for (uint part = id; part < tile * 2u; part += 64u) { // a row has 2 parts of 8 columns
            const uint row = part % tile, column = part / tile * 8u;
            Eight values = Eight(vec4(0.0), vec4(0.0));
            if (rowBegin + row < rowCount && firstColumn + column < columnCount)
                values = decode8(rowBegin + row, firstColumn + column);
            const uint to = column * vectors + row / 4u;
            for (uint n = 0u; n < 4u; ++n) {
                weightTile[to + n * vectors][row % 4u] = values.low[n];
                weightTile[to + (n + 4u) * vectors][row % 4u] = values.high[n];
            }
        }
        for (uint i = id; i < tile * depth; i += 64u) {
            const uint token = i / depth, column = i % depth;
            inputTile[column * vectors + token / 4u][token % 4u] =
                inputAt(tokenBegin + token, firstColumn + column);
        }
        barrier();
        for (uint column = 0u; column < depth; ++column) {
            const vec4 nearRows = weightTile[column * vectors + ownRow];
            const vec4 farRows = weightTile[column * vectors + ownRow + 8u];
            const vec4 nearTokens = inputTile[column * vectors + ownToken];
            const vec4 farTokens = inputTile[column * vectors + ownToken + 8u];
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
