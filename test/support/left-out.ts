import type { Reporter, TestModule, Vitest } from 'vitest/node'

/** Prints at the end of a run which suites and tests were left out, by name, and which projects. */
export function leftOut(projects: readonly string[]): Reporter {
  let vitest: Vitest | undefined
  return {
    onInit(context) {
      vitest = context
    },
    onTestRunEnd(modules) {
      // A run that filters by name skips all others on purpose.
      if (vitest?.config.testNamePattern !== undefined) return
      const names = new Set([...projects.map((name) => `project ${name}`), ...modules.flatMap(skippedIn)])
      for (const name of names) console.log(`left out: ${name}`)
      if (names.size > 0) console.log('KEYWRIGHT_TEST_EVERYTHING=1 leaves nothing out.')
    },
  }
}

function skippedIn(module: TestModule): string[] {
  const names = [...module.children.allTests('skipped')].map(({ fullName }) => fullName)
  // A suite that is left out has one test, which says why.
  return names.map((name) => `${module.project.name}: ${name.replace(/ > needs KEYWRIGHT_TEST_EVERYTHING=1$/, '')}`)
}
