import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from '../support/install.mjs'

/** By the version of the protocol that they check: the suite, and which of its scenarios. */
const suites = {
  '2025-11-25': { release: '0.1.16', scenarios: ['--suite', 'all'] },
  '2026-07-28': { release: '0.2.0-alpha.12', scenarios: ['--requirements', '2026-07-28'] },
} as const
const node20 = join(import.meta.dirname, 'node20.mjs')

/** The result of one check of the suite. */
export interface Check {
  readonly scenario: string
  readonly check: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING'
}

/** Runs all server scenarios for a version of the protocol against `url`, including those that the suite marks as pending. */
export async function runSuite(url: string, version: keyof typeof suites = '2025-11-25'): Promise<readonly Check[]> {
  const { release, scenarios } = suites[version]
  const modules = install('@modelcontextprotocol/conformance', release)
  const suite = join(modules, '@modelcontextprotocol/conformance/dist/index.js')
  const folder = mkdtempSync(join(tmpdir(), 'keywright-conformance-'))
  try {
    const args = ['--import', node20, suite, 'server', '--url', url, ...scenarios, '--output-dir', folder]
    // Its exit code is 1 if a check failed. The files that it wrote say which.
    await new Promise<void>((resolve) => {
      execFile(process.execPath, args, { maxBuffer: 1e8 }, () => resolve())
    })
    // server-<scenario>-<time>
    return readdirSync(folder)
      .sort()
      .filter((name) => existsSync(join(folder, name, 'checks.json'))) // none of a scenario that could not begin
      .flatMap((name) => {
        const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '')
        const made: { id: string; status: string }[] = JSON.parse(
          readFileSync(join(folder, name, 'checks.json'), 'utf8'),
        )
        // INFO entries only log requests and answers.
        return made
          .filter(({ status }) => status !== 'INFO')
          .map(({ id, status }) => ({ scenario, check: id, status: status as Check['status'] }))
      })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
