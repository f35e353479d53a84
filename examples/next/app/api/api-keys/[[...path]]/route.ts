import { managementApi } from '@keywright/api'
import { keyringOfApp, users } from '../../../../keyring'

async function openApi() {
  return managementApi(await keyringOfApp(), {
    // Your own login goes here. A cookie that nobody signed is one for an example only.
    authenticate: ({ headers }) => {
      const [, id = ''] = /\buser=(\w+)/.exec(headers.get('cookie') ?? '') ?? []
      const user = users.get(id)
      return user === undefined ? null : { actor: { type: 'user', id }, authority: { scopes: user.scopes } }
    },
    organization: () => 'acme',
  })
}

let api: Awaited<ReturnType<typeof openApi>> | undefined

async function handle(request: Request): Promise<Response> {
  api ??= await openApi()
  return api.fetch(request)
}

export { handle as DELETE, handle as GET, handle as PATCH, handle as POST }
