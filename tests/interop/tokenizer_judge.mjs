// usage: node tokenizer_judge.mjs PACKAGE texts.json     prints the ids that the package's own client gives
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.env.TRITLOOM_TOKENIZERS + "/");
const client = await import(pathToFileURL(require.resolve(process.argv[2])));
const make = client.fromPreTrained ?? client.default.fromPreTrained;
const tokenizer = make();
const texts = JSON.parse(readFileSync(process.argv[3], "utf8"));
const ids = texts.map((text) => tokenizer.encode(text, { add_special_tokens: false }));
console.log(JSON.stringify({ ids }));
