import type { OwnerAuthority } from '@keywright/core'
import type { Person } from '@keywright/example-host-stub'

type Level = 'read' | 'edit'

/** Somebody of the team, with their boards of now. */
export interface Member extends Person {
  readonly boards: Map<string, Level>
}

/** What the board product does for its routes, its tools and its settings page. */
export interface Boards {
  readonly members: Map<string, Member>
  readonly names: Map<string, string>
  readonly tasks: Map<string, string[]>
  /** What a person may do now in an organization; `null` if they are not a member of it. */
  authorityOf(id: string, organizationId: string): OwnerAuthority | null
}

/** In place of a product's own database. */
export function seedBoards(): Boards {
  const member = (id: string, name: string, boards: Readonly<Record<string, Level>>): [string, Member] => [
    id,
    { id, name, organizationId: 'acme', boards: new Map(Object.entries(boards)) },
  ]
  const members = new Map([
    member('mia', 'Mia Chen', { roadmap: 'edit', bugs: 'read' }),
    member('ada', 'Ada Okafor', { roadmap: 'edit', bugs: 'edit', hiring: 'edit' }),
  ])
  return {
    members,
    names: new Map(Object.entries({ roadmap: 'Roadmap', bugs: 'Bugs', hiring: 'Hiring' })),
    tasks: new Map([['roadmap', ['Write the announcement']]]),
    authorityOf: (id, organizationId) => {
      const member = members.get(id)
      if (member?.organizationId !== organizationId) return null
      // Many boards in one call, as a query would: a list may be of more than the 100 that can be asked for one by one.
      return {
        levelsOf: (_type, boards) => Object.fromEntries(boards.map((board) => [board, member.boards.get(board)])),
      }
    },
  }
}
