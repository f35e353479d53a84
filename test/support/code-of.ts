/** The package that reads the options of `run`, named like the folder it is installed in: `zod@3.25.28`. */
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
    run(options as never) // Reading any option throws inside that package.
  } catch (error) {
    return /\.(?:pnpm|cache\/installed)\/([^/]+)/.exec(String((error as Error).stack))?.[1] ?? 'none'
  }
  return 'nobody'
}
