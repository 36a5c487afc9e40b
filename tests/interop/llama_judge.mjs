#!/usr/bin/env node
// llama.cpp as the judge of GGUF files: tokens, perplexity, KL divergence, greedy text.
// One JSON object on stdout, progress on stderr. Exit code 77: the client is not installed.
import { closeSync, existsSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const usage = `usage: llama_judge.mjs tokenize MODEL.gguf TEXT
       llama_judge.mjs perplexity MODEL.gguf TEXT [--context 512] [--chunks N] [--threads N] [--save-logprobs FILE]
       llama_judge.mjs kl BASE.gguf MODEL.gguf... TEXT [--context 512] [--chunks N] [--threads N]
       llama_judge.mjs generate MODEL.gguf --prompt TEXT [--tokens 32] [--threads N]
       also: --flash auto|on|off, --kv F16|F32 (the K and V cache), --modules DIR (install.sh's folder)`;

class Complaint extends Error {}
class NotInstalled extends Complaint {}

function parseArguments(argv) {
    const options = { context: 512, chunks: Infinity, threads: 1, tokens: 32, kv: "F16", flash: "auto",
        modules: process.env.TRITLOOM_INTEROP ?? path.join(here, "..", "..", "build", "interop") };
    const counts = new Set(["context", "chunks", "threads", "tokens"]);
    const texts = new Set(["prompt", "save-logprobs", "kv", "flash", "modules"]);
    const files = [];
    for (let i = 0; i < argv.length; ++i) {
        const [name, inline] = argv[i].startsWith("--") ? argv[i].slice(2).split(/=(.*)/s) : [null];
        if (name === null) {
            files.push(argv[i]);
            continue;
        }
        const value = inline ?? argv[++i];
        if (value === undefined) throw new Complaint(`--${name} needs a value`);
        if (counts.has(name)) {
            options[name] = Number(value);
            if (!Number.isInteger(options[name]) || options[name] < 1)
                throw new Complaint(`--${name} must be a whole number of 1 or more, not '${value}'`);
        } else if (texts.has(name)) {
            options[name] = value;
        } else {
            throw new Complaint(`unknown option --${name}`);
        }
    }
    if (!["F16", "F32"].includes(options.kv)) throw new Complaint(`--kv must be F16 or F32, not '${options.kv}'`);
    const flash = { auto: "auto", on: true, off: false };
    if (!(options.flash in flash)) throw new Complaint(`--flash must be auto, on or off, not '${options.flash}'`);
    if (options.kv === "F32" && options.flash !== "off")
        throw new Complaint("--kv F32 needs --flash off: flash attention rounds K and V to F16 all the same");
    options.flashAttention = flash[options.flash];
    return { files, options };
}

function requireFile(file, what) {
    if (!existsSync(file) || !statSync(file).isFile()) throw new Complaint(`${what} ${file} does not exist`);
    return path.resolve(file);
}

/// The text as llama.cpp's tools read it with -f: one trailing newline is dropped.
function readText(file) {
    const text = readFileSync(requireFile(file, "text file"), "utf8");
    return text.endsWith("\n") ? text.slice(0, -1) : text;
}

async function openEngine(options) {
    const entry = path.join(options.modules, "node_modules", "node-llama-cpp", "dist", "index.js");
    if (!existsSync(entry)) throw new NotInstalled(`llama.cpp is not installed in ${options.modules}; run install.sh`);
    const { getLlama } = await import(pathToFileURL(path.resolve(entry)));
    return getLlama({ gpu: false, build: "never", skipDownload: true, progressLogs: false,
        maxThreads: options.threads, logLevel: "error", logger: (level, text) => process.stderr.write(text) });
}

async function openModel(llama, file) {
    try {
        return await llama.loadModel({ modelPath: requireFile(file, "model") });
    } catch (error) {
        if (error instanceof Complaint) throw error;
        throw new Complaint(`llama.cpp cannot load ${file}: ${error.message}`);
    }
}

/// The token that llama.cpp puts in front and at the start of every chunk, or null.
function beginToken(model) {
    return model.tokens.shouldPrependBosToken ? model.tokens.bos : null;
}

function tokenize(model, text) {
    const begin = beginToken(model);
    return [...(begin === null ? [] : [begin]), ...model.tokenize(text, false)];
}

/// A model ready to evaluate chunks of n tokens, each from an empty cache.
async function openRunner(llama, file, options, size) {
    const model = await openModel(llama, file);
    // Room to spare: the client shifts the context as soon as contextSize - 1 tokens are in it.
    const context = await model.createContext({ contextSize: size + 256, batchSize: Math.min(size, 512),
        threads: options.threads, flashAttention: options.flashAttention,
        experimentalKvCacheKeyType: options.kv, experimentalKvCacheValueType: options.kv });
    return { file, model, context, sequence: context.getSequence() };
}

/// Calls onRow(position, next) for every position from `first` up to the last but one of the chunk.
async function evaluateChunk(runner, ids, first, request, onRow) {
    await runner.sequence.clearHistory();
    const begin = beginToken(runner.model);
    const input = ids.map((id, at) => {
        const token = at === 0 && begin !== null ? begin : id;
        return at >= first && at < ids.length - 1 ? [token, { generateNext: request(ids[at + 1]) }] : token;
    });
    await runner.sequence.controlledEvaluate(input, {
        onTokenResult(at, output) {
            onRow(at, output.next);
            delete output.next.logits; // the client keeps all rows otherwise
        }
    });
}

// includeMax is inverted in this version of the client; no sampling options, or the sum is truncated.
const askForOne = (token) => ({ logits: { filter: { tokens: [token], includeTop: 1 } }, totalLogitWeight: true });
const askForAll = () => ({ logits: true, totalLogitWeight: true });
const largestExactVocabulary = 65536; // above it, perplexity uses the engine's own sum: f32, 3e-5 off at worst

function logProbabilityOf(next, token) {
    return next.logits.get(token) - Math.max(...next.logits.values()) - Math.log(next.totalLogitWeight);
}

/// Log-probabilities of the whole vocabulary, in double; sumError compares with the engine's own sum.
function logProbabilities(next, size) {
    if (next.logits.size !== size) throw new Complaint(`llama.cpp gave ${next.logits.size} of ${size} logits`);
    const row = new Float64Array(size).fill(NaN);
    let top = -1;
    for (const [token, logit] of next.logits) {
        row[token] = logit;
        if (top < 0 || logit > row[top]) top = token;
    }
    const max = row[top];
    let sum = 0;
    for (let i = 0; i < size; ++i) sum += Math.exp(row[i] - max);
    if (!Number.isFinite(sum)) throw new Complaint("llama.cpp gave a logit that is not a number");
    const shift = max + Math.log(sum);
    for (let i = 0; i < size; ++i) row[i] -= shift;
    return { row, top, sumError: Math.abs(sum / next.totalLogitWeight - 1) };
}

class Mean {
    n = 0; sum = 0; squares = 0;
    add(x) { this.n += 1; this.sum += x; this.squares += x * x; }
    get value() { return this.sum / this.n; }
    get standardError() {
        return Math.sqrt(Math.max(0, this.squares / this.n - this.value ** 2) / (this.n - 1));
    }
    get perplexity() {
        const perplexity = Math.exp(this.value);
        return { perplexity, standardError: perplexity * this.standardError };
    }
}

function chunksOf(model, text, options) {
    const size = options.context;
    if (size < 8) throw new Complaint(`--context must be 8 or more, not ${size}`);
    const ids = tokenize(model, text);
    if (ids.length < 2 * size)
        throw new Complaint(`the text has ${ids.length} tokens; a context of ${size} needs at least ${2 * size}`);
    const count = Math.min(options.chunks, Math.floor(ids.length / size));
    return Array.from({ length: count }, (_, i) => ids.slice(i * size, (i + 1) * size));
}

function settings(llama, options, chunks) {
    return { context: options.context, chunks: chunks.length, kvCache: options.kv, flashAttention: options.flash,
        threads: options.threads, llamaCpp: llama.llamaCppRelease.release };
}

const progress = (done, all, line) => process.stderr.write(`${done}/${all} ${line}\n`);

async function commandTokenize([modelFile, textFile], options) {
    const model = await openModel(await openEngine(options), modelFile);
    const ids = tokenize(model, readText(textFile));
    return { bosAdded: beginToken(model) !== null, bos: model.tokens.bos, count: ids.length, ids };
}

/// --save-logprobs: "TLLOGP01", u32 context, vocabulary, chunks, first scored position; i32 tokens[chunks][context];
/// then for each scored position of each chunk f32 log-probabilities of the whole vocabulary. Little-endian.
function openLogProbabilityFile(file, chunks, options, vocabulary, first) {
    const handle = openSync(file, "w");
    writeSync(handle, Buffer.from("TLLOGP01"));
    writeSync(handle, new Uint8Array(Uint32Array.of(options.context, vocabulary, chunks.length, first).buffer));
    for (const ids of chunks) writeSync(handle, new Uint8Array(Int32Array.from(ids).buffer));
    return handle;
}

async function commandPerplexity([modelFile, textFile], options) {
    const text = readText(textFile);
    const llama = await openEngine(options);
    const runner = await openRunner(llama, modelFile, options, options.context);
    const chunks = chunksOf(runner.model, text, options);
    const first = options.context >> 1;
    const vocabulary = runner.model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    const file = options["save-logprobs"];
    const handle = file ? openLogProbabilityFile(file, chunks, options, vocabulary, first) : null;
    const exact = handle !== null || vocabulary <= largestExactVocabulary;
    const loss = new Mean();
    for (const [index, ids] of chunks.entries()) {
        await evaluateChunk(runner, ids, first, exact ? askForAll : askForOne, (at, next) => {
            if (!exact) return loss.add(-logProbabilityOf(next, ids[at + 1]));
            const { row } = logProbabilities(next, vocabulary);
            loss.add(-row[ids[at + 1]]);
            if (handle !== null) writeSync(handle, new Uint8Array(Float32Array.from(row).buffer));
        });
        progress(index + 1, chunks.length, loss.perplexity.perplexity.toFixed(4));
    }
    if (handle !== null) closeSync(handle);
    return { ...loss.perplexity, nats: loss.value, tokens: loss.n, ...settings(llama, options, chunks) };
}

async function commandKl(files, options) {
    const text = readText(files.at(-1));
    const llama = await openEngine(options);
    const runners = [];
    for (const file of files.slice(0, -1)) runners.push(await openRunner(llama, file, options, options.context));
    const [base, ...models] = runners;
    const chunks = chunksOf(base.model, text, options);
    const vocabulary = base.model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    for (const runner of models) {
        if (tokenize(runner.model, text.slice(0, 4096)).join() !== tokenize(base.model, text.slice(0, 4096)).join())
            throw new Complaint(`${runner.file} does not tokenize like ${base.file}`);
        Object.assign(runner, { loss: new Mean(), kl: new Mean(), agree: 0, largest: 0 });
    }
    const first = options.context >> 1;
    const baseLoss = new Mean();
    let sumError = 0;
    for (const [index, ids] of chunks.entries()) {
        const expected = new Map();
        await evaluateChunk(base, ids, first, askForAll, (at, next) => {
            const result = logProbabilities(next, vocabulary);
            sumError = Math.max(sumError, result.sumError);
            baseLoss.add(-result.row[ids[at + 1]]);
            expected.set(at, { top: result.top, row: Float32Array.from(result.row) });
        });
        for (const runner of models) {
            await evaluateChunk(runner, ids, first, askForAll, (at, next) => {
                const { row, top, sumError: error } = logProbabilities(next, vocabulary);
                const reference = expected.get(at);
                let kl = 0;
                for (let i = 0; i < vocabulary; ++i) kl += Math.exp(reference.row[i]) * (reference.row[i] - row[i]);
                runner.kl.add(kl);
                runner.largest = Math.max(runner.largest, kl);
                runner.loss.add(-row[ids[at + 1]]);
                runner.agree += top === reference.top ? 1 : 0;
                sumError = Math.max(sumError, error);
            });
        }
        progress(index + 1, chunks.length, models.map((runner) => runner.kl.value.toFixed(6)).join(" "));
    }
    const results = models.map(({ file, loss, kl, agree, largest }) => ({
        model: file, ...loss.perplexity, basePerplexity: baseLoss.perplexity.perplexity,
        kl: kl.value, klStandardError: kl.standardError, klLargest: largest,
        topTokenAgreement: agree / kl.n, tokens: kl.n }));
    const common = { base: base.file, worstProbabilitySumError: sumError, ...settings(llama, options, chunks) };
    return results.length === 1 ? { ...results[0], ...common } : { ...common, models: results };
}

async function commandGenerate([modelFile], options) {
    if (options.prompt === undefined) throw new Complaint("generate needs --prompt");
    const roomForPrompt = Buffer.byteLength(options.prompt) + 2; // never more tokens than bytes, BOS and a space
    const { model, sequence } =
        await openRunner(await openEngine(options), modelFile, options, roomForPrompt + options.tokens);
    const prompt = tokenize(model, options.prompt);
    const ids = [];
    for await (const token of sequence.evaluate(prompt, { temperature: 0 })) {
        ids.push(token);
        if (ids.length === options.tokens) break;
    }
    const text = model.detokenize([...prompt, ...ids].filter((id) => id !== model.tokens.bos));
    return { text, promptIds: prompt, ids };
}

const commands = { tokenize: [commandTokenize, 2, 2], perplexity: [commandPerplexity, 2, 2],
    kl: [commandKl, 3, Infinity], generate: [commandGenerate, 1, 1] };

try {
    const [name, ...rest] = process.argv.slice(2);
    if (!Object.hasOwn(commands, name ?? "")) throw new Complaint(`no such command '${name ?? ""}'\n${usage}`);
    const [command, least, most] = commands[name];
    const { files, options } = parseArguments(rest);
    if (files.length < least || files.length > most) throw new Complaint(`wrong number of files for ${name}\n${usage}`);
    const result = await command(files, options);
    process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
} catch (error) {
    process.stderr.write(`llama_judge: ${error instanceof Complaint ? error.message : error.stack}\n`);
    process.exit(error instanceof NotInstalled ? 77 : 1);
}
