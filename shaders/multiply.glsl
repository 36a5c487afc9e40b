// y[token, row] = sum over columns of W[row, column] * x[token, column], sums in float.
//
// Included by each multiply_<format>.comp after it has defined
//     Eight decode8(uint row, uint column);
// which gives W[row, column .. column + 7]; column is a multiple of 8 and below columnCount. Elements past
// the end of the row are 0.

layout(local_size_x = 64) in;
layout(constant_id = 0) const bool tiled = false; // tiles of 32 rows and 32 tokens; else one output a workgroup

layout(binding = 1, std430) readonly buffer Input { float x[]; };
layout(binding = 2, std430) writeonly buffer Output { float y[]; };

const uint tile = 32u;
shared float weightTile[tile * (tile + 1u)]; // [column][row], one column of padding against bank conflicts
shared float inputTile[tile * (tile + 1u)]; // [column][token]

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
        y[token * rowCount + row] = sum;
}

void storeRow(uint row, uint token, vec4 sums)
{
    store(row, token, sums.x);
    store(row, token + 8u, sums.y);
    store(row, token + 16u, sums.z);
    store(row, token + 24u, sums.w);
}

// Each invocation holds 4 x 4 outputs; decoded weights and inputs are shared by the workgroup.
void multiplyTile()
{
    const uint id = gl_LocalInvocationID.x;
    const uint firstRow = gl_WorkGroupID.x * tile, firstToken = gl_WorkGroupID.y * tile;
    const uint ownRow = id % 8u, ownToken = id / 8u; // and every eighth after it
    vec4 sums0 = vec4(0.0), sums1 = vec4(0.0), sums2 = vec4(0.0), sums3 = vec4(0.0);

    for (uint firstColumn = 0u; firstColumn < columnCount; firstColumn += tile) {
        for (uint part = id; part < tile * 4u; part += 64u) { // a row has 4 parts of 8 columns
            const uint row = part / 4u, column = part % 4u * 8u;
            Eight values = Eight(vec4(0.0), vec4(0.0));
            if (firstRow + row < rowCount && firstColumn + column < columnCount)
                values = decode8(firstRow + row, firstColumn + column);
            const uint to = column * (tile + 1u) + row;
            weightTile[to] = values.low.x;
            weightTile[to + (tile + 1u)] = values.low.y;
            weightTile[to + 2u * (tile + 1u)] = values.low.z;
            weightTile[to + 3u * (tile + 1u)] = values.low.w;
            weightTile[to + 4u * (tile + 1u)] = values.high.x;
            weightTile[to + 5u * (tile + 1u)] = values.high.y;
            weightTile[to + 6u * (tile + 1u)] = values.high.z;
            weightTile[to + 7u * (tile + 1u)] = values.high.w;
        }
        for (uint i = id; i < tile * tile; i += 64u)
            inputTile[i % tile * (tile + 1u) + i / tile] = inputAt(firstToken + i / tile, firstColumn + i % tile);
        barrier();
        for (uint column = 0u; column < tile; ++column) {
            const uint w = column * (tile + 1u) + ownRow, t = column * (tile + 1u) + ownToken;
            const vec4 inputs = vec4(inputTile[t], inputTile[t + 8u], inputTile[t + 16u], inputTile[t + 24u]);
            sums0 += weightTile[w] * inputs;
            sums1 += weightTile[w + 8u] * inputs;
            sums2 += weightTile[w + 16u] * inputs;
            sums3 += weightTile[w + 24u] * inputs;
        }
        barrier();
    }
    storeRow(firstRow + ownRow, firstToken + ownToken, sums0);
    storeRow(firstRow + ownRow + 8u, firstToken + ownToken, sums1);
    storeRow(firstRow + ownRow + 16u, firstToken + ownToken, sums2);
    storeRow(firstRow + ownRow + 24u, firstToken + ownToken, sums3);
}

// The invocations of a workgroup share the columns of one output and add up in a tree.
void multiplyRows()
{
    const uint id = gl_LocalInvocationID.x, token = gl_WorkGroupID.y;
    for (uint row = gl_WorkGroupID.x; row < rowCount; row += gl_NumWorkGroups.x) {
        float sum = 0.0;
        for (uint column = id * 8u; column < columnCount; column += 512u) {
            const Eight values = decode8(row, column);
            sum += dot(values.low, inputsAt(token, column)) + dot(values.high, inputsAt(token, column + 4u));
        }
        weightTile[id] = sum;
        for (uint step = 32u; step > 0u; step /= 2u) {
            barrier();
            if (id < step)
                weightTile[id] += weightTile[id + step];
        }
        if (id == 0u)
            y[token * rowCount + row] = weightTile[0];
        barrier(); // before the next row overwrites the sums
    }
}

void main()
{
    if (tiled)
        multiplyTile();
    else
        multiplyRows();
}
