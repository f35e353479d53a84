import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const here = import.meta.dirname

/** Builds the page into `build/`, unless what is there was built from the same files. */
export async function buildPage(): Promise<void> {
  const stamp = `// ${await digestOfSources()}\n`
  const target = join(here, 'build/page.js')
  if (existsSync(target) && (await readFile(target, 'utf8')).startsWith(stamp)) return
  const script = await bundle('app/element.ts')
  const german = await bundle('app/languages/de.ts')
  const style = await readFile(join(here, 'app/document.css'), 'utf8')
  const named = (text: string, ending: string) => ({ name: `keywright-${digest(text).slice(0, 12)}.${ending}`, text })
  const exported = { script: named(script, 'js'), style: named(style, 'css'), languages: { de: named(german, 'js') } }
  const code = Object.entries(exported).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)}\n`)
  await mkdir(join(here, 'build'), { recursive: true })
  await replace(join(here, 'build/element.js'), script)
  await replace(join(here, 'build/de.js'), german)
  await replace(target, stamp + code.join(''))
}

async function bundle(entry: string): Promise<string> {
  // Loading Vite takes longer than finding that nothing changed.
  const { build } = await import('vite')
  const built = await build({
    root: here,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    // A test run is no reason to build the page for development.
    mode: 'production',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2022',
      // As the README says. All of them know light-dark(): what is written in its place for others follows no `color-scheme` of a host.
      cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
      minify: true,
      modulePreload: false,
      // As a library, Vite would leave the line breaks in.
      rolldownOptions: {
        input: join(here, entry),
        preserveEntrySignatures: 'strict',
        output: { format: 'es', codeSplitting: false, postBanner: '/*! Keywright and Preact, MIT licence */' },
      },
    },
  })
  const chunks = [built].flat().flatMap((result) => ('output' in result ? result.output : []))
  const [chunk, ...others] = chunks
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('The page is to be one module.')
  return chunk.code
}

/** Another process may be reading the file. */
async function replace(path: string, text: string): Promise<void> {
  const part = `${path}.${process.pid}`
  await writeFile(part, text)
  await rename(part, path)
}

async function digestOfSources(): Promise<string> {
  const sources = (await readdir(join(here, 'app'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  // What the handler and the element share.
  const shared = ['src/page-rules.ts', 'src/shown-parts.ts', 'package.json', 'build-page.ts']
  const paths = [...sources.sort(), ...shared.map((path) => join(here, path))]
  const texts = await Promise.all(paths.map(async (path) => `${path}\n${await readFile(path, 'utf8')}`))
  return digest(texts.join('\n'))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
