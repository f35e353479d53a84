import { Router } from 'express'
import type { Kysely } from 'kysely'
import type { Tables } from './database.js'

/** Who is signed in, if anybody is. */
export async function signedIn(db: Kysely<Tables>, request: Request): Promise<Tables['users'] | undefined> {
  const id = /(?:^|; )person=(\w+)/.exec(request.headers.get('Cookie') ?? '')?.[1]
  return id === undefined ? undefined : db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Where you say who you are. It takes your word for it: in a product, this is its login. */
export function signIn(page: string): Router {
  const router = Router()
  router.get('/sign-in/:person', ({ params }, res) => {
    res.cookie('person', params.person, { httpOnly: true, sameSite: 'strict' }).redirect(page)
  })
  router.get('/', (_, res) => res.redirect('/sign-in/ada'))
  return router
}
