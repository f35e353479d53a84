import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

/** Prints at the end of a run which projects and tests were left out: those of a suite on one line. */
export function leftOut(projects: readonly string[]): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit(context) {
      vitest = context
    },
    onTestRunEnd(modules) {
      // A run that filters by name skips all others on purpose.
      if (vitest?.config.testNamePattern !== undefined) return
      const lines = [...projects.map((name) => `project ${name}`), ...modules.flatMap(skippedIn)]
      for (const line of lines) console.log(`left out: ${line}`)
      if (lines.length > 0) console.log('KEYWRIGHT_TEST_EVERYTHING=1 leaves nothing out.')
    },
  }
}

/** A line for each suite in which tests were left out. */
function skippedIn(module: TestModule): string[] {
  const tests = new Map<string, TestCase[]>()
  for (const test of module.children.allTests('skipped')) {
    // A suite that is left out has one test, which says why.
    const suite = test.fullName.replace(/ > needs KEYWRIGHT_TEST_EVERYTHING=1$/, '').split(' > ')[0] ?? ''
    tests.set(suite, [...(tests.get(suite) ?? []), test])
  }
  const file = module.relativeModuleId
  return [...tests].map(([suite, { length }]) => `${file}: ${suite}${length > 1 ? `: ${length} tests` : ''}`)
}
