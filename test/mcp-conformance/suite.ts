import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from '../support/install.mjs'

const suite = join(
  install('@modelcontextprotocol/conformance', '0.1.16'),
  '@modelcontextprotocol/conformance/dist/index.js',
)
const node20 = join(import.meta.dirname, 'node20.mjs')

/** The result of one check of the suite. */
export interface Check {
  readonly scenario: string
  readonly check: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING'
}

/** Runs all server scenarios of the suite against `url`, including those that it marks as pending. */
export async function runSuite(url: string): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-conformance-'))
  try {
    const args = ['--import', node20, suite, 'server', '--url', url, '--suite', 'all', '--output-dir', folder]
    // Its exit code is 1 if a check failed. The files that it wrote say which.
    await new Promise<void>((resolve) => {
      execFile(process.execPath, args, { maxBuffer: 1e8 }, () => resolve())
    })
    // server-<scenario>-<time>
    return readdirSync(folder)
      .sort()
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
