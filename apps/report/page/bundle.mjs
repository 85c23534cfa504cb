// Usage: node bundle.mjs OUTPUT. Bundles src/main.js and the chart library into one script.
import { build } from 'esbuild';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

await build({
  entryPoints: [join(dirname(fileURLToPath(import.meta.url)), 'src', 'main.js')],
  bundle: true,
  minify: true,
  format: 'iife',
  target: 'es2020',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  outfile: process.argv[2],
});
