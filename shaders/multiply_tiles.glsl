// For many tokens: tiles of 64 rows and 64 tokens.

const uint tile = 64u, depth = 16u; // outputs along an edge; columns taken at a time
const uint stride = tile + 1u; // against bank conflicts
shared float weightTile[depth * stride]; // [column][row]
shared float inputTile[depth * stride]; // [column][token]

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

void store(uint row, uint token, float sum)
{
    if (row < rowCount && token < tokenCount)
        y[token * allRows + firstRow + row] = sum;
}

void storeRow(uint row, uint token, vec4 low, vec4 high)
{
    store(row, token, low.x);
    store(row, token + 8u, low.y);
    store(row, token + 16u, low.z);
    store(row, token + 24u, low.w);
    store(row, token + 32u, high.x);
    store(row, token + 40u, high.y);
    store(row, token + 48u, high.z);
    store(row, token + 56u, high.w);
}

// Each invocation holds 8 x 8 outputs, so that a value read from shared memory is used eight times.
void multiplyTile()
{
    const uint id = gl_LocalInvocationID.x;
    const uint firstRow = gl_WorkGroupID.x * tile, firstToken = gl_WorkGroupID.y * tile;
    const uint ownRow = id % 8u, ownToken = id / 8u; // and every eighth after it
    mat4 low0 = mat4(0.0), high0 = mat4(0.0); // own rows 0 to 3 of 8, own tokens 0 to 3 and 4 to 7
    mat4 low1 = mat4(0.0), high1 = mat4(0.0); // own rows 4 to 7

    for (uint firstColumn = 0u; firstColumn < columnCount; firstColumn += depth) {
        for (uint part = id; part < tile * 2u; part += 64u) { // a row has 2 parts of 8 columns
            const uint row = part / 2u, column = part % 2u * 8u;
            Eight values = Eight(vec4(0.0), vec4(0.0));
            if (firstRow + row < rowCount && firstColumn + column < columnCount)
                values = decode8(firstRow + row, firstColumn + column);
            const uint to = column * stride + row;
            weightTile[to] = values.low.x;
            weightTile[to + stride] = values.low.y;
            weightTile[to + 2u * stride] = values.low.z;
            weightTile[to + 3u * stride] = values.low.w;
            weightTile[to + 4u * stride] = values.high.x;
            weightTile[to + 5u * stride] = values.high.y;
            weightTile[to + 6u * stride] = values.high.z;
            weightTile[to + 7u * stride] = values.high.w;
        }
        for (uint i = id; i < tile * depth; i += 64u)
            inputTile[i % depth * stride + i / depth] = inputAt(firstToken + i / depth, firstColumn + i % depth);
        barrier();
        for (uint column = 0u; column < depth; ++column) {
            const uint w = column * stride + ownRow, t = column * stride + ownToken;
            const vec4 low = vec4(inputTile[t], inputTile[t + 8u], inputTile[t + 16u], inputTile[t + 24u]);
            const vec4 high = vec4(inputTile[t + 32u], inputTile[t + 40u], inputTile[t + 48u], inputTile[t + 56u]);
            const vec4 upper = vec4(weightTile[w], weightTile[w + 8u], weightTile[w + 16u], weightTile[w + 24u]);
            const vec4 lower = vec4(weightTile[w + 32u], weightTile[w + 40u], weightTile[w + 48u], weightTile[w + 56u]);
            low0 += outerProduct(low, upper);
            high0 += outerProduct(high, upper);
            low1 += outerProduct(low, lower);
            high1 += outerProduct(high, lower);
        }
        barrier();
    }
    const uint row = firstRow + ownRow, token = firstToken + ownToken;
    storeRow(row, token, low0[0], high0[0]);
    storeRow(row + 8u, token, low0[1], high0[1]);
    storeRow(row + 16u, token, low0[2], high0[2]);
    storeRow(row + 24u, token, low0[3], high0[3]);
    storeRow(row + 32u, token, low1[0], high1[0]);
    storeRow(row + 40u, token, low1[1], high1[1]);
    storeRow(row + 48u, token, low1[2], high1[2]);
    storeRow(row + 56u, token, low1[3], high1[3]);
}
