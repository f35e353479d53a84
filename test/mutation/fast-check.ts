import fc from 'fast-check'

/** The most cases of a property. Many mutants are tried, and most of them fail in the first few. */
const mostRuns = 200

/** fast-check, but that no property tries thousands of cases. That makes a score lower, if anything. */
const fewer: typeof fc = {
  ...fc,
  assert: ((property: Parameters<typeof fc.assert>[0], parameters: fc.Parameters<unknown> = {}) =>
    fc.assert(property, {
      ...parameters,
      numRuns: Math.min(parameters.numRuns ?? 100, mostRuns),
    })) as typeof fc.assert, // for properties that wait as well as for those that do not
}

export default fewer
