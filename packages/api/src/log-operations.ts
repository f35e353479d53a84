import type { AuditFilter } from '@keywright/core'
import { nextLink } from './next-link.js'
import { answers, everyAnswer, json, type Operation, operation } from './operation.js'
import { ApiProblem } from './problem.js'
import { AuditPage, AuditQuery, ExportQuery, Stats, Usage, UsageQuery } from './schemas.js'
import { auditToJson, statsToJson } from './to-json.js'

const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text))

/** Statistics, usage and the audit log. */
export const logOperations: readonly Operation[] = [
  operation({
    id: 'getStats',
    method: 'get',
    path: '/stats',
    summary: 'Count the organisation’s keys and their calls',
    responses: { 200: answers(Stats, 'The counts.') },
    handle: async ({ keyring, permit, organizationId }) => {
      permit.require('read')
      return json(statsToJson(await keyring.stats({ organizationId })))
    },
  }),

  operation({
    id: 'getUsage',
    method: 'get',
    path: '/usage',
    summary: 'Calls by hour, of one key or of all',
    query: UsageQuery,
    responses: { 200: answers(Usage, 'An entry for each hour.') },
    handle: async ({ keyring, permit, organizationId, query, within, reaches }) => {
      permit.require('read')
      if (query.key_id === undefined) permit.require('manageAll')
      // A key out of reach has no calls: in the same words as one that was never used.
      const isThere =
        query.key_id === undefined || (reaches(query.key_id) && (await keyring.get(query.key_id, { within })) !== null)
      const keyId = isThere ? query.key_id : 'none'
      const hours = await keyring.usage({ organizationId, keyId, from: instant(query.from), to: instant(query.to) })
      return json({ data: hours.map(({ hour, count }) => ({ hour: hour.toISOString(), count })) })
    },
  }),

  operation({
    id: 'listAudit',
    method: 'get',
    path: '/audit',
    summary: 'Read the audit log, newest first',
    query: AuditQuery,
    responses: { 200: answers(AuditPage, 'A page of records.') },
    handle: async ({ keyring, permit, request, organizationId, query }) => {
      permit.require('auditRead')
      const { key_id, type, actor_type, actor_id, limit, cursor } = query
      if ((actor_type === undefined) !== (actor_id === undefined)) {
        const field = actor_type === undefined ? 'actor_type' : 'actor_id'
        throw new ApiProblem(400, 'invalid_input', `${field}: expected, where the other half of the actor is given.`, {
          field,
        })
      }
      const { records, nextCursor } = await keyring.audit.list({
        organizationId,
        keyId: key_id,
        type: type as AuditFilter['type'], // any text: an unknown type has no records
        actor: actor_type === undefined || actor_id === undefined ? undefined : { type: actor_type, id: actor_id },
        from: instant(query.from),
        to: instant(query.to),
        limit,
        cursor,
      })
      const body = { data: records.map(auditToJson), next_cursor: nextCursor }
      return json(body, 200, nextLink(request, nextCursor))
    },
  }),

  operation({
    id: 'exportAudit',
    method: 'get',
    path: '/audit/export',
    summary: 'Export the audit log, oldest first; the export is itself recorded',
    query: ExportQuery,
    responses: {
      200: {
        description: 'One record a line.',
        content: { 'application/jsonl': { schema: { type: 'string' } }, 'text/csv': { schema: { type: 'string' } } },
      },
    },
    handle: async ({ keyring, permit, caller, context, organizationId, query }) => {
      permit.require('auditExport')
      const format = query.format ?? 'jsonl'
      const filter = { organizationId, keyId: query.key_id, from: instant(query.from), to: instant(query.to) }
      const lines = keyring.audit.export({ ...filter, format }, { actor: caller.actor, context })
      return new Response(await streamOf(lines), {
        headers: {
          'Content-Type': format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl',
          'Content-Disposition': `attachment; filename="audit.${format}"`,
          ...everyAnswer,
        },
      })
    },
  }),
]

async function streamOf(lines: AsyncIterable<string>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder()
  const iterator = lines[Symbol.asyncIterator]()
  // Before the answer begins: from its first line on, a failure can only break it off.
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
