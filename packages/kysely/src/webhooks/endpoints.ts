import type { WebhookStore } from '@keywright/core/store'
import type { Transaction } from 'kysely'
import { appendAudit } from '../store/audit.js'
import type { StoreContext } from '../store/context.js'
import { lockOrganization } from '../store/organization-lock.js'
import type { KeyTables } from '../tables/key-tables.js'
import { instantOf, wholeNumberOf } from '../tables/whole-number.js'
import { firstInstant, newEndpointRow, parseEndpointRow } from './endpoint-row.js'

type Methods = Pick<WebhookStore, 'insertEndpoint' | 'findEndpoint' | 'listEndpoints' | 'listOrganizations'>

/** New endpoints, and reads of them. */
export function endpointMethods(context: StoreContext): Methods {
  const { tables, dialect, reading, transaction } = context
  return {
    insertEndpoint: ({ auditKey, decide, ...ids }) =>
      transaction(async (trx) => {
        const { organizationId, keyId } = ids
        const organization = await lockOrganization(context, trx, organizationId)
        const { now } = organization
        const { write, audit } = decide({ now, used: await countEndpoints(context, trx, keyId) })
        const row = newEndpointRow(ids, write, now)
        await appendAudit(context, trx, { ...organization, hasWebhooks: true }, { drafts: audit, auditKey })
        if (!organization.hasWebhooks) {
          // Never taken back: an endpoint that comes later can ask for what happened meanwhile.
          await trx
            .updateTable(tables.api_key_counters)
            .set({ webhooks: 1 })
            .where('organization_id', '=', organizationId)
            .execute()
        }
        await trx.insertInto(tables.api_key_webhooks).values(row).execute()
        return parseEndpointRow(row)
      }),

    async findEndpoint(id) {
      const row = await reading(({ db }) =>
        db
          .selectFrom(tables.api_key_webhooks)
          .selectAll()
          .select(dialect.now.as('now'))
          .where('id', '=', id)
          .executeTakeFirst(),
      )
      return row === undefined ? null : { record: parseEndpointRow(row), now: instantOf(row.now, 'now') }
    },

    async listEndpoints({ organizationId, keyId, status, after, limit }) {
      let page = context.db
        .selectFrom(tables.api_key_webhooks)
        .selectAll()
        .where('organization_id', '=', organizationId)
      if (keyId !== undefined) page = page.where('key_id', '=', keyId)
      if (status !== undefined) page = page.where('status', '=', status)
      if (after !== undefined) {
        const at = after.createdAt.getTime()
        if (at === firstInstant) return []
        page = page
          .where('created_at', '<=', at)
          .where(({ eb, or }) => or([eb('created_at', '<', at), eb('id', '<', after.id)]))
      }
      const query = page.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).compile()
      const { rows } = await reading(({ db }) => db.executeQuery(query))
      return rows.map(parseEndpointRow)
    },

    async listOrganizations({ after, limit }) {
      const rows = await reading(({ db }) =>
        db
          .selectFrom(tables.api_key_webhooks)
          .select('organization_id')
          .distinct()
          .where('status', '=', 'active')
          .$if(after !== null, (page) => page.where('organization_id', '>', after ?? ''))
          .orderBy('organization_id')
          .limit(limit)
          .execute(),
      )
      return rows.map((row) => row.organization_id)
    },
  }
}

async function countEndpoints({ tables }: StoreContext, trx: Transaction<KeyTables>, keyId: string): Promise<number> {
  const { used } = await trx
    .selectFrom(tables.api_key_webhooks)
    .select(({ fn }) => fn.countAll().as('used'))
    .where('key_id', '=', keyId)
    .executeTakeFirstOrThrow()
  return wholeNumberOf(used, 'used')
}
