// Runs a WebAssembly program under Node's WASI: node run_wasm.mjs PROGRAM FOLDER ARGUMENT...
// FOLDER is all that it sees of the file system, as its root. Ends with the program's exit status.
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';

const [program, folder, ...rest] = process.argv.slice(2);
const wasi = new WASI({
  version: 'preview1',
  args: [program, ...rest],
  preopens: { '/': folder },
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(program));
const instance = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: wasi.wasiImport });
process.exitCode = wasi.start(instance);
