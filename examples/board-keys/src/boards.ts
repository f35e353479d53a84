import type { OwnerAuthority } from '@keywright/core'
import type { Person } from '@keywright/example-host-stub'

type Level = 'read' | 'edit'

/** Somebody of the team, with their boards of now. */
export interface Member extends Person {
  readonly boards: Map<string, Level>
}

/** What the board product does for its routes, its tools and its settings page. */
export interface Boards {
  readonly members: ReadonlyMap<string, Member>
  readonly names: ReadonlyMap<string, string>
  readonly tasks: Map<string, string[]>
  /** What a member may do now. */
  authorityOf(id: string): OwnerAuthority | null
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
    authorityOf: (id) => {
      const boards = members.get(id)?.boards
      return boards === undefined ? null : { levels: (_type, board) => boards.get(board) }
    },
  }
}
