// Bundles the third-party modules of the chat page into server/static/vendor, with their licences and checksums.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { copyFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const target = join(here, '../server/static/vendor')
const tests = join(here, '../tests/vendor')
const bundles = {
  lit: "export { LitElement, html, nothing } from 'lit'\nexport { repeat } from 'lit/directives/repeat.js'",
  marked: "export { Marked } from 'marked'",
  dompurify: "export { default } from 'dompurify'",
}
const served = ['lit', 'lit-html', 'lit-element', '@lit/reactive-element', 'marked', 'dompurify']

await mkdir(target, { recursive: true })
await mkdir(tests, { recursive: true })
for (const [name, contents] of Object.entries(bundles)) {
  await build({
    stdin: { contents, resolveDir: here },
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2020', 'safari14'],
    // For one rare fault of Safari 14.0 esbuild refuses every destructuring; 14.1 and later read it right.
    supported: { destructuring: true },
    legalComments: 'inline',
    charset: 'utf8',
    outfile: join(target, `${name}.js`),
  })
}
await writeFile(join(target, 'LICENSES.txt'), await licences(served))
await writeFile(join(target, 'SHA256SUMS'), await checksums(target, Object.keys(bundles).map((name) => `${name}.js`)))
await copyFile(join(here, 'node_modules/axe-core/axe.min.js'), join(tests, 'axe.min.js'))
await writeFile(join(tests, 'LICENSES.txt'), await licences(['axe-core']))
await writeFile(join(tests, 'SHA256SUMS'), await checksums(tests, ['axe.min.js']))

/** Name, version and full licence text of each package. */
async function licences(names) {
  const texts = names.map(async (name) => {
    const folder = join(here, 'node_modules', name)
    const { version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each))
    if (!file) throw new Error(`${name} has no licence file`)
    return `${name} ${version} (${license})\n\n${(await readFile(join(folder, file), 'utf8')).trim()}\n`
  })
  return (await Promise.all(texts)).join(`\n${'-'.repeat(80)}\n\n`)
}

/** Lines as `sha256sum -c` reads them. */
async function checksums(folder, files) {
  const lines = files.map(async (file) => {
    const digest = createHash('sha256').update(await readFile(join(folder, file))).digest('hex')
    return `${digest}  ${file}\n`
  })
  return (await Promise.all(lines)).join('')
}
