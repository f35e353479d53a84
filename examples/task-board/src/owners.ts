import type { OwnerAuthority, ResolveOwner } from '@keywright/core'
import type { Kysely } from 'kysely'
import type { Tables } from './database.js'

/** Tells the keyring, on each request, what the owner of a key may do now, from the task board's own tables. */
export function ownersIn(db: Kysely<Tables>): ResolveOwner {
  return async (owner): Promise<OwnerAuthority | null> => {
    if (owner.type !== 'user') return null
    const user = await db
      .selectFrom('users')
      .select('role')
      .where('id', '=', owner.id)
      .where('organization_id', '=', owner.organizationId)
      .executeTakeFirst()
    if (user === undefined) return null

    return {
      roles: [user.role],
      // Called only by routes about one board.
      levels: async (_type, boardId) => {
        const membership = await db
          .selectFrom('board_members')
          .innerJoin('boards', 'boards.id', 'board_members.board_id')
          .select('board_members.level')
          .where('boards.organization_id', '=', owner.organizationId)
          .where('board_members.board_id', '=', boardId)
          .where('board_members.user_id', '=', owner.id)
          .executeTakeFirst()
        return membership?.level
      },
    }
  }
}
