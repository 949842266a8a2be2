/** Build every part into one folder (`node build.mjs FOLDER`), with the licences of what is in it and a digest of the sources. */

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';

const out = process.argv[2] ?? '../app/web_assets';
/** The console imports the dialog's file, so that no page loads anything twice. */
const DIALOG = 'src/dialog/mass-reply-dialog.ts';
const PARTS = { 'mass-reply-dialog': DIALOG, 'mass-reply-console': 'src/console/main.ts', 'mass-reply-embed': 'src/embed/main.ts' };
const SHIPPED = ['lit', 'lit-html', 'lit-element', '@lit/reactive-element', 'dompurify'];
/** Of the API's description, which is compared with the API itself. */
const GENERATED = ['src/api/schema.ts', 'src/api/providers.ts'];

mkdirSync(out, { recursive: true });
await build({
  configFile: false,
  logLevel: 'warn',
  build: {
    outDir: out,
    emptyOutDir: false,
    target: 'es2022',
    rolldownOptions: {
      // What both need is in the dialog's file: it imports nothing, for its address is all that a helpdesk's page knows.
      preserveEntrySignatures: 'allow-extension',
      output: { minify: true },
    },
    lib: { entry: PARTS, formats: ['es'], fileName: (_, name) => `${name}.js` },
  },
});

const licences = SHIPPED.map((name) => {
  const folder = join('node_modules', name);
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8').trim()}\n`;
});
writeFileSync(join(out, 'THIRD_PARTY_LICENSES.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`));

// It writes nowhere but under this folder.
const manifest = 'node_modules/.manifest';
execFileSync('npx', ['cem', 'analyze', '--config', 'manifest.config.mjs', '--quiet', '--globs', DIALOG, '--outdir', manifest]);
copyFileSync(join(manifest, 'custom-elements.json'), join(out, 'custom-elements.json'));

writeFileSync(join(out, 'sources.sha256'), `${digest()}\n`);

/** Over path and content of each source, in the order of their paths: tests/web/ computes the same without Node. */
function digest() {
  const hash = createHash('sha256');
  for (const path of [...files('src'), 'build.mjs', 'manifest.config.mjs', 'package-lock.json', 'package.json', 'providers.mjs', 'tsconfig.json'].sort()) {
    if (GENERATED.includes(path)) continue;
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

function files(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = `${folder}/${name}`;
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}
