// SPDX-License-Identifier: Apache-2.0
// The module alone, outside a browser: takes it out of the page, judges the cases on standard input
// ([{evidence, trust}], paths) and prints what it said ([{exit, json, zh, en}]).
import { readFileSync } from "node:fs";

const [, base64] = /id="module">([^<]*)</.exec(readFileSync(process.argv[2], "utf8"));
const module = new WebAssembly.Module(Buffer.from(base64, "base64"));
const none = () => 52;
const system = { fd_write: none, fd_close: none, fd_seek: none, fd_fdstat_get: none, proc_exit: none };

const answers = JSON.parse(readFileSync(0, "utf8")).map(({ evidence, trust }) => {
  const wasm = new WebAssembly.Instance(module, { wasi_snapshot_preview1: system }).exports;
  wasm._initialize();
  const fill = (place, content) => {
    const start = wasm[place](content.length);
    new Uint8Array(wasm.memory.buffer).set(content, start);
  };
  const ask = what => {
    const length = wasm.ask(what.charCodeAt(0)), start = wasm.answer();
    return new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, start, length));
  };
  fill("evidence_at", readFileSync(evidence).subarray(0, wasm.evidence_max() + 1));
  fill("trust_at", trust ? readFileSync(trust).subarray(0, wasm.trust_max() + 1) : Buffer.alloc(0));
  return { exit: wasm.verify(), json: ask("j"), zh: ask("z"), en: ask("e") };
});
console.log(JSON.stringify(answers));
