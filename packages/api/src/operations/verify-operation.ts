import type { z } from '@hono/zod-openapi'
import type { AuditVerifyQuery } from '@keywright/core'
import { invalidInput, missingField } from '../http/field-error.js'
import { jsonContent, jsonResponse } from '../http/response.js'
import { AuditVerdict, VerifyQuery } from '../schema/audit-verdict.js'
import { defineOperation } from './operation.js'

/** The operation that checks the chain of the audit log, from its beginning or from a checkpoint. */
export const verifyOperation = defineOperation({
  id: 'verifyAudit',
  method: 'get',
  path: '/audit/verify',
  summary: 'Check that no record of the audit log was changed, removed or inserted',
  description:
    'A long log takes several requests: while `complete` is false, ask again with the `checkpoint` of the answer. A checkpoint that is kept outside the database shows later whether the log goes on from it; whether what was before it still leads to it, a check from the beginning shows, which must come by the same record.',
  tag: 'audit',
  query: VerifyQuery,
  responses: { 200: jsonContent(AuditVerdict, 'What was found.') },
  handle: async ({ keyring, permit, organizationId, query }) => {
    permit.require('auditRead')
    const verdict = await keyring.audit.verify({ organizationId, limit: query.limit ?? 1_000, ...begin(query) })
    if (!verdict.ok) {
      const { problem, seq } = verdict
      return jsonResponse({ ok: false, complete: true, checkpoint: null, fault: { problem, seq } })
    }
    const { seq, hash, keyed = false } = verdict.checkpoint
    return jsonResponse({ ok: true, complete: verdict.complete, checkpoint: { seq, hash, keyed }, fault: null })
  },
})

/** @throws {@link ApiProblem} with status 400 for a part of a checkpoint. */
function begin(query: z.output<typeof VerifyQuery>): Pick<AuditVerifyQuery, 'checkpoint' | 'sinceCheckpoint'> {
  const { after_seq: seq, after_hash: hash, after_keyed: keyed } = query
  if (seq !== undefined && hash !== undefined) {
    return { checkpoint: { seq, hash, keyed: keyed === 'true' }, sinceCheckpoint: true }
  }
  if (seq === undefined && hash === undefined && keyed === undefined) return {}
  const parameter = seq === undefined ? 'after_seq' : 'after_hash'
  throw invalidInput([missingField({ parameter }, 'the parts of a checkpoint belong together')])
}
