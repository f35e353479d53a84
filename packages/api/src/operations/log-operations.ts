import type { z } from '@hono/zod-openapi'
import type { AuditFilter, Keyring } from '@keywright/core'
import { adapterOf } from '@keywright/core/adapter'
import { negotiate } from '../http/negotiate.js'
import { nextLink } from '../http/next-link.js'
import { ApiProblem, keyNotFound } from '../http/problem.js'
import { baseHeaders, jsonContent, jsonResponse } from '../http/response.js'
import { disposition, link } from '../http/shown-headers.js'
import { idsOfRecords } from '../request/load-names.js'
import { AuditPage, KeyStats, Usage } from '../schema/answers.js'
import { auditToCsv } from '../schema/audit-to-csv.js'
import { dateFromJson } from '../schema/from-json.js'
import { AuditQuery, ExportQuery, UsageQuery } from '../schema/requests.js'
import { auditToJson, pointToJson, statsToJson } from '../schema/to-json.js'
import { actorOf } from './actor-of.js'
import { defineOperation, type Operation } from './operation.js'
import { shownKeys } from './shown-keys.js'

/** The operations that read statistics, usage and the audit log. */
export const logOperations: readonly Operation[] = [
  defineOperation({
    id: 'getStats',
    method: 'get',
    path: '/stats',
    summary: 'Count the keys that the caller may list, and their calls',
    description: 'The keys are those that `GET` of the list shows to this caller.',
    tag: 'usage',
    responses: { 200: jsonContent(KeyStats, 'The counts.') },
    handle: async (context) => {
      const { keyring, organizationId } = context
      return jsonResponse(statsToJson(await keyring.stats({ organizationId, ...shownKeys(context) })))
    },
  }),

  defineOperation({
    id: 'getUsage',
    method: 'get',
    path: '/usage',
    summary: 'Count calls and refusals by hour or day, for one key or for all',
    description:
      'Without `key_id`, the calls of all keys, which needs the permission to manage all keys. The default is the last 24 hours; at most 92 days. A day is one in UTC.',
    tag: 'usage',
    query: UsageQuery,
    refuses: [404],
    responses: { 200: jsonContent(Usage, 'One entry for each hour or day.') },
    handle: async ({ keyring, permit, organizationId, query, within, canReach }) => {
      permit.require('read')
      if (query.key_id === undefined) permit.require('manageAll')
      const { key_id: keyId } = query
      if (keyId !== undefined && (!canReach(keyId) || (await keyring.get(keyId, { within })) === null)) {
        throw keyNotFound()
      }
      const points = await keyring.usage({
        organizationId,
        keyId,
        interval: query.interval,
        from: dateFromJson(query.from),
        to: dateFromJson(query.to),
      })
      return jsonResponse({ data: points.map(pointToJson) })
    },
  }),

  defineOperation({
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    summary: 'Read the audit log, newest first',
    description: 'The log has one record for each change, reveal and export. `data` says what was changed.',
    tag: 'audit',
    query: AuditQuery,
    refuses: [404],
    responses: { 200: jsonContent(AuditPage, 'A page of records.', { Link: link }) },
    handle: async ({ keyring, permit, request, organizationId, query, loadNames }) => {
      permit.require('auditRead')
      const { limit, cursor } = query
      const filter = await filterOf(keyring, organizationId, query)
      const { records, nextCursor } = await keyring.audit.list({ ...filter, limit, cursor })
      const names = await loadNames(idsOfRecords(records))
      const body = { data: records.map((record) => auditToJson(record, names)), next_cursor: nextCursor }
      return jsonResponse(body, 200, nextLink(request, nextCursor))
    },
  }),

  defineOperation({
    id: 'exportAudit',
    method: 'get',
    path: '/audit/export',
    summary: 'Export the audit log, oldest first; the export itself is recorded',
    description:
      'JSON Lines have each record as it is hashed, in the spelling of the keyring, so that the file can be checked later without the API. CSV is for spreadsheets and has the names of the list.',
    tag: 'audit',
    query: ExportQuery,
    refuses: [404, 406],
    responses: {
      200: {
        description: 'One record for each line.',
        headers: { 'Content-Disposition': { ...disposition } },
        content: {
          'application/x-ndjson': { schema: { type: 'string', description: 'A JSON object on each line.' } },
          'text/csv': { schema: { type: 'string', description: 'RFC 4180, with a line of names.' } },
        },
      },
    },
    handle: async ({ keyring, permit, caller, auditContext, organizationId, query, request }) => {
      permit.require('auditExport')
      const format = query.format ?? formatOf(request)
      const headers = {
        'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson',
        'Content-Disposition': `attachment; filename="audit.${format}"`,
        Vary: 'Accept',
        ...baseHeaders,
      }
      const filter = await filterOf(keyring, organizationId, query)
      // Nothing leaves, so nothing is recorded. Who gets no file gets no yes, either.
      if (request.method === 'HEAD') {
        await adapterOf(keyring).checkExport(caller.actor, { organizationId })
        return new Response(null, { headers })
      }
      const options = { actor: caller.actor, context: auditContext }
      // JSON Lines are as the keyring has them, camel case and all: the hashes are of that, and `verifyAuditExport` reads it.
      const lines =
        format === 'csv'
          ? auditToCsv(await adapterOf(keyring).exportAudit({ ...filter, format }, options))
          : keyring.audit.export({ ...filter, format }, options)
      return new Response(await toStream(lines), { headers })
    },
  }),
]

const formats = { 'application/x-ndjson': 'jsonl', 'text/csv': 'csv' } as const

/** @throws {@link ApiProblem} with status 406 for a client that takes neither form. */
function formatOf(request: Request): 'jsonl' | 'csv' {
  const types = Object.keys(formats) as (keyof typeof formats)[]
  const type = negotiate(request.headers.get('accept'), types)
  if (type !== null) return formats[type]
  throw new ApiProblem(406, 'not_acceptable', `The log is exported as ${types.join(' or ')}. Accept one of them.`)
}

/**
 * What the query selects of the log.
 *
 * @throws {@link ApiProblem} with status 404 for a key that never was; with 400 for one half of an actor.
 */
async function filterOf(
  keyring: Keyring,
  organizationId: string,
  query: z.output<typeof ExportQuery>,
): Promise<AuditFilter> {
  const { key_id: keyId, type } = query
  const actor = actorOf('actor', query.actor_type, query.actor_id)
  if (keyId !== undefined) await requireLogged(keyring, organizationId, keyId)
  return {
    organizationId,
    keyId,
    type,
    actor,
    from: dateFromJson(query.from),
    to: dateFromJson(query.to),
  }
}

/** A key that was deleted has its records still. One that has none is answered as everywhere: nobody knows it. */
async function requireLogged(keyring: Keyring, organizationId: string, keyId: string): Promise<void> {
  if ((await keyring.get(keyId, { within: { organizationId } })) !== null) return
  const { records } = await keyring.audit.list({ organizationId, keyId, limit: 1 })
  if (records.length === 0) throw keyNotFound()
}

async function toStream(lines: AsyncIterable<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  const iterator = lines[Symbol.asyncIterator]()
  // Read before the response begins: if the export fails here, it can still be answered with a problem.
  let next: Promise<IteratorResult<string>> | null = Promise.resolve(await iterator.next())
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await (next ?? iterator.next())
      next = null
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await iterator.return?.()
    },
  })
}
