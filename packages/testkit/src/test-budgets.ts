import type { AuditDraft } from '@keywright/core'
import {
  type AccountState,
  type AccountsChange,
  type BudgetAccount,
  emptyAccount,
  type KeyStore,
  type StoreBudgets,
} from '@keywright/core/store'
import { describe, expect, it, type TestContext } from 'vitest'

let count = 0

interface World {
  readonly store: KeyStore
  readonly budgets: StoreBudgets
  readonly organizationId: string
  /** The accounts of a key, its owner and its organization. */
  readonly accounts: readonly [BudgetAccount, BudgetAccount, BudgetAccount]
}

/** Adds to what was used of each account, and gives what was used before. */
function adding(accounts: readonly BudgetAccount[], more: number): AccountsChange<readonly number[]> {
  return {
    accounts,
    about: 'k',
    isAudited: false,
    decide: ({ states }) => ({
      write: states.map((state) => ({ ...state, used: state.used + more })),
      audit: [],
      result: states.map(({ used }) => used),
    }),
  }
}

/** The tests of a key store for the accounts of budgets. A store without budgets skips them. */
export function testBudgets(openStore: () => Promise<KeyStore>): void {
  const open = async ({ skip }: TestContext): Promise<World> => {
    const store = await openStore()
    const { budgets } = store
    if (budgets === undefined) return skip('The store keeps no budgets.')
    count += 1
    const organizationId = `budgeted-${Date.now()}-${count}`
    const account = (holder: BudgetAccount['holder'], id: string): BudgetAccount => ({ organizationId, holder, id })
    const accounts = [
      account('key', `k${count}`),
      account('owner', `user:ünï-${count}`),
      account('organization', organizationId),
    ] as const
    return { store, budgets, organizationId, accounts }
  }

  describe('budgets', () => {
    testAccounts(open)
    testAudit(open)

    it('changes accounts one call after the other, and none is lost, however many run at once', async (context) => {
      const { budgets, accounts } = await open(context)
      const [key, owner, organization] = accounts
      // Some of both, and of one: who locks in another order waits for the others, who wait for it.
      const calls = [accounts, [key, organization], [owner, organization], [organization], [key, owner]]
      const before = await Promise.all(
        Array.from({ length: 40 }, (_, at) => budgets.change(adding(calls[at % calls.length] ?? accounts, 1))),
      )
      const { states } = await budgets.read(accounts)
      expect(states.map(({ used }) => used)).toEqual([24, 24, 32])
      // Each of the calls saw the organization as the one before it had left it.
      const seen = before.filter((_, at) => at % calls.length !== 4).map((used) => used.at(-1))
      expect(seen.sort((a = 0, b = 0) => a - b)).toEqual(Array.from({ length: 32 }, (_, at) => at))
    })

    it('carries out a request once, of several at once, and remembers what it was', async (context) => {
      const { budgets, accounts } = await open(context)
      const once = { id: crypto.randomUUID(), fingerprint: '7' }
      const results = await Promise.allSettled(
        Array.from({ length: 5 }, () => budgets.change({ ...adding(accounts, 1), once })),
      )
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const repeated = budgets.change({ ...adding(accounts, 1), once })
      await expect(repeated).rejects.toMatchObject({ code: 'request_repeated', isSame: true })
      const other = budgets.change({ ...adding(accounts, 1), once: { ...once, fingerprint: '8' } })
      await expect(other).rejects.toMatchObject({ code: 'request_repeated', isSame: false })
      expect((await budgets.read(accounts)).states.map(({ used }) => used)).toEqual([1, 1, 1])
    })

    it('does not remember a request that changed nothing, or failed', async (context) => {
      const { budgets, accounts } = await open(context)
      const request = { ...adding(accounts, 1), once: { id: crypto.randomUUID(), fingerprint: '7' } }
      await budgets.change({ ...request, decide: () => ({ write: null, audit: [], result: null }) })
      const failing = budgets.change({
        ...request,
        decide: () => {
          throw new RangeError('no')
        },
      })
      await expect(failing).rejects.toThrow('no')
      expect(await budgets.change(request)).toEqual([0, 0, 0])
    })
  })
}

type Open = (context: TestContext) => Promise<World>

function testAccounts(open: Open): void {
  it('gives back each field as it was written, and an empty account where there is none', async (context) => {
    const { budgets, accounts } = await open(context)
    expect((await budgets.read(accounts)).states).toEqual([emptyAccount, emptyAccount, emptyAccount])
    const write: readonly AccountState[] = [
      { period: Date.UTC(2026, 0, 1), used: 1, extra: -2 },
      { period: 0, used: 999_999_999_999_999, extra: 0 },
      { period: Date.UTC(2999, 0, 1), used: 0, extra: 999_999_999_999_999 },
    ]
    await budgets.change({ ...adding(accounts, 0), decide: () => ({ write, audit: [], result: null }) })
    const { states, now } = await budgets.read(accounts)
    expect(states).toEqual(write)
    expect(now).toBeInstanceOf(Date)
    // In the order in which they are asked for.
    expect((await budgets.read([...accounts].reverse())).states).toEqual([...write].reverse())
    expect(await budgets.change(adding(accounts, 0))).toEqual(write.map(({ used }) => used))
  })

  it('tells accounts apart by organization, holder and id, whose case counts', async (context) => {
    const { budgets, accounts, organizationId } = await open(context)
    const [key] = accounts
    const others: readonly BudgetAccount[] = [
      { ...key, id: key.id.toUpperCase() },
      { ...key, holder: 'owner' },
      { ...key, organizationId: `${organizationId}-2` },
    ]
    await budgets.change(adding([key], 5))
    for (const other of others) expect((await budgets.read([other])).states).toEqual([emptyAccount])
    for (const other of others) await budgets.change(adding([other], 1))
    expect((await budgets.read([key])).states).toMatchObject([{ used: 5 }])
  })

  it('writes nothing where the decision is to write nothing, and all or nothing where it throws', async (context) => {
    const { budgets, accounts } = await open(context)
    await budgets.change(adding(accounts, 3))
    const decided = budgets.change({
      ...adding(accounts, 0),
      decide: ({ states }) => ({ write: null, audit: [], result: states.map(({ used }) => used) }),
    })
    expect(await decided).toEqual([3, 3, 3])
    const failing = budgets.change({
      ...adding(accounts, 0),
      decide: () => {
        throw new RangeError('no')
      },
    })
    await expect(failing).rejects.toThrow('no')
    expect((await budgets.read(accounts)).states.map(({ used }) => used)).toEqual([3, 3, 3])
  })
}

function testAudit(open: Open): void {
  const draft: AuditDraft = {
    type: 'budget.granted',
    actor: { type: 'user', id: 'ada' },
    keyId: null,
    context: { requestId: 'r1' },
    data: { credits: 3 },
  }
  const list = async ({ store, organizationId }: World) => store.listAudit({ organizationId, order: 'asc', limit: 100 })

  it('appends the records of a change to the log of its organization, also of several at once', async (context) => {
    const world = await open(context)
    const change = { ...adding([world.accounts[2]], 1), isAudited: true }
    const audited: typeof change = { ...change, decide: (read) => ({ ...change.decide(read), audit: [draft] }) }
    await Promise.all(Array.from({ length: 5 }, () => world.budgets.change(audited)))
    const records = await list(world)
    expect(records.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(records[0]).toMatchObject({ ...draft, organizationId: world.organizationId })
    expect(await world.store.auditHead(world.organizationId)).toMatchObject({ seq: 5, hash: records[4]?.hash })
  })

  it('carries out a request that is recorded once, of several at once', async (context) => {
    const world = await open(context)
    const once = { id: crypto.randomUUID(), fingerprint: '7' }
    const change = { ...adding([world.accounts[2]], 1), isAudited: true, once }
    const audited: typeof change = { ...change, decide: (read) => ({ ...change.decide(read), audit: [draft] }) }
    const results = await Promise.allSettled(Array.from({ length: 4 }, () => world.budgets.change(audited)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(world.budgets.change(audited)).rejects.toMatchObject({ code: 'request_repeated', isSame: true })
    expect((await world.budgets.read([world.accounts[2]])).states).toMatchObject([{ used: 1 }])
    expect(await list(world)).toHaveLength(1)
  })

  it('changes no account where its record cannot be written', async (context) => {
    const world = await open(context)
    const change = { ...adding([world.accounts[2]], 1), isAudited: true }
    const broken = { ...draft, data: { credits: Number.NaN } }
    await expect(
      world.budgets.change({ ...change, decide: (read) => ({ ...change.decide(read), audit: [broken] }) }),
    ).rejects.toThrow()
    expect((await world.budgets.read([world.accounts[2]])).states).toEqual([emptyAccount])
    expect(await list(world)).toEqual([])
  })
}
