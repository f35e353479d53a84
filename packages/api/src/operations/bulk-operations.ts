import type { z } from '@hono/zod-openapi'
import { isKeyError, type Key, type TrialOptions } from '@keywright/core'
import { invalidInput, wrongField } from '../http/field-error.js'
import { keyNotFound } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { isOutage, problemOf } from '../request/problem-of.js'
import { manageOptions, type RequestContext } from '../request/request-context.js'
import { BulkDisableBody, BulkEnableBody, BulkRevokeBody, mostInBulk } from '../schema/bulk.js'
import { revokeFromJson } from '../schema/from-json.js'
import { type BulkResult, BulkResults } from './bulk-results.js'
import { defineOperation, type Operation } from './operation.js'
import { selectKeys } from './select-keys.js'

const shared = {
  method: 'post',
  tag: 'keys',
  responses: { 200: jsonContent(BulkResults, 'What became of each key.') },
} as const

const description =
  'Each key is changed, checked and recorded by itself, as the request for it alone would be, so one that is refused stops no other. To send the request again changes nothing twice. A filter selects at most `limit` keys; with `next_cursor`, the next request goes on.'

/** The operations that change several keys, each with a transaction and a record of its own. */
export const bulkOperations: readonly Operation[] = [
  defineOperation({
    ...shared,
    id: 'bulkRevokeKeys',
    path: '/bulk/revoke',
    summary: 'Revoke several keys, now or at a time',
    description,
    body: BulkRevokeBody,
    handle: async (context) => {
      const { keyring, permit, body } = context
      permit.require('revoke')
      const input = revokeFromJson(body)
      return changeAll(context, body, (id, options) => keyring.revoke(id, input, options))
    },
  }),

  defineOperation({
    ...shared,
    id: 'bulkDisableKeys',
    path: '/bulk/disable',
    summary: 'Disable several keys',
    description,
    body: BulkDisableBody,
    handle: async (context) => {
      const { keyring, permit, body } = context
      permit.require('revoke')
      return changeAll(context, body, (id, options) => keyring.disable(id, { reason: body.reason }, options))
    },
  }),

  defineOperation({
    ...shared,
    id: 'bulkEnableKeys',
    path: '/bulk/enable',
    summary: 'Enable several keys',
    description,
    body: BulkEnableBody,
    handle: async (context) => {
      const { keyring, permit, body } = context
      permit.require('create')
      return changeAll(context, body, keyring.enable)
    },
  }),
]

type Selection = z.output<typeof BulkEnableBody>
type Result = z.output<typeof BulkResult>
type ChangeOne = (id: string, options: TrialOptions) => Promise<Key>

async function changeAll(context: RequestContext, selection: Selection, change: ChangeOne): Promise<Response> {
  const { dry_run: dryRun = false } = selection
  const { ids, nextCursor } = await selected(context, selection)
  const data: Result[] = []
  // One after the other: each waits for the lock of the organisation anyway.
  let outage: unknown = null
  for (const id of ids) {
    try {
      if (outage !== null) throw outage
      data.push(await changeOne(context, id, (options) => change(id, { ...options, dryRun })))
    } catch (error) {
      // What is wrong with all of them is wrong with the request. Once a key was changed, it is said of each of the others.
      if (data.length === 0 && (isOutage(error) || codeOf(error) === 'invalid_input')) throw error
      if (isOutage(error)) {
        if (outage === null) context.report(error)
        outage = error // nobody waits for the store a hundred times
      }
      const { code, message: detail } = problemOf(error)
      data.push({ id, result: 'refused', status: null, version: null, code, detail })
    }
  }
  return jsonResponse({ data, dry_run: dryRun, next_cursor: nextCursor })
}

/** The keys of a request, each once. */
async function selected(
  context: RequestContext,
  { ids, filter, limit, cursor }: Selection,
): Promise<{ readonly ids: readonly string[]; readonly nextCursor: string | null }> {
  if (ids !== undefined) {
    const fields = Object.entries({ limit, cursor }).filter(([, value]) => value !== undefined)
    if (fields.length === 0) return { ids: [...new Set(ids)], nextCursor: null }
    throw invalidInput(fields.map(([name]) => wrongField({ pointer: `/${name}` }, 'left out where `ids` is there')))
  }
  const page = await context.keyring.list({ ...selectKeys(context, filter ?? {}), limit: limit ?? mostInBulk, cursor })
  return { ids: page.keys.map(({ id }) => id), nextCursor: page.nextCursor }
}

/** How often a key may be changed by others meanwhile: each time, somebody gets on. */
const attempts = 5

/**
 * Changes one key, if the caller may reach it, and tells whether that changed anything: by its version before, which must still be
 * its version then.
 */
async function changeOne(
  { keyring, within, canReach, ...context }: RequestContext,
  id: string,
  change: (options: TrialOptions) => Promise<Key>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = canReach(id) ? await keyring.get(id, { within }) : null
    if (seen === null) throw keyNotFound()
    try {
      const { status, version } = await change({ ...manageOptions({ ...context, within }), ifVersion: seen.version })
      const result = version === seen.version ? 'unchanged' : 'done'
      return { id, result, status, version, code: null, detail: null }
    } catch (error) {
      if (attempt === attempts || codeOf(error) !== 'key_changed') throw error
    }
  }
}

function codeOf(error: unknown): string | null {
  return isKeyError(error) ? error.code : null
}
