import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AuditType, KeyErrorCode, KeyringEvent } from '@keywright/core'
import type { WebhooksEvent } from '@keywright/webhooks'
import { describe, expect, it } from 'vitest'
import { problemCodes } from '../packages/api/src/http/problem.js'
import { statusTable } from '../packages/core/src/http/status-table.js'
import { changeTypes, eventTypes as typesOfKeyring } from '../packages/otel/src/begin-at-zero.js'

/** The codes that a page has a heading for, each with what stands below it. */
function sectionsOf(page: string, chapters: (title: string) => boolean = () => true): Map<string, string> {
  const text = readFileSync(join(import.meta.dirname, '../docs/reference', `${page}.md`), 'utf8')
  const sections = new Map<string, string>()
  for (const chapter of text.split(/^## /m).slice(1)) {
    if (!chapters(chapter.split('\n')[0] ?? '')) continue
    for (const [, code = '', below = ''] of chapter.matchAll(
      /^### `([\w.]+)`[^\n]*\n([\s\S]*?)(?=^### |(?![\s\S]))/gm,
    )) {
      // Twice on one page, the second would have another anchor.
      if (sections.has(code)) throw new Error(`${page}.md has two parts about ${code}.`)
      sections.set(code, below)
    }
  }
  return sections
}

/** The compiler asks for a line here for each member of the union, and for no other. */
const errorCodes: Readonly<Record<KeyErrorCode, true>> = {
  invalid_options: true,
  invalid_input: true,
  scope_unknown: true,
  scope_exceeds_actor: true,
  key_changed: true,
  key_not_found: true,
  invalid_state: true,
  key_locked: true,
  plan_limit_reached: true,
  policy_violated: true,
  reveal_unavailable: true,
  request_repeated: true,
  outcome_unknown: true,
  store_unavailable: true,
  transaction_lost: true,
  host_unavailable: true,
  usage_lost: true,
  wrong_pepper: true,
  hasher_busy: true,
  rate_limiter_unavailable: true,
  webhook_not_found: true,
  webhook_limit_reached: true,
  webhook_busy: true,
  webhook_disabled: true,
}

const eventTypes: Readonly<Record<KeyringEvent['type'] | WebhooksEvent['type'], true>> = {
  ...typesOfKeyring,
  'webhook.delivered': true,
  'webhook.failed': true,
  'webhook.dropped': true,
  'webhook.postponed': true,
  'webhook.rested': true,
  'webhook.disabled': true,
  'webhook.type_unknown': true,
  'webhooks.unavailable': true,
}

const auditTypes: Readonly<Record<AuditType, true>> = {
  ...changeTypes,
  'audit.exported': true,
  'audit.pruned': true,
  'budget.granted': true,
  'tool.called': true,
  'webhook.created': true,
  'webhook.updated': true,
  'webhook.paused': true,
  'webhook.resumed': true,
  'webhook.secret_rotated': true,
  'webhook.tested': true,
  'webhook.replayed': true,
  'webhook.disabled': true,
  'webhook.deleted': true,
}

describe('the reference', () => {
  it.each([
    ['errors', errorCodes],
    ['events', eventTypes],
    ['audit-types', auditTypes],
  ])('%s.md has a part about each code that there is, and about no other', (page, codes) => {
    const sections = sectionsOf(page)
    expect([...sections.keys()].sort()).toEqual(Object.keys(codes).sort())
    for (const [code, below] of sections) expect([code, below.trim()]).not.toEqual([code, ''])
  })

  it('refusals.md has each refusal of guards with its status, and no other', () => {
    const sections = sectionsOf('refusals', (title) => title === 'From guards')
    const shown = [...sections].map(([code, below]) => [code, statusesIn(below)])
    const rows = Object.entries(statusTable).map(([code, { status }]) => [code, [status]])
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(rows))
  })

  it('refusals.md has each problem of the management API with all its statuses, and no other', () => {
    const sections = sectionsOf('refusals', (title) => title === 'From the management API')
    const statuses = new Map<string, number[]>()
    for (const [status, codes] of Object.entries(problemCodes)) {
      for (const code of codes) statuses.set(code, [...(statuses.get(code) ?? []), Number(status)])
    }
    const shown = [...sections].map(([code, below]) => [code, statusesIn(below)])
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(statuses))
  })
})

const statusesIn = (text: string): number[] => [...text.matchAll(/Status (\d{3})/g)].map(([, status]) => Number(status))
