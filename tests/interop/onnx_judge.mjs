// usage: node onnx_judge.mjs JOBS.json     runs ONNX models with onnxruntime on the CPU
// JOBS.json: {"jobs": [{"model", "level": "disabled"|"all", "config": {key: value}, "output": FILE,
//   "inputs": [{"name", "type": "float32"|"int64", "dims", "file": raw numbers}]}]}
// Prints {"results": [{"dims"} or {"error"}]}; the first output of each model is written to FILE as f32, of a detector
// scores and boxes side by side.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.TRITLOOM_ONNXRUNTIME + "/");
const ort = require("onnxruntime-node");
const { jobs } = JSON.parse(readFileSync(process.argv[2], "utf8"));

function numbersOf({ type, file }) {
    const bytes = readFileSync(file);
    const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const floats = new Float32Array(copy);
    return type === "int64" ? BigInt64Array.from(floats, (value) => BigInt(Math.round(value))) : floats;
}

// [1, n, k] and [1, n, 4] as [1, n, k + 4].
function sideBySide(scores, boxes) {
    const [, n, k] = scores.dims;
    const data = new Float32Array(n * (k + 4));
    for (let i = 0; i < n; ++i) {
        data.set(scores.data.subarray(i * k, (i + 1) * k), i * (k + 4));
        data.set(boxes.data.subarray(i * 4, (i + 1) * 4), i * (k + 4) + k);
    }
    return { dims: [1, n, k + 4], data };
}

function isDetection(outputs) {
    return outputs.length === 2 && outputs.every(({ dims }) => dims.length === 3 && dims[0] === 1)
        && outputs[0].dims[1] === outputs[1].dims[1] && outputs[1].dims[2] === 4;
}

async function judge({ model, level, config, inputs, output }) {
    const session = await ort.InferenceSession.create(model, {
        graphOptimizationLevel: level,
        executionProviders: ["cpu"],
        logSeverityLevel: 3,
        intraOpNumThreads: 2,
        ...(config ? { extra: { session: config } } : {}),
    });
    const feeds = {};
    for (const input of inputs) feeds[input.name] = new ort.Tensor(input.type, numbersOf(input), input.dims);
    const results = await session.run(feeds);
    const outputs = session.outputNames.map((name) => results[name]);
    const first = isDetection(outputs) ? sideBySide(...outputs) : outputs[0];
    writeFileSync(output, Buffer.from(Float32Array.from(first.data).buffer));
    await session.release();
    return { dims: first.dims };
}

const results = [];
for (const job of jobs) {
    try {
        results.push(await judge(job));
    } catch (error) {
        results.push({ error: String(error.message ?? error) });
    }
}
console.log(JSON.stringify({ version: ort.env.versions.node, results }));
