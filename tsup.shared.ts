import type { Options } from 'tsup'

/** Files stay files in `dist`, so that the published code can be read, and its imports walked, as in `src`. */
export function libraryBuild(entries: Record<string, string>): Options[] {
  const common: Options = { format: 'esm', target: 'node20', platform: 'node' }
  return [
    { ...common, entry: ['src/**/*.ts'], bundle: false, sourcemap: true, clean: true },
    { ...common, entry: entries, dts: { only: true } },
  ]
}
