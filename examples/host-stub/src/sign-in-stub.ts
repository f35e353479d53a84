/** Somebody who may sign in. */
export interface Person {
  readonly id: string
  readonly name: string
  readonly organizationId: string
}

/** What an example has in place of a login. */
export interface SignInStub<P extends Person> {
  /** Who sent the request, looked up now; `null` for nobody. */
  personOf(request: Request): P | null
  /** `GET /sign-in/<id>` signs that person in, and `GET /` the first one. */
  fetch(request: Request): Response
}

/**
 * Stands where a product has its login. It asks for no password: whoever opens `/sign-in/ada` is Ada. So it is for this machine
 * alone, and never for a product.
 *
 * @param people - Those who may sign in, by id.
 * @param page - The path to which somebody comes who has signed in.
 */
export function signInStub<P extends Person>(people: ReadonlyMap<string, P>, page: string): SignInStub<P> {
  return {
    personOf: ({ headers }) =>
      people.get(/(?:^|; )stub_person=([\w-]+)/.exec(headers.get('Cookie') ?? '')?.[1] ?? '') ?? null,
    fetch: ({ url }) => {
      const { pathname } = new URL(url)
      const [first = ''] = people.keys()
      const id = pathname === '/' ? first : (/^\/sign-in\/([\w-]+)$/.exec(pathname)?.[1] ?? '')
      if (!people.has(id)) return new Response(`Sign in as one of: ${[...people.keys()].join(', ')}\n`, { status: 404 })
      const cookie = `stub_person=${id}; Path=/; HttpOnly; SameSite=Strict`
      return new Response(null, { status: 303, headers: { Location: page, 'Set-Cookie': cookie } })
    },
  }
}
