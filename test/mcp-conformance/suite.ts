import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const suite = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')
const node20 = join(import.meta.dirname, 'node20.mjs')

/** What one check of the suite came to. */
export interface Check {
  readonly scenario: string
  readonly check: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING'
}

/** Runs all server scenarios of the suite against `url`, those that it counts as pending, too. */
export async function runSuite(url: string): Promise<readonly Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-conformance-'))
  try {
    const args = ['--import', node20, suite, 'server', '--url', url, '--suite', 'all', '--output-dir', folder]
    // It exits with 1 where a check failed; what it wrote says which.
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
        // INFO tells of requests and answers on the way.
        return made
          .filter(({ status }) => status !== 'INFO')
          .map(({ id, status }) => ({ scenario, check: id, status: status as Check['status'] }))
      })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
