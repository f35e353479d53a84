import { createKeyring, type Hasher, type Keyring, type Principal, type ResolveOwner } from '@keywright/core'
import type { KeyStore } from '@keywright/core/store'
import { access } from './access.js'

/** Opens a keyring in which the calls of each organization may cost so much a month, and those of each owner so much a day. */
export function openBudgeted(
  { store, hasher, resolveOwner }: { store: KeyStore; hasher: Hasher; resolveOwner: ResolveOwner },
  creditsOf: (organizationId: string) => Promise<number>,
): Keyring<typeof access> {
  return createKeyring({
    prefix: 'tb',
    access,
    store,
    hasher,
    resolveOwner,
    budgets: {
      organization: async (id) => ({
        limit: await creditsOf(id),
        refill: { every: 'month', timeZone: 'Europe/Berlin' },
      }),
      owner: { limit: 1_000, refill: { every: 'day' } }, // in UTC
    },
  })
}

/** Answers a question that may take 500 credits, and pays for those that it took. */
export async function answerWithin(
  { budgets }: Pick<Keyring, 'budgets'>,
  principal: Principal,
  answer: (most: number) => Promise<{ text: string; credits: number }>,
): Promise<string> {
  const reserved = await budgets.reserve(principal, 500)
  if (!reserved.ok)
    return `Your budget is spent until ${reserved.refillsAt?.toISOString() ?? 'somebody grants credits'}.`
  const { text, credits } = await answer(500)
  await budgets.settle(reserved.reservation, credits)
  return text
}
