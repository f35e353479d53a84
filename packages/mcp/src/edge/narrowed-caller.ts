import type { Access } from '@keywright/core'
import type { Caller, Narrowing } from '../caller/caller.js'
import { checkNarrowing } from '../caller/check-narrowing.js'
import { reachesAll } from '../caller/reach.js'
import type { McpAuthOptions } from './options.js'

type Narrow = NonNullable<McpAuthOptions['narrow']>

/**
 * The caller, narrowed to the resources that the URL names. `null` if the URL is ambiguous or names one out of reach.
 *
 * @throws {@link InvalidOptions} when the host names a type that the model does not have.
 */
export async function narrowedCaller(
  access: Access,
  narrow: Narrow,
  url: string,
  makeCaller: (narrowing: Narrowing) => Caller,
): Promise<Caller | null> {
  const narrowing = await narrowingOf(access, narrow, url)
  if (narrowing === null) return null
  const caller = makeCaller(narrowing)
  return (await reachesAll(access, caller, narrowing)) ? caller : null
}

async function narrowingOf(access: Access, narrow: Narrow, url: string): Promise<Narrowing | null> {
  if (!URL.canParse(url, 'http://localhost')) return null // such as `//`
  const parsed = new URL(url, 'http://localhost')
  const names = [...parsed.searchParams.keys()]
  // If a parameter comes twice, we might check one value while the host uses the other.
  if (new Set(names).size !== names.length) return null
  const named = await narrow(parsed)
  checkNarrowing(access, named)
  const narrowing = Object.entries(named).map(([type, ids]) => {
    return [type, (ids ?? []).filter((id) => typeof id === 'string')] as const
  })
  return Object.fromEntries(narrowing)
}
