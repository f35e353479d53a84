import type { z } from '@hono/zod-openapi'
import { isKeyError, type Key, type KeyError, StoreUnavailable, type TrialOptions } from '@keywright/core'
import { soughtWords } from '@keywright/core/store'
import { invalidInput, wrongField } from '../http/field-error.js'
import { ApiProblem, keyNotFound } from '../http/problem.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { fieldFault } from '../request/field-fault.js'
import { isOutage, problemOf } from '../request/problem-of.js'
import { manageOptions, type RequestContext } from '../request/request-context.js'
import { BulkDisableBody, BulkEnableBody, BulkRevokeBody, mostInBulk } from '../schema/bulk.js'
import { revokeFromJson } from '../schema/from-json.js'
import { type BulkResult, BulkResults } from './bulk-results.js'
import { defineOperation, type Operation } from './operation.js'
import { type KeyFilter, selectKeys } from './select-keys.js'

const shared = {
  method: 'post',
  tag: 'keys',
  responses: { 200: jsonContent(BulkResults, 'What became of each key.') },
} as const

const description =
  'Each key is changed, checked and recorded by itself, as the request for it alone would be, so one that is refused stops no other. To send the request again changes no key twice. A filter selects at most `limit` keys; with `next_cursor`, the next request goes on. Sent again, a filter with a `limit` may select others: to repeat a request whose answer was lost, send `ids`.'

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
  const { keys, nextCursor } = await selected(context, selection)
  const data: Result[] = []
  // One after the other: each waits for the lock of the organisation anyway.
  let outage: unknown = null
  for (const { id, version } of keys) {
    try {
      // Nobody waits for the store a hundred times. Nothing is unknown of a key that was not tried.
      if (outage !== null) throw new StoreUnavailable({ cause: outage })
      data.push(await changeOne(context, { id, version }, (options) => change(id, { ...options, dryRun })))
    } catch (error) {
      // What is wrong with all of them is wrong with the request. Once a key was changed, it is said of each of the others.
      if (data.length === 0 && (isOutage(error) || codeOf(error) === 'invalid_input')) throw error
      if (isOutage(error) && outage === null) {
        context.report(error)
        outage = error
      }
      const { code, message: detail } = problemOf(error)
      data.push({ id, result: 'refused', status: null, version: null, code, detail })
    }
  }
  return jsonResponse({ data, dry_run: dryRun, next_cursor: nextCursor })
}

/** A key of a request. What a filter selected has a version: another may no longer meet it. */
interface Selected {
  readonly id: string
  readonly version: number | null
}

/** The keys of a request, each once. */
async function selected(
  context: RequestContext,
  { ids, filter, limit, cursor }: Selection,
): Promise<{ readonly keys: readonly Selected[]; readonly nextCursor: string | null }> {
  if (ids !== undefined) {
    const fields = Object.entries({ limit, cursor }).filter(([, value]) => value !== undefined)
    if (fields.length === 0) return { keys: [...new Set(ids)].map((id) => ({ id, version: null })), nextCursor: null }
    throw invalidInput(fields.map(([name]) => wrongField({ pointer: `/${name}` }, 'left out where `ids` is there')))
  }
  // In a list, blank text finds all. Whoever changes all says so, with `owner`.
  if (filter?.search !== undefined && soughtWords(filter.search).length === 0)
    throw invalidInput([wrongField({ pointer: '/filter/search' }, 'text with a letter or a digit, or left out')])
  const wanted = selectKeys(context, filter ?? {}, { pointer: '/filter/owner_id' })
  const page = await context.keyring.list({ ...wanted, limit: limit ?? mostInBulk, cursor }).catch((error: unknown) => {
    throw isKeyError(error) ? inFilter(error) : error
  })
  return { keys: page.keys.map(({ id, version }) => ({ id, version })), nextCursor: page.nextCursor }
}

const filterFields: readonly string[] = ['search', 'tag', 'environment', 'scope'] satisfies (keyof KeyFilter)[]

/** What the keyring refuses of a filter, at its place in the body. */
function inFilter(error: KeyError): Error {
  const fields: Readonly<Record<string, unknown>> = { ...error } // own fields; each is public
  if (!filterFields.includes(String(fields.field))) return error
  const fault = fieldFault({}, { ...fields, field: `filter.${fields.field}` })
  const code = error.code === 'scope_unknown' ? error.code : 'invalid_input'
  return new ApiProblem(400, code, fault.detail, { errors: [fault] })
}

/** How often a key may be changed by others meanwhile: each time, somebody gets on. */
const attempts = 5

/**
 * Changes one key, if the caller may reach it, and tells whether that changed anything: by its version before, which must still be
 * its version then; for a key of a filter, the version that met it.
 */
async function changeOne(
  { keyring, within, canReach, ...context }: RequestContext,
  { id, version: selected }: Selected,
  change: (options: TrialOptions) => Promise<Key>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = canReach(id) ? await keyring.get(id, { within }) : null
    if (seen === null) throw keyNotFound()
    try {
      const ifVersion = selected ?? seen.version
      const { status, version } = await change({ ...manageOptions({ ...context, within }), ifVersion })
      const result = version === ifVersion ? 'unchanged' : 'done'
      return { id, result, status, version, code: null, detail: null }
    } catch (error) {
      if (attempt === attempts || selected !== null || codeOf(error) !== 'key_changed') throw error
    }
  }
}

function codeOf(error: unknown): string | null {
  return isKeyError(error) ? error.code : null
}
