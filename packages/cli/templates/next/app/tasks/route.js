import { requireKey } from '../../require-key.js'

export const GET = requireKey({ scopes: ['tasks.read'] }, (_request, principal) =>
  Response.json({ tasks: ['Write the release notes'], askedBy: principal.user }),
)

export const POST = requireKey({ scopes: ['tasks.create'] }, () => Response.json({ added: true }, { status: 201 }))
