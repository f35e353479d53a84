import type { StoreContext } from './context.js'

/** A page of the organisations that have ever had a key or an audit record, in the order of their bytes. */
export async function loadOrganizations(
  { tables, reading }: StoreContext,
  { after, limit }: { readonly after: string | null; readonly limit: number },
): Promise<readonly string[]> {
  const rows = await reading(({ db }) =>
    db
      .selectFrom(tables.api_key_counters)
      .select('organization_id')
      .$if(after !== null, (page) => page.where('organization_id', '>', after))
      .orderBy('organization_id')
      .limit(limit)
      .execute(),
  )
  return rows.map((row) => row.organization_id)
}
