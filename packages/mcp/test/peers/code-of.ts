/** The package whose code `run` runs in, by the options that it is given, as pnpm names its folder: `zod@3.25.28`. */
export function codeOf(run: (options: never) => unknown): string {
  const options = new Proxy(
    {},
    {
      get() {
        throw new Error('looked at')
      },
    },
  )
  try {
    run(options as never) // whoever looks at it, throws
  } catch (error) {
    return /\.pnpm\/([^/]+)/.exec(String((error as Error).stack))?.[1] ?? 'none'
  }
  return 'nobody'
}
