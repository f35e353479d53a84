import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Options } from 'tsup'

type EsbuildPlugin = NonNullable<Options['esbuildPlugins']>[number]

/**
 * One file for each entry, and chunks for what entries share: of a class of errors, or of the marks of guards, there must not be a
 * second one. Names stay as they are in `src`, so that the published code can be read. There are no source maps: of code that was
 * not minified, they would show the same again.
 */
export function libraryBuild(entry: Record<string, string>): Options {
  return { entry, format: 'esm', target: 'node20', platform: 'node', removeNodeProtocol: false, dts: true, clean: true }
}

/**
 * The same, with one chunk for all that the `joined` entries reach, beside what they share with others: one file is loaded much
 * sooner than ten.
 */
export function joinedBuild(joined: Record<string, string>, others: Record<string, string>): Options {
  return {
    ...libraryBuild({ ...joined, ...others }),
    esbuildPlugins: [joinEntries(Object.values(joined).map((entry) => resolve(entry)))],
    // What an entry takes no name from, it need not load.
    plugins: [
      { name: 'bare-imports', renderChunk: (code) => ({ code: code.replace(/^import "\.\/chunk-\w+\.js";\n/gm, '') }) },
    ],
    esbuildOptions: (options) => {
      options.logOverride = { 'ignored-bare-import': 'silent' }
    },
  }
}

/** Lets each entry reach all of them. esbuild makes one chunk of what the same entries reach, and drops such an import. */
function joinEntries(entries: readonly string[]): EsbuildPlugin {
  return {
    name: 'join-entries',
    setup(build) {
      build.onLoad({ filter: /[\\/]entries[\\/]/ }, async ({ path }) => {
        if (!entries.includes(path)) return undefined
        const imports = entries.filter((entry) => entry !== path).map((entry) => `import ${JSON.stringify(entry)}`)
        return { contents: [await readFile(path, 'utf8'), ...imports].join('\n'), loader: 'ts' }
      })
    },
  }
}
